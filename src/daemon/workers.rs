//! Claims due sources and harvests a bounded number at once.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::{error, info, warn};

use super::by_hand::Asked;
use super::following::Following;
use super::once::{self, Once};
use super::{DRAIN, DaemonError, LEASE, Plan, Titles, catalogue, report_line};
use crate::fetch::saved_page;
use crate::follow::Told;
use crate::harvest::{Harvested, Parts, Watched, harvest, harvest_told};
use crate::model::{HarvestReport, SourceId};
use crate::schedule;
use crate::serve::Catalogue;
use crate::store::{Claim, SourceState, Store, StoreError};

/// Longest sleep: a clock that jumps, or a machine that slept, is noticed within this.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
/// New titles are published this often at most: in a first run every source brings one.
const SETTLED: Duration = Duration::from_millis(500);
/// More is claimed when this part of all places is free, or after a moment.
const FEW: usize = 8;
const MOMENT: Duration = Duration::from_millis(250);
/// Of so many times as many runs as there are places, all but one may wait for their sites' turns.
const CROWD: usize = 8;
/// A clock that has gone on so far since it was looked at last, or back, was set, or the machine slept.
const SLEPT: chrono::Duration = chrono::Duration::seconds(90);
/// Pause after the store failed, before it is asked again.
pub(super) const STORE_PAUSE: Duration = Duration::from_secs(5);
/// Whoever asks for a run by hand wants what the page says now, and takes what it said so long ago.
const RECENT: Duration = Duration::from_secs(60);
/// Pause before a run that could not be stored is done again.
const AGAIN: chrono::Duration = chrono::Duration::minutes(1);

/// Pauses while a source whose hub brought something is just being harvested.
const BUSY: [Duration; 5] = [
    Duration::from_millis(100),
    Duration::from_millis(400),
    Duration::from_millis(1500),
    Duration::from_secs(4),
    Duration::from_secs(10),
];

/// The runs under way.
type Runs = JoinSet<Ended>;
/// What a run was over, and what came of it.
type Ended = Result<Option<(Arc<Watched>, Harvested)>, StoreError>;

/// What the workers tell of and hear from.
pub(super) struct Sides {
    pub titles: Titles,
    pub published: watch::Sender<Arc<Catalogue>>,
    pub progress: watch::Sender<Progress>,
    pub following: Arc<Following>,
    /// What the hubs of sources brought.
    pub told: mpsc::Receiver<Told>,
    /// Runs that are wanted by hand.
    pub asked: mpsc::Receiver<Asked>,
}

/// How far the first run over new sources has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Sources that had never been harvested when the daemon started.
    pub first_runs: usize,
    /// Of these, those that have been since.
    pub done: usize,
}

/// Harvests until `stop` turns true, then lets what is in flight finish.
pub(super) async fn run(
    mut plans: watch::Receiver<Arc<Plan>>,
    store: Arc<dyn Store>,
    sides: Sides,
    mut stop: watch::Receiver<bool>,
) -> Result<(), DaemonError> {
    let Sides { mut titles, published, progress, following, mut told, mut asked } = sides;
    let mut runs: Runs = JoinSet::new();
    let mut look = Instant::now();
    let mut looked = look;
    // When titles that changed may be published.
    let (mut renamed, mut settled): (Option<Instant>, Instant) = (None, look);
    // Never, so that what was missed before the start is spread as well.
    let mut awake = DateTime::<Utc>::MIN_UTC;
    while !*stop.borrow() {
        let plan = plans.borrow_and_update().clone();
        let now = Utc::now();
        if (now - awake).abs() > SLEPT {
            spread_missed(&*store, now).await;
        }
        awake = now;
        if renamed.is_some_and(|at| at <= Instant::now()) {
            (renamed, settled) = (None, Instant::now() + SETTLED);
            published.send_replace(Arc::new(catalogue(&plan.config, &titles)));
        }
        // Claims are taken many at once: each look costs two questions to the store.
        let most = plan.config.manners.parallel.max(1);
        let free = room(&plan, &runs);
        let worth_it = runs.is_empty() || free > most / FEW || free > 0 && looked + MOMENT <= Instant::now();
        if look <= Instant::now() && worth_it {
            looked = Instant::now();
            let sleep = start_due(&plan, &*store, &mut runs, free).await.unwrap_or_else(|error| {
                error!("{error}");
                STORE_PAUSE
            });
            look = Instant::now() + sleep;
        }
        let crowded = look <= Instant::now();
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => {}
            _ = plans.changed() => {
                look = Instant::now();
                let plan = plans.borrow().clone();
                published.send_replace(Arc::new(catalogue(&plan.config, &titles)));
            }
            _ = tokio::time::sleep_until(renamed.unwrap_or(look)), if renamed.is_some() => {}
            _ = tokio::time::sleep_until(look), if !crowded || runs.is_empty() => {}
            () = tokio::time::sleep(MOMENT), if crowded && !runs.is_empty() => {}
            Some(news) = told.recv() => {
                // What others were answered before that lacks it.
                plan.parts.copies.outdate(Duration::ZERO);
                match plan.watched.get(&news.source).cloned() {
                    Some(watched) if !news.body.is_empty() => {
                        let parts = plan.parts.clone();
                        runs.spawn(async move { by_hub(watched, news, &parts).await });
                    }
                    // It says only that there is something new.
                    Some(_) => make_due(&*store, &news.source).await,
                    None => {}
                }
                look = Instant::now();
            }
            Some(asked) = asked.recv() => {
                let parts = plan.parts.clone();
                runs.spawn(async move { by_hand(asked, &parts).await });
            }
            Some(ended) = runs.join_next() => {
                for ended in std::iter::once(ended).chain(std::iter::from_fn(|| runs.try_join_next())).collect::<Vec<_>>() {
                    let Some((was, Harvested { state, .. })) = logged(ended) else { continue };
                    // An edit that came meanwhile is to be seen at once.
                    if plan.watched.get(&state.id).is_some_and(|is| is.source != was.source) {
                        make_due(&*store, &state.id).await;
                        look = Instant::now();
                    }
                    following.note(&plan, &state.id, state.wishes.announced.as_ref());
                    // It may be due again before all the others.
                    let wait = (state.next_run - Utc::now()).to_std().unwrap_or_default();
                    look = look.min(Instant::now() + wait);
                    if titles.note(&state) {
                        renamed = Some(settled);
                    }
                    progress.send_if_modified(|p| {
                        let first = p.done < p.first_runs;
                        p.done += usize::from(first);
                        first
                    });
                }
            }
        }
    }
    plans.borrow().parts.fetcher.close();
    drain(runs).await;
    Ok(())
}

