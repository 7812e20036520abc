//! The one thread that writes.
//!
//! It owns the write connection and takes closures from a bounded queue. What has queued up while it was busy
//! goes into one transaction, each job behind a savepoint of its own; a job is answered after the commit.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::file::Presence;
use super::tally::Tallies;
use crate::store::{StoreError, StoreTrouble};

/// Jobs that may wait; whoever brings more waits himself.
const QUEUE: usize = 256;
/// Jobs in one transaction.
const BATCH: usize = 64;
/// A transaction takes no further job once it has lasted this long, so that nobody waits long for an answer.
const BATCH_TIME: Duration = Duration::from_millis(50);
/// While jobs come together, each transaction waits so long for those that are about to come: what it costs to begin
/// and end one, and to write a page that several change, is then shared.
const GATHER: Duration = Duration::from_millis(25);
/// How often an idle writer looks whether another process has written.
const LOOK: Duration = Duration::from_secs(2);

/// Sources whose entries a transaction changed, told to the tallies after the commit.
pub(super) type Touched = Vec<i64>;

/// The way to the writing thread.
pub(super) struct Writer {
    queue: Mutex<Option<Sender<Box<dyn Job>>>>,
    room: Arc<Semaphore>,
    thread: Mutex<Option<JoinHandle<()>>>,
    path: Arc<Path>,
}

impl Writer {
    /// Starts the thread on a connection.
    pub(super) fn start(
        db: Connection,
        presence: Presence,
        path: Arc<Path>,
        tallies: Arc<Tallies>,
    ) -> Result<Self, StoreError> {
        let (queue, jobs) = channel();
        let file = path.to_path_buf();
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                work(&db, &file, &tallies, &jobs);
                // Closed before others may think that nobody is here.
                drop(db);
                drop(presence);
            })
            .map_err(|e| {
                StoreError::new(
                    StoreTrouble::Other,
                    format!("{}: the writing thread does not start: {e}", path.display()),
                )
            })?;
        Ok(Self {
            queue: Mutex::new(Some(queue)),
            room: Arc::new(Semaphore::new(QUEUE)),
            thread: Mutex::new(Some(thread)),
            path,
        })
    }

    /// Has `job` done in a transaction, and answers once it is committed.
    pub(super) async fn write<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &mut Touched) -> rusqlite::Result<T> + Send + 'static,
    {
        let closed = || StoreError::closed(&self.path);
        let room = self.room.clone().acquire_owned().await.map_err(|_| closed())?;
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Typed { job: Some(job), done: None, reply, _room: room });
        self.queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .ok_or_else(closed)?
            .send(job)
            .map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }

    /// Lets the thread end what is queued and waits for it. A second call does nothing.
    pub(super) fn stop(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

impl Drop for Writer {
    /// Who drops a store without closing it waits for what is queued.
    fn drop(&mut self) {
        self.stop();
    }
}

/// A job whose answer's type is known only to who asked.
trait Job: Send {
    /// Works inside the transaction.
    fn work(&mut self, db: &Connection, touched: &mut Touched) -> rusqlite::Result<()>;
    /// Tells who asked, after the commit or in its stead.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Typed<T, F> {
    job: Option<F>,
    done: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
    _room: OwnedSemaphorePermit,
}

impl<T, F> Job for Typed<T, F>
where
    T: Send,
    F: FnOnce(&Connection, &mut Touched) -> rusqlite::Result<T> + Send,
{
    fn work(&mut self, db: &Connection, touched: &mut Touched) -> rusqlite::Result<()> {
        if let Some(job) = self.job.take() {
            self.done = Some(job(db, touched)?);
        }
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        // Who asked may have gone; then nobody is told.
        match (committed, self.done) {
            (Ok(()), Some(done)) => drop(self.reply.send(Ok(done))),
            (Err(error), _) => drop(self.reply.send(Err(error))),
            // A job that was committed is done; without a reply the asker reads "closed".
            (Ok(()), None) => {}
        }
    }
}

/// The thread: until the queue is closed and empty.
fn work(db: &Connection, path: &Path, tallies: &Tallies, jobs: &Receiver<Box<dyn Job>>) {
    let mut version = data_version(db);
    let mut together = false;
    loop {
        match jobs.recv_timeout(LOOK) {
            Ok(first) => {
                if together {
                    std::thread::sleep(GATHER);
                }
                together = transact(db, path, tallies, first, jobs) > 1;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        // It moves only when another connection has committed, and readers never do.
        let now = data_version(db);
        if now != version {
            version = now;
            if let Err(error) = tallies.load(db) {
                tracing::warn!("{}: what another process wrote cannot be read: {error}", path.display());
            }
        }
    }
    let _ = db.execute_batch("pragma optimize; pragma wal_checkpoint(truncate);");
}

fn data_version(db: &Connection) -> i64 {
    db.prepare_cached("pragma data_version").and_then(|mut s| s.query_row([], |row| row.get(0))).unwrap_or(0)
}

/// One transaction: `first`, and what is queued behind it; gives the number of jobs.
fn transact(
    db: &Connection,
    path: &Path,
    tallies: &Tallies,
    mut first: Box<dyn Job>,
    jobs: &Receiver<Box<dyn Job>>,
) -> usize {
    let told = |e: &rusqlite::Error| StoreError::sqlite(path, e);
    let mut touched = Touched::new();
    // The first needs no savepoint, which would copy each page it changes: if it fails, nothing else is lost.
    if let Err(error) = run(db, "begin immediate").and_then(|()| first.work(db, &mut touched)) {
        undo(db);
        first.answer(Err(told(&error)));
        return 1;
    }
    let begun = Instant::now();
    let mut done = vec![first];
    let mut broken = None;
    while done.len() < BATCH
        && begun.elapsed() < BATCH_TIME
        && let Ok(mut job) = jobs.try_recv()
    {
        let before = touched.len();
        match behind_savepoint(db, job.as_mut(), &mut touched) {
            Ok(()) => done.push(job),
            Err(error) => {
                touched.truncate(before);
                job.answer(Err(told(&error)));
                // A full disk and its like end the whole transaction, with all that was done in it.
                if db.is_autocommit() {
                    broken = Some(told(&error));
                    break;
                }
            }
        }
    }
    let committed = match broken {
        Some(error) => Err(error),
        None => run(db, "commit").map_err(|e| told(&e)),
    };
    match &committed {
        Ok(()) => tallies.bump(db, &mut touched),
        Err(_) => undo(db),
    }
    let number = done.len();
    for job in done {
        job.answer(committed.clone());
    }
    number
}

/// Ends a transaction that failed, unless SQLite has already.
fn undo(db: &Connection) {
    if !db.is_autocommit()
        && let Err(error) = run(db, "rollback")
    {
        tracing::error!("a failed transaction cannot be rolled back: {error}");
    }
}

fn behind_savepoint(db: &Connection, job: &mut dyn Job, touched: &mut Touched) -> rusqlite::Result<()> {
    run(db, "savepoint job")?;
    let worked = job.work(db, touched);
    if db.is_autocommit() {
        return worked;
    }
    if worked.is_err() {
        run(db, "rollback to job")?;
    }
    run(db, "release job")?;
    worked
}

fn run(db: &Connection, sql: &str) -> rusqlite::Result<()> {
    db.prepare_cached(sql)?.execute([]).map(drop)
}
