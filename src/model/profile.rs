use std::collections::HashSet;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[cfg(doc)]
use super::Guide;
use super::{Sketch, Texts};

/// What healthy runs over a source look like: the latest few, newest last.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// The runs that read a list, but for the first of all.
    pub runs: Vec<Shape>,
    /// How the page is marked up, of the last of these; empty for what is no page.
    pub markup: Sketch,
    /// Hashes of the addresses to which the page led that time, listed or not: what was there before is no news.
    pub links: Links,
    /// The latest gaps, newest last.
    pub gaps: Vec<Gap>,
    /// The texts that were read last.
    #[serde(skip_serializing_if = "Texts::is_empty")]
    pub texts: Texts,
    /// How to find what is new on the page: a [`Guide`], packed, since most runs do not need it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guide: Option<String>,
    /// Hash of the address that the operator gave the source for these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<u64>,
}

/// A time of which a source's news may be missing: it could not be read, and when it could again, its window no longer
/// reached back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The last run before.
    pub since: DateTime<Utc>,
    /// The first run after.
    pub until: DateTime<Utc>,
    /// Further pages of the list that were read in vain.
    pub pages: usize,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (since, until) = (self.since.format("%Y-%m-%d %H:%M"), self.until.format("%Y-%m-%d %H:%M UTC"));
        write!(f, "what appeared between {since} and {until} may be missing: nothing on the page was known any more")?;
        match self.pages {
            0 => write!(f, ", and neither further pages, a feed nor a sitemap reach back"),
            pages => write!(f, ", nor on {pages} further pages, and neither a feed nor a sitemap reach back"),
        }
    }
}

/// Hashes of addresses, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links(Vec<u32>);

impl Links {
    /// Most that are remembered of one page.
    const MOST: usize = 1200;

    /// Of these hashes.
    pub fn of(hashes: impl Iterator<Item = u32>) -> Self {
        let mut hashes: Vec<u32> = hashes.collect();
        if hashes.len() > Self::MOST {
            // Front pages lead to the same article again and again.
            let mut seen = HashSet::new();
            hashes.retain(|hash| seen.len() < Self::MOST && seen.insert(*hash));
        }
        hashes.sort_unstable();
        hashes.dedup();
        Self(hashes)
    }

    /// These and others.
    pub fn with(&self, more: impl Iterator<Item = u32>) -> Self {
        let mut seen = HashSet::new();
        let new = more.filter(|hash| !self.holds(*hash) && seen.insert(*hash));
        let mut hashes = self.0.clone();
        hashes.extend(new.take(Self::MOST.saturating_sub(self.0.len())));
        hashes.sort_unstable();
        Self(hashes)
    }

    /// The hashes.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.0.iter().copied()
    }

    /// How many they are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether no more can be remembered.
    pub fn is_full(&self) -> bool {
        self.0.len() >= Self::MOST
    }

    /// Whether one is among them.
    pub fn holds(&self, hash: u32) -> bool {
        self.0.binary_search(&hash).is_ok()
    }
}

/// As hexadecimal digits, eight for each: numbers would take half as much again.
impl Serialize for Links {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&digits(self.iter()))
    }
}

impl<'de> Deserialize<'de> for Links {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::of(hashes(&String::deserialize(deserializer)?)))
    }
}

/// Hashes as hexadecimal digits, eight for each.
pub(super) fn digits(hashes: impl Iterator<Item = u32>) -> String {
    let mut digits = String::with_capacity(hashes.size_hint().0 * 8);
    for hash in hashes {
        let digit = |place: u32| char::from_digit(hash >> (4 * place) & 15, 16);
        digits.extend((0..8).rev().filter_map(digit));
    }
    digits
}

/// Such digits as hashes.
pub(super) fn hashes(digits: &str) -> impl Iterator<Item = u32> {
    let (digits, _) = digits.as_bytes().as_chunks::<8>();
    digits.iter().filter_map(|eight| u32::from_str_radix(str::from_utf8(eight).ok()?, 16).ok())
}

/// What one run looked like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// When it began.
    pub at: DateTime<Utc>,
    /// Teasers listed.
    pub listed: usize,
    /// Of these, known before.
    pub known: usize,
    /// Of these, with a date.
    pub dated: usize,
}

impl Shape {
    /// Teasers never seen before.
    pub fn news(&self) -> usize {
        self.listed.saturating_sub(self.known)
    }
}

impl Profile {
    /// Runs remembered: a day of half-hours.
    const REMEMBERED: usize = 48;

    /// Gaps remembered.
    const GAPS: usize = 8;

    /// Remembers a gap.
    pub fn add_gap(&mut self, gap: Gap) {
        self.gaps.push(gap);
        let surplus = self.gaps.len().saturating_sub(Self::GAPS);
        self.gaps.drain(..surplus);
    }

    /// Remembers a run.
    pub fn note(&mut self, shape: Shape) {
        self.runs.push(shape);
        let surplus = self.runs.len().saturating_sub(Self::REMEMBERED);
        self.runs.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_survives_being_kept() {
        let links = Links::of([7, 0xffff_ffff, 7, 0].into_iter());
        let profile = Profile { links, ..Profile::default() };
        let text = serde_json::to_string(&profile).unwrap();
        assert_eq!(serde_json::from_str::<Profile>(&text).unwrap(), profile);
        assert!(profile.links.holds(0xffff_ffff) && !profile.links.holds(8));
        assert_eq!(serde_json::from_str::<Profile>("{}").unwrap(), Profile::default());
    }

    #[test]
    fn what_is_added_to_links_goes_behind_what_they_hold_and_not_beyond_what_is_kept() {
        let known = Links::of([5, 9].into_iter());
        assert_eq!(known.with([9, 7, 5, 7].into_iter()), Links::of([5, 7, 9].into_iter()));
        let full = known.with(100..);
        assert!(full.is_full() && full.holds(5) && full.holds(100));
        assert_eq!(full.with([3].into_iter()), full);
    }
}
