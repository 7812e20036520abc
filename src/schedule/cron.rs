//! Cron lines, read by croner, in the source's time zone.
//!
//! Where clocks change, as Vixie cron does: a line with fixed hours runs once a day, at the first instant
//! after a local time that does not exist, and at the earlier of two; a line with `*` or `*/n` hours follows
//! real time.

use chrono::{DateTime, TimeDelta, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

use crate::model::Timezone;

use super::parse::{SHORTEST, ScheduleError, wrong};

/// Reads a cron line for good, or says what is wrong with it. Gives it back with single blanks.
pub(super) fn check(line: &str) -> Result<String, ScheduleError> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    if fields.is_empty() {
        return wrong("`cron` needs a line of five fields: `cron */15 6-23 * * MON-FRI`");
    }
    let line = fields.join(" ");
    if !line.starts_with('@') && !(5..=6).contains(&fields.len()) {
        return wrong(format!(
            "a cron line has five fields (minute, hour, day of month, month, weekday), or six with seconds first; \
             `{line}` has {}",
            fields.len()
        ));
    }
    if let Some(place) = misplaced(&fields) {
        return wrong(complaint_of(&line, place, fields.get(place).unwrap_or(&"")));
    }
    let cron = match read(&line) {
        Ok(cron) => cron,
        Err(e) => return wrong(complaint(&line, &e)),
    };
    let Some(first) = occurrence(&cron, Timezone::UTC, reference()) else {
        return wrong(format!("the cron line `{line}` names a day that never comes"));
    };
    if fields.len() == 6 {
        let mut at = first;
        // Two within a minute show up among the first few dozen.
        for _ in 0..30 {
            let Some(then) = occurrence(&cron, Timezone::UTC, at) else { break };
            if (then - at).to_std().is_ok_and(|gap| gap < SHORTEST) {
                return wrong(format!(
                    "the cron line `{line}` runs more often than every 10 seconds; the first of six fields is the \
                     second: write `0` there"
                ));
            }
            at = then;
        }
    }
    Ok(line)
}

/// The first field that names what belongs to another, or lists nothing: croner takes `MON` for a 1 wherever it stands.
fn misplaced(fields: &[&str]) -> Option<usize> {
    const MONTHS: &[&str] = &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    const DAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "L"];
    // Minute and hour have none, nor have the seconds before them.
    let words: [&[&str]; 6] = [&[], &[], &[], &["L", "W", "LW"], MONTHS, DAYS];
    let places = words.get(words.len().checked_sub(fields.len())?..)?;
    fields.iter().zip(places).position(|(field, words)| {
        let named = field.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
        let mut named = named.map(str::to_ascii_uppercase);
        let is_word = |word: &str| words.contains(&word) || words.contains(&word.trim_end_matches('L'));
        field.split(',').any(str::is_empty) || !field.starts_with('@') && !named.all(|word| is_word(&word))
    })
}

/// What is wrong with a line that was refused: the first field that does not stand by itself.
fn complaint(line: &str, error: &str) -> String {
    let fields: Vec<&str> = line.split(' ').collect();
    for (place, field) in fields.iter().enumerate() {
        let alone: Vec<&str> = fields.iter().enumerate().map(|(i, f)| if i == place { f } else { "*" }).collect();
        if read(&alone.join(" ")).is_err() {
            let turned = turned(place, &alone).map(|two| format!("; a range goes upwards: write `{two}`"));
            return complaint_of(line, place, field) + &turned.unwrap_or_default();
        }
    }
    format!("cron line `{line}`: {error}")
}

/// What a range that goes over the end means: `22-23,0-6` for `22-6`. `fields`: a line of nothing else.
fn turned(place: usize, fields: &[&str]) -> Option<String> {
    let (from, to) = fields.get(place)?.split_once('-')?;
    let Field { first, last, .. } = field(fields.len(), place)?;
    let two = format!("{from}-{last},{first}-{to}");
    let line: Vec<&str> = fields.iter().enumerate().map(|(i, f)| if i == place { &two } else { *f }).collect();
    read(&line.join(" ")).is_ok().then_some(two)
}

/// That a field is none.
fn complaint_of(line: &str, place: usize, written: &str) -> String {
    let (name, range) = field(line.split(' ').count(), place).map_or(("field", "a number"), |f| (f.name, f.range));
    format!("cron line `{line}`: the {name} `{written}` is not {range}, a list, a range or a step of these")
}

/// A field of a line.
struct Field {
    name: &'static str,
    /// What it may hold.
    range: &'static str,
    first: &'static str,
    last: &'static str,
}

/// The field at a place in a line of so many.
fn field(count: usize, place: usize) -> Option<Field> {
    let fields = [
        ("second", "0 to 59", "0", "59"),
        ("minute", "0 to 59", "0", "59"),
        ("hour", "0 to 23", "0", "23"),
        ("day of the month", "1 to 31", "1", "31"),
        ("month", "1 to 12 (or JAN to DEC)", "JAN", "DEC"),
        ("weekday", "0 to 7 (or SUN to SAT)", "SUN", "SAT"),
    ];
    let (name, range, first, last) = *fields.get(fields.len().checked_sub(count)? + place)?;
    Some(Field { name, range, first, last })
}

/// The first instant after `after` that the line names; `None` where it names none, or cannot be read.
pub(super) fn after(line: &str, zone: Timezone, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
    occurrence(&read(line).ok()?, zone, after)
}

/// Whether the operator chose the very second.
pub(super) fn has_seconds(line: &str) -> bool {
    line.split_whitespace().count() == 6
}

fn read(line: &str) -> Result<Cron, String> {
    CronParser::builder()
        .seconds(Seconds::Optional)
        .year(Year::Disallowed)
        .build()
        .parse(line)
        .map_err(|e| e.to_string().trim_end_matches('.').to_owned())
}

fn occurrence(cron: &Cron, zone: Timezone, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
    // A search that finds nothing within a few years is not worth going on with: croner itself stops late.
    let found = cron.find_next_occurrence(&after.with_timezone(&zone), false).ok()?.with_timezone(&Utc);
    (found > after && found - after < TimeDelta::days(366 * 30)).then_some(found)
}

/// Any instant serves to see whether a line ever comes; a fixed one keeps the answer the same.
fn reference() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}
