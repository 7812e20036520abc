//! `[browser]`, and `[sources.x.browser]`: what a browser waits for and does before a list is read.

use std::path::PathBuf;

use crate::fetch::BrowserRules;
use crate::model::{Browsing, ListingRules, Rules, Step};
use crate::read::CompiledRules;

use super::complaint::{At, Complaint};
use super::measures;
use super::section::{Fault, Section, Value};

/// Most clicks or scrolls of one step.
const MOST: u64 = 100;
/// Most steps.
const STEPS: usize = 20;

/// Reads a source's `browser` table.
pub(super) fn read(value: &Value<'_>) -> Option<At<Browsing>> {
    let mut section = value.section()?;
    let wait = section.read("wait", css).map(|wait| wait.value);
    let steps = section.take("steps").and_then(|value| steps(&value)).unwrap_or_default();
    section.finish(&[
        ("click", "`steps`: steps = [{ click = \"button.more\" }]"),
        ("scroll", "`steps`: steps = [{ scroll = 5 }]"),
        ("path", "[browser]"),
        ("tabs", "[browser]"),
        ("memory", "[browser]"),
        ("timeout", "[browser]"),
    ]);
    Some(At { value: Browsing { wait, steps }, place: value.key_place.clone() })
}

fn steps(value: &Value<'_>) -> Option<Vec<Step>> {
    // One step need not stand in a list.
    let members = if value.as_section().is_some() { vec![value.clone()] } else { value.list()? };
    if members.len() > STEPS {
        value.refuse(Fault::new("so many steps are a program", format!("at most {STEPS} steps are done")));
        return None;
    }
    Some(members.iter().filter_map(step).collect())
}

fn step(value: &Value<'_>) -> Option<Step> {
    let mut section = value.section()?;
    let findings = section.findings;
    let (click, scroll, times) = (section.take("click"), section.take("scroll"), section.take("times"));
    // A step in a list has no key of its own to point at.
    let place = value.place.clone();
    section.finish(&[("wait", "the `browser` table itself")]);
    let often = |value: Option<&Value<'_>>| match value {
        Some(value) => value.number(1..MOST + 1).and_then(|n| u32::try_from(n.value).ok()),
        None => Some(1),
    };
    match (click, scroll) {
        (Some(click), None) => {
            let (target, times) = (click.read(css), often(times.as_ref()));
            Some(Step::Click { target: target?.value, times: times? })
        }
        (None, Some(scroll)) => {
            if let Some(times) = &times {
                findings.complain(
                    Complaint::error(&times.key_place, "`times` belongs to `click`")
                        .remedy("say how often behind `scroll`: { scroll = 5 }"),
                );
            }
            often(Some(&scroll)).map(Step::Scroll)
        }
        (Some(_), Some(scroll)) => {
            findings.complain(
                Complaint::error(&scroll.key_place, "a step does one thing")
                    .remedy("make it two: [{ click = \"button.more\" }, { scroll = 5 }]"),
            );
            None
        }
        (None, None) => {
            findings.complain(
                Complaint::error(&place, "a step does nothing")
                    .remedy("write { click = \"button.more\", times = 3 } or { scroll = 5 }"),
            );
            None
        }
    }
}

/// A CSS selector, as the reader of pages understands it.
fn css(text: &str) -> Result<String, Fault> {
    let rules = |item| Rules { listing: ListingRules { item, ..ListingRules::default() }, ..Rules::default() };
    let remedy = "write a CSS selector, like \"ul.news > li\"";
    match CompiledRules::compile(&rules(Some(text.to_owned()))) {
        Ok(rules) if rules.json().is_none() && !text.contains('@') => Ok(text.to_owned()),
        Ok(_) => Err(Fault::new("this is no CSS selector of an element", remedy)),
        Err(errors) => {
            let (message, at) = errors.into_iter().next().map_or((String::new(), None), |e| (e.message, e.at));
            let span = at.map(|at| at..at + 1).filter(|span| text.get(span.clone()).is_some());
            Err(Fault { message, remedy: Some(remedy.to_owned()), span })
        }
    }
}

/// Reads `[browser]`.
pub(super) fn rules(mut section: Section<'_>, folder: &std::path::Path, rules: &mut BrowserRules) {
    if let Some(path) = section.text("path") {
        // A bare path is relative to the file, as all paths are.
        rules.path = Some(folder.join(PathBuf::from(path.value)));
    }
    if let Some(tabs) = section.number("tabs", 1..33) {
        rules.tabs = usize::try_from(tabs.value).unwrap_or(rules.tabs);
    }
    if let Some(memory) = section.read("memory", |text| match measures::size(text) {
        Ok(bytes) if bytes < 256 << 20 => Err(Fault::new(
            "Chromium does not fit into so little",
            "give it \"256MB\" at least; it takes about \"500MB\"",
        )),
        read => read,
    }) {
        rules.memory = memory.value;
    }
    if let Some(timeout) = section.read("timeout", |text| match measures::some_duration(text) {
        Ok(time) if !(5..=300).contains(&time.as_secs()) => {
            Err(Fault::new("this is no time for a page", "give it \"5s\" to \"5m\""))
        }
        read => read,
    }) {
        rules.timeout = timeout.value;
    }
    section.finish(&[
        ("wait", "[sources.….browser]"),
        ("steps", "[sources.….browser]"),
        ("render", "a source or [defaults]"),
    ]);
}
