//! Entries rendered.
//!
//! Comes in: a feed and its entries. Goes out: a [`Document`]. Never: the store, a clock, async.
//!
//! [`render`] first chooses (one entry once, at most as many as the feed holds) and tidies (no character that
//! XML 1.0 forbids, no date that a format cannot write), so that each format's file only spells.

mod archive;
mod atom;
mod choose;
mod document;
mod excerpt;
mod extras;
mod genres;
mod json;
mod json_extras;
mod markup;
mod media;
mod media_type;
mod opml;
mod rss;
mod stories;
mod tidy;
mod words;

#[cfg(test)]
pub(crate) mod tests;

use chrono::{DateTime, Utc};

use crate::model::{Entry, Feed};

pub use choose::chosen;
pub use document::{Document, Format, History, Links, SourceLink, entity_tag};
pub use excerpt::{excerpt, visible_text};
pub use json::json_item;
pub use media_type::media_type_of;
pub use opml::opml;
pub use stories::told_once;
pub use words::{Words, folded};

/// Renders. The same feed, entries, links and `changed` give the same bytes.
///
/// Takes the entries in the order of publication (the store's); gives at most `feed.limit` of them, each id once.
pub fn render(feed: &Feed, entries: &[Entry], format: Format, links: &Links, changed: DateTime<Utc>) -> Document {
    let changed = tidy::moment(changed);
    let spelled = |entry| {
        let mut entry = tidy::entry(entry, feed);
        stories::say_where(&mut entry, links);
        entry
    };
    let entries: Vec<Entry> = chosen(feed, entries).into_iter().map(spelled).collect();
    let mut feed = tidy::feed(feed);
    feed.language = feed.language.take().or_else(|| common_language(&entries));
    let body = match format {
        Format::Rss => rss::write(&feed, &entries, links, changed),
        Format::Atom => atom::write(&feed, &entries, links, changed),
        Format::Json => json::write(&feed, &entries, links),
    };
    Document::new(format, body, changed)
}

/// The language of all entries that name one, where there is just one.
fn common_language(entries: &[Entry]) -> Option<String> {
    let mut named = entries.iter().filter_map(|entry| entry.language.as_ref());
    let first = named.next()?;
    named.all(|other| other == first).then(|| first.clone())
}
