//! A page's tags and texts, gone through once without building their tree.
//!
//! That tells what stands in what nearly as the tree does, for a fraction of its cost. What is a tag and what is text is
//! told as in the tree; where that hangs on the tree (within pictures, formulas, menus, templates), nothing is given.

use std::borrow::Cow;

use memchr::memchr;

use super::lexer::{Lexer, Token};
use super::names::Names;
use super::references;
use super::sorts::Sort;
use super::{DEEP, in_lines};
use crate::html::tree;

/// What a page holds, in its order.
#[derive(Debug, Clone, Copy)]
pub enum Piece<'p> {
    /// A start tag.
    Open(Opened<'p>),
    /// Text, its references still in it, and in how many elements it stands.
    Text(&'p str, usize),
}

/// A start tag.
#[derive(Debug, Clone, Copy)]
pub struct Opened<'p> {
    /// Its name in lower case.
    pub name: &'p str,
    /// In how many elements it stands.
    pub depth: usize,
    /// Whether the tree may have it elsewhere than behind all that stands before it.
    pub moved: bool,
    attributes: &'p [(&'p str, &'p str)],
}

impl<'p> Opened<'p> {
    /// An attribute's value, its references still in it.
    pub fn written(&self, name: &str) -> Option<&'p str> {
        self.attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// An attribute's value.
    pub fn attribute(&self, name: &str) -> Option<Cow<'p, str>> {
        let written = self.written(name)?;
        if memchr(b'&', written.as_bytes()).is_none() {
            return Some(Cow::Borrowed(written));
        }
        references::in_value(written).map(|value| Cow::Owned(value.to_string()))
    }
}

/// Goes through a page, and tells of each piece until that is answered with `None`; likewise `None` where it must go the
/// whole way.
pub fn skim(text: &str, mut tell: impl FnMut(Piece) -> Option<()>) -> Option<()> {
    let text = in_lines(text)?;
    let mut lexer = Lexer::new(&text);
    let mut names = Names::default();
    let mut open = Open::default();
    let mut attributes = Vec::new();
    for _ in 0..tree::most_nodes(text.len()) {
        match lexer.next(open.foreign.is_some())? {
            None => return Some(()),
            Some(Token::Text(text)) => tell(Piece::Text(text, open.elements.len()))?,
            Some(Token::Open(written)) => {
                let (name, sort) = names.of_tag(written);
                attributes.clear();
                let closed = lexer.each_attribute(|name, value| {
                    attributes.push((name, value));
                    Some(())
                })?;
                let (depth, moved) = (open.elements.len(), open.moved);
                tell(Piece::Open(Opened { name: &name, depth, moved, attributes: &attributes }))?;
                if is_raw(sort) {
                    let held = lexer.raw(written, sort == Sort::Script)?;
                    // Not everywhere in these is it one text.
                    if open.strict.is_some() && held.contains('<') {
                        return None;
                    }
                    if sort == Sort::Title {
                        tell(Piece::Text(held, depth + 1))?;
                    }
                } else {
                    open.push(written, sort, closed)?;
                }
            }
            Some(Token::Close(written)) => open.close(written, names.of_tag(written).1)?,
            Some(Token::Verbatim(_)) => return None,
            Some(Token::Comment(_) | Token::Doctype(_)) => {}
        }
    }
    None
}

/// Elements that hold one text.
fn is_raw(sort: Sort) -> bool {
    matches!(
        sort,
        Sort::HeadRaw | Sort::Script | Sort::Title | Sort::Textarea | Sort::Noscript | Sort::Raw | Sort::Listing
    )
}

/// Elements that hold nothing.
fn is_void(sort: Sort) -> bool {
    matches!(
        sort,
        Sort::Meta | Sort::Void | Sort::Part | Sort::Rule | Sort::Input | Sort::Image | Sort::Column | Sort::Frame
    )
}

/// The open elements.
#[derive(Debug, Default)]
struct Open<'t> {
    elements: Vec<(&'t str, Sort)>,
    /// The first that has rules of its own for what it holds.
    strict: Option<usize>,
    /// The first that is no HTML.
    foreign: Option<usize>,
    moved: bool,
}

impl<'t> Open<'t> {
    fn push(&mut self, name: &'t str, sort: Sort, closed: bool) -> Option<()> {
        let is_foreign = matches!(sort, Sort::Svg | Sort::Math);
        if closed && (is_foreign || self.foreign.is_some()) {
            return Some(());
        }
        match sort {
            Sort::Refused => return None,
            Sort::Table => self.moved = true,
            Sort::Svg | Sort::Math | Sort::Select | Sort::Template => {
                self.moved = true;
                self.strict = self.strict.or(Some(self.elements.len()));
            }
            _ => {}
        }
        if is_foreign {
            self.foreign = self.foreign.or(Some(self.elements.len()));
        }
        if self.foreign.is_none() {
            if is_void(sort) {
                return Some(());
            }
            // The next row or paragraph ends the one before.
            if sort.ends_by_itself() && self.elements.last().is_some_and(|(_, last)| *last == sort) {
                self.elements.pop();
            }
        }
        self.elements.push((name, sort));
        (self.elements.len() <= DEEP).then_some(())
    }

    fn close(&mut self, name: &str, sort: Sort) -> Option<()> {
        let is_it = |open: &(&str, Sort)| open.0.eq_ignore_ascii_case(name);
        if self.foreign.is_some() {
            // What is no HTML must be in order.
            self.elements.pop().filter(is_it)?;
            self.let_go();
            return Some(());
        }
        let in_table = matches!(sort, Sort::Table | Sort::Rows | Sort::Row | Sort::Cell | Sort::Caption);
        let bounds = |open: Sort| match sort {
            Sort::Template => false,
            _ if in_table => open.is_table_border() || open == Sort::Select,
            Sort::Item => open.is_list_border(),
            _ => open.is_border(),
        };
        for at in (0..self.elements.len()).rev() {
            let Some(open) = self.elements.get(at) else { break };
            if is_it(open) {
                self.elements.truncate(at);
                break;
            }
            if bounds(open.1) {
                break;
            }
        }
        self.let_go();
        Some(())
    }

    /// Forgets what is no longer open.
    fn let_go(&mut self) {
        let open = self.elements.len();
        self.strict = self.strict.filter(|at| *at < open);
        self.foreign = self.foreign.filter(|at| *at < open);
    }
}
