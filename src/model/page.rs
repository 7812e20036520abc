use std::net::IpAddr;

use bytes::Bytes;
use bytestring::ByteString;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Trust, same_site};

/// What a server gave to recognise a version of a page by (RFC 9110 §8.8), byte for byte: a letter for each byte, by Latin-1.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// The `ETag` header's value, quotes and `W/` kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// The `Last-Modified` header's value, as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// The page's address, where a redirect led to it: of another page they tell nothing (RFC 9111 §4.3.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Url>,
}

/// A WebSub hub that a page announces, and what to subscribe to there (WebSub §4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    /// Where to subscribe.
    pub hub: Url,
    /// The page's own name for itself (`rel="self"`).
    pub topic: Url,
}

/// One question to a server.
#[derive(Debug, Clone)]
pub struct PageRequest {
    /// What to ask for.
    pub url: Url,
    /// What the last whole answer was recognised by; sent as `If-None-Match` and `If-Modified-Since`.
    pub validators: Validators,
    /// The operator's own headers for this source, names in any case.
    pub headers: Vec<(String, String)>,
    /// Whose word is taken for who the servers of its site are.
    pub trust: Trust,
}

impl PageRequest {
    /// Asks for `url`, with nothing known of it.
    pub fn new(url: Url) -> Self {
        Self { url, validators: Validators::default(), headers: Vec::new(), trust: Trust::Machine }
    }

    /// Likewise, in the name of a source at `home`. The operator's headers may hold secrets: they go to its origin
    /// only. Whose word is taken holds for its site.
    pub fn in_name_of(home: &Url, headers: &[(String, String)], trust: &Trust, url: Url) -> Self {
        let headers = if url.origin() == home.origin() { headers.to_vec() } else { Vec::new() };
        let trust = if same_site(&url, home) { trust.clone() } else { Trust::Machine };
        Self { headers, trust, ..Self::new(url) }
    }
}

/// One fetched document (RFC 9110 representation), or one saved to a file.
#[derive(Debug, Clone)]
pub struct Page {
    /// The address that answered, after redirects: what relative links resolve against.
    pub url: Url,
    /// The address that was asked for.
    pub asked: Url,
    /// Where a permanent redirect (301, 308) says to ask from now on.
    pub moved: Option<Url>,
    /// HTTP status; 200 for a saved file.
    pub status: u16,
    /// `Content-Type` without its parameters, lower case, where given.
    pub media_type: Option<String>,
    /// `Content-Language`, where given.
    pub content_language: Option<String>,
    /// What to recognise this version by.
    pub validators: Validators,
    /// The hub that its `Link` headers announce.
    pub announced: Option<Announced>,
    /// Until when the server promises that nothing changes (RFC 9111 freshness).
    pub fresh_until: Option<DateTime<Utc>>,
    /// Cookies that its host gave during the visit, as `name=value`.
    pub cookies: Vec<String>,
    /// The address of the server that answered; `None` for a saved file.
    pub peer: Option<IpAddr>,
    /// The decoded bytes: content coding (gzip, …) off, charset as it came.
    pub body: Bytes,
    /// `body` as text: the same bytes, lent, where they are UTF-8.
    pub text: ByteString,
    /// Label of the charset that `text` was decoded from.
    pub charset: &'static str,
    /// When it was fetched: the `now` of relative dates on it.
    pub fetched: DateTime<Utc>,
}
