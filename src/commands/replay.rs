//! `courant replay`: today's rules over the answers of the past.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::json;

use super::{Failure, load, print, runtime};
use crate::fetch::saved_page;
use crate::harvest::Watched;
use crate::model::{ArticleMode, Draft, Entry, EntryId, Kind, Listing, ListingMethod, Page, Selection};
use crate::normalize::{self, Surroundings};
use crate::read::{read_article, read_listing};
use crate::store::{self, Snapshot};

/// Read a source's kept answers again by today's rules, and show what its feed would gain, lose or change
///
/// Nothing is stored. `--config EDITED` tries another configuration; answers are kept where `[store] snapshots` says
/// for how long.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The source
    #[arg(value_name = "SOURCE")]
    source: String,
    /// Print JSON, an entry a line
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: Arguments, path: &Path) -> Result<(), Failure> {
    let config = load(path)?;
    let source = config
        .sources
        .iter()
        .find(|s| s.id.as_str() == arguments.source)
        .cloned()
        .ok_or_else(|| Failure::Usage(format!("{} has no source `{}`", path.display(), arguments.source)))?;
    let watched = Watched::new(source)
        .map_err(|errors| Failure::Usage(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))?;
    runtime()?.block_on(async {
        let store = store::open_read_only(&config.store)?;
        let id = &watched.source.id;
        let shots = store.snapshots(id).await?;
        let Some(first) = shots.iter().filter(|s| s.listing).map(|s| s.run).min() else {
            return Err(Failure::Work(format!(
                "no answers of {id} are kept; set `[store] snapshots = \"14d\"` and let it be harvested once"
            )));
        };
        let drafts = drafts(&watched, &shots);
        let keys = drafts.iter().flat_map(|draft| draft.keys.iter().cloned()).collect();
        let known: HashMap<String, EntryId> =
            store.known(id, keys).await?.into_iter().map(|known| (known.key, known.id)).collect();
        let entries = store.entries(&Selection { sources: vec![id.clone()] }, usize::MAX).await?;
        let held: HashMap<&EntryId, &Entry> = entries.iter().map(|entry| (&entry.id, entry)).collect();
        let mut shown = HashSet::new();
        let mut found = Vec::new();
        for draft in &drafts {
            match draft.keys.iter().find_map(|key| known.get(key)) {
                None => found.push((
                    "gain",
                    draft.title.clone(),
                    draft.url.as_ref().map(ToString::to_string),
                    String::new(),
                )),
                Some(id) => {
                    shown.insert(id);
                    let Some(entry) = held.get(id) else { continue };
                    if let Some(what) = difference(entry, draft) {
                        found.push(("change", entry.title.clone(), entry.url.as_ref().map(ToString::to_string), what));
                    }
                }
            }
        }
        for entry in entries.iter().filter(|entry| entry.first_seen >= first && !shown.contains(&entry.id)) {
            found.push(("lose", entry.title.clone(), entry.url.as_ref().map(ToString::to_string), String::new()));
        }
        print(&told(id.as_str(), &shots, drafts.len(), first, &found, arguments.json))
    })
}

type Difference = (&'static str, String, Option<String>, String);

fn told(
    id: &str,
    shots: &[Snapshot],
    drafts: usize,
    first: DateTime<Utc>,
    found: &[Difference],
    as_json: bool,
) -> String {
    if as_json {
        let line = |(what, title, url, detail): &Difference| json!({"what": what, "title": title, "url": url, "detail": detail});
        return found.iter().map(|difference| format!("{}\n", line(difference))).collect();
    }
    let count = |what: &str| found.iter().filter(|(is, ..)| *is == what).count();
    let mut text = format!(
        "{id}: {} answers since {} give {drafts} entries: {} to gain, {} to lose, {} to change\n",
        shots.len(),
        first.format("%Y-%m-%d %H:%M"),
        count("gain"),
        count("lose"),
        count("change"),
    );
    for (what, title, url, detail) in found {
        text.push_str(&format!("  {what:<7} {title}\n"));
        for line in [url.as_deref().unwrap_or_default(), detail].into_iter().filter(|line| !line.is_empty()) {
            text.push_str(&format!("          {line}\n"));
        }
    }
    text
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
