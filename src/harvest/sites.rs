//! Which sources may want what another one asks for.

use std::collections::HashMap;
use std::sync::Arc;

use url::Url;

use crate::model::{Source, registrable_domain};

/// How many sources are of each site. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Sites(Arc<HashMap<String, usize>>);

impl Sites {
    /// Those of these sources.
    pub(super) fn of<'s>(sources: impl IntoIterator<Item = &'s Source>) -> Self {
        let mut sites: HashMap<String, usize> = HashMap::new();
        for source in sources {
            *sites.entry(site(&source.url).to_owned()).or_default() += 1;
        }
        Self(sites.into())
    }

    /// How many sources may ask for an address that this one asks for: those of its site. What is elsewhere, any may.
    pub(super) fn who_may_ask(&self, source: &Source, url: &Url) -> usize {
        let own = site(&source.url);
        if site(url) == own { self.0.get(own).copied().unwrap_or(0) } else { self.0.values().sum() }
    }
}

/// What the addresses of one site have in common.
fn site(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default();
    registrable_domain(host).unwrap_or(host)
}
