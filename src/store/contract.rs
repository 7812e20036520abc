//! What every keeper must do, in sentences.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Duration, TimeZone, Utc};

use super::{Finished, Moved, Silence, SourceState, Store, StoreTrouble, Wishes, open, open_read_only};
use crate::model::{
    Changes, Draft, Enclosure, EntryId, HarvestReport, Outcome, Person, Picture, Problem, Selection, SourceId,
    Validators,
};

mod altering;
mod claims;
mod files;
mod followings;
mod identity;
mod matching;
mod quarantine;
mod reading;
mod robots;
mod seen;
mod snapshots;
mod stories;
mod texts;
mod upheavals;
mod versions;

/// A store in a folder of its own.
struct Kept {
    folder: tempfile::TempDir,
    store: Arc<dyn Store>,
}

impl Kept {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("courant.db")).unwrap();
        Self { folder, store }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("courant.db")
    }

    /// As after a restart of the daemon.
    async fn reopened(self) -> Self {
        self.store.close().await.unwrap();
        let store = open(&self.path()).unwrap();
        Self { folder: self.folder, store }
    }

    async fn put(&self, source: &str, now: DateTime<Utc>, drafts: Vec<Draft>) -> Changes {
        self.store.finish(run(source, now, drafts)).await.unwrap()
    }

    async fn titles(&self, sources: &[&str]) -> Vec<String> {
        self.store.entries(&all_of(sources), 1000).await.unwrap().into_iter().map(|e| e.title).collect()
    }

    /// The only entry of a source.
    async fn only(&self, source: &str) -> crate::model::Entry {
        let mut entries = self.store.entries(&all_of(&[source]), 1000).await.unwrap();
        assert_eq!(entries.len(), 1);
        entries.remove(0)
    }
}

fn id(source: &str) -> SourceId {
    SourceId::new(source).unwrap()
}

fn all_of(sources: &[&str]) -> Selection {
    Selection { sources: sources.iter().map(|s| id(s)).collect() }
}

/// A morning, so many minutes after six.
fn minute(minutes: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 1, 6, 0, 0).unwrap() + Duration::minutes(minutes)
}

fn state(source: &str) -> SourceState {
    SourceState::unseen(id(source), minute(60))
}

fn run(source: &str, now: DateTime<Utc>, drafts: Vec<Draft>) -> Finished {
    let report = HarvestReport {
        finished: now + Duration::milliseconds(250),
        status: Some(200),
        listed: drafts.len(),
        bytes: 1234,
        ..HarvestReport::begun(id(source), now)
    };
    Finished::new(report, drafts, state(source))
}

/// A draft with one key; its id and fingerprint follow from key and title.
fn draft(key: &str, title: &str) -> Draft {
    Draft {
        id: EntryId(format!("urn:test:{key}")),
        keys: vec![key.to_owned()],
        url: url::Url::parse(&format!("https://news.example/{key}")).ok(),
        title: title.to_owned(),
        authors: Vec::new(),
        published: None,
        updated: None,
        summary: None,
        content: None,
        full_text: false,
        attempted: false,
        categories: Vec::new(),
        picture: None,
        enclosures: Vec::new(),
        extras: Default::default(),
        language: None,
        fingerprint: xxhash_rust::xxh3::xxh3_64(title.as_bytes()),
        likeness: None,
        sketch: Default::default(),
        ahead: false,
    }
}

/// The same with its full text.
fn full(key: &str, title: &str, content: &str) -> Draft {
    let print = xxhash_rust::xxh3::xxh3_64(format!("{title}\n{content}").as_bytes());
    Draft { content: Some(content.to_owned()), full_text: true, fingerprint: print, ..draft(key, title) }
}

fn changes(new: usize, altered: usize, same: usize) -> Changes {
    Changes { new, altered, same }
}

fn garbage(path: &Path) {
    std::fs::write(
        path,
        b"this is a shopping list, and long enough to be taken for a header of a database file? no. ".repeat(50),
    )
    .unwrap();
}
