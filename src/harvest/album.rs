//! Answers of a run, kept as they came where the operator wants that.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::Parts;
use crate::fetch::{FetchError, Fetched, Held};
use crate::model::{Page, PageRequest};
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
    /// Asks for a page, and keeps the answer where that is wanted.
    pub(super) async fn get(&self, ask: &PageRequest, listing: bool) -> Result<Fetched, FetchError> {
        self.get_held(ask, listing).await.map(|(answer, _)| answer)
    }

    /// Likewise, and nobody asks its host for more until it is let go.
    pub(super) async fn get_held(&self, ask: &PageRequest, listing: bool) -> Result<(Fetched, Held), FetchError> {
        let (answer, held) = self.fetcher.get_held(ask, leads_on).await?;
        if let (Some(album), Fetched::Page(page)) = (&self.album, &answer)
            && let Some(shot) = Snapshot::of(page, listing, album.run, album.dictionary.clone())
        {
            album.shots.lock().unwrap_or_else(PoisonError::into_inner).push(shot);
        }
        Ok((answer, held))
    }
}
