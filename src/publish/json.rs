//! JSON Feed 1.1.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use super::Links;
use super::json_extras::Carried;
use crate::model::{Enclosure, Entry, Feed, Person};

/// The top level, as the specification names it.
#[derive(Serialize)]
struct Top<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a str,
    feed_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hubs: Vec<Hub<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<&'a str>,
    #[serde(flatten)]
    carried: Carried<'a>,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Hub<'a> {
    r#type: &'static str,
    url: &'a str,
}

/// An entry, under the specification's name.
#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_html: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    date_published: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_modified: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    tags: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment<'a>>,
    #[serde(flatten)]
    carried: Carried<'a>,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Attachment<'a> {
    url: &'a str,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_in_seconds: Option<u64>,
}

pub(super) fn write(feed: &Feed, entries: &[Entry], links: &Links) -> Vec<u8> {
    let about = feed.about.as_deref();
    let top = Top {
        version: "https://jsonfeed.org/version/1.1",
        title: &feed.title,
        home_page_url: &links.home,
        feed_url: &links.this,
        description: feed.description.as_deref().or_else(|| about?.description.as_deref()),
        language: feed.language.as_deref(),
        hubs: links.hub.iter().map(|url| Hub { r#type: "WebSub", url }).collect(),
        next_url: links.history.previous.as_deref(),
        icon: about.and_then(|about| about.picture.as_ref()).map(|picture| picture.url.as_str()),
        carried: about.map(Carried::of_feed).unwrap_or_default(),
        items: entries.iter().map(spell).collect(),
    };
    // Strings and numbers into memory: neither can fail.
    serde_json::to_vec(&top).unwrap_or_default()
}

/// One entry as an item of a JSON Feed: an object, in one line.
pub fn json_item(entry: &Entry, feed: &Feed) -> String {
    serde_json::to_string(&spell(&super::tidy::entry(entry, feed))).unwrap_or_default()
}

fn spell(entry: &Entry) -> Item<'_> {
    // An item has one of the two contents at least; where there is no HTML, what we know stands as text.
    let text = entry.content.is_none().then(|| entry.summary.as_deref().unwrap_or(&entry.title));
    Item {
        id: &entry.id.0,
        url: entry.url.as_ref().map(url::Url::as_str),
        title: &entry.title,
        content_html: entry.content.as_deref(),
        content_text: text,
        summary: entry.summary.as_deref(),
        image: entry.picture.as_ref().map(|picture| picture.url.as_str()),
        date_published: written(entry.published),
        date_modified: (entry.updated > entry.published).then(|| written(entry.updated)),
        authors: entry.authors.iter().map(author).collect(),
        tags: &entry.categories,
        language: entry.language.as_deref(),
        attachments: entry.enclosures.iter().map(attachment).collect(),
        carried: Carried::of_entry(&entry.extras),
    }
}

/// RFC 3339 in UTC, to the second, as JSON Feed asks for.
fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn author(person: &Person) -> Author<'_> {
    // The specification allows a mail address where there is no page.
    let mail = || person.email.as_ref().map(|mail| format!("mailto:{mail}"));
    Author { name: &person.name, url: person.url.clone().or_else(mail) }
}

fn attachment(enclosure: &Enclosure) -> Attachment<'_> {
    Attachment {
        url: enclosure.url.as_str(),
        mime_type: enclosure.media_type.as_deref().unwrap_or("application/octet-stream"),
        title: enclosure.title.as_deref(),
        size_in_bytes: enclosure.length,
        duration_in_seconds: enclosure.seconds,
    }
}
