//! A page that is no longer what it was: is its list there all the same?

use std::cell::LazyCell;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::ask::is_feed;
use super::drift::{ENOUGH, Verdict, judge};
use super::reader::{on_reader, read};
use super::short::{self, Short};
use super::sketch::Sketch;
use super::{Parts, Watched};
use crate::model::{
    Guide, Kind, Listing, ListingMethod, ListingRules, Page, Problem, Profile, Read, Selection, Shape,
    Sketch as Markup, Way,
};
use crate::read::{Landmark, Learned, learn, links, markup, recall};
use crate::store::{SourceState, StoreError};

/// Entries of the source that are looked for on the page, at least and at most: twice what it lists lies between.
const FEWEST_LANDMARKS: usize = 400;
const MOST_LANDMARKS: usize = 2000;
/// Markup of which less is as it was is another design's.
const SAME_DESIGN: f64 = 0.3;

/// A list that was known again.
pub(super) struct Relearned {
    /// What it lists, and what to tell the operator.
    pub(super) read: Read<Listing>,
    /// Whether the page was read as well without what is known.
    matched: bool,
}

/// The list of a page, known again by the source's entries; `other` is what was read without knowing them.
pub(super) async fn relearn(
    watched: &Watched,
    page: &Arc<Page>,
    other: &Listing,
    before: &Profile,
    parts: &Parts,
) -> Option<Relearned> {
    let selection = Selection { sources: vec![watched.source.id.clone()] };
    let longest = before.runs.iter().map(|run| run.listed).max().unwrap_or(0);
    let landmarks = (2 * longest).clamp(FEWEST_LANDMARKS, MOST_LANDMARKS);
    // A store that fails here fails again where the run is stored, and is told there.
    let entries = parts.store.entries(&selection, landmarks).await.ok()?;
    let known: Vec<Landmark> = entries.into_iter().map(|e| Landmark { url: e.url, title: e.title }).collect();
    let (page, other, before) = (Arc::clone(page), other.clone(), before.links.clone());
    let work = move || Read::clean(recall(&page, &known, &before, &other).map(|found| (found, learn(&page, &known))));
    let (recalled, learned) = on_reader(parts, work).await.value?;
    let mut text = format!("the page has changed; its list was found again by {} known entries on it", recalled.known);
    if let Some(Learned { rules, .. }) = learned {
        let table = format!("[sources.{}.listing]", watched.source.id);
        let place = if watched.source.rules.listing == ListingRules::default() {
            String::new()
        } else {
            format!(" in place of the `{table}` that is there")
        };
        text.push_str(&format!(". To settle it, put this into feeds.toml{place}:\n{table}\n{}", patch(&rules)));
    }
    let matched = recalled.is_matched();
    Some(Relearned { read: Read { value: recalled.listing, problems: vec![Problem::warning(text)] }, matched })
}

/// Whether a page is of another design than its source's healthy pages.
fn is_redesigned<'m>(before: &Profile, now: impl FnOnce() -> &'m Markup) -> bool {
    if before.runs.len() < ENOUGH || before.markup.is_empty() {
        return false;
    }
    let (same, all) = before.markup.shared(now(), |_| true);
    (same as f64) < SAME_DESIGN * all as f64
}

/// Whether a list is shorter than its last ones were: some of it may stand where it is not looked for any more.
fn has_shrunk(before: &Profile, now: &Shape) -> bool {
    let last = before.runs.iter().rev().take(ENOUGH).map(|run| run.listed).min().unwrap_or(0);
    before.runs.len() >= ENOUGH && now.listed * 10 < last * 9
}

/// Selectors as they stand in feeds.toml.
fn patch(rules: &ListingRules) -> String {
    let quoted = |text: &str| format!("{text:?}");
    let mut lines = Vec::new();
    let one = [("container", &rules.container), ("item", &rules.item)];
    lines.extend(one.into_iter().filter_map(|(key, value)| Some(format!("{key} = {}", quoted(value.as_deref()?)))));
    let first = [("title", rules.title.first()), ("date", rules.date.first())];
    lines.extend(first.into_iter().filter_map(|(key, value)| Some(format!("{key} = {}", quoted(value?)))));
    lines.join("\n")
}

/// What a run has found on its page.
pub(super) struct Found<'f> {
    pub(super) listing: &'f mut Listing,
    pub(super) problems: &'f mut Vec<Problem>,
    pub(super) page: Option<&'f Arc<Page>>,
    /// What stands in for teasers that were not read; nothing once all are.
    pub(super) short: &'f mut Option<Short>,
    /// How to read only what is new the next time.
    pub(super) guide: Option<Box<Guide>>,
}

