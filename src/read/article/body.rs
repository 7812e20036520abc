//! The article's text: what the page shows, else what it keeps for its scripts.

use super::blocks::{Block, Kind};
use super::scripted::scripted;
use super::tables::keep_tables;
use super::{Reading, forest, select, title, write};
use crate::model::{Page, same_letters, text_weight};
use crate::read::parse_html;

/// A shown text of less weight may be a teaser of what scripts are to show.
const LITTLE: usize = 400;
/// A text out of sight must be this many times as heavy as the one in sight.
const HEAVIER: usize = 4;

/// How sure a text is that the forest does not know for one.
const UNSURE: f32 = 0.5;

/// The text of an article.
#[derive(Debug, Default)]
pub(super) struct Body {
    /// For each block of the page, whether it is part of the article.
    pub(super) keep: Vec<bool>,
    /// Paragraphs apart by a blank line.
    pub(super) text: String,
    /// With absolute addresses.
    pub(super) html: String,
    /// How likely the kept text is the article's, each block by its weight; 0 where nothing was kept.
    pub(super) confidence: f32,
}

/// The text that a page has.
pub(super) fn body(page: &Page, reading: &Reading) -> Body {
    let headline = reading.headline.as_ref().map(|h| h.text.as_str());
    let shown = shown(reading, headline);
    let weight = text_weight(&shown.text);
    if weight >= LITTLE {
        return shown;
    }
    let hidden = scripted(&reading.outline).map(|html| {
        let tree = parse_html(&html);
        let inside = Reading::of(page, &tree);
        let chosen = self::shown(&inside, headline);
        // Most of such a text is the article; where the forest finds little of it, it has lost its bearings.
        let whole: usize = inside.blocks.iter().map(|b| b.weight as usize).sum();
        if text_weight(&chosen.text) * 2 < whole { all(&inside, headline) } else { chosen }
    });
    match hidden {
        Some(hidden) if text_weight(&hidden.text) >= LITTLE.max(weight * HEAVIER) => {
            Body { keep: shown.keep, ..hidden }
        }
        _ => shown,
    }
}

fn shown(reading: &Reading, headline: Option<&str>) -> Body {
    let likely = reading.likely(forest::BUILT_IN);
    let mut choice = select::choose(&reading.outline, &reading.blocks, &likely, &reading.thumb);
    let confidence = confidence(&reading.blocks, &choice.keep, &likely);
    keep_tables(&reading.outline, &reading.blocks, &mut choice.keep);
    written(reading, choice, headline, confidence)
}

fn all(reading: &Reading, headline: Option<&str>) -> Body {
    let choice = select::Choice { keep: vec![true; reading.blocks.len()], container: 0 };
    written(reading, choice, headline, UNSURE)
}

fn written(reading: &Reading, mut choice: select::Choice, headline: Option<&str>, confidence: f32) -> Body {
    if let Some(headline) = headline {
        leave_out_headline(&reading.blocks, &mut choice.keep, headline);
    }
    let text = write::text(&reading.outline, &reading.blocks, &choice.keep);
    let html = write::html(&reading.outline, &reading.blocks, &choice.keep, choice.container, &reading.addresses);
    Body { keep: choice.keep, text, html, confidence }
}

fn confidence(blocks: &[Block], keep: &[bool], likely: &[f32]) -> f32 {
    let kept = blocks.iter().zip(keep).zip(likely).filter(|((b, keep), _)| **keep && b.kind == Kind::Text);
    let (sum, weight) = kept.fold((0.0, 0.0), |(sum, weight), ((block, _), likely)| {
        (sum + likely * block.weight as f32, weight + block.weight as f32)
    });
    if weight > 0.0 { (sum / weight).clamp(0.0, 1.0) } else { 0.0 }
}

/// The headline is no part of the text, however long it is and wherever it stands above it.
fn leave_out_headline(blocks: &[Block], keep: &mut [bool], headline: &str) {
    let first = blocks.iter().zip(keep).filter(|(block, keep)| **keep && block.kind == Kind::Text).take(2);
    for (block, keep) in first {
        // Most begin with another letter.
        *keep = !same_letters(&block.text, headline) || title::plain(&block.text) != title::plain(headline);
    }
}
