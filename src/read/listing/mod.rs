//! Listings: one file per kind of document that holds one.

mod address;
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
mod outline;
pub(super) mod page_kind;
mod paging;
mod pictures;
mod recall;
mod sitemap;
mod slots;
mod targets;
mod teasers;
mod titles;
mod weighed;
mod weights;
mod when;

pub use glance::Glance;
pub use guided::{Followed, follow};
pub use html::weigh_links;
pub use landmarks::Landmark;
pub use learn::{Learned, learn};
pub use markup::{links, markup};
pub use recall::{Agreement, Recalled, recall};
pub use weighed::Weighed;

use crate::model::{Guide, Kind, Listing, Page, Problem, Read};

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
    pub guide: Option<Guide>,
    /// Whether nothing was read but where it leads.
    pub brief: bool,
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
    if is_looked_at(page, kind, rules) {
        return html::note(page, kind, rules, extent);
    }
    let Read { value: listing, problems } = read_listing(page, kind, rules);
    Read { value: Noted { listing, ..Noted::default() }, problems }
}

/// Goes through a page's tags, without reading it; `None` where these don't tell for sure that it announces feeds, and which.
pub fn glance(page: &Page, kind: Kind, rules: &CompiledRules) -> Option<Glance> {
    if is_looked_at(page, kind, rules) { glance::glance(page) } else { None }
}

/// Whether a page's list is found by looking, without rules.
fn is_looked_at(page: &Page, kind: Kind, rules: &CompiledRules) -> bool {
    let by_looking = rules.listing().item.is_none() && rules.listing().next.is_none() && rules.json().is_none();
    let is_html = match kind {
        Kind::Listing => true,
        Kind::Auto => {
            !feed::looks_like_feed(page) && !sitemap::looks_like_sitemap(page) && !json::looks_like_json(page)
        }
        _ => false,
    };
    by_looking && is_html
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
