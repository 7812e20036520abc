//! Entries rendered.
//!
//! Comes in: a feed and its entries. Goes out: a [`Document`]. Never: the store, a clock, async.

use bytes::Bytes;
use chrono::{DateTime, Utc};

use crate::model::{Entry, Feed};

/// The formats that are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// RSS 2.0.
    Rss,
    /// Atom 1.0 (RFC 4287).
    Atom,
    /// JSON Feed 1.1.
    Json,
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

/// The addresses that a document names.
#[derive(Debug, Clone)]
pub struct Links {
    /// The document's own address.
    pub this: String,
    /// The page for people.
    pub home: String,
    /// WebSub hub, where there is one.
    pub hub: Option<String>,
}

/// Renders. The same feed, entries and links give the same bytes.
pub fn render(_feed: &Feed, _entries: &[Entry], format: Format, _links: &Links, changed: DateTime<Utc>) -> Document {
    Document { format, body: Bytes::new(), etag: String::new(), last_modified: changed }
}

/// OPML 2.0 of the published feeds: `(feed, address of its document)`.
pub fn opml(_title: &str, _feeds: &[(&Feed, String)]) -> String {
    String::new()
}
