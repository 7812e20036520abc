//! What a page's tags alone tell: the feeds it announces, and whether such a feed holds what the page lists.
//!
//! A full reading parses a page into a tree and weighs all of its links. Mostly less tells that a feed holds the same
//! list: but for its frame, the page leads to the feed's entries by their headlines, and hardly anywhere else.

mod sight;
#[cfg(test)]
mod tests;

use foldhash::{HashMap, HashSet};

use super::landmarks::address_hash;
use crate::model::{FeedLink, Listing, Page, text_weight};
use sight::{Led, Sight};

/// Fewer links are no list that is worth it.
const FEWEST: usize = 5;

/// What a page's tags tell.
#[derive(Debug)]
pub struct Glance {
    /// The feeds that the page announces, as a full reading finds them.
    pub feeds: Vec<FeedLink>,
    /// Where the page leads, its frame left out.
    links: Vec<Led>,
    /// Whether the page may be an error or a login, as it calls itself.
    walled: bool,
}

/// Goes through a page's tags; `None` where they don't tell for sure that it announces feeds, and which.
pub(super) fn glance(page: &Page) -> Option<Glance> {
    Sight::of(page)
}

impl Glance {
    /// Whether a feed plainly holds what the page lists. Where this is not plain, the page must be read to tell.
    pub fn lists(&self, feed: &Listing) -> bool {
        if self.walled {
            return false;
        }
        let entries: HashSet<u32> = feed.teasers.iter().filter_map(|t| t.link.as_ref()).map(address_hash).collect();
        let named = self.named(feed);
        let mut shown = 0;
        let mut manners: HashMap<u64, usize> = HashMap::default();
        for (_, link) in named.iter().filter(|(to, _)| entries.contains(to)) {
            shown += 1;
            *manners.entry(link.manner).or_default() += 1;
        }
        // Links in the manner of most entries are of their list: of one that is longer than the feed.
        let is_apart = |link: &Led| manners.get(&link.manner).is_none_or(|alike| alike * 2 < shown);
        let rivals = named.iter().filter(|(to, link)| !entries.contains(to) && is_apart(link)).count();
        let compared = named.len().min(entries.len());
        shown >= FEWEST && shown * 4 >= compared * 3 && rivals < FEWEST && rivals * 2 < shown
    }

    /// Where the page leads by texts that could be headlines of the feed, at least half as long as they usually are: of
    /// each address the link with most text.
    fn named(&self, feed: &Listing) -> HashMap<u32, &Led> {
        let weights = feed.teasers.iter().map(|t| t.headline.as_deref().map_or(0, text_weight));
        let mut weights: Vec<usize> = weights.collect();
        weights.sort_unstable();
        let usual = weights.get(weights.len() / 2).copied().unwrap_or_default();
        let mut named: HashMap<u32, &Led> = HashMap::default();
        for link in self.links.iter().filter(|link| link.weight * 2 >= usual) {
            let best = named.entry(link.to).or_insert(link);
            if best.weight < link.weight {
                *best = link;
            }
        }
        named
    }
}
