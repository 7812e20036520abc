//! Authors in all the ways feeds write them.

use crate::model::{Page, Person, fold_space};
use crate::read::xml::{Element, Space};

use super::address::{is_address, resolve};

/// An author written in one line: `me@example.org (My Name)`, `My Name <me@example.org>`, a name, an address.
pub(super) fn of_line(line: &str) -> Option<Person> {
    let line = fold_space(line);
    let line = line.strip_prefix("mailto:").unwrap_or(&line);
    let Some(mail) = mail_in(line) else {
        // A name in brackets after nothing, `(My Name)`, is still a name.
        let bare = line.strip_prefix('(').and_then(|l| l.strip_suffix(')')).unwrap_or(line).trim();
        return (!bare.is_empty()).then(|| Person::named(bare));
    };
    let mail = mail.to_owned();
    let (before, after) = line.split_once(&*mail).unwrap_or((line, ""));
    let trim = |s: &str| {
        s.replace("mailto:", "").trim_matches(|c: char| c.is_whitespace() || "()<>[]\",;:".contains(c)).to_owned()
    };
    let (before, after) = (trim(before), trim(after));
    let name = if before.is_empty() { after } else { before };
    let url = is_address(&name).then(|| name.clone());
    Some(Person { name: if name.is_empty() || url.is_some() { mail.clone() } else { name }, url, email: Some(mail) })
}

/// The first mail address in a line.
fn mail_in(line: &str) -> Option<&str> {
    if !line.contains('@') {
        return None;
    }
    line.split(|c: char| c.is_whitespace() || "()<>[]\",;:".contains(c)).find(|word| {
        word.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty()
                && host.contains('.')
                && !host.contains('@')
                && !host.ends_with('.')
                && !host.starts_with('.')
        })
    })
}

/// An Atom person construct (RFC 4287 §3.2), or the text of one that is none.
pub(super) fn of_element(element: Element, page: &Page) -> Option<Person> {
    let part = |names: &[&str]| {
        let space_fits =
            |e: &Element| e.space() == element.space() || e.space() == Space::Plain || e.space() == Space::Atom;
        let child =
            element.children().filter(space_fits).find(|e| names.iter().any(|n| e.local().eq_ignore_ascii_case(n)));
        child.and_then(|e| e.trimmed().map(|t| (e, fold_space(&t))))
    };
    let name = part(&["name"]).map(|(_, name)| name);
    let email = part(&["email"]).map(|(_, mail)| mail.strip_prefix("mailto:").map(str::to_owned).unwrap_or(mail));
    let url = part(&["uri", "url", "homepage"]).map(|(e, url)| resolve(e, page, &url).map_or(url, String::from));
    if name.is_none() && email.is_none() && url.is_none() {
        return of_line(&element.text());
    }
    // `me@example.org (My Name)` inside `name`.
    let line = name.as_deref().and_then(of_line).unwrap_or_default();
    let email = email.or(line.email);
    let name = if line.name.is_empty() { email.clone().or_else(|| url.clone()).unwrap_or_default() } else { line.name };
    Some(Person { name, url, email })
}

/// Adds a person unless one of that name is there; what either knows more is kept.
pub(super) fn add(people: &mut Vec<Person>, person: Option<Person>) {
    let Some(person) = person else { return };
    let full = people.len() >= 64;
    match people.iter_mut().find(|p| p.name == person.name) {
        Some(known) => {
            known.email = known.email.take().or(person.email);
            known.url = known.url.take().or(person.url);
        }
        None if !full => people.push(person),
        None => {}
    }
}
