//! Headlines that the links themselves do not give: rows whose link says "Download" or a number, cards whose
//! heading is no link.

use foldhash::HashMap;
use std::ops::Range;

use super::cards::Card;
use super::hints::Hints;
use super::outline::Outline;
use super::targets::Target;
use super::titles::{self, Headline, Witness, names_something};
use crate::dates::{self, Context};
use crate::model::text_weight;

/// Heaviest line that passes for a headline.
const LONGEST: usize = 400;
/// Beyond this weight a longer line is no better a headline.
const ENOUGH: usize = 40;

/// The headlines of things whose cards these are.
pub(super) fn name(outline: &Outline, things: &[&Target], cards: &[Card], context: &Context) -> Vec<String> {
    // Where all are named by headings, nothing else is asked.
    if things.len() >= 2 && things.iter().all(|thing| thing.headline.witness >= Witness::Class) {
        return things.iter().map(|thing| thing.headline.text.clone()).collect();
    }
    let is_date = |text: &str| text.len() < 60 && dates::parse(text, context).is_some();
    let weak: Vec<bool> = things.iter().map(|t| titles::is_weak(&t.headline) || is_date(&t.headline.text)).collect();
    let plain = things.iter().filter(|t| t.headline.witness <= Witness::Text).count();
    let asked = weak.contains(&true) || plain * 2 > things.len();
    let rows: Vec<Option<Range<usize>>> =
        things.iter().zip(&weak).map(|(thing, weak)| weak.then(|| table_row(outline, thing)).flatten()).collect();
    let lines = if asked { repeated(outline, cards, &rows) } else { HashMap::default() };
    let undated: Vec<Option<&str>> = things.iter().map(|t| after_date(&t.headline.text, context)).collect();
    let many_dated = undated.iter().flatten().count() * 2 > things.len();
    things
        .iter()
        .zip(cards)
        .zip(weak)
        .zip(undated)
        .zip(&rows)
        .map(|((((thing, card), weak), undated), row)| {
            let own = &thing.headline;
            let line_of =
                |span: &Range<usize>, less: &str| line(outline, own, span.clone(), less, &lines, things.len(), context);
            if own.witness >= Witness::Class || things.len() < 2 && !weak {
                return own.text.clone();
            }
            heading(outline, thing, card, &lines, things.len(), context)
                .map(|found| less_kicker(found, &own.text))
                .or_else(|| weak.then(|| line_of(&card.span, "")).flatten())
                .or_else(|| row.as_ref().and_then(|row| line_of(row, &own.text)))
                .or_else(|| undated.filter(|_| many_dated).map(str::to_owned))
                .unwrap_or_else(|| own.text.clone())
        })
        .collect()
}

/// What follows the date that a headline begins with, where enough follows.
fn after_date<'t>(headline: &'t str, context: &Context) -> Option<&'t str> {
    let (range, _) = dates::leading(headline, context)?;
    let rest =
        headline.get(range.end..)?.trim_start_matches(|c: char| !c.is_alphanumeric() && !"\"“„«‘'([".contains(c));
    (names_something(rest) && text_weight(rest) >= 12).then_some(rest)
}

/// A heading that says what the link says, with more around it (a kicker, a summary, "Video"), says it too loudly.
fn less_kicker(heading: String, own: &str) -> String {
    let holds = heading.len() > own.len() && heading.contains(own);
    if holds && names_something(own) && text_weight(own) >= 20 { own.to_owned() } else { heading }
}

/// The row of a table that a thing's link stands in: where links to several forms of a text share a cell, each has a
/// card of its own, and what names them stands in another cell.
fn table_row(outline: &Outline, thing: &Target) -> Option<Range<usize>> {
    let row = outline.ancestors(thing.best).take(8).find(|row| outline.tag(*row) == "tr")?;
    Some(outline.span(row))
}

/// In how many cards each line stands, or in how many of these rows of a table.
fn repeated<'o>(outline: &'o Outline, cards: &[Card], rows: &[Option<Range<usize>>]) -> HashMap<&'o str, usize> {
    let mut counts: HashMap<&str, usize> = HashMap::default();
    let mut rows: Vec<&Range<usize>> = rows.iter().flatten().collect();
    rows.sort_unstable_by_key(|row| row.start);
    rows.dedup();
    let inside = |span: &Range<usize>| {
        let at = rows.partition_point(|row| row.start <= span.start);
        at.checked_sub(1).and_then(|at| rows.get(at)).is_some_and(|row| span.end <= row.end)
    };
    let spans = cards.iter().map(|card| &card.span).filter(|span| !inside(span)).chain(rows.iter().copied());
    for span in spans {
        let mut lines: Vec<&str> = outline.slice(span.clone()).split('\n').map(str::trim).take(60).collect();
        lines.sort_unstable();
        lines.dedup();
        for line in lines {
            *counts.entry(line).or_default() += 1;
        }
    }
    counts
}

