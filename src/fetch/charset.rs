//! Bytes into text, as the WHATWG encoding and HTML standards say, and a little more forgiving: a byte-order
//! mark, then the header's label, then the document's own (XML declaration, `<meta>`), then the bytes
//! themselves. A label that the bytes contradict loses to one that they bear out.

mod utf32;

use bytes::Bytes;
use bytestring::ByteString;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// How far a document's own label is looked for: the standard's 1,024 bytes are often used up by scripts.
const PRESCAN: usize = 4096;
/// How much is looked at to guess.
const SAMPLE: usize = 64 * 1024;

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
    if zeros && let Some(wide) = wide_pattern(head) {
        return wide;
    }
    let header = content_type.and_then(header_label).and_then(|label| by_label(&label));
    let own = own_label(head);
    let stated = header.or(own);
    if body.is_ascii() {
        // Only the seven-bit charsets make a difference here.
        let escapes = stated.is_some_and(|e| !e.is_ascii_compatible());
        return if escapes || memchr::memchr(0x1b, body).is_some() {
            stated.unwrap_or_else(|| guess(body, host))
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
    // A label counts where it says anything but UTF-8, which has just been found wanting.
    let mut best = None;
    for encoding in [header, own].into_iter().flatten().filter(|e| *e != UTF_8 && *e != UTF_16LE && *e != UTF_16BE) {
        let bad = errors(encoding, body);
        if bad * 200 <= body.len() {
            return encoding;
        }
        best = best.or(Some(encoding));
    }
    if utf8.good > utf8.bad {
        return UTF_8;
    }
    let guess = guess(body, host);
    // A label against which the bytes speak, or none: the guess, unless it does no better.
    match best {
        Some(labelled) if errors(guess, body) >= errors(labelled, body) => labelled,
        _ => guess,
    }
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
        evidence
    }
}

/// How many places of the sample an encoding cannot read.
fn errors(encoding: &'static Encoding, body: &[u8]) -> usize {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut rest = body.get(..SAMPLE).unwrap_or(body);
    let mut buffer = [0u8; 4096];
    let mut bad = 0;
    loop {
        let (result, read, _) = decoder.decode_to_utf8_without_replacement(rest, &mut buffer, false);
        rest = rest.get(read..).unwrap_or_default();
        match result {
            DecoderResult::InputEmpty => return bad,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => bad += 1,
        }
    }
}

fn guess(body: &[u8], host: Option<&str>) -> &'static Encoding {
    let sample = body.get(..SAMPLE).unwrap_or(body);
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(sample, sample.len() == body.len());
    // The detector wants lower-case ASCII letters and panics at anything else.
    let domain = host
        .and_then(|host| host.trim_end_matches('.').rsplit('.').next())
        .filter(|domain| {
            !domain.is_empty() && domain.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b.is_ascii_digit())
        })
        .map(str::as_bytes);
    detector.guess(domain, Utf8Detection::Allow)
}

/// The `charset` parameter of a `Content-Type`.
fn header_label(content_type: &str) -> Option<String> {
    charset_parameter(content_type.as_bytes())
}

/// What the document says of itself: `<?xml encoding="…"?>`, `<meta charset>`, `<meta http-equiv content>`.
fn own_label(head: &[u8]) -> Option<&'static Encoding> {
    let start = head.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(0);
    let trimmed = head.get(start..).unwrap_or_default();
    let declared = xml_label(trimmed).and_then(|label| by_label(&label));
    // A UTF-16 label that could be read byte by byte cannot be true.
    let own = declared.or_else(|| meta_label(head).and_then(|label| by_label(&label)))?;
    Some(if own == UTF_16LE || own == UTF_16BE { UTF_8 } else { own })
}

fn xml_label(head: &[u8]) -> Option<String> {
    let declaration = head.strip_prefix(b"<?xml")?;
    let end = memchr::memmem::find(declaration, b"?>")?;
    let declaration = declaration.get(..end)?;
    let at = memchr::memmem::find(declaration, b"encoding")?;
    value(declaration.get(at + b"encoding".len()..)?)
}

