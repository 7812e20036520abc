//! The visible text of HTML.
//!
//! Read from tokens, without a tree: no nesting can slow it, and no tag soup can move text about.

use std::cell::{Cell, RefCell};

use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{StartTag, Tag, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use memchr::memchr;

use super::attributes;
use crate::model::{fold_space, is_surely_folded, split_at_blank};

/// Most bytes of HTML read; what follows is left out.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The visible text of HTML: entities decoded, white space folded (kept inside `<pre>`), paragraphs apart by a
/// blank line, list items, table rows and `<br>` by a line break. Takes time and memory linear in the input.
pub fn html_to_text(html: &str) -> String {
    if !html.contains(['<', '&']) {
        return fold_space(html);
    }
    let (html, _) = attributes::few(&html[..html.floor_char_boundary(MAX_BYTES)]);
    let tokenizer = Tokenizer::new(Writer::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(&html));
    while let html5ever::TokenizerResult::Script(()) = tokenizer.feed(&input) {}
    tokenizer.end();
    tokenizer.sink.out.into_inner().text
}

/// The same, of HTML in which every `<` begins a tag that ends at the next `>`, no reference stands but `&amp;`, `&lt;`,
/// `&gt;` and `&nbsp;`, and no text is hidden or kept as it is written (`<script>`, `<pre>`): no tokenizer is needed.
pub fn clean_html_to_text(html: &str) -> String {
    if !html.contains(['<', '&']) {
        return fold_space(html);
    }
    let writer = Writer::default();
    let mut rest = html;
    while !rest.is_empty() {
        let tag = memchr(b'<', rest.as_bytes()).unwrap_or(rest.len());
        let (mut text, after) = rest.split_at_checked(tag).unwrap_or((rest, ""));
        while let Some(at) = memchr(b'&', text.as_bytes()) {
            writer.characters(text.get(..at).unwrap_or_default());
            text = text.get(at..).unwrap_or_default();
            let known = [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", "\u{a0}")];
            let (written, meant) =
                known.into_iter().find(|(written, _)| text.starts_with(written)).unwrap_or(("&", "&"));
            writer.characters(meant);
            text = text.get(written.len()..).unwrap_or_default();
        }
        writer.characters(text);
        let name = after.trim_start_matches(['<', '/']);
        let name = name.split([' ', '>']).next().unwrap_or_default();
        writer.out.borrow_mut().widen(gap_at(name));
        rest = memchr(b'>', after.as_bytes()).and_then(|end| after.get(end + 1..)).unwrap_or_default();
    }
    writer.out.into_inner().text
}

/// How far apart two pieces of text stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    #[default]
    None,
    Blank,
    Line,
    Paragraph,
}

#[derive(Debug, Default)]
struct Text {
    text: String,
    gap: Gap,
}

impl Text {
    fn widen(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    /// A text whose white space says nothing.
    fn words(&mut self, text: &str) {
        if is_surely_folded(text) {
            return self.folded(text);
        }
        let mut rest = text;
        while !rest.is_empty() {
            let (word, after) = split_at_blank(rest);
            if !word.is_empty() {
                self.close_gap();
                self.text.push_str(word);
            }
            let mut chars = after.chars();
            if chars.next().is_some_and(char::is_whitespace) {
                self.widen(Gap::Blank);
            }
            rest = chars.as_str();
        }
    }

    /// A text with no white space but single blanks.
    fn folded(&mut self, text: &str) {
        let words = text.trim_start_matches(' ');
        if words.len() < text.len() {
            self.widen(Gap::Blank);
        }
        let (words, ends) = words.strip_suffix(' ').map_or((words, false), |words| (words, true));
        if !words.is_empty() {
            self.close_gap();
            self.text.push_str(words);
        }
        if ends {
            self.widen(Gap::Blank);
        }
    }

    fn push(&mut self, c: char) {
        self.close_gap();
        self.text.push(c);
    }

    fn close_gap(&mut self) {
        if !self.text.is_empty() {
            match self.gap {
                Gap::None => {}
                Gap::Blank => self.text.push(' '),
                Gap::Line => self.text.push('\n'),
                Gap::Paragraph => self.text.push_str("\n\n"),
            }
        }
        self.gap = Gap::None;
    }
}

#[derive(Debug, Default)]
struct Writer {
    out: RefCell<Text>,
    /// How many `<pre>` are open.
    pre: Cell<usize>,
    /// The element whose text is not visible, while inside one.
    hidden: RefCell<Option<String>>,
}

impl Writer {
    fn characters(&self, text: &str) {
        let mut out = self.out.borrow_mut();
        if self.pre.get() == 0 {
            return out.words(text);
        }
        for c in text.chars() {
            match c {
                '\n' => out.widen(Gap::Line),
                // Indentation means something in code, but not at a line's end.
                ' ' | '\t' if out.gap != Gap::Blank => out.push(c),
                '\u{200b}' | '\u{feff}' | '\u{2060}' => {}
                c if c.is_whitespace() => out.widen(Gap::Blank),
                c => out.push(c),
            }
        }
    }

    fn tag(&self, tag: &Tag) -> TokenSinkResult<()> {
        let opens = tag.kind == StartTag;
        let name = &*tag.name;
        let gap = gap_at(name);
        self.out.borrow_mut().widen(gap);
        match name {
            "pre" if opens => self.pre.set(self.pre.get() + 1),
            "pre" => self.pre.set(self.pre.get().saturating_sub(1)),
            "script" | "style" | "noscript" | "template" | "iframe" | "noembed" | "noframes" | "select" | "title"
                if opens =>
            {
                *self.hidden.borrow_mut() = Some(name.to_owned());
                return match name {
                    "script" => TokenSinkResult::RawData(RawKind::ScriptData),
                    "style" | "iframe" | "noembed" | "noframes" => TokenSinkResult::RawData(RawKind::Rawtext),
                    "title" => TokenSinkResult::RawData(RawKind::Rcdata),
                    _ => TokenSinkResult::Continue,
                };
            }
            "textarea" if opens => return TokenSinkResult::RawData(RawKind::Rcdata),
            "xmp" if opens => return TokenSinkResult::RawData(RawKind::Rawtext),
            "plaintext" if opens => return TokenSinkResult::Plaintext,
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl TokenSink for Writer {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => {
                let hidden = self.hidden.borrow().clone();
                match hidden {
                    None => return self.tag(&tag),
                    Some(name) if tag.kind != StartTag && *tag.name == *name => *self.hidden.borrow_mut() = None,
                    Some(_) => {}
                }
            }
            Token::CharacterTokens(text) if self.hidden.borrow().is_none() => self.characters(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// What stands between the text before a tag of this name and the text after it.
fn gap_at(name: &str) -> Gap {
    match name {
        "p" | "div" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "pre" | "table" | "ul" | "ol" | "dl"
        | "section" | "article" | "aside" | "header" | "footer" | "main" | "nav" | "figure" | "figcaption" | "hr"
        | "address" | "details" | "summary" | "fieldset" | "form" | "center" | "body" | "hgroup" | "caption" => {
            Gap::Paragraph
        }
        "br" | "li" | "tr" | "dt" | "dd" | "option" | "legend" => Gap::Line,
        "td" | "th" => Gap::Blank,
        _ => Gap::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_what_a_reader_sees() {
        for (html, text) in [
            ("plain  text", "plain text"),
            ("Fish &amp; chips &lt;3", "Fish & chips <3"),
            ("<p>One\n two<p>Three", "One two\n\nThree"),
            ("a<br>b<br/><br>c", "a\nb\nc"),
            ("<ul><li>x</li><li>y</li></ul>z", "x\ny\n\nz"),
            ("<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc"),
            ("<pre>if x:\n    y\n</pre>z", "if x:\n    y\n\nz"),
            ("a<script>if (1 < 2) alert('</p>')</script>b<style>p{}</style>", "ab"),
            ("a <!-- no --><![CDATA[no]]> b", "a b"),
            ("w<b>or</b>d", "word"),
            ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
            ("<noscript>Turn it on</noscript>x", "x"),
            ("<p></p><p> </p>", ""),
            ("<iframe><p>x</p></iframe>y", "y"),
            ("新<wbr>闻\u{200b}稿", "新闻稿"),
        ] {
            assert_eq!(html_to_text(html), text, "{html}");
        }
    }

    #[test]
    fn tags_of_very_many_attributes_take_no_text_along() {
        let many: String = (0..20_000).map(|n| format!("a{n}=b ")).collect();
        assert_eq!(html_to_text(&format!("<p>The ferry<div {many}>is late</div>")), "The ferry\n\nis late");
    }

    #[test]
    fn nesting_without_end_is_read_in_one_pass() {
        let html = format!("{}x{}", "<div><b>".repeat(200_000), "</b></div>".repeat(200_000));
        assert_eq!(html_to_text(&html), "x");
    }
}
