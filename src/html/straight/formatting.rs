//! Formatting elements that were crossed (HTML §13.2.4.3 and .6.4.7): opened anew after what closed them, and blocks
//! within them shared out by the "adoption agency".

use ego_tree::NodeId;
use html5ever::LocalName;
use scraper::Node;
use scraper::node::Element;

use super::places::Spot;
use super::sorts::Sort;
use super::stack::Open;
use super::{Straight, Tag};

/// An entry of the list of active formatting elements; `None` is a marker.
type Entry = Option<Open>;

/// The list of active formatting elements.
#[derive(Debug, Default)]
pub(super) struct Formatting(Vec<Entry>);

impl Formatting {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn mark(&mut self) {
        self.0.push(None);
    }

    pub(super) fn clear_to_marker(&mut self) {
        while let Some(Some(_)) = self.0.pop() {}
    }

    /// Entries since the last marker, the last first.
    fn recent(&self) -> impl Iterator<Item = (usize, &Open)> {
        self.0.iter().enumerate().rev().map_while(|(at, entry)| Some((at, entry.as_ref()?)))
    }

    /// The last entry of a name since the last marker.
    fn find(&self, name: &LocalName) -> Option<(usize, &Open)> {
        self.recent().find(|(_, open)| open.name == *name)
    }

    fn position(&self, id: NodeId) -> Option<usize> {
        self.0.iter().rposition(|entry| entry.as_ref().is_some_and(|open| open.id == id))
    }

    fn remove(&mut self, at: usize) {
        if at < self.0.len() {
            self.0.remove(at);
        }
    }
}

impl<'t> Straight<'t> {
    fn element_of(&self, id: NodeId) -> Option<&Element> {
        self.html.tree.get(id)?.value().as_element()
    }

    /// "Reconstruct the active formatting elements".
    pub(super) fn open_anew(&mut self) -> Option<()> {
        let list = &self.formatting.0;
        let closed = |entry: &Entry| entry.as_ref().is_some_and(|open| self.stack.position(open.id).is_none());
        if !list.last().is_some_and(closed) {
            return Some(());
        }
        let from = list.iter().rposition(|entry| !closed(entry)).map_or(0, |at| at + 1);
        self.mended = true;
        for at in from..self.formatting.len() {
            let Some(Some(entry)) = self.formatting.0.get(at).cloned() else { break };
            let id = self.append(self.element_of(entry.id)?.clone())?;
            let open = Open { id, ..entry };
            self.stack.push(open.clone());
            *self.formatting.0.get_mut(at)? = Some(open);
        }
        Some(())
    }

    /// Appends a formatting element that stays open; of four alike, the first is forgotten.
    pub(super) fn push_formatting(&mut self, tag: Tag<'t>) -> Option<()> {
        let id = self.push(tag)?;
        let open = self.current()?.clone();
        let element = self.element_of(id)?;
        let alike = |(_, old): &(usize, &Open)| {
            old.name == open.name && self.element_of(old.id).is_some_and(|old| old.attrs == element.attrs)
        };
        let (mut known, mut first) = (0, 0);
        for (at, _) in self.formatting.recent().filter(alike) {
            (known, first) = (known + 1, at);
        }
        if known >= 3 {
            self.formatting.remove(first);
        }
        self.formatting.0.push(Some(open));
        Some(())
    }

    /// Ends an `a` that is open where another begins.
    pub(super) fn end_anchor(&mut self, name: &LocalName) -> Option<()> {
        let Some((_, Open { id, .. })) = self.formatting.find(name) else { return Some(()) };
        let id = *id;
        self.mended = true;
        self.end_formatting(name, Sort::Anchor)?;
        if let Some(at) = self.formatting.position(id) {
            self.formatting.remove(at);
        }
        if let Some(at) = self.stack.position(id) {
            self.stack.remove(at);
        }
        Some(())
    }

    /// The "adoption agency": the end of a formatting element, whatever is open in it.
    pub(super) fn end_formatting(&mut self, name: &LocalName, sort: Sort) -> Option<()> {
        let current = self.current()?;
        if current.is(name) {
            let id = current.id;
            match self.formatting.position(id) {
                None => {
                    self.mended = true;
                    self.stack.pop();
                    return Some(());
                }
                // As it should be.
                Some(at) if at + 1 == self.formatting.len() => {
                    self.stack.pop();
                    self.formatting.remove(at);
                    return Some(());
                }
                Some(_) => {}
            }
        }
        self.mended = true;
        for _ in 0..8 {
            let Some((listed, ended)) = self.formatting.find(name).map(|(at, open)| (at, open.clone())) else {
                return self.end_plain(name, sort);
            };
            let Some(stacked) = self.stack.position(ended.id) else {
                self.formatting.remove(listed);
                return Some(());
            };
            if !self.stack.first_in(Sort::is_border, |open| open.id == ended.id) {
                return Some(());
            }
            let furthest =
                (stacked..self.stack.len()).find(|at| self.stack.get(*at).is_some_and(|o| o.sort.is_special()));
            let Some(furthest) = furthest else {
                self.stack.truncate(stacked);
                self.formatting.remove(listed);
                return Some(());
            };
            self.adopt(&ended, stacked, furthest)?;
        }
        Some(())
    }

    /// Ends a formatting element around a block: what is in the block gets a formatting element of its own.
    fn adopt(&mut self, ended: &Open, stacked: usize, furthest: usize) -> Option<()> {
        let block = self.stack.get(furthest)?.id;
        let ancestor = self.stack.get(stacked.checked_sub(1)?)?.clone();
        let mut last = block;
        // The entry that the new one stands behind.
        let mut behind = None;
        for (met, at) in (stacked + 1..furthest).rev().enumerate() {
            let open = self.stack.get(at)?.clone();
            let listed = self.formatting.position(open.id);
            let Some(listed) = listed.filter(|_| met < 3) else {
                if let Some(listed) = listed {
                    self.formatting.remove(listed);
                }
                self.stack.remove(at);
                continue;
            };
            let copy = Node::Element(self.element_of(open.id)?.clone());
            let id = self.html.tree.orphan(copy).id();
            self.stack.replace(at, id);
            *self.formatting.0.get_mut(listed)? = Some(Open { id, ..open });
            if last == block {
                behind = Some(id);
            }
            self.html.tree.get_mut(last)?.detach();
            self.put(last, Spot::Within(id))?;
            last = id;
        }
        self.html.tree.get_mut(last)?.detach();
        let spot = self.spot(&ancestor)?;
        self.put(last, spot)?;

        let copy = Node::Element(self.element_of(ended.id)?.clone());
        let id = self.html.tree.orphan(copy).id();
        self.html.tree.get_mut(id)?.reparent_from_id_append(block);
        self.put(id, Spot::Within(block))?;
        let entry = Open { id, ..ended.clone() };
        if let Some(behind) = behind {
            let at = self.formatting.position(behind)? + 1;
            self.formatting.0.insert(at, Some(entry.clone()));
            let old = self.formatting.position(ended.id)?;
            self.formatting.remove(old);
        } else {
            let at = self.formatting.position(ended.id)?;
            *self.formatting.0.get_mut(at)? = Some(entry.clone());
        }
        self.stack.remove(self.stack.position(ended.id)?);
        let block = self.stack.position(block)?;
        self.stack.insert(block + 1, entry);
        Some(())
    }
}
