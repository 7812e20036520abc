//! What one source has brought, kept for others that ask for the same.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::model::SourceId;

/// What several sources may want.
pub(super) trait Shared {
    /// For so long it serves others.
    const FRESH: Duration;
    /// Most bytes that are kept of such; the oldest goes first.
    const MOST: usize;

    /// What it takes, about; nothing where it is not to be kept.
    fn bytes(&self) -> usize;
}

/// Where it will be; who comes first brings it.
pub(super) type Place<V> = Arc<OnceCell<V>>;

/// What is just awaited, and what has come of late, by all that makes it the same.
pub(super) struct Kept<K, V>(HashMap<K, Copy<V>>);

/// One question, and the answer once it has come.
struct Copy<V> {
    since: Instant,
    /// The same by the clock of the day, which goes on while the machine sleeps.
    taken: DateTime<Utc>,
    place: Place<V>,
    /// Who has had it: a source that comes again wants what the page says now.
    had: Vec<SourceId>,
}

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash, V: Shared> Kept<K, V> {
    /// Where this source finds what it asks for, or is to bring it.
    pub(super) fn place(&mut self, key: K, source: &SourceId) -> Place<V> {
        let copy = self.0.entry(key).or_insert_with(Copy::begun);
        if !copy.is_fresh() || copy.had.contains(source) {
            *copy = Copy::begun();
        }
        copy.had.push(source.clone());
        Arc::clone(&copy.place)
    }

    /// Keeps what stands at a place as long as another of so many sources may want it, within bounds.
    pub(super) fn settle(&mut self, key: &K, place: &Place<V>, sources: usize) {
        let Some(copy) = self.0.get(key).filter(|copy| Arc::ptr_eq(&copy.place, place)) else { return };
        if copy.had.len() >= sources || copy.bytes() == 0 {
            self.0.remove(key);
        }
        self.0.retain(|_, copy| copy.is_fresh());
        let mut bytes = self.bytes();
        while bytes > V::MOST {
            let oldest = self.0.values().filter(|copy| copy.bytes() > 0).map(|copy| copy.since).min();
            self.0.retain(|_, copy| copy.bytes() == 0 || Some(copy.since) != oldest);
            bytes = self.bytes();
        }
    }

    /// From now on nobody is given what was asked for longer ago.
    pub(super) fn outdate(&mut self, ago: Duration) {
        self.0.retain(|_, copy| copy.since.elapsed() < ago);
    }

    /// What all of it takes.
    fn bytes(&self) -> usize {
        self.0.values().map(Copy::bytes).sum()
    }
}

impl<V: Shared> Copy<V> {
    fn begun() -> Self {
        Self { since: Instant::now(), taken: Utc::now(), place: Place::new(OnceCell::new()), had: Vec::new() }
    }

    fn is_fresh(&self) -> bool {
        let slept = (Utc::now() - self.taken).abs().to_std().unwrap_or(Duration::MAX);
        self.since.elapsed().max(slept) < V::FRESH
    }

    fn bytes(&self) -> usize {
        self.place.get().map_or(0, V::bytes)
    }
}

#[cfg(test)]
impl<K: Eq + Hash, V: Shared> Kept<K, V> {
    /// How many are kept, and what they take.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.0.len(), self.bytes())
    }

    /// As if the machine had slept for so long.
    pub(super) fn sleep(&mut self, hours: i64) {
        for copy in self.0.values_mut() {
            copy.taken -= chrono::Duration::hours(hours);
        }
    }
}
