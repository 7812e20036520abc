//! Headlines that the links themselves do not give: rows whose link says "Download" or a number, cards whose
//! heading is no link.

use std::collections::HashMap;

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
    let is_date = |text: &str| text.len() < 60 && dates::parse(text, context).is_some();
    let weak: Vec<bool> = things.iter().map(|t| titles::is_weak(&t.headline) || is_date(&t.headline.text)).collect();
    let plain = things.iter().filter(|t| t.headline.witness <= Witness::Text).count();
    let asked = weak.contains(&true) || plain * 2 > things.len();
    let lines = if asked { repeated(outline, cards) } else { HashMap::new() };
    let undated: Vec<Option<&str>> = things.iter().map(|t| after_date(&t.headline.text, context)).collect();
    let many_dated = undated.iter().flatten().count() * 2 > things.len();
    things
        .iter()
        .zip(cards)
        .zip(weak)
        .zip(undated)
        .map(|(((thing, card), weak), undated)| {
            let own = &thing.headline;
            if own.witness >= Witness::Class || things.len() < 2 && !weak {
                return own.text.clone();
            }
            heading(outline, thing, card, &lines, things.len(), context)
                .map(|found| less_kicker(found, &own.text))
                .or_else(|| weak.then(|| line(outline, own, card, &lines, things.len(), context)).flatten())
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

/// In how many cards each line stands.
fn repeated<'o>(outline: &'o Outline, cards: &[Card]) -> HashMap<&'o str, usize> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for card in cards {
        let mut lines: Vec<&str> = outline.slice(card.span.clone()).split('\n').map(str::trim).take(60).collect();
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

/// The first line of a card that few others have, is no date and says enough.
fn line(
    outline: &Outline,
    own: &Headline,
    card: &Card,
    lines: &HashMap<&str, usize>,
    cards: usize,
    context: &Context,
) -> Option<String> {
    let fits = |line: &&str| {
        names_something(line)
            && text_weight(line) <= LONGEST
            // What one card in four says is a label; a case may well be heard twice.
            && lines.get(line).is_none_or(|n| *n == 1 || *n * 4 <= cards)
            && !titles::is_weak(&Headline { text: (*line).to_owned(), witness: Witness::Text })
            && !(line.len() < 60 && dates::parse(line, context).is_some())
    };
    let found: Vec<&str> = outline.slice(card.span.clone()).split('\n').map(str::trim).take(60).filter(fits).collect();
    let most = found.iter().map(|l| text_weight(l).min(ENOUGH)).max()?;
    let best = found.into_iter().find(|l| text_weight(l) * 5 >= most * 2)?;
    (best != own.text).then(|| best.to_owned())
}
