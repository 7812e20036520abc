//! Only what a reader lacks: `A-IM: feed` (RFC 3229, as feed readers use it).

use std::hash::Hasher as _;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use xxhash_rust::xxh3::Xxh3;

use super::coding::Coding;
use crate::model::Entry;

/// Tells an entry from itself as it was before it changed.
pub(super) fn mark(entry: &Entry) -> u64 {
    let mut hash = Xxh3::new();
    let texts = [Some(entry.id.0.as_str()), Some(&entry.title), entry.summary.as_deref(), entry.content.as_deref()];
    for text in texts {
        hash.write(text.unwrap_or_default().as_bytes());
        hash.write_u8(0xff);
    }
    hash.write_i64(entry.updated.timestamp_millis());
    hash.write(entry.picture.as_ref().map_or("", |picture| picture.url.as_str()).as_bytes());
    hash.write_usize(entry.enclosures.len());
    hash.finish()
}

/// `A-IM` (RFC 3229 §10.5.3).
const A_IM: HeaderName = HeaderName::from_static("a-im");

/// The entity tags of what a client has, where it takes a difference; codings off.
pub(super) fn known(headers: &HeaderMap) -> Option<Vec<&str>> {
    let wanted = headers.get(&A_IM).and_then(|line| line.to_str().ok())?;
    if !wanted.split(',').any(|manner| manner.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("feed"))
    {
        return None;
    }
    let lines = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    Some(lines.flat_map(|line| line.split(',')).filter_map(bare).collect())
}

/// A tag without quotes, weakness and the name of a coding.
fn bare(tag: &str) -> Option<&str> {
    let tag = tag.trim();
    let tag = tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')?;
    let coded = tag.rsplit_once('-').filter(|(_, name)| Coding::named(name).is_some());
    Some(coded.map_or(tag, |(tag, _)| tag))
}

/// `IM` (RFC 3229 §10.5.2).
pub(super) const IM: (HeaderName, HeaderValue) = (HeaderName::from_static("im"), HeaderValue::from_static("feed"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_known_whatever_the_coding() {
        let check = |manner: &'static str, tags: &'static str, expected: Option<&[&str]>| {
            let headers = HeaderMap::from_iter([
                (header::HeaderName::from_static("a-im"), HeaderValue::from_static(manner)),
                (header::IF_NONE_MATCH, HeaderValue::from_static(tags)),
            ]);
            assert_eq!(known(&headers).as_deref(), expected);
        };
        check("feed", "\"ab-gzip\", W/\"cd\", nonsense", Some(&["ab", "cd"]));
        check("gzip, feed;q=0.5", "*", Some(&[]));
        check("vcdiff", "\"ab\"", None);
        assert_eq!(known(&HeaderMap::new()), None);
    }
}
