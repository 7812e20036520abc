//! A date in a text: the whole of it, or somewhere within.

use super::expression::Reader;
use super::lexer::{self, Kind};
use super::resolve::resolve;
use super::vocabulary::Meaning;
use super::{Context, Moment, Precision, stamps};
use crate::model::is_han;

/// Longest text that is looked at, in bytes: no date is longer, and a page has many texts.
const LONGEST: usize = 400;

/// Longest text without a digit that may be a date (`vorgestern`, `二〇二〇年十月二十四日`).
const LONGEST_IN_WORDS: usize = 64;

/// Reads a text that is a date and nothing else but decoration ("Published: …", weekday, clock icon).
pub fn parse(text: &str, context: &Context) -> Option<Moment> {
    let text = cut(text.trim());
    match stamps::read(text) {
        Some(fields) => resolve(&fields, context),
        None => Sought::in_text(text, context)?.whole(),
    }
}

/// Finds the first date in a longer text; gives its byte range too.
pub fn find(text: &str, context: &Context) -> Option<(std::ops::Range<usize>, Moment)> {
    Sought::in_text(text, context)?.first()
}

/// Whether a text may hold a date, as far as it tells without being cut into words.
pub fn may_hold_date(text: &str) -> bool {
    !text.is_empty() && (text.len() <= LONGEST_IN_WORDS || has_digit(text))
}

/// A text that is asked for both: cut into words once.
pub struct Sought<'a>(Reader<'a>);

impl<'a> Sought<'a> {
    /// None where no date can be.
    pub fn in_text(text: &'a str, context: &'a Context<'a>) -> Option<Self> {
        may_hold_date(text).then(|| Self(Reader::new(cut(text), context, true)))
    }

    /// The moment of a text that is a date and nothing else, as [`parse`] gives it for what is trimmed.
    pub fn whole(&self) -> Option<Moment> {
        whole(&self.0)
    }

    /// The first date, as [`find`] gives it.
    pub fn first(self) -> Option<(std::ops::Range<usize>, Moment)> {
        let Self(mut reader) = self;
        if reader.text.len() > LONGEST_IN_WORDS {
            reader.be_part();
        } else if let Some(moment) = whole(&reader).filter(|m| m.precision >= Precision::Day || m.relative) {
            let start = reader.tokens.first().map_or(0, |t| t.start);
            let end = reader.tokens.last().map_or(reader.text.len(), |t| t.end);
            return Some((start..end, moment));
        }
        reader.whole = false;
        for i in 0..reader.tokens.len() {
            if !may_begin(&reader, i) {
                continue;
            }
            if let Some((fields, next)) = reader.date(i)
                && fields.is_strong()
                && is_closed(&reader, next)
                && let Some(moment) = resolve(&fields, reader.context).filter(|m| is_plausible(m, reader.context))
            {
                let start = reader.tokens.get(i).map_or(0, |t| t.start);
                let end = reader.tokens.get(next - 1).map_or(reader.text.len(), |t| t.end);
                return Some((start..end, moment));
            }
        }
        None
    }
}

/// The date that a longer text begins with and that is not all of it, as [`find`] would find it.
pub fn leading(text: &str, context: &Context) -> Option<(std::ops::Range<usize>, Moment)> {
    // Most texts begin with no word of a date: that shows without looking at all of them.
    if !lexer::may_begin_a_date(text) {
        return None;
    }
    find(text, context).filter(|(range, _)| range.start == 0)
}

/// The date that all tokens make, decoration aside.
fn whole(reader: &Reader) -> Option<Moment> {
    let mut start = 0;
    let mut words = 0;
    while start < reader.tokens.len() {
        if let Some((fields, next)) = reader.date(start)
            && fields.is_enough()
            && let Some(moment) = resolve(&fields, reader.context)
            && ends_well(reader, next)
        {
            return Some(moment);
        }
        match reader.tokens.get(start)?.kind {
            Kind::Number { .. } => return None,
            Kind::Mark(':') => words = 0,
            Kind::Mark(_) => {}
            _ if reader.is_filler(start) || is_label(reader, start) => {}
            // A few words may stand before a colon: `Дата публикации: …`.
            _ => {
                words += 1;
                let colon = (start..reader.tokens.len().min(start + 6)).any(|at| reader.mark(at) == Some(':'));
                if words > 5 || !colon || before_digits(reader, start) {
                    return None;
                }
            }
        }
        start += 1;
    }
    None
}

