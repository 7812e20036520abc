//! The line to a running Chromium: commands with answers, events by tab.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe;
use tokio::sync::{mpsc, oneshot};

use super::message::{Event, Frames, Message, read, write};

/// Commands that wait to be written.
const QUEUE: usize = 256;
/// Events of one tab that wait to be looked at; a tab with more is given up.
const EVENTS: usize = 4096;

/// Why a command has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CallError {
    /// The browser is gone.
    Gone,
    /// It will not; its words.
    Refused(String),
}

/// The line. When the last of its clones is dropped, Chromium's end is closed, and it ends by itself.
#[derive(Debug, Clone)]
pub(super) struct Wire {
    next: Arc<AtomicU64>,
    out: mpsc::Sender<Vec<u8>>,
    desk: Arc<Mutex<Desk>>,
}

#[derive(Debug, Default)]
struct Desk {
    closed: bool,
    waiting: HashMap<u64, oneshot::Sender<Result<Value, String>>>,
    tabs: HashMap<String, mpsc::Sender<Event>>,
}

impl Wire {
    /// Takes up a line; no message from the browser may be longer than `most` bytes.
    pub(super) fn open(mut to: pipe::Sender, mut from: pipe::Receiver, most: usize) -> Self {
        let desk: Arc<Mutex<Desk>> = Arc::default();
        let (out, mut commands) = mpsc::channel::<Vec<u8>>(QUEUE);
        tokio::spawn(async move {
            while let Some(bytes) = commands.recv().await {
                if to.write_all(&bytes).await.is_err() {
                    return;
                }
            }
        });
        let heard = Arc::clone(&desk);
        tokio::spawn(async move {
            let mut frames = Frames::new(most);
            let mut buffer = vec![0; 64 * 1024];
            'line: while let Ok(length @ 1..) = from.read(&mut buffer).await {
                frames.push(buffer.get(..length).unwrap_or_default());
                loop {
                    match frames.next() {
                        Ok(Some(message)) => locked(&heard).hear(&message),
                        Ok(None) => break,
                        Err(_) => break 'line,
                    }
                }
            }
            let mut desk = locked(&heard);
            desk.closed = true;
            desk.waiting.clear();
            desk.tabs.clear();
        });
        Self { next: Arc::default(), out, desk }
    }

    /// Whether the browser is gone.
    pub(super) fn is_closed(&self) -> bool {
        locked(&self.desk).closed
    }

    /// Events of a tab from now on.
    pub(super) fn listen(&self, session: &str) -> mpsc::Receiver<Event> {
        let (tell, hear) = mpsc::channel(EVENTS);
        let mut desk = locked(&self.desk);
        if !desk.closed {
            desk.tabs.insert(session.to_owned(), tell);
        }
        hear
    }

    /// No more of them.
    pub(super) fn forget(&self, session: &str) {
        locked(&self.desk).tabs.remove(session);
    }

    /// A command, of a tab where one is named, and its answer.
    pub(super) async fn call(&self, session: Option<&str>, method: &str, params: Value) -> Result<Value, CallError> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (tell, hear) = oneshot::channel();
        {
            let mut desk = locked(&self.desk);
            if desk.closed {
                return Err(CallError::Gone);
            }
            desk.waiting.insert(id, tell);
        }
        self.out.send(write(id, session, method, params)).await.map_err(|_| CallError::Gone)?;
        hear.await.map_err(|_| CallError::Gone)?.map_err(CallError::Refused)
    }

    /// A command whose answer says nothing.
    pub(super) async fn tell(&self, session: &str, method: &str, params: Value) -> Result<(), CallError> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.out.send(write(id, Some(session), method, params)).await.map_err(|_| CallError::Gone)
    }
}

impl Desk {
    fn hear(&mut self, message: &[u8]) {
        match read(message) {
            Some(Message::Answer { id, result }) => {
                if let Some(waiting) = self.waiting.remove(&id) {
                    // Whoever asked may have given up.
                    let _ = waiting.send(result);
                }
            }
            Some(Message::Event(session, event)) => {
                let Some(tab) = self.tabs.get(&session) else { return };
                if tab.try_send(event).is_err() {
                    self.tabs.remove(&session);
                }
            }
            None => {}
        }
    }
}

/// A lock whose holders never panic in between.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
