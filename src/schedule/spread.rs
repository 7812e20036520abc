//! A steady offset for each source, by its address, so that a thousand sources with one schedule do not start together,
//! and a restart changes nothing.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// First runs, and runs missed while the machine slept, are spread over this; short, for a person waits.
pub(super) const START: Duration = Duration::from_secs(5);
/// Cron lines of five fields are spread over this.
pub(super) const CRON: Duration = Duration::from_secs(30);

/// A number for this source, the same for ever; `salt` makes several independent ones.
pub(super) fn number(address: &str, salt: u64) -> u64 {
    xxh3_64_with_seed(address.as_bytes(), salt)
}

/// A part of `window`, in milliseconds, the same for ever for this source.
pub(super) fn within(address: &str, salt: u64, window: Duration) -> TimeDelta {
    let window = u64::try_from(window.as_millis()).unwrap_or(u64::MAX).max(1);
    TimeDelta::milliseconds(i64::try_from(number(address, salt) % window).unwrap_or(0))
}

/// The first instant of the source's own grid, `interval` apart, at or after `from`.
pub(super) fn grid(address: &str, interval: Duration, from: DateTime<Utc>) -> DateTime<Utc> {
    let step = i64::try_from(interval.as_millis()).unwrap_or(i64::MAX).max(1);
    let offset = within(address, 0, interval).num_milliseconds();
    let past = (from.timestamp_millis() - offset).rem_euclid(step);
    let wait = if past == 0 { 0 } else { step - past };
    from.checked_add_signed(TimeDelta::milliseconds(wait)).unwrap_or(from)
}