/// The first `<meta>` that names a charset. Comments hide nothing: pages comment out no charset but ours.
fn meta_label(head: &[u8]) -> Option<String> {
    let lower = head.to_ascii_lowercase();
    let mut at = 0;
    while let Some(found) = lower.get(at..).and_then(|rest| memchr::memmem::find(rest, b"<meta")) {
        let start = at + found;
        let end = lower.get(start..)?.iter().position(|b| *b == b'>').map_or(lower.len(), |n| start + n);
        let label = lower.get(start..end).and_then(charset_parameter);
        if label.is_some() {
            return label;
        }
        at = end;
    }
    None
}

/// The value after `charset =`, wherever it stands (WHATWG "extracting a character encoding from a meta").
fn charset_parameter(text: &[u8]) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let mut at = 0;
    while let Some(found) = lower.get(at..).and_then(|rest| memchr::memmem::find(rest, b"charset")) {
        at += found + b"charset".len();
        let label = value(lower.get(at..)?);
        if label.is_some() {
            return label;
        }
    }
    None
}

/// A value after an equals sign, quoted or not.
fn value(text: &[u8]) -> Option<String> {
    let text = text.trim_ascii_start().strip_prefix(b"=")?;
    let text = text.trim_ascii_start();
    // A doubled equals sign and stray quotes are common slips.
    let text = text.strip_prefix(b"=").unwrap_or(text);
    let start = text.iter().take_while(|b| matches!(b, b'"' | b'\'' | b' ')).count();
    let text = text.get(start..)?;
    let end = text.iter().position(|b| matches!(b, b'"' | b'\'' | b';' | b',' | b'>' | b'/')).unwrap_or(text.len());
    let label = std::str::from_utf8(text.get(..end.min(40))?).ok()?.trim();
    (!label.is_empty()).then(|| label.to_owned())
}

/// An encoding by its label, misspelt ones mended. Labels that the standard gives up on are none.
fn by_label(label: &str) -> Option<&'static Encoding> {
    if let Some(encoding) = Encoding::for_label_no_replacement(label.as_bytes()) {
        return Some(encoding);
    }
    let plain: String = label.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let plain = plain.strip_prefix('x').filter(|rest| rest.len() > 3).unwrap_or(&plain);
    let number =
        |prefix: &str| plain.strip_prefix(prefix).filter(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    let windows = ["windows", "win", "cp", "ansi", "ms", "wincp", "windowscp"].into_iter().find_map(number);
    let mended = match plain {
        _ if plain.starts_with("utf8") || plain.ends_with("utf8") => "utf-8".to_owned(),
        "utf16" => "utf-16".to_owned(),
        _ if plain.starts_with("gb2312") || plain.starts_with("gbk") || plain == "936" || windows == Some("936") => {
            "gbk".to_owned()
        }
        _ if plain.starts_with("gb18030") => "gb18030".to_owned(),
        _ if plain.starts_with("big5") || windows == Some("950") => "big5".to_owned(),
        "shiftjis" | "sjis" | "shiftjs" | "sjiswin" | "cp932" | "ms932" => "shift_jis".to_owned(),
        "eucjp" | "eucjpwin" | "cp51932" => "euc-jp".to_owned(),
        "euckr" | "cp949" | "ms949" | "ksc5601" => "euc-kr".to_owned(),
        "iso2022jp" => "iso-2022-jp".to_owned(),
        "koi8r" | "koi8" => "koi8-r".to_owned(),
        "koi8u" => "koi8-u".to_owned(),
        "latin1" | "latin" | "ansi" | "usascii" | "western" => "windows-1252".to_owned(),
        "tis620" => "windows-874".to_owned(),
        _ => match (windows, number("iso8859").or_else(|| number("iso"))) {
            (Some(page), _) => format!("windows-{page}"),
            (None, Some(part)) => format!("iso-8859-{}", part.strip_prefix("8859").unwrap_or(part)),
            (None, None) => return None,
        },
    };
    Encoding::for_label_no_replacement(mended.as_bytes())
}

#[cfg(test)]
mod tests;
