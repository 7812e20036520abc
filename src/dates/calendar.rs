//! Days of other calendars as Gregorian days.

use chrono::{Datelike, Days, NaiveDate};

use super::vocabulary::{Calendar, Era};

/// The Gregorian year that a year of an era is, where its months are the Gregorian ones.
pub(super) fn gregorian_year(year: i64, era: Era) -> i64 {
    match era {
        Era::Buddhist => year - 543,
        Era::Minguo => year + 1911,
        Era::Reign(first) => year + i64::from(first) - 1,
        Era::Common | Era::Persian | Era::Hijri => year,
    }
}

/// The Gregorian day of a day of `calendar`; `None` when that calendar has no such day.
pub(super) fn to_gregorian(calendar: Calendar, year: i64, month: u8, day: u8) -> Option<NaiveDate> {
    match calendar {
        Calendar::Gregorian => NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month.into(), day.into()),
        Calendar::Persian => persian(year, month, day),
        Calendar::Hijri => hijri(year, month, day),
    }
}

/// Solar Hijri by the 33-year cycle, which agrees with the observed equinox from 1178 to 1633 AP.
fn persian(year: i64, month: u8, day: u8) -> Option<NaiveDate> {
    let long = month <= 6;
    if !(1..=12).contains(&month) || day == 0 || day > if long { 31 } else { 30 } || !(1178..=1633).contains(&year) {
        return None;
    }
    let leap = |y: i64| matches!(y.rem_euclid(33), 1 | 5 | 9 | 13 | 17 | 22 | 26 | 30);
    if month == 12 && day == 30 && !leap(year) {
        return None;
    }
    // 1 Farvardin 1178 was 21 March 1799.
    let mut days: i64 = (1178..year).map(|y| if leap(y) { 366 } else { 365 }).sum();
    days += i64::from(month - 1) * 30 + i64::from((month - 1).min(6)) + i64::from(day - 1);
    NaiveDate::from_ymd_opt(1799, 3, 21)?.checked_add_days(Days::new(u64::try_from(days).ok()?))
}

/// The tabular Islamic calendar (civil epoch); observation may differ by a day.
fn hijri(year: i64, month: u8, day: u8) -> Option<NaiveDate> {
    if !(1..=12).contains(&month) || !(1..=30).contains(&day) || !(1200..=1700).contains(&year) {
        return None;
    }
    let month = i64::from(month);
    let days = (11 * year + 3).div_euclid(30) + 354 * year + 30 * month - (month - 1) / 2 + i64::from(day) - 385;
    // 16 July 622 (Julian) is 19 July 622 in the proleptic Gregorian calendar.
    NaiveDate::from_ymd_opt(622, 7, 19)?.checked_add_days(Days::new(u64::try_from(days).ok()?))
}

/// The year a language's pages mean when they write digits alone: 2563 is Buddhist, 1399 Persian.
pub(super) fn era_of(year: i64, language: Option<&str>) -> Era {
    let base = language.map(|l| l.split(['-', '_']).next().unwrap_or(l));
    match (year, base) {
        (2400..=2700, _) => Era::Buddhist,
        (1250..=1500, Some("fa" | "ps" | "ckb")) => Era::Persian,
        (1300..=1500, Some("ar" | "ur")) => Era::Hijri,
        _ => Era::Common,
    }
}

/// The year of a day, for reckoning years that are not written.
pub(super) fn year_of(day: NaiveDate) -> i64 {
    i64::from(day.year())
}
