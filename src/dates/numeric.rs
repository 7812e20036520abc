//! Dates in digits alone: `2020-10-24`, `24.10.2020`, `10/24`, `20201024`, `2020-W43-6`, epoch seconds.

use chrono::{Datelike, NaiveDate};

use super::calendar::era_of;
use super::expression::Reader;
use super::fields::{Clock, Fields};
use super::lexer::Kind;
use super::vocabulary::{Calendar, Era};
use super::{Context, Order};

/// Reads a date in digits at `i` into `fields`; gives the token after it.
pub(super) fn numeric(reader: &Reader, i: usize, fields: &mut Fields) -> Option<usize> {
    let (value, digits) = reader.number(i)?;
    if let Some(next) = compact(reader, i, value, digits, fields) {
        return Some(next);
    }
    if digits > 4 {
        return None;
    }
    let first = separator(reader, i + 1)?;
    if digits == 4
        && first == '-'
        && let Some(next) = week(reader, i, value, fields)
    {
        return Some(next);
    }
    let (second_value, second_digits) = reader.number(i + 2)?;
    let third = separator(reader, i + 3).filter(|s| *s == first || (*s != '.' && first != '.'));
    if let Some(third) = third
        && let Some((third_value, third_digits)) = reader.number(i + 4)
    {
        let tail = reader.mark(i + 5);
        // A fourth number on the same string: an address, a version, a telephone number.
        if tail == Some(third)
            && !reader.gap(i + 5)
            && !reader.gap(i + 6)
            && reader.number(i + 6).is_some()
            && third != '-'
        {
            return None;
        }
        let parts = [(value, digits), (second_value, second_digits), (third_value, third_digits)];
        return three(reader, parts, first, fields).map(|()| i + 5);
    }
    two(reader, i, (value, digits), (second_value, second_digits), first, fields)
}

/// The full year that two digits mean (POSIX).
pub(super) fn full_year(two: i64) -> i64 {
    if two < 69 { two + 2000 } else { two + 1900 }
}

fn separator(reader: &Reader, i: usize) -> Option<char> {
    reader.mark(i).filter(|c| matches!(c, '-' | '/' | '.'))
}

/// Three numbers on a string.
fn three(reader: &Reader, parts: [(u64, u8); 3], separator: char, fields: &mut Fields) -> Option<()> {
    let [a, b, c] = parts.map(|p| i64::try_from(p.0).unwrap_or(i64::MAX));
    let context = reader.context;
    let small = |p: (u64, u8)| p.1 <= 2 || p.1 == 3 && p.0 < 100;
    if parts[0].1 >= 3 && !(parts[0].0 < 32 && parts[2].1 == 4) {
        // 2020-10-24; 109/10/24 on a page of Taiwan.
        if !small(parts[1]) || !small(parts[2]) {
            return None;
        }
        let era = if parts[0].1 == 3 {
            if !(60..200).contains(&a) || !is_traditional(context) {
                return None;
            }
            Era::Minguo
        } else {
            era_of(a, context.language)
        };
        return set(fields, a, era, b, c);
    }
    if parts[2].1 == 4 && small(parts[0]) && small(parts[1]) {
        let (order, sure) = order(context, separator, a, b, c);
        fields.swappable = !sure;
        let (day, month) = if order == Order::DayFirst { (a, b) } else { (b, a) };
        return set(fields, c, era_of(c, context.language), month, day);
    }
    if parts.iter().any(|p| p.1 > 2) {
        return None;
    }
    two_digit_year(context, [a, b, c], parts, separator, fields)
}

/// `03-12-31`, `26.10.21`, `10/24/20`: which is the year is told by the separator, the language and the
/// calendar; a date that lies ahead is believed least.
fn two_digit_year(
    context: &Context,
    [a, b, c]: [i64; 3],
    parts: [(u64, u8); 3],
    separator: char,
    fields: &mut Fields,
) -> Option<()> {
    fields.weak = !(separator == '.' && parts.iter().all(|p| p.1 == 2) || separator == '/' && parts[2].1 == 2);
    if parts[2].1 != 2 && parts[0].1 != 2 {
        return None;
    }
    let day_first = (full_year(c), b, a);
    let month_first = (full_year(c), a, b);
    let year_first = (full_year(a), b, c);
    let order = order(context, separator, a, b, full_year(c)).0;
    let mut ways = match order {
        _ if year_leads(context) => [year_first, month_first, day_first],
        Order::DayFirst => [day_first, month_first, year_first],
        Order::MonthFirst => [month_first, day_first, year_first],
    };
    if separator == '.' && !year_leads(context) {
        ways = [day_first, year_first, month_first];
    }
    let latest = i64::from(context.now.year()) + 1;
    let valid = |&(y, m, d): &(i64, i64, i64)| gregorian(y, m, d).is_some();
    let (year, month, day) = ways
        .iter()
        .find(|w| valid(w) && (w.0 <= latest || separator == '.'))
        .or_else(|| ways.iter().find(|w| valid(w)))
        .copied()?;
    set(fields, year, Era::Common, month, day)
}

