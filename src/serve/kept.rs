//! A place for one answer, made again when what it shows has changed.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::answer::Answer;
use crate::model::Selection;
use crate::store::{Store, StoreError, StoreTrouble};

/// How many earlier answers are remembered by their entries, for `A-IM: feed`: half a day of a busy feed.
const PAST: usize = 24;

/// While others are made too, nobody waits longer than this for what is made anew, where there is one before.
const LINGER: Duration = Duration::from_millis(20);

/// How many are made at once, over all places: making takes a core for milliseconds, and those who are answered need
/// one too.
static MAKING: LazyLock<(usize, Arc<Semaphore>)> = LazyLock::new(|| {
    let most = std::thread::available_parallelism().map_or(1, usize::from);
    (most, Arc::new(Semaphore::new(most)))
});

/// Keeps an answer and the revision it was made at.
#[derive(Debug, Default)]
pub(super) struct Kept {
    made: RwLock<Option<(u64, Arc<Answer>)>>,
    /// The store's generation at which `made` was last found fresh, plus one: 0 before anything was made.
    fresh_at: AtomicU64,
    /// The tags of answers that stood before, and the marks of their entries; latest last.
    past: Mutex<VecDeque<(String, Arc<[u64]>)>>,
    /// Held by the one who makes it anew.
    making: Arc<tokio::sync::Mutex<()>>,
}

impl Kept {
    /// The answer that shows `selection` as the store has it.
    ///
    /// However many ask at once, one makes it; meanwhile the others get the one before, if there is one. So does
    /// everybody while as many are being made as there are cores. When making fails, the one before stands: a failing
    /// store takes no feed away from readers.
    pub async fn get<F>(
        self: &Arc<Self>,
        store: &dyn Store,
        selection: &Selection,
        make: impl FnOnce() -> F,
    ) -> Result<Arc<Answer>, StoreError>
    where
        F: Future<Output = Result<Answer, StoreError>> + Send + 'static,
    {
        // Both numbers are read before what `make` reads: what changes meanwhile makes it stale, not lost.
        let generation = store.generation().wrapping_add(1);
        let before = self.held();
        if let Some((_, answer)) = &before
            && self.fresh_at.load(Relaxed) == generation
        {
            return Ok(answer.clone());
        }
        let revision = store.revision(selection);
        if let Some((made_at, answer)) = &before
            && *made_at == revision
        {
            self.fresh_at.store(generation, Relaxed);
            return Ok(answer.clone());
        }
        let alone = match (self.making.clone().try_lock_owned(), &before) {
            (Ok(alone), _) => alone,
            (Err(_), Some((_, answer))) => return Ok(answer.clone()),
            (Err(_), None) => self.making.clone().lock_owned().await,
        };
        // It may have been made while this one waited.
        let before = self.held();
        if let Some((made_at, answer)) = &before
            && *made_at == revision
        {
            return Ok(answer.clone());
        }
        let (most, places) = &*MAKING;
        let others = places.available_permits() < *most;
        let place = match (places.clone().try_acquire_owned(), &before) {
            (Ok(place), _) => Some(place),
            (Err(_), Some((_, answer))) => return Ok(answer.clone()),
            // The semaphore is never closed.
            (Err(_), None) => places.clone().acquire_owned().await.ok(),
        };
        let before = before.map(|(_, before)| before);
        let (kept, made, earlier) = (self.clone(), make(), before.clone());
        let mut making = tokio::spawn(async move {
            let _held_until_done = (alone, place);
            kept.settle(revision, made.await, earlier).await
        });
        let done = match before {
            Some(before) if others => match tokio::time::timeout(LINGER, &mut making).await {
                Ok(done) => done,
                Err(_) => return Ok(before),
            },
            _ => making.await,
        };
        done.unwrap_or_else(|error| {
            Err(StoreError { kind: StoreTrouble::Other, message: format!("rendering ended early: {error}") })
        })
    }

