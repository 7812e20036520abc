//! Which blocks are the article: the best container is chosen, and what is unlikely in it left out.

use super::blocks::{Block, Kind};
use super::outline::{NOWHERE, Outline};
use super::tag::Tag;

/// The choice.
#[derive(Debug, Default)]
pub(super) struct Choice {
    /// For each block, whether it is part of the article.
    pub(super) keep: Vec<bool>,
    /// The element that holds the article.
    pub(super) container: u32,
}

/// Blocks less likely than this weigh against the container they are in.
const FAIR: f32 = 0.4;
/// Blocks at least this likely are kept.
const ENOUGH: f32 = 0.5;

/// The element whose blocks, weighed by how likely they are the article's, sum up highest.
pub(super) fn container(outline: &Outline, blocks: &[Block], likely: &[f32]) -> u32 {
    let mut sums = vec![0f32; outline.nodes.len()];
    for (block, p) in blocks.iter().zip(likely).filter(|(b, _)| b.kind == Kind::Text) {
        if let Some(sum) = sums.get_mut(block.owner as usize) {
            *sum += block.weight as f32 * (p - FAIR);
        }
    }
    let mut best = (0f32, NOWHERE);
    for index in (0..outline.nodes.len()).rev() {
        let sum = sums.get(index).copied().unwrap_or_default();
        let parent = outline.nodes.get(index).map_or(NOWHERE, |n| n.parent);
        if let Some(above) = sums.get_mut(parent as usize) {
            *above += sum;
        }
        if sum > best.0 {
            best = (sum, index as u32);
        }
    }
    best.1
}

/// Below this share of what the first look would keep, the first look is believed.
const TOO_LITTLE: f32 = 0.25;

/// The choice by `likely`; by the first look where that leaves next to nothing: pages in shapes that no page
/// the trees learnt from had, such as text between `<br>` in a single cell.
pub(super) fn choose(outline: &Outline, blocks: &[Block], likely: &[f32], first_look: &[f32]) -> Choice {
    let choice = choose_by(outline, blocks, likely);
    let first = choose_by(outline, blocks, first_look);
    let little = kept_weight(blocks, &choice.keep) < kept_weight(blocks, &first.keep) * TOO_LITTLE;
    if little { first } else { choice }
}

fn kept_weight(blocks: &[Block], keep: &[bool]) -> f32 {
    blocks.iter().zip(keep).filter(|(b, keep)| **keep && b.kind == Kind::Text).map(|(b, _)| b.weight as f32).sum()
}

fn choose_by(outline: &Outline, blocks: &[Block], likely: &[f32]) -> Choice {
    let container = container(outline, blocks, likely);
    let Some(holder) = outline.get(container) else {
        return Choice { keep: vec![false; blocks.len()], container };
    };
    let inside = |b: &Block| b.from >= container && b.to <= holder.end;
    let mut keep: Vec<bool> = blocks.iter().zip(likely).map(|(b, p)| inside(b) && *p >= ENOUGH).collect();
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
