//! What was written, made an instant.

use chrono::{
    DateTime, Datelike, Days, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone,
};

use super::calendar::{era_of, gregorian_year, to_gregorian, year_of};
use super::fields::{Clock, Fields};
use super::vocabulary::{Calendar, Era, Unit};
use super::zones::Zone;
use super::{Context, Moment, Precision};

/// How far ahead a date without a year may lie before last year's is meant.
const AHEAD: u64 = 7;

/// The instant of written parts; `None` when they name no day there is.
pub(super) fn resolve(fields: &Fields, context: &Context) -> Option<Moment> {
    let zone = fields.zone.unwrap_or(Zone::Place(context.zone));
    let now = local(zone, context.now.naive_utc());
    if let Some((seconds, nanoseconds)) = fields.epoch {
        let at = DateTime::from_timestamp(seconds, nanoseconds)?;
        return Some(Moment { at: local(zone, at.naive_utc()), precision: Precision::Second, relative: false });
    }
    if let Some(span) = fields.span {
        return back(fields, span, zone, context, now);
    }
    let today = now.date_naive();
    let precision_of_clock = |clock: Option<Clock>| match clock {
        Some(clock) if clock.exact => Precision::Second,
        Some(_) => Precision::Minute,
        None => Precision::Day,
    };
    if let Some(days) = fields.relative_day {
        let day = shift(today, days.into())?;
        let at = instant(day, fields.clock, zone)?;
        return Some(Moment { at, precision: precision_of_clock(fields.clock), relative: true });
    }
    let Some((calendar, month)) = fields.month else {
        if fields.day.is_some() {
            return None;
        }
        if let Some(year) = fields.year {
            if fields.clock.is_some() || fields.weekday.is_some() {
                return None;
            }
            let year = gregorian_year(year, fields.era.unwrap_or_else(|| era_of(year, context.language)));
            let day = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, 1, 1)?;
            return Some(Moment { at: instant(day, None, zone)?, precision: Precision::Year, relative: false });
        }
        // A weekday alone is the last one.
        let weekday = i64::from(fields.weekday?);
        let back = (i64::from(today.weekday().num_days_from_monday()) - weekday).rem_euclid(7);
        let at = instant(shift(today, -back)?, fields.clock, zone)?;
        return Some(Moment { at, precision: precision_of_clock(fields.clock), relative: true });
    };
    let year = fields.year.map(|year| (year, fields.era.unwrap_or_else(|| era_of(year, context.language))));
    let Some(day) = fields.day else {
        let (year, era) = year?;
        if fields.clock.is_some() {
            return None;
        }
        let first = to_gregorian(calendar, gregorian_year(year, era), month, 1)?;
        return Some(Moment { at: instant(first, None, zone)?, precision: Precision::Month, relative: false });
    };
    let date = match year {
        Some((year, era)) => dated(calendar, year, era, month, day)?,
        None => yearless(calendar, month, day, fields.weekday, today)?,
    };
    let at = instant(date, fields.clock, zone)?;
    Some(Moment { at, precision: precision_of_clock(fields.clock), relative: false })
}

fn dated(calendar: Calendar, year: i64, era: Era, month: u8, day: u8) -> Option<NaiveDate> {
    let calendar = match (calendar, era) {
        (Calendar::Gregorian, Era::Persian) => Calendar::Persian,
        (other, _) => other,
    };
    to_gregorian(calendar, gregorian_year(year, era), month, day)
}

