//! JSONPaths (RFC 9535): what finds the parts of a JSON answer.

use std::borrow::Cow;

use serde_json::Value;
use serde_json_path::JsonPath;

use crate::model::ListingRules;

/// Most values that one path gives of one entry.
const MOST: usize = 64;
/// Longest rule, in bytes: the parser descends into brackets, and no path of use comes near.
const LONGEST: usize = 512;

/// What finds the parts of a JSON listing; `$` is the whole answer for `container`, `item` and `next`, one entry
/// for all others.
#[derive(Debug, Default)]
pub struct JsonPickers {
    /// What holds the list.
    pub container: Option<JsonPicker>,
    /// One teaser.
    pub item: Option<JsonPicker>,
    /// Its own id.
    pub id: Vec<JsonPicker>,
    /// Its link.
    pub link: Vec<JsonPicker>,
    /// Its headline.
    pub title: Vec<JsonPicker>,
    /// Its date.
    pub date: Vec<JsonPicker>,
    /// Its summary.
    pub summary: Vec<JsonPicker>,
    /// Its full text.
    pub content: Vec<JsonPicker>,
    /// Its picture.
    pub image: Vec<JsonPicker>,
    /// Its authors.
    pub author: Vec<JsonPicker>,
    /// Its categories.
    pub category: Vec<JsonPicker>,
    /// The address of the list's next page.
    pub next: Option<JsonPicker>,
}

/// Whether a rule is written for JSON: a path, or a text with paths in it.
pub(super) fn is_path(written: &str) -> bool {
    written.trim_start().starts_with('$') || written.contains("{$")
}

/// Whether these rules are written for JSON: one is enough, and then all must be.
pub(super) fn are_paths(rules: &ListingRules) -> bool {
    let single = [&rules.container, &rules.item, &rules.next];
    let lists = [
        &rules.id,
        &rules.link,
        &rules.title,
        &rules.date,
        &rules.summary,
        &rules.content,
        &rules.image,
        &rules.author,
        &rules.category,
    ];
    single.into_iter().flatten().chain(lists.into_iter().flatten()).any(|rule| is_path(rule))
}

/// One path, or a text with paths in braces: `$.title.rendered`, `https://news.example/{$.slug}`.
#[derive(Debug)]
pub struct JsonPicker {
    parts: Vec<Part>,
    /// Of a path to all that is in a list, the path to the list.
    list: Option<JsonPath>,
}

#[derive(Debug)]
enum Part {
    Text(String),
    Path(JsonPath),
}

impl JsonPicker {
    /// Parses a path; the error says what is wrong, what to do, and at which byte.
    pub(super) fn compile(written: &str) -> Result<Self, (String, Option<usize>)> {
        if !is_path(written) {
            let why = "other rules of this list are JSONPaths, so this must be one too: `$.title` is the member `title` \
                       of an entry";
            return Err((why.to_owned(), None));
        }
        if written.len() > LONGEST {
            return Err((format!("the path is longer than {LONGEST} bytes"), None));
        }
        if written.trim_start().starts_with('$') {
            let indent = written.len() - written.trim_start().len();
            let list = written.trim().strip_suffix("[*]").and_then(|list| JsonPath::parse(list).ok());
            return Ok(Self { parts: vec![Part::Path(path(written.trim(), indent)?)], list });
        }
        let mut parts = Vec::new();
        let (mut rest, mut at) = (written, 0);
        while let Some(open) = rest.find("{$") {
            let (text, inner) = (rest.get(..open).unwrap_or_default(), rest.get(open + 1..).unwrap_or_default());
            let close = end_of_path(inner)
                .ok_or_else(|| ("the brace that opens here is never closed: `{$.slug}`".to_owned(), Some(at + open)))?;
            parts.push(Part::Text(text.to_owned()));
            parts.push(Part::Path(path(inner.get(..close).unwrap_or_default(), at + open + 1)?));
            at += open + 1 + close + 1;
            rest = inner.get(close + 1..).unwrap_or_default();
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self { parts, list: None })
    }

