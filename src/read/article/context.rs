//! What is known of a block once the first judge has spoken of all the others: the second judge's numbers.

use std::ops::AddAssign;

use foldhash::HashMap;

use super::blocks::{Block, Kind};
use super::outline::{NOWHERE, Outline};

/// How many numbers these are.
pub(super) const COUNT: usize = 32;
/// A block at least this likely is taken for text when distances are measured.
const LIKELY: f32 = 0.5;
/// A paragraph that nobody writes into a menu.
const LONG: f32 = 80.0;
/// Blocks looked at on either side.
const WINDOW: usize = 5;
/// Distances end here.
const FAR: f32 = 30.0;

/// Sums over a set of blocks.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Sum {
    /// Weight, each block's by how likely it is.
    mass: f32,
    weight: f32,
    likely: f32,
    count: f32,
}

impl AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        self.mass += other.mass;
        self.weight += other.weight;
        self.likely += other.likely;
        self.count += other.count;
    }
}

impl Sum {
    /// How likely its text is, by weight.
    fn by_weight(self) -> f32 {
        self.mass / self.weight.max(1.0)
    }

    /// How likely its blocks are.
    fn by_count(self) -> f32 {
        self.likely / self.count.max(1.0)
    }
}

/// A block of text in its place.
#[derive(Debug, Clone, Copy, Default)]
struct Row {
    index: usize,
    p: f32,
    weight: f32,
    /// Blocks to the next likely one, before and after.
    near: [f32; 2],
    /// How likely the next long ones are; -1 where there is none.
    long: [f32; 2],
    /// Mass of the blocks before.
    passed: f32,
}

/// The page as the first judge sees it.
#[derive(Debug)]
pub(super) struct Context<'a> {
    outline: &'a Outline<'a>,
    blocks: &'a [Block],
    alike: &'a [u64],
    rows: Vec<Row>,
    /// For each block, its row.
    places: Vec<usize>,
    elements: Vec<Sum>,
    groups: HashMap<u64, Sum>,
    kin: HashMap<(u32, u64), Sum>,
    container: u32,
    mass: f32,
}

impl<'a> Context<'a> {
    /// `alike`: for each block, what elements like its own are called; `likely`: what the first judge says.
    pub(super) fn of(outline: &'a Outline<'a>, blocks: &'a [Block], alike: &'a [u64], likely: &[f32]) -> Self {
        let mut context = Self {
            outline,
            blocks,
            alike,
            rows: Vec::with_capacity(blocks.len()),
            places: vec![usize::MAX; blocks.len()],
            elements: vec![Sum::default(); outline.nodes.len()],
            groups: HashMap::default(),
            kin: HashMap::default(),
            container: super::select::container(outline, blocks, likely),
            mass: 0.0,
        };
        for (index, (block, p)) in blocks.iter().zip(likely).enumerate().filter(|(_, (b, _))| b.kind == Kind::Text) {
            let weight = block.weight as f32;
            let one = Sum { mass: p * weight, weight, likely: *p, count: 1.0 };
            if let Some(sum) = context.elements.get_mut(block.owner as usize) {
                *sum += one;
            }
            let key = alike.get(index).copied().unwrap_or_default();
            *context.groups.entry(key).or_default() += one;
            *context.kin.entry((context.parent(block.owner), key)).or_default() += one;
            if let Some(place) = context.places.get_mut(index) {
                *place = context.rows.len();
            }
            context.rows.push(Row { index, p: *p, weight, passed: context.mass, ..Row::default() });
            context.mass += one.mass;
        }
        outline.add_up(&mut context.elements);
        context.mass = context.mass.max(1.0);
        scan(&mut context.rows.iter_mut(), 0);
        scan(&mut context.rows.iter_mut().rev(), 1);
        context
    }

    fn parent(&self, index: u32) -> u32 {
        self.outline.get(index).map_or(NOWHERE, |n| n.parent)
    }

    /// The numbers of a block; of nothing but zeros for what is no text.
    fn tell(&self, index: usize, mut put: impl FnMut(f32)) {
        let place = self.places.get(index).copied().unwrap_or(usize::MAX);
        let (Some(row), Some(block)) = (self.rows.get(place), self.blocks.get(index)) else { return };
        put(row.p);
        for offset in [-1, 1, -2, 2, -3, 3] {
            let near = place.checked_add_signed(offset).and_then(|at| self.rows.get(at));
            put(near.map_or(-1.0, |r| r.p));
        }
        let end = (place + 1 + WINDOW).min(self.rows.len());
        for range in [place.saturating_sub(WINDOW)..place, place + 1..end] {
            let mut sum = Sum::default();
            for row in self.rows.get(range).unwrap_or_default() {
                sum += Sum { mass: row.p * row.weight, weight: row.weight, likely: row.p, count: 1.0 };
            }
            put(sum.by_count());
            put(sum.by_weight());
        }
        put(row.passed / self.mass);
        put((self.mass - row.passed - row.p * row.weight) / self.mass);
        let mut element = block.owner;
        for _ in 0..4 {
            let sum = self.elements.get(element as usize).copied().unwrap_or_default();
            put(sum.by_weight());
            put(sum.mass / self.mass);
            element = self.parent(element);
        }
        let key = self.alike.get(row.index).copied().unwrap_or_default();
        let group = self.groups.get(&key).copied().unwrap_or_default();
        put(group.by_weight());
        put(group.by_count());
        put(self.kin.get(&(self.parent(block.owner), key)).copied().unwrap_or_default().by_count());
        let held = self.elements.get(self.container as usize).copied().unwrap_or_default();
        let end = self.outline.get(self.container).map_or(0, |n| n.end);
        put(f32::from(u8::from(block.from >= self.container && block.to <= end)));
        put(held.mass / self.mass);
        put(held.by_weight());
        for value in row.near.iter().chain(&row.long) {
            put(*value);
        }
        put(self.mass.ln_1p());
    }

    /// The numbers of a block; zeros for what is no text.
    pub(super) fn numbers(&self, index: usize) -> [f32; COUNT] {
        let mut out = [0f32; COUNT];
        let mut cells = out.iter_mut();
        self.tell(index, |value| {
            if let Some(cell) = cells.next() {
                *cell = value;
            }
        });
        out
    }
}

/// Tells each row of the likely and the long ones that come before it in this order.
fn scan(rows: &mut dyn Iterator<Item = &mut Row>, side: usize) {
    let (mut distance, mut last) = (FAR, -1.0);
    for row in rows {
        if let (Some(near), Some(long)) = (row.near.get_mut(side), row.long.get_mut(side)) {
            (*near, *long) = (distance, last);
        }
        distance = if row.p >= LIKELY { 0.0 } else { (distance + 1.0).min(FAR) };
        if row.weight >= LONG {
            last = row.p;
        }
    }
}
