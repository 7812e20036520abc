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
        let mut likely = self.first(judges);
        let context = self.context(&likely);
        let again = |(block, p): (&Block, &f32)| block.kind == Kind::Text && *p >= HOPELESS;
        let asked: Vec<usize> = self
            .blocks
            .iter()
            .zip(&likely)
            .enumerate()
            .filter(|(_, row)| again(*row))
            .map(|(index, _)| index)
            .collect();
        let mut numbers = Vec::with_capacity(asked.len() * (COUNT + context::COUNT));
        for index in &asked {
            numbers.extend_from_slice(self.numbers.get(*index).unwrap_or(&[0.0; COUNT]));
            numbers.extend_from_slice(&context.numbers(*index));
        }
        let rows: Vec<&[f32]> = numbers.chunks(COUNT + context::COUNT).collect();
        for (index, p) in asked.into_iter().zip((judges.second)(&rows)) {
            if let Some(cell) = likely.get_mut(index) {
                *cell = p;
            }
        }
        likely
    }

    /// For each block, how likely it is by itself; of what is no text, what the rules of thumb say.
    pub(super) fn first(&self, judges: Judges) -> Vec<f32> {
        let texts = self.blocks.iter().zip(&self.numbers).filter(|(b, _)| b.kind == Kind::Text);
        let rows: Vec<&[f32]> = texts.map(|(_, numbers)| numbers.as_slice()).collect();
        let mut likely = (judges.first)(&rows).into_iter();
        let judged = |(block, thumb): (&Block, &f32)| match block.kind {
            Kind::Text => likely.next().unwrap_or_default(),
            _ => *thumb,
        };
        self.blocks.iter().zip(&self.thumb).map(judged).collect()
    }

    /// What is known of each block once the first judge has spoken.
    pub(super) fn context(&self, first: &[f32]) -> Context<'_> {
        Context::of(&self.outline, &self.blocks, &self.alike, first)
    }
}
