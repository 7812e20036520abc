//! JSON text into values: strictly, else mended.

use serde_json::Value;

/// JSON, and what had to be mended to read it.
#[derive(Debug)]
pub(in crate::read::listing) struct Parsed {
    pub(in crate::read::listing) value: Value,
    pub(in crate::read::listing) mended: Option<String>,
}

/// Reads JSON strictly, without what often wraps it (a byte order mark, a call-back's name, a guard against
/// inclusion); where that fails, once more with its usual faults mended: numbers too long for any
/// machine (kept as text), commas before a closing bracket, raw control characters inside texts.
pub(in crate::read::listing) fn parse(text: &str) -> Result<Parsed, String> {
    let text = unwrap(text);
    let strict = match serde_json::from_str(text) {
        Ok(value) => return Ok(Parsed { value, mended: None }),
        Err(e) => e,
    };
    match serde_json::from_str(&mend(text)) {
        Ok(value) => Ok(Parsed { value, mended: Some(format!("the JSON is faulty and was mended: {strict}")) }),
        Err(_) => Err(format!("the JSON cannot be read: {strict}")),
    }
}

/// The JSON inside `callback({…});` or `x = {…};`, or behind `)]}',` or `for(;;);` and a byte order mark.
fn unwrap(text: &str) -> &str {
    let text = text.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
    if text.starts_with(['{', '[']) {
        return text;
    }
    let head = text.get(..text.floor_char_boundary(128)).unwrap_or_default();
    let Some(start) = head.find(['{', '[']) else { return text };
    let is_wrapping = head.get(..start).is_some_and(|h| h.trim_end().ends_with(['(', ',', ';', '=']));
    let inner = text.get(start..).unwrap_or_default();
    let end = inner.rfind(['}', ']']).map_or(inner.len(), |e| e + 1);
    if is_wrapping { inner.get(..end).unwrap_or(text) } else { text }
}

fn mend(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_string = false;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' if in_string => {
                out.push(c);
                out.extend(rest.next());
            }
            '"' => {
                in_string = !in_string;
                out.push(c);
            }
            '\n' if in_string => out.push_str("\\n"),
            '\t' if in_string => out.push_str("\\t"),
            c if in_string && c < ' ' => {}
            '0'..='9' | '-' if !in_string => {
                let mut number = String::from(c);
                while let Some(more) = rest.next_if(|c| matches!(c, '0'..='9' | '.' | 'e' | 'E' | '+' | '-')) {
                    number.push(more);
                }
                match number.len() > 15 {
                    true => out.extend(['"'].into_iter().chain(number.chars()).chain(['"'])),
                    false => out.push_str(&number),
                }
            }
            ']' | '}' if !in_string => {
                let end = out.trim_end().len();
                if out.get(..end).is_some_and(|o| o.ends_with(',')) {
                    out.truncate(end - 1);
                }
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
