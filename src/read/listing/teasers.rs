//! Chosen links and their cards into teasers.

use url::Url;

use super::cards::{self, Card};
use super::hints::Hints;
use super::naming;
use super::outline::Outline;
use super::pictures;
use super::slots;
use super::targets::Target;
use super::when::{self, Headings, Seen};
use crate::dates::Context;
use crate::model::{Person, Teaser, Written, text_weight};

/// Least and most weight of a text that passes for a summary.
const SUMMARY: std::ops::RangeInclusive<usize> = 30..=2500;

/// Reads the teasers of the chosen targets, which are in page order.
pub(super) fn read(outline: &Outline, chosen: &[&Target], base: &Url, context: &Context) -> Vec<Teaser> {
    let things: Vec<(usize, &[usize])> = chosen.iter().map(|t| (t.best, t.links.as_slice())).collect();
    let cards = cards::deal(outline, &things);
    let mut headings = Headings::default();
    let mut teasers = Vec::with_capacity(chosen.len());
    let headlines = naming::name(outline, chosen, &cards, context);
    let own: Vec<Option<Seen>> =
        cards.iter().zip(&headlines).map(|(card, headline)| when::in_card(outline, card, headline, context)).collect();
    let mut settled = slots::settle(outline, &cards, &own, context).into_iter();
    let dates: Vec<Option<Written>> =
        own.into_iter().map(|own| settled.next().flatten().or(own).map(|seen| seen.written)).collect();
    let need_headings = !dates.iter().all(|date| date.as_ref().is_some_and(when::needs_no_heading));
    for (((target, card), headline), date) in chosen.iter().zip(&cards).zip(headlines).zip(dates) {
        if need_headings {
            headings.pass(outline, card, context);
        }
        let published = date
            .map(|written| headings.complete(written, card, context))
            .or_else(|| headings.date(card).cloned())
            .or_else(|| when::in_address(&target.url, context));
        teasers.push(Teaser {
            link: Some(target.url.clone()),
            summary: summary(outline, card, &headline, published.as_ref().map_or("", |w| &w.text)),
            published,
            authors: authors(outline, card),
            categories: categories(outline, card, target),
            picture: pictures::first(outline, card.rows.clone(), base),
            headline: Some(headline).filter(|h| !h.is_empty()),
            ..Teaser::default()
        });
    }
    teasers
}

/// The words below the headline.
fn summary(outline: &Outline, card: &Card, headline: &str, date: &str) -> Option<String> {
    let fits = |text: &str| {
        SUMMARY.contains(&text_weight(text)) && text != headline && !headline.contains(text) && text != date
    };
    let mut paragraph: Option<String> = None;
    for row in card.rows.clone() {
        let hints = outline.hints(row);
        if hints.any(Hints::HEADING) || outline.span(row).len() > 8000 {
            continue;
        }
        if hints.any(Hints::SUMMARY) && !hints.any(Hints::TITLE) {
            let text = outline.line(row);
            if fits(&text) {
                return Some(text);
            }
        }
        if hints.any(Hints::PARAGRAPH) && paragraph.is_none() {
            paragraph = Some(outline.line(row)).filter(|t| fits(t));
        }
    }
    paragraph.or_else(|| {
        outline
            .slice(card.span.clone())
            .split('\n')
            .map(str::trim)
            .filter(|line| fits(line) && text_weight(line) >= 60)
            .max_by_key(|line| text_weight(line))
            .map(str::to_owned)
    })
}

/// Who is named as having written it.
fn authors(outline: &Outline, card: &Card) -> Vec<Person> {
    let mut found: Vec<Person> = Vec::new();
    let mut until = 0;
    for row in card.rows.clone() {
        if row < until || !outline.hints(row).any(Hints::AUTHOR) {
            continue;
        }
        let words = outline.line(row);
        let name = without_by(&words);
        if (2..=60).contains(&name.chars().count())
            && name.chars().any(char::is_alphabetic)
            && !name.chars().any(|c| c.is_ascii_digit())
        {
            until = outline.end(row);
            if !found.iter().any(|p| p.name == name) {
                found.push(Person::named(name));
            }
        }
    }
    found
}

/// A byline without the word that leads it.
fn without_by(words: &str) -> &str {
    let words = words.trim();
    for lead in
        ["By ", "by ", "BY ", "Von ", "von ", "Par ", "Por ", "作者：", "作者:", "Автор: ", "Posted by ", "文/", "文："]
    {
        if let Some(name) = words.strip_prefix(lead) {
            return name.trim();
        }
    }
    words
}

/// Its sections and tags.
fn categories(outline: &Outline, card: &Card, target: &Target) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for row in card.rows.clone() {
        let hints = outline.hints(row);
        let is_tag = hints.any(Hints::LINK) && outline.region(row).any(Hints::TAGS)
            || hints.any(Hints::TAGS) && outline.links_in(row) == 0;
        if !is_tag || target.links.contains(&row) || found.len() >= 20 {
            continue;
        }
        let words = outline.line(row);
        let words = words.trim_start_matches('#').trim();
        if (1..=40).contains(&words.chars().count())
            && words.chars().any(char::is_alphabetic)
            && !found.iter().any(|f| f == words)
        {
            found.push(words.to_owned());
        }
    }
    found
}
