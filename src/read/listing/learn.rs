//! Relearning: where on a page that has changed does the list stand whose entries are known?
//!
//! Known addresses and headlines are looked for among the page's links; what holds one of them alone is an item,
//! what the items have in common is a rule. A rule counts only if, read by it, the page shows the known ones again.

use std::collections::{BTreeMap, HashMap, HashSet};

use ego_tree::NodeId;
use scraper::{ElementRef, Html};
use url::Url;

use super::landmarks::{Landmark, Landmarks};
use super::{html, islands};
use crate::dates::{self, Context};
use crate::html::parse_html;
use crate::model::{Listing, ListingRules, Page, Read, Rules, fold_space};
use crate::read::CompiledRules;

/// Landmarks used, at most: one bit each.
const MOST: usize = 64;
/// Fewer found again prove nothing.
const LEAST: usize = 3;
/// A rule that selects so many times what is known, and a dozen more, selects something else besides.
const TIMES: usize = 5;
/// Longest way down from a named element to the list.
const STEPS: usize = 6;

/// A list that was found again.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    /// Selectors for `[sources.x.listing]`.
    pub rules: ListingRules,
    /// The page read by them, or without rules where that finds as many.
    pub listing: Read<Listing>,
    /// Landmarks that the page holds anywhere.
    pub located: usize,
    /// Of these, those that the listing shows.
    pub found: usize,
}

/// Finds the list of a page by what it is known to have shown; `None` where too little of it is there. Never fails.
pub fn learn(page: &Page, known: &[Landmark]) -> Option<Learned> {
    let landmarks = Landmarks::of(known.get(..MOST).unwrap_or(known));
    let text = islands::unfold(&page.text);
    let tree = parse_html(&text);
    let places = Places::of(&tree.html, &landmarks, &page.url);
    let located = places.located.count_ones() as usize;
    if located < LEAST {
        return None;
    }
    let mut best: Option<Learned> = None;
    for rules in places.rules(&tree.html, &landmarks, page) {
        let written = Rules { listing: rules.clone(), ..Rules::default() };
        let Ok(compiled) = CompiledRules::compile(&written) else { continue };
        let listing = html::read(page, &compiled);
        let found = landmarks.found(&listing.value);
        let total = listing.value.teasers.len();
        if found < LEAST || found * 2 < located || total > found * TIMES + 12 {
            continue;
        }
        let better = best.as_ref().is_none_or(|b| (found, b.listing.value.teasers.len()) > (b.found, total));
        if better {
            best = Some(Learned { rules, listing, located, found });
        }
    }
    let mut best = best?;
    // Without rules dates, pictures and summaries are found too.
    let plain = html::read(page, &CompiledRules::default());
    let total = plain.value.teasers.len();
    let as_good = landmarks.found(&plain.value) >= best.found
        && landmarks.named(&plain.value) >= landmarks.named(&best.listing.value);
    if as_good && total <= best.listing.value.teasers.len() + 2 {
        best.listing = plain;
    }
    Some(best)
}

/// Where the landmarks stand.
struct Places {
    /// Of each element that holds some: which.
    masks: HashMap<NodeId, u64>,
    located: u64,
    /// The links.
    anchors: Vec<(NodeId, usize)>,
}

impl Places {
    fn of(html: &Html, landmarks: &Landmarks, base: &Url) -> Self {
        let mut places = Self { masks: HashMap::new(), located: 0, anchors: Vec::new() };
        for node in html.tree.nodes() {
            let Some(element) = ElementRef::wrap(node).filter(|e| e.value().name() == "a") else { continue };
            let url = element.attr("href").and_then(|href| base.join(href.trim()).ok());
            let words = element.text().take(50).collect::<String>();
            let stated = element.attr("title").unwrap_or_default();
            let which = landmarks.which(url.as_ref(), &words).or_else(|| landmarks.which(None, stated));
            let Some(nr) = which else { continue };
            places.anchors.push((element.id(), nr));
            places.located |= 1 << nr;
            for up in std::iter::once(node).chain(node.ancestors()) {
                *places.masks.entry(up.id()).or_default() |= 1 << nr;
            }
        }
        places
    }

