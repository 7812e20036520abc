//! A place for one answer, made again when what it shows has changed.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::answer::Answer;
use crate::model::Selection;
use crate::store::{Store, StoreError};

/// How many earlier answers are remembered by their entries, for `A-IM: feed`: half a day of a busy feed.
const PAST: usize = 24;

/// Keeps an answer and the revision it was made at.
#[derive(Debug, Default)]
pub(super) struct Kept {
    made: RwLock<Option<(u64, Arc<Answer>)>>,
    /// The store's generation at which `made` was last found fresh, plus one: 0 before anything was made.
    fresh_at: AtomicU64,
    /// The tags of answers that stood before, and the marks of their entries; latest last.
    past: Mutex<VecDeque<(String, Arc<[u64]>)>>,
    /// Held by the one who makes it anew.
    making: tokio::sync::Mutex<()>,
}

impl Kept {
    /// The answer that shows `selection` as the store has it.
    ///
    /// However many ask at once, one makes it; meanwhile the others get the one before, if there is one. When
    /// making fails, the one before stands: a failing store takes no feed away from readers.
    pub async fn get<F>(
        &self,
        store: &dyn Store,
        selection: &Selection,
        make: impl FnOnce() -> F,
    ) -> Result<Arc<Answer>, StoreError>
    where
        F: Future<Output = Result<Answer, StoreError>>,
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
        let _alone = match (self.making.try_lock(), before) {
            (Ok(alone), _) => alone,
            (Err(_), Some((_, answer))) => return Ok(answer),
            (Err(_), None) => self.making.lock().await,
        };
        // It may have been made while this one waited.
        let before = self.held();
        if let Some((made_at, answer)) = &before
            && *made_at == revision
        {
            return Ok(answer.clone());
        }
        let answer = match (make().await, before) {
            // The same bytes keep what was compressed.
            (Ok(made), Some((_, before))) if before.is_same_as(&made) => before,
            (Ok(made), _) => Arc::new(made),
            (Err(error), Some((_, before))) => {
                tracing::warn!(%error, "cannot read the store; serving what was rendered before");
                return Ok(before);
            }
            (Err(error), None) => return Err(error),
        };
        if let Some(before) = self.held().map(|(_, before)| before).filter(|before| !Arc::ptr_eq(before, &answer)) {
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
    use crate::serve::tests::Shelf;
    use crate::store::StoreTrouble;
    use http::HeaderValue;
    use std::sync::atomic::AtomicUsize;

    fn answer(text: &'static str) -> Answer {
        let plain = HeaderValue::from_static("text/plain");
        let about = About { content_type: plain.clone(), cache_control: plain, modified: None, others: Vec::new() };
        Answer::new(text.into(), about)
    }

    #[tokio::test]
    async fn it_is_made_once_a_revision_however_many_ask() {
        let (shelf, kept, made) = (Shelf::new().await, Kept::default(), AtomicUsize::new(0));
        let ask = || {
            kept.get(&*shelf.store, &shelf.selection, || async {
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
    async fn a_failing_store_leaves_the_last_good_answer() {
        let (shelf, kept) = (Shelf::new().await, Kept::default());
        let fail = || async { Err(StoreError { kind: StoreTrouble::Full, message: "full".into() }) };
        assert!(kept.get(&*shelf.store, &shelf.selection, fail).await.is_err());
        let one = kept.get(&*shelf.store, &shelf.selection, || async { Ok(answer("one")) }).await.unwrap();
        shelf.put("two").await;
        assert!(Arc::ptr_eq(&kept.get(&*shelf.store, &shelf.selection, fail).await.unwrap(), &one));
        let same = kept.get(&*shelf.store, &shelf.selection, || async { Ok(answer("one")) }).await.unwrap();
        assert!(Arc::ptr_eq(&same, &one));
    }
}
