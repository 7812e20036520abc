//! The date in an address.

use chrono::{Datelike, NaiveDate};
use url::Url;

use super::vocabulary::{Calendar, Meaning, vocabulary};
use super::{Context, Moment, Precision};

/// The date in an address: `/2020/10/24/`, `/20201024/`, `/2020-10/24/`, `t20201024_`, `/2024/mar/05/`; a
/// month alone (`/2020/10/`) has `Precision::Month`. Dates ahead of now are none.
pub fn in_url(url: &Url, context: &Context) -> Option<Moment> {
    let path = url.path();
    // An archive's address holds that of the page, after a date of its own.
    let path = ["/http://", "/https://", "/http:/", "/https:/"]
        .iter()
        .find_map(|mark| path.split_once(mark))
        .map_or(path, |(_, inner)| inner);
    let path = path.get(..path.floor_char_boundary(600)).unwrap_or(path);
    let parts = numbers(path);
    let mut month_alone = None;
    for (at, part) in parts.iter().enumerate() {
        if let Some(day) = compact(part) {
            if let Some(moment) = moment(day, Precision::Day, context) {
                return Some(moment);
            }
            continue;
        }
        let Some(year) = part.year() else { continue };
        let Some(next) = parts.get(at + 1).filter(|n| n.close) else { continue };
        // `/2020/1024/`
        if let Piece::Digits(value, 4) = next.piece
            && let Some(day) = NaiveDate::from_ymd_opt(year, value / 100, value % 100)
            && let Some(moment) = moment(day, Precision::Day, context)
        {
            return Some(moment);
        }
        let Some(month) = next.month() else { continue };
        let day = parts.get(at + 2).filter(|d| d.close).and_then(|d| match d.piece {
            Piece::Digits(day, 1 | 2) => NaiveDate::from_ymd_opt(year, month, day),
            _ => None,
        });
        // `/2021/jan21/` says its year twice.
        let again = parts.get(at + 2).is_some_and(|d| d.stuck && d.is_short_for(year));
        if let Some(moment) = day.filter(|_| !again).and_then(|day| moment(day, Precision::Day, context)) {
            return Some(moment);
        }
        if month_alone.is_none() && (next.ends_segment || again) {
            month_alone = NaiveDate::from_ymd_opt(year, month, 1).and_then(|m| moment(m, Precision::Month, context));
        }
    }
    month_alone
}

/// What stands between the separators of a path.
#[derive(Debug, Clone, Copy)]
enum Piece {
    Digits(u32, usize),
    Month(u32),
    Other,
}

#[derive(Debug, Clone, Copy)]
struct Part {
    piece: Piece,
    /// Whether only one separator parts it from the piece before.
    close: bool,
    /// Whether letters stick to its front.
    stuck: bool,
    /// Whether a slash, or the end, follows.
    ends_segment: bool,
}

impl Part {
    fn year(&self) -> Option<i32> {
        match self.piece {
            Piece::Digits(year @ 1990..=2100, 4) if !self.stuck => i32::try_from(year).ok(),
            _ => None,
        }
    }

    /// `21` for 2021.
    fn is_short_for(&self, year: i32) -> bool {
        matches!(self.piece, Piece::Digits(short, 2) if i32::try_from(short).is_ok_and(|short| short == year % 100))
    }

    fn month(&self) -> Option<u32> {
        match self.piece {
            Piece::Digits(month @ 1..=12, 1 | 2) => Some(month),
            Piece::Month(month) => Some(month),
            _ => None,
        }
    }
}

/// `20201024`, `20201024083015`.
fn compact(part: &Part) -> Option<NaiveDate> {
    let Piece::Digits(value, digits) = part.piece else { return None };
    let ymd = match digits {
        8 => value,
        _ => return None,
    };
    let year = i32::try_from(ymd / 10_000).ok().filter(|y| (1990..=2100).contains(y))?;
    NaiveDate::from_ymd_opt(year, ymd / 100 % 100, ymd % 100)
}

/// Whether a long number begins with day and time, as the numbers of Korean and Japanese articles do:
/// `A2020102408300005196`.
fn begins_with_stamp(digits: &str) -> bool {
    let two = |from: usize| digits.get(from..from + 2).and_then(|two| two.parse().ok()).unwrap_or(99u32);
    digits.len() <= 20 && two(8) < 24 && two(10) < 60
}

fn numbers(path: &str) -> Vec<Part> {
    let bytes = path.as_bytes();
    let mut parts = Vec::new();
    let mut i = 0;
    let mut close = false;
    while let Some(&byte) = bytes.get(i) {
        let run = |test: fn(&u8) -> bool| bytes.iter().skip(i).take_while(|b| test(b)).count();
        if byte.is_ascii_digit() {
            let count = run(u8::is_ascii_digit);
            let text = path.get(i..i + count).unwrap_or_default();
            let before = i.checked_sub(1).and_then(|at| bytes.get(at));
            // Compact stamps may carry a time: only the day counts.
            let (value, digits) = match count {
                12 | 14 | 15.. if count < 15 || begins_with_stamp(text) => {
                    (text.get(..8).unwrap_or_default().parse().unwrap_or(0), 8)
                }
                _ => (text.parse().unwrap_or(u32::MAX), count),
            };
            let after = bytes.get(i + count);
            parts.push(Part {
                piece: if after.is_some_and(u8::is_ascii_alphabetic) && count < 8 {
                    Piece::Other
                } else {
                    Piece::Digits(value, digits)
                },
                close,
                stuck: before.is_some_and(u8::is_ascii_alphabetic),
                ends_segment: matches!(after, None | Some(b'/')),
            });
            i += count;
            close = true;
        } else if byte.is_ascii_alphabetic() {
            let count = run(u8::is_ascii_alphabetic);
            let month = path.get(i..i + count).and_then(month_name);
            let after = bytes.get(i + count);
            let piece = month.map_or(Piece::Other, Piece::Month);
            parts.push(Part { piece, close, stuck: false, ends_segment: matches!(after, None | Some(b'/')) });
            i += count;
            close = true;
        } else {
            close =
                matches!(byte, b'/' | b'-' | b'_' | b'.') && bytes.get(i + 1).is_some_and(u8::is_ascii_alphanumeric);
            i += 1;
        }
    }
    parts
}

/// English names alone: addresses rarely use others, and short words of other languages abound in them.
fn month_name(letters: &str) -> Option<u32> {
    if !(3..=9).contains(&letters.len()) {
        return None;
    }
    let words = vocabulary();
    let english = words.language("en")?;
    let mut walk = words.start();
    for letter in letters.chars() {
        walk = words.step(walk, letter.to_ascii_lowercase())?;
    }
    words.meanings(words.phrase(walk)?).iter().find_map(|(meaning, language)| match meaning {
        Meaning::Month(Calendar::Gregorian, month) if *language == english => Some(u32::from(*month)),
        _ => None,
    })
}

fn moment(day: NaiveDate, precision: Precision, context: &Context) -> Option<Moment> {
    let limit = context.now.date_naive() + chrono::Days::new(2);
    if day > limit || day.year() < 1990 {
        return None;
    }
    let mut fields = super::fields::Fields { year: Some(day.year().into()), ..Default::default() };
    fields.era = Some(super::vocabulary::Era::Common);
    fields.month = Some((Calendar::Gregorian, u8::try_from(day.month()).ok()?));
    fields.day = Some(u8::try_from(day.day()).ok()?);
    super::resolve::resolve(&fields, context).map(|m| Moment { precision, ..m })
}
