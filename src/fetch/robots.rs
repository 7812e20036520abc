//! robots.txt (RFC 9309): read once a day for each origin, through the same guard and at the same pace.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::sync::OnceCell;
use tokio::time::Instant;
use url::Url;

use self::rules::Rules;
use super::error::FetchErrorKind;

mod rules;

/// How long an answer holds (RFC 9309 §2.4).
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a failure holds: until then nothing is asked of the origin.
const FAILED: Duration = Duration::from_secs(10 * 60);
/// A `Crawl-delay` is heard up to this.
const LONGEST_DELAY: Duration = Duration::from_secs(30);
/// A robots.txt is read up to this size (RFC 9309 §2.5).
pub(super) const MAX_BYTES: u64 = 512_000;
/// Redirects that are followed (RFC 9309 §2.3.1.2).
pub(super) const MAX_REDIRECTS: u32 = 5;
/// With more origins than this the expired ones are put away.
const FEW: usize = 512;

/// What a site's robots.txt said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidOfRobots {
    /// For how long that holds.
    pub until: DateTime<Utc>,
    /// The text; `None` where there is none, so that all is allowed.
    pub text: Option<String>,
}

/// Where a fetcher keeps what it must not ask again for, even after a restart.
#[async_trait]
pub trait Memory: std::fmt::Debug + Send + Sync {
    /// What an origin's robots.txt said, where that still holds.
    async fn recall(&self, origin: &str, now: DateTime<Utc>) -> Option<SaidOfRobots>;
    /// Keeps what an origin's robots.txt says.
    async fn keep(&self, origin: &str, said: SaidOfRobots);
}

/// What is known of every origin asked of late.
#[derive(Debug)]
pub(super) struct Robots {
    product: String,
    origins: Mutex<Origins>,
    memory: Option<Arc<dyn Memory>>,
}

#[derive(Debug, Default, Clone)]
struct Origins {
    known: HashMap<String, Arc<OnceCell<Ruling>>>,
    sweep_at: usize,
}

/// An origin's rules for us, for a time.
#[derive(Debug, Clone)]
pub(super) struct Ruling {
    until: Instant,
    verdict: Verdict,
}

#[derive(Debug, Clone)]
enum Verdict {
    All,
    Some(Rules),
    Unknown(FetchErrorKind, Option<DateTime<Utc>>),
}

/// Why robots.txt stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Barred {
    pub(super) kind: FetchErrorKind,
    pub(super) retry_at: Option<DateTime<Utc>>,
}

impl Robots {
    /// `user_agent`: the header's value; its first product name is what robots.txt calls us.
    pub(super) fn new(user_agent: &str, memory: Option<Arc<dyn Memory>>) -> Self {
        let product = user_agent.split(['/', ' ']).next().unwrap_or_default();
        Self { product: product.to_owned(), origins: Mutex::default(), memory }
    }

    /// For another User-Agent, which goes on with what this one was told, where sites call it the same.
    pub(super) fn with(&self, user_agent: &str) -> Self {
        let mut next = Self::new(user_agent, self.memory.clone());
        if next.product == self.product {
            next.origins = Mutex::new(self.origins.lock().unwrap_or_else(PoisonError::into_inner).clone());
        }
        next
    }

    /// The ruling that was kept for this URL's origin, where it still holds.
    pub(super) async fn recall(&self, url: &Url) -> Option<Ruling> {
        let now = Utc::now();
        let said = self.memory.as_ref()?.recall(&url.origin().ascii_serialization(), now).await?;
        // What holds for longer was kept by a clock that was set back since.
        let left = (said.until - now).to_std().ok().filter(|left| *left <= DAY)?;
        let verdict = said.text.map_or(Verdict::All, |text| Verdict::Some(Rules::read(text.as_bytes(), &self.product)));
        Some(Ruling { until: Instant::now() + left, verdict })
    }

    /// Keeps what this URL's origin says.
    pub(super) async fn keep(&self, url: &Url, ruling: &Ruling, text: Option<&[u8]>) {
        let Some(memory) = self.memory.as_ref().filter(|_| !matches!(ruling.verdict, Verdict::Unknown(..))) else {
            return;
        };
        let most = usize::try_from(MAX_BYTES).unwrap_or(usize::MAX);
        let text = text.map(|text| String::from_utf8_lossy(text.get(..most).unwrap_or(text)).into_owned());
        memory.keep(&url.origin().ascii_serialization(), SaidOfRobots { until: Utc::now() + DAY, text }).await;
    }

