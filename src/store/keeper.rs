//! The contract: what any keeper of entries promises.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};

use super::{
    Claim, Counts, Dictionary, Dossier, Finished, Following, Held, Known, Resemblance, Revision, Seen, SiteRules,
    Snapshot, SourceState, Standing, StoreError, Verdict,
};
use crate::model::{Changes, Entry, EntryId, HarvestReport, Profile, Selection, Sketch, SourceId};

/// The contract. All times are kept to the millisecond.
#[async_trait]
pub trait Store: Send + Sync {
    /// Makes the configured sources known; those new to the store are due at the instant given. Known ones keep
    /// their state. Sources no longer configured keep their entries and are not claimed.
    async fn sync_sources(&self, sources: Vec<(SourceId, DateTime<Utc>)>) -> Result<(), StoreError>;

    /// Makes exactly these the sources in which one story is looked for: what comes of them from now on is compared,
    /// each entry with those of the other sources.
    async fn take_part(&self, sources: Vec<SourceId>) -> Result<(), StoreError>;

    /// Entries of these sources that were stored before they took part, and late enough that a twin may come; the
    /// first stored first, at most so many.
    async fn untold(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<Entry>, StoreError>;

    /// Looks for the stories of such entries, each by what its full text is known by.
    async fn tell(&self, entries: Vec<(EntryId, Sketch)>, now: DateTime<Utc>) -> Result<(), StoreError>;

    /// The stories that some entries tell: each as the selection's entries that tell it, at least two, the first
    /// stored first. An entry that once belongs to a story stays with it.
    async fn stories(&self, selection: &Selection, ids: Vec<EntryId>) -> Result<Vec<Vec<Entry>>, StoreError>;

    /// Hands out at most `limit` due sources, longest due first, each to at most one worker until the lease
    /// ends or [`finish`](Self::finish) or [`release`](Self::release) is called. Claims of a process end with it,
    /// however it ends.
    async fn claim_due(&self, now: DateTime<Utc>, lease: Duration, limit: usize) -> Result<Vec<Claim>, StoreError>;

    /// Claims one source whether due or not; `None` while another worker holds it, or where it is not configured.
    async fn claim(&self, id: &SourceId, now: DateTime<Utc>, lease: Duration) -> Result<Option<Claim>, StoreError> {
        Ok(self.claim_each(vec![id.clone()], now, lease).await?.pop().flatten())
    }

    /// Claims several sources likewise, in one go.
    async fn claim_each(
        &self,
        ids: Vec<SourceId>,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Vec<Option<Claim>>, StoreError>;

    /// Gives a claim back without a run; the source stays as due as it was.
    async fn release(&self, id: &SourceId) -> Result<(), StoreError>;

    /// Makes a source due at `at`, whatever its last run said: its schedule was edited.
    async fn reschedule(&self, id: &SourceId, at: DateTime<Utc>) -> Result<(), StoreError>;

    /// The sources that should have run before an instant and did not, or ran after one that is yet to come.
    async fn missed(&self, before: DateTime<Utc>, after: DateTime<Utc>) -> Result<Vec<SourceId>, StoreError>;

    /// The earliest instant at which a source falls due: its next run, or the end of its lease where it is
    /// claimed. Sources not configured don't count.
    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// Stores a run in one transaction (entries, state, report) and ends its claim.
    ///
    /// - A draft that shares a key with a stored entry of its source *is* that entry, surest key first; keys it
    ///   brings besides are added to the ledger. Drafts of one run that share a key are one, the first on the page.
    /// - A new entry gets the draft's id. It is published at the draft's date, never after the run began; one
    ///   without a date at the run's begin less a second for each undated new one above it, so that page order stays.
    /// - An entry whose fingerprint differs is altered: its old text becomes a revision, `updated` moves to the
    ///   page's own date of change where that lies after the last one, else to the run; `published` stays.
    /// - A draft that knows less (teaser against full text) never takes text away: only a headline or summary that
    ///   changed since the last such teaser is taken over; a shortened headline ("…") is not.
    /// - What the stored entry lacks and the draft has (picture, authors, enclosures, …), and an address under a
    ///   key never seen before, is filled in: this bumps the revision, and neither moves `updated` nor counts as altered.
    /// - The key of a deleted entry makes nothing new.
    /// - A draft that is an entry which the list also shows unchanged only adds its keys.
    /// - A run that is held changes no entry: its drafts go to quarantine. The next that is not held ends that.
    async fn finish(&self, finished: Finished) -> Result<Changes, StoreError>;

    /// Of these keys of a source, those stored.
    async fn known(&self, source: &SourceId, keys: Vec<String>) -> Result<Vec<Known>, StoreError>;

    /// What a source's healthy runs look like; an empty profile where nothing is known of that.
    async fn profile(&self, source: &SourceId) -> Result<Profile, StoreError>;

    /// What a source's list last showed and needs no more of; `None` where that is not known, or no longer true.
    async fn seen(&self, source: &SourceId) -> Result<Option<Seen>, StoreError>;

    /// Newest first by `published`; of one instant, the later stored first and within a run in page order.
    async fn entries(&self, selection: &Selection, limit: usize) -> Result<Vec<Entry>, StoreError>;

    /// Of all entries in the order of storing, deleted ones counted: the published ones among the `limit` from
    /// place `from` on. What is at a place never changes but by its own alteration, so that archives can be kept.
    async fn history(&self, selection: &Selection, from: usize, limit: usize) -> Result<Vec<Entry>, StoreError>;

    /// How many places [`history`](Self::history) has.
    async fn history_length(&self, selection: &Selection) -> Result<usize, StoreError>;

    /// One entry; `None` where there is none or it was deleted.
    async fn entry(&self, id: &EntryId) -> Result<Option<Entry>, StoreError>;

    /// The old texts of an entry, latest first.
    async fn revisions(&self, id: &EntryId) -> Result<Vec<Revision>, StoreError>;

    /// The runs that are held back, longest first; at most one a source.
    async fn quarantined(&self) -> Result<Vec<Held>, StoreError>;

    /// Does with a source's held run as the operator says; `None` where none is held.
    async fn settle(&self, id: &SourceId, verdict: Verdict, now: DateTime<Utc>) -> Result<Option<Changes>, StoreError>;

    /// All our subscriptions, by source.
    async fn followings(&self) -> Result<Vec<Following>, StoreError>;

    /// Our subscription to a source.
    async fn following(&self, id: &SourceId) -> Result<Option<Following>, StoreError>;

    /// Keeps a subscription, in place of the source's one before.
    async fn follow(&self, following: Following) -> Result<(), StoreError>;

    /// Forgets a source's subscription.
    async fn unfollow(&self, id: &SourceId) -> Result<(), StoreError>;

    /// What an origin's robots.txt said, where that still holds.
    async fn site_rules(&self, origin: &str, now: DateTime<Utc>) -> Result<Option<SiteRules>, StoreError>;

    /// Keeps what an origin's robots.txt says.
    async fn keep_site_rules(&self, rules: SiteRules) -> Result<(), StoreError>;

    /// The answers kept of a source, oldest first.
    async fn snapshots(&self, source: &SourceId) -> Result<Vec<Snapshot>, StoreError>;

    /// Forgets the answers taken before an instant; tells how many.
    async fn forget_snapshots(&self, before: DateTime<Utc>) -> Result<usize, StoreError>;

    /// Forgets the oldest answers until all that are left take no more than so many bytes; tells how many.
    async fn bound_snapshots(&self, bytes: u64) -> Result<usize, StoreError>;

    /// What a source's further answers are best packed with, where it has given enough of them.
    async fn dictionary(&self, source: &SourceId) -> Result<Option<Arc<Dictionary>>, StoreError>;

    /// Makes dictionaries for the sources that have given enough answers and have none of late; tells how many.
    async fn train_dictionaries(&self, now: DateTime<Utc>) -> Result<usize, StoreError>;

    /// All that is known of the entries that a name may mean: an id with or without `urn:uuid:`, an address as
    /// stored, a key. Deleted and merged ones too.
    async fn dossiers(&self, name: &str) -> Result<Vec<Dossier>, StoreError>;

    /// How much speaks for two entries being one; `None` where one is not there.
    async fn compare(&self, one: &EntryId, other: &EntryId) -> Result<Option<Resemblance>, StoreError>;

    /// Makes `other` be `kept`, of the same source: it goes out no more, and drafts that bear its keys are `kept`.
    async fn merge(&self, kept: &EntryId, other: &EntryId, now: DateTime<Utc>) -> Result<(), StoreError>;

    /// Undoes merges into or of an entry. Where keys are named, these become a new entry with the present text; the
    /// entry itself gets back its latest old text, and both are taken anew when their pages are next read. Gives the
    /// entries that go out besides.
    async fn split(&self, id: &EntryId, keys: Vec<String>, now: DateTime<Utc>) -> Result<Vec<EntryId>, StoreError>;

    /// `published` of a source's newest entries, newest first: its rhythm.
    async fn recent(&self, source: &SourceId, limit: usize) -> Result<Vec<DateTime<Utc>>, StoreError>;

    /// The states of all configured sources, by id, each with its profile.
    async fn sources(&self) -> Result<Vec<SourceState>, StoreError>;

    /// The same sources, with the little that must be known of all at once.
    async fn standings(&self) -> Result<Vec<Standing>, StoreError>;

    /// The latest reports of a source, newest first. At least the last 100 are kept.
    async fn reports(&self, source: &SourceId, limit: usize) -> Result<Vec<HarvestReport>, StoreError>;

    /// A number that grows whenever an entry of the selection is added, altered, filled in or deleted, by another
    /// process too (noticed within seconds). In memory.
    fn revision(&self, selection: &Selection) -> u64;

    /// A number that grows whenever any selection's [`revision`](Self::revision) does; cheaper still, so that a
    /// server may ask it first.
    fn generation(&self) -> u64;

    /// When an entry of the selection was last added, altered, filled in or deleted; survives restarts.
    async fn changed_at(&self, selection: &Selection) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// Deletes the entries first seen before `before`, but for the newest few of each source, so that no feed runs
    /// empty; tells how many. Their keys stay as tombstones for as long as the source shows them, and long after.
    async fn forget(&self, before: DateTime<Utc>, now: DateTime<Utc>) -> Result<usize, StoreError>;

    /// Packs what an earlier version packed worse, a little at a time, so that runs need not wait.
    async fn pack_texts(&self) -> Result<(), StoreError>;

    /// How much is held.
    async fn counts(&self) -> Result<Counts, StoreError>;

    /// Writes a whole and compact copy to `path` while all else goes on. A file that exists is not overwritten.
    async fn backup(&self, path: &Path) -> Result<(), StoreError>;

    /// Looks over everything held; what is wrong, as sentences; nothing where all is well.
    async fn integrity(&self) -> Result<Vec<String>, StoreError>;

    /// Lets go of the memory that only makes the next questions faster.
    async fn let_go(&self) -> Result<(), StoreError>;

    /// Ends what is under way and closes the file; idempotent.
    async fn close(&self) -> Result<(), StoreError>;
}
