//! What is known of a block, as numbers for the forest.

use std::sync::LazyLock;

use foldhash::HashMap;
use html5ever::local_name;
use scraper::node::Element;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::blocks::{Block, Kind};
use super::compared::{Known, Texts};
use super::outline::{Outline, known_attribute};
use super::phrases::{Cues, cues};
use super::signs::Signs;
use super::tag::Tag;
use super::tally::Tally;
use super::thumb::{ends_a_sentence, judge, telling};

/// How many numbers a block has of its own; those that tell of the blocks around follow them.
pub const COUNT: usize = SIGNS + Signs::COUNT;
/// Which number is the first look, by rules of thumb.
pub const FIRST_LOOK: usize = 59;
/// Where the signs begin.
const SIGNS: usize = 62;
/// How far up signs and lists are looked for.
const REACH: usize = 32;

/// One block's numbers.
pub(super) type Features = [f32; COUNT];

/// The page measured: what the numbers of single blocks are taken from.
struct Measures {
    /// Per node: weight of long paragraphs in it.
    good: Vec<f32>,
    /// Per node: blocks of text in it.
    count: Vec<u32>,
    total: f32,
    total_good: f32,
}

/// The numbers of every block, the first look at it by rules of thumb, and what elements like its own are called.
pub(super) fn features(
    outline: &Outline,
    blocks: &[Block],
    around: &[Signs],
    known: &Known,
) -> (Vec<Features>, Vec<f32>, Vec<u64>) {
    let hints: Vec<Cues> = blocks.iter().map(|b| cues(&b.text)).collect();
    let thumb: Vec<f32> = blocks.iter().zip(&hints).map(|(b, c)| judge(outline, around, b, *c)).collect();
    let container = super::select::container(outline, blocks, &thumb);
    let measures = measure(outline, blocks);
    let texts = Texts::of(blocks, known);
    let place = headline_block(outline, blocks, known.place);
    let mut names = vec![None; outline.nodes.len()];
    let signatures: Vec<u64> = blocks.iter().map(|b| signature(outline, b.owner, &mut names)).collect();
    let up = up_to_signs(outline, measures.total);
    let mut clusters: HashMap<u64, (f32, u32)> = HashMap::default();
    for (block, key) in blocks.iter().zip(&signatures) {
        let entry = clusters.entry(*key).or_default();
        entry.0 += if is_long(block) { block.weight as f32 } else { 0.0 };
        entry.1 += 1;
    }
    let (since, until) = distances(blocks);
    let good = measures.total_good.ln_1p();
    let mut passed = 0.0f32;
    let mut passed_good = 0.0f32;
    let mut out = vec![[0f32; COUNT]; blocks.len()];
    for ((i, block), f) in blocks.iter().enumerate().zip(&mut out).filter(|((_, b), _)| b.kind == Kind::Text) {
        let hint = hints.get(i).copied().unwrap_or_default();
        itself(outline, block, hint, f);
        let near = |offset: isize| i.checked_add_signed(offset).and_then(|j| blocks.get(j));
        for (slot, offset) in [(20, -1), (24, 1), (28, -2), (30, 2)] {
            if let Some(other) = near(offset) {
                put(f, slot, ln(other.weight));
                put(f, slot + 1, other.link_share());
                if slot < 28 {
                    put(f, slot + 2, heading(outline, other));
                    put(f, slot + 3, thumb.get(i.wrapping_add_signed(offset)).copied().unwrap_or(0.0));
                }
            }
        }
        put(f, 32, passed / measures.total);
        put(f, 33, passed_good / measures.total_good);
        put(f, 34, place.map_or(0.0, |p| (i as f32 - p as f32).clamp(-60.0, 60.0)));
        put(f, 35, since.get(i).copied().unwrap_or(0.0));
        put(f, 36, until.get(i).copied().unwrap_or(0.0));
        surroundings(outline, block, &measures, container, f);
        let key = signatures.get(i).copied().unwrap_or_default();
        let (cluster, members) = clusters.get(&key).copied().unwrap_or_default();
        put(f, 52, cluster / measures.total_good);
        put(f, 53, ln(members));
        put(f, 54, cluster / (members as f32 * 40.0 + 1.0));
        put(f, 55, texts.seen(i));
        put(f, 56, texts.in_headline(i));
        put(f, 57, texts.in_summary(i));
        put(f, 58, texts.in_body(i));
        put(f, FIRST_LOOK, thumb.get(i).copied().unwrap_or(0.0));
        put(f, 60, good);
        put(f, 61, measures.total_good / measures.total);
        if let Some(up) = up.get(block.owner as usize) {
            signs(up, f);
        }
        passed += block.weight as f32;
        if is_long(block) {
            passed_good += block.weight as f32;
        }
    }
    (out, thumb, signatures)
}

