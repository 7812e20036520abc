//! Which feeds are not for everyone.

use std::collections::{BTreeMap, BTreeSet};

use http::header::{self, HeaderMap};

use super::access::{password, same};
use super::addresses::Collection;
use crate::model::{Feed, FeedId, Secret, SourceId};

/// Feeds with a token, and the sources that only such feeds show: whoever knows the token of one of them may see
/// the source and its entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Locks {
    feeds: BTreeMap<String, Secret>,
    sources: BTreeMap<String, Vec<Secret>>,
}

/// Whether a request may read something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entrance {
    /// It may.
    Open,
    /// It must say the token (401).
    Wanted,
    /// Its address has a wrong one: there is nothing at it (404).
    Hidden,
}

impl Locks {
    /// Locks of the feeds that have a token. A source that a feed without one shows as well is open.
    pub fn new(feeds: &[Feed], tokens: BTreeMap<FeedId, Secret>) -> Self {
        let (locked, open): (Vec<&Feed>, Vec<&Feed>) = feeds.iter().partition(|feed| tokens.contains_key(&feed.id));
        let open: BTreeSet<&SourceId> = open.iter().flat_map(|feed| &feed.selection.sources).collect();
        let mut sources: BTreeMap<String, Vec<Secret>> = BTreeMap::new();
        for feed in locked {
            let hidden = feed.selection.sources.iter().filter(|id| !open.contains(id));
            hidden.for_each(|id| sources.entry(id.to_string()).or_default().extend(tokens.get(&feed.id).cloned()));
        }
        Self { feeds: tokens.into_iter().map(|(id, token)| (id.into(), token)).collect(), sources }
    }

    /// Whether a feed has a token.
    pub fn has_feed(&self, id: &FeedId) -> bool {
        self.feeds.contains_key(id.as_str())
    }

    /// Whether only feeds with a token show a source.
    pub fn has_source(&self, id: &SourceId) -> bool {
        self.sources.contains_key(id.as_str())
    }

    /// Whether a feed or source is not for everyone.
    pub(super) fn has(&self, collection: Collection, id: &str) -> bool {
        !self.keys(collection, id).is_empty()
    }

    /// The token of a feed or source that has just one: its pages may repeat it to who has said it.
    pub(super) fn only_key(&self, collection: Collection, id: &str) -> Option<&Secret> {
        match self.keys(collection, id) {
            [one] => Some(one),
            _ => None,
        }
    }

    /// Weighs a request. The token is said in the address (`?token=`), as `Bearer` token, or as the password of
    /// `Basic` with any name; the operator's own opens everything.
    pub(super) fn weigh(
        &self,
        (collection, id): (Collection, &str),
        headers: &HeaderMap,
        query: Option<&str>,
        operator: Option<&str>,
    ) -> Entrance {
        let keys = self.keys(collection, id);
        if keys.is_empty() {
            return Entrance::Open;
        }
        let opens = |said: &[u8]| {
            let ours = keys.iter().map(Secret::reveal).chain(operator);
            // All are compared, whichever fits.
            ours.fold(false, |fits, ours| fits | same(said, ours.as_bytes()))
        };
        let said = headers.get(header::AUTHORIZATION).and_then(|line| password(line.to_str().ok()?));
        let written = query.and_then(token);
        match (said.is_some_and(|said| opens(&said)), written) {
            (true, _) => Entrance::Open,
            (false, Some(written)) if opens(written.as_bytes()) => Entrance::Open,
            (false, Some(_)) => Entrance::Hidden,
            (false, None) => Entrance::Wanted,
        }
    }

    fn keys(&self, collection: Collection, id: &str) -> &[Secret] {
        let keys = match collection {
            Collection::Feed => self.feeds.get(id).map(std::slice::from_ref),
            Collection::Source => self.sources.get(id).map(Vec::as_slice),
        };
        keys.unwrap_or_default()
    }
}

/// The token in an address.
fn token(query: &str) -> Option<String> {
    url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "token").map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Dedupe, Selection};
    use base64::Engine as _;
    use http::HeaderValue;

    fn feed(id: &str, sources: &[&str]) -> Feed {
        Feed {
            id: FeedId::new(id).unwrap(),
            title: id.to_owned(),
            description: None,
            language: None,
            selection: Selection { sources: sources.iter().map(|id| SourceId::new(*id).unwrap()).collect() },
            limit: 50,
            full_text: true,
            dedupe: Dedupe::Off,
            apart: Vec::new(),
            about: None,
        }
    }

    fn locks() -> Locks {
        let token = |id: &str, text: &str| (FeedId::new(id).unwrap(), Secret::new(text.to_owned()));
        let feeds = [feed("board", &["minutes", "town"]), feed("staff", &["minutes"]), feed("news", &["town"])];
        Locks::new(&feeds, BTreeMap::from([token("board", "tide & time"), token("staff", "oak")]))
    }

    #[test]
    fn what_an_open_feed_shows_is_open() {
        let locks = locks();
        let check = |collection, id, expected| assert_eq!(locks.has(collection, id), expected, "{id}");
        check(Collection::Feed, "board", true);
        check(Collection::Feed, "news", false);
        check(Collection::Source, "minutes", true);
        check(Collection::Source, "town", false);
        assert!(locks.only_key(Collection::Feed, "board").is_some());
        assert!(locks.only_key(Collection::Source, "minutes").is_none());
        assert_eq!(format!("{:?}", locks.only_key(Collection::Feed, "staff")), "Some(Secret)");
    }

    #[test]
    fn whoever_says_the_token_may_read() {
        let locks = locks();
        let basic = |text: &str| format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text));
        let check = |place, line: Option<&str>, query, expected| {
            let line = line.map(|line| (header::AUTHORIZATION, HeaderValue::from_str(line).unwrap()));
            assert_eq!(locks.weigh(place, &line.into_iter().collect(), query, Some("ops")), expected, "{query:?}");
        };
        let (board, minutes) = ((Collection::Feed, "board"), (Collection::Source, "minutes"));
        check((Collection::Feed, "news"), None, None, Entrance::Open);
        check(board, None, None, Entrance::Wanted);
        check(board, None, Some("limit=3"), Entrance::Wanted);
        check(board, None, Some("limit=3&token=tide+%26%20time"), Entrance::Open);
        check(board, None, Some("token=oak"), Entrance::Hidden);
        check(board, None, Some("token="), Entrance::Hidden);
        check(board, Some(&basic("me:tide & time")), None, Entrance::Open);
        check(board, Some(&basic("tide & time")), None, Entrance::Wanted);
        check(board, Some("Bearer oak"), None, Entrance::Wanted);
        check(board, Some("Bearer ops"), None, Entrance::Open);
        check(minutes, None, Some("token=oak"), Entrance::Open);
        check(minutes, Some("bearer tide & time"), Some("token=x"), Entrance::Open);
    }
}
