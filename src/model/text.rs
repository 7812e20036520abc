//! Small measures of text that several rooms need.

use std::collections::HashMap;
use std::sync::LazyLock;

use memchr::{memchr_iter, memmem};

/// Whether a character is white space, of no width included.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}' | '\u{2060}')
}

/// Folds every run of white space (no-break and zero-width included) into one blank; trims.
pub fn fold_space(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_folded(&mut out, text);
    if out.ends_with(' ') {
        out.pop();
    }
    out
}

/// Adds a text with every run of white space folded into one blank, none at the beginning of a line. Most texts are
/// folded already, and are taken as they are.
pub fn push_folded(out: &mut String, mut text: &str) {
    while !text.is_empty() {
        let after_blank = out.is_empty() || out.ends_with([' ', '\n']);
        let (folded, rest) = text.split_at(first_unfolded(text, after_blank));
        out.push_str(folded);
        text = rest.trim_start_matches(is_blank);
        if text.len() < rest.len() && !out.is_empty() && !out.ends_with([' ', '\n']) {
            out.push(' ');
        }
    }
}

/// Whether a text has no white space but single blanks, as far as its bytes tell at a glance.
pub fn is_surely_folded(text: &str) -> bool {
    let mut after_blank = false;
    text.as_bytes().chunks(LOOKED_AT).all(|piece| {
        let is_folded = piece_is_folded(piece, after_blank);
        after_blank = piece.ends_with(b" ");
        is_folded
    })
}

/// Where the first white space stands that is no single blank between words; a text's end where all is.
fn first_unfolded(text: &str, mut after_blank: bool) -> usize {
    let mut begin = 0;
    for piece in text.as_bytes().chunks(LOOKED_AT) {
        if piece_is_folded(piece, after_blank) {
            after_blank = piece.ends_with(b" ");
        } else {
            for (at, byte) in (begin..).zip(piece) {
                let may_be = MAY_BE_BLANK[usize::from(*byte)] && (*byte != b' ' || after_blank);
                if may_be && text.get(at..).is_some_and(|rest| rest.starts_with(is_blank)) {
                    return at;
                }
                after_blank = *byte == b' ';
            }
        }
        begin += piece.len();
    }
    text.len()
}

/// So many bytes are looked at together: to ask the same of all of them takes a processor a few steps.
const LOOKED_AT: usize = 32;

/// The same of a piece of a text.
fn piece_is_folded(piece: &[u8], after_blank: bool) -> bool {
    // The byte before the piece, the piece, and what is no white space.
    let mut bytes = [b'.'; 1 + LOOKED_AT];
    if after_blank {
        bytes[0] = b' ';
    }
    if let Some(part) = bytes.get_mut(1..=piece.len()) {
        part.copy_from_slice(piece);
    }
    let may_be_blank = |b: u8| (b < b' ') | (b == 0xC2) | (0xE1..=0xE3).contains(&b) | (b == 0xEF);
    let mut unfolded = 0;
    for [before, b] in bytes.array_windows() {
        unfolded |= u8::from(may_be_blank(*b) | (*b == b' ') & (*before == b' '));
    }
    unfolded == 0
}

/// Splits a text before its first white space, of no width included.
pub fn split_at_blank(text: &str) -> (&str, &str) {
    let is_blank = |at: usize, byte| {
        MAY_BE_BLANK[usize::from(byte)] && text.get(at..).is_some_and(|rest| rest.starts_with(is_blank))
    };
    let end = text.bytes().enumerate().find(|(at, byte)| is_blank(*at, *byte));
    text.split_at(end.map_or(text.len(), |(at, _)| at))
}

/// Whether white space may begin with a byte.
const MAY_BE_BLANK: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(byte as u8, b' ' | b'\t'..=b'\r' | 0xC2 | 0xE1..=0xE3 | 0xEF);
        byte += 1;
    }
    table
};

/// Whether a character belongs to a script written without spaces, so that each counts about as much
/// as half a word: Han, kana, Thai, Lao, Khmer, Burmese; Hangul syllables too.
#[inline]
pub fn is_wide(c: char) -> bool {
    is_han(c)
        || c >= '\u{E00}'
            && matches!(c as u32,
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x4DBF
        | 0x4E00..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0x20000..=0x2FA1F)
}

