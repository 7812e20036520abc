//! RSS 2.0 with `content:encoded`, Dublin Core, syndication hints, `atom:link`, Media RSS, and what is carried through.

use std::collections::BTreeMap;

use ::rss::extension::atom::{AtomExtension, Link};
use ::rss::extension::dublincore::DublinCoreExtension;
use ::rss::extension::syndication::{SyndicationExtension, UpdatePeriod};
use ::rss::extension::{Extension, ExtensionMap};
use ::rss::{Category, Channel, Enclosure, Guid, Image, Item, Source};
use chrono::{DateTime, SecondsFormat, Utc};

use super::markup::{self, Element};
use super::{Format, Links, archive, excerpt, extras, tidy};
use crate::model::{Enclosure as Attached, Entry, Feed, Picture, Scheme};

/// Minutes for which a reader may keep the document. Asking again costs a 304, so this is short.
const TTL: &str = "30";
/// The same for readers that know `sy:` and not `ttl`: so many times an hour.
const TIMES_AN_HOUR: u32 = 2;
/// What the specification's `docs` element is for.
const DOCS: &str = "https://www.rssboard.org/rss-specification";
/// How much of a text without a summary stands in `description`, for readers that know no `content:encoded`.
const EXCERPT: usize = 300;

pub(super) fn write(feed: &Feed, entries: &[Entry], links: &Links, changed: DateTime<Utc>) -> Vec<u8> {
    let link = |href: &str, rel: &str, mime_type: Option<&str>| Link {
        href: href.to_owned(),
        rel: rel.to_owned(),
        mime_type: mime_type.map(str::to_owned),
        ..Link::default()
    };
    let mut atom_links = vec![link(&links.this, "self", Some(Format::Rss.media_type()))];
    atom_links.extend(links.hub.iter().map(|hub| link(hub, "hub", None)));
    let rss = Some(Format::Rss.media_type());
    atom_links.extend(archive::relations(links).map(|(rel, href)| link(href, rel, rss)));

    let aggregated = feed.selection.sources.len() > 1;
    let items: Vec<Item> = entries.iter().map(|entry| item(entry, feed, links, aggregated)).collect();
    let about = feed.about.as_deref();
    let carried = about.map(|about| extras::elements_of_feed(about, Format::Rss)).unwrap_or_default();
    let own = map(carried.into_iter().chain(archive::mark(links)));
    let used = items.iter().flat_map(|item| item.extensions.keys()).chain(own.keys());
    let namespaces = markup::namespaces(used);
    let channel = Channel {
        title: feed.title.clone(),
        link: links.home.clone(),
        // The element is required; the title says at least as much as nothing would.
        description: feed
            .description
            .as_ref()
            .or_else(|| about?.description.as_ref())
            .cloned()
            .unwrap_or_else(|| feed.title.clone()),
        language: feed.language.clone(),
        pub_date: entries.iter().map(|e| e.published).max().map(|date| date.to_rfc2822()),
        last_build_date: tidy::plausible(changed).map(|changed| changed.to_rfc2822()),
        generator: Some("Courant".to_owned()),
        docs: Some(DOCS.to_owned()),
        ttl: Some(TTL.to_owned()),
        syndication_ext: Some(SyndicationExtension {
            period: UpdatePeriod::Hourly,
            frequency: TIMES_AN_HOUR,
            ..SyndicationExtension::default()
        }),
        extensions: own,
        copyright: about.and_then(|about| about.rights.clone()),
        categories: about.into_iter().flat_map(|about| &about.categories).map(|name| category(name, &[])).collect(),
        image: about.and_then(|about| about.picture.as_ref()).map(|picture| image(picture, feed, links)),
        atom_ext: Some(AtomExtension { links: atom_links }),
        items,
        namespaces,
        ..Channel::default()
    };
    // Writing to memory does not fail.
    with_numbers(channel.write_to(Vec::new()).unwrap_or_default())
}

/// The same with `&` and `<` in titles and names of categories as hexadecimal references: the RSS Advisory Board's
/// Best Practices Profile asks for them, since readers that take titles for HTML then see what was meant.
fn with_numbers(document: Vec<u8>) -> Vec<u8> {
    const PLACES: [(&[u8], &[u8]); 2] = [(b"<title>", b"</title>"), (b"<category", b"</category>")];
    // How far an end is looked for, so that what has none costs little.
    const FAR: usize = 8192;
    let mut written = Vec::with_capacity(document.len() + 64);
    let mut rest = &*document;
    let opening = memchr::memmem::Finder::new(b"<");
    while let Some(at) = opening.find(rest) {
        let (before, from) = rest.split_at(at);
        written.extend_from_slice(before);
        let place = PLACES.iter().find(|(open, _)| from.starts_with(open));
        let end = place.and_then(|(_, close)| memchr::memmem::find(from.get(..FAR).unwrap_or(from), close));
        let (element, after) = from.split_at(end.unwrap_or(1));
        if end.is_some() && memchr::memchr(b'&', element).is_some() {
            let text = String::from_utf8_lossy(element);
            written.extend_from_slice(text.replace("&amp;", "&#x26;").replace("&lt;", "&#x3C;").as_bytes());
        } else {
            written.extend_from_slice(element);
        }
        rest = after;
    }
    written.extend_from_slice(rest);
    written
}

