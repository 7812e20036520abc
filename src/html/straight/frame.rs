//! What stands before the body (HTML §13.2.6.4.1 to .6).

use html5ever::tendril::StrTendril;
use html5ever::tree_builder::QuirksMode;
use html5ever::{LocalName, QualName, local_name, ns};
use scraper::node::Element;
use scraper::{Html, Node};

use super::sorts::Sort;
use super::{Mode, Straight, Tag};

impl<'t> Straight<'t> {
    pub(super) fn is_before_body(&self) -> bool {
        matches!(self.mode, Mode::BeforeHtml | Mode::BeforeHead | Mode::Head | Mode::AfterHead)
    }

    /// The declaration decides whether the page is read as old browsers did, by rules that only the whole way knows.
    pub(super) fn doctype(&mut self, declaration: &'t str) -> Option<()> {
        if self.mode != Mode::Initial {
            self.mended = true;
            // It does not end the text between a table's cells, which is one.
            return (!matches!(self.mode, Mode::Table | Mode::Rows | Mode::Row)).then_some(());
        }
        let read = Html::parse_document(declaration);
        let node = read.tree.root().first_child()?.value().as_doctype()?.clone();
        self.html.tree.root_mut().append(Node::Doctype(node));
        self.html.quirks_mode = read.quirks_mode;
        self.mode = Mode::BeforeHtml;
        Some(())
    }

    /// One step of the frame that no tag asks for.
    fn step_on(&mut self) -> Option<()> {
        self.mode = match self.mode {
            Mode::Initial => {
                self.html.quirks_mode = QuirksMode::Quirks;
                Mode::BeforeHtml
            }
            Mode::BeforeHtml => {
                self.phantom(local_name!("html"), Sort::Html)?;
                Mode::BeforeHead
            }
            Mode::BeforeHead => {
                self.head = self.phantom(local_name!("head"), Sort::Head);
                Mode::Head
            }
            Mode::Head => {
                self.stack.pop();
                Mode::AfterHead
            }
            Mode::AfterHead => {
                self.phantom(local_name!("body"), Sort::Body)?;
                Mode::Body
            }
            other => other,
        };
        Some(())
    }

    /// Goes on to the body, whatever is missing.
    pub(super) fn open_body(&mut self) -> Option<()> {
        while self.mode == Mode::Initial || self.is_before_body() {
            self.step_on()?;
        }
        Some(())
    }

    pub(super) fn text_before_body(&mut self, mut text: StrTendril) -> Option<()> {
        let blanks = u32::try_from(text.bytes().take_while(u8::is_ascii_whitespace).count()).ok()?;
        if blanks > 0 && matches!(self.mode, Mode::Head | Mode::AfterHead) {
            self.append_text(text.subtendril(0, blanks))?;
        }
        text.pop_front(blanks);
        if text.is_empty() {
            return Some(());
        }
        self.mended = true;
        self.open_body()?;
        self.text_in_body(text)
    }

    pub(super) fn start_before_body(&mut self, tag: Tag<'t>) -> Option<()> {
        loop {
            match (self.mode, tag.sort) {
                (Mode::Body, _) => return self.start_in_body(tag),
                (_, Sort::Refused) => return None,
                (Mode::BeforeHtml, Sort::Html) => {
                    self.mode = Mode::BeforeHead;
                    return self.push(tag).map(drop);
                }
                (Mode::BeforeHead | Mode::Head | Mode::AfterHead, Sort::Html) => return self.add_attributes(0, tag),
                (Mode::BeforeHead, Sort::Head) => {
                    self.mode = Mode::Head;
                    self.head = self.push(tag);
                    return Some(());
                }
                (Mode::Head | Mode::AfterHead, Sort::Head) => {
                    self.mended = true;
                    return Some(());
                }
                (Mode::Head, Sort::Meta) => return self.leaf(tag).map(drop),
                (Mode::Head, Sort::HeadRaw | Sort::Script | Sort::Title | Sort::Noscript) => return self.raw(tag),
                (Mode::Head, Sort::Template) => return self.start_template(tag, None),
                (Mode::AfterHead, Sort::Template) => return self.start_template(tag, self.head),
                (Mode::AfterHead, Sort::Meta | Sort::HeadRaw | Sort::Script | Sort::Title) => {
                    return self.put_in_head(tag);
                }
                (Mode::AfterHead, Sort::Body) => {
                    self.mode = Mode::Body;
                    return self.push(tag).map(drop);
                }
                _ => self.step_on()?,
            }
        }
    }

    /// What belongs into the head and stands behind it.
    fn put_in_head(&mut self, tag: Tag<'t>) -> Option<()> {
        self.mended = true;
        let Tag { written, name, sort, attributes, .. } = tag;
        let element = Element::new(QualName::new(None, ns!(html), name), attributes);
        let id = self.html.tree.get_mut(self.head?)?.append(Node::Element(element)).id();
        match sort {
            Sort::Meta => Some(()),
            _ => self.fill(id, written, sort),
        }
    }

    pub(super) fn end_before_body(&mut self, name: &LocalName, sort: Sort) -> Option<()> {
        if (self.mode, sort) == (Mode::Head, Sort::Head) {
            return self.step_on();
        }
        self.mended = true;
        loop {
            match self.mode {
                Mode::Body => return self.end_in_body(name, sort),
                Mode::Initial => self.step_on()?,
                Mode::BeforeHtml | Mode::BeforeHead if sort == Sort::Head => self.step_on()?,
                Mode::Head if sort == Sort::Head => return self.step_on(),
                _ if matches!(sort, Sort::Body | Sort::Html) || *name == local_name!("br") => self.step_on()?,
                _ => return Some(()),
            }
        }
    }
}
