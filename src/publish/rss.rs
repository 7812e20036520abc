//! RSS 2.0 with `content:encoded`, Dublin Core, Media RSS, syndication hints, iTunes' playing times and `atom:link`.

use std::collections::BTreeMap;

use ::rss::extension::atom::{AtomExtension, Link};
use ::rss::extension::dublincore::DublinCoreExtension;
use ::rss::extension::itunes::ITunesItemExtension;
use ::rss::extension::syndication::{SyndicationExtension, UpdatePeriod};
use ::rss::extension::{Extension, ExtensionMap};
use ::rss::{Category, Channel, Enclosure, Guid, Item, Source};
use chrono::{DateTime, SecondsFormat, Utc};

use super::{Format, Links, archive, excerpt, media};
use crate::model::{Entry, Feed};

/// Minutes for which a reader may keep the document. Asking again costs a 304, so this is short.
const TTL: &str = "30";
/// The same for readers that know `sy:` and not `ttl`: so many times an hour.
const TIMES_AN_HOUR: u32 = 2;
/// The namespace of `dcterms:modified`.
const TERMS: &str = "http://purl.org/dc/terms/";
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
    let mut namespaces = BTreeMap::new();
    if items.iter().any(|item| !item.extensions.is_empty()) {
        let used = |name: &str| items.iter().any(|item| item.extensions.contains_key(name));
        let known = [("media", media::NAMESPACE), ("dcterms", TERMS)];
        namespaces.extend(known.into_iter().filter(|(n, _)| used(n)).map(|(n, url)| (n.to_owned(), url.to_owned())));
    }
    let mut past = ExtensionMap::new();
    if archive::is_archive(links) {
        namespaces.insert("fh".to_owned(), archive::NAMESPACE.to_owned());
        let mark = Extension { name: "fh:archive".to_owned(), ..Extension::default() };
        past.insert("fh".to_owned(), BTreeMap::from([("archive".to_owned(), vec![mark])]));
    }
    let channel = Channel {
        title: feed.title.clone(),
        link: links.home.clone(),
        // The element is required; the title says at least as much as nothing would.
        description: feed.description.clone().unwrap_or_else(|| feed.title.clone()),
        language: feed.language.clone(),
        pub_date: entries.iter().map(|e| e.published).max().map(|date| date.to_rfc2822()),
        last_build_date: Some(changed.to_rfc2822()),
        generator: Some("Courant".to_owned()),
        docs: Some(DOCS.to_owned()),
        ttl: Some(TTL.to_owned()),
        syndication_ext: Some(SyndicationExtension {
            period: UpdatePeriod::Hourly,
            frequency: TIMES_AN_HOUR,
            ..SyndicationExtension::default()
        }),
        extensions: past,
        atom_ext: Some(AtomExtension { links: atom_links }),
        items,
        namespaces,
        ..Channel::default()
    };
    // Writing to memory does not fail.
    channel.write_to(Vec::new()).unwrap_or_default()
}

fn item(entry: &Entry, feed: &Feed, links: &Links, aggregated: bool) -> Item {
    let description = entry.summary.clone().or_else(|| entry.content.as_deref().map(|html| excerpt(html, EXCERPT)));
    let creators: Vec<String> = entry.authors.iter().map(|author| author.name.clone()).collect();
    let language = entry.language.iter().filter(|own| Some(*own) != feed.language.as_ref()).cloned().collect();
    Item {
        title: Some(entry.title.clone()),
        link: entry.url.as_ref().map(ToString::to_string),
        description: description.filter(|text| !text.is_empty()).map(|text| as_html(&text)),
        categories: entry.categories.iter().map(|name| Category { name: name.clone(), domain: None }).collect(),
        // The specification allows one; the others are `media:content`.
        enclosure: entry.enclosures.first().map(|enclosure| Enclosure {
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
        dublin_core_ext: (!creators.is_empty() || entry.language.is_some()).then(|| DublinCoreExtension {
            creators,
            languages: language,
            ..DublinCoreExtension::default()
        }),
        itunes_ext: episode(entry),
        extensions: extensions(entry),
        ..Item::default()
    }
}

/// What podcast players ask of an episode: its playing time, and a picture in a format they take.
fn episode(entry: &Entry) -> Option<ITunesItemExtension> {
    let plays =
        |kind: &Option<String>| kind.as_ref().is_some_and(|k| k.starts_with("audio/") || k.starts_with("video/"));
    let media = entry.enclosures.iter().find(|enclosure| plays(&enclosure.media_type))?;
    let fits = |path: &str| [".jpg", ".png"].iter().any(|ending| path.ends_with(ending));
    let image = entry.picture.as_ref().map(|picture| &picture.url).filter(|url| fits(url.path()));
    let duration = media.seconds.map(|s| format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60));
    (image.is_some() || duration.is_some()).then(|| ITunesItemExtension {
        image: image.map(ToString::to_string),
        duration,
        ..ITunesItemExtension::default()
    })
}

/// Plain text as the HTML that `description` is read as.
fn as_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn extensions(entry: &Entry) -> ExtensionMap {
    let mut named: BTreeMap<String, Vec<Extension>> = BTreeMap::new();
    for element in media::elements(entry) {
        named.entry(element.name.to_owned()).or_default().push(extension(element));
    }
    let mut all = ExtensionMap::new();
    if !named.is_empty() {
        all.insert("media".to_owned(), named);
    }
    if entry.updated > entry.published {
        let modified = Extension {
            name: "dcterms:modified".to_owned(),
            value: Some(entry.updated.to_rfc3339_opts(SecondsFormat::Secs, true)),
            ..Extension::default()
        };
        all.insert("dcterms".to_owned(), BTreeMap::from([("modified".to_owned(), vec![modified])]));
    }
    all
}

/// Media elements nest once, so this does too.
fn extension(element: media::Element) -> Extension {
    let mut children: BTreeMap<String, Vec<Extension>> = BTreeMap::new();
    for child in element.children {
        children.entry(child.name.to_owned()).or_default().push(extension(child));
    }
    Extension {
        name: format!("media:{}", element.name),
        value: element.text,
        attrs: element.attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        children,
    }
}