fn put(f: &mut Features, slot: usize, value: f32) {
    if let Some(cell) = f.get_mut(slot) {
        *cell = value;
    }
}

/// The logarithms of small numbers and one.
static LOGARITHMS: LazyLock<[f32; 1024]> = LazyLock::new(|| std::array::from_fn(|number| (number as f32).ln_1p()));

fn ln(number: u32) -> f32 {
    LOGARITHMS.get(number as usize).copied().unwrap_or_else(|| (number as f32).ln_1p())
}

/// A paragraph that nobody writes into a menu.
fn is_long(block: &Block) -> bool {
    block.kind == Kind::Text && block.weight >= 80 && block.link_share() < 0.3
}

fn heading(outline: &Outline, block: &Block) -> f32 {
    match outline.get(block.owner).map(|n| n.tag) {
        Some(Tag::Heading(level)) => f32::from(level),
        _ => 0.0,
    }
}

fn flag(value: bool) -> f32 {
    f32::from(u8::from(value))
}

/// Slots 0 to 19: the block alone.
fn itself(outline: &Outline, block: &Block, hint: Cues, f: &mut Features) {
    let tag = outline.get(block.owner).map_or(Tag::Box, |n| n.tag);
    let text = &block.text;
    let Tally { characters, marks, digits, bars, lines, wide, words, capitals } = Tally::of(text);
    let characters = characters.max(1) as f32;
    let weight = block.weight.max(1) as f32;
    let values = [
        ln(block.weight),
        block.link_share(),
        ln(block.links),
        marks as f32 / weight * 100.0,
        flag(ends_a_sentence(text)),
        digits as f32 / characters,
        capitals as f32 / words.max(1) as f32,
        block.stressed as f32 / weight,
        flag(tag == Tag::Paragraph),
        heading(outline, block),
        flag(matches!(tag, Tag::Line | Tag::Term | Tag::Meaning)),
        flag(matches!(tag, Tag::Cell | Tag::HeadCell)),
        flag(hint.elsewhere),
        flag(hint.asks),
        flag(hint.imprint),
        flag(hint.byline),
        lines as f32,
        bars as f32,
        wide as f32 / characters,
        marks as f32,
    ];
    for (slot, value) in values.into_iter().enumerate() {
        put(f, slot, value);
    }
}

/// Slots 37 to 51: the elements around it.
fn surroundings(outline: &Outline, block: &Block, measures: &Measures, container: u32, f: &mut Features) {
    let share = |values: &[f32], index: u32| values.get(index as usize).copied().unwrap_or(0.0);
    let Some(owner) = outline.get(block.owner) else { return };
    let mut at = owner.parent;
    for slot in [37, 41, 45] {
        let Some(node) = outline.get(at) else { break };
        put(f, slot, share(&measures.good, at) / measures.total_good);
        put(f, slot + 1, node.link as f32 / node.weight.max(1) as f32);
        put(f, slot + 2, ln(measures.count.get(at as usize).copied().unwrap_or_default()));
        put(f, slot + 3, share(&measures.good, at) / node.weight.max(1) as f32);
        at = node.parent;
    }
    let inside = outline.get(container).is_some_and(|c| block.from >= container && block.to <= c.end);
    put(f, 49, flag(inside));
    let mut levels = 0.0;
    let (mut quoted, mut listed) = (0.0, 0.0);
    for (index, node) in outline.ancestors(block.owner).take(REACH) {
        if index == container {
            put(f, 50, levels + 1.0);
        }
        levels += 1.0;
        if node.tag == Tag::Quote {
            quoted = 1.0;
        }
        if matches!(node.tag, Tag::List | Tag::OrderedList) && listed == 0.0 {
            listed = 1.0 + node.link as f32 / node.weight.max(1) as f32;
        }
    }
    put(f, 51, listed + quoted * 4.0);
}

