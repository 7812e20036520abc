//! JSON endpoints.

use serde_json::Value;

use crate::model::{Listing, Page, Read};

/// Reads a JSON answer by its shape.
pub(super) fn read(_page: &Page) -> Read<Listing> {
    super::nothing("not JSON")
}

/// JSON, and what had to be mended to read it.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) value: Value,
    pub(super) mended: Option<String>,
}

/// Reads JSON strictly; where that fails, once more with its usual faults mended: numbers too long for any
/// machine (kept as text), commas before a closing bracket, raw control characters inside texts.
pub(super) fn parse(text: &str) -> Result<Parsed, String> {
    let strict = match serde_json::from_str(text) {
        Ok(value) => return Ok(Parsed { value, mended: None }),
        Err(e) => e,
    };
    match serde_json::from_str(&mend(text)) {
        Ok(value) => Ok(Parsed { value, mended: Some(format!("the JSON is faulty and was mended: {strict}")) }),
        Err(_) => Err(format!("the JSON cannot be read: {strict}")),
    }
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
