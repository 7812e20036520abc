//! The short way to a tree.
//!
//! html5ever reads a page letter by letter and asks its tree for the name of every element it passes. Here tags are
//! found by looking for their `<`, names are looked up once a page, and the open elements know what they are. The rules
//! are the standard's, as html5ever has them; where one is rare (frames, zero bytes, what ends within a tag), nothing is
//! given, and the page goes the whole way. What is given is the very tree that the whole way gives: the tests compare the two.

mod body;
mod ends;
mod foreign;
mod formatting;
mod frame;
mod lexer;
mod names;
mod places;
mod references;
mod skim;
mod sorts;
mod spelling;
mod stack;
mod table;
mod template;
#[cfg(test)]
mod tests;

use ego_tree::NodeId;
use html5ever::tendril::StrTendril;
use html5ever::{Attribute, LocalName, QualName, local_name, ns};
use scraper::node::{Comment, Element};
use scraper::{Html, Node};

use super::tree;
use formatting::Formatting;
use lexer::{Lexer, Token};
use names::Names;
use places::Spot;
use sorts::Sort;
use stack::Stack;

pub use skim::{Opened, Piece, skim};

/// Deeper pages go the whole way, which keeps them within bounds.
const DEEP: usize = 400;

/// The insertion mode (HTML §13.2.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Initial,
    BeforeHtml,
    BeforeHead,
    Head,
    AfterHead,
    Body,
    Table,
    Caption,
    Columns,
    Rows,
    Row,
    Cell,
    Template,
    AfterBody,
    AfterAfterBody,
}

/// A start tag.
#[derive(Debug)]
struct Tag<'t> {
    written: &'t str,
    name: LocalName,
    sort: Sort,
    attributes: Vec<Attribute>,
    /// Whether it ends in `/>`.
    closed: bool,
}

/// A tree on its way.
struct Straight<'t> {
    html: Html,
    stack: Stack,
    formatting: Formatting,
    mode: Mode,
    lexer: Lexer<'t>,
    names: Names<'t>,
    /// Whether `<noscript>` holds one text, as it does in documents.
    scripting: bool,
    head: Option<NodeId>,
    /// By whose rules the open templates are read.
    templates: Vec<Mode>,
    /// The form that is open.
    form: Option<NodeId>,
    /// Whether what is put into a table goes before it (HTML §13.2.6.1).
    fostering: bool,
    /// Whether anything had to be mended.
    mended: bool,
}

/// A tree, and whether all its tags were in order.
pub(super) struct Built {
    pub(super) html: Html,
    pub(super) in_order: bool,
}

/// The tree of a document, scripting taken to be on; `None` where it must go the whole way.
pub(super) fn document(text: &str) -> Option<Built> {
    build(text, Node::Document, true)
}

/// The tree of what stands in a body, scripting taken to be off.
pub(super) fn fragment(text: &str) -> Option<Built> {
    build(text, Node::Fragment, false)
}

