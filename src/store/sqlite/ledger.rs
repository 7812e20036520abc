//! The ledger of identity: which keys belong to which entry.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use chrono::{DateTime, Duration, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::likeness;
use crate::model::{Draft, EntryId, is_sure};
use crate::store::Known;

/// Keys longer than this are cut: a hostile guid may be megabytes.
const LONGEST: usize = 255;
/// What of a cut key stays for people to read; a hash of the whole follows.
const SHOWN: usize = 160;
/// A tombstone's last sight is noted this seldom.
pub(super) const SIGHT: Duration = Duration::days(7);

/// What must be known of a stored entry to tell whether a draft changes it.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) nr: i64,
    pub(super) fingerprint: u64,
    pub(super) teaser_print: Option<u64>,
    pub(super) keys_print: u64,
    pub(super) depth: i64,
    pub(super) attempts: u32,
    pub(super) tombstone: Option<i64>,
    pub(super) updated: i64,
    pub(super) url: Option<String>,
    /// Bit for each field that is empty, as in [`Hole`].
    pub(super) holes: u32,
    pub(super) published: i64,
    pub(super) title: String,
    pub(super) likeness: Option<u64>,
    pub(super) merged_into: Option<i64>,
    pub(super) extras: Option<String>,
}

/// Fields that may be filled in later.
#[derive(Debug, Clone, Copy)]
#[repr(u32)]
pub(super) enum Hole {
    Summary = 1,
    Language = 2,
    Authors = 4,
    Categories = 8,
    Picture = 16,
    Enclosures = 32,
}

impl Stored {
    pub(super) fn lacks(&self, hole: Hole) -> bool {
        self.holes & hole as u32 != 0
    }
}

/// Selects the columns that [`stored`] reads, in its order, of an entry `e`.
pub(super) const SELECT: &str =
    "select e.nr, e.fingerprint, e.teaser_print, e.keys_print, e.depth, e.attempts, e.tombstone, e.updated, e.url,
        (e.summary is null) + 2 * (e.language is null) + 4 * (e.authors is null) + 8 * (e.categories is null)
        + 16 * (e.picture is null) + 32 * (e.enclosures is null), e.published, e.title, e.likeness, e.merged_into, e.extras";

pub(super) fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        nr: row.get(0)?,
        fingerprint: row.get::<_, i64>(1)?.cast_unsigned(),
        teaser_print: row.get::<_, Option<i64>>(2)?.map(i64::cast_unsigned),
        keys_print: row.get::<_, i64>(3)?.cast_unsigned(),
        depth: row.get(4)?,
        attempts: row.get(5)?,
        tombstone: row.get(6)?,
        updated: row.get(7)?,
        url: row.get(8)?,
        holes: row.get(9)?,
        published: row.get(10)?,
        title: row.get(11)?,
        likeness: row.get::<_, Option<i64>>(12)?.map(i64::cast_unsigned),
        merged_into: row.get(13)?,
        extras: row.get(14)?,
    })
}

/// The stored entry that a draft surely is: by its sure keys, surest first, or by the very id it would get.
pub(super) fn find(db: &Connection, source: i64, draft: &Draft) -> rusqlite::Result<Option<Stored>> {
    let mut denied = None;
    for key in draft.keys.iter().filter(|key| is_sure(key)) {
        match holder(db, source, key)? {
            Some(found) if key.starts_with("guid:") && likeness::contradicts(&found, draft) => denied = Some(found.nr),
            Some(found) => return Ok(Some(found)),
            None => {}
        }
    }
    let sql = format!("{SELECT} from entries e where e.id = ?1 and e.source = ?2");
    let found = db.prepare_cached(&sql)?.query_row(params![draft.id.0, source], stored).optional()?;
    found.filter(|found| denied != Some(found.nr)).map(|found| spokesman(db, found)).transpose()
}

