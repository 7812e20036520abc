//! An article that several sources list is asked for once.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::TryFutureExt;
use url::Url;

use super::sharing::{Kept, Shared};
use super::sites::Sites;
use crate::fetch::{FetchError, Waits};
use crate::model::{Article, ArticleMode, ArticleRules, PageKind, PageRequest, Read, Render, Source, Trust};

/// For so long what was read of an article serves other sources that list it.
const FRESH: Duration = Duration::from_secs(60 * 60);
/// Most bytes that are kept of what was read; the oldest goes first.
const MOST: usize = 1 << 20;
/// What an article takes besides its text, about.
const BESIDES: usize = 2048;

/// What was read of an article's page, and what stands in the article's place where it is none.
pub(super) type Reading = (Read<Article>, Option<PageKind>);

/// Articles that are just being asked for, and those read of late that another source may list. Cheap to clone.
#[derive(Clone, Default)]
pub struct Clippings {
    /// Of the sources that read articles.
    sites: Sites,
    kept: Arc<Mutex<Kept<Key, Brought>>>,
}

/// Whose answers, and readings, are the same: all that a server is told, and all that a reader goes by. Held by value:
/// what came for one source's credentials serves no other's.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    url: Url,
    headers: Vec<(String, String)>,
    trust: Trust,
    render: Render,
    rules: ArticleRules,
}

/// What a source has brought.
type Brought = Result<Arc<Reading>, FetchError>;

impl Clippings {
    /// For these sources.
    pub fn for_sources<'s>(sources: impl IntoIterator<Item = &'s Source>) -> Self {
        let readers = sources.into_iter().filter(|source| source.article != ArticleMode::Never);
        Self { sites: Sites::of(readers), ..Self::default() }
    }

    /// Goes on with what others have read.
    pub fn go_on_from(&mut self, before: &Self) {
        self.kept = Arc::clone(&before.kept);
    }

    /// What `read` gives, or has just given to another source that asks in the same way and reads by the same rules.
    /// `waits` is held as long as another is at it.
    pub(super) async fn once(
        &self,
        source: &Source,
        ask: &PageRequest,
        waits: Waits<'_>,
        read: impl Future<Output = Result<Reading, FetchError>>,
    ) -> Result<Arc<Reading>, FetchError> {
        let sources = self.sites.who_may_ask(source, &ask.url);
        if sources < 2 {
            drop(waits);
            return read.await.map(Arc::new);
        }
        let key = Key::of(source, ask);
        let place = self.kept().place(key.clone(), &source.id);
        let begin = || {
            drop(waits);
            read.map_ok(Arc::new)
        };
        let reading = place.get_or_init(begin).await.clone();
        self.kept().settle(&key, &place, sources);
        reading
    }

    fn kept(&self) -> MutexGuard<'_, Kept<Key, Brought>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Key {
    fn of(source: &Source, ask: &PageRequest) -> Self {
        Self {
            url: ask.url.clone(),
            headers: ask.headers.clone(),
            trust: ask.trust.clone(),
            render: source.render,
            rules: source.rules.article.clone(),
        }
    }
}

impl Shared for Brought {
    const FRESH: Duration = FRESH;
    const MOST: usize = MOST;

