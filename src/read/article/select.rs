//! Which blocks are the article: each is judged, the best container chosen, and the rest cleaned.

use super::blocks::{Block, Kind};
use super::outline::{NOWHERE, Outline};
use super::phrases::cues;
use super::signs::Signs;
use super::tag::Tag;

/// The choice.
#[derive(Debug, Default)]
pub(super) struct Choice {
    /// For each block, whether it is part of the article.
    pub(super) keep: Vec<bool>,
    /// The element that holds the article.
    pub(super) container: u32,
}

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
        let mut own = node.signs;
        let share = node.weight as f32 / total as f32;
        if share > 0.4 {
            own = own.without(Signs(BESIDE.0 & !Signs::COMMENT.0));
        }
        if share > 0.85 {
            own = own.without(Signs::COMMENT);
        }
        let above = around.get(node.parent as usize).copied().unwrap_or_default();
        around.push(own | above);
    }
    around
}

pub(super) fn choose(outline: &Outline, blocks: &[Block], around: &[Signs]) -> Choice {
    let likely: Vec<f32> = blocks.iter().map(|b| judge(outline, around, b)).collect();
    let mut sums = vec![0f32; outline.nodes.len()];
    for (block, p) in blocks.iter().zip(&likely) {
        if block.kind == Kind::Text
            && let Some(sum) = sums.get_mut(block.owner as usize)
        {
            *sum += block.weight as f32 * (p - 0.4);
        }
    }
    let mut container = NOWHERE;
    let mut best = 0f32;
    for index in (0..outline.nodes.len()).rev() {
        let sum = sums.get(index).copied().unwrap_or_default();
        let parent = outline.nodes.get(index).map_or(NOWHERE, |n| n.parent);
        if let Some(above) = sums.get_mut(parent as usize) {
            *above += sum;
        }
        if sum > best {
            best = sum;
            container = index as u32;
        }
    }
    let Some(holder) = outline.get(container) else {
        return Choice { keep: vec![false; blocks.len()], container };
    };
    let inside = |b: &Block| b.from >= container && b.to <= holder.end;
    let mut keep: Vec<bool> = blocks.iter().zip(&likely).map(|(b, p)| inside(b) && *p >= 0.5).collect();
    settle_headings(outline, blocks, &mut keep);
    Choice { keep, container }
}

/// A heading stays where text of its own follows it.
fn settle_headings(outline: &Outline, blocks: &[Block], keep: &mut [bool]) {
    let mut followed = false;
    for (block, keep) in blocks.iter().zip(keep.iter_mut()).rev() {
        if block.kind != Kind::Text {
            continue;
        }
        let heading = matches!(outline.get(block.owner).map(|n| n.tag), Some(Tag::Heading(_)));
        if heading {
            *keep &= followed;
        } else {
            followed = *keep;
        }
    }
}

fn judge(outline: &Outline, around: &[Signs], block: &Block) -> f32 {
    let signs = around.get(block.owner as usize).copied().unwrap_or_default();
    let own = outline.nodes.get(block.owner as usize);
    let tag = own.map_or(Tag::Box, |n| n.tag);
    if block.kind == Kind::Media {
        return if signs.has(BESIDE.without(Signs::CAPTION)) { 0.0 } else { 0.6 };
    }
    if signs.has(BESIDE) {
        return 0.0;
    }
    let share = block.link_share();
    if share > 0.6 {
        return 0.1;
    }
    let cue = cues(&block.text);
    if block.weight < 160 && (cue.elsewhere || cue.asks || cue.imprint || cue.byline) {
        return 0.2;
    }
    if let Tag::Heading(level) = tag {
        return if level == 1 || signs.has(Signs::TITLE) { 0.3 } else { 0.55 };
    }
    let ends = block.text.trim_end().ends_with(['.', '!', '?', '。', '！', '？', '"', '”', '»', '…', ':', '：', '」']);
    match block.weight {
        0..25 => {
            if ends {
                0.55
            } else if tag == Tag::Paragraph || tag == Tag::Line || tag == Tag::Cell {
                0.5
            } else {
                0.3
            }
        }
        25..80 => {
            if ends {
                0.75
            } else {
                0.5
            }
        }
        _ => {
            if ends {
                0.95
            } else {
                0.85
            }
        }
    }
}
