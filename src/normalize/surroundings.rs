//! The page-wide facts that every teaser of a listing shares.

use std::hash::{Hash, Hasher};

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use xxhash_rust::xxh3::{Xxh3, xxh3_64_with_seed};

use super::identity::title_hash;
use super::language;
use super::title::plain;
use crate::dates::{Order, order_of};
use crate::model::{Listing, Teaser};

/// The page-wide facts that every teaser of a listing shares.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The listing's language.
    pub language: Option<String>,
    /// The one that it declares.
    pub(super) declared: Option<String>,
    /// Day and month order that its dates prove.
    pub order: Option<Order>,
    /// The site's name, which is no part of a headline.
    pub site: Option<String>,
    /// Whether the listing's guids name its entries (they don't when all are the same).
    pub guids_are_unique: bool,
    /// Hashes of titles that several of its entries bear, so that none is known by them.
    pub(super) shared_titles: HashSet<u64>,
    /// Fingerprints of what names its entries: see [`names`].
    pub names: Vec<u32>,
}

impl Surroundings {
    /// Fingerprint of all of them.
    pub fn print(&self) -> u64 {
        let mut shared: Vec<u64> = self.shared_titles.iter().copied().collect();
        shared.sort_unstable();
        let mut hash = Xxh3::new();
        (&self.language, &self.declared, &self.site, self.guids_are_unique, shared).hash(&mut hash);
        self.order.map(|order| order == Order::DayFirst).hash(&mut hash);
        hash.finish()
    }

    /// Those of a listing of which only what is new was read: what all its teasers show together is given. No two of
    /// them bear one title.
    pub fn remembered(listing: &Listing, language: Option<String>, order: Option<Order>) -> Self {
        let site = listing.title.as_deref().map(plain).filter(|title| !title.is_empty());
        let declared = listing.language.clone();
        Self { language, declared, order, site, guids_are_unique: true, ..Self::default() }
    }

    /// Whether several entries bear one title.
    pub fn share_titles(&self) -> bool {
        !self.shared_titles.is_empty()
    }

    /// Whether several entries bear this title.
    pub(super) fn is_shared(&self, title: &str) -> bool {
        self.share_titles() && self.shared_titles.contains(&title_hash(title))
    }

    /// Looks at a whole listing once.
    pub fn of(listing: &Listing) -> Self {
        let titles: Vec<&str> = titles(listing).collect();
        let language = language::language([listing.language.as_deref()], &titles.join("\n"));
        Self::speaking(language, listing)
    }

    /// Likewise, its language known from when most of it was looked at before: to tell one takes longer than all else.
    pub fn speaking(language: Option<String>, listing: &Listing) -> Self {
        let mut seen = HashSet::with_capacity(listing.teasers.len());
        let mut guids_are_unique = true;
        for guid in listing.teasers.iter().filter_map(|t| t.guid.as_deref()) {
            guids_are_unique &= seen.insert(guid.trim());
        }
        // A twin that a feed shows again with the same link is the same entry: its guid still names it.
        if !guids_are_unique {
            let mut links: HashMap<&str, Option<&str>> = HashMap::new();
            guids_are_unique =
                listing.teasers.iter().filter_map(|t| Some((t.guid.as_deref()?.trim(), t.link.as_ref()))).all(
                    |(guid, link)| {
                        let link = link.map(url::Url::as_str);
                        *links.entry(guid).or_insert(link) == link
                    },
                );
        }
        let titles: Vec<u64> = titles(listing).map(|title| title_hash(&plain(title))).collect();
        let mut counts: HashMap<u64, usize> = HashMap::with_capacity(titles.len());
        for title in &titles {
            *counts.entry(*title).or_default() += 1;
        }
        let guids = listing.teasers.iter().filter_map(guid_hash);
        Self {
            language,
            declared: listing.language.clone(),
            order: order_of(
                listing.teasers.iter().flat_map(|t| t.published.iter().chain(&t.updated)).map(|w| w.text.as_str()),
            ),
            site: listing.title.as_deref().map(plain).filter(|t| !t.is_empty()),
            guids_are_unique,
            shared_titles: counts.into_iter().filter(|(_, n)| *n > 1).map(|(hash, _)| hash).collect(),
            names: titles.iter().map(|title| *title as u32).chain(guids).collect(),
        }
    }
}

/// Fingerprints of what names teasers: their titles, and their guids.
pub fn names<'t>(teasers: impl Iterator<Item = &'t Teaser>) -> impl Iterator<Item = u32> {
    let title = |teaser: &Teaser| teaser.headline.as_deref().map(|title| title_hash(&plain(title)) as u32);
    teasers.flat_map(move |teaser| [title(teaser), guid_hash(teaser)]).flatten()
}

fn guid_hash(teaser: &Teaser) -> Option<u32> {
    teaser.guid.as_deref().map(|guid| xxh3_64_with_seed(guid.trim().as_bytes(), 1) as u32)
}

fn titles(listing: &Listing) -> impl Iterator<Item = &str> {
    listing.teasers.iter().filter_map(|teaser| teaser.headline.as_deref())
}
