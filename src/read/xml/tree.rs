//! Tokens into a tree, mended as it grows.

use std::borrow::Cow;
use std::iter::{from_fn, successors};

use url::Url;

use super::entities::{Entities, clean};
use super::names::{by_address, by_prefix};
use super::{Lexer, Space, Token};

/// Deepest nesting kept; deeper elements are left out, their text stays.
const MAX_DEPTH: usize = 128;
/// Most namespace declarations in force at once.
const MAX_DECLARED: usize = 256;
/// Most nodes kept. A feed of 20,000 full entries has about half a million.
const MAX_NODES: usize = 1_000_000;
/// Most bytes read.
const MAX_BYTES: usize = 32 * 1024 * 1024;

/// A document, or what there is of one.
#[derive(Debug)]
pub(in crate::read) struct Xml<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    attributes: Vec<Attribute<'a>>,
    /// Whether something was left out to keep within bounds.
    pub(in crate::read) cut: bool,
    /// Whether each tag has its own at the other end and nothing was mended or declared: each element then is what it
    /// is whatever stands beside it.
    pub(in crate::read) in_order: bool,
}

#[derive(Debug)]
pub(super) struct Node<'a> {
    parent: u32,
    last_child: u32,
    first_child: u32,
    next: u32,
    pub(super) kind: Kind<'a>,
}

#[derive(Debug)]
pub(super) enum Kind<'a> {
    Text {
        text: Cow<'a, str>,
    },
    /// `inside`: a bit for each vocabulary of which there are elements directly inside.
    Element {
        space: Space,
        prefix: u16,
        raw: &'a str,
        attributes: (u32, u32),
        inside: u32,
    },
}

#[derive(Debug)]
pub(super) struct Attribute<'a> {
    space: Space,
    /// How much of the name stands before the local one.
    prefix: u16,
    pub(super) raw: &'a str,
    pub(super) value: Cow<'a, str>,
}

/// No node: the document's own index, which is nobody's child.
const ROOT: u32 = 0;

/// Elements that HTML never closes, where HTML stands unescaped in a feed.
const VOID: [&str; 5] = ["br", "hr", "img", "wbr", "input"];
/// Elements of RSS that hold text only: one that opens inside another means that the other was not closed.
const LEAVES: [&str; 6] = ["title", "link", "guid", "pubdate", "category", "comments"];

/// What is open while the tree grows.
struct Open<'a> {
    node: u32,
    raw: &'a str,
    local: &'a str,
    space: Space,
    /// How many namespace declarations were in force before it.
    declared: usize,
}

struct Growing<'a> {
    xml: Xml<'a>,
    open: Vec<Open<'a>>,
    declared: Vec<(&'a str, Space)>,
    entities: Entities,
    /// Elements left out because they were too deep, still open.
    too_deep: usize,
}

impl<'a> Xml<'a> {
    /// Reads a document. Always gives a tree, an empty one for what holds no markup.
    pub(in crate::read) fn parse(text: &'a str) -> Self {
        let end = text.floor_char_boundary(MAX_BYTES);
        let document = Kind::Element { space: Space::Foreign, prefix: 0, raw: "", attributes: (0, 0), inside: 0 };
        let root = Node { parent: ROOT, first_child: ROOT, last_child: ROOT, next: ROOT, kind: document };
        let mut growing = Growing {
            xml: Xml { nodes: vec![root], attributes: Vec::new(), cut: end < text.len(), in_order: true },
            open: Vec::new(),
            declared: Vec::new(),
            entities: Entities::new(),
            too_deep: 0,
        };
        let mut lexer = Lexer::new(text.get(..end).unwrap_or_default());
        while let Some(token) = lexer.next() {
            match token {
                Token::Text(raw) => {
                    let text = growing.entities.decode(raw);
                    growing.text(text);
                }
                Token::Cdata(text) => growing.text(clean(text)),
                Token::Start { name, empty } => growing.start(name, empty, &lexer.attributes),
                Token::End(name) => growing.end(name),
                Token::Doctype(text) => {
                    growing.xml.in_order = false;
                    growing.entities.declare(text);
                }
            }
            if growing.xml.nodes.len() >= MAX_NODES {
                growing.xml.cut = true;
                break;
            }
        }
        growing.xml.in_order &= !lexer.mended && !growing.xml.cut && growing.open.is_empty();
        growing.xml
    }