/// Whether a digit comes before the next colon.
fn before_digits(reader: &Reader, i: usize) -> bool {
    (i..reader.tokens.len()).take_while(|at| reader.mark(*at) != Some(':')).any(|at| reader.number(at).is_some())
}

/// A word that stands beside dates and is none itself.
fn is_label(reader: &Reader, i: usize) -> bool {
    reader
        .meaning(i, |m| matches!(m, Meaning::Weekday(_) | Meaning::HourMark | Meaning::YearMark).then_some(()))
        .is_some()
}

/// Whether nothing of weight follows a date: marks, fillers, a word in brackets, or another date.
fn ends_well(reader: &Reader, mut i: usize) -> bool {
    let mut words = 0;
    while let Some(token) = reader.tokens.get(i) {
        match token.kind {
            Kind::Mark(_) => {}
            _ if reader.is_filler(i) || is_label(reader, i) => {}
            Kind::Letters | Kind::Word(_) if matches!(reader.mark(i.wrapping_sub(1)), Some('(' | '[')) && words < 3 => {
                words += 1
            }
            _ => {
                // `Published … Updated …`: the first counts.
                return match reader.date(i) {
                    Some((fields, next)) if fields.has_date() || fields.clock.is_some() => {
                        ends_well_after(reader, next)
                    }
                    _ => false,
                };
            }
        }
        i += 1;
    }
    true
}

/// As `ends_well`, without a third date.
fn ends_well_after(reader: &Reader, i: usize) -> bool {
    (i..reader.tokens.len()).all(|at| {
        reader.is_filler(at)
            || is_label(reader, at)
            || matches!(reader.tokens.get(at).map(|t| t.kind), Some(Kind::Mark(_)))
    })
}

/// Whether a date may begin here in running text: not within a number, a price, a path or a compound.
fn may_begin(reader: &Reader, i: usize) -> bool {
    let Some(token) = reader.tokens.get(i) else { return false };
    match token.kind {
        Kind::Letters | Kind::Mark(_) => return false,
        Kind::Word(_) if reader.is_filler(i) => return false,
        _ => {}
    }
    if token.gap || i == 0 {
        return true;
    }
    match reader.tokens.get(i - 1).map(|t| t.kind) {
        Some(Kind::Mark(c)) if matches!(token.kind, Kind::Number { .. }) => {
            !matches!(c, '$' | '€' | '£' | '¥' | '₹' | '#' | '+' | '=' | '%' | '&' | '_' | '.' | '-' | '/')
                || matches!(c, '/' | '-' | '.') && reader.gap(i - 1)
        }
        Some(Kind::Number { .. }) => false,
        Some(Kind::Letters) if matches!(token.kind, Kind::Number { .. }) => {
            let before = reader.letters(i - 1).chars().next_back();
            before.is_some_and(super::fold::is_unspaced)
        }
        _ => true,
    }
}

/// Whether a date may end before the token `next`: no digit, unit or currency sticks to it.
fn is_closed(reader: &Reader, next: usize) -> bool {
    let Some(token) = reader.tokens.get(next) else { return true };
    if token.gap {
        return true;
    }
    match token.kind {
        Kind::Number { .. } => false,
        Kind::Mark('%' | '€' | '$' | '£' | '°' | '=' | '_') => false,
        Kind::Mark('-' | '/' | '.') => reader.gap(next + 1) || reader.number(next + 1).is_none(),
        Kind::Letters => reader.letters(next).chars().next().is_some_and(super::fold::is_unspaced),
        _ => true,
    }
}

/// Whether a date in running text can be that of news.
fn is_plausible(moment: &Moment, context: &Context) -> bool {
    use chrono::Datelike;
    let years = 1900..=context.now.year() + 2;
    years.contains(&moment.at.year()) && (moment.precision >= Precision::Day || moment.relative)
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit()) || (!text.is_ascii() && text.chars().any(|c| !is_han(c) && c.is_numeric()))
}

fn cut(text: &str) -> &str {
    if text.len() <= LONGEST {
        return text;
    }
    let mut end = LONGEST;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
