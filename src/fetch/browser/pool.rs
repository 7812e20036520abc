//! One Chromium for all pages: started when it is first wanted, stopped when it is not, replaced when it died or has
//! shown many pages.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout};
use tracing::{debug, warn};

use super::process::Process;
use super::program::find_browser;
use super::wire::Wire;
use crate::fetch::manners::{BrowserRules, Manners};

/// Longest wait for a browser that starts.
const START: Duration = Duration::from_secs(20);
/// A browser that shows nothing is stopped after so long.
const IDLE: Duration = Duration::from_secs(60);
/// How often it is looked after.
const LOOK: Duration = Duration::from_millis(500);
/// Pages that one browser shows: what it loses of its memory comes back with the next.
const PAGES: u32 = 200;

/// The browser of a fetcher. Cheap to clone.
#[derive(Debug, Clone)]
pub(in crate::fetch) struct Pool {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    rules: BrowserRules,
    user_agent: String,
    /// Longest message of the browser.
    most: usize,
    tabs: Arc<Semaphore>,
    /// How many there are.
    seats: u32,
    current: tokio::sync::Mutex<Option<Arc<Running>>>,
}

/// A running browser.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) wire: Wire,
    process: Process,
    pages: AtomicU32,
    /// Pages that it shows now.
    shown: AtomicUsize,
    used: Mutex<Instant>,
    /// Why we ended it.
    end: OnceLock<End>,
}

/// Why we ended a browser.
#[derive(Debug)]
pub(super) struct End {
    pub(super) why: String,
    /// Whether it showed several pages, so that nobody knows whose doing it was.
    pub(super) shared: bool,
}

/// Whether a page is shown beside others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Company {
    Others,
    Alone,
}

/// The right to show one page.
#[derive(Debug)]
pub(super) struct Tab {
    pub(super) running: Arc<Running>,
    _permit: OwnedSemaphorePermit,
}

impl Pool {
    pub(in crate::fetch) fn new(manners: &Manners) -> Self {
        let rules = manners.browser.clone();
        // Chromium writes some letters of HTML as six.
        let most = usize::try_from(manners.max_bytes).unwrap_or(usize::MAX).saturating_mul(3).saturating_add(16 << 20);
        let seats = u32::try_from(rules.tabs.clamp(1, Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
        let tabs = Arc::new(Semaphore::new(seats as usize));
        let user_agent = manners.user_agent.clone();
        Self { inner: Arc::new(Inner { rules, user_agent, most, tabs, seats, current: Default::default() }) }
    }

    /// Waits for a tab, and starts a browser where none runs. A sentence says why there is none.
    pub(super) async fn tab(&self, company: Company) -> Result<Tab, String> {
        let seats = match company {
            Company::Others => 1,
            Company::Alone => self.inner.seats,
        };
        let Ok(permit) = Arc::clone(&self.inner.tabs).acquire_many_owned(seats).await else {
            return Err("the browser is closed".to_owned());
        };
        let mut current = self.inner.current.lock().await;
        let running = match current.take().filter(|running| running.serves()) {
            Some(running) => running,
            None => self.start().await?,
        };
        running.touch();
        running.shown.fetch_add(1, Ordering::Relaxed);
        *current = Some(Arc::clone(&running));
        Ok(Tab { running, _permit: permit })
    }

    async fn start(&self) -> Result<Arc<Running>, String> {
        let inner = &self.inner;
        let program = find_browser(inner.rules.path.as_deref()).map_err(|error| error.to_string())?;
        let shown = program.display().to_string();
        let user_agent = inner.user_agent.clone();
        let started = spawn_blocking(move || Process::start(&program, &user_agent)).await;
        let (process, to, from) = match started {
            // The pipes belong to the runtime's own threads.
            Ok(Ok(started)) => started,
            Ok(Err(error)) => return Err(format!("the browser `{shown}` cannot be started: {error}")),
            Err(_) => return Err(format!("the browser `{shown}` cannot be started")),
        };
        let wire = Wire::open(to, from, inner.most);
        let version = timeout(START, wire.call(None, "Browser.getVersion", json!({}))).await;
        let Ok(Ok(version)) = version else {
            // Its last words may still be on their way.
            sleep(Duration::from_millis(100)).await;
            let words = process.complaint().unwrap_or_else(|| "it said nothing".to_owned());
            return Err(format!("the browser `{shown}` does not start: {words}"));
        };
        debug!(program = shown, product = version["product"].as_str(), "a browser was started");
        let running = Arc::new(Running {
            wire,
            process,
            pages: AtomicU32::new(0),
            shown: AtomicUsize::new(0),
            used: Mutex::new(Instant::now()),
            end: OnceLock::new(),
        });
        tokio::spawn(look_after(Arc::downgrade(inner), Arc::downgrade(&running)));
        Ok(running)
    }
}

impl Running {
    fn serves(&self) -> bool {
        !self.wire.is_closed() && self.end.get().is_none() && self.pages.load(Ordering::Relaxed) < PAGES
    }

    fn touch(&self) {
        self.pages.fetch_add(1, Ordering::Relaxed);
        *self.used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn idle(&self) -> Duration {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    /// Ends it, for this reason.
    pub(super) fn stop(&self, why: &str) {
        let shared = self.shown.load(Ordering::Relaxed) > 1;
        if self.end.set(End { why: why.to_owned(), shared }).is_ok() {
            warn!("the browser was stopped: {why}");
        }
        self.process.kill();
    }

    /// Why we ended it, where we did.
    pub(super) fn end(&self) -> Option<&End> {
        self.end.get()
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        self.running.shown.fetch_sub(1, Ordering::Relaxed);
        *self.running.used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

/// Stops a browser that takes too much, and lets go of one that is not wanted.
async fn look_after(pool: Weak<Inner>, running: Weak<Running>) {
    loop {
        sleep(LOOK).await;
        let (Some(pool), Some(running)) = (pool.upgrade(), running.upgrade()) else { return };
        let measured = Arc::clone(&running);
        let memory = spawn_blocking(move || measured.process.memory()).await.unwrap_or(0);
        if memory > pool.rules.memory {
            let most = pool.rules.memory >> 20;
            running.stop(&format!("its pages took more than {most} MiB (`[browser] memory`)"));
        }
        let mut current = pool.current.lock().await;
        // This one, `current`, and nobody who shows a page.
        let wanted = Arc::strong_count(&running) > 2 || running.idle() < IDLE && running.serves();
        if !wanted && current.as_ref().is_some_and(|current| Arc::ptr_eq(current, &running)) {
            *current = None;
        }
        drop(current);
        if !wanted {
            // Its end waits for the system.
            let _ = spawn_blocking(move || drop(running)).await;
        }
    }
}