    /// The largest element that holds one landmark alone.
    fn item<'t>(&self, html: &'t Html, anchor: NodeId) -> Option<ElementRef<'t>> {
        let mut item = ElementRef::wrap(html.tree.get(anchor)?)?;
        while let Some(up) = item.parent().and_then(ElementRef::wrap) {
            let alone = self.masks.get(&up.id()).is_some_and(|mask| mask.count_ones() == 1);
            if !alone || matches!(up.value().name(), "body" | "html") {
                break;
            }
            item = up;
        }
        Some(item)
    }

    /// Rules that may select the items, most exact first.
    fn rules(&self, html: &Html, landmarks: &Landmarks, page: &Page) -> Vec<ListingRules> {
        // Items of one tag under parents of one look are a list.
        let mut lists: BTreeMap<(String, String), Vec<(ElementRef, usize)>> = BTreeMap::new();
        for &(anchor, nr) in &self.anchors {
            let Some(item) = self.item(html, anchor) else { continue };
            let parent = item.parent().and_then(ElementRef::wrap).map(simple).unwrap_or_default();
            let list = lists.entry((item.value().name().to_owned(), parent)).or_default();
            if list.iter().all(|(known, _)| known.id() != item.id()) {
                list.push((item, nr));
            }
        }
        let mut lists: Vec<_> = lists.into_iter().collect();
        let size = |list: &Vec<(ElementRef, usize)>| list.iter().map(|(_, nr)| nr).collect::<HashSet<_>>().len();
        lists.sort_by_key(|(_, list)| std::cmp::Reverse(size(list)));
        let mut all = Vec::new();
        for ((tag, parent), items) in lists.iter().take(3).filter(|(_, list)| size(list) >= 2) {
            let shared = shared_classes(items.iter().map(|(item, _)| *item));
            let item: String = std::iter::once(tag.clone()).chain(shared.iter().map(|c| format!(".{c}"))).collect();
            let fields = ListingRules {
                title: title_rule(items, landmarks),
                date: date_rule(items, page),
                ..ListingRules::default()
            };
            // Headings and rules between the items lead nowhere.
            let linked = format!("{item}:has(a[href])");
            if let Some(container) = self.container(html, items).map(path_to) {
                let under = if container.is_empty() { None } else { Some(container) };
                for item in [format!("> {item}"), item.clone(), format!("> {linked}"), linked.clone()] {
                    all.push(ListingRules { container: under.clone(), item: Some(item), ..fields.clone() });
                }
            }
            all.push(ListingRules { item: Some(format!("{parent} > {item}")), ..fields.clone() });
            if !shared.is_empty() {
                all.push(ListingRules { item: Some(item), ..fields });
            }
        }
        all
    }

    /// The smallest element that holds all items.
    fn container<'t>(&self, html: &'t Html, items: &[(ElementRef<'t>, usize)]) -> Option<ElementRef<'t>> {
        let wanted = items.iter().fold(0u64, |mask, (_, nr)| mask | 1 << nr);
        let (first, _) = items.first()?;
        let holds = |id: NodeId| self.masks.get(&id).is_some_and(|mask| mask & wanted == wanted);
        let up = html.tree.get(first.id())?.ancestors().find(|node| holds(node.id()))?;
        ElementRef::wrap(up)
    }
}

/// The headline's element, where a link's own words are not the headline.
fn title_rule(items: &[(ElementRef, usize)], landmarks: &Landmarks) -> Vec<String> {
    let is_known = |element: ElementRef| landmarks.is_headline(&element.text().take(50).collect::<String>());
    let by_link = |item: &ElementRef| {
        let own = (item.value().name() == "a").then_some(*item);
        let mut links = item.descendants().filter_map(ElementRef::wrap).filter(|e| e.value().name() == "a");
        own.or_else(|| links.find(|a| a.text().any(|t| !t.trim().is_empty()))).is_some_and(is_known)
    };
    if items.iter().filter(|(item, _)| by_link(item)).count() * 2 >= items.len() {
        return Vec::new();
    }
    let inside = |item: &ElementRef| {
        let elements = item.descendants().skip(1).filter_map(ElementRef::wrap).take(200);
        // The innermost element with just these words.
        elements.filter(|e| is_known(*e)).last().map(simple)
    };
    most_common(items.iter().filter_map(|(item, _)| inside(item)), items.len()).into_iter().collect()
}

/// The element that dates an item.
fn date_rule(items: &[(ElementRef, usize)], page: &Page) -> Vec<String> {
    let context = Context::on(page, None);
    let dated = |item: &ElementRef| {
        let elements = item.descendants().skip(1).filter_map(ElementRef::wrap).take(200);
        elements
            .filter(|e| {
                let words = fold_space(&e.text().take(20).collect::<String>());
                let stated = e.attr("datetime").is_some();
                stated || (5..=40).contains(&words.chars().count()) && dates::find(&words, &context).is_some()
            })
            .last()
            .map(|e| if e.attr("datetime").is_some() { format!("{}@datetime", simple(e)) } else { simple(e) })
    };
    most_common(items.iter().filter_map(|(item, _)| dated(item)), items.len()).into_iter().collect()
}

/// What at least half of `of` agree on.
fn most_common(values: impl Iterator<Item = String>, of: usize) -> Option<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    values.for_each(|value| *counts.entry(value).or_default() += 1);
    counts.into_iter().max_by_key(|(_, n)| *n).filter(|(_, n)| n * 2 >= of).map(|(value, _)| value)
}

