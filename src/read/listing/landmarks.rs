//! What a list is known to have shown, by address and by headline.

use std::collections::{HashMap, HashSet};

use url::Url;

use crate::model::{Listing, Teaser, letters};

/// A headline of fewer letters is found anywhere.
const LETTERS: usize = 10;

/// Something that the list is known to have shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landmark {
    /// Its address.
    pub url: Option<Url>,
    /// Its headline, plain text.
    pub title: String,
}

/// What is known, by address and by headline.
pub(super) struct Landmarks<'k> {
    known: &'k [Landmark],
    by_address: HashMap<String, usize>,
    by_title: HashMap<String, usize>,
}

impl<'k> Landmarks<'k> {
    /// A headline that several have names none.
    pub(super) fn of(known: &'k [Landmark]) -> Self {
        let (mut by_address, mut by_title) = (HashMap::new(), HashMap::new());
        let mut twice = HashSet::new();
        for (nr, landmark) in known.iter().enumerate() {
            if let Some(url) = &landmark.url {
                by_address.entry(plain_address(url)).or_insert(nr);
            }
            let title = letters(&landmark.title);
            if title.chars().count() >= LETTERS && by_title.insert(title.clone(), nr).is_some() {
                twice.insert(title);
            }
        }
        by_title.retain(|title, _| !twice.contains(title));
        Self { known, by_address, by_title }
    }

    /// Which one something of this address, or else of this headline, is.
    pub(super) fn which(&self, url: Option<&Url>, title: &str) -> Option<usize> {
        let by_address = url.and_then(|url| self.by_address.get(&plain_address(url)));
        by_address.or_else(|| self.by_title.get(&letters(title))).copied()
    }

    /// Whether words, letter for letter, are a known headline.
    pub(super) fn is_headline(&self, words: &str) -> bool {
        self.by_title.contains_key(&letters(words))
    }

    /// The headline of one.
    pub(super) fn title(&self, nr: usize) -> Option<&'k str> {
        self.known.get(nr).map(|landmark| landmark.title.as_str())
    }

    /// How many of them a listing shows.
    pub(super) fn found(&self, listing: &Listing) -> usize {
        let shown = |t: &Teaser| self.which(t.link.as_ref(), t.headline.as_deref().unwrap_or_default());
        listing.teasers.iter().filter_map(shown).collect::<HashSet<_>>().len()
    }

    /// How many teasers of a listing bear a known headline, letter for letter.
    pub(super) fn named(&self, listing: &Listing) -> usize {
        listing.teasers.iter().filter(|t| self.is_headline(t.headline.as_deref().unwrap_or_default())).count()
    }
}

/// Hash of an address as landmarks are compared.
pub(super) fn address_hash(url: &Url) -> u32 {
    xxhash_rust::xxh3::xxh3_64(plain_address(url).as_bytes()) as u32
}

/// An address without scheme, `www.` and fragment.
fn plain_address(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default().trim_start_matches("www.");
    format!("{host}{}?{}", url.path().trim_end_matches('/'), url.query().unwrap_or_default())
}