/// Two numbers: a year and a month, or a month and a day.
fn two(reader: &Reader, i: usize, a: (u64, u8), b: (u64, u8), separator: char, fields: &mut Fields) -> Option<usize> {
    let (x, y) = (i64::try_from(a.0).ok()?, i64::try_from(b.0).ok()?);
    let tight = !reader.gap(i + 1) && !reader.gap(i + 2);
    if a.1 == 4 && tight && (1900..2200).contains(&x) {
        // Ordinal days of ISO 8601: 2020-298.
        if b.1 == 3 && separator == '-' {
            let day = NaiveDate::from_yo_opt(i32::try_from(x).ok()?, u32::try_from(y).ok()?)?;
            set(fields, x, Era::Common, day.month().into(), day.day().into())?;
            return Some(i + 3);
        }
        if b.1 <= 2 && separator != '.' && (1..=12).contains(&y) {
            fields.year = Some(x);
            fields.month = Some((Calendar::Gregorian, u8::try_from(y).ok()?));
            return Some(i + 3);
        }
        return None;
    }
    if b.1 == 4 && tight && (1900..2200).contains(&y) && a.1 <= 2 && (1..=12).contains(&x) && reader.whole {
        fields.year = Some(y);
        fields.month = Some((Calendar::Gregorian, u8::try_from(x).ok()?));
        return Some(i + 3);
    }
    if a.1 > 2 || b.1 > 2 {
        return None;
    }
    let closing_dot = reader.mark(i + 3) == Some('.');
    if separator == '.' && !closing_dot && !(a.1 == 2 && b.1 == 2 && writes_dots(reader.context)) {
        return None;
    }
    // Pages that write no year with dashes write the month first: ISO 8601 cut short.
    let month_first = match reader.context.order {
        _ if separator == '-' && reader.context.order.is_none() => true,
        Some(order) => order == Order::MonthFirst,
        None => order(reader.context, separator, x, y, i64::from(reader.context.now.year())).0 == Order::MonthFirst,
    };
    let (mut month, mut day) = if month_first { (x, y) } else { (y, x) };
    if month > 12 {
        std::mem::swap(&mut month, &mut day);
    }
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    fields.month = Some((Calendar::Gregorian, u8::try_from(month).ok()?));
    fields.day = Some(u8::try_from(day).ok()?);
    fields.weak = true;
    let dense = matches!(reader.context.language.and_then(|l| l.get(..2)), Some("zh" | "ja" | "ko"));
    fields.thin = a.1 + b.1 < if separator == '-' { 4 } else { 3 } && !dense && !closing_dot;
    Some(if closing_dot && separator == '.' { i + 4 } else { i + 3 })
}

/// ISO 8601 weeks: `2020-W43-6`.
fn week(reader: &Reader, i: usize, year: u64, fields: &mut Fields) -> Option<usize> {
    let letters = reader.letters(i + 2);
    if !letters.eq_ignore_ascii_case("w") || !matches!(reader.tokens.get(i + 2)?.kind, Kind::Letters | Kind::Word(_)) {
        return None;
    }
    let (week, 2) = reader.number(i + 3)? else { return None };
    let (day, next) = match (reader.mark(i + 4), reader.number(i + 5)) {
        (Some('-'), Some((day, 1))) => (day, i + 6),
        _ => (1, i + 4),
    };
    let weekday = chrono::Weekday::try_from(u8::try_from(day.checked_sub(1)?).ok()?).ok()?;
    let date = NaiveDate::from_isoywd_opt(i32::try_from(year).ok()?, u32::try_from(week).ok()?, weekday)?;
    set(fields, i64::from(date.year()), Era::Common, date.month().into(), date.day().into())?;
    Some(next)
}

/// `20201024`, `20201024083015`, and seconds or milliseconds since 1970.
fn compact(reader: &Reader, i: usize, value: u64, digits: u8, fields: &mut Fields) -> Option<usize> {
    let date = |ymd: u64, fields: &mut Fields| {
        let (year, month, day) = (ymd / 10_000, ymd / 100 % 100, ymd % 100);
        let year = i64::try_from(year).ok().filter(|y| (1900..2100).contains(y))?;
        set(fields, year, Era::Common, i64::try_from(month).ok()?, i64::try_from(day).ok()?)
    };
    match digits {
        8 => {
            date(value, fields)?;
            if !reader.whole && reader.tokens.len() > 12 {
                fields.weak = true;
            }
        }
        12 | 14 => {
            let (ymd, hms) = if digits == 14 {
                (value / 1_000_000, value % 1_000_000)
            } else {
                (value / 10_000, value % 10_000 * 100)
            };
            let mut clock = Clock::new(hms / 10_000, hms / 100 % 100)?;
            clock.second = u32::try_from(hms % 100).ok().filter(|s| *s <= 60)?;
            clock.exact = digits == 14;
            date(ymd, fields)?;
            fields.clock = Some(clock);
            let next = i + 1;
            return Some(super::clock::zone(reader, next, fields).unwrap_or(next));
        }
        10 if reader.whole && (500_000_000..4_000_000_000).contains(&value) => {
            fields.epoch = Some((i64::try_from(value).ok()?, 0));
        }
        13 if reader.whole && (500_000_000_000..4_000_000_000_000).contains(&value) => {
            fields.epoch = Some((i64::try_from(value / 1000).ok()?, u32::try_from(value % 1000).ok()? * 1_000_000));
        }
        _ => return None,
    }
    Some(i + 1)
}