    /// What it finds in a value, in order, `null` left out.
    pub fn values<'v>(&self, within: &'v Value) -> Vec<Cow<'v, Value>> {
        if let [Part::Path(path)] = &*self.parts {
            let found = path.query(within).all().into_iter().filter(|value| !value.is_null());
            return found.take(MOST).map(Cow::Borrowed).collect();
        }
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(written) => text.push_str(written),
                Part::Path(path) => match path.query(within).all().into_iter().find(|value| !value.is_null()) {
                    Some(Value::String(value)) => text.push_str(value.trim()),
                    Some(value @ (Value::Number(_) | Value::Bool(_))) => text.push_str(&value.to_string()),
                    // An address with a hole in it is none.
                    _ => return Vec::new(),
                },
            }
        }
        vec![Cow::Owned(Value::String(text))]
    }

    /// Of a path to all that is in a list (`$.posts[*]`), the path to the list.
    pub(super) fn list(&self) -> Option<&JsonPath> {
        self.list.as_ref()
    }

    /// The entries that it finds: a list counts as what is in it.
    pub fn entries<'v>(&self, within: &'v Value, most: usize) -> Vec<&'v Value> {
        let [Part::Path(path)] = &*self.parts else { return Vec::new() };
        let found = path.query(within).all().into_iter();
        let each = found.flat_map(|value| match value {
            Value::Array(list) => list.iter().collect(),
            one => vec![one],
        });
        each.filter(|value| !value.is_null()).take(most).collect()
    }
}

/// Where a path in braces ends: at a brace outside of quotes.
fn end_of_path(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '}') => return Some(at),
            _ => {}
        }
    }
    None
}

/// Parses a path that stands `offset` bytes into the rule.
fn path(written: &str, offset: usize) -> Result<JsonPath, (String, Option<usize>)> {
    JsonPath::parse(written).map_err(|error| {
        let why = match error.message() {
            "parser error" => String::new(),
            known => format!(" ({known})"),
        };
        let why = format!(
            "this is no JSONPath (RFC 9535) from here on{why}; a path is like `$.data.posts[*]`, `$.title.rendered`, \
             `$['wp:term'][0].name`"
        );
        (why, Some(offset + error.position().min(written.len())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_rule_is_a_path_or_a_text_with_paths_in_it() {
        let entry = json!({"id": 7, "slug": "a b", "t": {"rendered": "T"}, "tags": ["x", null, "y"], "no": null});
        for (rule, expected) in [
            ("$.t.rendered", json!(["T"])),
            (" $.tags[*] ", json!(["x", "y"])),
            ("$.no", json!([])),
            ("$['t']['rendered']", json!(["T"])),
            ("https://n.example/{$.slug}/{$['id']}.html", json!(["https://n.example/a b/7.html"])),
            ("https://n.example/{$.missing}", json!([])),
            ("/a?b={$.tags[?@ == '}']}{$.id}", json!([])),
            ("/a?b={$.tags[?@ == 'x']}", json!(["/a?b=x"])),
        ] {
            let values: Vec<Value> =
                JsonPicker::compile(rule).unwrap().values(&entry).into_iter().map(Cow::into_owned).collect();
            assert_eq!(Value::from(values), expected, "{rule}");
        }
    }

    #[test]
    fn brackets_without_end_are_refused() {
        for inside in ["(", "[", "[?", "[?(", "..", "!", "[?@["] {
            let path = format!("$[?{}", inside.repeat(LONGEST));
            assert!(JsonPicker::compile(path.get(..LONGEST).unwrap()).is_err(), "{inside}");
            assert!(JsonPicker::compile(&path).is_err(), "{inside}");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config::with_cases(64))]

        #[test]
        fn whatever_is_written_is_compiled_or_refused_within_its_letters(rule in "[$.{}\\[\\]()*?@'\"a1é, ]{0,40}") {
            if let Err((_, Some(at))) = JsonPicker::compile(&rule) {
                proptest::prop_assert!(at <= rule.len(), "{at} in {rule}");
            }
        }
    }

    #[test]
    fn what_is_no_path_is_refused_at_the_letter() {
        for (rule, at) in [
            ("$.a[", Some(3)),
            ("$.a..", Some(5)),
            ("https://n.example/{$.a", Some(18)),
            ("https://n.example/{$.a[}", Some(22)),
            ("ul > li", None),
        ] {
            let (message, found) = JsonPicker::compile(rule).unwrap_err();
            assert_eq!(found, at, "{rule}: {message}");
            assert!(message.contains('$'), "{message}");
        }
    }
}
