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
use tokio::time::timeout;
use tracing::warn;
use xxhash_rust::xxh3::xxh3_64;

use super::{Once, Plan};
use crate::harvest::Watched;
use crate::model::SourceId;

/// Pause after a caller could not be let in.
const PAUSE: Duration = Duration::from_secs(1);
/// While a run lasts, whoever waits for it hears of the daemon so often: a line without words.
const BEAT: Duration = Duration::from_secs(3);
/// A daemon that is not heard of for so long stands still.
const SILENCE: Duration = Duration::from_secs(15);

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
            if error.kind() == io::ErrorKind::InvalidInput {
                return Err(io::Error::other(
                    "the path is too long for a socket; a shorter one in `[store] url` is not",
                ));
            }
            if error.kind() != io::ErrorKind::AddrInUse {
                return Err(error);
            }
            if Caller::connect(&path).is_ok() {
                return Err(io::Error::other("another daemon lives on the same store"));
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
    let mut beat = tokio::time::interval(BEAT);
    loop {
        tokio::select! {
            line = wishes.next_line() => {
                let Some(line) = line? else { return Ok(()) };
                let wish: Wish = serde_json::from_str(&line)?;
                under_way.push(grant(wish, plans.borrow().clone(), to));
            }
            Some(answer) = under_way.next() => say(&mut write, &answer).await?,
            _ = beat.tick(), if !under_way.is_empty() => write.write_all(b"\n").await?,
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
                line = timeout(SILENCE, self.answers.next_line()) => match line {
                    Ok(line) => line.ok()??,
                    Err(_) => {
                        warn!("the daemon does not answer (is it stopped, or its disk?); what it has not begun is asked for without it");
                        return None;
                    }
                },
            };
            if line.is_empty() {
                continue;
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What is handed over to whoever is at the other end.
    fn handed_to(stop: &watch::Sender<bool>, daemon: impl FnOnce(UnixStream)) -> HandedOver {
        let (ours, theirs) = UnixStream::pair().expect("a pair");
        daemon(theirs);
        let (answers, line) = ours.into_split();
        let stop = stop.subscribe();
        HandedOver {
            answers: BufReader::new(answers).lines(),
            line,
            wishes: Vec::new().into_iter(),
            under_way: 1,
            stop,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_daemon_that_stands_still_is_not_waited_for() {
        let mut held = None;
        let running = watch::Sender::new(false);
        let mut handed = handed_to(&running, |daemon| held = Some(daemon));
        assert!(handed.next().await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_daemon_that_takes_long_is_waited_for() {
        let running = watch::Sender::new(false);
        let mut handed = handed_to(&running, |mut daemon| {
            tokio::spawn(async move {
                for _ in 0..10 {
                    tokio::time::sleep(SILENCE - BEAT).await;
                    daemon.write_all(b"\n").await.expect("somebody who waits");
                }
                let answer = br#"{"source":"lantern","once":"Busy"}"#;
                daemon.write_all(answer).await.expect("somebody who waits");
            });
        });
        assert!(handed.next().await.is_some_and(|(id, once)| id.as_str() == "lantern" && matches!(once, Once::Busy)));
    }
}
