//! What a text consists of: its marks, digits, words.

use std::sync::LazyLock;

use crate::model::is_wide;

/// Characters of a text, counted by sort.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) characters: u32,
    /// Marks between sentences and their parts.
    pub(super) marks: u32,
    pub(super) digits: u32,
    /// What stands between items of a row.
    pub(super) bars: u32,
    /// Line breaks.
    pub(super) lines: u32,
    /// Letters of scripts without spaces.
    pub(super) wide: u32,
    pub(super) words: u32,
    /// Words that begin with a capital.
    pub(super) capitals: u32,
}

/// What one character adds.
#[derive(Clone, Copy, Default)]
struct Sort {
    /// Marks, digits, bars and lines, of 16 bits each, so that all are counted at once.
    counts: u64,
    is_space: bool,
    is_upper: bool,
}

/// So many bytes make no count too large for its bits.
const COUNTED_AT_ONCE: usize = u16::MAX as usize;

/// Characters of most alphabets, each at its place.
static SMALL: LazyLock<[Sort; 0x600]> = LazyLock::new(|| {
    let mut table = [Sort::default(); 0x600];
    table.iter_mut().zip('\0'..).for_each(|(sort, c)| *sort = Sort::of(c));
    table
});

impl Sort {
    fn of(c: char) -> Self {
        let counts = match c {
            ',' | '.' | ';' | '!' | '?' | '，' | '。' | '、' | '；' | '！' | '？' | '،' | '।' => 1,
            _ if c.is_ascii_digit() => 1 << 16,
            '|' | '•' | '·' | '›' | '»' | '/' | '>' | '©' => 1 << 32,
            '\n' => 1 << 48,
            _ => 0,
        };
        Self { counts, is_space: c.is_whitespace(), is_upper: c.is_uppercase() }
    }
}

impl Tally {
    pub(super) fn of(text: &str) -> Self {
        let mut tally = Self::default();
        let mut after_space = true;
        let mut rest = text;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.floor_char_boundary(COUNTED_AT_ONCE));
            after_space = tally.add(piece, after_space);
            rest = after;
        }
        tally
    }

    /// Adds a short text; tells whether it ends with white space.
    fn add(&mut self, text: &str, mut after_space: bool) -> bool {
        let small = &*SMALL;
        let (mut counts, mut words, mut capitals) = (0, 0, 0);
        let mut add = |sort: &Sort| {
            counts += sort.counts;
            let begins = !sort.is_space & after_space;
            words += u32::from(begins);
            capitals += u32::from(begins & sort.is_upper);
            after_space = sort.is_space;
        };
        if text.is_ascii() {
            self.characters += text.len() as u32;
            text.bytes().filter_map(|byte| small.get(usize::from(byte))).for_each(add);
        } else {
            for c in text.chars() {
                self.characters += 1;
                match small.get(c as usize) {
                    Some(sort) => add(sort),
                    None => {
                        self.wide += u32::from(is_wide(c));
                        add(&Sort::of(c));
                    }
                }
            }
        }
        let count = |place: u32| (counts >> (16 * place)) as u32 & u32::from(u16::MAX);
        self.marks += count(0);
        self.digits += count(1);
        self.bars += count(2);
        self.lines += count(3);
        self.words += words;
        self.capitals += capitals;
        after_space
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_by_sort() {
        let tally = Tally { characters: 29, marks: 3, digits: 2, bars: 2, lines: 1, words: 8, capitals: 3, wide: 0 };
        assert_eq!(Tally::of("The Ferry, 10 a.m. » É |\nend "), tally);
        let tally = Tally { characters: 5, marks: 2, wide: 2, words: 2, ..Tally::default() };
        assert_eq!(Tally::of("新，\u{3000}闻。"), tally);
    }

    #[test]
    fn no_text_is_too_long_to_be_counted() {
        let many = 3 * COUNTED_AT_ONCE as u32 + 5;
        let text = ".".repeat(many as usize);
        assert_eq!(Tally::of(&text), Tally { characters: many, marks: many, words: 1, ..Tally::default() });
    }
}
