//! Which blocks are the article: the likely ones; outside the element that holds most of them, only those quite sure.

use super::blocks::{Block, Kind};
use super::once::leave_out_copies;
use super::outline::{NOWHERE, Outline};

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
/// Blocks in the container that are at least this likely are kept; on pages that are hard to tell, less will do.
const ENOUGH: f32 = 0.5;
/// Nothing less likely is ever kept.
const HARDLY: f32 = 0.1;
/// How much likelier a block outside the container must be: standfirsts above it, parts of a text in sections.
const OUTSIDE: f32 = 0.15;

/// The element whose blocks, weighed by how likely they are the article's, sum up highest.
pub(super) fn container(outline: &Outline, blocks: &[Block], likely: &[f32]) -> u32 {
    let mut sums = vec![0f32; outline.nodes.len()];
    for (block, p) in blocks.iter().zip(likely).filter(|(b, _)| b.kind == Kind::Text) {
        if let Some(sum) = sums.get_mut(block.owner as usize) {
            *sum += block.weight as f32 * (p - FAIR);
        }
    }
    outline.add_up(&mut sums);
    let mut best = (0f32, NOWHERE);
    for (index, sum) in sums.into_iter().enumerate().rev() {
        if sum > best.0 {
            best = (sum, index as u32);
        }
    }
    best.1
}

/// Below this weight, and below this share of what the first look would keep, the first look is believed.
const LITTLE: f32 = 300.0;
const TOO_LITTLE: f32 = 0.25;

/// The choice by `likely`; by the first look where that leaves next to nothing: pages in shapes that no page
/// the trees learnt from had.
pub(super) fn choose(outline: &Outline, blocks: &[Block], likely: &[f32], first_look: &[f32]) -> Choice {
    let choice = choose_by(outline, blocks, likely);
    let kept = kept_weight(blocks, &choice.keep);
    if kept >= LITTLE {
        return choice;
    }
    let first = choose_by(outline, blocks, first_look);
    if kept < kept_weight(blocks, &first.keep) * TOO_LITTLE { first } else { choice }
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
    let enough = (expected(blocks, likely) / 2.0).clamp(HARDLY, ENOUGH);
    let keep = |b: &Block, p: f32| p >= enough && (inside(b) || p >= enough + OUTSIDE && b.kind == Kind::Text);
    let mut keep: Vec<bool> = blocks.iter().zip(likely).map(|(b, p)| keep(b, *p)).collect();
    leave_out_copies(blocks, &mut keep);
    Choice { keep, container }
}

/// The best F1, by weight, that a cut can be expected to give; the best cut is at half of it (Lipton, Elkan and
/// Naryanaswamy 2014).
fn expected(blocks: &[Block], likely: &[f32]) -> f32 {
    let mut row: Vec<(f32, f32)> =
        blocks.iter().zip(likely).filter(|(b, _)| b.kind == Kind::Text).map(|(b, p)| (*p, b.weight as f32)).collect();
    row.sort_by(|a, b| b.0.total_cmp(&a.0));
    let all: f32 = row.iter().map(|(p, weight)| p * weight).sum();
    let (mut hit, mut kept, mut best) = (0.0, 0.0, 0.0f32);
    for (p, weight) in row {
        hit += p * weight;
        kept += weight;
        best = best.max(2.0 * hit / (kept + all).max(1.0));
    }
    best
}
