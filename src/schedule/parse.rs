//! A schedule as an operator writes it.

use std::time::Duration;

use super::cron;
use crate::model::Schedule;

/// The shortest interval between two runs that may be asked for.
pub const SHORTEST: Duration = Duration::from_secs(10);
/// The longest.
pub const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Bounds of a plain `adaptive`.
const ADAPTIVE: (Duration, Duration) = (Duration::from_secs(10 * 60), Duration::from_secs(6 * 60 * 60));

const FORMS: &str = "write `every 30m`, `cron */15 6-23 * * MON-FRI` or `adaptive`";
const UNITS: &str = "s, m, h or d (seconds, minutes, hours, days)";

/// Why a schedule cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ScheduleError {
    /// A sentence that tells the remedy.
    pub message: String,
}

pub(super) fn wrong<T>(message: impl Into<String>) -> Result<T, ScheduleError> {
    Err(ScheduleError { message: message.into() })
}

/// Reads a schedule as an operator writes it: `every 30m`, `cron */15 6-23 * * MON-FRI` (five fields, or six
/// with seconds first), `adaptive`, `adaptive 10m..6h`. Case and extra blanks do not matter.
pub fn parse(text: &str) -> Result<Schedule, ScheduleError> {
    let text = text.trim();
    let (word, rest) = match text.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim()),
        None => (text, ""),
    };
    match word.to_ascii_lowercase().as_str() {
        "" => wrong(format!("the schedule is empty; {FORMS}")),
        "every" => every(rest),
        "cron" => cron::check(rest).map(Schedule::Cron),
        "adaptive" => adaptive(rest),
        _ => wrong(unknown(text, word)),
    }
}

fn every(rest: &str) -> Result<Schedule, ScheduleError> {
    if rest.is_empty() {
        return wrong("`every` needs an interval: `every 30m`");
    }
    bounded(rest).map(Schedule::Every)
}

fn adaptive(rest: &str) -> Result<Schedule, ScheduleError> {
    if rest.is_empty() {
        return Ok(Schedule::Adaptive { min: ADAPTIVE.0, max: ADAPTIVE.1 });
    }
    let Some((min, max)) = rest.split_once("..") else {
        return wrong(format!("`{rest}` are no bounds; write the shortest and longest interval: `adaptive 10m..6h`"));
    };
    let (min, max) = (bounded(min)?, bounded(max)?);
    if min > max {
        return wrong(format!("the bounds `{rest}` stand the wrong way round; the shorter comes first"));
    }
    Ok(Schedule::Adaptive { min, max })
}

/// What to say to a word that begins no schedule.
fn unknown(text: &str, word: &str) -> String {
    if parse_interval(text).is_ok() {
        return format!("`{text}` lacks its first word; write `every {text}`");
    }
    if text.starts_with('@') || (5..=6).contains(&text.split_whitespace().count()) && cron::check(text).is_ok() {
        return format!("`{text}` lacks its first word; write `cron {text}`");
    }
    let near = ["every", "cron", "adaptive"]
        .into_iter()
        .map(|known| (strsim::damerau_levenshtein(known, &word.to_ascii_lowercase()), known))
        .filter(|(distance, _)| *distance <= 2)
        .min();
    match near {
        Some((_, known)) => format!("`{word}` is no kind of schedule; did you mean `{known}`?"),
        None => format!("`{text}` is no schedule; {FORMS}"),
    }
}

fn bounded(text: &str) -> Result<Duration, ScheduleError> {
    let interval = parse_interval(text)?;
    let text = text.trim();
    if interval < SHORTEST {
        return wrong(format!("`{text}` is too often for other people's servers; the shortest interval is 10s"));
    }
    if interval > LONGEST {
        return wrong(format!("`{text}` is longer than a year; the longest interval is 366d"));
    }
    Ok(interval)
}

/// Reads a length of time: a whole number and its unit, `90s`, `30m`, `6h`, `2d`; several may follow each
/// other, `1h30m`. No bounds but those of a year 2100.
pub fn parse_interval(text: &str) -> Result<Duration, ScheduleError> {
    let text = text.trim();
    let mut rest = text;
    let mut seconds = 0u64;
    if text.is_empty() {
        return wrong(format!("the interval is empty; write a number and its unit, {UNITS}: `30m`"));
    }
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, tail) = rest.split_at(digits);
        let tail = tail.trim_start();
        let letters = tail.len() - tail.trim_start_matches(char::is_alphabetic).len();
        let (unit, tail) = tail.split_at(letters);
        if number.is_empty() {
            return wrong(format!("`{text}` is no interval; write a whole number and its unit, {UNITS}: `30m`"));
        }
        if unit.is_empty() {
            let remedy = if tail.is_empty() { format!("write `{number}m` for minutes") } else { "write `30m`".into() };
            return wrong(format!("`{text}` needs a unit, {UNITS}; {remedy}"));
        }
        let Some(size) = unit_seconds(unit) else {
            let first = unit.chars().next().map(|c| c.to_ascii_lowercase()).filter(|c| "smhdw".contains(*c));
            return match first.and_then(|c| unit_seconds(c.encode_utf8(&mut [0; 4])).map(|_| c)) {
                Some(c) => wrong(format!("`{unit}` is no unit; write `{number}{c}`")),
                None => wrong(format!("`{unit}` is no unit; use {UNITS}")),
            };
        };
        let part = number.parse::<u64>().ok().and_then(|n| n.checked_mul(size));
        seconds = match part.and_then(|part| seconds.checked_add(part)).filter(|s| *s <= 100 * LONGEST.as_secs()) {
            Some(sum) => sum,
            None => return wrong(format!("`{text}` is longer than a century")),
        };
        rest = tail.trim_start();
    }
    Ok(Duration::from_secs(seconds))
}

fn unit_seconds(unit: &str) -> Option<u64> {
    match unit {
        "s" | "S" => Some(1),
        "m" => Some(60),
        "h" | "H" => Some(60 * 60),
        "d" | "D" => Some(24 * 60 * 60),
        "w" | "W" => Some(7 * 24 * 60 * 60),
        _ => None,
    }
}
