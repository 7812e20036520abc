//! A catalogue with a place for everything that is rendered of it.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::addresses::{Addresses, Collection};
use super::answer::Answer;
use super::kept::Kept;
use super::locks::Locks;
use super::pages::Suggestion;
use super::router::Shape;
use super::view::View;
use super::{Catalogue, feeds};
use crate::model::{Feed, Secret, Selection, SourceId};
use crate::publish::{History, Links, SourceLink};

/// How many answers to unusual questions (`?limit=`, `?q=`, archives) are kept.
const UNUSUAL: usize = 96;

/// One catalogue, ready to be served. A new catalogue makes a new edition.
#[derive(Debug)]
pub(super) struct Edition {
    /// What is published.
    pub catalogue: Arc<Catalogue>,
    /// How things are named.
    pub addresses: Addresses,
    /// All sources.
    pub everything: Selection,
    /// Titles of the sources.
    pub titles: Arc<BTreeMap<SourceId, String>>,
    /// The index page.
    pub index: Arc<Kept>,
    opml: OnceLock<Arc<Answer>>,
    feeds: HashMap<String, Arc<Shelf>>,
    sources: HashMap<String, Arc<Shelf>>,
    unusual: Mutex<VecDeque<(Key, Arc<Kept>)>>,
}

/// Names an answer to an unusual question.
type Key = (Collection, String, Shape, View);

/// A feed with a place for each of its shapes.
#[derive(Debug)]
pub(super) struct Shelf {
    /// Feed or source.
    pub collection: Collection,
    /// The feed.
    pub feed: Arc<Feed>,
    /// The token that its pages repeat in their links, for who has said it; and whether there is any at all.
    key: Option<Secret>,
    /// Whether it is not for everyone.
    pub locked: bool,
    /// Most of a thousand sources' feeds are read in one shape, if at all.
    kept: [OnceLock<Arc<Kept>>; Shape::ALL.len()],
}

impl Shelf {
    fn new(collection: Collection, feed: &Arc<Feed>, locks: &Locks) -> Self {
        let id = feed.id.as_str();
        let (key, locked) = (locks.only_key(collection, id).cloned(), locks.has(collection, id));
        Self { collection, feed: feed.clone(), key, locked, kept: Default::default() }
    }

    /// Whether what was rendered for one may be served for the other.
    fn is_as(&self, other: &Self) -> bool {
        (&self.feed, &self.key, self.locked) == (&other.feed, &other.key, other.locked)
    }

    /// The place of a shape.
    pub fn kept(&self, shape: Shape) -> &Arc<Kept> {
        // `Shape::index` is a place in `Shape::ALL`, and `kept` is as long.
        self.kept[shape.index()].get_or_init(Arc::default)
    }
}

impl Edition {
    /// Makes an edition. Feeds that are as they were in the one before keep what was rendered.
    pub fn new(catalogue: Arc<Catalogue>, before: Option<&Self>) -> Self {
        let addresses = Addresses::of_server(&catalogue.base_url);
        let titles: BTreeMap<_, _> =
            catalogue.sources.iter().map(|(id, feed)| (id.clone(), feed.title.clone())).collect();
        let before = before.filter(|b| b.addresses == addresses && *b.titles == titles);
        let shelf = |collection, feed: &Arc<Feed>| {
            let new = Shelf::new(collection, feed, &catalogue.locks);
            let known = before.and_then(|b| b.shelf(collection, feed.id.as_str())).filter(|known| known.is_as(&new));
            let shelf = known.cloned().unwrap_or_else(|| Arc::new(new));
            (feed.id.to_string(), shelf)
        };
        let feeds = catalogue.feeds.iter().map(|feed| shelf(Collection::Feed, feed)).collect();
        let sources = catalogue.sources.iter().map(|(_, feed)| shelf(Collection::Source, feed)).collect();
        let mut everything: Vec<SourceId> = catalogue.sources.iter().map(|(id, _)| id.clone()).collect();
        everything.sort();
        everything.dedup();
        Self {
            addresses,
            everything: Selection { sources: everything },
            titles: Arc::new(titles),
            index: Arc::default(),
            opml: OnceLock::new(),
            feeds,
            sources,
            unusual: Mutex::default(),
            catalogue,
        }
    }

