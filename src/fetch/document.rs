//! What of an answer is a document, and why it is none.

use bytes::Bytes;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

use super::binary;
use super::coding::{self, Most};
use super::error::{FetchErrorKind, status_sentence};

/// Unpacks a body that must say something.
pub(super) fn document(
    body: Bytes,
    codings: &str,
    content_type: Option<&str>,
    max: u64,
) -> Result<Bytes, FetchErrorKind> {
    let body = coding::unpack(body, codings, Most::bytes(max))?;
    if body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&body).trim_ascii().is_empty() {
        return Err(FetchErrorKind::Content("the answer is empty; check the address in a browser".to_owned()));
    }
    match binary::kind(&body, content_type) {
        Some(kind) => Err(FetchErrorKind::Content(format!("the answer is {kind} and no page"))),
        None => Ok(body),
    }
}

pub(super) fn codings(headers: &HeaderMap) -> String {
    let values: Vec<&str> = headers.get_all(CONTENT_ENCODING).iter().filter_map(|v| v.to_str().ok()).collect();
    values.join(",")
}

/// Whether the answer is a "no", and which.
pub(super) fn refusal(status: u16, headers: &HeaderMap) -> Option<FetchErrorKind> {
    let says = |name: &str, word: &str| {
        headers.get(name).and_then(|v| v.to_str().ok()).is_some_and(|v| v.to_ascii_lowercase().contains(word))
    };
    // What the large bot walls say in their headers, whatever status they choose.
    if says("cf-mitigated", "challenge")
        || says("x-amzn-waf-action", "challenge")
        || says("x-amzn-waf-action", "captcha")
    {
        return Some(FetchErrorKind::Blocked(format!(
            "a bot check stands before the page (status {status}); ask the site for a feed or for leave"
        )));
    }
    match status {
        200..=203 | 207..=299 => None,
        401 | 402 | 403 | 407 | 451 => Some(FetchErrorKind::Blocked(status_sentence(status))),
        410 => Some(FetchErrorKind::Gone),
        // RFC 6585: no site says so.
        511 => Some(FetchErrorKind::Here(status_sentence(status))),
        _ => Some(FetchErrorKind::Status(status)),
    }
}
