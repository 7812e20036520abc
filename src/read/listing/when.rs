//! The dates of teasers: in the card, in the heading above it, in the address.

use std::ops::Range;

use chrono::NaiveDate;
use url::Url;

use super::cards::Card;
use super::hints::Hints;
use super::outline::Outline;
use crate::dates::{self, Context, Moment, Precision, Sought};
use crate::model::{Origin, Written, fold_space};

/// Longest text that is tried as a date and nothing else, in bytes.
const LONGEST_DATE: usize = 80;
/// How much of a card's text is searched for a date, in bytes.
const SEARCHED: usize = 1200;
/// How many rows are looked at for a heading above a card.
const MOST_ROWS: usize = 200;

/// A date as it is written, and the day that it comes to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen {
    /// As written.
    pub(super) written: Written,
    /// The day, where it was written.
    pub(super) day: NaiveDate,
}

/// The date that a card shows, if it resolves.
pub(super) fn in_card(outline: &Outline, card: &Card, headline: &str, context: &Context) -> Option<Seen> {
    let mut marked = None;
    for row in card.rows.clone() {
        if outline.hints(row).any(Hints::COMMENTS) {
            continue;
        }
        if let Some(seen) = of_element(outline, row, context) {
            if seen.written.origin != Origin::Text {
                return Some(seen);
            }
            marked = marked.or(Some(seen));
        }
    }
    marked.or_else(|| in_text(outline.slice(card.span.clone()), headline, context))
}

/// The date that one element states: its machine-readable form, or its words if its names say date.
pub(super) fn of_element(outline: &Outline, row: usize, context: &Context) -> Option<Seen> {
    let tag = outline.tag(row);
    let property = outline.attribute(row, "itemprop").unwrap_or_default();
    if tag == "time" || tag.contains("time") {
        let stated = outline.attribute(row, "datetime").and_then(|d| readable(d, Origin::TimeElement, context));
        return stated.or_else(|| readable(&outline.line(row), Origin::TimeElement, context));
    }
    if property.starts_with("date") && property != "dateModified" {
        let stated = outline.attribute(row, "content").or_else(|| outline.attribute(row, "datetime"));
        return stated
            .and_then(|d| readable(d, Origin::Microdata, context))
            .or_else(|| readable(&outline.line(row), Origin::Microdata, context));
    }
    if !outline.hints(row).any(Hints::DATE) {
        return None;
    }
    let words = outline.line(row);
    let stated = ["datetime", "data-datetime", "data-date", "data-time", "data-timestamp", "data-published"]
        .iter()
        .find_map(|name| readable(outline.attribute(row, name)?, Origin::TimeElement, context));
    stated
        .or_else(|| readable(&words, Origin::Text, context))
        .or_else(|| split_day(&words).and_then(|joined| readable(&joined, Origin::Text, context)))
        .or_else(|| {
            let tip = outline.attribute(row, "title")?;
            readable(tip, Origin::Text, context)
        })
}

/// A text that is a date and nothing else, to the day at least; "tomorrow" is the weather's, and no entry's.
pub(super) fn readable(text: &str, origin: Origin, context: &Context) -> Option<Seen> {
    let text = fold_space(text);
    if text.is_empty() || text.len() > LONGEST_DATE {
        return None;
    }
    let moment = dates::parse(&text, context)?;
    seen(&text, moment, origin, context)
}

fn seen(text: &str, moment: Moment, origin: Origin, context: &Context) -> Option<Seen> {
    (moment.precision >= Precision::Day && !(moment.relative && moment.at > context.now))
        .then(|| Seen { written: Written::new(text, origin), day: moment.at.date_naive() })
}

/// A tear-off calendar: the day large above year and month, or beside them.
fn split_day(words: &str) -> Option<String> {
    let (a, b) = words.split_once(' ')?;
    let is_day = |t: &str| t.len() <= 2 && t.parse::<u8>().is_ok_and(|d| (1..=31).contains(&d));
    let (day, rest) = if is_day(a) {
        (a, b)
    } else if is_day(b) {
        (b, a)
    } else {
        return None;
    };
    let rest = rest.trim().trim_end_matches(['月', '/', '.', '-']);
    let (year, month) = rest.split_once(['-', '/', '.', '年'])?;
    let (year, month) = if year.len() == 4 { (year, month) } else { (month, year) };
    let fits =
        year.len() == 4 && year.parse::<u16>().is_ok() && month.parse::<u8>().is_ok_and(|m| (1..=12).contains(&m));
    fits.then(|| format!("{year}-{month:0>2}-{day:0>2}"))
}

