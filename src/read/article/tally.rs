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

/// What one character adds: counts of a byte each, so that all are added at once.
const MARK: u64 = 1;
const DIGIT: u64 = 1 << 8;
const BAR: u64 = 1 << 16;
const LINE: u64 = 1 << 24;
/// What it adds if it is the first of a word.
const WORD: u64 = 1 << 32;
const CAPITAL: u64 = 1 << 40;
/// Marks white space.
const SPACE: u64 = 1 << 63;

/// What counts wherever a character stands.
const ANYWHERE: u64 = u32::MAX as u64;
/// So many bytes make no count too large for its bits.
const COUNTED_AT_ONCE: usize = u8::MAX as usize;

/// Characters of most alphabets, each at its place.
static SMALL: LazyLock<[u64; 0x600]> = LazyLock::new(|| {
    let mut table = [0; 0x600];
    table.iter_mut().zip('\0'..).for_each(|(sort, c)| *sort = sort_of(c));
    table
});

fn sort_of(c: char) -> u64 {
    let counts = match c {
        ',' | '.' | ';' | '!' | '?' | '，' | '。' | '、' | '；' | '！' | '？' | '،' | '।' => MARK,
        '0'..='9' => DIGIT,
        '|' | '•' | '·' | '›' | '»' | '/' | '>' | '©' => BAR,
        '\n' => LINE,
        _ => 0,
    };
    let first = if c.is_uppercase() { WORD | CAPITAL } else { WORD };
    counts | if c.is_whitespace() { SPACE } else { first }
}

impl Tally {
    pub(super) fn of(text: &str) -> Self {
        let mut tally = Self::default();
        let mut counting = u64::MAX;
        let mut rest = text;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.floor_char_boundary(COUNTED_AT_ONCE));
            counting = tally.add(piece, counting);
            rest = after;
        }
        tally
    }

    /// Adds a short text, of whose first character this counts; tells what does of the next one's.
    fn add(&mut self, text: &str, mut counting: u64) -> u64 {
        let small = &*SMALL;
        let mut counts = 0u64;
        let mut add = |sort: u64| {
            counts = counts.wrapping_add(sort & counting);
            counting = if sort & SPACE == 0 { ANYWHERE } else { u64::MAX };
        };
        if text.is_ascii() {
            self.characters += text.len() as u32;
            text.bytes().filter_map(|byte| small.get(usize::from(byte))).for_each(|sort| add(*sort));
        } else {
            for c in text.chars() {
                self.characters += 1;
                match small.get(c as usize) {
                    Some(sort) => add(*sort),
                    None => {
                        self.wide += u32::from(is_wide(c));
                        add(sort_of(c));
                    }
                }
            }
        }
        let count = |one: u64| u32::from((counts >> one.trailing_zeros()) as u8);
        self.marks += count(MARK);
        self.digits += count(DIGIT);
        self.bars += count(BAR);
        self.lines += count(LINE);
        self.words += count(WORD);
        self.capitals += count(CAPITAL);
        counting
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
