//! One run: fetch → read → normalize → store for one source. The whole product on one page.
//!
//! Comes in: a [`Watched`] source, what the store knows of it, the present instant. Goes out: a
//! [`HarvestReport`], after all that the run found was stored in one transaction. Never: the configuration
//! file, publishing.

mod album;
mod articles;
mod ask;
mod catch_up;
mod drift;
mod judge;
mod relearn;
mod shelf;
mod short;
mod shown;
mod sketch;

use std::hash::Hasher;
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Duration, Utc};
use tokio::sync::{Semaphore, watch};
use url::Url;
use xxhash_rust::xxh3::Xxh3;

use crate::fetch::Fetcher;
use crate::model::{Draft, EntryId, HarvestReport, Kind, Outcome, Page, Problem, Render, Schedule, Source, Verb};
use crate::normalize::{self, Surroundings};
use crate::read::{CompiledRules, RuleError};
use crate::schedule::{self, History};
use crate::store::{Finished, Moved, Seen, Silence, SourceState, Store, StoreError};

pub use album::Album;
pub use ask::{ANNOUNCED, same_list};
pub use shelf::Shelf;
pub use shown::{Part, article_wants, browsing, list_wants};

use ask::{Answer, Asked, Listed};
use catch_up::Window;
use drift::Verdict;
use relearn::Found;

/// How long a source that answered 410 is left alone.
const GONE_FOR: Duration = Duration::days(30);
/// A server's promise that nothing changes (`max-age`) is heard for this long: pages of news are often served with
/// the site's general one, of a day or a year.
const LONGEST_FRESH: Duration = Duration::hours(1);
/// Most `ttl` that is heard.
const LONGEST_TTL: Duration = Duration::days(1);

/// A source whose hub tells us is asked at least so often all the same, for what the hub forgot.
const TRUST: Duration = Duration::hours(6);

/// How many of the newest entries show a source's rhythm.
const RHYTHM: usize = 50;
/// A run that catches up may ask for so many times as many articles: what has left the page is not seen again.
const CAUGHT_UP: usize = 5;
/// A permanent redirect is believed after it held for so many runs in a row.
const MOVED_AFTER: u32 = 2;

/// What a run works with. One for the whole daemon; cheap to clone.
#[derive(Clone)]
pub struct Parts {
    /// Asks other people's servers.
    pub fetcher: Fetcher,
    /// Keeps what was found.
    pub store: Arc<dyn Store>,
    /// How many pages may be parsed at once over all runs: parsing is what costs memory and CPU.
    pub readers: Arc<Semaphore>,
    /// Bounds of one run.
    pub limits: Limits,
    /// Turns true when the daemon stops: a run under way then asks for nothing more, and stores what it has.
    pub stop: watch::Receiver<bool>,
    /// Where answers are kept as they came; `None` where they are not. Each run has one of its own.
    pub album: Option<Album>,
}

/// Bounds of one run.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Most article pages asked for; the rest wait for the next run.
    pub articles: usize,
    /// Article pages asked for at once; the fetcher's pace per host holds besides.
    pub articles_at_once: usize,
    /// How often an article page that gave no text is asked for.
    pub attempts: u32,
    /// After this long a run asks for no more articles; the rest wait for the next run.
    pub time: std::time::Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { articles: 100, articles_at_once: 4, attempts: 3, time: std::time::Duration::from_secs(15 * 60) }
    }
}

/// A source with its rules ready for use.
#[derive(Debug, Clone)]
pub struct Watched {
    /// The source as configured.
    pub source: Arc<Source>,
    /// Its selectors, compiled.
    pub rules: CompiledRules,
    /// Its filters, their patterns compiled.
    pub filters: normalize::Filters,
    /// Fingerprint of all that decides how its bytes are read.
    reading: u64,
}

