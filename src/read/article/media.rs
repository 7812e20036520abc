//! Pictures, sound and film in the text and beside it.

use scraper::node::Element;
use url::Url;

use super::address::Addresses;
use super::outline::{Outline, attribute};
use super::tag::Tag;
use super::write::escape;

/// Attributes in which pages keep the real address of a picture that loads late, best first.
const LATE: &[&str] = &[
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-lazy",
    "data-url",
    "data-hi-res-src",
    "data-original-src",
    "data-actualsrc",
    "data-image",
    "data-full-src",
    "data-srcset",
    "data-lazy-srcset",
];

/// The best address of an `<img>`: what loads late, else the widest candidate, else `src`.
pub(super) fn image_address(element: &Element, addresses: &Addresses) -> Option<Url> {
    let get = |name: &str| attribute(element, name).map(str::trim).filter(|v| !v.is_empty());
    for name in LATE {
        if let Some(value) = get(name) {
            let one = if name.ends_with("srcset") || is_set(value) { widest(value) } else { Some(value) };
            if let Some(url) = one.filter(|v| looks_like_address(v)).and_then(|v| addresses.web(v)) {
                return Some(url);
            }
        }
    }
    let one = |value| if is_set(value) { widest(value) } else { Some(value) };
    let source = get("src").and_then(one).filter(|s| !is_placeholder(s)).and_then(|s| addresses.web(s));
    source.or_else(|| get("srcset").and_then(widest).and_then(|s| addresses.web(s)))
}

/// `a.jpg 940w, b.jpg 670w` where one address belongs.
fn is_set(value: &str) -> bool {
    value
        .split_once(' ')
        .is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_digit()) && rest.contains(['w', 'x']))
}

fn looks_like_address(value: &str) -> bool {
    value.contains(['/', '.']) && !value.contains(['{', '<', ' '])
}

/// Pictures that only hold the place of the real one.
fn is_placeholder(source: &str) -> bool {
    source.starts_with("data:")
        || ["placeholder", "blank.", "spacer", "pixel.", "1x1", "lazy", "loading.", "transparent"]
            .iter()
            .any(|word| source.contains(word))
}

/// The widest candidate of a `srcset`.
pub(super) fn widest(srcset: &str) -> Option<&str> {
    let mut best: Option<(&str, f32)> = None;
    for candidate in srcset.split(", ").flat_map(|c| c.split(",\n")) {
        let mut parts = candidate.trim().trim_end_matches(',').split_ascii_whitespace();
        let Some(url) = parts.next() else { continue };
        let size = parts.next().and_then(|s| s.trim_end_matches(['w', 'x', 'h']).parse().ok()).unwrap_or(1.0);
        if best.is_none_or(|(_, most)| size > most) {
            best = Some((url, size));
        }
    }
    best.map(|(url, _)| url)
}

/// Writes one picture, film, sound or frame.
pub(super) fn write(outline: &Outline, index: u32, addresses: &Addresses, out: &mut String) {
    let Some(node) = outline.get(index) else { return };
    let Some(element) = node.element else { return };
    match node.tag {
        Tag::Image => write_image(element, addresses, out),
        Tag::Picture => {
            let inner = outline.nodes.get(index as usize..node.end as usize).unwrap_or_default();
            if let Some(image) = inner.iter().find(|n| n.tag == Tag::Image).and_then(|n| n.element) {
                let plain = image_address(image, addresses);
                let candidate = || {
                    inner.iter().filter(|n| n.tag == Tag::Candidate).filter_map(|n| n.element).find_map(|e| {
                        attribute(e, "srcset")
                            .or(attribute(e, "data-srcset"))
                            .and_then(widest)
                            .and_then(|s| addresses.web(s))
                    })
                };
                if let Some(url) = plain.or_else(candidate) {
                    put_image(&url, image, out);
                }
            }
        }
        Tag::Noscript => {
            if let Some(url) = noscript_image(node.text, addresses) {
                out.push_str("<img src=\"");
                escape(url.as_str(), true, out);
                out.push_str("\">");
            }
        }
        Tag::Video | Tag::Audio => {
            if let Some(url) = media_address(outline, index, addresses) {
                let name = if node.tag == Tag::Video { "video" } else { "audio" };
                out.push_str(&format!("<{name} controls src=\""));
                escape(url.as_str(), true, out);
                out.push_str(&format!("\"></{name}>"));
            }
        }
        Tag::Frame => {
            let source = attribute(element, "src").or(attribute(element, "data-src"));
            if let Some(url) = source.and_then(|s| addresses.web(s)).filter(is_film) {
                out.push_str("<iframe src=\"");
                escape(url.as_str(), true, out);
                out.push_str("\"></iframe>");
            }
        }
        _ => {}
    }
}

fn write_image(element: &Element, addresses: &Addresses, out: &mut String) {
    if is_pixel(element) {
        return;
    }
    if let Some(url) = image_address(element, addresses) {
        put_image(&url, element, out);
    }
}

fn put_image(url: &Url, element: &Element, out: &mut String) {
    out.push_str("<img src=\"");
    escape(url.as_str(), true, out);
    out.push('"');
    for name in ["alt", "width", "height"] {
        if let Some(value) = attribute(element, name)
            && (name == "alt" || value.bytes().all(|b| b.is_ascii_digit()))
            && !value.is_empty()
        {
            out.push_str(&format!(" {name}=\""));
            escape(value, true, out);
            out.push('"');
        }
    }
    out.push('>');
}

/// Pictures that count visitors or draw icons.
pub(super) fn is_pixel(element: &Element) -> bool {
    let side = |name| attribute(element, name).and_then(|v| v.trim_end_matches("px").parse::<u32>().ok());
    side("width").is_some_and(|w| w <= 32) || side("height").is_some_and(|h| h <= 32)
}

/// The picture in the markup of a `<noscript>`, which is one text.
fn noscript_image(markup: &str, addresses: &Addresses) -> Option<Url> {
    let image = markup.find("<img").and_then(|at| markup.get(at..))?;
    let tag = image.get(..image.find('>')?)?;
    let value = |name: &str| {
        let at = tag.find(&format!(" {name}="))? + name.len() + 2;
        let rest = tag.get(at..)?;
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest.get(1..)?.split(quote).next()
    };
    let small = |name| value(name).and_then(|v| v.parse::<u32>().ok()).is_some_and(|n| n <= 32);
    if small("width") || small("height") {
        return None;
    }
    value("src").and_then(|s| addresses.web(&s.replace("&amp;", "&")))
}

/// Where a `<video>` or `<audio>` plays from.
pub(super) fn media_address(outline: &Outline, index: u32, addresses: &Addresses) -> Option<Url> {
    let node = outline.get(index)?;
    let own = node.element.and_then(|e| attribute(e, "src"));
    let inner = || {
        outline
            .nodes
            .get(index as usize..node.end as usize)
            .unwrap_or_default()
            .iter()
            .find_map(|n| n.element.filter(|_| n.tag == Tag::Candidate).and_then(|e| attribute(e, "src")))
    };
    own.or_else(inner).and_then(|s| addresses.web(s))
}

/// Frames that play films; others are widgets.
fn is_film(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    ["youtube", "youtu.be", "vimeo", "dailymotion", "player", "video", "bilibili", "soundcloud", "spotify", "podcast"]
        .iter()
        .any(|word| host.contains(word))
}
