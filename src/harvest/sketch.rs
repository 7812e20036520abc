//! What a listing comes to before any article is read. Made once a run: drafting is what costs most after parsing.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::{Parts, Watched};
use crate::model::{Draft, Listing, Shape, Teaser};
use crate::normalize::{self, Surroundings};
use crate::store::{Known, StoreError};

/// A draft of each teaser, and what the store knows of them.
#[derive(Debug, Default)]
pub(super) struct Sketch {
    /// In page order, each with its teaser's place on the page.
    pub(super) drafts: Vec<(usize, Draft)>,
    /// By key.
    pub(super) known: HashMap<String, Known>,
}

impl Sketch {
    /// Drafts a listing's teasers and asks the store about their keys.
    pub(super) async fn of(
        watched: &Watched,
        listing: &Listing,
        parts: &Parts,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let source = &watched.source;
        let around = Surroundings::of(listing);
        let drafts: Vec<(usize, Draft)> = listing
            .teasers
            .iter()
            .enumerate()
            .filter_map(|(place, teaser)| Some((place, normalize::draft(teaser, None, &around, source, now)?)))
            .collect();
        let keys = drafts.iter().flat_map(|(_, draft)| draft.keys.iter().cloned()).collect();
        let known = parts.store.known(&source.id, keys).await?.into_iter().map(|k| (k.key.clone(), k)).collect();
        Ok(Self { drafts, known })
    }

    /// Whether the store knows a draft.
    pub(super) fn knows(&self, draft: &Draft) -> bool {
        draft.keys.iter().any(|key| self.known.contains_key(key))
    }

    /// How many drafts are known.
    pub(super) fn known_drafts(&self) -> usize {
        self.drafts.iter().filter(|(_, draft)| self.knows(draft)).count()
    }

    /// Of the teasers that this is a sketch of, those that are not known and dated after an instant.
    pub(super) fn unknown_since(&self, teasers: Vec<Teaser>, since: DateTime<Utc>) -> Vec<Teaser> {
        let new = self.drafts.iter().filter(|(_, d)| d.published.is_some_and(|at| at >= since) && !self.knows(d));
        let places: HashSet<usize> = new.map(|(place, _)| *place).collect();
        teasers.into_iter().enumerate().filter(|(place, _)| places.contains(place)).map(|(_, teaser)| teaser).collect()
    }

    /// What the listing looks like beside what is known, the operator's filters applied.
    pub(super) fn shape(&self, watched: &Watched, now: DateTime<Utc>) -> Shape {
        // Filters may rename, and these drafts are still needed as they are.
        let passes =
            |draft: &&Draft| watched.source.filters.is_empty() || watched.filters.keep(&mut (*draft).clone(), now);
        let drafts: Vec<&Draft> = self.drafts.iter().map(|(_, draft)| draft).filter(passes).collect();
        let is_known = |draft: &&&Draft| draft.keys.iter().any(|key| self.known.contains_key(key));
        Shape {
            at: now,
            listed: drafts.len(),
            known: drafts.iter().filter(is_known).count(),
            dated: drafts.iter().filter(|draft| draft.published.is_some()).count(),
        }
    }
}
