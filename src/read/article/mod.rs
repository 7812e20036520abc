//! Articles: the parts of one story's page.
//!
//! The page is flattened once ([`outline`]), cut into blocks ([`blocks`]), and each block is judged
//! ([`select`]). What the page states of itself ([`embedded`], [`metadata`]) is weighed against what it
//! shows: headline, people, dates, picture.

mod address;
mod blocks;
mod body;
mod by_rules;
mod byline;
mod compared;
mod context;
mod dateline;
mod embedded;
mod explain;
mod features;
mod forest;
mod kind;
mod looked;
mod media;
mod metadata;
mod names;
mod once;
mod outline;
mod people;
mod phrases;
mod picture;
mod reading;
mod scene;
mod script_date;
mod scripted;
mod section;
mod select;
mod signs;
mod stated;
mod study;
mod tables;
mod tag;
mod tally;
mod thumb;
mod title;
mod verdict;
mod weighed;
mod write;
mod written;

use crate::model::{Article, Enclosure, Origin, Page, Read};

use super::{CompiledRules, parse_html};
use looked::Looked;
use reading::Reading;

pub use explain::{Evidence, explain_article};
pub use features::{COUNT as OWN_NUMBERS, FIRST_LOOK};
pub use forest::{Forest, Judges, Look};
pub use reading::HOPELESS;
pub use study::{Studied, StudiedTitle, study, study_titles};
pub use verdict::{Judged, Verdict, explain_body};

/// Reads the story that a page tells.
pub fn read_article(page: &Page, rules: &CompiledRules) -> Read<Article> {
    let mut tree = parse_html(&page.text);
    by_rules::cut(&mut tree.html, rules.article());
    let looked = Looked::at(page, &tree);
    let Looked { reading, body, kind } = &looked;
    let Reading { outline, addresses, json_ld, meta, microdata, .. } = reading;
    let site = meta.site.clone().or_else(|| json_ld.site.clone());
    let scene = looked.scene(page);
    let dates =
        written::dates(&scene, [(json_ld, Origin::JsonLd), (meta, Origin::Meta), (microdata, Origin::Microdata)]);
    let headline = reading.headline.as_ref().map(|h| h.text.clone());
    let mut categories: Vec<String> = Vec::new();
    for word in json_ld.keywords.iter().chain(&meta.keywords).flat_map(|k| k.split([',', ';', '，', '；', '、'])) {
        let word = word.trim();
        if !word.is_empty() && categories.len() < 40 && !categories.iter().any(|c| c == word) {
            categories.push(word.to_owned());
        }
    }
    let enclosures = json_ld
        .media
        .iter()
        .chain(&meta.media)
        .filter_map(|m| {
            Some(Enclosure {
                media_type: m.media_type.clone(),
                title: m.title.clone(),
                seconds: m.seconds,
                ..Enclosure::at(addresses.web(&m.url)?)
            })
        })
        .collect();
    let mut article = Article {
        page_kind: *kind,
        confidence: body.confidence,
        section: section::section(outline, json_ld, meta, headline.as_deref()),
        authors: people::authors(&scene, &[json_ld, meta, microdata], &reading.sites),
        published: dates.published,
        updated: dates.updated,
        categories,
        summary: meta.summary.clone().or_else(|| json_ld.summary.clone()),
        body_text: Some(body.text.clone()).filter(|t| !t.is_empty()),
        body_html: Some(body.html.clone()).filter(|t| !t.is_empty()),
        language: scene.language.map(str::to_owned),
        picture: picture::lead(&scene, &[meta, json_ld], addresses),
        enclosures,
        site,
        canonical: metadata::linked(outline, "canonical").and_then(|h| addresses.web(h)),
        headline,
    };
    let missed = by_rules::apply(&tree.html, rules.article(), page, addresses, &mut article);
    tree.problems.extend(missed);
    Read { value: article, problems: tree.problems }
}

#[cfg(test)]
mod tests;
