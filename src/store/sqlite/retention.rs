//! What may be forgotten, and when.

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};
use rusqlite::{Connection, params};

use super::writer::Touched;
use super::{sources, stories, texts};

/// The newest entries of a source stay, however old: an empty feed looks broken to its readers.
const STAY: i64 = 20;
/// How long a tombstone outlives the last sight of what it stands for. Longer than any page is away and returns.
const TOMBSTONE: Duration = Duration::days(400);
/// Entries in one transaction, so that harvests need not wait.
pub(super) const CHUNK: usize = 500;

/// Deletes a source's entries first seen before `before` but for those that stay, at most [`CHUNK`]; tells how many.
pub(super) fn forget(
    db: &Connection,
    touched: &mut Touched,
    source: i64,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> rusqlite::Result<usize> {
    let gone: Vec<i64> = db
        .prepare_cached(
            "select nr from entries where source = ?1 and tombstone is null and first_seen < ?2 and (published, nr) <
                (select published, nr from entries where source = ?1 and tombstone is null
                 order by published desc, nr desc limit 1 offset ?3)
             limit ?4",
        )?
        .query_map(params![source, before.timestamp_millis(), STAY - 1, CHUNK as i64], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    if gone.is_empty() {
        return Ok(0);
    }
    texts::forget(db, &gone)?;
    for nr in &gone {
        db.prepare_cached("delete from revisions where entry = ?1")?.execute([nr])?;
        db.prepare_cached(
            "update entries set tombstone = ?2, title = '', summary = null, url = null, language = null, authors = null,
                categories = null, picture = null, enclosures = null where nr = ?1",
        )?
        .execute(params![nr, now.timestamp_millis()])?;
    }
    sources::note_change(db, touched, source, -(gone.len() as i64), None)?;
    Ok(gone.len())
}

/// Drops tombstones of what no source has shown for long, at most [`CHUNK`] of one source; tells how many.
pub(super) fn bury(db: &Connection, source: i64, now: DateTime<Utc>) -> rusqlite::Result<usize> {
    let gone: HashSet<i64> = db
        .prepare_cached("select nr from entries where tombstone < ?2 and source = ?1 limit ?3")?
        .query_map(params![source, (now - TOMBSTONE).timestamp_millis(), CHUNK as i64], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    if gone.is_empty() {
        return Ok(0);
    }
    let keys: Vec<String> = db
        .prepare_cached("select key, entry from keys where source = ?1")?
        .query_map([source], |row| Ok((row.get(0)?, row.get(1)?)))?
        .filter(|row| row.as_ref().map_or(true, |(_, entry)| gone.contains(entry)))
        .map(|row| row.map(|(key, _): (String, i64)| key))
        .collect::<rusqlite::Result<_>>()?;
    for key in keys {
        db.prepare_cached("delete from keys where source = ?1 and key = ?2")?.execute(params![source, key])?;
    }
    for nr in &gone {
        // One that was merged into another has kept its text.
        let mut merged = db.prepare_cached("select nr from entries where merged_into = ?1 union select ?1")?;
        let merged = merged.query_map([nr], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
        texts::forget(db, &merged)?;
        db.prepare_cached("delete from revisions where entry = ?1")?.execute([nr])?;
        db.prepare_cached("update entries set merged_into = null where merged_into = ?1")?.execute([nr])?;
        stories::drop_entry(db, *nr)?;
        db.prepare_cached("delete from entries where nr = ?1")?.execute([nr])?;
    }
    Ok(gone.len())
}

/// Row numbers of all sources.
pub(super) fn all_sources(db: &Connection) -> rusqlite::Result<Vec<i64>> {
    db.prepare_cached("select nr from sources")?.query_map([], |row| row.get(0))?.collect()
}
