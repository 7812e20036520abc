//! What goes in and out of the store besides entries.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use super::Snapshot;
use crate::model::{
    About, Announced, Draft, EntryId, Gap, HarvestReport, Outcome, Profile, Quiet, Secret, SourceId, Validators,
};

/// No source is silent for longer: one that is gone is asked again in a month.
const LONGEST_SILENCE: TimeDelta = TimeDelta::days(31);

/// A worker's time-limited right to harvest a due source.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The source.
    pub source: SourceId,
    /// What is known of it: more than a kilobyte, which would be moved from hand to hand.
    pub state: Box<SourceState>,
}

/// What is known of a source between runs.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceState {
    /// Whose state.
    pub id: SourceId,
    /// The title its page or feed gives itself.
    pub title: Option<String>,
    /// The address of the page for people that belongs to it: shown, and never asked for.
    pub home: Option<String>,
    /// The feed that was found on its page and is read instead, where that is so.
    pub feed: Option<Url>,
    /// Validators of the last whole answer.
    pub validators: Validators,
    /// Hash of the last whole body, to see "unchanged" where the server has no validators.
    pub body_hash: Option<u64>,
    /// Fingerprint of how the last body was read (address, kind, rules, version of the readers): when it
    /// differs, the same bytes are read again.
    pub reading: Option<u64>,
    /// When it is due.
    pub next_run: DateTime<Utc>,
    /// When the last run began.
    pub last_run: Option<DateTime<Utc>>,
    /// When it last succeeded.
    pub last_success: Option<DateTime<Utc>>,
    /// What the last run came to.
    pub last_outcome: Option<Outcome>,
    /// Why, where it failed.
    pub last_reason: String,
    /// Failed runs since the last success.
    pub failures: u32,
    /// Stored entries.
    pub entries: u64,
    /// What healthy runs look like, where that was asked for: a claim comes without it, since most runs need none.
    /// Where there is none, what is kept stays as it is.
    pub profile: Option<Box<Profile>>,
    /// What its server and its feed asked of us.
    pub wishes: Wishes,
    /// What its feed says of itself.
    pub about: About,
}

impl SourceState {
    /// A source that never ran, and is due at an instant.
    pub fn unseen(id: SourceId, next_run: DateTime<Utc>) -> Self {
        Self {
            id,
            title: None,
            home: None,
            feed: None,
            validators: Validators::default(),
            body_hash: None,
            reading: None,
            next_run,
            last_run: None,
            last_success: None,
            last_outcome: None,
            last_reason: String::new(),
            failures: 0,
            entries: 0,
            profile: None,
            wishes: Wishes::default(),
            about: About::default(),
        }
    }

    /// Until when its server wants to be left alone, where that is after `now` and `address` is meant. What is longer than
    /// any silence was begun by a clock that was set back since.
    pub fn silence(&self, address: &Url, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let silence = self.wishes.silence.as_ref().filter(|silence| silence.address == *address);
        silence.map(|silence| silence.until).filter(|until| *until > now && *until - now <= LONGEST_SILENCE)
    }

    /// The gaps of its profile, oldest first.
    pub fn gaps(&self) -> &[Gap] {
        self.profile.as_ref().map_or(&[], |profile| &profile.gaps)
    }
}

/// What a source's server and feed asked of us, remembered between runs: an answer that says "unchanged" does
/// not say it again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wishes {
    /// A permanent redirect, and how often in a row it held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved: Option<Moved>,
    /// Minutes for which the feed asks not to be asked again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl_minutes: Option<u32>,
    /// The hub that it announces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub announced: Option<Announced>,
    /// When the feed asks not to be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Quiet>,
    /// No request before a time: `Retry-After`, or a page that is gone for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silence: Option<Silence>,
}

/// What must be known of all sources at once: little of each, since there may be thousands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Which source.
    pub id: SourceId,
    /// The title its page or feed gives itself.
    pub title: Option<String>,
    /// What its feed says of itself, where that is anything.
    pub about: Option<Arc<About>>,
    /// The hub that it announces.
    pub announced: Option<Box<Announced>>,
    /// Stored entries.
    pub entries: u64,
    /// Whether it has ever been harvested.
    pub ran: bool,
}

