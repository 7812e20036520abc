use std::collections::BTreeMap;

use askama::Template;

use super::entry::Seen;
use super::frame::{Document, Frame, documents};
use super::write;
use crate::model::{Entry, Feed, SourceId};
use crate::publish::chosen;
use crate::serve::addresses::{Addresses, Collection};

#[derive(Template)]
#[template(path = "feed.html")]
struct Page<'a> {
    frame: Frame,
    title: &'a str,
    description: Option<&'a str>,
    documents: Vec<Document>,
    entries: Vec<Seen>,
}

/// The page to read a feed on. A feed of several sources names each entry's.
pub(in crate::serve) fn feed(
    addresses: &Addresses,
    collection: Collection,
    feed: &Feed,
    entries: &[Entry],
    sources: &BTreeMap<SourceId, String>,
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
        documents: documents(addresses, collection, id, &feed.title),
        entries: entries.into_iter().map(|entry| Seen::of(entry, addresses, sources, feed.full_text)).collect(),
    })
}
