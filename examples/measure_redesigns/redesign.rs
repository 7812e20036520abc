//! A page as its site's next design would show it: the same words and links under other names, in other boxes, in
//! another order.

use std::collections::{HashMap, HashSet};

use courant::read::parse_html;
use ego_tree::NodeRef;
use scraper::Node;
use url::Url;

use super::dice::Dice;

/// An element, or a text in its written form.
#[derive(Debug, Clone)]
pub enum Leaf {
    Element { name: String, attributes: Vec<(String, String)>, children: Vec<Leaf> },
    Text(String),
}

const RAW: [&str; 4] = ["script", "style", "noscript", "template"];
const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "param"];
/// What may stand for each other.
const BLOCKS: [&str; 6] = ["div", "section", "article", "li", "ul", "ol"];

/// The page without the cards of some links: before they were news.
pub fn without(text: &str, base: &Url, gone: &HashSet<String>) -> String {
    let mut page = parsed(text);
    let base = base_of(&page).and_then(|href| base.join(&href).ok()).unwrap_or_else(|| base.clone());
    remove(&mut page, &base, gone);
    written(&page)
}

/// The page redesigned.
pub fn redesigned(text: &str, dice: &mut Dice) -> String {
    let mut page = parsed(text);
    let mut design = Design::of(dice);
    design.change(&mut page, dice);
    design.reorder(&mut page, dice);
    written(&page)
}

/// What a design changes everywhere.
struct Design {
    names: HashMap<String, String>,
    tags: HashMap<String, String>,
    /// Share of elements that get a box around them, and of boxes that go.
    boxes: f64,
    tables_go: bool,
    salt: u64,
}

impl Design {
    fn of(dice: &mut Dice) -> Self {
        let mut tags = HashMap::new();
        // A list stays one of lines: `ul` and `li` change together.
        match dice.below(4) {
            0 => tags.extend([("ul", "div"), ("ol", "div"), ("li", "div")].map(owned)),
            1 => tags.extend([("ul", "section"), ("ol", "section"), ("li", "article")].map(owned)),
            2 => tags.extend([("article", "div"), ("section", "div")].map(owned)),
            _ => tags.extend([("article", "section"), ("section", "div")].map(owned)),
        }
        match dice.below(4) {
            0 => tags.extend([("h2", "h3"), ("h3", "h4")].map(owned)),
            1 => tags.extend([("h3", "h2"), ("h4", "h2")].map(owned)),
            2 => tags.extend([("h2", "div"), ("h3", "div"), ("h4", "div")].map(owned)),
            _ => {}
        }
        match dice.below(3) {
            0 => tags.extend([("span", "em"), ("time", "span")].map(owned)),
            1 => tags.extend([("p", "div"), ("span", "small")].map(owned)),
            _ => {}
        }
        let boxes = 0.15 * dice.share();
        Self { names: HashMap::new(), tags, boxes, tables_go: dice.share() < 0.5, salt: dice.roll() }
    }

    fn change(&mut self, leaf: &mut Leaf, dice: &mut Dice) {
        // Pages are parsed to a bounded depth, so that this recursion is.
        let Leaf::Element { name, attributes, children } = leaf else { return };
        let is_table = matches!(
            name.as_str(),
            "table" | "thead" | "tbody" | "tfoot" | "tr" | "td" | "th" | "caption" | "colgroup" | "col"
        );
        if RAW.contains(&name.as_str()) || matches!(name.as_str(), "head" | "svg" | "math" | "select" | "form") {
            return;
        }
        for (attribute, value) in attributes.iter_mut() {
            match attribute.as_str() {
                "class" => {
                    *value = value.split_whitespace().map(|class| self.renamed(class)).collect::<Vec<_>>().join(" ")
                }
                "id" => *value = self.renamed(value),
                _ => {}
            }
        }
        attributes.retain(|(attribute, _)| !attribute.starts_with("data-") && attribute != "style");
        if is_table && self.tables_go {
            *name = match name.as_str() {
                "td" | "th" => "span",
                _ => "div",
            }
            .to_owned();
        } else if let Some(other) = self.tags.get(name.as_str()) {
            name.clone_from(other);
        }
        for child in children.iter_mut() {
            self.change(child, dice);
        }
        if is_table && !self.tables_go
            || matches!(name.as_str(), "html" | "body" | "dl" | "picture" | "video" | "audio" | "ul" | "ol")
        {
            return;
        }
        // Boxes are made and unmade about blocks of every size.
        for child in children.iter_mut() {
            let Leaf::Element { name, children: inner, .. } = child else { continue };
            if !BLOCKS.contains(&name.as_str()) && !matches!(name.as_str(), "h2" | "h3" | "h4" | "p") {
                continue;
            }
            if dice.share() < self.boxes {
                let class = format!("w{}", letters(self.salt ^ (inner.len() as u64 % 3)));
                let boxed = std::mem::replace(child, Leaf::Text(String::new()));
                *child = Leaf::Element {
                    name: "div".into(),
                    attributes: vec![("class".into(), class)],
                    children: vec![boxed],
                };
            } else if name == "div"
                && inner.len() == 1
                && dice.share() < self.boxes
                && let Some(only @ Leaf::Element { .. }) = inner.pop()
            {
                *child = only;
            }
        }
    }

