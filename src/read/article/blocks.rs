//! The page as a row of blocks: paragraphs, headings, lines of lists, cells, pictures.
//!
//! A block is a run of inline nodes under one block element; two `<br>` end it, as authors of pages
//! without paragraphs mean it.

use super::outline::{NOWHERE, Node, Outline};
use super::tag::Tag;
use super::weighed::Weighed;
use crate::model::push_folded;

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Media,
    Rule,
}

/// One block.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) kind: Kind,
    /// The block element that holds it.
    pub(super) owner: u32,
    /// Its nodes, a range of the outline.
    pub(super) from: u32,
    pub(super) to: u32,
    /// Its text, white space folded, `<br>` as a line break.
    pub(super) text: String,
    /// As [`Weighed`] measures it.
    pub(super) weight: u32,
    /// The part inside links.
    pub(super) link: u32,
    /// How many links begin in it.
    pub(super) links: u32,
    /// The part in bold or italic.
    pub(super) stressed: u32,
}

impl Block {
    /// Share of its text that is links.
    pub(super) fn link_share(&self) -> f32 {
        if self.weight == 0 { 0.0 } else { self.link as f32 / self.weight as f32 }
    }
}

/// A run that is being gathered.
#[derive(Default)]
struct Run {
    from: Option<u32>,
    to: u32,
    text: String,
    weight: u32,
    link: u32,
    links: u32,
    stressed: u32,
    breaks: u32,
    media: bool,
    /// Whether some text weighs other than as the sum of its parts.
    wide: bool,
}

/// All blocks of the page, in order.
pub(super) fn blocks(outline: &Outline) -> Vec<Block> {
    let mut out = Vec::with_capacity(512);
    let mut run = Run::default();
    // Open nodes: index, end, owner, within link, within pre.
    let mut open: Vec<(u32, Around)> = Vec::new();
    let mut index = 0u32;
    while let Some(node) = outline.get(index) {
        while open.last().is_some_and(|(end, _)| *end <= index) {
            if let Some((_, around)) = open.pop()
                && around.block
            {
                flush(&mut run, around.owner, &mut out);
            }
        }
        let around = open.last().map_or(Around::default(), |(_, a)| *a);
        let mut inner = around;
        inner.block = false;
        match node.tag {
            Tag::Text => run.add(index, node, around),
            Tag::Break => {
                run.breaks += 1;
                if run.breaks >= 2 && !around.pre {
                    flush(&mut run, around.owner, &mut out);
                } else if run.from.is_some() {
                    run.text.push('\n');
                    run.to = index + 1;
                }
            }
            Tag::Rule => {
                flush(&mut run, around.owner, &mut out);
                out.push(Block::bare(Kind::Rule, around.owner, index, index + 1));
            }
            Tag::Image | Tag::Picture | Tag::Noscript => {
                run.from.get_or_insert(index);
                run.to = node.end;
                run.media = true;
                index = node.end;
                continue;
            }
            Tag::Video | Tag::Audio | Tag::Frame => {
                flush(&mut run, around.owner, &mut out);
                out.push(Block::bare(Kind::Media, around.owner, index, node.end));
                index = node.end;
                continue;
            }
            Tag::Control if node.weight == 0 => {}
            tag if tag.is_inline() => {
                inner.link |= tag == Tag::Link;
                inner.stress |= matches!(tag, Tag::Bold | Tag::Italic);
                run.links += u32::from(tag == Tag::Link);
                open.push((node.end, inner));
            }
            tag => {
                flush(&mut run, around.owner, &mut out);
                inner = Around { owner: index, block: true, pre: around.pre || tag == Tag::Pre, ..inner };
                open.push((node.end, inner));
            }
        }
        index += 1;
    }
    while let Some((_, around)) = open.pop() {
        if around.block {
            flush(&mut run, around.owner, &mut out);
        }
    }
    flush(&mut run, NOWHERE, &mut out);
    out
}

/// What is open around a node.
#[derive(Clone, Copy)]
struct Around {
    owner: u32,
    link: bool,
    stress: bool,
    pre: bool,
    block: bool,
}

impl Default for Around {
    fn default() -> Self {
        Self { owner: NOWHERE, link: false, stress: false, pre: false, block: false }
    }
}

impl Run {
    fn add(&mut self, index: u32, node: &Node, around: Around) {
        let weight = node.weight;
        if weight == 0 && self.text.is_empty() {
            return;
        }
        if around.pre || node.is_folded {
            self.text.push_str(node.text);
        } else {
            push_folded(&mut self.text, node.text);
        }
        if weight == 0 {
            return;
        }
        self.weight += weight;
        self.wide |= !node.is_narrow;
        self.breaks = 0;
        self.from.get_or_insert(index);
        self.to = index + 1;
        if around.link {
            self.link += weight;
        }
        if around.stress {
            self.stressed += weight;
        }
    }
}

impl Block {
    fn bare(kind: Kind, owner: u32, from: u32, to: u32) -> Self {
        Self { kind, owner, from, to, text: String::new(), weight: 0, link: 0, links: 0, stressed: 0 }
    }

    #[cfg(test)]
    pub(super) fn of_text(text: &str) -> Self {
        let weight = Weighed::of(text).weight;
        Self { kind: Kind::Text, text: text.to_owned(), weight, ..Self::bare(Kind::Text, NOWHERE, 0, 0) }
    }
}

/// Ends the run, which makes a block if something of it is seen.
fn flush(run: &mut Run, owner: u32, out: &mut Vec<Block>) {
    let Run { to, link, links, stressed, .. } = *run;
    let text = run.text.trim();
    match run.from {
        Some(from) if !text.is_empty() => {
            let weight = if run.wide { Weighed::of(text).weight } else { run.weight };
            let text = text.to_owned();
            out.push(Block { kind: Kind::Text, owner, from, to, text, weight, link, links, stressed });
        }
        Some(from) if run.media => out.push(Block::bare(Kind::Media, owner, from, to)),
        _ => {}
    }
    let mut text = std::mem::take(&mut run.text);
    text.clear();
    *run = Run { text, ..Run::default() };
}
