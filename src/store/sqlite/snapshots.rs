//! Answers as they came, to be read again.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{address, damaged, instant};
use crate::model::SourceId;
use crate::store::Snapshot;

/// Adds a run's answers. Bytes that the source gave before are kept once.
pub(super) fn add(db: &Connection, source: i64, snapshots: &[Snapshot]) -> rusqlite::Result<()> {
    for shot in snapshots {
        let same: Option<i64> = db
            .prepare_cached("select nr from snapshots where source = ?1 and hash = ?2 and packed is not null")?
            .query_row(params![source, shot.hash.cast_signed()], |row| row.get(0))
            .optional()?;
        db.prepare_cached(
            "insert into snapshots (source, run, taken, role, url, asked, status, media_type, content_language, charset,
                packed, same_as, hash)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
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
        ])?;
    }
    Ok(())
}

/// All snapshots of a source, oldest first.
pub(super) fn of(db: &Connection, source: &SourceId) -> rusqlite::Result<Vec<Snapshot>> {
    db.prepare_cached(
        "select p.run, p.taken, p.role, p.url, p.asked, p.status, p.media_type, p.content_language, p.charset,
            coalesce(p.packed, h.packed), p.hash
         from sources s join snapshots p on p.source = s.nr left join snapshots h on h.nr = p.same_as
         where s.id = ?1 order by p.taken, p.nr",
    )?
    .query_map([source.as_str()], snapshot)?
    .collect()
}

fn snapshot(row: &Row<'_>) -> rusqlite::Result<Snapshot> {
    let url = |column| address(row, column)?.ok_or_else(|| damaged(column, std::fmt::Error));
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
    })
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
        let hand_on =
            "update snapshots set packed = (select packed from snapshots where nr = ?1), same_as = null where nr = ?2";
        db.execute(hand_on, [holder, heir])?;
        db.execute("update snapshots set same_as = ?2 where same_as = ?1", [holder, heir])?;
    }
    db.execute("delete from snapshots where taken < ?1", [before])
}