impl Watched {
    /// Compiles a source's rules; all errors at once.
    pub fn new(source: impl Into<Arc<Source>>) -> Result<Self, Vec<RuleError>> {
        let source = source.into();
        let rules = CompiledRules::compile(&source.rules)?;
        let mut hash = Xxh3::new();
        let how = format!(
            "{} {} {:?} {:?} {:?} {:?} {:?} {:?}",
            env!("CARGO_PKG_VERSION"),
            source.url,
            source.kind,
            source.rules,
            source.filters,
            source.article,
            source.language,
            source.identity,
        );
        hash.write(how.as_bytes());
        if source.render != Render::Http {
            hash.write(format!("{:?} {:?}", source.render, source.browsing).as_bytes());
        }
        let filters = normalize::Filters::of(&source.filters);
        Ok(Self { source, rules, filters, reading: hash.finish() })
    }
}

/// A run that ended, and what is known of its source from now on.
#[derive(Debug, Clone)]
pub struct Harvested {
    /// What came of it.
    pub report: HarvestReport,
    /// The state that was stored.
    pub state: SourceState,
}

/// Runs once over one source and stores what came of it. Only a store that fails makes this fail: whatever
/// else goes wrong is in the report.
pub async fn harvest(
    watched: &Watched,
    state: SourceState,
    parts: &Parts,
    now: DateTime<Utc>,
) -> Result<Harvested, StoreError> {
    run_over(watched, state, None, parts, now).await
}

/// The same with what the source's hub brought; where that is no feed, the source is asked.
pub async fn harvest_told(
    watched: &Watched,
    state: SourceState,
    told: Page,
    parts: &Parts,
    now: DateTime<Utc>,
) -> Result<Harvested, StoreError> {
    run_over(watched, state, Some(told), parts, now).await
}

async fn run_over(
    watched: &Watched,
    state: SourceState,
    told: Option<Page>,
    parts: &Parts,
    now: DateTime<Utc>,
) -> Result<Harvested, StoreError> {
    let mut parts = parts.clone();
    if parts.album.is_some() {
        parts.album = Some(Album::of_run(now, parts.store.dictionary(&watched.source.id).await?));
    }
    let mut run = Run::begin(&watched.source, state, now);
    let told = match told {
        Some(page) => ask::told(watched, &run.state, page, &parts).await,
        None => None,
    };
    run.told = told.is_some();
    let asked = match told {
        Some(asked) => asked,
        None => ask::listing(watched, &run.state, &parts, now).await,
    };
    settle(watched, asked, run, &parts, now).await
}

/// Does with a page that is at hand what a run does with one that it fetched: for measuring. Asks for nothing itself,
/// but for what the source's rules want besides (articles, further pages, the feed that `kind = "auto"` looks for).
pub async fn harvest_page(
    watched: &Watched,
    page: Page,
    state: SourceState,
    parts: &Parts,
    now: DateTime<Utc>,
) -> Result<Harvested, StoreError> {
    let run = Run::begin(&watched.source, state, now);
    let asked = ask::at_hand(watched, page, &run.state, parts, now).await;
    settle(watched, asked, run, parts, now).await
}

