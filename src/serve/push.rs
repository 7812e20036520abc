//! What is new goes out by itself: to WebSub subscribers, and as server-sent events.
//!
//! A few times a second the store is asked whether anything changed at all, which costs a look at one number; then
//! only feeds that somebody follows are looked at.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::Utc;
use tokio::sync::{mpsc, watch};
use tokio::time::{MissedTickBehavior, interval};

use super::addresses::Collection;
use super::delta::mark;
use super::edition::{Edition, Shelf};
use super::feeds::{self, entries_of};
use super::hub::News;
use super::router::{Asked, Route, Shape, route};
use super::site::Site;
use crate::model::Entry;
use crate::publish::{self, Format};
use crate::store::StoreError;

/// How often it is asked whether anything changed.
const PULSE: Duration = Duration::from_millis(200);
/// How many who listen to events there may be.
const LISTENERS: usize = 1000;
/// How many events may wait for one who reads slowly; then it is cut, and may come back for the rest.
const WAITING: usize = 128;

/// What is followed: a feed or source by its id.
pub(super) type Topic = (Collection, String);

/// Those who listen to events.
#[derive(Debug, Default)]
pub(super) struct Listeners(Mutex<HashMap<Topic, Vec<mpsc::Sender<Bytes>>>>);

impl Listeners {
    /// One more, who first gets `before`; `None` when there are too many.
    pub fn join(&self, topic: Topic, before: Vec<Bytes>) -> Option<mpsc::Receiver<Bytes>> {
        let mut all = self.lock();
        all.values_mut().for_each(|some| some.retain(|one| !one.is_closed()));
        if all.values().map(Vec::len).sum::<usize>() >= LISTENERS {
            return None;
        }
        let (to, coming) = mpsc::channel(WAITING + before.len());
        for event in before {
            // There is room for them all.
            let _ = to.try_send(event);
        }
        all.entry(topic).or_default().push(to);
        Some(coming)
    }

    fn topics(&self) -> Vec<Topic> {
        let mut all = self.lock();
        all.values_mut().for_each(|some| some.retain(|one| !one.is_closed()));
        all.retain(|_, some| !some.is_empty());
        all.keys().cloned().collect()
    }

