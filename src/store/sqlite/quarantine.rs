//! Runs that were held back.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::columns::{damaged, instant};
use super::storing::Besides;
use super::writer::Touched;
use super::{packing, profiles, seen, sources, storing};
use crate::model::{Changes, Draft, Outcome, SourceId};
use crate::store::{Held, Verdict};

/// Holds a run's drafts in place of those held before.
pub(super) fn hold(
    db: &Connection,
    source: i64,
    at: DateTime<Utc>,
    reason: &str,
    drafts: &[Draft],
) -> rusqlite::Result<()> {
    let text = super::columns::text(&drafts)?;
    // A source that is held already is held since then.
    db.prepare_cached(
        "insert into quarantine (source, held, reason, drafts) values (?1, ?2, ?3, ?4)
         on conflict (source) do update set reason = excluded.reason, drafts = excluded.drafts",
    )?
    .execute(params![source, at.timestamp_millis(), reason, packing::pack(&text)])
    .map(drop)
}

/// Ends a source's quarantine: a healthy run came.
pub(super) fn lift(db: &Connection, source: i64) -> rusqlite::Result<()> {
    db.prepare_cached("delete from quarantine where source = ?1")?.execute([source]).map(drop)
}

/// All that is held, longest first.
pub(super) fn all(db: &Connection) -> rusqlite::Result<Vec<Held>> {
    db.prepare_cached(
        "select s.id, q.held, q.reason, q.drafts from quarantine q join sources s on s.nr = q.source order by q.held, s.id",
    )?
    .query_map([], |row| {
        let packed: Vec<u8> = row.get(3)?;
        Ok(Held {
            source: SourceId::new(row.get::<_, String>(0)?).map_err(|e| damaged(0, e))?,
            since: instant(row.get(1)?),
            reason: row.get(2)?,
            drafts: serde_json::from_str(&packing::unpack(&packed)?).map_err(|e| damaged(3, e))?,
        })
    })?
    .collect()
}

/// Does with a held run as the operator says; `None` where none is held.
pub(super) fn settle(
    db: &Connection,
    touched: &mut Touched,
    id: &SourceId,
    verdict: Verdict,
    now: DateTime<Utc>,
) -> rusqlite::Result<Option<Changes>> {
    let Some(source) = sources::row_of(db, id)? else { return Ok(None) };
    let held: Option<(i64, Vec<u8>)> = db
        .prepare_cached("select held, drafts from quarantine where source = ?1")?
        .query_row([source], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((at, packed)) = held else { return Ok(None) };
    let drafts: Vec<Draft> = serde_json::from_str(&packing::unpack(&packed)?).map_err(|e| damaged(1, e))?;
    lift(db, source)?;
    let changes = match verdict {
        Verdict::Release => storing::store(db, touched, source, drafts, Besides::default(), instant(at), now)?.0,
        Verdict::Adopt => {
            let before = storing::newest(db)?;
            let (changes, _) = storing::store(db, touched, source, drafts, Besides::default(), instant(at), now)?;
            storing::silence(db, touched, source, before, now)?;
            changes
        }
        Verdict::Discard => Changes::default(),
    };
    seen::forget(db, source)?;
    profiles::forget(db, source)?;
    // The page is read again at once, whether it has changed or not, and judged by what is known from now on.
    db.execute(
        "update sources set etag = null, last_modified = null, body_hash = null, failures = 0,
            last_outcome = ?2, last_reason = '', next_run = min(next_run, ?3) where nr = ?1",
        params![source, Outcome::Ok.as_str(), now.timestamp_millis()],
    )?;
    Ok(Some(changes))
}
