//! `courant check --diff`: what an edited configuration would do to every feed, before it comes into force.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use chrono::{DateTime, Utc};

use super::replayed::{Replayed, replayed};
use super::{Failure, print, runtime};
use crate::config::{self, Config};
use crate::harvest::Watched;
use crate::model::{Entry, EntryId, Feed, SourceId};
use crate::publish;
use crate::serve;
use crate::store::{self, Store, StoreError};

/// Differences of a feed that are told one by one.
const SHOWN: usize = 20;

/// Prints, feed by feed, what it would gain, lose and change. Nothing is fetched, nothing stored.
pub(super) fn show(edited: &Config, configured: &Path) -> Result<(), Failure> {
    // Without a good present configuration all of the edited one is looked at.
    let present = config::load(configured).ok().filter(|present| present.path != edited.path);
    if !edited.store.exists() {
        return Err(Failure::Work(format!("{}: nothing has been harvested yet", edited.store.display())));
    }
    runtime()?.block_on(async {
        let store = store::open_read_only(&edited.store)?;
        let (found, unkept) = replay_all(edited, present.as_ref(), &*store).await?;
        let mut text = String::new();
        for feed in &edited.feeds {
            let before = present.as_ref().map_or(Some(feed), |present| present.feeds.iter().find(|f| f.id == feed.id));
            text.push_str(&compare(&*store, before, feed, &found).await?);
        }
        let gone = present.iter().flat_map(|p| &p.feeds).filter(|f| edited.feeds.iter().all(|feed| feed.id != f.id));
        gone.for_each(|feed| text.push_str(&format!("{}: the feed is gone\n", feed.id)));
        if !unkept.is_empty() {
            text.push_str(&format!(
                "no answers are kept of {}: what their rules would do cannot be told; `[store] snapshots` keeps them\n",
                unkept.join(", ")
            ));
        }
        print(&text)
    })
}

/// Replays the sources that the edit changes; names those of which nothing is kept.
async fn replay_all(
    edited: &Config,
    present: Option<&Config>,
    store: &dyn Store,
) -> Result<(HashMap<SourceId, Replayed>, Vec<String>), Failure> {
    let (mut found, mut unkept) = (HashMap::new(), Vec::new());
    for source in edited.sources.iter().filter(|source| source.enabled) {
        if present.is_some_and(|present| present.sources.contains(source)) {
            continue;
        }
        let Ok(watched) = Watched::new(source.clone()) else { continue };
        match replayed(&watched, store).await? {
            Some(replayed) => drop(found.insert(source.id.clone(), replayed)),
            None => unkept.push(source.id.to_string()),
        }
    }
    Ok((found, unkept))
}

/// An entry of a feed as it would be.
struct Line {
    id: Option<EntryId>,
    published: DateTime<Utc>,
    title: String,
}

impl Line {
    fn of(entry: &Entry) -> Self {
        Self { id: Some(entry.id.clone()), published: entry.published, title: entry.title.clone() }
    }
}

/// What becomes of one feed.
async fn compare(
    store: &dyn Store,
    before: Option<&Feed>,
    feed: &Feed,
    found: &HashMap<SourceId, Replayed>,
) -> Result<String, StoreError> {
    let shown = match before {
        Some(before) => shown(store, before, 0).await?,
        None => Vec::new(),
    };
    let here: Vec<&Replayed> = feed.selection.sources.iter().filter_map(|id| found.get(id)).collect();
    let lost: HashSet<&EntryId> = here.iter().flat_map(|r| &r.losses).map(|entry| &entry.id).collect();
    let changed: HashMap<&EntryId, &str> =
        here.iter().flat_map(|r| &r.changes).map(|(entry, what)| (&entry.id, what.as_str())).collect();
    let mut lines: Vec<Line> =
        self::shown(store, feed, lost.len()).await?.iter().filter(|e| !lost.contains(&e.id)).map(Line::of).collect();
    let now = Utc::now();
    lines.extend(here.iter().flat_map(|r| &r.gains).map(|draft| Line {
        id: None,
        published: draft.published.unwrap_or(now),
        title: draft.title.clone(),
    }));
    lines.sort_by_key(|line| std::cmp::Reverse(line.published));
    lines.truncate(feed.limit);

    let had: HashSet<&EntryId> = shown.iter().map(|entry| &entry.id).collect();
    let has: HashSet<&EntryId> = lines.iter().filter_map(|line| line.id.as_ref()).collect();
    let is_gain = |line: &&Line| line.id.as_ref().is_none_or(|id| !had.contains(id));
    let gains: Vec<(&str, &str, &str)> =
        lines.iter().filter(is_gain).map(|line| ("gain", line.title.as_str(), "")).collect();
    let losses: Vec<(&str, &str, &str)> =
        shown.iter().filter(|e| !has.contains(&e.id)).map(|entry| ("lose", entry.title.as_str(), "")).collect();
    let of_change =
        |line: &'_ Line| line.id.as_ref().filter(|id| had.contains(id)).and_then(|id| changed.get(id)).copied();
    let changes: Vec<(&str, &str, &str)> =
        lines.iter().filter_map(|line| Some(("change", line.title.as_str(), of_change(line)?))).collect();
    let mut text = format!(
        "{}: {} to gain, {} to lose, {} to change{}\n",
        feed.id,
        gains.len(),
        losses.len(),
        changes.len(),
        if before.is_none() { " (a new feed)" } else { "" }
    );
    let all: Vec<_> = gains.into_iter().chain(losses).chain(changes).collect();
    for (what, title, detail) in all.iter().take(SHOWN) {
        text.push_str(&format!("  {what:<7} {title}\n"));
        if !detail.is_empty() {
            text.push_str(&format!("          {detail}\n"));
        }
    }
    if all.len() > SHOWN {
        text.push_str(&format!("  … and {} more\n", all.len() - SHOWN));
    }
    Ok(text)
}

/// What a feed shows of what is held, and so many more.
async fn shown(store: &dyn Store, feed: &Feed, more: usize) -> Result<Vec<Entry>, StoreError> {
    let deep = Feed { limit: feed.limit.saturating_add(more), ..feed.clone() };
    let (entries, _) = serve::entries_of(store, &deep).await?;
    Ok(publish::chosen(&deep, &entries).into_iter().cloned().collect())
}
