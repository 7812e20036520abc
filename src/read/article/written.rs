//! Dates as written, most trusted first: what is stated, what stands by the headline, what the address says.

use chrono_tz::Tz;
use url::Url;

use super::blocks::{Block, Kind};
use super::outline::{NOWHERE, Outline, attribute};
use super::signs::Signs;
use super::stated::Stated;
use super::tag::Tag;
use crate::dates::{self, Context, Moment};
use crate::model::{Origin, Page, Written, fold_space};

/// How many blocks before and after the headline a byline may stand.
const BEFORE: usize = 4;
const AFTER: usize = 12;

/// Where the dates are looked for.
pub(super) struct Scene<'a> {
    pub(super) page: &'a Page,
    pub(super) outline: &'a Outline<'a>,
    pub(super) around: &'a [Signs],
    pub(super) blocks: &'a [Block],
    pub(super) keep: &'a [bool],
    /// The element that shows the headline.
    pub(super) headline: Option<u32>,
    pub(super) language: Option<&'a str>,
}

/// Dates of publication and of change.
#[derive(Debug, Default)]
pub(super) struct Dates {
    pub(super) published: Vec<Written>,
    pub(super) updated: Vec<Written>,
}

pub(super) fn dates(scene: &Scene, json_ld: &Stated, meta: &Stated, microdata: &Stated) -> Dates {
    let context = Context { now: scene.page.fetched, zone: Tz::UTC, language: scene.language, order: None };
    let mut found = Dates::default();
    let witnesses = [(json_ld, Origin::JsonLd), (meta, Origin::Meta), (microdata, Origin::Microdata)];
    for (stated, origin) in witnesses {
        add(&mut found.published, &stated.published, origin, &context);
        add(&mut found.updated, &stated.updated, origin, &context);
    }
    let by_headline = near_headline(scene, &context);
    found.published.extend(by_headline);
    if let Some(moment) = dates::in_url(&scene.page.url, &context) {
        found.published.push(from_url(&scene.page.url, &moment));
    }
    let mut seen: Vec<String> = Vec::new();
    found.published.retain(|w| {
        let new = !seen.contains(&w.text);
        seen.push(w.text.clone());
        new
    });
    found
}

fn from_url(_url: &Url, moment: &Moment) -> Written {
    Written::new(moment.at.format("%Y-%m-%d").to_string(), Origin::Url)
}

fn add(list: &mut Vec<Written>, texts: &[String], origin: Origin, context: &Context) {
    for text in texts {
        let text = fold_space(text);
        if text.len() <= 100 && plausible(dates::parse(&text, context), context) {
            list.push(Written::new(text, origin));
        }
    }
}

/// News is not from the future, nor older than the web.
fn plausible(moment: Option<Moment>, context: &Context) -> bool {
    moment.is_some_and(|m| {
        let at = m.at.with_timezone(&chrono::Utc);
        at <= context.now + chrono::TimeDelta::days(2) && at.timestamp() > 631_152_000
    })
}

/// `<time>` elements and short lines around the headline.
fn near_headline(scene: &Scene, context: &Context) -> Vec<Written> {
    let blocks = scene.blocks;
    let anchor = scene
        .headline
        .and_then(|place| {
            let end = scene.outline.get(place).map_or(place, |n| n.end);
            blocks.iter().position(|b| b.from >= place && b.from < end)
        })
        .or_else(|| scene.keep.iter().position(|k| *k))
        .unwrap_or(0);
    // The first paragraphs of the text end the neighbourhood.
    let mut last = anchor + AFTER;
    let body: Vec<usize> =
        scene.keep.iter().enumerate().skip(anchor + 1).filter(|(_, k)| **k).map(|(i, _)| i).take(4).collect();
    if let Some(fourth) = body.last() {
        last = last.max(*fourth).min(anchor + 40);
    }
    let range = anchor.saturating_sub(BEFORE)..(last + 1).min(blocks.len());
    let mut elements = Vec::new();
    let mut texts = Vec::new();
    for block in blocks.get(range).unwrap_or_default() {
        if block.kind != Kind::Text {
            continue;
        }
        let signs = scene.around.get(block.owner as usize).copied().unwrap_or_default();
        if signs.has(Signs(Signs::RELATED.0 | Signs::COMMENT.0 | Signs::TEASER.0)) {
            continue;
        }
        for index in block.from..block.to {
            elements.extend(time_element(scene.outline, index));
        }
        for (index, node) in scene.outline.ancestors(block.from) {
            if node.tag == Tag::Time {
                elements.extend(time_element(scene.outline, index));
            }
            if index <= block.owner || index == NOWHERE {
                break;
            }
        }
        if block.weight <= 120
            && let Some((range, moment)) = dates::find(&block.text, context)
            && plausible(Some(moment), context)
            && let Some(text) = block.text.get(range)
        {
            let named = signs.has(Signs(Signs::DATE.0 | Signs::BYLINE.0));
            texts.push((!named, Written::new(fold_space(text), Origin::Text)));
        }
    }
    texts.sort_by_key(|(unnamed, _)| *unnamed);
    elements.retain(|w| plausible(dates::parse(&w.text, context), context));
    elements.extend(texts.into_iter().map(|(_, w)| w));
    elements
}

fn time_element(outline: &Outline, index: u32) -> Option<Written> {
    let node = outline.get(index).filter(|n| n.tag == Tag::Time)?;
    let stated = node.element.and_then(|e| attribute(e, "datetime")).map(fold_space).filter(|d| !d.is_empty());
    stated
        .map(|d| Written::new(d, Origin::TimeElement))
        .or_else(|| Some(Written::new(outline.text_of(index), Origin::TimeElement)).filter(|w| w.text.len() < 60))
}
