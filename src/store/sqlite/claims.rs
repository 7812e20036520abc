//! Who may harvest what, and until when.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{damaged, instant};
use super::presence;
use super::sources::{AFTER_STATE, STATE, state};
use crate::model::SourceId;
use crate::store::Claim;

/// Who claims, when, and for how long.
pub(super) struct Holder {
    /// The store's file, beside which stands who lives.
    pub(super) path: Arc<Path>,
    pub(super) name: Arc<str>,
    pub(super) now: DateTime<Utc>,
    pub(super) lease: Duration,
}

/// Claims at most `limit` due sources, longest due first.
pub(super) fn claim_due(db: &Connection, holder: &Holder, limit: usize) -> rusqlite::Result<Vec<Claim>> {
    let sql = format!(
        "select {STATE}, nr, claimed_until, claimed_by from sources
         where configured = 1 and next_run <= ?1 order by next_run, nr"
    );
    let (mut ask, mut dead) = (db.prepare_cached(&sql)?, HashMap::new());
    let (mut rows, mut due) = (ask.query([holder.now.timestamp_millis()])?, Vec::new());
    while due.len() < limit
        && let Some(row) = rows.next()?
    {
        due.extend(free(row, holder, &mut dead)?);
    }
    let mut hold = holding(db, holder)?;
    due.into_iter().map(|(nr, claim)| hold(nr).map(|()| claim)).collect()
}

/// Claims configured sources, those of them that nobody holds.
pub(super) fn claim_each(db: &Connection, holder: &Holder, ids: &[SourceId]) -> rusqlite::Result<Vec<Option<Claim>>> {
    let sql = format!("select {STATE}, nr, claimed_until, claimed_by from sources where id = ?1 and configured = 1");
    let (mut ask, mut hold, mut dead) = (db.prepare_cached(&sql)?, holding(db, holder)?, HashMap::new());
    ids.iter()
        .map(|id| {
            let free = ask.query_row([id.as_str()], |row| free(row, holder, &mut dead)).optional()?.flatten();
            free.map(|(nr, claim)| hold(nr).map(|()| claim)).transpose()
        })
        .collect()
}

/// A source and its row number, unless a claim on it holds: one that has not run out, of a process that lives. `dead`:
/// what is known of whom.
fn free(row: &Row<'_>, holder: &Holder, dead: &mut HashMap<String, bool>) -> rusqlite::Result<Option<(i64, Claim)>> {
    let until: Option<i64> = row.get(AFTER_STATE + 1)?;
    if until.is_some_and(|until| until > holder.now.timestamp_millis()) {
        let by: Option<String> = row.get(AFTER_STATE + 2)?;
        let is_dead = |by: &String| presence::is_dead(&holder.path, by);
        if !*dead.entry(by.unwrap_or_default()).or_insert_with_key(is_dead) {
            return Ok(None);
        }
    }
    let state = Box::new(state(row)?);
    Ok(Some((row.get(AFTER_STATE)?, Claim { source: state.id.clone(), state })))
}

/// Holds sources, by their row numbers.
fn holding(db: &Connection, holder: &Holder) -> rusqlite::Result<impl FnMut(i64) -> rusqlite::Result<()>> {
    let until = holder.now.checked_add_signed(holder.lease).unwrap_or(DateTime::<Utc>::MAX_UTC).timestamp_millis();
    let mut hold = db.prepare_cached("update sources set claimed_by = ?2, claimed_until = ?3 where nr = ?1")?;
    Ok(move |nr| hold.execute(params![nr, holder.name, until]).map(drop))
}

/// Gives a claim back.
pub(super) fn release(db: &Connection, id: &SourceId) -> rusqlite::Result<()> {
    db.prepare_cached("update sources set claimed_by = null, claimed_until = null where id = ?1")?
        .execute([id.as_str()])
        .map(drop)
}

/// Gives the claims of processes back that are no more.
pub(super) fn release_dead(db: &Connection, path: &Path) -> rusqlite::Result<()> {
    let mut ask = db.prepare("select distinct claimed_by from sources where claimed_until is not null")?;
    let holders = ask.query_map([], |row| row.get::<_, Option<String>>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    for dead in holders.into_iter().flatten().filter(|holder| presence::is_dead(path, holder)) {
        db.execute("update sources set claimed_by = null, claimed_until = null where claimed_by = ?1", [dead])?;
    }
    Ok(())
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
