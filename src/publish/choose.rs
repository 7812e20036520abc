//! Which of a selection's entries go out.

use std::collections::HashSet;

use url::Url;

use crate::model::{Dedupe, Entry, Feed};

/// The entries that a feed shows: each id once, each link once where the feed asks for it, at most
/// `feed.limit`. Of several the first stands, which is the newest in the store's order.
///
/// `Dedupe::Story` goes by the link too; the stories were told once before ([`told_once`](super::told_once)).
pub fn chosen<'a>(feed: &Feed, entries: &'a [Entry]) -> Vec<&'a Entry> {
    let mut ids = HashSet::new();
    let mut links = HashSet::new();
    entries
        .iter()
        .filter(|entry| ids.insert(entry.id.0.as_str()))
        .filter(|entry| match (&entry.url, feed.dedupe) {
            _ if feed.apart.contains(&entry.source) => true,
            (Some(url), Dedupe::Link | Dedupe::Story) => links.insert(link_key(url)),
            _ => true,
        })
        .take(feed.limit)
        .collect()
}

/// What two addresses of one article share: neither scheme, `www.`, fragment nor a last slash tells them apart.
fn link_key(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    let port = url.port().map(|p| format!(":{p}")).unwrap_or_default();
    let query = url.query().map(|q| format!("?{q}")).unwrap_or_default();
    format!("{host}{port}{}{query}", url.path().trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::tests::{entry, feed};

    fn ids(feed: &Feed, entries: &[Entry]) -> Vec<String> {
        chosen(feed, entries).into_iter().map(|e| e.id.0.clone()).collect()
    }

    fn linked(id: &str, url: &str) -> Entry {
        Entry { url: Some(Url::parse(url).unwrap()), ..entry(id) }
    }

    #[test]
    fn an_id_goes_out_once_and_the_limit_holds() {
        let entries = [entry("a"), entry("b"), entry("a"), entry("c")];
        let mut feed = feed();
        assert_eq!(ids(&feed, &entries).len(), 3);
        feed.limit = 2;
        assert_eq!(ids(&feed, &entries).len(), 2);
    }

    #[test]
    fn one_link_is_one_entry_unless_the_feed_says_otherwise() {
        let entries = [
            linked("a", "https://www.news.example/one/"),
            linked("b", "http://news.example/one#top"),
            linked("c", "https://news.example/one?page=2"),
        ];
        let mut feed = feed();
        assert_eq!(ids(&feed, &entries), ["urn:test:a", "urn:test:c"]);
        feed.dedupe = Dedupe::Off;
        assert_eq!(ids(&feed, &entries).len(), 3);
    }
}
