//! Numbered migrations, and whose file this is.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::store::{StoreError, StoreTrouble};

/// `Crnt`: marks a SQLite file as ours.
const APPLICATION_ID: i32 = 0x4372_6e74;

/// Every step from an empty file to the present; `user_version` counts those taken. A step, once released, is
/// never edited.
const STEPS: &[&str] = &[
    include_str!("migrations/0001_begin.sql"),
    include_str!("migrations/0002_likeness_quarantine_snapshots.sql"),
    include_str!("migrations/0003_wishes.sql"),
    include_str!("migrations/0004_stories_followings_extras_seen.sql"),
    include_str!("migrations/0005_blocks_robots.sql"),
    include_str!("migrations/0006_profiles.sql"),
];

/// Brings the file at `path` to the present version. Touches nothing that is not ours.
pub(super) fn migrate(db: &mut Connection, path: &Path) -> Result<(), StoreError> {
    if recognise(db, path)? == STEPS.len() {
        return Ok(());
    }
    let sql = |e: rusqlite::Error| StoreError::sqlite(path, &e);
    // Asked again inside the transaction: two processes may open a new file at once.
    let change = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql)?;
    let taken = recognise(&change, path)?;
    for (step, text) in STEPS.iter().enumerate().skip(taken) {
        change.execute_batch(text).map_err(sql)?;
        change.pragma_update(None, "user_version", step as i64 + 1).map_err(sql)?;
    }
    change.pragma_update(None, "application_id", APPLICATION_ID).map_err(sql)?;
    change.commit().map_err(sql)
}

/// Makes sure that the file at `path` is of the present version, without writing.
pub(super) fn expect_current(db: &Connection, path: &Path) -> Result<(), StoreError> {
    match recognise(db, path)? {
        taken if taken == STEPS.len() => Ok(()),
        0 => Err(StoreError::new(
            StoreTrouble::Missing,
            format!(
                "{}: there is no store in this file yet; `courant run` or `courant fetch` makes one",
                path.display()
            ),
        )),
        _ => Err(StoreError::new(
            StoreTrouble::Other,
            format!(
                "{}: the store is of an earlier version; start `courant run` or `courant fetch` once to bring it up to date",
                path.display()
            ),
        )),
    }
}

/// How many steps the file has taken; 0 for an empty one.
fn recognise(db: &Connection, path: &Path) -> Result<usize, StoreError> {
    let sql = |e: rusqlite::Error| StoreError::sqlite(path, &e);
    let number = |name: &str| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(sql);
    let (owner, version) = (number("application_id")?, number("user_version")?);
    if owner == i64::from(APPLICATION_ID) {
        return match usize::try_from(version) {
            Ok(version) if (1..=STEPS.len()).contains(&version) => Ok(version),
            _ => Err(StoreError::new(
                StoreTrouble::Newer,
                format!(
                    "{}: the store was written by a newer Courant (schema {version}; this one knows up to {}); nothing \
                     was changed; install the newer Courant again, or choose another path in `[store] url`",
                    path.display(),
                    STEPS.len()
                ),
            )),
        };
    }
    let tables: i64 = db.query_row("select count(*) from sqlite_schema", [], |row| row.get(0)).map_err(sql)?;
    if owner == 0 && version == 0 && tables == 0 {
        return Ok(0);
    }
    Err(StoreError::new(
        StoreTrouble::Foreign,
        format!(
            "{}: the file is another program's database; nothing was changed; choose another path in `[store] url`",
            path.display()
        ),
    ))
}