fn set(fields: &mut Fields, year: i64, era: Era, month: i64, day: i64) -> Option<()> {
    let (m, d) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    let calendar = match era {
        Era::Persian => Calendar::Persian,
        Era::Hijri => Calendar::Hijri,
        _ => Calendar::Gregorian,
    };
    super::calendar::to_gregorian(calendar, super::calendar::gregorian_year(year, era), m, d)?;
    fields.year = Some(year);
    fields.era = Some(era);
    fields.month = Some((calendar, m));
    fields.day = Some(d);
    Some(())
}

fn gregorian(year: i64, month: i64, day: i64) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, u32::try_from(month).ok()?, u32::try_from(day).ok()?)
}

/// Which of `a` and `b` is the day, and whether that is certain.
fn order(context: &Context, separator: char, a: i64, b: i64, year: i64) -> (Order, bool) {
    match (a > 12, b > 12) {
        (true, false) => return (Order::DayFirst, true),
        (false, true) => return (Order::MonthFirst, true),
        _ if a == b => return (Order::DayFirst, true),
        _ => {}
    }
    if let Some(order) = context.order {
        return (order, true);
    }
    let likely = usual_order(context, separator);
    // News does not lie ahead: where one reading does and the other does not, the other is meant.
    let (day_first, month_first) = (gregorian(year, b, a), gregorian(year, a, b));
    let limit = context.now.date_naive() + chrono::Days::new(2);
    match (likely, day_first, month_first) {
        (Order::DayFirst, Some(d), Some(m)) if d > limit && m <= limit => (Order::MonthFirst, false),
        (Order::MonthFirst, Some(d), Some(m)) if m > limit && d <= limit => (Order::DayFirst, false),
        _ => (likely, false),
    }
}

/// The order that a page's language writes; points are the mark of those who put the day first.
fn usual_order(context: &Context, separator: char) -> Order {
    let Some(tag) = context.language else {
        return if separator == '/' { Order::MonthFirst } else { Order::DayFirst };
    };
    if separator == '.' && !year_leads(context) {
        return Order::DayFirst;
    }
    let tag = tag.to_ascii_lowercase();
    let base = tag.split(['-', '_']).next().unwrap_or(&tag);
    let region = tag.split(['-', '_']).next_back().unwrap_or(&tag);
    match base {
        "en" if matches!(region, "en" | "us" | "ph") => {
            let name = context.zone.name();
            let british = name.starts_with("Europe/")
                || name.starts_with("Australia/")
                || name.starts_with("Africa/")
                || matches!(
                    name,
                    "Asia/Kolkata" | "Asia/Calcutta" | "Pacific/Auckland" | "Asia/Karachi" | "Asia/Dhaka"
                );
            if british && region == "en" { Order::DayFirst } else { Order::MonthFirst }
        }
        "fil" | "tl" | "zh" | "ja" | "ko" | "mn" => Order::MonthFirst,
        _ => Order::DayFirst,
    }
}

/// Languages whose short dates begin with the year.
fn year_leads(context: &Context) -> bool {
    let base = context.language.map(|l| l.split(['-', '_']).next().unwrap_or(l));
    matches!(base, Some("zh" | "ja" | "ko" | "hu" | "mn" | "lt" | "fa"))
}

/// Languages that write `24.10` for a day of this year.
fn writes_dots(context: &Context) -> bool {
    let base = context.language.map(|l| l.split(['-', '_']).next().unwrap_or(l));
    context.language.is_some()
        && !matches!(
            base,
            Some("en" | "fr" | "es" | "pt" | "it" | "nl" | "el" | "ar" | "hi" | "id" | "ms" | "th" | "vi")
        )
}

fn is_traditional(context: &Context) -> bool {
    context.language.is_some_and(|l| {
        let tag = l.to_ascii_lowercase();
        tag.starts_with("zh-tw") || tag.starts_with("zh-hant") || tag == "zh"
    }) || context.zone.name() == "Asia/Taipei"
}
