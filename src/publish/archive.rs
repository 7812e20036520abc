//! Feed history (RFC 5005), for the two XML formats alike.

use super::Links;

/// The namespace, usually bound to `fh`.
pub(super) const NAMESPACE: &str = "http://purl.org/syndication/history/1.0";

/// The links to the documents around one: relation and address (§4).
pub(super) fn relations(links: &Links) -> impl Iterator<Item = (&'static str, &str)> {
    let history = &links.history;
    let named = [("current", &history.current), ("prev-archive", &history.previous), ("next-archive", &history.next)];
    named.into_iter().filter_map(|(rel, href)| Some((rel, href.as_deref()?)))
}

/// Whether a document is a part of the past and not the feed itself, which `fh:archive` tells (§3).
pub(super) fn is_archive(links: &Links) -> bool {
    links.history.current.is_some()
}
