//! Opening connections: pragmas, and whether the file is still the one that was opened.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use url::Url;

use super::migrate;
use super::presence::in_use;
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

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Beside whoever writes to it.
    Beside,
    /// As it lies, which nobody may write to meanwhile.
    AsItLies,
}

/// How the file can be read: as it lies where nobody writes, and SQLite may not put beside it what readers and writers
/// share (the folder, or all of the disk, may not be written).
pub(super) fn access(path: &Path) -> Result<Access, StoreError> {
    let Err(error) = reading(path, Access::Beside) else { return Ok(Access::Beside) };
    if !matches!(error.kind, StoreTrouble::ReadOnly | StoreTrouble::Missing) {
        return Err(error);
    }
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    if std::fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        return Err(StoreError::new(
            StoreTrouble::ReadOnly,
            format!(
                "{}: the store cannot be read, since its folder may not be written and a part of it lies in {} yet; \
                 read it as the user who runs Courant, or copy both files into a folder of your own",
                path.display(),
                Path::new(&log).display()
            ),
        ));
    }
    if in_use(path) { Err(error) } else { Ok(Access::AsItLies) }
}

/// A connection that only reads.
pub(super) fn reading(path: &Path, access: Access) -> Result<Connection, StoreError> {
    let sql = |e: rusqlite::Error| StoreError::sqlite(path, &e);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let db = match access {
        Access::AsItLies if let Some(url) = as_it_lies(path) => Connection::open_with_flags(url.as_str(), flags),
        _ => Connection::open_with_flags(path, flags - OpenFlags::SQLITE_OPEN_URI),
    };
    let db = db.map_err(sql)?;
    db.busy_timeout(BUSY).map_err(sql)?;
    // Looks at the file, too.
    db.execute_batch("pragma cache_size = -2048; pragma temp_store = memory;").map_err(sql)?;
    keep_plans(&db).map_err(sql)?;
    Ok(db)
}

/// The file's address for SQLite, which says that it does not change.
fn as_it_lies(path: &Path) -> Option<Url> {
    let mut url = Url::from_file_path(std::path::absolute(path).ok()?).ok()?;
    url.set_query(Some("immutable=1"));
    Some(url)
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
