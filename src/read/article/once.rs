//! What a page holds twice is told once: a second copy for phones, for print, or hidden for a script.

use super::blocks::{Block, Kind};
use foldhash::{HashMap, HashSet};

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
    if !may_hold_copies(blocks, &kept) {
        return;
    }
    // Where each window stood first.
    let mut seen: HashMap<u64, usize> = HashMap::default();
    let mut run: Vec<Copied> = Vec::new();
    let mut letters = 0;
    for index in kept {
        let Some(block) = blocks.get(index) else { continue };
        letters += block.text.len();
        if letters > MOST_LETTERS {
            break;
        }
        let windows = windows(&block.text);
        let mut origins: HashMap<usize, usize> = HashMap::default();
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

/// Whether some block could begin a run of copies: few pages have one, and remembering where each window stood is dear.
/// That a window was seen is remembered in a place that others may share, be it of the same block, so that this may be true
/// in vain.
fn may_hold_copies(blocks: &[Block], kept: &[usize]) -> bool {
    let letters: usize = kept.iter().filter_map(|index| blocks.get(*index)).map(|block| block.text.len()).sum();
    let places = (letters.min(MOST_LETTERS) * 4).next_power_of_two().max(1024);
    let mut seen = vec![false; places];
    let mut letters = 0;
    for block in kept.iter().filter_map(|index| blocks.get(*index)) {
        letters += block.text.len();
        if letters > MOST_LETTERS {
            return false;
        }
        let (mut windows, mut known) = (0, 0);
        each_window(&block.text, |window| {
            windows += 1;
            // Of a power of two, so that what is left of a division by it are the last bits.
            if let Some(seen) = seen.get_mut(window as usize & (places - 1)) {
                known += usize::from(std::mem::replace(seen, true));
            }
        });
        if block.weight >= BEGINS && known as f32 >= windows as f32 * SAME {
            return true;
        }
    }
    false
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

/// Whether a byte is of a letter or digit, or may be.
const TELLS: [bool; 256] = {
    let mut table = [true; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = !(byte as u8).is_ascii_whitespace() && !(byte as u8).is_ascii_punctuation();
        byte += 1;
    }
    table
};

/// For each letter bits as chance has them (SplitMix, Steele et al. 2014).
const BITS: [u64; 256] = {
    let mut table = [0; 256];
    let mut letter = 0;
    while letter < 256 {
        let seed = (letter as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mixed = (seed ^ seed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        table[letter] = mixed ^ mixed >> 31;
        letter += 1;
    }
    table
};

/// Gives hashes of the letters, a few at a time; of all of them where they are fewer. They roll on (Cohen 1997): each is the
/// last one, turned, a letter less and a letter more.
fn each_window(text: &str, mut take: impl FnMut(u64)) {
    // Of a power of two, so that a place in it is soon found.
    let mut last = [0u64; WINDOW.next_power_of_two()];
    let (mut hash, mut letters) = (0u64, 0);
    for byte in text.bytes().filter(|byte| TELLS[usize::from(*byte)]) {
        let bits = BITS[usize::from(byte)];
        let left = last[(letters + last.len() - WINDOW) % last.len()];
        last[letters % last.len()] = bits;
        hash = hash.rotate_left(1) ^ bits ^ left.rotate_left(WINDOW as u32);
        letters += 1;
        if letters >= WINDOW {
            take(hash);
        }
    }
    if (1..WINDOW).contains(&letters) {
        take(hash);
    }
}

/// All of these hashes.
fn windows(text: &str) -> Vec<u64> {
    let mut hashes = Vec::with_capacity(text.len());
    each_window(text, |hash| hashes.push(hash));
    hashes
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
