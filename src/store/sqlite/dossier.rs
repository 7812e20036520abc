//! Why things are one, for operators; and how to make two one, or one two.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::columns::{address, damaged, instant};
use super::ledger::cut;
use super::texts::{self, Text};
use super::writer::Touched;
use super::{packing, seen, sources};
use crate::model::{EntryId, SourceId, resemblance};
use crate::store::{Dossier, Resemblance};

/// What an operator asked for and the store cannot do.
pub(super) type Refused<T> = Result<T, String>;

/// All entries that a name may mean, deleted and merged ones too: an id with or without `urn:uuid:`, an address as
/// stored, a key.
pub(super) fn named(db: &Connection, name: &str) -> rusqlite::Result<Vec<Dossier>> {
    let rows: Vec<i64> = db
        .prepare_cached(
            "select nr from entries where id = ?1 or id = 'urn:uuid:' || ?1 union
             select nr from entries where url = ?1 union
             select entry from keys where key = ?2 order by nr",
        )?
        .query_map(params![name, cut(name)], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    rows.into_iter().map(|nr| dossier(db, nr)).collect()
}

fn dossier(db: &Connection, nr: i64) -> rusqlite::Result<Dossier> {
    let mut dossier = db
        .prepare_cached(
            "select e.id, s.id, e.title, e.url, e.published, e.first_seen, e.updated, e.tombstone, m.id,
                (select count(*) from revisions where entry = e.nr)
             from entries e join sources s on s.nr = e.source left join entries m on m.nr = e.merged_into where e.nr = ?1",
        )?
        .query_row([nr], |row| {
            let merged_into: Option<String> = row.get(8)?;
            let deleted = row.get::<_, Option<i64>>(7)?.map(instant).filter(|_| merged_into.is_none());
            Ok(Dossier {
                id: EntryId(row.get(0)?),
                source: SourceId::new(row.get::<_, String>(1)?).map_err(|e| damaged(1, e))?,
                title: row.get(2)?,
                url: address(row, 3)?,
                published: instant(row.get(4)?),
                first_seen: instant(row.get(5)?),
                updated: instant(row.get(6)?),
                deleted,
                merged_into: merged_into.map(EntryId),
                merged: Vec::new(),
                keys: Vec::new(),
                revisions: row.get::<_, i64>(9)?.cast_unsigned(),
            })
        })?;
    dossier.merged = db
        .prepare_cached("select id from entries where merged_into = ?1 order by nr")?
        .query_map([nr], |row| row.get(0).map(EntryId))?
        .collect::<rusqlite::Result<_>>()?;
    dossier.keys = db
        .prepare_cached(
            "select k.key, k.since from keys k join entries e on e.source = k.source and e.nr = k.entry
             where e.nr = ?1 order by k.since, k.key",
        )?
        .query_map([nr], |row| Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?.map(instant))))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(dossier)
}

/// How much speaks for two entries being one.
pub(super) fn compare(db: &Connection, one: &EntryId, other: &EntryId) -> rusqlite::Result<Option<Resemblance>> {
    let (Some(one), Some(other)) = (row(db, one)?, row(db, other)?) else { return Ok(None) };
    let bits = one.likeness.zip(other.likeness).map(|(a, b)| (a ^ b).count_ones());
    let apart = (instant(one.published) - instant(other.published)).abs();
    Ok(Some(Resemblance { headlines: resemblance(&one.title, &other.title), bits, apart }))
}

/// Makes `other` speak through `kept`: it goes out no more, and what bears its keys is `kept` from now on.
pub(super) fn merge(
    db: &Connection,
    touched: &mut Touched,
    kept: &EntryId,
    other: &EntryId,
    now: DateTime<Utc>,
) -> rusqlite::Result<Refused<()>> {
    let (one, two) = match (row(db, kept)?, row(db, other)?) {
        (None, _) => return Ok(Err(format!("there is no entry {kept}"))),
        (_, None) => return Ok(Err(format!("there is no entry {other}"))),
        (Some(one), Some(two)) => (one, two),
    };
    if one.nr == two.nr || one.source != two.source {
        return Ok(Err(
            "only two entries of one source can be one; across sources, a feed's `dedupe` does that".to_owned()
        ));
    }
    if let Some(gone) = [&one, &two].into_iter().find(|e| e.gone) {
        return Ok(Err(format!("{} was deleted or merged already", gone.id)));
    }
    // Who spoke through the other speaks through the kept one: no chains.
    db.execute("update entries set merged_into = ?1 where merged_into = ?2", [one.nr, two.nr])?;
    db.execute(
        "update entries set merged_into = ?1, tombstone = ?2 where nr = ?3",
        params![one.nr, now.timestamp_millis(), two.nr],
    )?;
    seen::forget(db, one.source)?;
    sources::note_change(db, touched, one.source, -1, Some(now))?;
    Ok(Ok(()))
}