/// Tag and steady classes: `li.news-row`.
fn simple(element: ElementRef) -> String {
    let mut css = element.value().name().to_owned();
    for class in element.value().classes().filter(|c| is_steady(c)).take(3) {
        css.push('.');
        css.push_str(class);
    }
    css
}

/// A selector of one element: from the nearest name down.
fn path_to(element: ElementRef) -> String {
    let mut steps = Vec::new();
    for up in std::iter::once(element).chain(element.ancestors().filter_map(ElementRef::wrap)).take(STEPS) {
        if matches!(up.value().name(), "html" | "body") {
            break;
        }
        if let Some(id) = up.value().id().filter(|id| is_steady(id)) {
            steps.push(format!("#{id}"));
            break;
        }
        let css = simple(up);
        let is_named = css.contains('.');
        steps.push(css);
        if is_named {
            break;
        }
    }
    steps.reverse();
    steps.join(" > ")
}

/// Classes that all items have.
fn shared_classes<'t>(items: impl Iterator<Item = ElementRef<'t>>) -> Vec<String> {
    let mut shared: Option<Vec<String>> = None;
    for item in items {
        let own: Vec<&str> = item.value().classes().filter(|c| is_steady(c)).collect();
        match &mut shared {
            None => shared = Some(own.iter().map(|c| (*c).to_owned()).take(4).collect()),
            Some(shared) => shared.retain(|class| own.contains(&class.as_str())),
        }
    }
    shared.unwrap_or_default()
}

