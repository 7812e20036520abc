//! Pages for people: light and dark, no scripts, the same on the server and in a folder of files.
//!
//! Each page is a value made of entries and an askama template under `templates/`; everything is escaped but
//! entries' own HTML, which the store holds sanitized, and the style sheet.

mod admin;
mod entry;
mod feed;
mod frame;
mod index;
mod outline;
mod trouble;

pub(super) use admin::{admin, admin_source};
pub(super) use entry::entry;
pub(super) use feed::feed;
pub(super) use frame::POLICY;
pub(super) use index::{Shown, index};
pub(super) use trouble::{Suggestion, trouble};

/// The picture in the browser's tab.
pub(super) const FAVICON: &str = include_str!("../templates/favicon.svg");

/// Writes a template. Writing to memory does not fail, and no template calls anything that does.
fn write(page: &impl askama::Template) -> String {
    page.render().unwrap_or_default()
}
