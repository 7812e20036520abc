//! Character and entity references.

use std::borrow::Cow;
use std::collections::HashMap;

use html5ever::data::NAMED_ENTITIES;
use memchr::{memchr, memchr_iter};

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
        if memchr(b'&', raw.as_bytes()).is_none() {
            return clean(raw);
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
    // Escaped HTML is full of references: its letters are looked through once.
    let push: fn(&str, &mut String) = if is_clean(raw) { |text, out| out.push_str(text) } else { push_plain };
    let mut rest = raw;
    while let Some(start) = memchr(b'&', rest.as_bytes()) {
        let (before, from) = rest.split_at(start);
        push(before, out);
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
    push(rest, out);
}

/// The character of a numeric reference. 128 to 159 are read as Windows-1252, as browsers do (HTML §13.2.5.80).
fn numeric(number: &str) -> Option<char> {
    let number = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    if let Ok(byte @ 0x80..=0x9f) = u8::try_from(number) {
        return Some(numeric_1252(byte));
    }
    Some(char::from_u32(number).unwrap_or('\u{fffd}'))
}

fn named(name: &str, out: &mut String) -> bool {
    // XML's own are nearly all there are.
    let common = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => None,
    };
    if let Some(c) = common {
        out.push(c);
        return true;
    }
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

fn push_plain(text: &str, out: &mut String) {
    out.push_str(&clean(text));
}

/// Text without the characters that XML 1.0 §2.2 forbids; those of the second control block, which nobody means,
/// are read as Windows-1252, as in references.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    if is_clean(text) {
        return Cow::Borrowed(text);
    }
    let kept = text.chars().filter(|c| !is_forbidden(*c));
    Cow::Owned(kept.map(|c| if is_control(c) { numeric_1252(c as u8) } else { c }).collect())
}

fn is_clean(text: &str) -> bool {
    let bytes = text.as_bytes();
    // Most texts have nothing that needs a second look.
    let may_be_odd = |b: u8| (b < b' ') & (b != b'\t') & (b != b'\n') & (b != b'\r') | (b == 0xc2) | (b == 0xef);
    if !bytes.iter().fold(false, |odd, b| odd | may_be_odd(*b)) {
        return true;
    }
    // All of the second control block begin with this byte.
    let controls = memchr_iter(0xc2, bytes).any(|at| matches!(bytes.get(at + 1), Some(0x80..=0x9f)));
    !controls
        && !bytes.iter().any(|b| *b < b' ' && !matches!(b, b'\t' | b'\n' | b'\r'))
        && !memchr_iter(0xef, bytes).any(|at| matches!(bytes.get(at..at + 3), Some([_, 0xbf, 0xbe | 0xbf])))
}

fn is_forbidden(c: char) -> bool {
    (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

fn is_control(c: char) -> bool {
    ('\u{80}'..='\u{9f}').contains(&c)
}

fn numeric_1252(byte: u8) -> char {
    let byte = [byte];
    let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&byte);
    text.chars().next().unwrap_or('\u{fffd}')
}
