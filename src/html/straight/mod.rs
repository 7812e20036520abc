//! The short way to a tree, for pages whose tags are in order.
//!
//! Most of what HTML's rules for building a tree cost is spent on mistakes: tags that are missing, crossed or out of
//! place. Here a page is read as if it had none; at the first thing that those rules would mend (or that is rare),
//! nothing is given, and the page goes the whole way. What is given is the very tree that the whole way gives: the
//! tests compare the two.

mod body;
mod lexer;
mod names;
mod references;
mod sorts;
#[cfg(test)]
mod tests;

use ego_tree::NodeId;
use html5ever::tendril::StrTendril;
use html5ever::tree_builder::QuirksMode;
use html5ever::{LocalName, QualName, local_name, ns};
use scraper::node::{Comment, Element, Text};
use scraper::{Html, Node};

use super::tree;
use lexer::{Lexer, Tag, Token};
use names::Names;
use sorts::Sort;

/// Deeper pages go the whole way, which keeps them within bounds.
const DEEP: usize = 400;

/// Where in a document the next token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    BeforeHtml,
    BeforeHead,
    Head,
    AfterHead,
    Body,
    AfterBody,
    End,
}

/// An element whose end tag is still to come.
#[derive(Debug)]
struct Open {
    id: NodeId,
    sort: Sort,
    name: LocalName,
}

/// A tree on its way.
struct Straight<'t> {
    html: Html,
    open: Vec<Open>,
    place: Place,
    lexer: Lexer<'t>,
    names: Names<'t>,
    /// Whether `<noscript>` holds one text.
    scripting: bool,
    /// The form that is open.
    form: Option<NodeId>,
    /// How many open elements are `p`, and how many `a`: mostly there is nothing to look for.
    paragraphs: usize,
    anchors: usize,
}

/// The tree of a document, scripting taken to be on; `None` where it must go the whole way.
pub(super) fn document(text: &str) -> Option<Html> {
    build(text, Node::Document, true)
}

/// The tree of what stands in a body, scripting taken to be off.
pub(super) fn fragment(text: &str) -> Option<Html> {
    build(text, Node::Fragment, false)
}

fn build(text: &str, root: Node, whole: bool) -> Option<Html> {
    // Line ends are read as `\n` (HTML §13.2.3.5); the byte-order mark and zero bytes have rules of their own.
    if memchr::memchr(0, text.as_bytes()).is_some() || text.starts_with('\u{feff}') {
        return None;
    }
    let text = match memchr::memchr(b'\r', text.as_bytes()) {
        None => StrTendril::from_slice(text),
        Some(_) => StrTendril::from_slice(&text.replace("\r\n", "\n").replace('\r', "\n")),
    };
    let many = tree::most_nodes(text.len());
    let mut straight = Straight {
        html: tree::empty(root, &text),
        open: Vec::with_capacity(32),
        place: if whole { Place::Start } else { Place::Body },
        lexer: Lexer::new(&text),
        names: Names::default(),
        scripting: whole,
        form: None,
        paragraphs: 0,
        anchors: 0,
    };
    if !whole {
        straight.root_of_fragment();
    }
    while let Some(token) = straight.lexer.next()? {
        straight.take(token)?;
        if straight.open.len() > DEEP || straight.html.tree.values().len() > many {
            return None;
        }
    }
    matches!(straight.place, Place::Body | Place::AfterBody | Place::End).then_some(straight.html)
}

impl<'t> Straight<'t> {
    /// The element that the fragment is taken to stand in belongs to the tree, though to no parent.
    fn root_of_fragment(&mut self) {
        let element = |name| Element::new(QualName::new(None, ns!(html), name), Vec::new());
        self.html.tree.orphan(Node::Element(element(local_name!("body"))));
        self.phantom(local_name!("html"), Sort::Html);
    }

    fn take(&mut self, token: Token<'t>) -> Option<()> {
        match token {
            Token::Text(text) => self.text(text),
            Token::Comment(text) => self.comment(text),
            Token::Doctype(text) => self.doctype(text),
            Token::Open(tag) => self.start(tag),
            Token::Close(name) => self.end(name),
        }
    }

    fn text(&mut self, written: &'t str) -> Option<()> {
        let blank = written.bytes().all(|b| b.is_ascii_whitespace());
        match self.place {
            Place::Start | Place::BeforeHtml | Place::BeforeHead => blank.then_some(()),
            Place::Head | Place::AfterHead | Place::AfterBody | Place::End if !blank => None,
            Place::Body if !blank && self.current()?.sort.holds_no_text() => None,
            _ => {
                let text = references::in_text(&self.lexer, written)?;
                // Whitespace after the body is taken for the body's.
                let parent = self.current()?.id;
                self.append_text(parent, text)
            }
        }
    }

    fn append_text(&mut self, parent: NodeId, text: StrTendril) -> Option<()> {
        if text.is_empty() {
            return Some(());
        }
        let mut parent = self.html.tree.get_mut(parent)?;
        if let Some(mut last) = parent.last_child()
            && let Node::Text(before) = last.value()
        {
            before.text.push_tendril(&text);
            return Some(());
        }
        parent.append(Node::Text(Text { text }));
        Some(())
    }

    fn comment(&mut self, text: &'t str) -> Option<()> {
        let parent = match self.place {
            Place::Start | Place::BeforeHtml | Place::End => self.html.tree.root().id(),
            Place::AfterBody => self.open.first()?.id,
            _ => self.current()?.id,
        };
        let comment = self.lexer.tendril(text)?;
        self.html.tree.get_mut(parent)?.append(Node::Comment(Comment { comment }));
        Some(())
    }

