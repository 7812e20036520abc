//! By declared paths: the operator says where in the answer the list is, and what its members are called. What the
//! rules leave open is read by its shape.

use std::borrow::Cow;

use serde_json::Value;
use url::Url;

use super::{MAX_ENTRIES, best_list, fields, members, next};
use crate::html::html_to_text;
use crate::model::{Listing, Origin, Person, Picture, Problem, Read, Teaser, Written, fold_space};
use crate::read::paths::{JsonPicker, JsonPickers};
use crate::read::picked::address;

/// Reads the teasers that the rules find in an answer.
pub(super) fn read(top: &Value, rules: &JsonPickers, base: &Url) -> Read<Listing> {
    let mut listing = Listing::default();
    let containers = match &rules.container {
        Some(container) => container.values(top),
        None => vec![Cow::Borrowed(top)],
    };
    if containers.is_empty() {
        let problem = "the answer has changed: nothing in it matches `listing.container`; look at it and mend the rule";
        return Read { value: listing, problems: vec![Problem::failure(problem)] };
    }
    let (mut matched, mut unusable, mut undated) = (0_usize, 0_usize, 0_usize);
    for within in &containers {
        let room = MAX_ENTRIES.saturating_sub(matched);
        let entries = match &rules.item {
            Some(item) => item.entries(within, room),
            None => best_list(within, base).unwrap_or_default().into_iter().take(room).collect(),
        };
        matched += entries.len();
        for teaser in entries.into_iter().map(|entry| teaser(entry, rules, base)) {
            undated += usize::from(!rules.date.is_empty() && teaser.published.is_none());
            if teaser.link.is_some() || teaser.headline.is_some() {
                listing.teasers.push(teaser);
            } else {
                unusable += 1;
            }
        }
    }
    listing.next = match &rules.next {
        Some(rule) => texts(std::slice::from_ref(rule), top).iter().find_map(|text| address(text, base)),
        None => next(top, base),
    };
    let mut problems = Vec::new();
    if matched == 0 && rules.container.is_none() && !holds_empty_list(top, rules) {
        let problem = "nothing in the answer matches `listing.item`: it has changed, or has no news now; name a \
                       `listing.container` that stays, and an empty list will not count as a failure";
        problems.push(Problem::failure(problem));
    }
    if unusable > 0 {
        let kind = if unusable == matched { Problem::failure } else { Problem::note };
        problems.push(kind(format!(
            "{unusable} of {matched} values that match `listing.item` have neither link nor headline"
        )));
    }
    if undated > 0 && undated == matched {
        problems.push(Problem::warning("`listing.date` gave no date for any teaser; see what it selects"));
    }
    Read { value: listing, problems }
}

/// Whether the list is there and empty: `$.posts[*]` finds nothing in `{"posts": []}` for want of news.
fn holds_empty_list(top: &Value, rules: &JsonPickers) -> bool {
    rules
        .item
        .as_ref()
        .and_then(JsonPicker::list)
        .is_some_and(|list| list.query(top).all().iter().any(|v| v.is_array()))
}

fn teaser(entry: &Value, rules: &JsonPickers, base: &Url) -> Teaser {
    // Members that no rule names are found by what they are called.
    let shape = members(entry, base);
    let plain = |rules: &[JsonPicker]| {
        let text = texts(rules, entry).into_iter().next()?;
        Some(fold_space(&html_to_text(&text))).filter(|text| !text.is_empty())
    };
    let names = |rules: &[JsonPicker]| {
        let mut out: Vec<String> = Vec::new();
        for name in rules.iter().map(|rule| rule.values(entry)).find(|v| !v.is_empty()).unwrap_or_default() {
            fields::push_names(&name, &mut out);
        }
        out
    };
    let or = |rules: &[JsonPicker], ruled: Option<String>, shape: Option<String>| match rules {
        [] => shape,
        _ => ruled,
    };
    let date = |rules: &[JsonPicker]| {
        let values = rules.iter().flat_map(|rule| rule.values(entry));
        values.into_iter().find_map(|value| fields::date(&value)).map(|text| Written::new(text, Origin::Feed))
    };
    let first_address = |rules: &[JsonPicker]| texts(rules, entry).iter().find_map(|text| address(text, base));
    Teaser {
        guid: or(&rules.id, texts(&rules.id, entry).into_iter().next(), shape.guid),
        link: if rules.link.is_empty() { shape.link } else { first_address(&rules.link) },
        headline: or(&rules.title, plain(&rules.title), shape.headline),
        summary: or(&rules.summary, texts(&rules.summary, entry).into_iter().next(), shape.summary),
        content: or(&rules.content, texts(&rules.content, entry).into_iter().next(), shape.content),
        published: if rules.date.is_empty() { shape.published } else { date(&rules.date) },
        picture: if rules.image.is_empty() { shape.picture } else { first_address(&rules.image).map(Picture::at) },
        authors: match &*rules.author {
            [] => shape.authors,
            rules => names(rules).into_iter().map(Person::named).collect(),
        },
        categories: if rules.category.is_empty() { shape.categories } else { names(&rules.category) },
        ..shape
    }
}

/// The texts that the first of these rules finds which finds any.
fn texts(rules: &[JsonPicker], within: &Value) -> Vec<String> {
    let found =
        |rule: &JsonPicker| -> Vec<String> { rule.values(within).iter().filter_map(|v| fields::text(v)).collect() };
    rules.iter().map(found).find(|texts| !texts.is_empty()).unwrap_or_default()
}
