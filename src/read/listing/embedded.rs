//! Records in the page's scripts: JSON-LD, state for script frameworks, arrays in plain script.

use foldhash::HashMap;
use serde::de::IgnoredAny;
use serde_json::Value;
use url::Url;

use super::outline::Outline;
use super::titles::names_something;
use super::when;
use crate::dates::Context;
use crate::model::{Origin, Person, Picture, Problem, Read, Teaser, Written, fold_space, text_weight};

/// Longest script that is looked into, in bytes.
const LONGEST_SCRIPT: usize = 6 * 1024 * 1024;
/// Most JSON values walked on one page.
const MOST_VALUES: usize = 400_000;
/// Most records kept.
const MOST_RECORDS: usize = 5_000;
/// Most places in one script where JSON may begin.
const MOST_STARTS: usize = 40;

/// What a record's link is called, best first.
const LINKS: [&str; 13] = [
    "url",
    "link",
    "href",
    "permalink",
    "canonicalUrl",
    "canonical_url",
    "webUrl",
    "path",
    "uri",
    "mainEntityOfPage",
    "@id",
    "pageUrl",
    "shareUrl",
];

/// One list of records: the array that held them, or the page's loose ones.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// In their own order.
    pub(super) teasers: Vec<Teaser>,
    /// Whether schema.org's words were used.
    pub(super) declared: bool,
}

/// Gathers the lists of records in the page's scripts.
pub(super) fn gather(outline: &Outline, base: &Url, context: &Context) -> Read<Vec<Records>> {
    let mut lists = Vec::new();
    let mut problems = Vec::new();
    let mut budget = MOST_VALUES;
    for (row, text) in &outline.scripts {
        if text.len() > LONGEST_SCRIPT {
            problems.push(Problem::note(format!("a script of {} bytes was not searched for records", text.len())));
            continue;
        }
        if text.len() < 40 {
            continue;
        }
        let kind = outline.attribute(*row, "type").unwrap_or_default().to_ascii_lowercase();
        let declared = kind.contains("ld+json");
        if kind.contains("json") {
            if may_lead_somewhere(text)
                && let Ok(value) = serde_json::from_str::<Value>(text.trim())
            {
                walk(&value, declared, base, context, &mut budget, &mut lists);
            }
        } else if kind.is_empty() || kind.contains("javascript") || kind == "module" {
            for value in literals(text) {
                walk(&value, false, base, context, &mut budget, &mut lists);
            }
        }
    }
    if budget == 0 {
        problems.push(Problem::note(format!(
            "the page's scripts hold more than {MOST_VALUES} values; the rest was not read"
        )));
    }
    Read { value: lists, problems }
}

/// Whether JSON may hold a record: where no name is that of a link, and no text looks like one, there is none.
fn may_lead_somewhere(json: &str) -> bool {
    let bytes = json.as_bytes();
    let names = |name: &str| {
        let quoted =
            |at: usize| bytes.get(at + name.len()) == Some(&b'"') && at > 0 && bytes.get(at - 1) == Some(&b'"');
        memchr::memmem::find_iter(bytes, name.as_bytes()).any(quoted)
    };
    // What is escaped may be anything.
    memchr::memchr2(b'/', b'\\', bytes).is_some()
        || memchr::memmem::find(bytes, b"http").is_some()
        || LINKS.iter().any(|name| names(name))
}

/// JSON that is assigned to something in a script.
fn literals(script: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut from = 0;
    let mut starts = 0;
    while let Some(at) = script.get(from..).and_then(|rest| rest.find(['{', '['])).map(|at| at + from) {
        from = at + 1;
        let after = script.get(at + 1..).unwrap_or_default().trim_start();
        let opens = after.starts_with('"') || script.as_bytes().get(at) == Some(&b'[') && after.starts_with('{');
        let before = script.get(..at).unwrap_or_default().trim_end();
        if !opens || !before.ends_with(['=', '(', ',', ':']) {
            continue;
        }
        starts += 1;
        if starts > MOST_STARTS {
            break;
        }
        let rest = script.get(at..).unwrap_or_default();
        // Settings are often long and lead nowhere: they are passed over without being kept.
        let mut passed = serde_json::Deserializer::from_str(rest).into_iter::<IgnoredAny>();
        if let Some(Ok(_)) = passed.next()
            && let length = passed.byte_offset().max(1)
            && !rest.get(..length).is_some_and(may_lead_somewhere)
        {
            from = at + length;
            continue;
        }
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        if let Some(Ok(value)) = stream.next() {
            from = at + stream.byte_offset().max(1);
            found.push(value);
        }
    }
    found
}