    /// The declaration decides whether the page is read as old browsers did, by rules that only the whole way knows.
    fn doctype(&mut self, declaration: &'t str) -> Option<()> {
        if self.place != Place::Start {
            return None;
        }
        let read = Html::parse_document(declaration);
        let node = read.tree.root().first_child()?.value().as_doctype()?.clone();
        self.html.tree.root_mut().append(Node::Doctype(node));
        self.html.quirks_mode = read.quirks_mode;
        self.place = Place::BeforeHtml;
        Some(())
    }

    fn start(&mut self, tag: Tag<'t>) -> Option<()> {
        let (name, sort) = self.names.of_tag(tag.name);
        if self.place == Place::Start {
            self.html.quirks_mode = QuirksMode::Quirks;
            self.place = Place::BeforeHtml;
        }
        if self.place == Place::BeforeHtml {
            self.place = Place::BeforeHead;
            if sort == Sort::Html {
                return self.push(tag, name, sort);
            }
            self.phantom(local_name!("html"), Sort::Html);
        }
        if self.place == Place::BeforeHead {
            self.place = Place::Head;
            if sort == Sort::Head {
                return self.push(tag, name, sort);
            }
            self.phantom(local_name!("head"), Sort::Head);
        }
        if self.place == Place::Head {
            match sort {
                Sort::Meta => return self.leaf(tag, name),
                Sort::HeadRaw | Sort::Script | Sort::Title => return self.raw(tag, name, sort),
                Sort::Noscript if self.scripting => return self.raw(tag, name, sort),
                Sort::Noscript | Sort::Head | Sort::Html | Sort::Refused => return None,
                _ => {
                    self.open.pop();
                    self.place = Place::AfterHead;
                }
            }
        }
        if self.place == Place::AfterHead {
            match sort {
                Sort::Meta | Sort::HeadRaw | Sort::Script | Sort::Title | Sort::Html | Sort::Head => return None,
                Sort::Body => {
                    self.place = Place::Body;
                    return self.push(tag, name, sort);
                }
                _ => {
                    self.place = Place::Body;
                    self.phantom(local_name!("body"), Sort::Body);
                }
            }
        }
        if self.place == Place::Body { self.start_in_body(tag, name, sort) } else { None }
    }

    fn end(&mut self, written: &'t str) -> Option<()> {
        let (name, sort) = self.names.of_tag(written);
        match (self.place, sort) {
            (Place::Head, Sort::Head) => {
                self.open.pop();
                self.place = Place::AfterHead;
            }
            (Place::Body, Sort::Body) if self.current()?.sort == Sort::Body => self.place = Place::AfterBody,
            (Place::Body, Sort::Html) if self.current()?.sort == Sort::Body => self.place = Place::End,
            (Place::AfterBody, Sort::Html) => self.place = Place::End,
            (Place::Body, _) => return self.end_in_body(name, sort),
            _ => return None,
        }
        Some(())
    }

    fn current(&self) -> Option<&Open> {
        self.open.last()
    }

    /// Appends an element that stays open.
    fn push(&mut self, tag: Tag<'t>, name: LocalName, sort: Sort) -> Option<()> {
        let element = self.element(tag, name.clone())?;
        let id = self.append(element)?;
        self.paragraphs += usize::from(sort == Sort::Paragraph);
        self.anchors += usize::from(sort == Sort::Anchor);
        self.open.push(Open { id, sort, name });
        Some(())
    }

    /// Closes the current element.
    fn pop(&mut self) {
        if let Some(closed) = self.open.pop() {
            self.paragraphs -= usize::from(closed.sort == Sort::Paragraph);
            self.anchors -= usize::from(closed.sort == Sort::Anchor);
        }
    }

    /// Appends an element that holds nothing.
    fn leaf(&mut self, tag: Tag<'t>, name: LocalName) -> Option<()> {
        let element = self.element(tag, name)?;
        self.append(element).map(drop)
    }

    /// Appends an element that holds one text, up to its own end tag.
    fn raw(&mut self, tag: Tag<'t>, name: LocalName, sort: Sort) -> Option<()> {
        let written = tag.name;
        let element = self.element(tag, name)?;
        let id = self.append(element)?;
        let held = self.lexer.raw(written, sort == Sort::Script)?;
        let text = match sort {
            Sort::Title | Sort::Textarea => references::in_text(&self.lexer, held)?,
            _ => self.lexer.tendril(held)?,
        };
        let text = match (sort, text.strip_prefix('\n')) {
            (Sort::Textarea, Some(rest)) => StrTendril::from_slice(rest),
            _ => text,
        };
        self.append_text(id, text)
    }

    /// Appends an element that no tag asks for.
    fn phantom(&mut self, name: LocalName, sort: Sort) {
        let element = Element::new(QualName::new(None, ns!(html), name.clone()), Vec::new());
        if let Some(id) = self.append(element) {
            self.open.push(Open { id, sort, name });
        }
    }

    fn append(&mut self, element: Element) -> Option<NodeId> {
        let parent = self.open.last().map_or_else(|| self.html.tree.root().id(), |open| open.id);
        Some(self.html.tree.get_mut(parent)?.append(Node::Element(element)).id())
    }

    fn element(&mut self, tag: Tag<'t>, name: LocalName) -> Option<Element> {
        let attributes = self.lexer.attributes(tag, &mut self.names)?;
        Some(Element::new(QualName::new(None, ns!(html), name), attributes))
    }
}
