//! When a source is due.
//!
//! Comes in: a schedule as written, the present instant, the source's history. Goes out: the next
//! instant. Never: a clock, the store.

use std::time::Duration;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::model::{Schedule, SourceId};

/// Why a schedule cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ScheduleError {
    /// A sentence that tells the remedy.
    pub message: String,
}

/// Reads a schedule as an operator writes it: `every 30m`, `cron */15 6-23 * * MON-FRI`, `adaptive`.
pub fn parse(_text: &str) -> Result<Schedule, ScheduleError> {
    Err(ScheduleError { message: String::new() })
}

/// What a source's past says about its next run.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// When the last run began; `None` before the first.
    pub last_run: Option<DateTime<Utc>>,
    /// Failed runs since the last success.
    pub failures: u32,
    /// No request before this (`Retry-After`, freshness, the feed's own `ttl`).
    pub not_before: Option<DateTime<Utc>>,
    /// Publication times of the newest entries, for `adaptive`.
    pub recent: Vec<DateTime<Utc>>,
}

/// The next instant at which the source is due, strictly after `now` unless it never ran.
/// Sources with the same schedule are spread by their ids.
pub fn next(_schedule: &Schedule, _zone: Tz, _id: &SourceId, _history: &History, now: DateTime<Utc>) -> DateTime<Utc> {
    now + Duration::from_secs(60)
}
