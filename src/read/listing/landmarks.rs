//! What a list is known to have shown, by address and by headline.

use foldhash::{HashMap, HashSet};
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
        let (mut by_address, mut by_title) = (HashMap::default(), HashMap::default());
        let mut twice = HashSet::default();
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
        url.and_then(|url| self.at(url)).or_else(|| self.by_title.get(&letters(title)).copied())
    }

    /// Which one is at this address.
    fn at(&self, url: &Url) -> Option<usize> {
        self.by_address.get(&plain_address(url)).copied()
    }

    /// Which one each of these is, given by address and headline. A headline speaks only where nothing stands at its
    /// address, and for the first that bears it: what else bears it leads to talk about it.
    pub(super) fn which_of<'t>(&self, all: impl Iterator<Item = (Option<&'t Url>, &'t str)>) -> Vec<Option<usize>> {
        let all: Vec<(Option<usize>, &str)> =
            all.map(|(url, title)| (url.and_then(|url| self.at(url)), title)).collect();
        let mut taken: HashSet<usize> = all.iter().filter_map(|(at, _)| *at).collect();
        let by_title = |title: &str| self.by_title.get(&letters(title)).copied();
        all.into_iter().map(|(at, title)| at.or_else(|| by_title(title).filter(|nr| taken.insert(*nr)))).collect()
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
    hash(&plain_address(url))
}

/// The same of what `href` leads to from a page at `base`; nothing where that is no address.
pub(super) fn link_hash(href: &str, base: &Url) -> Option<u32> {
    match path_on_host(href) {
        Some((path, query)) if base.host_str().is_some() => Some(hash(&plain(base.host_str(), path, query))),
        _ => base.join(href).ok().map(|url| address_hash(&url)),
    }
}

fn hash(plain: &str) -> u32 {
    xxhash_rust::xxh3::xxh3_64(plain.as_bytes()) as u32
}

/// Path and query of a link to the same host that are what is written, letter for letter: most links of most pages.
fn path_on_host(href: &str) -> Option<(&str, Option<&str>)> {
    let bytes = href.as_bytes();
    let mut before = b' ';
    let (mut mark, mut end) = (None, bytes.len());
    for (at, byte) in bytes.iter().copied().enumerate() {
        match byte {
            b'#' => {
                end = at;
                break;
            }
            b'?' => mark = mark.or(Some(at)),
            // `//` leads to another host, and dots may lead upwards.
            b'/' if at == 1 => return None,
            b'.' if before == b'/' => return None,
            b'/' | b'-' | b'_' | b'.' | b'=' | b'&' => {}
            _ if byte.is_ascii_alphanumeric() => {}
            _ => return None,
        }
        before = byte;
    }
    let path = href.get(..mark.unwrap_or(end)).filter(|path| path.starts_with('/'))?;
    Some((path, mark.and_then(|mark| href.get(mark + 1..end))))
}

/// An address without scheme, `www.`, fragment, and what tells where its readers come from: entries are kept without it.
fn plain_address(url: &Url) -> String {
    plain(url.host_str(), url.path(), url.query())
}

fn plain(host: Option<&str>, path: &str, query: Option<&str>) -> String {
    let host = host.unwrap_or_default().trim_start_matches("www.");
    let query = query.unwrap_or_default();
    let mut out = String::with_capacity(host.len() + path.len() + query.len() + 1);
    out.push_str(host);
    out.push_str(path.trim_end_matches('/'));
    out.push('?');
    if query.is_empty() {
        return out;
    }
    let own = |parameter: &&str| !["utm_", "fbclid=", "gclid="].iter().any(|name| parameter.starts_with(name));
    for (nr, parameter) in query.split('&').filter(own).enumerate() {
        if nr > 0 {
            out.push('&');
        }
        out.push_str(parameter);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_links_hash_is_that_of_the_address_it_leads_to(
            href in r"(/|//|\./)?[ab./?=&#%:é\\-]{0,6}(/|\.\./|\.|utm_a=b)?[ab./?=&#-]{0,6}",
            base in proptest::sample::select(vec![
                "https://www.lantern.example/news/?page=2", "http://[::1]:8080/", "http://lantern.example:81/a/b.html", "data:text/html,x",
            ]),
        ) {
            let base = Url::parse(base).unwrap();
            let expected = base.join(&href).ok().map(|url| address_hash(&url));
            prop_assert_eq!(link_hash(&href, &base), expected, "{}", href);
        }
    }

    #[test]
    fn a_headline_speaks_only_where_nothing_stands_at_its_address_and_for_the_first_that_bears_it() {
        let url = |path: &str| Url::parse(&format!("https://www.lantern.example{path}")).unwrap();
        let known: Vec<Landmark> = [("/1", "The tram bridge opens today"), ("/2", "The library stays open all night")]
            .map(|(path, title)| Landmark { url: Some(url(path)), title: title.to_owned() })
            .into();
        let landmarks = Landmarks::of(&known);
        for (shown, expected) in [
            // Talk about an entry bears its headline, whether it comes first or last.
            (vec![("/talk/1", 0), ("/1", 0)], vec![None, Some(0)]),
            (vec![("/1?utm_source=front", 0), ("/talk/1", 0)], vec![Some(0), None]),
            // All addresses have changed.
            (vec![("/new/2", 1), ("/new/1", 0), ("/talk/1", 0)], vec![Some(1), Some(0), None]),
            (vec![("/1?page=2", 1)], vec![Some(1)]),
        ] {
            let urls: Vec<(Url, &str)> =
                shown.iter().map(|(path, nr)| (url(path), known[*nr].title.as_str())).collect();
            assert_eq!(landmarks.which_of(urls.iter().map(|(url, title)| (Some(url), *title))), expected, "{shown:?}");
        }
    }
}
