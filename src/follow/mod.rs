//! Told by the hubs of sources (WebSub subscriber, W3C Recommendation of 23 January 2018).
//!
//! Comes in: which hubs sources announce; questions and deliveries of hubs, as they came. Goes out: what a hub brought,
//! once its signature is right. Never: reading it, a server, a clock of its own.
//!
//! Each source has a subscription of its own at its hub: with a callback that nobody guesses (§4), a secret (§8), a
//! lease that is renewed (§5.1) and an end where the source announces the hub no more.

mod ask;
mod book;
mod signature;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use std::sync::Arc;
use tokio::sync::Notify;

use crate::model::{Announced, SourceId};
use crate::store::{Store, StoreError};

pub use ask::Asking;

use book::Book;

/// The path of callbacks, below the base address; a key follows.
pub const CALLBACK: &str = "/websub/";

/// A lease is taken for so long where the hub names no end, and at most.
const USUAL: Duration = Duration::days(10);
const LONGEST: Duration = Duration::days(90);
/// A hub that says no is asked again after this long.
const DENIED: u32 = 6;

/// What a hub delivered to a callback.
#[derive(Debug, Clone, Default)]
pub struct Delivery {
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `X-Hub-Signature`.
    pub signature: Option<String>,
    /// What came; empty where it was too much to be read.
    pub body: Bytes,
}

/// What a hub brought for a source.
#[derive(Debug, Clone)]
pub struct Told {
    /// Whose hub.
    pub source: SourceId,
    /// The name of what is in it.
    pub topic: url::Url,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// A document; empty where the hub says only that there is something new.
    pub body: Bytes,
}

/// Our subscriptions.
pub struct Follower {
    store: Arc<dyn Store>,
    book: Mutex<Book>,
    /// What sources announce, as far as they are to be followed.
    wanted: Mutex<HashMap<SourceId, Announced>>,
    /// Rung when there is something to ask a hub.
    bell: Notify,
}

impl Follower {
    /// Those that the store has.
    pub async fn open(store: Arc<dyn Store>) -> Result<Self, StoreError> {
        let book = Mutex::new(Book::of(store.followings().await?));
        Ok(Self { store, book, wanted: Mutex::default(), bell: Notify::new() })
    }

    /// Notes what a source announces; `None`: nothing, or it is not to be followed.
    pub fn note(&self, source: &SourceId, announced: Option<&Announced>) {
        let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        if wanted.get(source) == announced {
            return;
        }
        match announced {
            Some(announced) => drop(wanted.insert(source.clone(), announced.clone())),
            None => drop(wanted.remove(source)),
        }
        self.bell.notify_one();
    }

    /// Whether a callback's key is one of ours.
    pub fn knows(&self, key: &str) -> bool {
        self.book().by_key(key).is_some() || self.book().has_ended(key)
    }

    /// What a hub is answered that asks whether we mean it (§5.3): its challenge, or nothing where we do not.
    pub async fn confirm(&self, key: &str, query: &str, now: DateTime<Utc>) -> Option<String> {
        let (mut mode, mut topic, mut challenge, mut lease) = (None, None, None, None);
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "hub.mode" => mode = Some(value.into_owned()),
                "hub.topic" => topic = Some(value.into_owned()),
                "hub.challenge" => challenge = Some(value.into_owned()),
                "hub.lease_seconds" => lease = value.parse::<i64>().ok(),
                _ => {}
            }
        }
        let (mode, topic) = (mode?, topic?);
        let changed = {
            let mut book = self.book();
            if mode == "unsubscribe" {
                return challenge.filter(|_| book.ended(key) == Some(topic.as_str()));
            }
            let following = book.by_key(key).filter(|following| following.announced.topic.as_str() == topic)?;
            match mode.as_str() {
                "subscribe" => {
                    let lease = lease.and_then(Duration::try_seconds).unwrap_or(USUAL);
                    following.until = Some(now + lease.clamp(Duration::seconds(1), LONGEST));
                    following.tries = 0;
                }
                "denied" => {
                    following.until = None;
                    following.tries = DENIED;
                    challenge = Some(String::new());
                }
                _ => return None,
            }
            following.clone()
        };
        tracing::info!(source = %changed.source, hub = %changed.announced.hub, mode, "the hub of {} has answered", changed.source);
        let source = changed.source.clone();
        let kept = match self.store.follow(changed).await {
            // Whom nobody tells any more must be asked.
            Ok(()) if mode == "denied" => self.store.reschedule(&source, now).await,
            kept => kept,
        };
        if let Err(error) = kept {
            tracing::error!("{error}");
        }
        challenge
    }

    /// What a delivery holds for which source; nothing where its signature is not right (§8: it must not be believed,
    /// and its sender is not told so).
    pub async fn take(&self, key: &str, delivery: Delivery, now: DateTime<Utc>) -> Option<Told> {
        let changed = {
            let mut book = self.book();
            let following = book.by_key(key)?;
            let signed = delivery.signature.as_deref().is_some_and(|signature| {
                signature::is_right(signature, following.secret.reveal().as_bytes(), &delivery.body)
            });
            // What was too much to be read cannot be checked; it says no more than that there is something new.
            if !signed && !delivery.body.is_empty() {
                tracing::warn!(source = %following.source, hub = %following.announced.hub, "a delivery that is not signed with our secret was thrown away");
                return None;
            }
            if signed {
                following.told = Some(now);
            }
            following.clone()
        };
        let told = Told {
            source: changed.source.clone(),
            topic: changed.announced.topic.clone(),
            content_type: delivery.content_type,
            body: delivery.body,
        };
        if changed.told == Some(now)
            && let Err(error) = self.store.follow(changed).await
        {
            tracing::error!("{error}");
        }
        Some(told)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // A poisoned lock holds whole subscriptions all the same.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