/// The stored entry that a draft is by what only hints, unless something speaks against it; never one of those
/// `besides`, which the same run shows as themselves.
pub(super) fn find_by_hint(
    db: &Connection,
    source: i64,
    draft: &Draft,
    besides: impl Fn(i64) -> bool,
) -> rusqlite::Result<Option<Stored>> {
    for key in draft.keys.iter().filter(|key| !is_sure(key)) {
        if let Some(found) = holder(db, source, key)?
            && !besides(found.nr)
            && likeness::agrees(key, &found, draft)
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The entry of a row number.
pub(super) fn by_row(db: &Connection, nr: i64) -> rusqlite::Result<Stored> {
    let sql = format!("{SELECT} from entries e where e.nr = ?1");
    db.prepare_cached(&sql)?.query_row([nr], stored)
}

/// The entry that has a key, or the one that speaks for it.
fn holder(db: &Connection, source: i64, key: &str) -> rusqlite::Result<Option<Stored>> {
    let sql = format!("{SELECT} from keys k join entries e on e.nr = k.entry where k.source = ?1 and k.key = ?2");
    let found = db.prepare_cached(&sql)?.query_row(params![source, cut(key)], stored).optional()?;
    found.map(|found| spokesman(db, found)).transpose()
}

/// Who speaks for an entry: itself, but for one that an operator merged into another.
fn spokesman(db: &Connection, found: Stored) -> rusqlite::Result<Stored> {
    let Some(into) = found.merged_into else { return Ok(found) };
    let sql = format!("{SELECT} from entries e where e.nr = ?1");
    Ok(db.prepare_cached(&sql)?.query_row([into], stored).optional()?.unwrap_or(found))
}

/// Row numbers of entries.
pub(super) fn rows(db: &Connection, ids: &[EntryId]) -> rusqlite::Result<HashSet<i64>> {
    let mut ask = db.prepare_cached("select coalesce(merged_into, nr) from entries where id = ?1")?;
    let found = ids.iter().map(|id| ask.query_row([&id.0], |row| row.get(0)).optional());
    found.filter_map(Result::transpose).collect()
}

/// Adds the keys that are not in the ledger; tells how many.
pub(super) fn add(
    db: &Connection,
    source: i64,
    entry: i64,
    keys: &[String],
    now: DateTime<Utc>,
) -> rusqlite::Result<usize> {
    let mut add =
        db.prepare_cached("insert or ignore into keys (source, key, entry, since) values (?1, ?2, ?3, ?4)")?;
    keys.iter().map(|key| add.execute(params![source, cut(key), entry, now.timestamp_millis()])).sum()
}

/// Likewise, of several entries; a key that two of them have is the first one's. Many keys at once are added at half
/// the cost, and in their order, so that what they are added to grows at one place.
pub(super) fn add_all<'k>(
    db: &Connection,
    source: i64,
    keys: impl Iterator<Item = (&'k str, i64)>,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let mut keys: Vec<(Cow<str>, i64)> = keys.map(|(key, entry)| (cut(key), entry)).collect();
    keys.sort_by(|(one, _), (other, _)| one.cmp(other));
    let since = now.timestamp_millis();
    let (many, rest) = keys.as_chunks::<MANY>();
    if !many.is_empty() {
        let mut add = db.prepare_cached(&ADD_MANY)?;
        for keys in many {
            add.raw_bind_parameter(1, source)?;
            add.raw_bind_parameter(2, since)?;
            for ((key, entry), place) in keys.iter().zip((3..).step_by(2)) {
                add.raw_bind_parameter(place, key)?;
                add.raw_bind_parameter(place + 1, entry)?;
            }
            add.raw_execute()?;
        }
    }
    let mut add =
        db.prepare_cached("insert or ignore into keys (source, key, entry, since) values (?1, ?3, ?4, ?2)")?;
    rest.iter().try_for_each(|(key, entry)| add.execute(params![source, since, key, entry]).map(drop))
}

/// So many keys are added at once.
const MANY: usize = 16;

static ADD_MANY: LazyLock<String> = LazyLock::new(|| {
    let rows: Vec<String> = (0..MANY).map(|row| format!("(?1, ?{}, ?{}, ?2)", 2 * row + 3, 2 * row + 4)).collect();
    format!("insert or ignore into keys (source, key, entry, since) values {}", rows.join(", "))
});

/// Whether a source never had an entry, so that nothing need be looked for: a first run would be questions mostly.
pub(super) fn is_empty(db: &Connection, source: i64) -> rusqlite::Result<bool> {
    db.prepare_cached("select 1 from sources where nr = ?1 and revision = 0")?.exists([source])
}

/// Hash of a draft's keys.
pub(super) fn print(keys: &[String]) -> u64 {
    let mut hash = Xxh3::new();
    for key in keys {
        hash.update(key.as_bytes());
        hash.update(&[0]);
    }
    hash.digest()
}

/// Of these keys, those in the ledger; and the deleted entries among them whose last sight is to be noted.
pub(super) fn known(
    db: &Connection,
    source: i64,
    keys: Vec<String>,
    now: DateTime<Utc>,
) -> rusqlite::Result<(Vec<Known>, Vec<i64>)> {
    let mut ask = db.prepare_cached(
        "select coalesce(m.id, e.id), coalesce(m.depth, e.depth), coalesce(m.attempts, e.attempts),
            case when m.nr is null then e.tombstone else m.tombstone end, coalesce(m.nr, e.nr)
         from keys k join entries e on e.nr = k.entry left join entries m on m.nr = e.merged_into
         where k.source = ?1 and k.key = ?2",
    )?;
    let stale = (now - SIGHT).timestamp_millis();
    let (mut found, mut seen) = (Vec::new(), Vec::new());
    if is_empty(db, source)? {
        return Ok((found, seen));
    }
    for key in keys {
        let row = ask
            .query_row(params![source, cut(&key)], |row| {
                let tombstone: Option<i64> = row.get(3)?;
                let full_text = tombstone.is_some() || row.get::<_, i64>(1)? == 2;
                Ok((EntryId(row.get(0)?), full_text, row.get(2)?, tombstone, row.get(4)?))
            })
            .optional()?;
        if let Some((id, full_text, attempts, tombstone, nr)) = row {
            if tombstone.is_some_and(|at| at < stale) && !seen.contains(&nr) {
                seen.push(nr);
            }
            found.push(Known { key, id, full_text, attempts });
        }
    }
    Ok((found, seen))
}

/// Notes that a source still shows what was deleted, so that its tombstone stays.
pub(super) fn sighted(db: &Connection, entry: i64, now: DateTime<Utc>) -> rusqlite::Result<()> {
    db.prepare_cached("update entries set tombstone = max(tombstone, ?2) where nr = ?1 and tombstone is not null")?
        .execute(params![entry, now.timestamp_millis()])
        .map(drop)
}

/// A key as the ledger has it.
pub(super) fn cut(key: &str) -> Cow<'_, str> {
    if key.len() <= LONGEST {
        return Cow::Borrowed(key);
    }
    let end = (0..=SHOWN).rev().find(|&at| key.is_char_boundary(at)).unwrap_or(0);
    Cow::Owned(format!("{}…{:032x}", key.get(..end).unwrap_or_default(), xxh3_128(key.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_keys_are_cut_and_stay_apart() {
        let (one, two) = (format!("{}1", "ü".repeat(400)), format!("{}2", "ü".repeat(400)));
        assert!(cut(&one).len() <= LONGEST);
        assert_ne!(cut(&one), cut(&two));
        assert_eq!(cut("guid:1"), "guid:1");
    }

    #[test]
    fn keys_are_hashed_with_their_borders() {
        assert_ne!(print(&["ab".into(), "c".into()]), print(&["a".into(), "bc".into()]));
    }
}
