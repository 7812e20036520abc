//! JSON-LD (schema.org) in scripts.

use foldhash::HashMap;
use html5ever::local_name;
use serde_json::{Map, Value};

use super::outline::{Outline, attribute};
use super::stated::{Media, Stated};
use crate::model::{Person, fold_space};

type Object = Map<String, Value>;

/// Most objects looked at on one page; real pages hold a few hundred.
const MAX_OBJECTS: usize = 20_000;

/// What JSON-LD states of the page's article.
pub(super) fn json_ld(outline: &Outline) -> Stated {
    let documents: Vec<Value> = outline
        .scripts
        .iter()
        .filter(|s| {
            s.element.name.local == local_name!("script")
                && attribute(s.element, "type").is_some_and(|t| t.to_ascii_lowercase().contains("ld+json"))
        })
        .filter_map(|s| parse(s.text))
        .collect();
    let mut objects: Vec<&Object> = Vec::new();
    let mut waiting: Vec<&Value> = documents.iter().rev().collect();
    while let Some(value) = waiting.pop() {
        if objects.len() >= MAX_OBJECTS {
            break;
        }
        match value {
            Value::Array(list) => waiting.extend(list.iter().rev()),
            Value::Object(object) => {
                objects.push(object);
                waiting.extend(object.values().filter(|v| v.is_array() || v.is_object()));
            }
            _ => {}
        }
    }
    let by_id: HashMap<&str, &Object> = objects
        .iter()
        .filter(|o| o.len() > 1)
        .filter_map(|o| o.get("@id").and_then(Value::as_str).map(|id| (id, *o)))
        .collect();
    let reader = Reader { by_id };
    let mut stated = Stated::default();
    let best = objects.iter().filter_map(|o| rank(o).map(|r| (r, *o))).min_by_key(|(rank, _)| *rank);
    if let Some((rank, article)) = best {
        reader.article(article, &mut stated);
        stated.is_article = rank < WEB_PAGE;
    }
    // Pages of content systems describe the web page beside the article; it fills gaps.
    if let Some(page) = objects.iter().find(|o| rank(o) == Some(WEB_PAGE)) {
        let mut more = Stated::default();
        reader.article(page, &mut more);
        if stated.published.is_empty() {
            stated.published = more.published;
        }
        if stated.images.is_empty() {
            stated.images = more.images;
        }
        stated.language = stated.language.or(more.language);
        stated.summary = stated.summary.or(more.summary);
    }
    for object in &objects {
        if is_a(object, "BreadcrumbList") && stated.crumbs.is_empty() {
            stated.crumbs = crumbs(object);
        }
        if is_a(object, "WebSite") && stated.site.is_none() {
            stated.site = text(object.get("name"));
        }
        if (is_a(object, "VideoObject") || is_a(object, "AudioObject") || is_a(object, "PodcastEpisode"))
            && let Some(url) = text(object.get("contentUrl"))
        {
            stated.media.push(Media {
                url,
                media_type: text(object.get("encodingFormat")),
                title: text(object.get("name")),
                seconds: object.get("duration").and_then(Value::as_str).and_then(seconds),
            });
        }
    }
    stated
}

/// Lenient: comment marks and raw control characters, which JSON forbids, are common.
fn parse(script: &str) -> Option<Value> {
    let script = script.trim().trim_start_matches("<!--").trim_end_matches("-->");
    let script = script.trim().trim_start_matches("//<![CDATA[").trim_start_matches("<![CDATA[");
    let script = script.trim_end_matches("//]]>").trim_end_matches("]]>").trim().trim_end_matches(';');
    if let Ok(value) = serde_json::from_str(script) {
        return Some(value);
    }
    let clean: String = script.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if let Ok(value) = serde_json::from_str(&clean) {
        return Some(value);
    }
    // Several documents in a row, or something after the end: the first one counts.
    serde_json::Deserializer::from_str(&clean).into_iter::<Value>().next()?.ok()
}

const WEB_PAGE: u8 = 9;

/// How well a type fits an article; smaller is better.
fn rank(object: &Object) -> Option<u8> {
    let mut best = None;
    for kind in types(object) {
        let rank = match kind {
            "NewsArticle"
            | "ReportageNewsArticle"
            | "AnalysisNewsArticle"
            | "OpinionNewsArticle"
            | "BackgroundNewsArticle"
            | "ReviewNewsArticle"
            | "AskPublicNewsArticle" => 0,
            "Article"
            | "BlogPosting"
            | "TechArticle"
            | "ScholarlyArticle"
            | "LiveBlogPosting"
            | "Report"
            | "SatiricalArticle"
            | "AdvertiserContentArticle"
            | "SocialMediaPosting"
            | "DiscussionForumPosting" => 1,
            "Recipe" | "HowTo" => 3,
            "Review" if object.contains_key("reviewBody") => 4,
            "PodcastEpisode" | "VideoObject" if object.contains_key("uploadDate") => 6,
            "CreativeWork" if object.contains_key("headline") => 7,
            "WebPage" | "ItemPage" | "AboutPage" => WEB_PAGE,
            _ => continue,
        };
        // A stub inside a list of related stories has hardly a key of its own.
        let thin = !object.contains_key("datePublished") && !object.contains_key("author");
        let rank = if thin && rank < WEB_PAGE { rank + 2 } else { rank };
        best = Some(best.map_or(rank, |b: u8| b.min(rank)));
    }
    best
}

fn types(object: &Object) -> impl Iterator<Item = &str> {
    let values: &[Value] = match object.get("@type") {
        Some(Value::Array(list)) => list,
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    values.iter().filter_map(Value::as_str).map(|t| t.rsplit(['/', '#', ':']).next().unwrap_or(t))
}

fn is_a(object: &Object, kind: &str) -> bool {
    types(object).any(|t| t == kind)
}

struct Reader<'a> {
    by_id: HashMap<&'a str, &'a Object>,
}

