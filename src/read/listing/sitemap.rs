//! Sitemaps 0.9, sitemap indexes, news sitemaps.

use crate::model::{Listing, Page, Read};

/// Whether a document is a sitemap or a sitemap index.
pub(super) fn looks_like_sitemap(_page: &Page) -> bool {
    false
}

/// Reads a sitemap.
pub(super) fn read(_page: &Page) -> Read<Listing> {
    super::nothing("not a sitemap")
}
