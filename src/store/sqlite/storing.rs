//! One run's drafts into entries: what is new, what is altered, what is as it was.

use std::collections::HashSet;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use rusqlite::{Connection, params};

use super::columns::{list, text};
use super::ledger::{self, SIGHT, Stored};
use super::writer::Touched;
use super::{altering, packing, reports, sources, twins};
use crate::model::{Changes, Draft};
use crate::store::Finished;

/// Stores a run: entries, state, report; ends its claim.
pub(super) fn finish(db: &Connection, touched: &mut Touched, finished: Finished) -> rusqlite::Result<Changes> {
    let Finished { report, drafts, state } = finished;
    let source = sources::row_for(db, &report.source, state.next_run)?;
    let now = report.started;
    let mut changes = Changes::default();
    let mut filled = false;
    let mut met = HashSet::new();
    let mut new = Vec::new();
    for draft in twins::fold(drafts) {
        let Some(stored) = ledger::find(db, source, &draft)? else {
            new.push(draft);
            continue;
        };
        if !met.insert(stored.nr) {
            // Twins that only the ledger knows as such: the first on the page has spoken.
            ledger::add(db, source, stored.nr, &draft.keys)?;
            continue;
        }
        if let Some(last_seen) = stored.tombstone {
            ledger::add(db, source, stored.nr, &draft.keys)?;
            if last_seen < (now - SIGHT).timestamp_millis() {
                ledger::sighted(db, stored.nr, now)?;
            }
            changes.same += 1;
            continue;
        }
        let effect = altering::meet(db, source, &stored, &draft, now)?;
        changes.altered += usize::from(effect.altered);
        changes.same += usize::from(!effect.altered);
        filled |= effect.filled;
    }
    changes.new = insert_all(db, source, &new, now)?;
    sources::save(db, source, &state)?;
    if changes.new + changes.altered > 0 || filled {
        let added = i64::try_from(changes.new).unwrap_or(i64::MAX);
        sources::note_change(db, touched, source, added, Some(report.finished))?;
    }
    reports::add(db, source, &report, changes)?;
    Ok(changes)
}

/// Inserts new entries, the last on the page first: row numbers then grow as news does, and break ties in time.
fn insert_all(db: &Connection, source: i64, drafts: &[Draft], now: DateTime<Utc>) -> rusqlite::Result<usize> {
    let mut undated = 0;
    let mut dated: Vec<(&Draft, DateTime<Utc>)> = Vec::with_capacity(drafts.len());
    // Whole seconds: RSS shows no less.
    let base = now.duration_trunc(TimeDelta::seconds(1)).unwrap_or(now);
    for draft in drafts {
        let published = match draft.published {
            Some(at) => at.min(now),
            None => {
                let at = base - TimeDelta::seconds(undated);
                undated += 1;
                at
            }
        };
        dated.push((draft, published));
    }
    for (draft, published) in dated.into_iter().rev() {
        insert(db, source, draft, published, now)?;
    }
    Ok(drafts.len())
}

fn insert(
    db: &Connection,
    source: i64,
    draft: &Draft,
    published: DateTime<Utc>,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let updated = draft.updated.filter(|at| *at >= published && *at <= now).unwrap_or(published);
    let id = free_id(db, draft)?;
    db.prepare_cached(
        "insert into entries (source, id, published, updated, first_seen, fingerprint, keys_print, depth, attempts,
            url, title, summary, language, authors, categories, picture, enclosures)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
    )?
    .execute(params![
        source,
        id,
        published.timestamp_millis(),
        updated.timestamp_millis(),
        now.timestamp_millis(),
        draft.fingerprint.cast_signed(),
        ledger::print(&draft.keys).cast_signed(),
        twins::depth(draft),
        attempts(draft, 0),
        draft.url.as_ref().map(url::Url::as_str),
        draft.title,
        draft.summary,
        draft.language,
        list(&draft.authors)?,
        list(&draft.categories)?,
        draft.picture.as_ref().map(text).transpose()?,
        list(&draft.enclosures)?,
    ])?;
    let nr = db.last_insert_rowid();
    if let Some(content) = &draft.content {
        put_body(db, nr, content)?;
    }
    ledger::add(db, source, nr, &draft.keys).map(drop)
}

/// The draft's id, unless another source's entry has it already: then one that nobody has.
fn free_id(db: &Connection, draft: &Draft) -> rusqlite::Result<String> {
    let taken = db.prepare_cached("select 1 from entries where id = ?1")?.exists([&draft.id.0])?;
    Ok(if taken { uuid::Uuid::new_v4().urn().to_string() } else { draft.id.0.clone() })
}

/// Stores content in place of what was there.
pub(super) fn put_body(db: &Connection, entry: i64, content: &str) -> rusqlite::Result<()> {
    db.prepare_cached(
        "insert into bodies (entry, packed) values (?1, ?2) on conflict (entry) do update set packed = ?2",
    )?
    .execute(params![entry, packing::pack(content)])
    .map(drop)
}

/// Vain attempts at an article's page after this draft.
pub(super) fn attempts(draft: &Draft, before: u32) -> u32 {
    match (draft.full_text, draft.attempted) {
        (true, _) => 0,
        (false, true) => before.saturating_add(1),
        (false, false) => before,
    }
}

/// Whether a stored entry knows more than the draft does.
pub(super) fn knows_more(stored: &Stored, draft: &Draft) -> bool {
    stored.depth > twins::depth(draft)
}
