//! An outage longer than the page's window: what appeared meanwhile and is no longer on the page is looked for on the
//! list's further pages, else in the site's feed or sitemap. What cannot be found is a gap, and is told.

use chrono::{DateTime, Utc};
use url::Url;

use super::ask::read_more;
use super::reader::on_reader;
use super::sketch::Sketch;
use super::stand_in::same_list;
use super::{Parts, Watched};
use crate::fetch::Fetched;
use crate::model::{Gap, Kind, Listing, Page, Problem, Shape, Teaser};
use crate::normalize::canonical;
use crate::read::{fitting_feeds, read_listing, sitemaps_named};
use crate::store::{SourceState, StoreError};

/// Most further pages of a list that are read to catch up.
const PAGES: usize = 12;
/// Most feeds, and most sitemaps.
const OTHERS: usize = 2;
/// Most teasers that one run catches up with.
const MOST: usize = 1000;
/// A list of fewer is no window that something could have left.
const LEAST: usize = 4;

/// What a run has read, and may have to read more of.
pub(super) struct Window<'w> {
    pub(super) watched: &'w Watched,
    pub(super) listing: &'w mut Listing,
    pub(super) page: Option<&'w Page>,
    pub(super) problems: &'w mut Vec<Problem>,
}

/// Whether the page's window no longer reaches back to what is known: next to nothing on it is, and nothing of its
/// older part.
pub(super) fn is_behind(state: &SourceState, shape: &Shape, sketch: &Sketch) -> bool {
    state.entries > 0
        && state.last_success.is_some()
        && shape.listed >= LEAST
        && sketch.known_teasers() * 10 <= shape.listed
        && !sketch.reaches_back()
}

/// Reads on until something known comes; adds what lies between to the listing. Notes a gap where nothing does.
pub(super) async fn catch_up(
    window: Window<'_>,
    sketch: Sketch,
    state: &mut SourceState,
    parts: &Parts,
    now: DateTime<Utc>,
) -> Result<Sketch, StoreError> {
    let Window { watched, listing, page, problems } = window;
    let first = listing.teasers.len();
    let mut pages = 0;
    let mut way = None;
    let mut seen: Vec<Url> = page.map(|page| page.url.clone()).into_iter().collect();
    let mut next = listing.next.take();
    while let Some(url) = next.take().filter(|url| pages < PAGES && !seen.contains(url) && listing.teasers.len() < MOST)
    {
        seen.push(url.clone());
        let Some(more) = get(watched, &url, watched.source.kind, parts).await else { break };
        pages += 1;
        let known = Sketch::of(watched, &more, parts, now).await?.known_teasers();
        next.clone_from(&more.next);
        if !add(listing, more.teasers) {
            break;
        }
        if known > 0 {
            way = Some(format!("{pages} further pages"));
            break;
        }
    }
    if way.is_none() {
        way = elsewhere(watched, listing, page, state, parts, now).await?;
    }
    let more = listing.teasers.len().saturating_sub(first);
    match (way, state.last_success) {
        (Some(way), _) => {
            problems.push(Problem::note(format!(
                "nothing on the page was known; {more} more were caught up with by {way}"
            )));
        }
        (None, Some(since)) => {
            let gap = Gap { since, until: now, pages };
            problems.push(Problem::warning(gap.to_string()));
            state.profile.get_or_insert_default().add_gap(gap);
        }
        (None, None) => {}
    }
    if more == 0 { Ok(sketch) } else { Sketch::of(watched, listing, parts, now).await }
}

/// Looks into the site's feeds and sitemaps for what is newer than the last run; says where, if that reaches back to
/// what is known.
async fn elsewhere(
    watched: &Watched,
    listing: &mut Listing,
    page: Option<&Page>,
    state: &SourceState,
    parts: &Parts,
    now: DateTime<Utc>,
) -> Result<Option<String>, StoreError> {
    let since = state.last_success.unwrap_or(now);
    let feeds = page.map(|page| fitting_feeds(page, &listing.feeds)).unwrap_or_default();
    for feed in feeds.into_iter().take(OTHERS) {
        let Some(other) = get(watched, &feed.url, Kind::Feed, parts).await else { continue };
        let sketch = Sketch::of(watched, &other, parts, now).await?;
        if sketch.known_teasers() > 0 && same_list(listing, &other) {
            add(listing, sketch.unknown_since(other.teasers, since));
            return Ok(Some(format!("the feed {}", feed.url)));
        }
    }
    for url in sitemaps(watched, parts).await {
        let Some(other) = get(watched, &url, Kind::Sitemap, parts).await else { continue };
        let sketch = Sketch::of(watched, &other, parts, now).await?;
        if sketch.known_teasers() == 0 {
            continue;
        }
        let folder = folders(listing);
        let mut new = sketch.unknown_since(other.teasers, since);
        // A sitemap names every page of a site: only such as the list has are meant, and only dated ones.
        new.retain(|teaser| teaser.link.as_ref().is_some_and(|url| folder.contains(&self::folder(url))));
        add(listing, new);
        return Ok(Some(format!("the sitemap {url}")));
    }
    Ok(None)
}

/// The sitemaps that robots.txt names, else the usual one.
async fn sitemaps(watched: &Watched, parts: &Parts) -> Vec<Url> {
    let Ok(robots) = watched.source.url.join("/robots.txt") else { return Vec::new() };
    let mut found = match parts.get(&watched.source, &watched.source.request(robots.clone())).await {
        Ok(Fetched::Page(page)) => sitemaps_named(&page.text, &robots),
        _ => Vec::new(),
    };
    if found.is_empty() {
        found.extend(watched.source.url.join("/sitemap.xml"));
    }
    found.truncate(OTHERS);
    found
}

async fn get(watched: &Watched, url: &Url, kind: Kind, parts: &Parts) -> Option<Listing> {
    if *parts.stop.borrow() {
        return None;
    }
    let Ok(Fetched::Page(page)) = parts.get(&watched.source, &watched.source.request(url.clone())).await else {
        return None;
    };
    if kind == watched.source.kind {
        return read_more(watched, *page, url, parts).await.ok().map(|read| read.value);
    }
    let rules = watched.rules.clone();
    Some(on_reader(parts, move || read_listing(&page, kind, &rules)).await.value)
}

/// Adds the teasers that are not listed yet; says whether there were any.
fn add(listing: &mut Listing, more: Vec<Teaser>) -> bool {
    let mut listed: std::collections::HashSet<String> =
        listing.teasers.iter().filter_map(|t| t.link.as_ref().map(canonical)).collect();
    let before = listing.teasers.len();
    let room = MOST.saturating_sub(before);
    let new = more.into_iter().filter(|t| t.link.as_ref().is_none_or(|url| listed.insert(canonical(url))));
    listing.teasers.extend(new.take(room));
    listing.teasers.len() > before
}

/// The folders in which a list's articles stand.
fn folders(listing: &Listing) -> std::collections::HashSet<String> {
    listing.teasers.iter().filter_map(|teaser| teaser.link.as_ref()).map(folder).collect()
}

/// Host and path of an address up to its last part; numbers (days, as a rule) are all the same.
fn folder(url: &Url) -> String {
    let path = url.path().trim_end_matches('/');
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let plain: String = folder.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    format!("{}{plain}", url.host_str().unwrap_or_default().trim_start_matches("www."))
}
