use askama::Template;

use super::frame::{Document, Frame, When, documents};
use super::write;
use crate::model::{Entry, Feed};
use crate::serve::addresses::{Addresses, Collection};

/// What the index shows of one feed.
pub(in crate::serve) struct Shown<'a> {
    /// The feed.
    pub feed: &'a Feed,
    /// How many entries its sources hold.
    pub count: u64,
    /// Its latest entries.
    pub latest: Vec<Entry>,
}

#[derive(Template)]
#[template(path = "index.html")]
struct Page<'a> {
    frame: Frame,
    opml: String,
    feeds: Vec<Card<'a>>,
    sources: Vec<Card<'a>>,
}

struct Card<'a> {
    title: &'a str,
    description: Option<&'a str>,
    lang: Option<&'a str>,
    page: String,
    documents: Vec<Document>,
    count: u64,
    latest: Vec<Line>,
}

struct Line {
    title: String,
    lang: Option<String>,
    href: String,
    when: When,
}

/// The index of all feeds and sources.
pub(in crate::serve) fn index<'a>(addresses: &Addresses, feeds: Vec<Shown<'a>>, sources: Vec<Shown<'a>>) -> String {
    let mut frame = Frame::plain("Feeds".to_owned(), addresses);
    frame.alternates =
        feeds.iter().flat_map(|s| documents(addresses, Collection::Feed, s.feed.id.as_str(), &s.feed.title)).collect();
    let cards = |collection, shown: Vec<Shown<'a>>| {
        shown.into_iter().map(|s| card(addresses, collection, s.feed, s.count, s.latest)).collect()
    };
    write(&Page {
        frame,
        opml: addresses.opml(),
        feeds: cards(Collection::Feed, feeds),
        sources: cards(Collection::Source, sources),
    })
}

fn card<'a>(addresses: &Addresses, collection: Collection, feed: &'a Feed, count: u64, latest: Vec<Entry>) -> Card<'a> {
    let line = |entry: Entry| Line {
        href: addresses.entry(&entry.id),
        title: entry.title,
        lang: entry.language,
        when: When(entry.published),
    };
    Card {
        title: &feed.title,
        description: feed.description.as_deref(),
        lang: feed.language.as_deref(),
        page: addresses.page(collection, feed.id.as_str()),
        documents: documents(addresses, collection, feed.id.as_str(), &feed.title),
        count,
        latest: latest.into_iter().map(line).collect(),
    }
}
