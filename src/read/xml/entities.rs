//! Character and entity references.

use std::borrow::Cow;
use std::collections::HashMap;

use html5ever::data::NAMED_ENTITIES;

/// Most entities of its own a document may declare.
const MAX_DECLARED: usize = 512;
/// Longest text one of them may stand for, in bytes.
const MAX_LENGTH: usize = 4096;
/// How much text all uses of them may come to, in bytes.
const BUDGET: usize = 256 * 1024;

/// The entities that a document declares itself, and what is left of its allowance.
#[derive(Debug)]
pub(super) struct Entities {
    own: HashMap<String, String>,
    left: usize,
}

impl Entities {
    pub(super) fn new() -> Self {
        Self { own: HashMap::new(), left: BUDGET }
    }

    /// Takes the internal entities of a document type declaration. External ones (`SYSTEM`, `PUBLIC`) and
    /// parameter entities are passed over. References inside a value are kept as letters: nothing nests.
    pub(super) fn declare(&mut self, doctype: &str) {
        for declaration in doctype.split("<!ENTITY").skip(1).take(MAX_DECLARED) {
            let Some((name, value)) = declaration.trim_start().split_once(|c: char| c.is_ascii_whitespace()) else {
                continue;
            };
            let value = value.trim_start();
            let Some(quote @ ('"' | '\'')) = value.chars().next() else { continue };
            let Some((value, _)) = value.get(1..).and_then(|v| v.split_once(quote)) else { continue };
            if name != "%" && !name.is_empty() && value.len() <= MAX_LENGTH {
                let mut plain = String::new();
                expand(value, &mut plain, |_, _| false);
                // The first declaration binds (XML 1.0 §4.2).
                self.own.entry(name.to_owned()).or_insert(plain);
            }
        }
    }

    /// Text with its references resolved and characters that XML forbids left out.
    pub(super) fn decode<'a>(&mut self, raw: &'a str) -> Cow<'a, str> {
        if !raw.bytes().any(|b| b == b'&' || (b < b' ' && !matches!(b, b'\t' | b'\n')))
            && !raw.contains(['\u{fffe}', '\u{ffff}'])
        {
            return Cow::Borrowed(raw);
        }
        let mut out = String::with_capacity(raw.len());
        expand(raw, &mut out, |name, out| match self.own.get(name) {
            Some(value) => {
                if let Some(left) = self.left.checked_sub(value.len().max(1)) {
                    self.left = left;
                    out.push_str(value);
                }
                true
            }
            None => false,
        });
        Cow::Owned(out)
    }
}

/// Writes `raw` with its references resolved; `own` knows the document's entities and says whether it wrote one.
fn expand(raw: &str, out: &mut String, mut own: impl FnMut(&str, &mut String) -> bool) {
    let mut rest = raw;
    while let Some(start) = rest.find('&') {
        let (before, from) = rest.split_at(start);
        push_plain(before, out);
        let after = from.get(1..).unwrap_or_default();
        // The longest name in HTML has 32 letters.
        let end = after.bytes().take(34).position(|b| b == b';');
        let name = end.and_then(|end| after.get(..end)).unwrap_or_default();
        let known = match name.strip_prefix('#') {
            Some(number) => match numeric(number) {
                Some(c) => {
                    push_plain(c.encode_utf8(&mut [0; 4]), out);
                    true
                }
                None => false,
            },
            None if name.is_empty() => false,
            None => own(name, out) || named(name, out),
        };
        if known {
            rest = after.get(name.len() + 1..).unwrap_or_default();
        } else {
            // A bare ampersand, or one of no known entity, stands for itself.
            out.push('&');
            rest = after;
        }
    }
    push_plain(rest, out);
}

/// The character of a numeric reference. 128 to 159 are read as Windows-1252, as browsers do (HTML §13.2.5.80).
fn numeric(number: &str) -> Option<char> {
    let number = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    if let Ok(byte @ 0x80..=0x9f) = u8::try_from(number) {
        let byte = [byte];
        let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&byte);
        return text.chars().next();
    }
    Some(char::from_u32(number).unwrap_or('\u{fffd}'))
}

fn named(name: &str, out: &mut String) -> bool {
    let mut key = String::with_capacity(name.len() + 1);
    key.push_str(name);
    key.push(';');
    let Some((first, second)) = NAMED_ENTITIES.get(&key).filter(|(first, _)| *first != 0) else {
        return match &*name.to_ascii_lowercase() {
            // XML's own, which HTML lacks or spells in its own way.
            "apos" => {
                out.push('\'');
                true
            }
            _ => false,
        };
    };
    out.extend(char::from_u32(*first));
    out.extend(char::from_u32(*second).filter(|c| *c != '\0'));
    true
}

/// Writes text without the characters that XML 1.0 §2.2 forbids.
fn push_plain(text: &str, out: &mut String) {
    let forbidden = |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    if text.contains(forbidden) {
        out.extend(text.chars().filter(|c| !forbidden(*c)));
    } else {
        out.push_str(text);
    }
}
