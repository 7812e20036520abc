//! Times of day and the zones behind them.

use super::expression::Reader;
use super::fields::{Clock, Fields};
use super::lexer::Kind;
use super::vocabulary::Meaning;
use super::zones::{self, Zone};

/// A time of day at `i`: `18:20`, `8h05`, `5pm`, `오후 3:05`, `8時30分`, `8.30 Uhr`, ISO's `T083015`.
/// `timed` says that a word such as `um` announced it.
pub(super) fn clock(reader: &Reader, i: usize, timed: bool, fields: &Fields) -> Option<(Clock, usize)> {
    if let Some(half) = half_of_day(reader, i) {
        let (clock, next, _) = digits(reader, i + 1, true, fields)?;
        return Some((apply(clock, Some(half))?, next));
    }
    if reader.meaning(i, |m| (m == Meaning::Noon).then_some(())).is_some() && reader.number(i + 1).is_some() {
        let (clock, next, _) = digits(reader, i + 1, true, fields)?;
        return Some((apply(clock, (clock.hour < 6).then_some(Half::After))?, next));
    }
    if fields.has_date()
        && let Some(named) = reader.named_clock(i)
    {
        return Some((named, i + 1));
    }
    let (clock, next, sure) = digits(reader, i, timed, fields)?;
    let mut after = next;
    // `5 p.m.`, `5.45 ip.`, `(5 pm)`
    if let Some(half) = half_of_day(reader, after) {
        return Some((apply(clock, Some(half))?, after + 1));
    }
    if !sure {
        return None;
    }
    if reader.is(after, Meaning::HourMark) {
        after += 1;
    }
    Some((clock, after))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Before,
    After,
}

fn half_of_day(reader: &Reader, i: usize) -> Option<Half> {
    reader.meaning(i, |m| match m {
        Meaning::Am => Some(Half::Before),
        Meaning::Pm => Some(Half::After),
        _ => None,
    })
}

fn apply(clock: Clock, half: Option<Half>) -> Option<Clock> {
    let hour = match half {
        Some(Half::After) if clock.hour < 12 => clock.hour + 12,
        Some(Half::Before) if clock.hour == 12 => 0,
        _ => clock.hour,
    };
    Some(Clock { hour, ..clock })
}

/// The digits of a time; the flag says whether they are one without `am` or `pm` behind them.
fn digits(reader: &Reader, i: usize, timed: bool, fields: &Fields) -> Option<(Clock, usize, bool)> {
    let (hour, count) = reader.number(i)?;
    // ISO 8601 basic: T0830, T083015.
    if matches!(count, 4 | 6) && reader.letters(i.checked_sub(1)?).eq_ignore_ascii_case("t") && fields.has_whole_date()
    {
        let (hours, rest) = if count == 6 { (hour / 10_000, hour % 10_000) } else { (hour / 100, hour % 100 * 100) };
        let mut clock = Clock::new(hours, rest / 100)?;
        clock.second = u32::try_from(rest % 100).ok().filter(|s| *s <= 60)?;
        clock.exact = count == 6;
        return Some((clock, fraction(reader, i + 1, &mut clock), true));
    }
    if count > 2 || hour > 24 {
        return None;
    }
    let two = |at: usize| reader.number(at).filter(|(v, d)| *d == 2 && *v < 60).map(|(v, _)| v);
    let tight = |at: usize| !reader.gap(at) && !reader.gap(at + 1);
    match reader.mark(i + 1) {
        Some(':')
            if (tight(i + 1) || fields.has_date())
                && let Some(minute) = two(i + 2) =>
        {
            let mut clock = Clock::new(hour, minute)?;
            let mut next = i + 3;
            if reader.mark(next) == Some(':') && tight(next) {
                let (second, _) = reader.number(next + 1).filter(|(v, d)| *d <= 2 && *v <= 60)?;
                clock.second = second as u32;
                clock.exact = true;
                next = fraction(reader, next + 2, &mut clock);
            }
            // 10:20:30:40 and 10:20/30 are no times.
            let open = reader.mark(next) == Some(':') && reader.number(next + 1).is_some() && tight(next);
            return (!open).then_some((clock, next, true));
        }
        Some('.')
            if tight(i + 1)
                && let Some(minute) = two(i + 2) =>
        {
            let mut clock = Clock::new(hour, minute)?;
            let mut next = i + 3;
            if reader.mark(next) == Some('.') && tight(next) && reader.number(next + 1).is_some() {
                let second = two(next + 1).filter(|_| fields.has_whole_date())?;
                clock.second = second as u32;
                clock.exact = true;
                next += 2;
                if reader.mark(next) == Some('.') && tight(next) && reader.number(next + 1).is_some() {
                    return None;
                }
            }
            let sure = reader.is(next, Meaning::HourMark) || timed || fields.has_whole_date();
            return Some((clock, next, sure));
        }
        _ => {}
    }
    if reader.is(i + 1, Meaning::HourMark) {
        let mut next = i + 2;
        let mut clock = Clock::new(hour, 0)?;
        let mut minutes = false;
        if reader.is(next, Meaning::Half) {
            clock.minute = 30;
            return Some((clock, next + 1, true));
        }
        if let Some((minute, d)) = reader.number(next)
            && d <= 2
            && minute < 60
            && (!reader.gap(next) || !reader.gap(next + 1) || reader.is(next + 1, Meaning::MinuteMark))
        {
            clock = Clock::new(hour, minute)?;
            minutes = true;
            next += 1;
            if reader.is(next, Meaning::MinuteMark) {
                next += 1;
                if let Some((second, _)) = reader.number(next).filter(|(v, _)| *v <= 60)
                    && reader.is(next + 1, Meaning::SecondMark)
                {
                    clock.second = second as u32;
                    clock.exact = true;
                    next += 2;
                }
            }
        }
        let known = minutes || timed || fields.has_date() || fields.weekday.is_some();
        return Some((clock, next, known));
    }
    // A bare hour counts only after a word that says so, and where it cannot be a day.
    let clock = Clock::new(hour, 0)?;
    Some((clock, i + 1, timed && fields.has_whole_date() && reader.tokens.get(i + 1).is_none()))
}

