//! What is said of a charset, by the header and by the document, and what labels mean.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use memchr::memmem::find;

/// The `charset` parameter of a `Content-Type`.
pub(super) fn header_label(content_type: &str) -> Option<String> {
    charset_parameter(content_type.as_bytes())
}

/// What the document says of itself: `<?xml encoding="…"?>`, `<meta charset>`, `<meta http-equiv content>`.
pub(super) fn own_label(head: &[u8]) -> Option<&'static Encoding> {
    let start = head.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(0);
    let trimmed = head.get(start..).unwrap_or_default();
    let declared = xml_label(trimmed).and_then(|label| by_label(&label));
    // A UTF-16 label that could be read byte by byte cannot be true.
    let own = declared.or_else(|| meta_label(head).and_then(|label| by_label(&label)))?;
    Some(if own == UTF_16LE || own == UTF_16BE { UTF_8 } else { own })
}

fn xml_label(head: &[u8]) -> Option<String> {
    let declaration = head.strip_prefix(b"<?xml")?;
    let end = find(declaration, b"?>")?;
    let declaration = declaration.get(..end)?;
    let at = find(declaration, b"encoding")?;
    value(declaration.get(at + b"encoding".len()..)?)
}

/// The first `<meta>` that names a charset, as the HTML standard's prescan finds it. A comment hides what is in it;
/// one that does not end here may have no end at all, and hides nothing.
fn meta_label(head: &[u8]) -> Option<String> {
    let lower = head.to_ascii_lowercase();
    let mut rest = lower.as_slice();
    while let Some(at) = memchr::memchr(b'<', rest) {
        rest = rest.get(at + 1..)?;
        if let Some(comment) = rest.strip_prefix(b"!") {
            // Its dashes may be those that it begins with.
            let end = find(comment, b"-->").filter(|_| comment.starts_with(b"--"));
            rest = end.and_then(|end| comment.get(end..)).unwrap_or(comment);
        } else if let Some(meta) = rest.strip_prefix(b"meta") {
            let end = memchr::memchr(b'>', meta).unwrap_or(meta.len());
            let (tag, after) = meta.split_at(end);
            let label = tag_label(tag);
            if label.is_some() {
                return label;
            }
            rest = after;
        }
    }
    None
}

/// The charset that a `<meta>` names: by an attribute `charset`, or in its `content` where that is a content type.
fn tag_label(tag: &[u8]) -> Option<String> {
    let mut is_content_type = false;
    let mut rest = tag.strip_prefix(b"/").unwrap_or(tag);
    // `<metadata>` is another.
    if !rest.first().is_some_and(u8::is_ascii_whitespace) && rest.len() == tag.len() {
        return None;
    }
    loop {
        let start = rest.iter().position(|b| !b.is_ascii_whitespace() && *b != b'/');
        let Some(attribute) = start.and_then(|start| rest.get(start..)) else { break };
        // An equals sign may begin a name.
        let end = attribute.iter().skip(1).position(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'='));
        let (name, after) = attribute.split_at(end.map_or(attribute.len(), |end| end + 1));
        match name {
            b"charset" => {
                let label = value(after);
                if label.is_some() {
                    return label;
                }
            }
            b"http-equiv" => is_content_type |= opened(after).is_some_and(|v| v.starts_with(b"content-type")),
            // Some forget to say what it is.
            b"content" => is_content_type |= opened(after).is_some_and(|v| v.starts_with(b"text/html")),
            _ => {}
        }
        rest = behind_value(after);
    }
    if is_content_type { charset_parameter(tag) } else { None }
}

/// What follows an attribute whose value begins here, if it has any.
fn behind_value(text: &[u8]) -> &[u8] {
    let Some(value) = text.trim_ascii_start().strip_prefix(b"=") else { return text };
    let value = value.trim_ascii_start();
    let end = match value.first() {
        Some(quote @ (b'"' | b'\'')) => value.iter().skip(1).position(|b| b == quote).map(|end| end + 2),
        _ => value.iter().position(u8::is_ascii_whitespace),
    };
    end.and_then(|end| value.get(end..)).unwrap_or_default()
}

/// The value after `charset =`, wherever it stands (WHATWG "extracting a character encoding from a meta").
fn charset_parameter(text: &[u8]) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let mut at = 0;
    while let Some(found) = lower.get(at..).and_then(|rest| find(rest, b"charset")) {
        at += found + b"charset".len();
        let label = value(lower.get(at..)?);
        if label.is_some() {
            return label;
        }
    }
    None
}

/// Where the value after an equals sign begins, quoted or not.
fn opened(text: &[u8]) -> Option<&[u8]> {
    let text = text.trim_ascii_start().strip_prefix(b"=")?;
    let text = text.trim_ascii_start();
    // A doubled equals sign and stray quotes are common slips.
    let text = text.strip_prefix(b"=").unwrap_or(text);
    let start = text.iter().take_while(|b| matches!(b, b'"' | b'\'' | b' ')).count();
    text.get(start..)
}

/// A value after an equals sign, quoted or not.
fn value(text: &[u8]) -> Option<String> {
    let text = opened(text)?;
    let end = text.iter().position(|b| matches!(b, b'"' | b'\'' | b';' | b',' | b'>' | b'/')).unwrap_or(text.len());
    let label = std::str::from_utf8(text.get(..end.min(40))?).ok()?.trim();
    (!label.is_empty()).then(|| label.to_owned())
}

/// An encoding by its label, misspelt ones mended. Labels that the standard gives up on are none.
pub(super) fn by_label(label: &str) -> Option<&'static Encoding> {
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
