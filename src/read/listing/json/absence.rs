//! What an answer without a list says in its stead: that something went wrong, or that there is no news.

use serde_json::{Map, Value};

use crate::model::fold_space;

/// Members that tell of an error, and hold no list of news.
const ERRORS: [&str; 4] = ["error", "errors", "fault", "exception"];
/// Members in which an error is put in words.
const WORDS: [&str; 9] =
    ["message", "detail", "description", "error_description", "faultstring", "reason", "title", "code", "type"];
/// Those of them that say so by themselves.
const BARE: [&str; 2] = ["message", "detail"];
/// What lists are called.
const LISTS: [&str; 24] = [
    "items",
    "posts",
    "articles",
    "entries",
    "results",
    "result",
    "data",
    "news",
    "list",
    "rows",
    "records",
    "hits",
    "edges",
    "nodes",
    "docs",
    "documents",
    "stories",
    "content",
    "contents",
    "children",
    "value",
    "values",
    "objects",
    "elements",
];
/// Lists lie no deeper.
const DEEPEST: u32 = 4;
/// Of longer words no more is told.
const LONGEST: usize = 200;

/// Whether a member of this name tells of an error.
pub(super) fn is_error(name: &str) -> bool {
    ERRORS.iter().any(|error| name.eq_ignore_ascii_case(error))
}

/// What the answer says of an error.
pub(super) fn error(top: &Value) -> Option<String> {
    let members = top.as_object()?;
    let told = ERRORS.iter().filter_map(|name| member(members, name)).find_map(words);
    told.or_else(|| words(top).filter(|_| is_refusal(top)))
        .or_else(|| BARE.iter().filter_map(|name| member(members, name)).find_map(words).filter(|_| is_bare(members)))
}

/// Whether the list is there and empty.
pub(super) fn is_empty_list(top: &Value) -> bool {
    fn within(value: &Value, depth: u32) -> bool {
        let Some(members) = value.as_object().filter(|_| depth < DEEPEST) else { return false };
        let is_list = |name: &str| LISTS.iter().any(|list| name.eq_ignore_ascii_case(list));
        members.iter().any(|(name, value)| match value {
            Value::Array(list) => list.is_empty() && is_list(name),
            _ => !is_error(name) && within(value, depth + 1),
        })
    }
    top.as_array().is_some_and(Vec::is_empty) || within(top, 0)
}

fn member<'v>(members: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// What is said by a text, by the members of an object that put it in words, or by the first of several.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => {
            let text: String = fold_space(text).chars().take(LONGEST).collect();
            (!text.is_empty()).then_some(text)
        }
        Value::Array(list) => list.first().and_then(words),
        Value::Object(members) => {
            WORDS.iter().filter_map(|name| member(members, name)?.as_str()).find_map(|text| words(&text.into()))
        }
        _ => None,
    }
}

/// Whether an answer says that it is none: by a status of HTTP, or in a word.
pub(super) fn is_refusal(top: &Value) -> bool {
    let Some(members) = top.as_object() else { return false };
    let number = |members: &Map<String, Value>| {
        let named =
            ["status", "statuscode", "status_code", "code"].into_iter().filter_map(|name| member(members, name));
        named.filter_map(Value::as_u64).any(|number| (400..600).contains(&number))
    };
    let is_no = |name: &str| member(members, name) == Some(&Value::Bool(false));
    let word = member(members, "status").and_then(Value::as_str).unwrap_or_default();
    number(members)
        || member(members, "data").and_then(Value::as_object).is_some_and(number)
        || ["success", "ok"].into_iter().any(is_no)
        || ["error", "fail", "failed", "failure"].iter().any(|no| word.eq_ignore_ascii_case(no))
}

/// Whether an answer holds nothing but texts, none of its members saying that all is well.
fn is_bare(members: &Map<String, Value>) -> bool {
    members.values().all(|value| match value {
        Value::Null | Value::String(_) => true,
        Value::Number(number) => !matches!(number.as_u64(), Some(0 | 200)),
        Value::Bool(is) => !is,
        Value::Array(_) | Value::Object(_) => false,
    })
}
