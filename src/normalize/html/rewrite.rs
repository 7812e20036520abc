//! The first step of sanitizing: a bounded tree written out as plain, absolute, self-contained HTML.

use ego_tree::NodeRef;
use ego_tree::iter::Edge;
use scraper::Node;
use scraper::node::Element;
use url::Url;

use super::{embed, image, is_safe_link, is_safe_media};
use crate::html::parse_fragment;

/// Largest output in bytes. Only an attack makes more of what `fetch` lets through.
const MAX_OUTPUT: usize = 16 * 1024 * 1024;
/// Longest attribute value kept, in bytes: an inlined thumbnail fits.
const MAX_VALUE: usize = 64 * 1024;

/// Writes `html` again: addresses absolute, lazy pictures plain, embeds as links, nothing that is not shown.
pub(super) fn rewrite(html: &str, base: Option<&Url>) -> String {
    let tree = parse_fragment(html);
    let mut writer = Writer { out: String::with_capacity(html.len()), base, last_picture: None };
    // Elements whose end tag is still owed, or which are skipped whole, by depth.
    let mut skipping = None;
    for edge in tree.html.tree.root().traverse() {
        match edge {
            Edge::Open(node) if skipping.is_none() => match node.value() {
                Node::Text(text) => writer.text(text),
                Node::Element(element) if writer.open(element, node) == Inside::Skip => skipping = Some(node.id()),
                _ => {}
            },
            Edge::Close(node) => {
                if skipping == Some(node.id()) {
                    skipping = None;
                } else if skipping.is_none()
                    && let Node::Element(element) = node.value()
                {
                    writer.close(element.name());
                }
            }
            Edge::Open(_) => {}
        }
    }
    writer.out
}

/// What is done with what an element holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Write,
    Skip,
}

/// Writes HTML; resolves addresses.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    pub(super) out: String,
    base: Option<&'a Url>,
    /// The picture written last, so that the copy of it inside `<noscript>` is not shown again.
    pub(super) last_picture: Option<String>,
}

