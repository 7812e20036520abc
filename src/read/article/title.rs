//! The headline: a vote among what the page shows and what it states, the site's name cut.

mod numbers;

use std::sync::LazyLock;

use html5ever::local_name;
use url::Url;

use super::forest::{Forest, Look};
use super::outline::{NOWHERE, Outline, known_attribute};
use super::section;
use super::signs::Signs;
use super::tag::Tag;
use crate::model::{fold_space, holds, push_letter, registrable_domain};

pub(super) use numbers::{Numbers, numbers};

/// What stands between a headline and a site's name.
const SEPARATORS: &[&str] = &[
    " | ", " - ", " – ", " — ", " :: ", " · ", " • ", " » ", " › ", " « ", " / ", "｜", " : ", " ~ ", "_", "|", "--",
    "－", "ㅣ",
];

/// The separators that may stand in a text, which are those whose sign does: to look for each takes longer.
fn separators(text: &str) -> impl Iterator<Item = &'static str> {
    let mut held = [false; 256];
    text.bytes().for_each(|byte| held[usize::from(byte)] = true);
    let sign = |separator: &str| separator.bytes().find(|byte| *byte != b' ');
    SEPARATORS.iter().copied().filter(move |s| sign(s).is_some_and(|sign| held[usize::from(sign)]))
}

/// The weight of a page's only heading of the first level: more than `og:title` and `<title>` together, which
/// are often worded for search engines. Measured: 2.4 names 4 % more pages right than 1.1 did.
const ONLY_HEADING: f32 = 2.4;

/// Where a candidate comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Origin {
    Meta,
    JsonLd,
    Microdata,
    Twitter,
    TitlePart,
    Title,
    Heading,
    Named,
    /// What a separator leaves of a stated title.
    Piece,
    /// An element within a heading.
    Within,
}

impl Origin {
    const ALL: [Self; 10] = [
        Self::Meta,
        Self::JsonLd,
        Self::Microdata,
        Self::Twitter,
        Self::TitlePart,
        Self::Title,
        Self::Heading,
        Self::Named,
        Self::Piece,
        Self::Within,
    ];

    /// In words.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::JsonLd => "json-ld",
            Self::Microdata => "microdata",
            Self::Twitter => "twitter:title",
            Self::TitlePart => "a part of the title element",
            Self::Title => "title element",
            Self::Heading => "heading",
            Self::Named => "element named a title",
            Self::Piece => "a part of what is stated",
            Self::Within => "element within a heading",
        }
    }
}

/// A candidate with its weight in the vote.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    pub(super) text: String,
    /// The text as it is compared; see [`plain`].
    key: String,
    /// Its own voice in the vote.
    weight: f32,
    pub(super) from: Origin,
    /// All voices for it.
    score: f32,
    /// How likely it is the headline, as the trees have it.
    pub(super) likely: f32,
    /// Where it is in the outline; none for what is only stated.
    place: Option<u32>,
}

impl Candidate {
    fn new(text: String, weight: f32, from: Origin, place: Option<u32>) -> Self {
        Self { key: plain(&text), text, weight, from, score: 0.0, likely: 0.0, place }
    }
}

fn says_something(candidate: &Candidate) -> bool {
    candidate.text.chars().any(char::is_alphanumeric)
}

/// The winner.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Headline {
    pub(super) text: String,
    /// The element that shows it, where one does.
    pub(super) place: Option<u32>,
}

/// Statements that take part: who makes them, text and weight.
pub(super) struct Ballot<'a> {
    pub(super) stated: &'a [(Origin, Option<&'a str>, f32)],
    pub(super) sites: &'a [String],
    pub(super) url: Option<&'a Url>,
    pub(super) summary: Option<&'a str>,
}

/// All who stand for headline, with the voices that each gets.
pub(super) fn candidates(outline: &Outline, around: &[Signs], ballot: &Ballot) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    let stated = |from, text: &str, weight| Candidate::new(text.to_owned(), weight, from, None);
    for (from, text, weight) in ballot.stated {
        let Some(text) = text.map(fold_space).filter(|t| !t.is_empty()) else { continue };
        candidates.push(stated(*from, &cut_site(&text, ballot.sites), *weight));
    }
    let title = outline.titles.first().map(|t| fold_space(t)).filter(|t| !t.is_empty());
    let stated_title = title.as_deref().unwrap_or_default();
    // The site's own name may be its only heading: `<title>` ends with it, after something longer.
    let whole = plain(stated_title);
    let sites: Vec<String> = ballot.sites.iter().map(|site| plain(site)).collect();
    let is_site = |text: &str| {
        let key = plain(text);
        sites.contains(&key) || whole.strip_suffix(&key).is_some_and(|rest| rest.len() > key.len())
    };
    let mut shown = shown_headings(outline, around, is_site);
    // A page's `<title>` often is "headline, separator, site": the part that a heading or statement repeats counts.
    for part in parts(stated_title) {
        let key = plain(part);
        if !key.is_empty() && shown.iter().chain(&candidates).any(|c| c.key == key) {
            candidates.push(stated(Origin::TitlePart, part, 0.9));
            break;
        }
    }
    if !stated_title.is_empty() && !names_the_section(stated_title, &shown, outline) {
        candidates.push(stated(Origin::Title, &cut_site(stated_title, ballot.sites), 0.7));
    }
    let within = within_headings(outline, &shown);
    candidates.append(&mut shown);
    let pieces = pieces(&candidates);
    candidates.extend(pieces);
    candidates.extend(within);
    let scores: Vec<f32> = candidates.iter().map(|candidate| voices(candidate, &candidates)).collect();
    candidates.iter_mut().zip(scores).for_each(|(candidate, score)| candidate.score = score);
    candidates
}