    /// Nothing where no text has come.
    fn bytes(&self) -> usize {
        let Ok(reading) = self else { return 0 };
        let (Read { value: article, .. }, None) = &**reading else { return 0 };
        let Some(html) = &article.body_html else { return 0 };
        html.len() + article.body_text.as_ref().map_or(0, String::len) + BESIDES
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures_util::future::join;

    use super::*;
    use crate::fetch::{Fetcher, Manners};
    use crate::model::SourceId;

    fn source(id: &str, url: &str) -> Source {
        Source { id: SourceId::new(id).unwrap(), ..Source::at(url.parse().unwrap()) }
    }

    fn text(length: usize) -> Reading {
        (Read::clean(Article { body_html: Some("x".repeat(length)), ..Article::default() }), None)
    }

    /// Asks in the name of a source for `/1` of its site; gives how long the text is.
    struct Desk {
        clippings: Clippings,
        fetcher: Fetcher,
        asked: Cell<usize>,
    }

    impl Desk {
        fn of(sources: &[&Source]) -> Self {
            let clippings = Clippings::for_sources(sources.iter().copied());
            Self { clippings, fetcher: Fetcher::new(Manners::default()).unwrap(), asked: Cell::new(0) }
        }

        async fn ask(&self, source: &Source, path: &str, reading: Reading) -> Arc<Reading> {
            let ask = source.request(source.url.join(path).unwrap());
            let read = async {
                self.asked.set(self.asked.get() + 1);
                tokio::time::sleep(Duration::from_secs(1)).await;
                Ok(reading)
            };
            self.clippings.once(source, &ask, self.fetcher.waits(), read).await.unwrap()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_at_the_same_moment_or_within_the_hour_is_given_the_same() {
        let [a, b, c] = ["a", "b", "c"].map(|id| source(id, "https://paper.example/"));
        let desk = Desk::of(&[&a, &b, &c]);
        let (first, second) = join(desk.ask(&a, "/1", text(9)), desk.ask(&b, "/1", text(1))).await;
        assert_eq!((desk.asked.get(), &first), (1, &second));
        assert_eq!(desk.fetcher.waiting(), 0);
        // Who comes again wants what the page says now.
        assert_eq!(*desk.ask(&a, "/1", text(2)).await, text(2));
        tokio::time::sleep(FRESH - Duration::from_secs(2)).await;
        assert_eq!(*desk.ask(&c, "/1", text(3)).await, text(2));
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(*desk.ask(&b, "/1", text(4)).await, text(4));
        // Whom nobody else could want it from keeps nothing.
        desk.ask(&a, "/1", text(5)).await;
        desk.ask(&c, "/1", text(5)).await;
        assert_eq!(desk.clippings.kept().size().0, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_or_reads_otherwise_asks_for_itself() {
        let plain = source("plain", "https://paper.example/");
        let mut others = vec![plain.clone(); 5];
        others[0].headers = vec![("Cookie".into(), "subscriber=1".into())];
        others[1].headers = vec![("Cookie".into(), "subscriber=2".into())];
        others[2].trust = Trust::Anyone;
        others[3].render = Render::Auto;
        Arc::make_mut(&mut others[4].rules).article.body = vec!["main".into()];
        others.push(source("elsewhere", "https://paper.example:8443/"));
        for (n, other) in others.iter_mut().enumerate() {
            other.id = SourceId::new(format!("other-{n}")).unwrap();
        }
        let desk = Desk::of(&others.iter().chain([&plain]).collect::<Vec<_>>());
        desk.ask(&plain, "/1", text(100)).await;
        for (n, other) in others.iter().enumerate() {
            assert_eq!(*desk.ask(other, "/1", text(n)).await, text(n), "{}", other.id);
        }
        // What finds teasers, and what becomes of them, is each source's own matter.
        let mut filed = source("filed", "https://paper.example/");
        Arc::make_mut(&mut filed.rules).listing.item = Some("li".into());
        filed.language = Some("cy".into());
        assert_eq!(*desk.ask(&filed, "/1", text(1)).await, text(100));
    }

    #[tokio::test(start_paused = true)]
    async fn what_gave_no_text_is_not_kept_and_a_failure_is_shared_by_those_who_waited() {
        let (a, b) = (source("a", "https://paper.example/"), source("b", "https://www.paper.example/feed"));
        let desk = Desk::of(&[&a, &b]);
        let wall = || (Read::clean(Article::default()), Some(PageKind::Login));
        desk.ask(&a, "https://paper.example/1", wall()).await;
        assert_eq!(*desk.ask(&b, "https://paper.example/1", text(1)).await, text(1));
        let ask = a.request("https://paper.example/2".parse().unwrap());
        let refused = || async {
            tokio::task::yield_now().await;
            let private = "http://127.0.0.1/".parse().unwrap();
            desk.fetcher.get(&PageRequest::new(private)).await.map(|_| wall())
        };
        let never = async { panic!("asked twice") };
        let both = join(
            desk.clippings.once(&a, &ask, desk.fetcher.waits(), refused()),
            desk.clippings.once(&b, &ask, desk.fetcher.waits(), never),
        );
        assert!(matches!(both.await, (Err(_), Err(_))));
        assert_eq!(*desk.ask(&b, "https://paper.example/2", text(1)).await, text(1));
    }

    #[tokio::test(start_paused = true)]
    async fn what_only_one_source_lists_is_not_kept_and_the_rest_within_bounds() {
        let (a, b) = (source("a", "https://paper.example/"), source("b", "https://other.example/"));
        let desk = Desk::of(&[&a, &b]);
        desk.ask(&a, "/1", text(9)).await;
        assert_eq!(desk.clippings.kept().size().0, 0);
        for n in 0..9 {
            desk.ask(&a, &format!("https://third.example/{n}"), text(MOST / 4)).await;
        }
        assert_eq!(*desk.ask(&b, "https://third.example/8", text(1)).await, text(MOST / 4));
        assert_eq!(*desk.ask(&b, "https://third.example/0", text(1)).await, text(1));
        let (_, bytes) = desk.clippings.kept().size();
        assert!(bytes <= MOST, "{bytes}");
    }
}
