//! The first half of a run: what does the source list?

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use super::reader::{article_read, read};
use super::relearn::relearn;
use super::short::{self, Short};
use super::shown::{self, Part};
use super::stand_in::{self, Glanced, same_list};
use super::{Parts, Watched, index, judge};
use crate::fetch::{FetchError, Fetched};
use crate::model::{
    Article, Guide, Kind, Listing, ListingMethod, Outcome, Page, Problem, Profile, Read, Render, Source, Teaser,
    Validators,
};
use crate::read::Extent;
use crate::store::{SourceState, StoreError};

/// Most pages of one list that are followed, whatever the rules say.
const MAX_PAGES: u32 = 50;

/// A feed that failed so often in a row no longer stands in for its page.
const TRIES_OF_FEED: u32 = 3;

/// What asking a source came to.
pub(super) struct Asked {
    pub answer: Answer,
    /// The address that was asked for, as far as it may move: the source's, or that of its feed.
    pub base: Url,
    /// Where a permanent redirect says to ask from now on.
    pub moved: Option<Url>,
    /// Until when the server promises that nothing changes.
    pub fresh_until: Option<DateTime<Utc>>,
}

/// What the answer holds.
pub(super) enum Answer {
    /// 304, or the same bytes as last time: with this status, and to be recognised by these from now on.
    Unchanged(u16, Validators),
    /// A list.
    Listed(Box<Listed>),
    /// No list, and why.
    Failed(Failed),
}

/// A list that was read.
pub(super) struct Listed {
    pub listing: Listing,
    /// The page's own article, for a source that is one page.
    pub article: Option<Article>,
    pub status: u16,
    pub bytes: u64,
    pub validators: Validators,
    pub body_hash: u64,
    /// The page that was read, where its list may have to be looked for anew.
    pub page: Option<Arc<Page>>,
    /// The feed that was read in the page's stead.
    pub feed: Option<Url>,
    pub problems: Vec<Problem>,
    /// The answer breaks off, or is not all that was read: it must be asked for again, changed or not.
    pub cut: bool,
    /// What stands in for the teasers that were not read, where only what is new was.
    pub short: Option<Short>,
    /// How to read only what is new the next time.
    pub guide: Option<Box<Guide>>,
}

/// Why there is no list.
pub(super) struct Failed {
    pub outcome: Outcome,
    pub reason: String,
    pub status: Option<u16>,
    pub retry_at: Option<DateTime<Utc>>,
    pub problems: Vec<Problem>,
    /// The feed that was read in the page's stead no longer serves: ask the page next time.
    pub forget_feed: bool,
    /// Nothing was asked: no failure of the source's.
    pub put_off: bool,
    /// This machine failed.
    pub our_own: bool,
}

/// Asks the source, or the feed that was found for it, at the address where it has moved to.
pub(super) async fn listing(
    watched: &Watched,
    state: &mut SourceState,
    parts: &Parts,
    now: DateTime<Utc>,
) -> Result<Asked, StoreError> {
    let source = &watched.source;
    let as_before = state.reading == Some(watched.reading);
    let feed = state.feed.clone().filter(|_| as_before);
    let base = feed.clone().unwrap_or_else(|| source.url.clone());
    let moved = state.wishes.moved.as_ref().filter(|moved| moved.holds_for(&base));
    let moved_to = moved.map(|moved| moved.to.clone());
    let mut ask = watched.source.request(moved_to.clone().unwrap_or_else(|| base.clone()));
    if as_before {
        ask.validators = state.validators.clone();
    }
    let mut asked = match parts.get(source, &ask).await {
        Ok(Fetched::NotModified(current)) => Asked {
            answer: Answer::Unchanged(304, current.validators),
            moved: current.moved,
            fresh_until: current.fresh_until,
            base,
        },
        Ok(Fetched::Page(mut page)) => {
            if let Some(to) = &moved_to {
                page.validators.of.get_or_insert_with(|| to.clone());
            }
            let moved = page.moved.clone();
            let in_browser = feed.is_none() && shown::always(watched);
            let page = if in_browser {
                match Box::pin(parts.render(watched, *page, &ask, Part::List)).await {
                    Ok(page) => Box::new(page),
                    Err(error) => {
                        let answer = Answer::Failed(Failed::of(&error));
                        return Ok(Asked { answer, base, moved, fresh_until: None });
                    }
                }
            } else {
                page
            };
            // What a server promises of a shell says nothing of what scripts put into it.
            let fresh_until = page.fresh_until.filter(|_| feed.is_some() || source.render == Render::Http);
            let page: Arc<Page> = page.into();
            let body_hash = if in_browser { shown::print(&page) } else { xxh3_64(&page.body) };
            let answer = if as_before && state.body_hash == Some(body_hash) {
                Answer::Unchanged(page.status, page.validators.clone())
            } else {
                recall(state, parts).await?;
                match feed {
                    Some(feed) => Box::pin(feed_listing(watched, page, body_hash, feed, state, parts, now)).await,
                    None => Box::pin(page_listing(watched, page, body_hash, state, parts, now)).await,
                }
            };
            Asked { answer, base, moved, fresh_until }
        }
        Err(error) => {
            let mut failed = Failed::of(&error);
            if let Some(feed) = &feed {
                failed.without_feed(feed, source, state.failures);
            }
            return Ok(Asked { answer: Answer::Failed(failed), base, moved: None, fresh_until: None });
        }
    };
    // Asked where it has moved to, and not sent on from there: it has still moved.
    asked.moved = asked.moved.or(moved_to);
    Ok(asked)
}

