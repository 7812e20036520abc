//! What the fetcher remembers of sites, kept in the store.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::fetch::{Memory, SaidOfRobots};
use crate::store::{SiteRules, Store};

/// A fetcher's memory in a store. A store that fails is told of where runs are stored; here it only means to ask the
/// site again.
pub struct Shelf(pub Arc<dyn Store>);

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shelf")
    }
}

#[async_trait]
impl Memory for Shelf {
    async fn recall(&self, origin: &str, now: DateTime<Utc>) -> Option<SaidOfRobots> {
        let SiteRules { until, text, .. } = self.0.site_rules(origin, now).await.ok()??;
        Some(SaidOfRobots { until, text })
    }

    async fn keep(&self, origin: &str, said: SaidOfRobots) {
        let SaidOfRobots { until, text } = said;
        let _ = self.0.keep_site_rules(SiteRules { origin: origin.to_owned(), until, text }).await;
    }
}
