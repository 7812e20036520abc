//! Validators both ways (RFC 9110 §8.8, §13), byte for byte; `Retry-After` (§10.2.3); freshness (RFC 9111 §4.2).

use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use encoding_rs::mem::decode_latin1;
use reqwest::header::{AGE, CACHE_CONTROL, DATE, EXPIRES, VARY};
use reqwest::header::{ETAG, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, RETRY_AFTER};
use url::Url;

use super::error::address;
use crate::model::{PageRequest, Validators};

/// A server's wish is heard for this long.
const LONGEST: TimeDelta = TimeDelta::days(1);

/// Asks only for what has changed, where `url` is the address whose version is held. Whether anything was asked so: a
/// value that cannot stand in a header is left out.
pub(super) fn ask(request: &PageRequest, url: &Url, headers: &mut HeaderMap) -> bool {
    let validators = &request.validators;
    if *validators.of.as_ref().unwrap_or(&address(&request.url)) != *url {
        return false;
    }
    let mut conditional = false;
    for (name, value) in [(IF_NONE_MATCH, &validators.etag), (IF_MODIFIED_SINCE, &validators.last_modified)] {
        let value = value.as_deref().filter(|v| !v.is_empty()).and_then(as_sent);
        if let Some(value) = value {
            headers.insert(name, value);
            conditional = true;
        }
    }
    conditional
}

/// What an answer is to be recognised by.
pub(super) fn validators(headers: &HeaderMap) -> Validators {
    let text = |name| headers.get(name).filter(|v| !v.is_empty()).map(|v| decode_latin1(v.as_bytes()).into_owned());
    Validators { etag: text(ETAG), last_modified: text(LAST_MODIFIED), of: None }
}

/// A validator as the header that it came in.
fn as_sent(validator: &str) -> Option<HeaderValue> {
    let bytes: Option<Vec<u8>> = validator.chars().map(|letter| u8::try_from(letter).ok()).collect();
    HeaderValue::from_bytes(&bytes?).ok()
}

/// What we hold, as a 304 refreshed it (RFC 9111 §3.2).
pub(super) fn refreshed(held: &Validators, headers: &HeaderMap) -> Validators {
    let new = validators(headers);
    Validators {
        etag: new.etag.or_else(|| held.etag.clone()),
        last_modified: new.last_modified.or_else(|| held.last_modified.clone()),
        of: held.of.clone(),
    }
}

/// No request before: seconds or a date; a day at most. What is neither, or past, says nothing.
pub(super) fn retry_at(headers: &HeaderMap, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        // Digits too many for a number are a wish too long.
        text.parse::<i64>().ok().and_then(TimeDelta::try_seconds).unwrap_or(LONGEST)
    } else {
        DateTime::<Utc>::from(httpdate::parse_http_date(text).ok().filter(|t| *t > SystemTime::UNIX_EPOCH)?) - now
    };
    (wait > TimeDelta::zero()).then(|| now + wait.min(LONGEST))
}

/// Until when an answer may be taken for current without asking (RFC 9111 §4.2): `max-age`, else `Expires`, less
/// the time it has spent in caches. We are a private cache, to which `s-maxage` does not speak. `None` where the
/// answer promises nothing.
pub(super) fn fresh_until(headers: &HeaderMap, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    // It depends on what no request can tell.
    if headers.get_all(VARY).iter().any(|v| v.as_bytes().contains(&b'*')) {
        return None;
    }
    let mut max_age: Option<i64> = None;
    for value in headers.get_all(CACHE_CONTROL).iter().filter_map(|v| v.to_str().ok()) {
        for directive in value.split(',').map(str::trim) {
            let (name, argument) = directive.split_once('=').unwrap_or((directive, ""));
            if name.eq_ignore_ascii_case("no-cache") || name.eq_ignore_ascii_case("no-store") {
                return None;
            }
            if name.eq_ignore_ascii_case("max-age") {
                // Said twice or unreadable: the more careful reading.
                let seconds = argument.trim().trim_matches('"').parse().unwrap_or(0);
                max_age = Some(max_age.map_or(seconds, |known| known.min(seconds)));
            }
        }
    }
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok()).map(str::trim);
    let date = |name| text(name).and_then(|t| httpdate::parse_http_date(t).ok()).map(DateTime::<Utc>::from);
    let lifetime = match max_age {
        Some(seconds) => TimeDelta::try_seconds(seconds).unwrap_or(LONGEST),
        None => date(EXPIRES)?.signed_duration_since(date(DATE).unwrap_or(now)),
    };
    // A cache on the way may say nothing of it (§4.2.3).
    let apparent = date(DATE).map_or_else(TimeDelta::zero, |date| now.signed_duration_since(date));
    let left = lifetime.checked_sub(&age(headers).max(apparent))?;
    (left > TimeDelta::zero()).then(|| now + left.min(LONGEST))
}

