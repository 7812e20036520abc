//! UTF-32, which WHATWG's standard does not know and a few feeds are written in all the same.

use super::PRESCAN;

/// How the four bytes of a character lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Little,
    Big,
}

/// Decodes a document in UTF-32, by its byte-order mark or by three zero bytes of every four, which no other
/// charset has; `None` for all others. A mark of UTF-16 is the beginning of one of UTF-32: what follows tells.
pub(super) fn decode(body: &[u8]) -> Option<(String, &'static str)> {
    let (order, body) = found(body)?;
    let (units, rest) = body.as_chunks::<4>();
    let mut text: String =
        units.iter().map(|unit| char::from_u32(number(*unit, order)).unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    if !rest.is_empty() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    Some((text, if order == Order::Little { "UTF-32LE" } else { "UTF-32BE" }))
}

/// Whether a document is in UTF-32.
pub(super) fn is_it(body: &[u8]) -> bool {
    found(body).is_some()
}

/// The order of its bytes, and what follows the mark.
fn found(body: &[u8]) -> Option<(Order, &[u8])> {
    match body {
        [0xff, 0xfe, 0, 0, rest @ ..] if looks_like(rest, Order::Little) => Some((Order::Little, rest)),
        [0, 0, 0xfe, 0xff, rest @ ..] => Some((Order::Big, rest)),
        _ if looks_like(body, Order::Little) && body.len() >= 16 => Some((Order::Little, body)),
        _ if looks_like(body, Order::Big) && body.len() >= 16 => Some((Order::Big, body)),
        _ => None,
    }
}

fn number(unit: [u8; 4], order: Order) -> u32 {
    match order {
        Order::Little => u32::from_le_bytes(unit),
        Order::Big => u32::from_be_bytes(unit),
    }
}

/// Whether the beginning is made of characters and most of them are of the Basic Latin block, as markup is.
fn looks_like(body: &[u8], order: Order) -> bool {
    let (units, _) = body.get(..PRESCAN).unwrap_or(body).as_chunks::<4>();
    let plain = units.iter().filter(|unit| is_plain(number(**unit, order))).count();
    let none = units.iter().filter(|unit| char::from_u32(number(**unit, order)).is_none()).count();
    plain * 5 > units.len() && none * 20 <= units.len().max(20)
}

/// Of the Basic Latin block, and no control character, of which numbers in binary data consist.
fn is_plain(number: u32) -> bool {
    matches!(number, 9 | 10 | 13 | 32..=126)
}
