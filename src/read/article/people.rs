//! Authors: what witnesses state, weighed against whom the byline shows.

use super::byline::shown;
use super::scene::Scene;
use super::stated::Stated;
use crate::model::{Person, fold_space, is_office};

/// Authors from the first witness that names people; where witnesses name only offices, sites or handles, whom the
/// page shows; else what is stated after all.
pub(super) fn authors(scene: &Scene, witnesses: &[&Stated], sites: &[String]) -> Vec<Person> {
    let offices = witnesses.iter().map(|stated| tidy(stated.offices.iter()));
    let witnesses: Vec<Vec<Person>> = witnesses.iter().map(|stated| tidy(stated.authors.iter())).collect();
    let stated = witnesses.iter().find(|people| people.iter().any(|p| is_person(&p.name, sites)));
    let shown: Vec<Person> = shown(scene).into_iter().map(Person::named).filter(|p| is_known_form(&p.name)).collect();
    let Some(stated) = stated else {
        if shown.iter().any(|p| is_person(&p.name, sites)) {
            return shown;
        }
        // An office, the site itself or a handle is better than nobody.
        let mut weak = witnesses.iter().cloned().chain(offices).filter(|people| !people.is_empty());
        return weak.next().unwrap_or(shown);
    };
    // Pages often state the first of several authors, or the first name of one.
    let holds = |whole: &Person, part: &Person| {
        whole
            .name
            .to_lowercase()
            .split(' ')
            .collect::<Vec<_>>()
            .starts_with(&part.name.to_lowercase().split(' ').collect::<Vec<_>>())
    };
    if shown.len() >= stated.len()
        && stated.iter().all(|s| shown.iter().any(|p| holds(p, s)))
        && shown.iter().all(|p| p.name.contains(' ') || shown.len() == 1)
    {
        let known = |p: &Person| stated.iter().find(|s| s.name == p.name).cloned();
        return shown.iter().map(|p| known(p).unwrap_or_else(|| p.clone())).collect();
    }
    stated.clone()
}

/// Each once, no addresses.
pub(super) fn tidy<'p>(people: impl Iterator<Item = &'p Person>) -> Vec<Person> {
    let mut kept: Vec<Person> = Vec::new();
    for person in people {
        let mut person = person.clone();
        person.name = fold_space(&person.name).trim_matches([',', ';', '|', '/', '·', '•', '-', ' ', ':']).to_owned();
        if is_known_form(&person.name) && !kept.iter().any(|k| k.name == person.name) {
            kept.push(person);
        }
        if kept.len() >= 20 {
            break;
        }
    }
    kept
}

/// Whether a text can name anybody at all.
fn is_known_form(name: &str) -> bool {
    (2..=160).contains(&name.chars().count())
        && !name.contains("://")
        && !name.starts_with('@')
        && name.chars().any(char::is_alphabetic)
        && !NOBODY.contains(&name.to_lowercase().as_str())
}

/// Whether a name is a person's rather than a site's, an office's or a handle.
fn is_person(name: &str, sites: &[String]) -> bool {
    let folded = super::title::plain(name).replace(' ', "");
    let handle = !name.contains(' ') && name.is_ascii() && !name.starts_with(|c: char| c.is_ascii_uppercase());
    !sites.contains(&folded) && !is_office(name) && !handle
}

/// What stands in the place of a name where none was given.
#[rustfmt::skip]
const NOBODY: &[&str] = &[
    "none", "null", "undefined", "author", "user", "guest", "unknown", "by", "posts", "n/a", "no author", "name",
];
