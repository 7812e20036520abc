//! Documents and pages of feeds, sources and entries, made from the store.

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::header::{self, HeaderName, HeaderValue};

use super::addresses::{Addresses, Collection};
use super::answer::{About, Answer};
use super::delta;
use super::edition::{Edition, Shelf};
use super::pages::{self, POLICY, Shown};
use super::router::Shape;
use super::view::{PART, Part, View};
use crate::model::{Dedupe, Entry, Feed};
use crate::publish::{self, Format, History, Links};
use crate::store::{Store, StoreError, StoreTrouble};

/// How long a cache may keep what is public; asking again costs a 304.
const PUBLIC: HeaderValue = HeaderValue::from_static("public, max-age=60");
/// The same where not everyone may see it.
const PRIVATE: HeaderValue = HeaderValue::from_static("private, max-age=60");
/// How many entries the index shows of each feed.
const LATEST: usize = 3;

/// `Vary` of what has one shape under its address, and of what has several.
pub(super) const VARY: HeaderValue = HeaderValue::from_static("Accept-Encoding");
pub(super) const VARY_SHAPE: HeaderValue = HeaderValue::from_static("Accept, Accept-Encoding");
const VARY_OPENED: HeaderValue =
    HeaderValue::from_static("Accept, Accept-Encoding, Sec-Fetch-Mode, Upgrade-Insecure-Requests");

/// The entries that a feed's rendering begins with, and when one of them last changed.
///
/// Where entries of several sources may be one, twice as many are taken, so that enough are left.
pub async fn entries_of(store: &dyn Store, feed: &Feed) -> Result<(Vec<Entry>, DateTime<Utc>), StoreError> {
    let merged = feed.dedupe != Dedupe::Off && feed.selection.sources.len() > 1;
    let limit = if merged { feed.limit.saturating_mul(2) } else { feed.limit };
    let mut entries = store.entries(&feed.selection, limit).await?;
    if merged && feed.dedupe == Dedupe::Story {
        let ids = entries.iter().map(|entry| entry.id.clone()).collect();
        let stories = store.stories(&feed.selection, ids).await?;
        entries = publish::told_once(feed, entries, &stories);
    }
    // A feed that never held anything is as old as can be, and stays so over a restart.
    let changed = store.changed_at(&feed.selection).await?.unwrap_or(DateTime::UNIX_EPOCH);
    Ok((entries, changed))
}

/// How many of the newest entries are looked through where a view chooses among them.
const LOOKED_THROUGH: usize = 2000;

/// A feed as it is asked for.
#[derive(Clone)]
pub(super) struct Wanted {
    /// Feed or source.
    pub collection: Collection,
    /// The feed.
    pub feed: Feed,
    /// What it is seen as.
    pub shape: Shape,
    /// What of it is seen.
    pub view: View,
}

/// Renders what is wanted.
pub(super) async fn rendered(store: &dyn Store, edition: &Arc<Edition>, wanted: Wanted) -> Result<Answer, StoreError> {
    let Wanted { collection, mut feed, shape, view } = wanted;
    feed.limit = view.limit.unwrap_or(feed.limit);
    let (entries, changed, history) = match view.part {
        Some(part) => {
            let (entries, changed) = part_of(store, &mut feed, part).await?;
            (entries, changed, archived(store, edition, collection, &feed, shape, part).await?)
        }
        None if view.chooses() => {
            let deep = Feed { limit: LOOKED_THROUGH.max(feed.limit), ..feed.clone() };
            let (mut entries, changed) = entries_of(store, &deep).await?;
            let view = view.clone();
            entries = blocking(move || {
                entries.retain(|entry| view.admits(entry));
                entries
            })
            .await?;
            (entries, changed, History::default())
        }
        None => {
            let (entries, changed) = entries_of(store, &feed).await?;
            let previous = match entries.len() >= feed.limit && view == View::default() {
                true => Part::last(store.history_length(&feed.selection).await?),
                false => None,
            };
            let previous = previous.and_then(|part| archive(edition, collection, &feed, shape, part));
            (entries, changed, History { previous, ..History::default() })
        }
    };
    let edition = edition.clone();
    blocking(move || {
        let locked = edition.catalogue.locks.has(collection, feed.id.as_str());
        let cache_control = if locked { PRIVATE } else { PUBLIC };
        let addresses = edition.addresses_in(collection, feed.id.as_str());
        match shape {
            Shape::Document(format) => {
                let mut links = edition.links(collection, &feed, shape, &view.query());
                links.history = history;
                if let Some(part) = view.part {
                    links.this = edition.addresses.archive(collection, feed.id.as_str(), part, format);
                }
                let document = publish::render(&feed, &entries, format, &links, changed);
                let marks = publish::chosen(&feed, &entries).into_iter().map(delta::mark).collect();
                let about = About { cache_control, ..about_document(format, document.last_modified, &links) };
                Answer::new(document.body, about).marked(marks)
            }
            Shape::Page => {
                let page = pages::feed(&addresses, collection, &feed, &entries, &edition.titles, None);
                Answer::new(page.into(), About { cache_control, ..about_page(VARY_SHAPE) })
            }
            Shape::Opened(format) => {
                let page = pages::feed(&addresses, collection, &feed, &entries, &edition.titles, Some(format));
                // Under the document's own address, hence not for shared caches: those hold the document.
                let cache_control = HeaderValue::from_static("private, no-cache");
                Answer::new(page.into(), About { cache_control, ..about_page(VARY_OPENED) })
            }
        }
    })
    .await
}

