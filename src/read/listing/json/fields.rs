//! What the members of an entry are called, and the shapes their values take.

use chrono::{DateTime, SecondsFormat};
use serde_json::{Map, Value};

use crate::html::html_to_text;
use crate::model::fold_space;

/// What a member says of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Id,
    Title,
    Link,
    Summary,
    Content,
    Published,
    Updated,
    Author,
    Category,
    Picture,
    Language,
}

impl Field {
    /// Names in order of preference, lower case, without `_` and `-`.
    fn names(self) -> &'static [&'static str] {
        match self {
            Field::Id => &["id", "guid", "uuid", "objectid"],
            Field::Title => &[
                "title",
                "headline",
                "webtitle",
                "articletitle",
                "displaytitle",
                "doctitle",
                "newstitle",
                "posttitle",
                "heading",
                "headlines",
                "subject",
                "name",
            ],
            Field::Link => &[
                "link",
                "url",
                "weburl",
                "permalink",
                "canonicalurl",
                "canonical",
                "articleurl",
                "newsurl",
                "docurl",
                "posturl",
                "shareurl",
                "href",
                "htmlurl",
                "fullurl",
                "pageurl",
                "websiteurl",
                "storyurl",
                "links",
                "uri",
                "path",
                "guid",
                "slug",
            ],
            Field::Summary => &[
                "excerpt",
                "summary",
                "description",
                "abstract",
                "dek",
                "standfirst",
                "snippet",
                "teaser",
                "lead",
                "trailtext",
                "subtitle",
                "intro",
                "digest",
                "desc",
                "subheadline",
            ],
            Field::Content => &[
                "contenthtml",
                "content",
                "bodyhtml",
                "body",
                "html",
                "fulltext",
                "selftexthtml",
                "articlebody",
                "contenttext",
                "text",
            ],
            Field::Published => &[
                "dategmt",
                "published",
                "publishedat",
                "publishedon",
                "datepublished",
                "publishdate",
                "publisheddate",
                "publicationdate",
                "webpublicationdate",
                "pubdate",
                "publishtime",
                "publishat",
                "firstpublished",
                "firstpublisheddate",
                "releasedate",
                "displaydate",
                "postdate",
                "createdat",
                "createdutc",
                "datecreated",
                "created",
                "createtime",
                "date",
                "datetime",
                "ptime",
                "time",
                "timestamp",
            ],
            Field::Updated => &[
                "modifiedgmt",
                "updated",
                "updatedat",
                "datemodified",
                "modified",
                "modifiedat",
                "lastmodified",
                "lastupdated",
                "lastpublished",
                "dateupdated",
                "updatetime",
                "edited",
            ],
            Field::Author => &["authors", "author", "byline", "creator", "writer", "authorname", "reporter"],
            Field::Category => &[
                "tags",
                "categories",
                "keywords",
                "category",
                "section",
                "sectionname",
                "topics",
                "topic",
                "channelname",
            ],
            Field::Picture => &[
                "image",
                "thumbnail",
                "imageurl",
                "thumbnailurl",
                "picture",
                "featuredimage",
                "featuredmediaurl",
                "jetpackfeaturedmediaurl",
                "leadimage",
                "leadimageurl",
                "cover",
                "coverimage",
                "bannerimage",
                "heroimage",
                "mainimage",
                "photo",
                "thumb",
                "img",
                "images",
            ],
            Field::Language => &["language", "lang", "locale"],
        }
    }
}

/// Members that only wrap an entry's own (Elasticsearch, JSON:API, Reddit, GraphQL, Drupal, WordPress).
const WRAPPERS: [&str; 9] =
    ["data", "attributes", "_source", "node", "fields", "article", "item", "content", "resource"];

/// The value of a member, in the entry itself or in an object that only wraps it.
pub(super) fn find(entry: &Value, field: Field) -> Option<&Value> {
    let own = entry.as_object()?;
    of_map(own, field).or_else(|| {
        let inner = WRAPPERS.iter().filter_map(|w| own.get(*w)?.as_object());
        inner.into_iter().find_map(|map| of_map(map, field))
    })
}

