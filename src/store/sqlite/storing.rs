//! One run's drafts into entries: what is new, what is altered, what is as it was.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use rusqlite::{Connection, params};

use super::columns::{list, text};
use super::ledger::{self, SIGHT, Stored};
use super::likeness::Texts;
use super::stories::{self, Told};
use super::texts::{self, Piece};
use super::writer::Touched;
use super::{altering, quarantine, reports, seen, snapshots, sources, twins};
use crate::model::{Changes, Draft, EntryId, Outcome};
use crate::store::Finished;

/// Stores a run: entries, state, report; ends its claim.
pub(super) fn finish(db: &Connection, touched: &mut Touched, finished: Finished) -> rusqlite::Result<Changes> {
    let Finished { report, drafts, state, shown, unchanged, seen, held, retracted, snapshots } = finished;
    let source = sources::row_for(db, &report.source, state.next_run)?;
    let changes = match &held {
        Some(reason) => {
            quarantine::hold(db, source, report.started, reason, &drafts)?;
            Changes::default()
        }
        None => {
            if matches!(report.outcome, Outcome::Ok | Outcome::Empty) {
                quarantine::lift(db, source)?;
            }
            let besides = Besides { shown: &shown, unchanged: &unchanged };
            let lost = altering::retract(db, source, &retracted)?;
            if lost > 0 {
                sources::note_change(db, touched, source, 0, Some(report.finished))?;
            }
            let (changes, drafted) = store(db, touched, source, drafts, besides, report.started, report.finished)?;
            if lost > 0 {
                // They are to be looked at again.
                seen::forget(db, source)?;
            } else if let Some(seen) = seen {
                seen::keep(db, source, seen, &drafted)?;
            }
            changes
        }
    };
    snapshots::add(db, source, &snapshots)?;
    sources::save(db, source, &state)?;
    reports::add(db, source, &report, changes)?;
    Ok(changes)
}

/// Stores a run that found the page as it was, and so has neither entries nor a list; ends its claim. Most runs are such.
/// The source's row number is looked up where it is not known.
pub(super) fn finish_unchanged(db: &Connection, row: Option<i64>, finished: &Finished) -> rusqlite::Result<Changes> {
    let Finished { report, state, snapshots, .. } = finished;
    let source = row.map_or_else(|| sources::row_for(db, &report.source, state.next_run), Ok)?;
    snapshots::add(db, source, snapshots)?;
    sources::save_unchanged(db, source, state)?;
    reports::add(db, source, report, Changes::default())?;
    Ok(Changes::default())
}

/// What a run shows beside its drafts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Besides<'r> {
    /// Known by their sure keys.
    pub(super) shown: &'r [EntryId],
    /// Known as they were, by number.
    pub(super) unchanged: &'r [i64],
}