fn item(entry: &Entry, feed: &Feed, links: &Links, aggregated: bool) -> Item {
    let filled = |text: &String| !text.is_empty();
    let begun = || entry.content.as_deref().map(|html| excerpt(html, EXCERPT)).filter(filled);
    // Beside `content:encoded` there is always one: readers that know no other element show it.
    let named = || entry.content.is_some().then(|| entry.title.clone());
    let description = entry.summary.clone().filter(filled).or_else(begun).or_else(named);
    let creators: Vec<String> = entry.authors.iter().map(|author| author.name.clone()).collect();
    let language: Vec<String> =
        entry.language.iter().filter(|own| Some(*own) != feed.language.as_ref()).cloned().collect();
    let rights: Vec<String> = entry.extras.rights.iter().cloned().collect();
    Item {
        title: Some(entry.title.clone()),
        link: entry.url.as_ref().map(ToString::to_string),
        description: description.map(|text| as_html(&text)),
        categories: entry.categories.iter().map(|name| category(name, &entry.extras.schemes)).collect(),
        comments: entry.extras.comments.as_ref().map(ToString::to_string),
        // The specification allows one; the others are `media:content`.
        enclosure: entry.enclosures.iter().find(|enclosure| is_loadable(enclosure)).map(|enclosure| Enclosure {
            url: enclosure.url.to_string(),
            // The element wants a length; 0 is what the RSS Advisory Board says for an unknown one.
            length: enclosure.length.unwrap_or(0).to_string(),
            mime_type: enclosure.media_type.clone().unwrap_or_default(),
        }),
        guid: Some(Guid { value: entry.id.to_string(), permalink: false }),
        pub_date: Some(entry.published.to_rfc2822()),
        source: links
            .sources
            .get(&entry.source)
            .filter(|_| aggregated)
            .map(|source| Source { url: format!("{}.rss", source.page), title: Some(source.title.clone()) }),
        content: entry.content.clone(),
        dublin_core_ext: (!creators.is_empty() || !language.is_empty() || !rights.is_empty())
            .then(|| DublinCoreExtension { creators, languages: language, rights, ..DublinCoreExtension::default() }),
        extensions: map(extensions(entry, feed)),
        ..Item::default()
    }
}

fn category(name: &str, schemes: &[Scheme]) -> Category {
    let scheme = schemes.iter().find(|scheme| scheme.category == name);
    Category { name: name.to_owned(), domain: scheme.map(|scheme| scheme.scheme.clone()) }
}

/// Whether it is at an address that RSS allows: one of the web, at a host with a name of several parts.
fn is_loadable(enclosure: &Attached) -> bool {
    matches!(enclosure.url.scheme(), "http" | "https")
        && enclosure.url.host_str().is_some_and(|host| host.contains('.'))
}

/// The feed's logo; its sizes only where they are ones that the specification allows.
fn image(picture: &Picture, feed: &Feed, links: &Links) -> Image {
    let within = |size: Option<u32>, most| size.filter(|n| (1..=most).contains(n)).map(|n| n.to_string());
    let fits = picture.width.is_none_or(|w| w <= 144) && picture.height.is_none_or(|h| h <= 400);
    Image {
        url: picture.url.to_string(),
        title: feed.title.clone(),
        link: links.home.clone(),
        width: within(picture.width.filter(|_| fits), 144),
        height: within(picture.height.filter(|_| fits), 400),
        description: None,
    }
}

/// Plain text as the HTML that `description` is read as.
fn as_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn extensions(entry: &Entry, feed: &Feed) -> Vec<Element> {
    let mut all = extras::elements(entry, feed, Format::Rss);
    if entry.updated > entry.published {
        let updated = entry.updated.to_rfc3339_opts(SecondsFormat::Secs, true);
        all.push(Element::text("dcterms", "modified", updated));
    }
    all
}

/// Elements as the crate holds them.
fn map(elements: impl IntoIterator<Item = Element>) -> ExtensionMap {
    let mut all = ExtensionMap::new();
    for element in elements {
        let named = all.entry(element.prefix.to_owned()).or_default();
        named.entry(element.name.to_string()).or_default().push(extension(element));
    }
    all
}

/// Elements nest to a bounded depth, so this does too.
fn extension(element: Element) -> Extension {
    let name = element.full_name();
    let mut children: BTreeMap<String, Vec<Extension>> = BTreeMap::new();
    for child in element.children {
        children.entry(child.name.to_string()).or_default().push(extension(child));
    }
    let attributes = element.attributes.into_iter();
    let attrs = attributes.map(|(name, value)| (name.into_owned(), value)).collect();
    Extension { name, value: element.text, attrs, children }
}
