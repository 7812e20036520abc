//! The section: the last step of the breadcrumb, or what is stated.

use super::outline::Outline;
use super::signs::Signs;
use super::stated::Stated;
use super::tag::Tag;
use super::title::plain;

pub(super) fn section(outline: &Outline, json_ld: &Stated, meta: &Stated, headline: Option<&str>) -> Option<String> {
    let title = headline.map(plain).unwrap_or_default();
    let fits = |step: &String| {
        let key = plain(step);
        !key.is_empty()
            && key.chars().count() <= 60
            && !HOME.contains(&key.as_str())
            && key != title
            && !(key.len() > 12 && title.starts_with(&key))
    };
    let stated = meta.sections.iter().chain(&json_ld.sections).find(|s| fits(s));
    let crumb = || json_ld.crumbs.iter().rev().find(|s| fits(s)).cloned();
    stated.cloned().or_else(crumb).or_else(|| shown(outline).into_iter().rev().find(|s| fits(s)))
}

/// Names of a site's front page.
const HOME: &[&str] = &[
    "home",
    "start",
    "startseite",
    "accueil",
    "inicio",
    "главная",
    "首页",
    "首頁",
    "ホーム",
    "トップ",
    "news",
    "home page",
    "homepage",
    "anasayfa",
    "홈",
];

/// The links of the breadcrumb that the page shows.
pub(super) fn shown(outline: &Outline) -> Vec<String> {
    for (index, node) in outline.nodes.iter().enumerate() {
        if !node.signs.has(Signs::CRUMBS) || node.weight == 0 || node.weight > 400 {
            continue;
        }
        let links: Vec<String> = (index as u32..node.end)
            .filter(|i| outline.get(*i).is_some_and(|n| n.tag == Tag::Link && n.weight > 0))
            .map(|i| outline.text_of(i))
            .take(12)
            .collect();
        if !links.is_empty() {
            return links;
        }
    }
    Vec::new()
}
