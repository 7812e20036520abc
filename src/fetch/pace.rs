//! Nobody is hurried: one lane for each registrable domain, shared by listings and articles, with so many
//! requests at once and so much time between their starts; and a bound on all lanes together.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, sleep_until};
use url::{Host, Url};

use super::guard::Guard;
use super::manners::Manners;
use crate::model::registrable_domain;

#[cfg(test)]
mod tests;

/// Between the starts of two visits to one site of the public internet, unless a host rule says otherwise.
/// Machines that the operator opened by `allow_private` are not spaced.
const SPACING: Duration = Duration::from_secs(1);
/// A 429 concerns one address; so many addresses in a row, with no other answer between, concern the host. Fewer stand
/// side by side on hosts that mind only some of theirs.
const STRIKES: usize = 5;
/// A whole host is left alone for this long at most: its other pages may be cheaper ones.
const LONGEST_HOLD: TimeDelta = TimeDelta::minutes(15);
/// Addresses of one lane that are left alone by themselves; more at once concern the host anyway.
const MOST_HELD: usize = 64;
/// With more lanes than this the idle ones are put away.
const FEW: usize = 256;

/// The lanes.
#[derive(Debug)]
pub(super) struct Pace {
    lanes: Mutex<Lanes>,
    parallel: usize,
    all: Arc<Semaphore>,
    line: Arc<Line>,
}

/// All who wait, whatever manners they go by.
#[derive(Debug)]
struct Line {
    waiting: AtomicUsize,
    /// Turns true when nobody's turn comes any more.
    over: watch::Sender<bool>,
}

/// Counts one that waits for a site's turn, until it is dropped.
#[derive(Debug)]
pub struct Waits<'w>(&'w AtomicUsize);

impl<'w> Waits<'w> {
    fn at(waiting: &'w AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[derive(Debug)]
struct Lanes {
    by_site: HashMap<String, Arc<Lane>>,
    sweep_at: usize,
    /// Those of the manners before, for whoever is met again.
    before: HashMap<String, Arc<Lane>>,
}

#[derive(Debug)]
struct Lane {
    turns: Arc<Semaphore>,
    parallel: usize,
    spacing: Duration,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Clone)]
struct State {
    /// The next start is not before.
    free: Instant,
    /// The server asked for silence until then.
    hold: Option<Hold>,
    /// Addresses that are left alone by themselves.
    held: Vec<(u64, Hold)>,
    /// Addresses that answered 429 since the last answer that was none.
    struck: Vec<u64>,
}

impl Default for State {
    fn default() -> Self {
        Self { free: Instant::now(), hold: None, held: Vec::new(), struck: Vec::new() }
    }
}

/// Silence that a server asked for.
#[derive(Debug, Clone, Copy)]
struct Hold {
    until: Instant,
    said: DateTime<Utc>,
}

impl Hold {
    fn until(said: DateTime<Utc>) -> Self {
        let pause = (said - Utc::now()).to_std().unwrap_or_default();
        Self { until: Instant::now() + pause, said }
    }

    fn is_over(self) -> bool {
        self.until <= Instant::now()
    }
}

/// The right to make requests to one site, one after the other, until dropped: a visit.
#[derive(Debug)]
pub(super) struct Turn {
    site: String,
    lane: Arc<Lane>,
    started: Instant,
    _lane: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

impl Pace {
    pub(super) fn new(parallel: usize) -> Self {
        let parallel = parallel.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            lanes: Mutex::new(Lanes { by_site: HashMap::new(), sweep_at: FEW, before: HashMap::new() }),
            parallel,
            all: Arc::new(Semaphore::new(parallel)),
            line: Arc::new(Line { waiting: AtomicUsize::new(0), over: watch::Sender::new(false) }),
        }
    }