    fn renamed(&mut self, name: &str) -> String {
        let salt = self.salt;
        self.names
            .entry(name.to_owned())
            .or_insert_with(|| letters(xxhash_rust::xxh3::xxh3_64(name.as_bytes()) ^ salt))
            .clone()
    }

    /// Puts the large blocks of the page into another order.
    fn reorder(&self, leaf: &mut Leaf, dice: &mut Dice) {
        let Leaf::Element { name, children, .. } = leaf else { return };
        if name == "head" {
            return;
        }
        let all: usize = children.iter().map(size).sum();
        let large = |child: &Leaf| {
            size(child) * 20 > all
                && size(child) > 400
                && matches!(child, Leaf::Element { name, .. } if BLOCKS.contains(&name.as_str()) && name != "li" || matches!(name.as_str(), "main" | "aside" | "nav" | "header" | "footer"))
        };
        let places: Vec<usize> = (0..children.len()).filter(|at| children.get(*at).is_some_and(large)).collect();
        // Many of one size are a list: its order is news' own.
        if (2..=5).contains(&places.len()) && dice.share() < 0.7 {
            for at in (1..places.len()).rev() {
                children.swap(places[at], places[dice.below(at + 1)]);
            }
        }
        for child in children.iter_mut().filter(|child| size(child) * 2 > all) {
            self.reorder(child, dice);
        }
    }
}

fn owned((a, b): (&str, &str)) -> (String, String) {
    (a.to_owned(), b.to_owned())
}

/// A name of five letters.
fn letters(mut number: u64) -> String {
    (0..5)
        .map(|_| {
            let letter = char::from(b'a' + (number % 26) as u8);
            number /= 26;
            letter
        })
        .collect()
}

/// How much is written in it.
fn size(leaf: &Leaf) -> usize {
    match leaf {
        Leaf::Text(text) => text.trim().len(),
        Leaf::Element { name, .. } if RAW.contains(&name.as_str()) => 0,
        Leaf::Element { children, .. } => children.iter().map(size).sum::<usize>() + 10,
    }
}

fn base_of(leaf: &Leaf) -> Option<String> {
    let Leaf::Element { name, attributes, children } = leaf else { return None };
    if name == "base" {
        return attributes.iter().find(|(name, _)| name == "href").map(|(_, value)| value.clone());
    }
    children.iter().find_map(base_of)
}

/// Which of the links, and whether others, stand in a leaf.
fn links(leaf: &Leaf, base: &Url, gone: &HashSet<String>) -> (HashSet<String>, bool) {
    let Leaf::Element { name, attributes, children } = leaf else { return Default::default() };
    let mut found = (HashSet::new(), false);
    if name == "a"
        && let Some((_, href)) = attributes.iter().find(|(name, _)| name == "href")
        && let Ok(mut url) = base.join(href.trim())
    {
        url.set_fragment(None);
        if gone.contains(url.as_str()) {
            found.0.insert(url.to_string());
        } else {
            found.1 = true;
        }
    }
    for child in children {
        let (some, others) = links(child, base, gone);
        found.0.extend(some);
        found.1 |= others;
    }
    found
}

/// Takes the largest elements away that hold one of the links and no other.
fn remove(leaf: &mut Leaf, base: &Url, gone: &HashSet<String>) {
    let Leaf::Element { children, .. } = leaf else { return };
    children.retain_mut(|child| {
        let (found, others) = links(child, base, gone);
        if found.is_empty() {
            return true;
        }
        if found.len() == 1 && !others {
            return false;
        }
        remove(child, base, gone);
        true
    });
}

fn parsed(text: &str) -> Leaf {
    let tree = parse_html(text);
    let root = tree.html.tree.root();
    let children = root.children().filter_map(leaf).collect();
    Leaf::Element { name: String::new(), attributes: Vec::new(), children }
}

fn leaf(node: NodeRef<Node>) -> Option<Leaf> {
    match node.value() {
        Node::Text(text) => {
            let raw = node.parent().is_some_and(|p| p.value().as_element().is_some_and(|e| RAW.contains(&e.name())));
            let text = text.to_string();
            Some(Leaf::Text(if raw {
                text
            } else {
                text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
            }))
        }
        Node::Element(element) => Some(Leaf::Element {
            name: element.name().to_owned(),
            attributes: element.attrs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            children: node
                .children()
                .flat_map(|child| match child.value() {
                    Node::Fragment => child.children().filter_map(leaf).collect::<Vec<_>>(),
                    _ => leaf(child).into_iter().collect(),
                })
                .collect(),
        }),
        _ => None,
    }
}

fn written(page: &Leaf) -> String {
    let mut out = String::from("<!DOCTYPE html>");
    write(page, &mut out);
    out
}

fn write(leaf: &Leaf, out: &mut String) {
    match leaf {
        Leaf::Text(text) => out.push_str(text),
        Leaf::Element { name, children, .. } if name.is_empty() => children.iter().for_each(|child| write(child, out)),
        Leaf::Element { name, attributes, children } => {
            out.push_str(&format!("<{name}"));
            for (attribute, value) in attributes {
                out.push_str(&format!(" {attribute}=\"{}\"", value.replace('&', "&amp;").replace('"', "&quot;")));
            }
            out.push('>');
            if !VOID.contains(&name.as_str()) {
                children.iter().for_each(|child| write(child, out));
                out.push_str(&format!("</{name}>"));
            }
        }
    }
}
