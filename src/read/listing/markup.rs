//! How a page is marked up and where it leads, in short: enough to see that it is another design, and what of it is old.

use std::borrow::Cow;

use memchr::memmem::Finder;
use xxhash_rust::xxh3::xxh3_64;

use super::landmarks::link_hash;
use crate::model::{Links, Page, Sketch};

/// Most bytes of a page that are looked at.
const MOST: usize = 2 * 1024 * 1024;
/// Most bytes of one tag.
const LONGEST: usize = 2000;

/// A sketch of a page's markup: its opening tags with their classes, each with the one before. Two days of one design
/// have most of it in common, two designs next to nothing. Numbers in class names tell entries and are left out.
pub fn markup(page: &Page) -> Sketch {
    let mut before = 0u64;
    let class = Finder::new(b"class=");
    let marks = tags(page).map(|(name, attributes)| {
        let classes = classes(attributes, &class);
        let hash = classes.fold(xxh3_64(name), |hash, class| hash.rotate_left(9) ^ xxh3_64(class));
        let mark = xxh3_64(&(hash ^ before.rotate_left(7)).to_le_bytes());
        before = hash;
        mark
    });
    Sketch::of(marks)
}

/// The addresses to which a page leads. Only its tags are looked at: this is done with every healthy run.
pub fn links(page: &Page) -> Links {
    let mut base = page.url.clone();
    let mut seen = Vec::new();
    let place = Finder::new(b"href=");
    for (name, attributes) in tags(page) {
        let is_base = name.eq_ignore_ascii_case(b"base");
        if !is_base && !name.eq_ignore_ascii_case(b"a") {
            continue;
        }
        let href = attribute(attributes, &place).and_then(|href| str::from_utf8(href).ok()).map(str::trim);
        let Some(href) = href.filter(|href| !href.is_empty() && !href.starts_with('#')) else { continue };
        let href = if href.contains('&') { Cow::Owned(href.replace("&amp;", "&")) } else { Cow::Borrowed(href) };
        if is_base {
            base = base.join(&href).unwrap_or(base);
        } else {
            seen.extend(link_hash(&href, &base));
        }
    }
    Links::of(seen.into_iter())
}

/// The opening tags: each name, and what follows it.
fn tags(page: &Page) -> impl Iterator<Item = (&[u8], &[u8])> {
    let bytes = page.text.as_bytes();
    let bytes = bytes.get(..MOST).unwrap_or(bytes);
    memchr::memchr_iter(b'<', bytes).filter_map(move |at| {
        let rest = bytes.get(at + 1..)?;
        rest.first().filter(|first| first.is_ascii_alphabetic())?;
        let end = memchr::memchr(b'>', rest).unwrap_or(rest.len()).min(LONGEST);
        let tag = rest.get(..end)?;
        Some(tag.split_at(tag.iter().position(|b| !b.is_ascii_alphanumeric() && *b != b'-').unwrap_or(tag.len())))
    })
}

/// The class names in a tag's attributes, but for those with digits.
fn classes<'t>(attributes: &'t [u8], class: &Finder) -> impl Iterator<Item = &'t [u8]> {
    let names = attribute(attributes, class).unwrap_or_default().split(u8::is_ascii_whitespace);
    names.filter(|name| !name.is_empty() && !name.iter().any(u8::is_ascii_digit))
}

/// The value of an attribute that is looked for with its equals sign.
fn attribute<'t>(attributes: &'t [u8], name: &Finder) -> Option<&'t [u8]> {
    let value = attributes.get(name.find(attributes)? + name.needle().len()..)?;
    let (quote, value) = match value.split_first() {
        Some((quote @ (b'"' | b'\''), rest)) => (Some(*quote), rest),
        _ => (None, value),
    };
    let end = value.iter().position(|b| quote.map_or(b.is_ascii_whitespace(), |quote| *b == quote));
    value.get(..end.unwrap_or(value.len()))
}

#[cfg(test)]
mod tests {
    use super::super::landmarks::address_hash;
    use super::super::page;
    use super::*;

    fn front(class: &str, from: usize, tag: &str) -> Sketch {
        let rows: String = (from..from + 30)
            .map(|n| {
                format!("<{tag} class='{class} post-{n}'><h3><a href='/{n}'>News {n}</a></h3><time>{n}</time></{tag}>")
            })
            .collect();
        let around = |name: &str| {
            format!("<div class='{name}-{class}'><p><b>x</b></p><ul><li><i class='{class}'>y</i></ul></div>")
        };
        markup(&page("https://a.example/", &format!("{}{rows}{}", around("top"), around("foot"))))
    }

    #[test]
    fn another_day_looks_alike_and_another_design_does_not() {
        let share = |one: &Sketch, other: &Sketch| {
            let (same, all) = one.shared(other, |_| true);
            same as f64 / all as f64
        };
        let today = front("row", 0, "li");
        assert!(share(&today, &front("row", 20, "li")) > 0.9);
        assert!(share(&today, &front("tile", 0, "div")) < 0.3, "{}", share(&today, &front("tile", 0, "div")));
        let led = links(&page(
            "https://a.example/x/",
            "<a href=y.html>y</a><A class=b href='//www.b.example/?a=1&amp;b=2#top'>b<a href=#c>",
        ));
        for (url, expected) in
            [("http://a.example/x/y.html", true), ("https://b.example/?a=1&b=2", true), ("https://a.example/x/", false)]
        {
            assert_eq!(led.holds(address_hash(&url::Url::parse(url).unwrap())), expected, "{url}");
        }
        assert!(markup(&page("https://a.example/", "no tags < at all")).is_empty());
    }
}
