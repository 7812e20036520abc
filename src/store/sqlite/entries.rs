//! Entries out of the rows.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{address, damaged, instant, json};
use super::packing;
use super::texts::{Shelf, Text};
use crate::model::{Entry, EntryId, SourceId};

/// The columns that [`entry`] reads, in its order.
const ENTRY: &str = "e.id, s.id, e.url, e.title, e.authors, e.published, e.updated, e.first_seen, e.summary, b.packed, \
                     e.depth, e.categories, e.picture, e.enclosures, e.language, e.source, e.extras, e.block, e.nr \
                     from entries e join sources s on s.nr = e.source left join bodies b on b.entry = e.nr";

fn entry(db: &Connection, shelf: &mut Shelf, row: &Row<'_>) -> rusqlite::Result<Entry> {
    let text = match row.get(17)? {
        Some(block) => shelf.text(db, block, row.get(18)?)?,
        None => {
            let packed = row.get_ref(9)?.as_blob_or_null().map_err(|e| damaged(9, e))?;
            Text { summary: row.get(8)?, content: packed.map(packing::unpack).transpose()? }
        }
    };
    Ok(Entry {
        id: EntryId(row.get(0)?),
        source: SourceId::new(row.get::<_, String>(1)?).map_err(|e| damaged(1, e))?,
        url: address(row, 2)?,
        title: row.get(3)?,
        authors: json(row, 4)?,
        published: instant(row.get(5)?),
        updated: instant(row.get(6)?),
        first_seen: instant(row.get(7)?),
        summary: text.summary,
        content: text.content,
        full_text: row.get::<_, i64>(10)? == 2,
        categories: json(row, 11)?,
        picture: json(row, 12)?,
        enclosures: json(row, 13)?,
        language: row.get(14)?,
        also_in: Vec::new(),
        // Of a later version: left out.
        extras: json(row, 16).unwrap_or_default(),
    })
}

/// The entry with this id, unless it was deleted.
pub(super) fn one(db: &Connection, id: &EntryId) -> rusqlite::Result<Option<Entry>> {
    let sql = format!("select {ENTRY} where e.id = ?1 and e.tombstone is null");
    db.prepare_cached(&sql)?.query_row([&id.0], |row| entry(db, &mut Shelf::default(), row)).optional()
}

/// The entries in these rows, in their order; none that were deleted.
pub(super) fn of_rows(db: &Connection, rows: impl IntoIterator<Item = i64>) -> rusqlite::Result<Vec<Entry>> {
    let mut shelf = Shelf::default();
    let sql = format!("select {ENTRY} where e.nr = ?1 and e.tombstone is null");
    let mut ask = db.prepare_cached(&sql)?;
    let found = rows.into_iter().map(|nr| ask.query_row([nr], |row| entry(db, &mut shelf, row)).optional());
    found.filter_map(Result::transpose).collect()
}

/// The newest entries of the sources with these row numbers; `all` when no other source has any.
pub(super) fn newest(db: &Connection, sources: &[i64], all: bool, limit: usize) -> rusqlite::Result<Vec<Entry>> {
    if limit == 0 || sources.is_empty() {
        return Ok(Vec::new());
    }
    if all { newest_of_all(db, sources, limit) } else { newest_of_some(db, sources, limit) }
}

/// Walks back in time. Another source may have come since `all` was found: its entries are passed over.
fn newest_of_all(db: &Connection, sources: &[i64], limit: usize) -> rusqlite::Result<Vec<Entry>> {
    let chosen: HashSet<i64> = sources.iter().copied().collect();
    let sql = format!("select {ENTRY} where e.tombstone is null order by e.published desc, e.nr desc");
    let mut ask = db.prepare_cached(&sql)?;
    let mut rows = ask.query([])?;
    let mut found = Vec::with_capacity(limit.min(1000));
    let mut shelf = Shelf::default();
    while found.len() < limit
        && let Some(row) = rows.next()?
    {
        if chosen.contains(&row.get(15)?) {
            found.push(entry(db, &mut shelf, row)?);
        }
    }
    Ok(found)
}

/// Asks each source for what is newer than the best so far: most answer at once that they have nothing.
fn newest_of_some(db: &Connection, sources: &[i64], limit: usize) -> rusqlite::Result<Vec<Entry>> {
    let mut best: BinaryHeap<Reverse<(i64, i64)>> = BinaryHeap::new();
    let mut ask = db.prepare_cached(
        "select published, nr from entries where source = ?1 and tombstone is null and published >= ?2
         order by published desc, nr desc limit ?3",
    )?;
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    for source in sources {
        let full = best.len() >= limit;
        let floor = best.peek().filter(|_| full).map_or(i64::MIN, |Reverse((published, _))| *published);
        let mut rows = ask.query(params![source, floor, most])?;
        while let Some(row) = rows.next()? {
            best.push(Reverse((row.get(0)?, row.get(1)?)));
            if best.len() > limit {
                best.pop();
            }
        }
    }
    let sql = format!("select {ENTRY} where e.nr = ?1");
    let mut ask = db.prepare_cached(&sql)?;
    // Ascending order of `Reverse` is newest first.
    let mut shelf = Shelf::default();
    let newest = best.into_sorted_vec().into_iter();
    newest.map(|Reverse((_, nr))| ask.query_row([nr], |row| entry(db, &mut shelf, row))).collect()
}

/// `published` of a source's newest entries.
pub(super) fn recent(db: &Connection, source: &SourceId, limit: usize) -> rusqlite::Result<Vec<DateTime<Utc>>> {
    db.prepare_cached(
        "select published from entries where source = (select nr from sources where id = ?1) and tombstone is null
         order by published desc limit ?2",
    )?
    .query_map(params![source.as_str(), i64::try_from(limit).unwrap_or(i64::MAX)], |row| row.get(0).map(instant))?
    .collect()
}
