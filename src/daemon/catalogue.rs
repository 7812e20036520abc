//! Which feeds the server publishes, of a configuration and the titles that pages give themselves.

use std::collections::HashMap;
use std::sync::Arc;

use crate::config::Config;
use crate::model::{About, Dedupe, Feed, FeedId, Selection, Source, SourceId};
use crate::serve::Catalogue;
use crate::store::{SourceState, Standing};

/// How many entries a source's own feed shows.
const SOURCE_LIMIT: usize = 50;

/// What sources' pages and feeds say of themselves: their titles, and what readers of them alone are told.
#[derive(Debug, Clone, Default)]
pub struct Titles(HashMap<SourceId, (Option<String>, Option<Arc<About>>)>);

impl Titles {
    /// Those that the store knows.
    pub fn of(standings: Vec<Standing>) -> Self {
        Self(standings.into_iter().map(|s| (s.id, (s.title, s.about))).collect())
    }

    /// Notes what a source now says of itself; tells whether it is news.
    pub fn note(&mut self, state: &SourceState) -> bool {
        let known = self.0.get(&state.id);
        let title = state.title.as_ref().or_else(|| known?.0.as_ref());
        let about = Some(&state.about).filter(|about| !about.is_empty());
        if known.is_some_and(|known| known.0.as_ref() == title && known.1.as_deref() == about) {
            return false;
        }
        self.0.insert(state.id.clone(), (title.cloned(), about.cloned().map(Arc::new)));
        true
    }

    /// What readers see: the operator's title, else the page's own, else the host.
    fn title(&self, source: &Source) -> String {
        let own = source.title.as_ref().or_else(|| self.0.get(&source.id)?.0.as_ref());
        own.cloned().unwrap_or_else(|| source.url.host_str().unwrap_or(source.id.as_str()).to_owned())
    }

    /// What a feed of these sources alone is told of them.
    fn about(&self, selection: &Selection) -> Option<Arc<About>> {
        let [only] = &*selection.sources else { return None };
        self.0.get(only)?.1.clone()
    }
}

/// What the server publishes.
pub fn catalogue(config: &Config, titles: &Titles) -> Catalogue {
    let sources = config
        .sources
        .iter()
        .filter_map(|source| {
            let selection = Selection { sources: vec![source.id.clone()] };
            let feed = Feed {
                // A source's id keeps to the same alphabet as a feed's.
                id: FeedId::new(source.id.as_str()).ok()?,
                title: titles.title(source),
                description: None,
                language: source.language.clone(),
                about: titles.about(&selection),
                selection,
                limit: SOURCE_LIMIT,
                full_text: true,
                dedupe: Dedupe::Link,
                apart: Vec::new(),
            };
            Some((source.id.clone(), Arc::new(feed)))
        })
        .collect();
    let feeds = config.feeds.iter().map(|feed| Arc::new(Feed { about: titles.about(&feed.selection), ..feed.clone() }));
    Catalogue {
        base_url: config.bind.base_url.clone(),
        feeds: feeds.collect(),
        sources,
        admin_token: config.bind.admin_token.clone(),
        hub: config.bind.hub,
        locks: config.locks.clone(),
    }
}
