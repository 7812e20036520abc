//! Bytes into text, as the WHATWG encoding and HTML standards say, and a little more forgiving: a byte-order
//! mark, then the header's label, then the document's own (XML declaration, `<meta>`), then the bytes
//! themselves. A label that the bytes contradict loses to one that they bear out.

mod label;
mod utf32;

use bytes::Bytes;
use bytestring::ByteString;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, EUC_JP, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_874};

use self::label::{by_label, header_label, own_label};

/// How far a document's own label is looked for: the standard's 1,024 bytes are often used up by scripts.
const PRESCAN: usize = 4096;
/// How much is looked at to guess.
const SAMPLE: usize = 64 * 1024;
/// The sample is made of pieces of this size.
const PIECE: usize = 256;

/// Decodes a document. `content_type`: the header's value. `host`: for the guess, by its top-level domain.
/// Gives the text, without byte-order mark, and the charset's standard name. What is UTF-8 already is lent.
pub(super) fn decode(body: &Bytes, content_type: Option<&str>, host: Option<&str>) -> (ByteString, &'static str) {
    // The wide charsets show themselves by zero bytes, which others hardly have.
    let zeros = memchr::memchr(0, body.get(..PRESCAN).unwrap_or(body)).is_some();
    if zeros && let Some((text, name)) = utf32::decode(body) {
        return (text.into(), name);
    }
    let (marked, mark) = Encoding::for_bom(body).unzip();
    let body = body.slice(mark.unwrap_or(0)..);
    let utf8 = ByteString::try_from(body.clone()).ok();
    let encoding = marked.unwrap_or_else(|| choose(&body, utf8.as_deref(), zeros, content_type, host));
    let text = utf8.filter(|_| encoding == UTF_8);
    let text = text.unwrap_or_else(|| encoding.decode_without_bom_handling(&body).0.into_owned().into());
    (text, encoding.name())
}

/// Whether a document is in UTF-16 or UTF-32, half of whose bytes may look like control characters.
pub(super) fn is_wide(body: &[u8], content_type: Option<&str>) -> bool {
    let head = body.get(..PRESCAN).unwrap_or(body);
    let is_utf16 = |encoding: &'static Encoding| encoding == UTF_16LE || encoding == UTF_16BE;
    let stated = || content_type.and_then(header_label).and_then(|label| by_label(&label)).is_some_and(is_utf16);
    let marked = || Encoding::for_bom(head).is_some_and(|(encoding, _)| is_utf16(encoding));
    memchr::memchr(0, head).is_some() && (marked() || wide_beginning(head).is_some() || utf32::is_it(head) || stated())
}

/// The charset of what has no byte-order mark. `utf8`: the body, where it is UTF-8; `zeros`: whether its
/// beginning has zero bytes.
fn choose(
    body: &[u8],
    utf8: Option<&str>,
    zeros: bool,
    content_type: Option<&str>,
    host: Option<&str>,
) -> &'static Encoding {
    let head = body.get(..PRESCAN).unwrap_or(body);
    if zeros && let Some(wide) = wide_beginning(head).or_else(|| wide_pattern(head)) {
        return wide;
    }
    let header = content_type.and_then(header_label).and_then(|label| by_label(&label));
    let own = own_label(head);
    let stated = header.or(own);
    if body.is_ascii() {
        // Only the seven-bit charsets make a difference here.
        let escapes = stated.is_some_and(|e| !e.is_ascii_compatible());
        return if escapes || memchr::memchr(0x1b, body).is_some() {
            stated.unwrap_or_else(|| guess(&sample(body), host))
        } else {
            UTF_8
        };
    }
    // Text of another charset is valid UTF-8 by chance only in scraps; double-byte scraps more easily.
    let enough = if stated.is_some_and(|e| e != UTF_8 && !e.is_single_byte()) { 4 } else { 1 };
    if utf8.is_some_and(|text| leads(text).nth(enough - 1).is_some()) {
        return UTF_8;
    }
    let utf8 = Utf8Evidence::of(body);
    if utf8.good >= 8 && utf8.good / 16 >= utf8.bad {
        return UTF_8;
    }
    let sample = sample(body);
    let sampled: usize = sample.iter().map(|piece| piece.len()).sum();
    // A label counts where it says anything but UTF-8, which has just been found wanting.
    let mut best = None;
    for encoding in [header, own].into_iter().flatten().filter(|e| *e != UTF_8 && *e != UTF_16LE && *e != UTF_16BE) {
        let bad = errors(encoding, &sample);
        if bad * 200 <= sampled {
            return encoding;
        }
        best = best.or(Some(encoding));
    }
    let guess = guess(&sample, host);
    let said = [header, own].contains(&Some(UTF_8));
    if utf8.good > utf8.bad || (said && utf8.good * by_chance(guess) >= utf8.bad) {
        return UTF_8;
    }
    // A label against which the bytes speak, or none: the guess, unless it does no better.
    match best {
        Some(labelled) if errors(guess, &sample) >= errors(labelled, &sample) => labelled,
        _ => guess,
    }
}

