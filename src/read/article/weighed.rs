//! How heavy a text is, and what else its bytes tell, many of them looked at together.

use crate::model::is_wide;

/// Bytes looked at together: to ask the same of all of them takes a processor a few steps. Few enough for counts of a
/// byte each.
const PIECE: usize = 32;

/// A text weighed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Weighed {
    /// Letters and marks, those of unspaced scripts counting 2.5.
    pub(super) weight: u32,
    /// Whether it surely has no white space but single blanks, and none at its beginning.
    pub(super) is_folded: bool,
    /// Whether it has nothing but narrow letters and white space of ASCII, so that parts weigh together what the whole does.
    pub(super) is_narrow: bool,
}

/// Whether a character that is wide, or white space beyond ASCII, may begin with the byte.
#[inline]
fn may_be_wide_or_blank(byte: u8) -> bool {
    (byte == 0xC2) | (byte >= 0xE0)
}

impl Weighed {
    pub(super) fn of(text: &str) -> Self {
        let is_space = |b: u8| (b == b' ') | (b'\t'..=b'\r').contains(&b);
        let begins_one = |b: u8| !(0x80..0xC0).contains(&b);
        let (mut shown, mut tells, mut unfolded) = (0, 0, 0);
        // The text is taken to stand after a blank, as it may.
        let mut last = b' ';
        for piece in text.as_bytes().chunks(PIECE) {
            // The byte before the piece, the piece, and what no character begins with.
            let mut bytes = [0x80; 1 + PIECE];
            bytes[0] = last;
            if let Some(part) = bytes.get_mut(1..=piece.len()) {
                part.copy_from_slice(piece);
            }
            let mut here = 0;
            for [before, b] in bytes.array_windows() {
                here += u8::from(!is_space(*b) & begins_one(*b));
                tells |= u8::from(may_be_wide_or_blank(*b));
                unfolded |= u8::from((*b < b' ') | (*b == b' ') & (*before == b' '));
            }
            shown += u32::from(here);
            last = bytes[PIECE];
        }
        let is_narrow = tells == 0;
        let weight = if is_narrow { shown } else { with_wide(text, shown) };
        Self { weight, is_folded: is_narrow && unfolded == 0, is_narrow }
    }
}

/// What a text weighs that has so many characters but for white space of ASCII.
fn with_wide(text: &str, shown: u32) -> u32 {
    let (mut wide, mut blank) = (0, 0);
    for (at, _) in text.bytes().enumerate().filter(|(_, byte)| may_be_wide_or_blank(*byte)) {
        let c = text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or_default();
        wide += u32::from(is_wide(c));
        blank += u32::from(c.is_whitespace());
    }
    shown - wide - blank + wide * 5 / 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fold_space;

    #[test]
    fn a_text_weighs_what_its_characters_do() {
        let plainly = |text: &str| {
            let shown = || text.chars().filter(|c| !c.is_whitespace());
            let wide = shown().filter(|c| is_wide(*c)).count() as u32;
            shown().count() as u32 - wide + wide * 5 / 2
        };
        for c in ('\0'..='\u{3fff}').chain('\u{1f600}'..='\u{20010}') {
            let text = format!("{c} a, {c}{c}\n \tA longer text than is looked at together.{c}");
            assert_eq!(Weighed::of(&text).weight, plainly(&text), "{c:?}");
            let text = format!("Some {c} words{c}in a row");
            let Weighed { weight, is_folded, is_narrow } = Weighed::of(&text);
            assert!(!is_folded || fold_space(&text) == text, "{c:?}");
            assert!(!is_narrow || weight == plainly("Some words in a row") + 2 * plainly(&c.to_string()), "{c:?}");
        }
        assert!(Weighed::of("Some words in a row, more than are looked at together").is_folded);
        assert!(!Weighed::of(" and").is_folded && !Weighed::of("a  row").is_folded && !Weighed::of("a\nrow").is_folded);
    }
}
