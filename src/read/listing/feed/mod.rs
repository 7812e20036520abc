//! Feeds: RSS, RDF, Atom, JSON Feed, CDF, and OPML lists of feeds.
//!
//! One tolerant reader for good feeds and bad ones, so that both are read alike. Values are taken as they
//! stand: nothing is made up where a feed is silent, and dates stay as written.

mod address;
mod atom;
mod cdf;
mod extras;
mod json;
mod media;
mod opml;
mod person;
mod podcast;
mod rows;
mod rss;
mod sniff;
#[cfg(test)]
mod tests;
mod text;

use crate::model::{Announced, FeedFormat, Listing, ListingMethod, Page, PageKind, Problem, Read, Way};
use crate::read::xml::{Element, Space, Xml};

use super::notice::calls_error;
use super::{Noted, nothing};
pub(super) use rows::follow;
pub(super) use sniff::looks_like_feed;

/// Most entries taken of one feed: more than any newspaper or podcast keeps in one, and little enough for a small
/// machine.
const MAX_ENTRIES: usize = 10_000;

/// Reads a feed of any kind; a document that is none is refused with the reason.
pub(super) fn read(page: &Page) -> Read<Listing> {
    let Read { value, problems } = note(page, false);
    Read { value: value.listing, problems }
}

/// Reads a feed of any kind, and where it is `noting`, also what each of its entries was read as, for [`follow`] to go by
/// the next time.
pub(super) fn note(page: &Page, noting: bool) -> Read<Noted> {
    let plainly = |Read { value, problems }: Read<Listing>| Read {
        value: Noted { listing: value, ..Noted::default() },
        problems,
    };
    let text = beginning(page);
    if text.is_empty() {
        return plainly(nothing("not a feed: the document is empty"));
    }
    if is_packed(&page.body) {
        let why = "not a feed: the document is compressed data that cannot be unpacked within bounds";
        return plainly(nothing(why));
    }
    if text.starts_with('{') {
        return plainly(json::read(page, text));
    }
    let xml = Xml::parse(text);
    let Some(listing) = told(&xml, page) else {
        let what = match xml.tops().next() {
            Some(top) => format!("its outermost element is `{}`", shown(top.local())),
            None => "it holds no markup".to_owned(),
        };
        return plainly(nothing(format!("not a feed: {what}, none of RSS, RDF, Atom, CDF or OPML")));
    };
    let mut problems = Vec::new();
    if xml.cut {
        problems.push(Problem::warning("the feed is too large or too deep; what lay beyond the bounds was left out"));
    }
    if listing.teasers.len() >= MAX_ENTRIES {
        problems
            .push(Problem::warning(format!("the feed is very long; only its first {MAX_ENTRIES} entries were read")));
    }
    let way = noting.then(|| rows::note(page, text, &xml, &listing)).flatten().map(Way::Feed);
    Read { value: Noted { listing, way, brief: false }, problems }
}

/// A document's text without what may stand before it.
fn beginning(page: &Page) -> &str {
    page.text.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace() || c == '\0')
}

/// What a document says, if it is a feed.
fn told(xml: &Xml, page: &Page) -> Option<Listing> {
    let root = root(xml)?;
    let (format, mut listing) = match root {
        Root::Rss(root) => (FeedFormat::Rss, rss::read(root, page)),
        Root::Rdf(root) => (FeedFormat::Rdf, rss::read(root, page)),
        Root::Atom(root) => (FeedFormat::Atom, atom::read(root, page)),
        Root::Cdf(root) => (FeedFormat::Cdf, cdf::read(root, page)),
        Root::Opml(root) => (FeedFormat::Opml, opml::read(root, page)),
        Root::Foaf(root) => (FeedFormat::Opml, opml::read_rdf(root, page)),
    };
    listing.announced = announced(&root, page);
    listing.new_address = podcast::new_address(&root);
    if is_error(&listing) {
        listing.page_kind = PageKind::Error;
    }
    listing.method = ListingMethod::Feed(format);
    listing.confidence = 1.0;
    if listing.language.is_none() {
        listing.language.clone_from(&page.content_language);
    }
    Some(listing)
}

/// Whether a feed tells of nothing but an error: by its title, where it has no entries, or by the only one that it has.
fn is_error(listing: &Listing) -> bool {
    let calls = |title: &Option<String>| title.as_deref().is_some_and(calls_error);
    match &*listing.teasers {
        [] => calls(&listing.title),
        [only] => calls(&only.headline),
        _ => false,
    }
}

