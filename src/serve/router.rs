//! Which address leads where. The table that ARCHITECTURE.md shows is this function.

use super::addresses::Collection;
use crate::publish::Format;

/// What a path asks for; ids are as written and not yet known to exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route<'a> {
    /// The index of all feeds.
    Index,
    /// A published feed.
    Feed(&'a str, Asked),
    /// A source's own feed.
    Source(&'a str, Asked),
    /// A part of a feed's or source's history, by its name.
    Archive(Collection, &'a str, &'a str, Format),
    /// A feed's or source's new entries as they come.
    Events(Collection, &'a str),
    /// The WebSub hub.
    Hub,
    /// What a hub asks and brings, by our key for it.
    Inbox(&'a str),
    /// The operator's feed of the sources' troubles.
    Status(Asked),
    /// One entry.
    Entry(&'a str),
    /// The list of all feeds, for import.
    Opml,
    /// The picture in the browser's tab.
    Favicon,
    /// Alive?
    Health,
    /// Numbers for Prometheus.
    Metrics,
    /// The operator's table of sources.
    Admin,
    /// The operator's page of one source.
    AdminSource(&'a str),
    /// A path with a slash too many or too few.
    Elsewhere(Place<'a>),
}

/// Where a path that is not quite right leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// The same without the slash at its end.
    Without(&'a str),
    /// The same with a slash at its end.
    With(&'a str),
}

/// How a feed is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// By an address that names the shape.
    As(Shape),
    /// By the bare address: the client's preference decides.
    Negotiated,
}

/// What a feed can be seen as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Shape {
    /// A document for feed readers.
    Document(Format),
    /// A page for people.
    Page,
    /// What a browser shows where a person opened the address of a document.
    Opened(Format),
}

impl Shape {
    /// All of them; the index of each is its discriminant in [`Shape::index`].
    pub const ALL: [Self; 7] = [
        Self::Document(Format::Rss),
        Self::Document(Format::Atom),
        Self::Document(Format::Json),
        Self::Page,
        Self::Opened(Format::Rss),
        Self::Opened(Format::Atom),
        Self::Opened(Format::Json),
    ];

    /// Its place in [`Shape::ALL`].
    pub fn index(self) -> usize {
        match self {
            Self::Document(Format::Rss) => 0,
            Self::Document(Format::Atom) => 1,
            Self::Document(Format::Json) => 2,
            Self::Page => 3,
            Self::Opened(Format::Rss) => 4,
            Self::Opened(Format::Atom) => 5,
            Self::Opened(Format::Json) => 6,
        }
    }
}

/// Reads a path. `None`: there is nothing of that shape.
pub(super) fn route(path: &str) -> Option<Route<'_>> {
    let mut parts = path.strip_prefix('/')?.splitn(4, '/');
    Some(match (parts.next()?, parts.next(), parts.next(), parts.next()) {
        ("", None, ..) => Route::Index,
        ("feeds", Some(name), None, _) if is_status(name) => status(name),
        ("feeds", Some(name), None, _) if !name.is_empty() => feed(name, Route::Feed),
        ("sources", Some(name), None, _) if !name.is_empty() => feed(name, Route::Source),
        ("feeds", Some(id), Some("events"), None) if !id.is_empty() => Route::Events(Collection::Feed, id),
        ("sources", Some(id), Some("events"), None) if !id.is_empty() => Route::Events(Collection::Source, id),
        ("hub", None, ..) => Route::Hub,
        ("websub", Some(key), None, _) if !key.is_empty() => Route::Inbox(key),
        ("feeds", Some(id), Some("archive"), Some(name)) => return archive(Collection::Feed, id, name),
        ("sources", Some(id), Some("archive"), Some(name)) => return archive(Collection::Source, id, name),
        ("entries", Some(id), None, _) if !id.is_empty() => Route::Entry(id),
        ("opml" | "opml.xml", None, ..) => Route::Opml,
        ("favicon.svg", None, ..) => Route::Favicon,
        ("healthz", None, ..) => Route::Health,
        ("metrics", None, ..) => Route::Metrics,
        ("admin", Some(""), None, _) => Route::Admin,
        ("admin", Some("sources"), Some(id), None) if !id.is_empty() => Route::AdminSource(id),
        ("admin", None, ..) => Route::Elsewhere(Place::With(path)),
        ("feeds" | "sources" | "entries", Some(name), Some(""), None) if !name.is_empty() => {
            Route::Elsewhere(Place::Without(path.trim_end_matches('/')))
        }
        _ => return None,
    })
}

/// The name of the troubles' feed; no id of an operator's begins with `_`.
pub(super) const STATUS: &str = "_status";

fn is_status(name: &str) -> bool {
    name.strip_prefix(STATUS).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn status(name: &str) -> Route<'_> {
    feed(name, |_, asked| Route::Status(asked))
}

/// `3.atom`, `4-17.rss`.
fn archive<'a>(collection: Collection, id: &'a str, name: &'a str) -> Option<Route<'a>> {
    let (part, ending) = name.split_once('.')?;
    let format = Format::ALL.into_iter().find(|format| format.extension() == ending)?;
    (!id.is_empty()).then_some(Route::Archive(collection, id, part, format))
}

/// `name.rss`, `.atom`, `.json`, or the bare name. Ids have no dots.
fn feed<'a>(name: &'a str, kind: impl Fn(&'a str, Asked) -> Route<'a>) -> Route<'a> {
    let format = |ending: &str| Format::ALL.into_iter().find(|format| format.extension() == ending);
    match name.split_once('.').map(|(id, ending)| (id, format(ending))) {
        Some((id, Some(format))) => kind(id, Asked::As(Shape::Document(format))),
        _ => kind(name, Asked::Negotiated),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_leads_where_the_table_says() {
        let check = |path, expected| assert_eq!(route(path), Some(expected), "{path}");
        check("/", Route::Index);
        check("/feeds/all", Route::Feed("all", Asked::Negotiated));
        check("/feeds/all.rss", Route::Feed("all", Asked::As(Shape::Document(Format::Rss))));
        check("/feeds/all.xml", Route::Feed("all.xml", Asked::Negotiated));
        check("/sources/a-b.json", Route::Source("a-b", Asked::As(Shape::Document(Format::Json))));
        let atom = Asked::As(Shape::Document(Format::Atom));
        check("/feeds/_status.atom", Route::Status(atom));
        check("/feeds/_status", Route::Status(Asked::Negotiated));
        check("/feeds/a/archive/4-17.rss", Route::Archive(Collection::Feed, "a", "4-17", Format::Rss));
        check("/sources/a/events", Route::Events(Collection::Source, "a"));
        check("/hub", Route::Hub);
        check("/websub/0b2e", Route::Inbox("0b2e"));
        check("/entries/0b2e", Route::Entry("0b2e"));
        check("/opml", Route::Opml);
        check("/admin", Route::Elsewhere(Place::With("/admin")));
        check("/admin/", Route::Admin);
        check("/admin/sources/x", Route::AdminSource("x"));
        check("/feeds/all/", Route::Elsewhere(Place::Without("/feeds/all")));
    }

    #[test]
    fn other_addresses_lead_nowhere() {
        for path in [
            "",
            "*",
            "/feeds",
            "/feeds/",
            "/feeds//",
            "/feeds/a/b",
            "/feeds/a/archive/3",
            "/feeds//archive/3.atom",
            "/admin/x",
            "/opml/",
            "//",
            "/index.html",
        ] {
            assert_eq!(route(path), None, "{path}");
        }
    }

    #[test]
    fn shapes_know_their_places() {
        for (at, shape) in Shape::ALL.into_iter().enumerate() {
            assert_eq!(shape.index(), at);
        }
    }
}
