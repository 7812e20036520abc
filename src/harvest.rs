//! One run: fetch → read → normalize → store for one source. The whole product on one page.
//!
//! Comes in: a [`Watched`] source, what the store knows of it, the present instant. Goes out: a
//! [`HarvestReport`], after all that the run found was stored in one transaction. Never: the configuration
//! file, publishing.

mod album;
mod articles;
mod ask;
mod catch_up;
mod clippings;
mod copies;
mod course;
mod drafting;
mod drift;
mod index;
mod judge;
mod moves;
mod places;
mod reader;
mod relearn;
mod room;
mod sharing;
mod shelf;
mod short;
mod shown;
mod sites;
mod sketch;
mod stand_in;

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use tokio::sync::watch;
use xxhash_rust::xxh3::Xxh3Default;

use crate::fetch::Fetcher;
use crate::model::{HarvestReport, Outcome, Page, Render, Source, Validators};
use crate::normalize;
use crate::read::{CompiledRules, RuleError};
use crate::store::{Finished, SourceState, Store, StoreError};

pub use album::Album;
pub use clippings::Clippings;
pub use copies::Copies;
pub use judge::is_astray;
pub use room::Room;
pub use shelf::Shelf;
pub use shown::{Part, article_wants, browsing, list_wants};
pub use stand_in::{ANNOUNCED, same_list};

use ask::{Answer, Asked};
use course::{Run, rhythm, silence};
use drafting::draft_all;

/// What a run works with. One for the whole daemon; cheap to clone.
#[derive(Clone)]
pub struct Parts {
    /// Asks other people's servers.
    pub fetcher: Fetcher,
    /// Keeps what was found.
    pub store: Arc<dyn Store>,
    /// Where pages are parsed, few at once over all runs: parsing is what costs memory and CPU.
    pub room: Room,
    /// Bounds of one run.
    pub limits: Limits,
    /// Turns true when the daemon stops: a run under way then asks for nothing more, and stores what it has.
    pub stop: watch::Receiver<bool>,
    /// Where answers are kept as they came; `None` where they are not. Each run has one of its own.
    pub album: Option<Album>,
    /// Articles that other sources may list as well.
    pub clippings: Clippings,
    /// Pages of lists that other sources may watch as well.
    pub copies: Copies,
}

impl Parts {
    /// Waits until the daemon stops.
    pub async fn stopped(&self) {
        let mut stop = self.stop.clone();
        if stop.wait_for(|stop| *stop).await.is_err() {
            // Nobody is left who could say so.
            std::future::pending::<()>().await;
        }
    }
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
        let mut hash = Xxh3Default::new();
        (env!("CARGO_PKG_VERSION"), &source.url, source.kind, source.article, source.render).hash(&mut hash);
        (&source.rules, &source.filters, &source.language, &source.identity).hash(&mut hash);
        // Who is told something else may answer something else.
        (source.timezone.name(), &source.title, &source.headers).hash(&mut hash);
        if source.render != Render::Http {
            source.browsing.hash(&mut hash);
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
    pub state: Arc<SourceState>,
}

/// Runs once over one source and stores what came of it; `None` where the daemon stops before its turn comes: its claim
/// is given back. Only a store that fails makes this fail: whatever else goes wrong is in the report.
pub async fn harvest(
    watched: &Watched,
    state: Box<SourceState>,
    parts: &Parts,
    now: DateTime<Utc>,
) -> Result<Option<Harvested>, StoreError> {
    run_over(watched, state, None, parts, now).await
}

/// The same with what the source's hub brought; where that is no feed, the source is asked.
pub async fn harvest_told(
    watched: &Watched,
    state: Box<SourceState>,
    told: Page,
    parts: &Parts,
    now: DateTime<Utc>,
) -> Result<Option<Harvested>, StoreError> {
    run_over(watched, state, Some(Box::new(told)), parts, now).await
}

async fn run_over(
    watched: &Watched,
    state: Box<SourceState>,
    told: Option<Box<Page>>,
    parts: &Parts,
    now: DateTime<Utc>,
) -> Result<Option<Harvested>, StoreError> {
    let room = tokio::select! {
        biased;
        () = parts.stopped() => None,
        room = parts.room.next_run() => Some(room),
    };
    let Some(room) = room else { return parts.store.release(&watched.source.id).await.map(|()| None) };
    let mut parts = Parts { room, ..parts.clone() };
    if parts.album.is_some() {
        parts.album = Some(Album::of_run(now, parts.store.dictionary(&watched.source.id).await?));
    }
    let mut run = Run::begin(&watched.source, state, now);
    let told = match told {
        Some(page) => ask::told(watched, &run.state, page.into(), &parts).await,
        None => None,
    };
    run.told = told.is_some();
    let asked = match told {
        Some(asked) => asked,
        None => ask::listing(watched, &mut run.state, &parts, now).await?,
    };
    if *parts.stop.borrow() && matches!(&asked.answer, Answer::Failed(failed) if failed.put_off) {
        // Its turn does not come any more.
        return parts.store.release(&watched.source.id).await.map(|()| None);
    }
    settle(watched, asked, run, &parts, now).await.map(Some)
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
    let mut run = Run::begin(&watched.source, Box::new(state), now);
    let asked = ask::at_hand(watched, page.into(), &mut run.state, parts, now).await?;
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
            let still = run.state.wishes.moved.as_ref().filter(|moved| moved.announced && moved.from == base);
            let still = still.map(|moved| moved.to.clone());
            run.follow(base, moved, still);
            Vec::new()
        }
        Answer::Failed(failure) => {
            run.report.outcome = failure.outcome;
            run.report.reason = failure.reason;
            run.report.status = failure.status;
            run.report.problems = failure.problems;
            run.put_off = failure.put_off;
            run.our_own = failure.our_own;
            run.state.wishes.silence = failure.retry_at.map(|until| silence(source, until));
            if failure.forget_feed {
                run.state.feed = None;
            }
            // The page's own version is another; and some servers stumble over being asked for one at all.
            if failure.forget_feed || matches!(failure.status, Some(400 | 412)) {
                run.state.validators = Validators::default();
            }
            Vec::new()
        }
        Answer::Listed(listed) => {
            if !run.told {
                let there = run.state.wishes.moved.as_ref().filter(|moved| moved.holds_for(&base));
                run.named = moves::named(&listed.listing, there.map_or(&base, |moved| &moved.to));
                let named = run.named.clone();
                run.follow(base, moved, named);
            }
            // 40 KB with what it waits for, and most runs find nothing new.
            Box::pin(draft_all(watched, *listed, parts, &mut run)).await?
        }
    };
    run.fresh_until = fresh_until;
    moves::examine(watched, &mut run, parts, now).await?;
    run.report.finished = now + Duration::from_std(run.clock.elapsed()).unwrap_or_default();
    let recent = rhythm(source, &drafts, parts).await?;
    if run.state.wishes.announced.is_some() {
        let following = parts.store.following(&source.id).await?;
        // A hub is relied upon once it has told us something.
        run.followed_until = following.filter(|f| f.told.is_some()).and_then(|f| f.until);
    }
    run.end(source, recent, now);
    let Run { mut report, state, shown, unchanged, seen, held, retracted, .. } = run;
    let state: Arc<SourceState> = state.into();
    let snapshots = parts.album.as_ref().map(Album::take).unwrap_or_default();
    report.changes = parts
        .store
        .finish(Finished {
            shown,
            unchanged,
            seen,
            held,
            retracted,
            snapshots,
            ..Finished::new(report.clone(), drafts, state.clone())
        })
        .await?;
    Ok(Harvested { report, state })
}