/// The last slots: how near an element with each sign is, 1 for the nearest.
fn signs(up: &Steps, f: &mut Features) {
    let (_, cells) = f.split_at_mut(SIGNS);
    for (cell, steps) in cells.iter_mut().zip(up) {
        *cell = if *steps < REACH as u8 { 1.0 / (1.0 + f32::from(*steps) * 0.25) } else { 0.0 };
    }
}

/// For each sign, how many steps it is up to the next element that has it.
type Steps = [u8; u32::BITS as usize];

/// These of every node.
fn up_to_signs(outline: &Outline, total: f32) -> Vec<Steps> {
    const NONE: Steps = [u8::MAX; u32::BITS as usize];
    let mut up: Vec<Steps> = Vec::with_capacity(outline.nodes.len());
    for node in &outline.nodes {
        let mut steps = *up.get(node.parent as usize).unwrap_or(&NONE);
        for steps in &mut steps {
            *steps = steps.saturating_add(1);
        }
        let mut bits = telling(node.signs, node.weight as f32 / total).0;
        while bits != 0 {
            if let Some(cell) = steps.get_mut(bits.trailing_zeros() as usize) {
                *cell = 0;
            }
            bits &= bits - 1;
        }
        up.push(steps);
    }
    up
}

fn measure(outline: &Outline, blocks: &[Block]) -> Measures {
    let mut good = vec![0f32; outline.nodes.len()];
    let mut count = vec![0u32; outline.nodes.len()];
    for block in blocks.iter().filter(|b| b.kind == Kind::Text) {
        if let Some(cell) = good.get_mut(block.owner as usize)
            && is_long(block)
        {
            *cell += block.weight as f32;
        }
        if let Some(cell) = count.get_mut(block.owner as usize) {
            *cell += 1;
        }
    }
    outline.add_up(&mut good);
    outline.add_up(&mut count);
    let total_good = blocks.iter().filter(|b| is_long(b)).map(|b| b.weight as f32).sum::<f32>().max(1.0);
    Measures { good, count, total: outline.weight().max(1) as f32, total_good }
}

/// Blocks since the last long paragraph, and until the next.
fn distances(blocks: &[Block]) -> (Vec<f32>, Vec<f32>) {
    const FAR: f32 = 30.0;
    let run = |order: &mut dyn Iterator<Item = &Block>| {
        let mut at = FAR;
        order
            .map(|block| {
                let here = at;
                at = if is_long(block) { 0.0 } else { (at + 1.0).min(FAR) };
                here
            })
            .collect::<Vec<f32>>()
    };
    let since = run(&mut blocks.iter());
    let mut until = run(&mut blocks.iter().rev());
    until.reverse();
    (since, until)
}

fn headline_block(outline: &Outline, blocks: &[Block], place: Option<u32>) -> Option<usize> {
    let place = place?;
    let end = outline.get(place)?.end;
    blocks.iter().position(|b| b.from >= place && b.from < end)
}

/// Elements alike: tag and class of a block's owner, its parent and grandparent. `names` are those known already.
fn signature(outline: &Outline, owner: u32, names: &mut [Option<u64>]) -> u64 {
    let own = outline.get(owner).map(|n| (owner, n));
    let mut whole = 0u64;
    for (index, node) in own.into_iter().chain(outline.ancestors(owner)).take(3) {
        let name = node.element.map_or(0, |element| match names.get_mut(index as usize) {
            Some(name) => *name.get_or_insert_with(|| tag_and_class(element)),
            None => 0,
        });
        whole = whole.rotate_left(21) ^ name;
    }
    whole
}

fn tag_and_class(element: &Element) -> u64 {
    let class = known_attribute(element, &local_name!("class")).unwrap_or_default();
    xxh3_64_with_seed(class.as_bytes(), xxh3_64(element.name.local.as_bytes()))
}
