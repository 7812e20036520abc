//! What an entry is recognised by, and the id it is given once.

use std::cell::RefCell;

use chrono::{DateTime, Utc};
use regex::Regex;
use url::Url;
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_64;

use super::address::canonical;
use super::forms::plain;
use crate::model::{EntryId, letters, text_weight};

/// The namespace of Courant's version 5 UUIDs; changing it would make every entry of every reader new.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f1d_7a52_93c4_5b0e_8a37_c0ab_1d5e_f402);

/// A title must say at least so much to name an entry beside its day.
const LEAST_TITLE: usize = 16;

/// The id of an entry of `source` whose surest key is `key`: a version 5 UUID as a URN.
pub fn mint(source: &str, key: &str) -> EntryId {
    // The length keeps (`a`, `b:c`) and (`a:b`, `c`) apart.
    let name = [&source.len().to_string(), ":", source, ":", key].concat();
    let urn = Uuid::new_v5(&NAMESPACE, name.as_bytes()).urn();
    EntryId(urn.encode_lower(&mut Uuid::encode_buffer()).to_owned())
}

/// What is known of an entry's identity.
pub(super) struct Evidence<'a> {
    /// The feed's own id, where it names one entry.
    pub(super) guid: Option<&'a str>,
    pub(super) url: Option<&'a Url>,
    /// The article's own canonical address.
    pub(super) canonical: Option<&'a Url>,
    pub(super) title: &'a str,
    /// Whether other entries of the listing bear the title too.
    pub(super) shared_title: bool,
    /// As stated, ahead of now or not.
    pub(super) published: Option<DateTime<Utc>>,
    /// The operator's pattern for what in the address names the entry.
    pub(super) pattern: Option<&'a str>,
}

/// The keys of an entry, surest first, each with its kind before it.
pub(super) fn keys(evidence: &Evidence) -> Vec<String> {
    let mut keys = Vec::with_capacity(5);
    let mut add = |key: String| {
        if !keys.contains(&key) {
            keys.push(key);
        }
    };
    if let (Some(pattern), Some(url)) = (evidence.pattern, evidence.url)
        && let Some(id) = by_pattern(pattern, url)
    {
        add(format!("id:{id}"));
    }
    if let Some(guid) = evidence.guid.map(str::trim).filter(|g| !g.is_empty()) {
        add(["guid:", guid].concat());
    }
    if let Some(url) = evidence.url {
        add(["url:", &canonical(url)].concat());
    }
    if let Some(url) = evidence.url.and_then(plain) {
        add(["url:", &canonical(&url)].concat());
    }
    if let Some(url) = evidence.canonical.filter(|c| is_canonical_of(c, evidence.url)) {
        add(["url:", &canonical(url)].concat());
    }
    if let Some(url) = evidence.url {
        if let Some(number) = number_key(url) {
            add(number);
        }
        if let (Some(slug), Some(at)) = (slug_of(url), evidence.published) {
            add(format!("slug:{:016x}:{}", xxh3_64(slug.as_bytes()), at.date_naive()));
        }
    }
    let hash = title_hash(evidence.title);
    match evidence.published {
        Some(at) if !evidence.shared_title && text_weight(evidence.title) >= LEAST_TITLE => {
            add(format!("title:{hash:016x}:{}", at.date_naive()));
        }
        _ if keys.is_empty() => keys.push(format!("title:{hash:016x}")),
        _ => {}
    }
    keys
}

/// An article's number in its address, with the folder it stands in: the address without its words. Only a number
/// at the border of the last segment that is no date, and none that a headline would round.
fn number_key(url: &Url) -> Option<String> {
    let mut folders = url.path_segments()?.filter(|s| !s.is_empty());
    let stem = stem(folders.next_back()?);
    // A bare number is the whole address: its own key says as much.
    let head = stem.split(['-', '_']).next().filter(|head| head.len() < stem.len());
    let tail = stem.rsplit(['-', '_']).next().filter(|tail| tail.len() < stem.len());
    let number = [head, tail].into_iter().flatten().find(|part| is_number_of_article(part))?;
    let folder = xxh3_64(folders.collect::<Vec<_>>().join("/").to_lowercase().as_bytes());
    Some(format!("num:{folder:016x}:{number}"))
}