/// The one heading, or element with a title class, of a card, if it is this card's alone.
fn heading(
    outline: &Outline,
    thing: &Target,
    card: &Card,
    lines: &HashMap<&str, usize>,
    cards: usize,
    context: &Context,
) -> Option<String> {
    if cards < 2 || lines.is_empty() {
        return None;
    }
    let mut found: Option<(usize, String)> = None;
    for row in card.rows.clone().take(300) {
        let hints = outline.hints(row);
        let titled = hints.any(Hints::TITLE) && !hints.any(Hints::AUTHOR.and(Hints::LINK));
        if !titled && !hints.any(Hints::HEADING) {
            continue;
        }
        if found.as_ref().is_some_and(|(known, _)| outline.end(*known) > row) {
            continue;
        }
        let text = titled_part(outline, row).map_or_else(|| outline.line(row), |part| outline.line(part));
        let whole = outline.text(row);
        // A date over a group of cards names none of them.
        if text.len() < 60 && dates::parse(&text, context).is_some() {
            continue;
        }
        if names_something(&text) && text_weight(&text) <= LONGEST && lines.get(whole).is_none_or(|n| *n == 1) {
            let foreign = outline.links_in(row) > 0 && !thing.links.iter().any(|l| *l >= row && *l < outline.end(row));
            if foreign || found.is_some() && hints.any(Hints::HEADING) {
                return None;
            }
            found = found.or(Some((row, text)));
        }
    }
    found.map(|(_, text)| text)
}

/// The one part, beside a number say, of an element whose class says title that says so too.
fn titled_part(outline: &Outline, row: usize) -> Option<usize> {
    let mut parts = (row + 1..outline.end(row)).take(40).filter(|r| outline.hints(*r).any(Hints::TITLE));
    let part = parts.next().filter(|part| text_weight(outline.text(*part)) >= 12)?;
    parts.next().is_none().then_some(part)
}

/// The first line of a card, or of the row that it stands in, that few others have, is no date and says enough; none
/// that holds `less`.
fn line(
    outline: &Outline,
    own: &Headline,
    span: Range<usize>,
    less: &str,
    lines: &HashMap<&str, usize>,
    cards: usize,
    context: &Context,
) -> Option<String> {
    let fits = |line: &&str| {
        names_something(line)
            && text_weight(line) <= LONGEST
            && (less.is_empty() || !line.contains(less))
            // What one card in four says is a label; a case may well be heard twice.
            && lines.get(line).is_none_or(|n| *n == 1 || *n * 4 <= cards)
            && !titles::is_weak(&Headline { text: (*line).to_owned(), witness: Witness::Text })
            && !(line.len() < 60 && dates::parse(line, context).is_some())
    };
    let mut found: Vec<&str> = outline.slice(span).split('\n').map(str::trim).take(60).filter(fits).collect();
    // Of a whole row, what no other says before what some say.
    let alone = |line: &&str| lines.get(line).is_none_or(|n| *n == 1);
    if !less.is_empty() && found.iter().any(alone) {
        found.retain(alone);
    }
    let most = found.iter().map(|l| text_weight(l).min(ENOUGH)).max()?;
    let best = found.into_iter().find(|l| text_weight(l) * 5 >= most * 2)?;
    (best != own.text).then(|| best.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::model::Kind;
    use crate::read::{CompiledRules, read_listing};

    #[test]
    fn what_links_of_one_cell_lead_to_is_named_by_another_cell() {
        let names = [
            "Harbour Board v. Ferry Company",
            "City of Norden v. Dredging Works",
            "In re Lighthouse Keepers",
            "Smith v. Smith",
        ];
        let row = |n: usize| {
            let name = names[n % 4];
            format!(
                "<tr><td>2026-11-{:02}</td><td><a href=/opinions/{n}-25.pdf>{n}2,586-6</a> [<a href=/opinions/{n}-25-ada.pdf>ADA</a>]</td><td>{name} ({n} more)</td><td>Majority Opinion</td></tr>",
                n + 1
            )
        };
        let html = format!(
            "<html><body><h1>Opinions</h1><table>{}</table></body></html>",
            (1..9).map(row).collect::<String>()
        );
        let url = "https://court.example/opinions".parse().unwrap();
        let page = crate::fetch::saved_page(url, Some("text/html"), html.into(), chrono::DateTime::UNIX_EPOCH);
        let read = read_listing(&page, Kind::Auto, &CompiledRules::default());
        let told: Vec<&str> = read.value.teasers.iter().filter_map(|t| t.headline.as_deref()).collect();
        assert!(told.len() >= 8, "{told:?}");
        assert!(told.iter().all(|headline| headline.ends_with("more)")), "{told:?}");
    }
}
