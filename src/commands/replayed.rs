//! What today's rules make of the answers of the past, beside what is held: for `replay` and `check --diff`.

use std::collections::{BTreeMap, HashMap, HashSet};

use bytes::Bytes;
use chrono::{DateTime, Utc};

use crate::fetch::saved_page;
use crate::harvest::Watched;
use crate::model::{ArticleMode, Draft, Entry, EntryId, Kind, Listing, ListingMethod, Page, Selection};
use crate::normalize::{self, Surroundings};
use crate::read::{read_article, read_listing};
use crate::store::{Snapshot, Store, StoreError};

/// What reading a source's kept answers again comes to.
pub(super) struct Replayed {
    /// How many answers are kept.
    pub(super) answers: usize,
    /// The first run of which they are.
    pub(super) first: DateTime<Utc>,
    /// How many entries they give.
    pub(super) drafts: usize,
    /// What its feed would gain.
    pub(super) gains: Vec<Draft>,
    /// Entries that it would lose.
    pub(super) losses: Vec<Entry>,
    /// Entries that it would change, each with what.
    pub(super) changes: Vec<(Entry, String)>,
}

/// Reads a source's kept answers again; `None` where none are kept. Nothing is stored.
pub(super) async fn replayed(watched: &Watched, store: &dyn Store) -> Result<Option<Replayed>, StoreError> {
    let id = &watched.source.id;
    let shots = store.snapshots(id).await?;
    let Some(first) = shots.iter().filter(|s| s.listing).map(|s| s.run).min() else { return Ok(None) };
    let drafts = drafts(watched, &shots);
    let keys = drafts.iter().flat_map(|draft| draft.keys.iter().cloned()).collect();
    let known: HashMap<String, EntryId> =
        store.known(id, keys).await?.into_iter().map(|known| (known.key, known.id)).collect();
    let entries = store.entries(&Selection { sources: vec![id.clone()] }, usize::MAX).await?;
    let held: HashMap<EntryId, Entry> = entries.into_iter().map(|entry| (entry.id.clone(), entry)).collect();
    let mut replayed = Replayed {
        answers: shots.len(),
        first,
        drafts: drafts.len(),
        gains: Vec::new(),
        losses: Vec::new(),
        changes: Vec::new(),
    };
    let mut shown = HashSet::new();
    for draft in drafts {
        match draft.keys.iter().find_map(|key| known.get(key)) {
            None => replayed.gains.push(draft),
            Some(id) => {
                shown.insert(id);
                let Some(entry) = held.get(id) else { continue };
                if let Some(what) = difference(entry, &draft) {
                    replayed.changes.push((entry.clone(), what));
                }
            }
        }
    }
    let lost = held.values().filter(|entry| entry.first_seen >= first && !shown.contains(&entry.id));
    replayed.losses.extend(lost.cloned());
    replayed.losses.sort_by(|a, b| (b.published, &b.id).cmp(&(a.published, &a.id)));
    Ok(Some(replayed))
}

/// What today's reading would change of an entry; a teaser alone is compared by its headline.
fn difference(entry: &Entry, draft: &Draft) -> Option<String> {
    let mut what = Vec::new();
    let shortened = draft.title.trim_end_matches(['…', '.', ' ']);
    if draft.title != entry.title && (draft.full_text || !entry.title.starts_with(shortened)) {
        what.push(format!("headline: {}", draft.title));
    }
    if draft.full_text
        && let Some(content) = draft.content.as_deref()
        && entry.content.as_deref() != Some(content)
    {
        let length = |html: &str| normalize::html_to_text(html).chars().count();
        what.push(format!(
            "text: {} characters, {} now held",
            length(content),
            entry.content.as_deref().map_or(0, length)
        ));
    }
    (!what.is_empty()).then(|| what.join("; "))
}

/// The drafts that today's rules make of the answers; of each entry the latest.
fn drafts(watched: &Watched, shots: &[Snapshot]) -> Vec<Draft> {
    let articles: HashMap<&str, &Snapshot> =
        shots.iter().filter(|s| !s.listing).map(|s| (s.asked.as_str(), s)).collect();
    let mut runs: BTreeMap<DateTime<Utc>, Vec<&Snapshot>> = BTreeMap::new();
    for shot in shots.iter().filter(|s| s.listing) {
        runs.entry(shot.run).or_default().push(shot);
    }
    let source = &watched.source;
    let mut latest: Vec<Draft> = Vec::new();
    let mut place: HashMap<String, usize> = HashMap::new();
    for (run, pages) in runs {
        let Some(listing) = listing(watched, &pages) else { continue };
        let around = Surroundings::of(&listing);
        for teaser in &listing.teasers {
            let Some(mut draft) = normalize::draft(teaser, None, &around, source, run) else { continue };
            let wanted =
                source.article != ArticleMode::Never && !(source.article == ArticleMode::Auto && draft.full_text);
            let page =
                draft.url.as_ref().filter(|_| wanted).and_then(|url| articles.get(url.as_str())).and_then(|s| page(s));
            if let Some(page) = page {
                let article = read_article(&page, &watched.rules).value;
                draft = normalize::draft(teaser, Some(&article), &around, source, run).unwrap_or(draft);
            }
            if !watched.filters.keep(&mut draft, run) {
                continue;
            }
            match draft.keys.first().and_then(|key| place.get(key)).and_then(|&at| latest.get_mut(at)) {
                Some(earlier) => *earlier = draft,
                None => {
                    if let Some(key) = draft.keys.first() {
                        place.insert(key.clone(), latest.len());
                    }
                    latest.push(draft);
                }
            }
        }
    }
    latest
}

/// What one run listed: its feed where it read one, else all its pages.
fn listing(watched: &Watched, shots: &[&Snapshot]) -> Option<Listing> {
    let kind = watched.source.kind;
    let read = |shot: &&Snapshot| {
        let page = page(shot)?;
        Some(read_listing(&page, if kind == Kind::Page { Kind::Listing } else { kind }, &watched.rules).value)
    };
    let listings: Vec<Listing> = shots.iter().filter_map(read).collect();
    let feed = listings.iter().position(|listing| matches!(listing.method, ListingMethod::Feed(_)));
    if let Some(at) = feed.filter(|_| !watched.source.rules.listing.find_teasers()) {
        return listings.into_iter().nth(at);
    }
    listings.into_iter().reduce(|mut all, more| {
        for teaser in more.teasers {
            if all.teasers.iter().all(|known| known.link.is_none() || known.link != teaser.link) {
                all.teasers.push(teaser);
            }
        }
        all
    })
}

/// The page of a snapshot, as it was fetched.
fn page(shot: &Snapshot) -> Option<Page> {
    let kind = shot.media_type.as_deref().unwrap_or("text/html");
    let about = format!("{kind}; charset={}", shot.charset);
    let page = saved_page(shot.url.clone(), Some(&about), Bytes::from(shot.body()?), shot.taken);
    Some(Page {
        asked: shot.asked.clone(),
        status: shot.status,
        media_type: shot.media_type.clone(),
        content_language: shot.content_language.clone(),
        ..page
    })
}
