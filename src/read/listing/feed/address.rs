//! Addresses in feeds.

use url::{Position, Url};

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
        base.join(own_path(base, text).unwrap_or(text))
    };
    joined.ok().filter(|url| !matches!(url.scheme(), "javascript" | "data" | "vbscript" | "about" | "blob" | "file"))
}

/// Of an address on the same host, written in full as most are, all that is not there already: hosts take long to read.
fn own_path<'t>(base: &Url, text: &'t str) -> Option<&'t str> {
    let path = text.strip_prefix(&base[..Position::BeforePath]).filter(|_| base.has_host())?;
    // What else may stand behind the first slash may mean another host.
    let is_plain = path.strip_prefix('/')?.starts_with(|c: char| c.is_ascii_alphanumeric());
    is_plain.then_some(path)
}

/// Whether a guid is an address by itself.
pub(super) fn is_address(text: &str) -> bool {
    let text = text.trim();
    ["http://", "https://"].iter().any(|s| text.get(..s.len()).is_some_and(|t| t.eq_ignore_ascii_case(s)))
        && !text.contains(char::is_whitespace)
        && Url::parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_full_means_the_same_on_its_own_host() {
        for base in ["https://paper.example/feeds/all.xml?x=1", "http://127.0.0.1:8080/", "https://a:b@paper.example/"]
        {
            let base = Url::parse(base).unwrap();
            let own = &base[..Position::BeforePath];
            for rest in [
                "/",
                "/a",
                "/a/../b?c=d#e",
                "//other.example/",
                "/\\other.example/",
                "/\t/other.example",
                "",
                "x/a",
                "/ä b",
                "?c",
            ] {
                let text = format!("{own}{rest}");
                assert_eq!(against(&base, &text), Url::parse(&text).ok(), "{text}");
            }
        }
    }
}
