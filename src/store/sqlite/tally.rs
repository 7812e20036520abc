//! What is asked with every request for a feed, kept in memory: has anything changed?

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::columns::instant;
use super::writer::Touched;
use crate::model::{Selection, SourceId};

/// One source's numbers, as its row has them.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    nr: i64,
    revision: u64,
    changed: Option<i64>,
}

/// The numbers of all sources.
#[derive(Debug, Default)]
pub(super) struct Tallies {
    by_id: RwLock<HashMap<String, Tally>>,
    generation: AtomicU64,
}

impl Tallies {
    /// Reads all from the rows.
    pub(super) fn load(&self, db: &Connection) -> rusqlite::Result<()> {
        let mut ask = db.prepare_cached("select id, nr, revision, changed from sources")?;
        let rows = ask.query_map([], Self::row)?;
        let fresh = rows.collect::<rusqlite::Result<HashMap<_, _>>>()?;
        *self.by_id.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        self.generation.fetch_add(1, Ordering::AcqRel);
        Ok(())
    }

    /// Reads again the rows that a committed transaction touched.
    pub(super) fn bump(&self, db: &Connection, touched: &mut Touched) {
        if touched.is_empty() {
            return;
        }
        touched.sort_unstable();
        touched.dedup();
        let read = || -> rusqlite::Result<Vec<(String, Tally)>> {
            let mut ask = db.prepare_cached("select id, nr, revision, changed from sources where nr = ?1")?;
            touched.iter().map(|nr| ask.query_row([nr], Self::row)).collect()
        };
        match read() {
            Ok(rows) => self.by_id.write().unwrap_or_else(PoisonError::into_inner).extend(rows),
            Err(error) => tracing::warn!("the revision of a source cannot be read: {error}"),
        }
        self.generation.fetch_add(1, Ordering::AcqRel);
    }

    fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<(String, Tally)> {
        let tally = Tally { nr: row.get(1)?, revision: row.get::<_, i64>(2)?.cast_unsigned(), changed: row.get(3)? };
        Ok((row.get(0)?, tally))
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Grows with each source's revision.
    pub(super) fn revision(&self, selection: &Selection) -> u64 {
        let tallies = self.by_id.read().unwrap_or_else(PoisonError::into_inner);
        selection.sources.iter().filter_map(|id| tallies.get(id.as_str())).map(|t| t.revision).sum()
    }

    /// A source's row number, which it has for good.
    pub(super) fn row_of(&self, source: &SourceId) -> Option<i64> {
        let tallies = self.by_id.read().unwrap_or_else(PoisonError::into_inner);
        tallies.get(source.as_str()).map(|tally| tally.nr)
    }

    /// Whether a source is known and never had an entry.
    pub(super) fn is_new(&self, source: &SourceId) -> bool {
        let tallies = self.by_id.read().unwrap_or_else(PoisonError::into_inner);
        tallies.get(source.as_str()).is_some_and(|tally| tally.revision == 0 && tally.changed.is_none())
    }

    /// The latest change.
    pub(super) fn changed(&self, selection: &Selection) -> Option<DateTime<Utc>> {
        let tallies = self.by_id.read().unwrap_or_else(PoisonError::into_inner);
        selection.sources.iter().filter_map(|id| tallies.get(id.as_str())?.changed).max().map(instant)
    }

    /// Row numbers of those of the sources that have ever had an entry, and whether that is all there are.
    pub(super) fn rows(&self, sources: &[SourceId]) -> (Vec<i64>, bool) {
        let tallies = self.by_id.read().unwrap_or_else(PoisonError::into_inner);
        let rows: Vec<i64> = sources
            .iter()
            .filter_map(|id| tallies.get(id.as_str()))
            .filter(|tally| tally.changed.is_some())
            .map(|tally| tally.nr)
            .collect();
        let all = rows.len() == tallies.values().filter(|tally| tally.changed.is_some()).count();
        (rows, all)
    }
}
