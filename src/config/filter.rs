//! `[[sources.x.filter]]`: steps in order, one verb each.

use crate::model::{Field, Filter, Verb};

use super::complaint::Complaint;
use super::measures;
use super::section::{Section, Value};
use super::suggest::one_of;
use super::words;

const FIELDS: &[(&str, Field)] = &[
    ("title", Field::Title),
    ("url", Field::Url),
    ("summary", Field::Summary),
    ("content", Field::Content),
    ("section", Field::Section),
    ("author", Field::Author),
];

const VERBS: [&str; 5] = ["keep", "drop", "rename", "max_age", "cap"];

/// Reads all steps of a filter.
pub(super) fn read(value: &Value<'_>) -> Option<Vec<Filter>> {
    // `[sources.x.filter]` with single brackets is one step.
    let members = if value.as_section().is_some() { vec![value.clone()] } else { value.list()? };
    Some(members.iter().filter_map(|member| step(member.section()?)).collect())
}

fn step(mut section: Section<'_>) -> Option<Filter> {
    let findings = section.findings;
    let mut places = Vec::new();
    let mut verb = None;
    for key in VERBS {
        let Some(value) = section.take(key) else { continue };
        places.push(value.key_place.clone());
        verb = match key {
            "keep" => value.read(words::regex).map(|r| Verb::Keep(r.value)),
            "drop" => value.read(words::regex).map(|r| Verb::Drop(r.value)),
            "rename" => value.read(words::regex).map(|r| Verb::Rename(r.value, String::new())),
            "max_age" => value.read(measures::some_duration).map(|d| Verb::MaxAge(d.value.as_secs())),
            _ => value.number(1..1_000_000).map(|n| Verb::Cap(usize::try_from(n.value).unwrap_or(usize::MAX))),
        };
    }
    let to = section.take("to");
    let fields = section.take("in").map(|value| {
        let members = if value.as_text().is_some() { Some(vec![value.clone()]) } else { value.list() };
        members.unwrap_or_default().iter().filter_map(|m| m.word(FIELDS)).map(|f| f.value).collect::<Vec<_>>()
    });
    let place = section.place.clone();
    section.finish(&[]);
    match places.as_slice() {
        [] => findings.complain(
            Complaint::error(&place, "a filter step does nothing")
                .remedy(format!("give it one of {}", one_of(VERBS)))
                .remedy("for example: drop = '(?i)sponsored'"),
        ),
        [_] => {}
        [_, second, ..] => findings.complain(
            Complaint::error(second, "a filter step has one verb")
                .remedy("begin another [[….filter]] for the second; steps run in order"),
        ),
    }
    match (&mut verb, to) {
        (Some(Verb::Rename(_, replacement)), Some(value)) => *replacement = value.text()?.value,
        (Some(Verb::Rename(..)), None) => findings.complain(
            Complaint::error(places.first().unwrap_or(&place), "`rename` needs `to`")
                .remedy("say what matches become: to = \"$1\"; to = \"\" takes them out"),
        ),
        (Some(_), Some(value)) => findings.complain(
            Complaint::error(&value.key_place, "`to` belongs to `rename`").remedy("take it out, or write `rename`"),
        ),
        _ => {}
    }
    Some(Filter { verb: verb?, fields: fields.unwrap_or_else(|| vec![Field::Title]) })
}
