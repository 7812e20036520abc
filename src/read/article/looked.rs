//! A page with the blocks of its text chosen: what every field of the article is read from.

use super::body::{Body, body};
use super::kind::kind;
use super::reading::Reading;
use super::scene::Scene;
use super::stated::Stated;
use crate::model::{Page, PageKind};
use crate::read::Tree;

/// A page, looked at.
pub(super) struct Looked<'a> {
    pub(super) reading: Reading<'a>,
    /// Its text; none where the page is no article.
    pub(super) body: Body,
    pub(super) kind: PageKind,
}

impl<'a> Looked<'a> {
    pub(super) fn at(page: &Page, tree: &'a Tree) -> Self {
        let reading = Reading::of(page, tree);
        let mut body = body(page, &reading);
        let kind = kind(page, &reading.outline, &reading.blocks, &body);
        if kind != PageKind::Article {
            // What a menu or a notice says is no article.
            (body.text, body.html, body.confidence) = Default::default();
        }
        Self { reading, body, kind }
    }

    /// Who states something, most trusted first.
    pub(super) fn witnesses(&self) -> [(&'static str, &Stated); 3] {
        let reading = &self.reading;
        [("json-ld", &reading.json_ld), ("meta", &reading.meta), ("microdata", &reading.microdata)]
    }

    /// The languages that are declared, most trusted first.
    pub(super) fn languages(&self) -> Vec<(&'static str, &str)> {
        let Reading { outline, metas, json_ld, meta, .. } = &self.reading;
        let declared = [
            ("html lang", outline.html_lang),
            ("content-language", metas.one(&["content-language"])),
            ("json-ld", json_ld.language.as_deref()),
            ("meta", meta.language.as_deref()),
        ];
        declared.into_iter().filter_map(|(from, language)| Some((from, language?))).collect()
    }

    /// Where bylines and dates are looked for.
    pub(super) fn scene<'s>(&'s self, page: &'s Page) -> Scene<'s> {
        let blocks = &self.reading.blocks;
        Scene {
            page,
            outline: &self.reading.outline,
            around: &self.reading.around,
            blocks,
            keep: &self.body.keep,
            text: blocks.iter().zip(&self.body.keep).find(|(_, keep)| **keep).map(|(block, _)| block.from),
            headline: self.reading.headline.as_ref().and_then(|h| h.place),
            language: self.languages().first().map(|(_, language)| *language),
        }
    }
}
