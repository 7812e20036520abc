//! Who may harvest what, and until when.

use chrono::{DateTime, Duration, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{damaged, instant};
use super::sources::{AFTER_STATE, STATE, state};
use crate::model::SourceId;
use crate::store::Claim;

/// Claims at most `limit` due sources, longest due first.
pub(super) fn claim_due(
    db: &Connection,
    worker: &str,
    now: DateTime<Utc>,
    lease: Duration,
    limit: usize,
) -> rusqlite::Result<Vec<Claim>> {
    let sql = format!(
        "select {STATE}, nr from sources
         where configured = 1 and next_run <= ?1 and (claimed_until is null or claimed_until <= ?1)
         order by next_run, nr limit ?2"
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let due = db
        .prepare_cached(&sql)?
        .query_map(params![now.timestamp_millis(), limit], with_row_number)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mut hold = holding(db, worker, now, lease)?;
    due.into_iter().map(|(nr, claim)| hold(nr).map(|()| claim)).collect()
}

/// Claims configured sources, those of them that nobody holds.
pub(super) fn claim_each(
    db: &Connection,
    worker: &str,
    ids: &[SourceId],
    now: DateTime<Utc>,
    lease: Duration,
) -> rusqlite::Result<Vec<Option<Claim>>> {
    let sql = format!(
        "select {STATE}, nr from sources
         where id = ?1 and configured = 1 and (claimed_until is null or claimed_until <= ?2)"
    );
    let (mut free, mut hold) = (db.prepare_cached(&sql)?, holding(db, worker, now, lease)?);
    ids.iter()
        .map(|id| {
            let free = free.query_row(params![id.as_str(), now.timestamp_millis()], with_row_number).optional()?;
            free.map(|(nr, claim)| hold(nr).map(|()| claim)).transpose()
        })
        .collect()
}

fn with_row_number(row: &Row<'_>) -> rusqlite::Result<(i64, Claim)> {
    let state = Box::new(state(row)?);
    Ok((row.get(AFTER_STATE)?, Claim { source: state.id.clone(), state }))
}

/// Holds sources for a worker, by their row numbers.
fn holding(
    db: &Connection,
    worker: &str,
    now: DateTime<Utc>,
    lease: Duration,
) -> rusqlite::Result<impl FnMut(i64) -> rusqlite::Result<()>> {
    let until = now.checked_add_signed(lease).unwrap_or(DateTime::<Utc>::MAX_UTC).timestamp_millis();
    let mut hold = db.prepare_cached("update sources set claimed_by = ?2, claimed_until = ?3 where nr = ?1")?;
    Ok(move |nr| hold.execute(params![nr, worker, until]).map(drop))
}

/// Gives a claim back.
pub(super) fn release(db: &Connection, id: &SourceId) -> rusqlite::Result<()> {
    db.prepare_cached("update sources set claimed_by = null, claimed_until = null where id = ?1")?
        .execute([id.as_str()])
        .map(drop)
}

/// Gives all claims back: nobody lives who could hold one.
pub(super) fn release_all(db: &Connection) -> rusqlite::Result<()> {
    db.execute("update sources set claimed_by = null, claimed_until = null where claimed_until is not null", [])
        .map(drop)
}

/// Makes a source due at `at`.
pub(super) fn reschedule(db: &Connection, id: &SourceId, at: DateTime<Utc>) -> rusqlite::Result<()> {
    db.prepare_cached("update sources set next_run = ?2 where id = ?1")?
        .execute(params![id.as_str(), at.timestamp_millis()])
        .map(drop)
}

/// The sources that should have run before an instant, or ran after one that is yet to come, and that nobody runs.
pub(super) fn missed(db: &Connection, before: DateTime<Utc>, after: DateTime<Utc>) -> rusqlite::Result<Vec<SourceId>> {
    let mut ask = db.prepare_cached(
        "select id from sources
         where configured = 1 and (next_run < ?1 or last_run > ?2) and claimed_until is null order by next_run",
    )?;
    let ids = ask.query_map([before.timestamp_millis(), after.timestamp_millis()], |row| row.get::<_, String>(0))?;
    ids.map(|id| SourceId::new(id?).map_err(|e| damaged(0, e))).collect()
}

/// The earliest instant at which [`claim_due`] would find something.
pub(super) fn next_due(db: &Connection) -> rusqlite::Result<Option<DateTime<Utc>>> {
    // In the order of the index, and stopping early: sources that are claimed are few.
    let mut ask =
        db.prepare_cached("select next_run, claimed_until from sources where configured = 1 order by next_run")?;
    let mut rows = ask.query([])?;
    let mut earliest: Option<i64> = None;
    while let Some(row) = rows.next()? {
        let due: i64 = row.get(0)?;
        if earliest.is_some_and(|at| at <= due) {
            break;
        }
        let free = row.get::<_, Option<i64>>(1)?.map_or(due, |until| until.max(due));
        earliest = Some(earliest.map_or(free, |at| at.min(free)));
    }
    Ok(earliest.map(instant))
}
