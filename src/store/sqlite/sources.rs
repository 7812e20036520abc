//! States of sources.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use url::Url;

use super::columns::{address, damaged, instant, json, text};
use super::profiles;
use super::writer::Touched;
use crate::model::{About, Outcome, SourceId, Validators};
use crate::store::{SourceState, Standing, Wishes};

/// The columns that [`state`] reads, in its order.
pub(super) const STATE: &str = "id, title, home, feed, etag, last_modified, body_hash, reading, next_run, last_run, \
                                last_success, last_outcome, last_reason, failures, entries, wishes, about";
/// The number of the column that is selected after those.
pub(super) const AFTER_STATE: usize = 17;

/// What stands in the column `wishes`, as JSON; nothing where there is nothing to say.
#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Noted<'w> {
    #[serde(flatten)]
    wishes: Cow<'w, Wishes>,
    /// Whose validators those of the row are, where a redirect led to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    version_of: Option<Cow<'w, Url>>,
}

/// A row of [`STATE`]; without the profile.
pub(super) fn state(row: &Row<'_>) -> rusqlite::Result<SourceState> {
    // Of a later version: begun anew.
    let Noted { wishes, version_of } = json(row, 15).unwrap_or_default();
    let outcome: Option<String> = row.get(11)?;
    Ok(SourceState {
        id: SourceId::new(row.get::<_, String>(0)?).map_err(|e| damaged(0, e))?,
        title: row.get(1)?,
        home: row.get(2)?,
        feed: address(row, 3)?,
        validators: Validators { etag: row.get(4)?, last_modified: row.get(5)?, of: version_of.map(Cow::into_owned) },
        body_hash: row.get::<_, Option<i64>>(6)?.map(i64::cast_unsigned),
        reading: row.get::<_, Option<i64>>(7)?.map(i64::cast_unsigned),
        next_run: instant(row.get(8)?),
        last_run: row.get::<_, Option<i64>>(9)?.map(instant),
        last_success: row.get::<_, Option<i64>>(10)?.map(instant),
        last_outcome: outcome.as_deref().and_then(outcome_of),
        last_reason: row.get(12)?,
        failures: row.get(13)?,
        entries: row.get::<_, i64>(14)?.cast_unsigned(),
        profile: None,
        wishes: wishes.into_owned(),
        // Of a later version: begun anew.
        about: json(row, 16).unwrap_or_default(),
    })
}

/// The outcome of a word; a word of a later version reads as none.
pub(super) fn outcome_of(word: &str) -> Option<Outcome> {
    Outcome::ALL.into_iter().find(|o| o.as_str() == word)
}

/// Makes exactly these sources the configured ones. Rows that need no change are not written.
pub(super) fn sync(
    db: &Connection,
    touched: &mut Touched,
    sources: &[(SourceId, DateTime<Utc>)],
) -> rusqlite::Result<()> {
    let mut ask = db.prepare_cached("select id, nr, configured from sources")?;
    let rows =
        ask.query_map([], |row| Ok((row.get::<_, String>(0)?, (row.get::<_, i64>(1)?, row.get::<_, bool>(2)?))))?;
    let mut held = rows.collect::<rusqlite::Result<HashMap<_, _>>>()?;
    let mut add = db.prepare_cached("insert into sources (id, configured, next_run) values (?1, 1, ?2)")?;
    let mut mark = db.prepare_cached("update sources set configured = ?2 where nr = ?1")?;
    for (id, first_run) in sources {
        match held.remove(id.as_str()) {
            Some((_, true)) => {}
            Some((nr, false)) => drop(mark.execute(params![nr, true])?),
            None => {
                add.execute(params![id.as_str(), first_run.timestamp_millis()])?;
                touched.push(db.last_insert_rowid());
            }
        }
    }
    for (nr, configured) in held.into_values() {
        if configured {
            mark.execute(params![nr, false])?;
        }
    }
    Ok(())
}

/// The states of all configured sources, by id, with their profiles.
pub(super) fn all(db: &Connection) -> rusqlite::Result<Vec<SourceState>> {
    let sql = format!("select {STATE}, nr from sources where configured = 1 order by id");
    let mut profiles = profiles::all(db)?;
    let mut ask = db.prepare_cached(&sql)?;
    let with_profile = |row: &Row<'_>| {
        let profile = profiles.remove(&row.get(AFTER_STATE)?).unwrap_or_default();
        Ok(SourceState { profile: Some(Box::new(profile)), ..state(row)? })
    };
    ask.query_map([], with_profile)?.collect()
}

