//! What a feed's address may ask for beyond the feed as it is: fewer or more entries, some of them, its past.

use std::borrow::Cow;

use crate::model::Entry;
use crate::publish::{Words, folded};

/// The most entries that `?limit=` gives.
const MOST: usize = 500;
/// The longest `?q=` or `?tag=` that is looked at, in bytes.
const LONGEST: usize = 200;
/// How many places of the history an archive document holds.
pub(super) const PART: usize = 100;

/// A view of a feed; the default one is the feed as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct View {
    /// How many entries, where that is not the feed's own number.
    pub limit: Option<usize>,
    /// Words that an entry must have.
    pub words: Words,
    /// A category that an entry must have, folded.
    pub tag: Option<String>,
    /// A part of the history.
    pub part: Option<Part>,
}

/// A part of a feed's history (RFC 5005 §4). Parts of [`PART`] places are numbered from the oldest, 1; the one not
/// yet full is named by how full it is, so that what stands under an address stays what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Part {
    /// From 1.
    pub number: usize,
    /// How many places it holds: at least 1, at most [`PART`].
    pub places: usize,
}

impl View {
    /// Reads a query; what is no sense in it counts as not said. `usual` is the feed's own number of entries.
    pub fn of(query: &str, usual: usize) -> Self {
        let mut view = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let fits = !value.trim().is_empty() && value.len() <= LONGEST;
            match &*name {
                "limit" => {
                    let limit = value.parse::<usize>().ok().map(|limit| limit.clamp(1, MOST));
                    view.limit = limit.filter(|limit| *limit != usual);
                }
                "q" if fits => view.words = Words::of(&value),
                "tag" if fits => view.tag = Some(folded(value.trim())),
                _ => {}
            }
        }
        view
    }

    /// Whether it chooses among the entries.
    pub fn chooses(&self) -> bool {
        self.tag.is_some() || !self.words.is_empty()
    }

    /// Whether an entry belongs.
    pub fn admits(&self, entry: &Entry) -> bool {
        let tagged = |tag: &String| entry.categories.iter().any(|category| folded(category) == *tag);
        self.tag.as_ref().is_none_or(tagged) && self.words.are_in(entry)
    }

    /// What its address ends with, written in one way only.
    pub fn query(&self) -> String {
        let mut pairs: Vec<(&str, Cow<'_, str>)> = Vec::new();
        pairs.extend(self.limit.map(|limit| ("limit", limit.to_string().into())));
        if !self.words.is_empty() {
            pairs.push(("q", self.words.to_string().into()));
        }
        pairs.extend(self.tag.as_deref().map(|tag| ("tag", tag.into())));
        if pairs.is_empty() {
            return String::new();
        }
        format!("?{}", url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
    }
}

impl Part {
    /// The last part of a history of so many places, if it has any.
    pub fn last(length: usize) -> Option<Self> {
        let number = length.div_ceil(PART);
        (number > 0).then(|| Self { number, places: length - (number - 1) * PART })
    }

    /// Reads its name: `3`, or `4-17` for 17 places of the fourth.
    pub fn named(name: &str) -> Option<Self> {
        let plain = |digits: &str| (!digits.starts_with(['0', '+'])).then(|| digits.parse::<usize>().ok()).flatten();
        let part = match name.split_once('-') {
            Some((number, places)) => Self { number: plain(number)?, places: plain(places).filter(|n| *n < PART)? },
            None => Self { number: plain(name)?, places: PART },
        };
        Some(part).filter(|part| part.number < usize::MAX / PART)
    }

    /// Its name.
    pub fn name(self) -> String {
        if self.places == PART { self.number.to_string() } else { format!("{}-{}", self.number, self.places) }
    }

    /// The place it begins at.
    pub fn start(self) -> usize {
        (self.number - 1) * PART
    }

    /// Whether a history of so many places has it.
    pub fn is_within(self, length: usize) -> bool {
        self.start() + self.places <= length
    }

    /// The part before it.
    pub fn previous(self) -> Option<Self> {
        (self.number > 1).then(|| Self { number: self.number - 1, places: PART })
    }

    /// The full part after it, in a history of so many places.
    pub fn next(self, length: usize) -> Option<Self> {
        let next = Self { number: self.number + 1, places: PART };
        (self.places == PART && next.is_within(length)).then_some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::tests::entry;

    #[test]
    fn a_query_is_read_and_written_in_one_way() {
        let check = |query: &str, expected: &str| assert_eq!(View::of(query, 50).query(), expected, "{query}");
        check("", "");
        check("limit=50&utm_source=x", "");
        check("limit=0", "?limit=1");
        check("limit=99999", "?limit=500");
        check("limit=many", "");
        check("tag=Ports&q=Ferry++BACK&limit=3", "?limit=3&q=ferry+back&tag=ports");
        check("q=%20&tag=", "");
    }

    #[test]
    fn entries_are_chosen_by_words_and_tags_whatever_their_case() {
        let mut ferry = entry("ferry");
        ferry.title = "Ferry Ｂack".into();
        ferry.content = Some("<p>It r<b>ain</b>s &amp; pours</p>".into());
        ferry.categories = vec!["Ports".into()];
        let check = |query: &str, expected| assert_eq!(View::of(query, 50).admits(&ferry), expected, "{query}");
        check("q=ferry+back", true);
        check("q=rains+pours", true);
        check("q=ferry+snow", false);
        check("tag=PORTS", true);
        check("tag=port", false);
        check("tag=ports&q=snow", false);
    }

    #[test]
    fn parts_of_the_history_have_lasting_names() {
        assert_eq!(Part::last(0), None);
        assert_eq!(Part::last(1).map(Part::name).as_deref(), Some("1-1"));
        assert_eq!(Part::last(100).map(Part::name).as_deref(), Some("1"));
        assert_eq!(Part::last(217).map(Part::name).as_deref(), Some("3-17"));
        for name in ["", "0", "01", "-1", "1-0", "1-100", "1-", "x", "1-2-3", "99999999999999999999"] {
            assert_eq!(Part::named(name), None, "{name}");
        }
        let part = Part::named("2").unwrap();
        assert!(part.is_within(200) && !part.is_within(199));
        assert_eq!((part.previous().map(Part::name).as_deref(), part.next(300).is_some()), (Some("1"), true));
        assert_eq!((part.next(299), Part::named("3-17").unwrap().next(999)), (None, None));
    }
}
