//! What an entry is recognised by, and the id it is given once.

use std::cell::RefCell;

use chrono::{DateTime, Utc};
use regex::Regex;
use url::Url;
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_64;

use super::address::canonical;
use crate::model::{EntryId, text_weight};

/// The namespace of Courant's version 5 UUIDs; changing it would make every entry of every reader new.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f1d_7a52_93c4_5b0e_8a37_c0ab_1d5e_f402);

/// A title must say at least so much to name an entry beside its day.
const LEAST_TITLE: usize = 16;

/// The id of an entry of `source` whose surest key is `key`: a version 5 UUID as a URN.
pub fn mint(source: &str, key: &str) -> EntryId {
    // The length keeps (`a`, `b:c`) and (`a:b`, `c`) apart.
    let name = format!("{}:{source}:{key}", source.len());
    EntryId(Uuid::new_v5(&NAMESPACE, name.as_bytes()).urn().to_string())
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
        add(format!("guid:{guid}"));
    }
    if let Some(url) = evidence.url {
        add(format!("url:{}", canonical(url)));
    }
    if let Some(url) = evidence.canonical.filter(|c| is_canonical_of(c, evidence.url)) {
        add(format!("url:{}", canonical(url)));
    }
    let hash = title_hash(evidence.title);
    match evidence.published {
        Some(at) if !evidence.shared_title && text_weight(evidence.title) >= LEAST_TITLE => {
            add(format!("title:{hash:016x}:{}", at.format("%Y-%m-%d")));
        }
        _ if keys.is_empty() => keys.push(format!("title:{hash:016x}")),
        _ => {}
    }
    keys
}

/// A hash of a title's letters and digits, case and punctuation aside.
pub(super) fn title_hash(title: &str) -> u64 {
    let letters: String = title.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    xxh3_64(letters.as_bytes())
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
