//! Bytes that are no text.

use super::charset;

/// What a body is that is no text. Articles are often links to documents.
pub(super) fn kind(body: &[u8], content_type: Option<&str>) -> Option<&'static str> {
    const KINDS: &[(&[u8], &str)] = &[
        (b"%PDF-", "a PDF document"),
        (b"PK\x03\x04", "an archive or office document"),
        (b"\xd0\xcf\x11\xe0", "an office document"),
        (b"\x89PNG", "a picture"),
        (b"\xff\xd8\xff", "a picture"),
        (b"GIF8", "a picture"),
        (b"RIFF", "a picture or sound"),
        (b"ID3", "sound"),
        (b"OggS", "sound"),
    ];
    let known = KINDS.iter().find(|(start, _)| body.starts_with(start)).map(|(_, kind)| *kind);
    let head = body.get(..2048).unwrap_or(body);
    // Text has hardly any control characters.
    let odd = head.iter().filter(|b| matches!(b, 1..=8 | 14..=26 | 28..=31)).count();
    // Half of each Cyrillic, Greek or Hebrew letter in UTF-16 looks like one.
    known.or_else(|| {
        (odd * 50 > head.len() && odd > 8 && !charset::is_wide(body, content_type)).then_some("binary data")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_two_bytes_a_letter_is_no_binary_data() {
        for text in ["Новости города", "Νέα από το λιμάνι", "חדשות הנמל", "News"] {
            let page = format!("<!doctype html><title>{0}</title><p>{0}", text.repeat(20));
            let wide: Vec<u8> = page.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let marked = [b"\xff\xfe", &wide[..]].concat();
            for (body, content_type) in [(&wide, None), (&wide, Some("text/html; charset=utf-16")), (&marked, None)] {
                assert_eq!(kind(body, content_type), None, "{text} {content_type:?}");
            }
        }
    }

    #[test]
    fn what_is_no_text_is_named() {
        let rows: [(&[u8], &str); 5] = [
            (b"%PDF-1.4\n", "a PDF document"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture"),
            (&b"\x01\x02x\x03".repeat(20), "binary data"),
            (&b"\xff\xfe\x01\x02x\x03".repeat(20), "binary data"),
            (&b"\x7fELF\x02\x01\x01\0\0\0".repeat(20), "binary data"),
        ];
        for (body, name) in rows {
            for content_type in [None, Some("text/html"), Some("text/html; charset=utf-8")] {
                assert_eq!(kind(body, content_type), Some(name), "{body:?}");
            }
        }
        assert_eq!(kind(&b"\x01\x02x\x03".repeat(20), Some("text/html; charset=utf-16")), Some("binary data"));
    }
}
