//! What the page says of itself: title, language, description, feeds, home, picture.

use url::Url;

use super::outline::Outline;
use crate::model::{FeedLink, Listing, Page, Picture, fold_space};

/// The elements that a page's head speaks with.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// What relative links resolve against.
    pub(super) base: Option<Url>,
    /// Declared language.
    pub(super) language: Option<String>,
    /// The words of `title`.
    pub(super) title: Option<String>,
    /// `meta` elements: name, property or http-equiv in lower case, and content.
    metas: Vec<(String, String)>,
    /// `link` elements: rel in lower case, row.
    links: Vec<(String, usize)>,
}

impl Head {
    /// Reads `html`, `base`, `title`, `meta` and `link` elements, wherever they stand.
    pub(super) fn of(outline: &Outline, page: &Page, title: Option<String>) -> Self {
        let mut head = Self { title, ..Self::default() };
        for row in 0..outline.nodes.len() {
            match outline.tag(row) {
                "html" => {
                    let declared = outline.attribute(row, "lang").or_else(|| outline.attribute(row, "xml:lang"));
                    head.language = head.language.or(declared.map(str::to_owned));
                }
                "base" if head.base.is_none() => {
                    head.base = outline.attribute(row, "href").and_then(|href| page.url.join(href).ok());
                }
                "meta" => {
                    let name = ["name", "property", "http-equiv"].iter().find_map(|a| outline.attribute(row, a));
                    if let (Some(name), Some(content)) = (name, outline.attribute(row, "content")) {
                        head.metas.push((name.to_ascii_lowercase(), fold_space(content)));
                    }
                }
                "link" => {
                    if let Some(rel) = outline.attribute(row, "rel") {
                        head.links.push((rel.to_ascii_lowercase(), row));
                    }
                }
                _ => {}
            }
        }
        let by_meta = head.meta(&["content-language", "language", "og:locale", "dc.language"]).map(str::to_owned);
        head.language = head
            .language
            .or(by_meta)
            .or_else(|| page.content_language.clone())
            .and_then(|tag| Some(tag.split([',', ';']).next()?.trim().replace('_', "-")))
            .filter(|tag| (2..=35).contains(&tag.len()) && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
        head
    }

    /// The content of the first of these `meta` elements that the page has.
    pub(super) fn meta(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| {
            self.metas.iter().find(|(n, content)| n == name && !content.is_empty()).map(|(_, content)| content.as_str())
        })
    }

    /// Fills a listing with what the page says of itself.
    pub(super) fn tell(&self, outline: &Outline, page: &Page, base: &Url, listing: &mut Listing) {
        let title = self.title.as_deref().map(fold_space).filter(|t| !t.is_empty());
        listing.title = title
            .or_else(|| self.meta(&["og:title", "columnname", "og:site_name", "sitename"]).map(str::to_owned))
            .or_else(|| {
                (0..outline.nodes.len())
                    .find(|r| outline.tag(*r) == "h1")
                    .map(|r| outline.line(r))
                    .filter(|t| !t.is_empty())
            });
        listing.description = self.meta(&["description", "og:description", "columndescription"]).map(str::to_owned);
        listing.language.clone_from(&self.language);
        listing.home = Some(page.url.clone());
        let icon = ["apple-touch-icon", "icon", "shortcut icon"].iter().find_map(|rel| self.link(outline, rel, base));
        let picture = self.meta(&["og:image", "twitter:image"]).and_then(|p| base.join(p).ok());
        listing.picture = picture.or(icon).filter(|u| matches!(u.scheme(), "http" | "https")).map(Picture::at);
    }

    /// Where the first `link` of this kind leads.
    pub(super) fn link(&self, outline: &Outline, rel: &str, base: &Url) -> Option<Url> {
        self.links
            .iter()
            .find(|(r, _)| r == rel || r.split_ascii_whitespace().any(|w| w == rel))
            .and_then(|(_, row)| base.join(outline.attribute(*row, "href")?).ok())
    }

    /// The feeds that the page announces.
    pub(super) fn feeds(&self, outline: &Outline, base: &Url) -> Vec<FeedLink> {
        let announcing = self.links.iter().filter(|(rel, _)| Announcing::may_be(rel));
        let announcing =
            announcing.map(|(rel, row)| Announcing::of(rel, |name| outline.attribute(*row, name).map(str::to_owned)));
        feeds(announcing, base)
    }
}

/// A `link` element that may announce a feed.
#[derive(Debug)]
pub(super) struct Announcing {
    /// In lower case.
    rel: String,
    media: Option<String>,
    href: Option<String>,
    title: Option<String>,
}

impl Announcing {
    /// Whether a `rel`, in lower case, may announce a feed.
    pub(super) fn may_be(rel: &str) -> bool {
        rel.split_ascii_whitespace().any(|word| matches!(word, "alternate" | "feed"))
    }

    /// An element by its attributes.
    pub(super) fn of(rel: &str, attribute: impl Fn(&str) -> Option<String>) -> Self {
        let media = attribute("type").map(|t| t.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
        Self { rel: rel.to_owned(), media, href: attribute("href"), title: attribute("title") }
    }

    /// Whether it does.
    pub(super) fn is_feed(&self) -> bool {
        let is_named = || self.rel.split_ascii_whitespace().any(|word| word == "feed");
        match self.media.as_deref() {
            Some("application/rss+xml" | "application/atom+xml" | "application/feed+json" | "application/rdf+xml") => {
                true
            }
            // `application/json` alone is also how APIs are announced.
            Some("application/json" | "text/xml" | "application/xml") => {
                let href = self.href.as_deref().unwrap_or_default().to_ascii_lowercase();
                is_named() || ["feed", "rss", "atom"].iter().any(|word| href.contains(word))
            }
            None => is_named(),
            Some(_) => false,
        }
    }
}

/// The feeds that elements announce.
pub(super) fn feeds(announcing: impl Iterator<Item = Announcing>, base: &Url) -> Vec<FeedLink> {
    let mut feeds: Vec<FeedLink> = Vec::new();
    for Announcing { href, title, media, .. } in announcing.filter(Announcing::is_feed) {
        let url = href.and_then(|href| base.join(&href).ok());
        if let Some(url) = url.filter(|u| matches!(u.scheme(), "http" | "https"))
            && !feeds.iter().any(|f| f.url == url)
            && feeds.len() < 50
        {
            let title = title.as_deref().map(fold_space);
            feeds.push(FeedLink { url, title, media_type: media, folders: Vec::new() });
        }
    }
    feeds
}
