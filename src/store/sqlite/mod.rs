//! The keeper in one SQLite file: one thread writes, a few connections read.

mod altering;
mod care;
mod claims;
mod columns;
mod dictionaries;
mod dossier;
mod entries;
mod file;
mod followings;
mod history;
mod ledger;
mod likeness;
mod migrate;
mod packing;
mod presence;
mod profiles;
mod quarantine;
mod readers;
mod reports;
mod retention;
mod robots;
mod seen;
mod snapshots;
mod sources;
mod stories;
mod storing;
mod tally;
mod texts;
mod twins;
mod writer;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use rusqlite::Connection;

pub(super) use self::presence::in_use;

use self::claims::Holder;
use self::file::Access;
use self::presence::Presence;
use self::readers::Readers;
use self::tally::Tallies;
use self::writer::{Touched, Writer};
use super::{
    Claim, Counts, Dictionary, Dossier, Finished, Following, Held, Known, Resemblance, Revision, Seen, SiteRules,
    Snapshot, SourceState, Standing, Store, StoreError, StoreTrouble, Verdict,
};
use crate::model::{Changes, Entry, EntryId, HarvestReport, Outcome, Profile, Selection, Sketch, SourceId};

/// A store in a SQLite file.
pub(super) struct Sqlite {
    path: Arc<Path>,
    readers: Arc<Readers>,
    /// `None` where the store was opened for reading only.
    writer: Option<Arc<Writer>>,
    tallies: Arc<Tallies>,
    /// What this process's claims bear.
    name: Arc<str>,
}

impl Sqlite {
    /// Opens, makes or migrates the file.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let sql = |e: rusqlite::Error| StoreError::sqlite(path, &e);
        if !path.exists() && in_use(path) {
            // A new file would take the place of one that may be put back.
            return Err(StoreError::new(
                StoreTrouble::Missing,
                format!(
                    "{}: the file is gone, and a process still uses it; put it back, or stop that process first",
                    path.display()
                ),
            ));
        }
        let db = file::writing(path)?;
        let presence = Presence::announce(path);
        let name: Arc<str> = presence.name.as_str().into();
        claims::release_dead(&db, path).map_err(sql)?;
        let tallies = Arc::new(Tallies::default());
        tallies.load(&db).map_err(sql)?;
        let path: Arc<Path> = Arc::from(path);
        let writer = Writer::start(db, presence, Arc::clone(&path), Arc::clone(&tallies))?;
        Ok(Self {
            readers: Arc::new(Readers::new(Arc::clone(&path), Access::Beside)),
            writer: Some(Arc::new(writer)),
            tallies,
            path,
            name,
        })
    }

    /// Opens a file that is there and current, for reading.
    pub(super) fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        if !path.exists() {
            return Err(StoreError::new(
                StoreTrouble::Missing,
                format!("{}: there is no store yet; `courant run` or `courant fetch` makes one", path.display()),
            ));
        }
        let access = file::access(path)?;
        let db = file::reading(path, access)?;
        migrate::expect_current(&db, path)?;
        let tallies = Arc::new(Tallies::default());
        tallies.load(&db).map_err(|e| StoreError::sqlite(path, &e))?;
        let path: Arc<Path> = Arc::from(path);
        let readers = Arc::new(Readers::new(Arc::clone(&path), access));
        Ok(Self { readers, writer: None, tallies, path, name: "".into() })
    }

    /// Whether nothing of a source was ever stored, so that no question about its entries need be asked. What another
    /// process has just stored may not be known yet; [`finish`](Store::finish) looks for itself.
    fn is_new(&self, source: &SourceId) -> bool {
        self.tallies.is_new(source)
    }

    /// Who claims, and for how long.
    fn holder(&self, now: DateTime<Utc>, lease: Duration) -> Holder {
        Holder { path: Arc::clone(&self.path), name: Arc::clone(&self.name), now, lease }
    }

    async fn write<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &mut Touched) -> rusqlite::Result<T> + Send + 'static,
    {
        match &self.writer {
            Some(writer) => writer.write(job).await,
            None => Err(StoreError::new(
                StoreTrouble::ReadOnly,
                format!("{}: the store was opened for reading only", self.path.display()),
            )),
        }
    }
}

