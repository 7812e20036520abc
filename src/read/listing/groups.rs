//! Links that stand in the page in one manner: the same path of elements leads to them.

use foldhash::HashMap;
use foldhash::fast::FixedState;
use std::hash::{BuildHasher, Hash, Hasher};

use super::outline::Outline;
use super::targets::Target;
use super::titles::Witness;
use crate::html::attribute;

/// How many ancestors tell one manner from another.
const STEPS: usize = 5;

/// Targets whose best links stand in one manner.
#[derive(Debug)]
pub(super) struct Group {
    /// Indexes of targets, in page order of their best links.
    pub(super) members: Vec<usize>,
}

/// Groups targets by the path to their best links.
pub(super) fn gather(outline: &Outline, targets: &[Target]) -> Vec<Group> {
    let mut paths = Paths::new(outline);
    let mut order: Vec<usize> = (0..targets.len()).collect();
    order.sort_by_key(|t| targets.get(*t).map(|t| t.best));
    let mut groups: Vec<Group> = Vec::new();
    let mut known: HashMap<(u64, String), usize> = HashMap::default();
    for member in order {
        let Some(target) = targets.get(member) else { continue };
        let path = (paths.of(target.best), label(target));
        let at = *known.entry(path).or_insert_with(|| {
            groups.push(Group { members: Vec::new() });
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(at) {
            group.members.push(member);
        }
    }
    groups
}

/// Buttons of different words do different things, though they stand in one manner.
fn label(target: &Target) -> String {
    if target.headline.witness > Witness::Nothing {
        return String::new();
    }
    target.headline.text.chars().filter(|c| c.is_alphabetic()).take(40).flat_map(char::to_lowercase).collect()
}

/// Paths of elements, as hashes.
struct Paths<'o, 't> {
    outline: &'o Outline<'t>,
    counts: HashMap<&'t str, usize>,
    shapes: Vec<Option<u64>>,
}

impl<'o, 't> Paths<'o, 't> {
    fn new(outline: &'o Outline<'t>) -> Self {
        let mut counts: HashMap<&str, usize> = HashMap::default();
        for node in &outline.nodes {
            for class in attribute(node.element, "class").unwrap_or_default().split_ascii_whitespace() {
                *counts.entry(class).or_default() += 1;
            }
        }
        Self { outline, counts, shapes: vec![None; outline.nodes.len()] }
    }

    /// The manner in which a row stands.
    fn of(&mut self, row: usize) -> u64 {
        let mut hasher = FixedState::default().build_hasher();
        self.shape(row).hash(&mut hasher);
        let mut at = row;
        for _ in 0..STEPS {
            let Some(parent) = self.outline.parent(at) else { break };
            self.shape(parent).hash(&mut hasher);
            if matches!(self.outline.tag(parent), "td" | "th") {
                self.outline.column(parent).hash(&mut hasher);
            }
            at = parent;
        }
        hasher.finish()
    }

    fn shape(&mut self, row: usize) -> u64 {
        if let Some(Some(shape)) = self.shapes.get(row) {
            return *shape;
        }
        let mut hasher = FixedState::default().build_hasher();
        self.outline.tag(row).hash(&mut hasher);
        let classes = self.outline.attribute(row, "class").unwrap_or_default();
        let mut stable: Vec<&str> = classes.split_ascii_whitespace().filter(|c| self.is_stable(c)).collect();
        stable.sort_unstable();
        stable.hash(&mut hasher);
        let shape = hasher.finish();
        if let Some(known) = self.shapes.get_mut(row) {
            *known = Some(shape);
        }
        shape
    }

    /// Whether a class names a kind of element, not one element or a state of it.
    fn is_stable(&self, class: &str) -> bool {
        self.counts.get(class).is_some_and(|n| *n >= 3) && may_be_stable(class)
    }
}

/// Whether a class can name a kind of element, on however many it stands.
pub(super) fn may_be_stable(class: &str) -> bool {
    !class.bytes().any(|b| b.is_ascii_digit())
        && !["category-", "tag-", "author-", "is-", "has-"].iter().any(|p| class.starts_with(p))
        && !matches!(
            class,
            "first" | "last" | "odd" | "even" | "active" | "current" | "selected" | "alt" | "visited" | "sticky"
        )
}
