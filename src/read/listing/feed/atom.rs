//! Atom 1.0 (RFC 4287) and 0.3.

use url::Url;

use crate::model::{Listing, Origin, Page, Person, Picture, Teaser, Written, fold_space};
use crate::read::xml::{Element, Space};

use super::address::{is_address, resolve};
use super::{MAX_ENTRIES, extras, media, person, podcast, text};

/// Reads a `feed`, or an `entry` that stands alone.
pub(super) fn read(root: Element, page: &Page) -> Listing {
    let own = root.space();
    if root.local().eq_ignore_ascii_case("entry") {
        return Listing { teasers: vec![teaser(root, own, page)], ..Listing::default() };
    }
    let part = |names: &[&str]| first(root, own, names);
    let mut listing = Listing {
        id: part(&["id"]).and_then(|e| e.trimmed()),
        title: titled(root, own, page),
        description: part(&["subtitle", "tagline", "info"]).and_then(|e| text::atom_html(e, page)),
        language: root.language().map(str::to_owned).or_else(|| root.child_text(Space::Dc, "language")),
        home: link(root, own, page, &["alternate"]),
        authors: people(root, own, page),
        categories: categories(root, own),
        published: date(root, own, &["published", "issued", "created"]),
        updated: date(root, own, &["updated", "modified"]),
        picture: part(&["logo", "icon"]).and_then(|e| media::picture(e, page)),
        next: link(root, own, page, &["next", "prev-archive"]),
        about: podcast::about(root, page),
        ..Listing::default()
    };
    let entries = root.children().filter(|e| e.space() == own || e.space() == Space::Atom);
    let entries = entries.filter(|e| e.local().eq_ignore_ascii_case("entry"));
    listing.teasers = entries.take(MAX_ENTRIES).map(|e| teaser(e, own, page)).collect();
    share_authors(&mut listing.teasers, &listing.authors);
    listing
}

/// RFC 4287 §4.2.1: the feed's authors are those of every entry that names none.
pub(super) fn share_authors(teasers: &mut [Teaser], authors: &[Person]) {
    for teaser in teasers.iter_mut().filter(|t| t.authors.is_empty()) {
        teaser.authors = authors.to_vec();
    }
}

/// The first of these elements that says anything; names in order of preference.
fn first<'x, 'a>(place: Element<'x, 'a>, own: Space, names: &[&str]) -> Option<Element<'x, 'a>> {
    names.iter().find_map(|name| {
        place.children().filter(|e| e.is(own, name) || e.is(Space::Atom, name)).find(|e| e.trimmed().is_some())
    })
}

fn titled(place: Element, own: Space, page: &Page) -> Option<String> {
    let titles = place.children().filter(|e| e.is(own, "title") || e.is(Space::Atom, "title"));
    titles
        .into_iter()
        .find_map(|e| text::atom_title(e, page))
        .or_else(|| place.child(Space::Dc, "title").and_then(text::rss_title))
}

fn date(place: Element, own: Space, names: &[&str]) -> Option<Written> {
    let written = first(place, own, names).and_then(|e| e.trimmed());
    let others = || {
        let dc: &[&str] =
            if names.contains(&"published") { &["issued", "created", "date"] } else { &["modified", "date"] };
        dc.iter().find_map(|name| place.child_text(Space::Dc, name))
    };
    written.or_else(others).map(|t| Written::new(fold_space(&t), Origin::Feed))
}

/// The address of the best link of one of these relations; HTML before other types.
fn link(place: Element, own: Space, page: &Page, relations: &[&str]) -> Option<Url> {
    let links = || {
        let fits = |l: &Element| {
            let relation = l.value("rel").unwrap_or("alternate").to_ascii_lowercase();
            let relation = relation.strip_prefix("http://www.iana.org/assignments/relation/").unwrap_or(&relation);
            relations.contains(&relation)
        };
        place.children().filter(move |e| e.is(own, "link") || e.is(Space::Atom, "link")).filter(fits)
    };
    let html = links().filter(|l| l.value("type").is_some_and(|t| t.contains("html")));
    let untyped = links().filter(|l| l.value("type").is_none());
    html.chain(untyped).chain(links()).find_map(|l| match l.value("href") {
        Some(address) => resolve(l, page, address),
        // Atom never writes it so, but some feeds do as RSS does.
        None => l.trimmed().and_then(|t| resolve(l, page, &t)),
    })
}

