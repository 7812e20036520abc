//! By rules: the operator says where the list is.

use scraper::node::Element;
use scraper::{ElementRef, Html};
use url::Url;

use crate::dates::Context;
use crate::model::{Listing, ListingMethod, Person, Problem, Read, Teaser, fold_space};
use crate::read::picked::{address, date_of, picture_of};
use crate::read::rules::{ListingPickers, Picker};

/// Most teasers read from one page.
const MOST_TEASERS: usize = 5_000;
/// Most categories of one.
const MOST_VALUES: usize = 64;

/// What rules find on a page.
#[derive(Default)]
pub(super) struct Found<'h> {
    pub(super) listing: Listing,
    /// The element of each of its teasers.
    pub(super) items: Vec<&'h Element>,
}

/// Reads the teasers that the rules find.
pub(super) fn read<'h>(html: &'h Html, rules: &ListingPickers, base: &Url, context: &Context) -> Read<Found<'h>> {
    let mut listing = Listing { method: ListingMethod::Rules, confidence: 1.0, ..Listing::default() };
    let mut items = Vec::new();
    let Some(item) = &rules.item else { return Read::clean(Found { listing, items }) };
    let root = html.root_element();
    let containers = rules.container.as_ref().map(|c| c.elements(root));
    if containers.as_ref().is_some_and(Vec::is_empty) {
        let problem = "the page has changed: nothing on it matches `listing.container`; look at the page and mend the rule, \
                       or take the rules out and let the list be found";
        return Read { value: Found { listing, items }, problems: vec![Problem::failure(problem)] };
    }
    let mut problems = Vec::new();
    let (mut matched, mut without_link, mut undated, mut beyond) = (0usize, 0usize, 0usize, 0usize);
    // Containers may lie in each other; an element is read once.
    let mut seen = std::collections::HashSet::new();
    for within in containers.clone().unwrap_or_else(|| vec![root]) {
        for element in item.elements(within) {
            if !seen.insert(element.id()) {
                continue;
            }
            if listing.teasers.len() >= MOST_TEASERS {
                beyond += 1;
                continue;
            }
            matched += 1;
            let teaser = teaser(element, rules, base, context);
            undated += usize::from(!rules.date.is_empty() && teaser.published.is_none());
            if teaser.link.is_some() || teaser.headline.is_some() {
                listing.teasers.push(teaser);
                items.push(element.value());
            } else {
                without_link += 1;
            }
        }
    }
    if matched == 0 && containers.is_none() {
        let problem = "nothing on the page matches `listing.item`: it has changed, or has no news now; \
                       name a `listing.container` that stays, and an empty list will not count as a failure";
        problems.push(Problem::failure(problem));
    }
    if without_link > 0 {
        let kind = if without_link == matched { Problem::failure } else { Problem::note };
        problems.push(kind(format!(
            "{without_link} of {matched} elements that match `listing.item` have neither link nor headline"
        )));
    }
    if beyond > 0 {
        problems.push(Problem::warning(format!(
            "`listing.item` matches {} elements; the last {beyond} were left out",
            matched + beyond
        )));
    }
    if undated > 0 && undated == matched {
        problems
            .push(Problem::warning("`listing.date` gave no date that can be read for any teaser; see what it selects"));
    }
    Read { value: Found { listing, items }, problems }
}

/// The next page by the operator's rule.
pub(super) fn next(html: &Html, rules: &ListingPickers, base: &Url) -> Option<Url> {
    let picker = rules.next.as_ref()?;
    picker.elements(html.root_element()).into_iter().find_map(|e| link_of(picker, e, base))
}

fn teaser(element: ElementRef, rules: &ListingPickers, base: &Url, context: &Context) -> Teaser {
    let anchor = first_anchor(element);
    let picked = rules.link.iter().find_map(|p| p.elements(element).into_iter().find_map(|e| link_of(p, e, base)));
    let link = picked.or_else(|| address(anchor?.attr("href")?, base));
    let headline = rules.title.iter().find_map(|p| p.value(element)).or_else(|| headline_of(anchor?)).or_else(|| {
        // An item that is no link at all still has words.
        Some(fold_space(&element.text().collect::<String>()))
            .filter(|t| !t.is_empty() && rules.title.is_empty() && anchor.is_none())
    });
    Teaser {
        link,
        headline,
        published: rules.date.iter().find_map(|p| p.elements(element).into_iter().find_map(|e| date_of(p, e, context))),
        summary: rules.summary.iter().find_map(|p| p.value(element)),
        picture: rules.image.iter().find_map(|p| p.elements(element).into_iter().find_map(|e| picture_of(p, e, base))),
        content: rules.content.iter().find_map(|p| content_of(p, element)),
        guid: rules.id.iter().find_map(|p| p.value(element)),
        categories: rules.category.iter().map(|p| values(p, element)).find(|v| !v.is_empty()).unwrap_or_default(),
        authors: rules.author.iter().find_map(|p| p.value(element)).map(Person::named).into_iter().collect(),
        ..Teaser::default()
    }
}

/// The HTML of a picked element, or the attribute asked for.
fn content_of(picker: &Picker, within: ElementRef) -> Option<String> {
    let html = |element: ElementRef| match picker.attribute() {
        Some(name) => element.attr(name).unwrap_or_default().to_owned(),
        None => element.inner_html(),
    };
    let all: Vec<String> = picker.elements(within).into_iter().map(html).collect();
    Some(all.join("\n")).filter(|html| !html.trim().is_empty())
}

/// All values that a rule picks.
fn values(picker: &Picker, within: ElementRef) -> Vec<String> {
    let all = picker.elements(within).into_iter().take(MOST_VALUES).map(|element| picker.value_of(element));
    all.filter(|value| !value.is_empty()).collect()
}

/// The element itself if it is a link, else the first link inside that has words, else the first.
fn first_anchor(element: ElementRef) -> Option<ElementRef> {
    let is_link = |e: &ElementRef| e.value().name() == "a" && e.attr("href").is_some_and(|h| !h.starts_with('#'));
    if is_link(&element) {
        return Some(element);
    }
    let links: Vec<ElementRef> = element.descendants().filter_map(ElementRef::wrap).filter(is_link).take(50).collect();
    links.iter().find(|l| l.text().any(|t| !t.trim().is_empty())).or(links.first()).copied()
}

/// The words of a link; its `title` where the words are cut or missing.
fn headline_of(anchor: ElementRef) -> Option<String> {
    let words = fold_space(&anchor.text().collect::<String>());
    let title = fold_space(anchor.attr("title").unwrap_or_default());
    let best = if words.is_empty() { title } else { super::titles::uncut(words, &title) };
    Some(best).filter(|t| !t.is_empty())
}

/// Where a picked element leads: the attribute asked for, else its own `href`, else that of a link inside.
fn link_of(picker: &Picker, element: ElementRef, base: &Url) -> Option<Url> {
    match picker.attribute() {
        Some(name) => address(element.attr(name)?, base),
        None => address(element.attr("href").or_else(|| first_anchor(element)?.attr("href"))?, base),
    }
}
