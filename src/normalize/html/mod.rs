//! Foreign HTML into clean HTML.
//!
//! In two steps, but for what is clean already ([`plain`]). [`rewrite`] walks a bounded tree and writes it again, with addresses absolute, lazy pictures
//! made plain and embeds made links. Then ammonia, a kept library, lets through only what is on a list: it is
//! the last to touch the text, so that no mistake of ours can let anything live through.

mod embed;
mod image;
mod plain;
mod rewrite;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::Builder;
use url::Url;

use crate::html::{clean_html_to_text, html_to_text};

/// Schemes a link may have: none of them runs anything in a reader.
const LINK_SCHEMES: [&str; 12] =
    ["http", "https", "mailto", "tel", "sms", "ftp", "magnet", "xmpp", "geo", "irc", "news", "sip"];

/// Clean HTML of any HTML: nothing live survives, visible text does; addresses are absolute against `base`.
///
/// Kept are text structure, links, pictures (with `srcset`, sizes and alternative text), figures, tables, code,
/// audio and video. Players in frames become links, with a poster where one is known; lazily loaded pictures
/// become plain ones; tracking pixels go. Clean HTML comes out as it went in.
pub fn sanitize(html: &str, base: Option<&Url>) -> String {
    cleaned(html, base).0
}

/// The same, and the text that it shows.
pub(super) fn sanitize_and_read(html: &str, base: Option<&Url>) -> (String, String) {
    let (html, plain) = cleaned(html, base);
    let text = if plain { clean_html_to_text(&html) } else { html_to_text(&html) };
    (html, text)
}

/// Clean HTML, and whether it was clean already.
fn cleaned(html: &str, base: Option<&Url>) -> (String, bool) {
    if !html.contains(['<', '>', '&']) {
        return (html.trim().to_owned(), true);
    }
    plain::clean(html).map_or_else(|| (in_two_steps(html, base), false), |clean| (clean, true))
}

/// The way of all HTML that is not clean already.
fn in_two_steps(html: &str, base: Option<&Url>) -> String {
    CLEANER.clean(&rewrite::rewrite(html, base)).to_string().trim().to_owned()
}

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(cleaner);

fn cleaner() -> Builder<'static> {
    let tags = [
        "a abbr acronym address article aside audio b bdi bdo big blockquote br caption center cite code col colgroup",
        "dd del details dfn dir div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr i img ins kbd",
        "li main mark menu ol p picture pre q rp rt rtc ruby s samp section small source span strike strong sub",
        "summary sup table tbody td tfoot th thead time tr track tt u ul var video wbr",
    ];
    let attributes: [(&str, &str); 18] = [
        ("a", "href hreflang type"),
        ("audio", "src controls"),
        ("blockquote", "cite"),
        ("code", "class"),
        ("col", "span"),
        ("colgroup", "span"),
        ("del", "datetime"),
        ("img", "src srcset sizes alt width height"),
        ("ins", "datetime"),
        ("li", "value"),
        ("ol", "start type reversed"),
        ("pre", "class"),
        ("q", "cite"),
        ("source", "src srcset sizes type media"),
        ("td", "colspan rowspan headers"),
        ("th", "colspan rowspan headers scope"),
        ("time", "datetime"),
        ("video", "src poster width height controls"),
    ];
    let words = |list: &'static str| list.split_ascii_whitespace().collect::<HashSet<&str>>();
    let mut builder = Builder::empty();
    builder
        .tags(tags.iter().flat_map(|line| line.split_ascii_whitespace()).collect())
        .clean_content_tags(words("script style template"))
        .tag_attributes(attributes.into_iter().map(|(tag, list)| (tag, words(list))).collect::<HashMap<_, _>>())
        .generic_attributes(words("dir lang title"))
        .url_schemes(LINK_SCHEMES.into_iter().chain(["data"]).collect())
        .link_rel(Some("noopener noreferrer"))
        .strip_comments(true)
        .attribute_filter(|tag, attribute, value| match attribute {
            "src" | "poster" if !is_safe_media(value) => None,
            "src" if tag != "img" && is_data(value) => None,
            "href" | "cite" if !is_safe_link(value) => None,
            "srcset" if value.split(',').any(|one| is_data(one) || !is_safe_media(one)) => None,
            "class" if !value.starts_with("language-") || value.contains(' ') => None,
            _ => Some(Cow::Borrowed(value)),
        });
    builder
}

fn is_data(address: &str) -> bool {
    address.trim_start().get(..5).is_some_and(|s| s.eq_ignore_ascii_case("data:"))
}

/// Whether a relative or absolute address may be a link's.
fn is_safe_link(address: &str) -> bool {
    match Url::parse(address) {
        Ok(url) => LINK_SCHEMES.contains(&url.scheme()),
        Err(e) => e == url::ParseError::RelativeUrlWithoutBase,
    }
}

/// Whether a relative or absolute address may be a picture's or a sound's. Of `data:` only raster pictures:
/// SVG may hold scripts.
fn is_safe_media(address: &str) -> bool {
    match Url::parse(address) {
        Ok(url) => match url.scheme() {
            "http" | "https" | "ftp" => true,
            "data" => {
                let kind = url.path().split([';', ',']).next().unwrap_or_default().to_ascii_lowercase();
                matches!(&*kind, "image/png" | "image/gif" | "image/jpeg" | "image/jpg" | "image/webp" | "image/avif")
            }
            _ => false,
        },
        Err(e) => e == url::ParseError::RelativeUrlWithoutBase,
    }
}
