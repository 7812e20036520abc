//! Which of the feeds that a page announces is read in the page's stead.

use std::cell::LazyCell;
use std::collections::HashSet;
use std::sync::Arc;

use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use super::ask::{Listed, is_feed};
use super::reader::on_reader;
use super::short::Reread;
use super::{Parts, Watched, short};
use crate::fetch::Fetched;
use crate::model::{FeedLink, Kind, Listing, Page, Read};
use crate::normalize::canonical;
use crate::read::{Extent, fitting_feeds, glance, richness};

/// Share of a page's links that a feed found on it must hold to be read in its stead: half, since a feed is
/// often shorter than its page, while a whole site's feed shares little with one section.
const SAME_LIST: f64 = 0.5;
/// Most announced feeds that are compared with a page.
pub const ANNOUNCED: usize = 4;

/// A feed that answered.
pub(super) struct Offer {
    link: Url,
    answer: Arc<Page>,
    read: Read<Reread>,
}

/// What a glance at a page came to.
pub(super) enum Glanced {
    /// This feed holds what the page lists.
    Taken(Box<Listed>),
    /// The page must be read to tell which of these does, all that are to be asked.
    Unsure(Vec<Offer>),
    /// Nothing was asked.
    Nothing,
}

/// Asks the feeds that a page's tags announce, and takes the richest where all of them plainly hold what it lists: most
/// pages need not be read to tell.
pub(super) async fn at_a_glance(watched: &Watched, page: &Arc<Page>, parts: &Parts) -> Glanced {
    // In turn, as short as it is: whoever has looked goes on to what costs memory.
    let (own, kind, rules) = (Arc::clone(page), watched.source.kind, watched.rules.clone());
    let seen = on_reader(parts, move || Read::clean(glance(&own, kind, &rules))).await;
    let Some(seen) = seen.value else { return Glanced::Nothing };
    let links = fitting_feeds(page, &seen.feeds);
    if links.is_empty() {
        return Glanced::Nothing;
    }
    let offers = ask(watched, links, ANNOUNCED, parts).await;
    if !offers.iter().all(|offer| seen.lists(&offer.read.value.listing)) {
        return Glanced::Unsure(offers);
    }
    choose(page, offers, |_| true).map_or(Glanced::Unsure(Vec::new()), Glanced::Taken)
}

/// Asks the feeds that a page which was read announces: at first all that fit, later the likeliest only, for the sake of a
/// page whose feeds are all of other lists.
pub(super) async fn announced(
    watched: &Watched,
    page: &Page,
    listing: &Listing,
    parts: &Parts,
    first: bool,
) -> Vec<Offer> {
    let mut links = fitting_feeds(page, &listing.feeds);
    // Where the page shows nothing, whatever it announces is better.
    if links.is_empty() && listing.teasers.is_empty() {
        links.extend(listing.feeds.first().cloned());
    }
    ask(watched, links, if first { ANNOUNCED } else { 1 }, parts).await
}

/// The richest of the feeds that hold the same list as the page.
pub(super) fn choose(page: &Page, offers: Vec<Offer>, holds_it: impl Fn(&Listing) -> bool) -> Option<Box<Listed>> {
    let mut best: Option<(usize, Offer)> = None;
    for offer in offers.into_iter().filter(|offer| holds_it(&offer.read.value.listing)) {
        let rich = richness(&offer.read.value.listing);
        if best.as_ref().is_none_or(|(most, _)| rich > *most) {
            best = Some((rich, offer));
        }
    }
    let (_, Offer { link, answer, read: Read { value: Reread { mut listing, guide, .. }, problems } }) = best?;
    listing.home.get_or_insert_with(|| page.url.clone());
    let read = Read { value: listing, problems };
    let listed = Listed::of(&answer, read, xxh3_64(&answer.body), Some(link));
    Some(Box::new(Listed { guide, ..listed }))
}

/// Those of so many feeds that answer with entries.
async fn ask(watched: &Watched, links: Vec<FeedLink>, most: usize, parts: &Parts) -> Vec<Offer> {
    let mut offers = Vec::new();
    for FeedLink { url: link, .. } in links.into_iter().take(most) {
        let Ok(Fetched::Page(answer)) = parts.get(&watched.source, &watched.source.request(link.clone())).await else {
            continue;
        };
        let answer: Arc<Page> = answer.into();
        let read = short::noted(watched, &answer, Kind::Feed, parts, Extent::Noting, 0).await;
        if is_feed(&read.value.listing) && !read.value.listing.teasers.is_empty() {
            offers.push(Offer { link, answer, read });
        }
    }
    offers
}

/// Whether a feed holds what the page lists. A page on which nothing was found leaves nothing to differ.
pub fn same_list(page: &Listing, feed: &Listing) -> bool {
    fn links(list: &Listing) -> impl Iterator<Item = &Url> {
        list.teasers.iter().filter_map(|teaser| teaser.link.as_ref())
    }
    let as_written: HashSet<&Url> = links(feed).collect();
    let in_feed = LazyCell::new(|| links(feed).map(canonical).collect::<HashSet<String>>());
    let is_shared = |link: &&Url| as_written.contains(link) || in_feed.contains(&canonical(link));
    let shared = links(page).filter(is_shared).count();
    let compared = links(page).count().min(links(feed).count());
    compared == 0 || shared as f64 >= SAME_LIST * compared as f64
}
