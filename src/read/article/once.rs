//! What a page holds twice is told once: a second copy for phones, for print, or hidden for a script.

use std::collections::{HashMap, HashSet};

use super::blocks::{Block, Kind};

/// Letters compared at a time.
const WINDOW: usize = 24;
/// A block with this share of its windows seen before may be a copy.
const SAME: f32 = 0.8;
/// Copies in a row of less weight are repeated phrases: lines of tables, of recipes, of price lists.
const LEAST: u32 = 300;
/// A run of copies begins with a block of this weight.
const BEGINS: u32 = 60;
/// Longer texts are not compared.
const MOST_LETTERS: usize = 220_000;

/// Leaves out runs of kept blocks that stand among the kept ones before them.
pub(super) fn leave_out_copies(blocks: &[Block], keep: &mut [bool]) {
    let kept: Vec<usize> = blocks
        .iter()
        .zip(keep.iter())
        .enumerate()
        .filter(|(_, (b, keep))| **keep && b.kind == Kind::Text)
        .map(|(i, _)| i)
        .collect();
    // Where each window stood first.
    let mut seen: HashMap<u64, usize> = HashMap::new();
    let mut run: Vec<Copied> = Vec::new();
    let mut letters = 0;
    for index in kept {
        let Some(block) = blocks.get(index) else { continue };
        letters += block.text.len();
        if letters > MOST_LETTERS {
            break;
        }
        let windows = windows(&block.text);
        let mut origins: HashMap<usize, usize> = HashMap::new();
        for origin in windows.iter().filter_map(|window| seen.get(window)) {
            *origins.entry(*origin).or_default() += 1;
        }
        let again: usize = origins.values().sum();
        let origin = origins.into_iter().max_by_key(|(origin, count)| (*count, *origin)).map(|(origin, _)| origin);
        for window in &windows {
            seen.entry(*window).or_insert(index);
        }
        match origin.filter(|_| again as f32 >= windows.len() as f32 * SAME) {
            Some(origin) if !run.is_empty() || block.weight >= BEGINS => {
                run.push(Copied { index, origin, whole: again == windows.len(), weight: block.weight });
            }
            _ => end(&mut run, keep),
        }
    }
    end(&mut run, keep);
}

/// A block that says again what another said.
struct Copied {
    index: usize,
    /// The block that most of it stood in first.
    origin: usize,
    /// Whether every letter stood somewhere before.
    whole: bool,
    weight: u32,
}

/// Leaves out a run of copies. Paragraphs that are alike but for a number all resemble the first of them: they are
/// minutes, bulletins and price lists, and no copy of one another.
fn end(run: &mut Vec<Copied>, keep: &mut [bool]) {
    let weight: u32 = run.iter().map(|copied| copied.weight).sum();
    let origins: HashSet<usize> = run.iter().map(|copied| copied.origin).collect();
    let is_copy = run.iter().all(|copied| copied.whole) || origins.len() >= 2 && origins.len() * 3 >= run.len() * 2;
    for copied in run.drain(..) {
        if let Some(keep) = keep.get_mut(copied.index).filter(|_| weight >= LEAST && is_copy) {
            *keep = false;
        }
    }
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
