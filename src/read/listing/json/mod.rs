//! JSON endpoints, read by their shape.
//!
//! An API's answer is some object that somewhere holds an array of objects, each with a title and a link.
//! [`fields`] knows what such members are called; the array that has most of them is the list.

mod absence;
mod by_paths;
mod fields;
mod parse;
#[cfg(test)]
mod tests;

use serde_json::Value;
use url::Url;

use crate::html::html_to_text;
use crate::model::{
    Listing, ListingMethod, Origin, Page, PageKind, Person, Picture, Problem, Read, Severity, Teaser, Written,
    fold_space, text_weight,
};
use crate::read::paths::JsonPickers;
use fields::Field;
pub(super) use parse::parse;

/// Most entries taken of one answer.
const MAX_ENTRIES: usize = 5_000;
/// Most values looked at in search of the list.
const MAX_VALUES: usize = 2_000_000;

/// Whether a document is JSON, by its type or its beginning.
pub(super) fn looks_like_json(page: &Page) -> bool {
    let text = page.text.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
    let typed = page.media_type.as_deref().is_some_and(|t| t.ends_with("json") || t.ends_with("javascript"));
    (typed && !text.starts_with('<')) || text.starts_with("{\"") || text.starts_with("[{") || text.starts_with("{\n")
}

/// Reads a JSON answer: by the operator's paths, else by its shape, the array of objects with most links and titles.
pub(super) fn read(page: &Page, rules: Option<&JsonPickers>) -> Read<Listing> {
    let parsed = match parse(&page.text) {
        Ok(parsed) => parsed,
        Err(why) => return super::nothing(why),
    };
    let top = &parsed.value;
    let Read { mut value, mut problems } = match rules {
        Some(rules) => by_paths::read(top, rules, &page.url),
        None => by_shape(top, &page.url),
    };
    let failed = |problems: &[Problem]| problems.iter().any(|problem| problem.severity == Severity::Failure);
    if value.teasers.is_empty() {
        if let Some(words) = absence::error(top) {
            value.page_kind = PageKind::Error;
            problems = vec![Problem::failure(format!("the answer tells of an error: {words}"))];
        } else if absence::is_refusal(top) && !failed(&problems) {
            value.page_kind = PageKind::Error;
            problems.push(Problem::failure("the answer says that it is none, and not why"));
        }
    }
    let nothing = value.teasers.is_empty() && failed(&problems);
    problems.extend(parsed.mended.into_iter().map(Problem::warning));
    let listing = Listing {
        method: if nothing { ListingMethod::None } else { ListingMethod::Json },
        confidence: if rules.is_some() {
            1.0
        } else if value.teasers.len() > 2 {
            0.9
        } else {
            0.6
        },
        title: top.get("title").and_then(Value::as_str).map(fold_space).filter(|t| !t.is_empty()),
        language: top.get("language").and_then(Value::as_str).map(str::to_owned),
        ..value
    };
    Read { value: listing, problems }
}

fn by_shape(top: &Value, base: &Url) -> Read<Listing> {
    let Some(entries) = best_list(top, base) else {
        if absence::is_empty_list(top) {
            return Read::clean(Listing::default());
        }
        return super::nothing("the JSON holds no list of objects that have a title and a link");
    };
    let teasers = entries.iter().take(MAX_ENTRIES).filter_map(|e| teaser(e, base)).collect();
    let mut problems = Vec::new();
    if entries.len() > MAX_ENTRIES {
        let text = format!("the JSON's list has {} entries; {MAX_ENTRIES} were read", entries.len());
        problems.push(Problem::warning(text));
    }
    Read { value: Listing { next: next(top, base), teasers, ..Listing::default() }, problems }
}

