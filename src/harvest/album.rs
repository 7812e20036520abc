//! Answers of a run, kept as they came where the operator wants that.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::Parts;
use crate::fetch::{FetchError, Fetched, Held};
use crate::model::{Page, PageRequest, Source};
use crate::read::leads_on;
use crate::store::{Dictionary, Snapshot};

/// The answers of one run so far, packed.
#[derive(Debug, Clone, Default)]
pub struct Album {
    run: DateTime<Utc>,
    dictionary: Option<Arc<Dictionary>>,
    shots: Arc<Mutex<Vec<Snapshot>>>,
}

impl Album {
    /// An empty one, for a run that begins now; what its answers are packed with.
    pub(super) fn of_run(now: DateTime<Utc>, dictionary: Option<Arc<Dictionary>>) -> Self {
        Self { run: now, dictionary, shots: Arc::default() }
    }

    /// All answers, in the order in which they came.
    pub(super) fn take(&self) -> Vec<Snapshot> {
        std::mem::take(&mut *self.shots.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps a page as a browser showed it in the place of the answer with this hash.
    pub(super) fn replace(&self, plain: u64, page: &Page, listing: bool) {
        let Some(shot) = Snapshot::of(page, listing, self.run, self.dictionary.clone()) else { return };
        let mut shots = self.shots.lock().unwrap_or_else(PoisonError::into_inner);
        shots.retain(|shot| shot.hash != plain);
        shots.push(shot);
    }
}

impl Parts {
    /// Asks for a page of a source's list, unless another source has just been given it.
    pub(super) async fn get(&self, source: &Source, ask: &PageRequest) -> Result<Fetched, FetchError> {
        let get = Box::pin(self.fetcher.get_led(ask, leads_on));
        let answer = self.copies.once(source, ask, self.fetcher.waits(), get).await?;
        self.keep(&answer, true);
        Ok(answer)
    }

    /// Asks for an article's page; nobody asks its host for more until it is let go.
    pub(super) async fn get_held(&self, ask: &PageRequest) -> Result<(Fetched, Held), FetchError> {
        let (answer, held) = self.fetcher.get_held(ask, leads_on).await?;
        self.keep(&answer, false);
        Ok((answer, held))
    }

    /// Keeps an answer where that is wanted.
    fn keep(&self, answer: &Fetched, listing: bool) {
        if let (Some(album), Fetched::Page(page)) = (&self.album, answer)
            && let Some(shot) = Snapshot::of(page, listing, album.run, album.dictionary.clone())
        {
            album.shots.lock().unwrap_or_else(PoisonError::into_inner).push(shot);
        }
    }
}
