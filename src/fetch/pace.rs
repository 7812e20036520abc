//! Nobody is hurried: one lane for each registrable domain, shared by listings and articles, with so many
//! requests at once and so much time between their starts; and a bound on all lanes together.

use std::collections::HashMap;
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

/// Between the starts of two visits to one site of the public internet, unless a host rule says otherwise.
/// Machines that the operator opened by `allow_private` are not spaced.
const SPACING: Duration = Duration::from_secs(1);
/// A 429 concerns one address; so many addresses in a row, with no other answer between, concern the host.
const STRIKES: usize = 3;
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
    all: Arc<Semaphore>,
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
}

#[derive(Debug)]
struct Lane {
    turns: Arc<Semaphore>,
    spacing: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
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
        Self {
            lanes: Mutex::new(Lanes { by_site: HashMap::new(), sweep_at: FEW }),
            all: Arc::new(Semaphore::new(parallel.clamp(1, Semaphore::MAX_PERMITS))),
            waiting: AtomicUsize::new(0),
            over: watch::Sender::new(false),
        }
    }

    /// How many visits wait for their site's turn.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// One more, until dropped.
    pub(super) fn waits(&self) -> Waits<'_> {
        Waits::at(&self.waiting)
    }

    /// From now on nobody's turn comes.
    pub(super) fn close(&self) {
        self.over.send_replace(true);
    }

    /// Waits for this URL's turn. An error where it does not come, or the server asked for silence: until when.
    pub(super) async fn enter(&self, url: &Url, manners: &Manners, guard: &Guard) -> Result<Turn, DateTime<Utc>> {
        let mut over = self.over.subscribe();
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
        let waits = self.waits();
        let Ok(_lane) = Arc::clone(&lane.turns).acquire_owned().await else { return Err(Utc::now()) };
        lane.held(address)?;
        loop {
            let free = locked(&lane.state).free;
            sleep_until(free).await;
            let Ok(_all) = Arc::clone(&self.all).acquire_owned().await else { return Err(Utc::now()) };
            lane.held(address)?;
            // Only who starts takes the moment: it may have passed while all were busy, and others may wait for it too.
            let mut state = locked(&lane.state);
            let started = Instant::now();
            if state.free <= started {
                state.free = started + lane.spacing;
                drop((state, waits));
                return Ok(Turn { site, lane, started, _lane, _all });
            }
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
        let lane = Arc::new(Lane {
            turns: Arc::new(Semaphore::new(parallel)),
            spacing: rule.and_then(|rule| rule.spacing).unwrap_or(usual),
            state: Mutex::new(State { free: Instant::now(), hold: None, held: Vec::new(), struck: Vec::new() }),
        });
        lanes.by_site.insert(site.to_owned(), Arc::clone(&lane));
        lane
    }
}

impl Lane {
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