/// Renders of a feed only the entries without these marks, for a reader that has those with them to have `whole`.
pub(super) async fn difference(
    store: &dyn Store,
    edition: &Arc<Edition>,
    wanted: Wanted,
    format: Format,
    whole: Arc<Answer>,
    marks: Arc<[u64]>,
) -> Result<Answer, StoreError> {
    let Wanted { collection, feed, shape, .. } = wanted;
    let (entries, changed) = entries_of(store, &feed).await?;
    let edition = edition.clone();
    blocking(move || {
        let lacking: Vec<Entry> = publish::chosen(&feed, &entries)
            .into_iter()
            .filter(|e| !marks.contains(&delta::mark(e)))
            .cloned()
            .collect();
        let links = edition.links(collection, &feed, shape, "");
        let document = publish::render(&feed, &lacking, format, &links, changed);
        let mut about = about_document(format, document.last_modified, &links);
        // Caches that do not know of differences would hand it to readers that have nothing to add it to.
        about.cache_control = HeaderValue::from_static("private, no-store");
        about.others.push(delta::IM);
        about.others.push((header::VARY, HeaderValue::from_static("A-IM, If-None-Match")));
        Answer::difference(document.body, about, &whole)
    })
    .await
}

/// The entries of a part of a feed's history, newest first; all of them are shown.
async fn part_of(store: &dyn Store, feed: &mut Feed, part: Part) -> Result<(Vec<Entry>, DateTime<Utc>), StoreError> {
    let mut entries = store.history(&feed.selection, part.start(), part.places).await?;
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.published));
    (feed.limit, feed.dedupe) = (PART, Dedupe::Off);
    let changed = entries.iter().map(|entry| entry.updated).max().unwrap_or(DateTime::UNIX_EPOCH);
    Ok((entries, changed))
}

/// What stands around a part of a feed's history.
async fn archived(
    store: &dyn Store,
    edition: &Edition,
    collection: Collection,
    feed: &Feed,
    shape: Shape,
    part: Part,
) -> Result<History, StoreError> {
    let length = store.history_length(&feed.selection).await?;
    let address = |part| archive(edition, collection, feed, shape, part);
    Ok(History {
        current: Some(edition.addresses.absolute(collection, feed.id.as_str(), shape)),
        previous: part.previous().and_then(address),
        next: part.next(length).and_then(address),
    })
}

fn archive(edition: &Edition, collection: Collection, feed: &Feed, shape: Shape, part: Part) -> Option<String> {
    let Shape::Document(format) = shape else { return None };
    Some(edition.addresses.archive(collection, feed.id.as_str(), part, format))
}

/// The index of all feeds.
pub(super) async fn index(store: &dyn Store, edition: &Edition) -> Result<Answer, StoreError> {
    let page = index_page(store, edition, &edition.addresses).await?;
    Ok(Answer::new(page.into(), about_page(VARY)))
}

/// The index of all feeds as a page that names others as `addresses` say.
pub(super) async fn index_page(
    store: &dyn Store,
    edition: &Edition,
    addresses: &Addresses,
) -> Result<String, StoreError> {
    let counts: std::collections::HashMap<_, _> =
        store.standings().await?.into_iter().map(|s| (s.id, s.entries)).collect();
    let count = |feed: &Feed| feed.selection.sources.iter().filter_map(|id| counts.get(id)).sum();
    let (mut feeds, mut sources) = (Vec::new(), Vec::new());
    for (collection, feed) in edition.open() {
        let count = count(feed);
        if collection == Collection::Source {
            sources.push(Shown { feed, count, latest: Vec::new() });
            continue;
        }
        let few = Feed { limit: LATEST, ..feed.clone() };
        let entries = store.entries(&feed.selection, LATEST * 2).await?;
        let latest = publish::chosen(&few, &entries).into_iter().cloned().collect();
        feeds.push(Shown { feed, count, latest });
    }
    Ok(pages::index(addresses, feeds, sources))
}