    /// The elements at the top, in order. A good document has one.
    pub(in crate::read) fn tops<'x>(&'x self) -> impl Iterator<Item = Element<'x, 'a>> {
        Element { xml: self, node: ROOT }.children()
    }

    fn node(&self, node: u32) -> Option<&Node<'a>> {
        self.nodes.get(node as usize)
    }
}

/// The prefix of a name, without its colon, and what stands behind it.
fn split(raw: &str) -> (&str, &str) {
    let prefix = usize::from(prefix_of(raw));
    (raw.get(..prefix.saturating_sub(1)).unwrap_or_default(), raw.get(prefix..).unwrap_or_default())
}

/// How long the prefix of a name is, its colon included. Looked for once: names are compared many times.
fn prefix_of(raw: &str) -> u16 {
    raw.bytes().position(|b| b == b':').and_then(|at| u16::try_from(at + 1).ok()).unwrap_or(0)
}

/// Whether the name behind a prefix is `local`, in any case of letters.
#[inline]
fn is_local(raw: &str, prefix: u16, local: &str) -> bool {
    let prefix = usize::from(prefix);
    raw.len() == prefix + local.len() && raw.get(prefix..).is_some_and(|own| own.eq_ignore_ascii_case(local))
}

impl<'a> Growing<'a> {
    fn text(&mut self, text: Cow<'a, str>) {
        if !text.is_empty() && !self.open.is_empty() {
            self.append(Kind::Text { text });
        }
    }

    fn append(&mut self, kind: Kind<'a>) -> u32 {
        let parent = self.open.last().map_or(ROOT, |o| o.node);
        // MAX_NODES keeps the index within 32 bits.
        let new = self.xml.nodes.len() as u32;
        let own = if let Kind::Element { space, .. } = &kind { space.bit() } else { 0 };
        self.xml.nodes.push(Node { parent, first_child: ROOT, last_child: ROOT, next: ROOT, kind });
        let mut before = ROOT;
        if let Some(parent) = self.xml.nodes.get_mut(parent as usize) {
            before = parent.last_child;
            parent.last_child = new;
            if let Kind::Element { inside, .. } = &mut parent.kind {
                *inside |= own;
            }
            if before == ROOT {
                parent.first_child = new;
            }
        }
        if before != ROOT
            && let Some(before) = self.xml.nodes.get_mut(before as usize)
        {
            before.next = new;
        }
        new
    }

    fn space(&self, prefix: &str) -> Space {
        match self.declared.iter().rev().find(|(p, _)| *p == prefix) {
            Some((_, space)) => *space,
            None => by_prefix(prefix),
        }
    }

    fn start(&mut self, raw: &'a str, empty: bool, attributes: &[(&'a str, &'a str)]) {
        if self.open.len() >= MAX_DEPTH {
            self.xml.cut = true;
            self.too_deep += usize::from(!empty);
            return;
        }
        let declared = self.declared.len();
        let (prefix, local) = split(raw);
        let at_top = self.open.is_empty();
        for (name, value) in attributes {
            let prefix = match name.strip_prefix("xmlns") {
                Some("") => "",
                Some(rest) => match rest.strip_prefix(':') {
                    Some(prefix) => prefix,
                    None => continue,
                },
                None => continue,
            };
            let space = by_address(value);
            // The root's default is the document's own vocabulary, unless it is Atom's: an `rss` that says it
            // is Atom, or a `feed` of an unheard-of version, still means its own elements.
            let own = at_top
                && prefix.is_empty()
                && match space {
                    Space::Foreign => true,
                    Space::Atom => ["rss", "opml", "channel"].iter().any(|n| local.eq_ignore_ascii_case(n)),
                    _ => false,
                };
            if self.declared.len() < MAX_DECLARED {
                self.declared.push((prefix, if own { Space::Plain } else { space }));
            }
        }
        let space = self.space(prefix);
        self.close_implied(space, local);
        let from = self.xml.attributes.len();
        for (name, value) in attributes {
            if name.starts_with("xmlns") {
                continue;
            }
            let space = match split(name) {
                ("", _) => Space::Plain,
                (prefix, _) => self.space(prefix),
            };
            let value = self.entities.decode(value);
            self.xml.attributes.push(Attribute { space, prefix: prefix_of(name), raw: name, value });
        }
        let attributes = (from as u32, self.xml.attributes.len() as u32);
        let node = self.append(Kind::Element { space, prefix: prefix_of(raw), raw, attributes, inside: 0 });
        let void = matches!(space, Space::Plain | Space::Xhtml | Space::Foreign | Space::Atom)
            && self.open.len() > 2
            && VOID.iter().any(|v| local.eq_ignore_ascii_case(v));
        if empty || void {
            self.declared.truncate(declared);
        } else {
            self.open.push(Open { node, raw, local, space, declared });
        }
    }

