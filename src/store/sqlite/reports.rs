//! What runs came to.

use rusqlite::{Connection, Row, params};

use super::columns::{damaged, instant, json, list};
use super::sources::outcome_of;
use crate::model::{Changes, HarvestReport, Outcome, SourceId};

/// Reports of each source that are shown; at most [`SLACK`] more are kept.
const KEPT: i64 = 100;
/// The oldest go so many at once: they lie on a page of their own, which is then seldom written.
const SLACK: i64 = 16;

/// Adds a report, and lets the oldest go.
pub(super) fn add(db: &Connection, source: i64, report: &HarvestReport, changes: Changes) -> rusqlite::Result<()> {
    let last: i64 = db
        .prepare_cached("select coalesce(max(seq), 0) from reports where source = ?1")?
        .query_row([source], |row| row.get(0))?;
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    db.prepare_cached(
        "insert into reports (source, seq, started, finished, outcome, reason, status, listed, new, altered, same,
            articles, articles_failed, bytes, problems)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    )?
    .execute(params![
        source,
        last + 1,
        report.started.timestamp_millis(),
        report.finished.timestamp_millis(),
        report.outcome.as_str(),
        report.reason,
        report.status,
        count(report.listed),
        count(changes.new),
        count(changes.altered),
        count(changes.same),
        count(report.articles),
        count(report.articles_failed),
        i64::try_from(report.bytes).unwrap_or(i64::MAX),
        list(&report.problems)?,
    ])?;
    if last < KEPT || last % SLACK != 0 {
        return Ok(());
    }
    db.prepare_cached("delete from reports where source = ?1 and seq <= ?2")?
        .execute(params![source, last + 1 - KEPT])
        .map(drop)
}

/// The latest reports of a source, newest first.
pub(super) fn latest(db: &Connection, source: &SourceId, limit: usize) -> rusqlite::Result<Vec<HarvestReport>> {
    db.prepare_cached(
        "select s.id, r.started, r.finished, r.outcome, r.reason, r.status, r.listed, r.new, r.altered, r.same,
            r.articles, r.articles_failed, r.bytes, r.problems
         from sources s join reports r on r.source = s.nr where s.id = ?1 order by r.seq desc limit ?2",
    )?
    .query_map(params![source.as_str(), i64::try_from(limit).unwrap_or(KEPT).min(KEPT)], report)?
    .collect()
}

fn report(row: &Row<'_>) -> rusqlite::Result<HarvestReport> {
    let count = |column: usize| row.get::<_, i64>(column).map(|n| usize::try_from(n).unwrap_or(0));
    Ok(HarvestReport {
        source: SourceId::new(row.get::<_, String>(0)?).map_err(|e| damaged(0, e))?,
        started: instant(row.get(1)?),
        finished: instant(row.get(2)?),
        outcome: outcome_of(&row.get::<_, String>(3)?).unwrap_or(Outcome::Broken),
        reason: row.get(4)?,
        status: row.get(5)?,
        listed: count(6)?,
        changes: Changes { new: count(7)?, altered: count(8)?, same: count(9)? },
        articles: count(10)?,
        articles_failed: count(11)?,
        bytes: row.get::<_, i64>(12)?.cast_unsigned(),
        problems: json(row, 13)?,
    })
}
