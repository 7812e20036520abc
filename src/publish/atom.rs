//! Atom 1.0 (RFC 4287) with Media RSS, and what is carried through.

use std::collections::BTreeMap;

use atom_syndication::extension::{Extension, ExtensionMap};
use atom_syndication::{
    Category, Content, Entry as AtomEntry, Feed as AtomFeed, Generator, Link, Person, Source, Text, TextType,
};
use chrono::{DateTime, TimeDelta, Utc};
use quick_xml::escape::escape;
use url::Url;
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_64;

use super::markup::{self, Element};
use super::tidy::{self, address};
use super::{Format, Links, archive, extras};
use crate::model::{self, Entry, Extras, Feed, Scheme, SourceId};

pub(super) fn write(feed: &Feed, entries: &[Entry], links: &Links, changed: DateTime<Utc>) -> Vec<u8> {
    let aggregated = feed.selection.sources.len() > 1;
    // When each source last changed, as far as this document tells.
    let mut latest: BTreeMap<&SourceId, DateTime<Utc>> = BTreeMap::new();
    for entry in entries.iter().filter(|_| aggregated) {
        let at = latest.entry(&entry.source).or_insert(entry.updated);
        *at = entry.updated.max(*at);
    }
    let entries: Vec<AtomEntry> = entries
        .iter()
        .map(|entry| AtomEntry {
            source: latest.get(&entry.source).and_then(|at| source(entry, links, *at)),
            ..spell(entry, feed)
        })
        .collect();

    let mut own = vec![
        Link { mime_type: Some(Format::Atom.media_type().to_owned()), ..link(&links.this, "self") },
        Link { mime_type: Some("text/html".to_owned()), ..link(&links.home, "alternate") },
    ];
    own.extend(links.hub.iter().map(|hub| link(hub, "hub")));
    let atom = Some(Format::Atom.media_type());
    own.extend(
        archive::relations(links).map(|(rel, href)| Link { mime_type: atom.map(str::to_owned), ..link(href, rel) }),
    );
    let about = feed.about.as_deref();
    own.extend(about.into_iter().flat_map(|about| &about.licenses).map(|url| link(url.as_str(), "license")));
    let carried = about.map(|about| extras::elements_of_feed(about, Format::Atom)).unwrap_or_default();
    let extensions = map(carried.into_iter().chain(archive::mark(links)));
    let used = entries.iter().flat_map(|entry| entry.extensions.keys()).chain(extensions.keys());
    let namespaces = markup::namespaces(used);
    let head = AtomFeed {
        title: words(feed.title.clone()),
        id: id_of(&links.home),
        // Required; the earliest that is taken for a date, where nothing ever changed.
        updated: tidy::plausible(changed).unwrap_or(tidy::FIRST).fixed_offset(),
        // §4.1.1: every entry needs an author; those of nobody known are their source's, else the feed's.
        authors: vec![Person { name: feed.title.clone(), ..Person::default() }],
        generator: Some(Generator { value: "Courant".to_owned(), ..Generator::default() }),
        links: own,
        subtitle: feed.description.clone().or_else(|| about?.description.clone()).map(words),
        rights: about.and_then(|about| about.rights.clone()).map(words),
        logo: about.and_then(|about| about.picture.as_ref()).map(|picture| picture.url.to_string()),
        categories: about.into_iter().flat_map(|about| &about.categories).map(|term| category(term, &[])).collect(),
        namespaces,
        extensions,
        lang: feed.language.clone(),
        ..AtomFeed::default()
    };
    join(&head, entries)
}

/// Plain text as a text construct (§3.1). What reads like escaped markup (`</b>`, `&amp;`) is written as HTML that
/// shows it, so that nobody takes it for some; all else, a lone `&` too, as text, which every reader shows as it is.
fn words(text: impl AsRef<str>) -> Text {
    let text = text.as_ref();
    let mut after = text.split('&').skip(1);
    let reference = after.any(|rest| {
        let name = rest.split(|c: char| c != '#' && !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        !name.is_empty() && rest.get(name.len()..).is_some_and(|rest| rest.starts_with(';'))
    });
    let closing = text.split("</").skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    if reference || closing { Text::html(escape(text)) } else { Text::plain(text) }
}

/// Head and entries as one document, the head's extensions before the first entry: the crate writes them behind the
/// last, which RFC 4287's schema does not allow.
fn join(head: &AtomFeed, entries: Vec<AtomEntry>) -> Vec<u8> {
    const END: &[u8] = b"</feed>";
    // Writing to memory does not fail.
    let mut document = head.write_to(Vec::new()).unwrap_or_default();
    if entries.is_empty() {
        return document;
    }
    let rest = AtomFeed { entries, ..AtomFeed::default() }.write_to(Vec::new()).unwrap_or_default();
    // In text and attributes it would be escaped.
    let first = memchr::memmem::find(&rest, b"<entry>").unwrap_or_default();
    document.truncate(document.len().saturating_sub(END.len()));
    document.extend_from_slice(rest.get(first..).unwrap_or_default());
    document
}

/// A feed's permanent id (§4.2.6): the same for every way of asking for the feed, and no two feeds share one.
fn id_of(home: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, home.as_bytes()).urn().to_string()
}

