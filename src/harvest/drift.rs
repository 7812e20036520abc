//! Does a run look as its source's runs do? Pure.

use crate::model::{Profile, Shape};

/// Runs that must be remembered before one is judged.
pub(super) const ENOUGH: usize = 3;
/// More news than this at once is suspicious where a source never had so many.
const FLOOD: usize = 20;
/// How many times the usual news is a flood.
const TIMES: f64 = 5.0;
/// A list of so many that shrinks to a quarter has collapsed.
const LONG: usize = 8;

/// What a run is held to be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Verdict {
    /// As ever, or nothing to compare with.
    Healthy,
    /// The page is no longer what it was: nothing of it is published.
    Departed(String),
    /// So much is new that an operator should look first.
    Flood(String),
}

/// Judges a run by its source's profile.
pub(super) fn judge(profile: &Profile, shape: &Shape) -> Verdict {
    let runs = &profile.runs;
    if runs.len() < ENOUGH || shape.listed == 0 {
        return Verdict::Healthy;
    }
    let shortest = runs.iter().map(|run| run.listed).min().unwrap_or(0);
    if shortest >= LONG && shape.listed * 4 < shortest && shape.known * 2 < shape.listed {
        return Verdict::Departed(format!(
            "the list has shrunk to {} where it never had fewer than {shortest}, and most of these are not known",
            shape.listed
        ));
    }
    let always_dated = runs.iter().all(|run| run.dated * 5 >= run.listed * 4);
    if always_dated && shape.listed >= 5 && shape.dated == 0 && shape.known == 0 {
        return Verdict::Departed(format!(
            "none of the {} listed has a date, where all had, and none is known",
            shape.listed
        ));
    }
    let due = expected(runs, shape);
    let most = runs.iter().map(Shape::news).max().unwrap_or(0) as f64;
    if shape.news() > FLOOD && shape.news() as f64 > TIMES * most.max(due) {
        return Verdict::Flood(format!(
            "{} of {} listed are new, where {most:.0} were at most",
            shape.news(),
            shape.listed
        ));
    }
    let familiar = runs.iter().filter(|run| run.known * 2 >= run.listed).count() * 2 >= runs.len();
    if familiar && shape.known == 0 && shape.listed >= 5 && due * 2.0 < shape.listed as f64 {
        return Verdict::Flood(format!(
            "none of the {} listed is known, where most always are and about {due:.0} new ones were to be expected",
            shape.listed
        ));
    }
    Verdict::Healthy
}

/// How many new ones the time since the last healthy run accounts for.
fn expected(runs: &[Shape], shape: &Shape) -> f64 {
    let (Some(first), Some(last)) = (runs.first(), runs.last()) else { return 0.0 };
    let seen: usize = runs.iter().skip(1).map(Shape::news).sum();
    let span = (last.at - first.at).num_seconds().max(1) as f64;
    let gap = (shape.at - last.at).num_seconds().max(0) as f64;
    // One more than was ever seen is always possible.
    seen.max(1) as f64 / span * gap
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Duration, Utc};

    use super::*;

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::hours(hours)
    }

    fn shape(hours: i64, listed: usize, known: usize, dated: usize) -> Shape {
        Shape { at: at(hours), listed, known, dated }
    }

    /// A page of thirty with two new ones an hour.
    fn profile() -> Profile {
        Profile { runs: (0..10).map(|hour| shape(hour, 30, 28, 30)).collect(), ..Profile::default() }
    }

    #[test]
    fn a_run_is_judged_by_those_before_it() {
        for (why, shape, expected) in [
            ("as ever", shape(10, 30, 27, 30), "healthy"),
            ("shorter, but known", shape(10, 5, 5, 5), "healthy"),
            ("three links of a menu", shape(10, 3, 0, 0), "departed"),
            ("a box without dates in the list's place", shape(10, 12, 0, 0), "departed"),
            ("another list with dates", shape(10, 12, 0, 12), "flood"),
            ("the whole archive", shape(10, 300, 30, 300), "flood"),
            ("the morning after a day offline", shape(34, 30, 0, 30), "healthy"),
            ("a busy hour", shape(10, 30, 12, 30), "healthy"),
            ("the list is empty", shape(10, 0, 0, 0), "healthy"),
        ] {
            let is = match judge(&profile(), &shape) {
                Verdict::Healthy => "healthy",
                Verdict::Departed(_) => "departed",
                Verdict::Flood(_) => "flood",
            };
            assert_eq!(is, expected, "{why}");
        }
    }

    #[test]
    fn nothing_is_judged_before_there_is_enough_to_compare_with() {
        let young = Profile { runs: vec![shape(0, 30, 28, 30); 2], ..Profile::default() };
        assert_eq!(judge(&young, &shape(1, 300, 0, 0)), Verdict::Healthy);
    }
}