/// The second half of a run: what came is read, judged and stored.
async fn settle(
    watched: &Watched,
    asked: Asked,
    mut run: Run,
    parts: &Parts,
    now: DateTime<Utc>,
) -> Result<Harvested, StoreError> {
    let source = &watched.source;
    let Asked { answer, base, moved, fresh_until } = asked;
    if !run.told {
        run.state.wishes.silence = None;
    }
    let drafts = match answer {
        Answer::Unchanged(status, validators) => {
            run.report.outcome = Outcome::Unchanged;
            run.report.status = Some(status);
            run.state.validators = validators;
            run.follow(base, moved);
            Vec::new()
        }
        Answer::Failed(failure) => {
            run.report.outcome = failure.outcome;
            run.report.reason = failure.reason;
            run.report.status = failure.status;
            run.report.problems = failure.problems;
            run.put_off = failure.put_off;
            run.state.wishes.silence = failure.retry_at.map(|until| silence(source, until));
            // Whoever says that a page has moved, and is wrong, is asked again whether it has.
            run.state.wishes.moved = run.state.wishes.moved.take().filter(|_| failure.put_off);
            if failure.forget_feed {
                run.state.feed = None;
            }
            Vec::new()
        }
        Answer::Listed(listed) => {
            if !run.told {
                run.follow(base, moved);
            }
            // 40 KB with what it waits for, and most runs find nothing new.
            Box::pin(draft_all(watched, *listed, parts, &mut run)).await?
        }
    };
    run.fresh_until = fresh_until;
    run.report.finished = now + Duration::from_std(run.clock.elapsed()).unwrap_or_default();
    let recent = rhythm(source, &drafts, parts).await?;
    if run.state.wishes.announced.is_some() {
        let following = parts.store.following(&source.id).await?;
        // A hub is relied upon once it has told us something.
        run.followed_until = following.filter(|f| f.told.is_some()).and_then(|f| f.until);
    }
    run.end(source, recent, now);
    let Run { mut report, state, shown, unchanged, seen, held, .. } = run;
    let snapshots = parts.album.as_ref().map(Album::take).unwrap_or_default();
    report.changes = parts
        .store
        .finish(Finished {
            shown,
            unchanged,
            seen,
            held,
            snapshots,
            ..Finished::new(report.clone(), drafts, state.clone())
        })
        .await?;
    Ok(Harvested { report, state })
}

/// What a run has come to so far.
struct Run {
    clock: Instant,
    report: HarvestReport,
    state: SourceState,
    /// Known entries that the listing shows and of which nothing more is wanted.
    shown: Vec<EntryId>,
    /// Likewise, as they were when last seen: the store's numbers.
    unchanged: Vec<i64>,
    /// What is to be remembered of the list.
    seen: Option<Seen>,
    /// Why the run is held back, where it is.
    held: Option<String>,
    /// Until when the server promises that nothing changes.
    fresh_until: Option<DateTime<Utc>>,
    /// It reads what the source's hub brought: perhaps a part of the list only.
    told: bool,
    /// Until when a hub that is relied upon tells us what is new.
    followed_until: Option<DateTime<Utc>>,
    /// Nothing was asked: the run says nothing about the source.
    put_off: bool,
    /// Teasers with neither title, text nor link, of which nothing can be made.
    unusable: usize,
}

impl Run {
    fn begin(source: &Source, state: SourceState, now: DateTime<Utc>) -> Self {
        Self {
            clock: Instant::now(),
            report: HarvestReport::begun(source.id.clone(), now),
            state,
            shown: Vec::new(),
            unchanged: Vec::new(),
            seen: None,
            held: None,
            fresh_until: None,
            told: false,
            followed_until: None,
            put_off: false,
            unusable: 0,
        }
    }

    /// Notes a permanent redirect, and follows it from the next run on once it has held twice.
    fn follow(&mut self, from: Url, moved: Option<Url>) {
        let before = self.state.wishes.moved.take();
        let Some(to) = moved else { return };
        let seen = before.filter(|before| (&before.from, &before.to) == (&from, &to)).map_or(0, |before| before.seen);
        let seen = seen.saturating_add(1);
        if seen == MOVED_AFTER {
            self.report.problems.push(Problem::warning(format!(
                "{from} has moved to {to} for good, which is asked from now on; change `url` in feeds.toml"
            )));
        }
        self.state.wishes.moved = Some(Moved { from, to, seen });
    }

