use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use xxhash_rust::xxh3::xxh3_128;

use crate::model::SourceId;

/// The formats that are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// RSS 2.0.
    Rss,
    /// Atom 1.0 (RFC 4287).
    Atom,
    /// JSON Feed 1.1.
    Json,
}

impl Format {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Rss, Self::Atom, Self::Json];

    /// What ends an address of this format, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Rss => "rss",
            Self::Atom => "atom",
            Self::Json => "json",
        }
    }

    /// The media type, without parameters.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml",
            Self::Atom => "application/atom+xml",
            Self::Json => "application/feed+json",
        }
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rss => "RSS",
            Self::Atom => "Atom",
            Self::Json => "JSON Feed",
        }
    }
}

/// A feed rendered in a format, with its validators.
#[derive(Debug, Clone)]
pub struct Document {
    /// Which format.
    pub format: Format,
    /// The bytes, UTF-8.
    pub body: Bytes,
    /// Strong entity tag, quotes included: a hash of `body`.
    pub etag: String,
    /// When an entry in it was last added or altered, to the second.
    pub last_modified: DateTime<Utc>,
}

impl Document {
    /// The document that `body` is, with its entity tag.
    pub(super) fn new(format: Format, body: Vec<u8>, last_modified: DateTime<Utc>) -> Self {
        let etag = entity_tag(&body);
        Self { format, body: body.into(), etag, last_modified }
    }
}

/// A strong entity tag (RFC 9110 §8.8.3), quotes included: the bytes' 128-bit hash in hexadecimal.
pub fn entity_tag(body: &[u8]) -> String {
    format!("\"{:032x}\"", xxh3_128(body))
}

/// The addresses that a document names; all absolute.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// The document's own address.
    pub this: String,
    /// The page for people. The feed's Atom id is derived from it, so it should be as lasting as the feed.
    pub home: String,
    /// WebSub hub, where there is one.
    pub hub: Option<String>,
    /// Where entries of a feed of several sources came from; a source that is not named here is not named there.
    pub sources: BTreeMap<SourceId, SourceLink>,
    /// The documents that hold what came before.
    pub history: History,
}

/// Where a document stands in its feed's history (RFC 5005 §4).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// In an archive document: the feed itself.
    pub current: Option<String>,
    /// The archive document of the entries stored before.
    pub previous: Option<String>,
    /// In an archive document: the one of the entries stored after.
    pub next: Option<String>,
}

/// A source as a feed of several names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLink {
    /// Its title.
    pub title: String,
    /// Its page for people; its documents' addresses are this with `.rss`, `.atom`, `.json`.
    pub page: String,
}
