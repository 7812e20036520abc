//! Templates (HTML §13.2.6.4.4 and .16): what they hold stands in a fragment of their own, read by whichever rules suit
//! its first tag.

use ego_tree::NodeId;
use html5ever::{LocalName, local_name};
use scraper::Node;

use super::places::element;
use super::sorts::Sort;
use super::stack::Open;
use super::{Mode, Straight, Tag};

impl<'t> Straight<'t> {
    /// `<template>`, which goes into the current element or into another.
    pub(super) fn start_template(&mut self, tag: Tag<'t>, into: Option<NodeId>) -> Option<()> {
        self.mended = true;
        // With this it may become another thing.
        if tag.attributes.iter().any(|a| a.name.local == local_name!("shadowrootmode")) {
            return None;
        }
        self.formatting.mark();
        self.mode = Mode::Template;
        self.templates.push(Mode::Template);
        let (name, sort) = (tag.name.clone(), tag.sort);
        let id = match into {
            None => self.append(element(tag))?,
            Some(parent) => self.html.tree.get_mut(parent)?.append(Node::Element(element(tag))).id(),
        };
        self.html.tree.get_mut(id)?.append(Node::Fragment);
        self.stack.push(Open { id, sort, name });
        Some(())
    }

    pub(super) fn end_template(&mut self) {
        self.mended = true;
        if self.stack.has(Sort::Template) {
            while self.current().is_some_and(|open| open.sort.ends_in_template()) {
                self.stack.pop();
            }
            self.leave_template();
        }
    }

    fn leave_template(&mut self) {
        self.stack.pop_until(|open| open.sort == Sort::Template);
        self.formatting.clear_to_marker();
        self.templates.pop();
        self.reset_mode();
    }

    /// Ends the templates that are open at the page's end.
    pub(super) fn leave_templates(&mut self) {
        while self.stack.has(Sort::Template) {
            self.leave_template();
        }
    }

    pub(super) fn start_in_template(&mut self, tag: Tag<'t>) -> Option<()> {
        self.mode = match tag.sort {
            Sort::Meta | Sort::HeadRaw | Sort::Script | Sort::Title | Sort::Template => return self.start_in_body(tag),
            Sort::Caption | Sort::Columns | Sort::Rows => Mode::Table,
            Sort::Column => Mode::Columns,
            Sort::Row => Mode::Rows,
            Sort::Cell => Mode::Row,
            _ => Mode::Body,
        };
        self.templates.pop();
        self.templates.push(self.mode);
        self.start_by_mode(tag)
    }

    /// "Reset the insertion mode appropriately".
    pub(super) fn reset_mode(&mut self) {
        let around = self.stack.outwards().find_map(|open| {
            Some(match open.sort {
                Sort::Cell => Mode::Cell,
                Sort::Row => Mode::Row,
                Sort::Rows => Mode::Rows,
                Sort::Caption => Mode::Caption,
                Sort::Columns => Mode::Columns,
                Sort::Table => Mode::Table,
                Sort::Template => *self.templates.last()?,
                Sort::Head => Mode::Head,
                Sort::Body => Mode::Body,
                // A fragment stands in a body.
                Sort::Html if self.head.is_some() => Mode::AfterHead,
                _ => return None,
            })
        });
        self.mode = around.unwrap_or(Mode::Body);
    }

    /// `</form>` in a template, where forms may stand in forms.
    pub(super) fn end_form_in_template(&mut self, name: &LocalName) {
        self.mended = true;
        if self.stack.has_in(Sort::Form, Sort::is_border) {
            self.close(name, false);
        }
    }
}
