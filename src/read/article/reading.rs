//! Everything that is known of a page before its article is put together.

use super::address::Addresses;
use super::blocks::{Block, Kind, blocks};
use super::compared::Known;
use super::context::{self, Context};
use super::embedded;
use super::features::{COUNT, Features, features};
use super::forest::Judges;
use super::metadata::{self, Metas};
use super::outline::Outline;
use super::signs::Signs;
use super::stated::Stated;
use super::thumb::signs_around;
use super::title::{self, Ballot, Candidate, Headline, Numbers, Origin};
use crate::model::Page;
use crate::read::Tree;

/// Blocks that the first judge finds less likely are not looked at again.
pub const HOPELESS: f32 = 0.03;

/// A page, measured.
pub(super) struct Reading<'a> {
    pub(super) outline: Outline<'a>,
    pub(super) around: Vec<Signs>,
    pub(super) blocks: Vec<Block>,
    /// For each block, its numbers and the first look at it by rules of thumb.
    pub(super) numbers: Vec<Features>,
    pub(super) thumb: Vec<f32>,
    /// For each block, what elements like its own are called.
    pub(super) alike: Vec<u64>,
    pub(super) addresses: Addresses,
    pub(super) metas: Metas<'a>,
    pub(super) json_ld: Stated,
    pub(super) meta: Stated,
    pub(super) microdata: Stated,
    /// Names that the site goes by, folded.
    pub(super) sites: Vec<String>,
    /// All who stand for headline, and who is elected.
    pub(super) titles: Vec<Candidate>,
    pub(super) title_numbers: Vec<Numbers>,
    pub(super) headline: Option<Headline>,
}

impl<'a> Reading<'a> {
    pub(super) fn of(page: &Page, tree: &'a Tree) -> Self {
        let outline = Outline::of(&tree.html);
        let addresses = Addresses::of(&page.url, outline.base);
        let around = signs_around(&outline);
        let json_ld = embedded::json_ld(&outline);
        let metas = Metas::of(&outline);
        let meta = metas.stated();
        let microdata = metadata::microdata(&outline);
        let sites = title::site_names(&[meta.site.as_deref(), json_ld.site.as_deref()], page.url.host_str());
        let ballot = Ballot {
            stated: &[
                (Origin::Meta, meta.headline.as_deref(), 0.9),
                (Origin::JsonLd, json_ld.headline.as_deref(), if json_ld.is_article { 0.9 } else { 0.4 }),
                (Origin::Microdata, microdata.headline.as_deref(), 0.9),
                (Origin::Twitter, metas.one(&["twitter:title"]), 0.5),
            ],
            sites: &sites,
            url: Some(&page.url),
            summary: meta.summary.as_deref().or(json_ld.summary.as_deref()),
        };
        let mut titles = title::candidates(&outline, &around, &ballot);
        let title_numbers = title::numbers(&outline, &around, &ballot, &titles);
        title::judged(&mut titles, &title_numbers, title::BUILT_IN);
        let headline = title::elected(&titles);
        let blocks = blocks(&outline);
        let known = Known {
            headline: headline.as_ref().map(|h| h.text.as_str()),
            place: headline.as_ref().and_then(|h| h.place),
            summary: meta.summary.as_deref().or(json_ld.summary.as_deref()),
            body: json_ld.body.as_deref(),
        };
        let (numbers, thumb, alike) = features(&outline, &blocks, &around, &known);
        Self {
            outline,
            around,
            blocks,
            numbers,
            thumb,
            alike,
            addresses,
            metas,
            json_ld,
            meta,
            microdata,
            sites,
            titles,
            title_numbers,
            headline,
        }
    }

    /// For each block, how likely it is a part of the article.
    pub(super) fn likely(&self, judges: Judges) -> Vec<f32> {
        let first = self.first(judges);
        let context = self.context(&first);
        let mut numbers = [0f32; COUNT + context::COUNT];
        let mut second = |index: usize, p: f32| {
            if p < HOPELESS {
                return p;
            }
            let (own, around) = numbers.split_at_mut(COUNT);
            own.copy_from_slice(self.numbers.get(index).unwrap_or(&[0.0; COUNT]));
            around.copy_from_slice(&context.numbers(index));
            (judges.second)(&numbers)
        };
        let text = |index: usize| self.blocks.get(index).is_some_and(|b| b.kind == Kind::Text);
        first.iter().enumerate().map(|(i, p)| if text(i) { second(i, *p) } else { *p }).collect()
    }

    /// For each block, how likely it is by itself.
    pub(super) fn first(&self, judges: Judges) -> Vec<f32> {
        let rows = self.blocks.iter().zip(&self.numbers).zip(&self.thumb);
        rows.map(|((b, numbers), thumb)| if b.kind == Kind::Text { (judges.first)(numbers) } else { *thumb }).collect()
    }

    /// What is known of each block once the first judge has spoken.
    pub(super) fn context(&self, first: &[f32]) -> Context<'_> {
        Context::of(&self.outline, &self.blocks, &self.alike, first)
    }
}