/// How likely each candidate is the headline.
pub(super) fn judged(candidates: &mut [Candidate], numbers: &[Numbers], judge: Look) {
    let rows: Vec<&[f32]> = numbers.iter().map(|numbers| numbers.as_slice()).collect();
    for (candidate, likely) in candidates.iter_mut().zip(judge(&rows)) {
        candidate.likely = likely;
    }
}

/// The trees of this build.
pub(super) const BUILT_IN: Look<'static> = &|rows| FOREST.likely(rows);

static FOREST: LazyLock<Forest> = LazyLock::new(|| Forest::read(include_str!("title/forest.txt")));

/// The sum of the voices for one candidate.
fn voices(one: &Candidate, candidates: &[Candidate]) -> f32 {
    if one.key.is_empty() {
        return 0.0;
    }
    let voiced = candidates.iter().filter(|voice| voice.weight > 0.0);
    let mut score: f32 = voiced.map(|voice| voice.weight * likeness(&one.key, &voice.key)).sum();
    // Of equals the first shown on the page wins; a headline is rarely longer than three lines.
    score += 0.25 * one.weight + if one.place.is_some() { 0.1 } else { 0.0 };
    if one.key.chars().count() > 250 { score * 0.3 } else { score }
}

/// The likeliest, as the page shows it.
pub(super) fn elected(candidates: &[Candidate]) -> Option<Headline> {
    let most = candidates.iter().filter(|c| says_something(c)).map(|c| c.likely).fold(0.0, f32::max);
    let winner = candidates.iter().find(|c| c.likely == most && says_something(c))?;
    let shown = candidates.iter().find(|c| c.place.is_some() && c.key == winner.key);
    Some(Headline { text: shown.unwrap_or(winner).text.clone(), place: shown.and_then(|c| c.place) })
}

/// What separators leave of the titles that are stated, where nobody says it yet; they have no voice.
fn pieces(candidates: &[Candidate]) -> Vec<Candidate> {
    let mut known: Vec<String> = candidates.iter().map(|c| c.key.clone()).collect();
    let mut found = Vec::new();
    for stated in candidates.iter().filter(|c| c.place.is_none() || c.from == Origin::Heading) {
        for part in parts(&stated.text).into_iter().filter(|part| part.len() >= 8).take(8) {
            let key = plain(part);
            if !key.is_empty() && !known.contains(&key) && found.len() < MOST_PIECES {
                known.push(key);
                found.push(Candidate::new(part.to_owned(), 0.0, Origin::Piece, stated.place));
            }
        }
    }
    found
}

/// Most candidates that separators make.
const MOST_PIECES: usize = 12;

/// The elements in headings of several parts: a kicker, the headline itself. They have no voice.
fn within_headings(outline: &Outline, shown: &[Candidate]) -> Vec<Candidate> {
    let mut found = Vec::new();
    for heading in shown.iter().filter(|c| c.weight >= 0.3) {
        let Some((place, node)) = heading.place.and_then(|p| Some((p, outline.get(p)?))) else { continue };
        let inner = (place + 1..node.end).filter(|index| {
            outline.get(*index).is_some_and(|n| n.weight > 4 && n.weight < node.weight && n.parent != NOWHERE)
        });
        for index in inner.take(6) {
            let text = outline.text_of(index);
            if found.len() < MOST_PIECES && !shown.iter().any(|c| c.text == text) {
                found.push(Candidate::new(text, 0.0, Origin::Within, Some(index)));
            }
        }
    }
    found
}

/// Whether `<title>` is the section's rather than the story's: it ends in the breadcrumb's last step, and says
/// nothing of the title that the page shows.
fn names_the_section(stated: &str, shown: &[Candidate], outline: &Outline) -> bool {
    let stated = plain(stated);
    let step = section::shown(outline).last().map(|s| plain(s)).unwrap_or_default();
    !step.is_empty()
        && stated.ends_with(&step)
        && !shown.is_empty()
        && shown.iter().all(|c| !c.key.is_empty() && !stated.contains(&c.key))
}

