//! Everything that is known of a page before its article is put together.

use super::address::Addresses;
use super::blocks::{Block, blocks};
use super::embedded;
use super::features::{Features, Known, features};
use super::metadata::{self, Metas};
use super::outline::Outline;
use super::signs::Signs;
use super::stated::Stated;
use super::thumb::signs_around;
use super::title::{self, Ballot, Headline};
use crate::model::Page;
use crate::read::Tree;

/// A page, measured.
pub(super) struct Reading<'a> {
    pub(super) outline: Outline<'a>,
    pub(super) around: Vec<Signs>,
    pub(super) blocks: Vec<Block>,
    /// For each block, its numbers and the first look at it.
    pub(super) numbers: Vec<Features>,
    pub(super) thumb: Vec<f32>,
    pub(super) addresses: Addresses,
    pub(super) metas: Metas<'a>,
    pub(super) json_ld: Stated,
    pub(super) meta: Stated,
    pub(super) microdata: Stated,
    /// Names that the site goes by, folded.
    pub(super) sites: Vec<String>,
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
                (meta.headline.as_deref(), 0.9),
                (json_ld.headline.as_deref(), if json_ld.is_article { 0.9 } else { 0.4 }),
                (microdata.headline.as_deref(), 0.9),
                (metas.one(&["twitter:title"]), 0.5),
            ],
            sites: &sites,
        };
        let headline = title::headline(&outline, &around, &ballot);
        let blocks = blocks(&outline);
        let known = Known {
            headline: headline.as_ref().map(|h| h.text.as_str()),
            place: headline.as_ref().and_then(|h| h.place),
            summary: meta.summary.as_deref().or(json_ld.summary.as_deref()),
            body: json_ld.body.as_deref(),
        };
        let (numbers, thumb) = features(&outline, &blocks, &around, &known);
        Self { outline, around, blocks, numbers, thumb, addresses, metas, json_ld, meta, microdata, sites, headline }
    }
}
