//! Feed history (RFC 5005), for the two XML formats alike.

use super::Links;
use super::markup::Element;

/// The links to the documents around one: relation and address (§4).
pub(super) fn relations(links: &Links) -> impl Iterator<Item = (&'static str, &str)> {
    let history = &links.history;
    let named = [("current", &history.current), ("prev-archive", &history.previous), ("next-archive", &history.next)];
    named.into_iter().filter_map(|(rel, href)| Some((rel, href.as_deref()?)))
}

/// What says that a document is a part of the past and not the feed itself (§3).
pub(super) fn mark(links: &Links) -> Option<Element> {
    links.history.current.is_some().then(|| Element::with("fh", "archive", Vec::new()))
}
