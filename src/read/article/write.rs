//! The chosen blocks as HTML and as plain text.

use memchr::memchr3;

use super::address::Addresses;
use super::blocks::{Block, Kind};
use super::outline::{NOWHERE, Outline, attribute};
use super::signs::Signs;
use super::tag::Tag;
use crate::model::is_surely_folded;

/// Plain text, paragraphs apart by a blank line; captions left out.
pub(super) fn text(outline: &Outline, blocks: &[Block], keep: &[bool]) -> String {
    let mut out = String::new();
    let mut last: Option<(u32, u32, Tag)> = None;
    for (block, _) in blocks.iter().zip(keep).filter(|(b, keep)| **keep && b.kind == Kind::Text) {
        let tag = outline.get(block.owner).map_or(Tag::Box, |n| n.tag);
        if !is_shown(outline, block) {
            continue;
        }
        if !out.is_empty() {
            let (row, cell) = (nearest(outline, block.owner, &[Tag::Row]), nearest(outline, block.owner, CELLS));
            let close = match (last, tag) {
                (Some((.., Tag::Line)), Tag::Line) => "\n",
                // Cells of one row; paragraphs in one cell are paragraphs.
                (Some((before, other, _)), _) if row != NOWHERE && row == before && cell != other => "\t",
                _ => "\n\n",
            };
            out.push_str(close);
        }
        out.push_str(&block.text);
        last = Some((nearest(outline, block.owner, &[Tag::Row]), nearest(outline, block.owner, CELLS), tag));
    }
    out
}

/// Whether a kept block comes into the plain text.
pub(super) fn is_shown(outline: &Outline, block: &Block) -> bool {
    block.kind == Kind::Text && !in_caption(outline, block.owner)
}

fn in_caption(outline: &Outline, owner: u32) -> bool {
    outline.get(owner).is_some_and(|n| n.tag == Tag::Caption)
        || outline.ancestors(owner).take(4).any(|(_, n)| n.tag == Tag::Caption)
}

const CELLS: &[Tag] = &[Tag::Cell, Tag::HeadCell];

/// The nearest element with one of these tags that a block is or stands in.
fn nearest(outline: &Outline, owner: u32, tags: &[Tag]) -> u32 {
    if outline.get(owner).is_some_and(|n| tags.contains(&n.tag)) {
        return owner;
    }
    outline.ancestors(owner).take(6).find(|(_, n)| tags.contains(&n.tag)).map_or(NOWHERE, |(i, _)| i)
}

/// HTML with absolute addresses.
pub(super) fn html(
    outline: &Outline,
    blocks: &[Block],
    keep: &[bool],
    container: u32,
    addresses: &Addresses,
) -> String {
    let mut out = String::new();
    let (mut open, mut chain): (Vec<u32>, Vec<u32>) = Default::default();
    let mut inside = String::new();
    for (block, _) in blocks.iter().zip(keep).filter(|(_, keep)| **keep) {
        chain.clear();
        if block.owner != NOWHERE {
            if outline.get(block.owner).is_some_and(|n| structure(n.tag).is_some()) {
                chain.push(block.owner);
            }
            for (index, node) in outline.ancestors(block.owner) {
                if index <= container {
                    break;
                }
                if structure(node.tag).is_some() {
                    chain.push(index);
                }
            }
            chain.reverse();
        }
        let same = open.iter().zip(&chain).take_while(|(a, b)| a == b).count();
        while open.len() > same {
            close(outline, &mut open, &mut out);
        }
        for index in chain.get(same..).unwrap_or_default() {
            if let Some(name) = outline.get(*index).and_then(|n| structure(n.tag)) {
                out.push('<');
                out.push_str(name);
                out.push('>');
                open.push(*index);
            }
        }
        let tag = outline.get(block.owner).map_or(Tag::Box, |n| n.tag);
        inside.clear();
        inline(outline, block, addresses, &mut inside);
        if inside.is_empty() {
            continue;
        }
        let wrap = match (block.kind, tag) {
            (Kind::Text, Tag::Heading(level)) => HEADINGS.get(level as usize - 1).copied(),
            (Kind::Text, tag) if structure(tag).is_none() || tag == Tag::Quote => Some("p"),
            _ => None,
        };
        if let Some(name) = wrap {
            out.extend(["<", name, ">"]);
        }
        out.push_str(&inside);
        if let Some(name) = wrap {
            out.extend(["</", name, ">"]);
        }
    }
    while !open.is_empty() {
        close(outline, &mut open, &mut out);
    }
    out
}

/// The article's own title is level 1; what is below it begins at 2.
const HEADINGS: [&str; 6] = ["h2", "h2", "h3", "h4", "h5", "h6"];

fn close(outline: &Outline, open: &mut Vec<u32>, out: &mut String) {
    if let Some(name) = open.pop().and_then(|i| outline.get(i)).and_then(|n| structure(n.tag)) {
        out.push_str("</");
        out.push_str(name);
        out.push('>');
    }
}