    /// Puts what was made in the place of the one before.
    async fn settle(
        &self,
        revision: u64,
        made: Result<Answer, StoreError>,
        before: Option<Arc<Answer>>,
    ) -> Result<Arc<Answer>, StoreError> {
        let answer = match (made, &before) {
            // The same bytes keep what was compressed.
            (Ok(made), Some(before)) if before.is_same_as(&made) => before.clone(),
            (Ok(made), Some(before)) => {
                let made = Arc::new(made);
                // In the codings that were asked for, so that nobody waits for them.
                made.code_like(before).await;
                made
            }
            (Ok(made), None) => Arc::new(made),
            (Err(error), Some(before)) => {
                tracing::warn!(%error, "cannot read the store; serving what was rendered before");
                return Ok(before.clone());
            }
            (Err(error), None) => return Err(error),
        };
        if let Some(before) = before.filter(|before| !Arc::ptr_eq(before, &answer)) {
            let mut past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
            past.push_back((before.tag().to_owned(), before.marks().clone()));
            if past.len() > PAST {
                past.pop_front();
            }
        }
        // A poisoned lock holds a whole value all the same: it is replaced in one assignment.
        *self.made.write().unwrap_or_else(PoisonError::into_inner) = Some((revision, answer.clone()));
        Ok(answer)
    }

    /// The marks of the entries in an earlier answer, by its tag without quotes.
    pub fn marks_of(&self, tag: &str) -> Option<Arc<[u64]>> {
        let past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        past.iter().rev().find(|(known, _)| known.trim_matches('"') == tag).map(|(_, marks)| marks.clone())
    }

    fn held(&self) -> Option<(u64, Arc<Answer>)> {
        self.made.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::answer::About;
    use crate::serve::coding::Coding;
    use crate::serve::tests::Shelf;
    use http::Method;
    use http::header::{self, HeaderMap, HeaderValue};
    use std::sync::atomic::AtomicUsize;

    fn answer(text: &'static str) -> Answer {
        let plain = HeaderValue::from_static("text/plain");
        let about = About { content_type: plain.clone(), cache_control: plain, modified: None, others: Vec::new() };
        Answer::new(text.into(), about)
    }

    #[tokio::test]
    async fn it_is_made_once_a_revision_however_many_ask() {
        let (shelf, kept, made) = (Shelf::new().await, Arc::new(Kept::default()), Arc::new(AtomicUsize::new(0)));
        let ask = || {
            let made = made.clone();
            kept.get(&*shelf.store, &shelf.selection, || async move {
                made.fetch_add(1, Relaxed);
                tokio::task::yield_now().await;
                Ok(answer("one"))
            })
        };
        let (a, b, c) = tokio::join!(ask(), ask(), ask());
        assert!(Arc::ptr_eq(&a.unwrap(), &b.unwrap()) && c.is_ok());
        assert_eq!(made.load(Relaxed), 1);
        shelf.put("two").await;
        let two = kept.get(&*shelf.store, &shelf.selection, || async { Ok(answer("two")) }).await.unwrap();
        assert_eq!(two.body(), "two");
        let same = kept.get(&*shelf.store, &shelf.selection, || async { Ok(answer("three")) }).await.unwrap();
        assert_eq!(same.body(), "two");
    }

    #[tokio::test]
    async fn what_was_asked_for_in_a_coding_is_coded_anew_beforehand() {
        let (shelf, kept) = (Shelf::new().await, Arc::new(Kept::default()));
        fn long(text: &'static str) -> Result<Answer, StoreError> {
            let plain = HeaderValue::from_static("text/plain");
            let about = About { content_type: plain.clone(), cache_control: plain, modified: None, others: Vec::new() };
            Ok(Answer::new(text.repeat(200).into(), about))
        }
        let one = kept.get(&*shelf.store, &shelf.selection, || async move { long("one ") }).await.unwrap();
        let gzip = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"))]);
        one.respond(&Method::GET, &gzip).await;
        shelf.put("two").await;
        let two = kept.get(&*shelf.store, &shelf.selection, || async move { long("two ") }).await.unwrap();
        assert_eq!(two.codings(), [Coding::Gzip]);
    }

    #[tokio::test]
    async fn a_failing_store_leaves_the_last_good_answer() {
        let (shelf, kept) = (Shelf::new().await, Arc::new(Kept::default()));
        let fail = || async { Err(StoreError { kind: StoreTrouble::Full, message: "full".into() }) };
        assert!(kept.get(&*shelf.store, &shelf.selection, fail).await.is_err());
        let one = kept.get(&*shelf.store, &shelf.selection, || async { Ok(answer("one")) }).await.unwrap();
        shelf.put("two").await;
        assert!(Arc::ptr_eq(&kept.get(&*shelf.store, &shelf.selection, fail).await.unwrap(), &one));
        let same = kept.get(&*shelf.store, &shelf.selection, || async { Ok(answer("one")) }).await.unwrap();
        assert!(Arc::ptr_eq(&same, &one));
    }
}
