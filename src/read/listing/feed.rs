//! RSS, RDF, Atom, JSON Feed, CDF, OPML.

use crate::model::{Listing, Page, Read};

/// Whether a document is a feed, by its first bytes and its media type.
pub(super) fn looks_like_feed(_page: &Page) -> bool {
    false
}

/// Reads a feed, strictly first and then tolerantly.
pub(super) fn read(_page: &Page) -> Read<Listing> {
    super::nothing("not a feed")
}
