//! Dates as machines write them, to the second: most dates by far are such, and need no word looked up.

use super::fields::{Clock, Fields};
use super::vocabulary::Calendar;
use super::zones::Zone;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// The parts of a text that is a date by RFC 3339 (`2020-10-24T08:30:00+02:00`) or by RFC 822 (`Sat, 24 Oct 2020
/// 08:30:00 GMT`) and written in full; nothing of any other.
pub(super) fn read(text: &str) -> Option<Fields> {
    if text.as_bytes().first()?.is_ascii_digit() { by_rfc_3339(text) } else { by_rfc_822(text) }
}

fn by_rfc_3339(text: &str) -> Option<Fields> {
    let (date, rest) = text.split_at_checked(10)?;
    let (clock, zone) = rest.strip_prefix('T')?.split_at_checked(8)?;
    let [year, month, day] = parts(date, '-', [4, 2, 2])?;
    let zone = match zone {
        "Z" => 0,
        _ => offset(zone, |clock| parts(clock, ':', [2, 2]))?,
    };
    fields(year, u8::try_from(month).ok()?, day, clock, zone)
}

fn by_rfc_822(text: &str) -> Option<Fields> {
    let (weekday, rest) = text.split_once(", ")?;
    let mut words = rest.split(' ');
    let [day, month, year, clock, zone] = std::array::from_fn(|_| words.next().unwrap_or_default());
    if !WEEKDAYS.contains(&weekday) || words.next().is_some() {
        return None;
    }
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let zone = match zone {
        "GMT" => 0,
        _ => offset(zone, |clock| {
            let (hours, minutes) = clock.split_at_checked(2)?;
            Some([number(hours, 2)?, number(minutes, 2)?])
        })?,
    };
    fields(number(year, 4)?, u8::try_from(month).ok()?, number(day, day.len().min(2))?, clock, zone)
}

fn fields(year: u64, month: u8, day: u64, clock: &str, zone: i32) -> Option<Fields> {
    let [hour, minute, second] = parts(clock, ':', [2, 2, 2])?;
    let is_usual = (1900..2200).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && second < 60;
    let clock = Clock { second: u32::try_from(second).ok()?, exact: true, ..Clock::new(hour, minute)? };
    is_usual.then_some(Fields {
        year: i64::try_from(year).ok(),
        month: Some((Calendar::Gregorian, month)),
        day: u8::try_from(day).ok(),
        clock: Some(clock),
        zone: Some(Zone::Fixed(zone)),
        ..Fields::default()
    })
}

/// Seconds east of Greenwich of a sign with hours and minutes, no more than there are.
fn offset(written: &str, clock: impl Fn(&str) -> Option<[u64; 2]>) -> Option<i32> {
    let (sign, rest) = match written.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let [hours, minutes] = clock(rest)?;
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    (hours <= 12 && minutes < 60).then_some(sign * seconds)
}

/// Numbers of so many digits, with marks between them.
fn parts<const N: usize>(text: &str, mark: char, digits: [usize; N]) -> Option<[u64; N]> {
    let mut parts = text.split(mark);
    let mut numbers = [0; N];
    for (place, digits) in numbers.iter_mut().zip(digits) {
        *place = number(parts.next()?, digits)?;
    }
    parts.next().is_none().then_some(numbers)
}

fn number(text: &str, digits: usize) -> Option<u64> {
    let is_one = !text.is_empty() && text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
    is_one.then(|| text.bytes().fold(0, |n, b| n * 10 + u64::from(b - b'0')))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use crate::model::Timezone;

    use super::super::text::{Sought, parse};
    use super::super::{Context, Order};
    use super::*;

    proptest! {
        #[test]
        fn a_stamp_says_what_its_words_say(
            seconds in -2_000_000_000i64..4_000_000_000,
            offset in -48i32..=48,
            language in proptest::sample::select(vec![None, Some("en"), Some("de"), Some("fr"), Some("ru"), Some("zh"), Some("ar")]),
            order in proptest::sample::select(vec![None, Some(Order::DayFirst), Some(Order::MonthFirst)]),
            zone in proptest::sample::select(["UTC", "Europe/London", "Asia/Shanghai"].map(|name| Timezone::named(name).unwrap()).to_vec()),
        ) {
            let at = DateTime::from_timestamp(seconds, 0).unwrap();
            let there = at.with_timezone(&chrono::FixedOffset::east_opt(offset * 900).unwrap());
            let context = Context { now: DateTime::from_timestamp(1_700_000_000, 0).unwrap(), zone, language, order };
            for text in [
                at.format("%Y-%m-%dT%H:%M:%SZ"),
                there.format("%Y-%m-%dT%H:%M:%S%:z"),
                at.format("%a, %d %b %Y %H:%M:%S GMT"),
                there.format("%a, %-d %b %Y %H:%M:%S %z"),
            ] {
                let text = text.to_string();
                let by_words = Sought::in_text(&text, &context).and_then(|sought| sought.whole());
                prop_assert!(read(&text).is_some(), "{}", text);
                prop_assert_eq!(parse(&text, &context).map(|m| (m, *m.at.offset())), by_words.map(|m| (m, *m.at.offset())), "{}", text);
            }
        }
    }

    #[test]
    fn other_forms_are_left_to_those_who_know_words() {
        for text in [
            "",
            "2020-10-24",
            "2020-10-24 08:30:00",
            "2020-10-24T08:30Z",
            "2020-13-24T08:30:00Z",
            "2020-10-24T24:00:00Z",
            "2020-10-24T08:30:00+14:00",
            "2020-10-24T08:30:00 Z",
            "1399-08-03T08:30:00Z",
            "Sat, 24 Oct 2020 08:30 GMT",
            "Sat, 24 Oct 20 08:30:00 GMT",
            "Sat, 024 Oct 2020 08:30:00 GMT",
            "Sat,  24 Oct 2020 08:30:00 GMT",
            "Sa, 24 Okt 2020 08:30:00 GMT",
            "Sat, 24 Oct 2020 08:30:00 CET",
            "Sat, 24 Oct 2020 08:30:00 GMT (Saturday)",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert!(read("Sat, 4 Oct 2020 08:30:00 -0130").is_some_and(|fields| fields.zone == Some(Zone::Fixed(-5400))));
    }
}
