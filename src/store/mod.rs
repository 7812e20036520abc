//! What is kept.
//!
//! Comes in: one run's drafts and report, in one transaction. Goes out: entries, states of sources, reports.
//! Never: another room but `model`.

mod error;
mod keeper;
mod snapshot;
mod sqlite;
mod values;

#[cfg(test)]
mod contract;

use std::path::Path;
use std::sync::Arc;

pub use error::{StoreError, StoreTrouble};
pub use keeper::Store;
pub use snapshot::{Dictionary, Snapshot};
pub use values::{
    Claim, Counts, Dossier, Finished, Following, Held, Known, Moved, Resemblance, Revision, Seen, Sight, Silence,
    SiteRules, SourceState, Standing, Verdict, Whose, Wishes,
};

/// Opens the store at a path, made and migrated as needed. A file that is not a store, is damaged or was written
/// by a newer Courant is left as it is.
pub fn open(path: &Path) -> Result<Arc<dyn Store>, StoreError> {
    Ok(Arc::new(sqlite::Sqlite::open(path)?))
}

/// Opens the store at a path for reading, beside a running daemon; every call that would write fails. A store of
/// an earlier version must be opened for writing once before.
pub fn open_read_only(path: &Path) -> Result<Arc<dyn Store>, StoreError> {
    Ok(Arc::new(sqlite::Sqlite::open_read_only(path)?))
}

/// Whether a process that writes lives on the store at `path`; where the file system knows no locks, none seems to.
pub fn in_use(path: &Path) -> bool {
    sqlite::in_use(path)
}