/// The list of feeds.
pub(super) fn opml(edition: &Edition) -> Answer {
    let shape = Shape::Document(Format::Atom);
    let feeds = edition.open().filter(|(collection, _)| *collection == Collection::Feed);
    let listed: Vec<(&Feed, String)> = feeds
        .map(|(collection, feed)| (feed, edition.addresses.absolute(collection, feed.id.as_str(), shape)))
        .collect();
    let about = About {
        content_type: HeaderValue::from_static("text/x-opml; charset=utf-8"),
        cache_control: PUBLIC,
        modified: None,
        others: vec![
            (header::VARY, VARY),
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
            (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline; filename=\"feeds.opml\"")),
            NOSNIFF,
        ],
    };
    Answer::new(publish::opml("Courant", &listed).into(), about)
}

/// The page of an entry, and whether it is not for everyone.
pub(super) async fn entry(edition: &Arc<Edition>, entry: Entry, shelf: &Shelf) -> Result<Answer, StoreError> {
    let (full_text, locked) = (shelf.feed.full_text, shelf.locked);
    let edition = edition.clone();
    blocking(move || {
        let addresses = edition.addresses_in(Collection::Source, entry.source.as_str());
        let page = pages::entry(&addresses, &entry, &edition.titles, full_text);
        let cache_control = if locked { PRIVATE } else { PUBLIC };
        Answer::new(page.into(), About { cache_control, ..about_page(VARY) })
    })
    .await
}

/// Runs what takes milliseconds off the threads that answer.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreError> {
    let broken = |error| StoreError { kind: StoreTrouble::Other, message: format!("rendering ended early: {error}") };
    tokio::task::spawn_blocking(work).await.map_err(broken)
}

/// `X-Content-Type-Options`: what we say a body is, it is.
pub(super) const NOSNIFF: (HeaderName, HeaderValue) =
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));

/// `Content-Type` of a document.
pub(super) fn content_type(format: Format) -> &'static str {
    match format {
        Format::Rss => "application/rss+xml; charset=utf-8",
        Format::Atom => "application/atom+xml; charset=utf-8",
        Format::Json => "application/feed+json; charset=utf-8",
    }
}

/// What is said of every document.
pub(super) fn about_document(format: Format, modified: DateTime<Utc>, links: &Links) -> About {
    let mut others = vec![
        (header::VARY, VARY),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("ETag, Last-Modified, Link")),
        NOSNIFF,
    ];
    // An address is ASCII, and has no `>` in it.
    let own = [(Some(&links.this), "self"), (links.hub.as_ref(), "hub")];
    others.extend(own.into_iter().filter_map(|(address, relation)| {
        let link = format!("<{}>; rel=\"{relation}\"", address?);
        Some((header::LINK, HeaderValue::from_str(&link).ok()?))
    }));
    About {
        content_type: HeaderValue::from_static(content_type(format)),
        cache_control: PUBLIC,
        modified: Some(modified),
        others,
    }
}

/// What is said of every page: nothing runs in it, and whoever is linked from it does not learn of it.
pub(super) fn about_page(vary: HeaderValue) -> About {
    static POLICY_OF_PAGES: LazyLock<[(HeaderName, HeaderValue); 3]> = LazyLock::new(|| {
        [
            (header::CONTENT_SECURITY_POLICY, POLICY.clone()),
            (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            NOSNIFF,
        ]
    });
    let mut others = vec![(header::VARY, vary)];
    others.extend(POLICY_OF_PAGES.iter().cloned());
    About {
        content_type: HeaderValue::from_static("text/html; charset=utf-8"),
        cache_control: PUBLIC,
        modified: None,
        others,
    }
}

/// The picture in the browser's tab.
pub(super) fn favicon() -> Arc<Answer> {
    static MADE: LazyLock<Arc<Answer>> = LazyLock::new(|| {
        let about = About {
            content_type: HeaderValue::from_static("image/svg+xml"),
            cache_control: HeaderValue::from_static("public, max-age=604800"),
            modified: None,
            others: vec![(header::VARY, VARY), NOSNIFF],
        };
        Arc::new(Answer::new(Bytes::from_static(pages::FAVICON.as_bytes()), about))
    });
    MADE.clone()
}
