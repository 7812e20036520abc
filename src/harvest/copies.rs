//! A page that several sources watch, or the feed that stands in for it, is asked for once for all of them that are due
//! together or nearly so.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use url::Url;

use super::sharing::{Kept, Shared};
use super::sites::Sites;
use crate::fetch::{FetchError, Fetched, Waits};
use crate::model::{PageRequest, Source, Trust, Validators};

/// For so long an answer serves other sources that ask for the same: as if the site had been visited once for all of
/// them, whatever it says of caches.
const FRESH: Duration = Duration::from_secs(5 * 60);
/// Most bytes that are kept of answers, counted as bytes and as text; the oldest goes first.
const MOST: usize = 2 << 20;
/// What an answer takes besides its bytes, about.
const BESIDES: usize = 1024;

/// Answers that are just awaited, and those of late that another source may want. Cheap to clone.
#[derive(Clone, Default)]
pub struct Copies {
    sites: Sites,
    kept: Arc<Mutex<Kept<Key, Answer>>>,
}

/// All that a server is told but for what is known already: whose answers are the same. Held by value: what came for one
/// source's credentials serves no other's.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    url: Url,
    headers: Vec<(String, String)>,
    trust: Trust,
}

/// An answer, and what whoever asked knew of the page.
struct Answer {
    asked_with: Validators,
    answer: Result<Fetched, FetchError>,
}