/// Headings of the first level, and elements that are named a title, with their weight.
fn shown_headings(outline: &Outline, around: &[Signs], is_site: impl Fn(&str) -> bool) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    let firsts = outline.nodes.iter().filter(|n| n.tag == Tag::Heading(1)).count();
    for (index, node) in outline.nodes.iter().enumerate() {
        if node.weight == 0 || node.weight > 700 {
            continue;
        }
        let signs = around.get(index).copied().unwrap_or_default();
        let first = node.tag == Tag::Heading(1);
        let second = node.tag == Tag::Heading(2) && firsts == 0;
        let named = node.signs.has(Signs::TITLE) && !node.signs.has(Signs::MENU);
        let property = node
            .element
            .and_then(|e| known_attribute(e, &local_name!("itemprop")))
            .is_some_and(|p| p.contains("headline"));
        if !(first || second || named || property) {
            continue;
        }
        if signs.has(Signs(
            Signs::RELATED.0 | Signs::COMMENT.0 | Signs::SIDE.0 | Signs::FOOTER.0 | Signs::TEASER.0 | Signs::CONSENT.0,
        )) && !first
        {
            continue;
        }
        let only = first && firsts == 1;
        let mut weight: f32 = match (first, second) {
            (true, _) if only => ONLY_HEADING,
            (true, _) => 0.8,
            (_, true) => 0.4,
            _ => 0.35,
        };
        if property {
            weight = weight.max(1.0);
        }
        if signs.has(Signs(Signs::MENU.0 | Signs::SIDE.0 | Signs::FOOTER.0 | Signs::CONSENT.0 | Signs::RELATED.0)) {
            weight *= 0.3;
        } else if only && is_site(&outline.text_of(index as u32)) {
            weight = 0.3;
        }
        // A heading that is one link home is the site's name.
        if first && node.link == node.weight && found.is_empty() && firsts > 1 {
            weight *= 0.4;
        }
        let from = if first || second { Origin::Heading } else { Origin::Named };
        found.push(Candidate::new(outline.text_of(index as u32), weight, from, Some(index as u32)));
        if found.len() >= 40 {
            break;
        }
    }
    found
}

/// 1 for equal, less for one that holds the other, 0 for strangers.
fn likeness(a: &str, b: &str) -> f32 {
    if a == b {
        return 1.0;
    }
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let share = short.len() as f32 / long.len() as f32;
    if share > 0.5 && holds(long, short) { share * 0.6 } else { 0.0 }
}

/// Letters and digits, lower case.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.bytes().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let (letters, after) = rest.split_at(end);
        out.push_str(letters);
        let mut after = after.chars();
        if after.next().is_some_and(|c| !push_letter(&mut out, c)) && !out.ends_with(' ') && !out.is_empty() {
            out.push(' ');
        }
        rest = after.as_str();
    }
    out.make_ascii_lowercase();
    out.truncate(out.trim_end().len());
    out
}

/// Every beginning and end of a title that separators cut off, longest first.
fn parts(title: &str) -> Vec<&str> {
    let mut found = vec![title];
    for separator in separators(title) {
        for (at, hit) in title.match_indices(separator) {
            found.extend(title.get(..at));
            found.extend(title.get(at + hit.len()..));
        }
        if found.len() > 60 {
            break;
        }
    }
    found.sort_by_key(|p| std::cmp::Reverse(p.len()));
    found.into_iter().map(str::trim).collect()
}

/// Takes the site's name off either end; without a known name, takes off a short last part.
fn cut_site(title: &str, sites: &[String]) -> String {
    let mut text = title.trim();
    for _ in 0..3 {
        let Some(shorter) = cut_once(text, sites) else { break };
        text = shorter;
    }
    text.to_owned()
}

fn cut_once<'t>(text: &'t str, sites: &[String]) -> Option<&'t str> {
    let squeezed = |t: &str| plain(t).replace(' ', "");
    for separator in separators(text) {
        if let Some(at) = text.rfind(separator) {
            let (head, tail) = (text.get(..at)?, text.get(at + separator.len()..)?);
            let key = squeezed(tail);
            if !head.trim().is_empty() && is_site(&key, sites) {
                return Some(head.trim());
            }
        }
        if let Some(at) = text.find(separator) {
            let (head, tail) = (text.get(..at)?, text.get(at + separator.len()..)?);
            if !tail.trim().is_empty() && is_site(&squeezed(head), sites) {
                return Some(tail.trim());
            }
        }
    }
    None
}

fn is_site(key: &str, sites: &[String]) -> bool {
    let count = key.chars().count();
    count >= 2
        && sites.iter().any(|site| {
            *site == key
                || (count >= 4
                    && (site.starts_with(key) || key.starts_with(site.as_str()) && site.chars().count() >= 4))
        })
}

/// The names a site may go by, folded: as stated, and as its host has it.
pub(super) fn site_names(stated: &[Option<&str>], host: Option<&str>) -> Vec<String> {
    let mut names: Vec<String> =
        stated.iter().flatten().map(|s| plain(s).replace(' ', "")).filter(|s| !s.is_empty()).collect();
    if let Some(host) = host {
        let host = host.trim_start_matches("www.");
        names.push(plain(host).replace(' ', ""));
        if let Some(domain) = registrable_domain(host) {
            names.push(plain(domain).replace(' ', ""));
            names.extend(domain.split('.').next().map(|label| label.replace('-', "")));
        }
    }
    names.retain(|n| n.chars().count() >= 2);
    names
}
