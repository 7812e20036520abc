//! A catalogue with a place for everything that is rendered of it.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::addresses::{Addresses, Collection};
use super::answer::Answer;
use super::kept::Kept;
use super::pages::Suggestion;
use super::router::Shape;
use super::view::View;
use super::{Catalogue, feeds};
use crate::model::{Feed, Selection, SourceId};
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
    pub index: Kept,
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
    pub feed: Feed,
    kept: [Kept; Shape::ALL.len()],
}

impl Shelf {
    fn new(collection: Collection, feed: &Feed) -> Self {
        Self { collection, feed: feed.clone(), kept: Default::default() }
    }

    /// The place of a shape.
    pub fn kept(&self, shape: Shape) -> &Kept {
        // `Shape::index` is a place in `Shape::ALL`, and `kept` is as long.
        &self.kept[shape.index()]
    }
}

impl Edition {
    /// Makes an edition. Feeds that are as they were in the one before keep what was rendered.
    pub fn new(catalogue: Arc<Catalogue>, before: Option<&Self>) -> Self {
        let addresses = Addresses::of_server(&catalogue.base_url);
        let titles: BTreeMap<_, _> =
            catalogue.sources.iter().map(|(id, feed)| (id.clone(), feed.title.clone())).collect();
        let before = before.filter(|b| b.addresses == addresses && *b.titles == titles);
        let shelf = |collection, feed: &Feed| {
            let known = before.and_then(|b| b.shelf(collection, feed.id.as_str())).filter(|known| known.feed == *feed);
            let shelf = known.cloned().unwrap_or_else(|| Arc::new(Shelf::new(collection, feed)));
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
            index: Kept::default(),
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
            hub: self.catalogue.hub.then(|| self.addresses.hub()),
            sources: feed.selection.sources.iter().filter_map(link).collect(),
            history: History::default(),
        }
    }

    /// Feeds and sources whose ids are most like one that there is not.
    pub fn like(&self, id: &str) -> Vec<Suggestion> {
        let feeds = self.feeds.values().chain(self.sources.values());
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
