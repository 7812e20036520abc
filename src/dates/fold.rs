//! Letters and digits as they are compared: one case, no accents, digits of every script.

use unicode_normalization::char::decompose_compatible;

/// Gives the folded letters of one character to `out`; nothing for marks that only decorate.
pub(super) fn fold(c: char, mut out: impl FnMut(char)) {
    if c.is_ascii() {
        return out(c.to_ascii_lowercase());
    }
    if crate::model::is_han(c) {
        return out(c);
    }
    decompose_compatible(c, |part| {
        for small in part.to_lowercase() {
            decompose_compatible(small, |last| fold_part(last, &mut out));
        }
    });
}

fn fold_part(c: char, out: &mut impl FnMut(char)) {
    match c {
        '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{640}' | '\u{670}' | '\u{ad}' => {}
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {}
        'ı' => out('i'),
        'ø' => out('o'),
        'ł' => out('l'),
        'đ' => out('d'),
        'ß' => {
            out('s');
            out('s');
        }
        'æ' => {
            out('a');
            out('e');
        }
        'ى' | 'ی' => out('ي'),
        'ک' => out('ك'),
        'ہ' => out('ه'),
        '’' | '‘' | 'ʻ' | '′' | 'ʹ' | 'ʼ' | '`' | '´' | '\u{2bf}' | '\u{2be}' => out('\''),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '〜' | '～' => out('-'),
        '、' | '،' => out(','),
        '。' => out('.'),
        '\u{2215}' | '\u{2044}' => out('/'),
        _ => match digit(c) {
            Some(value) => out((b'0' + value) as char),
            None => out(c),
        },
    }
}

/// Value of a decimal digit of a script that writes dates with its own digits.
fn digit(c: char) -> Option<u8> {
    const ZEROS: [u32; 17] = [
        0x660, 0x6F0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0, 0xF20, 0x1040,
        0x17E0, 0x1810,
    ];
    let code = c as u32;
    let zero = ZEROS.iter().find(|&&z| (z..z + 10).contains(&code))?;
    u8::try_from(code - zero).ok()
}

/// A word or phrase as it is looked up: folded, dots out, single blanks.
pub(super) fn fold_phrase(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        fold(c, |f| match f {
            '.' => {}
            f if f.is_whitespace() => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            f => out.push(f),
        });
    }
    out.truncate(out.trim_end().len());
    out
}

/// Whether words of this letter's script are written without spaces, so that a word may end anywhere.
pub(super) fn is_unspaced(c: char) -> bool {
    crate::model::is_wide(c) || matches!(c as u32, 0x1100..=0x11FF | 0x3130..=0x318F)
}
