//! A WebSub hub (W3C Recommendation of 23 January 2018) for the feeds published here.
//!
//! `request` reads what a subscriber asks (§5.1), `Hub` verifies that it means it (§5.3) and tells it of what is
//! new (§7), `book` remembers the subscriptions over a restart. What calls out is handed in as a [`Courier`].

mod book;
mod delivery;
mod request;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use tokio::sync::Semaphore;
use url::Url;

pub(super) use self::delivery::News;
pub(super) use self::request::{Mode, Request};

use self::book::Book;
use super::inbox::Inbox;

/// How many calls are under way at once.
const CALLS: usize = 32;
/// How many verifications may wait; more are told to come back.
const WAITING: usize = 256;

/// A call to a subscriber.
#[derive(Debug, Clone)]
pub struct Call {
    /// The callback.
    pub url: Url,
    /// Header lines, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// What is posted; without it the call is a GET.
    pub body: Option<Bytes>,
}

/// Calls subscribers: once, without following redirects, and only such addresses as may be called.
#[async_trait]
pub trait Courier: Send + Sync + 'static {
    /// Gives the status and the beginning of the answer's body, or a sentence that says what failed.
    async fn call(&self, call: Call) -> Result<(u16, Bytes), String>;
}

/// What the hub works with.
pub struct Outward {
    /// What calls out.
    pub courier: Arc<dyn Courier>,
    /// The file that subscriptions are kept in; made when there are any.
    pub book: PathBuf,
    /// Who hears what the hubs of sources ask and bring.
    pub inbox: Option<Arc<dyn Inbox>>,
}

/// By topic: how much news is being told, and the marks of the latest.
type Telling = HashMap<String, (usize, Arc<[u64]>)>;

/// The hub.
pub(super) struct Hub {
    courier: Arc<dyn Courier>,
    book: Arc<Book>,
    calls: Semaphore,
    waiting: Arc<Semaphore>,
    telling: Mutex<Telling>,
    /// The waits before a delivery that failed is tried again.
    patience: Vec<Duration>,
}

impl Hub {
    /// A hub with the subscriptions it had.
    pub fn new(outward: Outward) -> Self {
        let patience = [2, 30, 300, 1800].map(Duration::from_secs).to_vec();
        Self {
            courier: outward.courier,
            book: Arc::new(Book::open(outward.book)),
            calls: Semaphore::new(CALLS),
            waiting: Arc::new(Semaphore::new(WAITING)),
            telling: Mutex::default(),
            patience,
        }
    }

    /// Topics that somebody subscribes to.
    pub fn topics(&self, now: DateTime<Utc>) -> Vec<String> {
        self.book.topics(now)
    }

    /// The marks of the entries that a topic's subscribers know of, where that is remembered.
    pub fn known(&self, topic: &str) -> Option<Arc<[u64]>> {
        self.book.known(topic)
    }

    /// Notes what a topic's subscribers know of, unless it is remembered or they are just being told.
    pub async fn know(&self, topic: &str, marks: &Arc<[u64]>) {
        let told = self.telling().contains_key(topic);
        if !told && self.book.known(topic).is_none() {
            self.book.know(topic, marks.clone()).await;
        }
    }

    fn telling(&self) -> MutexGuard<'_, Telling> {
        self.telling.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a request on: asks the subscriber whether it means it, and does as it says. `false`: too much to do.
    pub fn take(self: &Arc<Self>, request: Request) -> bool {
        let Ok(place) = self.waiting.clone().try_acquire_owned() else { return false };
        let hub = self.clone();
        tokio::spawn(async move {
            hub.verify(request).await;
            drop(place);
        });
        true
    }

    /// §5.3: the subscriber must echo the challenge.
    async fn verify(&self, request: Request) {
        let challenge = uuid::Uuid::new_v4().simple().to_string();
        let mut url = request.callback.clone();
        url.query_pairs_mut()
            .append_pair("hub.mode", request.mode.as_str())
            .append_pair("hub.topic", &request.topic)
            .append_pair("hub.challenge", &challenge);
        if request.mode == Mode::Subscribe {
            url.query_pairs_mut().append_pair("hub.lease_seconds", &request.lease.as_secs().to_string());
        }
        let answer = self.call(Call { url, headers: Vec::new(), body: None }).await;
        let host = request.callback.host_str().unwrap_or_default().to_owned();
        match answer {
            Ok((200..=299, echo)) if echo.as_ref() == challenge.as_bytes() => {}
            Ok((status, _)) => {
                tracing::debug!(host, status, "a subscriber does not confirm what it asked for");
                return;
            }
            Err(error) => {
                tracing::debug!(host, error, "a subscriber cannot be asked whether it means it");
                return;
            }
        }
        tracing::debug!(host, topic = request.topic, mode = request.mode.as_str(), "confirmed");
        match request.mode {
            Mode::Subscribe => self.book.add(request, Utc::now()).await,
            Mode::Unsubscribe => self.book.remove(&request.topic, &request.callback).await,
        }
    }

    async fn call(&self, call: Call) -> Result<(u16, Bytes), String> {
        // The semaphore is never closed.
        let _place = self.calls.acquire().await;
        self.courier.call(call).await
    }
}

#[cfg(test)]
mod tests;
