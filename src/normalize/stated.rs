//! Dates as machines write them, read without the grammar of all languages. The test holds this to what that says.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime};

use crate::dates::{Moment, Precision};

/// A day, a time to the second and an offset, written exactly as RFC 2822 (feeds) or RFC 3339 (everything else) wants
/// it; `None` for whatever is written otherwise, which is no less likely to be a date.
pub(super) fn stated(text: &str) -> Option<Moment> {
    let at = if text.as_bytes().get(4) == Some(&b'-') { rfc3339(text) } else { rfc2822(text) }?;
    let plain = (1971..2100).contains(&at.year());
    plain.then_some(Moment { at, precision: Precision::Second, relative: false })
}

/// `2026-11-20T08:05:00+01:00`.
fn rfc3339(text: &str) -> Option<DateTime<FixedOffset>> {
    let shape = |(place, byte): (usize, &u8)| match place {
        4 | 7 => *byte == b'-',
        10 => *byte == b'T',
        13 | 16 => *byte == b':',
        // Leap seconds run over into what follows.
        17 => matches!(byte, b'0'..=b'5'),
        19 => matches!(byte, b'Z' | b'+' | b'-'),
        22 => *byte == b':',
        _ => byte.is_ascii_digit(),
    };
    let whole = text.len() == if text.ends_with('Z') { 20 } else { 25 };
    if !whole || text.ends_with("-00:00") || !text.bytes().enumerate().all(|(place, byte)| shape((place, &byte))) {
        return None;
    }
    DateTime::parse_from_rfc3339(text).ok()
}

/// `Fri, 20 Nov 2026 08:05:00 GMT`, `… +0100`.
fn rfc2822(text: &str) -> Option<DateTime<FixedOffset>> {
    let mut parts = text.split(' ');
    let weekday = parts.next()?.strip_suffix(',')?;
    let (day, month, year, clock, zone) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !matches!(day.len(), 1 | 2) || year.len() != 4 {
        return None;
    }
    let place = |names: &[&str], name: &str| names.iter().position(|known| known.eq_ignore_ascii_case(name));
    let month = u32::try_from(place(&MONTHS, month)?).ok()? + 1;
    let date = NaiveDate::from_ymd_opt(number(year)?.cast_signed(), month, number(day)?)?;
    let weekday = u32::try_from(place(&WEEKDAYS, weekday)?).ok()?;
    let mut clock = clock.split(':');
    let mut two = || clock.next().filter(|part| part.len() == 2).and_then(number);
    let time = NaiveTime::from_hms_opt(two()?, two()?, two()?)?;
    let whole = clock.next().is_none() && weekday == date.weekday().num_days_from_monday();
    if whole { date.and_time(time).and_local_timezone(offset(zone)?).single() } else { None }
}

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `GMT`, `+0100`; `-0000` says that the zone is not known.
fn offset(zone: &str) -> Option<FixedOffset> {
    if zone == "GMT" {
        return FixedOffset::east_opt(0);
    }
    let (sign, digits) = zone.split_at_checked(1)?;
    let number = number(digits).filter(|number| digits.len() == 4 && number % 100 < 60)?;
    let seconds = (number / 100 * 3600 + number % 100 * 60).cast_signed();
    match sign {
        "+" => FixedOffset::east_opt(seconds),
        "-" if seconds > 0 => FixedOffset::west_opt(seconds),
        _ => None,
    }
}

/// What digits say, and nothing but digits.
fn number(text: &str) -> Option<u32> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use chrono_tz::Tz;

    use super::*;
    use crate::dates::{self, Context};

    #[test]
    fn what_machines_write_is_read_as_the_grammar_reads_it() {
        let now = DateTime::parse_from_rfc3339("2026-11-24T12:00:00Z").unwrap().to_utc();
        for (text, known) in [
            ("Fri, 20 Nov 2026 08:05:00 GMT", true),
            ("Fri, 20 Nov 2026 08:05:09 +0100", true),
            ("Fri, 2 Jan 1998 23:59:59 -0730", true),
            ("Sun, 01 Mar 2026 00:00:00 +0000", true),
            ("2026-11-20T08:05:00Z", true),
            ("2026-11-20T08:05:00+01:00", true),
            ("2024-02-29T23:59:59-11:00", true),
            ("Mon, 20 Nov 2026 08:05:00 GMT", false),
            ("Fri, 20 Nov 2026 08:05:60 GMT", false),
            ("Fri, 20 Nov 2026 08:05 GMT", false),
            ("Fri, 20 Nov 26 08:05:00 GMT", false),
            ("20 Nov 2026 08:05:00 GMT", false),
            ("Fri, 20 Nov 2026 08:05:00 EST", false),
            ("Fri, 20 Nov 2026 08:05:00 -0000", false),
            ("Fri, 31 Nov 2026 08:05:00 GMT", false),
            ("Fri, 20 Nov 2026 8:05:000 GMT", false),
            ("Fri, 20 Nov 2026 24:05:00 GMT", false),
            ("Fri, 20 Nov 2026 08:05:00 +0160", false),
            ("Fri, 20 Nov 2026 08:05:00 +2400", false),
            ("Fri, 20 Nov 2026 +8:05:00 GMT", false),
            ("fri, 20 nov 2026 08:05:00 GMT", true),
            ("2026-11-20 08:05:00Z", false),
            ("2026-11-20T08:05:00.5Z", false),
            ("2026-11-20", false),
            ("2569-11-20T08:05:00Z", false),
            ("", false),
        ] {
            let found = stated(text);
            assert_eq!(found.is_some(), known, "{text}");
            for language in [None, Some("th"), Some("fa"), Some("ja"), Some("en")] {
                let context = Context { now, zone: Tz::Asia__Tokyo, language, order: None };
                if found.is_some() {
                    assert_eq!(found, dates::parse(text, &context), "{text} in {language:?}");
                }
            }
        }
    }

    #[test]
    fn every_day_is_read_as_it_is_written() {
        let begin = DateTime::parse_from_rfc3339("1999-12-30T23:59:58+05:30").unwrap();
        for days in 0..800 {
            for zone in [-36_000, -1800, 0, 19_800, 50_400] {
                let day = (begin + TimeDelta::days(days)).with_timezone(&FixedOffset::east_opt(zone).unwrap());
                assert_eq!(rfc2822(&day.to_rfc2822()), Some(day));
            }
        }
    }
}