/// Of all configured sources what must be known at once, by id.
pub(super) fn standings(db: &Connection) -> rusqlite::Result<Vec<Standing>> {
    let mut ask = db.prepare_cached(
        "select id, title, about, wishes, entries, last_run is not null from sources where configured = 1 order by id",
    )?;
    let rows = ask.query_map([], |row| {
        let about: About = json(row, 2).unwrap_or_default();
        let wishes: Wishes = json(row, 3).unwrap_or_default();
        Ok(Standing {
            id: SourceId::new(row.get::<_, String>(0)?).map_err(|e| damaged(0, e))?,
            title: row.get(1)?,
            about: Some(about).filter(|about| !about.is_empty()).map(Arc::new),
            announced: wishes.announced.map(Box::new),
            entries: row.get::<_, i64>(4)?.cast_unsigned(),
            ran: row.get(5)?,
        })
    })?;
    rows.collect()
}

/// The row number of a source.
pub(super) fn row_of(db: &Connection, id: &SourceId) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("select nr from sources where id = ?1")?.query_row([id.as_str()], |row| row.get(0)).optional()
}

/// The row number of a source, made where it is missing: a run whose source was never synced is not lost.
pub(super) fn row_for(db: &Connection, id: &SourceId, next_run: DateTime<Utc>) -> rusqlite::Result<i64> {
    if let Some(nr) = row_of(db, id)? {
        return Ok(nr);
    }
    db.prepare_cached("insert into sources (id, configured, next_run) values (?1, 1, ?2)")?
        .execute(params![id.as_str(), next_run.timestamp_millis()])?;
    Ok(db.last_insert_rowid())
}

fn millis(at: Option<DateTime<Utc>>) -> Option<i64> {
    at.map(|at| at.timestamp_millis())
}

fn wishes(state: &SourceState) -> rusqlite::Result<Option<String>> {
    let version_of = state.validators.of.as_ref().map(Cow::Borrowed);
    let noted = Noted { wishes: Cow::Borrowed(&state.wishes), version_of };
    Some(&noted).filter(|noted| **noted != Noted::default()).map(text).transpose()
}

/// Writes a run's state and ends the claim.
pub(super) fn save(db: &Connection, nr: i64, state: &SourceState) -> rusqlite::Result<()> {
    db.prepare_cached(
        "update sources set title = ?2, home = ?3, feed = ?4, etag = ?5, last_modified = ?6, body_hash = ?7,
            reading = ?8, next_run = ?9, last_run = ?10, last_success = ?11, last_outcome = ?12, last_reason = ?13,
            failures = ?14, wishes = ?15, about = ?16, claimed_by = null, claimed_until = null
         where nr = ?1",
    )?
    .execute(params![
        nr,
        state.title,
        state.home,
        state.feed.as_ref().map(Url::as_str),
        state.validators.etag,
        state.validators.last_modified,
        state.body_hash.map(u64::cast_signed),
        state.reading.map(u64::cast_signed),
        state.next_run.timestamp_millis(),
        millis(state.last_run),
        millis(state.last_success),
        state.last_outcome.map(Outcome::as_str),
        state.last_reason,
        state.failures,
        wishes(state)?,
        Some(&state.about).filter(|about| !about.is_empty()).map(text).transpose()?,
    ])?;
    state.profile.as_ref().map_or(Ok(()), |profile| profiles::keep(db, nr, profile))
}

/// Writes what a run changes that found the page as it was, and ends the claim. Most runs are such.
pub(super) fn save_unchanged(db: &Connection, nr: i64, state: &SourceState) -> rusqlite::Result<()> {
    db.prepare_cached(
        "update sources set etag = ?2, last_modified = ?3, next_run = ?4, last_run = ?5, last_success = ?6,
            last_outcome = ?7, last_reason = ?8, failures = ?9, wishes = ?10, claimed_by = null, claimed_until = null
         where nr = ?1",
    )?
    .execute(params![
        nr,
        state.validators.etag,
        state.validators.last_modified,
        state.next_run.timestamp_millis(),
        millis(state.last_run),
        millis(state.last_success),
        state.last_outcome.map(Outcome::as_str),
        state.last_reason,
        state.failures,
        wishes(state)?,
    ])
    .map(drop)
}

/// Notes that entries of a source changed: `added` new ones (fewer than none where some were deleted), the
/// feed's own date of change where it moves.
pub(super) fn note_change(
    db: &Connection,
    touched: &mut Touched,
    nr: i64,
    added: i64,
    changed: Option<DateTime<Utc>>,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "update sources set entries = entries + ?2, revision = revision + 1,
            changed = max(coalesce(changed, ?3), coalesce(?3, changed)) where nr = ?1",
    )?
    .execute(params![nr, added, changed.map(|at| at.timestamp_millis())])?;
    touched.push(nr);
    Ok(())
}
