//! A few connections that only read, each used by one question at a time.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::file;
use crate::store::StoreError;

/// Connections open at most: reading is CPU work, and every connection has a cache of its own.
const CONNECTIONS: usize = 4;

pub(super) struct Readers {
    path: Arc<Path>,
    idle: Mutex<Vec<Connection>>,
    room: Semaphore,
    closed: AtomicBool,
}

impl Readers {
    pub(super) fn new(path: Arc<Path>) -> Self {
        Self { path, idle: Mutex::new(Vec::new()), room: Semaphore::new(CONNECTIONS), closed: AtomicBool::new(false) }
    }

    /// Asks a question on a blocking thread; all its statements see one state of the file.
    pub(super) async fn read<T, F>(self: &Arc<Self>, question: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.with(move |db| {
            let one_state = db.unchecked_transaction()?;
            let answer = question(db)?;
            one_state.finish()?;
            Ok(answer)
        })
        .await
    }

    /// Lends a connection outside any transaction.
    pub(super) async fn with<T, F>(self: &Arc<Self>, question: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let closed = || StoreError::closed(&self.path);
        let _room = self.room.acquire().await.map_err(|_| closed())?;
        if self.closed.load(Ordering::Acquire) {
            return Err(closed());
        }
        let readers = Arc::clone(self);
        let asked = tokio::task::spawn_blocking(move || {
            let idle = readers.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let db = match idle {
                Some(db) => db,
                None => file::reading(&readers.path)?,
            };
            let answer = question(&db).map_err(|e| StoreError::sqlite(&readers.path, &e));
            if !readers.closed.load(Ordering::Acquire) {
                readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(db);
            }
            answer
        });
        asked.await.map_err(|_| closed())?
    }

    /// Closes the idle connections; those at work close when they are done.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
