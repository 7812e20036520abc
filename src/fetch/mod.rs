//! Bytes, politely and safely. The only room that calls out.
//!
//! Comes in: a [`PageRequest`](crate::model::PageRequest). Goes out: a [`Page`](crate::model::Page), "not
//! modified", or an error that says what failed and what to do. Never: what the bytes mean.
//!
//! In the order of a request: `guard` (may this address be called?), `ways` (by whom?), `pace` (now?), `robots` (does the site
//! mind?), `exchange` (one request, one answer, within time and size; `plain` over HTTP as it is, `client` encrypted), `redirects`
//! (the next hop), `today` (is our clock right?), `document`, `coding`, `binary` and `charset` (bytes into text), `page` (all of it in one value). `browser` shows a page that
//! came so, for those that JavaScript builds.

mod binary;
mod browser;
mod call;
mod charset;
mod client;
mod coding;
mod conditional;
mod cookies;
mod document;
mod error;
mod exchange;
mod fetcher;
mod guard;
mod headers;
mod links;
mod manners;
mod pace;
mod page;
mod plain;
mod ranges;
mod redirects;
mod robots;
#[cfg(test)]
mod tests;
mod today;
mod ways;

pub use browser::{NoBrowser, find_browser};
pub use client::check_authorities;
pub use error::{FetchError, FetchErrorKind};
pub use fetcher::{Current, Fetched, Fetcher, Held, LeadsOn};
pub use guard::{Guard, unambiguous};
pub use manners::{BrowserRules, HostRule, Manners};
pub use pace::Waits;
pub use page::saved_page;
pub use robots::{Memory, SaidOfRobots};
pub use today::Today;