/// Stores drafts that a run which began `now` and ended at `finished` found. Gives the entry that each became, too,
/// by the draft's id.
pub(super) fn store(
    db: &Connection,
    touched: &mut Touched,
    source: i64,
    drafts: Vec<Draft>,
    besides: Besides<'_>,
    now: DateTime<Utc>,
    finished: DateTime<Utc>,
) -> rusqlite::Result<(Changes, HashMap<String, i64>)> {
    let mut changes = Changes { same: besides.unchanged.len(), ..Changes::default() };
    if drafts.is_empty() {
        return Ok((changes, HashMap::new()));
    }
    let mut filled = false;
    let mut met: HashSet<i64> = besides.unchanged.iter().copied().collect();
    let mut drafted = HashMap::with_capacity(drafts.len());
    let mut new = Vec::with_capacity(drafts.len());
    for (draft, stored) in recognised(db, source, drafts, besides, now)? {
        let Some(stored) = stored else {
            new.push(draft);
            continue;
        };
        drafted.insert(draft.id.0.clone(), stored.nr);
        if !met.insert(stored.nr) {
            // Twins that only the ledger knows as such: the first on the page has spoken.
            ledger::add(db, source, stored.nr, &draft.keys, now)?;
            continue;
        }
        if let Some(last_seen) = stored.tombstone {
            ledger::add(db, source, stored.nr, &draft.keys, now)?;
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
    changes.new = new.len();
    drafted.extend(insert_all(db, source, &new, now)?);
    if changes.new + changes.altered > 0 || filled {
        let added = i64::try_from(changes.new).unwrap_or(i64::MAX);
        sources::note_change(db, touched, source, added, Some(finished))?;
    }
    Ok((changes, drafted))
}

/// Makes the entries of a source stored after row `before` known and unpublished, as if deleted.
pub(super) fn silence(
    db: &Connection,
    touched: &mut Touched,
    source: i64,
    before: i64,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let stored: Vec<i64> = db
        .prepare_cached("select nr from entries where source = ?1 and nr > ?2")?
        .query_map([source, before], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    texts::forget(db, &stored)?;
    let silenced = db.execute(
        "update entries set tombstone = ?3, title = '', summary = null, url = null, language = null, authors = null,
            categories = null, picture = null, enclosures = null where source = ?1 and nr > ?2",
        params![source, before, now.timestamp_millis()],
    )?;
    sources::note_change(db, touched, source, -i64::try_from(silenced).unwrap_or(0), None)
}

/// A run's drafts in page order, each with the stored entry that it is. Sure keys speak first, all of them: what a
/// run shows under its own keys is no other draft's entry, whatever hints at it.
fn recognised(
    db: &Connection,
    source: i64,
    drafts: Vec<Draft>,
    besides: Besides<'_>,
    now: DateTime<Utc>,
) -> rusqlite::Result<Vec<(Draft, Option<Stored>)>> {
    let folded = twins::fold(drafts);
    if ledger::is_empty(db, source)? {
        return Ok(folded.into_iter().map(|draft| (draft, None)).collect());
    }
    let found = folded.into_iter().map(|draft| ledger::find(db, source, &draft).map(|stored| (draft, stored)));
    let mut found = found.collect::<rusqlite::Result<Vec<_>>>()?;
    if found.iter().all(|(_, stored)| stored.is_some()) {
        return Ok(found);
    }
    let mut present = ledger::rows(db, besides.shown)?;
    present.extend(besides.unchanged);
    present.extend(found.iter().filter_map(|(_, stored)| Some(stored.as_ref()?.nr)));
    let strangers = found.iter().filter(|(_, stored)| stored.is_none()).map(|(draft, _)| draft);
    let texts = Texts::around(db, source, strangers, now.timestamp_millis())?;
    for (draft, stored) in found.iter_mut().filter(|(_, stored)| stored.is_none()) {
        let besides = |nr| present.contains(&nr);
        *stored = match ledger::find_by_hint(db, source, draft, besides)? {
            Some(entry) => Some(entry),
            None => texts.find(db, draft, now.timestamp_millis(), besides)?,
        };
        present.extend(stored.as_ref().map(|stored| stored.nr));
    }
    Ok(found)
}

/// Inserts new entries, the last on the page first: row numbers then grow as news does, and break ties in time.
/// Gives their numbers by the drafts' ids.
fn insert_all(
    db: &Connection,
    source: i64,
    drafts: &[Draft],
    now: DateTime<Utc>,
) -> rusqlite::Result<Vec<(String, i64)>> {
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
    let first = newest(db)? + 1;
    let rows: Vec<(i64, (&Draft, DateTime<Utc>))> = (first..).zip(dated.into_iter().rev()).collect();
    let pieces: Vec<Piece> = rows
        .iter()
        .filter(|(_, (draft, _))| draft.content.is_some())
        .map(|(nr, (draft, _))| Piece {
            entry: *nr,
            summary: draft.summary.as_deref(),
            content: draft.content.as_deref(),
        })
        .collect();
    texts::add(db, source, &pieces, |blocks| {
        let mut blocks = blocks.into_iter();
        let tells = stories::takes_part(db, source)?;
        let mut insert = inserting(db, source, now)?;
        let keys = rows.iter().flat_map(|(nr, (draft, _))| draft.keys.iter().map(|key| (key.as_str(), *nr)));
        ledger::add_all(db, source, keys, now)?;
        rows.iter()
            .map(|(nr, (draft, published))| {
                let block = draft.content.as_ref().and_then(|_| blocks.next());
                insert(Place { nr: *nr, block }, draft, *published)?;
                if tells {
                    let published = published.timestamp_millis();
                    let told = Told { entry: *nr, source, published, title: &draft.title, sketch: &draft.sketch };
                    stories::note(db, &told, now)?;
                }
                Ok((draft.id.0.clone(), *nr))
            })
            .collect()
    })
}

/// The row number of the entry stored last.
pub(super) fn newest(db: &Connection) -> rusqlite::Result<i64> {
    db.prepare_cached("select coalesce(max(nr), 0) from entries")?.query_row([], |row| row.get(0))
}

/// Where a new entry goes.
struct Place {
    nr: i64,
    /// Of its text, where it has one.
    block: Option<i64>,
}

/// Inserts entries, each under its draft's id, unless another source's entry has it already: then under one that nobody
/// has.
fn inserting(
    db: &Connection,
    source: i64,
    now: DateTime<Utc>,
) -> rusqlite::Result<impl FnMut(Place, &Draft, DateTime<Utc>) -> rusqlite::Result<()>> {
    let mut insert = db.prepare_cached(
        "insert into entries (source, id, published, updated, first_seen, fingerprint, keys_print, depth, attempts,
            url, title, summary, language, authors, categories, picture, enclosures, likeness, extras, nr, block)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
         on conflict (id) do nothing",
    )?;
    Ok(move |Place { nr, block }, draft: &Draft, published: DateTime<Utc>| {
        let summary = draft.summary.as_deref();
        let updated = draft.updated.filter(|at| *at >= published && *at <= now).unwrap_or(published);
        let mut under = |id: &str| -> rusqlite::Result<usize> {
            insert.execute(params![
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
                if block.is_some() { texts::mark(summary) } else { summary },
                draft.language,
                list(&draft.authors)?,
                list(&draft.categories)?,
                draft.picture.as_ref().map(text).transpose()?,
                list(&draft.enclosures)?,
                draft.likeness.map(u64::cast_signed),
                extras(draft)?,
                nr,
                block,
            ])
        };
        if under(&draft.id.0)? == 0 {
            under(&uuid::Uuid::new_v4().urn().to_string())?;
        }
        Ok(())
    })
}

/// What a draft's feed says besides, as JSON.
pub(super) fn extras(draft: &Draft) -> rusqlite::Result<Option<String>> {
    if draft.extras.is_empty() { Ok(None) } else { text(&draft.extras).map(Some) }
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