/// Judges a listing of which only what is new was read. Where it is not as ever, it is read in full.
async fn examine_short(
    watched: &Watched,
    found: &mut Found<'_>,
    (parts, state, now): (&Parts, &mut SourceState, DateTime<Utc>),
) -> Result<Option<Sketch>, StoreError> {
    let (Some(short), Some(page)) = (&*found.short, found.page) else { return Ok(None) };
    let sketch = Sketch::of_short(watched, found.listing, short, parts, now).await?;
    let shape = sketch.shape(watched, now);
    let profile = state.profile.get_or_insert_default();
    if judge(profile, &shape) == Verdict::Healthy && !has_shrunk(profile, &shape) {
        if state.last_success.is_some() {
            profile.note(shape);
            if let Some(Way::Page(way)) = found.guide.as_ref().map(|guide| &guide.way) {
                if profile.markup.is_empty() {
                    profile.markup = markup(page);
                }
                profile.links = profile.links.with(way.addresses.iter());
            }
        }
        profile.guide = found.guide.as_ref().map(|guide| guide.packed());
        return Ok(Some(sketch));
    }
    let kind = if is_feed(found.listing) { Kind::Feed } else { watched.source.kind };
    let Read { value, problems } = read(watched, page, kind, parts).await;
    *found.listing = value;
    found.problems.extend(problems);
    (*found.short, found.guide) = (None, None);
    Ok(None)
}

/// Judges a listing by the source's profile. One that departs from it is looked for anew on its page; what is found
/// again takes its place. A healthy run becomes part of the profile, but for one over what a hub `told`. Gives the drafts of what was settled on, too.
pub(super) async fn examine(
    watched: &Watched,
    mut found: Found<'_>,
    (parts, state, now): (&Parts, &mut SourceState, DateTime<Utc>),
    told: bool,
) -> Result<(Verdict, Sketch), StoreError> {
    if let Some(sketch) = examine_short(watched, &mut found, (parts, state, now)).await? {
        return Ok((Verdict::Healthy, sketch));
    }
    let Found { listing, problems, page, guide, .. } = found;
    if watched.source.kind == Kind::Page {
        return Ok((Verdict::Healthy, Sketch::default()));
    }
    let profile = state.profile.get_or_insert_default();
    // Another way of reading the page, by the operator's edit or a new version, is compared with nothing.
    if state.reading != Some(watched.reading) {
        profile.runs.clear();
        profile.guide = None;
    }
    let mut sketch = Sketch::of(watched, listing, parts, now).await?;
    let mut shape = sketch.shape(watched, now);
    let mut verdict = judge(profile, &shape);
    if told {
        // A hub may bring only what is new: a short list is no change of the page, nor what its runs look like.
        let verdict = if matches!(verdict, Verdict::Departed(_)) { Verdict::Healthy } else { verdict };
        return Ok((verdict, sketch));
    }
    let is_html = matches!(
        listing.method,
        ListingMethod::Guess | ListingMethod::Rules | ListingMethod::Embedded | ListingMethod::None
    );
    let page = page.filter(|_| is_html);
    let markup = LazyCell::new(|| page.map(|page| markup(page)).unwrap_or_default());
    let redesigned = is_redesigned(profile, || &*markup);
    let shrunk = has_shrunk(profile, &shape);
    let mut settled = true;
    if let Some(page) = page
        && (redesigned || shrunk || verdict != Verdict::Healthy)
    {
        match relearn(watched, page, listing, profile, parts).await {
            Some(found) if (redesigned || shrunk) && verdict == Verdict::Healthy && found.matched => {}
            Some(Relearned { read, .. }) => {
                let other = Sketch::of(watched, &read.value, parts, now).await?;
                let again = other.shape(watched, now);
                let judged = judge(profile, &again);
                if redesigned || judged == Verdict::Healthy {
                    (*listing, sketch, shape, verdict) = (read.value, other, again, judged);
                    problems.extend(read.problems);
                    settled = false;
                }
            }
            None if redesigned && verdict == Verdict::Healthy && shape.known * 2 < shape.listed => {
                verdict = Verdict::Departed(format!(
                    "it is marked up in another way, and only {} of the {} listed are known",
                    shape.known, shape.listed
                ));
            }
            None => {}
        }
    }
    if verdict == Verdict::Healthy {
        let guide = guide.filter(|_| settled).zip(sketch.around.as_ref());
        let guide = guide.and_then(|(guide, around)| short::completed(*guide, around));
        profile.guide = guide.map(|guide| guide.packed());
    }
    if verdict == Verdict::Healthy && shape.listed > 0 && state.last_success.is_some() {
        profile.note(shape);
        // Until the page is read as well without knowing its entries, it is known by them.
        if settled {
            profile.markup = markup.clone();
            profile.links = page.map(|page| links(page)).unwrap_or_default();
        }
    }
    Ok((verdict, sketch))
}
