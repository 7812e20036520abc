//! What a page holds twice is told once: a second copy for phones, for print, or hidden for a script.

use std::collections::HashSet;

use super::blocks::{Block, Kind};

/// Letters compared at a time.
const WINDOW: usize = 24;
/// Copies in a row of less weight are repeated phrases: lines of tables, of recipes, of price lists.
const LEAST: u32 = 300;
/// A run of copies begins with a block of this weight.
const BEGINS: u32 = 60;
/// Longer texts are not compared.
const MOST_LETTERS: usize = 300_000;

/// Leaves out runs of kept blocks that stand among the kept ones before them.
pub(super) fn leave_out_copies(blocks: &[Block], keep: &mut [bool]) {
    let kept: Vec<usize> = blocks
        .iter()
        .zip(keep.iter())
        .enumerate()
        .filter(|(_, (b, keep))| **keep && b.kind == Kind::Text)
        .map(|(i, _)| i)
        .collect();
    let mut seen: HashSet<u64> = HashSet::new();
    let mut run: Vec<usize> = Vec::new();
    let mut heavy = 0;
    let mut letters = 0;
    for index in kept {
        let Some(block) = blocks.get(index) else { continue };
        letters += block.text.len();
        if letters > MOST_LETTERS {
            break;
        }
        let windows = windows(&block.text);
        // One new number makes another paragraph: minutes, bulletins and price lists are written so.
        let copied = !windows.is_empty() && windows.iter().all(|window| seen.contains(window));
        seen.extend(&windows);
        if copied && (!run.is_empty() || block.weight >= BEGINS) {
            run.push(index);
            heavy += block.weight;
        } else {
            end(&mut run, &mut heavy, keep);
        }
    }
    end(&mut run, &mut heavy, keep);
}

fn end(run: &mut Vec<usize>, heavy: &mut u32, keep: &mut [bool]) {
    for index in run.drain(..) {
        if let Some(keep) = keep.get_mut(index).filter(|_| *heavy >= LEAST) {
            *keep = false;
        }
    }
    *heavy = 0;
}

/// Hashes of the letters, a few at a time; of all of them where they are fewer.
fn windows(text: &str) -> Vec<u64> {
    let letters: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace() && !b.is_ascii_punctuation()).collect();
    let size = WINDOW.min(letters.len()).max(1);
    letters.windows(size).map(xxhash_rust::xxh3::xxh3_64).collect()
}

#[cfg(test)]
mod tests {
    use super::super::blocks::Block;
    use super::*;

    #[test]
    fn paragraphs_that_differ_in_a_number_are_no_copies() {
        let text =
            |n: usize| format!("Item {n} was read, and {}", "the council agreed to it without a vote. ".repeat(9));
        let blocks: Vec<Block> = (1..6).map(|n| Block::of_text(&text(n))).collect();
        let mut keep = vec![true; blocks.len()];
        leave_out_copies(&blocks, &mut keep);
        assert_eq!(keep, [true; 5]);
    }

    #[test]
    fn a_second_copy_is_left_out_and_a_repeated_line_is_not() {
        let long = |n: usize| {
            format!("In year {n} the harbour was dredged and the old pier was closed to the ferries. ").repeat(3)
        };
        let texts = [
            long(1),
            "Price: 20 crowns a ticket".into(),
            long(2),
            "Price: 20 crowns a ticket".into(),
            long(1),
            long(2),
        ];
        let blocks: Vec<Block> = texts.iter().map(|t| Block::of_text(t)).collect();
        let mut keep = vec![true; blocks.len()];
        leave_out_copies(&blocks, &mut keep);
        assert_eq!(keep, [true, true, true, true, false, false]);
    }
}
