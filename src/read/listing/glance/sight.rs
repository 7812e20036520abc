//! Gathers links and announced feeds from a page's tags.

use std::borrow::Cow;

use foldhash::HashMap;
use xxhash_rust::xxh3::xxh3_64;

use super::super::head::{self, Announcing};
use super::super::hints::Hints;
use super::super::landmarks::{address_hash, link_hash};
use super::super::notice::{calls_error, calls_login};
use super::super::{groups, islands, outline};
use super::Glance;
use crate::html::{Opened, Piece, skim};
use crate::model::{Page, text_weight};

/// How many elements around a link tell the manner in which it stands.
const STEPS: usize = 5;

/// A link of the page.
#[derive(Debug)]
pub(super) struct Led {
    /// Hash of the address that it leads to.
    pub(super) to: u32,
    /// How long its text is.
    pub(super) weight: usize,
    /// The manner in which it stands: its tag and those around it, with their classes.
    pub(super) manner: u64,
}

/// A link as it is gathered.
#[derive(Debug)]
struct Link {
    href: String,
    weight: usize,
    manner: u64,
    /// The innermost region beside the list that it stands in.
    region: Option<usize>,
}

/// A part of the page that stands beside its list, as its names say.
#[derive(Debug)]
struct Region {
    within: Option<usize>,
    /// How many links it holds.
    links: usize,
}

/// An open element, with what it has of those around it.
#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    /// Fingerprint of its tag and classes.
    shape: u64,
    /// How many cells it holds so far.
    cells: u64,
    region: Option<usize>,
    in_unit: bool,
    link: Option<usize>,
    /// What the page calls itself here, by its title or a heading of the first rank.
    name: Option<usize>,
    mute: bool,
}

/// What was met so far.
#[derive(Debug, Default)]
pub(super) struct Sight {
    open: Vec<Mark>,
    /// What a `class` or `id` says, and its fingerprint.
    names: HashMap<String, (Hints, u64)>,
    regions: Vec<Region>,
    links: Vec<Link>,
    bases: Vec<String>,
    own_names: Vec<String>,
    announcing: Vec<Announcing>,
}

impl Sight {
    /// What a page's tags tell; `None` where the tree may have them in another order, and for a page that begins without
    /// announcing any feed.
    pub(super) fn of(page: &Page) -> Option<Glance> {
        if matches!(islands::unfold(&page.text), Cow::Owned(_)) {
            return None;
        }
        let mut sight = Self::default();
        skim(&page.text, |piece| match piece {
            Piece::Open(tag) => sight.open(&tag),
            Piece::Text(text, depth) => {
                sight.text(text, depth);
                Some(())
            }
        })?;
        Some(sight.told(page))
    }

    fn open(&mut self, tag: &Opened) -> Option<()> {
        self.open.truncate(tag.depth);
        let mut mark = self.mark(tag);
        match tag.name {
            "a" if !self.announcing.iter().any(Announcing::is_feed) => return None,
            "a" => {
                mark.link = value(tag, "href").map(|href| self.link(href, &mark));
            }
            "title" | "h1" if mark.link.is_none() => {
                mark.name = Some(self.own_names.len());
                self.own_names.push(String::new());
            }
            "base" => {
                in_order(tag)?;
                self.bases.extend(value(tag, "href"));
            }
            "link" => {
                if let Some(rel) = value(tag, "rel").map(|rel| rel.to_ascii_lowercase())
                    && Announcing::may_be(&rel)
                {
                    in_order(tag)?;
                    self.announcing.push(Announcing::of(&rel, |name| value(tag, name)));
                }
            }
            _ => {}
        }
        self.open.push(mark);
        Some(())
    }

