//! "Did you mean …?"

/// Words that other tools use for what has another name here.
const ALIASES: &[(&str, &str)] = &[
    ("address", "url"),
    ("bind", "listen"),
    ("baseurl", "base_url"),
    ("content", "body"),
    ("cron", "schedule"),
    ("description", "summary"),
    ("every", "schedule"),
    ("frequency", "schedule"),
    ("heading", "title"),
    ("headline", "title"),
    ("host", "listen"),
    ("href", "url"),
    ("interval", "schedule"),
    ("items", "item"),
    ("lang", "language"),
    ("max_items", "limit"),
    ("media", "image"),
    ("name", "title"),
    ("picture", "image"),
    ("poll", "schedule"),
    ("refresh", "schedule"),
    ("selector", "item"),
    ("source", "sources"),
    ("sources", "from"),
    ("tz", "timezone"),
    ("uri", "url"),
];

/// The candidate that `word` was most likely meant to be, where one is near enough.
pub(super) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(word);
    let alias = ALIASES.iter().find(|(theirs, _)| *theirs == folded).map(|(_, ours)| *ours);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let plain = fold(candidate);
        let distance = if plain == folded {
            0
        } else if alias == Some(candidate) {
            1
        } else {
            strsim::damerau_levenshtein(&folded, &plain)
        };
        if best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    let (distance, candidate) = best?;
    let near = distance <= 1 + folded.chars().count().max(candidate.chars().count()) / 5;
    // A word of two or three letters is near to anything.
    (near && distance < folded.chars().count().max(2)).then_some(candidate)
}

fn fold(word: &str) -> String {
    // Beyond any key of ours; keeps the quadratic distance small.
    word.chars().take(64).collect::<String>().to_lowercase().replace('-', "_")
}

/// Words in a row, as in a sentence: `a`, `b` or `c`.
pub(super) fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.into_iter().map(|w| format!("`{w}`")).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_suggested_and_far_ones_are_not() {
        let keys = ["url", "title", "schedule", "timezone", "language", "tags"];
        for (word, expected) in [
            ("titel", Some("title")),
            ("Title", Some("title")),
            ("time-zone", Some("timezone")),
            ("interval", Some("schedule")),
            ("uri", Some("url")),
            ("lang", Some("language")),
            ("tag", Some("tags")),
            ("x", None),
            ("", None),
            ("proxy", None),
        ] {
            assert_eq!(nearest(word, keys), expected, "{word}");
        }
    }
}