/// The fraction of a second at `i`; gives the token after it.
fn fraction(reader: &Reader, i: usize, clock: &mut Clock) -> usize {
    let mark = reader.mark(i).filter(|_| !reader.gap(i) && !reader.gap(i + 1));
    let Some((mark, (value, digits))) = mark.zip(reader.number(i + 1)) else { return i };
    // `22:06:08:684`: milliseconds behind a colon, as some programs print them.
    if !matches!(mark, '.' | ',') && (mark, digits) != (':', 3) {
        return i;
    }
    let scale = 10f64.powi(i32::from(digits));
    clock.nanosecond = ((value as f64 / scale) * 1e9).clamp(0.0, 999_999_999.0) as u32;
    i + 2
}

/// A zone at `i`, right after a time: `Z`, `+08:00`, `EST`, `(GMT+7)`, `America/New_York`.
pub(super) fn zone(reader: &Reader, i: usize, fields: &mut Fields) -> Option<usize> {
    let mut at = i;
    let mut end = None;
    for _ in 0..3 {
        let bracket = usize::from(matches!(reader.mark(at), Some('(' | '[')));
        let Some((zone, next)) = one_zone(reader, at + bracket, fields) else { break };
        let next = if matches!(reader.mark(next), Some(')' | ']')) && bracket == 1 { next + 1 } else { next };
        // `-05:00Z`, `+0000 (UTC)`: the first says it.
        fields.zone = fields.zone.or(zone);
        (at, end) = (next, Some(next));
    }
    end
}

/// A zone; without a meaning where capitals stand that name none known.
fn one_zone(reader: &Reader, i: usize, fields: &Fields) -> Option<(Option<Zone>, usize)> {
    if let Some(found) = offset(reader, i, fields) {
        return Some((Some(found.0), found.1));
    }
    let token = reader.tokens.get(i)?;
    if !matches!(token.kind, Kind::Letters | Kind::Word(_)) {
        return None;
    }
    let letters = reader.letters(i);
    if reader.mark(i + 1) == Some('/') && !reader.gap(i + 1) && !reader.gap(i + 2) {
        let mut last = i + 2;
        if reader.mark(i + 3) == Some('/') && !reader.gap(i + 3) {
            last = i + 4;
        }
        let name = reader.tokens.get(last).and_then(|t| reader.text.get(token.start..t.end));
        if let Some(zone) = name.and_then(zones::by_place) {
            return Some((Some(zone), last + 1));
        }
    }
    if let Some(zone) = reader.zone_name(i) {
        // A small word of running text is no zone.
        let told = letters.chars().any(char::is_uppercase) || !token.gap || letters == "мск";
        if !told {
            return None;
        }
        if matches!(zone, Zone::Fixed(0))
            && let Some((offset, next)) = offset(reader, i + 1, fields)
        {
            return Some((Some(offset), next));
        }
        return Some((Some(zone), i + 1));
    }
    let capitals = (2..=5).contains(&letters.len()) && letters.bytes().all(|b| b.is_ascii_uppercase());
    let unknown = capitals && reader.whole && matches!(token.kind, Kind::Letters) && reader.tokens.get(i + 1).is_none();
    unknown.then_some((None, i + 1))
}

/// `+08:00`, `-0500`, `+7`.
fn offset(reader: &Reader, i: usize, fields: &Fields) -> Option<(Zone, usize)> {
    let sign = match reader.mark(i)? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let (value, digits) = reader.number(i + 1)?;
    if reader.gap(i + 1) {
        return None;
    }
    let (hours, minutes, next) = match digits {
        3 | 4 => (value / 100, value % 100, i + 2),
        1 | 2 => match reader.mark(i + 2) {
            Some(':') if !reader.gap(i + 2) && !reader.gap(i + 3) => {
                let (minutes, _) = reader.number(i + 3).filter(|(v, d)| *d == 2 && *v < 60)?;
                (value, minutes, i + 4)
            }
            _ => (value, 0, i + 2),
        },
        _ => return None,
    };
    // `08:30-10:00` is a span of hours, not a zone.
    let bare = sign < 0 && digits <= 2 && !reader.gap(i) && fields.clock.is_some_and(|c| !c.exact) && !iso(reader, i);
    if bare || hours > 14 || minutes > 59 {
        return None;
    }
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    Some((Zone::Fixed(sign * seconds), next))
}

/// Whether the time before `i` was joined to its date by ISO 8601's `T`, or a zone's name stands before `i`.
fn iso(reader: &Reader, i: usize) -> bool {
    (i.saturating_sub(8)..i).any(|at| {
        let letters = reader.letters(at);
        letters.eq_ignore_ascii_case("t") || letters.eq_ignore_ascii_case("gmt") || letters.eq_ignore_ascii_case("utc")
    })
}
