//! The page flattened into one list in document order, each node measured once.
//!
//! A subtree is a range of the list, so every later step is a loop over indices: no recursion, no
//! second walk over the tree.

use std::ops::AddAssign;

use foldhash::HashMap;
use html5ever::{LocalName, local_name};
use scraper::node::Element;
use scraper::{Html, Node as Raw};

use super::signs::{Signs, signs_in};
use super::tag::Tag;
use super::weighed::Weighed;

/// Index of "no node".
pub(super) const NOWHERE: u32 = u32::MAX;

/// An element or text of the page.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) tag: Tag,
    /// The element; none for text.
    pub(super) element: Option<&'a Element>,
    /// The text; for `<noscript>` its unparsed markup.
    pub(super) text: &'a str,
    pub(super) parent: u32,
    /// One past the subtree's last node.
    pub(super) end: u32,
    /// Visible text of the subtree, as [`crate::model::text_weight`] measures it, white space not counted.
    pub(super) weight: u32,
    /// The part of it inside links.
    pub(super) link: u32,
    /// Of a text, as [`Weighed`] has it.
    pub(super) is_folded: bool,
    pub(super) is_narrow: bool,
    /// What its own names tell.
    pub(super) signs: Signs,
}

/// The page.
#[derive(Debug, Default)]
pub(super) struct Outline<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    pub(super) metas: Vec<&'a Element>,
    pub(super) links: Vec<&'a Element>,
    pub(super) titles: Vec<&'a str>,
    /// Scripts that hold data: type, id, text.
    pub(super) scripts: Vec<Script<'a>>,
    pub(super) base: Option<&'a str>,
    pub(super) html_lang: Option<&'a str>,
}

/// A script with its element.
#[derive(Debug)]
pub(super) struct Script<'a> {
    pub(super) element: &'a Element,
    pub(super) text: &'a str,
}

/// An attribute's value.
pub(super) fn attribute<'a>(element: &'a Element, name: &str) -> Option<&'a str> {
    element.attrs.iter().find(|(key, _)| &*key.local == name).map(|(_, value)| &**value)
}

/// The same by a name that the parser knows, for what is asked of every element: such names are compared at once.
pub(super) fn known_attribute<'a>(element: &'a Element, name: &LocalName) -> Option<&'a str> {
    element.attrs.iter().find(|(key, _)| key.local == *name).map(|(_, value)| &**value)
}

impl<'a> Outline<'a> {
    pub(super) fn of(html: &'a Html) -> Self {
        let mut outline = Self { nodes: Vec::with_capacity(4096), ..Self::default() };
        let mut known: HashMap<&'a str, Signs> = HashMap::default();
        let mut folded = String::new();
        // Open elements: their index here, and whether a link is open.
        let mut open: Vec<(u32, bool)> = Vec::new();
        let root = html.tree.root();
        let mut next = root.first_child();
        while let Some(node) = next {
            let descend = outline.take(node, &mut open, &mut known, &mut folded);
            if descend && let Some(child) = node.first_child() {
                next = Some(child);
                continue;
            }
            if descend {
                outline.close(&mut open);
            }
            let mut at = node;
            next = loop {
                if let Some(sibling) = at.next_sibling() {
                    break Some(sibling);
                }
                match at.parent() {
                    Some(parent) if parent.id() != root.id() => {
                        outline.close(&mut open);
                        at = parent;
                    }
                    _ => break None,
                }
            };
        }
        outline
    }

    /// Adds a node; tells whether its children are to be visited.
    fn take(
        &mut self,
        node: ego_tree::NodeRef<'a, Raw>,
        open: &mut Vec<(u32, bool)>,
        known: &mut HashMap<&'a str, Signs>,
        folded: &mut String,
    ) -> bool {
        let index = self.nodes.len() as u32;
        let parent = open.last().map_or(NOWHERE, |(i, _)| *i);
        let in_link = open.last().is_some_and(|(_, link)| *link);
        match node.value() {
            Raw::Text(text) => {
                let Weighed { weight, is_folded, is_narrow } = Weighed::of(text);
                let link = if in_link { weight } else { 0 };
                self.nodes.push(Node {
                    tag: Tag::Text,
                    element: None,
                    text,
                    parent,
                    end: index + 1,
                    weight,
                    link,
                    is_folded,
                    is_narrow,
                    signs: Signs::NONE,
                });
                if let Some(holder) = self.nodes.get_mut(parent as usize) {
                    holder.weight += weight;
                    holder.link += link;
                }
                false
            }
            Raw::Element(element) => {
                let mut tag = Tag::of(&element.name.local);
                let first_text = || node.first_child().and_then(|c| c.value().as_text()).map_or("", |t| &**t);
                match element.name.local {
                    local_name!("html") => {
                        self.html_lang = attribute(element, "lang").or(attribute(element, "xml:lang"))
                    }
                    // The head's children are wanted, though not as text.
                    local_name!("head") => tag = Tag::Box,
                    local_name!("meta") => self.metas.push(element),
                    local_name!("link") => self.links.push(element),
                    local_name!("title") if !first_text().is_empty() => self.titles.push(first_text()),
                    local_name!("script") => self.scripts.push(Script { element, text: first_text() }),
                    local_name!("base") => self.base = self.base.or(attribute(element, "href")),
                    _ => {}
                }
                // A shadow tree is shown; other templates are not.
                if element.name.local == local_name!("template") && attribute(element, "shadowrootmode").is_some() {
                    tag = Tag::Box;
                }
                if tag == Tag::Skipped {
                    return false;
                }
                let signs = own_signs(element, tag, known, folded);
                let text = if tag == Tag::Noscript { first_text() } else { "" };
                self.nodes.push(Node {
                    tag,
                    element: Some(element),
                    text,
                    parent,
                    end: index + 1,
                    weight: 0,
                    link: 0,
                    is_folded: false,
                    is_narrow: false,
                    signs,
                });
                if tag == Tag::Noscript {
                    return false;
                }
                open.push((index, in_link || tag == Tag::Link));
                true
            }
            _ => false,
        }
    }