/// Whether a name is the author's rather than a counter's, a build's or a state's, and plain CSS.
fn is_steady(name: &str) -> bool {
    let plain = name.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '-' | '_'));
    let state = ["active", "current", "first", "last", "odd", "even", "selected", "open", "new", "hidden", "visible"];
    plain && name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.len() <= 40 && !state.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::super::page;
    use super::*;

    const TITLES: [&str; 6] = [
        "New tram bridge over the Ferrow opens early",
        "Orchard fund pays out to forty growers",
        "City library will stay open all night",
        "Ferry crews end their strike after talks",
        "Owl census counts more pairs than ever",
        "Market hall gets its glass roof back",
    ];

    fn known() -> Vec<Landmark> {
        let at = |n: usize| Url::parse(&format!("https://lantern.example/news/{n}.html")).ok();
        TITLES.iter().enumerate().map(|(n, title)| Landmark { url: at(n), title: (*title).to_owned() }).collect()
    }

    /// A page with two more lines than are known, between a menu and a box of others.
    fn redesigned(row: impl Fn(&str, &str, &str) -> String) -> Page {
        let menu: String = (0..9).map(|n| format!("<li><a href='/s/{n}'>Section number {n}</a></li>")).collect();
        let read: String =
            (0..8).map(|n| format!("<li><a href='/x/{n}'>Much read story number {n} of the week</a></li>")).collect();
        let news = ["A whole new story that nobody knows", "Another new one about the mill pond"];
        let lines = news.iter().enumerate().map(|(n, t)| (90 + n, *t)).chain(TITLES.iter().copied().enumerate());
        let rows: String = lines
            .map(|(n, title)| row(&format!("/news/{n}.html"), title, &format!("2026-11-{:02}", 20 - n % 19)))
            .collect();
        let html = format!(
            "<nav><ul class=menu>{menu}</ul></nav><div id=content>{rows}</div><aside><ol class=most>{read}</ol></aside>"
        );
        page("https://www.lantern.example/", &html)
    }

    #[test]
    fn the_list_is_found_again_whatever_it_is_built_of() {
        for (why, page) in [
            (
                "cards",
                redesigned(|a, t, d| {
                    format!("<div class='card tile-3'><h3><a href='{a}'>{t}</a></h3><span class=when>{d}</span></div>")
                }),
            ),
            (
                "one link around all",
                redesigned(|a, t, d| format!("<a class=row href='{a}'><b class=head>{t}</b><i class=day>{d}</i></a>")),
            ),
            ("no names at all", redesigned(|a, t, d| format!("<p><em>{d}</em> <a href='{a}'>{t}</a></p>"))),
            (
                "other addresses",
                redesigned(|a, t, d| {
                    format!("<article><a href='/archive{a}'>{t}</a><time datetime='{d}'>{d}</time></article>")
                }),
            ),
            (
                "words beside the link",
                redesigned(|a, t, d| {
                    format!(
                        "<div class=entry><span class=headline>{t}</span><small>{d}</small><a href='{a}'>Read</a></div>"
                    )
                }),
            ),
        ] {
            let learned = learn(&page, &known()).unwrap_or_else(|| panic!("{why}"));
            let teasers = &learned.listing.value.teasers;
            let titles: Vec<&str> = teasers.iter().filter_map(|t| t.headline.as_deref()).collect();
            assert_eq!(titles.len(), 8, "{why}: {titles:?}");
            assert!(TITLES.iter().all(|title| titles.contains(title)), "{why}: {titles:?} {:?}", learned.rules);
            assert!(!titles.iter().any(|t| t.contains("Section") || t.contains("Much read")), "{why}: {titles:?}");
            let compiled =
                CompiledRules::compile(&Rules { listing: learned.rules.clone(), ..Rules::default() }).unwrap();
            let by_rules = html::read(&page, &compiled).value.teasers;
            assert!(by_rules.iter().filter(|t| t.published.is_some()).count() >= 7, "{why}: {:?}", learned.rules);
        }
    }

    #[test]
    fn headings_between_the_items_are_no_items() {
        let page = redesigned(|a, t, d| format!("<div>{d}</div><div><a href='{a}'>{t}</a></div>"));
        let learned = learn(&page, &known()).unwrap();
        let compiled = CompiledRules::compile(&Rules { listing: learned.rules.clone(), ..Rules::default() }).unwrap();
        let teasers = html::read(&page, &compiled).value.teasers;
        assert!(teasers.len() == 8 && teasers.iter().all(|t| t.link.is_some()), "{:?} {teasers:?}", learned.rules);
    }

    #[test]
    fn a_page_without_what_is_known_teaches_nothing() {
        let html: String =
            (0..20).map(|n| format!("<li><a href='/y/{n}'>Some other headline number {n}</a></li>")).collect();
        assert_eq!(learn(&page("https://lantern.example/", &html), &known()), None);
        // Two of six in a box of the most read are no list.
        let html = format!(
            "<ul><li><a href='/news/1.html'>{}</a><li><a href='/news/2.html'>{}</a></ul>",
            TITLES[1], TITLES[2]
        );
        assert_eq!(learn(&page("https://lantern.example/", &html), &known()), None);
        assert_eq!(learn(&page("https://lantern.example/", ""), &[]), None);
    }
}