/// The WebSub hub that a feed's Atom links announce.
fn announced(root: &Root, page: &Page) -> Option<Announced> {
    let (Root::Rss(root) | Root::Rdf(root) | Root::Atom(root)) = root else { return None };
    let channel = root.children().find(|e| e.local().eq_ignore_ascii_case("channel"));
    let of = |relation: &str| {
        let links = [Some(*root), channel].into_iter().flatten().flat_map(|place| place.children().take(256));
        let mut links = links.filter(|e| e.space() == Space::Atom && e.local().eq_ignore_ascii_case("link"));
        let link = links.find(|l| l.value("rel").is_some_and(|r| r.eq_ignore_ascii_case(relation)))?;
        address::resolve(link, page, link.value("href")?)
    };
    let hub = of("hub").filter(|hub| matches!(hub.scheme(), "http" | "https"))?;
    Some(Announced { hub, topic: of("self").unwrap_or_else(|| page.url.clone()) })
}

/// Whether bytes are still packed after unpacking: gzip, zlib, bzip2, xz, zstd or zip.
fn is_packed(body: &[u8]) -> bool {
    let zlib = matches!(body, [0x78, second, ..] if (0x7800 + u16::from(*second)) % 31 == 0 && *second > 0x7f);
    let beginnings: [&[u8]; 5] = [&[0x1f, 0x8b], b"BZh", &[0xfd, b'7', b'z'], &[0x28, 0xb5, 0x2f, 0xfd], b"PK\x03\x04"];
    zlib || body.first() == Some(&0x78) && body.get(1) == Some(&0x01) || beginnings.iter().any(|b| body.starts_with(b))
}

/// A name as a message may show it: short, and without control characters.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(40).collect()
}

/// The element that is the feed.
#[derive(Debug, Clone, Copy)]
enum Root<'x, 'a> {
    Rss(Element<'x, 'a>),
    Rdf(Element<'x, 'a>),
    Atom(Element<'x, 'a>),
    Cdf(Element<'x, 'a>),
    Opml(Element<'x, 'a>),
    Foaf(Element<'x, 'a>),
}

/// Finds the feed: the outermost element, or one that junk stands around.
fn root<'x, 'a>(xml: &'x Xml<'a>) -> Option<Root<'x, 'a>> {
    // Junk is shallow: a warning of the server's, a page around the feed.
    let tops: Vec<Element> = xml.tops().take(64).collect();
    let near =
        tops.iter().flat_map(|t| t.children().take(64)).flat_map(|c| std::iter::once(c).chain(c.children().take(64)));
    tops.iter().copied().find_map(kind_of).or_else(|| near.filter(|e| !e.is(Space::Plain, "channel")).find_map(kind_of))
}

fn kind_of<'x, 'a>(element: Element<'x, 'a>) -> Option<Root<'x, 'a>> {
    let space = element.space();
    match (&*element.local().to_ascii_lowercase(), space) {
        ("rss" | "rdf", Space::Plain | Space::Foreign | Space::Atom) => Some(Root::Rss(element)),
        ("rdf", Space::Rdf) if names_feeds(element) => Some(Root::Foaf(element)),
        ("rdf", Space::Rdf) => Some(Root::Rdf(element)),
        ("channel", Space::Rss11) => Some(Root::Rdf(element)),
        ("channel", _) if element.attribute("href").is_some() || has_cdf_entries(element) => Some(Root::Cdf(element)),
        ("channel", Space::Plain) => Some(Root::Rss(element)),
        ("feed", Space::Plain | Space::Atom) => Some(Root::Atom(element)),
        ("entry", Space::Atom) => Some(Root::Atom(element)),
        ("opml", _) => Some(Root::Opml(element)),
        _ => None,
    }
}

/// Whether RDF speaks of people, and so of other people's feeds.
fn names_feeds(root: Element) -> bool {
    let people = ["agent", "person", "group", "document"];
    root.children().next().is_some_and(|e| people.iter().any(|p| e.local().eq_ignore_ascii_case(p)))
}

fn has_cdf_entries(channel: Element) -> bool {
    channel.children().any(|e| {
        e.local().eq_ignore_ascii_case("abstract")
            || (e.local().eq_ignore_ascii_case("item")
                && ["href", "lastmod"].iter().any(|name| e.attribute(name).is_some()))
    })
}
