//! The page as one flat table of elements in document order, its visible text in one string.
//!
//! Everything later asks "what is inside this element?" a thousand times. With a node's range in the table
//! and its range in the text, each answer is a slice.

use foldhash::HashMap;
use std::ops::Range;

use ego_tree::iter::Edge;
use scraper::node::Element;
use scraper::{Html, Node as TreeNode};

use super::hints::Hints;

/// A row of the table: one element.
#[derive(Debug)]
pub(super) struct Node<'t> {
    /// The element.
    pub(super) element: &'t Element,
    /// Its tag: asked for so often that looking it up shows.
    tag: &'t str,
    /// Row of its parent; the root is its own.
    pub(super) parent: usize,
    /// First row after its descendants.
    pub(super) end: usize,
    /// What its own names say.
    pub(super) hints: Hints,
    /// What its own names and those of all that hold it say of the region.
    pub(super) region: Hints,
    /// How many links stand before it in the document.
    links_before: usize,
    text: Range<usize>,
}

/// The table.
#[derive(Debug)]
pub(super) struct Outline<'t> {
    /// Elements in document order.
    pub(super) nodes: Vec<Node<'t>>,
    /// The visible text, blocks apart by line breaks, white space folded.
    pub(super) text: String,
    /// Rows of `a[href]`.
    pub(super) links: Vec<usize>,
    /// Texts of `script` elements, with their rows.
    pub(super) scripts: Vec<(usize, &'t str)>,
}

impl<'t> Outline<'t> {
    /// Walks the tree once.
    pub(super) fn of(html: &'t Html) -> Self {
        let mut outline = Self { nodes: Vec::new(), text: String::new(), links: Vec::new(), scripts: Vec::new() };
        let mut open: Vec<usize> = Vec::new();
        let mut names: HashMap<&'t str, Hints> = HashMap::default();
        let mut mute = 0usize;
        // Whether an element ended with nothing but markup since: what follows is apart to the eye.
        let mut just_closed = false;
        for edge in html.tree.root().traverse() {
            match edge {
                Edge::Open(node) => match node.value() {
                    TreeNode::Element(element) => {
                        let row = outline.open(element, open.last().copied(), &mut names);
                        open.push(row);
                        mute += usize::from(is_mute(element.name()));
                        if mute == 0 {
                            if is_block(element.name()) {
                                break_line(&mut outline.text);
                            } else if just_closed {
                                gap(&mut outline.text);
                            }
                        }
                        if let Some(node) = outline.nodes.get_mut(row) {
                            node.text = outline.text.len()..outline.text.len();
                        }
                    }
                    TreeNode::Text(text) => {
                        if mute == 0 {
                            fold_onto(&mut outline.text, text);
                            just_closed = false;
                        } else if let Some(row) = open.last()
                            && outline.nodes.get(*row).is_some_and(|n| n.element.name() == "script")
                        {
                            outline.scripts.push((*row, text));
                        }
                    }
                    _ => {}
                },
                Edge::Close(node) => {
                    if let TreeNode::Element(element) = node.value()
                        && let Some(row) = open.pop()
                    {
                        let (rows, end) = (outline.nodes.len(), outline.text.len());
                        if let Some(node) = outline.nodes.get_mut(row) {
                            node.end = rows;
                            node.text.end = end;
                        }
                        if mute == 0 {
                            if is_block(element.name()) {
                                break_line(&mut outline.text);
                            }
                            just_closed = true;
                        }
                        mute -= usize::from(is_mute(element.name()));
                    }
                }
            }
        }
        outline.spread_regions();
        outline
    }

    fn open(&mut self, element: &'t Element, parent: Option<usize>, names: &mut HashMap<&'t str, Hints>) -> usize {
        let row = self.nodes.len();
        let mut hints = Hints::of_tag(element);
        for attribute in ["class", "id"] {
            if let Some(written) = crate::html::attribute(element, attribute) {
                hints = hints.and(*names.entry(written).or_insert_with(|| Hints::of_names(written)));
            }
        }
        let links_before = self.links.len();
        if hints.any(Hints::LINK) {
            self.links.push(row);
        }
        self.nodes.push(Node {
            element,
            tag: element.name(),
            parent: parent.unwrap_or(row),
            end: row + 1,
            hints,
            region: Hints::default(),
            links_before,
            text: 0..0,
        });
        row
    }

    /// Hands hints down. What holds most of the page's links is no sidebar, whatever its class says
    /// (`with-sidebar`); the head and foot of one unit are not the site's.
    fn spread_regions(&mut self) {
        let all = self.links.len();
        for row in 0..self.nodes.len() {
            let inside = self.links_in(row);
            let Some(node) = self.nodes.get(row) else { break };
            let (own, parent) = (node.hints, node.parent);
            let above = if parent == row { Hints::default() } else { self.region(parent) };
            let mut kept = own;
            if inside * 2 > all && all > 4 || matches!(node.element.name(), "html" | "body") {
                kept = kept.without(Hints::REGIONS);
            }
            if above.any(Hints::UNIT) {
                kept = kept.without(Hints::HEADER.and(Hints::FOOTER));
            }
            if let Some(node) = self.nodes.get_mut(row) {
                node.hints = kept;
                node.region = above.and(kept);
            }
        }
    }

    /// The region hints of a row.
    pub(super) fn region(&self, row: usize) -> Hints {
        self.nodes.get(row).map_or(Hints::default(), |n| n.region)
    }

    /// The own hints of a row.
    pub(super) fn hints(&self, row: usize) -> Hints {
        self.nodes.get(row).map_or(Hints::default(), |n| n.hints)
    }