/// Looks up the source's profile, which a run needs once there is something to be read.
pub(super) async fn recall(state: &mut SourceState, parts: &Parts) -> Result<(), StoreError> {
    if state.profile.is_none() {
        let known = state.last_run.is_some();
        let kept = if known { parts.store.profile(&state.id).await? } else { Profile::default() };
        state.profile = Some(Box::new(kept));
    }
    Ok(())
}

/// Reads what the source's hub brought, where that is a feed and the source is read from one.
pub(super) async fn told(watched: &Watched, state: &SourceState, page: Arc<Page>, parts: &Parts) -> Option<Asked> {
    let feed = state.feed.clone();
    if !matches!(watched.source.kind, Kind::Auto | Kind::Feed) || state.reading != Some(watched.reading) {
        return None;
    }
    let read = read(watched, &page, Kind::Feed, parts).await;
    if !is_feed(&read.value) || read.value.teasers.is_empty() {
        return None;
    }
    let base = feed.clone().unwrap_or_else(|| watched.source.url.clone());
    let listed = Listed::of(&page, read, xxh3_64(&page.body), feed);
    Some(Asked { answer: Answer::Listed(Box::new(listed)), base, moved: None, fresh_until: None })
}

/// The answer that a page at hand is.
pub(super) async fn at_hand(
    watched: &Watched,
    page: Arc<Page>,
    state: &mut SourceState,
    parts: &Parts,
    now: DateTime<Utc>,
) -> Result<Asked, StoreError> {
    recall(state, parts).await?;
    let body_hash = xxh3_64(&page.body);
    let answer = page_listing(watched, page, body_hash, state, parts, now).await;
    Ok(Asked { answer, base: watched.source.url.clone(), moved: None, fresh_until: None })
}

/// Reads the feed that was found for the source.
async fn feed_listing(
    watched: &Watched,
    page: Arc<Page>,
    body_hash: u64,
    feed: Url,
    state: &SourceState,
    parts: &Parts,
    now: DateTime<Utc>,
) -> Answer {
    if let Some(mut listed) = short::listing(watched, &page, body_hash, state, parts, now).await {
        (listed.page, listed.feed) = (Some(page), Some(feed));
        return Answer::Listed(Box::new(listed));
    }
    let Read { value: noted, problems } = short::noting(watched, &page, Kind::Feed, state, parts, Extent::Noting).await;
    let read = Read { value: noted.listing, problems };
    if is_feed(&read.value) {
        if let Some(failed) = judge::why_not(watched, &page, &read, true) {
            return Answer::Failed(failed);
        }
        let mut listed = Listed::of(&page, read, body_hash, Some(feed));
        listed.guide = noted.guide;
        return Answer::Listed(Box::new(listed));
    }
    let reason = format!("{feed} is no longer a feed; the page {} will be read instead", watched.source.url);
    Answer::Failed(Failed { forget_feed: true, ..Failed::at(&page, Outcome::StructureMissing, reason, read.problems) })
}

