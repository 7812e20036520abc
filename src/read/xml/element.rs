//! An element of a tree, and what stands in it and around it.

use std::borrow::Cow;
use std::iter::{from_fn, successors};

use url::Url;

use super::Space;
use super::tree::{Attribute, Kind, ROOT, Xml};

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
        begins(self.name(), text)
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

impl<'a> Xml<'a> {
    /// The elements at the top, in order. A good document has one.
    pub(in crate::read) fn tops<'x>(&'x self) -> impl Iterator<Item = Element<'x, 'a>> {
        Element { xml: self, node: ROOT }.children()
    }

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

/// Where the start tag begins whose name was read from a text, in bytes.
pub(in crate::read) fn begins(name: &str, text: &str) -> usize {
    (name.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize).wrapping_sub(1)
}

/// Whether the name behind a prefix is `local`, in any case of letters.
#[inline]
fn is_local(raw: &str, prefix: u16, local: &str) -> bool {
    let prefix = usize::from(prefix);
    raw.len() == prefix + local.len() && raw.get(prefix..).is_some_and(|own| own.eq_ignore_ascii_case(local))
}