/// Elements kept around blocks.
fn structure(tag: Tag) -> Option<&'static str> {
    Some(match tag {
        Tag::List => "ul",
        Tag::OrderedList => "ol",
        Tag::Line => "li",
        Tag::Terms => "dl",
        Tag::Term => "dt",
        Tag::Meaning => "dd",
        Tag::Table => "table",
        Tag::TableSection => "tbody",
        Tag::Row => "tr",
        Tag::Cell => "td",
        Tag::HeadCell => "th",
        Tag::Quote => "blockquote",
        Tag::Pre => "pre",
        Tag::Figure => "figure",
        Tag::Caption => "figcaption",
        _ => return None,
    })
}

fn inline(outline: &Outline, block: &Block, addresses: &Addresses, out: &mut String) {
    if block.kind == Kind::Rule {
        out.push_str("<hr>");
        return;
    }
    let mut open: Vec<(u32, &'static str)> = Vec::new();
    // Inline elements that began before this run, outermost first.
    let mut before: Vec<(u32, &'static str)> = Vec::new();
    for (index, node) in outline.ancestors(block.from) {
        if index == block.owner || !node.tag.is_inline() {
            break;
        }
        before.push((index, ""));
    }
    for (index, _) in before.into_iter().rev() {
        begin(outline, index, addresses, out, &mut open);
    }
    let pre = outline.get(block.owner).is_some_and(|n| n.tag == Tag::Pre)
        || outline.ancestors(block.owner).take(8).any(|(_, n)| n.tag == Tag::Pre);
    let mut index = block.from;
    while index < block.to {
        let Some(node) = outline.get(index) else { break };
        while open.last().is_some_and(|(end, _)| *end <= index) {
            if let Some((_, name)) = open.pop() {
                end(name, out);
            }
        }
        match node.tag {
            Tag::Text => text_into(node.text, pre, out),
            Tag::Break => out.push_str("<br>"),
            Tag::Image | Tag::Picture | Tag::Noscript | Tag::Video | Tag::Audio | Tag::Frame => {
                super::media::write(outline, index, addresses, out);
                index = node.end;
                continue;
            }
            _ => begin(outline, index, addresses, out, &mut open),
        }
        index += 1;
    }
    while let Some((_, name)) = open.pop() {
        end(name, out);
    }
}

fn end(name: &str, out: &mut String) {
    if !name.is_empty() {
        out.push_str("</");
        out.push_str(name);
        out.push('>');
    }
}

fn begin(outline: &Outline, index: u32, addresses: &Addresses, out: &mut String, open: &mut Vec<(u32, &'static str)>) {
    let Some(node) = outline.get(index) else { return };
    if node.end <= index + 1 {
        return;
    }
    let name = match node.tag {
        Tag::Link => {
            let target = node
                .element
                .and_then(|e| attribute(e, "href"))
                .and_then(|href| addresses.link(href))
                .filter(|_| !node.signs.has(Signs::HIDDEN));
            match target {
                Some(url) => {
                    out.push_str("<a href=\"");
                    escape(&url, true, out);
                    out.push_str("\">");
                    open.push((node.end, "a"));
                    return;
                }
                None => "",
            }
        }
        Tag::Bold => "strong",
        Tag::Italic => "em",
        Tag::Code => "code",
        Tag::Sub => "sub",
        Tag::Sup => "sup",
        _ => "",
    };
    if !name.is_empty() {
        out.push('<');
        out.push_str(name);
        out.push('>');
    }
    open.push((node.end, name));
}

fn text_into(text: &str, pre: bool, out: &mut String) {
    if pre || is_surely_folded(text) {
        return escape(text, false, out);
    }
    let plain = memchr3(b'&', b'<', b'>', text.as_bytes()).is_none();
    let mut after_blank = false;
    for (at, word) in text.split(char::is_whitespace).enumerate() {
        if at > 0 && !after_blank {
            out.push(' ');
            after_blank = true;
        }
        if !word.is_empty() {
            if plain {
                out.push_str(word)
            } else {
                escape(word, false, out)
            }
            after_blank = false;
        }
    }
}

/// Writes text so that HTML reads it as text.
pub(super) fn escape(text: &str, attribute: bool, out: &mut String) {
    let mut rest = text;
    let marked = |text: &str| match attribute {
        true => text.bytes().position(|b| matches!(b, b'&' | b'<' | b'>' | b'"')),
        false => memchr3(b'&', b'<', b'>', text.as_bytes()),
    };
    while let Some(at) = marked(rest) {
        let (plain, marked) = rest.split_at(at);
        out.push_str(plain);
        let mut after = marked.chars();
        out.push_str(match after.next() {
            Some('&') => "&amp;",
            Some('<') => "&lt;",
            Some('>') => "&gt;",
            _ => "&quot;",
        });
        rest = after.as_str();
    }
    out.push_str(rest);
}
