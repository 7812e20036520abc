//! JSON Feed 1.0 and 1.1.

use serde_json::Value;

use crate::model::{
    Announced, Enclosure, FeedFormat, Listing, ListingMethod, Origin, Page, Person, Picture, Problem, Read, Teaser,
    Written, fold_space,
};
use crate::read::listing::json::parse;
use crate::read::listing::nothing;
use crate::read::xml::escape;

use super::address::{against, is_address};
use super::{MAX_ENTRIES, text};

/// Reads a JSON Feed out of `text`.
pub(super) fn read(page: &Page, text: &str) -> Read<Listing> {
    let parsed = match parse(text) {
        Ok(parsed) => parsed,
        Err(why) => return nothing(format!("not a feed: {why}")),
    };
    let feed = &parsed.value;
    let version = string(feed, &["version"]).unwrap_or_default();
    let Some(entries) = feed.get("items").and_then(Value::as_array) else {
        return nothing("not a feed: the JSON has no `items` list, as a JSON Feed must");
    };
    let has_text = |e: &Value| e.get("content_html").is_some() || e.get("content_text").is_some();
    if !version.contains("jsonfeed.org")
        && !feed.get("title").is_some_and(Value::is_string)
        && !entries.iter().any(has_text)
    {
        return nothing("not a feed: the JSON names no JSON Feed version and has neither title nor texts");
    }
    let mut problems: Vec<Problem> = parsed.mended.into_iter().map(Problem::warning).collect();
    if entries.len() > MAX_ENTRIES {
        problems.push(Problem::warning(format!("the feed has {} entries; {MAX_ENTRIES} were read", entries.len())));
    }
    let base = &page.url;
    let authors = people(feed);
    let mut listing = Listing {
        method: ListingMethod::Feed(FeedFormat::Json),
        confidence: 1.0,
        title: string(feed, &["title"]).and_then(|t| text::plain(&t)),
        description: string(feed, &["description"]),
        language: string(feed, &["language"]).or_else(|| page.content_language.clone()),
        home: string(feed, &["home_page_url"]).and_then(|u| against(base, &u)),
        authors,
        picture: string(feed, &["icon", "favicon"]).and_then(|u| against(base, &u)).map(Picture::at),
        announced: announced(feed, page),
        next: string(feed, &["next_url"]).and_then(|u| against(base, &u)),
        teasers: entries.iter().filter(|e| e.is_object()).take(MAX_ENTRIES).map(|e| teaser(e, page)).collect(),
        ..Listing::default()
    };
    // JSON Feed 1.1: the feed's authors are those of every entry that names none.
    for teaser in listing.teasers.iter_mut().filter(|t| t.authors.is_empty()) {
        teaser.authors.clone_from(&listing.authors);
    }
    Read { value: listing, problems }
}

/// The WebSub hub of `hubs` (JSON Feed 1.1).
fn announced(feed: &Value, page: &Page) -> Option<Announced> {
    let hubs = feed.get("hubs").and_then(Value::as_array)?;
    let is_hub =
        |hub: &&Value| hub.get("type").and_then(Value::as_str).is_some_and(|t| t.eq_ignore_ascii_case("websub"));
    let hub = hubs.iter().take(16).find(is_hub).and_then(|hub| against(&page.url, hub.get("url")?.as_str()?))?;
    let topic = string(feed, &["feed_url"]).and_then(|own| against(&page.url, &own));
    let fits = matches!(hub.scheme(), "http" | "https");
    fits.then(|| Announced { hub, topic: topic.unwrap_or_else(|| page.url.clone()) })
}

/// The first of these members that says anything; numbers count as text (JSON Feed 1.1, `id`).
fn string(object: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| match object.get(name)? {
        Value::String(s) => Some(s.trim().to_owned()).filter(|s| !s.is_empty()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    })
}

fn people(object: &Value) -> Vec<Person> {
    let list = object.get("authors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let list = list.iter().chain(object.get("author"));
    let mut out: Vec<Person> = Vec::new();
    for one in list.take(64) {
        let person = match one {
            Value::String(name) => Person::named(fold_space(name)),
            _ => {
                let url = string(one, &["url"]);
                let email = string(one, &["email"]);
                let name = string(one, &["name"]).map(|n| fold_space(&n));
                Person { name: name.or_else(|| url.clone()).unwrap_or_default(), url, email }
            }
        };
        if !person.name.is_empty() && !out.contains(&person) {
            out.push(person);
        }
    }
    out
}

fn teaser(entry: &Value, page: &Page) -> Teaser {
    let base = &page.url;
    let date = |names: &[&str]| string(entry, names).map(|t| Written::new(fold_space(&t), Origin::Feed));
    let guid = string(entry, &["id"]);
    let address = |names: &[&str]| string(entry, names).and_then(|u| against(base, &u));
    let attachments = entry.get("attachments").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let tags = entry.get("tags").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    Teaser {
        link: address(&["url", "external_url"])
            .or_else(|| guid.as_deref().filter(|g| is_address(g)).and_then(|g| against(base, g))),
        headline: string(entry, &["title"]).and_then(|t| text::plain(&t)),
        summary: string(entry, &["summary"]),
        content: string(entry, &["content_html"]).or_else(|| string(entry, &["content_text"]).map(|t| html_of(&t))),
        published: date(&["date_published"]),
        updated: date(&["date_modified"]),
        authors: people(entry),
        categories: tags.iter().filter_map(Value::as_str).map(fold_space).filter(|t| !t.is_empty()).take(256).collect(),
        picture: address(&["image", "banner_image"]).map(Picture::at),
        enclosures: attachments.iter().take(64).filter_map(|a| enclosure(a, page)).collect(),
        language: string(entry, &["language"]),
        extras: None,
        guid,
    }
}

fn enclosure(attachment: &Value, page: &Page) -> Option<Enclosure> {
    let number = |name: &str| attachment.get(name).and_then(|n| n.as_u64().or_else(|| Some(n.as_f64()? as u64)));
    Some(Enclosure {
        media_type: string(attachment, &["mime_type"]),
        length: number("size_in_bytes"),
        title: string(attachment, &["title"]),
        seconds: number("duration_in_seconds"),
        ..Enclosure::at(against(&page.url, &string(attachment, &["url"])?)?)
    })
}

/// Plain text as HTML: line breaks stay.
fn html_of(text: &str) -> String {
    let mut out = String::new();
    escape(text, &mut out);
    out.replace('\n', "<br>\n")
}