/// What should have run while nobody was there runs once, and not all of it in one moment; so does what ran in a time
/// that is yet to come, by a clock that was set back since.
async fn spread_missed(store: &dyn Store, now: DateTime<Utc>) {
    let spread = async {
        let missed = store.missed(now - SLEPT, now + SLEPT).await?;
        reschedule(store, &missed, |id| schedule::soon(id.as_str(), now)).await
    };
    if let Err(error) = spread.await {
        error!("what was missed is not spread: {error}");
    }
}

/// Makes a source due at once.
async fn make_due(store: &dyn Store, id: &SourceId) {
    if let Err(error) = store.reschedule(id, Utc::now()).await {
        error!("{id} is harvested at its usual time only: {error}");
    }
}

/// Makes sources due, all at once: each question to the store waits for the disk.
pub(super) async fn reschedule(
    store: &dyn Store,
    sources: impl IntoIterator<Item = &SourceId>,
    at: impl Fn(&SourceId) -> DateTime<Utc>,
) -> Result<(), StoreError> {
    let made = sources.into_iter().map(|id| store.reschedule(id, at(id)));
    join_all(made).await.into_iter().collect()
}

/// How many more runs may begin: those that wait for their site's turn take no place, up to a bound.
fn room(plan: &Plan, runs: &Runs) -> usize {
    let most = plan.config.manners.parallel.max(1);
    let waiting = plan.parts.fetcher.waiting().min(runs.len()).min(most.saturating_mul(CROWD));
    (most + waiting).saturating_sub(runs.len())
}

/// Starts what is due, as far as there is `room`; gives the time until there is more to do.
async fn start_due(plan: &Plan, store: &dyn Store, runs: &mut Runs, room: usize) -> Result<Duration, StoreError> {
    let claims = store.claim_due(Utc::now(), LEASE, room).await?;
    let taken = claims.len();
    for Claim { source, state } in claims {
        // A source that left the configuration a moment ago: its claim runs out by itself.
        let Some(watched) = plan.watched.get(&source).cloned() else { continue };
        let parts = plan.parts.clone();
        runs.spawn(async move { one(watched, state, parts).await });
    }
    if taken == room {
        // There may be more.
        return Ok(Duration::ZERO);
    }
    let next = store.next_due().await?;
    let wait = next.map(|at| (at - Utc::now()).to_std().unwrap_or_default());
    Ok(wait.unwrap_or(LONGEST_SLEEP).clamp(Duration::from_millis(20), LONGEST_SLEEP))
}

