//! HTML pages that list things to read: by rules, else by looking.

use std::borrow::Cow;

use scraper::node::Element;
use scraper::{Html, Node};
use url::Url;

use super::embedded;
use super::guess;
use super::guided::{self, Reading};
use super::head::Head;
use super::islands;
use super::notice::NEXT_TO_NOTHING;
use super::outline::Outline;
use super::weighed::Weighed;
use super::{Extent, Noted, by_rules, page_kind, paging, targets, teasers};
use crate::dates::Context;
use crate::html::parse_html;
use crate::model::{Kind, Listing, ListingMethod, Page, PageKind, Problem, Read, Teaser, Way, text_weight};
use crate::read::{CompiledRules, fitting_feeds};

/// Most frames of a page that are told.
const MOST_FRAMES: usize = 4;

/// Reads the list of an HTML page.
pub(super) fn read(page: &Page, rules: &CompiledRules) -> Read<Listing> {
    let Read { value, problems } = note(page, Kind::Listing, rules, Extent::Whole);
    Read { value: value.listing, problems }
}

/// Reads as much of it as is wanted; notes where it stands, where that was found by looking.
pub(super) fn note(page: &Page, kind: Kind, rules: &CompiledRules, extent: Extent) -> Read<Noted> {
    let text = islands::unfold(&page.text);
    let mut tree = parse_html(&text);
    let outline = Outline::of(&tree.html);
    let head = Head::of(&outline, page, title(&tree.html));
    let base = head.base.clone().unwrap_or_else(|| page.url.clone());
    let context = Context::on(page, head.language.as_deref());
    let feeds = head.feeds(&outline, &base);
    let by_looking = rules.listing().item.is_none();
    let may_have_stand_in = extent != Extent::Whole && kind == Kind::Auto && by_looking;
    let has_stand_in = may_have_stand_in && !fitting_feeds(page, &feeds).is_empty();
    let sought = by_looking.then(|| Sought::on(&outline, page, &base, &context));
    if has_stand_in
        && extent == Extent::Brief
        && let Some(sought) = &sought
        && let Some(teasers) = sought.addresses()
        && !page_kind::is_walled(&outline, &head, &sought.leads())
    {
        let listing = Listing { method: ListingMethod::Guess, teasers, feeds, ..Listing::default() };
        return Read::clean(Noted { listing, brief: true, ..Noted::default() });
    }
    let over = outline.links.len().saturating_sub(targets::MOST_LINKS);
    if over > 0 {
        tree.problems
            .push(Problem::warning(format!("the page's last {over} links of {} were left out", outline.links.len())));
    }
    let (mut listing, looked) = match sought {
        Some(sought) => look(sought, &outline, &base, &context, &mut tree.problems),
        None => {
            let Read { value, problems } = by_rules::read(&tree.html, rules.listing(), &base, &context);
            tree.problems.extend(problems);
            (value.listing, Looked { items: value.items, ..Looked::default() })
        }
    };
    head.tell(&outline, page, &base, &mut listing);
    listing.feeds = feeds;
    let seen = page_kind::of(&outline, &head, page, &listing, &looked.leads);
    listing.page_kind = seen.kind;
    if listing.page_kind == PageKind::Article && !listing.teasers.is_empty() {
        tree.problems.push(Problem::warning(
            "the page reads like one article, and what was taken for its list stands beside it; \
             `kind = \"page\"` watches a single page",
        ));
    }
    if listing.page_kind == PageKind::Other {
        tree.problems.extend(framed(&outline, &base));
    }
    listing.next = match &rules.listing().next {
        Some(_) => by_rules::next(&tree.html, rules.listing(), &base),
        None => paging::next(&outline, &head, &page.url, &base),
    };
    // A feed that may serve in the page's stead is looked at each time.
    let noting = extent != Extent::Whole && !has_stand_in;
    let plain = noting && !looked.scripted && seen.clear && tree.problems.is_empty();
    let guide = (plain && matches!(text, Cow::Borrowed(_))).then(|| {
        let Looked { sought: Sought { found, candidates, .. }, items, .. } = &looked;
        let (rules, in_order) = (rules.listing(), tree.in_order);
        let (outline, base, context) = (&outline, &base, &context);
        let reading = Reading { page, outline, base, context, rules, found, candidates, items, in_order };
        guided::note(&reading, &listing)
    });
    Read {
        value: Noted { listing, way: guide.flatten().map(|guide| Way::Page(Box::new(guide))), brief: false },
        problems: tree.problems,
    }
}

/// What the page was searched by.
#[derive(Default)]
struct Looked<'h> {
    /// The elements that rules found.
    items: Vec<&'h Element>,
    /// The rows of the links that lead the list, in page order.
    leads: Vec<usize>,
    sought: Sought,
    /// Whether scripts of the page hold lists, too.
    scripted: bool,
}

/// A page's links, weighed.
#[derive(Default)]
struct Sought {
    found: Vec<targets::Target>,
    candidates: Vec<guess::Candidate>,
    /// How likely those that were taken are the page's list.
    confidence: f32,
}

impl Sought {
    /// Finds the links that are the list.
    fn on(outline: &Outline, page: &Page, base: &url::Url, context: &Context) -> Self {
        let found = targets::gather(outline, &page.url, base);
        let candidates = guess::candidates(outline, &found, context);
        let confidence = candidates.iter().filter(|c| c.taken).map(|c| c.score).fold(0.0, f32::max);
        Self { found, candidates, confidence }
    }

