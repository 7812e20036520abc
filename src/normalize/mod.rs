//! What we hold to be true.
//!
//! Comes in: a teaser, its article where one was read, the source, the present instant. Goes out: a
//! [`Draft`]. Never: the network, a clock, async.

mod html;

use chrono::{DateTime, Utc};
use url::Url;

pub use crate::html::html_to_text;
pub use html::sanitize;

use crate::model::{Article, Draft, EntryId, Listing, Source, Teaser};

/// The page-wide facts that every teaser of a listing shares.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The listing's language.
    pub language: Option<String>,
    /// Day and month order that its dates prove.
    pub order: Option<crate::dates::Order>,
    /// The site's name, which is no part of a headline.
    pub site: Option<String>,
    /// Whether the listing's guids name its entries (they don't when all are the same).
    pub guids_are_unique: bool,
}

impl Surroundings {
    /// Looks at a whole listing once.
    pub fn of(_listing: &Listing) -> Self {
        Self::default()
    }
}

/// The entry that a teaser and its article make.
pub fn draft(
    _teaser: &Teaser,
    _article: Option<&Article>,
    _around: &Surroundings,
    source: &Source,
    _now: DateTime<Utc>,
) -> Option<Draft> {
    let _ = source;
    None
}

/// The dates of an entry, with their precision.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Moments {
    /// Date of publication.
    pub published: Option<crate::dates::Moment>,
    /// Date of the last change.
    pub updated: Option<crate::dates::Moment>,
}

/// The dates that the evidence of teaser and article supports.
pub fn moments(
    _teaser: &Teaser,
    _article: Option<&Article>,
    _around: &Surroundings,
    _source: &Source,
    _now: DateTime<Utc>,
) -> Moments {
    Moments::default()
}

/// The id of an entry of `source` whose surest key is `key`: a version 5 UUID as a URN.
pub fn mint(_source: &str, _key: &str) -> EntryId {
    EntryId(String::new())
}

/// The canonical form of an address: fragment, tracking parameters, session ids, default port, `www.` and
/// scheme differences off. For comparing, never for fetching.
pub fn canonical(url: &Url) -> String {
    url.to_string()
}

/// Whether the source's filters keep this draft (renames applied to it first).
pub fn keep(_draft: &mut Draft, _source: &Source, _now: DateTime<Utc>) -> bool {
    true
}