/// Reads a page (or feed) as the source's kind says, and looks for a feed in its stead.
async fn page_listing(
    watched: &Watched,
    mut page: Arc<Page>,
    mut body_hash: u64,
    state: &SourceState,
    parts: &Parts,
    now: DateTime<Utc>,
) -> Answer {
    let source = &watched.source;
    if source.kind == Kind::Page {
        return one_page(watched, page, body_hash, parts).await;
    }
    if let Some(mut listed) = short::listing(watched, &page, body_hash, state, parts, now).await {
        listed.page = Some(page);
        return Answer::Listed(Box::new(listed));
    }
    let first = state.reading != Some(watched.reading);
    let may_have_feed = source.kind == Kind::Auto && !source.rules.listing.find_teasers();
    // At first most feeds that a page announces are read in its stead.
    let glanced =
        if first && may_have_feed { stand_in::at_a_glance(watched, &page, parts).await } else { Glanced::Nothing };
    let offers = match glanced {
        Glanced::Taken(listed) => return Answer::Listed(listed),
        Glanced::Unsure(offers) => Some(offers),
        Glanced::Nothing => None,
    };
    let extent = if first && source.kind == Kind::Auto { Extent::Brief } else { Extent::Noting };
    let Read { value: mut noted, mut problems } =
        short::noting(watched, &page, source.kind, state, parts, extent).await;
    if index::is_index(&noted.listing) {
        return index::follow(watched, &page, Read { value: noted.listing, problems }, body_hash, parts).await;
    }
    if may_have_feed && !is_feed(&noted.listing) && !judge::is_astray(&noted.listing) {
        let offers = match offers {
            Some(offers) => offers,
            None => stand_in::announced(watched, &page, &noted.listing, parts, first).await,
        };
        if let Some(listed) = stand_in::choose(&page, offers, |feed| same_list(&noted.listing, feed)) {
            return Answer::Listed(listed);
        }
    }
    if noted.brief {
        Read { value: noted, problems } =
            short::noting(watched, &page, source.kind, state, parts, Extent::Noting).await;
    }
    let (mut read, guide) = (Read { value: noted.listing, problems }, noted.guide);
    if shown::list_wants(&watched.source, &read.value) {
        let ask = watched.source.request(page.asked.clone());
        page = match parts.render(watched, Arc::unwrap_or_clone(page), &ask, Part::List).await {
            Ok(page) => Arc::new(page),
            Err(error) => return Answer::Failed(Failed::of(&error)),
        };
        body_hash = shown::print(&page);
        if !first && state.body_hash == Some(body_hash) {
            return Answer::Unchanged(page.status, page.validators.clone());
        }
        read = self::read(watched, &page, source.kind, parts).await;
    }
    if let Some(failed) = judge::why_not(watched, &page, &read, state.last_success.is_some()) {
        let changed = failed.outcome == Outcome::StructureMissing;
        let again = match &state.profile {
            Some(profile) if changed => relearn(watched, &page, &read.value, profile, parts).await,
            _ => None,
        };
        match again {
            Some(found) => read = found.read,
            None => return Answer::Failed(failed),
        }
    }
    let bytes = follow(watched, &page, &mut read, parts, now).await;
    let mut listed = Listed::of(&page, read, body_hash, None);
    listed.bytes += bytes;
    listed.page = Some(page);
    listed.guide = guide;
    Answer::Listed(Box::new(listed))
}

/// The source is one page that is itself the entry.
async fn one_page(watched: &Watched, mut page: Arc<Page>, mut body_hash: u64, parts: &Parts) -> Answer {
    let (mut read, mut kind) = article_read(watched, &page, parts).await;
    if !shown::always(watched) && shown::article_wants(&watched.source, &read.value) {
        let ask = watched.source.request(page.asked.clone());
        page = match parts.render(watched, Arc::unwrap_or_clone(page), &ask, Part::List).await {
            Ok(page) => Arc::new(page),
            Err(error) => return Answer::Failed(Failed::of(&error)),
        };
        body_hash = shown::print(&page);
        (read, kind) = article_read(watched, &page, parts).await;
    }
    if kind.is_some() || read.value.body_html.is_none() {
        let kind = kind.unwrap_or(read.value.page_kind);
        let reason = format!("no article was found at {}: {}", page.url, judge::in_words(kind));
        return Answer::Failed(Failed::at(&page, judge::outcome(kind), reason, read.problems));
    }
    let listing = Listing {
        method: ListingMethod::Rules,
        title: read.value.site.clone().or_else(|| read.value.headline.clone()),
        language: read.value.language.clone(),
        home: Some(page.url.clone()),
        teasers: vec![Teaser { link: Some(page.url.clone()), ..Teaser::default() }],
        ..Listing::default()
    };
    let mut listed = Listed::of(&page, Read { value: listing, problems: read.problems }, body_hash, None);
    listed.article = Some(read.value);
    Answer::Listed(Box::new(listed))
}

