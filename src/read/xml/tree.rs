//! Tokens into a tree, mended as it grows.

use std::borrow::Cow;

use super::entities::{Entities, clean};
use super::names::{by_address, by_prefix};
use super::{Element, Lexer, Space, Token};

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
    pub(super) attributes: Vec<Attribute<'a>>,
    /// Whether something was left out to keep within bounds.
    pub(in crate::read) cut: bool,
}

#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) parent: u32,
    last_child: u32,
    pub(super) first_child: u32,
    pub(super) next: u32,
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
    pub(super) space: Space,
    /// How much of the name stands before the local one.
    pub(super) prefix: u16,
    pub(super) raw: &'a str,
    pub(super) value: Cow<'a, str>,
}

/// No node: the document's own index, which is nobody's child.
pub(super) const ROOT: u32 = 0;

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
            xml: Xml { nodes: vec![root], attributes: Vec::new(), cut: end < text.len() },
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
                Token::Doctype(text) => growing.entities.declare(text),
            }
            if growing.xml.nodes.len() >= MAX_NODES {
                growing.xml.cut = true;
                break;
            }
        }
        growing.xml
    }

    /// The elements at the top, in order. A good document has one.
    pub(in crate::read) fn tops<'x>(&'x self) -> impl Iterator<Item = Element<'x, 'a>> {
        Element { xml: self, node: ROOT }.children()
    }

    pub(super) fn node(&self, node: u32) -> Option<&Node<'a>> {
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
                self.truncate(depth);
            }
        } else if space == Space::Plain
            && (LEAVES.iter().any(|n| local.eq_ignore_ascii_case(n)) || local.eq_ignore_ascii_case("description"))
            && self.open.len() > 2
            && self.open.last().is_some_and(|o| is(o, &LEAVES))
        {
            self.truncate(self.open.len() - 1);
        }
    }

    fn end(&mut self, raw: &str) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
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
