//! What texts are compared by: SimHash (texts that differ in few words differ in few bits) and a MinHash sketch (texts
//! that have a part in common share some of it).

use xxhash_rust::xxh3::xxh3_64;

use crate::model::{SPREAD, Sketch, push_letter, text_weight};

/// A text must say at least so much, in Latin-equivalent characters, to be known by its words.
const LEAST: usize = 400;
/// Words that stand together count as one mark: single words are the same in every text of a language.
const WORDS: usize = 3;

/// What a text is known by.
#[derive(Debug, Default)]
pub(super) struct Prints {
    /// The SimHash (Charikar 2002; marks of three words, of three characters where the script has no spaces): near
    /// for texts that differ in few words.
    pub(super) likeness: Option<u64>,
    /// A sample of its marks: shared in part by texts of which one holds some of the other.
    pub(super) sketch: Sketch,
}

/// The prints of a plain text; none of one that is too short to tell.
pub(super) fn prints(text: &str) -> Prints {
    if text_weight(text) < LEAST {
        return Prints::default();
    }
    let mut counts = Counts::default();
    let mut all = Row::default();
    let (mut telling, mut sketch) = (Row::default(), Sketch::default());
    let mut before = None;
    each_word(text, |word| {
        let hash = xxh3_64(word.as_bytes());
        if let Some(mark) = all.mark(hash) {
            counts.add(mark);
        }
        let dense = word.chars().next().filter(|c| is_dense(*c));
        // Words that every text has bind nothing; single characters of a dense script are such words.
        let token = match (dense, before.replace((dense.is_some(), hash))) {
            (Some(_), Some((true, last))) => Some(last.rotate_left(13) ^ hash),
            (Some(_), _) => None,
            (None, _) => Some(hash).filter(|_| is_telling(word)),
        };
        if let Some(mark) = token.and_then(|token| telling.mark(token)) {
            sketch.take(mark);
        }
    });
    Prints { likeness: (all.seen >= WORDS).then(|| counts.majority()), sketch }
}

/// What a full text in HTML is known by, as its draft had it.
pub fn sketch(html: &str) -> Sketch {
    prints(&crate::html::html_to_text(html)).sketch
}

/// How many numbers have each of their 64 bits set. Eight bits are counted at once, each in a byte of its own: a text
/// has hundreds of words.
#[derive(Debug, Default)]
struct Counts {
    numbers: u32,
    sums: [[u32; 8]; 8],
    /// Of the last few numbers, which have not been added yet: for each eight bits a byte each.
    lanes: [u64; 8],
    pending: u8,
}

impl Counts {
    fn add(&mut self, number: u64) {
        for (lanes, byte) in self.lanes.iter_mut().zip(number.to_le_bytes()) {
            *lanes += SPREAD[usize::from(byte)];
        }
        self.pending += 1;
        self.numbers = self.numbers.saturating_add(1);
        if self.pending == u8::MAX {
            self.settle();
        }
    }

    fn settle(&mut self) {
        for (sums, lanes) in self.sums.iter_mut().zip(&mut self.lanes) {
            for (sum, count) in sums.iter_mut().zip(std::mem::take(lanes).to_le_bytes()) {
                *sum = sum.saturating_add(count.into());
            }
        }
        self.pending = 0;
    }

    /// The number whose bits are those that more than half of the numbers have.
    fn majority(&mut self) -> u64 {
        self.settle();
        let counts = self.sums.iter().flatten().enumerate();
        let most = counts.filter(|(_, count)| u64::from(**count) * 2 > u64::from(self.numbers));
        most.fold(0, |number, (bit, _)| number | 1 << bit)
    }
}

/// The last few words, by their hashes.
#[derive(Default)]
struct Row {
    last: [u64; WORDS],
    seen: usize,
}

