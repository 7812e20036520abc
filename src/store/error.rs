//! Why the store failed, as a sentence that names the file and the remedy.

use std::path::Path;

use rusqlite::ErrorCode;

/// Why the store failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct StoreError {
    /// What kind of trouble, for programs.
    pub kind: StoreTrouble,
    /// A sentence that names the file and the remedy.
    pub message: String,
}

/// Kinds of trouble with a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreTrouble {
    /// There is no store at the path, and none was to be made.
    Missing,
    /// The file is something else: no SQLite database, or another program's.
    Foreign,
    /// The file was written by a newer Courant.
    Newer,
    /// The file is damaged.
    Corrupt,
    /// Another process holds the file for too long.
    Busy,
    /// The disk is full.
    Full,
    /// The store was opened for reading only, or the file may not be written.
    ReadOnly,
    /// The store was closed.
    Closed,
    /// What was asked for cannot be done with what is held.
    Refused,
    /// Anything else.
    Other,
}

impl StoreError {
    pub(super) fn new(kind: StoreTrouble, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// The store was closed, or its writer is gone.
    pub(super) fn closed(path: &Path) -> Self {
        Self::new(StoreTrouble::Closed, format!("{}: the store is closed", path.display()))
    }

    /// What SQLite said about the file at `path`, with a remedy.
    pub(super) fn sqlite(path: &Path, error: &rusqlite::Error) -> Self {
        let file = path.display();
        let (kind, remedy) = match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => (
                StoreTrouble::Foreign,
                "the file is no SQLite database; nothing was written to it; choose another path in `[store] url`",
            ),
            Some(ErrorCode::DatabaseCorrupt) => (
                StoreTrouble::Corrupt,
                "the file is damaged; keep a copy, then put back a backup (`courant backup` makes them), or move the \
                 file away to begin anew",
            ),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                (StoreTrouble::Busy, "another process holds the file; stop it, or try again")
            }
            Some(ErrorCode::DiskFull) => {
                (StoreTrouble::Full, "the disk is full; nothing was lost; make room and it will go on")
            }
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => (
                StoreTrouble::ReadOnly,
                "the file may not be written; give its folder and file to the user who runs Courant",
            ),
            Some(ErrorCode::CannotOpen) => (
                StoreTrouble::Missing,
                "the file cannot be opened; does its folder exist, and may it be read and written?",
            ),
            Some(ErrorCode::SystemIoFailure) => {
                (StoreTrouble::Other, "the disk failed to read or write; look at the system's log")
            }
            _ => match error {
                rusqlite::Error::FromSqlConversionFailure(..) | rusqlite::Error::InvalidColumnType(..) => (
                    StoreTrouble::Corrupt,
                    "a row does not hold what it should; put back a backup (`courant backup` makes them)",
                ),
                _ => (StoreTrouble::Other, "please report this"),
            },
        };
        Self::new(kind, format!("{file}: {error}: {remedy}"))
    }
}
