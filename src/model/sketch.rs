use serde::{Deserialize, Serialize};

/// How many least marks a sketch has.
const BINS: usize = 32;

/// A sample of a text's marks that texts with much in common share (MinHash by one permutation, Li et al. 2012):
/// every mark falls into a bin, of each bin the least is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sketch {
    /// Of each bin the least mark; 0 where none fell into it. Empty where the text is too short to tell.
    least: Vec<u32>,
}

impl Sketch {
    /// The sketch of a text's marks; an empty one of none.
    pub fn of(marks: impl Iterator<Item = u64>) -> Self {
        let mut sketch = Self::default();
        marks.for_each(|mark| sketch.take(mark));
        sketch
    }

    /// Takes one of a text's marks, which are hashes.
    #[inline]
    pub fn take(&mut self, mark: u64) {
        if self.least.is_empty() {
            self.least = vec![0; BINS];
        }
        let value = ((mark >> 32) as u32).max(1);
        if let Some(place) = self.least.get_mut(mark as usize % BINS)
            && (*place == 0 || value < *place)
        {
            *place = value;
        }
    }

    /// Whether it tells anything.
    pub fn is_empty(&self) -> bool {
        self.least.is_empty()
    }

    /// What it is looked up by: of each bin that holds a mark the bin and the mark in one number.
    pub fn bands(&self) -> impl Iterator<Item = u64> {
        let filled = self.least.iter().enumerate().filter(|(_, mark)| **mark != 0);
        filled.map(|(bin, mark)| band(bin, *mark))
    }

    /// How many bins two sketches have in common, and of how many, those aside whose band of `self` is not to count:
    /// the quotient estimates which share of all their marks both texts have (Jaccard).
    pub fn shared(&self, other: &Self, counts: impl Fn(u64) -> bool) -> (usize, usize) {
        let bins = self.least.iter().zip(&other.least).enumerate().filter(|(_, (a, b))| **a != 0 || **b != 0);
        let bins = bins.filter(|(bin, (a, _))| counts(band(*bin, **a)));
        bins.fold((0, 0), |(same, all), (_, (a, b))| (same + usize::from(a == b), all + 1))
    }

    /// As bytes, for keeping.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.least.iter().flat_map(|mark| mark.to_le_bytes()).collect()
    }

    /// From bytes that were kept.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let (marks, _) = bytes.as_chunks::<4>();
        Self { least: marks.iter().map(|mark| u32::from_le_bytes(*mark)).collect() }
    }
}

fn band(bin: usize, mark: u32) -> u64 {
    (bin as u64) << 32 | u64::from(mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Marks as a hash gives them.
    fn marks(range: std::ops::Range<u64>) -> Sketch {
        Sketch::of(range.map(|n| xxhash_rust::xxh3::xxh3_64(&n.to_le_bytes())))
    }

    #[test]
    fn shared_bins_tell_how_much_is_common() {
        for (one, other, least, most) in [
            (marks(0..900), marks(0..900), 32, 32),
            (marks(0..900), marks(300..1200), 10, 23),
            (marks(0..900), marks(2000..2900), 0, 1),
        ] {
            let (same, all) = one.shared(&other, |_| true);
            assert!((least..=most).contains(&same) && all == 32, "{same} of {all}");
        }
        assert_eq!(marks(0..0).shared(&marks(0..9), |_| false), (0, 0));
    }

    #[test]
    fn a_sketch_survives_being_kept() {
        for sketch in [marks(0..500), marks(0..3), Sketch::default()] {
            assert_eq!(Sketch::from_bytes(&sketch.to_bytes()), sketch);
        }
        assert!(marks(0..0).is_empty() && marks(0..3).bands().count() <= 3);
    }
}