/// Walks a value without recursion; every array of two records or more is a list.
fn walk(value: &Value, declared: bool, base: &Url, context: &Context, budget: &mut usize, lists: &mut Vec<Records>) {
    let mut stack = vec![value];
    let mut loose = Records { declared, ..Records::default() };
    while let Some(value) = stack.pop() {
        let Some(left) = budget.checked_sub(1) else { return };
        *budget = left;
        match value {
            Value::Array(values) => {
                let teasers: Vec<Teaser> =
                    values.iter().take(MOST_RECORDS).filter_map(|v| record(v, declared, base, context)).collect();
                if teasers.len() >= 2 {
                    lists.push(Records { teasers, declared });
                } else {
                    loose.teasers.extend(teasers);
                }
                stack.extend(values.iter().rev().filter(|v| v.is_array() || v.is_object()));
            }
            Value::Object(fields) => stack.extend(fields.values().rev().filter(|v| v.is_array() || v.is_object())),
            _ => {}
        }
    }
    if !loose.teasers.is_empty() && loose.teasers.len() < MOST_RECORDS {
        lists.push(loose);
    }
}

/// An object with a link and a headline, as a teaser.
fn record(value: &Value, declared: bool, base: &Url, context: &Context) -> Option<Teaser> {
    let mut fields = value.as_object()?;
    // A `ListItem` holds the thing itself.
    for name in ["item", "node", "content"] {
        if let Some(Value::Object(inner)) = fields.get(name)
            && (inner.contains_key("url") || inner.contains_key("headline") || inner.contains_key("title"))
        {
            fields = inner;
        }
    }
    if declared && fields.get("@type").and_then(Value::as_str).is_some_and(|t| !is_story(t)) {
        return None;
    }
    let named = |names: &[&str]| names.iter().find_map(|n| fields.get(*n)).and_then(text_of);
    let link = named(&LINKS).or_else(|| fields.values().find_map(link_like))?;
    let link = address(&link, base)?;
    let headline = named(&["headline", "title", "name", "headlineText", "shortHeadline", "seoTitle", "caption"])
        .or_else(|| {
            fields
                .values()
                .filter_map(Value::as_str)
                .filter(|t| {
                    text_weight(t) >= 12
                        && text_weight(t) <= 300
                        && !looks_like_address(t)
                        && !t.starts_with(['{', '['])
                        && when::readable(t, Origin::Script, context).is_none()
                })
                .max_by_key(|t| text_weight(t))
                .map(str::to_owned)
        })
        .map(|t| fold_space(&t))
        .filter(|t| names_something(t) && text_weight(t) <= 400)?;
    let origin = if declared { Origin::JsonLd } else { Origin::Script };
    let date = |names: &[&str]| names.iter().filter_map(|n| fields.get(*n)).find_map(|v| date_of(v, origin, context));
    let published = date(&[
        "datePublished",
        "dateCreated",
        "publishedAt",
        "published_at",
        "publishDate",
        "pubDate",
        "firstPublished",
        "firstPublishedAt",
        "date",
        "published",
        "publicationDate",
        "created_at",
        "createdAt",
        "postedAt",
        "time",
        "timestamp",
    ])
    .or_else(|| {
        fields
            .values()
            .filter(|v| v.as_str().is_some_and(|t| t.len() <= 40 && t.bytes().any(|b| b.is_ascii_digit())))
            .find_map(|v| date_of(v, origin, context))
    });
    let picture = ["image", "thumbnail", "thumbnailUrl", "picture", "img", "cover"]
        .iter()
        .find_map(|n| fields.get(*n))
        .and_then(text_of)
        .and_then(|u| address(&u, base))
        .map(Picture::at);
    let authors = ["author", "authors", "byline"].iter().find_map(|n| fields.get(*n)).map(people).unwrap_or_default();
    Some(Teaser {
        link: Some(link),
        headline: Some(headline),
        summary: named(&["description", "summary", "excerpt", "abstract", "subtitle", "dek"])
            .filter(|s| text_weight(s) >= 20),
        published,
        updated: date(&["dateModified", "updatedAt", "updated_at", "lastModified"]),
        authors,
        picture,
        ..Teaser::default()
    })
}

