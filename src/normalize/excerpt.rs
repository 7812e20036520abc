//! A short text of a long one, ended where a sentence ends.

use crate::model::{is_wide, text_weight};

/// The beginning of `text`, at most `most` in Latin-equivalent characters, ended at a sentence's end where one
/// comes late enough, else at a word's end with an ellipsis.
pub(super) fn excerpt(text: &str, most: usize) -> String {
    let text = text.trim();
    if text_weight(text) <= most {
        return text.to_owned();
    }
    let (sentence, word) = if text.is_ascii() { plain_ends(text, most) } else { ends(text, most) };
    if let Some(end) = sentence {
        return text.get(..end).unwrap_or_default().trim_end().to_owned();
    }
    let cut = word.and_then(|end| text.get(..end)).unwrap_or_default();
    let cut =
        cut.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '-' | '–' | '，' | '、'));
    if cut.is_empty() { String::new() } else { format!("{cut}…") }
}

/// Where within `most` the last sentence ends that ends late enough, and where the last word.
fn ends(text: &str, most: usize) -> (Option<usize>, Option<usize>) {
    let mut weight = 0usize;
    let (mut sentence, mut word) = (None, None);
    let mut sentence_weight = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        // Half units, as `text_weight` has it: 2 a narrow letter, 5 a wide one.
        weight += if is_wide(c) { 5 } else { 2 };
        if weight > most * 2 {
            break;
        }
        let end = at + c.len_utf8();
        let next = chars.peek().map(|(_, n)| *n);
        let full_stop = match c {
            '。' | '！' | '？' | '।' | '؟' | '…' | '။' | '։' => true,
            '.' | '!' | '?' => next.is_none_or(char::is_whitespace) && !is_abbreviation(text, at),
            _ => false,
        };
        if full_stop {
            // A closing quotation mark belongs to its sentence.
            let end = match next {
                Some(n) if matches!(n, '”' | '’' | '»' | '」' | '』' | '"' | '）') => end + n.len_utf8(),
                _ => end,
            };
            (sentence, sentence_weight) = (Some(end), weight);
        }
        if next.is_some_and(|n| n.is_whitespace() || is_wide(n)) || is_wide(c) {
            word = Some(end);
        }
    }
    (sentence.filter(|_| sentence_weight >= most * 2 / 3), word)
}

/// Likewise of a text of plain letters, looked for from the end.
fn plain_ends(text: &str, most: usize) -> (Option<usize>, Option<usize>) {
    let bytes = text.as_bytes();
    let before_gap = |end: &usize| bytes.get(*end).is_none_or(|next| char::from(*next).is_whitespace());
    let is_end = |end: &usize| {
        let at = end - 1;
        matches!(bytes.get(at), Some(b'.' | b'!' | b'?')) && before_gap(end) && !is_abbreviation(text, at)
    };
    let sentence = (1..=most).rev().take_while(|end| end * 2 >= most * 2 / 3).find(is_end);
    (sentence, (1..=most).rev().find(before_gap))
}

/// Whether the point at `at` ends a short form: `Dr.`, `U.S.`, `3. Mai`.
fn is_abbreviation(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let word = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let after = text.get(at + 1..).unwrap_or_default().trim_start().chars().next();
    // A sentence that goes on in small letters was not over.
    after.is_some_and(char::is_lowercase)
        || letters <= 1 && word.chars().count() <= 2
        || word.contains('.')
        || matches!(
            word,
            "Dr" | "Mr"
                | "Mrs"
                | "Ms"
                | "Prof"
                | "St"
                | "Jr"
                | "Sr"
                | "No"
                | "Nr"
                | "vs"
                | "Sen"
                | "Gov"
                | "Gen"
                | "Rep"
        )
}

/// Whether a text ends as one that was cut: `…`, `...`, `[…]`.
pub(super) fn is_cut(text: &str) -> bool {
    let text = text.trim_end().trim_end_matches([']', ')', '»', '›', '>', ' ']);
    text.ends_with('…') || text.ends_with("...") || text.ends_with("⋯") || text.ends_with("。。。")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_letters_end_where_all_letters_do() {
        let text = "The ferry is back. Dr. Roe said so! It runs daily , from e.g. nine. And then? Nobody  knows: wait and see.";
        for most in 0..text.len() {
            assert_eq!(plain_ends(text, most), ends(text, most), "{most}");
        }
        assert_eq!(excerpt(text, 40), "The ferry is back. Dr. Roe said so!");
        assert_eq!(excerpt("The ferry is back ,  and it runs daily from nine", 22), "The ferry is back…");
    }
}