fn of_map(map: &Map<String, Value>, field: Field) -> Option<&Value> {
    // Objects of entries are small; those that are not are no entries.
    let names: Vec<(String, &Value)> =
        map.iter().take(300).filter(|(_, v)| says_something(v)).map(|(k, v)| (plain(k), v)).collect();
    field.names().iter().find_map(|name| {
        let fits = |v: &Value| match field {
            Field::Title | Field::Id | Field::Language | Field::Summary | Field::Content => text(v).is_some(),
            Field::Published | Field::Updated => date(v).is_some(),
            _ => true,
        };
        names.iter().find(|(k, v)| k == name && fits(v)).map(|(_, v)| *v)
    })
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => false,
        Value::String(s) => !s.trim().is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
        Value::Number(_) => true,
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

/// The text of a value: itself, or what the usual members of an object of text hold.
pub(super) fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(s) => s.trim().to_owned(),
        Value::Number(n) => n.to_string(),
        Value::Object(map) => {
            let inner = ["rendered", "main", "html", "text", "value", "default", "#text", "$t", "plain", "basic", "en"];
            inner.iter().find_map(|name| map.get(*name)?.as_str())?.trim().to_owned()
        }
        _ => return None,
    };
    Some(text).filter(|t| !t.is_empty())
}

/// A date as written; seconds or milliseconds since 1970 are written out (RFC 3339).
pub(super) fn date(value: &Value) -> Option<String> {
    let written = match value {
        Value::Object(_) => text(value)?,
        Value::String(s) => s.trim().to_owned(),
        Value::Number(n) => n.to_string(),
        _ => return None,
    };
    let digits = written.split('.').next().unwrap_or_default();
    if digits.bytes().all(|b| b.is_ascii_digit()) && matches!(digits.len(), 9 | 10 | 12 | 13) {
        let number: i64 = digits.parse().ok()?;
        let millis = if digits.len() < 12 { number.checked_mul(1000)? } else { number };
        return DateTime::from_timestamp_millis(millis).map(|t| t.to_rfc3339_opts(SecondsFormat::Secs, true));
    }
    // A bare number that is no instant is an id or a count; a year alone says too little.
    let is_date = written.bytes().any(|b| b.is_ascii_digit()) && written.len() >= 6 && written.len() < 100;
    (is_date && !value.is_number()).then(|| fold_space(&written))
}

/// The addresses a member holds: itself, members of an object or list of links.
pub(super) fn addresses(entry: &Value, field: Field) -> Vec<String> {
    let mut out = Vec::new();
    let Some(own) = entry.as_object() else { return out };
    let wrapped = WRAPPERS.iter().filter_map(|w| own.get(*w)?.as_object());
    for map in std::iter::once(own).chain(wrapped) {
        for name in field.names() {
            for value in map.iter().take(300).filter(|(k, _)| plain(k) == *name).map(|(_, v)| v) {
                push_addresses(value, &mut out);
            }
        }
    }
    if field == Field::Picture {
        // WordPress, with `_embed`.
        let media = entry.pointer("/_embedded/wp:featuredmedia/0/source_url").and_then(Value::as_str);
        out.extend(media.map(str::to_owned));
    }
    out
}

fn push_addresses(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(s) if s.len() < 4096 => out.push(s.clone()),
        Value::Object(map) => {
            for name in ["href", "url", "src", "self", "web", "webview", "html", "canonical", "original", "rendered"] {
                match map.get(name) {
                    Some(Value::String(s)) => out.push(s.clone()),
                    Some(inner) => out.extend(
                        inner.get("href").or_else(|| inner.get("url")).and_then(Value::as_str).map(str::to_owned),
                    ),
                    None => {}
                }
            }
        }
        Value::Array(list) => {
            // One level is enough: a list of links, or of pictures.
            for one in list.iter().take(8) {
                match one {
                    Value::String(s) => out.push(s.clone()),
                    _ => {
                        out.extend(["href", "url", "src"].iter().find_map(|n| one.get(n)?.as_str()).map(str::to_owned))
                    }
                }
            }
        }
        _ => {}
    }
}

/// The names a member holds: a text, an object with a name, or a list of either. Numbers are ids of things
/// that stand elsewhere.
pub(super) fn names(entry: &Value, field: Field) -> Vec<String> {
    let embedded = match field {
        Field::Author => entry.pointer("/_embedded/author"),
        Field::Category => entry.pointer("/_embedded/wp:term/0"),
        _ => None,
    };
    let mut out: Vec<String> = Vec::new();
    for value in find(entry, field).into_iter().chain(embedded) {
        push_names(value, &mut out);
    }
    out
}

/// Adds the names that a value holds.
pub(super) fn push_names(value: &Value, out: &mut Vec<String>) {
    let list = match value {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    for one in list.iter().take(64) {
        let name = match one {
            Value::String(s) => Some(s.as_str()),
            Value::Object(map) => {
                let inner = [
                    "name",
                    "displayName",
                    "display_name",
                    "fullName",
                    "full_name",
                    "title",
                    "label",
                    "original",
                    "slug",
                ];
                inner.iter().find_map(|n| map.get(*n)?.as_str())
            }
            _ => None,
        };
        let name = name.map(|n| fold_space(&html_to_text(n)));
        out.extend(name.filter(|n| !n.is_empty() && n.len() < 200 && !out.contains(n)));
    }
}
