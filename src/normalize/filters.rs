//! The operator's filters: what of a source is kept, and under which name.

use chrono::{DateTime, TimeDelta, Utc};
use regex::Regex;

use super::html_to_text;
use crate::model::{Draft, Field, Filter, Verb};

/// A source's filters with their patterns compiled; made once, when the source is loaded.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    steps: Vec<Step>,
}

#[derive(Debug, Clone)]
enum Step {
    Keep(Regex, Vec<Field>),
    Drop(Regex, Vec<Field>),
    Rename(Regex, String, Vec<Field>),
    MaxAge(TimeDelta),
}

impl Filters {
    /// Compiles filters. A pattern that is none does nothing: those were refused when the configuration was
    /// loaded.
    pub fn of(filters: &[Filter]) -> Self {
        let mut steps = Vec::with_capacity(filters.len());
        for filter in filters {
            let fields = if filter.fields.is_empty() { vec![Field::Title] } else { filter.fields.clone() };
            match &filter.verb {
                Verb::Keep(pattern) => steps.extend(Regex::new(pattern).map(|p| Step::Keep(p, fields))),
                Verb::Drop(pattern) => steps.extend(Regex::new(pattern).map(|p| Step::Drop(p, fields))),
                Verb::Rename(pattern, with) => {
                    steps.extend(Regex::new(pattern).map(|p| Step::Rename(p, with.clone(), fields)));
                }
                Verb::MaxAge(seconds) => {
                    let seconds = i64::try_from(*seconds).unwrap_or(i64::MAX);
                    steps.push(Step::MaxAge(TimeDelta::try_seconds(seconds).unwrap_or(TimeDelta::MAX)));
                }
                // A cap counts drafts, which is the harvest's to do.
                Verb::Cap(_) => {}
            }
        }
        Self { steps }
    }

    /// Whether a draft stays; renames are applied to it in their turn.
    pub fn keep(&self, draft: &mut Draft, now: DateTime<Utc>) -> bool {
        self.steps.iter().all(|step| match step {
            Step::Keep(pattern, fields) => matches(draft, pattern, fields),
            Step::Drop(pattern, fields) => !matches(draft, pattern, fields),
            Step::Rename(pattern, with, fields) => {
                fields.iter().for_each(|field| rename(draft, pattern, with, *field));
                true
            }
            Step::MaxAge(age) => draft.published.is_none_or(|at| now.signed_duration_since(at) <= *age),
        })
    }
}

fn matches(draft: &Draft, pattern: &Regex, fields: &[Field]) -> bool {
    fields.iter().any(|field| match field {
        Field::Title => pattern.is_match(&draft.title),
        Field::Url => draft.url.as_ref().is_some_and(|url| pattern.is_match(url.as_str())),
        Field::Summary => draft.summary.as_ref().is_some_and(|text| pattern.is_match(text)),
        Field::Content => draft.content.as_ref().is_some_and(|html| pattern.is_match(&html_to_text(html))),
        Field::Section => draft.categories.iter().any(|name| pattern.is_match(name)),
        Field::Author => draft.authors.iter().any(|person| pattern.is_match(&person.name)),
    })
}

/// Replaces in a field; a title is never left empty, and addresses and full text are not for renaming.
fn rename(draft: &mut Draft, pattern: &Regex, with: &str, field: Field) {
    let change = |text: &str| pattern.replace_all(text, with).trim().to_owned();
    match field {
        Field::Title => {
            let title = change(&draft.title);
            if !title.is_empty() {
                draft.title = title;
            }
        }
        Field::Summary => {
            draft.summary = draft.summary.take().map(|text| change(&text)).filter(|text| !text.is_empty())
        }
        Field::Section => {
            draft.categories.iter_mut().for_each(|name| *name = change(name));
            draft.categories.retain(|name| !name.is_empty());
        }
        Field::Author => {
            draft.authors.iter_mut().for_each(|person| person.name = change(&person.name));
            draft.authors.retain(|person| !person.name.is_empty());
        }
        Field::Url | Field::Content => {}
    }
}
