//! What is kept.
//!
//! Comes in: one run's drafts and report, in one transaction. Goes out: entries, states of sources, reports.
//! Never: another room but `model`.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};

use crate::model::{Changes, Draft, Entry, EntryId, HarvestReport, Outcome, Selection, SourceId, Validators};

/// Why the store failed.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct StoreError {
    /// A sentence that names the file and the remedy.
    pub message: String,
}

/// A worker's time-limited right to harvest a due source.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The source.
    pub source: SourceId,
    /// What is known of it.
    pub state: SourceState,
}

/// What is known of a source between runs.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceState {
    /// Whose state.
    pub id: SourceId,
    /// The title its page or feed gives itself.
    pub title: Option<String>,
    /// The page for people that belongs to it.
    pub home: Option<url::Url>,
    /// The feed that was found on its page and is read instead, where that is so.
    pub feed: Option<url::Url>,
    /// Validators of the last whole answer.
    pub validators: Validators,
    /// Hash of the last whole body, to see "unchanged" where the server has no validators.
    pub body_hash: Option<u64>,
    /// Fingerprint of how the last body was read (address, kind, rules, version of the readers): when it
    /// differs, the same bytes are read again.
    pub reading: Option<u64>,
    /// When it is due.
    pub next_run: DateTime<Utc>,
    /// When the last run began.
    pub last_run: Option<DateTime<Utc>>,
    /// When it last succeeded.
    pub last_success: Option<DateTime<Utc>>,
    /// What the last run came to.
    pub last_outcome: Option<Outcome>,
    /// Why, where it failed.
    pub last_reason: String,
    /// Failed runs since the last success.
    pub failures: u32,
    /// Stored entries.
    pub entries: u64,
}

/// What the store holds under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The key that was asked about.
    pub key: String,
    /// Its entry. A deleted entry's keys are known too.
    pub id: EntryId,
    /// Whether the full text is held (or the entry was deleted): no article page need be asked for.
    pub full_text: bool,
    /// How often its article page was asked for in vain.
    pub attempts: u32,
}

/// All that one run leaves behind, stored in one transaction.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The report; its `changes` are filled in by the store.
    pub report: HarvestReport,
    /// The entries, in page order.
    pub drafts: Vec<Draft>,
    /// The state of the source from now on (`entries` is ignored).
    pub state: SourceState,
}

/// The contract.
#[async_trait]
pub trait Store: Send + Sync {
    /// Makes the configured sources known; those new to the store are due at `first_run(id)`'s instant.
    /// Sources no longer configured keep their entries and are not claimed.
    async fn sync_sources(&self, sources: Vec<(SourceId, DateTime<Utc>)>) -> Result<(), StoreError>;
    /// Makes a source due at an instant, whatever was planned: its configuration changed.
    async fn reschedule(&self, id: &SourceId, at: DateTime<Utc>) -> Result<(), StoreError>;
    /// Hands out at most `limit` due sources, each to at most one worker until the lease ends.
    async fn claim_due(
        &self,
        worker: &str,
        now: DateTime<Utc>,
        lease: Duration,
        limit: usize,
    ) -> Result<Vec<Claim>, StoreError>;
    /// Claims one source whether due or not; `None` while another worker holds it.
    async fn claim(
        &self,
        worker: &str,
        id: &SourceId,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Option<Claim>, StoreError>;
    /// The earliest instant at which a source falls due.
    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError>;
    /// Stores a run and ends its claim. A draft that shares a key with a stored entry is that entry.
    async fn finish(&self, finished: Finished) -> Result<Changes, StoreError>;
    /// Of these keys of a source, those stored.
    async fn known(&self, source: &SourceId, keys: Vec<String>) -> Result<Vec<Known>, StoreError>;
    /// Newest first by `published`, then by id.
    async fn entries(&self, selection: &Selection, limit: usize) -> Result<Vec<Entry>, StoreError>;
    /// One entry.
    async fn entry(&self, id: &EntryId) -> Result<Option<Entry>, StoreError>;
    /// The states of all configured sources, by id.
    async fn sources(&self) -> Result<Vec<SourceState>, StoreError>;
    /// The latest reports of a source, newest first.
    async fn reports(&self, source: &SourceId, limit: usize) -> Result<Vec<HarvestReport>, StoreError>;
    /// A number that grows whenever an entry of the selection is added or altered. In memory; cheap.
    fn revision(&self, selection: &Selection) -> u64;
    /// When an entry of the selection was last added or altered; survives restarts.
    async fn changed_at(&self, selection: &Selection) -> Result<Option<DateTime<Utc>>, StoreError>;
    /// Ends what is under way and closes the file; idempotent.
    async fn close(&self) -> Result<(), StoreError>;
}

/// Opens the store at a path, made and migrated as needed.
pub fn open(path: &Path) -> Result<Arc<dyn Store>, StoreError> {
    Err(StoreError { message: format!("{}: not built", path.display()) })
}

/// Opens an existing store for looking at, beside a daemon that writes it.
pub fn open_read_only(path: &Path) -> Result<Arc<dyn Store>, StoreError> {
    open(path)
}