/// How long an answer has spent in caches (RFC 9111 §5.1).
pub(super) fn age(headers: &HeaderMap) -> TimeDelta {
    let text = headers.get(AGE).and_then(|v| v.to_str().ok()).map(str::trim);
    // Digits too many for a number are an age too great.
    let seconds = text.filter(|t| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit()));
    seconds.map_or_else(TimeDelta::zero, |t| t.parse().ok().and_then(TimeDelta::try_seconds).unwrap_or(TimeDelta::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_to_wait_is_read_in_both_forms_and_bounded() {
        let now: DateTime<Utc> = "2026-03-02T10:00:00Z".parse().unwrap();
        let rows = [
            ("120", Some("2026-03-02T10:02:00Z")),
            (" 60 ", Some("2026-03-02T10:01:00Z")),
            ("0", None),
            ("-5", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
            ("99999999999", Some("2026-03-03T10:00:00Z")),
            ("99999999999999999999999999", Some("2026-03-03T10:00:00Z")),
            ("Mon, 02 Mar 2026 10:01:30 GMT", Some("2026-03-02T10:01:30Z")),
            ("Monday, 02-Mar-26 11:00:00 GMT", Some("2026-03-02T11:00:00Z")),
            ("Mon, 02 Mar 2026 09:00:00 GMT", None),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some("2026-03-03T10:00:00Z")),
        ];
        for (text, expected) in rows {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_str(text).unwrap());
            assert_eq!(retry_at(&headers, now), expected.map(|t| t.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn validators_go_back_as_they_came() {
        let mut answer = HeaderMap::new();
        answer.insert(ETAG, HeaderValue::from_static("W/\"a,1\""));
        answer.insert(LAST_MODIFIED, HeaderValue::from_static("yesterday-ish"));
        let held = validators(&answer);
        let url: Url = "http://a.test/feed".parse().unwrap();
        let asked = |validators: &Validators, url: &Url| {
            let request = PageRequest { validators: validators.clone(), ..PageRequest::new(url.clone()) };
            let mut headers = HeaderMap::new();
            ask(&request, url, &mut headers).then_some(headers)
        };
        let request = asked(&held, &url).unwrap();
        assert_eq!(request[IF_NONE_MATCH], "W/\"a,1\"");
        assert_eq!(request[IF_MODIFIED_SINCE], "yesterday-ish");
        assert_eq!(refreshed(&held, &HeaderMap::new()), held);
        for etag in [&b"\"\x80\xff\""[..], "\"größe\"".as_bytes(), b"bare", b"\"a b\tc\""] {
            answer.insert(ETAG, HeaderValue::from_bytes(etag).unwrap());
            assert_eq!(asked(&validators(&answer), &url).unwrap()[IF_NONE_MATCH].as_bytes(), etag);
        }
        for etag in ["a\nb", "漢"] {
            assert!(asked(&Validators { etag: Some(etag.into()), ..Validators::default() }, &url).is_none());
        }
    }

    #[test]
    fn what_one_page_is_recognised_by_tells_nothing_of_another() {
        let url = |path: &str| Url::parse("http://a.test/").unwrap().join(path).unwrap();
        for (of, asked, sent) in [
            (None, "latest", true),
            (None, "issue-1", false),
            (Some("issue-1"), "latest", false),
            (Some("issue-1"), "issue-1", true),
            (Some("issue-1"), "issue-2", false),
        ] {
            let validators = Validators { etag: Some("a".into()), of: of.map(url), ..Validators::default() };
            let request = PageRequest { validators, ..PageRequest::new(url("latest#news")) };
            assert_eq!(ask(&request, &url(asked), &mut HeaderMap::new()), sent, "{of:?} {asked}");
        }
    }

    #[test]
    fn freshness_is_what_the_answer_promises_less_its_age() {
        let now: DateTime<Utc> = "2026-03-02T10:00:00Z".parse().unwrap();
        type Row<'r> = (&'r [(&'r str, &'r str)], Option<i64>);
        let rows: &[Row] = &[
            (&[], None),
            (&[("cache-control", "max-age=600")], Some(600)),
            (&[("cache-control", "public, Max-Age=\"60\"")], Some(60)),
            (&[("cache-control", "max-age=600"), ("age", "500")], Some(100)),
            (&[("cache-control", "max-age=600"), ("age", "601")], None),
            (&[("cache-control", "max-age=600"), ("age", "99999999999999999999")], None),
            (&[("cache-control", "max-age=600"), ("age", "-60")], Some(600)),
            (&[("cache-control", "max-age=600"), ("vary", "Accept, *")], None),
            (&[("cache-control", "max-age=600, no-cache")], None),
            (&[("cache-control", "no-store"), ("expires", "Mon, 02 Mar 2026 11:00:00 GMT")], None),
            (&[("cache-control", "max-age=0"), ("expires", "Mon, 02 Mar 2026 11:00:00 GMT")], None),
            (&[("cache-control", "s-maxage=600")], None),
            (&[("cache-control", "max-age=60, max-age=30")], Some(30)),
            (&[("cache-control", "max-age=soon")], None),
            (&[("cache-control", "max-age=99999999999")], Some(86_400)),
            (&[("expires", "Mon, 02 Mar 2026 10:05:00 GMT")], Some(300)),
            // A server whose clock is wrong is wrong in both.
            (&[("expires", "Mon, 02 Mar 2026 12:05:00 GMT"), ("date", "Mon, 02 Mar 2026 12:00:00 GMT")], Some(300)),
            (&[("cache-control", "max-age=600"), ("date", "Mon, 02 Mar 2026 09:55:00 GMT")], Some(300)),
            (&[("cache-control", "max-age=600"), ("date", "Mon, 02 Mar 2026 09:55:00 GMT"), ("age", "400")], Some(200)),
            (&[("cache-control", "max-age=600"), ("date", "Mon, 02 Mar 2026 07:00:00 GMT")], None),
            (&[("expires", "0")], None),
        ];
        for (headers, expected) in rows {
            let mut map = HeaderMap::new();
            for (name, value) in *headers {
                map.append(*name, HeaderValue::from_str(value).unwrap());
            }
            assert_eq!(fresh_until(&map, now).map(|at| (at - now).num_seconds()), *expected, "{headers:?}");
        }
    }
}
