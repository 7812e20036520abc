//! Channel Definition Format (the W3C note of 1997).

use url::Url;

use crate::model::{Listing, Origin, Page, Picture, Teaser, Written, fold_space};
use crate::read::xml::Element;

use super::address::against;
use super::{MAX_ENTRIES, text};

/// Reads a `channel` of CDF.
pub(super) fn read(root: Element, page: &Page) -> Listing {
    let base = root.value("base").and_then(|b| against(&page.url, b)).unwrap_or_else(|| page.url.clone());
    Listing {
        title: title(root),
        description: child(root, "abstract").and_then(|e| text::rss_html(e, page)),
        home: address(root, &base),
        updated: root.value("lastmod").map(|d| Written::new(fold_space(d), Origin::Feed)),
        language: root.language().map(str::to_owned),
        picture: child(root, "logo").and_then(|l| against(&base, l.value("href")?)).map(Picture::at),
        teasers: root
            .descendants()
            .filter(|e| e.local().eq_ignore_ascii_case("item"))
            .take(MAX_ENTRIES)
            .map(|e| teaser(e, page, &base))
            .collect(),
        ..Listing::default()
    }
}

fn child<'x, 'a>(place: Element<'x, 'a>, name: &str) -> Option<Element<'x, 'a>> {
    place.children().find(|e| e.local().eq_ignore_ascii_case(name))
}

fn title(place: Element) -> Option<String> {
    child(place, "title").and_then(text::rss_title)
}

/// The address in `href`, or in an `A` inside.
fn address(place: Element, base: &Url) -> Option<Url> {
    let href = place.value("href").or_else(|| child(place, "a").and_then(|a| a.value("href")));
    against(base, href?)
}

fn teaser(entry: Element, page: &Page, base: &Url) -> Teaser {
    Teaser {
        link: address(entry, base),
        headline: title(entry),
        summary: child(entry, "abstract").and_then(|e| text::rss_html(e, page)),
        updated: entry.value("lastmod").map(|d| Written::new(fold_space(d), Origin::Feed)),
        ..Teaser::default()
    }
}
