//! Which entries of several sources tell one story. Precision first: two stories that were taken for one are lost to
//! readers, one that was taken for two is only shown twice.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Duration, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use xxhash_rust::xxh3::xxh3_64;

use super::writer::Touched;
use super::{entries, sources};
use crate::model::{Entry, EntryId, Sketch, SourceId, letters, resemblance, text_weight};

/// One story is told within so much time.
const WINDOW: Duration = Duration::days(3);
/// How long a text is looked for: the window, and what comes late.
const KEPT: Duration = Duration::days(8);
/// Texts that are compared in full with one that comes: those that share most with it.
const COMPARED: usize = 12;
/// Most texts taken of one band, latest first: a mark that so many share tells nothing.
const CROWD: i64 = 64;
/// Texts that share fewer bins are compared only where headlines ask for it.
const BINS: usize = 2;
/// So many texts of one source share no mark but what stands around each of them.
const FRAME: usize = 3;
/// A headline must say at least so much to name a story.
const LEAST_TITLE: usize = 24;
/// Entries at once, so that runs need not wait.
pub(super) const CHUNK: usize = 1000;

/// An entry as it is compared.
pub(super) struct Told<'a> {
    pub(super) entry: i64,
    pub(super) source: i64,
    /// Milliseconds since 1970.
    pub(super) published: i64,
    pub(super) title: &'a str,
    pub(super) sketch: &'a Sketch,
}

/// Whether two texts tell one story, frames aside: much of the marks in common; or some, and headlines alike. Without
/// a text of both the headlines must be the same.
fn is_one(one: &Told, title: &str, sketch: &Sketch, frame: &HashSet<i64>) -> bool {
    let titles = resemblance(one.title, title);
    if one.sketch.is_empty() || sketch.is_empty() {
        return titles >= 0.95 && text_weight(title) >= LEAST_TITLE && numbers(one.title) == numbers(title);
    }
    let (same, all) = one.sketch.shared(sketch, |band| !frame.contains(&band.cast_signed()));
    let share = same as f64 / all.max(1) as f64;
    same >= BINS && (share >= 0.25 || (share >= 0.06 && titles >= 0.5))
}

/// The numbers of a headline: `Ruling 12` is not `Ruling 13`.
fn numbers(title: &str) -> Vec<&str> {
    title.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty()).collect()
}

/// The band of a headline that says enough. Bins are few, so that no text's band has the highest bit too.
fn headline(title: &str) -> Option<i64> {
    let letters = Some(letters(title)).filter(|letters| text_weight(letters) >= LEAST_TITLE * 3 / 4);
    letters.map(|letters| (xxh3_64(letters.as_bytes()) | 1 << 63).cast_signed())
}

/// What an entry is looked up by.
fn bands(headline: Option<i64>, sketch: &Sketch) -> Vec<i64> {
    sketch.bands().map(u64::cast_signed).chain(headline).collect()
}

/// Takes note of an entry that is new, or whose full text has come: finds the story that it tells.
pub(super) fn note(db: &Connection, told: &Told, now: DateTime<Utc>) -> rusqlite::Result<()> {
    if told.published < (now - KEPT).timestamp_millis() || !takes_part(db, told.source)? {
        return Ok(());
    }
    remove(db, told.entry)?;
    let headline = headline(told.title);
    db.prepare_cached("insert into sketches (entry, published, headline, sketch) values (?1, ?2, ?3, ?4)")?
        .execute(params![told.entry, told.published, headline, told.sketch.to_bytes()])?;
    let bands = bands(headline, told.sketch);
    if story_of(db, told.entry)?.is_none()
        && let Some(twin) = find(db, told, &bands)?
    {
        join(db, told.entry, twin)?;
    }
    let mut add = db.prepare_cached("insert or ignore into bands (band, entry, source) values (?1, ?2, ?3)")?;
    bands.iter().try_for_each(|band| add.execute(params![band, told.entry, told.source]).map(drop))
}

