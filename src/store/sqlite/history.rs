//! Entries in the order in which they were stored, deleted ones counted, so that a place in it never changes.

use rusqlite::Connection;

use super::entries;
use crate::model::Entry;

/// The row numbers of all entries that these sources ever had, in the order of storing.
///
/// Two indices hold them: the published ones by source, the few deleted ones by time.
fn rows(db: &Connection, sources: &[i64]) -> rusqlite::Result<Vec<i64>> {
    let mut found = Vec::new();
    let mut live = db.prepare_cached("select nr from entries where source = ?1 and tombstone is null")?;
    for source in sources {
        let mut rows = live.query([source])?;
        while let Some(row) = rows.next()? {
            found.push(row.get(0)?);
        }
    }
    let mut deleted = db.prepare_cached("select nr, source from entries where tombstone is not null")?;
    let mut rows = deleted.query([])?;
    while let Some(row) = rows.next()? {
        if sources.contains(&row.get(1)?) {
            found.push(row.get(0)?);
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// How many entries these sources ever had.
pub(super) fn length(db: &Connection, sources: &[i64]) -> rusqlite::Result<usize> {
    Ok(rows(db, sources)?.len())
}

/// The published ones among `limit` entries from a place on.
pub(super) fn part(db: &Connection, sources: &[i64], from: usize, limit: usize) -> rusqlite::Result<Vec<Entry>> {
    entries::of_rows(db, rows(db, sources)?.into_iter().skip(from).take(limit))
}
