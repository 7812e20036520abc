//! What a run has come to so far, and what that means for the next one.

use std::time::Instant;

use chrono::{DateTime, Duration, Utc};
use url::Url;

use super::Parts;
use crate::model::{Draft, EntryId, HarvestReport, Outcome, Schedule, Source};
use crate::schedule::{self, History};
use crate::store::{Moved, Seen, Silence, SourceState, StoreError};

/// How long a source that answered 410 is left alone.
const GONE_FOR: Duration = Duration::days(30);
/// A server's promise that nothing changes (`max-age`) is heard for this long: pages of news are often served with
/// the site's general one, of a day or a year.
const LONGEST_FRESH: Duration = Duration::hours(1);
/// Most `ttl` that is heard.
const LONGEST_TTL: Duration = Duration::days(1);

/// A source whose hub tells us is asked at least so often all the same, for what the hub forgot.
const TRUST: Duration = Duration::hours(6);

/// How many of the newest entries show a source's rhythm.
const RHYTHM: usize = 50;

/// What a run has come to so far.
pub(super) struct Run {
    pub(super) clock: Instant,
    pub(super) report: HarvestReport,
    pub(super) state: Box<SourceState>,
    /// Known entries that the listing shows and of which nothing more is wanted.
    pub(super) shown: Vec<EntryId>,
    /// Likewise, as they were when last seen: the store's numbers.
    pub(super) unchanged: Vec<i64>,
    /// What is to be remembered of the list.
    pub(super) seen: Option<Seen>,
    /// Why the run is held back, where it is.
    pub(super) held: Option<String>,
    /// Entries whose text has turned out to be that of none.
    pub(super) retracted: Vec<EntryId>,
    /// Until when the server promises that nothing changes.
    pub(super) fresh_until: Option<DateTime<Utc>>,
    /// It reads what the source's hub brought: perhaps a part of the list only.
    pub(super) told: bool,
    /// Until when a hub that is relied upon tells us what is new.
    pub(super) followed_until: Option<DateTime<Utc>>,
    /// Nothing was asked: the run says nothing about the source.
    pub(super) put_off: bool,
    /// This machine failed, which says nothing of the source either: once that is over, nothing waits for long.
    pub(super) our_own: bool,
    /// Where the feed that was read says that it is, where that is elsewhere.
    pub(super) named: Option<Url>,
    /// What there is to say of a move that is believed from now on.
    pub(super) moved: Option<String>,
    /// Teasers with neither title, text nor link, of which nothing can be made.
    pub(super) unusable: usize,
}

impl Run {
    pub(super) fn begin(source: &Source, state: Box<SourceState>, now: DateTime<Utc>) -> Self {
        Self {
            clock: Instant::now(),
            report: HarvestReport::begun(source.id.clone(), now),
            state,
            shown: Vec::new(),
            unchanged: Vec::new(),
            seen: None,
            held: None,
            retracted: Vec::new(),
            fresh_until: None,
            told: false,
            followed_until: None,
            put_off: false,
            our_own: false,
            named: None,
            moved: None,
            unusable: 0,
        }
    }

    /// Notes a permanent redirect, else what the feed itself says, and follows it from the next run on once it has held
    /// twice.
    pub(super) fn follow(&mut self, from: Url, moved: Option<Url>, said: Option<Url>) {
        let before = self.state.wishes.moved.take();
        let announced = moved.is_none();
        let Some(to) = moved.or(said) else { return };
        let before = before.filter(|before| (&before.from, &before.to) == (&from, &to));
        let announced = before.as_ref().map_or(announced, |before| before.announced);
        let doubted = before.as_ref().and_then(|before| before.doubted);
        let seen = before.map_or(0, |before| before.seen).saturating_add(1);
        if seen == Moved::HOLDS {
            self.moved = Some(moved_for_good(&from, &to));
        }
        self.state.wishes.moved = Some(Moved { from, to, seen, announced, doubted });
    }