fn is_number_of_article(part: &str) -> bool {
    let digits = part.bytes().all(|b| b.is_ascii_digit());
    digits && (5..=12).contains(&part.len()) && !part.ends_with("000") && !is_day(part)
}

/// Whether digits read as a day: `20261120`, `201126`.
fn is_day(digits: &str) -> bool {
    let format = match digits.len() {
        8 => "%Y%m%d",
        6 => "%y%m%d",
        _ => return false,
    };
    chrono::NaiveDate::parse_from_str(digits, format).is_ok()
}

/// The words of an address's last segment, numbers left out; `None` where they are too few to name anything.
fn slug_of(url: &Url) -> Option<String> {
    let last = url.path_segments()?.rfind(|s| !s.is_empty())?;
    let words: Vec<&str> =
        stem(last).split(['-', '_', '+']).filter(|w| !w.is_empty() && !w.bytes().all(|b| b.is_ascii_digit())).collect();
    let slug = words.join("-").to_lowercase();
    (words.len() >= 3 && slug.len() >= LEAST_TITLE).then_some(slug)
}

/// A segment without its ending: `.html`.
fn stem(segment: &str) -> &str {
    segment.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map_or(segment, |(stem, _)| stem)
}

/// A hash of a title's letters and digits, case and punctuation aside.
pub(super) fn title_hash(title: &str) -> u64 {
    xxh3_64(letters(title).as_bytes())
}

/// Whether a page's stated canonical address can be believed: many templates state their front page.
fn is_canonical_of(stated: &Url, url: Option<&Url>) -> bool {
    let names_page = stated.path().len() > 1 || stated.query().is_some();
    let host = |u: &Url| u.host_str().map(|h| h.trim_start_matches("www.").trim_start_matches("m.").to_owned());
    names_page
        && url.is_none_or(|url| {
            host(url) == host(stated) && (stated.path().matches('/').count() + 1 >= url.path().matches('/').count())
        })
}

thread_local! {
    /// The pattern used last, compiled: a run asks with the same one for each of its entries.
    static LAST: RefCell<Option<(String, Option<Regex>)>> = const { RefCell::new(None) };
}

/// What the group `id` of the pattern takes from the address.
fn by_pattern(pattern: &str, url: &Url) -> Option<String> {
    LAST.with_borrow_mut(|last| {
        if last.as_ref().is_none_or(|(known, _)| known != pattern) {
            *last = Some((pattern.to_owned(), Regex::new(pattern).ok()));
        }
        let (_, regex) = last.as_ref()?;
        let found = regex.as_ref()?.captures(url.as_str())?;
        let id = found.name("id").or_else(|| found.get(1))?.as_str();
        (!id.is_empty()).then(|| id.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hints(address: &str) -> (Option<String>, Option<String>) {
        let url = Url::parse(address).expect(address);
        (number_key(&url).map(|key| key.rsplit(':').next().unwrap_or_default().to_owned()), slug_of(&url))
    }

    #[test]
    fn numbers_and_words_of_addresses_are_told_apart() {
        for (address, number, slug) in [
            ("https://a.example/news/old-bridge-to-close-1234567.html", Some("1234567"), Some("old-bridge-to-close")),
            ("https://a.example/news/1234567-old-bridge-closes", Some("1234567"), Some("old-bridge-closes")),
            ("https://a.example/news/1234567", None, None),
            ("https://a.example/content/post_98123.html", Some("98123"), None),
            ("https://a.example/t20261120_4711983.htm", Some("4711983"), None),
            ("https://a.example/news/storm-of-20261120", None, None),
            ("https://a.example/news/company-cuts-50000", None, None),
            ("https://a.example/news/50000-jobs-at-risk-in-town", None, Some("jobs-at-risk-in-town")),
            ("https://a.example/", None, None),
        ] {
            assert_eq!(hints(address), (number.map(str::to_owned), slug.map(str::to_owned)), "{address}");
        }
    }

    #[test]
    fn a_number_counts_in_its_own_folder_only() {
        let key = |address: &str| number_key(&Url::parse(address).unwrap());
        assert_eq!(key("https://a.example/news/x-1234567"), key("http://m.a.example/news/y-1234567.html"));
        assert_ne!(key("https://a.example/news/x-1234567"), key("https://a.example/sport/x-1234567"));
    }
}
