//! Small measures of text that several rooms need.

use std::collections::HashMap;

/// Folds every run of white space (no-break and zero-width included) into one blank; trims.
pub fn fold_space(text: &str) -> String {
    if text.is_ascii() && is_folded(text.as_bytes()) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    if text.is_ascii() {
        for word in text.split_whitespace() {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
        }
        return out;
    }
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}' | '\u{2060}') {
            gap = true;
        } else {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            out.push(c);
        }
    }
    out
}

/// Whether the only white space of ASCII text is single blanks between words.
fn is_folded(text: &[u8]) -> bool {
    text.first() != Some(&b' ')
        && text.last() != Some(&b' ')
        && !text.iter().any(|b| matches!(b, b'\t'..=b'\r'))
        && memchr::memmem::find(text, b"  ").is_none()
}

/// Whether a character belongs to a script written without spaces, so that each counts about as much
/// as half a word: Han, kana, Thai, Lao, Khmer, Burmese; Hangul syllables too.
pub fn is_wide(c: char) -> bool {
    is_han(c)
        || c >= '\u{E00}'
            && matches!(c as u32,
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x4DBF
        | 0x4E00..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0x20000..=0x2FA1F)
}

/// Whether a character is one of the common Han ideographs: letters that have no case and are made of no others. Telling
/// so by itself spares most of what is written in Chinese the tables of Unicode.
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}')
}

/// Length of a text in Latin-equivalent characters: letters of unspaced scripts count 2.5, white space
/// and punctuation as one character. One measure for "how much is said" in every language.
pub fn text_weight(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    let (mut narrow, mut wide) = (0usize, 0usize);
    for c in text.chars() {
        if is_wide(c) { wide += 1 } else { narrow += 1 }
    }
    narrow + wide * 5 / 2
}

/// A text's letters and digits in lower case; case, white space and punctuation say nothing of what is named.
pub fn letters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            if c.is_ascii_alphanumeric() {
                out.push(c.to_ascii_lowercase());
            }
        } else if is_han(c) {
            out.push(c);
        } else if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        }
    }
    out
}

/// Whether two texts have the same [`letters`].
pub fn same_letters(one: &str, other: &str) -> bool {
    let each = |text| str::chars(text).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    each(one).eq(each(other))
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
    }
}