    /// The list, in page order.
    fn chosen(&self) -> Vec<&targets::Target> {
        guess::choose(&self.candidates, &self.found).iter().filter_map(|t| self.found.get(*t)).collect()
    }

    /// The rows of the links that lead the list, in page order.
    fn leads(&self) -> Vec<usize> {
        let mut leads: Vec<usize> = self.chosen().iter().map(|target| target.best).collect();
        leads.sort_unstable();
        leads
    }

    /// Whether records in the page's scripts are no better list.
    fn beats(&self, listed: usize, records: usize) -> bool {
        self.confidence >= 0.5 && (listed >= 2 || records < 5)
    }

    /// Where the list leads, and no more; nothing where scripts may hold a better one.
    fn addresses(&self) -> Option<Vec<Teaser>> {
        let chosen = self.chosen();
        let teaser = |target: &&targets::Target| Teaser { link: Some(target.url.clone()), ..Teaser::default() };
        self.beats(chosen.len(), usize::MAX).then(|| chosen.iter().map(teaser).collect())
    }
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
    sought: Sought,
    outline: &Outline,
    base: &url::Url,
    context: &Context,
    problems: &mut Vec<Problem>,
) -> (Listing, Looked<'static>) {
    let (chosen, leads) = (sought.chosen(), sought.leads());
    let mut seen = teasers::read(outline, &chosen, base, context);
    let Read { value: records, problems: unread } = embedded::gather(outline, base, context);
    problems.extend(unread);
    complete(&mut seen, &records);
    let confidence = sought.confidence;
    let scripted = !records.is_empty();
    let best = records.into_iter().filter(|r| r.teasers.len() >= 3).max_by_key(|r| (r.declared, r.teasers.len()));
    let best = best.filter(|records| !sought.beats(seen.len(), records.teasers.len()));
    let looked = Looked { items: Vec::new(), leads, sought, scripted };
    if let Some(best) = best {
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

/// That a page shows next to nothing but frames, and where these lead.
fn framed(outline: &Outline, base: &Url) -> Option<Problem> {
    let rows = (0..outline.nodes.len()).filter(|row| matches!(outline.tag(*row), "frame" | "iframe"));
    let sources = rows.filter_map(|row| base.join(outline.attribute(row, "src")?).ok());
    let web = sources.filter(|url| matches!(url.scheme(), "http" | "https"));
    let frames: Vec<String> = web.map(String::from).take(MOST_FRAMES).collect();
    if frames.is_empty() || text_weight(&outline.text) >= NEXT_TO_NOTHING {
        return None;
    }
    let frames = frames.join(", ");
    Some(Problem::warning(format!("what the page shows stands in frames: watch the one that has the list ({frames})")))
}

/// The words of the first `title` outside of pictures.
fn title(html: &Html) -> Option<String> {
    let title = html.tree.nodes().find(|n| {
        matches!(n.value(), Node::Element(e) if e.name() == "title" && &*e.name.ns == "http://www.w3.org/1999/xhtml")
    })?;
    Some(title.children().filter_map(|c| c.value().as_text().map(|t| t.to_string())).collect())
}

#[cfg(test)]
mod tests {
    use super::super::{note_listing, page, read_listing};
    use super::*;

    #[test]
    fn of_a_page_of_frames_these_are_told() {
        let frames = "<frameset cols='20%,*'><frame src=menu.html><frame src=/news/></frameset>";
        let boxed = "<body><iframe src=about:blank></iframe><iframe src=/news/></iframe>";
        for (body, expected) in [
            (frames, Some("(https://paper.example/menu.html, https://paper.example/news/)")),
            (boxed, Some("(https://paper.example/news/)")),
            ("<p>Nothing</p>", None),
        ] {
            let page = page("https://paper.example/", &format!("<html><head><title>The Paper</title></head>{body}"));
            let read = read_listing(&page, Kind::Auto, &CompiledRules::default());
            let told = read.problems.first().map(|problem| problem.message.as_str());
            assert_eq!(told.is_some(), expected.is_some(), "{body}: {told:?}");
            assert!(told.zip(expected).is_none_or(|(told, end)| told.ends_with(end)), "{told:?}");
        }
    }

    #[test]
    fn a_list_that_is_read_briefly_leads_where_it_leads_in_full() {
        let row = |n| format!("<li><h3><a href=/news/{n}.html>The harbour's news of day {n}, told in full</a></h3>");
        let rows: String = (1..9).map(row).collect();
        let feed = "<link rel=alternate type=application/rss+xml href=/feed>";
        for (head, kind, brief) in [(feed, Kind::Auto, true), ("", Kind::Auto, false), (feed, Kind::Listing, false)] {
            let page = page("https://paper.example/", &format!("{head}<nav><a href=/about>About</a></nav><ul>{rows}"));
            let read = note_listing(&page, kind, &CompiledRules::default(), Extent::Brief).value;
            let whole = read_listing(&page, kind, &CompiledRules::default()).value;
            let links = |list: &Listing| list.teasers.iter().map(|t| t.link.clone()).collect::<Vec<Option<Url>>>();
            assert_eq!((read.brief, links(&read.listing)), (brief, links(&whole)), "{head} {kind:?}");
            assert_eq!((whole.teasers.len(), read.listing.feeds), (8, whole.feeds));
        }
    }
}