async fn one(watched: Arc<Watched>, state: Box<SourceState>, parts: Parts) -> Ended {
    let (id, now) = (&watched.source.id, Utc::now());
    // It may have been made due by an edit that says nothing of that.
    if let Some(until) = state.silence(&watched.source.url, now) {
        parts.store.release(id).await?;
        return parts.store.reschedule(id, until).await.map(|()| None);
    }
    let harvested = match harvest(&watched, state, &parts, now).await {
        Ok(harvested) => harvested,
        Err(error) => {
            give_back(id, &parts, &error).await;
            None
        }
    };
    Ok(harvested.map(|harvested| (watched, harvested)))
}

/// Gives back the claim on a source whose run could not be stored, as soon as the store takes that: until the claim runs
/// out, nobody would harvest the source.
async fn give_back(id: &SourceId, parts: &Parts, error: &StoreError) {
    error!("{id}: the run could not be stored; once the store takes it, it is done again: {error}");
    let given = async || {
        // Its server is not to suffer from our disk.
        parts.store.reschedule(id, Utc::now() + AGAIN).await?;
        parts.store.release(id).await
    };
    while given().await.is_err() {
        tokio::select! {
            () = parts.stopped() => return,
            () = tokio::time::sleep(STORE_PAUSE) => {}
        }
    }
}

/// Harvests what a source's hub brought; where the source is just being harvested, it is due again after that.
async fn by_hub(watched: Arc<Watched>, news: Told, parts: &Parts) -> Ended {
    let id = &watched.source.id;
    for wait in BUSY {
        let now = Utc::now();
        if let Some(claim) = parts.store.claim(id, now, LEASE).await? {
            let page = saved_page(news.topic, news.content_type.as_deref(), news.body, now);
            return match harvest_told(&watched, claim.state, page, parts, now).await {
                Ok(harvested) => Ok(harvested.map(|harvested| (watched, harvested))),
                Err(error) => {
                    give_back(id, parts, &error).await;
                    Ok(None)
                }
            };
        }
        tokio::time::sleep(wait).await;
    }
    parts.store.reschedule(id, Utc::now()).await.map(|()| None)
}

/// Harvests a source that somebody asks for by hand, due or not.
async fn by_hand(asked: Asked, parts: &Parts) -> Ended {
    let Asked { watched, heed, reply } = asked;
    parts.copies.outdate(RECENT);
    let claim = parts.store.claim(&watched.source.id, Utc::now(), LEASE).await?;
    let is_held = claim.is_some();
    let ended = match once::run(&watched, claim, parts, true).await {
        Ok(ended) => ended,
        Err(error) => {
            if is_held {
                give_back(&watched.source.id, parts, &error).await;
            }
            return Ok(None);
        }
    };
    let answer = match &ended {
        Ok(harvested) => Some(Once::from(harvested)),
        // Whoever will not have that does it himself.
        Err(Once::Silent(_)) if !heed => None,
        Err(Once::Stopped) => None,
        Err(why) => Some(why.clone()),
    };
    let _ = reply.send(answer);
    Ok(ended.ok().map(|harvested| (watched, harvested)))
}

/// Logs how a run ended.
fn logged(ended: Result<Ended, tokio::task::JoinError>) -> Option<(Arc<Watched>, Harvested)> {
    match ended {
        Ok(Ok(ended)) => ended.inspect(|(_, harvested)| log(&harvested.report, &harvested.state)),
        Ok(Err(error)) => {
            error!("a run could not be stored; its source will be harvested again: {error}");
            None
        }
        Err(error) if error.is_cancelled() => None,
        Err(error) => {
            error!("a run ended with a bug, please report it; its source will be harvested again: {error}");
            None
        }
    }
}

fn log(report: &HarvestReport, state: &SourceState) {
    let line = report_line(report, state, Utc::now());
    macro_rules! say {
        ($level:ident) => {
            $level!(
                source = %report.source,
                outcome = report.outcome.as_str(),
                reason = %report.reason,
                status = report.status,
                listed = report.listed,
                new = report.changes.new,
                altered = report.changes.altered,
                articles = report.articles,
                articles_failed = report.articles_failed,
                bytes = report.bytes,
                seconds = (report.finished - report.started).num_milliseconds() as f64 / 1000.0,
                next_run = %state.next_run.to_rfc3339(),
                "{line}"
            )
        };
    }
    if report.outcome.is_success() {
        say!(info)
    } else {
        say!(warn)
    }
    for problem in &report.problems {
        warn!(source = %report.source, "  {}: {}", report.source, problem.message);
    }
}

/// Waits for what is in flight, at most [`DRAIN`]; what is cut then is simply due again.
async fn drain(mut runs: Runs) {
    let all = async {
        while let Some(ended) = runs.join_next().await {
            logged(ended);
        }
    };
    if tokio::time::timeout(DRAIN, all).await.is_err() {
        warn!("{} runs were cut; their sources are due again at the next start", runs.len());
        runs.shutdown().await;
    }
}