    /// One that goes on with what this one knows of sites, for other manners.
    pub(super) fn with(&self, parallel: usize) -> Self {
        let mut next = Self { line: Arc::clone(&self.line), ..Self::new(parallel) };
        if next.parallel == self.parallel {
            next.all = Arc::clone(&self.all);
        }
        let (lanes, now) = (locked(&self.lanes), Instant::now());
        let met: HashSet<&str> = lanes.by_site.keys().map(|site| domain(site)).collect();
        let few = lanes.before.len() <= FEW;
        let unmet = lanes.before.iter().filter(|(site, lane)| !met.contains(domain(site)) && (few || !lane.idle(now)));
        let before = unmet.chain(&lanes.by_site).map(|(site, lane)| (site.clone(), Arc::clone(lane)));
        locked(&next.lanes).before = before.collect();
        next
    }

    /// How many visits wait for their site's turn.
    pub(super) fn waiting(&self) -> usize {
        self.line.waiting.load(Ordering::Relaxed)
    }

    /// One more, until dropped.
    pub(super) fn waits(&self) -> Waits<'_> {
        Waits::at(&self.line.waiting)
    }

    /// From now on nobody's turn comes.
    pub(super) fn close(&self) {
        self.line.over.send_replace(true);
    }

    /// Waits for this URL's turn. An error where it does not come, or the server asked for silence: until when.
    pub(super) async fn enter(&self, url: &Url, manners: &Manners, guard: &Guard) -> Result<Turn, DateTime<Utc>> {
        let mut over = self.line.over.subscribe();
        tokio::select! {
            biased;
            _ = async { drop(over.wait_for(|over| *over).await) } => Err(Utc::now()),
            turn = self.turn(url, manners, guard) => turn,
        }
    }

    async fn turn(&self, url: &Url, manners: &Manners, guard: &Guard) -> Result<Turn, DateTime<Utc>> {
        let site = site(url, manners);
        let lane = self.lane(&site, url, manners, guard);
        let address = print(url);
        lane.held(address)?;
        // The semaphores are never closed, so that both always give in the end.
        let mut waits = self.waits();
        let Ok(_lane) = Arc::clone(&lane.turns).acquire_owned().await else { return Err(Utc::now()) };
        lane.held(address)?;
        loop {
            let free = locked(&lane.state).free;
            sleep_until(free).await;
            // It is the site's turn, and all are busy.
            drop(waits);
            let Ok(_all) = Arc::clone(&self.all).acquire_owned().await else { return Err(Utc::now()) };
            lane.held(address)?;
            // Only who starts takes the moment: it may have passed while all were busy, and others may wait for it too.
            let mut state = locked(&lane.state);
            let started = Instant::now();
            if state.free <= started {
                state.free = started + lane.spacing;
                drop(state);
                return Ok(Turn { site, lane, started, _lane, _all });
            }
            drop(state);
            waits = self.waits();
        }
    }

    fn lane(&self, site: &str, url: &Url, manners: &Manners, guard: &Guard) -> Arc<Lane> {
        let mut lanes = locked(&self.lanes);
        if let Some(lane) = lanes.by_site.get(site) {
            return Arc::clone(lane);
        }
        if lanes.by_site.len() >= lanes.sweep_at {
            let now = Instant::now();
            lanes.by_site.retain(|_, lane| Arc::strong_count(lane) > 1 || !lane.idle(now));
            lanes.sweep_at = (lanes.by_site.len() * 2).max(FEW);
        }
        let rule = url.host_str().and_then(|host| manners.rule(host));
        let usual = if guard.is_own(url) { Duration::ZERO } else { SPACING };
        let parallel = rule.and_then(|rule| rule.parallel).unwrap_or(1).clamp(1, Semaphore::MAX_PERMITS);
        let spacing = rule.and_then(|rule| rule.spacing).unwrap_or(usual);
        let before = lanes.before.remove(site).or_else(|| lanes.akin(site));
        let new = || Arc::new(Lane::new(parallel, spacing, State::default()));
        let lane = before.map_or_else(new, |lane| lane.under(parallel, spacing));
        lanes.by_site.insert(site.to_owned(), Arc::clone(&lane));
        lane
    }
}

impl Lanes {
    /// What hosts that have come under another rule, or under none any more, did when they were asked last.
    fn akin(&self, site: &str) -> Option<Arc<Lane>> {
        let akin = self.before.iter().filter(|(other, _)| domain(other) == domain(site)).map(|(_, lane)| lane);
        let lane = akin.max_by_key(|lane| locked(&lane.state).free)?;
        let state = locked(&lane.state).clone();
        Some(Arc::new(Lane::new(lane.parallel, lane.spacing, state)))
    }
}

