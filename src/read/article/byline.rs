//! Who the page shows to have written: names in elements that are called author or byline, in links to authors'
//! pages, and after words such as "by", near the headline before anywhere else.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use foldhash::HashMap;
use html5ever::{LocalName, local_name};
use scraper::node::Element;

use super::blocks::{Block, Kind};
use super::names::{Piece, first_names, is_furniture, is_joint, is_no_name, piece_names, trim, unlabelled};
use super::outline::{Outline, attribute, known_attribute};
use super::scene::Scene;
use super::signs::Signs;
use super::tag::Tag;
use crate::dates::{self, Context};
use crate::model::{after_byline_label, fold_space, is_office, is_office_word, may_hold_byline_label};

/// Sightings below this are of somebody else.
const ENOUGH: f32 = 0.5;
/// Most elements that are looked into.
const MOST: usize = 400;

/// The authors that the page shows: those of the likeliest place, of equals the first; none where nothing tells them.
pub(super) fn shown(scene: &Scene) -> Vec<String> {
    let (mut most, mut best) = (0.0, Vec::new());
    places(scene, &mut |score, names| {
        // Names are read only where they can win: most pages have a byline at the top, and many lines below.
        if score > most
            && let names = names()
            && !names.is_empty()
        {
            (most, best) = (score, names);
        }
    });
    best
}

/// Every place of the page that may name its authors, in the page's order: how likely it is, and the names in it.
pub(super) fn sightings(scene: &Scene) -> Vec<(f32, Vec<String>)> {
    let mut sightings = Vec::new();
    places(scene, &mut |score, names| sightings.push((score, names())));
    sightings.retain(|(_, names)| !names.is_empty());
    sightings
}

/// Takes how likely a place is, and what reads the names in it.
type Offer<'o> = dyn FnMut(f32, &dyn Fn() -> Vec<String>) + 'o;

/// Offers every place that may name authors with how likely it is, and how its names are read.
fn places(scene: &Scene, offer: &mut Offer<'_>) {
    let near = scene.neighbourhood();
    let nodes = node_range(scene, &near);
    let context = scene.context();
    let mut offer = |score: f32, names: &dyn Fn() -> Vec<String>| {
        if score >= ENOUGH {
            offer(score, names);
        }
    };
    let mut looked_at = 0;
    let mut known = HashMap::default();
    for (index, node) in scene.outline.nodes.iter().enumerate() {
        let Some(element) = node.element.filter(|_| (2..=160).contains(&node.weight)) else { continue };
        let Some(called) = called_author(element, node.tag, &mut known) else { continue };
        looked_at += 1;
        if looked_at > MOST {
            break;
        }
        let index = index as u32;
        let signs = scene.signs(index);
        if signs.has(Signs(Signs::COMMENT.0 | Signs::CAPTION.0)) {
            continue;
        }
        let is_near = nodes.contains(&index);
        let beside = Signs(
            Signs::RELATED.0
                | Signs::SIDE.0
                | Signs::FOOTER.0
                | Signs::TEASER.0
                | Signs::MENU.0
                | Signs::ASIDE.0
                | Signs::SIGN_UP.0
                | Signs::CONSENT.0,
        );
        let mut score = called + if is_near { 0.4 } else { 0.0 };
        if signs.has(beside) {
            score -= if is_near { 0.2 } else { 0.3 };
        }
        offer(score, &|| names_in(scene.outline, index, &context));
        offer(score - 0.4, &|| desk_in(scene.outline, index, &context));
    }
    for (at, block) in scene.blocks.iter().enumerate() {
        let is_near = near.contains(&at);
        let signs = scene.signs(block.owner);
        if block.kind != Kind::Text || block.weight > 200 || signs.has(Signs(Signs::COMMENT.0 | Signs::TEASER.0)) {
            continue;
        }
        let beside = signs.has(Signs(Signs::RELATED.0 | Signs::SIDE.0 | Signs::FOOTER.0 | Signs::MENU.0));
        let next = scene.blocks.get(at + 1);
        let score = if is_near { 0.95 } else { 0.55 } - if beside { 0.4 } else { 0.0 };
        offer(score, &|| labelled(block, next, &context));
    }
}

/// The nodes of a row of blocks.
fn node_range(scene: &Scene, near: &std::ops::Range<usize>) -> std::ops::Range<u32> {
    let blocks = scene.blocks.get(near.clone()).unwrap_or_default();
    match (blocks.first(), blocks.last()) {
        (Some(first), Some(last)) => first.owner.min(first.from)..last.to,
        _ => 0..0,
    }
}

/// How surely an element is made for an author's name; none for one that is not. What names say is remembered in `known`.
fn called_author<'e>(element: &'e Element, tag: Tag, known: &mut HashMap<&'e str, Option<f32>>) -> Option<f32> {
    if tag == Tag::Link {
        if known_attribute(element, &local_name!("rel"))
            .is_some_and(|r| r.split_ascii_whitespace().any(|r| r == "author"))
        {
            return Some(0.9);
        }
        let of_author = |href| PAGES.as_ref().is_some_and(|pages| pages.is_match(href));
        if known_attribute(element, &local_name!("href")).is_some_and(of_author) {
            return Some(0.65);
        }
    }
    let finder = FINDER.as_ref()?;
    let is_name = |name: &LocalName| {
        matches!(*name, local_name!("class") | local_name!("id") | local_name!("itemprop")) || &**name == "data-testid"
    };
    let names = element.attrs.iter().filter(|(key, _)| is_name(&key.local)).map(|(_, name)| &**name);
    let score = |name: &str| {
        let name = name.get(..name.floor_char_boundary(200)).unwrap_or_default();
        let word = finder.find_overlapping_iter(name).map(|hit| hit.pattern().as_usize()).min()?;
        CALLED.get(word).map(|(_, score)| *score)
    };
    names.filter_map(|name| *known.entry(name).or_insert_with(|| score(name))).reduce(f32::max)
}