impl Row {
    /// Takes a word; gives the mark of the words that now stand together.
    fn mark(&mut self, hash: u64) -> Option<u64> {
        let [_, second, third] = self.last;
        self.last = [second, third, hash];
        self.seen += 1;
        let fold = |mark: u64, word: &u64| (mark.rotate_left(21) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (self.seen >= WORDS).then(|| self.last.iter().fold(0, fold))
    }
}

/// Whether a word may tell one text from another: long, or a number.
fn is_telling(word: &str) -> bool {
    word.len() >= 4 || word.bytes().any(|b| b.is_ascii_digit())
}

/// Words in lower case; each character of a script without spaces is one.
fn each_word(text: &str, mut take: impl FnMut(&str)) {
    let lower = text.to_ascii_lowercase();
    let (mut rest, mut word) = (lower.as_str(), String::new());
    while !rest.is_empty() {
        let end = rest.bytes().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let (letters, after) = rest.split_at(end);
        if after.bytes().next().is_none_or(|b| b.is_ascii()) {
            if !letters.is_empty() {
                take(letters);
            }
            rest = after.get(1..).unwrap_or_default();
            continue;
        }
        // It may go on with other letters.
        word.clear();
        word.push_str(letters);
        let mut after = after.chars();
        let end = after.find(|c| is_dense(*c) || !push_letter(&mut word, *c));
        if !word.is_empty() {
            take(&word);
        }
        if let Some(c) = end.filter(|c| is_dense(*c)) {
            take(c.encode_utf8(&mut [0; 4]));
        }
        rest = after.as_str();
    }
}

/// Letters of scripts that are written without spaces: Han, kana, Thai, Lao, Khmer, Burmese.
fn is_dense(c: char) -> bool {
    matches!(c as u32, 0x0e01..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x3041..=0x30ff | 0x3400..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(of: &str) -> String {
        (0..40)
            .map(|n| format!("Sentence {n} of {of} says that the {of} was seen near pier {}. ", n * 7 % 11))
            .collect()
    }

    #[test]
    fn bits_are_counted_as_they_are() {
        let numbers: Vec<u64> = (0..1000u64).map(|n| xxh3_64(&n.to_le_bytes())).collect();
        for most in [1, 2, 3, 254, 255, 256, 1000] {
            let mut counts = Counts::default();
            let taken = numbers.get(..most).unwrap();
            taken.iter().for_each(|number| counts.add(*number));
            let half = |bit: u32| taken.iter().filter(|n| *n >> bit & 1 == 1).count() * 2 > most;
            let expected = (0..64).filter(|bit| half(*bit)).fold(0, |number: u64, bit| number | 1 << bit);
            assert_eq!(counts.majority(), expected, "{most}");
        }
    }

    #[test]
    fn words_are_the_same_whether_all_is_ascii_or_not() {
        let words = |text: &str| {
            let mut words = Vec::new();
            each_word(text, |word| words.push(word.to_owned()));
            words
        };
        let text = "The FERRY's 2nd trip, at 10:30 -- (late). ";
        let (plain, mut other) = (words(text), words(&format!("{text}é")));
        assert_eq!(other.pop().as_deref(), Some("é"));
        assert_eq!(plain, other);
    }

    #[test]
    fn an_edited_text_is_near_and_another_is_far() {
        let whole = text("ferry");
        let edited = whole.replacen("Sentence 7 of ferry says", "Sentence seven of the old ferry reports", 1);
        let other: String = (0..60)
            .map(|n| format!("Budget line {n} was {} by members after long debate in hall {n}. ", n * 3))
            .collect();
        let likeness = |text: &str| prints(text).likeness.unwrap();
        let far = |a: &str, b: &str| (likeness(a) ^ likeness(b)).count_ones();
        assert!(far(&whole, &edited) <= 3, "{}", far(&whole, &edited));
        assert!(far(&whole, &other) >= 20, "{}", far(&whole, &other));
    }

    #[test]
    fn a_part_of_a_text_shares_part_of_its_sketch() {
        let other: String =
            (0..60).map(|n| format!("Budget line {n} passed members after long debate in hall {n}. ")).collect();
        let whole = text("ferry");
        let half = whole.get(..whole.len() / 2).unwrap_or_default();
        let shared = |a: &str, b: &str| prints(a).sketch.shared(&prints(b).sketch, |_| true).0;
        assert!(shared(&whole, half) >= 8, "{}", shared(&whole, half));
        assert!(shared(&whole, &other) <= 2, "{}", shared(&whole, &other));
    }

    #[test]
    fn a_text_without_spaces_has_marks_too() {
        let text = "市人民政府办公室关于印发防汛应急预案的通知各乡镇人民政府街道办事处".repeat(12);
        let found = prints(&text);
        assert!(found.likeness.is_some() && !found.sketch.is_empty());
        let short = prints("short");
        assert!(short.likeness.is_none() && short.sketch.is_empty());
    }
}
