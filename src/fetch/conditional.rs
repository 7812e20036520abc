//! Validators both ways (RFC 9110 §8.8, §13), byte for byte; `Retry-After` (§10.2.3).

use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::{ETAG, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, RETRY_AFTER};

use crate::model::Validators;

/// A server's wish is heard for this long.
const LONGEST: TimeDelta = TimeDelta::days(1);

/// Asks only for what has changed. Whether anything was asked so: a value that cannot stand in a header is
/// left out.
pub(super) fn ask(validators: &Validators, headers: &mut HeaderMap) -> bool {
    let mut conditional = false;
    for (name, value) in [(IF_NONE_MATCH, &validators.etag), (IF_MODIFIED_SINCE, &validators.last_modified)] {
        let value = value.as_deref().filter(|v| !v.is_empty()).and_then(|v| HeaderValue::from_str(v).ok());
        if let Some(value) = value {
            headers.insert(name, value);
            conditional = true;
        }
    }
    conditional
}

/// What an answer is to be recognised by. Bytes outside ASCII could not be sent back as they came, so that
/// such a validator is none.
pub(super) fn validators(headers: &HeaderMap) -> Validators {
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok()).filter(|v| !v.is_empty()).map(str::to_owned);
    Validators { etag: text(ETAG), last_modified: text(LAST_MODIFIED) }
}

/// What we hold, as a 304 refreshed it (RFC 9111 §3.2).
pub(super) fn refreshed(held: &Validators, headers: &HeaderMap) -> Validators {
    let new = validators(headers);
    Validators {
        etag: new.etag.or_else(|| held.etag.clone()),
        last_modified: new.last_modified.or_else(|| held.last_modified.clone()),
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
        let mut request = HeaderMap::new();
        assert!(ask(&held, &mut request));
        assert_eq!(request[IF_NONE_MATCH], "W/\"a,1\"");
        assert_eq!(request[IF_MODIFIED_SINCE], "yesterday-ish");
        answer.insert(ETAG, HeaderValue::from_bytes(b"\"\x80\"").unwrap());
        assert_eq!(validators(&answer).etag, None);
        assert_eq!(refreshed(&held, &HeaderMap::new()), held);
        assert!(!ask(&Validators { etag: Some("a\nb".into()), last_modified: None }, &mut HeaderMap::new()));
    }
}
