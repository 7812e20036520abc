//! The next instant: one rule for every kind of schedule.

use std::time::Duration;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use super::{adaptive, backoff, cron, spread};
use crate::model::{Quiet, Schedule, Timezone};

/// What a source's past says about its next run.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// When the last run began; `None` before the first.
    pub last_run: Option<DateTime<Utc>>,
    /// Failed runs since the last success.
    pub failures: u32,
    /// No request before this (`Retry-After`, freshness, the feed's own `ttl`).
    pub not_before: Option<DateTime<Utc>>,
    /// No request within these hours and days (a feed's `skipHours`, `skipDays`).
    pub quiet: Quiet,
    /// Publication times of the newest entries, for `adaptive`.
    pub recent: Vec<DateTime<Utc>>,
}

/// A server's wish to be left alone is heard for this long.
const LONGEST_WISH: TimeDelta = TimeDelta::days(1);
/// Sources whose quiet hours end together are spread over this.
const WAKING: Duration = Duration::from_secs(5 * 60);
/// Where the times of a cron line lie further apart than this, a failed run is tried again in between.
const SELDOM: TimeDelta = TimeDelta::hours(12);

/// The next instant at which the source is due, strictly after `now`. Sources with the same schedule are
/// spread by their addresses, so that those of one address are due together, and keep their place over restarts:
///
/// - never run: within five seconds;
/// - `every`: on the source's own grid, not sooner than half an interval after the last run;
/// - `cron`: up to 30 seconds after the time named, but to the second where six fields name it;
/// - `adaptive`: when a new entry may be expected, give or take a tenth;
/// - missed (the machine slept, or stood): once, within five seconds;
/// - after failures: a growing pause. A cron line keeps to its own times then, unless these are more than
///   twelve hours apart;
/// - `not_before` puts all of these off, by a day at most, and cron lines to one of their times;
/// - what falls into quiet hours comes within five minutes after them.
///
/// Meant to be asked once after each run, and once at start, and the answer kept.
pub fn next(
    schedule: &Schedule,
    zone: Timezone,
    address: &str,
    history: &History,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    let soon = soon(address, now);
    // A clock that was set back must not silence the source.
    let last = history.last_run.map(|last| last.min(now));
    let due = match last {
        None => soon,
        Some(last) if history.failures > 0 => retry(schedule, zone, address, history, last),
        Some(last) => regular(schedule, zone, address, history, last),
    };
    let due = if due <= now { soon } else { due };
    let due = match history.not_before.map(|wish| wish.min(now + LONGEST_WISH)) {
        Some(wish) if wish > due => put_off(schedule, zone, address, history, wish),
        _ => due,
    };
    awake(history.quiet, address, due)
}

/// The first instant that a wish allows. A cron line keeps to its own times, unless the wish of a server in trouble is
/// over long before the next of these.
fn put_off(
    schedule: &Schedule,
    zone: Timezone,
    address: &str,
    history: &History,
    wish: DateTime<Utc>,
) -> DateTime<Utc> {
    let Schedule::Cron(line) = schedule else { return wish };
    // A run takes its time: what names the line's own interval means each of its times.
    let wait = history.last_run.map_or_else(TimeDelta::zero, |last| wish - last);
    let named = named(line, zone, address, wish - (wait / 20).max(TimeDelta::minutes(1))).max(wish);
    if history.failures > 0 && named - wish > SELDOM { wish } else { named }
}

/// When a source runs that is due now together with many: within five seconds, each at its own moment, by its address
/// or name.
pub fn soon(address: &str, now: DateTime<Utc>) -> DateTime<Utc> {
    now + spread::within(address, 0, spread::START) + TimeDelta::milliseconds(1)
}

/// The first instant from `due` on that lies in no quiet hour.
fn awake(quiet: Quiet, address: &str, due: DateTime<Utc>) -> DateTime<Utc> {
    if !quiet.covers(due) {
        return due;
    }
    let hour = due.duration_trunc(TimeDelta::hours(1)).unwrap_or(due);
    // A week holds every hour of every day.
    let mut later = (1..=7 * 24).map(|n| hour + TimeDelta::hours(n));
    later.find(|at| !quiet.covers(*at)).map_or(due, |at| at + spread::within(address, 2, WAKING))
}

fn regular(
    schedule: &Schedule,
    zone: Timezone,
    address: &str,
    history: &History,
    last: DateTime<Utc>,
) -> DateTime<Utc> {
    match schedule {
        Schedule::Every(interval) => spread::grid(address, *interval, last + delta(*interval / 2)),
        Schedule::Cron(line) => named(line, zone, address, last),
        Schedule::Adaptive { min, max } => {
            let pause = adaptive::pause(&history.recent, zone, last, *min, *max);
            let jitter = spread::within(address, last.timestamp().unsigned_abs(), pause / 5) - delta(pause / 10);
            (last + delta(pause) + jitter).max(last + delta(*min)).min(last + delta(*max))
        }
    }
}

fn retry(schedule: &Schedule, zone: Timezone, address: &str, history: &History, last: DateTime<Utc>) -> DateTime<Utc> {
    let usual = match schedule {
        Schedule::Every(interval) => *interval,
        Schedule::Adaptive { min, .. } => *min,
        Schedule::Cron(line) => {
            let first = named(line, zone, address, last);
            (named(line, zone, address, first) - first).to_std().unwrap_or_default()
        }
    };
    let again = last + backoff::pause(address, history.failures, usual);
    match schedule {
        Schedule::Cron(line) => {
            let next = named(line, zone, address, last);
            if next - last > SELDOM && again < next { again } else { named(line, zone, address, again) }
        }
        _ => again,
    }
}

/// The cron line's first time after `after`, with this source's offset.
fn named(line: &str, zone: Timezone, address: &str, after: DateTime<Utc>) -> DateTime<Utc> {
    let offset = if cron::has_seconds(line) { TimeDelta::zero() } else { spread::within(address, 0, spread::CRON) };
    // A run within the offset of a named time is that time's run.
    match cron::after(line, zone, after) {
        Some(time) => time + offset,
        // Such a line is refused when it is read; once a day is harmless.
        None => after + TimeDelta::days(1),
    }
}

fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::days(366))
}