fn people(place: Element, own: Space, page: &Page) -> Vec<Person> {
    let mut out = Vec::new();
    for element in place.children().filter(|e| e.is(own, "author") || e.is(Space::Atom, "author")) {
        person::add(&mut out, person::of_element(element, page));
    }
    if out.is_empty() {
        let others = place.all(Space::Dc, "creator").chain(place.all(Space::Itunes, "author"));
        for element in others.take(32) {
            person::add(&mut out, person::of_element(element, page));
        }
    }
    out
}

fn categories(place: Element, own: Space) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let elements = place
        .children()
        .filter(|e| e.is(own, "category") || e.is(Space::Atom, "category") || e.is(Space::Dc, "subject"));
    for element in elements.take(256) {
        let text =
            element.value("label").or_else(|| element.value("term")).map(str::to_owned).or_else(|| element.trimmed());
        let text = text.map(|t| fold_space(&t)).filter(|t| !t.is_empty() && !out.contains(t));
        out.extend(text);
    }
    out
}

fn teaser(entry: Element, own: Space, page: &Page) -> Teaser {
    let shown = media::of_entry(entry, page);
    let mut enclosures = Vec::new();
    for l in entry.children().filter(|e| e.is(own, "link") || e.is(Space::Atom, "link")) {
        if l.value("rel").is_some_and(|r| r.eq_ignore_ascii_case("enclosure")) {
            media::add(&mut enclosures, media::enclosure(l, page));
        }
    }
    for enclosure in shown.enclosures {
        media::add(&mut enclosures, Some(enclosure));
    }
    let content = entry.children().filter(|e| e.is(own, "content") || e.is(Space::Atom, "content"));
    let content = content.into_iter().find_map(|e| text::atom_html(e, page));
    let summary = first(entry, own, &["summary"])
        .and_then(|e| text::atom_html(e, page))
        .or_else(|| entry.child(Space::Dc, "description").and_then(|e| text::rss_html(e, page)));
    let guid = first(entry, own, &["id"]).and_then(|e| e.trimmed());
    let origin = entry.child(Space::FeedBurner, "origLink").and_then(|e| e.trimmed()).filter(|t| is_address(t));
    let source = first(entry, own, &["source"]);
    let mut authors = people(entry, own, page);
    if let Some(source) = source.filter(|_| authors.is_empty()) {
        // RFC 4287 §4.2.1: an entry taken over from another feed keeps that feed's authors.
        authors = people(source, own, page);
    }
    let mut categories = categories(entry, own);
    categories.extend(shown.categories);
    let pictured = enclosures.iter().find(|e| e.media_type.as_deref().is_some_and(|t| t.starts_with("image/")));
    Teaser {
        link: origin
            .and_then(|o| Url::parse(o.trim()).ok())
            .or_else(|| link(entry, own, page, &["alternate"]))
            .or_else(|| guid.as_deref().filter(|g| is_address(g)).and_then(|g| Url::parse(g).ok())),
        headline: titled(entry, own, page).or_else(|| shown.title.as_deref().and_then(text::plain)),
        content: content.or_else(|| shown.description.filter(|_| summary.is_none())),
        summary,
        published: date(entry, own, &["published", "issued", "created"]),
        updated: date(entry, own, &["updated", "modified"]),
        authors,
        categories,
        picture: shown.picture.or_else(|| pictured.map(|e| Picture::at(e.url.clone()))),
        enclosures,
        language: entry.language().map(str::to_owned),
        extras: extras::of_entry(entry, page).boxed(),
        guid,
    }
}