/// The list with most to say: titled and linked entries, weighed by their titles; dated ones count more, for
/// menus have titles and links too.
fn best_list<'v>(top: &'v Value, base: &Url) -> Option<Vec<&'v Value>> {
    let mut best: Option<(usize, Vec<&Value>)> = None;
    let mut open = vec![top];
    let mut seen = 0usize;
    while let Some(value) = open.pop() {
        seen += 1;
        if seen > MAX_VALUES {
            break;
        }
        let inside: Vec<&Value> = match value {
            Value::Array(list) => list.iter().collect(),
            Value::Object(members) => {
                members.iter().filter(|(name, _)| !absence::is_error(name)).map(|(_, v)| v).collect()
            }
            _ => continue,
        };
        let objects = inside.iter().filter(|v| v.is_object()).count();
        // An object of objects is a list whose keys are ids.
        let is_list = value.is_array() || objects > 2;
        if is_list && objects > 0 {
            let entries: Vec<&Value> = inside.iter().copied().filter(|v| v.is_object()).collect();
            let weight = weigh(&entries, base);
            if weight > best.as_ref().map_or(0, |(w, _)| *w) {
                best = Some((weight, entries));
            }
        }
        // Last in, first out: reversed, so that of equals the first of the document counts.
        open.extend(inside.into_iter().rev().filter(|v| v.is_object() || v.is_array()));
    }
    best.map(|(_, entries)| entries)
}

fn weigh(entries: &[&Value], base: &Url) -> usize {
    let mut weight = 0;
    for entry in entries.iter().take(200) {
        if let (Some(title), Some(_)) = (title(entry), link(entry, base)) {
            let dated =
                fields::find(entry, Field::Published).is_some() || fields::find(entry, Field::Updated).is_some();
            weight += text_weight(&title).min(80) * if dated { 3 } else { 1 };
        }
    }
    weight
}

fn title(entry: &Value) -> Option<String> {
    let text = fields::text(fields::find(entry, Field::Title)?)?;
    Some(fold_space(&html_to_text(&text))).filter(|t| !t.is_empty())
}

fn link(entry: &Value, base: &Url) -> Option<Url> {
    fields::addresses(entry, Field::Link).into_iter().find_map(|a| resolve(&a, base))
}

fn resolve(address: &str, base: &Url) -> Option<Url> {
    let address = address.trim();
    // A slug or number alone is no address, though it would resolve.
    if !address.contains(['/', '.', '?']) || address.contains(char::is_whitespace) {
        return None;
    }
    base.join(address).ok().filter(|u| matches!(u.scheme(), "http" | "https"))
}

/// An entry that has a title and a link.
fn teaser(entry: &Value, base: &Url) -> Option<Teaser> {
    Some(members(entry, base)).filter(|teaser| teaser.headline.is_some() && teaser.link.is_some())
}

/// What an entry's members say, by what they are called.
fn members(entry: &Value, base: &Url) -> Teaser {
    let html = |field| fields::find(entry, field).and_then(fields::text);
    let date = |field| fields::find(entry, field).and_then(fields::date).map(|t| Written::new(t, Origin::Feed));
    let summary = html(Field::Summary);
    Teaser {
        guid: fields::find(entry, Field::Id).and_then(fields::text),
        link: link(entry, base),
        headline: title(entry),
        content: html(Field::Content).filter(|c| Some(c) != summary.as_ref()),
        summary,
        published: date(Field::Published),
        updated: date(Field::Updated),
        authors: fields::names(entry, Field::Author).into_iter().map(Person::named).collect(),
        categories: fields::names(entry, Field::Category),
        picture: fields::addresses(entry, Field::Picture).into_iter().find_map(|a| resolve(&a, base)).map(Picture::at),
        language: fields::find(entry, Field::Language).and_then(fields::text),
        ..Teaser::default()
    }
}

/// The address of the next page, as APIs give it: a member `next` that is one, at the top or among the links.
fn next(top: &Value, base: &Url) -> Option<Url> {
    let places =
        [Some(top), top.get("links"), top.get("_links"), top.get("pagination"), top.get("paging"), top.get("meta")];
    places.into_iter().flatten().find_map(|place| {
        let next = ["next", "next_url", "nextUrl", "next_page_url", "nextPage"].iter().find_map(|n| place.get(n))?;
        let address = next.as_str().or_else(|| next.get("href")?.as_str())?;
        resolve(address, base)
    })
}
