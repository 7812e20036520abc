//! What a site offers in a page's stead: the feeds that the page announces, those at the usual places, sitemaps.

use url::Url;

use crate::fetch::{Fetched, Fetcher};
use crate::harvest::{ANNOUNCED, is_astray, same_list};
use crate::model::{Kind, Listing, ListingMethod, Page, PageKind, PageRequest};
use crate::read::{
    CompiledRules, common_feed_paths, fitting_feeds, is_of_news, read_listing, richness, sitemaps_named,
};

/// Most usual places that are asked; a second or so each.
const PLACES: usize = 8;
/// Most sitemaps that are asked, an index and those in it together.
const SITEMAPS: usize = 4;

/// The best that was found for a page.
pub(super) struct Scouted {
    /// The address to watch: the page's own where the daemon will find the feed by itself.
    pub(super) url: Url,
    /// What it lists.
    pub(super) listing: Listing,
    /// What was found, a sentence each.
    pub(super) said: Vec<String>,
}

/// Looks for feeds of what the page lists and takes the richest of those that it announces, else the first at a usual
/// place; for a page that lists nothing, a news sitemap. `thorough`: ask the usual places even where the page's own
/// list will do.
pub(super) async fn scout(fetcher: &Fetcher, page: &Page, listing: Listing, thorough: bool) -> Scouted {
    let mut found = Scouted { url: page.asked.clone(), listing, said: Vec::new() };
    if matches!(found.listing.method, ListingMethod::Feed(_) | ListingMethod::Sitemap | ListingMethod::Json) {
        return found;
    }
    let bare = found.listing.teasers.is_empty();
    if bare && found.listing.page_kind == PageKind::Article || is_astray(&found.listing) {
        return found;
    }
    let site = Site { fetcher, page };
    let feed = match site.announced(&mut found).await {
        None if thorough || bare => site.usual_places(&mut found).await,
        announced => announced,
    };
    if let Some((url, feed)) = feed {
        found.listing = feed;
        found.url = url;
    } else if bare && let Some((url, sitemap)) = site.sitemaps(&mut found.said).await {
        found.listing = sitemap;
        found.url = url;
    } else if thorough && !bare {
        site.name_sitemaps(&mut found.said).await;
    }
    found
}

struct Site<'a> {
    fetcher: &'a Fetcher,
    page: &'a Page,
}

impl Site<'_> {
    /// The richest feed of the same list among those that the page announces, and the address to watch for it.
    async fn announced(&self, found: &mut Scouted) -> Option<(Url, Listing)> {
        let mut best: Option<(Url, Listing)> = None;
        for link in fitting_feeds(self.page, &found.listing.feeds).into_iter().take(ANNOUNCED) {
            let Some(feed) = self.feed(&link.url).await else {
                found.said.push(format!("announces {}, where no feed is", link.url));
                continue;
            };
            if !same_list(&found.listing, &feed) {
                found.said.push(format!("announces a feed of another list: {}", link.url));
                continue;
            }
            found.said.push(format!("announces a feed of the same list: {} ({})", link.url, size(&feed)));
            if best.as_ref().is_none_or(|(_, most)| richness(&feed) > richness(most)) {
                best = Some((link.url, feed));
            }
        }
        let (url, feed) = best?;
        found.said.push(format!("the feed will be read in the page's place: {url}"));
        // The daemon compares them in the same way, and has the page to go back to.
        Some((self.page.asked.clone(), feed))
    }

    /// The first feed of the same list at a usual place.
    async fn usual_places(&self, found: &mut Scouted) -> Option<(Url, Listing)> {
        for url in common_feed_paths(&self.page.url).into_iter().take(PLACES) {
            if let Some(feed) = self.feed(&url).await
                && same_list(&found.listing, &feed)
            {
                found
                    .said
                    .push(format!("has a feed of the same list that it does not announce: {url} ({})", size(&feed)));
                found.said.push("the feed will be read in the page's place".to_owned());
                return Some((url, feed));
            }
        }
        None
    }

    /// Names the news sitemaps of a site whose page is read all the same: they may hold more than it.
    async fn name_sitemaps(&self, said: &mut Vec<String>) {
        let Ok(robots) = self.page.url.join("/robots.txt") else { return };
        let Some(page) = self.get(&robots).await else { return };
        let news = sitemaps_named(&page.text, &robots).into_iter().filter(is_of_news);
        said.extend(
            news.take(SITEMAPS)
                .map(|url| format!("robots.txt names a news sitemap, which could be watched too: {url}")),
        );
    }

    /// The first news sitemap that robots.txt names; of others only that they are there.
    async fn sitemaps(&self, said: &mut Vec<String>) -> Option<(Url, Listing)> {
        let robots = self.page.url.join("/robots.txt").ok()?;
        let named = sitemaps_named(&self.get(&robots).await?.text, &robots);
        let mut left: Vec<Url> = named.into_iter().rev().collect();
        let mut asked = 0;
        while let Some(url) = left.pop().filter(|_| asked < SITEMAPS) {
            asked += 1;
            let Some(page) = self.get(&url).await else { continue };
            let sitemap = read(&page, Kind::Sitemap);
            if sitemap.teasers.iter().any(|t| t.headline.is_some()) {
                said.push(format!("robots.txt names a news sitemap, which will be read: {url}"));
                return Some((url, sitemap));
            }
            if !sitemap.teasers.is_empty() {
                said.push(format!("robots.txt leads to a sitemap of {} pages: {url}", sitemap.teasers.len()));
            }
            left.extend(sitemap.feeds.into_iter().take(SITEMAPS).rev().map(|link| link.url));
        }
        None
    }

    /// What a feed lists; `None` where there is none, or an empty one.
    async fn feed(&self, url: &Url) -> Option<Listing> {
        let feed = read(&self.get(url).await?, Kind::Feed);
        (matches!(feed.method, ListingMethod::Feed(_)) && !feed.teasers.is_empty()).then_some(feed)
    }

    async fn get(&self, url: &Url) -> Option<Page> {
        match self.fetcher.get(&PageRequest::new(url.clone())).await {
            Ok(Fetched::Page(page)) => Some(*page),
            _ => None,
        }
    }
}

fn read(page: &Page, kind: Kind) -> Listing {
    read_listing(page, kind, &CompiledRules::default()).value
}

/// How much a feed holds, in words.
fn size(feed: &Listing) -> String {
    let full = feed.teasers.iter().filter(|t| t.content.is_some()).count();
    let entries = feed.teasers.len();
    let noun = if entries == 1 { "entry" } else { "entries" };
    match full {
        0 => format!("{entries} {noun}"),
        _ => format!("{entries} {noun}, {full} with full text"),
    }
}