    fn tell(&self, topic: &Topic, events: &[Bytes]) {
        if let Some(some) = self.lock().get_mut(topic) {
            // Whoever is full is cut by dropping its sender.
            some.retain(|one| events.iter().all(|event| one.try_send(event.clone()).is_ok()));
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Topic, Vec<mpsc::Sender<Bytes>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An entry as an event: its id, and it as a JSON Feed item.
pub(super) fn event(entry: &Entry, shelf: &Shelf) -> Bytes {
    // JSON has no line breaks in it; ids of entries have none either.
    let id: String = entry.id.0.chars().filter(|c| !c.is_control()).collect();
    format!("event: entry\nid: {id}\ndata: {}\n\n", publish::json_item(entry, &shelf.feed)).into()
}

/// How long a feed is remembered for one who is about to follow it.
const ABOUT_TO: Duration = Duration::from_secs(60);

/// How feeds that somebody follows were when last looked at.
#[derive(Default)]
pub(super) struct Memory(tokio::sync::Mutex<HashMap<Topic, Seen>>);

struct Seen {
    revision: u64,
    marks: Arc<[u64]>,
    at: Instant,
}

/// Remembers how a feed is now, for one who is about to follow it: what comes from now on is new.
pub(super) async fn remember(site: &Site, edition: &Arc<Edition>, topic: &Topic) -> Result<(), StoreError> {
    let Some(shelf) = edition.shelf(topic.0, &topic.1) else { return Ok(()) };
    let mut seen = site.memory.0.lock().await;
    match seen.get_mut(topic) {
        Some(known) => {
            known.at = Instant::now();
            Ok(())
        }
        None => look(site, edition, topic, shelf, &[], &mut seen).await,
    }
}

/// Tells what is new until `shutdown` turns true.
pub(super) async fn run(site: Arc<Site>, mut shutdown: watch::Receiver<bool>) {
    let mut pulse = interval(PULSE);
    pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut generation = None;
    loop {
        tokio::select! {
            biased;
            _ = shutdown.wait_for(|stop| *stop) => break,
            _ = pulse.tick() => {}
        }
        let edition = site.edition();
        let followed = followed(&site, &edition);
        let mut seen = site.memory.0.lock().await;
        seen.retain(|topic, seen| followed.contains_key(topic) || seen.at.elapsed() < ABOUT_TO);
        begin(&site, &followed, &seen).await;
        let now = Some(site.store.generation());
        if now == generation && followed.keys().all(|topic| seen.contains_key(topic)) {
            continue;
        }
        let mut failed = false;
        for (topic, formats) in followed {
            let Some(shelf) = edition.shelf(topic.0, &topic.1).cloned() else { continue };
            if let Err(error) = look(&site, &edition, &topic, &shelf, &formats, &mut seen).await {
                tracing::warn!(%error, "cannot read the store; what is new will be told later");
                failed = true;
            }
        }
        generation = now.filter(|_| !failed);
    }
    // Streams of events end with their senders, so that nothing is waited for.
    site.listeners.lock().clear();
}

/// Has the hub remember what new subscribers know, so that what comes while the daemon is down is told to them.
async fn begin(site: &Site, followed: &HashMap<Topic, Vec<(Format, String)>>, seen: &HashMap<Topic, Seen>) {
    let Some(hub) = &site.hub else { return };
    for (topic, formats) in followed {
        let Some(seen) = seen.get(topic) else { continue };
        for (_, address) in formats {
            hub.know(address, &seen.marks).await;
        }
    }
}

/// What somebody follows, with the formats that are subscribed to.
fn followed(site: &Site, edition: &Edition) -> HashMap<Topic, Vec<(Format, String)>> {
    let mut all: HashMap<Topic, Vec<(Format, String)>> =
        site.listeners.topics().into_iter().map(|topic| (topic, Vec::new())).collect();
    let subscribed = site.hub.as_ref().filter(|_| edition.catalogue.hub).map(|hub| hub.topics(Utc::now()));
    for address in subscribed.into_iter().flatten() {
        if let Some((topic, format)) = topic_of(edition, &address) {
            all.entry(topic).or_default().push((format, address));
        }
    }
    all
}

/// What an address that somebody subscribes to is, if it is a document of ours.
pub(super) fn topic_of(edition: &Edition, address: &str) -> Option<(Topic, Format)> {
    let (collection, id, format) = match route(edition.addresses.path_of(address)?)? {
        Route::Feed(id, Asked::As(Shape::Document(format))) => (Collection::Feed, id, format),
        Route::Source(id, Asked::As(Shape::Document(format))) => (Collection::Source, id, format),
        _ => return None,
    };
    edition.shelf(collection, id).filter(|shelf| !shelf.locked).map(|_| ((collection, id.to_owned()), format))
}

/// Looks at one feed and tells what is new in it since the last look; the first look only remembers.
async fn look(
    site: &Site,
    edition: &Arc<Edition>,
    topic: &Topic,
    shelf: &Shelf,
    formats: &[(Format, String)],
    seen: &mut HashMap<Topic, Seen>,
) -> Result<(), StoreError> {
    let revision = site.store.revision(&shelf.feed.selection);
    if seen.get(topic).is_some_and(|seen| seen.revision == revision) {
        return Ok(());
    }
    let (entries, changed) = entries_of(&*site.store, &shelf.feed).await?;
    let shown = publish::chosen(&shelf.feed, &entries);
    let marks: Arc<[u64]> = shown.iter().map(|entry| mark(entry)).collect();
    let before = seen.insert(topic.clone(), Seen { revision, marks: marks.clone(), at: Instant::now() });
    // What subscribers knew when the daemon ended; what came since is new to them.
    let remembered = || site.hub.as_ref().and_then(|hub| formats.iter().find_map(|(_, address)| hub.known(address)));
    let Some(before) = before.map(|before| before.marks).or_else(remembered) else { return Ok(()) };
    let fresh: Vec<Entry> = shown
        .into_iter()
        .zip(marks.iter())
        .filter(|(_, mark)| !before.contains(mark))
        .map(|(entry, _)| entry.clone())
        .collect();
    if fresh.is_empty() {
        return Ok(());
    }
    // The oldest first, as they would have come.
    let events: Vec<Bytes> = fresh.iter().rev().map(|entry| event(entry, shelf)).collect();
    site.listeners.tell(topic, &events);
    let Some(hub) = &site.hub else { return Ok(()) };
    for (format, address) in formats {
        let links = edition.links(topic.0, &shelf.feed, Shape::Document(*format), "");
        let body = publish::render(&shelf.feed, &fresh, *format, &links, changed).body;
        let content_type = feeds::content_type(*format);
        hub.tell(News {
            topic: address.clone(),
            hub: edition.addresses.hub(),
            content_type,
            body,
            marks: marks.clone(),
        });
    }
    Ok(())
}