/// The last such day that does not lie far ahead; the weekday, where written, must be right.
fn yearless(calendar: Calendar, month: u8, day: u8, weekday: Option<u8>, today: NaiveDate) -> Option<NaiveDate> {
    let latest = today.checked_add_days(Days::new(AHEAD))?;
    let this_year = match calendar {
        Calendar::Gregorian => year_of(today),
        Calendar::Persian => year_of(today) - 621,
        Calendar::Hijri => (year_of(today) - 622) * 33 / 32 + 2,
    };
    let mut fitting =
        (0..9).filter_map(|back| to_gregorian(calendar, this_year - back, month, day)).filter(|d| *d <= latest);
    let first = fitting.next()?;
    let Some(weekday) = weekday else { return Some(first) };
    let right = |d: &NaiveDate| d.weekday().num_days_from_monday() == u32::from(weekday);
    if right(&first) { Some(first) } else { fitting.find(right).or(Some(first)) }
}

/// A span back from now.
fn back(
    fields: &Fields,
    span: super::fields::Span,
    zone: Zone,
    context: &Context,
    now: DateTime<FixedOffset>,
) -> Option<Moment> {
    let months = u32::try_from(span.months).ok()?;
    let at = now
        .naive_local()
        .checked_sub_months(chrono::Months::new(months))?
        .checked_sub_signed(TimeDelta::try_seconds(span.seconds)?)?;
    let precision = match span.finest {
        Unit::Second | Unit::Minute | Unit::Hour => Precision::Minute,
        Unit::Day | Unit::Week => Precision::Day,
        Unit::Month => Precision::Month,
        Unit::Year | Unit::Decade => Precision::Year,
    };
    if precision == Precision::Minute {
        if span.months == 0 {
            // Across a change of clocks the hours that really passed count.
            let at = context.now.checked_sub_signed(TimeDelta::try_seconds(span.seconds)?)?;
            return Some(Moment { at: local(zone, at.naive_utc()), precision, relative: true });
        }
        return Some(Moment { at: instant_of(at, zone)?, precision, relative: true });
    }
    let precision = if fields.clock.is_some() { Precision::Minute } else { precision };
    Some(Moment { at: instant(at.date(), fields.clock, zone)?, precision, relative: true })
}

fn shift(day: NaiveDate, days: i64) -> Option<NaiveDate> {
    day.checked_add_signed(TimeDelta::try_days(days)?)
}

/// A day and a time in a zone; midnight where no time is given.
fn instant(day: NaiveDate, clock: Option<Clock>, zone: Zone) -> Option<DateTime<FixedOffset>> {
    let Some(clock) = clock else { return instant_of(day.and_time(NaiveTime::MIN), zone) };
    // 24:00 and leap seconds run over into what follows.
    let seconds = i64::from(clock.hour) * 3600 + i64::from(clock.minute) * 60 + i64::from(clock.second);
    let time = day
        .and_time(NaiveTime::MIN)
        .checked_add_signed(TimeDelta::try_seconds(seconds)?)?
        .checked_add_signed(TimeDelta::nanoseconds(clock.nanosecond.into()))?;
    instant_of(time, zone)
}

/// A wall clock's time in a zone: the earlier of two, and across a gap the clock as it was before.
fn instant_of(time: NaiveDateTime, zone: Zone) -> Option<DateTime<FixedOffset>> {
    match zone {
        Zone::Fixed(seconds) => FixedOffset::east_opt(seconds)?.from_local_datetime(&time).earliest(),
        Zone::Place(place) => match place.from_local_datetime(&time) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at.fixed_offset()),
            LocalResult::None => {
                let before = time.checked_sub_signed(TimeDelta::hours(3))?;
                let at = place.from_local_datetime(&before).earliest()?;
                Some(at.checked_add_signed(TimeDelta::hours(3))?.fixed_offset())
            }
        },
    }
}

/// An instant by a zone's wall clock.
fn local(zone: Zone, utc: NaiveDateTime) -> DateTime<FixedOffset> {
    match zone {
        Zone::Fixed(seconds) => match FixedOffset::east_opt(seconds) {
            Some(offset) => offset.from_utc_datetime(&utc),
            None => utc.and_utc().fixed_offset(),
        },
        Zone::Place(place) => place.from_utc_datetime(&utc).fixed_offset(),
    }
}