/// Follows the list's further pages as far as the rules say; gives the bytes received.
async fn follow(
    watched: &Watched,
    page: &Page,
    read_so_far: &mut Read<Listing>,
    parts: &Parts,
    now: DateTime<Utc>,
) -> u64 {
    let wanted = watched.source.rules.listing.pages.unwrap_or(1).min(MAX_PAGES);
    let mut seen = vec![page.url.clone()];
    let mut bytes = 0;
    while (seen.len() as u32) < wanted && !*parts.stop.borrow() {
        let Some(next) = read_so_far.value.next.clone().filter(|next| !seen.contains(next)) else { break };
        seen.push(next.clone());
        let more = match parts.get(&watched.source, &watched.source.request(next.clone())).await {
            Ok(Fetched::Page(page)) => *page,
            Ok(Fetched::NotModified(_)) => break,
            Err(error) => {
                read_so_far.problems.push(Problem::warning(format!("page {} of the list: {error}", seen.len())));
                break;
            }
        };
        bytes += more.body.len() as u64;
        let more = Page { fetched: now, ..more };
        let read = match read_more(watched, more, &next, parts).await {
            Ok(read) => read,
            Err(error) => {
                read_so_far.problems.push(Problem::warning(format!("page {} of the list: {error}", seen.len())));
                break;
            }
        };
        read_so_far.value.next = read.value.next;
        read_so_far.problems.extend(read.problems);
        for teaser in read.value.teasers {
            if teaser.link.is_none() || read_so_far.value.teasers.iter().all(|t| t.link != teaser.link) {
                read_so_far.value.teasers.push(teaser);
            }
        }
    }
    bytes
}

/// Reads a further page of a list, in a browser where the source wants that.
pub(super) async fn read_more(
    watched: &Watched,
    page: Page,
    url: &Url,
    parts: &Parts,
) -> Result<Read<Listing>, FetchError> {
    let kind = watched.source.kind;
    let mut page = Arc::new(page);
    if !shown::always(watched) {
        let plain = read(watched, &page, kind, parts).await;
        if !shown::list_wants(&watched.source, &plain.value) {
            return Ok(plain);
        }
    }
    let ask = watched.source.request(url.clone());
    page = parts.render(watched, Arc::unwrap_or_clone(page), &ask, Part::More).await?.into();
    Ok(read(watched, &page, kind, parts).await)
}

pub(super) fn is_feed(listing: &Listing) -> bool {
    matches!(listing.method, ListingMethod::Feed(_))
}

impl Listed {
    pub(super) fn of(page: &Page, mut read: Read<Listing>, body_hash: u64, feed: Option<Url>) -> Self {
        // WebSub §4: headers come first.
        read.value.announced = page.announced.clone().or(read.value.announced);
        let mut problems = read.problems;
        let cut = is_feed(&read.value) && !judge::is_whole(page);
        if cut {
            problems
                .push(Problem::warning(format!("{} breaks off before its end; what came whole was read", page.url)));
        }
        Self {
            cut,
            listing: read.value,
            article: None,
            status: page.status,
            bytes: Bytes::len(&page.body) as u64,
            validators: page.validators.clone(),
            body_hash,
            page: None,
            feed,
            problems,
            short: None,
            guide: None,
        }
    }
}

impl Failed {
    /// A page came, and is not what was wanted.
    pub(super) fn at(page: &Page, outcome: Outcome, reason: String, problems: Vec<Problem>) -> Self {
        let status = Some(page.status);
        Self { outcome, reason, status, retry_at: None, problems, forget_feed: false, put_off: false, our_own: false }
    }

    /// No page came.
    fn of(error: &FetchError) -> Self {
        Self {
            outcome: error.outcome(),
            reason: error.to_string(),
            status: error.status(),
            retry_at: error.retry_at,
            problems: Vec::new(),
            forget_feed: false,
            put_off: error.is_put_off(),
            our_own: error.is_our_own(),
        }
    }

    /// It was a feed that was asked in the page's stead: back to the page when the feed is not there, and when it fails
    /// again and again, which says nothing of the page. `failures`: those before this one.
    fn without_feed(&mut self, feed: &Url, source: &Source, failures: u32) {
        let why = match self.status {
            Some(404 | 410) => format!("{feed} is not there any more"),
            _ if self.put_off || self.our_own || failures < TRIES_OF_FEED - 1 => return,
            _ => std::mem::take(&mut self.reason),
        };
        self.forget_feed = true;
        // The page is not.
        if self.outcome == Outcome::Gone {
            self.outcome = Outcome::Broken;
        }
        self.reason = format!("{why}; instead of this feed the page {} will be read", source.url);
    }
}
