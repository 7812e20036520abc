use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Enclosure, Extras, Person, Picture, Sketch, SourceId};

/// The published id of an entry, `urn:uuid:…`. Minted once, stored, never recomputed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EntryId(pub String);

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Teaser and article made one and normalized, before the store has matched it with what it knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// The id it gets if nothing in the store shares a key with it.
    pub id: EntryId,
    /// What it is recognised by, surest first: the feed's guid, the canonical URL, then what only hints
    /// ([`is_sure`]): the number or the words of the URL, title and day.
    pub keys: Vec<String>,
    /// Where the article is.
    pub url: Option<Url>,
    /// Plain text, never empty.
    pub title: String,
    /// People who wrote it.
    pub authors: Vec<Person>,
    /// The page's own date, never in the future; `None` when it gives none, so that the store's
    /// first sight of it counts.
    pub published: Option<DateTime<Utc>>,
    /// The page's own date of change.
    pub updated: Option<DateTime<Utc>>,
    /// Plain text.
    pub summary: Option<String>,
    /// Sanitized HTML with absolute addresses.
    pub content: Option<String>,
    /// Whether `content` is the full text, so that no article page need be asked for.
    pub full_text: bool,
    /// Whether this run asked for the article's page; the store counts such attempts until one gives the
    /// full text.
    pub attempted: bool,
    /// Sections and tags.
    pub categories: Vec<String>,
    /// Lead picture.
    pub picture: Option<Picture>,
    /// Attached media.
    pub enclosures: Vec<Enclosure>,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// What its feed says besides.
    #[serde(default, skip_serializing_if = "Extras::is_empty")]
    pub extras: Extras,
    /// Hash of title and visible text: an entry has changed when this has.
    pub fingerprint: u64,
    /// SimHash of the full text, where there is enough of it: texts that differ in few words differ in few bits.
    pub likeness: Option<u64>,
    /// What the full text is known by among those of other sources; empty where there is too little of it.
    #[serde(default)]
    pub sketch: Sketch,
    /// Whether the page dates it after the run, so that its date was drawn back to the run.
    pub ahead: bool,
}

/// Whether a key of the ledger names one entry by itself. One that does not (number or words of the URL, title
/// and day) makes two things one only where nothing speaks against it.
pub fn is_sure(key: &str) -> bool {
    !["num:", "slug:", "title:"].iter().any(|kind| key.starts_with(kind))
}

/// The stored unit: Atom entry, RSS item, JSON Feed item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The published id.
    pub id: EntryId,
    /// The source that showed it.
    pub source: SourceId,
    /// Where the article is.
    pub url: Option<Url>,
    /// Plain text, never empty.
    pub title: String,
    /// People who wrote it.
    pub authors: Vec<Person>,
    /// The page's date where it has one, else first seen. Never moves.
    pub published: DateTime<Utc>,
    /// Moves only when the visible text does.
    pub updated: DateTime<Utc>,
    /// When Courant first saw it.
    pub first_seen: DateTime<Utc>,
    /// Plain text.
    pub summary: Option<String>,
    /// Sanitized HTML.
    pub content: Option<String>,
    /// Whether `content` is the full text.
    pub full_text: bool,
    /// Sections and tags.
    pub categories: Vec<String>,
    /// Lead picture.
    pub picture: Option<Picture>,
    /// Attached media.
    pub enclosures: Vec<Enclosure>,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// What its feed says besides.
    #[serde(default, skip_serializing_if = "Extras::is_empty")]
    pub extras: Extras,
    /// Where else its story is told, in a feed that shows a story once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_in: Vec<Elsewhere>,
}

/// Where else a story is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// The source that tells it.
    pub source: SourceId,
    /// Its article.
    pub url: Url,
}

/// What storing one run's drafts did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Entries never seen before.
    pub new: usize,
    /// Entries whose visible text changed.
    pub altered: usize,
    /// Entries as they were.
    pub same: usize,
}
