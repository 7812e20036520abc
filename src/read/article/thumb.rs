//! A first look at each block by rules of thumb; the forest weighs it among other facts.

use super::blocks::{Block, Kind};
use super::outline::Outline;
use super::phrases::Cues;
use super::signs::Signs;
use super::tag::Tag;

/// Signs of what stands beside an article.
pub(super) const BESIDE: Signs = Signs(
    Signs::MENU.0
        | Signs::SHARE.0
        | Signs::RELATED.0
        | Signs::COMMENT.0
        | Signs::SIGN_UP.0
        | Signs::SIDE.0
        | Signs::BYLINE.0
        | Signs::BIO.0
        | Signs::CAPTION.0
        | Signs::ADVERT.0
        | Signs::CONSENT.0
        | Signs::TAGS.0
        | Signs::PAYWALL.0
        | Signs::CONTENTS.0
        | Signs::FOOTER.0
        | Signs::TOOLS.0
        | Signs::HIDDEN.0
        | Signs::FORM.0
        | Signs::ASIDE.0
        | Signs::TEASER.0
        | Signs::CRUMBS.0,
);

/// The signs around each node: its own and its ancestors', but those of elements that hold most of the page
/// say nothing (`<div class="has-sidebar">`).
pub(super) fn signs_around(outline: &Outline) -> Vec<Signs> {
    let total = outline.weight().max(1);
    let mut around: Vec<Signs> = Vec::with_capacity(outline.nodes.len());
    for node in &outline.nodes {
        let share = node.weight as f32 / total as f32;
        let above = around.get(node.parent as usize).copied().unwrap_or_default();
        around.push(telling(node.signs, share) | above);
    }
    around
}

/// The signs of an element that holds this share of the page's text, those that cannot be meant for it left out.
pub(super) fn telling(signs: Signs, share: f32) -> Signs {
    let mut signs = signs;
    if share > 0.4 {
        signs = signs.without(BESIDE.without(Signs::COMMENT));
    }
    if share > 0.85 {
        signs = signs.without(Signs::COMMENT);
    }
    signs
}

/// How likely a block is a part of the article, 0 to 1.
pub(super) fn judge(outline: &Outline, around: &[Signs], block: &Block, cue: Cues) -> f32 {
    let signs = around.get(block.owner as usize).copied().unwrap_or_default();
    let tag = outline.get(block.owner).map_or(Tag::Box, |n| n.tag);
    if block.kind != Kind::Text {
        return if signs.has(BESIDE.without(Signs::CAPTION)) { 0.0 } else { 0.6 };
    }
    if signs.has(BESIDE) {
        return 0.0;
    }
    if block.link_share() > 0.6 {
        return 0.1;
    }
    if block.weight < 160 && (cue.elsewhere || cue.asks || cue.imprint || cue.byline) {
        return 0.2;
    }
    if let Tag::Heading(level) = tag {
        return if level == 1 || signs.has(Signs::TITLE) { 0.3 } else { 0.55 };
    }
    let ends = ends_a_sentence(&block.text);
    match (block.weight, ends) {
        (0..25, true) => 0.55,
        (0..25, false) if matches!(tag, Tag::Paragraph | Tag::Line | Tag::Cell) => 0.5,
        (0..25, false) => 0.3,
        (25..80, true) => 0.75,
        (25..80, false) => 0.5,
        (_, true) => 0.95,
        (_, false) => 0.85,
    }
}

/// Whether a text ends as sentences do.
pub(super) fn ends_a_sentence(text: &str) -> bool {
    let marks = ['.', '!', '?', '。', '！', '？', '"', '”', '»', '…', ':', '：', '」', '’', '।', '؟', '။', '）', ')'];
    text.trim_end().ends_with(marks)
}
