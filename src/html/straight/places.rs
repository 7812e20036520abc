//! Where nodes go (HTML §13.2.6.1), and putting them there.

use ego_tree::NodeId;
use html5ever::tendril::StrTendril;
use html5ever::{LocalName, QualName, ns};
use scraper::Node;
use scraper::node::{Element, Text};

use super::sorts::Sort;
use super::stack::Open;
use super::{Straight, Tag, references};

/// The appropriate place for a node.
#[derive(Debug, Clone, Copy)]
pub(super) enum Spot {
    Within(NodeId),
    Before(NodeId),
}

impl<'t> Straight<'t> {
    pub(super) fn current(&self) -> Option<&Open> {
        self.stack.last()
    }

    /// Where what belongs into an element goes.
    pub(super) fn spot(&self, target: &Open) -> Option<Spot> {
        if target.sort == Sort::Template {
            return self.within(target);
        }
        if !self.fostering || !target.sort.holds_no_text() {
            return Some(Spot::Within(target.id));
        }
        let mut outwards = self.stack.outwards();
        match outwards.find(|open| matches!(open.sort, Sort::Table | Sort::Template)) {
            None => Some(Spot::Within(self.stack.get(0)?.id)),
            Some(template) if template.sort == Sort::Template => self.within(template),
            Some(table) if self.html.tree.get(table.id)?.parent().is_some() => Some(Spot::Before(table.id)),
            Some(_) => Some(Spot::Within(outwards.next()?.id)),
        }
    }

    /// What a template holds is held by its fragment.
    fn within(&self, template: &Open) -> Option<Spot> {
        Some(Spot::Within(self.html.tree.get(template.id)?.first_child()?.id()))
    }

    /// Puts a node that has no place in its place.
    pub(super) fn put(&mut self, id: NodeId, spot: Spot) -> Option<()> {
        match spot {
            Spot::Within(parent) => self.html.tree.get_mut(parent)?.append_id(id),
            Spot::Before(table) => self.html.tree.get_mut(table)?.insert_id_before(id),
        };
        Some(())
    }

    pub(super) fn append_text(&mut self, text: StrTendril) -> Option<()> {
        let spot = self.spot(self.current()?)?;
        self.put_text(text, spot)
    }

    pub(super) fn put_text(&mut self, text: StrTendril, spot: Spot) -> Option<()> {
        if text.is_empty() {
            return Some(());
        }
        let (Spot::Within(id) | Spot::Before(id)) = spot;
        let mut node = self.html.tree.get_mut(id)?;
        let before = match spot {
            Spot::Within(_) => node.last_child(),
            Spot::Before(_) => node.prev_sibling(),
        };
        if let Some(mut before) = before
            && let Node::Text(before) = before.value()
        {
            before.text.push_tendril(&text);
            return Some(());
        }
        let text = Node::Text(Text { text });
        match spot {
            Spot::Within(_) => node.append(text),
            Spot::Before(_) => node.insert_before(text),
        };
        Some(())
    }

    pub(super) fn append(&mut self, element: Element) -> Option<NodeId> {
        let Some(current) = self.current() else {
            return Some(self.html.tree.root_mut().append(Node::Element(element)).id());
        };
        let element = Node::Element(element);
        match self.spot(current)? {
            Spot::Within(parent) => Some(self.html.tree.get_mut(parent)?.append(element).id()),
            Spot::Before(table) => Some(self.html.tree.get_mut(table)?.insert_before(element).id()),
        }
    }

    /// Appends an element that stays open.
    pub(super) fn push(&mut self, tag: Tag<'t>) -> Option<NodeId> {
        let (name, sort) = (tag.name.clone(), tag.sort);
        let id = self.append(element(tag))?;
        self.stack.push(Open { id, sort, name });
        Some(id)
    }

    /// Appends an element that holds nothing.
    pub(super) fn leaf(&mut self, tag: Tag<'t>) -> Option<NodeId> {
        self.append(element(tag))
    }

    /// Appends an element that no tag asks for, and that stays open.
    pub(super) fn phantom(&mut self, name: LocalName, sort: Sort) -> Option<NodeId> {
        let element = Element::new(QualName::new(None, ns!(html), name.clone()), Vec::new());
        let id = self.append(element)?;
        self.stack.push(Open { id, sort, name });
        Some(id)
    }

    /// Appends an element that holds one text, up to its own end tag.
    pub(super) fn raw(&mut self, tag: Tag<'t>) -> Option<()> {
        let (written, sort) = (tag.written, tag.sort);
        let id = self.leaf(tag)?;
        self.fill(id, written, sort)
    }

    /// Gives an element the one text it holds.
    pub(super) fn fill(&mut self, id: NodeId, written: &'t str, sort: Sort) -> Option<()> {
        let held = self.lexer.raw(written, sort == Sort::Script)?;
        let text = match sort {
            Sort::Title | Sort::Textarea => references::in_text(&self.lexer, held)?,
            _ => self.lexer.tendril(held)?,
        };
        let text = match (sort, text.strip_prefix('\n')) {
            (Sort::Textarea, Some(rest)) => StrTendril::from_slice(rest),
            _ => text,
        };
        self.put_text(text, Spot::Within(id))
    }

    /// Gives an open element what attributes of a tag it has not.
    pub(super) fn add_attributes(&mut self, at: usize, tag: Tag<'t>) -> Option<()> {
        self.mended = true;
        let id = self.stack.get(at)?.id;
        if let Node::Element(known) = self.html.tree.get_mut(id)?.value() {
            for attribute in tag.attributes {
                if let Err(place) = known.attrs.binary_search_by(|(name, _)| name.cmp(&attribute.name)) {
                    known.attrs.insert(place, (attribute.name, attribute.value));
                }
            }
        }
        Some(())
    }
}

pub(super) fn element(tag: Tag<'_>) -> Element {
    Element::new(QualName::new(None, ns!(html), tag.name), tag.attributes)
}