/// Whether a character is one of the common Han ideographs: letters that have no case and are made of no others. Telling
/// so by itself spares most of what is written in Chinese the tables of Unicode.
#[inline]
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}')
}

/// Length of a text in Latin-equivalent characters: letters of unspaced scripts count 2.5, white space
/// and punctuation as one character. One measure for "how much is said" in every language.
pub fn text_weight(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    let characters = text.chars().count();
    // Nothing wide begins with other bytes; U+2000 and following, which any text may hold, begin with 0xE2.
    let may_be_wide = text.bytes().fold(false, |may, byte| may | (byte >= 0xE0 && byte != 0xE2));
    let wide = if may_be_wide { text.chars().filter(|c| is_wide(*c)).count() } else { 0 };
    characters - wide + wide * 5 / 2
}

/// Letters and digits of the scripts that have cases and stand first in Unicode, in lower case, each at its place: what
/// Unicode says of them would else be looked up character by character. 0 for anything else, and for letters that are not
/// one in lower case.
static LOWER: LazyLock<[char; 0x600]> = LazyLock::new(|| {
    let mut table = ['\0'; 0x600];
    for (c, cell) in ('\0'..).zip(&mut table) {
        let mut lower = c.to_lowercase();
        if let (true, Some(one), None) = (c.is_alphanumeric(), lower.next(), lower.next()) {
            *cell = one;
        }
    }
    table
});

/// Adds a letter or digit in lower case; tells whether it was one. Anything else is left out.
#[inline]
pub fn push_letter(out: &mut String, c: char) -> bool {
    if !c.is_ascii() {
        return push_further_letter(out, c);
    }
    if c.is_ascii_alphanumeric() {
        out.push(c.to_ascii_lowercase());
    }
    c.is_ascii_alphanumeric()
}

fn push_further_letter(out: &mut String, c: char) -> bool {
    match LOWER.get(c as usize) {
        Some(lower) if *lower != '\0' => out.push(*lower),
        _ if matches!(c, '\u{2000}'..='\u{206F}') => return false,
        _ if is_han(c) => out.push(c),
        _ if c.is_alphanumeric() => out.extend(c.to_lowercase()),
        _ => return false,
    }
    true
}

/// A text's letters and digits in lower case; case, white space and punctuation say nothing of what is named.
pub fn letters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_letters(&mut out, text);
    out
}

/// Whether two texts have the same [`letters`].
pub fn same_letters(one: &str, other: &str) -> bool {
    let each = |text| str::chars(text).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    each(one).eq(each(other))
}

/// Adds a text's [`letters`].
pub fn push_letters(out: &mut String, mut text: &str) {
    while !text.is_empty() {
        let plain = text.bytes().position(|b| !b.is_ascii()).unwrap_or(text.len());
        let (plain, further) = text.split_at(plain);
        plain.as_bytes().chunks(PIECE).for_each(|piece| push_plain_letters(out, piece));
        text = further;
        let mut further = further.chars();
        while let Some(c) = further.next().filter(|c| !c.is_ascii_alphanumeric()) {
            if !c.is_ascii() {
                push_further_letter(out, c);
            }
            text = further.as_str();
        }
    }
}

/// So many characters of ASCII are put in lower case at once.
const PIECE: usize = 64;

/// Adds the letters of a piece of ASCII.
fn push_plain_letters(out: &mut String, piece: &[u8]) {
    let (mut letters, mut end) = ([0; PIECE], 0);
    for byte in piece {
        if let Some(cell) = letters.get_mut(end) {
            *cell = PLAIN_LOWER[usize::from(*byte)];
            // What is no letter is written over by the next.
            end += usize::from(*cell != 0);
        }
    }
    let letters = letters.get(..end).and_then(|letters| str::from_utf8(letters).ok());
    out.push_str(letters.unwrap_or_default());
}

/// Letters and digits of ASCII in lower case, each at its place; 0 for anything else.
const PLAIN_LOWER: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0u8;
    while byte.is_ascii() {
        if byte.is_ascii_alphanumeric() {
            table[byte as usize] = byte.to_ascii_lowercase();
        }
        byte += 1;
    }
    table
};

