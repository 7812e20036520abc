//! Text into tags and text. Never fails: what is no markup is text.

use memchr::{memchr, memchr2, memmem};

/// Most attributes kept of one element.
const MAX_ATTRIBUTES: usize = 256;
/// Longest name of an element or attribute, in bytes; the rest is cut off.
const MAX_NAME: usize = 256;

/// A piece of a document; text still has its entities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::read) enum Token<'a> {
    /// Text between tags, raw.
    Text(&'a str),
    /// What stands in a CDATA section.
    Cdata(&'a str),
    /// A start tag; its attributes are in [`Lexer::attributes`] until the next token.
    Start { name: &'a str, empty: bool },
    /// An end tag.
    End(&'a str),
    /// A document type declaration, `<!DOCTYPE` and `>` off.
    Doctype(&'a str),
}

/// Cuts a document into tokens.
#[derive(Debug)]
pub(in crate::read) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// Name and raw value of the attributes of the start tag read last.
    pub(in crate::read) attributes: Vec<(&'a str, &'a str)>,
    /// Name of the start tag read last: where an unclosed CDATA section in it may end.
    last: &'a str,
    /// No `]]>` stands behind here, so that it need not be sought again.
    no_cdata_end: bool,
    no_comment_end: bool,
    /// Something was left open: a tag, a quote, a comment, a section. What follows may then be read otherwise than it
    /// would be by itself.
    pub(in crate::read) mended: bool,
    /// Only the first document type declaration is looked into.
    had_doctype: bool,
}

impl<'a> Lexer<'a> {
    pub(in crate::read) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            attributes: Vec::new(),
            last: "",
            no_cdata_end: false,
            no_comment_end: false,
            mended: false,
            had_doctype: false,
        }
    }

    /// How much was read, in bytes.
    pub(in crate::read) fn at(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Takes `length` bytes, or all there are.
    fn take(&mut self, length: usize) -> &'a str {
        let rest = self.rest();
        let (taken, _) = rest.split_at_checked(length).unwrap_or((rest, ""));
        self.at += taken.len();
        taken
    }

    /// Takes all before `end`, and drops `end`.
    fn take_past(&mut self, end: &str) -> Option<&'a str> {
        let found = memmem::find(self.rest().as_bytes(), end.as_bytes())?;
        let taken = self.take(found);
        self.at += end.len();
        Some(taken)
    }

    /// Takes the letters of a text that begins here with `lead` bytes that are no markup.
    fn take_text(&mut self, lead: usize) -> Token<'a> {
        let more = self.rest().as_bytes().get(lead..).and_then(|b| memchr(b'<', b));
        Token::Text(self.take(more.map_or(usize::MAX, |m| lead + m)))
    }

    fn markup(&mut self) -> Option<Token<'a>> {
        let rest = self.rest();
        // Most markup is tags.
        let declares = rest.as_bytes().get(1) == Some(&b'!');
        if declares && rest.starts_with("<!--") {
            self.at += 4;
            if !self.no_comment_end && self.take_past("-->").is_none() {
                self.no_comment_end = true;
            }
            if self.no_comment_end {
                self.mended = true;
                self.take_past(">").unwrap_or_else(|| self.take(usize::MAX));
            }
            return None;
        }
        if declares && rest.get(..9).is_some_and(|s| s.eq_ignore_ascii_case("<![CDATA[")) {
            self.at += 9;
            return Some(Token::Cdata(self.cdata()));
        }
        match rest.as_bytes().get(1) {
            Some(b'?') => {
                let near = rest.as_bytes().get(..4096).unwrap_or(rest.as_bytes());
                let is_closed = memmem::find(near, b"?>").is_some();
                self.mended |= !is_closed;
                let end = if is_closed { "?>" } else { ">" };
                self.take_past(end).unwrap_or_else(|| self.take(usize::MAX));
                None
            }
            Some(b'!') => self.declaration(),
            Some(b'/') => {
                self.at += 2;
                let end = memchr2(b'>', b'<', self.rest().as_bytes()).unwrap_or(self.rest().len());
                let name = self.take(end);
                if self.rest().starts_with('>') {
                    self.at += 1;
                } else {
                    self.mended = true;
                }
                Some(Token::End(cut(name.trim())))
            }
            Some(c) if c.is_ascii_alphabetic() || *c == b'_' || *c == b':' || *c >= 0x80 => Some(self.start_tag()),
            _ => Some(self.take_text(1)),
        }
    }

    /// A CDATA section's text. One that is never closed ends with the element it stands in.
    fn cdata(&mut self) -> &'a str {
        if !self.no_cdata_end {
            if let Some(text) = self.take_past("]]>") {
                return text;
            }
            self.no_cdata_end = true;
        }
        self.mended = true;
        let end = format!("</{}", self.last);
        let end = memmem::find(self.rest().as_bytes(), end.as_bytes()).unwrap_or(usize::MAX);
        self.take(end)
    }

    fn declaration(&mut self) -> Option<Token<'a>> {
        let doctype = !self.had_doctype && self.rest().get(..9).is_some_and(|s| s.eq_ignore_ascii_case("<!DOCTYPE"));
        self.had_doctype |= doctype;
        self.at += if doctype { 9 } else { 2 };
        let bytes = self.rest().as_bytes();
        let mut quote = None;
        let mut inside = false;
        let end = bytes.iter().position(|b| {
            match (quote, b) {
                (Some(q), b) if q == b => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') if doctype => quote = Some(b),
                (None, b'[') if doctype => inside = true,
                (None, b']') => inside = false,
                (None, b'>') => return !inside,
                _ => {}
            }
            false
        });
        self.mended |= end.is_none();
        // A quote that never ends must not swallow the document.
        let end = end.or_else(|| memchr(b'>', bytes)).unwrap_or(bytes.len());
        let text = self.take(end);
        self.at = (self.at + 1).min(self.text.len());
        doctype.then_some(Token::Doctype(text))
    }

    fn start_tag(&mut self) -> Token<'a> {
        self.at += 1;
        let name = self.name();
        self.attributes.clear();
        let mut empty = false;
        loop {
            let is_between = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'=' | b'"' | b'\'');
            let rest = self.rest().as_bytes();
            self.at += rest.iter().take_while(|b| is_between(b)).count();
            match self.rest().as_bytes().first() {
                None | Some(b'<') => {
                    self.mended = true;
                    break;
                }
                Some(b'>') => {
                    self.at += 1;
                    break;
                }
                Some(b'/') => {
                    self.at += 1;
                    empty = self.rest().starts_with('>');
                }
                Some(_) => self.attribute(),
            }
        }
        self.last = name;
        Token::Start { name, empty }
    }

    /// Takes the name of an element or attribute.
    fn name(&mut self) -> &'a str {
        let rest = self.rest();
        let is_end = |b: u8| b.is_ascii_whitespace() || matches!(b, b'>' | b'/' | b'<' | b'=');
        cut(self.take(rest.bytes().position(is_end).unwrap_or(rest.len())))
    }

    fn attribute(&mut self) {
        let name = self.name();
        let after = self.rest().trim_start_matches(|c: char| c.is_ascii_whitespace());
        let Some(value) = after.strip_prefix('=') else { return self.keep(name, "") };
        let value = value.trim_start_matches(|c: char| c.is_ascii_whitespace());
        self.at = self.text.len() - value.len();
        let quote = value.as_bytes().first().copied().filter(|q| matches!(q, b'"' | b'\''));
        let inner = value.get(1..).unwrap_or_default();
        let value = match quote.and_then(|q| memchr(q, inner.as_bytes())) {
            Some(end) => {
                self.at += end + 2;
                inner.get(..end).unwrap_or_default()
            }
            None => {
                self.mended |= quote.is_some();
                let from = usize::from(quote.is_some());
                self.at += from;
                let rest = self.rest();
                let is_end = |c: char| c == '>' || c == '<' || (quote.is_none() && c.is_ascii_whitespace());
                let taken = self.take(rest.find(is_end).unwrap_or(rest.len()));
                match taken.strip_suffix('/') {
                    // `<a href=x/>`: the stroke belongs to the tag.
                    Some(shorter) if self.rest().starts_with('>') => {
                        self.at -= 1;
                        shorter
                    }
                    _ => taken,
                }
            }
        };
        self.keep(name, value);
    }

    fn keep(&mut self, name: &'a str, value: &'a str) {
        if self.attributes.len() < MAX_ATTRIBUTES {
            self.attributes.push((name, value));
        }
    }
}

/// A name cut to its longest.
fn cut(name: &str) -> &str {
    name.get(..name.floor_char_boundary(MAX_NAME)).unwrap_or_default()
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        while self.at < self.text.len() {
            let token = if self.rest().starts_with('<') { self.markup() } else { Some(self.take_text(0)) };
            if token.is_some() {
                return token;
            }
        }
        None
    }
}
