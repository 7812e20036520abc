//! All of an answer in one value.

use std::net::IpAddr;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use url::Url;

use super::charset;
use super::coding::{self, Most};
use crate::model::{Announced, Page, Validators};

/// Largest saved page, unpacked.
const LARGEST_SAVED: u64 = 16 * 1024 * 1024;

/// What an answer says of itself beside its bytes.
#[derive(Debug, Default)]
pub(super) struct About {
    pub(super) status: u16,
    pub(super) moved: Option<Url>,
    pub(super) content_type: Option<String>,
    pub(super) content_language: Option<String>,
    pub(super) validators: Validators,
    pub(super) announced: Option<Announced>,
    pub(super) fresh_until: Option<DateTime<Utc>>,
    pub(super) cookies: Vec<String>,
    pub(super) peer: Option<IpAddr>,
}

/// Makes a page of unpacked bytes.
pub(super) fn page(asked: Url, url: Url, about: About, body: Bytes, now: DateTime<Utc>) -> Page {
    let (text, charset) = charset::decode(&body, about.content_type.as_deref(), url.host_str());
    Page {
        asked,
        url,
        moved: about.moved,
        status: about.status,
        media_type: about.content_type.as_deref().and_then(media_type),
        content_language: about.content_language,
        validators: about.validators,
        announced: about.announced,
        fresh_until: about.fresh_until,
        cookies: about.cookies,
        peer: about.peer,
        body,
        text,
        charset,
        fetched: now,
    }
}

/// Makes a [`Page`] of bytes that did not come over HTTP (a file, standard input): unpacks gzip, finds the
/// charset (BOM, `content_type`'s parameter, XML declaration, meta, guess) and decodes.
pub fn saved_page(url: Url, content_type: Option<&str>, bytes: Bytes, now: DateTime<Utc>) -> Page {
    // What cannot be unpacked is shown as it is.
    let body = coding::unpack(bytes.clone(), "", Most::bytes(LARGEST_SAVED)).unwrap_or(bytes);
    let about = About { status: 200, content_type: content_type.map(str::to_owned), ..About::default() };
    page(url.clone(), url, about, body, now)
}

/// The media type of a `Content-Type` without its parameters, lower case; `None` for what is none.
fn media_type(content_type: &str) -> Option<String> {
    let name = content_type.split([';', ',']).next().unwrap_or_default().trim().to_ascii_lowercase();
    let fits =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b));
    name.split_once('/').is_some_and(|(kind, sort)| fits(kind) && fits(sort)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_lose_their_parameters() {
        let rows = [
            ("text/html", Some("text/html")),
            (" Application/RSS+XML ; charset=utf-8", Some("application/rss+xml")),
            ("text/html, text/html", Some("text/html")),
            (";;;charset==x", None),
            ("html", None),
            ("text/", None),
            ("", None),
        ];
        for (written, expected) in rows {
            assert_eq!(media_type(written).as_deref(), expected, "{written}");
        }
    }

    #[test]
    fn a_saved_page_is_unpacked_and_decoded_like_a_fetched_one() {
        use std::io::Write as _;
        let (bytes, ..) = encoding_rs::GBK.encode("<meta charset=gb2312><p>新闻发布会</p>");
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(&bytes).unwrap();
        let url = Url::parse("http://a.test/").unwrap();
        let page = saved_page(url, None, packed.finish().unwrap().into(), Utc::now());
        assert_eq!((page.charset, page.status), ("GBK", 200));
        assert!(page.text.contains("新闻发布会"));
        assert_eq!(page.body, bytes.as_ref());
    }
}
