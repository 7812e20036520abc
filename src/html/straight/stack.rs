//! The open elements (HTML §13.2.4.2) and what is asked of them.

use ego_tree::NodeId;
use html5ever::LocalName;

use super::sorts::{SORTS, Sort};

/// An element whose end is still to come.
#[derive(Debug, Clone)]
pub(super) struct Open {
    pub(super) id: NodeId,
    pub(super) sort: Sort,
    pub(super) name: LocalName,
}

impl Open {
    /// Whether it is the HTML element of this name.
    pub(super) fn is(&self, name: &LocalName) -> bool {
        self.name == *name && !self.sort.is_foreign()
    }
}

/// The open elements, and how many there are of each sort: mostly there is nothing to look for.
#[derive(Debug)]
pub(super) struct Stack {
    open: Vec<Open>,
    counts: [u16; SORTS],
}

impl Stack {
    pub(super) fn new() -> Self {
        Self { open: Vec::with_capacity(32), counts: [0; SORTS] }
    }

    fn count(&mut self, sort: Sort) -> Option<&mut u16> {
        self.counts.get_mut(sort as usize)
    }

    pub(super) fn push(&mut self, open: Open) {
        self.insert(self.open.len(), open);
    }

    pub(super) fn insert(&mut self, at: usize, open: Open) {
        if let Some(count) = self.count(open.sort) {
            *count += 1;
        }
        self.open.insert(at.min(self.open.len()), open);
    }

    pub(super) fn pop(&mut self) -> Option<Open> {
        let open = self.open.pop()?;
        if let Some(count) = self.count(open.sort) {
            *count -= 1;
        }
        Some(open)
    }

    /// Takes out an element that need not be the last.
    pub(super) fn remove(&mut self, at: usize) {
        if at < self.open.len() {
            let open = self.open.remove(at);
            if let Some(count) = self.count(open.sort) {
                *count -= 1;
            }
        }
    }

    pub(super) fn truncate(&mut self, length: usize) {
        while self.open.len() > length {
            self.pop();
        }
    }

    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    pub(super) fn last(&self) -> Option<&Open> {
        self.open.last()
    }

    pub(super) fn get(&self, at: usize) -> Option<&Open> {
        self.open.get(at)
    }

    /// Puts another element in an element's place; it is of the same sort.
    pub(super) fn replace(&mut self, at: usize, id: NodeId) {
        if let Some(open) = self.open.get_mut(at) {
            open.id = id;
        }
    }

    /// From the innermost outwards.
    pub(super) fn outwards(&self) -> impl Iterator<Item = &Open> + Clone {
        self.open.iter().rev()
    }

    /// Where an element stands.
    pub(super) fn position(&self, id: NodeId) -> Option<usize> {
        self.open.iter().rposition(|open| open.id == id)
    }

    /// Whether an element of a sort is open at all.
    pub(super) fn has(&self, sort: Sort) -> bool {
        self.counts.get(sort as usize).is_some_and(|count| *count > 0)
    }

    /// "Has an element in scope", for any element of a sort.
    pub(super) fn has_in(&self, sort: Sort, is_border: fn(Sort) -> bool) -> bool {
        self.has(sort) && self.first_in(is_border, |open| open.sort == sort)
    }

    /// Likewise for the element of that name, which is of that sort.
    pub(super) fn has_named_in(&self, sort: Sort, name: &LocalName, is_border: fn(Sort) -> bool) -> bool {
        self.has(sort) && self.first_in(is_border, |open| open.is(name))
    }

    pub(super) fn first_in(&self, is_border: fn(Sort) -> bool, wanted: impl Fn(&Open) -> bool) -> bool {
        for open in self.outwards() {
            if wanted(open) {
                return true;
            }
            if is_border(open.sort) {
                return false;
            }
        }
        false
    }

    /// "Generate implied end tags", but for one name.
    pub(super) fn end_implied(&mut self, but: Option<&LocalName>) {
        while self.last().is_some_and(|open| open.sort.ends_by_itself() && Some(&open.name) != but) {
            self.pop();
        }
    }

    /// Closes elements up to and with the innermost that is wanted; whether that was the current one.
    pub(super) fn pop_until(&mut self, wanted: impl Fn(&Open) -> bool) -> bool {
        let mut first = true;
        while let Some(open) = self.pop() {
            if wanted(&open) {
                return first;
            }
            first = false;
        }
        false
    }

    /// Closes elements until the current one is of such a sort.
    pub(super) fn clear_back_to(&mut self, wanted: fn(Sort) -> bool) -> bool {
        let length = self.open.len();
        while self.last().is_some_and(|open| !wanted(open.sort)) {
            self.pop();
        }
        length == self.open.len()
    }
}
