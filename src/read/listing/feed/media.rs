//! Enclosures and pictures: RSS `enclosure`, Atom links, Media RSS, iTunes.

use crate::model::{Enclosure, Page, Picture, fold_space};
use crate::read::xml::{Element, Space};

use super::address::resolve;

/// Most enclosures of one entry.
const MAX: usize = 64;

/// Adds an enclosure unless its address is there already; what either knows more is kept.
pub(super) fn add(enclosures: &mut Vec<Enclosure>, enclosure: Option<Enclosure>) {
    let Some(new) = enclosure else { return };
    let full = enclosures.len() >= MAX;
    match enclosures.iter_mut().find(|e| e.url == new.url) {
        Some(known) => {
            known.media_type = known.media_type.take().or(new.media_type);
            known.length = known.length.or(new.length);
            known.title = known.title.take().or(new.title);
            known.seconds = known.seconds.or(new.seconds);
            known.width = known.width.or(new.width);
            known.height = known.height.or(new.height);
            known.group = known.group.or(new.group);
        }
        None if !full => enclosures.push(new),
        None => {}
    }
}

/// An RSS `enclosure`, an Atom `link rel="enclosure"`, or a `media:content`; the address may stand in `url`,
/// `href` or `src`.
pub(super) fn enclosure(element: Element, page: &Page) -> Option<Enclosure> {
    let address = ["url", "href", "src"].iter().find_map(|name| element.value(name))?;
    let length = element.value("length").or_else(|| element.value("fileSize"));
    let pixels = |name| element.value(name).and_then(|n| n.parse().ok()).filter(|n| *n > 0);
    Some(Enclosure {
        media_type: element.value("type").map(str::to_owned),
        length: length.and_then(|l| l.replace([',', '.', ' '], "").parse().ok()),
        title: element.value("title").map(str::to_owned),
        seconds: element.value("duration").and_then(seconds),
        width: pixels("width"),
        height: pixels("height"),
        ..Enclosure::at(resolve(element, page, address)?)
    })
}

/// Playing time: seconds, `MM:SS` or `HH:MM:SS`.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let mut total = 0u64;
    for (n, part) in text.trim().split(':').enumerate() {
        let part = part.trim().split('.').next()?;
        total = total.checked_mul(60)?.checked_add(part.parse().ok()?)?;
        if n > 2 {
            return None;
        }
    }
    (total > 0).then_some(total)
}

/// What the media elements of an entry show.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub(super) enclosures: Vec<Enclosure>,
    pub(super) picture: Option<Picture>,
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) categories: Vec<String>,
}

/// Reads Media RSS and iTunes elements of an entry; of a group the media is one thing in many sizes.
pub(super) fn of_entry(entry: Element, page: &Page) -> Shown {
    let mut shown = Shown::default();
    let mut pictures: Vec<(u8, Picture)> = Vec::new();
    let groups: Vec<Element> = entry.all(Space::Media, "group").take(MAX).collect();
    let grouped = groups.iter().zip(1u8..).flat_map(|(group, n)| {
        let several = group.all(Space::Media, "content").nth(1).is_some();
        group.all(Space::Media, "content").map(move |content| (Some(n).filter(|_| several), content))
    });
    let single = entry.all(Space::Media, "content").map(|content| (None, content));
    let contents: Vec<(Option<u8>, Element)> = single.chain(grouped).take(MAX).collect();
    for place in std::iter::once(entry).chain(groups.iter().copied()).chain(contents.iter().map(|(_, c)| *c)) {
        for element in place.children().filter(|e| e.space() == Space::Media).take(4 * MAX) {
            match &*element.local().to_ascii_lowercase() {
                "thumbnail" => pictures.extend(picture(element, page).map(|p| (1, p))),
                "title" if shown.title.is_none() => shown.title = element.trimmed(),
                "description" if shown.description.is_none() => shown.description = element.trimmed(),
                "category" => shown.categories.extend(element.trimmed().as_deref().map(fold_space)),
                "keywords" => {
                    let words = element.text();
                    shown.categories.extend(words.split(',').map(fold_space).filter(|w| !w.is_empty()).take(MAX));
                }
                _ => {}
            }
        }
    }
    for (group, content) in contents {
        let kind = content.value("type").unwrap_or_default();
        let medium = content.value("medium").unwrap_or_default();
        if medium == "image"
            || kind.starts_with("image/")
            || (medium.is_empty() && kind.is_empty() && is_picture(content))
        {
            // A full picture is better than a thumbnail.
            pictures.extend(picture(content, page).map(|p| (0, p)));
        } else if medium != "document" && !kind.starts_with("text/") {
            add(&mut shown.enclosures, enclosure(content, page).map(|e| Enclosure { group, ..e }));
        }
    }
    if let Some(image) = entry.child(Space::Itunes, "image") {
        pictures.extend(picture(image, page).map(|p| (2, p)));
    }
    pictures.sort_by_key(|(rank, p)| (*rank, std::cmp::Reverse(p.width.unwrap_or(0))));
    shown.picture = pictures.into_iter().next().map(|(_, p)| p);
    shown
}

fn is_picture(content: Element) -> bool {
    let address = content.value("url").unwrap_or_default().to_ascii_lowercase();
    let path = address.split(['?', '#']).next().unwrap_or_default();
    [".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"].iter().any(|end| path.ends_with(end))
}

/// A picture of an element that names it in an attribute, or as its text.
pub(super) fn picture(element: Element, page: &Page) -> Option<Picture> {
    let address = ["url", "href", "src"].iter().find_map(|name| element.value(name)).map(str::to_owned);
    let address = address
        .or_else(|| element.attribute_of(Space::Rdf, "resource").map(str::to_owned))
        .or_else(|| element.trimmed());
    Some(Picture {
        url: resolve(element, page, &address?).filter(|u| matches!(u.scheme(), "http" | "https"))?,
        width: element.value("width").and_then(|w| w.parse().ok()),
        height: element.value("height").and_then(|h| h.parse().ok()),
        alt: None,
    })
}
