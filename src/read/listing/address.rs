//! What the form of an address says of what it leads to.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hash, Hasher};

use foldhash::fast::FixedState;
use url::Url;

use crate::model::registrable_domain;

/// What an address looks like.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Look {
    /// On the page's own host, `www.` aside.
    pub(super) same_host: bool,
    /// On the page's own registrable domain.
    pub(super) same_site: bool,
    /// Path segments.
    pub(super) depth: usize,
    /// Words in its longest segment.
    pub(super) slug_words: usize,
    /// It has a number of four digits or more, in its path or query, that is no year.
    pub(super) numbered: bool,
    /// It has a year, followed by a month or not.
    pub(super) dated: bool,
    /// It leads to a document to load down.
    pub(super) document: bool,
    /// It leads to a tag, a category, an author, a search.
    pub(super) taxonomy: bool,
    /// It leads to a login, a form, a policy.
    pub(super) service: bool,
    /// It leads to another page of a list.
    pub(super) pager: bool,
    /// It leads to a picture, a sound, a feed.
    pub(super) media: bool,
    /// It shares its leading path with the page.
    pub(super) below: bool,
    /// Hash of its form: host, number and kind of segments, extension, names in the query.
    pub(super) shape: u64,
}

/// Looks at addresses from one page.
pub(super) struct Viewpoint<'p> {
    page: &'p Url,
    host: &'p str,
    site: Option<&'p str>,
    folder: &'p str,
}

impl<'p> Viewpoint<'p> {
    /// From this page.
    pub(super) fn new(page: &'p Url) -> Self {
        let host = bare_host(page);
        let folder = page.path().trim_end_matches('/');
        // `/news/index.html` is the folder `/news`.
        let folder = match folder.rsplit_once('/') {
            Some((above, last)) if last.contains('.') => above,
            _ => folder,
        };
        Self { page, host, site: registrable_domain(host), folder }
    }

    /// Whether an address is the page's own, or the site's front door.
    pub(super) fn is_here_or_root(&self, url: &Url) -> bool {
        if bare_host(url) != self.host {
            return false;
        }
        let path = bare_path(url);
        path.is_empty() && url.query().is_none() || path == bare_path(self.page) && url.query() == self.page.query()
    }

    /// Looks at an address.
    pub(super) fn look(&self, url: &Url) -> Look {
        let host = bare_host(url);
        let mut look = Look { same_host: host == self.host, ..Look::default() };
        look.same_site = look.same_host || self.site.is_some() && registrable_domain(host) == self.site;
        let path = url.path();
        look.below = look.same_host
            && self.folder.len() > 1
            && path.strip_prefix(self.folder).is_some_and(|rest| rest.starts_with('/') && rest.len() > 1);
        let mut shape = FixedState::default().build_hasher();
        host.hash(&mut shape);
        let segments = || path.split('/').filter(|s| !s.is_empty());
        look.depth = segments().count();
        look.depth.hash(&mut shape);
        let mut after_page = false;
        for (n, segment) in segments().enumerate() {
            let last = n + 1 == look.depth;
            let (stem, extension) = match segment.rsplit_once('.') {
                Some((stem, extension)) if last && (2..=5).contains(&extension.len()) && !stem.is_empty() => {
                    (stem, extension)
                }
                _ => (segment, ""),
            };
            let lower = in_lower_case(stem);
            let kind = Segment::of(&lower);
            kind.hash(&mut shape);
            look.slug_words = look.slug_words.max(slug_words(&lower));
            look.dated |= kind == Segment::Year || has_day(&lower);
            look.numbered |= kind == Segment::Number || kind == Segment::Mixed;
            look.taxonomy |= is_taxonomy(&lower) && (!last || look.depth == 1 || extension.is_empty());
            look.service |= is_service(&lower) && look.depth <= 3;
            look.pager |= after_page && kind != Segment::Word || last && is_numbered_page(&lower);
            look.document |= lower.starts_with("download");
            after_page = matches!(&*lower, "page" | "p" | "seite" | "pagina");
            if last {
                let extension = in_lower_case(extension);
                match &*extension {
                    "pdf" | "doc" | "docx" | "xls" | "xlsx" | "ppt" | "pptx" | "odt" | "rtf" | "wpd" | "zip" => {
                        look.document = true;
                    }
                    "jpg" | "jpeg" | "png" | "gif" | "webp" | "svg" | "mp3" | "mp4" | "m4a" | "wma" | "xml" | "rss"
                    | "atom" | "ico" | "css" | "js" => look.media = true,
                    _ => {}
                }
                // One page has `.htm` and `.html` alike; `pdf` is another thing.
                if look.document || look.media { &*extension } else { "" }.hash(&mut shape);
            }
        }
        for (key, value) in url.query_pairs() {
            if is_tracking(&key) {
                continue;
            }
            let key = key.to_ascii_lowercase();
            look.numbered |= value.len() >= 3 && value.bytes().all(|b| b.is_ascii_digit()) || is_id_key(&key);
            look.pager |= matches!(&*key, "page" | "paged" | "pg" | "pageindex" | "pageno" | "start" | "offset")
                && value.bytes().all(|b| b.is_ascii_digit());
            look.taxonomy |= is_taxonomy(&key) && !look.numbered;
            look.service |= is_service(&key) || is_service(&value.to_ascii_lowercase());
            key.hash(&mut shape);
        }
        look.shape = shape.finish();
        look
    }
}

/// The kinds of path segments that tell one form of address from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Segment {
    Year,
    Number,
    Mixed,
    Slug,
    Word,
}