    /// Writes what the run means for the next one into the state.
    fn end(&mut self, source: &Source, recent: Vec<DateTime<Utc>>, now: DateTime<Utc>) {
        let outcome = self.report.outcome;
        let state = &mut self.state;
        if outcome.is_success() {
            state.failures = 0;
            state.last_success = Some(now);
        } else if !self.put_off {
            state.failures = state.failures.saturating_add(1);
        }
        state.last_run = Some(now);
        state.last_outcome = Some(outcome);
        state.last_reason.clone_from(&self.report.reason);
        if outcome == Outcome::Gone {
            state.wishes.silence = Some(silence(source, now + GONE_FOR));
        }
        let wishes = &state.wishes;
        let ttl = wishes.ttl_minutes.map(|minutes| now + LONGEST_TTL.min(Duration::minutes(minutes.into())));
        let fresh = self.fresh_until.map(|until| until.min(now + LONGEST_FRESH));
        let silent = wishes.silence.as_ref().map(|silence| silence.until);
        let not_before = [silent, ttl.filter(|_| outcome.is_success()), fresh].into_iter().flatten().max();
        let quiet = wishes.quiet.unwrap_or_default();
        let history = History { last_run: Some(now), failures: state.failures, not_before, quiet, recent };
        state.next_run = match outcome {
            Outcome::Gone => now + GONE_FOR,
            _ => schedule::next(&source.schedule, source.timezone, &source.id, &history, now),
        };
        // Times that the operator names are kept; an interval is stretched while we are told.
        if let Some(until) = self.followed_until.filter(|_| outcome.is_success())
            && !matches!(source.schedule, Schedule::Cron(_))
        {
            state.next_run = state.next_run.max(until.min(now + TRUST));
        }
    }
}

fn silence(source: &Source, until: DateTime<Utc>) -> Silence {
    Silence { address: source.url.clone(), until }
}

/// When the source's newest entries were published, those of this run among them; only `adaptive` asks.
async fn rhythm(source: &Source, drafts: &[Draft], parts: &Parts) -> Result<Vec<DateTime<Utc>>, StoreError> {
    if !matches!(source.schedule, Schedule::Adaptive { .. }) {
        return Ok(Vec::new());
    }
    let mut recent = parts.store.recent(&source.id, RHYTHM).await?;
    recent.extend(drafts.iter().filter_map(|draft| draft.published));
    recent.sort_unstable_by(|a, b| b.cmp(a));
    recent.dedup();
    recent.truncate(RHYTHM);
    Ok(recent)
}

/// Makes drafts of a listing's teasers, reading article pages where they are wanted.
async fn draft_all(watched: &Watched, listed: Listed, parts: &Parts, run: &mut Run) -> Result<Vec<Draft>, StoreError> {
    let source = &watched.source;
    let now = run.report.started;
    let Listed { mut listing, article, status, bytes, validators, body_hash, page, feed, mut problems, cut, .. } =
        listed;
    let Listed { mut short, guide, .. } = listed;
    let seen = (parts, &mut run.state, now);
    let found = Found { listing: &mut listing, problems: &mut problems, page: page.as_ref(), short: &mut short, guide };
    let (verdict, mut sketch) = relearn::examine(watched, found, seen, run.told).await?;
    let mut parts = parts.clone();
    if verdict == Verdict::Healthy && !run.told && catch_up::is_behind(&run.state, &sketch.shape(watched, now), &sketch)
    {
        let window = Window { watched, listing: &mut listing, page: page.as_ref(), problems: &mut problems };
        sketch = catch_up::catch_up(window, sketch, &mut run.state, &parts, now).await?;
        parts.limits.articles = parts.limits.articles.saturating_mul(CAUGHT_UP);
    }
    run.report.status = Some(status);
    run.report.bytes = bytes;
    run.report.listed = listing.teasers.len();
    run.report.problems.extend(problems);
    if !run.told {
        run.state.wishes.announced = listing.announced.take();
        run.state.wishes.ttl_minutes = listing.ttl_minutes;
        run.state.wishes.quiet = Some(listing.quiet).filter(|quiet| !quiet.is_empty());
        run.state.title = listing.title.clone().or(run.state.title.take());
        run.state.home = listing.home.clone().or_else(|| run.state.home.take());
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
            sketch = sketch::Sketch::afresh(watched, &listing, &parts, now).await?;
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
