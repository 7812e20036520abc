use std::sync::Arc;

use super::{About, FeedId, SourceId};

/// One published feed: which entries go out under which name and title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// The operator's permanent name.
    pub id: FeedId,
    /// Title that readers see.
    pub title: String,
    /// One sentence that readers see.
    pub description: Option<String>,
    /// BCP 47 tag, where all its sources share one.
    pub language: Option<String>,
    /// Which entries belong.
    pub selection: Selection,
    /// How many entries, newest first.
    pub limit: usize,
    /// Full text or summary only.
    pub full_text: bool,
    /// What counts as the same entry.
    pub dedupe: Dedupe,
    /// Sources whose entries stand for themselves all the same.
    pub apart: Vec<SourceId>,
    /// What its source's own feed says of itself, where it is of one source.
    pub about: Option<Arc<About>>,
}

/// Which entries belong to a feed: those of these sources, tags and `*` already resolved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Selection {
    /// Ids of the sources, sorted, each once.
    pub sources: Vec<SourceId>,
}

/// What counts as one entry in a feed of several sources.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dedupe {
    /// Entries with one canonical URL are one.
    #[default]
    Link,
    /// Entries that tell one story are one.
    Story,
    /// Every source's entry stands.
    Off,
}
