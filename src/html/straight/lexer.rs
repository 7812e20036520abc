//! Tags, texts and comments of a page (HTML §13.2.5), those with mistakes in them left to the whole way: every
//! function gives `None` there.

use html5ever::tendril::StrTendril;
use html5ever::{Attribute, QualName, ns};
use memchr::{memchr, memmem};

use super::super::attributes;
use super::names::Names;
use super::references;

/// A piece of a page.
#[derive(Debug, Clone, Copy)]
pub(super) enum Token<'t> {
    /// Text with its references still in it.
    Text(&'t str),
    /// What stands between `<!--` and `-->`.
    Comment(&'t str),
    /// The whole declaration.
    Doctype(&'t str),
    Open(Tag<'t>),
    /// The name of an end tag.
    Close(&'t str),
}

/// A start tag whose attributes are still to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag<'t> {
    pub(super) name: &'t str,
}

/// Reads a page from front to back.
#[derive(Debug)]
pub(super) struct Lexer<'t> {
    page: &'t StrTendril,
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(page: &'t StrTendril) -> Self {
        Self { page, text: page, bytes: page.as_bytes(), at: 0 }
    }

    /// A piece of the page's text without copying it.
    pub(super) fn tendril(&self, piece: &'t str) -> Option<StrTendril> {
        let from = piece.as_ptr() as usize - self.text.as_ptr() as usize;
        self.page.try_subtendril(u32::try_from(from).ok()?, u32::try_from(piece.len()).ok()?).ok()
    }

    /// The next piece; `Some(None)` at the end. A start tag's attributes must be read before going on.
    pub(super) fn next(&mut self) -> Option<Option<Token<'t>>> {
        let rest = self.bytes.get(self.at..)?;
        if rest.is_empty() {
            return Some(None);
        }
        let begin = self.at;
        let length = memchr(b'<', rest).unwrap_or(rest.len());
        if length > 0 {
            self.at += length;
            return Some(Some(Token::Text(self.text.get(begin..self.at)?)));
        }
        match rest.get(1)? {
            b'a'..=b'z' | b'A'..=b'Z' => {
                self.at += 1;
                Some(Some(Token::Open(Tag { name: self.name()? })))
            }
            b'/' if rest.get(2)?.is_ascii_alphabetic() => {
                self.at += 2;
                let name = self.name()?;
                self.skip_to_end_of_tag()?;
                Some(Some(Token::Close(name)))
            }
            b'!' => self.declaration(begin).map(Some),
            _ => None,
        }
    }

    fn declaration(&mut self, begin: usize) -> Option<Token<'t>> {
        let rest = self.bytes.get(begin..)?;
        if let Some(inner) = rest.strip_prefix(b"<!--") {
            let end = memmem::find(inner, b"-->")?;
            let written = self.text.get(begin + 4..begin + 4 + end)?;
            if written.starts_with(['>']) || written.starts_with("->") || written.contains("--!>") {
                return None;
            }
            self.at = begin + 4 + end + 3;
            return Some(Token::Comment(written));
        }
        if !rest.get(2..9)?.eq_ignore_ascii_case(b"doctype") {
            return None;
        }
        let end = memchr(b'>', rest)?;
        self.at = begin + end + 1;
        Some(Token::Doctype(self.text.get(begin..self.at)?))
    }

    /// A tag's name, the reading place set behind it.
    fn name(&mut self) -> Option<&'t str> {
        let begin = self.at;
        let rest = self.bytes.get(begin..)?;
        let length = rest.iter().position(|b| matches!(b, b' ' | b'\n' | b'\t' | b'\x0c' | b'/' | b'>'))?;
        self.at += length;
        self.text.get(begin..self.at)
    }

    /// What an element with this name holds up to its end tag, as one text; goes on behind that.
    pub(super) fn raw(&mut self, name: &str, script: bool) -> Option<&'t str> {
        let begin = self.at;
        let mut from = begin;
        loop {
            from += memmem::find(self.bytes.get(from..)?, b"</")?;
            let after = from + 2 + name.len();
            let named = self.bytes.get(from + 2..after)?.eq_ignore_ascii_case(name.as_bytes());
            if named && matches!(self.bytes.get(after)?, b' ' | b'\n' | b'\t' | b'\x0c' | b'/' | b'>') {
                self.at = after;
                self.skip_to_end_of_tag()?;
                let held = self.text.get(begin..from)?;
                // Within a comment, a script within the script hides the end.
                let hidden = script && held.contains("<!--") && held.to_ascii_lowercase().contains("<script");
                return (!hidden).then_some(held);
            }
            from += 2;
        }
    }

    /// Passes over a line break that stands here.
    pub(super) fn skip_line_break(&mut self) -> Option<()> {
        let rest = self.bytes.get(self.at..)?;
        self.at += usize::from(rest.starts_with(b"\n"));
        // Written as a reference it is one too.
        (!rest.starts_with(b"&#")).then_some(())
    }

    /// Passes over the attributes of an end tag, which mean nothing.
    fn skip_to_end_of_tag(&mut self) -> Option<()> {
        loop {
            match self.bytes.get(self.at)? {
                b'>' => {
                    self.at += 1;
                    return Some(());
                }
                b' ' | b'\n' | b'\t' | b'\x0c' => self.at += 1,
                _ => return None,
            }
        }
    }

    /// The attributes of the start tag that was given last.
    pub(super) fn attributes(&mut self, _: Tag<'t>, names: &mut Names<'t>) -> Option<Vec<Attribute>> {
        let mut attributes: Vec<Attribute> = Vec::new();
        loop {
            match self.bytes.get(self.at)? {
                b'>' => {
                    self.at += 1;
                    return Some(attributes);
                }
                b' ' | b'\n' | b'\t' | b'\x0c' | b'/' => self.at += 1,
                b'=' => return None,
                _ if attributes.len() >= attributes::MOST => return None,
                _ => {
                    let written = self.attribute_name()?;
                    let value = self.value()?;
                    let name = QualName::new(None, ns!(), names.of_attribute(written));
                    // The first of two counts.
                    if attributes.iter().all(|known| known.name.local != name.local) {
                        attributes.push(Attribute { name, value });
                    }
                }
            }
        }
    }

    fn attribute_name(&mut self) -> Option<&'t str> {
        let begin = self.at;
        loop {
            match self.bytes.get(self.at)? {
                b' ' | b'\n' | b'\t' | b'\x0c' | b'/' | b'>' | b'=' => return self.text.get(begin..self.at),
                b'"' | b'\'' | b'<' => return None,
                _ => self.at += 1,
            }
        }
    }

    fn skip_blanks(&mut self) -> Option<u8> {
        loop {
            match self.bytes.get(self.at)? {
                b' ' | b'\n' | b'\t' | b'\x0c' => self.at += 1,
                other => return Some(*other),
            }
        }
    }

    /// The value of the attribute whose name was just read.
    fn value(&mut self) -> Option<StrTendril> {
        if self.skip_blanks()? != b'=' {
            return Some(StrTendril::new());
        }
        self.at += 1;
        let written = match self.skip_blanks()? {
            quote @ (b'"' | b'\'') => {
                let begin = self.at + 1;
                let length = memchr(quote, self.bytes.get(begin..)?)?;
                self.at = begin + length + 1;
                self.text.get(begin..begin + length)?
            }
            b'>' => return None,
            _ => {
                let begin = self.at;
                loop {
                    match self.bytes.get(self.at)? {
                        b' ' | b'\n' | b'\t' | b'\x0c' | b'>' => break self.text.get(begin..self.at)?,
                        _ => self.at += 1,
                    }
                }
            }
        };
        match memchr(b'&', written.as_bytes()) {
            None => self.tendril(written),
            Some(_) => references::in_value(written),
        }
    }
}
