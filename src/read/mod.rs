//! What a page says.
//!
//! Comes in: a [`Page`](crate::model::Page) and [`CompiledRules`]. Goes out: a
//! [`Listing`](crate::model::Listing) or an [`Article`](crate::model::Article) with the problems
//! met. Never: the network, a clock, async; and never a failure: a bad page is data.

mod article;
mod discover;
mod listing;
mod paths;
mod picked;
mod rules;
mod xml;

pub use crate::html::{Tree, parse_html};
pub use article::{
    Evidence, FIRST_LOOK, Forest, HOPELESS, Judged, Judges, Look, OWN_NUMBERS, Studied, StudiedTitle, Verdict,
    explain_article, explain_body, read_article, study, study_titles,
};
pub use discover::{common_feed_paths, fitting_feeds, is_of_news, richness, sitemaps_named};
pub use listing::{
    Agreement, Extent, Followed, Glance, Landmark, Learned, Noted, Recalled, Weighed, follow, glance, leads_on, learn,
    links, markup, note_listing, read_listing, recall, weigh_links,
};
pub use rules::{CompiledRules, RuleError};
