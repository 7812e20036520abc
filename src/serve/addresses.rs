//! How pages and documents name each other: on the server, and in a folder of static files.

use std::path::PathBuf;

use url::Url;

use super::router::{STATUS, Shape};
use super::view::Part;
use crate::model::EntryId;
use crate::publish::Format;

/// What has a page and documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Collection {
    /// A published feed.
    Feed,
    /// A source's own feed.
    Source,
}

impl Collection {
    /// The first part of its path.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Feed => "feeds",
            Self::Source => "sources",
        }
    }
}

/// Makes addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Addresses {
    /// `https://news.example/reader`: what absolute addresses begin with.
    base: String,
    /// What links in pages begin with: `/reader`, empty, or `../..` in files.
    root: String,
    /// What follows a page's path: nothing, or `/index.html` in files.
    page: &'static str,
    /// What follows the addresses of feeds and entries: `?token=…` for who has said it, or nothing.
    token: String,
}

impl Addresses {
    /// Those of the server. Links in pages begin with the path of `base` and name no host, so that they hold
    /// under whatever name the server was reached.
    pub fn of_server(base: &Url) -> Self {
        let root = base.path().trim_end_matches('/').to_owned();
        Self { base: base.as_str().trim_end_matches('/').to_owned(), root, page: "", token: String::new() }
    }

    /// Those in a folder of files, for a page that lies `depth` folders deep. Links in pages are relative.
    pub fn in_files(base: &Url, depth: usize) -> Self {
        let root = if depth == 0 { ".".to_owned() } else { vec![".."; depth].join("/") };
        Self { root, page: "/index.html", ..Self::of_server(base) }
    }

    /// The same, with a token that opens what links in pages lead to.
    pub fn with_token(self, token: &str) -> Self {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("token", token).finish();
        Self { token: format!("?{query}"), ..self }
    }

    /// What links to another view of the same page begin with.
    pub fn query(&self, view: &str) -> String {
        if self.token.is_empty() { format!("?{view}") } else { format!("{}&{view}", self.token) }
    }

    /// The path prefix that a reverse proxy may leave on requests.
    pub fn prefix(&self) -> &str {
        if self.page.is_empty() { &self.root } else { "" }
    }

    /// The index, for links in pages.
    pub fn index(&self) -> String {
        if self.page.is_empty() { format!("{}/", self.root) } else { format!("{}{}", self.root, self.page) }
    }

    /// The page of a feed or source, for links in pages.
    pub fn page(&self, collection: Collection, id: &str) -> String {
        format!("{}/{}/{id}{}{}", self.root, collection.folder(), self.page, self.token)
    }

    /// A document, for links in pages.
    pub fn document(&self, collection: Collection, id: &str, format: Format) -> String {
        format!("{}/{}/{id}.{}{}", self.root, collection.folder(), format.extension(), self.token)
    }

    /// The page of an entry, for links in pages.
    pub fn entry(&self, id: &EntryId) -> String {
        format!("{}/entries/{}{}{}", self.root, entry_name(id), self.page, self.token)
    }

    /// The list of feeds, for links in pages.
    pub fn opml(&self) -> String {
        format!("{}{}", self.root, if self.page.is_empty() { "/opml" } else { "/opml.xml" })
    }

    /// The picture in the browser's tab.
    pub fn favicon(&self) -> String {
        format!("{}/favicon.svg", self.root)
    }

    /// The operator's table of sources.
    pub fn admin(&self) -> String {
        format!("{}/admin/", self.root)
    }

    /// The operator's page of one source.
    pub fn admin_source(&self, id: &str) -> String {
        format!("{}/admin/sources/{id}", self.root)
    }

    /// The absolute address of a part of a history.
    pub fn archive(&self, collection: Collection, id: &str, part: Part, format: Format) -> String {
        format!("{}/{}/{id}/archive/{}.{}", self.base, collection.folder(), part.name(), format.extension())
    }

    /// The absolute address of the WebSub hub.
    pub fn hub(&self) -> String {
        format!("{}/hub", self.base)
    }

    /// What an absolute address of ours asks for, if it is one.
    pub fn path_of<'a>(&self, address: &'a str) -> Option<&'a str> {
        address.strip_prefix(&self.base).filter(|path| path.starts_with('/'))
    }

    /// The operator's feed of troubles.
    pub fn status(&self, format: Format) -> String {
        format!("{}/feeds/{STATUS}.{}", self.base, format.extension())
    }

    /// The same, for links in pages.
    pub fn status_link(&self) -> String {
        format!("{}/feeds/{STATUS}.{}", self.root, Format::Atom.extension())
    }

    /// The absolute address of an operator's page of a source.
    pub fn absolute_admin(&self, id: &str) -> String {
        format!("{}/admin/sources/{id}", self.base)
    }

    /// The absolute address of a feed's or source's page or document.
    pub fn absolute(&self, collection: Collection, id: &str, shape: Shape) -> String {
        let ending = match shape {
            Shape::Document(format) | Shape::Opened(format) => format!(".{}", format.extension()),
            Shape::Page => String::new(),
        };
        format!("{}/{}/{id}{ending}", self.base, collection.folder())
    }
}

/// An entry's id as the last part of a path: the bare UUID, or the whole id percent-encoded.
fn entry_name(id: &EntryId) -> String {
    match id.0.strip_prefix("urn:uuid:") {
        Some(uuid) if uuid::Uuid::try_parse(uuid).is_ok() => uuid.to_owned(),
        // `.` and `..` are no names, neither in a URL nor in a folder.
        _ => url::form_urlencoded::byte_serialize(id.0.as_bytes()).collect::<String>().replace('.', "%2E"),
    }
}

/// The id that [`entry_name`] made a name of.
pub(super) fn entry_id(name: &str) -> EntryId {
    if uuid::Uuid::try_parse(name).is_ok() {
        return EntryId(format!("urn:uuid:{}", name.to_ascii_lowercase()));
    }
    let decoded = url::form_urlencoded::parse(name.as_bytes()).next().map(|(name, _)| name.into_owned());
    EntryId(decoded.unwrap_or_default())
}

/// Where an entry's page lies in a folder of files.
pub(super) fn entry_file(id: &EntryId) -> PathBuf {
    PathBuf::from("entries").join(entry_name(id)).join("index.html")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_hold_behind_a_path_prefix_and_in_files() {
        let base = Url::parse("https://news.example/reader/").unwrap();
        let server = Addresses::of_server(&base);
        assert_eq!(server.page(Collection::Feed, "all"), "/reader/feeds/all");
        assert_eq!(server.index(), "/reader/");
        assert_eq!(server.absolute(Collection::Feed, "all", Shape::Page), "https://news.example/reader/feeds/all");
        let root = Addresses::of_server(&Url::parse("http://127.0.0.1:8080").unwrap());
        assert_eq!(root.document(Collection::Source, "x", Format::Rss), "/sources/x.rss");
        let file = Addresses::in_files(&base, 2);
        assert_eq!(file.page(Collection::Feed, "all"), "../../feeds/all/index.html");
        assert_eq!(Addresses::in_files(&base, 0).index(), "./index.html");
    }

    #[test]
    fn an_entry_id_survives_its_address() {
        for id in ["urn:uuid:0b2e5f2c-6d1f-4e57-9a55-1d1e2a3b4c5d", "tag:a.example,2026:x/y?z=ü&1", "a b+c", ".."] {
            let id = EntryId(id.to_owned());
            assert_eq!(entry_id(&entry_name(&id)), id);
        }
        assert_eq!(entry_id("%ff").0, "\u{fffd}");
    }
}
