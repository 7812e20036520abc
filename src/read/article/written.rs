//! Dates as written, most trusted first: what is stated, what stands by the headline, what the address says.

use super::dateline::{self, Shown, plausible};
use super::scene::Scene;
use super::script_date::date_in_scripts;
use super::stated::Stated;
use crate::dates::{self, Context, Precision};
use crate::model::{Origin, Written, fold_space};

/// Dates of publication and of change.
#[derive(Debug, Default)]
pub(super) struct Dates {
    pub(super) published: Vec<Written>,
    pub(super) updated: Vec<Written>,
}

pub(super) fn dates(scene: &Scene, witnesses: [(&Stated, Origin); 3]) -> Dates {
    let context = scene.context();
    let mut found = Dates::default();
    for (stated, origin) in witnesses {
        add(&mut found.published, &stated.published, origin, &context);
        add(&mut found.updated, &stated.updated, origin, &context);
    }
    let mut shown = dateline::near(scene, &context, !found.published.is_empty());
    let address = dates::in_url(&scene.page.url, &context).filter(|m| m.precision >= Precision::Day);
    let nothing =
        |found: &Dates, shown: &Shown| found.published.is_empty() && shown.published.is_empty() && address.is_none();
    if nothing(&found, &shown) {
        found.published.extend(date_in_scripts(scene.page, &context));
    }
    if nothing(&found, &shown) {
        let far = dateline::far(scene, &context);
        shown.published.extend(far.published);
        shown.updated.extend(far.updated);
    }
    // A page that shows only when it was changed is as old as that, as far as anyone can tell.
    if nothing(&found, &shown) {
        shown.published.extend(shown.updated.first().cloned());
    }
    found.published.append(&mut shown.published);
    found.updated.append(&mut shown.updated);
    found.published.extend(address.map(|m| Written::new(m.at.format("%Y-%m-%d").to_string(), Origin::Url)));
    let mut seen: Vec<String> = Vec::new();
    found.published.retain(|w| {
        let new = !seen.contains(&w.text);
        seen.push(w.text.clone());
        new
    });
    found
}

fn add(list: &mut Vec<Written>, texts: &[String], origin: Origin, context: &Context) {
    for text in texts {
        let text = fold_space(text);
        if text.len() <= 100 && plausible(dates::parse(&text, context), context) {
            list.push(Written::new(text, origin));
        }
    }
}
