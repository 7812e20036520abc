//! Tags, texts and comments of a page (HTML §13.2.5). Where the page ends within one, or where it is so odd that it is
//! better left to the whole way, every function gives `None`.

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
    /// Text as it is.
    Verbatim(&'t str),
    /// What stands between `<!--` and `-->`.
    Comment(&'t str),
    /// The whole declaration.
    Doctype(&'t str),
    /// The name of a start tag, whose attributes must be read before going on.
    Open(&'t str),
    /// The name of an end tag.
    Close(&'t str),
}

/// Reads a page from front to back.
#[derive(Debug)]
pub(super) struct Lexer<'t> {
    page: &'t StrTendril,
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    in_order: bool,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(page: &'t StrTendril) -> Self {
        Self { page, text: page, bytes: page.as_bytes(), at: 0, in_order: true }
    }

    /// Whether what was read so far had no mistakes.
    pub(super) fn in_order(&self) -> bool {
        self.in_order
    }

    /// A piece of the page's text without copying it.
    pub(super) fn tendril(&self, piece: &'t str) -> Option<StrTendril> {
        piece_of(self.page, piece)
    }

    /// The next piece; `Some(None)` at the end. `foreign` is whether an element that is not HTML is open.
    pub(super) fn next(&mut self, foreign: bool) -> Option<Option<Token<'t>>> {
        let begin = self.at;
        let mut end = begin;
        let second = loop {
            let rest = self.bytes.get(end..)?;
            let Some(length) = memchr(b'<', rest) else {
                end += rest.len();
                break None;
            };
            end += length;
            match (self.bytes.get(end + 1), self.bytes.get(end + 2)) {
                (Some(second @ (b'a'..=b'z' | b'A'..=b'Z' | b'!' | b'?')), _) => break Some(*second),
                (Some(b'/'), Some(_)) => break Some(b'/'),
                // It is no tag.
                _ => {
                    self.in_order = false;
                    end += 1;
                }
            }
        };
        if end > begin {
            self.at = end;
            return Some(Some(Token::Text(self.text.get(begin..end)?)));
        }
        let Some(second) = second else { return Some(None) };
        let third = *self.bytes.get(begin + 2)?;
        Some(Some(match second {
            b'!' => self.declaration(begin, foreign)?,
            b'?' => self.bogus_comment(begin + 1)?,
            b'/' if third.is_ascii_alphabetic() => {
                self.at += 2;
                let name = self.name()?;
                self.skip_to_end_of_tag()?;
                Token::Close(name)
            }
            b'/' if third == b'>' => return None,
            b'/' => self.bogus_comment(begin + 2)?,
            _ => {
                self.at += 1;
                Token::Open(self.name()?)
            }
        }))
    }

    fn declaration(&mut self, begin: usize, foreign: bool) -> Option<Token<'t>> {
        let rest = self.bytes.get(begin..)?;
        if let Some(inner) = rest.strip_prefix(b"<!--") {
            return self.comment(begin + 4, inner);
        }
        if rest.get(2..9).is_some_and(|name| name.eq_ignore_ascii_case(b"doctype")) {
            let end = memchr(b'>', rest)?;
            self.at = begin + end + 1;
            return Some(Token::Doctype(self.text.get(begin..self.at)?));
        }
        if foreign && rest.starts_with(b"<![CDATA[") {
            let end = memmem::find(rest, b"]]>")?;
            self.at = begin + end + 3;
            return Some(Token::Verbatim(self.text.get(begin + 9..begin + end)?));
        }
        self.bogus_comment(begin + 2)
    }

    fn comment(&mut self, begin: usize, inner: &'t [u8]) -> Option<Token<'t>> {
        // These end at once.
        for early in [">", "->"] {
            if inner.starts_with(early.as_bytes()) {
                self.in_order = false;
                self.at = begin + early.len();
                return Some(Token::Comment(self.text.get(begin..begin)?));
            }
        }
        let mut end = 0;
        loop {
            end += memmem::find(inner.get(end..)?, b"--")?;
            let rest = inner.get(end + 2..)?;
            let length = match rest.first()? {
                b'>' => 3,
                b'!' if rest.get(1) == Some(&b'>') => {
                    self.in_order = false;
                    4
                }
                _ => {
                    end += 1;
                    continue;
                }
            };
            self.at = begin + end + length;
            return Some(Token::Comment(self.text.get(begin..begin + end)?));
        }
    }

    /// What is taken for a comment up to the next `>`.
    fn bogus_comment(&mut self, begin: usize) -> Option<Token<'t>> {
        self.in_order = false;
        let length = memchr(b'>', self.bytes.get(begin..)?)?;
        self.at = begin + length + 1;
        Some(Token::Comment(self.text.get(begin..begin + length)?))
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
            if self.is_tag(from + 2, name) {
                break;
            }
            from += 2;
        }
        if script && let Some(comment) = memmem::find(self.bytes.get(begin..from)?, b"<!--") {
            from = self.end_of_script(begin + comment)?;
        }
        self.at = from + 2 + name.len();
        self.skip_to_end_of_tag()?;
        self.text.get(begin..from)
    }

    /// Whether a tag's name stands there.
    fn is_tag(&self, at: usize, name: &str) -> bool {
        let after = at + name.len();
        self.bytes.get(at..after).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
            && matches!(self.bytes.get(after), Some(b' ' | b'\n' | b'\t' | b'\x0c' | b'/' | b'>'))
    }

    /// Where the end tag of a script begins that has a comment, there: within that, a script within the script hides
    /// the end (§13.2.5.20 to .31).
    fn end_of_script(&mut self, comment: usize) -> Option<usize> {
        let mut at = comment;
        let (mut escaped, mut twice) = (false, false);
        loop {
            let rest = self.bytes.get(at..)?;
            match rest.first()? {
                b'-' if escaped && rest.starts_with(b"-->") => {
                    (escaped, twice) = (false, false);
                    at += 3;
                }
                b'<' if !escaped && rest.starts_with(b"<!--") => {
                    escaped = true;
                    // `<!-->` ends it at once.
                    at += 2;
                }
                b'<' if rest.get(1) == Some(&b'/') && self.is_tag(at + 2, "script") => {
                    if !twice {
                        return Some(at);
                    }
                    twice = false;
                    at += 8;
                }
                b'<' if escaped && !twice && self.is_tag(at + 1, "script") => {
                    self.in_order = false;
                    twice = true;
                    at += 7;
                }
                _ => {
                    at += 1;
                    let rest = self.bytes.get(at..)?;
                    at += memchr::memchr2(b'<', b'-', rest)?;
                }
            }
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
                b' ' | b'\n' | b'\t' | b'\x0c' | b'/' => self.at += 1,
                _ => {
                    self.in_order = false;
                    self.attribute_name()?;
                    self.written_value()?;
                }
            }
        }
    }

    /// The attributes of the start tag that was given last, and whether it ends in `/>`.
    pub(super) fn attributes(&mut self, names: &mut Names<'t>) -> Option<(Vec<Attribute>, bool)> {
        let mut attributes: Vec<Attribute> = Vec::new();
        let page = self.page;
        let closed = self.each_attribute(|written, value| {
            let value = value_of(page, value);
            let name = QualName::new(None, ns!(), names.of_attribute(written));
            // The first of two counts.
            if attributes.iter().all(|known| known.name.local != name.local) {
                attributes.push(Attribute { name, value: value? });
            }
            Some(())
        })?;
        Some((attributes, closed))
    }

    /// Tells of each attribute of that tag its name and its value, its references still in it; and whether the tag ends in
    /// `/>`.
    pub(super) fn each_attribute(&mut self, mut tell: impl FnMut(&'t str, &'t str) -> Option<()>) -> Option<bool> {
        let (mut closed, mut met) = (false, 0);
        loop {
            match self.bytes.get(self.at)? {
                b'>' => {
                    self.at += 1;
                    return Some(closed);
                }
                b'/' => {
                    closed = true;
                    self.at += 1;
                }
                b' ' | b'\n' | b'\t' | b'\x0c' => {
                    closed = false;
                    self.at += 1;
                }
                _ if met >= attributes::MOST => return None,
                _ => {
                    (closed, met) = (false, met + 1);
                    let name = self.attribute_name()?;
                    let value = self.written_value()?;
                    tell(name, value)?;
                }
            }
        }
    }

    fn attribute_name(&mut self) -> Option<&'t str> {
        let begin = self.at;
        // A `=` that begins a name belongs to it.
        if self.bytes.get(begin) == Some(&b'=') {
            self.in_order = false;
            self.at += 1;
        }
        loop {
            match self.bytes.get(self.at)? {
                b' ' | b'\n' | b'\t' | b'\x0c' | b'/' | b'>' | b'=' => return self.text.get(begin..self.at),
                b'"' | b'\'' | b'<' => {
                    self.in_order = false;
                    self.at += 1;
                }
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

    /// The value of the attribute whose name was just read, its references still in it.
    fn written_value(&mut self) -> Option<&'t str> {
        if self.skip_blanks()? != b'=' {
            return Some("");
        }
        self.at += 1;
        match self.skip_blanks()? {
            quote @ (b'"' | b'\'') => {
                let begin = self.at + 1;
                let length = memchr(quote, self.bytes.get(begin..)?)?;
                self.at = begin + length + 1;
                self.text.get(begin..begin + length)
            }
            b'>' => {
                self.in_order = false;
                Some("")
            }
            _ => {
                let begin = self.at;
                loop {
                    match self.bytes.get(self.at)? {
                        b' ' | b'\n' | b'\t' | b'\x0c' | b'>' => return self.text.get(begin..self.at),
                        _ => self.at += 1,
                    }
                }
            }
        }
    }
}

fn piece_of(page: &StrTendril, piece: &str) -> Option<StrTendril> {
    let from = piece.as_ptr() as usize - page.as_ptr() as usize;
    page.try_subtendril(u32::try_from(from).ok()?, u32::try_from(piece.len()).ok()?).ok()
}

/// An attribute's value, as written on a page.
fn value_of(page: &StrTendril, written: &str) -> Option<StrTendril> {
    match memchr(b'&', written.as_bytes()) {
        // So short a value is held in place.
        None if written.len() <= 8 => Some(StrTendril::from_slice(written)),
        None => piece_of(page, written),
        Some(_) => references::in_value(written),
    }
}