impl Lane {
    fn new(parallel: usize, spacing: Duration, state: State) -> Self {
        let turns = Arc::new(Semaphore::new(parallel));
        Self { turns, parallel, spacing, state: Arc::new(Mutex::new(state)) }
    }

    /// The lane, as other manners want it. What is known of the site is one, for visits under way learn more.
    fn under(self: Arc<Self>, parallel: usize, spacing: Duration) -> Arc<Self> {
        if (parallel, spacing) == (self.parallel, self.spacing) {
            return self;
        }
        locked(&self.state).free += spacing.saturating_sub(self.spacing);
        let turns =
            if parallel == self.parallel { Arc::clone(&self.turns) } else { Arc::new(Semaphore::new(parallel)) };
        Arc::new(Self { turns, parallel, spacing, state: Arc::clone(&self.state) })
    }

    fn held(&self, address: u64) -> Result<(), DateTime<Utc>> {
        let mut state = locked(&self.state);
        state.held.retain(|(_, hold)| !hold.is_over());
        let own = state.held.iter().filter(|(held, _)| *held == address).map(|(_, hold)| *hold);
        match own.chain(state.hold).find(|hold| !hold.is_over()) {
            Some(hold) => Err(hold.said),
            None => Ok(()),
        }
    }

    fn idle(&self, now: Instant) -> bool {
        let state = locked(&self.state);
        state.free <= now && state.hold.iter().chain(state.held.iter().map(|(_, hold)| hold)).all(|h| h.until <= now)
    }
}

impl Turn {
    /// Whether a request to this URL belongs to the same visit.
    pub(super) fn covers(&self, url: &Url, manners: &Manners) -> bool {
        self.site == site(url, manners)
    }

    /// When the next visit may start.
    pub(super) fn next(&self) -> Instant {
        locked(&self.lane.state).free
    }

    /// The next visit starts no sooner than this after the present one's start (`Crawl-delay`).
    pub(super) fn delay(&self, delay: Duration) {
        let mut state = locked(&self.lane.state);
        state.free = state.free.max(self.started + delay);
    }

    /// An address answered 429 and wants silence until `until`: it gets it. From the fifth address in a row on
    /// the whole host does.
    pub(super) fn strike(&self, url: &Url, until: DateTime<Utc>) {
        let address = print(url);
        let mut state = locked(&self.lane.state);
        if !state.struck.contains(&address) && state.struck.len() < STRIKES {
            state.struck.push(address);
        }
        state.held.retain(|(held, hold)| *held != address && !hold.is_over());
        if state.struck.len() >= STRIKES {
            state.hold = Some(Hold::until(until.min(Utc::now() + LONGEST_HOLD)));
        }
        if state.held.len() < MOST_HELD {
            state.held.push((address, Hold::until(until)));
        }
    }

    /// The host gave another answer, good or bad: it does not mind us.
    pub(super) fn calm(&self) {
        locked(&self.lane.state).struck.clear();
    }
}

/// An address in few bytes.
fn print(url: &Url) -> u64 {
    xxhash_rust::xxh3::xxh3_64(url.as_str().as_bytes())
}

/// What shares a lane: the registrable domain (by the public suffix list); an IP address or a bare name
/// with its port. Hosts under a rule of their own have lanes of their own.
fn site(url: &Url, manners: &Manners) -> String {
    let host = url.host_str().unwrap_or_default();
    let mut site = match url.host() {
        Some(Host::Domain(name)) => registrable_domain(name.trim_end_matches('.')).map(str::to_owned),
        _ => None,
    }
    .unwrap_or_else(|| format!("{host}:{}", url.port_or_known_default().unwrap_or_default()));
    if let Some(rule) = manners.rule(host) {
        site.push('#');
        site.push_str(&rule.pattern);
    }
    site
}

/// What lanes of one domain under several rules have in common.
fn domain(site: &str) -> &str {
    site.split('#').next().unwrap_or(site)
}

/// A lock whose holders never panic in between.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