fn is_story(kind: &str) -> bool {
    matches!(kind, "ListItem" | "CreativeWork" | "WebPage" | "Event" | "Report" | "VideoObject" | "PodcastEpisode")
        || kind.ends_with("Article")
        || kind.ends_with("Posting")
}

/// The text that a value comes down to: itself, or what its own name or address says.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.starts_with('{') => {
            let inner: Value = serde_json::from_str(text).ok()?;
            inner.as_object()?.values().find_map(|v| v.as_str().map(str::to_owned))
        }
        Value::String(text) => Some(text.clone()).filter(|t| !t.trim().is_empty()),
        Value::Array(values) => values.first().and_then(|v| v.as_str().map(str::to_owned).or_else(|| named_text(v))),
        Value::Object(_) => named_text(value),
        _ => None,
    }
}

fn named_text(value: &Value) -> Option<String> {
    let fields = value.as_object()?;
    ["url", "href", "rendered", "name", "text", "@id", "@value", "src"]
        .iter()
        .find_map(|n| fields.get(*n)?.as_str())
        .map(str::to_owned)
}

fn looks_like_address(text: &str) -> bool {
    !text.contains(char::is_whitespace) && (text.starts_with("http") || text.starts_with('/') || text.contains("://"))
}

/// A value under an unknown name that can only be an address.
fn link_like(value: &Value) -> Option<String> {
    let text = text_of(value)?;
    let path = text.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let media = [".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg", ".mp4", ".mp3", ".js", ".css"]
        .iter()
        .any(|e| path.ends_with(e));
    (looks_like_address(&text) && !media && text.len() > 1).then_some(text)
}

fn address(written: &str, base: &Url) -> Option<Url> {
    let written = written.trim();
    if written.contains(char::is_whitespace) {
        return None;
    }
    let mut url = base.join(written).ok().filter(|u| matches!(u.scheme(), "http" | "https"))?;
    url.set_fragment(None);
    Some(url)
}

fn date_of(value: &Value, origin: Origin, context: &Context) -> Option<Written> {
    match value {
        Value::String(text) => when::readable(text, origin, context).map(|seen| seen.written),
        Value::Number(number) => {
            let number = number.as_i64()?;
            // Seconds or milliseconds since 1970, between 1990 and 2100.
            (631_152_000..4_102_444_800_000)
                .contains(&number)
                .then(|| number.to_string())
                .and_then(|t| when::readable(&t, origin, context))
                .map(|seen| seen.written)
        }
        _ => None,
    }
}

fn people(value: &Value) -> Vec<Person> {
    let one = |v: &Value| {
        let name = v.as_str().or_else(|| v.get("name").and_then(Value::as_str)).map(fold_space)?;
        (2..=60).contains(&name.chars().count()).then(|| Person::named(name))
    };
    match value {
        Value::Array(values) => values.iter().take(10).filter_map(one).collect(),
        value => one(value).into_iter().collect(),
    }
}

/// What the records say of one address.
pub(super) fn by_address(lists: &[Records]) -> HashMap<&str, &Teaser> {
    let mut found: HashMap<&str, &Teaser> = HashMap::default();
    for teaser in lists.iter().flat_map(|l| &l.teasers) {
        if let Some(link) = &teaser.link {
            let known = found.entry(path_of(link)).or_insert(teaser);
            if known.published.is_none() {
                *known = teaser;
            }
        }
    }
    found
}

/// An address as records and links agree on it: path and query.
pub(super) fn path_of(url: &Url) -> &str {
    // The positions that `url` gives are bounds of its own text.
    url[url::Position::BeforePath..].trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_lead_nowhere_are_passed_over_and_what_stands_behind_them_is_found() {
        let settings = r#"{"flags":[{"id":"f0","on":false},{"id":"f1","on":true}]}"#;
        for records in [
            r#"[{"url":"a.html","title":"One"},{"url":"b.html","title":"Two"}]"#,
            r#"[{"x":"/a","title":"One"},{"x":"/b","title":"Two"}]"#,
            r#"[{"u\u0072l":"a.html","title":"One"},{"url":"b.html","title":"Two"}]"#,
        ] {
            let found = literals(&format!("window.settings={settings};window.news={records};"));
            assert_eq!(found, [serde_json::from_str::<Value>(records).unwrap()], "{records}");
        }
        // What ends too early is no value, but what it holds may be one.
        let cut = literals(r#"x={"a":[{"url":"a.html"}],"#);
        assert_eq!(cut, [serde_json::json!([{ "url": "a.html" }])]);
    }
}
