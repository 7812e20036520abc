//! What a client prefers: `Accept` and `Accept-Encoding` (RFC 9110 §12.5).

use http::header::{self, HeaderMap};

use super::coding::Coding;
use super::router::Shape;
use crate::publish::Format;

/// The members of a list header with their weights in thousandths, parameters other than `q` off.
fn members(headers: &HeaderMap, name: header::HeaderName) -> impl Iterator<Item = (&str, u16)> {
    headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).flat_map(members_of)
}

fn members_of(line: &str) -> impl Iterator<Item = (&str, u16)> {
    line.split(',').filter_map(|member| {
        let mut parts = member.split(';').map(str::trim);
        let value = parts.next().filter(|v| !v.is_empty())?;
        let weight = parts.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q=")));
        Some((value, weight.map_or(1000, thousandths)))
    })
}

/// `0.8` as 800; what is no weight is 0, so that it does not win.
fn thousandths(weight: &str) -> u16 {
    weight.parse::<f32>().ok().filter(|w| (0.0..=1.0).contains(w)).map_or(0, |w| (w * 1000.0).round() as u16)
}

/// The content coding to answer with: of those the client weighs highest, the one that saves most.
pub(super) fn coding(headers: &HeaderMap) -> Coding {
    if !headers.contains_key(header::ACCEPT_ENCODING) {
        return Coding::Identity;
    }
    heaviest(members(headers, header::ACCEPT_ENCODING))
}

/// The same of a line of `Accept-Encoding`.
pub(super) fn coding_of(line: &str) -> Coding {
    // Feed readers mostly say just this.
    if line == "gzip" { Coding::Gzip } else { heaviest(members_of(line)) }
}

fn heaviest<'h>(members: impl Iterator<Item = (&'h str, u16)>) -> Coding {
    let mut weights = [None; Coding::ALL.len()];
    let mut others = None;
    for (name, weight) in members {
        if name == "*" {
            others = Some(weight);
        } else if let Some(slot) = Coding::named(name).and_then(|c| weights.get_mut(c as usize)) {
            *slot = Some(weight);
        }
    }
    let weight = |coding: Coding| {
        let stated = weights.get(coding as usize).copied().flatten().or(others);
        // §12.5.3: identity is acceptable unless excluded; it is what is left when nothing else is wanted.
        if coding == Coding::Identity { stated.unwrap_or(1) } else { stated.unwrap_or(0) }
    };
    // `max_by_key` gives the last of equals, and the last of `ALL` is the one that saves most.
    Coding::ALL.into_iter().filter(|c| weight(*c) > 0).max_by_key(|c| weight(*c)).unwrap_or(Coding::Identity)
}

/// The shape to answer with where the address names none: a page for browsers and for clients that take
/// anything, a document for feed readers.
pub(super) fn shape(headers: &HeaderMap) -> Shape {
    // Types by which each shape is asked for. Of equals the last wins: a client that names a feed type at all
    // is a feed reader.
    const OFFERS: [(Shape, &str); 8] = [
        (Shape::Document(Format::Json), "application/json"),
        (Shape::Document(Format::Rss), "text/xml"),
        (Shape::Document(Format::Rss), "application/xml"),
        (Shape::Page, "application/xhtml+xml"),
        (Shape::Page, "text/html"),
        (Shape::Document(Format::Json), "application/feed+json"),
        (Shape::Document(Format::Atom), "application/atom+xml"),
        (Shape::Document(Format::Rss), "application/rss+xml"),
    ];
    let weight = |offered: &str| {
        members(headers, header::ACCEPT)
            .filter(|(name, _)| name.eq_ignore_ascii_case(offered))
            .map(|(_, weight)| weight)
            .max()
            .unwrap_or(0)
    };
    let best = OFFERS.into_iter().map(|(shape, offered)| (weight(offered), shape)).filter(|(weight, _)| *weight > 0);
    best.max_by_key(|(weight, _)| *weight).map_or(Shape::Page, |(_, shape)| shape)
}

/// Whether a person's browser asks, to show what comes: it says so by `Sec-Fetch-Mode` (Fetch metadata), or where
/// it may not, over plain HTTP, by `Upgrade-Insecure-Requests`. `Accept` alone would not do: feed readers copy it.
///
/// Chromium shows feeds as bare text whatever style sheet they name (measured with 156: a style sheet counts in
/// `application/xml` only, and XSLT under a warning), so that people get a page.
pub(super) fn navigates(headers: &HeaderMap) -> bool {
    const MODE: header::HeaderName = header::HeaderName::from_static("sec-fetch-mode");
    let is = |name: header::HeaderName, value: &str| headers.get(name).is_some_and(|said| said == value);
    (is(header::UPGRADE_INSECURE_REQUESTS, "1") || is(MODE, "navigate")) && shape(headers) == Shape::Page
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn with(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn the_coding_that_the_client_weighs_highest_wins() {
        let check = |value, expected| assert_eq!(coding(&with(header::ACCEPT_ENCODING, value)), expected, "{value}");
        assert_eq!(coding(&HeaderMap::new()), Coding::Identity);
        check("", Coding::Identity);
        check("gzip", Coding::Gzip);
        check("gzip, deflate, br, zstd", Coding::Brotli);
        check("gzip;q=1.0, br;q=0.5", Coding::Gzip);
        check("GZIP, identity;q=0", Coding::Gzip);
        check("x-gzip", Coding::Gzip);
        check("*", Coding::Brotli);
        check("*, br;q=0, zstd;q=0", Coding::Gzip);
        check("gzip;q=0", Coding::Identity);
        check("identity, gzip;q=0.5", Coding::Identity);
        check("br;q=nonsense, zstd;q=0.1", Coding::Zstd);
        check("*;q=0", Coding::Identity);
    }

    #[test]
    fn a_browser_is_known_by_what_only_browsers_say() {
        let page = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        let check = |headers: &[(&'static str, &str)], expected| {
            let headers =
                headers.iter().map(|(n, v)| (header::HeaderName::from_static(n), HeaderValue::from_str(v).unwrap()));
            assert_eq!(navigates(&headers.collect()), expected);
        };
        check(&[("accept", page), ("sec-fetch-mode", "navigate")], true);
        check(&[("accept", page), ("upgrade-insecure-requests", "1")], true);
        check(&[("accept", page)], false);
        check(&[("accept", page), ("sec-fetch-mode", "cors")], false);
        check(&[("accept", "application/rss+xml, text/html"), ("sec-fetch-mode", "navigate")], false);
    }

    #[test]
    fn browsers_get_pages_and_feed_readers_feeds() {
        let check = |value, expected| assert_eq!(shape(&with(header::ACCEPT, value)), expected, "{value}");
        assert_eq!(shape(&HeaderMap::new()), Shape::Page);
        check("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", Shape::Page);
        check("*/*", Shape::Page);
        check("application/rss+xml, application/atom+xml;q=0.9, */*;q=0.1", Shape::Document(Format::Rss));
        check("application/atom+xml", Shape::Document(Format::Atom));
        check("application/feed+json, application/json;q=0.9", Shape::Document(Format::Json));
        check("application/json", Shape::Document(Format::Json));
        check("application/xml, text/xml, */*", Shape::Document(Format::Rss));
        check("application/rss+xml, text/html", Shape::Document(Format::Rss));
        check("text/html, application/rss+xml;q=0.2", Shape::Page);
    }
}