    /// Closes what the start of this element shows to be unclosed.
    fn close_implied(&mut self, space: Space, local: &str) {
        if !matches!(space, Space::Plain | Space::Atom) {
            return;
        }
        let is = |open: &Open, names: &[&str]| {
            open.space == space && names.iter().any(|n| open.local.eq_ignore_ascii_case(n))
        };
        let entry = local.eq_ignore_ascii_case("item") || local.eq_ignore_ascii_case("entry");
        if entry {
            // Only over elements that hold no entries: an entry inside a foreign element is meant so.
            let depth = self.open.iter().rposition(|o| is(o, &[local]));
            if let Some(depth) = depth
                && self.open.iter().skip(depth + 1).all(|o| {
                    is(o, &LEAVES)
                        || is(o, &["description", "content", "summary", "author"])
                        || o.space == Space::Content
                })
            {
                self.xml.in_order = false;
                self.truncate(depth);
            }
        } else if space == Space::Plain
            && (LEAVES.iter().any(|n| local.eq_ignore_ascii_case(n)) || local.eq_ignore_ascii_case("description"))
            && self.open.len() > 2
            && self.open.last().is_some_and(|o| is(o, &LEAVES))
        {
            self.xml.in_order = false;
            self.truncate(self.open.len() - 1);
        }
    }

    fn end(&mut self, raw: &str) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        self.xml.in_order &= self.open.last().is_some_and(|open| open.raw == raw);
        let same = |open: &Open| open.raw == raw;
        let found = self.open.iter().rposition(same);
        let found = found.or_else(|| self.open.iter().rposition(|o| o.raw.eq_ignore_ascii_case(raw)));
        // `</dc:title>` for `<title>`: a wrong or lost prefix, if it is the element that is open.
        let found = found.or_else(|| {
            let last = self.open.last()?;
            last.local.eq_ignore_ascii_case(split(raw).1).then(|| self.open.len() - 1)
        });
        if let Some(depth) = found {
            self.truncate(depth);
        }
    }

    fn truncate(&mut self, depth: usize) {
        if let Some(open) = self.open.get(depth) {
            self.declared.truncate(open.declared);
            self.open.truncate(depth);
        }
    }
}

/// An element of a tree.
#[derive(Debug, Clone, Copy)]
pub(in crate::read) struct Element<'x, 'a> {
    pub(super) xml: &'x Xml<'a>,
    pub(super) node: u32,
}

impl<'x, 'a> Element<'x, 'a> {
    fn parts(&self) -> (Space, &'a str, &'x [Attribute<'a>]) {
        match self.xml.node(self.node).map(|n| &n.kind) {
            Some(Kind::Element { space, raw, attributes, .. }) => {
                let range = attributes.0 as usize..attributes.1 as usize;
                (*space, *raw, self.xml.attributes.get(range).unwrap_or_default())
            }
            _ => (Space::Foreign, "", &[]),
        }
    }

    pub(in crate::read) fn space(&self) -> Space {
        self.parts().0
    }

    /// The name as written, without its prefix.
    pub(in crate::read) fn local(&self) -> &'a str {
        match self.xml.node(self.node).map(|n| &n.kind) {
            Some(Kind::Element { prefix, raw, .. }) => raw.get(usize::from(*prefix)..).unwrap_or_default(),
            _ => "",
        }
    }