impl<'a> Reader<'a> {
    fn article(&self, object: &Object, stated: &mut Stated) {
        stated.headline = text(object.get("headline")).or_else(|| text(object.get("name")));
        (stated.authors, stated.offices) = self.people(object.get("author").or(object.get("creator")));
        for key in ["datePublished", "dateCreated", "uploadDate"] {
            stated.published.extend(text(object.get(key)));
        }
        stated.updated.extend(text(object.get("dateModified")));
        stated.sections = strings(object.get("articleSection"));
        stated.keywords = strings(object.get("keywords"));
        stated.summary = text(object.get("description"));
        stated.language = text(object.get("inLanguage")).or_else(|| {
            let language = object.get("inLanguage")?.as_object()?;
            text(language.get("alternateName")).or_else(|| text(language.get("name")))
        });
        stated.images = self.images(object.get("image"));
        if stated.images.is_empty() {
            stated.images = strings(object.get("thumbnailUrl"));
        }
        stated.site = object.get("publisher").and_then(|p| self.resolve(p)).and_then(|p| text(p.get("name")));
        stated.body = object.get("articleBody").or(object.get("reviewBody")).and_then(Value::as_str).map(str::to_owned);
    }

    /// The object meant: itself, the first of a list, or the one that an `@id` points to.
    fn resolve<'v>(&self, value: &'v Value) -> Option<&'v Object>
    where
        'a: 'v,
    {
        let object = match value {
            Value::Array(list) => list.first()?.as_object()?,
            Value::Object(object) => object,
            _ => return None,
        };
        if object.contains_key("name") || object.contains_key("url") {
            return Some(object);
        }
        let id = object.get("@id").and_then(Value::as_str);
        id.and_then(|id| self.by_id.get(id).copied()).or(Some(object))
    }

    /// People, and apart from them what is stated to be an organization.
    fn people(&self, value: Option<&Value>) -> (Vec<Person>, Vec<Person>) {
        let values: &[Value] = match value {
            Some(Value::Array(list)) => list,
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        let (mut people, mut offices) = (Vec::new(), Vec::new());
        for value in values.iter().take(50) {
            match value {
                Value::String(name) => people.push(Person::named(decode(name))),
                Value::Object(_) => {
                    let Some(object) = self.resolve(value) else { continue };
                    let office = types(object).any(|t| t.ends_with("Organization")) && !is_a(object, "Person");
                    for name in strings(object.get("name")) {
                        let url = text(object.get("url")).filter(|u| u.starts_with("http"));
                        let list = if office { &mut offices } else { &mut people };
                        list.push(Person { name, url, email: None });
                    }
                }
                _ => {}
            }
        }
        (people, offices)
    }

    fn images(&self, value: Option<&Value>) -> Vec<String> {
        let values: &[Value] = match value {
            Some(Value::Array(list)) => list,
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        let address = |value: &Value| match value {
            Value::String(url) => Some(url.clone()),
            Value::Object(_) => {
                let object = self.resolve(value)?;
                text(object.get("contentUrl")).or_else(|| text(object.get("url"))).or_else(|| text(object.get("@id")))
            }
            _ => None,
        };
        values.iter().take(20).filter_map(address).collect()
    }
}

/// A text, or the first of several.
fn text(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::String(text) => decode(text),
        Value::Number(number) => number.to_string(),
        Value::Array(list) => return list.first().and_then(|v| text(Some(v))),
        Value::Object(object) => return object.get("@value").and_then(Value::as_str).map(decode),
        _ => return None,
    };
    Some(text).filter(|t| !t.is_empty())
}

/// Every text of a list, or the parts of one text that commas separate.
fn strings(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(list)) => list.iter().take(100).filter_map(|v| text(Some(v))).collect(),
        Some(one) => text(Some(one)).into_iter().collect(),
        None => Vec::new(),
    }
}

/// JSON-LD often carries HTML's escapes though it must not.
fn decode(text: &str) -> String {
    if text.contains(['&', '<']) { fold_space(&crate::html::html_to_text(text)) } else { fold_space(text) }
}

fn crumbs(object: &Object) -> Vec<String> {
    let Some(Value::Array(list)) = object.get("itemListElement") else { return Vec::new() };
    let mut steps: Vec<(f64, String)> = Vec::new();
    for (index, value) in list.iter().take(30).enumerate() {
        let name = text(value.get("name")).or_else(|| text(value.get("item").and_then(|i| i.get("name"))));
        let place = value.get("position").and_then(Value::as_f64).unwrap_or(index as f64);
        steps.extend(name.map(|n| (place, n)));
    }
    steps.sort_by(|a, b| a.0.total_cmp(&b.0));
    steps.into_iter().map(|(_, name)| name).collect()
}

/// An ISO 8601 duration, `PT1H2M3S`, in seconds.
fn seconds(written: &str) -> Option<u64> {
    let mut total = 0u64;
    let mut number = 0u64;
    let mut found = false;
    for c in written.strip_prefix('P')?.chars() {
        match c {
            '0'..='9' => number = number.saturating_mul(10).saturating_add(u64::from(c) - u64::from('0')),
            'D' | 'H' | 'M' | 'S' => {
                let unit = match c {
                    'D' => 86_400,
                    'H' => 3_600,
                    'M' => 60,
                    _ => 1,
                };
                total = total.saturating_add(number.saturating_mul(unit));
                number = 0;
                found = true;
            }
            'T' => {}
            _ => return None,
        }
    }
    found.then_some(total)
}
