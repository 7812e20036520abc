//! The pause that a source's own rhythm suggests: until one new entry may be expected, by how much it
//! published lately and at which hours of its day, between the operator's bounds.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Timelike, Utc};

use crate::model::Timezone;

/// What is older says nothing of today's rhythm.
const LOOK_BACK: TimeDelta = TimeDelta::days(28);
/// What came within less time than this may be chance.
const SHORTEST: f64 = 1.0 / 24.0;
/// With fewer entries the hours of the day say nothing.
const ENOUGH: usize = 12;

/// How long to wait after `from`. `recent`: publication times in any order.
pub(super) fn pause(
    recent: &[DateTime<Utc>],
    zone: Timezone,
    from: DateTime<Utc>,
    min: Duration,
    max: Duration,
) -> Duration {
    let max = max.max(min);
    let mut minutes: Vec<i64> = recent
        .iter()
        .filter(|t| **t <= from && from - **t <= LOOK_BACK)
        .map(|t| t.timestamp().div_euclid(60))
        .collect();
    minutes.sort_unstable();
    // What appears together is one piece of news.
    minutes.dedup();
    let Some(oldest) = minutes.first().and_then(|m| DateTime::from_timestamp(m * 60, 0)) else {
        // Known, and silent for so long: seldom.
        if recent.iter().any(|t| *t <= from) {
            return max;
        }
        // Nothing known: the middle of the bounds, as ratios go.
        return Duration::from_secs_f64((min.as_secs_f64() * max.as_secs_f64()).sqrt()).clamp(min, max);
    };
    let days = ((from - oldest).num_seconds() as f64 / 86_400.0).max(SHORTEST);
    let an_hour = minutes.len() as f64 / days / 24.0;
    // A busy source's newest entries are all of today: they say nothing of its other hours.
    let weights = if days < 1.0 { [1.0; 24] } else { hours(&minutes, zone) };
    let step = (max / 256).clamp(Duration::from_secs(1), Duration::from_secs(600));
    let mut waited = Duration::ZERO;
    let mut expected = 0.0;
    while waited < max && expected < 1.0 {
        let at = TimeDelta::from_std(waited).ok().and_then(|w| from.checked_add_signed(w)).unwrap_or(from);
        let hour = at.with_timezone(&zone).hour() as usize;
        expected += an_hour * weights.get(hour).copied().unwrap_or(1.0) * step.as_secs_f64() / 3600.0;
        waited += step;
    }
    waited.clamp(min, max)
}

/// How much likelier than on average news is at each hour of the local day.
fn hours(minutes: &[i64], zone: Timezone) -> [f64; 24] {
    let mut counts = [0.0f64; 24];
    let mut midnights = 0;
    for minute in minutes {
        let Some(at) = DateTime::from_timestamp(minute * 60, 0) else { continue };
        let (local, utc) = (at.with_timezone(&zone), at);
        if local.hour() == 0 && local.minute() == 0 || utc.hour() == 0 && utc.minute() == 0 {
            midnights += 1;
        }
        if let Some(count) = counts.get_mut(local.hour() as usize) {
            *count += 1.0;
        }
    }
    // Midnights are days written without a time of day.
    if minutes.len() < ENOUGH || midnights * 3 > minutes.len() {
        return [1.0; 24];
    }
    let total = minutes.len() as f64;
    let mut weights = [1.0; 24];
    for (hour, weight) in weights.iter_mut().enumerate() {
        let at = |h: usize| counts.get(h % 24).copied().unwrap_or(0.0);
        let smooth = (at(hour + 23) + 2.0 * at(hour) + at(hour + 1)) / 4.0;
        // A third of the expectation is spread evenly: habits change.
        *weight = 1.0 / 3.0 + 2.0 / 3.0 * smooth * 24.0 / total;
    }
    weights
}
