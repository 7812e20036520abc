//! After failures: longer and longer pauses, no two addresses' the same.

use std::time::Duration;

use chrono::TimeDelta;

use super::spread;

/// No pause is longer, unless the schedule itself is slower.
const CAP: Duration = Duration::from_secs(24 * 60 * 60);
/// The first pause of a slow schedule: a daily source that failed once is not lost for a day.
const FIRST: Duration = Duration::from_secs(30 * 60);

/// The pause after `failures` failed runs in a row of a source that usually runs every `usual`: the smaller
/// of that and half an hour, doubled with each failure, up to a day; then up to a fifth longer, by
/// the source's address.
pub(super) fn pause(address: &str, failures: u32, usual: Duration) -> TimeDelta {
    let first = usual.min(FIRST).max(Duration::from_secs(1));
    let doubled = first.saturating_mul(1u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX));
    let pause = doubled.min(CAP.max(usual));
    let jitter = spread::within(address, 1 + u64::from(failures), pause / 5);
    TimeDelta::from_std(pause).unwrap_or(TimeDelta::days(1)) + jitter
}
