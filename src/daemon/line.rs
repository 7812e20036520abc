//! One line a run that a person can read.

use chrono::{DateTime, Utc};

use crate::model::{HarvestReport, Outcome};
use crate::store::SourceState;

/// What a run came to, in one line: `harbour: 12 listed, 12 new, 12 articles (0.8 s)`.
pub fn report_line(report: &HarvestReport, state: &SourceState, now: DateTime<Utc>) -> String {
    let id = &report.source;
    let took = (report.finished - report.started).num_milliseconds() as f64 / 1000.0;
    match report.outcome {
        Outcome::Unchanged => format!("{id}: unchanged ({took:.1} s)"),
        // What has moved and says nothing new was not read.
        Outcome::Moved if report.status == Some(304) || report.bytes == 0 => {
            format!("{id}: unchanged, {} ({took:.1} s)", report.reason)
        }
        Outcome::Ok | Outcome::Empty | Outcome::Moved => {
            let mut parts = vec![format!("{} listed", report.listed), format!("{} new", report.changes.new)];
            if report.changes.altered > 0 {
                parts.push(format!("{} altered", report.changes.altered));
            }
            if report.articles > 0 {
                let read = report.articles - report.articles_failed;
                parts.push(format!("{read} article{} read", if read == 1 { "" } else { "s" }));
            }
            if report.articles_failed > 0 {
                parts.push(format!("{} failed", report.articles_failed));
            }
            if report.outcome == Outcome::Moved {
                parts.push(report.reason.clone());
            }
            format!("{id}: {} ({took:.1} s)", parts.join(", "))
        }
        failed => format!(
            "{id}: {}: {} ({}; next try in {})",
            failed.as_str(),
            report.reason,
            times(state.failures),
            in_words((state.next_run - now).num_seconds()),
        ),
    }
}

fn times(failures: u32) -> String {
    match failures {
        1 => "first failure".to_owned(),
        n => format!("failed {n} times in a row"),
    }
}

/// A span in the one unit that says enough.
fn in_words(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{} s", seconds.max(0)),
        60..5_400 => format!("{} min", (seconds + 30) / 60),
        5_400..129_600 => format!("{} h", (seconds + 1_800) / 3_600),
        _ => format!("{} days", (seconds + 43_200) / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_one_unit() {
        for (seconds, words) in [(-3, "0 s"), (59, "59 s"), (90, "2 min"), (7_200, "2 h"), (172_800, "2 days")] {
            assert_eq!(in_words(seconds), words);
        }
    }
}