    /// A feed or source by its id.
    pub fn shelf(&self, collection: Collection, id: &str) -> Option<&Arc<Shelf>> {
        match collection {
            Collection::Feed => self.feeds.get(id),
            Collection::Source => self.sources.get(id),
        }
    }

    /// What pages of a feed or source name others by: they repeat its token, which who sees them has said.
    pub fn addresses_in(&self, collection: Collection, id: &str) -> Addresses {
        match self.shelf(collection, id).and_then(|shelf| shelf.key.as_ref()) {
            Some(key) => self.addresses.clone().with_token(key.reveal()),
            None => self.addresses.clone(),
        }
    }

    /// The feeds and sources that everyone may see, in the order of the index.
    pub fn open(&self) -> impl Iterator<Item = (Collection, &Feed)> {
        let feeds = self.catalogue.feeds.iter().map(|feed| (Collection::Feed, &**feed));
        let sources = self.catalogue.sources.iter().map(|(_, feed)| (Collection::Source, &**feed));
        feeds.chain(sources).filter(|(collection, feed)| !self.catalogue.locks.has(*collection, feed.id.as_str()))
    }

    /// The list of feeds.
    pub fn opml(&self) -> Arc<Answer> {
        self.opml.get_or_init(|| Arc::new(feeds::opml(self))).clone()
    }

    /// The place of an answer to an unusual question; the one longest unused gives way.
    pub fn unusual(&self, shelf: &Shelf, shape: Shape, view: &View) -> Arc<Kept> {
        let key = (shelf.collection, shelf.feed.id.to_string(), shape, view.clone());
        let mut places = self.unusual.lock().unwrap_or_else(PoisonError::into_inner);
        let at = places.iter().position(|(known, _)| *known == key);
        let place = at.and_then(|at| places.remove(at)).unwrap_or_else(|| (key, Arc::default()));
        let kept = place.1.clone();
        places.push_back(place);
        if places.len() > UNUSUAL {
            places.pop_front();
        }
        kept
    }

    /// The addresses that a feed's document names; `query` follows its own.
    pub fn links(&self, collection: Collection, feed: &Feed, shape: Shape, query: &str) -> Links {
        let id = feed.id.as_str();
        let link = |source: &SourceId| {
            let title = self.titles.get(source)?.clone();
            let page = self.addresses.absolute(Collection::Source, source.as_str(), Shape::Page);
            Some((source.clone(), SourceLink { title, page }))
        };
        Links {
            this: format!("{}{query}", self.addresses.absolute(collection, id, shape)),
            home: self.addresses.absolute(collection, id, Shape::Page),
            // The hub tells whoever asks; hence nothing of feeds that are not for everyone.
            hub: (self.catalogue.hub && !self.catalogue.locks.has(collection, id)).then(|| self.addresses.hub()),
            sources: feed.selection.sources.iter().filter_map(link).collect(),
            history: History::default(),
        }
    }

    /// Feeds and sources whose ids are most like one that there is not.
    pub fn like(&self, id: &str) -> Vec<Suggestion> {
        let feeds = self.feeds.values().chain(self.sources.values()).filter(|shelf| !shelf.locked);
        let mut near: Vec<(f64, &Arc<Shelf>)> = feeds
            .map(|shelf| (strsim::jaro_winkler(id, shelf.feed.id.as_str()), shelf))
            .filter(|(likeness, _)| *likeness > 0.75)
            .collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.feed.id.cmp(&b.1.feed.id)));
        let suggestion = |(_, shelf): (f64, &Arc<Shelf>)| Suggestion {
            title: shelf.feed.title.clone(),
            href: self.addresses.page(shelf.collection, shelf.feed.id.as_str()),
        };
        near.into_iter().take(5).map(suggestion).collect()
    }
}
