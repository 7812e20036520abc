//! Which feed serves in a page's stead.

use url::Url;

use crate::model::{FeedLink, Listing, Page};

/// The richest feed among those that a page announces; no comments feed, no other section's.
pub fn choose_feed(_page: &Page, listing: &Listing) -> Option<FeedLink> {
    listing.feeds.first().cloned()
}

/// Where a site's feeds commonly are, for a page that announces none.
pub fn common_feed_paths(_url: &Url) -> Vec<Url> {
    Vec::new()
}
