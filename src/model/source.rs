use std::sync::Arc;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Browsing, Filter, PageRequest, Rules, Schedule, SourceId, Timezone, Trust};

/// An address watched on a schedule, with rules: one `[sources.x]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The operator's permanent name.
    pub id: SourceId,
    /// What is watched.
    pub url: Url,
    /// Title that readers see; else the page's own.
    pub title: Option<String>,
    /// What is expected at `url`.
    pub kind: Kind,
    /// When it is asked.
    pub schedule: Schedule,
    /// Zone of the schedule and of dates that name none.
    pub timezone: Timezone,
    /// BCP 47 tag, where the operator knows better than the page.
    pub language: Option<String>,
    /// For `tag:…` in feeds.
    pub tags: Vec<String>,
    /// Plain HTTP or a browser.
    pub render: Render,
    /// What the browser does with its list, where it is asked for.
    pub browsing: Browsing,
    /// Whether article pages are read.
    pub article: ArticleMode,
    /// The operator's own request headers; values already taken from their secrets.
    pub headers: Vec<(String, String)>,
    /// Whose word is taken for who its servers are.
    pub trust: Trust,
    /// How to read its pages; most sources of a file share the same, which are none.
    pub rules: Arc<Rules>,
    /// What to keep of what was read, in order.
    pub filters: Vec<Filter>,
    /// A regular expression whose group `id` is what in the URL names the entry.
    pub identity: Option<String>,
    /// What is held to be healthy.
    pub expect: Expectation,
    /// Whether its entries stand for themselves in every feed, whatever other sources tell.
    pub apart: bool,
    /// Whether we subscribe where it announces a hub.
    pub push: bool,
    /// Whether the source is asked at all.
    pub enabled: bool,
}

impl Source {
    /// A request in its name.
    pub fn request(&self, url: Url) -> PageRequest {
        PageRequest::in_name_of(&self.url, &self.headers, &self.trust, url)
    }

    /// A complete source: an address, and the defaults for all the rest. For pages that no operator listed
    /// (`add`, `preview`, `inspect`).
    pub fn at(url: Url) -> Self {
        Self {
            // The literal keeps to the alphabet.
            id: SourceId::new("page").expect("a valid id"),
            url,
            title: None,
            kind: Kind::Auto,
            schedule: Schedule::Every(std::time::Duration::from_secs(30 * 60)),
            timezone: Timezone::UTC,
            language: None,
            tags: Vec::new(),
            render: Render::Http,
            browsing: Browsing::default(),
            article: ArticleMode::Auto,
            headers: Vec::new(),
            trust: Trust::Machine,
            rules: Arc::default(),
            filters: Vec::new(),
            identity: None,
            expect: Expectation::default(),
            apart: false,
            push: true,
            enabled: true,
        }
    }
}

/// What a source's address is expected to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Look and see.
    #[default]
    Auto,
    /// An HTML page with a list.
    Listing,
    /// RSS, Atom, JSON Feed.
    Feed,
    /// A sitemap.
    Sitemap,
    /// JSON by declared paths.
    Json,
    /// One page that is itself the entry.
    Page,
}

/// How a page is got.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Render {
    /// One request.
    #[default]
    Http,
    /// Headless Chromium for the list; for articles where their page is a shell.
    Browser,
    /// A browser only where the plain page is a shell.
    Auto,
}

/// Whether article pages are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArticleMode {
    /// Where the listing gives no full text.
    #[default]
    Auto,
    /// Every one.
    Always,
    /// None.
    Never,
}

/// What the operator holds to be healthy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expectation {
    /// A run that lists fewer is a failure.
    pub min_items: Option<usize>,
    /// Seconds without a new entry after which the source counts as quiet.
    pub quiet_after: Option<u64>,
}
