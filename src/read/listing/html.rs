//! HTML pages that list things to read: by rules, else by looking.

use std::borrow::Cow;

use scraper::{Html, Node};

use super::embedded;
use super::guess;
use super::guided::{self, Reading};
use super::head::Head;
use super::islands;
use super::outline::Outline;
use super::weighed::Weighed;
use super::{by_rules, page_kind, paging, targets, teasers};
use crate::dates::Context;
use crate::html::parse_html;
use crate::model::{Guide, Listing, ListingMethod, Page, PageKind, Problem, Read, Teaser};
use crate::read::CompiledRules;

/// Reads the list of an HTML page.
pub(super) fn read(page: &Page, rules: &CompiledRules) -> Read<Listing> {
    let Read { value: (listing, _), problems } = made(page, rules, false);
    Read { value: listing, problems }
}

/// Reads it, and notes where it stands, where that was found by looking.
pub(super) fn read_noting(page: &Page, rules: &CompiledRules) -> Read<(Listing, Option<Guide>)> {
    made(page, rules, true)
}

fn made(page: &Page, rules: &CompiledRules, noting: bool) -> Read<(Listing, Option<Guide>)> {
    let text = islands::unfold(&page.text);
    let mut tree = parse_html(&text);
    let outline = Outline::of(&tree.html);
    let head = Head::of(&outline, page, title(&tree.html));
    let base = head.base.clone().unwrap_or_else(|| page.url.clone());
    let context = Context::on(page, head.language.as_deref());
    let over = outline.links.len().saturating_sub(targets::MOST_LINKS);
    if over > 0 {
        tree.problems
            .push(Problem::warning(format!("the page's last {over} links of {} were left out", outline.links.len())));
    }
    let (mut listing, looked) = if rules.listing().item.is_some() {
        let Read { value, problems } = by_rules::read(&tree.html, rules.listing(), &base, &context);
        tree.problems.extend(problems);
        (value, Looked::default())
    } else {
        look(&outline, page, &base, &context, &mut tree.problems)
    };
    head.tell(&outline, page, &base, &mut listing);
    let seen = page_kind::of(&outline, &head, page, &listing, &looked.leads);
    listing.page_kind = seen.kind;
    if listing.page_kind == PageKind::Article && !listing.teasers.is_empty() {
        tree.problems.push(Problem::warning(
            "the page reads like one article, and what was taken for its list stands beside it; \
             `kind = \"page\"` watches a single page",
        ));
    }
    listing.next = match &rules.listing().next {
        Some(_) => by_rules::next(&tree.html, rules.listing(), &base),
        None => paging::next(&outline, &head, &page.url, &base),
    };
    let plain = noting && tree.in_order && !looked.scripted && seen.clear && tree.problems.is_empty();
    let guide = (plain && matches!(text, Cow::Borrowed(_))).then(|| {
        let Looked { found, candidates, .. } = &looked;
        let reading = Reading { page, outline: &outline, base: &base, context: &context, found, candidates };
        guided::note(&reading, &listing)
    });
    Read { value: (listing, guide.flatten()), problems: tree.problems }
}

/// What the page was searched by.
#[derive(Default)]
struct Looked {
    /// The rows of the links that lead the list, in page order.
    leads: Vec<usize>,
    found: Vec<targets::Target>,
    candidates: Vec<guess::Candidate>,
    /// Whether scripts of the page hold lists, too.
    scripted: bool,
}

/// The groups of links on a page and what speaks for each, best first: why the list was found where it was.
pub fn weigh_links(page: &Page) -> Vec<Weighed> {
    let text = islands::unfold(&page.text);
    let tree = parse_html(&text);
    let outline = Outline::of(&tree.html);
    let head = Head::of(&outline, page, None);
    let base = head.base.clone().unwrap_or_else(|| page.url.clone());
    let context = Context::on(page, head.language.as_deref());
    let found = targets::gather(&outline, &page.url, &base);
    let mut weighed: Vec<Weighed> =
        guess::candidates(&outline, &found, &context).iter().map(|c| Weighed::of(c, &found)).collect();
    weighed.sort_by(|a, b| b.score.total_cmp(&a.score));
    weighed
}

/// Finds the list without rules; also what it was found by.
fn look(
    outline: &Outline,
    page: &Page,
    base: &url::Url,
    context: &Context,
    problems: &mut Vec<Problem>,
) -> (Listing, Looked) {
    let found = targets::gather(outline, &page.url, base);
    let candidates = guess::candidates(outline, &found, context);
    let chosen: Vec<&targets::Target> =
        guess::choose(&candidates, &found).iter().filter_map(|t| found.get(*t)).collect();
    let mut leads: Vec<usize> = chosen.iter().map(|target| target.best).collect();
    leads.sort_unstable();
    let confidence = candidates.iter().filter(|c| c.taken).map(|c| c.score).fold(0.0, f32::max);
    let mut seen = teasers::read(outline, &chosen, base, context);
    let Read { value: records, problems: unread } = embedded::gather(outline, base, context);
    problems.extend(unread);
    complete(&mut seen, &records);
    let looked = Looked { leads, scripted: !records.is_empty(), candidates, found };
    let best = records.into_iter().filter(|r| r.teasers.len() >= 3).max_by_key(|r| (r.declared, r.teasers.len()));
    if let Some(best) = best.filter(|r| confidence < 0.5 || r.teasers.len() >= 5 && seen.len() < 2) {
        let found = Listing { method: ListingMethod::Embedded, teasers: best.teasers, ..Listing::default() };
        return (Listing { confidence: 0.6, ..found }, looked);
    }
    (Listing { method: ListingMethod::Guess, confidence, teasers: seen, ..Listing::default() }, looked)
}

/// Fills what the page does not show from what its scripts say of the same addresses.
fn complete(teasers: &mut [Teaser], records: &[embedded::Records]) {
    if records.is_empty() {
        return;
    }
    let known = embedded::by_address(records);
    for teaser in teasers {
        let Some(record) = teaser.link.as_ref().and_then(|l| known.get(embedded::path_of(l))) else { continue };
        if teaser.published.as_ref().is_none_or(|w| w.origin > crate::model::Origin::TimeElement)
            && record.published.is_some()
        {
            teaser.published.clone_from(&record.published);
        }
        if teaser.headline.is_none() {
            teaser.headline.clone_from(&record.headline);
        }
        if teaser.summary.is_none() {
            teaser.summary.clone_from(&record.summary);
        }
        if teaser.picture.is_none() {
            teaser.picture.clone_from(&record.picture);
        }
        if teaser.authors.is_empty() {
            teaser.authors.clone_from(&record.authors);
        }
    }
}

/// The words of the first `title` outside of pictures.
fn title(html: &Html) -> Option<String> {
    let title = html.tree.nodes().find(|n| {
        matches!(n.value(), Node::Element(e) if e.name() == "title" && &*e.name.ns == "http://www.w3.org/1999/xhtml")
    })?;
    Some(title.children().filter_map(|c| c.value().as_text().map(|t| t.to_string())).collect())
}