fn link(href: &str, rel: &str) -> Link {
    Link { href: href.to_owned(), rel: rel.to_owned(), ..Link::default() }
}

fn spell(entry: &Entry, feed: &Feed) -> AtomEntry {
    let lang = entry.language.clone().filter(|own| Some(own) != feed.language.as_ref());
    let plain = |text: &str| Text { lang: lang.clone(), ..words(text) };
    let content = match (&entry.content, &entry.url) {
        (Some(html), _) => Some((html.clone(), "html")),
        // §4.1.2: an entry without a link has content, and be it the title.
        (None, None) => {
            let text = words(entry.summary.as_ref().unwrap_or(&entry.title));
            Some((text.value, if text.r#type == TextType::Html { "html" } else { "text" }))
        }
        (None, Some(_)) => None,
    };
    let mut links: Vec<Link> = entry.url.iter().map(|url| link(url.as_str(), "alternate")).collect();
    links.extend(entry.also_in.iter().map(|elsewhere| link(elsewhere.url.as_str(), "related")));
    links.extend(entry.enclosures.iter().map(|enclosure| Link {
        mime_type: enclosure.media_type.clone(),
        length: enclosure.length.map(|length| length.to_string()),
        title: enclosure.title.clone(),
        ..link(enclosure.url.as_str(), "enclosure")
    }));
    links.extend(carried(&entry.extras));
    AtomEntry {
        title: plain(&entry.title),
        id: entry.id.to_string(),
        updated: told_apart(entry).fixed_offset(),
        authors: entry.authors.iter().map(person).collect(),
        categories: entry.categories.iter().map(|term| category(term, &entry.extras.schemes)).collect(),
        links,
        published: Some(entry.published.fixed_offset()),
        summary: entry.summary.as_deref().map(plain),
        content: content.map(|(value, content_type)| Content {
            lang: lang.clone(),
            value: Some(value),
            content_type: Some(content_type.to_owned()),
            ..Content::default()
        }),
        rights: entry.extras.rights.as_deref().map(plain),
        extensions: map(extras::elements(entry, feed, Format::Atom)),
        ..AtomEntry::default()
    }
}

/// When an entry was updated, with a fraction of a second that is its own: pages give days, so that many entries
/// share an instant, and readers that sort or compare by `updated` (which validators warn of) need a difference.
fn told_apart(entry: &Entry) -> DateTime<Utc> {
    let micros = i64::try_from(xxh3_64(entry.id.0.as_bytes()) % 999_999).unwrap_or_default() + 1;
    entry.updated + TimeDelta::microseconds(micros)
}

fn person(person: &model::Person) -> Person {
    Person { name: person.name.clone(), email: person.email.clone(), uri: person.url.clone(), ..Person::default() }
}

/// Where an entry of a feed of several sources came from (§4.2.11).
fn source(entry: &Entry, links: &Links, latest: DateTime<Utc>) -> Option<Source> {
    let source = links.sources.get(&entry.source)?;
    let document = Link {
        mime_type: Some(Format::Atom.media_type().to_owned()),
        ..link(&format!("{}.atom", source.page), "self")
    };
    Some(Source {
        title: words(source.title.clone()),
        id: id_of(&source.page),
        updated: latest.fixed_offset(),
        // §4.2.1: an entry of nobody known is its source's, not the feed's.
        authors: vec![Person { name: source.title.clone(), ..Person::default() }],
        links: vec![document, link(&source.page, "alternate")],
        ..Source::default()
    })
}

fn category(name: &str, schemes: &[Scheme]) -> Category {
    let Some(of) = schemes.iter().find(|scheme| scheme.category == name) else {
        return Category { term: name.to_owned(), ..Category::default() };
    };
    Category {
        term: of.term.clone().unwrap_or_else(|| name.to_owned()),
        // §4.2.2.2: an IRI.
        scheme: Url::parse(&of.scheme).ok().map(|scheme| address(&scheme).to_string()),
        label: of.term.is_some().then(|| name.to_owned()),
    }
}

/// Where an entry is discussed (RFC 4685), and what it is licensed under (RFC 4946).
fn carried(extras: &Extras) -> Vec<Link> {
    let typed = |url: &Url, kind: &str| Link { mime_type: Some(kind.to_owned()), ..link(url.as_str(), "replies") };
    let pages = extras.comments.iter().map(|url| typed(url, "text/html"));
    // What format their feed has, nobody says but its address; readers look.
    let kind = |url: &Url| if url.path().contains("atom") { Format::Atom } else { Format::Rss };
    let feeds = extras.comments_feed.iter().map(|url| typed(url, kind(url).media_type()));
    pages.chain(feeds).chain(extras.licenses.iter().map(|url| link(url.as_str(), "license"))).collect()
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
    // The crate writes attributes of extensions as they are.
    let attributes = element.attributes.into_iter();
    let attrs = attributes.map(|(name, value)| (name.into_owned(), escape(value).into_owned())).collect();
    Extension { name, value: element.text, attrs, children }
}
