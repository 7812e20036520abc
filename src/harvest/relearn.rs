//! A page that is no longer what it was: is its list there all the same?

use chrono::{DateTime, Utc};

use super::ask::on_reader;
use super::drift::{Verdict, judge};
use super::sketch::Sketch;
use super::{Parts, Watched};
use crate::model::{Kind, Listing, ListingMethod, Page, Problem, Read, Selection};
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

/// Judges a listing by the source's profile. One that departs from it is looked for anew on its page; what is found
/// again takes its place. A healthy run becomes part of the profile, but for one over what a hub `told`. Gives the drafts of what was settled on, too.
pub(super) async fn examine(
    watched: &Watched,
    listing: &mut Listing,
    problems: &mut Vec<Problem>,
    page: Option<&Page>,
    (parts, state, now): (&Parts, &mut SourceState, DateTime<Utc>),
    told: bool,
) -> Result<(Verdict, Sketch), StoreError> {
    if watched.source.kind == Kind::Page {
        return Ok((Verdict::Healthy, Sketch::default()));
    }
    // Another way of reading the page, by the operator's edit or a new version, is compared with nothing.
    if state.reading != Some(watched.reading) {
        state.profile.runs.clear();
    }
    let mut sketch = Sketch::of(watched, listing, parts, now).await?;
    let mut shape = sketch.shape(watched, now);
    let mut verdict = judge(&state.profile, &shape);
    if told {
        // A hub may bring only what is new: a short list is no change of the page, nor what its runs look like.
        let verdict = if matches!(verdict, Verdict::Departed(_)) { Verdict::Healthy } else { verdict };
        return Ok((verdict, sketch));
    }
    let is_html = matches!(
        listing.method,
        ListingMethod::Guess | ListingMethod::Rules | ListingMethod::Embedded | ListingMethod::None
    );
    if verdict != Verdict::Healthy
        && is_html
        && let Some(page) = page
        && let Some(found) = relearn(watched, page, parts).await
    {
        let other = Sketch::of(watched, &found.value, parts, now).await?;
        let again = other.shape(watched, now);
        if judge(&state.profile, &again) == Verdict::Healthy {
            (*listing, sketch, shape, verdict) = (found.value, other, again, Verdict::Healthy);
            problems.extend(found.problems);
        }
    }
    if verdict == Verdict::Healthy && shape.listed > 0 && state.last_success.is_some() {
        state.profile.note(shape);
    }
    Ok((verdict, sketch))
}
