//! Runs by hand beside a daemon are the daemon's: two processes that each keep a pace ask hosts more often than agreed.
//! `courant fetch` hands them over by a socket beside the store. A line of JSON each way for each run.

use std::io;
use std::os::unix::net::UnixStream as Caller;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tracing::warn;
use xxhash_rust::xxh3::xxh3_64;

use super::{Once, Plan};
use crate::harvest::Watched;
use crate::model::SourceId;

/// Pause after a caller could not be let in.
const PAUSE: Duration = Duration::from_secs(1);

/// A run that is wanted.
#[derive(Serialize, Deserialize)]
struct Wish {
    source: SourceId,
    /// What it is to be: who has read another `feeds.toml` does not take it.
    print: u64,
    /// Whether a server's wish for silence is heard.
    heed: bool,
}

/// What came of it; nothing where the daemon does not take it.
#[derive(Serialize, Deserialize)]
struct Answer {
    source: SourceId,
    once: Option<Once>,
}

/// A run that a worker is asked for.
pub(super) struct Asked {
    pub watched: Arc<Watched>,
    pub heed: bool,
    pub reply: oneshot::Sender<Option<Once>>,
}

/// Where a daemon is asked, as long as it is held.
pub(super) struct Desk {
    listener: UnixListener,
    path: PathBuf,
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Desk {
    /// Opens one; `None` where another daemon has, or the system lets none be: runs by hand then keep a pace of their own.
    pub fn open(store: &Path) -> Option<Self> {
        let path = socket(store);
        let opened = UnixListener::bind(&path).or_else(|error| {
            if error.kind() != io::ErrorKind::AddrInUse || Caller::connect(&path).is_ok() {
                return Err(error);
            }
            // Left over from a daemon that was killed.
            std::fs::remove_file(&path)?;
            UnixListener::bind(&path)
        });
        let told = |error| warn!("`courant fetch` will not ask at this daemon's pace: {}: {error}", path.display());
        let listener = opened.map_err(told).ok()?;
        Some(Self { listener, path })
    }

    /// Takes wishes to the workers, and back what came of them, until it is aborted.
    pub async fn run(self, plans: watch::Receiver<Arc<Plan>>, to: mpsc::Sender<Asked>) {
        let mut callers = JoinSet::new();
        loop {
            tokio::select! {
                called = self.listener.accept() => match called {
                    Ok((stream, _)) => {
                        let (plans, to) = (plans.clone(), to.clone());
                        callers.spawn(async move { attend(stream, &plans, &to).await });
                    }
                    // Too many files are open; some will be closed.
                    Err(_) => tokio::time::sleep(PAUSE).await,
                },
                Some(_) = callers.join_next() => {}
            }
        }
    }
}

async fn attend(stream: UnixStream, plans: &watch::Receiver<Arc<Plan>>, to: &mpsc::Sender<Asked>) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut wishes = BufReader::new(read).lines();
    let mut under_way = FuturesUnordered::new();
    loop {
        tokio::select! {
            line = wishes.next_line() => {
                let Some(line) = line? else { return Ok(()) };
                let wish: Wish = serde_json::from_str(&line)?;
                under_way.push(grant(wish, plans.borrow().clone(), to));
            }
            Some(answer) = under_way.next() => say(&mut write, &answer).await?,
        }
    }
}

async fn grant(wish: Wish, plan: Arc<Plan>, to: &mpsc::Sender<Asked>) -> Answer {
    let Wish { source, print, heed } = wish;
    let watched = plan.watched.get(&source).filter(|watched| self::print(watched) == print).cloned();
    let once = async {
        let (reply, answer) = oneshot::channel();
        to.send(Asked { watched: watched?, heed, reply }).await.ok()?;
        answer.await.ok()?
    };
    Answer { once: once.await, source }
}

/// Runs that a daemon has been asked for.
pub struct HandedOver {
    answers: Lines<BufReader<OwnedReadHalf>>,
    line: OwnedWriteHalf,
    wishes: std::vec::IntoIter<Wish>,
    under_way: usize,
    stop: watch::Receiver<bool>,
}

impl HandedOver {
    /// Asks the daemon that lives on the same store to harvest these sources now, due or not; `None` where there is none.
    pub async fn to_daemon(plan: &Plan, ids: &[SourceId], heed: bool) -> Option<Self> {
        let (answers, line) = UnixStream::connect(socket(&plan.config.store)).await.ok()?.into_split();
        let watched = ids.iter().filter_map(|id| plan.watched.get(id));
        let wishes: Vec<Wish> = watched.map(|w| Wish { source: w.source.id.clone(), print: print(w), heed }).collect();
        let (answers, stop) = (BufReader::new(answers).lines(), plan.parts.stop.clone());
        let mut handed = Self { answers, line, wishes: wishes.into_iter(), under_way: 0, stop };
        // What waits here is not asked for once the program is told to end.
        for _ in 0..plan.config.manners.parallel.max(1) {
            handed.wish().await.ok()?;
        }
        Some(handed)
    }

    async fn wish(&mut self) -> io::Result<()> {
        let Some(wish) = self.wishes.next() else { return Ok(()) };
        self.under_way += 1;
        say(&mut self.line, &wish).await
    }

    /// What came of the next one that ends; `None` once all have that the daemon takes, or it has gone.
    pub async fn next(&mut self) -> Option<(SourceId, Once)> {
        while self.under_way > 0 {
            let line = tokio::select! {
                biased;
                _ = self.stop.wait_for(|stop| *stop) => return None,
                line = self.answers.next_line() => line.ok()??,
            };
            let Answer { source, once } = serde_json::from_str(&line).ok()?;
            self.under_way -= 1;
            self.wish().await.ok()?;
            if let Some(once) = once {
                return Some((source, once));
            }
        }
        None
    }
}

/// Where the daemon of a store is asked.
fn socket(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".sock");
    name.into()
}

fn print(watched: &Watched) -> u64 {
    xxh3_64(format!("{:?}", watched.source).as_bytes())
}

async fn say(line: &mut OwnedWriteHalf, what: &impl Serialize) -> io::Result<()> {
    let mut said = serde_json::to_vec(what)?;
    said.push(b'\n');
    line.write_all(&said).await
}