impl Segment {
    fn of(lower: &str) -> Self {
        let digits = lower.bytes().filter(u8::is_ascii_digit).count();
        if digits == lower.len() {
            return if digits == 4 && (lower.starts_with("19") || lower.starts_with("20")) {
                Self::Year
            } else {
                Self::Number
            };
        }
        if slug_words(lower) >= 3 || lower.len() > 24 {
            return Self::Slug;
        }
        if digits >= 4 { Self::Mixed } else { Self::Word }
    }
}

fn slug_words(lower: &str) -> usize {
    // Escaped letters are words of other scripts: `%e4%b8` is half a letter.
    let escaped = lower.matches('%').count();
    let words = lower.split(['-', '_', '+', '.']).filter(|w| w.len() > 1 && !w.bytes().all(|b| b.is_ascii_digit()));
    if escaped >= 6 { (escaped / 5).max(2) } else { words.count() }
}

/// Whether a segment has a day written into it: `20201024`, `2020-10-24`, `t20201024_1`.
fn has_day(lower: &str) -> bool {
    let bytes = lower.as_bytes();
    bytes.windows(6).enumerate().any(|(at, w)| {
        (at == 0 || bytes.get(at - 1).is_none_or(|b| !b.is_ascii_digit()))
            && (w.starts_with(b"19") || w.starts_with(b"20"))
            && w.iter().take(4).all(u8::is_ascii_digit)
            && match w.get(4..6) {
                Some([b'-' | b'_', d]) => d.is_ascii_digit(),
                Some([m, d]) => matches!(m, b'0' | b'1') && d.is_ascii_digit(),
                _ => false,
            }
    })
}

fn is_taxonomy(word: &str) -> bool {
    matches!(
        word,
        "tag"
            | "tags"
            | "category"
            | "categories"
            | "topic"
            | "topics"
            | "author"
            | "authors"
            | "user"
            | "users"
            | "profile"
            | "search"
            | "people"
            | "by"
            | "label"
            | "series"
            | "keyword"
            | "contributor"
            | "contributors"
            | "staff"
            | "member"
            | "members"
            | "autor"
            | "autoren"
            | "thema"
            | "themen"
            | "cat"
            | "genre"
    )
}

fn is_service(word: &str) -> bool {
    matches!(
        word,
        "login"
            | "signin"
            | "signup"
            | "sign-in"
            | "sign-up"
            | "register"
            | "logout"
            | "subscribe"
            | "subscription"
            | "privacy"
            | "terms"
            | "contact"
            | "contact-us"
            | "about"
            | "about-us"
            | "impressum"
            | "datenschutz"
            | "agb"
            | "cookies"
            | "cookie"
            | "cookie-policy"
            | "privacy-policy"
            | "newsletter"
            | "newsletters"
            | "feed"
            | "rss"
            | "sitemap"
            | "advertise"
            | "careers"
            | "jobs"
            | "help"
            | "faq"
            | "support"
            | "cart"
            | "account"
            | "abo"
            | "kontakt"
            | "donate"
            | "share"
            | "print"
            | "mailto"
            | "terms-of-use"
            | "terms-of-service"
            | "accessibility"
            | "disclaimer"
            | "imprint"
    )
}

/// `list_48_2`, `index_3`, `page-2`: a list's further page.
fn is_numbered_page(lower: &str) -> bool {
    ["list_", "list-", "index_", "index-", "page_", "page-", "page"].iter().any(|prefix| {
        lower.strip_prefix(prefix).is_some_and(|rest| {
            !rest.is_empty() && rest.len() <= 8 && rest.bytes().all(|b| b.is_ascii_digit() || b == b'_')
        })
    })
}

fn is_id_key(key: &str) -> bool {
    key == "id"
        || key == "p"
        || key == "nid"
        || key == "aid"
        || key.ends_with("_id")
        || key.ends_with("id") && key.len() <= 6
}

/// Whether a query parameter tells only where the click came from.
fn is_tracking(key: &str) -> bool {
    key.starts_with("utm_") || key.starts_with("at_") || matches!(key, "fbclid" | "gclid" | "ref" | "source" | "wt_zmc")
}

/// Most addresses are in lower case.
fn in_lower_case(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// The path of an address without the document that a folder shows by itself.
fn bare_path(url: &Url) -> &str {
    let path = url.path().trim_end_matches('/');
    match path.rsplit_once('/') {
        Some((above, last)) if last.starts_with("index.") || last.starts_with("default.") => above,
        _ => path,
    }
}

fn bare_host(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(url: &str) -> Look {
        let page = Url::parse("https://www.paper.example/news/index.html").unwrap();
        Viewpoint::new(&page).look(&Url::parse(url).unwrap())
    }

    #[test]
    fn an_address_tells_what_it_leads_to() {
        assert!(look("https://paper.example/2020/10/a-word-or-two").dated);
        assert!(look("https://paper.example/t20201024_1.html").dated);
        assert!(look("https://paper.example/news/x").below);
        assert!(look("https://blog.paper.example/x").same_site);
        assert!(!look("https://other.example/x").same_site);
        assert!(look("https://paper.example/tag/rust/").taxonomy);
        assert!(look("https://paper.example/news/page/2/").pager);
        assert!(look("https://paper.example/list.do?pageIndex=2").pager);
        assert!(look("https://paper.example/a.pdf").document);
        assert!(look("https://paper.example/view.do?nttId=7200").numbered);
        assert!(look("https://paper.example/privacy").service);
    }

    #[test]
    fn addresses_of_one_form_have_one_shape() {
        let shape = |url| look(url).shape;
        assert_eq!(
            shape("https://paper.example/2020/10/24/the-night-ferry-sails"),
            shape("https://paper.example/2021/01/02/a-new-bus-lane-opens")
        );
        assert_ne!(shape("https://paper.example/sport"), shape("https://paper.example/the-night-ferry-sails"));
    }
}