/// Takes an entry out of what is looked for.
fn remove(db: &Connection, entry: i64) -> rusqlite::Result<()> {
    let held = db
        .prepare_cached("delete from sketches where entry = ?1 returning headline, sketch")?
        .query_row([entry], |row| Ok((row.get(0)?, Sketch::from_bytes(row.get_ref(1)?.as_blob()?))))
        .optional()?;
    let Some((headline, sketch)) = held else { return Ok(()) };
    let mut gone = db.prepare_cached("delete from bands where band = ?1 and entry = ?2")?;
    bands(headline, &sketch).iter().try_for_each(|band| gone.execute(params![band, entry]).map(drop))
}

/// Whether the entries of a source are looked for in others.
pub(super) fn takes_part(db: &Connection, source: i64) -> rusqlite::Result<bool> {
    db.prepare_cached("select stories from sources where nr = ?1")?.query_row([source], |row| row.get(0))
}

/// Whether a mark is of what a source prints around its texts: several of its entries have it.
fn is_frame(holders: &[(i64, i64)]) -> bool {
    let mut times: HashMap<i64, usize> = HashMap::new();
    holders.iter().any(|(_, source)| {
        let times = times.entry(*source).or_default();
        *times += 1;
        *times >= FRAME
    })
}

/// The stored entry of another source that tells the same.
fn find(db: &Connection, told: &Told, bands: &[i64]) -> rusqlite::Result<Option<i64>> {
    let mut counts: HashMap<i64, usize> = HashMap::new();
    let mut frame = HashSet::new();
    let mut ask = db.prepare_cached("select entry, source from bands where band = ?1 order by entry desc limit ?2")?;
    let mut found: Vec<(i64, i64)> = Vec::new();
    for band in bands {
        found.clear();
        let mut rows = ask.query(params![band, CROWD])?;
        while let Some(row) = rows.next()? {
            found.push((row.get(0)?, row.get(1)?));
        }
        if is_frame(&found) {
            frame.insert(*band);
            continue;
        }
        for (entry, _) in found.iter().filter(|(_, source)| *source != told.source) {
            // A headline's band has the highest bit, and counts for enough.
            *counts.entry(*entry).or_default() += if *band < 0 { BINS } else { 1 };
        }
    }
    let mut near: Vec<(usize, i64)> = counts.into_iter().filter(|(_, n)| *n >= BINS).map(|(nr, n)| (n, nr)).collect();
    near.sort_unstable_by(|a, b| b.cmp(a));
    let mut ask = db.prepare_cached(
        "select e.title, s.sketch from entries e join sketches s on s.entry = e.nr
         where e.nr = ?1 and e.source <> ?2 and e.tombstone is null and abs(e.published - ?3) <= ?4",
    )?;
    for (_, nr) in near.into_iter().take(COMPARED) {
        let found = ask
            .query_row(params![nr, told.source, told.published, WINDOW.num_milliseconds()], |row| {
                Ok((row.get::<_, String>(0)?, Sketch::from_bytes(row.get_ref(1)?.as_blob()?)))
            })
            .optional()?;
        if let Some((title, sketch)) = found
            && is_one(told, &title, &sketch, &frame)
        {
            return Ok(Some(nr));
        }
    }
    Ok(None)
}

/// Forgets an entry whose row goes.
pub(super) fn drop_entry(db: &Connection, entry: i64) -> rusqlite::Result<()> {
    remove(db, entry)?;
    db.prepare_cached("delete from stories where entry = ?1")?.execute([entry]).map(drop)
}

fn story_of(db: &Connection, entry: i64) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("select story from stories where entry = ?1")?.query_row([entry], |row| row.get(0)).optional()
}

/// Puts an entry to its twin's story.
fn join(db: &Connection, entry: i64, twin: i64) -> rusqlite::Result<()> {
    let mut put = db.prepare_cached("insert into stories (entry, story) values (?1, ?2)")?;
    let story = match story_of(db, twin)? {
        Some(story) => story,
        None => {
            put.execute([twin, twin])?;
            twin
        }
    };
    put.execute([entry, story]).map(drop)
}

