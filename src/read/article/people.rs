//! Authors: who is stated, else who the byline names.

use super::outline::{Outline, attribute};
use super::signs::Signs;
use super::tag::Tag;
use crate::model::{Person, fold_space};

/// Authors from the first witness that names any.
pub(super) fn authors(outline: &Outline, around: &[Signs], witnesses: &[&[Person]], sites: &[String]) -> Vec<Person> {
    for people in witnesses {
        let people = tidy(people.iter().cloned(), sites);
        if !people.is_empty() {
            return people;
        }
    }
    tidy(shown(outline, around).into_iter(), sites)
}

/// Each once, no sites, addresses or labels.
fn tidy(people: impl Iterator<Item = Person>, sites: &[String]) -> Vec<Person> {
    let mut kept: Vec<Person> = Vec::new();
    for mut person in people {
        person.name = fold_space(&person.name).trim_matches([',', ';', '|', '/', '·', '•', '-', ' ', ':']).to_owned();
        if is_name(&person.name, sites) && !kept.iter().any(|k| k.name == person.name) {
            kept.push(person);
        }
        if kept.len() >= 20 {
            break;
        }
    }
    kept
}

fn is_name(name: &str, sites: &[String]) -> bool {
    let count = name.chars().count();
    if !(2..=160).contains(&count)
        || name.contains("://")
        || name.starts_with('@')
        || !name.chars().any(char::is_alphabetic)
    {
        return false;
    }
    let folded = super::title::plain(name).replace(' ', "");
    !sites.contains(&folded) && !LABELS.contains(&folded.as_str())
}

/// What stands in the place of a name without being one.
#[rustfmt::skip]
const LABELS: &[&str] = &[
    "admin", "administrator", "staff", "editor", "editors", "editorial", "editorialstaff", "editorialteam",
    "redaktion", "redacción", "redaccion", "redazione", "larédaction", "rédaction", "redactie", "staffwriter",
    "staffreporter", "newsdesk", "newsroom", "webmaster", "author", "guest", "user", "unknown", "anonymous", "none",
    "null", "undefined", "root", "web", "online", "contributor", "contributors", "guestcontributor", "newsstaff",
    "onlineredaktion", "webdesk", "team", "theeditors", "by", "posts", "viewallposts",
];

/// Authors that the page shows: `rel="author"` links, then elements named byline or author.
fn shown(outline: &Outline, around: &[Signs]) -> Vec<Person> {
    let beside =
        Signs(Signs::COMMENT.0 | Signs::RELATED.0 | Signs::SIDE.0 | Signs::FOOTER.0 | Signs::TEASER.0 | Signs::MENU.0);
    let signs_at = |index: usize| around.get(index).copied().unwrap_or_default();
    let mut linked = Vec::new();
    for (index, node) in outline.nodes.iter().enumerate() {
        let Some(element) = node.element.filter(|_| node.tag == Tag::Link) else { continue };
        if signs_at(index).has(beside) || node.weight == 0 || node.weight > 60 {
            continue;
        }
        let relation = attribute(element, "rel").is_some_and(|r| r.split_ascii_whitespace().any(|r| r == "author"));
        let target = attribute(element, "href").unwrap_or_default();
        let page = [
            "/author/",
            "/authors/",
            "/autor/",
            "/autoren/",
            "/auteur/",
            "/by/",
            "/contributor/",
            "/profile/author",
            "/writers/",
            "/journalist/",
            "/people/",
            "/staff/",
        ]
        .iter()
        .any(|p| target.contains(p));
        if relation || (page && signs_at(index).has(Signs::BYLINE)) {
            linked.push(Person { name: outline.text_of(index as u32), url: None, email: None });
        }
        if linked.len() >= 8 {
            break;
        }
    }
    if !linked.is_empty() {
        return linked;
    }
    for (index, node) in outline.nodes.iter().enumerate() {
        if node.signs.has(Signs::BYLINE) && !signs_at(index).has(beside) && (3..120).contains(&node.weight) {
            let text = outline.text_of(index as u32);
            if let Some(name) = byline_name(&text) {
                return vec![Person::named(name)];
            }
        }
    }
    Vec::new()
}

/// The name in "By Jane Roe | 3 May 2021", "作者：某某 来源：…".
fn byline_name(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let begins = [
        "written by ",
        "posted by ",
        "by: ",
        "by ",
        "von ",
        "par ",
        "por ",
        "autor: ",
        "author: ",
        "author ",
        "di ",
        "door ",
        "av ",
        "автор: ",
        "作者：",
        "作者:",
        "记者：",
        "记者 ",
        "文/",
        "文：",
    ];
    let (begin, at) = begins.iter().filter_map(|b| lower.find(b).map(|at| (*b, at))).min_by_key(|(_, at)| *at)?;
    if at > 40
        || lower.len() != text.len()
        || (at > 0 && text.as_bytes().get(at - 1).is_some_and(|b| b.is_ascii_alphanumeric()))
    {
        return None;
    }
    let rest = text.get(at + begin.len()..)?;
    let stop =
        [" | ", " on ", " – ", " - ", " • ", " · ", "\n", " am ", " le ", " el ", ", ", " 来源", "来源", " 编辑", " ("]
            .iter()
            .filter_map(|s| rest.find(s))
            .chain(rest.find(|c: char| c.is_ascii_digit()))
            .min()
            .unwrap_or(rest.len());
    let name = rest.get(..stop)?.trim();
    let words = name.split_whitespace().count();
    ((1..=6).contains(&words) && name.chars().count() <= 60).then(|| name.to_owned())
}