/// What a site's robots.txt says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteRules {
    /// Scheme, host and port.
    pub origin: String,
    /// For how long that holds.
    pub until: DateTime<Utc>,
    /// The text; `None` where there is none, so that all is allowed.
    pub text: Option<String>,
}

/// A source that is to be left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// The source's address then: another one is not meant.
    pub address: Url,
    /// No request before this.
    pub until: DateTime<Utc>,
}

/// A move for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The address that was asked for.
    pub from: Url,
    /// Where it says to ask from now on.
    pub to: Url,
    /// How many runs in a row it said so.
    pub seen: u32,
    /// The feed itself says so, and no redirect (301, 308): while it is unchanged, it says so still.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub announced: bool,
    /// When the feed was last looked for where it says that it is, and was not there, or where it is known to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubted: Option<DateTime<Utc>>,
}

impl Moved {
    /// It is believed after it held for so many runs in a row.
    pub const HOLDS: u32 = 2;

    /// Whether `address` is asked for where it has moved to.
    pub fn holds_for(&self, address: &Url) -> bool {
        self.seen >= Self::HOLDS && self.from == *address
    }
}

/// A subscription of ours at a hub, by which a source tells us of what is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Following {
    /// Who tells.
    pub source: SourceId,
    /// Where we subscribed, and to what.
    pub announced: Announced,
    /// The part of our callback's address that nobody guesses.
    pub key: Secret,
    /// What the hub signs with.
    pub secret: Secret,
    /// When the hub was last asked.
    pub asked: DateTime<Utc>,
    /// How often in a row it was asked in vain.
    pub tries: u32,
    /// When it ends, once the hub has confirmed it.
    pub until: Option<DateTime<Utc>>,
    /// When something was last told by it.
    pub told: Option<DateTime<Utc>>,
}

/// What the store holds under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The key that was asked about.
    pub key: String,
    /// Its entry. A deleted entry's keys are known too.
    pub id: EntryId,
    /// Whether the full text is held (or the entry was deleted): no article page need be asked for.
    pub full_text: bool,
    /// How often its article page was asked for in vain.
    pub attempts: u32,
}

/// What a source's list showed and needs no more of: what stands there again unchanged is not looked at again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Fingerprint of all that decides, beside a teaser itself, what becomes of it.
    pub around: u64,
    /// When the oldest of it was last looked at.
    pub since: DateTime<Utc>,
    /// The language that it was found to be in.
    pub language: Option<String>,
    /// In page order.
    pub teasers: Vec<Sight>,
}

/// A teaser that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// Fingerprint of all that it says.
    pub print: u64,
    /// Whether it has a date.
    pub dated: bool,
    /// Its entry.
    pub entry: Whose,
}

/// An entry, as the one or the other knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// By the id that was given to it, or that its draft would get.
    Id(EntryId),
    /// By the store's own number; what the store gives has it so.
    Row(i64),
}

impl Whose {
    /// The store's number, where it is known by that.
    pub fn row(&self) -> Option<i64> {
        match self {
            Self::Row(row) => Some(*row),
            Self::Id(_) => None,
        }
    }
}

/// All that one run leaves behind, stored in one transaction.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The report; its `changes` are filled in by the store.
    pub report: HarvestReport,
    /// The entries, in page order.
    pub drafts: Vec<Draft>,
    /// The state of the source from now on (`entries` is ignored).
    pub state: Arc<SourceState>,
    /// Entries that the listing shows besides, known by sure keys and not drafted again: none of the drafts is one
    /// of these on the strength of a hint.
    pub shown: Vec<EntryId>,
    /// Likewise, being as they were when last seen: the store's own numbers. They count as the same.
    pub unchanged: Vec<i64>,
    /// What is to be kept of the list in place of what was; `None` leaves that.
    pub seen: Option<Seen>,
    /// Why the drafts are not published but held until an operator has looked; `None` where they are.
    pub held: Option<String>,
    /// Entries whose text has turned out to be that of none: they lose it, and their articles are asked for anew.
    pub retracted: Vec<EntryId>,
    /// Answers to be kept as they came.
    pub snapshots: Vec<Snapshot>,
}

