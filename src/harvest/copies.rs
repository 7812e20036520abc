//! A page that several sources watch, or the feed that stands in for it, is asked for once for all of them that are due
//! together or nearly so.

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::OnceCell;
use tokio::time::Instant;
use url::Url;

use super::sites::Sites;
use crate::fetch::{FetchError, Fetched, Waits};
use crate::model::{PageRequest, Source, SourceId, Trust, Validators};

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
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept(HashMap<Key, Copy>);

/// All that a server is told but for what is known already: whose answers are the same. Held by value: what came for one
/// source's credentials serves no other's.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    url: Url,
    headers: Vec<(String, String)>,
    trust: Trust,
}

/// One question, and the answer once it has come.
struct Copy {
    since: Instant,
    /// The same by the clock of the day, which goes on while the machine sleeps.
    taken: DateTime<Utc>,
    place: Place,
    /// Who has had it: a source that comes again wants what the page says now.
    had: Vec<SourceId>,
}

type Place = Arc<OnceCell<Answer>>;

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
        self.kept().0.retain(|_, copy| copy.since.elapsed() < ago);
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
        let (mut waits, mut get) = (Some(waits), pin!(get));
        loop {
            let place = self.kept().place(source, ask);
            let bring = async {
                drop(waits.take());
                Answer { asked_with: ask.validators.clone(), answer: get.as_mut().await }
            };
            let Answer { asked_with, answer } = place.get_or_init(|| bring).await;
            // That nothing has changed means nothing to who holds another version, or none.
            if matches!(answer, Ok(Fetched::NotModified(_))) && *asked_with != ask.validators {
                continue;
            }
            self.kept().settle(ask, &place, sources);
            return answer.clone();
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Where this source finds what it asks for, or is to bring it.
    fn place(&mut self, source: &Source, ask: &PageRequest) -> Place {
        let copy = self.0.entry(Key::of(ask)).or_insert_with(Copy::begun);
        if !copy.is_fresh() || copy.had.contains(&source.id) {
            *copy = Copy::begun();
        }
        copy.had.push(source.id.clone());
        Arc::clone(&copy.place)
    }

    /// Keeps what stands at a place as long as another of so many sources may want it, within bounds. Who asks after a
    /// failure is not told of it.
    fn settle(&mut self, ask: &PageRequest, place: &Place, sources: usize) {
        let key = Key::of(ask);
        let Some(copy) = self.0.get(&key).filter(|copy| Arc::ptr_eq(&copy.place, place)) else { return };
        if copy.had.len() >= sources || copy.bytes() == 0 {
            self.0.remove(&key);
        }
        self.0.retain(|_, copy| copy.is_fresh());
        let mut bytes: usize = self.0.values().map(Copy::bytes).sum();
        while bytes > MOST {
            let oldest = self.0.values().filter(|copy| copy.bytes() > 0).map(|copy| copy.since).min();
            self.0.retain(|_, copy| copy.bytes() == 0 || Some(copy.since) != oldest);
            bytes = self.0.values().map(Copy::bytes).sum();
        }
    }
}

impl Key {
    fn of(ask: &PageRequest) -> Self {
        Self { url: ask.url.clone(), headers: ask.headers.clone(), trust: ask.trust.clone() }
    }
}

impl Copy {
    fn begun() -> Self {
        Self { since: Instant::now(), taken: Utc::now(), place: Place::default(), had: Vec::new() }
    }

    fn is_fresh(&self) -> bool {
        let slept = (Utc::now() - self.taken).abs().to_std().unwrap_or(Duration::MAX);
        self.since.elapsed().max(slept) < FRESH
    }

    /// What it takes; nothing where no answer has come.
    fn bytes(&self) -> usize {
        match self.place.get().map(|answer| &answer.answer) {
            Some(Ok(Fetched::Page(page))) => page.body.len() + page.text.len() + BESIDES,
            Some(Ok(Fetched::NotModified(_))) => BESIDES,
            Some(Err(_)) | None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures_util::future::join;
    use futures_util::join;

    use super::*;
    use crate::fetch::{Fetcher, Manners, saved_page};
    use crate::model::Page;

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
        assert_eq!(desk.copies.kept().0.len(), 0);
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
        for copy in desk.copies.kept().0.values_mut() {
            copy.taken -= chrono::Duration::hours(8);
        }
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
            assert_eq!(desk.copies.kept().0.len(), 1);
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
        assert_eq!(desk.copies.kept().0.len(), 0);
    }
}
