//! The subscriptions, remembered over a restart in a small file.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use super::Request;

/// How many subscriptions there may be.
const MOST: usize = 10_000;

/// One subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Subscription {
    /// Whom to call.
    pub callback: Url,
    /// What deliveries are signed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// When it ends.
    pub until: DateTime<Utc>,
}

/// By topic, in the order of the callbacks.
type Topics = BTreeMap<String, Vec<Subscription>>;

/// What the file holds.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pages {
    topics: Topics,
    /// By topic, the marks of the entries that all its subscribers were told of: what is new after a restart.
    #[serde(default)]
    known: BTreeMap<String, Arc<[u64]>>,
}

/// All subscriptions.
pub(super) struct Book {
    path: PathBuf,
    pages: Mutex<Pages>,
    /// One writes at a time.
    writing: tokio::sync::Mutex<()>,
}

impl Book {
    /// Reads the file; one that is not there, or is no book, is begun anew.
    pub fn open(path: PathBuf) -> Self {
        let pages = match read(&path) {
            Ok(pages) => pages,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Pages::default(),
            Err(error) => {
                tracing::warn!("{}: {error}; subscribers will have to ask again", path.display());
                Pages::default()
            }
        };
        Self { path, pages: Mutex::new(pages), writing: tokio::sync::Mutex::new(()) }
    }

    /// Topics with a subscription that has not ended.
    pub fn topics(&self, now: DateTime<Utc>) -> Vec<String> {
        let pages = self.lock();
        pages
            .topics
            .iter()
            .filter(|(_, all)| all.iter().any(|one| one.until > now))
            .map(|(topic, _)| topic.clone())
            .collect()
    }

    /// The subscriptions to a topic that have not ended.
    pub fn of(&self, topic: &str, now: DateTime<Utc>) -> Vec<Subscription> {
        let pages = self.lock();
        pages.topics.get(topic).into_iter().flatten().filter(|one| one.until > now).cloned().collect()
    }

    /// Whether there still is such a subscription.
    pub fn holds(&self, topic: &str, callback: &Url, now: DateTime<Utc>) -> bool {
        let pages = self.lock();
        pages.topics.get(topic).is_some_and(|all| all.iter().any(|one| one.callback == *callback && one.until > now))
    }

    /// Adds one, or renews it.
    pub async fn add(&self, request: Request, now: DateTime<Utc>) {
        let lease = chrono::Duration::from_std(request.lease).unwrap_or_default();
        {
            let mut pages = self.lock();
            let Pages { topics, known } = &mut *pages;
            topics.values_mut().for_each(|all| all.retain(|one| one.until > now));
            topics.retain(|_, all| !all.is_empty());
            known.retain(|topic, _| topics.contains_key(topic));
            if topics.values().map(Vec::len).sum::<usize>() >= MOST {
                tracing::warn!("there are {MOST} subscriptions already; one more was not taken");
                return;
            }
            let all = topics.entry(request.topic).or_default();
            all.retain(|one| one.callback != request.callback);
            all.push(Subscription { callback: request.callback, secret: request.secret, until: now + lease });
        }
        self.keep().await;
    }

    /// Removes one.
    pub async fn remove(&self, topic: &str, callback: &Url) {
        if let Some(all) = self.lock().topics.get_mut(topic) {
            all.retain(|one| one.callback != *callback);
        }
        self.keep().await;
    }

    /// The marks of the entries that a topic's subscribers were told of.
    pub fn known(&self, topic: &str) -> Option<Arc<[u64]>> {
        self.lock().known.get(topic).cloned()
    }

    /// Notes what a topic's subscribers were told of.
    pub async fn know(&self, topic: &str, marks: Arc<[u64]>) {
        self.lock().known.insert(topic.to_owned(), marks);
        self.keep().await;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Pages> {
        // A poisoned lock holds whole subscriptions all the same.
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the file; the one before stands until the new one is whole.
    async fn keep(&self) {
        let _alone = self.writing.lock().await;
        let bytes = serde_json::to_vec(&*self.lock()).unwrap_or_default();
        let path = self.path.clone();
        let written = tokio::task::spawn_blocking(move || write(&path, &bytes)).await;
        if let Ok(Err(error)) = written {
            tracing::warn!("{}: {error}; subscriptions will be forgotten at the end", self.path.display());
        }
    }
}

fn read(path: &Path) -> io::Result<Pages> {
    serde_json::from_slice(&std::fs::read(path)?).map_err(io::Error::from)
}

/// Secrets stand in it: it is for its owner only.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let new = path.with_extension("new");
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&new, path)
}
