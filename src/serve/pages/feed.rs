use std::collections::BTreeMap;

use askama::Template;

use super::entry::Seen;
use super::frame::{Document, Frame, documents};
use super::write;
use crate::model::{Entry, Feed, SourceId};
use crate::publish::{Format, chosen};
use crate::serve::addresses::{Addresses, Collection};
use crate::serve::router::Shape;

#[derive(Template)]
#[template(path = "feed.html")]
struct Page<'a> {
    frame: Frame,
    title: &'a str,
    description: Option<&'a str>,
    opened: Option<Opened>,
    documents: Vec<Document>,
    entries: Vec<Seen>,
}

/// A document whose address was opened in a browser.
struct Opened {
    name: &'static str,
    address: String,
    /// Where the document itself is shown.
    raw: String,
}

/// The page to read a feed on; `opened`: it stands in for this document, and says so. A feed of several sources names each entry's.
pub(in crate::serve) fn feed(
    addresses: &Addresses,
    collection: Collection,
    feed: &Feed,
    entries: &[Entry],
    sources: &BTreeMap<SourceId, String>,
    opened: Option<Format>,
) -> String {
    let id = feed.id.as_str();
    let none = BTreeMap::new();
    let sources = if feed.selection.sources.len() > 1 { sources } else { &none };
    let mut frame = Frame::plain(feed.title.clone(), addresses);
    frame.lang = feed.language.clone().unwrap_or(frame.lang);
    frame.alternates = documents(addresses, collection, id, &feed.title);
    let entries = chosen(feed, entries);
    write(&Page {
        frame,
        title: &feed.title,
        description: feed.description.as_deref(),
        opened: opened.map(|format| Opened {
            name: format.name(),
            address: addresses.absolute(collection, id, Shape::Document(format)),
            raw: addresses.query("raw"),
        }),
        documents: documents(addresses, collection, id, &feed.title),
        entries: entries.into_iter().map(|entry| Seen::of(entry, addresses, sources, feed.full_text, 3)).collect(),
    })
}
