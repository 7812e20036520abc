//! Spans back from now: `3小时前`, `vor 2 Stunden`, `1 year, 2 months ago`, `last week`.

use super::expression::Reader;
use super::fields::Span;
use super::lexer::Kind;
use super::vocabulary::{Meaning, Unit};

/// A span that begins at `i`, and the token after it.
pub(super) fn span(reader: &Reader, start: usize) -> Option<(Span, usize)> {
    // Only a number, a unit or a word for the past can begin one.
    let begins = match reader.tokens.get(start)?.kind {
        Kind::Number { .. } => true,
        Kind::Word(_) => reader.meaning(start, begins).is_some(),
        _ => false,
    };
    if !begins || before(reader, start).is_some_and(|at| is_ahead(reader, at)) {
        return None;
    }
    if reader.is(start, Meaning::Now) {
        return Some((Span { months: 0, seconds: 0, finest: Unit::Second, ago: true }, start + 1));
    }
    if reader.is(start, Meaning::Present) {
        let (span, next) = counted(reader, (reader.mark(start + 1) == Some('-')).then_some(start + 2)?)?;
        return Some((Span { ago: true, ..span }, next));
    }
    if let Some(unit) = reader.meaning(start, |m| if let Meaning::Last(u) = m { Some(u) } else { None }) {
        let mut span = Span { months: 0, seconds: 0, finest: Unit::Year, ago: true };
        add(&mut span, 1.0, unit)?;
        return Some((span, start + 1));
    }
    counted(reader, start)
}

fn begins(meaning: Meaning) -> Option<()> {
    matches!(
        meaning,
        Meaning::Ago
            | Meaning::Unit(..)
            | Meaning::Number(_)
            | Meaning::Now
            | Meaning::Present
            | Meaning::Last(_)
            | Meaning::Half
    )
    .then_some(())
}

/// The word before `i`, if one stands close.
fn before(reader: &Reader, i: usize) -> Option<usize> {
    let at = i.checked_sub(1)?;
    matches!(reader.tokens.get(at)?.kind, Kind::Word(_)).then_some(at)
}

/// Whether the word at `i` says that what follows or precedes lies in the future, and nothing else.
fn is_ahead(reader: &Reader, i: usize) -> bool {
    reader.is(i, Meaning::Ahead) && !reader.is(i, Meaning::Ago)
}

/// Counts and units, with words for the past before, between or after them.
fn counted(reader: &Reader, start: usize) -> Option<(Span, usize)> {
    let mut span = Span { months: 0, seconds: 0, finest: Unit::Decade, ago: false };
    let (mut i, mut end, mut found) = (start, start, 0usize);
    let mut doubtful = false;
    while found < 8 {
        if reader.is(i, Meaning::Ago) {
            span.ago = true;
            i += 1;
            end = i;
            continue;
        }
        if let Some((count, unit, next)) = amount(reader, i, span.ago && found == 0) {
            doubtful |= !reader.whole || is_doubtful(reader, i, count, unit);
            span.ago |= reader.meaning(next - 1, |m| matches!(m, Meaning::Last(_)).then_some(())).is_some();
            add(&mut span, count, unit)?;
            found += 1;
            (i, end) = (next, next);
            continue;
        }
        // Between the parts: commas and `and`.
        let passes = reader.is(i, Meaning::Filler) || found > 0 && matches!(reader.mark(i), Some(',' | '.'));
        if !passes || i > end + 3 {
            break;
        }
        i += 1;
    }
    if found == 0 || is_ahead(reader, end) {
        return None;
    }
    // Without a word for the past only a whole text can be a span.
    (span.ago || (!doubtful && reader.tokens.get(end).is_none_or(|_| only_decoration(reader, end))))
        .then_some((span, end))
}

fn only_decoration(reader: &Reader, i: usize) -> bool {
    (i..reader.tokens.len()).all(|at| matches!(reader.tokens.get(at).map(|t| t.kind), Some(Kind::Mark(_))))
}

