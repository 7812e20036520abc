//! Answers as they came, to be read again.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{address, damaged, instant};
use super::dictionaries;
use crate::model::SourceId;
use crate::store::{Dictionary, Snapshot};

/// Adds a run's answers. Bytes that the source gave before are kept once.
pub(super) fn add(db: &Connection, source: i64, snapshots: &[Snapshot]) -> rusqlite::Result<()> {
    for shot in snapshots {
        let same: Option<i64> = db
            .prepare_cached("select nr from snapshots where source = ?1 and hash = ?2 and packed is not null")?
            .query_row(params![source, shot.hash.cast_signed()], |row| row.get(0))
            .optional()?;
        db.prepare_cached(
            "insert into snapshots (source, run, taken, role, url, asked, status, media_type, content_language, charset,
                packed, same_as, hash, dictionary)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?
        .execute(params![
            source,
            shot.run.timestamp_millis(),
            shot.taken.timestamp_millis(),
            if shot.listing { "listing" } else { "article" },
            shot.url.as_str(),
            shot.asked.as_str(),
            shot.status,
            shot.media_type,
            shot.content_language,
            shot.charset,
            Some(&shot.packed).filter(|_| same.is_none()),
            same,
            shot.hash.cast_signed(),
            shot.dictionary.as_ref().filter(|_| same.is_none()).map(|dictionary| dictionary.nr),
        ])?;
    }
    Ok(())
}

/// The columns that [`snapshot`] reads, in its order; `h` holds the bytes that `p` shares.
const SNAPSHOT: &str = "p.run, p.taken, p.role, p.url, p.asked, p.status, p.media_type, p.content_language, p.charset,
    coalesce(p.packed, h.packed), p.hash, case when p.packed is null then h.dictionary else p.dictionary end";

/// All snapshots of a source, oldest first.
pub(super) fn of(db: &Connection, source: &SourceId) -> rusqlite::Result<Vec<Snapshot>> {
    let sql = format!(
        "select {SNAPSHOT} from sources s join snapshots p on p.source = s.nr left join snapshots h on h.nr = p.same_as
         where s.id = ?1 order by p.taken, p.nr"
    );
    let mut known = HashMap::new();
    db.prepare_cached(&sql)?.query_map([source.as_str()], |row| snapshot(db, row, &mut known))?.collect()
}

/// The latest snapshots of a source that have bytes of their own.
pub(super) fn latest(db: &Connection, source: i64, limit: usize) -> rusqlite::Result<Vec<Snapshot>> {
    let sql = format!(
        "select {SNAPSHOT} from snapshots p left join snapshots h on h.nr = p.same_as
         where p.source = ?1 and p.packed is not null order by p.taken desc, p.nr desc limit ?2"
    );
    let mut known = HashMap::new();
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    db.prepare_cached(&sql)?.query_map(params![source, limit], |row| snapshot(db, row, &mut known))?.collect()
}

fn snapshot(
    db: &Connection,
    row: &Row<'_>,
    known: &mut HashMap<i64, Option<Arc<Dictionary>>>,
) -> rusqlite::Result<Snapshot> {
    let url = |column| address(row, column)?.ok_or_else(|| damaged(column, std::fmt::Error));
    let dictionary = match row.get::<_, Option<i64>>(11)? {
        None => None,
        Some(nr) => match known.get(&nr) {
            Some(dictionary) => dictionary.clone(),
            None => known.entry(nr).or_insert(dictionaries::numbered(db, nr)?).clone(),
        },
    };
    Ok(Snapshot {
        run: instant(row.get(0)?),
        taken: instant(row.get(1)?),
        listing: row.get::<_, String>(2)? == "listing",
        url: url(3)?,
        asked: url(4)?,
        status: row.get(5)?,
        media_type: row.get(6)?,
        content_language: row.get(7)?,
        charset: row.get(8)?,
        packed: row.get(9)?,
        hash: row.get::<_, i64>(10)?.cast_unsigned(),
        dictionary,
    })
}

/// Forgets the oldest until what is left takes no more than so many bytes.
pub(super) fn bound(db: &Connection, bytes: u64) -> rusqlite::Result<usize> {
    let last: Option<i64> = db
        .prepare_cached(
            "select taken from (select taken, nr, sum(length(packed)) over (order by taken desc, nr desc) as total
             from snapshots where packed is not null) where total > ?1 order by taken desc, nr desc limit 1",
        )?
        .query_row([i64::try_from(bytes).unwrap_or(i64::MAX)], |row| row.get(0))
        .optional()?;
    last.map_or(Ok(0), |taken| forget(db, instant(taken.saturating_add(1))))
}

/// Forgets what was taken before an instant. Bytes that a younger snapshot shares are handed on to it.
pub(super) fn forget(db: &Connection, before: DateTime<Utc>) -> rusqlite::Result<usize> {
    let before = before.timestamp_millis();
    let heirs: Vec<(i64, i64)> = db
        .prepare_cached(
            "select p.same_as, min(p.nr) from snapshots p join snapshots h on h.nr = p.same_as
             where h.taken < ?1 and p.taken >= ?1 group by p.same_as",
        )?
        .query_map([before], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (holder, heir) in heirs {
        let hand_on = "update snapshots set packed = (select packed from snapshots where nr = ?1),
                dictionary = (select dictionary from snapshots where nr = ?1), same_as = null where nr = ?2";
        db.execute(hand_on, [holder, heir])?;
        db.execute("update snapshots set same_as = ?2 where same_as = ?1", [holder, heir])?;
    }
    let gone = db.execute("delete from snapshots where taken < ?1", [before])?;
    if gone > 0 {
        dictionaries::forget_unused(db)?;
    }
    Ok(gone)
}
