//! SimHash: texts that differ in few words differ in few bits.

use xxhash_rust::xxh3::xxh3_64;

use crate::model::text_weight;

/// A text must say at least so much, in Latin-equivalent characters, to be known by its words.
const LEAST: usize = 400;
/// Words that stand together count as one mark: single words are the same in every text of a language.
const WORDS: usize = 3;

/// The SimHash of a plain text (Charikar 2002; marks of three words, of three characters where the script has no
/// spaces); `None` for one that is too short to tell.
pub(super) fn likeness(text: &str) -> Option<u64> {
    if text_weight(text) < LEAST {
        return None;
    }
    let mut counts = [0i32; 64];
    let mut last = [0u64; WORDS];
    let mut seen = 0usize;
    each_word(text, |word| {
        last.rotate_left(1);
        if let Some(place) = last.last_mut() {
            *place = xxh3_64(word.as_bytes());
        }
        seen += 1;
        if seen >= WORDS {
            let mark =
                last.iter().fold(0u64, |mark, word| (mark.rotate_left(21) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            for (bit, count) in counts.iter_mut().enumerate() {
                *count += if mark >> bit & 1 == 1 { 1 } else { -1 };
            }
        }
    });
    let bits = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    (seen >= WORDS).then(|| bits.fold(0, |hash, (bit, _)| hash | 1 << bit))
}

/// Words in lower case; each character of a script without spaces is one.
fn each_word(text: &str, mut take: impl FnMut(&str)) {
    let mut word = String::new();
    for c in text.chars() {
        if c.is_alphanumeric() && !is_dense(c) {
            word.extend(c.to_lowercase());
            continue;
        }
        if !word.is_empty() {
            take(&word);
            word.clear();
        }
        if is_dense(c) {
            take(c.encode_utf8(&mut [0; 4]));
        }
    }
    if !word.is_empty() {
        take(&word);
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
    fn an_edited_text_is_near_and_another_is_far() {
        let whole = text("ferry");
        let edited = whole.replacen("Sentence 7 of ferry says", "Sentence seven of the old ferry reports", 1);
        let other: String = (0..60)
            .map(|n| format!("Budget line {n} was {} by members after long debate in hall {n}. ", n * 3))
            .collect();
        let far = |a: &str, b: &str| (likeness(a).unwrap() ^ likeness(b).unwrap()).count_ones();
        assert!(far(&whole, &edited) <= 3, "{}", far(&whole, &edited));
        assert!(far(&whole, &other) >= 20, "{}", far(&whole, &other));
    }

    #[test]
    fn a_text_without_spaces_has_marks_too() {
        let text = "市人民政府办公室关于印发防汛应急预案的通知各乡镇人民政府街道办事处".repeat(12);
        assert!(likeness(&text).is_some());
        assert_eq!(likeness("short"), None);
    }
}