    /// The place for this URL's origin; a new one where there is none, or where what it holds has run out.
    pub(super) fn place(&self, url: &Url) -> Arc<OnceCell<Ruling>> {
        let origin = url.origin().ascii_serialization();
        let now = Instant::now();
        let fresh = |cell: &Arc<OnceCell<Ruling>>| cell.get().is_none_or(|ruling| ruling.until > now);
        let mut origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cell) = origins.known.get(&origin).filter(|cell| fresh(cell)) {
            return Arc::clone(cell);
        }
        if origins.known.len() >= origins.sweep_at.max(FEW) {
            origins.known.retain(|_, cell| fresh(cell) && (cell.get().is_some() || Arc::strong_count(cell) > 1));
            origins.sweep_at = origins.known.len() * 2;
        }
        let cell = Arc::<OnceCell<Ruling>>::default();
        origins.known.insert(origin, Arc::clone(&cell));
        cell
    }

    /// Of a robots.txt that came.
    pub(super) fn read(&self, body: &[u8]) -> Ruling {
        Ruling { until: Instant::now() + DAY, verdict: Verdict::Some(Rules::read(body, &self.product)) }
    }
}

impl Ruling {
    /// No robots.txt, no rules.
    pub(super) fn all() -> Self {
        Self { until: Instant::now() + DAY, verdict: Verdict::All }
    }

    /// It should be there and cannot be read: nothing may be asked for the time being, or until the server says.
    pub(super) fn unknown(kind: FetchErrorKind, retry_at: Option<DateTime<Utc>>) -> Self {
        let wanted = retry_at.and_then(|at| (at - Utc::now()).to_std().ok());
        let hold = wanted.map_or(FAILED, |wanted| wanted.min(FAILED));
        Self { until: Instant::now() + hold, verdict: Verdict::Unknown(kind, retry_at) }
    }

    /// Whether this URL of the origin may be asked for. `remembered`: nobody was asked now.
    pub(super) fn check(&self, url: &Url, remembered: bool) -> Result<(), Barred> {
        match &self.verdict {
            Verdict::All => Ok(()),
            Verdict::Some(rules) => {
                let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
                if rules.allow(&path) {
                    return Ok(());
                }
                Err(Barred { kind: FetchErrorKind::Robots, retry_at: None })
            }
            Verdict::Unknown(kind, retry_at) if remembered => {
                let until =
                    retry_at.unwrap_or_else(|| Utc::now() + self.until.saturating_duration_since(Instant::now()));
                Err(Barred { kind: FetchErrorKind::Unread(kind.to_string(), until), retry_at: Some(until) })
            }
            Verdict::Unknown(kind, retry_at) => Err(Barred { kind: kind.clone(), retry_at: *retry_at }),
        }
    }

    /// How far apart the site wants visits.
    pub(super) fn delay(&self) -> Option<Duration> {
        match &self.verdict {
            Verdict::Some(rules) => rules.delay().map(|delay| delay.min(LONGEST_DELAY)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_for_slowness_is_heard_within_reason() {
        let rows = [("5", Some(5)), ("0.5", Some(0)), ("9999", Some(30)), ("-1", None), ("x", None)];
        for (text, seconds) in rows {
            let ruling = Robots::new("Courant", None).read(format!("User-agent: *\nCrawl-delay: {text}").as_bytes());
            assert_eq!(ruling.delay().map(|d| d.as_secs()), seconds, "{text}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_ruling_is_kept_a_day_and_a_failure_for_minutes() {
        let robots = Robots::new("Courant", None);
        let url = Url::parse("http://a.test/x").unwrap();
        let set = |ruling: Ruling| robots.place(&url).set(ruling).is_ok();
        assert!(set(Ruling::all()));
        tokio::time::sleep(DAY - Duration::from_secs(1)).await;
        assert!(robots.place(&url).get().is_some());
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert!(robots.place(&url).get().is_none());
        assert!(set(Ruling::unknown(FetchErrorKind::Status(503), None)));
        let barred = robots.place(&url).get().and_then(|ruling| ruling.check(&url, true).err()).unwrap();
        let left = (barred.retry_at.unwrap() - Utc::now()).to_std().unwrap();
        assert!(left.abs_diff(FAILED) < Duration::from_secs(5), "{left:?}");
        tokio::time::sleep(FAILED).await;
        assert!(robots.place(&url).get().is_none());
        // The server says itself when it is well again.
        let soon = Utc::now() + chrono::TimeDelta::seconds(5);
        assert!(set(Ruling::unknown(FetchErrorKind::Status(503), Some(soon))));
        tokio::time::sleep(Duration::from_secs(6)).await;
        assert!(robots.place(&url).get().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn origins_that_ran_out_are_put_away() {
        let robots = Robots::new("Courant", None);
        for n in 0..5000 {
            let place = robots.place(&Url::parse(&format!("http://s{n}.test/")).unwrap());
            let _ = place.set(Ruling::all());
            tokio::time::sleep(Duration::from_secs(600)).await;
        }
        let left = robots.origins.lock().unwrap().known.len();
        assert!(left <= FEW, "{left} origins");
    }
}