/// The first date in running text that is no part of the headline.
fn in_text(text: &str, headline: &str, context: &Context) -> Option<Seen> {
    let text = text.get(..text.floor_char_boundary(SEARCHED)).unwrap_or(text);
    let mut fallback = None;
    let mut before_lines: Vec<&str> = Vec::new();
    for line in text.split('\n') {
        let line = line.trim();
        if !line.is_empty() {
            before_lines.push(line);
        }
        if line.is_empty() || !line.chars().any(char::is_numeric) && line.len() > LONGEST_DATE {
            continue;
        }
        let sought = (line.len() <= LONGEST_DATE).then(|| Sought::in_text(line, context)).flatten();
        let whole = match &sought {
            Some(sought) if fold_space(line) == line => {
                sought.whole().and_then(|m| seen(line, m, Origin::Text, context))
            }
            Some(_) => readable(line, Origin::Text, context),
            None => None,
        };
        if whole.is_some() {
            return whole;
        }
        if headline.contains(line) {
            continue;
        }
        if fallback.is_none()
            && let Some((range, moment)) = sought.or_else(|| Sought::in_text(line, context)).and_then(Sought::first)
            && moment.precision >= Precision::Day
            && let Some(found) = line.get(range)
        {
            // A date deep in a sentence is what the story tells of, not when it was told.
            if line.len() < 160 || line.starts_with(found) {
                fallback = readable(found, Origin::Text, context);
            }
        }
    }
    fallback.or_else(|| {
        before_lines.windows(2).find_map(|pair| {
            let [a, b] = pair else { return None };
            if a.len() + b.len() > 24 {
                return None;
            }
            split_day(&format!("{a} {b}"))
                .and_then(|joined| readable(&joined, Origin::Text, context))
                .or_else(|| readable(&format!("{a} {b}"), Origin::Text, context))
        })
    })
}

/// Whether no heading adds anything to a card's date.
pub(super) fn needs_no_heading(written: &Written) -> bool {
    written.origin != Origin::Text || has_year(&written.text)
}

/// Dates of headings above groups of cards, as the cards are walked in page order.
#[derive(Debug, Default)]
pub(super) struct Headings {
    date: Option<(Written, usize)>,
    year: Option<(u16, usize)>,
    last: usize,
    card: Option<usize>,
}

impl Headings {
    /// Takes note of the rows between the last card and this one.
    pub(super) fn pass(&mut self, outline: &Outline, card: &Card, context: &Context) {
        let gap: Range<usize> = self.last..card.rows.start;
        self.last = card.rows.end;
        let held = self.card.replace(card.row);
        // What an element says its only child says too.
        let mut no_date: Option<&str> = None;
        for row in gap.rev().take(MOST_ROWS) {
            let span = outline.span(row);
            if span.is_empty() || span.len() > LONGEST_DATE {
                continue;
            }
            let words = outline.line(row);
            // What it stands over: the nearest element that holds this card too.
            let Some(scope) = outline.ancestors(row).find(|a| outline.end(*a) > card.row) else { continue };
            // What stands in one part of it with the card before belongs to that.
            let part = std::iter::once(row).chain(outline.ancestors(row)).take_while(|a| *a != scope).last();
            if part.is_some_and(|part| held.is_some_and(|held| part <= held)) {
                continue;
            }
            if let Some(year) = only_year(&words) {
                self.year = Some((year, outline.end(scope)));
                if self.date.as_ref().is_some_and(|(_, end)| *end <= card.row) {
                    self.date = None;
                }
                return;
            }
            if outline.tag(row).starts_with('a') || no_date == Some(outline.text(row)) {
                continue;
            }
            if let Some(seen) = readable(&words, Origin::Heading, context) {
                self.date = Some((seen.written, outline.end(scope)));
                return;
            }
            no_date = Some(outline.text(row));
        }
    }

    /// Whether no heading gives the cards under it a date or a year.
    pub(super) fn say_nothing(&self) -> bool {
        self.date.is_none() && self.year.is_none()
    }

    /// The date of the heading that this card stands under.
    pub(super) fn date(&self, card: &Card) -> Option<&Written> {
        self.date.as_ref().filter(|(_, end)| card.row < *end).map(|(written, _)| written)
    }

    /// A card's date without a year, with the year of the heading that it stands under.
    pub(super) fn complete(&self, written: Written, card: &Card, context: &Context) -> Written {
        let Some((year, _)) = self.year.filter(|(_, end)| card.row < *end) else { return written };
        if needs_no_heading(&written) {
            return written;
        }
        let text = &written.text;
        let joined =
            [format!("{year}-{text}"), format!("{text}, {year}"), format!("{text} {year}"), format!("{year}年{text}")];
        joined.iter().find_map(|j| readable(j, Origin::Text, context)).map_or(written, |seen| seen.written)
    }
}

fn only_year(words: &str) -> Option<u16> {
    let bare = words.trim_matches(|c: char| !c.is_ascii_digit());
    (bare.len() == 4 && words.chars().count() <= bare.len() + 6)
        .then(|| bare.parse().ok())
        .flatten()
        .filter(|y| (1970..2100).contains(y))
}

fn has_year(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() == 4 || run.len() >= 8)
}

/// The day that an address is filed under.
pub(super) fn in_address(url: &Url, context: &Context) -> Option<Written> {
    let moment = dates::in_url(url, context)?;
    (moment.precision >= Precision::Day).then(|| Written::new(moment.at.format("%Y-%m-%d").to_string(), Origin::Url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tear_off_calendars_are_put_together() {
        for (words, date) in [
            ("24 2026-09", Some("2026-09-24")),
            ("2026/9 5", Some("2026-09-05")),
            ("24 09-2026", Some("2026-09-24")),
            ("24 views", None),
        ] {
            assert_eq!(split_day(words).as_deref(), date, "{words}");
        }
    }

    #[test]
    fn a_year_alone_is_a_heading() {
        assert_eq!(only_year("2024"), Some(2024));
        assert_eq!(only_year("— 2024 年"), Some(2024));
        assert_eq!(only_year("2024 posts and more"), None);
        assert_eq!(only_year("1024"), None);
    }
}