#[async_trait]
impl Store for Sqlite {
    async fn sync_sources(&self, sources: Vec<(SourceId, DateTime<Utc>)>) -> Result<(), StoreError> {
        self.write(move |db, touched| sources::sync(db, touched, &sources)).await
    }

    async fn take_part(&self, sources: Vec<SourceId>) -> Result<(), StoreError> {
        self.write(move |db, _| stories::take_part(db, &sources)).await
    }

    async fn untold(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.readers.read(move |db| stories::untold(db, now, limit)).await
    }

    async fn tell(&self, entries: Vec<(EntryId, Sketch)>, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |db, touched| stories::tell(db, touched, &entries, now)).await
    }

    async fn stories(&self, selection: &Selection, ids: Vec<EntryId>) -> Result<Vec<Vec<Entry>>, StoreError> {
        let (sources, _) = self.tallies.rows(&selection.sources);
        self.readers.read(move |db| stories::of(db, &sources, &ids)).await
    }

    async fn claim_due(&self, now: DateTime<Utc>, lease: Duration, limit: usize) -> Result<Vec<Claim>, StoreError> {
        let holder = self.holder(now, lease);
        self.write(move |db, _| claims::claim_due(db, &holder, limit)).await
    }

    async fn claim_each(
        &self,
        ids: Vec<SourceId>,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Vec<Option<Claim>>, StoreError> {
        let holder = self.holder(now, lease);
        self.write(move |db, _| claims::claim_each(db, &holder, &ids)).await
    }

    async fn release(&self, id: &SourceId) -> Result<(), StoreError> {
        let id = id.clone();
        self.write(move |db, _| claims::release(db, &id)).await
    }

    async fn reschedule(&self, id: &SourceId, at: DateTime<Utc>) -> Result<(), StoreError> {
        let id = id.clone();
        self.write(move |db, _| claims::reschedule(db, &id, at)).await
    }

    async fn missed(&self, before: DateTime<Utc>, after: DateTime<Utc>) -> Result<Vec<SourceId>, StoreError> {
        self.readers.glance(move |db| claims::missed(db, before, after)).await
    }

    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.readers.glance(claims::next_due).await
    }

    async fn finish(&self, finished: Finished) -> Result<Changes, StoreError> {
        match &self.writer {
            Some(writer) if finished.report.outcome == Outcome::Unchanged && finished.is_bare() => {
                let row = self.tallies.row_of(&finished.report.source);
                writer.write_light(move |db| storing::finish_unchanged(db, row, &finished)).await
            }
            _ => self.write(move |db, touched| storing::finish(db, touched, finished)).await,
        }
    }

    async fn known(&self, source: &SourceId, keys: Vec<String>) -> Result<Vec<Known>, StoreError> {
        if self.is_new(source) {
            return Ok(Vec::new());
        }
        let source = source.clone();
        let now = Utc::now();
        let (known, deleted) = self
            .readers
            .glance(move |db| match sources::row_of(db, &source)? {
                Some(source) => ledger::known(db, source, keys, now),
                None => Ok((Vec::new(), Vec::new())),
            })
            .await?;
        if !deleted.is_empty() && self.writer.is_some() {
            self.write(move |db, _| deleted.iter().try_for_each(|nr| ledger::sighted(db, *nr, now))).await?;
        }
        Ok(known)
    }

    async fn profile(&self, source: &SourceId) -> Result<Profile, StoreError> {
        let source = source.clone();
        self.readers.glance(move |db| profiles::of(db, &source)).await
    }

    async fn seen(&self, source: &SourceId) -> Result<Option<Seen>, StoreError> {
        if self.is_new(source) {
            return Ok(None);
        }
        let source = source.clone();
        self.readers.glance(move |db| seen::of(db, &source)).await
    }

    async fn entries(&self, selection: &Selection, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let (sources, all) = self.tallies.rows(&selection.sources);
        self.readers.read(move |db| entries::newest(db, &sources, all, limit)).await
    }

    async fn history(&self, selection: &Selection, from: usize, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let (sources, _) = self.tallies.rows(&selection.sources);
        self.readers.read(move |db| history::part(db, &sources, from, limit)).await
    }

    async fn history_length(&self, selection: &Selection) -> Result<usize, StoreError> {
        let (sources, _) = self.tallies.rows(&selection.sources);
        self.readers.read(move |db| history::length(db, &sources)).await
    }

    async fn entry(&self, id: &EntryId) -> Result<Option<Entry>, StoreError> {
        let id = id.clone();
        self.readers.read(move |db| entries::one(db, &id)).await
    }

    async fn revisions(&self, id: &EntryId) -> Result<Vec<Revision>, StoreError> {
        let id = id.clone();
        self.readers.read(move |db| altering::revisions(db, &id.0)).await
    }

    async fn quarantined(&self) -> Result<Vec<Held>, StoreError> {
        self.readers.read(quarantine::all).await
    }

    async fn settle(&self, id: &SourceId, verdict: Verdict, now: DateTime<Utc>) -> Result<Option<Changes>, StoreError> {
        let id = id.clone();
        self.write(move |db, touched| quarantine::settle(db, touched, &id, verdict, now)).await
    }

    async fn followings(&self) -> Result<Vec<Following>, StoreError> {
        self.readers.read(followings::all).await
    }

    async fn following(&self, id: &SourceId) -> Result<Option<Following>, StoreError> {
        let id = id.clone();
        self.readers.glance(move |db| followings::of(db, &id)).await
    }

    async fn follow(&self, following: Following) -> Result<(), StoreError> {
        self.write(move |db, _| followings::keep(db, &following)).await
    }

    async fn unfollow(&self, id: &SourceId) -> Result<(), StoreError> {
        let id = id.clone();
        self.write(move |db, _| followings::forget(db, &id)).await
    }

    async fn site_rules(&self, origin: &str, now: DateTime<Utc>) -> Result<Option<SiteRules>, StoreError> {
        let origin = origin.to_owned();
        self.readers.glance(move |db| robots::of(db, &origin, now)).await
    }

    async fn keep_site_rules(&self, rules: SiteRules) -> Result<(), StoreError> {
        self.write(move |db, _| robots::keep(db, &rules)).await
    }

    async fn snapshots(&self, source: &SourceId) -> Result<Vec<Snapshot>, StoreError> {
        let source = source.clone();
        self.readers.read(move |db| snapshots::of(db, &source)).await
    }

    async fn bound_snapshots(&self, bytes: u64) -> Result<usize, StoreError> {
        self.write(move |db, _| snapshots::bound(db, bytes)).await
    }

    async fn dictionary(&self, source: &SourceId) -> Result<Option<Arc<Dictionary>>, StoreError> {
        let source = source.clone();
        self.readers.read(move |db| dictionaries::of(db, &source)).await
    }

    async fn train_dictionaries(&self, now: DateTime<Utc>) -> Result<usize, StoreError> {
        let wanting = self.readers.read(move |db| dictionaries::wanting(db, now)).await?;
        let mut made = 0;
        for source in wanting {
            // Training takes its time, and must not keep runs from being stored.
            if let Some(bytes) = self.readers.read(move |db| dictionaries::train(db, source)).await? {
                self.write(move |db, _| dictionaries::keep(db, source, &bytes, now)).await?;
                made += 1;
            }
        }
        Ok(made)
    }

    async fn pack_texts(&self) -> Result<(), StoreError> {
        let mut after = 0;
        while let Some(last) = self.write(move |db, _| texts::gather(db, after)).await? {
            after = last;
        }
        Ok(())
    }

    async fn forget_snapshots(&self, before: DateTime<Utc>) -> Result<usize, StoreError> {
        self.write(move |db, _| snapshots::forget(db, before)).await
    }

    async fn dossiers(&self, name: &str) -> Result<Vec<Dossier>, StoreError> {
        let name = name.to_owned();
        self.readers.read(move |db| dossier::named(db, &name)).await
    }

    async fn compare(&self, one: &EntryId, other: &EntryId) -> Result<Option<Resemblance>, StoreError> {
        let (one, other) = (one.clone(), other.clone());
        self.readers.read(move |db| dossier::compare(db, &one, &other)).await
    }

    async fn merge(&self, kept: &EntryId, other: &EntryId, now: DateTime<Utc>) -> Result<(), StoreError> {
        let (kept, other) = (kept.clone(), other.clone());
        let merged = self.write(move |db, touched| dossier::merge(db, touched, &kept, &other, now)).await?;
        merged.map_err(|why| StoreError::new(StoreTrouble::Refused, why))
    }

    async fn split(&self, id: &EntryId, keys: Vec<String>, now: DateTime<Utc>) -> Result<Vec<EntryId>, StoreError> {
        let id = id.clone();
        let apart = self.write(move |db, touched| dossier::split(db, touched, &id, &keys, now)).await?;
        apart.map_err(|why| StoreError::new(StoreTrouble::Refused, why))
    }

    async fn recent(&self, source: &SourceId, limit: usize) -> Result<Vec<DateTime<Utc>>, StoreError> {
        let source = source.clone();
        self.readers.read(move |db| entries::recent(db, &source, limit)).await
    }

    async fn sources(&self) -> Result<Vec<SourceState>, StoreError> {
        self.readers.read(sources::all).await
    }

    async fn standings(&self) -> Result<Vec<Standing>, StoreError> {
        self.readers.read(sources::standings).await
    }

    async fn reports(&self, source: &SourceId, limit: usize) -> Result<Vec<HarvestReport>, StoreError> {
        let source = source.clone();
        self.readers.read(move |db| reports::latest(db, &source, limit)).await
    }

    fn revision(&self, selection: &Selection) -> u64 {
        self.tallies.revision(selection)
    }

    fn generation(&self) -> u64 {
        self.tallies.generation()
    }

    async fn changed_at(&self, selection: &Selection) -> Result<Option<DateTime<Utc>>, StoreError> {
        Ok(self.tallies.changed(selection))
    }

    async fn forget(&self, before: DateTime<Utc>, now: DateTime<Utc>) -> Result<usize, StoreError> {
        self.write(move |db, _| robots::forget(db, now)).await?;
        while self.write(move |db, _| stories::forget(db, now)).await? == stories::CHUNK {}
        let mut forgotten = 0;
        for source in self.readers.read(retention::all_sources).await? {
            loop {
                let gone = self.write(move |db, touched| retention::forget(db, touched, source, before, now)).await?;
                forgotten += gone;
                if gone < retention::CHUNK {
                    break;
                }
            }
            while self.write(move |db, _| retention::bury(db, source, now)).await? == retention::CHUNK {}
        }
        Ok(forgotten)
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        self.readers.read(care::counts).await
    }

    async fn backup(&self, path: &Path) -> Result<(), StoreError> {
        care::expect_free(path)?;
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = std::path::PathBuf::from(part);
        // What an interrupted backup left behind.
        let _ = std::fs::remove_file(&part);
        let to = part.clone();
        self.readers.with(move |db| care::copy(db, &to)).await?;
        care::settle(&part, path)
    }

    async fn integrity(&self) -> Result<Vec<String>, StoreError> {
        self.readers.read(care::integrity).await
    }

    async fn let_go(&self) -> Result<(), StoreError> {
        self.readers.let_go();
        match &self.writer {
            Some(writer) => writer.write_light(|db| db.execute_batch("pragma shrink_memory")).await,
            None => Ok(()),
        }
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.readers.close();
        if let Some(writer) = self.writer.clone() {
            // Joining a thread blocks.
            let _ = tokio::task::spawn_blocking(move || writer.stop()).await;
        }
        Ok(())
    }
}
