use std::collections::BTreeMap;

use askama::Template;

use super::frame::{Frame, When};
use super::outline::outlined;
use super::write;
use crate::model::{Elsewhere, Enclosure, Entry, Picture, SourceId};
use crate::publish::{excerpt, media_type_of};
use crate::serve::addresses::{Addresses, Collection};

#[derive(Template)]
#[template(path = "entry.html")]
struct Page {
    frame: Frame,
    entry: Seen,
}

/// An entry as templates see it.
pub(super) struct Seen {
    pub title: String,
    pub lang: Option<String>,
    pub page: String,
    pub url: Option<String>,
    pub host: String,
    pub authors: String,
    pub categories: String,
    pub source: Option<Link>,
    pub published: When,
    pub updated: Option<When>,
    pub html: Option<String>,
    pub summary: Option<String>,
    pub picture: Option<Lead>,
    pub media: Vec<Media>,
    pub also_in: Vec<Link>,
}

/// A link with its words.
pub(super) struct Link {
    pub title: String,
    pub href: String,
}

/// The lead picture.
pub(super) struct Lead {
    pub src: String,
    pub alt: String,
    pub size: Option<(u32, u32)>,
}

/// Attached media.
pub(super) struct Media {
    pub href: String,
    pub title: String,
    pub about: String,
    pub is_audio: bool,
    pub is_video: bool,
}

impl Seen {
    /// Prepares an entry; `sources` are the titles of those that it may name, `full_text` whether more than the
    /// summary is shown, `level` that of the text's first heading.
    pub fn of(
        entry: &Entry,
        addresses: &Addresses,
        sources: &BTreeMap<SourceId, String>,
        full_text: bool,
        level: usize,
    ) -> Self {
        let html = entry.content.as_deref().filter(|_| full_text).map(|html| outlined(html, level));
        let summary = entry.summary.clone().or_else(|| entry.content.as_deref().map(|html| excerpt(html, 300)));
        // A text that has pictures shows the lead picture itself.
        let pictured = html.as_deref().is_some_and(|html| html.contains("<img"));
        let names = |names: Vec<&str>| names.join(", ");
        Self {
            title: entry.title.clone(),
            lang: entry.language.clone(),
            page: addresses.entry(&entry.id),
            url: entry.url.as_ref().map(ToString::to_string),
            host: entry.url.as_ref().and_then(|url| url.host_str()).unwrap_or("the source").to_owned(),
            authors: names(entry.authors.iter().map(|a| a.name.as_str()).collect()),
            categories: names(entry.categories.iter().map(String::as_str).collect()),
            source: sources.get(&entry.source).map(|title| Link {
                title: title.clone(),
                href: addresses.page(Collection::Source, entry.source.as_str()),
            }),
            published: When(entry.published),
            updated: (entry.updated > entry.published).then_some(When(entry.updated)),
            html,
            summary,
            picture: entry.picture.as_ref().filter(|_| !pictured).map(lead),
            media: entry.enclosures.iter().map(media).collect(),
            also_in: entry.also_in.iter().map(|e| also(e, sources)).collect(),
        }
    }
}

fn also(elsewhere: &Elsewhere, sources: &BTreeMap<SourceId, String>) -> Link {
    let title = sources.get(&elsewhere.source).cloned();
    let host = || elsewhere.url.host_str().unwrap_or_default().to_owned();
    Link { title: title.unwrap_or_else(host), href: elsewhere.url.to_string() }
}

fn lead(picture: &Picture) -> Lead {
    Lead {
        src: picture.url.to_string(),
        alt: picture.alt.clone().unwrap_or_default(),
        size: picture.width.zip(picture.height),
    }
}

fn media(enclosure: &Enclosure) -> Media {
    let path = enclosure.url.path();
    let media_type = enclosure.media_type.as_deref().unwrap_or_else(|| media_type_of(path));
    let name = path.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("attachment");
    let size = enclosure.length.filter(|length| *length > 0).map(|length| match length {
        0..10_000 => format!("{length} bytes"),
        10_000..10_000_000 => format!("{} KB", length / 1000),
        _ => format!("{} MB", length / 1_000_000),
    });
    let time = enclosure.seconds.map(|s| format!("{}:{:02}", s / 60, s % 60));
    let about: Vec<String> = [Some(media_type.to_owned()), size, time].into_iter().flatten().collect();
    Media {
        href: enclosure.url.to_string(),
        title: enclosure.title.clone().unwrap_or_else(|| name.to_owned()),
        about: about.join(", "),
        is_audio: media_type.starts_with("audio/"),
        is_video: media_type.starts_with("video/"),
    }
}

/// The page of one entry.
pub(in crate::serve) fn entry(
    addresses: &Addresses,
    entry: &Entry,
    sources: &BTreeMap<SourceId, String>,
    full_text: bool,
) -> String {
    let frame = Frame::plain(entry.title.clone(), addresses);
    write(&Page { frame, entry: Seen::of(entry, addresses, sources, full_text, 2) })
}
