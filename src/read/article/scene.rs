//! The neighbourhood of the headline, where bylines and dates stand.

use std::ops::Range;

use super::blocks::Block;
use super::outline::Outline;
use super::signs::Signs;
use crate::dates::Context;
use crate::model::Page;

/// How many blocks before and after the headline a byline may stand.
const BEFORE: usize = 4;
const AFTER: usize = 12;

/// A page whose text has been chosen.
pub(super) struct Scene<'a> {
    pub(super) page: &'a Page,
    pub(super) outline: &'a Outline<'a>,
    pub(super) around: &'a [Signs],
    pub(super) blocks: &'a [Block],
    pub(super) keep: &'a [bool],
    /// Where the text begins.
    pub(super) text: Option<u32>,
    /// The element that shows the headline.
    pub(super) headline: Option<u32>,
    pub(super) language: Option<&'a str>,
}

impl Scene<'_> {
    /// The blocks around the headline, up to the fourth block of the text.
    pub(super) fn neighbourhood(&self) -> Range<usize> {
        let anchor = self
            .headline
            .and_then(|place| {
                let end = self.outline.get(place).map_or(place, |n| n.end);
                self.blocks.iter().position(|b| b.from >= place && b.from < end)
            })
            .or_else(|| self.keep.iter().position(|k| *k))
            .unwrap_or(0);
        // The first paragraphs of the text end the neighbourhood.
        let mut last = anchor + AFTER;
        let kept = self.keep.iter().enumerate().skip(anchor + 1).filter(|(_, k)| **k).map(|(i, _)| i);
        if let Some(fourth) = kept.take(4).last() {
            last = last.max(fourth).min(anchor + 40);
        }
        anchor.saturating_sub(BEFORE)..(last + 1).min(self.blocks.len())
    }

    /// Whether a block is the next one to the headline, before or after it.
    pub(super) fn is_beside_headline(&self, block: &Block) -> bool {
        let Some((place, node)) = self.headline.and_then(|place| Some((place, self.outline.get(place)?))) else {
            return false;
        };
        let after = self.blocks.partition_point(|b| b.from < node.end);
        let before = self.blocks.partition_point(|b| b.from < place).checked_sub(1);
        let next = self.blocks.get(after).is_some_and(|next| next.from == block.from);
        next || before.and_then(|at| self.blocks.get(at)).is_some_and(|last| last.from == block.from)
    }

    /// What is known of the page's dates.
    pub(super) fn context(&self) -> Context<'_> {
        Context::on(self.page, self.language)
    }

    /// The signs on a node and around it, up to what holds the headline or the text as well: that is named for all of
    /// them.
    pub(super) fn own_signs(&self, index: u32) -> Signs {
        let shared = |from: u32, end: u32| {
            let holds = |place: u32| place >= from && place < end;
            self.headline.is_some_and(|place| place != from && holds(place)) || self.text.is_some_and(holds)
        };
        let Some(node) = self.outline.get(index) else { return Signs::NONE };
        let above = self.outline.ancestors(index).take_while(|(from, node)| !shared(*from, node.end));
        let signs = above.fold(node.signs, |signs, (_, node)| signs | node.signs);
        // Those of an element that holds most of the page say nothing.
        Signs(signs.0 & self.signs(index).0)
    }

    /// The signs on and around a node.
    pub(super) fn signs(&self, index: u32) -> Signs {
        self.around.get(index as usize).copied().unwrap_or_default()
    }
}
