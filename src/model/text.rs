//! Small measures of text that several rooms need.

/// Folds every run of white space (no-break and zero-width included) into one blank; trims.
pub fn fold_space(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
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

/// Whether a character belongs to a script written without spaces, so that each counts about as much
/// as half a word: Han, kana, Thai, Lao, Khmer, Burmese; Hangul syllables too.
pub fn is_wide(c: char) -> bool {
    matches!(c as u32,
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x4DBF
        | 0x4E00..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0x20000..=0x2FA1F)
}

/// Length of a text in Latin-equivalent characters: letters of unspaced scripts count 2.5, white space
/// and punctuation as one character. One measure for "how much is said" in every language.
pub fn text_weight(text: &str) -> usize {
    let (mut narrow, mut wide) = (0usize, 0usize);
    for c in text.chars() {
        if is_wide(c) { wide += 1 } else { narrow += 1 }
    }
    narrow + wide * 5 / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_of_every_kind_is_folded() {
        assert_eq!(fold_space("  a\u{a0}\u{200b}\n\tb \u{3000}"), "a b");
    }

    #[test]
    fn wide_letters_weigh_more() {
        assert_eq!(text_weight("ab"), 2);
        assert_eq!(text_weight("新闻"), 5);
    }
}
