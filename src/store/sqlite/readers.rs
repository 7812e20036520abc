//! A few connections that only read, each used by one question at a time.

use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::file::{self, Access};
use crate::store::StoreError;

/// Connections open at most: reading is CPU work, and every connection has a cache of its own.
const MOST: usize = 4;
/// So many may be open on any machine: one who reads long keeps no other waiting.
const LEAST: usize = 2;

pub(super) struct Readers {
    path: Arc<Path>,
    access: Access,
    idle: Mutex<Vec<Connection>>,
    room: Semaphore,
    /// Who may ask where he stands: one thread less than there are cores, so that one is always free; nobody on one core.
    here: Option<Semaphore>,
    closed: AtomicBool,
}

impl Readers {
    pub(super) fn new(path: Arc<Path>, access: Access) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let here = NonZero::new(cores.saturating_sub(1).min(MOST)).map(|many| Semaphore::new(many.get()));
        Self {
            path,
            access,
            idle: Mutex::new(Vec::new()),
            room: Semaphore::new(cores.clamp(LEAST, MOST)),
            here,
            closed: AtomicBool::new(false),
        }
    }

    /// Asks a question that takes microseconds, where that may be without a change of threads, which would take longer.
    pub(super) async fn glance<T, F>(self: &Arc<Self>, question: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        // To wait for those who stand there takes microseconds, too.
        if let Some(here) = &self.here
            && let Ok(_here) = here.acquire().await
            && let Ok(_room) = self.room.try_acquire()
        {
            return self.answer(|db| in_one_state(db, question));
        }
        self.read(question).await
    }

    /// Asks a question on a blocking thread; all its statements see one state of the file.
    pub(super) async fn read<T, F>(self: &Arc<Self>, question: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.with(move |db| in_one_state(db, question)).await
    }

    /// Lends a connection outside any transaction.
    pub(super) async fn with<T, F>(self: &Arc<Self>, question: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let closed = || StoreError::closed(&self.path);
        let _room = self.room.acquire().await.map_err(|_| closed())?;
        let readers = Arc::clone(self);
        let asked = tokio::task::spawn_blocking(move || readers.answer(question));
        asked.await.map_err(|_| closed())?
    }

    /// Has an idle connection answer, or a new one.
    fn answer<T>(&self, question: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(StoreError::closed(&self.path));
        }
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let db = match idle {
            Some(db) => db,
            None => file::reading(&self.path, self.access)?,
        };
        let answer = question(&db).map_err(|e| StoreError::sqlite(&self.path, &e));
        if !self.closed.load(Ordering::Acquire) {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(db);
        }
        answer
    }

    /// Closes the idle connections, which may be opened again.
    pub(super) fn let_go(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Closes the idle connections; those at work close when they are done.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.let_go();
    }
}

/// Answers from one state of the file, however many statements that takes.
fn in_one_state<T>(db: &Connection, question: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    let one_state = db.unchecked_transaction()?;
    let answer = question(db)?;
    one_state.finish()?;
    Ok(answer)
}
