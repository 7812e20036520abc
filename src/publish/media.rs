//! Media RSS (the `media:` namespace), for the two XML formats alike.

use std::collections::BTreeMap;

use crate::model::{Enclosure, Entry, Picture};

use super::markup::Element;
use super::media_type_of;

/// Roles of the European Broadcasting Union that news have a use for.
const ROLES: [&str; 40] = [
    "actor",
    "anchor person",
    "animator",
    "announcer",
    "art director",
    "artist",
    "author",
    "broadcast journalist",
    "camera operator",
    "commentary or commentator",
    "composer",
    "conductor",
    "correspondent",
    "director",
    "director of photography",
    "distribution company",
    "editor",
    "executive producer",
    "expert",
    "graphic designer",
    "illustrator",
    "interviewed guest",
    "interviewer",
    "music group",
    "musician",
    "news reader",
    "orchestra",
    "participant",
    "performer",
    "photographer",
    "producer",
    "production company",
    "publishing company",
    "reporter",
    "singer",
    "sound recordist",
    "subtitles",
    "technical director",
    "translation",
    "witness",
];

/// An entry's picture (as thumbnail and as content), attached media, and who made them; an address stands once.
pub(super) fn elements(entry: &Entry) -> Vec<Element> {
    let picture = entry.picture.as_ref();
    let mut all: Vec<Element> = picture.into_iter().flat_map(|p| [thumbnail(p), content_of_picture(p)]).collect();
    let mut grouped: BTreeMap<u8, Vec<Element>> = BTreeMap::new();
    for enclosure in entry.enclosures.iter().filter(|e| picture.is_none_or(|p| p.url != e.url)) {
        match enclosure.group {
            Some(group) => grouped.entry(group).or_default().push(content(enclosure)),
            None => all.push(content(enclosure)),
        }
    }
    // One alone is no group.
    for children in grouped.into_values() {
        match children.len() {
            0 | 1 => all.extend(children),
            _ => all.push(Element { children, ..Element::with("media", "group", Vec::new()) }),
        }
    }
    all.extend(entry.extras.credits.iter().map(|credit| {
        let role = credit.role.as_ref().map(|role| role.to_lowercase()).filter(|role| ROLES.contains(&role.as_str()));
        let role = role.into_iter().flat_map(|role| [("role", role), ("scheme", "urn:ebu".to_owned())]);
        Element { text: Some(credit.name.clone()), ..Element::with("media", "credit", role.collect()) }
    }));
    all
}

fn size(width: Option<u32>, height: Option<u32>) -> impl Iterator<Item = (&'static str, String)> {
    [("width", width), ("height", height)].into_iter().filter_map(|(name, n)| Some((name, n?.to_string())))
}

fn thumbnail(picture: &Picture) -> Element {
    let url = std::iter::once(("url", picture.url.to_string()));
    Element::with("media", "thumbnail", url.chain(size(picture.width, picture.height)).collect())
}

fn content_of_picture(picture: &Picture) -> Element {
    let mut attributes = vec![("medium", "image".to_owned()), ("url", picture.url.to_string())];
    let guessed = media_type_of(picture.url.path());
    if guessed.starts_with("image/") {
        attributes.push(("type", guessed.to_owned()));
    }
    attributes.extend(size(picture.width, picture.height));
    let children = picture.alt.iter().map(|alt| plain("description", alt)).collect();
    Element { children, ..Element::with("media", "content", attributes) }
}

fn content(enclosure: &Enclosure) -> Element {
    let mut attributes = vec![("url", enclosure.url.to_string())];
    if let Some(media_type) = &enclosure.media_type {
        attributes.push(("type", media_type.clone()));
        let medium = media_type.split('/').next().filter(|m| matches!(*m, "image" | "audio" | "video"));
        attributes.extend(medium.map(|m| ("medium", m.to_owned())));
    }
    attributes.extend(enclosure.length.filter(|length| *length > 0).map(|l| ("fileSize", l.to_string())));
    attributes.extend(enclosure.seconds.map(|s| ("duration", s.to_string())));
    attributes.extend(size(enclosure.width, enclosure.height));
    let children = enclosure.title.iter().map(|title| plain("title", title)).collect();
    Element { children, ..Element::with("media", "content", attributes) }
}

/// An element of plain text.
fn plain(name: &'static str, text: &str) -> Element {
    let kind = vec![("type", "plain".to_owned())];
    Element { text: Some(text.to_owned()), ..Element::with("media", name, kind) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::tests::entry;
    use url::Url;

    #[test]
    fn a_picture_that_is_attached_too_stands_once() {
        let mut entry = entry("a");
        let url = Url::parse("https://news.example/p.png").unwrap();
        entry.picture = Some(Picture::at(url.clone()));
        entry.enclosures = vec![Enclosure::at(url)];
        let names: Vec<_> = elements(&entry).iter().map(Element::full_name).collect();
        assert_eq!(names, ["media:thumbnail", "media:content"]);
    }
}