/// Up to this length a text is looked through without preparing to.
const SHORT: usize = 512;

/// Whether a text holds another. Titles and the like are short: to prepare a search takes longer than the search.
pub fn holds(text: &str, part: &str) -> bool {
    let (text, part) = (text.as_bytes(), part.as_bytes());
    if text.len() > SHORT {
        return memmem::find(text, part).is_some();
    }
    let Some((first, rest)) = part.split_first() else { return true };
    memchr_iter(*first, text).any(|at| text.get(at + 1..).is_some_and(|after| after.starts_with(rest)))
}

/// Sørensen and Dice's coefficient over pairs of neighbouring [`letters`]: 0 for nothing in common, 1 for the same.
pub fn resemblance(one: &str, other: &str) -> f64 {
    let (one, other) = (letters(one), letters(other));
    let pairs = |text: &str| text.chars().zip(text.chars().skip(1)).collect::<Vec<_>>();
    let (ours, theirs) = (pairs(&one), pairs(&other));
    let mut left: HashMap<(char, char), usize> = HashMap::new();
    for pair in &ours {
        *left.entry(*pair).or_default() += 1;
    }
    let mut shared = 0;
    for pair in &theirs {
        if let Some(left) = left.get_mut(pair).filter(|left| **left > 0) {
            *left -= 1;
            shared += 1;
        }
    }
    let all = ours.len() + theirs.len();
    if all == 0 { f64::from(u8::from(one == other)) } else { 2.0 * f64::from(shared) / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_of_every_kind_is_folded() {
        assert_eq!(fold_space("  a\u{a0}\u{200b}\n\tb \u{3000}"), "a b");
    }

    #[test]
    fn white_space_is_found_wherever_it_stands() {
        let plainly = |text: &str| {
            let words = text.split(|c: char| is_blank(c)).filter(|word| !word.is_empty());
            words.collect::<Vec<&str>>().join(" ")
        };
        for c in ('\0'..='\u{ffff}').filter(|c| is_blank(*c) || c.is_control() || "é—“”新가".contains(*c)) {
            for text in [format!("a{c}b"), format!("a {c}b"), format!("{c}a{c} b{c}"), format!("é {c} 新{c}{c}")] {
                assert_eq!(fold_space(&text), plainly(&text), "{c:?}");
            }
        }
    }

    #[test]
    fn letters_are_what_unicode_says() {
        for c in '\0'..='\u{3fff}' {
            let expected: String = c.to_lowercase().filter(|_| c.is_alphanumeric()).collect();
            assert_eq!(letters(&c.to_string()), expected, "{c:?}");
            assert_eq!(letters(&format!("A {c}-{c}b. {c}")), format!("a{expected}{expected}b{expected}"), "{c:?}");
        }
        assert_eq!(letters(&"Ferry, back: 2 PM! ".repeat(9)), "ferryback2pm".repeat(9));
    }

    #[test]
    fn a_part_is_found_wherever_it_stands() {
        for text in ["", "a", "aab", "xaaaab", "新闻稿", &"aab".repeat(300)] {
            for part in ["", "a", "ab", "aab", "aaab", "闻稿", "新稿"] {
                assert_eq!(holds(text, part), text.contains(part), "{text} {part}");
            }
        }
    }

    #[test]
    fn resemblance_goes_by_pairs_of_letters() {
        assert_eq!(letters("Ferry, back: 2 PM!"), "ferryback2pm");
        assert!(same_letters("Ferry, back!", "FERRY BACK") && !same_letters("Ferry", "Ferry back"));
        for (one, other, expected) in
            [("Night", "nacht", 0.25), ("aaa", "aa", 2.0 / 3.0), ("A!", "a", 1.0), ("", "b", 0.0)]
        {
            assert_eq!(resemblance(one, other), expected, "{one} / {other}");
        }
    }

    #[test]
    fn wide_letters_weigh_more() {
        assert_eq!(text_weight("ab"), 2);
        assert_eq!(text_weight("新闻"), 5);
        for c in '\u{80}'..='\u{30000}' {
            assert_eq!(text_weight(&format!("{c}{c}")), if is_wide(c) { 5 } else { 2 }, "{c:?}");
        }
    }
}
