//! What is known of a block, as numbers for the forest.

use std::sync::LazyLock;

use foldhash::HashMap;
use html5ever::local_name;
use memchr::memmem::{self, Finder};

use super::blocks::{Block, Kind};
use super::outline::{NOWHERE, Outline, known_attribute};
use super::phrases::{Cues, cues};
use super::signs::Signs;
use super::tag::Tag;
use super::tally::Tally;
use super::thumb::{ends_a_sentence, judge, telling};
use crate::model::{holds, letters, push_letters};

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

/// What the page states, for comparing.
#[derive(Debug, Default)]
pub(super) struct Known<'a> {
    pub(super) headline: Option<&'a str>,
    /// The element that shows the headline.
    pub(super) place: Option<u32>,
    pub(super) summary: Option<&'a str>,
    /// The text of the article, where JSON-LD has it.
    pub(super) body: Option<&'a str>,
}

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
    let mut head = String::new();
    let hints: Vec<Cues> = blocks.iter().map(|b| cues(&b.text, &mut head)).collect();
    let thumb: Vec<f32> = blocks.iter().zip(&hints).map(|(b, c)| judge(outline, around, b, *c)).collect();
    let container = super::select::container(outline, blocks, &thumb);
    let measures = measure(outline, blocks);
    let texts = Texts::of(blocks, known);
    let place = headline_block(outline, blocks, known.place);
    let mut names = Vec::new();
    let signatures: Vec<u64> = blocks.iter().map(|b| signature(outline, b.owner, &mut names)).collect();
    let mut clusters: HashMap<u64, (f32, u32)> = HashMap::default();
    for (block, key) in blocks.iter().zip(&signatures) {
        let entry = clusters.entry(*key).or_default();
        entry.0 += if is_long(block) { block.weight as f32 } else { 0.0 };
        entry.1 += 1;
    }
    let (since, until) = distances(blocks);
    let mut passed = 0.0f32;
    let mut passed_good = 0.0f32;
    let mut out = Vec::with_capacity(blocks.len());
    for (i, block) in blocks.iter().enumerate() {
        let mut f = [0f32; COUNT];
        if block.kind != Kind::Text {
            out.push(f);
            continue;
        }
        let hint = hints.get(i).copied().unwrap_or_default();
        itself(outline, block, hint, &mut f);
        let near = |offset: isize| i.checked_add_signed(offset).and_then(|j| blocks.get(j));
        for (slot, offset) in [(20, -1), (24, 1), (28, -2), (30, 2)] {
            if let Some(other) = near(offset) {
                put(&mut f, slot, ln(other.weight));
                put(&mut f, slot + 1, other.link_share());
                if slot < 28 {
                    put(&mut f, slot + 2, heading(outline, other));
                    put(&mut f, slot + 3, thumb.get(i.wrapping_add_signed(offset)).copied().unwrap_or(0.0));
                }
            }
        }
        put(&mut f, 32, passed / measures.total);
        put(&mut f, 33, passed_good / measures.total_good);
        put(&mut f, 34, place.map_or(0.0, |p| (i as f32 - p as f32).clamp(-60.0, 60.0)));
        put(&mut f, 35, since.get(i).copied().unwrap_or(0.0));
        put(&mut f, 36, until.get(i).copied().unwrap_or(0.0));
        surroundings(outline, block, &measures, container, &mut f);
        let key = signatures.get(i).copied().unwrap_or_default();
        let (cluster, members) = clusters.get(&key).copied().unwrap_or_default();
        put(&mut f, 52, cluster / measures.total_good);
        put(&mut f, 53, ln(members));
        put(&mut f, 54, cluster / (members as f32 * 40.0 + 1.0));
        put(&mut f, 55, texts.seen(i));
        put(&mut f, 56, texts.in_headline(i));
        put(&mut f, 57, texts.in_summary(i));
        put(&mut f, 58, texts.in_body(i));
        put(&mut f, FIRST_LOOK, thumb.get(i).copied().unwrap_or(0.0));
        put(&mut f, 60, measures.total_good.ln_1p());
        put(&mut f, 61, measures.total_good / measures.total);
        signs(outline, block, measures.total, &mut f);
        passed += block.weight as f32;
        if is_long(block) {
            passed_good += block.weight as f32;
        }
        out.push(f);
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
fn signs(outline: &Outline, block: &Block, total: f32, f: &mut Features) {
    let own = outline.get(block.owner).map(|n| (block.owner, n));
    for (distance, (_, node)) in own.into_iter().chain(outline.ancestors(block.owner)).take(REACH).enumerate() {
        let mut bits = telling(node.signs, node.weight as f32 / total).0;
        while bits != 0 {
            let bit = bits.trailing_zeros() as usize;
            bits &= bits - 1;
            if let Some(cell) = f.get_mut(SIGNS + bit)
                && *cell == 0.0
            {
                *cell = 1.0 / (1.0 + distance as f32 * 0.25);
            }
        }
    }
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
    for index in (0..outline.nodes.len()).rev() {
        let parent = outline.nodes.get(index).map_or(NOWHERE, |n| n.parent) as usize;
        let (weight, blocks) =
            (good.get(index).copied().unwrap_or_default(), count.get(index).copied().unwrap_or_default());
        if let (Some(good), Some(count)) = (good.get_mut(parent), count.get_mut(parent)) {
            *good += weight;
            *count += blocks;
        }
    }
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

/// Elements alike: tag and class of a block's owner, its parent and grandparent.
fn signature(outline: &Outline, owner: u32, names: &mut Vec<u8>) -> u64 {
    let own = outline.get(owner).map(|n| (owner, n));
    names.clear();
    for (_, node) in own.into_iter().chain(outline.ancestors(owner)).take(3) {
        if let Some(element) = node.element {
            names.extend_from_slice(element.name.local.as_bytes());
            names.extend_from_slice(known_attribute(element, &local_name!("class")).unwrap_or_default().as_bytes());
        }
        names.push(0);
    }
    xxhash_rust::xxh3::xxh3_64(names)
}

/// Texts squeezed to their letters, for comparing.
struct Texts {
    /// Those of all blocks, one after the other, and where each ends.
    plain: String,
    ends: Vec<usize>,
    seen: HashMap<u64, f32>,
    headline: Sought,
    /// Its beginning.
    summary: Sought,
    body: Option<String>,
}

/// Longer stated bodies and pages of more blocks are not compared: the cost is their product.
const MOST_LETTERS: usize = 200_000;
const MOST_BLOCKS: usize = 4000;

impl Texts {
    fn of(blocks: &[Block], known: &Known) -> Self {
        let mut plain = String::with_capacity(blocks.iter().map(|b| b.text.len()).sum());
        let mut ends = Vec::with_capacity(blocks.len());
        let mut seen: HashMap<u64, f32> = HashMap::default();
        for block in blocks {
            let begin = plain.len();
            push_letters(&mut plain, &block.text);
            ends.push(plain.len());
            if let Some(text) = plain.get(begin..).filter(|text| !text.is_empty()) {
                *seen.entry(xxhash_rust::xxh3::xxh3_64(text.as_bytes())).or_default() += 1.0;
            }
        }
        let beginning = |text: String| text.get(..text.floor_char_boundary(120)).unwrap_or_default().to_owned();
        let body = known
            .body
            .filter(|b| b.len() <= MOST_LETTERS && blocks.len() <= MOST_BLOCKS)
            .map(|b| if b.contains('<') { letters(&crate::html::html_to_text(b)) } else { letters(b) })
            .filter(|b| b.len() >= 300);
        Self {
            plain,
            ends,
            seen,
            headline: Sought::of(known.headline.map(letters).unwrap_or_default()),
            summary: Sought::of(known.summary.map(letters).map(beginning).unwrap_or_default()),
            body,
        }
    }

    fn text(&self, index: usize) -> &str {
        let end = |index: usize| self.ends.get(index).copied();
        let begin = index.checked_sub(1).and_then(end).unwrap_or_default();
        end(index).and_then(|end| self.plain.get(begin..end)).unwrap_or_default()
    }

    /// How often the page has the same block.
    fn seen(&self, index: usize) -> f32 {
        let key = xxhash_rust::xxh3::xxh3_64(self.text(index).as_bytes());
        self.seen.get(&key).copied().unwrap_or(0.0).min(5.0)
    }

    /// 1 when it is the headline, less when it is a part of it.
    fn in_headline(&self, index: usize) -> f32 {
        overlap(self.text(index), &self.headline)
    }

    fn in_summary(&self, index: usize) -> f32 {
        overlap(self.text(index), &self.summary)
    }

    /// 1 when the stated body has it, 0 when not, -1 when no body is stated.
    fn in_body(&self, index: usize) -> f32 {
        let Some(body) = &self.body else { return -1.0 };
        let text = self.text(index);
        let head = text.get(..text.floor_char_boundary(60)).unwrap_or_default();
        flag(!head.is_empty() && memmem::find(body.as_bytes(), head.as_bytes()).is_some())
    }
}

/// A text that is looked for in every block.
struct Sought {
    text: String,
    finder: Finder<'static>,
}

impl Sought {
    fn of(text: String) -> Self {
        Self { finder: Finder::new(&text).into_owned(), text }
    }

    fn is_in(&self, other: &str) -> bool {
        self.finder.find(other.as_bytes()).is_some()
    }
}

/// How much of the longer text the shorter one is, when it is a part of it.
fn overlap(a: &str, b: &Sought) -> f32 {
    let (short, long) = (a.len().min(b.text.len()), a.len().max(b.text.len()));
    let found = || if a.len() < b.text.len() { holds(&b.text, a) } else { b.is_in(a) };
    if short < 4 || !found() { 0.0 } else { 0.2 + 0.8 * short as f32 / long as f32 }
}