impl Finished {
    /// A run that leaves this behind, and showed nothing besides.
    pub fn new(report: HarvestReport, drafts: Vec<Draft>, state: impl Into<Arc<SourceState>>) -> Self {
        Self {
            report,
            drafts,
            state: state.into(),
            shown: Vec::new(),
            unchanged: Vec::new(),
            seen: None,
            held: None,
            retracted: Vec::new(),
            snapshots: Vec::new(),
        }
    }

    /// Whether it has nothing of a list: neither entries nor what stands in for them.
    pub(super) fn is_bare(&self) -> bool {
        let Self { drafts, shown, unchanged, seen, held, .. } = self;
        drafts.is_empty() && shown.is_empty() && unchanged.is_empty() && seen.is_none() && held.is_none()
    }
}

/// An entry's text as it was before it changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Until when it stood.
    pub until: DateTime<Utc>,
    /// Plain text.
    pub title: String,
    /// Plain text.
    pub summary: Option<String>,
    /// Sanitized HTML.
    pub content: Option<String>,
}

/// A run that is held back.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// Whose run.
    pub source: SourceId,
    /// When the first run of its kind was held.
    pub since: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// What the latest of its kind would have stored.
    pub drafts: Vec<Draft>,
}

/// What is to be done with a run that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Publish it.
    Release,
    /// Know all of it, and publish none: what comes after it is new.
    Adopt,
    /// Forget it; the next run is judged afresh.
    Discard,
}

/// All that is known of an entry's identity.
#[derive(Debug, Clone, PartialEq)]
pub struct Dossier {
    /// The published id.
    pub id: EntryId,
    /// Whose it is.
    pub source: SourceId,
    /// Plain text; empty where it was deleted.
    pub title: String,
    /// Where the article is.
    pub url: Option<url::Url>,
    /// When it was published.
    pub published: DateTime<Utc>,
    /// When it was first seen.
    pub first_seen: DateTime<Utc>,
    /// When its text last changed.
    pub updated: DateTime<Utc>,
    /// When it was deleted, or last seen since.
    pub deleted: Option<DateTime<Utc>>,
    /// The entry that speaks for it.
    pub merged_into: Option<EntryId>,
    /// The entries that it speaks for.
    pub merged: Vec<EntryId>,
    /// What it is recognised by, each with when it was learnt.
    pub keys: Vec<(String, Option<DateTime<Utc>>)>,
    /// How many old texts of it are kept.
    pub revisions: u64,
}

/// How much speaks for two entries being one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resemblance {
    /// Share of the headlines' letter pairs that both have, 0 to 1.
    pub headlines: f64,
    /// Bits of 64 in which the full texts' SimHashes differ.
    pub bits: Option<u32>,
    /// Time between their dates of publication.
    pub apart: chrono::Duration,
}

/// How much the store holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Configured sources.
    pub sources: u64,
    /// Entries that are published.
    pub entries: u64,
    /// Deleted entries that are remembered so that they don't return.
    pub tombstones: u64,
    /// Old texts of altered entries.
    pub revisions: u64,
    /// Size of the file in bytes.
    pub bytes: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_kept_at_its_address_and_ends() {
        let (now, url) = (DateTime::UNIX_EPOCH + TimeDelta::days(20_000), |text: &str| Url::parse(text).unwrap());
        for (days, address, silent) in [
            (1, "http://a.test/", true),
            (30, "http://a.test/", true),
            (30, "http://b.test/", false),
            (0, "http://a.test/", false),
            // By a clock that was years ahead.
            (3_650, "http://a.test/", false),
        ] {
            let mut state = SourceState::unseen(SourceId::new("x").unwrap(), now);
            let until = now + TimeDelta::days(days);
            state.wishes.silence = Some(Silence { address: url(address), until });
            assert_eq!(state.silence(&url("http://a.test/"), now), silent.then_some(until), "{days} {address}");
        }
    }
}
