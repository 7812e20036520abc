//! Pictures: those that a script would have loaded, those of several sizes, those that only count readers.

use scraper::Node;
use scraper::node::Element;

use super::is_data;
use super::rewrite::Writer;

/// Attributes in which scripts keep a picture's real address, commonest first.
const LAZY: [&str; 14] = [
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-original-src",
    "data-orig-file",
    "data-actualsrc",
    "data-lazyload",
    "data-lazy",
    "data-image",
    "data-hi-res-src",
    "data-full-src",
    "data-echo",
    "data-url",
    "_src",
];
const LAZY_SETS: [&str; 3] = ["data-srcset", "data-lazy-srcset", "data-original-set"];

/// Writes an `<img>`, or nothing for one that shows nothing.
pub(super) fn write(writer: &mut Writer, element: &Element) {
    if is_tiny(element.attr("width")) || is_tiny(element.attr("height")) {
        return;
    }
    let set = LAZY_SETS.iter().chain(["srcset"].iter()).find_map(|name| srcset(writer, element.attr(name)?));
    let lazy = LAZY.iter().filter_map(|name| element.attr(name)).find(|a| is_picture_address(a));
    let shown = element.attr("src").filter(|a| !a.trim().is_empty());
    let src = match (lazy.and_then(|a| writer.media(a)), shown.and_then(|a| writer.media(a))) {
        (Some(lazy), _) => Some(lazy),
        (None, Some(shown)) if is_data(&shown) && set.is_some() => None,
        (None, shown) => shown,
    };
    let src = src.or_else(|| Some(set.as_deref()?.split_ascii_whitespace().next()?.to_owned()));
    let Some(src) = src.filter(|s| !is_placeholder(s)) else { return alternative(writer, element) };
    if writer.last_picture.as_deref() == Some(&src) {
        return;
    }
    writer.out.push_str("<img");
    writer.attribute("src", &src);
    if let Some(set) = set {
        writer.attribute("srcset", &set);
    }
    for name in ["sizes", "alt", "title", "width", "height"] {
        if let Some(value) = element.attr(name) {
            writer.attribute(name, value);
        }
    }
    writer.out.push('>');
    writer.last_picture = Some(src);
}

/// A picture that cannot be shown still says what is in its alternative text, as browsers show it.
fn alternative(writer: &mut Writer, element: &Element) {
    if element.attr("src").is_none_or(is_data) {
        return;
    }
    if let Some(alt) = element.attr("alt") {
        writer.text(alt);
    }
}

/// Writes a `<picture>` that has sources but no `<img>`, which no browser would show, as an `<img>`.
pub(super) fn write_sourceless(writer: &mut Writer, picture: ego_tree::NodeRef<'_, Node>) {
    let sources = picture.descendants().filter_map(|n| n.value().as_element()).filter(|e| e.name() == "source");
    let set =
        sources.filter_map(|e| e.attr("srcset").or_else(|| e.attr("data-srcset"))).find_map(|s| srcset(writer, s));
    let Some(set) = set else { return };
    let Some(src) = set.split_ascii_whitespace().next() else { return };
    writer.out.push_str("<img");
    writer.attribute("src", src);
    writer.attribute("srcset", &set);
    writer.out.push('>');
}

/// A `srcset` with absolute addresses; `None` when none of its candidates is safe (HTML §4.8.4.2.1).
pub(super) fn srcset(writer: &Writer, value: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = value;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() {
            break;
        }
        let (address, after) = rest.split_at(rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len()));
        // A comma at the address's end closes the candidate; else its descriptor goes on to the next comma.
        let (descriptor, after) = match address.ends_with(',') {
            true => ("", after),
            false => after.split_at(after.find(',').unwrap_or(after.len())),
        };
        rest = after;
        let descriptor = descriptor.trim();
        let good = descriptor.is_empty() || descriptor.ends_with(['w', 'x', 'h']);
        let address = address.trim_end_matches(',');
        // An address with a comma inside would be cut in two by simpler readers of the list.
        if let Some(address) = writer.media(address).filter(|a| good && !is_data(a))
            && descriptor.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'w' | 'x' | 'h' | ' '))
        {
            if !out.is_empty() {
                out.push_str(", ");
            }
            out.push_str(&address.replace(',', "%2C"));
            if !descriptor.is_empty() {
                out.push(' ');
                out.push_str(descriptor);
            }
        }
    }
    (!out.is_empty()).then_some(out)
}

/// Whether a script's attribute holds an address at all: some hold JSON or flags.
fn is_picture_address(value: &str) -> bool {
    let value = value.trim();
    value.len() > 4 && value.contains(['/', '.']) && !value.contains(['{', '<', ' ']) && !is_data(value)
}

/// Whether this is the picture that stands in until a script loads the real one.
pub(super) fn is_placeholder(address: &str) -> bool {
    if is_data(address) {
        // The usual stand-ins, one pixel or a gradient, are under 400 letters in base64.
        return address.len() < 400;
    }
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let file = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let stem = file.split('.').next().unwrap_or_default();
    matches!(stem, "blank" | "spacer" | "transparent" | "pixel" | "1x1" | "lazyload" | "lazy" | "clear" | "loading")
        || stem.contains("placeholder")
}

/// Whether a width or height is that of a picture that only counts readers.
fn is_tiny(length: Option<&str>) -> bool {
    matches!(length.map(|l| l.trim().trim_end_matches("px")), Some("0" | "1"))
}
