//! What makes a feed a podcast: Apple's vocabulary of the feed, and the Podcast namespace's elements as they came.

use crate::model::{About, Genre, Page, Person, Show, Tag, fold_space};
use crate::read::xml::{Element, Space};

use super::Root;
use super::address::resolve;
use super::extras::{add_license, image, line, said};

/// How deep elements are carried, and how many in one: no element of the vocabulary is nested deeper.
const DEPTH: usize = 4;
const MANY: usize = 32;
/// Most bytes of a text and of an attribute.
const LONGEST: usize = 4096;
/// Attributes that hold addresses.
const ADDRESSES: [&str; 7] = ["url", "uri", "href", "img", "src", "feedUrl", "accountUrl"];

/// What a channel or feed says of itself: rights, licenses, and what makes it a podcast.
pub(super) fn about(channel: Element, page: &Page) -> About {
    let mut about = About::default();
    let mut show = Show::default();
    for element in channel.children() {
        let is = |local: &str| element.local().eq_ignore_ascii_case(local);
        match element.space() {
            Space::Plain | Space::Atom | Space::Rss11 | Space::Dc if is("copyright") || is("rights") => {
                about.rights = about.rights.take().or_else(|| line(element));
            }
            Space::Plain | Space::Atom if is("link") && element.value("rel") == Some("license") => {
                add_license(&mut about.licenses, element, page);
            }
            Space::License if is("license") => add_license(&mut about.licenses, element, page),
            Space::Itunes => of_show(element, page, &mut show),
            Space::Podcast if about.podcast.len() < MANY => about.podcast.extend(tag(element, page)),
            _ => {}
        }
    }
    about.show = Some(show).filter(|show| *show != Show::default()).map(Box::new);
    about
}

fn of_show(element: Element, page: &Page, show: &mut Show) {
    match &*element.local().to_ascii_lowercase() {
        "author" => show.author = line(element),
        "subtitle" => show.subtitle = line(element),
        "owner" => {
            let part = |local| element.child(Space::Itunes, local).and_then(line);
            let email = part("email").filter(|mail| mail.contains('@'));
            let name = part("name").or_else(|| email.clone());
            show.owner = name.map(|name| Person { name, url: None, email });
        }
        "category" if show.categories.len() < MANY => {
            let named = |e: Element| e.value("text").map(fold_space).or_else(|| line(e)).filter(|n| !n.is_empty());
            let Some(name) = named(element) else { return };
            let under = element.all(Space::Itunes, "category").take(MANY).filter_map(named).collect();
            show.categories.push(Genre { name, under });
        }
        "image" => show.image = image(element, page),
        "type" => {
            let kind = element.text().trim().to_ascii_lowercase();
            show.kind = Some(kind).filter(|k| matches!(&**k, "episodic" | "serial"));
        }
        "explicit" => show.explicit = said(&element.text()),
        "block" => show.blocked = said(&element.text()) == Some(true),
        "complete" => show.complete = said(&element.text()) == Some(true),
        _ => {}
    }
}

/// Where a channel or feed says that it has moved for good (`itunes:new-feed-url`).
pub(super) fn new_address(root: &Root) -> Option<String> {
    let (Root::Rss(root) | Root::Rdf(root) | Root::Atom(root)) = root else { return None };
    let channel = root.children().find(|e| e.local().eq_ignore_ascii_case("channel")).unwrap_or(*root);
    channel.all(Space::Itunes, "new-feed-url").find_map(|e| e.trimmed()).filter(|text| text.len() <= LONGEST)
}

/// An element of the Podcast namespace. Not those that hold for the publisher's own feed only: its id, and entries
/// that are on the air just now.
pub(super) fn tag(element: Element, page: &Page) -> Option<Tag> {
    let own = ["guid", "liveItem"].iter().any(|name| element.local().eq_ignore_ascii_case(name));
    if own { None } else { within(element, page, DEPTH) }
}

/// An element and those in it, so many levels deep.
fn within(element: Element, page: &Page, depth: usize) -> Option<Tag> {
    if !is_name(element.local()) {
        return None;
    }
    let mut attributes: Vec<(String, String)> = Vec::new();
    for (name, value) in element.plain_attributes().take(MANY) {
        let value = value.trim();
        let known = attributes.iter().any(|(known, _)| known == name);
        if known || !is_name(name) || value.is_empty() || value.len() > LONGEST {
            continue;
        }
        let is_address = ADDRESSES.iter().any(|a| a.eq_ignore_ascii_case(name));
        let value = match is_address {
            true => resolve(element, page, value).filter(|url| url.scheme() != "file").map(String::from),
            false => Some(fold_space(value)),
        };
        attributes.extend(value.map(|value| (name.to_owned(), value)));
    }
    let inner = element.children().filter(|e| e.space() == Space::Podcast).take(if depth > 1 { MANY } else { 0 });
    let children: Vec<Tag> = inner.filter_map(|e| within(e, page, depth - 1)).collect();
    let text = element.trimmed().filter(|text| children.is_empty() && text.len() <= LONGEST);
    let says = text.is_some() || !attributes.is_empty() || !children.is_empty();
    says.then(|| Tag { name: element.local().to_owned(), attributes, text: text.map(|t| fold_space(&t)), children })
}

/// Whether a name is one that every format can write.
fn is_name(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric())
}