static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder().ascii_case_insensitive(true).build(CALLED.iter().map(|(word, _)| word)).ok()
});

/// Words in the names of elements that hold a byline, surest first.
const CALLED: &[(&str, f32)] = &[
    ("byline", 0.8),
    ("author", 0.8),
    ("autor", 0.8),
    ("auteur", 0.8),
    ("writer", 0.7),
    ("journalist", 0.7),
    ("redakteur", 0.7),
    ("reporter", 0.7),
    ("contributor", 0.6),
    ("creator", 0.6),
    ("vcard", 0.6),
    ("posted-by", 0.7),
    ("postedby", 0.7),
    ("username", 0.5),
];

// Nearly every address has a sign that these begin with: to look for those first takes longer.
static PAGES: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().prefilter(false).build(AUTHOR_PAGES).ok());

/// Parts of the addresses of pages about one author.
#[rustfmt::skip]
const AUTHOR_PAGES: &[&str] = &[
    "/author/", "/authors/", "/author-", "/autor/", "/autoren/", "/auteur/", "/by/", "/contributor/",
    "/contributors/", "/profile/", "/profiles/", "/writers/", "/writer/", "/journalist/", "/journalists/",
    "/people/", "/staff/", "/reporter/", "?author=", "/team/",
];

/// The names in an element: whole pieces of its text that are names. After the first, only what is set apart by a
/// word or sign that joins names, or stands in an element made like the first one's, is another name and no office.
pub(super) fn names_in(outline: &Outline, index: u32, context: &Context) -> Vec<String> {
    let Some(node) = outline.get(index) else { return Vec::new() };
    let mut names: Vec<String> = Vec::new();
    let mut manner = None;
    let mut joined = false;
    let inner = outline.nodes.get(index as usize..node.end as usize).unwrap_or_default();
    for piece in inner.iter().filter(|n| n.tag == Tag::Text) {
        let text = fold_space(piece.text);
        if text.is_empty() {
            continue;
        }
        let made = outline.get(piece.parent).map(|n| (n.tag, n.element.and_then(|e| attribute(e, "class"))));
        match piece_names(&text, context) {
            Piece::Names(found) if names.is_empty() => {
                names = found;
                manner = made;
            }
            Piece::Names(found) if joined || made == manner => names.extend(found),
            Piece::Between => {
                joined = is_joint(&text);
                continue;
            }
            Piece::Else if names.is_empty() => {
                names = first_names(&text, context);
                break;
            }
            _ => break,
        }
        joined = is_joint(text.get(text.floor_char_boundary(text.len().saturating_sub(5))..).unwrap_or_default());
        if names.len() >= 12 {
            break;
        }
    }
    names.dedup();
    names
}

/// A desk or a handle, where an element made for authors says nothing else, and names nobody.
fn desk_in(outline: &Outline, index: u32, context: &Context) -> Vec<String> {
    let text = outline.text_of(index);
    let name = unlabelled(&text);
    let words = name.split(' ').count();
    let plain = !name.contains(['@', '/', ':', '#', '(']) && !is_no_name(name) && name.len() > 1;
    let desk = name.rsplit(' ').next().is_some_and(is_office_word);
    let alone = words <= 5 && (is_office(name) || plain && (words == 1 || desk));
    if alone && dates::parse(name, context).is_none() && names_in(outline, index, context).is_empty() {
        return vec![name.to_owned()];
    }
    Vec::new()
}

/// The names after a label at the beginning of a line, or on the next line where the label stands alone.
fn labelled(block: &Block, next: Option<&Block>, context: &Context) -> Vec<String> {
    let text = fold_space(&block.text);
    // 来源：… 作者：… in one line.
    let labels = HAN_LABELS.as_ref().filter(|_| !text.is_ascii());
    let from = labels.and_then(|labels| labels.find(&text)).map(|label| label.start()).filter(|at| *at < 400);
    let text = from.and_then(|at| text.get(at..)).unwrap_or(&text);
    let Some(rest) = after_byline_label(trim(text)).or_else(|| after_date(text, context)) else { return Vec::new() };
    let rest = trim(rest);
    let line = match next {
        Some(next) if rest.is_empty() && next.kind == Kind::Text && next.weight <= 60 => next.text.as_str(),
        _ => rest,
    };
    match piece_names(line, context) {
        Piece::Names(names) => names,
        // A handle: nothing else is on the line.
        _ if !line.is_empty() && line.len() <= 20 && line.chars().all(|c| c.is_alphanumeric() || c == '_') => {
            Some(line.to_owned()).filter(|name| !is_furniture(name)).into_iter().collect()
        }
        _ => first_names(line, context),
    }
}

/// What a label leads to after a date: `Posted on 3 May 2021 by Ada Roe`.
fn after_date<'t>(text: &'t str, context: &Context) -> Option<&'t str> {
    if !dates::may_hold_date(text) || !may_hold_byline_label(trim(text)) {
        return None;
    }
    let (range, _) = dates::find(text, context).filter(|(range, _)| range.start <= 24)?;
    after_byline_label(trim(text.get(range.end..)?))
}

/// Labels of Chinese and Japanese bylines, which stand anywhere in a line.
static HAN_LABELS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let labels =
        ["作者：", "作者:", "文/", "文／", "撰文：", "记者：", "本报记者", "记者 ", "記者 ", "著者：", "責任編輯"];
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(labels).ok()
});

#[cfg(test)]
mod tests;
