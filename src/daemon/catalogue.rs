//! Which feeds the server publishes, of a configuration and the titles that pages give themselves.

use std::collections::HashMap;

use crate::config::Config;
use crate::model::{Dedupe, Feed, FeedId, Selection, Source, SourceId};
use crate::serve::Catalogue;
use crate::store::{Store, StoreError};

/// How many entries a source's own feed shows.
const SOURCE_LIMIT: usize = 50;

/// The titles that sources' pages give themselves.
#[derive(Debug, Clone, Default)]
pub struct Titles(HashMap<SourceId, String>);

impl Titles {
    /// Those that the store knows.
    pub async fn of(store: &dyn Store) -> Result<Self, StoreError> {
        let states = store.sources().await?;
        Ok(Self(states.into_iter().filter_map(|s| Some((s.id, s.title?))).collect()))
    }

    /// Notes a title; says whether it is news.
    pub fn note(&mut self, id: &SourceId, title: Option<&str>) -> bool {
        let Some(title) = title else { return false };
        if self.0.get(id).is_some_and(|known| known == title) {
            return false;
        }
        self.0.insert(id.clone(), title.to_owned());
        true
    }

    /// What readers see: the operator's title, else the page's own, else the host.
    fn title(&self, source: &Source) -> String {
        let own = source.title.as_ref().or_else(|| self.0.get(&source.id));
        own.cloned().unwrap_or_else(|| source.url.host_str().unwrap_or(source.id.as_str()).to_owned())
    }
}

/// What the server publishes.
pub fn catalogue(config: &Config, titles: &Titles) -> Catalogue {
    let sources = config
        .sources
        .iter()
        .filter_map(|source| {
            let feed = Feed {
                // A source's id keeps to the same alphabet as a feed's.
                id: FeedId::new(source.id.as_str()).ok()?,
                title: titles.title(source),
                description: None,
                language: source.language.clone(),
                selection: Selection { sources: vec![source.id.clone()] },
                limit: SOURCE_LIMIT,
                full_text: true,
                dedupe: Dedupe::Link,
                apart: Vec::new(),
            };
            Some((source.id.clone(), feed))
        })
        .collect();
    Catalogue {
        base_url: config.bind.base_url.clone(),
        feeds: config.feeds.clone(),
        sources,
        admin_token: config.bind.admin_token.clone(),
        hub: config.bind.hub,
        locks: config.locks.clone(),
    }
}
