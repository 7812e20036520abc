//! Addresses in feeds.

use url::Url;

use crate::model::Page;
use crate::read::xml::Element;

/// The address that `text` of `element` means: relative ones against every `xml:base` around, then the page.
pub(super) fn resolve(element: Element, page: &Page, text: &str) -> Option<Url> {
    against(&element.base(&page.url), text)
}

/// The address that `text` means on a page at `base`; `None` for what is no address a reader could follow.
pub(super) fn against(base: &Url, text: &str) -> Option<Url> {
    let text = text.trim();
    if text.is_empty() || text.len() > 8192 {
        return None;
    }
    let joined = if text.get(..4).is_some_and(|w| w.eq_ignore_ascii_case("www.")) {
        Url::parse(&format!("http://{text}"))
    } else {
        base.join(text)
    };
    joined.ok().filter(|url| !matches!(url.scheme(), "javascript" | "data" | "vbscript" | "about" | "blob" | "file"))
}

/// Whether a guid is an address by itself.
pub(super) fn is_address(text: &str) -> bool {
    let text = text.trim();
    ["http://", "https://"].iter().any(|s| text.get(..s.len()).is_some_and(|t| t.eq_ignore_ascii_case(s)))
        && !text.contains(char::is_whitespace)
        && Url::parse(text).is_ok()
}