    /// Writes what the run means for the next one into the state.
    pub(super) fn end(&mut self, source: &Source, recent: Vec<DateTime<Utc>>, now: DateTime<Utc>) {
        if let Some(moved) = self.moved.take().filter(|_| self.report.outcome.is_success()) {
            self.report.outcome = Outcome::Moved;
            self.report.reason = moved;
        }
        let outcome = self.report.outcome;
        let state = &mut self.state;
        if outcome.is_success() {
            state.failures = 0;
            state.last_success = Some(now);
        } else if !self.put_off {
            state.failures = state.failures.saturating_add(1);
            // Whoever says that a page has moved, and leads to none, is asked again whether it has.
            state.wishes.moved = state.wishes.moved.take().filter(|_| self.our_own);
        }
        state.last_run = Some(now);
        state.last_outcome = Some(outcome);
        state.last_reason.clone_from(&self.report.reason);
        if outcome == Outcome::Gone {
            state.wishes.silence = Some(silence(source, now + GONE_FOR));
        }
        let wishes = &state.wishes;
        let ttl = wishes.ttl_minutes.map(|minutes| now + LONGEST_TTL.min(Duration::minutes(minutes.into())));
        let fresh = self.fresh_until.map(|until| until.min(now + LONGEST_FRESH));
        let silent = wishes.silence.as_ref().map(|silence| silence.until);
        let not_before = [silent, ttl.filter(|_| outcome.is_success()), fresh].into_iter().flatten().max();
        let quiet = wishes.quiet.unwrap_or_default();
        let failures = match (self.our_own, self.put_off) {
            (true, _) => state.failures.min(1),
            // Who asks once a day is not to lose the day for what the host wanted of others.
            (_, true) => state.failures.max(1),
            _ => state.failures,
        };
        let history = History { last_run: Some(now), failures, not_before, quiet, recent };
        state.next_run = match outcome {
            Outcome::Gone => now + GONE_FOR,
            _ => schedule::next(&source.schedule, source.timezone, source.url.as_str(), &history, now),
        };
        // Times that the operator names are kept; an interval is stretched while we are told.
        if let Some(until) = self.followed_until.filter(|_| outcome.is_success())
            && !matches!(source.schedule, Schedule::Cron(_))
        {
            state.next_run = state.next_run.max(until.min(now + TRUST));
        }
    }
}

pub(super) fn moved_for_good(from: &Url, to: &Url) -> String {
    format!("{from} has moved to {to} for good, which is asked from now on")
}

pub(super) fn silence(source: &Source, until: DateTime<Utc>) -> Silence {
    Silence { address: source.url.clone(), until }
}

/// When the source's newest entries were published, those of this run among them; only `adaptive` asks.
pub(super) async fn rhythm(source: &Source, drafts: &[Draft], parts: &Parts) -> Result<Vec<DateTime<Utc>>, StoreError> {
    if !matches!(source.schedule, Schedule::Adaptive { .. }) {
        return Ok(Vec::new());
    }
    let mut recent = parts.store.recent(&source.id, RHYTHM).await?;
    recent.extend(drafts.iter().filter_map(|draft| draft.published));
    recent.sort_unstable_by(|a, b| b.cmp(a));
    recent.dedup();
    recent.truncate(RHYTHM);
    Ok(recent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_put_off_asks_again_when_that_is_over_and_not_at_his_next_time() {
        let now: DateTime<Utc> = DateTime::UNIX_EPOCH + Duration::days(20_000);
        let schedule = Schedule::Cron("0 0 * * *".into());
        let source = Source { schedule, ..Source::at(Url::parse("http://a.test/").unwrap()) };
        for (minutes, expected) in [(20, 30..=36), (90, 90..=90)] {
            let mut state = SourceState { last_run: Some(now), ..SourceState::unseen(source.id.clone(), now) };
            state.wishes.silence = Some(silence(&source, now + Duration::minutes(minutes)));
            let mut run = Run { put_off: true, ..Run::begin(&source, Box::new(state), now) };
            run.report.outcome = Outcome::Broken;
            run.end(&source, Vec::new(), now);
            assert_eq!(run.state.failures, 0);
            assert!(expected.contains(&(run.state.next_run - now).num_minutes()), "{minutes} {}", run.state.next_run);
        }
    }

    #[test]
    fn who_fails_again_and_again_waits_long_unless_it_is_this_machine() {
        let now: DateTime<Utc> = DateTime::UNIX_EPOCH + Duration::days(20_000);
        let source = Source::at(Url::parse("http://a.test/").unwrap());
        let next = |our_own: bool| {
            let state = SourceState { failures: 8, last_run: Some(now), ..SourceState::unseen(source.id.clone(), now) };
            let mut run = Run { our_own, ..Run::begin(&source, Box::new(state), now) };
            run.report.outcome = Outcome::Broken;
            run.end(&source, Vec::new(), now);
            assert_eq!(run.state.failures, 9);
            run.state.next_run - now
        };
        assert!(next(false) >= Duration::hours(24));
        assert!(next(true) <= Duration::minutes(36));
    }
}
