//! Bytes, politely and safely. The only room that calls out.
//!
//! Comes in: a [`PageRequest`]. Goes out: a [`Page`], "not modified", or an error that says what failed
//! and what to do. Never: what the bytes mean.

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use ipnet::IpNet;
use url::Url;

use crate::model::{Outcome, Page, PageRequest, Validators};

/// How Courant behaves towards other people's servers.
#[derive(Debug, Clone, PartialEq)]
pub struct Manners {
    /// The `User-Agent` header.
    pub user_agent: String,
    /// Private ranges that may be called all the same.
    pub allow_private: Vec<IpNet>,
    /// Whether robots.txt is obeyed where no host rule says otherwise.
    pub respect_robots: bool,
    /// Largest body in bytes, content coding off.
    pub max_bytes: u64,
    /// Longest time to connect.
    pub connect_timeout: Duration,
    /// Longest time for the whole request, body included.
    pub total_timeout: Duration,
    /// Most redirects followed.
    pub max_redirects: u32,
    /// Requests in flight over all hosts.
    pub parallel: usize,
    /// Rules for hosts; the first whose pattern fits counts.
    pub hosts: Vec<HostRule>,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            user_agent: concat!("Courant/", env!("CARGO_PKG_VERSION"), " (+https://github.com/courant-feeds/courant)")
                .into(),
            allow_private: Vec::new(),
            respect_robots: true,
            max_bytes: 10 * 1024 * 1024,
            connect_timeout: Duration::from_secs(10),
            total_timeout: Duration::from_secs(30),
            max_redirects: 10,
            parallel: 64,
            hosts: Vec::new(),
        }
    }
}

/// `[hosts."pattern"]`: manners towards some hosts.
#[derive(Debug, Clone, PartialEq)]
pub struct HostRule {
    /// A host name, or `*.example.org`.
    pub pattern: String,
    /// Shortest time between the starts of two requests.
    pub spacing: Option<Duration>,
    /// Requests in flight at once.
    pub parallel: Option<usize>,
    /// Whether robots.txt is obeyed.
    pub robots: Option<bool>,
}

/// What a request came to.
#[derive(Debug)]
pub enum Fetched {
    /// The document.
    Page(Box<Page>),
    /// 304: what we hold is current. Validators as the answer refreshed them.
    NotModified(Validators),
}

/// Why a request came to nothing.
#[derive(Debug, thiserror::Error)]
#[error("{url}: {kind}")]
pub struct FetchError {
    /// What was asked for, or where it was redirected.
    pub url: Url,
    /// What failed.
    pub kind: FetchErrorKind,
    /// No request before this.
    pub retry_at: Option<DateTime<Utc>>,
}

impl FetchError {
    /// What a run that ends with this error came to.
    pub fn outcome(&self) -> Outcome {
        match self.kind {
            FetchErrorKind::Status(410) => Outcome::Gone,
            FetchErrorKind::Status(401 | 403 | 451) | FetchErrorKind::Robots => Outcome::Blocked,
            _ => Outcome::Broken,
        }
    }

    /// The HTTP status, where the failure is one.
    pub fn status(&self) -> Option<u16> {
        match self.kind {
            FetchErrorKind::Status(status) => Some(status),
            _ => None,
        }
    }
}

/// What failed.
#[derive(Debug, thiserror::Error)]
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
    /// An HTTP status that is no success.
    #[error("the server answered {0}")]
    Status(u16),
    /// Too long.
    #[error("gave up after {0:?}: the server was too slow")]
    Timeout(Duration),
    /// Too large.
    #[error("the answer is larger than {0} bytes; raise `[fetch] max_bytes` if it is wanted")]
    TooLarge(u64),
    /// Redirects without end, or to nowhere.
    #[error("{0}")]
    Redirect(String),
    /// Connection, TLS, DNS, broken encoding.
    #[error("{0}")]
    Network(String),
}

/// Makes polite requests. One for the whole daemon; cheap to clone.
#[derive(Debug, Clone)]
pub struct Fetcher {
    _manners: std::sync::Arc<Manners>,
}

impl Fetcher {
    /// A fetcher with these manners.
    pub fn new(manners: Manners) -> Result<Self, FetchError> {
        Ok(Self { _manners: std::sync::Arc::new(manners) })
    }

    /// Asks once, following redirects.
    pub async fn get(&self, ask: &PageRequest) -> Result<Fetched, FetchError> {
        Err(FetchError { url: ask.url.clone(), kind: FetchErrorKind::Refused("not built".into()), retry_at: None })
    }
}

/// Makes a [`Page`] of bytes that did not come over HTTP (a file, standard input): unpacks gzip, finds the
/// charset (BOM, `content_type`'s parameter, XML declaration, meta, guess) and decodes.
pub fn saved_page(url: Url, content_type: Option<&str>, bytes: Bytes, now: DateTime<Utc>) -> Page {
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Page {
        asked: url.clone(),
        url,
        moved: None,
        status: 200,
        media_type: content_type.map(|t| t.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()),
        content_language: None,
        validators: Validators::default(),
        body: bytes,
        text,
        charset: "utf-8",
        fetched: now,
    }
}