    /// The tag of a row.
    pub(super) fn tag(&self, row: usize) -> &'t str {
        self.nodes.get(row).map_or("", |n| n.tag)
    }

    /// An attribute of a row, trimmed, if not empty.
    pub(super) fn attribute(&self, row: usize, name: &str) -> Option<&'t str> {
        crate::html::attribute(self.nodes.get(row)?.element, name).map(str::trim).filter(|v| !v.is_empty())
    }

    /// First row after the descendants of a row.
    pub(super) fn end(&self, row: usize) -> usize {
        self.nodes.get(row).map_or(row + 1, |n| n.end)
    }

    /// The row's parent; `None` at the root.
    pub(super) fn parent(&self, row: usize) -> Option<usize> {
        self.nodes.get(row).map(|n| n.parent).filter(|p| *p != row)
    }

    /// The rows that hold this one, nearest first.
    pub(super) fn ancestors(&self, row: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(self.parent(row), |r| self.parent(*r))
    }

    /// The next element beside this one.
    pub(super) fn next_sibling(&self, row: usize) -> Option<usize> {
        let next = self.end(row);
        (self.parent(row).is_some() && self.parent(next) == self.parent(row)).then_some(next)
    }

    /// The children of a row.
    pub(super) fn children(&self, row: usize) -> impl Iterator<Item = usize> + '_ {
        let first = (row + 1 < self.end(row)).then_some(row + 1);
        std::iter::successors(first, |r| self.next_sibling(*r))
    }

    /// How many elements stand before a row in its parent, 100 at most: which column a cell stands in.
    pub(super) fn column(&self, row: usize) -> usize {
        self.parent(row).map_or(0, |parent| self.children(parent).take(100).take_while(|child| *child < row).count())
    }

    /// Where the text of a row stands in the page's text.
    pub(super) fn span(&self, row: usize) -> Range<usize> {
        self.nodes.get(row).map_or(0..0, |n| n.text.clone())
    }

    /// The visible text of a row, lines apart.
    pub(super) fn text(&self, row: usize) -> &str {
        self.slice(self.span(row))
    }

    /// A piece of the page's text, trimmed.
    pub(super) fn slice(&self, span: Range<usize>) -> &str {
        self.text.get(span).unwrap_or_default().trim()
    }

    /// The text of a row on one line.
    pub(super) fn line(&self, row: usize) -> String {
        self.text(row).replace('\n', " ")
    }

    /// The text of a row on one line, less what stands in elements with these hints.
    pub(super) fn line_without(&self, row: usize, hints: Hints) -> String {
        if !(row + 1..self.end(row)).any(|inner| self.hints(inner).any(hints)) {
            return self.line(row);
        }
        let span = self.span(row);
        let mut kept = String::new();
        let mut from = span.start;
        let mut next = row + 1;
        while next < self.end(row) {
            if self.hints(next).any(hints) {
                let out = self.span(next);
                kept.push_str(self.text.get(from..out.start).unwrap_or_default());
                kept.push(' ');
                from = out.end.max(from);
                next = self.end(next);
            } else {
                next += 1;
            }
        }
        kept.push_str(self.text.get(from..span.end).unwrap_or_default());
        crate::model::fold_space(&kept)
    }

    /// How many links are in a row, itself included.
    pub(super) fn links_in(&self, row: usize) -> usize {
        let Some(node) = self.nodes.get(row) else { return 0 };
        self.nodes.get(node.end).map_or(self.links.len(), |n| n.links_before) - node.links_before
    }
}

/// Elements whose text is not shown as the page's own.
pub(super) fn is_mute(tag: &str) -> bool {
    matches!(
        tag,
        "script"
            | "style"
            | "noscript"
            | "template"
            | "head"
            | "svg"
            | "select"
            | "iframe"
            | "object"
            | "textarea"
            | "math"
    )
}

/// Elements that begin and end a line.
pub(super) fn is_block(tag: &str) -> bool {
    !matches!(
        tag,
        "a" | "abbr"
            | "b"
            | "bdi"
            | "bdo"
            | "big"
            | "cite"
            | "code"
            | "data"
            | "del"
            | "dfn"
            | "em"
            | "font"
            | "i"
            | "img"
            | "ins"
            | "kbd"
            | "label"
            | "mark"
            | "nobr"
            | "q"
            | "rp"
            | "rt"
            | "ruby"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "tt"
            | "u"
            | "var"
            | "wbr"
    )
}

fn break_line(text: &mut String) {
    if text.ends_with(' ') {
        text.pop();
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

fn gap(text: &mut String) {
    if !text.is_empty() && !text.ends_with([' ', '\n']) {
        text.push(' ');
    }
}

/// How many bytes of a text are plain words, one blank between them.
fn plain_run(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(byte) = text.get(at)
        && (byte.is_ascii_graphic() || *byte == b' ' && at > 0 && text.get(at + 1).is_some_and(u8::is_ascii_graphic))
    {
        at += 1;
    }
    at
}

fn fold_onto(text: &mut String, more: &str) {
    let mut rest = more;
    loop {
        let Some((run, after)) = rest.split_at_checked(plain_run(rest.as_bytes())) else { return };
        text.push_str(run);
        let mut chars = after.chars();
        match chars.next() {
            None => return,
            Some(c) if c.is_whitespace() => gap(text),
            Some('\u{200b}' | '\u{feff}' | '\u{2060}' | '\u{ad}') => {}
            Some(c) => text.push(c),
        }
        rest = chars.as_str();
    }
}