    /// The name as written.
    pub(in crate::read) fn name(&self) -> &'a str {
        self.parts().1
    }

    /// Where its start tag begins in the text that it was read from, in bytes.
    pub(in crate::read) fn begins(&self, text: &str) -> usize {
        (self.name().as_ptr() as usize).wrapping_sub(text.as_ptr() as usize).wrapping_sub(1)
    }

    pub(super) fn attributes(&self) -> &'x [Attribute<'a>] {
        self.parts().2
    }

    /// Whether this is `local` of `space`, in any case of letters.
    pub(in crate::read) fn is(&self, space: Space, local: &str) -> bool {
        match self.xml.node(self.node).map(|n| &n.kind) {
            Some(Kind::Element { space: own, prefix, raw, .. }) => *own == space && is_local(raw, *prefix, local),
            _ => false,
        }
    }

    /// The elements directly inside, in order.
    pub(in crate::read) fn children(&self) -> impl Iterator<Item = Element<'x, 'a>> + use<'x, 'a> {
        let first = self.xml.node(self.node).map_or(ROOT, |node| node.first_child);
        self.from(first, |kind| matches!(kind, Kind::Element { .. }))
    }

    /// The elements that fit, of a node directly inside and those behind it; no text may.
    fn from<F>(&self, mut next: u32, fits: F) -> impl Iterator<Item = Element<'x, 'a>> + use<'x, 'a, F>
    where
        F: Fn(&Kind<'a>) -> bool,
    {
        let xml = self.xml;
        from_fn(move || {
            while next != ROOT {
                let element = Element { xml, node: next };
                let node = xml.node(next)?;
                next = node.next;
                if fits(&node.kind) {
                    return Some(element);
                }
            }
            None
        })
    }

    /// The elements directly inside that are `local` of `space`.
    pub(in crate::read) fn all<'n>(
        &self,
        space: Space,
        local: &'n str,
    ) -> impl Iterator<Item = Element<'x, 'a>> + use<'x, 'a, 'n> {
        self.all_of([space; 2], local)
    }

    /// The elements directly inside that are `local` of either space. Asked for dozens of names of each entry.
    pub(in crate::read) fn all_of<'n>(
        &self,
        spaces: [Space; 2],
        local: &'n str,
    ) -> impl Iterator<Item = Element<'x, 'a>> + use<'x, 'a, 'n> {
        let [one, other] = spaces;
        let first = self.xml.node(self.node).filter(|node| match node.kind {
            Kind::Element { inside, .. } => inside & (one.bit() | other.bit()) != 0,
            Kind::Text { .. } => false,
        });
        let fits = move |kind: &Kind<'a>| match kind {
            Kind::Element { space, prefix, raw, .. } => {
                (*space == one || *space == other) && is_local(raw, *prefix, local)
            }
            Kind::Text { .. } => false,
        };
        self.from(first.map_or(ROOT, |node| node.first_child), fits)
    }

    /// The first element directly inside that is `local` of `space`.
    pub(in crate::read) fn child(&self, space: Space, local: &str) -> Option<Element<'x, 'a>> {
        self.all(space, local).next()
    }

    /// The text of the first such child, blanks around it off, unless it has none.
    pub(in crate::read) fn child_text(&self, space: Space, local: &str) -> Option<String> {
        self.all(space, local).find_map(|e| e.trimmed())
    }

    /// All elements inside at any depth, in document order.
    pub(in crate::read) fn descendants(&self) -> impl Iterator<Item = Element<'x, 'a>> + use<'x, 'a> {
        let (xml, top) = (self.xml, self.node);
        successors(Some(top), move |n| xml.after(*n, top))
            .skip(1)
            .filter(move |n| matches!(xml.node(*n).map(|n| &n.kind), Some(Kind::Element { .. })))
            .map(move |node| Element { xml, node })
    }

    /// All text inside at any depth.
    pub(in crate::read) fn text(&self) -> String {
        let (xml, top) = (self.xml, self.node);
        let mut out = String::new();
        for node in successors(Some(top), move |n| xml.after(*n, top)) {
            if let Some(Kind::Text { text }) = xml.node(node).map(|n| &n.kind) {
                out.push_str(text);
            }
        }
        out
    }

    /// [`Element::text`] without blanks around it, unless there is none.
    pub(in crate::read) fn trimmed(&self) -> Option<String> {
        let text = self.text();
        let trimmed = text.trim();
        if trimmed.len() == text.len() { Some(text) } else { Some(trimmed.to_owned()) }.filter(|t| !t.is_empty())
    }

    /// The value of an attribute of no namespace, in any case of letters; empty ones too.
    pub(in crate::read) fn attribute(&self, local: &str) -> Option<&'x str> {
        self.attribute_of(Space::Plain, local)
    }

    /// The value of an attribute of a namespace.
    pub(in crate::read) fn attribute_of(&self, space: Space, local: &str) -> Option<&'x str> {
        let found = self.parts().2.iter().find(|a| a.space == space && is_local(a.raw, a.prefix, local));
        found.map(|a| &*a.value)
    }

    /// Names and values of the attributes of no namespace, in order.
    pub(in crate::read) fn plain_attributes(&self) -> impl Iterator<Item = (&'a str, &'x str)> + use<'x, 'a> {
        self.parts().2.iter().filter(|a| a.space == Space::Plain && a.prefix == 0).map(|a| (a.raw, &*a.value))
    }

    /// The value of an attribute of no namespace, blanks off, unless it is empty.
    pub(in crate::read) fn value(&self, local: &str) -> Option<&'x str> {
        self.attribute(local).map(str::trim).filter(|v| !v.is_empty())
    }

    /// This element and those around it, from the inside.
    pub(in crate::read) fn ancestors(&self) -> impl Iterator<Item = Element<'x, 'a>> + use<'x, 'a> {
        let xml = self.xml;
        successors(Some(self.node).filter(|n| *n != ROOT), move |n| {
            xml.node(*n).map(|n| n.parent).filter(|n| *n != ROOT)
        })
        .map(move |node| Element { xml, node })
    }

    /// The nearest `xml:lang`; an empty one takes the language away.
    pub(in crate::read) fn language(&self) -> Option<&'x str> {
        self.ancestors().find_map(|e| e.attribute_of(Space::Xml, "lang")).map(str::trim).filter(|l| !l.is_empty())
    }

    /// Whether an `xml:base` is in force.
    pub(in crate::read) fn has_base(&self) -> bool {
        self.ancestors().any(|e| e.attribute_of(Space::Xml, "base").is_some())
    }

    /// The base of relative addresses: every `xml:base` from the outside in, on top of `page` (XML Base §4).
    pub(in crate::read) fn base<'p>(&self, page: &'p Url) -> Cow<'p, Url> {
        let mut steps: Vec<&str> = self.ancestors().filter_map(|e| e.attribute_of(Space::Xml, "base")).collect();
        steps.reverse();
        steps.into_iter().fold(Cow::Borrowed(page), |base, step| {
            let step = base.join(step.trim()).ok().filter(|u| matches!(u.scheme(), "http" | "https"));
            step.map_or(base, Cow::Owned)
        })
    }
}

impl Xml<'_> {
    pub(super) fn parent(&self, node: u32) -> Option<u32> {
        self.node(node).map(|n| n.parent)
    }

    /// The node after `node` in document order, inside `top`.
    pub(super) fn after(&self, node: u32, top: u32) -> Option<u32> {
        let first = self.node(node)?.first_child;
        if first != ROOT {
            return Some(first);
        }
        let mut at = node;
        while at != top {
            let here = self.node(at)?;
            if here.next != ROOT {
                return Some(here.next);
            }
            at = here.parent;
        }
        None
    }
}
