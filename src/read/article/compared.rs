//! The texts of blocks compared with each other, and with what the page states.

use foldhash::HashMap;
use foldhash::fast::RandomState;
use memchr::memmem::{self, Finder};
use xxhash_rust::xxh3::xxh3_64;

use super::blocks::Block;
use crate::model::{holds, letters, push_letters};

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

/// Texts squeezed to their letters, for comparing.
pub(super) struct Texts {
    /// Those of all blocks, one after the other, and where each ends.
    plain: String,
    ends: Vec<usize>,
    /// What each comes to as a number, and how often the page has it.
    keys: Vec<u64>,
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
    pub(super) fn of(blocks: &[Block], known: &Known) -> Self {
        let mut plain = String::with_capacity(blocks.iter().map(|b| b.text.len()).sum());
        let mut ends = Vec::with_capacity(blocks.len());
        let mut keys = Vec::with_capacity(blocks.len());
        let mut seen: HashMap<u64, f32> = HashMap::with_capacity_and_hasher(blocks.len(), RandomState::default());
        for block in blocks {
            let begin = plain.len();
            push_letters(&mut plain, &block.text);
            ends.push(plain.len());
            let text = plain.get(begin..).unwrap_or_default();
            let key = xxh3_64(text.as_bytes());
            keys.push(key);
            if !text.is_empty() {
                *seen.entry(key).or_default() += 1.0;
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
            keys,
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
    pub(super) fn seen(&self, index: usize) -> f32 {
        self.keys.get(index).and_then(|key| self.seen.get(key)).copied().unwrap_or(0.0).min(5.0)
    }

    /// 1 when it is the headline, less when it is a part of it.
    pub(super) fn in_headline(&self, index: usize) -> f32 {
        overlap(self.text(index), &self.headline)
    }

    pub(super) fn in_summary(&self, index: usize) -> f32 {
        overlap(self.text(index), &self.summary)
    }

    /// 1 when the stated body has it, 0 when not, -1 when no body is stated.
    pub(super) fn in_body(&self, index: usize) -> f32 {
        let Some(body) = &self.body else { return -1.0 };
        let text = self.text(index);
        let head = text.get(..text.floor_char_boundary(60)).unwrap_or_default();
        let found = !head.is_empty() && memmem::find(body.as_bytes(), head.as_bytes()).is_some();
        f32::from(u8::from(found))
    }
}

/// A text that is looked for in every block.
struct Sought {
    text: String,
    finder: Finder<'static>,
    /// A bit for every few bytes in a row, which others may share.
    parts: [u64; 32],
}

/// How many bytes are looked at first.
const PART: usize = 4;

impl Sought {
    fn of(text: String) -> Self {
        let mut parts = [0; 32];
        for part in text.as_bytes().array_windows::<PART>() {
            let (cell, bit) = place(part);
            parts[cell] |= bit;
        }
        Self { finder: Finder::new(&text).into_owned(), text, parts }
    }

    fn is_in(&self, other: &str) -> bool {
        self.finder.find(other.as_bytes()).is_some()
    }

    /// Whether it holds a shorter text; hardly any but those that it does begin like a part of it.
    fn holds(&self, other: &str) -> bool {
        let begin = other.as_bytes().first_chunk::<PART>().map(place);
        begin.is_none_or(|(cell, bit)| self.parts[cell] & bit != 0) && holds(&self.text, other)
    }
}

/// The bit of a few bytes: one of 2048.
fn place(part: &[u8; PART]) -> (usize, u64) {
    let place = u32::from_le_bytes(*part).wrapping_mul(0x9E37_79B1) >> 21;
    (place as usize / 64, 1 << (place % 64))
}

/// How much of the longer text the shorter one is, when it is a part of it.
fn overlap(a: &str, b: &Sought) -> f32 {
    let (short, long) = (a.len().min(b.text.len()), a.len().max(b.text.len()));
    let found = || if a.len() < b.text.len() { b.holds(a) } else { b.is_in(a) };
    if short < PART || !found() { 0.0 } else { 0.2 + 0.8 * short as f32 / long as f32 }
}