impl Copies {
    /// For these sources.
    pub fn for_sources<'s>(sources: impl IntoIterator<Item = &'s Source>) -> Self {
        Self { sites: Sites::of(sources), ..Self::default() }
    }

    /// Goes on with what others were answered.
    pub fn go_on_from(&mut self, before: &Self) {
        self.kept = Arc::clone(&before.kept);
    }

    /// From now on nobody is given what was asked for longer ago.
    pub fn outdate(&self, ago: Duration) {
        self.kept().outdate(ago);
    }

    /// What `get` gives, or has just given to another source that asks in the same way. `waits` is held as long as
    /// another is at it.
    pub(super) async fn once(
        &self,
        source: &Source,
        ask: &PageRequest,
        waits: Waits<'_>,
        get: impl Future<Output = Result<Fetched, FetchError>>,
    ) -> Result<Fetched, FetchError> {
        let sources = self.sites.who_may_ask(source, &ask.url);
        if sources < 2 {
            drop(waits);
            return get.await;
        }
        let key = Key::of(ask);
        let (mut waits, mut get) = (Some(waits), pin!(get));
        loop {
            let place = self.kept().place(key.clone(), &source.id);
            let bring = async {
                drop(waits.take());
                Answer { asked_with: ask.validators.clone(), answer: get.as_mut().await }
            };
            let Answer { asked_with, answer } = place.get_or_init(|| bring).await;
            // That nothing has changed means nothing to who holds another version, or none.
            if matches!(answer, Ok(Fetched::NotModified(_))) && *asked_with != ask.validators {
                continue;
            }
            self.kept().settle(&key, &place, sources);
            return answer.clone();
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept<Key, Answer>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Key {
    fn of(ask: &PageRequest) -> Self {
        Self { url: ask.url.clone(), headers: ask.headers.clone(), trust: ask.trust.clone() }
    }
}

impl Shared for Answer {
    const FRESH: Duration = FRESH;
    const MOST: usize = MOST;

    /// Who asks after a failure is not told of it.
    fn bytes(&self) -> usize {
        match &self.answer {
            Ok(Fetched::Page(page)) => page.body.len() + page.text.len() + BESIDES,
            Ok(Fetched::NotModified(_)) => BESIDES,
            Err(_) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use chrono::Utc;
    use futures_util::future::join;
    use futures_util::join;

    use super::*;
    use crate::fetch::{Fetcher, Manners, saved_page};
    use crate::model::{Page, SourceId};

    const PAGE: &str = "https://paper.example/news/";

    fn source(id: &str, url: &str) -> Source {
        Source { id: SourceId::new(id).unwrap(), ..Source::at(url.parse().unwrap()) }
    }

    /// Asks in the names of sources for a page that has a version; answers take a second.
    struct Desk {
        copies: Copies,
        fetcher: Fetcher,
        version: Cell<&'static str>,
        asked: Cell<usize>,
    }

    impl Desk {
        fn of(sources: &[&Source]) -> Self {
            let copies = Copies::for_sources(sources.iter().copied());
            let fetcher = Fetcher::new(Manners::default()).unwrap();
            Self { copies, fetcher, version: Cell::new("1"), asked: Cell::new(0) }
        }

        /// The version that a source is given which knows of another, or of none; `same` where that is still current.
        async fn ask(&self, source: &Source, known: &str) -> String {
            let mut ask = source.request(source.url.clone());
            ask.validators.etag = Some(known.to_owned()).filter(|known| !known.is_empty());
            let get = async {
                self.asked.set(self.asked.get() + 1);
                tokio::time::sleep(Duration::from_secs(1)).await;
                let version = self.version.get();
                if known == version {
                    return Ok(Fetched::NotModified(Box::default()));
                }
                let page = saved_page(source.url.clone(), None, version.into(), Utc::now());
                Ok(Fetched::Page(Box::new(page)))
            };
            match self.copies.once(source, &ask, self.fetcher.waits(), get).await {
                Ok(Fetched::Page(page)) => page.text.to_string(),
                Ok(Fetched::NotModified(_)) => "same".to_owned(),
                Err(error) => error.to_string(),
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_at_the_same_moment_or_within_minutes_is_given_the_same() {
        let [a, b, c] = ["a", "b", "c"].map(|id| source(id, PAGE));
        let desk = Desk::of(&[&a, &b, &c]);
        assert_eq!(join(desk.ask(&a, ""), desk.ask(&b, "")).await, ("1".into(), "1".into()));
        assert_eq!((desk.asked.get(), desk.fetcher.waiting()), (1, 0));
        desk.version.set("2");
        tokio::time::sleep(FRESH - Duration::from_secs(2)).await;
        assert_eq!(desk.ask(&c, "").await, "1");
        // Nobody is left who could want it.
        assert_eq!(desk.copies.kept().size().0, 0);
        // Who comes again wants what the page says now.
        assert_eq!(desk.ask(&a, "1").await, "2");
        tokio::time::sleep(FRESH).await;
        desk.version.set("3");
        assert_eq!(desk.ask(&b, "1").await, "3");
        assert_eq!(desk.asked.get(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn that_nothing_has_changed_is_said_only_to_who_holds_that_version() {
        let [a, b, new, old] = ["a", "b", "new", "old"].map(|id| source(id, PAGE));
        let desk = Desk::of(&[&a, &b, &new, &old]);
        let all = join!(desk.ask(&a, "1"), desk.ask(&b, "1"), desk.ask(&new, ""), desk.ask(&old, "0"));
        assert_eq!(all, ("same".into(), "same".into(), "1".into(), "1".into()));
        assert_eq!(desk.asked.get(), 2);
        tokio::time::sleep(FRESH).await;
        desk.version.set("2");
        let all = join!(desk.ask(&a, "1"), desk.ask(&b, "1"), desk.ask(&new, ""), desk.ask(&old, "0"));
        assert_eq!(all, ("2".into(), "2".into(), "2".into(), "2".into()));
        assert_eq!(desk.asked.get(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_otherwise_or_after_the_machine_slept_asks_for_itself() {
        let plain = source("plain", PAGE);
        let with = |id: &str, name: &str, value: &str| {
            let headers = vec![(name.to_owned(), value.to_owned())];
            Source { headers, ..source(id, PAGE) }
        };
        let [one, other] = ["one", "other"].map(|id| with(id, "Cookie", id));
        let anyone = Source { trust: Trust::Anyone, ..source("anyone", PAGE) };
        let (elsewhere, late) = (source("elsewhere", "https://paper.example/"), source("late", PAGE));
        let desk = Desk::of(&[&plain, &one, &other, &anyone, &elsewhere, &late]);
        for (n, source) in [&plain, &one, &other, &anyone, &elsewhere].into_iter().enumerate() {
            desk.ask(source, "").await;
            assert_eq!(desk.asked.get(), n + 1, "{}", source.id);
        }
        desk.copies.kept().sleep(8);
        desk.ask(&late, "").await;
        assert_eq!(desk.asked.get(), 6);
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_told_of_news_is_given_nothing_from_before() {
        let [a, b] = ["a", "b"].map(|id| source(id, PAGE));
        let desk = Desk::of(&[&a, &b]);
        let told = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            desk.copies.outdate(Duration::from_secs(1));
            assert_eq!(desk.copies.kept().size().0, 1);
            desk.copies.outdate(Duration::ZERO);
            desk.version.set("2");
            desk.ask(&b, "").await
        };
        assert_eq!(join(desk.ask(&a, ""), told).await.1, "2");
        assert_eq!(desk.asked.get(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_told_to_those_who_waited_and_large_answers_are_not_kept() {
        let [a, b] = ["a", "b"].map(|id| source(id, PAGE));
        let desk = Desk::of(&[&a, &b]);
        let ask = a.request(a.url.clone());
        let fail = async {
            tokio::task::yield_now().await;
            let private = "http://127.0.0.1/".parse().unwrap();
            desk.fetcher.get(&PageRequest::new(private)).await
        };
        let both = join(desk.copies.once(&a, &ask, desk.fetcher.waits(), fail), desk.ask(&b, "")).await;
        assert!(both.0.is_err() && both.1.contains("127.0.0.1"), "{}", both.1);
        assert_eq!((desk.ask(&b, "").await.as_str(), desk.asked.get()), ("1", 1));
        desk.version.set(Box::leak("x".repeat(MOST).into()));
        let large: Page = saved_page(a.url.clone(), None, desk.version.get().into(), Utc::now());
        assert_eq!(desk.ask(&b, "").await, large.text.to_string());
        assert_eq!(desk.copies.kept().size().0, 0);
    }
}