    fn close(&mut self, open: &mut Vec<(u32, bool)>) {
        let Some((index, _)) = open.pop() else { return };
        let end = self.nodes.len() as u32;
        let Some(node) = self.nodes.get_mut(index as usize) else { return };
        node.end = end;
        let (weight, link, parent) = (node.weight, node.link, node.parent);
        if let Some(holder) = self.nodes.get_mut(parent as usize) {
            holder.weight += weight;
            holder.link += link;
        }
    }

    pub(super) fn get(&self, index: u32) -> Option<&Node<'a>> {
        self.nodes.get(index as usize)
    }

    /// The node's ancestors, nearest first, without itself.
    pub(super) fn ancestors(&self, index: u32) -> impl Iterator<Item = (u32, &Node<'a>)> {
        let first = self.get(index).map_or(NOWHERE, |n| n.parent);
        std::iter::successors(self.get(first).map(|n| (first, n)), |(_, node)| {
            self.get(node.parent).map(|parent| (node.parent, parent))
        })
    }

    /// All visible text of the page.
    pub(super) fn weight(&self) -> u32 {
        self.nodes.iter().filter(|n| n.parent == NOWHERE).map(|n| n.weight).sum()
    }

    /// The text of a subtree, white space folded.
    pub(super) fn text_of(&self, index: u32) -> String {
        let Some(node) = self.get(index) else { return String::new() };
        let mut raw = String::new();
        for inner in self.nodes.get(index as usize..node.end as usize).unwrap_or_default() {
            if inner.tag == Tag::Text {
                raw.push_str(inner.text);
            } else if !inner.tag.is_inline() || inner.tag == Tag::Break {
                raw.push(' ');
            }
        }
        crate::model::fold_space(&raw)
    }

    /// Adds what each node has to what the node above it has, so that in the end each has what its subtree has. Most have
    /// nothing to add.
    pub(super) fn add_up<T: Copy + Default + PartialEq + AddAssign>(&self, sums: &mut [T]) {
        for (index, node) in self.nodes.iter().enumerate().rev() {
            if let Some(own) = sums.get(index).copied().filter(|own| *own != T::default())
                && let Some(above) = sums.get_mut(node.parent as usize)
            {
                *above += own;
            }
        }
    }
}

fn own_signs<'a>(element: &'a Element, tag: Tag, known: &mut HashMap<&'a str, Signs>, folded: &mut String) -> Signs {
    let mut signs = match tag {
        Tag::Nav => Signs::MENU,
        Tag::Aside => Signs::ASIDE,
        Tag::Footer => Signs::FOOTER,
        Tag::Header => Signs::HEADER,
        Tag::Form | Tag::Control => Signs::FORM,
        Tag::Caption => Signs::CAPTION,
        Tag::Article | Tag::Main => Signs::ARTICLE,
        Tag::Time => Signs::DATE,
        _ => Signs::NONE,
    };
    if matches!(element.name.local, local_name!("html") | local_name!("body")) {
        return signs;
    }
    for (name, value) in &element.attrs {
        let value: &'a str = value;
        let tells = match name.local {
            local_name!("class") | local_name!("id") | local_name!("role") | local_name!("itemprop") => true,
            local_name!("hidden") => {
                signs |= Signs::HIDDEN;
                false
            }
            local_name!("aria-hidden") if value == "true" => {
                signs |= Signs::HIDDEN;
                false
            }
            local_name!("style") if hides(value) => {
                signs |= Signs::HIDDEN;
                false
            }
            _ => matches!(&*name.local, "data-testid" | "data-component"),
        };
        if tells && !value.is_empty() {
            signs |= *known.entry(value).or_insert_with(|| signs_in(value, folded));
        }
    }
    signs
}

/// Whether a style keeps an element from being seen.
fn hides(style: &str) -> bool {
    let Some(at) = style.find("display") else { return false };
    style.get(at + 7..).is_some_and(|rest| {
        rest.trim_start().strip_prefix(':').is_some_and(|value| value.trim_start().starts_with("none"))
    })
}
