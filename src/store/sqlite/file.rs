//! Opening connections: pragmas, and whether the file is still the one that was opened.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::migrate;
use crate::store::{StoreError, StoreTrouble};

/// How long to wait for another process's transaction.
const BUSY: Duration = Duration::from_secs(10);
/// Bytes of the write-ahead log after which they are put into the file: pages that are changed again and again (of the
/// ledger, mostly) are put there once.
const LOG: i64 = 16 * 1024 * 1024;
/// More than the statements of this room, so that each is prepared once.
const STATEMENTS: usize = 64;

/// The connection that writes. Makes the folder and the file where they are missing.
pub(super) fn writing(path: &Path) -> Result<Connection, StoreError> {
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|e| {
            StoreError::new(
                StoreTrouble::Missing,
                format!(
                    "{}: the folder cannot be made: {e}; make it, or choose another path in `[store] url`",
                    folder.display()
                ),
            )
        })?;
    }
    let sql = |e: rusqlite::Error| StoreError::sqlite(path, &e);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(path, flags).map_err(sql)?;
    db.busy_timeout(BUSY).map_err(sql)?;
    // Counts for a file that is about to be made; it writes nothing.
    db.execute_batch("pragma page_size = 4096").map_err(sql)?;
    // Whose file it is is settled before the first pragma that writes.
    migrate::migrate(&mut db, path)?;
    // WAL with NORMAL: what is committed survives the death of the process; a power cut may take the last
    // transactions, but never leaves a damaged file.
    db.execute_batch(
        "pragma journal_mode = wal;
         pragma synchronous = normal;
         pragma foreign_keys = on;
         pragma cache_size = -4096;
         pragma temp_store = memory;
         pragma journal_size_limit = 16777216;",
    )
    .map_err(sql)?;
    // A file of an earlier version has larger pages.
    let page: i64 = db.pragma_query_value(None, "page_size", |row| row.get(0)).map_err(sql)?;
    db.pragma_update(None, "wal_autocheckpoint", LOG / page.max(1)).map_err(sql)?;
    keep_plans(&db).map_err(sql)?;
    Ok(db)
}

/// A connection that only reads.
pub(super) fn reading(path: &Path) -> Result<Connection, StoreError> {
    let sql = |e: rusqlite::Error| StoreError::sqlite(path, &e);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags).map_err(sql)?;
    db.busy_timeout(BUSY).map_err(sql)?;
    db.execute_batch("pragma cache_size = -2048; pragma temp_store = memory;").map_err(sql)?;
    keep_plans(&db).map_err(sql)?;
    Ok(db)
}

/// Every statement is prepared once. Without the planner's guarantee of stability SQLite prepares a statement anew
/// whenever another value is bound beside a partial index: measured at nine tenths of a look-up.
fn keep_plans(db: &Connection) -> rusqlite::Result<()> {
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}

/// Which file a path led to when it was opened. One that is deleted, moved or replaced beneath an open connection goes on
/// to be written, and all of it is lost with the process.
#[derive(Debug)]
pub(super) struct Place {
    path: PathBuf,
    node: Option<(u64, u64)>,
}

impl Place {
    pub(super) fn of(path: &Path) -> Self {
        Self { path: path.to_owned(), node: node(path) }
    }

    /// Whether the path still leads there.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        if node(&self.path) == self.node {
            return Ok(());
        }
        Err(StoreError::new(
            StoreTrouble::Missing,
            format!(
                "{}: the file was deleted, moved or replaced while it is in use; put it back, or stop all that use it \
                 and start them again",
                self.path.display()
            ),
        ))
    }
}

fn node(path: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}