impl Writer<'_> {
    pub(super) fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                '\0' => {}
                c => self.out.push(c),
            }
        }
    }

    pub(super) fn attribute(&mut self, name: &str, value: &str) {
        if value.len() <= MAX_VALUE {
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            self.text(value);
            self.out.push('"');
        }
    }

    /// The address absolute, where there is a base and it can be; `None` for what is no address or not safe.
    pub(super) fn link(&self, address: &str) -> Option<String> {
        self.resolve(address).filter(|a| is_safe_link(a))
    }

    /// As [`Writer::link`], for pictures and sound.
    pub(super) fn media(&self, address: &str) -> Option<String> {
        self.resolve(address).filter(|a| is_safe_media(a))
    }

    fn resolve(&self, address: &str) -> Option<String> {
        // As the WHATWG URL parser does: control characters around, tabs and line breaks anywhere.
        let address: String = address
            .trim_matches(|c: char| c <= ' ' || c.is_whitespace())
            .chars()
            .filter(|c| !matches!(c, '\t' | '\n' | '\r'))
            .collect();
        if address.is_empty() {
            return None;
        }
        match (Url::parse(&address), self.base) {
            (Ok(url), _) => Some(url.into()),
            (Err(url::ParseError::RelativeUrlWithoutBase), Some(base)) => base.join(&address).ok().map(String::from),
            (Err(url::ParseError::RelativeUrlWithoutBase), None) => Some(address),
            (Err(_), _) => None,
        }
    }

    fn open(&mut self, element: &Element, node: NodeRef<'_, Node>) -> Inside {
        let name = element.name();
        if self.out.len() >= MAX_OUTPUT {
            return Inside::Skip;
        }
        match name {
            "svg" | "math" => {
                self.drawn_text(node);
                Inside::Skip
            }
            "script" | "style" | "template" | "canvas" | "noembed" | "noframes" | "head" | "link" | "meta" | "base"
            | "param" | "input" | "map" => Inside::Skip,
            "img" | "amp-img" | "amp-anim" => {
                image::write(self, element);
                Inside::Skip
            }
            "noscript" if !shows_media(node) => Inside::Skip,
            "picture" if !has(node, &["img", "amp-img"]) => {
                image::write_sourceless(self, node);
                Inside::Skip
            }
            "iframe" | "embed" | "amp-iframe" | "frame" => {
                embed::write(self, element);
                Inside::Skip
            }
            "object" if !has(node, &["embed", "iframe", "img", "a", "video", "audio"]) => {
                embed::write(self, element);
                Inside::Write
            }
            "html" | "body" | "noscript" | "object" => Inside::Write,
            _ if is_hidden(element) => Inside::Skip,
            _ if embed::write_component(self, element) => Inside::Skip,
            _ => {
                self.tag(element);
                Inside::Write
            }
        }
    }

    /// The letters of a drawing or formula: neither is kept, for both can hold scripts.
    fn drawn_text(&mut self, drawing: NodeRef<'_, Node>) {
        let formula = drawing.value().as_element().is_some_and(|e| e.name() == "math");
        for text in drawing.descendants().filter(|n| n.value().is_text()) {
            let within = text.ancestors().map_while(|a| a.value().as_element()).take(8).any(|e| match e.name() {
                "text" => true,
                "mi" | "mn" | "mo" | "mtext" | "ms" => formula,
                _ => false,
            });
            if within && let Some(text) = text.value().as_text() {
                self.text(text);
                if !formula {
                    self.out.push(' ');
                }
            }
        }
    }

    fn tag(&mut self, element: &Element) {
        let name = plain_name(element.name());
        self.out.push('<');
        self.out.push_str(name);
        for (attribute, value) in element.attrs() {
            match attribute {
                "href" | "cite" => {
                    if let Some(address) = self.link(value) {
                        self.attribute(attribute, &address);
                    }
                }
                "src" | "poster" => {
                    if let Some(address) = self.media(value) {
                        self.attribute(attribute, &address);
                    }
                }
                "srcset" => {
                    if let Some(set) = image::srcset(self, value) {
                        self.attribute("srcset", &set);
                    }
                }
                "class" if matches!(name, "code" | "pre") => {
                    let language = value
                        .split_ascii_whitespace()
                        .find_map(|class| class.strip_prefix("language-").or_else(|| class.strip_prefix("lang-")));
                    if let Some(language) = language {
                        self.attribute("class", &format!("language-{language}"));
                    }
                }
                "alt" | "title" | "lang" | "dir" | "width" | "height" | "sizes" | "type" | "media" | "datetime"
                | "start" | "reversed" | "value" | "span" | "colspan" | "rowspan" | "headers" | "scope"
                | "hreflang" => self.attribute(attribute, value),
                _ => {}
            }
        }
        if matches!(name, "video" | "audio" | "source") {
            self.lazy_media(element);
            if name != "source" {
                // Without controls nobody could start it, and nothing may start by itself.
                self.out.push_str(" controls=\"\"");
            }
        }
        self.out.push('>');
    }

    /// The address of media that a script would have filled in.
    fn lazy_media(&mut self, element: &Element) {
        if element.attr("src").is_none()
            && element.attr("srcset").is_none()
            && let Some(address) = element.attr("data-src").and_then(|a| self.media(a))
        {
            self.attribute("src", &address);
        }
    }

    fn close(&mut self, name: &str) {
        let name = plain_name(name);
        if matches!(name, "html" | "body" | "noscript" | "object" | "br" | "hr" | "wbr" | "col")
            || matches!(name, "source" | "track" | "area")
        {
            return;
        }
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }
}

/// The plain element that does what an AMP component does; elements that take over the parser's mode become
/// such as do not.
fn plain_name(name: &str) -> &str {
    match name {
        "amp-video" => "video",
        "amp-audio" => "audio",
        "xmp" | "listing" | "plaintext" => "pre",
        "textarea" | "title" | "select" | "option" | "optgroup" => "span",
        "form" | "fieldset" | "search" | "dialog" | "frameset" => "div",
        name if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') => name,
        _ => "span",
    }
}

/// Whether a browser would not show the element.
fn is_hidden(element: &Element) -> bool {
    element.attr("style").is_some_and(|style| {
        let style: String = style.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
        style.starts_with("display:none") || style.contains(";display:none")
    })
}

fn has(node: NodeRef<'_, Node>, names: &[&str]) -> bool {
    node.descendants().skip(1).filter_map(|n| n.value().as_element()).any(|e| names.contains(&e.name()))
}

fn shows_media(node: NodeRef<'_, Node>) -> bool {
    has(node, &["img", "picture", "iframe", "video", "audio", "embed", "object"])
}
