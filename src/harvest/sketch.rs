//! What a listing comes to before any article is read. Made once a run: drafting is what costs most after parsing. A
//! teaser that stands there as it was last seen, and whose entry needs nothing more, is not drafted again.

use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};

use chrono::{DateTime, Duration, Utc};
use xxhash_rust::xxh3::Xxh3;

use super::short::Short;
use super::{Parts, Watched};
use crate::model::{Draft, Kind, Listing, Shape, Teaser};
use crate::normalize::{self, Surroundings};
use crate::store::{Known, Seen, Sight, StoreError};

/// After so long everything on a list is looked at again, as if for the first time: tombstones want to be seen, and
/// relative dates pass.
const WHOLE_LOOK: Duration = Duration::days(1);

/// A draft of each teaser, and what the store knows of them.
#[derive(Debug, Default)]
pub(super) struct Sketch {
    /// In page order, each with its teaser's place on the page.
    pub(super) drafts: Vec<(usize, Draft)>,
    /// By key.
    pub(super) known: HashMap<String, Known>,
    /// Teasers that are as they were, by their places.
    pub(super) unchanged: Vec<(usize, Sight)>,
    /// Of each teaser, what it says in a number; none where the source's list is not remembered.
    pub(super) prints: Vec<u64>,
    /// What is remembered of the list: nothing yet but what decides beside its teasers, and since when.
    pub(super) memory: Seen,
    /// Whether the list is just as it was.
    pub(super) still: bool,
    /// What all teasers of the list share; none where no list was looked at.
    pub(super) around: Option<Surroundings>,
}

impl Sketch {
    /// Drafts a listing's teasers and asks the store about their keys.
    pub(super) async fn of(
        watched: &Watched,
        listing: &Listing,
        parts: &Parts,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        Self::made(watched, listing, parts, now, true).await
    }

    /// Likewise, of a listing of which only what is new was read.
    pub(super) async fn of_short(
        watched: &Watched,
        listing: &Listing,
        short: &Short,
        parts: &Parts,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let mut sketch = Self { memory: Seen { since: now, ..Seen::default() }, ..Self::default() };
        let prints =
            listing.teasers.iter().zip(&short.known).map(|(teaser, known)| known.unwrap_or_else(|| teaser.print()));
        sketch.prints = prints.collect();
        sketch.memory.around = short.held.around;
        sketch.memory.language.clone_from(&short.held.language);
        sketch.drafted(watched, listing, &short.around, Some(short.held.clone()), parts, now).await?;
        Ok(sketch)
    }

    /// Likewise, of all teasers, whatever is remembered.
    pub(super) async fn afresh(
        watched: &Watched,
        listing: &Listing,
        parts: &Parts,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        Self::made(watched, listing, parts, now, false).await
    }

    async fn made(
        watched: &Watched,
        listing: &Listing,
        parts: &Parts,
        now: DateTime<Utc>,
        remembering: bool,
    ) -> Result<Self, StoreError> {
        let source = &watched.source;
        // Filters decide by the day, and change drafts.
        let remembering = remembering && source.filters.is_empty() && source.kind != Kind::Page;
        let held = if remembering { parts.store.seen(&source.id).await? } else { None };
        let known = held.map(|held| (Surroundings::speaking(held.language.clone(), listing), held));
        let known = known.filter(|(around, held)| is_fresh(held, around_print(watched, around), now));
        let (around, held) = match known {
            Some((around, held)) => (around, Some(held)),
            None => (Surroundings::of(listing), None),
        };
        let mut sketch = Self { memory: Seen { since: now, ..Seen::default() }, ..Self::default() };
        if remembering {
            sketch.prints = listing.teasers.iter().map(Teaser::print).collect();
            sketch.memory.around = around_print(watched, &around);
            sketch.memory.language.clone_from(&around.language);
        }
        sketch.drafted(watched, listing, &around, held, parts, now).await?;
        sketch.around = Some(around);
        Ok(sketch)
    }