    /// An element with what is around it.
    fn mark(&mut self, tag: &Opened) -> Mark {
        let above = self.open.last().copied().unwrap_or_default();
        let (hints, classes) = self.says(tag);
        let mut mark = Mark { shape: xxh3_64(tag.name.as_bytes()) ^ classes, cells: 0, ..above };
        if matches!(tag.name, "td" | "th")
            && let Some(row) = self.open.last_mut()
        {
            row.cells += 1;
            mark.shape = mark.shape.wrapping_add(row.cells);
        }
        mark.mute |= outline::is_mute(tag.name);
        // The foot of one unit is not the site's.
        let beside = if above.in_unit { Hints::BESIDE.without(Hints::FOOTER) } else { Hints::BESIDE };
        if hints.any(beside) && !matches!(tag.name, "html" | "body") {
            mark.region = Some(self.regions.len());
            self.regions.push(Region { within: above.region, links: 0 });
        }
        mark.in_unit |= hints.any(Hints::UNIT);
        mark
    }

    /// What an element's names say, and the fingerprint of its classes.
    fn says(&mut self, tag: &Opened) -> (Hints, u64) {
        let (by_class, classes) = tag.written("class").map(|names| self.names(names)).unwrap_or_default();
        let by_id = tag.written("id").map(|names| self.names(names).0).unwrap_or_default();
        let by_role = tag.written("role").map(Hints::of_role).unwrap_or_default();
        (Hints::of_element(tag.name).and(by_role).and(by_class).and(by_id), classes)
    }

    fn names(&mut self, names: &str) -> (Hints, u64) {
        if let Some(said) = self.names.get(names) {
            return *said;
        }
        let stable = names.split_ascii_whitespace().filter(|class| groups::may_be_stable(class));
        let print = stable.fold(0, |print: u64, class| print.rotate_left(9) ^ xxh3_64(class.as_bytes()));
        let said = (Hints::of_names(names), print);
        self.names.insert(names.to_owned(), said);
        said
    }

    /// Notes a link, and tells which it is.
    fn link(&mut self, href: String, mark: &Mark) -> usize {
        let around = self.open.iter().rev().take(STEPS).map(|mark| mark.shape);
        let manner = around.fold(mark.shape, |manner, shape| manner.rotate_left(9) ^ shape);
        let mut at = mark.region;
        while let Some(region) = at.and_then(|at| self.regions.get_mut(at)) {
            region.links += 1;
            at = region.within;
        }
        self.links.push(Link { href, weight: 0, manner, region: mark.region });
        self.links.len() - 1
    }

    fn text(&mut self, text: &str, depth: usize) {
        self.open.truncate(depth);
        let here = self.open.last().filter(|mark| mark.link.is_none());
        if let Some(name) = here.and_then(|mark| self.own_names.get_mut(mark.name?)) {
            name.push_str(text);
        }
        if let Some(Mark { link: Some(link), mute: false, .. }) = self.open.last()
            && let Some(link) = self.links.get_mut(*link)
        {
            link.weight += text_weight(text.trim());
        }
    }

    fn told(self, page: &Page) -> Glance {
        let base = self.bases.iter().find_map(|href| page.url.join(href).ok());
        let base = base.unwrap_or_else(|| page.url.clone());
        let here = address_hash(&page.url);
        let led = |link: &Link| {
            let to = link_hash(&link.href, &base).filter(|to| *to != here)?;
            Some(Led { to, weight: link.weight, manner: link.manner })
        };
        let links = self.links.iter().filter(|link| !link.href.starts_with('#') && !self.is_beside(link));
        let links = links.filter_map(led).collect();
        let walled = self.own_names.iter().map(|name| name.trim()).any(|name| calls_error(name) || calls_login(name));
        Glance { feeds: head::feeds(self.announcing.into_iter(), &base), links, walled }
    }

    /// Whether a link stands in a region beside the list. What holds most of the page's links is no sidebar, whatever its
    /// class says (`with-sidebar`).
    fn is_beside(&self, link: &Link) -> bool {
        let region = |at: Option<usize>| at.and_then(|at| self.regions.get(at));
        let mut regions = std::iter::successors(region(link.region), |inner| region(inner.within));
        regions.any(|region| region.links * 2 <= self.links.len())
    }
}

fn in_order(tag: &Opened) -> Option<()> {
    (!tag.moved).then_some(())
}

/// An attribute's value, trimmed, if not empty.
fn value(tag: &Opened, name: &str) -> Option<String> {
    let value = tag.attribute(name)?;
    let trimmed = value.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}
