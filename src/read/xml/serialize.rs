//! What stands inside an element, written as HTML.

use url::Url;

use super::Element;
use super::tree::Kind;

/// HTML elements that have no end tag.
const VOID: [&str; 9] = ["br", "hr", "img", "wbr", "input", "source", "track", "area", "col"];

impl Element<'_, '_> {
    /// Whether elements stand inside, and not text alone.
    pub(in crate::read) fn has_children(&self) -> bool {
        self.children().next().is_some()
    }

    /// What stands inside as HTML: elements without their prefixes, text escaped. Relative addresses are
    /// resolved against `base`, and every `xml:base` inside.
    pub(in crate::read) fn inner_html(&self, base: &Url) -> String {
        let mut out = String::new();
        // Elements whose end tag is owed, innermost last.
        let mut open: Vec<Element> = Vec::new();
        let mut next = self.xml.after(self.node, self.node);
        while let Some(node) = next {
            match self.xml.nodes.get(node as usize).map(|n| &n.kind) {
                Some(Kind::Text { text }) => escape(text, &mut out),
                Some(Kind::Element { .. }) => {
                    let element = Element { xml: self.xml, node };
                    element.start_tag(base, &mut out);
                    open.push(element);
                }
                None => {}
            }
            next = self.xml.after(node, self.node);
            // What the next node does not stand in is closed.
            let parent = next.and_then(|n| self.xml.parent(n));
            while let Some(last) = open.last() {
                if parent == Some(last.node) {
                    break;
                }
                last.end_tag(&mut out);
                open.pop();
            }
        }
        out
    }

    fn start_tag(&self, base: &Url, out: &mut String) {
        let name = html_name(self.local());
        out.push('<');
        out.push_str(name);
        for attribute in self.attributes() {
            let local = attribute.raw.rsplit(':').next().unwrap_or_default();
            if html_name(local) != local {
                continue;
            }
            out.push(' ');
            out.push_str(local);
            out.push_str("=\"");
            let resolved = matches!(&*local.to_ascii_lowercase(), "href" | "src" | "poster" | "cite" | "data")
                .then(|| self.base(base).join(attribute.value.trim()).ok())
                .flatten();
            match resolved {
                Some(url) => escape(url.as_str(), out),
                None => escape(&attribute.value, out),
            }
            out.push('"');
        }
        out.push('>');
    }

    fn end_tag(&self, out: &mut String) {
        let name = html_name(self.local());
        if !VOID.iter().any(|v| name.eq_ignore_ascii_case(v)) {
            out.push_str("</");
            out.push_str(name);
            out.push('>');
        }
    }
}

/// A name that HTML can read back, or `span`.
fn html_name(name: &str) -> &str {
    let good = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if good { name } else { "span" }
}

/// Text as HTML.
pub(in crate::read) fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
}