    /// Drafts the teasers that do not stand there as they were `held`, and asks the store about them.
    async fn drafted(
        &mut self,
        watched: &Watched,
        listing: &Listing,
        around: &Surroundings,
        held: Option<Seen>,
        parts: &Parts,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (source, sketch) = (&watched.source, self);
        let mut seen: HashMap<u64, Sight> = HashMap::new();
        if let Some(held) = held {
            sketch.still = held.teasers.iter().map(|sight| &sight.print).eq(&sketch.prints);
            sketch.memory.since = held.since;
            seen = held.teasers.into_iter().map(|sight| (sight.print, sight)).collect();
        }
        sketch.drafts.reserve(listing.teasers.len().saturating_sub(seen.len()));
        for (place, teaser) in listing.teasers.iter().enumerate() {
            if let Some(sight) = sketch.prints.get(place).and_then(|print| seen.get(print)) {
                sketch.unchanged.push((place, sight.clone()));
            } else if let Some(draft) = normalize::draft(teaser, None, around, source, now) {
                sketch.drafts.push((place, draft));
            }
        }
        if !sketch.drafts.is_empty() {
            let keys = sketch.drafts.iter().flat_map(|(_, draft)| draft.keys.iter().cloned()).collect();
            let known = parts.store.known(&source.id, keys).await?;
            sketch.known = known.into_iter().map(|k| (k.key.clone(), k)).collect();
        }
        Ok(())
    }

    /// What is to be remembered of the list: what is as it was, and of the others those that are `settled`, by their
    /// places.
    pub(super) fn remembered(mut memory: Seen, unchanged: Vec<(usize, Sight)>, settled: Vec<(usize, Sight)>) -> Seen {
        let mut all = unchanged;
        all.extend(settled);
        all.sort_by_key(|(place, _)| *place);
        memory.teasers = all.into_iter().map(|(_, sight)| sight).collect();
        memory
    }

    /// Whether the store knows a draft by more than the words of its address, which reports of one day may share.
    fn knows(&self, draft: &Draft) -> bool {
        draft.keys.iter().any(|key| !key.starts_with("slug:") && self.known.contains_key(key))
    }

    /// How many teasers are well known.
    pub(super) fn known_teasers(&self) -> usize {
        self.drafts.iter().filter(|(_, draft)| self.knows(draft)).count() + self.unchanged.len()
    }

    /// Whether something of the list's older third is well known.
    pub(super) fn reaches_back(&self) -> bool {
        let unchanged = self.unchanged.iter().map(|(place, _)| (*place, true));
        let mut all: Vec<(usize, bool)> =
            self.drafts.iter().map(|(place, draft)| (*place, self.knows(draft))).chain(unchanged).collect();
        all.sort_unstable();
        all.iter().rev().take((all.len() / 3).max(1)).any(|(_, known)| *known)
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
        let dated = drafts.iter().filter(|draft| draft.published.is_some()).count();
        Shape {
            at: now,
            listed: drafts.len() + self.unchanged.len(),
            known: drafts.iter().filter(is_known).count() + self.unchanged.len(),
            dated: dated + self.unchanged.iter().filter(|(_, sight)| sight.dated).count(),
        }
    }
}

/// Whether what is remembered of a list still counts.
pub(super) fn is_fresh(held: &Seen, around: u64, now: DateTime<Utc>) -> bool {
    held.around == around && (held.since..held.since + WHOLE_LOOK).contains(&now)
}

/// All that decides, beside a teaser, what becomes of it: how it is read, what stands around it, whose it is.
pub(super) fn around_print(watched: &Watched, around: &Surroundings) -> u64 {
    let source = &watched.source;
    let mut hash = Xxh3::new();
    (watched.reading, around.print(), &source.title, source.timezone.name()).hash(&mut hash);
    hash.finish()
}