/// Makes exactly these the sources whose entries are looked for in each other.
pub(super) fn take_part(db: &Connection, sources: &[SourceId]) -> rusqlite::Result<()> {
    let mut ask = db.prepare_cached("select id, nr, stories from sources")?;
    let held = ask.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?)))?;
    let held: Vec<(String, i64, bool)> = held.collect::<rusqlite::Result<_>>()?;
    for (id, nr, takes_part) in held {
        let wanted = sources.iter().any(|source| source.as_str() == id);
        if wanted != takes_part {
            db.execute("update sources set stories = ?2 where nr = ?1", params![nr, wanted])?;
        }
    }
    Ok(())
}

/// Entries of sources that take part which nobody took note of, since they did not when it was stored.
pub(super) fn untold(db: &Connection, now: DateTime<Utc>, limit: usize) -> rusqlite::Result<Vec<Entry>> {
    let nrs: Vec<i64> = db
        .prepare_cached(
            "select e.nr from entries e join sources s on s.nr = e.source
             where s.stories = 1 and e.tombstone is null and e.published >= ?1
                and not exists (select 1 from sketches k where k.entry = e.nr) order by e.nr limit ?2",
        )?
        .query_map(params![(now - KEPT).timestamp_millis(), i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
            row.get(0)
        })?
        .collect::<rusqlite::Result<_>>()?;
    entries::of_rows(db, nrs)
}

/// Takes note of such entries.
pub(super) fn tell(
    db: &Connection,
    touched: &mut Touched,
    entries: &[(EntryId, Sketch)],
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    for (id, sketch) in entries {
        let row = db
            .prepare_cached("select nr, source, published, title from entries where id = ?1 and tombstone is null")?
            .query_row([&id.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, String>(3)?)))
            .optional()?;
        let Some((entry, source, published, title)) = row else { continue };
        note(db, &Told { entry, source, published, title: &title, sketch }, now)?;
        if story_of(db, entry)?.is_some() {
            sources::note_change(db, touched, source, 0, Some(now))?;
        }
    }
    Ok(())
}

/// The stories that some entries tell, each as the entries of these sources that tell it, the first stored first; none
/// that only one of them tells.
pub(super) fn of(db: &Connection, sources: &[i64], ids: &[EntryId]) -> rusqlite::Result<Vec<Vec<Entry>>> {
    let mut ask =
        db.prepare_cached("select s.story from entries e join stories s on s.entry = e.nr where e.id = ?1")?;
    let mut stories = Vec::new();
    for id in ids {
        stories.extend(ask.query_row([&id.0], |row| row.get::<_, i64>(0)).optional()?);
    }
    stories.sort_unstable();
    stories.dedup();
    let mut ask = db.prepare_cached(
        "select s.entry, e.source from stories s join entries e on e.nr = s.entry
         where s.story = ?1 and e.tombstone is null order by s.entry",
    )?;
    let mut all = Vec::new();
    for story in stories {
        let rows = ask.query_map([story], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let rows: Vec<(i64, i64)> = rows.collect::<rusqlite::Result<_>>()?;
        let chosen: Vec<i64> =
            rows.into_iter().filter(|(_, source)| sources.contains(source)).map(|(nr, _)| nr).collect();
        if chosen.len() > 1 {
            all.push(entries::of_rows(db, chosen)?);
        }
    }
    Ok(all)
}

/// Forgets what no twin of can come any more, at most [`CHUNK`] texts; tells how many.
pub(super) fn forget(db: &Connection, now: DateTime<Utc>) -> rusqlite::Result<usize> {
    let old: Vec<i64> = db
        .prepare_cached("select entry from sketches where published < ?1 limit ?2")?
        .query_map(params![(now - KEPT).timestamp_millis(), CHUNK as i64], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    old.iter().try_for_each(|entry| remove(db, *entry))?;
    Ok(old.len())
}
