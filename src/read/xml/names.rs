//! Namespaces: by their addresses, and by their usual prefixes where a document forgets to declare them.

/// The vocabulary an element or attribute belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::read) enum Space {
    /// None, RSS's own, or whatever the root element has by default: the document's own vocabulary.
    Plain,
    Atom,
    Rdf,
    Content,
    /// Dublin Core, elements and terms alike.
    Dc,
    Media,
    Itunes,
    Slash,
    Thread,
    Syndication,
    Xhtml,
    Xml,
    FeedBurner,
    News,
    /// Comments of weblogs (`wfw:`).
    Wfw,
    /// Places, as GeoRSS writes them.
    GeoRss,
    /// Places, as the W3C's basic vocabulary writes them.
    Geo,
    /// Places, as the Geography Markup Language writes them.
    Gml,
    /// Creative Commons' two vocabularies.
    License,
    /// The Podcast namespace.
    Podcast,
    /// Google's picture extension of sitemaps.
    SitemapImage,
    /// RSS 1.1, an RDF dialect of its own.
    Rss11,
    /// All others.
    Foreign,
}

impl Space {
    /// One of 32 bits.
    pub(super) fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// The vocabulary of a namespace's address.
pub(super) fn by_address(address: &str) -> Space {
    let address = address.trim().to_ascii_lowercase();
    let is = |starts: &[&str]| starts.iter().any(|s| address.starts_with(s));
    if address.is_empty() {
        Space::Plain
    } else if is(&[
        "http://www.w3.org/2005/atom",
        "https://www.w3.org/2005/atom",
        "http://purl.org/atom/",
        "http://purl.org/echo/",
        "http://example.com/newformat#",
        "http://example.com/necho",
        "uri/of/echo/",
        "http://purl.org/pie/",
    ]) {
        Space::Atom
    } else if is(&["http://www.w3.org/1999/02/22-rdf-syntax-ns"]) {
        Space::Rdf
    } else if is(&["http://purl.org/rss/1.0/modules/content", "https://purl.org/rss/1.0/modules/content"]) {
        Space::Content
    } else if is(&["http://purl.org/dc/", "https://purl.org/dc/", "http://www.purl.org/dc/"]) {
        Space::Dc
    } else if is(&[
        "http://search.yahoo.com/mrss",
        "https://search.yahoo.com/mrss",
        "http://www.rssboard.org/media-rss",
        "http://video.search.yahoo.com/mrss",
    ]) {
        Space::Media
    } else if is(&[
        "http://www.itunes.com/dtds/",
        "https://www.itunes.com/dtds/",
        "http://example.com/dtds/podcast-1.0.dtd",
    ]) {
        Space::Itunes
    } else if is(&["http://purl.org/rss/1.0/modules/slash"]) {
        Space::Slash
    } else if is(&["http://purl.org/syndication/thread"]) {
        Space::Thread
    } else if is(&["http://purl.org/rss/1.0/modules/syndication", "http://purl.org/rss/modules/syndication"]) {
        Space::Syndication
    } else if is(&["http://www.w3.org/1999/xhtml", "https://www.w3.org/1999/xhtml"]) {
        Space::Xhtml
    } else if is(&["http://www.w3.org/xml/1998/namespace"]) {
        Space::Xml
    } else if is(&["http://rssnamespace.org/feedburner"]) {
        Space::FeedBurner
    } else if is(&["http://www.google.com/schemas/sitemap-news", "https://www.google.com/schemas/sitemap-news"]) {
        Space::News
    } else if is(&["http://www.google.com/schemas/sitemap-image", "https://www.google.com/schemas/sitemap-image"]) {
        Space::SitemapImage
    } else if is(&["http://wellformedweb.org/commentapi"]) {
        Space::Wfw
    } else if is(&["http://www.georss.org/georss"]) {
        Space::GeoRss
    } else if is(&["http://www.w3.org/2003/01/geo/wgs84_pos"]) {
        Space::Geo
    } else if is(&["http://www.opengis.net/gml"]) {
        Space::Gml
    } else if is(&[
        "http://backend.userland.com/creativecommonsrssmodule",
        "http://web.resource.org/cc/",
        "http://cyber.law.harvard.edu/rss/creativecommonsrssmodule",
        "http://creativecommons.org/ns",
        "https://creativecommons.org/ns",
    ]) {
        Space::License
    } else if is(&["https://podcastindex.org/namespace", "http://podcastindex.org/namespace"])
        || is(&["https://github.com/podcastindex-org/podcast-namespace"])
    {
        Space::Podcast
    } else if is(&["http://purl.org/net/rss1.1"]) {
        Space::Rss11
    } else if is(&["http://purl.org/rss/1.0/modules/", "http://purl.org/rss/modules/"]) {
        Space::Foreign
    } else if is(&[
        "http://purl.org/rss/",
        "http://my.netscape.com/",
        "http://channel.netscape.com/rdf/simple/",
        "http://backend.userland.com/",
        "http://blogs.law.harvard.edu/tech/rss",
        "http://cyber.law.harvard.edu/rss",
        "http://www.rssboard.org/",
        "http://www.sitemaps.org/schemas/sitemap",
        "https://www.sitemaps.org/schemas/sitemap",
        "http://www.google.com/schemas/sitemap/",
    ]) {
        Space::Plain
    } else {
        Space::Foreign
    }
}

/// The vocabulary of a prefix that no declaration explains.
pub(super) fn by_prefix(prefix: &str) -> Space {
    match &*prefix.to_ascii_lowercase() {
        "" | "rss" => Space::Plain,
        "atom" | "atom10" | "atom03" | "a10" => Space::Atom,
        "rdf" => Space::Rdf,
        "content" => Space::Content,
        "dc" | "dcterms" | "dct" => Space::Dc,
        "media" => Space::Media,
        "itunes" => Space::Itunes,
        "slash" => Space::Slash,
        "thr" => Space::Thread,
        "sy" | "syn" => Space::Syndication,
        "xhtml" | "html" => Space::Xhtml,
        "xml" => Space::Xml,
        "feedburner" => Space::FeedBurner,
        "news" => Space::News,
        "image" => Space::SitemapImage,
        "wfw" => Space::Wfw,
        "georss" => Space::GeoRss,
        "geo" => Space::Geo,
        "gml" => Space::Gml,
        "creativecommons" | "cc" => Space::License,
        "podcast" => Space::Podcast,
        _ => Space::Foreign,
    }
}
