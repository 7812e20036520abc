//! Listings: one file per kind of document that holds one.

mod address;
mod apart;
mod by_rules;
mod cards;
mod embedded;
mod evidence;
mod feed;
mod glance;
mod groups;
mod guess;
mod guided;
mod head;
mod hints;
mod html;
mod islands;
mod json;
mod landmarks;
mod learn;
mod markup;
mod naming;
pub(super) mod notice;
mod outline;
mod page_kind;
mod paging;
mod pictures;
mod recall;
mod refresh;
mod sitemap;
mod slots;
mod targets;
mod teasers;
mod titles;
mod weighed;
mod weights;
mod when;

pub use glance::Glance;
pub use html::weigh_links;
pub use landmarks::Landmark;
pub use learn::{Learned, learn};
pub use markup::{links, markup};
pub use recall::{Agreement, Recalled, recall};
pub use refresh::leads_on;
pub use weighed::Weighed;

use crate::model::{Kind, Listing, Page, Problem, Read, Way};

use super::CompiledRules;

/// How much of a page's list is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All that it says.
    Whole,
    /// And where it stands, for [`follow`] to go by the next time.
    Noting,
    /// Where the page announces a feed that may be read in its stead no more than where its list leads, which tells
    /// whether it is; else as [`Noting`](Self::Noting).
    Brief,
}

/// A list that was read.
#[derive(Debug, Default)]
pub struct Noted {
    /// What it says.
    pub listing: Listing,
    /// Where it stands.
    pub way: Option<Way>,
    /// Whether nothing was read but where it leads.
    pub brief: bool,
}

/// A list of which only what is new was read.
#[derive(Debug, Clone)]
pub struct Followed {
    /// The list. Of a row that is known it has an empty teaser.
    pub listing: Listing,
    /// For each teaser that is empty the fingerprint of what it says.
    pub known: Vec<Option<u64>>,
    /// What to go by the next time.
    pub way: Way,
}

/// Reads the rows that are new since it was noted where a list stands; `settled` says whether nothing is wanted any more
/// of a row that says this. It gives what a full reading would give; nothing where the page must be read in full.
pub fn follow(page: &Page, way: &Way, rules: &CompiledRules, settled: impl Fn(u64) -> bool) -> Option<Followed> {
    match way {
        Way::Page(guide) => guided::follow(page, guide, rules.listing(), settled),
        Way::Feed(guide) => feed::follow(page, guide, settled),
    }
}

/// Reads what a page lists. `kind` is what the operator expects; [`Kind::Auto`] looks at the bytes.
pub fn read_listing(page: &Page, kind: Kind, rules: &CompiledRules) -> Read<Listing> {
    match kind {
        Kind::Feed => feed::read(page),
        Kind::Sitemap => sitemap::read(page),
        Kind::Json => json::read(page, rules.json()),
        // Who writes JSONPaths expects JSON.
        Kind::Auto | Kind::Listing if rules.json().is_some() => json::read(page, rules.json()),
        Kind::Listing | Kind::Page => html::read(page, rules),
        Kind::Auto if feed::looks_like_feed(page) => feed::read(page),
        Kind::Auto if sitemap::looks_like_sitemap(page) => sitemap::read(page),
        Kind::Auto if json::looks_like_json(page) => json::read(page, None),
        Kind::Auto => html::read(page, rules),
    }
}

/// Reads what a page lists, or as much of it as is wanted.
pub fn note_listing(page: &Page, kind: Kind, rules: &CompiledRules, extent: Extent) -> Read<Noted> {
    let auto = kind == Kind::Auto && rules.json().is_none();
    if kind == Kind::Feed || auto && feed::looks_like_feed(page) {
        return feed::note(page, extent != Extent::Whole);
    }
    if is_html(page, kind, rules) {
        return html::note(page, kind, rules, extent);
    }
    let Read { value: listing, problems } = read_listing(page, kind, rules);
    Read { value: Noted { listing, ..Noted::default() }, problems }
}

/// Goes through a page's tags, without reading it; `None` where these don't tell for sure that it announces feeds, and which.
pub fn glance(page: &Page, kind: Kind, rules: &CompiledRules) -> Option<Glance> {
    let by_looking = rules.listing().item.is_none() && rules.listing().next.is_none();
    if by_looking && is_html(page, kind, rules) { glance::glance(page) } else { None }
}

/// Whether a page is read as HTML.
fn is_html(page: &Page, kind: Kind, rules: &CompiledRules) -> bool {
    let is_other = || feed::looks_like_feed(page) || sitemap::looks_like_sitemap(page) || json::looks_like_json(page);
    rules.json().is_none() && (kind == Kind::Listing || kind == Kind::Auto && !is_other())
}

/// An empty listing, and why.
fn nothing(why: impl Into<String>) -> Read<Listing> {
    Read { value: Listing::default(), problems: vec![Problem::failure(why)] }
}

/// A page of a text, as if fetched from `url`.
#[cfg(test)]
mod bounds;

#[cfg(test)]
fn page(url: &str, text: &str) -> Page {
    let url = url::Url::parse(url).unwrap();
    crate::fetch::saved_page(url, None, text.as_bytes().to_vec().into(), chrono::DateTime::UNIX_EPOCH)
}