/// Undoes merges of an entry; or, where keys are named, makes what bears them an entry of its own. Gives the entries
/// that go out besides from now on.
pub(super) fn split(
    db: &Connection,
    touched: &mut Touched,
    id: &EntryId,
    keys: &[String],
    now: DateTime<Utc>,
) -> rusqlite::Result<Refused<Vec<EntryId>>> {
    let Some(entry) = row(db, id)? else { return Ok(Err(format!("there is no entry {id}"))) };
    if !keys.is_empty() {
        return cut_off(db, touched, &entry, keys, now);
    }
    let apart: Vec<String> = db
        .prepare_cached(
            "update entries set merged_into = null, tombstone = null
             where merged_into is not null and (merged_into = ?1 or nr = ?1) returning id",
        )?
        .query_map([entry.nr], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    if apart.is_empty() {
        return Ok(Err(format!(
            "nothing was merged into {id}; name the keys that are another's (`courant entries explain`)"
        )));
    }
    seen::forget(db, entry.source)?;
    sources::note_change(db, touched, entry.source, apart.len() as i64, Some(now))?;
    Ok(Ok(apart.into_iter().map(EntryId).collect()))
}

/// Gives keys to a new entry. What came last spoke for them: the new entry has the present text, the old one the
/// text before it. Each is taken anew from its page when that is next read.
fn cut_off(
    db: &Connection,
    touched: &mut Touched,
    entry: &Named,
    keys: &[String],
    now: DateTime<Utc>,
) -> rusqlite::Result<Refused<Vec<EntryId>>> {
    let mut own: i64 =
        db.query_row("select count(*) from keys where source = ?1 and entry = ?2", [entry.source, entry.nr], |r| {
            r.get(0)
        })?;
    for key in keys {
        let held = db
            .prepare_cached("select 1 from keys where source = ?1 and key = ?2 and entry = ?3")?
            .exists(params![entry.source, cut(key), entry.nr])?;
        if !held {
            return Ok(Err(format!(
                "{} has no key `{key}`; `courant entries explain {}` lists them",
                entry.id, entry.id
            )));
        }
        own -= 1;
    }
    if own < 1 || entry.gone {
        return Ok(Err(format!("{} would be left without a key", entry.id)));
    }
    let id = uuid::Uuid::new_v4().urn().to_string();
    db.execute(
        "insert into entries (source, id, published, updated, first_seen, fingerprint, keys_print, depth, attempts,
            url, title, summary, language, authors, categories, picture, enclosures, likeness)
         select source, ?2, published, ?3, ?3, 0, 0, depth, 0, url, title, summary, language, authors, categories,
            picture, enclosures, likeness from entries where nr = ?1",
        params![entry.nr, id, now.timestamp_millis()],
    )?;
    let new = db.last_insert_rowid();
    let text = texts::of(db, entry.nr)?;
    if text.content.is_some() {
        texts::put(db, entry.source, new, &text)?;
    }
    for key in keys {
        db.execute("update keys set entry = ?3 where source = ?1 and key = ?2", params![entry.source, cut(key), new])?;
    }
    db.execute("update entries set fingerprint = 0, keys_print = 0, likeness = null where nr = ?1", [entry.nr])?;
    let before = db
        .query_row(
            "select nr, title, summary, packed from revisions where entry = ?1 order by nr desc limit 1",
            [entry.nr],
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get(2)?, row.get::<_, Option<Vec<u8>>>(3)?)),
        )
        .optional()?;
    if let Some((revision, title, summary, packed)) = before {
        db.execute("update entries set title = ?2, summary = ?3 where nr = ?1", params![entry.nr, title, summary])?;
        let content = packed.as_deref().map(packing::unpack).transpose()?.or(text.content);
        if content.is_some() {
            texts::put(db, entry.source, entry.nr, &Text { summary, content })?;
        }
        db.execute("delete from revisions where nr = ?1", [revision])?;
    }
    seen::forget(db, entry.source)?;
    sources::note_change(db, touched, entry.source, 1, Some(now))?;
    Ok(Ok(vec![EntryId(id)]))
}

struct Named {
    nr: i64,
    id: EntryId,
    source: i64,
    title: String,
    published: i64,
    likeness: Option<u64>,
    gone: bool,
}

fn row(db: &Connection, id: &EntryId) -> rusqlite::Result<Option<Named>> {
    db.prepare_cached(
        "select nr, id, source, title, published, likeness, tombstone is not null from entries where id = ?1",
    )?
    .query_row([&id.0], |row| {
        Ok(Named {
            nr: row.get(0)?,
            id: EntryId(row.get(1)?),
            source: row.get(2)?,
            title: row.get(3)?,
            published: row.get(4)?,
            likeness: row.get::<_, Option<i64>>(5)?.map(i64::cast_unsigned),
            gone: row.get(6)?,
        })
    })
    .optional()
}
