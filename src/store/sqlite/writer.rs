//! The one thread that writes.
//!
//! It owns the write connection and takes closures from a bounded queue. What has queued up while it was busy
//! goes into one transaction, each job behind a savepoint of its own, light ones behind one for several; a job is
//! answered after the commit.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::file::Place;
use super::presence::Presence;
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
        let (file, place) = (path.to_path_buf(), Place::of(&path));
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                work(&db, &place, &file, &tallies, &jobs);
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
        let mut job = Some(job);
        let once = move |db: &Connection, touched: &mut Touched| job.take().map(|job| job(db, touched)).transpose();
        self.queue(Weight::Heavy, once).await
    }

    /// Likewise what costs hardly more than its savepoint: it shares one with others, and is done once more where one of
    /// them fails.
    pub(super) async fn write_light<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.queue(Weight::Light, move |db: &Connection, _: &mut Touched| job(db).map(Some)).await
    }

    async fn queue<T, F>(&self, weight: Weight, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&Connection, &mut Touched) -> rusqlite::Result<Option<T>> + Send + 'static,
    {
        let closed = || StoreError::closed(&self.path);
        let room = self.room.clone().acquire_owned().await.map_err(|_| closed())?;
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Typed { weight, job, done: None, reply, _room: room });
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

/// What a job costs beside its savepoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    Heavy,
    /// Little, and it can be done again.
    Light,
}

/// A job whose answer's type is known only to who asked.
trait Job: Send {
    fn weight(&self) -> Weight;
    /// Works inside the transaction.
    fn work(&mut self, db: &Connection, touched: &mut Touched) -> rusqlite::Result<()>;
    /// Tells who asked, after the commit or in its stead.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Typed<T, F> {
    weight: Weight,
    job: F,
    done: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
    _room: OwnedSemaphorePermit,
}

impl<T, F> Job for Typed<T, F>
where
    T: Send,
    F: FnMut(&Connection, &mut Touched) -> rusqlite::Result<Option<T>> + Send,
{
    fn weight(&self) -> Weight {
        self.weight
    }

    fn work(&mut self, db: &Connection, touched: &mut Touched) -> rusqlite::Result<()> {
        self.done = (self.job)(db, touched)?;
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
fn work(db: &Connection, place: &Place, path: &Path, tallies: &Tallies, jobs: &Receiver<Box<dyn Job>>) {
    let mut version = data_version(db);
    let mut together = false;
    loop {
        match jobs.recv_timeout(LOOK) {
            Ok(first) => {
                if together {
                    std::thread::sleep(GATHER);
                }
                if let Err(error) = place.check() {
                    first.answer(Err(error));
                    continue;
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

/// A transaction under way.
struct Batch<'b> {
    db: &'b Connection,
    path: &'b Path,
    touched: Touched,
    done: Vec<Box<dyn Job>>,
    /// What ended it before its time.
    broken: Option<StoreError>,
}

impl Batch<'_> {
    /// Does jobs behind one savepoint; where one of several fails, each behind its own.
    fn attempt(&mut self, mut jobs: Vec<Box<dyn Job>>) {
        let error = match &self.broken {
            // Outside of a transaction a savepoint would begin one.
            Some(broken) => broken.clone(),
            None => match behind_savepoint(self.db, &mut jobs, &mut self.touched) {
                Ok(()) => return self.done.extend(jobs),
                Err(error) => StoreError::sqlite(self.path, &error),
            },
        };
        // A full disk and its like end the whole transaction, with all that was done in it.
        if self.db.is_autocommit() {
            self.broken = Some(error.clone());
        } else if jobs.len() > 1 {
            return jobs.into_iter().for_each(|job| self.attempt(vec![job]));
        }
        jobs.into_iter().for_each(|job| job.answer(Err(error.clone())));
    }
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
    let mut batch = Batch { db, path, touched, done: vec![first], broken: None };
    let mut light = Vec::new();
    while batch.done.len() + light.len() < BATCH
        && begun.elapsed() < BATCH_TIME
        && batch.broken.is_none()
        && let Ok(job) = jobs.try_recv()
    {
        match job.weight() {
            Weight::Heavy => batch.attempt(vec![job]),
            Weight::Light => light.push(job),
        }
    }
    if !light.is_empty() {
        batch.attempt(light);
    }
    let Batch { mut touched, done, broken, .. } = batch;
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

fn behind_savepoint(db: &Connection, jobs: &mut [Box<dyn Job>], touched: &mut Touched) -> rusqlite::Result<()> {
    run(db, "savepoint job")?;
    let before = touched.len();
    let worked = jobs.iter_mut().try_for_each(|job| job.work(db, touched));
    if worked.is_err() {
        touched.truncate(before);
    }
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

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    #[tokio::test]
    async fn nothing_is_written_to_a_file_that_is_no_longer_there() {
        let folder = tempfile::tempdir().unwrap();
        let (path, away) = (folder.path().join("store.db"), folder.path().join("away.db"));
        let (db, presence) = (file::writing(&path).unwrap(), Presence::announce(&path));
        let writer = Writer::start(db, presence, Arc::from(&*path), Arc::default()).unwrap();
        let note = || writer.write(|db, _| db.execute("insert into robots (origin, until) values ('a', 0)", []));
        std::fs::rename(&path, &away).unwrap();
        assert_eq!(note().await.unwrap_err().kind, StoreTrouble::Missing);
        std::fs::write(&path, "another").unwrap();
        assert!(note().await.unwrap_err().message.contains("replaced while it is in use"));
        std::fs::rename(&away, &path).unwrap();
        assert_eq!(note().await, Ok(1));
    }

    #[tokio::test]
    async fn a_light_job_that_fails_takes_no_other_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let path: Arc<Path> = Arc::from(folder.path().join("store.db"));
        let (db, presence) = (file::writing(&path).unwrap(), Presence::announce(&path));
        let writer = Writer::start(db, presence, path, Arc::default()).unwrap();
        let note = |origin: &'static str| {
            writer.write_light(move |db| db.execute("insert into robots (origin, until) values (?1, 0)", [origin]))
        };
        // What comes while the first is at work gathers behind it.
        let first = writer.write(|_, _| {
            std::thread::sleep(Duration::from_millis(50));
            Ok(())
        });
        let (first, a, twin, b) = tokio::join!(first, note("a"), note("a"), note("b"));
        assert!(first.is_ok() && a.is_ok() && twin.is_err() && b.is_ok());
        let count = |db: &Connection| db.query_row("select count(*) from robots", [], |row| row.get::<_, i64>(0));
        assert_eq!(writer.write(move |db, _| count(db)).await.unwrap(), 2);
    }
}