fn is_unit(reader: &Reader, i: usize) -> bool {
    unit(reader, i).is_some()
}

fn unit(reader: &Reader, i: usize) -> Option<(Unit, u8)> {
    reader.meaning(i, |m| if let Meaning::Unit(u, n) = m { Some((u, n)) } else { None })
}

/// A number and its unit, in either order, or a unit alone where one of it is meant.
fn amount(reader: &Reader, i: usize, alone: bool) -> Option<(f64, Unit, usize)> {
    if let Some((value, _)) = reader.number(i).filter(|(_, d)| *d <= 5) {
        let mut count = value as f64;
        let mut next = i + 1;
        if matches!(reader.mark(next), Some('.' | ','))
            && !reader.gap(next)
            && !reader.gap(next + 1)
            && let Some((part, 1)) = reader.number(next + 1)
        {
            count += part as f64 / 10.0;
            next += 2;
        }
        // `4 bln lalu`: what means `last month` after no number.
        let last = |m| if let Meaning::Last(u) = m { Some(u) } else { None };
        let unit = unit(reader, next).map(|u| u.0).or_else(|| reader.meaning(next, last))?;
        return Some((count, unit, next + 1));
    }
    if reader.is(i, Meaning::Half) {
        let (unit, _) = unit(reader, i + 1)?;
        return Some((0.5, unit, i + 2));
    }
    if let Some((unit, dual)) = unit(reader, i) {
        if let Some((value, _)) = reader.number(i + 1).filter(|(_, d)| *d <= 5)
            && !is_unit(reader, i + 2)
            && alone
        {
            return Some((value as f64, unit, i + 2));
        }
        if let Some((value, _)) = reader.number(i + 1).filter(|(_, d)| *d <= 5)
            && !is_unit(reader, i + 2)
            && reader.is(i + 2, Meaning::Ago)
        {
            return Some((value as f64, unit, i + 2));
        }
        return (alone || dual > 1 || reader.is(i + 1, Meaning::Ago)).then_some((f64::from(dual), unit, i + 1));
    }
    let count = reader.meaning(i, |m| if let Meaning::Number(n) = m { Some(n) } else { None })?;
    let (unit, _) = unit(reader, i + 1)?;
    Some((f64::from(count), unit, i + 2))
}

/// Whether a count of units may well be something else: `2020年`, `24日`, `8h`, `5 min`.
fn is_doubtful(reader: &Reader, i: usize, count: f64, unit: Unit) -> bool {
    let at = i + 1;
    let marks = |m: Meaning| reader.is(at, m);
    marks(Meaning::MonthMark)
        || marks(Meaning::DayMark)
        || (unit == Unit::Year && marks(Meaning::YearMark) && count >= 1000.0)
}

/// Adds a count of units; `None` beyond all measure.
fn add(span: &mut Span, count: f64, unit: Unit) -> Option<()> {
    if !(0.0..=100_000.0).contains(&count) {
        return None;
    }
    let seconds = |each: f64| (count * each).round() as i64;
    match unit {
        Unit::Second => span.seconds += seconds(1.0),
        Unit::Minute => span.seconds += seconds(60.0),
        Unit::Hour => span.seconds += seconds(3600.0),
        Unit::Day => span.seconds += seconds(86_400.0),
        Unit::Week => span.seconds += seconds(604_800.0),
        Unit::Month => {
            span.months += count.trunc() as i64;
            span.seconds += (count.fract() * 30.0 * 86_400.0).round() as i64;
        }
        Unit::Year => span.months += (count * 12.0).round() as i64,
        Unit::Decade => span.months += (count * 120.0).round() as i64,
    }
    if rank(unit) < rank(span.finest) {
        span.finest = unit;
    }
    Some(())
}

fn rank(unit: Unit) -> u8 {
    match unit {
        Unit::Second => 0,
        Unit::Minute => 1,
        Unit::Hour => 2,
        Unit::Day => 3,
        Unit::Week => 4,
        Unit::Month => 5,
        Unit::Year => 6,
        Unit::Decade => 7,
    }
}
