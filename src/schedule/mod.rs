//! When a source is due.
//!
//! Comes in: a schedule as written, the present instant, the source's history. Goes out: the next
//! instant. Never: a clock, the store.
//!
//! - [`parse()`]: the operator's words into a [`Schedule`](crate::model::Schedule), or a sentence that tells the remedy.
//! - [`next`]: the rule for all schedules: first runs, missed runs, failures, `not_before`.
//! - `cron`, `adaptive`, `spread`, `backoff`: one question each.

mod adaptive;
mod backoff;
mod cron;
mod due;
mod parse;
mod spread;
#[cfg(test)]
mod tests;

pub use due::{History, next, soon};
pub use parse::{LONGEST, SHORTEST, ScheduleError, parse, parse_interval};