/// How many places that are not UTF-8 each sequence that is outweighs, where a document says that it is UTF-8 and looks
/// like this. Measured on pieces of 200 characters of news: in EUC-JP and windows-874 there are 0.33 such sequences to a
/// place, in GBK and gb18030 0.25, and in up to one piece of twenty more than half as many; in EUC-KR and Shift_JIS 0.17,
/// in IBM866 0.14, in Big5 0.13, and more than half as many in four pieces of a thousand; hardly any in the others.
fn by_chance(encoding: &'static Encoding) -> usize {
    if [EUC_JP, WINDOWS_874, GBK, GB18030].contains(&encoding) { 1 } else { 2 }
}

/// UTF-16 by its first two characters, which are of the Basic Latin block in markup and in JSON.
fn wide_beginning(head: &[u8]) -> Option<&'static Encoding> {
    let (first, second, encoding) = match *head {
        [first, 0, second, 0, ..] => (first, second, UTF_16LE),
        [0, first, 0, second, ..] => (first, second, UTF_16BE),
        _ => return None,
    };
    let is_text = |b: u8| b.is_ascii_graphic() || b.is_ascii_whitespace();
    let begins = matches!(first, b'<' | b'{' | b'[') || first.is_ascii_whitespace();
    (begins && is_text(second)).then_some(encoding)
}

/// UTF-16 shows itself by zero bytes at every other place, once there is any markup.
fn wide_pattern(head: &[u8]) -> Option<&'static Encoding> {
    let pairs = head.chunks_exact(2);
    let count = pairs.len();
    let (mut first, mut second) = (0usize, 0usize);
    for pair in pairs {
        first += usize::from(pair.first() == Some(&0));
        second += usize::from(pair.last() == Some(&0));
    }
    let mostly = |many: usize, few: usize| count >= 2 && many * 5 > count && few * 20 < count.max(20);
    if mostly(second, first) {
        Some(UTF_16LE)
    } else if mostly(first, second) {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// The bytes that begin a character of several.
fn leads(text: &str) -> impl Iterator<Item = u8> {
    // Most pieces of most pages are ASCII, which is seen many bytes at a time.
    let pieces = text.as_bytes().chunks(64).filter(|piece| !piece.is_ascii());
    pieces.flatten().copied().filter(|byte| *byte >= 0xc0)
}

/// Sequences of several bytes that are UTF-8, and places that are not.
struct Utf8Evidence {
    good: usize,
    bad: usize,
}

impl Utf8Evidence {
    fn of(body: &[u8]) -> Self {
        let mut evidence = Self { good: 0, bad: 0 };
        for chunk in body.utf8_chunks() {
            evidence.good += leads(chunk.valid()).count();
            evidence.bad += usize::from(!chunk.invalid().is_empty());
        }
        // A character that was written as two surrogates (CESU-8) is one slip, of six places.
        evidence.bad -= 5 * body.windows(6).filter(|six| is_surrogate_pair(six)).count();
        evidence
    }
}

fn is_surrogate_pair(bytes: &[u8]) -> bool {
    matches!(bytes, [0xed, 0xa0..=0xaf, 0x80..=0xbf, 0xed, 0xb0..=0xbf, 0x80..=0xbf])
}

/// What of a body tells its charset: the pieces with bytes beyond ASCII, or escapes, and what stands beside them, up
/// to [`SAMPLE`]. Many pages begin with long scripts.
fn sample(body: &[u8]) -> Vec<&[u8]> {
    let tells = |piece: &[u8]| !piece.is_ascii() || memchr::memchr(0x1b, piece).is_some();
    let near = |at: usize| {
        let (from, to) = (at.saturating_sub(PIECE), body.len().min(at + 2 * PIECE));
        body.get(from..to).is_some_and(tells)
    };
    let pieces = body.chunks(PIECE).enumerate().filter(|(n, _)| near(n * PIECE));
    pieces.map(|(_, piece)| piece).take(SAMPLE / PIECE).collect()
}

/// How many places of the sample an encoding cannot read.
fn errors(encoding: &'static Encoding, sample: &[&[u8]]) -> usize {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut buffer = [0u8; 4096];
    let mut bad = 0;
    for mut rest in sample.iter().copied() {
        loop {
            let (result, read, _) = decoder.decode_to_utf8_without_replacement(rest, &mut buffer, false);
            rest = rest.get(read..).unwrap_or_default();
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => bad += 1,
            }
        }
    }
    bad
}

fn guess(sample: &[&[u8]], host: Option<&str>) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    for piece in sample {
        detector.feed(piece, false);
    }
    if sample.len() < SAMPLE / PIECE {
        detector.feed(b"", true);
    }
    // The detector wants lower-case ASCII letters and panics at anything else.
    let domain = host
        .and_then(|host| host.trim_end_matches('.').rsplit('.').next())
        .filter(|domain| {
            !domain.is_empty() && domain.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b.is_ascii_digit())
        })
        .map(str::as_bytes);
    detector.guess(domain, Utf8Detection::Allow)
}

#[cfg(test)]
mod tests;
