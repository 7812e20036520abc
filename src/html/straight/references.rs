//! Character references (HTML §13.2.5.72): the usual ones at once, the others by html5ever's own tables.

use std::cell::RefCell;

use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::{RawKind, State};
use html5ever::tokenizer::{Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use memchr::memchr;

use super::lexer::Lexer;

/// A reference that is not told by its name alone is no longer than this.
const LONGEST: usize = 40;

/// Text with its references resolved.
pub(super) fn in_text(lexer: &Lexer<'_>, written: &str) -> Option<StrTendril> {
    if memchr(b'&', written.as_bytes()).is_none() {
        return Some(StrTendril::from_slice(written)).filter(|_| written.len() <= 8).or_else(|| lexer.tendril(written));
    }
    Some(match resolve(written, |_| None) {
        Some(text) => text,
        None => StrTendril::from_slice(&by_rules(written)),
    })
}

/// A value of an attribute likewise.
pub(super) fn in_value(written: &str) -> Option<StrTendril> {
    resolve(written, |rest| {
        if let Some(number) = rest.strip_prefix('#') {
            let (marker, digit): (usize, fn(&u8) -> bool) = match number.strip_prefix(['x', 'X']) {
                Some(_) => (2, u8::is_ascii_hexdigit),
                None => (1, u8::is_ascii_digit),
            };
            let digits = rest.bytes().skip(marker).take_while(digit).count();
            if digits == 0 {
                return Some(("&".into(), 0));
            }
            let end = marker + digits;
            let length = end + usize::from(rest.as_bytes().get(end) == Some(&b';'));
            return Some((by_rules(&format!("&{}", rest.get(..length)?)), length));
        }
        let name = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let end = rest.as_bytes().get(name);
        let length = name + usize::from(end == Some(&b';'));
        let written = format!("&{}", rest.get(..length)?);
        let text = by_rules(&written);
        // `?a=1&copy=2`: addresses are written so (§13.2.5.73), and a name that only begins like a known one is another
        // thing here than in text.
        let whole = end != Some(&b'=')
            && (text == ";" || !text.ends_with(|last: char| last == ';' || last.is_ascii_alphanumeric()));
        Some((if whole { text } else { written }, length))
    })
}

/// Resolves the usual references; the others are told to `unusual`: what stands behind the `&`, to what it means and
/// how much of it that takes.
fn resolve(written: &str, unusual: impl Fn(&str) -> Option<(String, usize)>) -> Option<StrTendril> {
    let mut out = StrTendril::with_capacity(u32::try_from(written.len()).ok()?);
    let mut rest = written;
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        out.push_slice(rest.get(..at)?);
        rest = rest.get(at + 1..)?;
        if !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '#') {
            out.push_slice("&");
            continue;
        }
        let end = rest.bytes().take(LONGEST).position(|b| b == b';');
        let usual = end.and_then(|end| Some((meaning(rest.get(..end)?)?, end + 1)));
        let length = match usual {
            Some((c, length)) => {
                out.push_char(c);
                length
            }
            None => {
                let (meant, length) = unusual(rest)?;
                out.push_slice(&meant);
                length
            }
        };
        rest = rest.get(length..)?;
    }
    out.push_slice(rest);
    Some(out)
}

/// The character of a usual reference.
fn meaning(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16).ok()?,
            None if number.bytes().all(|b| b.is_ascii_digit()) => number.parse().ok()?,
            _ => return None,
        };
        // Beyond these there are replacements.
        return char::from_u32(code)
            .filter(|c| matches!(c, ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fdcf}'));
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "nbsp" => '\u{a0}',
        "copy" => '©',
        "laquo" => '«',
        "raquo" => '»',
        "middot" => '·',
        "bull" => '•',
        "hellip" => '…',
        "ndash" => '–',
        "mdash" => '—',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        _ => return None,
    })
}

/// Collects text.
#[derive(Default)]
struct Collect(RefCell<String>);

impl TokenSink for Collect {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        if let Token::CharacterTokens(text) = token {
            self.0.borrow_mut().push_str(&text);
        }
        TokenSinkResult::Continue
    }
}

/// Text without tags, its references resolved by html5ever.
fn by_rules(text: &str) -> String {
    // Where a `<` is one.
    let initial_state = Some(State::RawData(RawKind::Rcdata));
    let tokenizer = Tokenizer::new(Collect::default(), TokenizerOpts { initial_state, ..TokenizerOpts::default() });
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(text));
    while !matches!(tokenizer.feed(&input), html5ever::TokenizerResult::Done) {}
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}
