//! Of a list that was read, what is to be stored.

use xxhash_rust::xxh3::xxh3_64;

use super::articles;
use super::ask::{self, Listed};
use super::catch_up::{self, Window};
use super::course::Run;
use super::drift::Verdict;
use super::relearn::{self, Found};
use super::sketch::Sketch;
use super::{Parts, Watched};
use crate::model::{Draft, Kind, Outcome, Problem, Verb};
use crate::normalize::{self, Surroundings};
use crate::store::StoreError;

/// A run that catches up may ask for so many times as many articles: what has left the page is not seen again.
const CAUGHT_UP: usize = 5;
/// Makes drafts of a listing's teasers, reading article pages where they are wanted.
pub(super) async fn draft_all(
    watched: &Watched,
    listed: Listed,
    parts: &Parts,
    run: &mut Run,
) -> Result<Vec<Draft>, StoreError> {
    let source = &watched.source;
    let now = run.report.started;
    let Listed { mut listing, article, status, bytes, validators, body_hash, page, feed, mut problems, cut, .. } =
        listed;
    let Listed { mut short, guide, .. } = listed;
    ask::recall(&mut run.state, parts).await?;
    let address = xxh3_64(source.url.as_str().as_bytes());
    let before = run.state.profile.get_or_insert_default().address.replace(address);
    // On a page that the operator has put in another's place nothing need be known.
    let is_another = before.is_some_and(|before| before != address);
    let seen = (parts, &mut *run.state, now);
    let found = Found { listing: &mut listing, problems: &mut problems, page: page.as_ref(), short: &mut short, guide };
    let (verdict, mut sketch) = relearn::examine(watched, found, seen, run.told).await?;
    let mut parts = parts.clone();
    let may_be_behind = verdict == Verdict::Healthy && !run.told && !is_another;
    if may_be_behind && catch_up::is_behind(&run.state, &sketch.shape(watched, now), &sketch) {
        let window = Window { watched, listing: &mut listing, page: page.as_deref(), problems: &mut problems };
        sketch = catch_up::catch_up(window, sketch, &mut run.state, &parts, now).await?;
        parts.limits.articles = parts.limits.articles.saturating_mul(CAUGHT_UP);
    }
    // Articles may take their time, and what they are read for is known by now.
    drop(page);
    run.report.status = Some(status);
    run.report.bytes = bytes;
    run.report.listed = listing.teasers.len();
    run.report.problems.extend(problems);
    if !run.told {
        run.state.wishes.announced = listing.announced.take();
        run.state.wishes.ttl_minutes = listing.ttl_minutes;
        run.state.wishes.quiet = Some(listing.quiet).filter(|quiet| !quiet.is_empty());
        run.state.title = listing.title.clone().or(run.state.title.take());
        run.state.home = listing.home.clone().map(String::from).or_else(|| run.state.home.take());
        run.state.about = normalize::about(&listing);
        run.state.feed = feed;
    }

    match verdict {
        Verdict::Healthy => {}
        Verdict::Departed(why) => {
            run.report.outcome = Outcome::StructureMissing;
            run.report.reason = format!(
                "the page has changed: {why}; nothing of it is published; look at it with `courant preview {}`",
                source.id
            );
            return Ok(Vec::new());
        }
        Verdict::Flood(why) => {
            run.report.outcome = Outcome::Quarantined;
            run.report.reason = format!("{why}; held back until you have looked: `courant quarantine`");
            run.held = Some(why);
            // The operator is shown all of it.
            sketch = Sketch::afresh(watched, &listing, &parts, now).await?;
            parts.limits.articles = 0;
        }
    }
    let parts = &parts;
    let around = short.map(|short| short.around).or_else(|| sketch.around.take());
    let around = around.unwrap_or_else(|| Surroundings::of(&listing));
    let (drafts, complete) = match &article {
        Some(page) => {
            let own = listing.teasers.first().cloned().unwrap_or_default();
            (normalize::draft(&own, Some(page), &around, source, now).into_iter().collect(), true)
        }
        None => articles::complete(watched, &listing.teasers, sketch, &around, parts, run).await?,
    };
    let mut kept = drafts;
    kept.retain_mut(|draft| watched.filters.keep(draft, now));
    if let Some(cap) = source.filters.iter().find_map(|f| if let Verb::Cap(n) = f.verb { Some(n) } else { None }) {
        kept.truncate(cap);
    }
    let too_few = source.expect.min_items.filter(|least| run.report.listed < *least && !run.told);
    // A page whose articles are not all read, that was cut or lists too little must be read again, changed or not.
    let whole = complete && !cut && run.held.is_none() && too_few.is_none();
    if whole && run.told {
        // What the source answers when it is next asked is still recognised by what it answered last.
        return Ok(kept);
    }
    run.state.reading = Some(watched.reading);
    if whole {
        run.state.validators = validators;
        run.state.body_hash = Some(body_hash);
    } else {
        run.state.validators = Default::default();
        run.state.body_hash = None;
    }
    if run.held.is_some() {
        return Ok(kept);
    }
    if let Some(least) = too_few {
        run.report.outcome = Outcome::StructureMissing;
        run.report.reason = format!(
            "the page lists {} where `expect.min_items` says at least {least}; look at it with `courant preview {}`",
            run.report.listed, source.id
        );
    } else if run.report.listed == 0 {
        run.report.outcome = Outcome::Empty;
        run.report.reason = "the list is there and empty".to_owned();
    } else if run.unusable == run.report.listed {
        run.report.outcome = Outcome::StructureMissing;
        run.report.reason = format!(
            "{} listed, but none has a title, a text or a link; look at it with `courant preview {}`",
            run.report.listed, source.id
        );
    }
    if run.unusable > 0 {
        let text = format!("{} of {} listed have neither title, text nor link", run.unusable, run.report.listed);
        run.report.problems.push(Problem::warning(text));
    }
    let ahead = kept.iter().filter(|draft| draft.ahead).count();
    if ahead > 0 {
        let text =
            format!("{ahead} of {} listed are dated after this run; they are published at its time", run.report.listed);
        run.report.problems.push(Problem::note(text));
    }
    if source.kind != Kind::Page && kept.is_empty() && run.report.listed > 0 && !source.filters.is_empty() {
        run.report.problems.push(Problem::note("the filters dropped every teaser"));
    }
    Ok(kept)
}