/// The text with line ends as they are read, `\n` (HTML §13.2.3.5); `None` where it has zero bytes, which have rules of
/// their own.
fn in_lines(text: &str) -> Option<StrTendril> {
    if memchr::memchr(0, text.as_bytes()).is_some() {
        return None;
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Some(match memchr::memchr(b'\r', text.as_bytes()) {
        None => StrTendril::from_slice(text),
        Some(_) => StrTendril::from_slice(&text.replace("\r\n", "\n").replace('\r', "\n")),
    })
}

fn build(text: &str, root: Node, whole: bool) -> Option<Built> {
    let text = in_lines(text)?;
    let many = tree::most_nodes(text.len());
    let mut straight = Straight {
        html: tree::empty(root, &text),
        stack: Stack::new(),
        formatting: Formatting::default(),
        mode: if whole { Mode::Initial } else { Mode::Body },
        lexer: Lexer::new(&text),
        names: Names::default(),
        scripting: whole,
        head: None,
        templates: Vec::new(),
        form: None,
        fostering: false,
        mended: false,
    };
    if !whole {
        straight.root_of_fragment();
    }
    while let Some(token) = straight.lexer.next(straight.current().is_some_and(|open| open.sort.is_foreign()))? {
        straight.take(token)?;
        let depth = straight.stack.len() + straight.formatting.len();
        if depth > DEEP || straight.html.tree.values().len() >= many {
            return None;
        }
    }
    straight.leave_templates();
    if straight.mode == Mode::Initial || straight.is_before_body() {
        straight.mended = true;
        straight.open_body()?;
    }
    let in_order = !straight.mended && straight.lexer.in_order();
    Some(Built { html: straight.html, in_order })
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
            Token::Text(written) => {
                let text = references::in_text(&self.lexer, written)?;
                self.text(text)
            }
            Token::Verbatim(written) => {
                self.mended = true;
                let text = self.lexer.tendril(written)?;
                self.text(text)
            }
            Token::Comment(text) => self.comment(text),
            Token::Doctype(text) => self.doctype(text),
            Token::Open(written) => {
                let (name, sort) = self.names.of_tag(written);
                let (attributes, closed) = self.lexer.attributes(&mut self.names)?;
                self.start(Tag { written, name, sort, attributes, closed })
            }
            Token::Close(written) => {
                let (name, sort) = self.names.of_tag(written);
                self.end(&name, sort)
            }
        }
    }

    fn text(&mut self, text: StrTendril) -> Option<()> {
        if text.is_empty() {
            return Some(());
        }
        if matches!(self.current().map(|open| open.sort), Some(Sort::Svg | Sort::Math | Sort::Annotation)) {
            return self.append_text(text);
        }
        match self.mode {
            Mode::Body | Mode::Caption | Mode::Cell | Mode::Template => self.text_in_body(text),
            Mode::Table | Mode::Columns | Mode::Rows | Mode::Row => self.text_in_table(text),
            Mode::AfterBody | Mode::AfterAfterBody => {
                if !is_blank(&text) {
                    self.mended = true;
                    self.mode = Mode::Body;
                }
                // Whitespace after the body is taken for the body's.
                self.text_in_body(text)
            }
            _ => self.text_before_body(text),
        }
    }

    fn text_in_body(&mut self, text: StrTendril) -> Option<()> {
        self.open_anew()?;
        self.append_text(text)
    }

    fn comment(&mut self, text: &'t str) -> Option<()> {
        let comment = Node::Comment(Comment { comment: self.lexer.tendril(text)? });
        let foreign = self.current().is_some_and(|open| open.sort.is_foreign());
        let spot = match self.mode {
            Mode::AfterBody if !foreign => Spot::Within(self.stack.get(0)?.id),
            Mode::Initial | Mode::BeforeHtml | Mode::AfterAfterBody if !foreign => {
                Spot::Within(self.html.tree.root().id())
            }
            _ => self.spot(self.current()?)?,
        };
        let (Spot::Within(parent) | Spot::Before(parent)) = spot;
        self.html.tree.get_mut(parent)?.append(comment);
        Some(())
    }

    fn start(&mut self, tag: Tag<'t>) -> Option<()> {
        let foreign = match self.current().map(|open| open.sort) {
            Some(Sort::Svg | Sort::Math) => true,
            Some(Sort::MathPoint) => matches!(&*tag.name, "mglyph" | "malignmark"),
            Some(Sort::Annotation) => tag.name != local_name!("svg"),
            _ => false,
        };
        if foreign { self.start_in_foreign(tag) } else { self.start_by_mode(tag) }
    }

    fn start_by_mode(&mut self, tag: Tag<'t>) -> Option<()> {
        match self.mode {
            Mode::Body => self.start_in_body(tag),
            Mode::Template => self.start_in_template(tag),
            Mode::Table | Mode::Caption | Mode::Columns | Mode::Rows | Mode::Row | Mode::Cell => {
                self.start_in_table(tag)
            }
            Mode::AfterBody | Mode::AfterAfterBody => {
                self.mended = true;
                if tag.sort != Sort::Html {
                    self.mode = Mode::Body;
                }
                self.start_in_body(tag)
            }
            _ => self.start_before_body(tag),
        }
    }

    fn end(&mut self, name: &LocalName, sort: Sort) -> Option<()> {
        match self.current() {
            Some(open) if open.sort.is_foreign() => self.end_in_foreign(name, sort),
            _ => self.end_by_mode(name, sort),
        }
    }

    fn end_by_mode(&mut self, name: &LocalName, sort: Sort) -> Option<()> {
        match self.mode {
            Mode::Body => self.end_in_body(name, sort),
            Mode::Template if sort == Sort::Template => self.end_in_body(name, sort),
            Mode::Template => {
                self.mended = true;
                Some(())
            }
            Mode::Table | Mode::Caption | Mode::Columns | Mode::Rows | Mode::Row | Mode::Cell => {
                self.end_in_table(name, sort)
            }
            Mode::AfterBody if sort == Sort::Html => {
                self.mode = Mode::AfterAfterBody;
                Some(())
            }
            Mode::AfterBody | Mode::AfterAfterBody => {
                self.mended = true;
                self.mode = Mode::Body;
                self.end_in_body(name, sort)
            }
            _ => self.end_before_body(name, sort),
        }
    }
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_whitespace())
}
