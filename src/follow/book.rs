//! The subscriptions in memory: by source, and by the key of the callback.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::model::SourceId;
use crate::store::Following;

/// So many that ended are remembered, until their hubs have asked.
const ENDED: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Book {
    all: BTreeMap<SourceId, Following>,
    keys: HashMap<String, SourceId>,
    /// Key and topic of those that ended.
    ended: VecDeque<(String, String)>,
}

impl Book {
    pub fn of(all: Vec<Following>) -> Self {
        let mut book = Self::default();
        all.into_iter().for_each(|following| book.put(following));
        book
    }

    /// Adds one in place of the source's one before.
    pub fn put(&mut self, following: Following) {
        let source = following.source.clone();
        self.remove(&source);
        self.keys.insert(following.key.reveal().to_owned(), source.clone());
        self.all.insert(source, following);
    }

    /// Ends a source's.
    pub fn remove(&mut self, source: &SourceId) -> Option<Following> {
        let gone = self.all.remove(source)?;
        self.keys.remove(gone.key.reveal());
        self.ended.push_back((gone.key.reveal().to_owned(), gone.announced.topic.to_string()));
        if self.ended.len() > ENDED {
            self.ended.pop_front();
        }
        Some(gone)
    }

    pub fn get(&self, source: &SourceId) -> Option<&Following> {
        self.all.get(source)
    }

    pub fn all(&self) -> impl Iterator<Item = &Following> {
        self.all.values()
    }

    pub fn by_key(&mut self, key: &str) -> Option<&mut Following> {
        self.all.get_mut(self.keys.get(key)?)
    }

    /// The topic of one that ended.
    pub fn ended(&self, key: &str) -> Option<&str> {
        self.ended.iter().find(|(known, _)| known == key).map(|(_, topic)| topic.as_str())
    }

    pub fn has_ended(&self, key: &str) -> bool {
        self.ended(key).is_some()
    }
}
