//! A page that is no longer what it was: is its list there all the same?

use chrono::{DateTime, Utc};

use super::ask::on_reader;
use super::drift::{Verdict, judge};
use super::{Parts, Watched};
use crate::model::{Draft, Kind, Listing, ListingMethod, Page, Problem, Read, Selection, Shape};
use crate::normalize::{self, Surroundings};
use crate::read::{Landmark, Learned, learn};
use crate::store::{SourceState, StoreError};

/// Entries of the source that are looked for on the page.
const LANDMARKS: usize = 60;

/// The list of a page, found again by the source's known entries; and what to tell the operator.
pub(super) async fn relearn(watched: &Watched, page: &Page, parts: &Parts) -> Option<Read<Listing>> {
    let selection = Selection { sources: vec![watched.source.id.clone()] };
    // A store that fails here fails again where the run is stored, and is told there.
    let entries = parts.store.entries(&selection, LANDMARKS).await.ok()?;
    let known: Vec<Landmark> = entries.into_iter().map(|e| Landmark { url: e.url, title: e.title }).collect();
    let page = page.clone();
    let learnt = move || Read::clean(learn(&page, &known));
    let Learned { rules, mut listing, located, found } = on_reader(parts, learnt).await.value?;
    listing.problems.retain(|problem| problem.severity < crate::model::Severity::Failure);
    let text = format!(
        "the page has changed; its list was found again by {found} of the {located} known entries on it. To settle it, put \
         this into feeds.toml:\n{}",
        patch(watched, &rules)
    );
    listing.problems.push(Problem::warning(text));
    Some(listing)
}

/// Selectors as they stand in feeds.toml.
fn patch(watched: &Watched, rules: &crate::model::ListingRules) -> String {
    let quoted = |text: &str| format!("{text:?}");
    let mut lines = vec![format!("[sources.{}.listing]", watched.source.id)];
    let one = [("container", &rules.container), ("item", &rules.item)];
    lines.extend(one.into_iter().filter_map(|(key, value)| Some(format!("{key} = {}", quoted(value.as_deref()?)))));
    let first = [("title", rules.title.first()), ("date", rules.date.first())];
    lines.extend(first.into_iter().filter_map(|(key, value)| Some(format!("{key} = {}", quoted(value?)))));
    lines.join("\n")
}

/// What a listing looks like beside what is known, the operator's filters applied.
async fn shape(watched: &Watched, listing: &Listing, parts: &Parts, now: DateTime<Utc>) -> Result<Shape, StoreError> {
    let source = &watched.source;
    let around = Surroundings::of(listing);
    let filters = normalize::Filters::of(&source.filters);
    let drafts: Vec<Draft> = listing
        .teasers
        .iter()
        .filter_map(|teaser| normalize::draft(teaser, None, &around, source, now))
        .filter_map(|mut draft| filters.keep(&mut draft, now).then_some(draft))
        .collect();
    let keys = drafts.iter().flat_map(|draft| draft.keys.iter().cloned()).collect();
    let known: std::collections::HashSet<String> =
        parts.store.known(&source.id, keys).await?.into_iter().map(|known| known.key).collect();
    let is_known = |draft: &&Draft| draft.keys.iter().any(|key| known.contains(key));
    Ok(Shape {
        at: now,
        listed: drafts.len(),
        known: drafts.iter().filter(is_known).count(),
        dated: drafts.iter().filter(|draft| draft.published.is_some()).count(),
    })
}

/// Judges a listing by the source's profile. One that departs from it is looked for anew on its page; what is found
/// again takes its place. A healthy run becomes part of the profile.
pub(super) async fn examine(
    watched: &Watched,
    listing: &mut Listing,
    problems: &mut Vec<Problem>,
    page: Option<&Page>,
    (parts, state, now): (&Parts, &mut SourceState, DateTime<Utc>),
) -> Result<Verdict, StoreError> {
    if watched.source.kind == Kind::Page {
        return Ok(Verdict::Healthy);
    }
    // Another way of reading the page, by the operator's edit or a new version, is compared with nothing.
    if state.reading != Some(watched.reading) {
        state.profile.runs.clear();
    }
    let mut shape = shape(watched, listing, parts, now).await?;
    let mut verdict = judge(&state.profile, &shape);
    let is_html = matches!(
        listing.method,
        ListingMethod::Guess | ListingMethod::Rules | ListingMethod::Embedded | ListingMethod::None
    );
    if verdict != Verdict::Healthy
        && is_html
        && let Some(page) = page
        && let Some(found) = relearn(watched, page, parts).await
    {
        let again = self::shape(watched, &found.value, parts, now).await?;
        if judge(&state.profile, &again) == Verdict::Healthy {
            (*listing, shape, verdict) = (found.value, again, Verdict::Healthy);
            problems.extend(found.problems);
        }
    }
    if verdict == Verdict::Healthy && shape.listed > 0 && state.last_success.is_some() {
        state.profile.note(shape);
    }
    Ok(verdict)
}