    /// An address answered 429 and wants silence until `until`: it gets it. From the third address in a row on
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

/// A lock whose holders never panic in between.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::HostRule;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn rule(pattern: &str, spacing: u64, parallel: usize) -> HostRule {
        let spacing = Some(Duration::from_secs(spacing));
        HostRule { pattern: pattern.into(), spacing, parallel: Some(parallel), robots: None }
    }

    #[test]
    fn hosts_of_one_registrable_domain_share_a_lane() {
        let manners = Manners { hosts: vec![rule("api.example.org", 5, 2)], ..Manners::default() };
        let rows = [
            ("https://www.example.co.uk/a", "http://news.example.co.uk:8080/", true),
            ("https://a.example.org/", "https://b.example.org/", true),
            ("https://a.example.org/", "https://api.example.org/", false),
            ("https://a.github.io/", "https://b.github.io/", false),
            ("http://127.0.0.1:1/", "http://127.0.0.1:2/", false),
            ("http://localhost:80/", "http://localhost/", true),
        ];
        for (a, b, expected) in rows {
            assert_eq!(site(&url(a), &manners) == site(&url(b), &manners), expected, "{a} {b}");
        }
    }

    async fn starts(pace: &Pace, manners: &Manners, guard: &Guard, urls: &[&str]) -> Vec<u64> {
        let begin = Instant::now();
        let mut out = Vec::new();
        for text in urls {
            let turn = pace.enter(&url(text), manners, guard).await.unwrap();
            out.push((Instant::now() - begin).as_secs());
            drop(turn);
        }
        out
    }

    #[tokio::test(start_paused = true)]
    async fn visits_to_a_site_are_spaced_and_own_machines_are_not() {
        let manners = Manners { hosts: vec![rule("*.slow.example", 7, 1)], ..Manners::default() };
        let guard = Guard::new(&["127.0.0.0/8".parse().unwrap()]);
        let pace = Pace::new(4);
        let check = async |urls: &[&str], expected: &[u64]| {
            assert_eq!(starts(&pace, &manners, &guard, urls).await, expected, "{urls:?}");
        };
        check(&["http://a.test/1", "http://a.test/2", "http://b.test/", "http://a.test/3"], &[0, 1, 1, 2]).await;
        check(&["http://x.slow.example/", "http://x.slow.example/"], &[0, 7]).await;
        check(&["http://127.0.0.1:1/", "http://127.0.0.1:1/", "http://localhost/", "http://localhost/"], &[0; 4]).await;
    }

    #[tokio::test(start_paused = true)]
    async fn starts_are_spaced_though_all_were_busy_when_they_might_have_been() {
        let manners = Manners { hosts: vec![rule("b.test", 1, 2)], ..Manners::default() };
        let (guard, pace) = (Guard::new(&[]), Pace::new(2));
        let busy = (
            pace.enter(&url("http://a.test/"), &manners, &guard).await.unwrap(),
            pace.enter(&url("http://c.test/"), &manners, &guard).await.unwrap(),
        );
        let begin = Instant::now();
        let visit = async || {
            let turn = pace.enter(&url("http://b.test/"), &manners, &guard).await.unwrap();
            let start = begin.elapsed().as_secs();
            tokio::time::sleep(Duration::from_secs(1)).await;
            drop(turn);
            start
        };
        let free = async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            drop(busy);
        };
        let (first, second, ()) = tokio::join!(visit(), visit(), free);
        assert_eq!((first, second), (5, 6));
    }

    #[tokio::test(start_paused = true)]
    async fn one_visit_at_a_time_and_a_second_waits_for_the_first() {
        let (manners, guard, pace) = (Manners::default(), Guard::new(&[]), Pace::new(4));
        let a = url("http://a.test/");
        let turn = pace.enter(&a, &manners, &guard).await.unwrap();
        let begin = Instant::now();
        let (second, ()) = tokio::join!(pace.enter(&a, &manners, &guard), async {
            tokio::time::sleep(Duration::from_secs(20)).await;
            turn.delay(Duration::from_secs(25));
            assert_eq!(turn.next() - Instant::now(), Duration::from_secs(5));
            drop(turn);
        });
        assert!(second.is_ok());
        assert_eq!((Instant::now() - begin).as_secs(), 25);
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_asked_for_silence_is_left_alone_by_all() {
        let (manners, guard, pace) = (Manners::default(), Guard::new(&[]), Pace::new(4));
        let until = Utc::now() + TimeDelta::seconds(90);
        let a = url("http://a.test/");
        let enter = async |text: &str| pace.enter(&url(text), &manners, &guard).await;
        let strike = async |text: &str| enter(text).await.unwrap().strike(&url(text), until);
        strike("http://a.test/1").await;
        strike("http://a.test/2").await;
        // One 429 concerns its own address only, and so does another one.
        assert!(enter("http://a.test/1").await.is_err());
        enter("http://a.test/").await.unwrap().calm();
        strike("http://a.test/3").await;
        strike("http://a.test/4").await;
        assert!(enter("http://a.test/").await.is_ok());
        strike("http://a.test/5").await;
        let held = pace.enter(&url("http://www.a.test/x"), &manners, &guard).await.err();
        assert!(held.is_some_and(|said| (said - until).num_seconds().abs() <= 1), "{held:?}");
        assert!(pace.enter(&a, &manners, &guard).await.is_err());
        assert!(pace.enter(&url("http://b.test/"), &manners, &guard).await.is_ok());
        tokio::time::sleep(Duration::from_secs(91)).await;
        assert!(pace.enter(&a, &manners, &guard).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn idle_lanes_are_put_away() {
        let (manners, guard, pace) = (Manners::default(), Guard::new(&[]), Pace::new(4));
        for n in 0..5000 {
            drop(pace.enter(&url(&format!("http://s{n}.test/")), &manners, &guard).await.unwrap());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let left = locked(&pace.lanes).by_site.len();
        assert!(left <= FEW, "{left} lanes");
    }
}
