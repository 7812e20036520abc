//! Looking after the file: how much is in it, whether it is sound, a copy of it.

use std::fs::File;
use std::path::Path;

use rusqlite::Connection;

use super::{packing, texts};
use crate::store::{Counts, StoreError, StoreTrouble};

/// How much is held.
pub(super) fn counts(db: &Connection) -> rusqlite::Result<Counts> {
    db.query_row(
        "select (select count(*) from sources where configured = 1),
                (select coalesce(sum(entries), 0) from sources),
                (select count(*) from entries where tombstone is not null),
                (select count(*) from revisions),
                (select page_count * page_size from pragma_page_count, pragma_page_size)",
        [],
        |row| {
            let count = |column: usize| row.get::<_, i64>(column).map(i64::cast_unsigned);
            Ok(Counts {
                sources: count(0)?,
                entries: count(1)?,
                tombstones: count(2)?,
                revisions: count(3)?,
                bytes: count(4)?,
            })
        },
    )
}

/// What must find no row, and what it means if it does.
const RULES: &[(&str, &str)] = &[
    (
        "select count(*) from keys k left join entries e on e.nr = k.entry where e.nr is null or e.source <> k.source",
        "keys belong to no entry of their source",
    ),
    (
        "select count(*) from entries e where tombstone is not null and merged_into is null
            and (block is not null or exists (select 1 from bodies b where b.entry = e.nr))",
        "deleted entries still have their text",
    ),
    (
        "select count(*) from entries e where depth > 0 and tombstone is null and block is null
            and not exists (select 1 from bodies b where b.entry = e.nr)",
        "entries have lost their text",
    ),
    (
        "select count(*) from sources s where entries <>
            (select count(*) from entries e where e.source = s.nr and tombstone is null)",
        "sources count their entries wrong",
    ),
];

/// Packed texts, and what it means where they do not unpack.
const TEXTS: &[(&str, &str)] = &[
    ("select packed from bodies", "texts are damaged"),
    ("select packed from revisions where packed is not null", "old texts are damaged"),
];

/// What is wrong with the file, as sentences.
pub(super) fn integrity(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut wrong: Vec<String> = db
        .prepare("pragma integrity_check")?
        .query_map([], |row| row.get(0))?
        .filter(|line| line.as_ref().map_or(true, |line: &String| line != "ok"))
        .collect::<rusqlite::Result<_>>()?;
    let orphans = db.prepare("pragma foreign_key_check")?.query_map([], |_| Ok(()))?.count();
    if orphans > 0 {
        wrong.push(format!("{orphans} rows point at rows that are not there"));
    }
    // SQLite looks at how its pages hang together, not at what they hold.
    for (texts, meaning) in TEXTS {
        let mut ask = db.prepare(texts)?;
        let mut rows = ask.query([])?;
        let mut damaged = 0usize;
        while let Some(row) = rows.next()? {
            damaged += usize::from(packing::unpack(row.get_ref(0)?.as_blob().unwrap_or_default()).is_err());
        }
        if damaged > 0 {
            wrong.push(format!("{damaged} {meaning}"));
        }
    }
    let (damaged, strange) = texts::check(db)?;
    for (count, meaning) in [(damaged, "blocks of texts are damaged"), (strange, "texts are kept that are no entry's")]
    {
        if count > 0 {
            wrong.push(format!("{count} {meaning}"));
        }
    }
    for (rule, meaning) in RULES {
        let count: i64 = db.query_row(rule, [], |row| row.get(0))?;
        if count > 0 {
            wrong.push(format!("{count} {meaning}"));
        }
    }
    Ok(wrong)
}

/// Refuses a path at which something stands already.
pub(super) fn expect_free(path: &Path) -> Result<(), StoreError> {
    if path.exists() {
        return Err(StoreError::new(
            StoreTrouble::Other,
            format!("{}: the file exists and is not overwritten; name another one", path.display()),
        ));
    }
    Ok(())
}

/// Copies the whole state at one instant, without unused pages.
pub(super) fn copy(db: &Connection, to: &Path) -> rusqlite::Result<()> {
    db.execute("vacuum into ?1", [to.to_string_lossy()]).map(drop)
}

/// Makes sure that a copy lies on the disk, and gives it its name.
pub(super) fn settle(part: &Path, path: &Path) -> Result<(), StoreError> {
    File::open(part).and_then(|file| file.sync_all()).and_then(|()| std::fs::rename(part, path)).map_err(|e| {
        StoreError::new(
            StoreTrouble::Other,
            format!(
                "{}: the backup cannot be written: {e}; is there room, and may the folder be written?",
                path.display()
            ),
        )
    })
}
