use std::time::Duration;

use chrono::{DateTime, Utc};
use url::Url;

use crate::model::Outcome;

/// Why a request came to nothing.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{url}: {kind}")]
pub struct FetchError {
    /// What was asked for, or where it was redirected; without credentials.
    pub url: Box<Url>,
    /// What failed.
    pub kind: FetchErrorKind,
    /// No request before this: `Retry-After`, at most a day ahead.
    pub retry_at: Option<DateTime<Utc>>,
    pub(super) status: Option<u16>,
}

/// What failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchErrorKind {
    /// The address may not be called.
    #[error("{0}")]
    Refused(String),
    /// robots.txt forbids.
    #[error(
        "robots.txt of the host forbids this address; ask the site, or set `robots = \"ignore\"` for the host if you may"
    )]
    Robots,
    /// A login or a bot check stands before the page; names which.
    #[error("{0}")]
    Blocked(String),
    /// 410.
    #[error("the server answered 410: the page is gone for good; take the source out, or give its new address")]
    Gone,
    /// Another HTTP status that is no success.
    #[error("{}", status_sentence(*.0))]
    Status(u16),
    /// The server asked for silence, for this address or for the whole host, and that time is not over.
    #[error("the server asked to be left alone until {}", .0.format("%Y-%m-%d %H:%M:%S UTC"))]
    Waiting(DateTime<Utc>),
    /// robots.txt could not be read a moment ago, which is why, and is not asked for again before then.
    #[error("nothing is asked before {}: {}", .1.format("%Y-%m-%d %H:%M:%S UTC"), .0)]
    Unread(String, DateTime<Utc>),
    /// Too long.
    #[error("gave up after {0:?}: the server was too slow")]
    Timeout(Duration),
    /// Too large.
    #[error("the answer is larger than {0} bytes; raise `[fetch] max_bytes` if it is wanted")]
    TooLarge(u64),
    /// Redirects without end, or to nowhere.
    #[error("{0}")]
    Redirect(String),
    /// Connection, TLS, DNS.
    #[error("{0}")]
    Network(String),
    /// This machine's own network, or what it allows a process: that says nothing of the host.
    #[error("{0}")]
    Here(String),
    /// The browser could not be started, or could not show the page.
    #[error("{0}")]
    Browser(String),
    /// An answer that is no document: empty, cut short, wrongly packed.
    #[error("{0}")]
    Content(String),
}

impl FetchError {
    pub(super) fn new(url: &Url, kind: FetchErrorKind) -> Self {
        Self { url: Box::new(without_credentials(url)), kind, status: None, retry_at: None }
    }

    /// What to record of a run that ended so.
    pub fn outcome(&self) -> Outcome {
        match self.kind {
            FetchErrorKind::Robots | FetchErrorKind::Blocked(_) => Outcome::Blocked,
            FetchErrorKind::Gone => Outcome::Gone,
            _ => Outcome::Broken,
        }
    }

    /// Whether nothing was asked, since the host wants silence, or did not say just now what it minds.
    pub fn is_put_off(&self) -> bool {
        matches!(self.kind, FetchErrorKind::Waiting(_) | FetchErrorKind::Unread(..))
    }

    /// Whether this machine failed, and not the host.
    pub fn is_our_own(&self) -> bool {
        matches!(self.kind, FetchErrorKind::Here(_))
    }

    /// The HTTP status, where an answer came.
    pub fn status(&self) -> Option<u16> {
        self.status
    }
}

/// The same address without user name and password, for logs, reports and pages.
pub(super) fn without_credentials(url: &Url) -> Url {
    let mut url = url.clone();
    if !url.username().is_empty() || url.password().is_some() {
        // Both fail only for addresses without a host, which have no credentials.
        let _ = url.set_password(None);
        let _ = url.set_username("");
    }
    url
}

/// The address as it is sent: no fragment, no credentials.
pub(super) fn address(url: &Url) -> Url {
    let mut url = without_credentials(url);
    url.set_fragment(None);
    url
}

/// What a status means for the operator, and what to do.
pub(super) fn status_sentence(status: u16) -> String {
    let remedy = match status {
        204 | 205 => "there is nothing at this address; check it",
        304 => "\"not modified\" to a request that named no version; the server is broken",
        400 => "it does not understand the request; check the address and the source's `headers`",
        401 => "it wants credentials; give them in the source's `request.headers`",
        402 | 403 | 451 => "it refuses us; ask the site, or check the source's `request.headers`",
        404 => "there is no such page; check whether the site has moved it",
        405 | 406 => "it does not serve this address to us; check the address and the source's `headers`",
        407 => "a proxy wants credentials",
        408 | 504 => "it gave up waiting; it will be asked again",
        429 => "too many requests; it will be asked more seldom. Set `rate` for the host, or a slower `schedule`",
        511 => "the network that this machine is in wants a login first; log this machine in there",
        500 | 502 | 503 | 520..=529 => "it is out of order; it will be asked again",
        _ if status < 400 => "that is no page; check the address",
        _ if status < 500 => "it refuses the request; check the address",
        _ => "it will be asked again",
    };
    let name = http::StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason());
    match name {
        Some(name) => format!("the server answered {status} {name}: {remedy}"),
        None => format!("the server answered {status}: {remedy}"),
    }
}
