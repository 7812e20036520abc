//! Conditional requests (RFC 9110 §13) on GET and HEAD.
//!
//! §13.2.2 gives the order: If-Match; else If-Unmodified-Since; then If-None-Match; else If-Modified-Since.

use std::time::SystemTime;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// What a representation is recognised by.
#[derive(Debug, Clone)]
pub(super) struct Known {
    /// `ETag`, strong, quotes included.
    pub etag: HeaderValue,
    /// `Last-Modified`, as sent and as meant, where there is one.
    pub modified: Option<(HeaderValue, SystemTime)>,
}

/// What the conditions come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// 200: the client lacks it.
    Send,
    /// 304: the client has it.
    NotModified,
    /// 412: the client wanted another one.
    PreconditionFailed,
}

/// Weighs a request's conditions against what is selected for it.
pub(super) fn weigh(headers: &HeaderMap, known: &Known) -> Verdict {
    if headers.contains_key(header::IF_MATCH) {
        if !listed(headers, header::IF_MATCH, known, Compare::Strong) {
            return Verdict::PreconditionFailed;
        }
    } else if let Some(since) = headers.get(header::IF_UNMODIFIED_SINCE)
        && unchanged_since(since.as_bytes(), known) == Some(false)
    {
        return Verdict::PreconditionFailed;
    }
    if headers.contains_key(header::IF_NONE_MATCH) {
        // §13.1.3: with If-None-Match there, If-Modified-Since is not looked at.
        return match listed(headers, header::IF_NONE_MATCH, known, Compare::Weak) {
            true => Verdict::NotModified,
            false => Verdict::Send,
        };
    }
    match headers.get(header::IF_MODIFIED_SINCE).and_then(|since| unchanged_since(since.as_bytes(), known)) {
        Some(true) => Verdict::NotModified,
        _ => Verdict::Send,
    }
}

/// §8.8.3.2.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Compare {
    Strong,
    Weak,
}

/// Whether one of the listed entity tags is ours; `*` always is. A tag without quotes, as some clients send
/// them, counts as quoted.
fn listed(headers: &HeaderMap, name: HeaderName, known: &Known, compare: Compare) -> bool {
    headers.get_all(name).iter().any(|line| lists_by(line.as_bytes(), known, compare))
}

/// Whether a line of `If-None-Match` lists our entity tag.
pub(super) fn lists(line: &[u8], known: &Known) -> bool {
    line == known.etag.as_bytes() || lists_by(line, known, Compare::Weak)
}

fn lists_by(line: &[u8], known: &Known, compare: Compare) -> bool {
    let ours = known.etag.as_bytes();
    let mut rest = line;
    {
        loop {
            rest = rest.trim_ascii_start();
            while let Some(after) = rest.strip_prefix(b",") {
                rest = after.trim_ascii_start();
            }
            if rest.is_empty() {
                return false;
            }
            let (weak, tag) = match rest.strip_prefix(b"W/") {
                Some(tag) => (true, tag),
                None => (false, rest),
            };
            let quoted = tag.strip_prefix(b"\"");
            let stop = if quoted.is_some() { b'"' } else { b',' };
            let opaque = quoted.unwrap_or(tag);
            let end = opaque.iter().position(|b| *b == stop).unwrap_or(opaque.len());
            let (opaque, after) = opaque.split_at(end);
            let same = match quoted {
                Some(_) => ours.strip_prefix(b"\"").and_then(|o| o.strip_suffix(b"\"")) == Some(opaque),
                None => {
                    let opaque = opaque.trim_ascii_end();
                    opaque == b"*" || ours.strip_prefix(b"\"").and_then(|o| o.strip_suffix(b"\"")) == Some(opaque)
                }
            };
            if same && !(weak && compare == Compare::Strong) {
                return true;
            }
            rest = after.strip_prefix(b"\"").unwrap_or(after);
        }
    }
}

/// Whether nothing changed since the date of an `If-Modified-Since` that stands alone.
pub(super) fn is_unchanged_since(since: &[u8], known: &Known) -> bool {
    unchanged_since(since, known) == Some(true)
}

/// Whether nothing changed since a date; `None` where there is no date on either side (§13.1.3: ignored then).
fn unchanged_since(since: &[u8], known: &Known) -> Option<bool> {
    let (sent, modified) = known.modified.as_ref()?;
    if since == sent.as_bytes() {
        return Some(true);
    }
    let since = httpdate::parse_http_date(std::str::from_utf8(since).ok()?).ok()?;
    Some(*modified <= since)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Verdict::{NotModified, PreconditionFailed, Send};

    const NOW: &str = "Fri, 20 Nov 2026 09:31:02 GMT";
    const BEFORE: &str = "Fri, 20 Nov 2026 09:31:01 GMT";
    const AFTER: &str = "Friday, 20-Nov-26 09:31:03 GMT";

    fn check(conditions: &[(HeaderName, &str)], expected: Verdict) {
        let known = Known {
            etag: HeaderValue::from_static("\"abc-gzip\""),
            modified: Some((HeaderValue::from_static(NOW), httpdate::parse_http_date(NOW).unwrap())),
        };
        let headers = conditions.iter().map(|(n, v)| (n.clone(), HeaderValue::from_str(v).unwrap()));
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, value);
        }
        assert_eq!(weigh(&map, &known), expected, "{conditions:?}");
    }

    #[test]
    fn if_none_match_takes_lists_stars_and_weak_tags() {
        let none = |value| [(header::IF_NONE_MATCH, value)];
        check(&[], Send);
        check(&none("\"abc-gzip\""), NotModified);
        check(&none("W/\"abc-gzip\""), NotModified);
        check(&none("\"x\", W/\"a,b\" ,, \"abc-gzip\""), NotModified);
        check(&none("*"), NotModified);
        check(&none("abc-gzip"), NotModified);
        check(&none("\"abc\""), Send);
        check(&none("\"x, abc-gzip\""), Send);
        check(&none("\"abc-gzip"), NotModified);
        check(&none("W/"), Send);
        check(&none(""), Send);
        check(&[(header::IF_NONE_MATCH, "\"x\""), (header::IF_NONE_MATCH, "\"abc-gzip\"")], NotModified);
    }

    #[test]
    fn if_modified_since_counts_only_without_if_none_match() {
        let since = |value| (header::IF_MODIFIED_SINCE, value);
        check(&[since(NOW)], NotModified);
        check(&[since(AFTER)], NotModified);
        check(&[since(BEFORE)], Send);
        check(&[since("yesterday")], Send);
        check(&[since(AFTER), (header::IF_NONE_MATCH, "\"x\"")], Send);
        check(&[since(BEFORE), (header::IF_NONE_MATCH, "\"abc-gzip\"")], NotModified);
    }

    #[test]
    fn preconditions_that_fail_are_told() {
        check(&[(header::IF_MATCH, "\"x\"")], PreconditionFailed);
        check(&[(header::IF_MATCH, "W/\"abc-gzip\"")], PreconditionFailed);
        check(&[(header::IF_MATCH, "\"abc-gzip\"")], Send);
        check(&[(header::IF_MATCH, "*"), (header::IF_NONE_MATCH, "*")], NotModified);
        check(&[(header::IF_UNMODIFIED_SINCE, BEFORE)], PreconditionFailed);
        check(&[(header::IF_UNMODIFIED_SINCE, NOW)], Send);
        check(&[(header::IF_UNMODIFIED_SINCE, BEFORE), (header::IF_MATCH, "*")], Send);
    }
}
