//! Lists of feeds: OPML 1.0 and 2.0; and RDF that names people's weblogs (FOAF).

use std::collections::HashSet;

use crate::model::{FeedLink, Listing, Origin, Page, Person, Written, fold_space};
use crate::read::xml::{Element, Space};

use super::address::resolve;
use super::text;

/// Most feeds taken of one list.
const MAX_FEEDS: usize = 20_000;
/// Deepest nesting of folders that is told.
const MAX_FOLDERS: usize = 16;

/// Reads an `opml` element: its feeds, folders dissolved, in document order.
pub(super) fn read(root: Element, page: &Page) -> Listing {
    let head = root.child(Space::Plain, "head");
    let of = |name: &str| head.and_then(|h| h.child_text(Space::Plain, name)).map(|t| fold_space(&t));
    let date = |name: &str| of(name).map(|t| Written::new(t, Origin::Feed));
    let owner = Person {
        name: of("ownerName").or_else(|| of("ownerEmail")).unwrap_or_default(),
        email: of("ownerEmail"),
        url: of("ownerId"),
    };
    Listing {
        title: head.and_then(|h| h.child(Space::Plain, "title")).and_then(text::rss_title),
        authors: Some(owner).filter(|o| !o.name.is_empty()).into_iter().collect(),
        published: date("dateCreated"),
        updated: date("dateModified"),
        feeds: root.descendants().filter_map(|o| outline(o, page)).take(MAX_FEEDS).collect(),
        ..Listing::default()
    }
}

fn outline(outline: Element, page: &Page) -> Option<FeedLink> {
    if !outline.local().eq_ignore_ascii_case("outline") {
        return None;
    }
    let kind = outline.value("type").unwrap_or_default().to_ascii_lowercase();
    if matches!(&*kind, "source" | "include") {
        // Another list, not a feed.
        return None;
    }
    let feed = outline.value("xmlUrl");
    // A feed by its type may name its address in `url`; an inclusion or a plain link does not.
    let address = feed.or_else(|| matches!(&*kind, "rss" | "atom" | "feed").then(|| outline.value("url")).flatten())?;
    Some(FeedLink {
        url: resolve(outline, page, address)?,
        // OPML 2.0: `text` is what is shown; its owner may have written another than the feed's own title.
        title: outline.value("text").or_else(|| outline.value("title")).and_then(text::plain),
        media_type: Some(kind).filter(|k| !k.is_empty()),
        folders: folders(outline),
    })
}

/// The folders that an outline stands in, outermost first; else its `category`, slashes taken as levels.
fn folders(outline: Element) -> Vec<String> {
    let around = outline.ancestors().skip(1).take(MAX_FOLDERS).filter(|a| a.local().eq_ignore_ascii_case("outline"));
    let named = around.filter_map(|a| a.value("text").or_else(|| a.value("title")).and_then(text::plain));
    let mut folders: Vec<String> = named.collect();
    folders.reverse();
    if folders.is_empty()
        && let Some(first) = outline.value("category").and_then(|c| c.split(',').next())
    {
        folders = first.split('/').map(fold_space).filter(|f| !f.is_empty()).take(MAX_FOLDERS).collect();
    }
    folders
}

/// The feeds that an RDF document names without being one: `rss:channel` elements with an address, or a `feed`
/// that is a resource; titled by whose they are.
pub(super) fn read_rdf(root: Element, page: &Page) -> Listing {
    let mut feeds: Vec<FeedLink> = Vec::new();
    let mut known = HashSet::new();
    for element in root.descendants() {
        let address = match &*element.local().to_ascii_lowercase() {
            "channel" => element.attribute_of(Space::Rdf, "about"),
            "feed" => element.attribute_of(Space::Rdf, "resource"),
            _ => None,
        };
        let Some(url) = address.and_then(|a| resolve(element, page, a)) else { continue };
        if feeds.len() < MAX_FEEDS && known.insert(url.clone()) {
            let owner = element.ancestors().find_map(|a| {
                let name = a.children().find(|e| e.local().eq_ignore_ascii_case("name"));
                name.or_else(|| a.children().find(|e| e.local().eq_ignore_ascii_case("nick")))
            });
            feeds.push(FeedLink { url, title: owner.and_then(text::rss_title), media_type: None, folders: Vec::new() });
        }
    }
    Listing { feeds, ..Listing::default() }
}
