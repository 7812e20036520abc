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

    /// What is known of the page's dates.
    pub(super) fn context(&self) -> Context<'_> {
        Context::on(self.page, self.language)
    }

    /// The signs on and around a node.
    pub(super) fn signs(&self, index: u32) -> Signs {
        self.around.get(index as usize).copied().unwrap_or_default()
    }
}
