//! What is harvested, and with what: replaced as a whole when the configuration changes.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread::available_parallelism;

use chrono::Utc;
use tokio::sync::watch;
use tracing::error;

use super::DaemonError;
use crate::config::Config;
use crate::fetch::Fetcher;
use crate::harvest::{Clippings, Copies, Limits, Parts, Room, Shelf, Watched};
use crate::model::SourceId;
use crate::schedule::{self, History};
use crate::store::{Store, StoreError};

/// The sources with their rules compiled, and the parts that harvests work with.
pub struct Plan {
    /// The configuration that this is made from.
    pub config: Arc<Config>,
    /// The sources that are asked, by id.
    pub watched: HashMap<SourceId, Arc<Watched>>,
    /// What harvests work with.
    pub parts: Parts,
}

impl Plan {
    /// Compiles a configuration.
    pub fn new(config: Arc<Config>, store: Arc<dyn Store>, stop: watch::Receiver<bool>) -> Result<Self, DaemonError> {
        let mut watched = HashMap::with_capacity(config.sources.len());
        for source in config.sources.iter().filter(|s| s.enabled) {
            match Watched::new(source.clone()) {
                Ok(ready) => {
                    watched.insert(source.id.clone(), Arc::new(ready));
                }
                // The check refuses these; a rule that slips through must not stop the others.
                Err(errors) => errors.iter().for_each(|e| error!(source = %source.id, "{}: {e}", source.id)),
            }
        }
        let readers = available_parallelism().map_or(2, usize::from);
        let parts = Parts {
            fetcher: Fetcher::remembering(config.manners.clone(), Arc::new(Shelf(store.clone())))?,
            store,
            room: Room::new(readers),
            limits: Limits::default(),
            stop,
            album: config.snapshots.map(|_| crate::harvest::Album::default()),
            clippings: Clippings::for_sources(watched.values().map(|watched| &*watched.source)),
            copies: Copies::for_sources(watched.values().map(|watched| &*watched.source)),
        };
        Ok(Self { config, watched, parts })
    }

    /// Goes on with what the plan before knows of hosts, and with its readers: hosts are not to notice an edit. What
    /// was read with other manners serves no more.
    pub fn go_on_from(&mut self, before: &Plan) -> Result<(), DaemonError> {
        self.parts.room = before.parts.room.clone();
        self.parts.fetcher = before.parts.fetcher.with(self.config.manners.clone())?;
        if self.config.manners == before.config.manners {
            self.parts.clippings.go_on_from(&before.parts.clippings);
            self.parts.copies.go_on_from(&before.parts.copies);
        }
        Ok(())
    }

    /// Makes the store know the sources; new ones get their first instant.
    pub async fn enrol(&self, store: &dyn Store) -> Result<(), StoreError> {
        let now = Utc::now();
        let first = |w: &Watched| {
            schedule::next(&w.source.schedule, w.source.timezone, w.source.url.as_str(), &History::default(), now)
        };
        // In the order of the file: what is run by hand in that order is then stored side by side.
        let watched = self.config.sources.iter().filter_map(|source| self.watched.get(&source.id));
        store.sync_sources(watched.map(|w| (w.source.id.clone(), first(w))).collect()).await?;
        store.take_part(self.config.telling()).await
    }

    /// The sources of `self` that are not in `before`, or otherwise configured there.
    pub fn changed_since<'p>(&'p self, before: &'p Plan) -> impl Iterator<Item = &'p SourceId> {
        self.watched
            .iter()
            .filter(|(id, now)| before.watched.get(*id).is_none_or(|then| then.source != now.source))
            .map(|(id, _)| id)
    }
}
