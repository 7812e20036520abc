//! HTML text into a tree, and a tree into plain text: bounded and linear, whatever comes.
//!
//! Comes in: HTML of any quality and size. Goes out: a [`Tree`] no deeper and no larger than is good, the tags alone
//! ([`skim`]), or the visible text. Never: what the page means.
//!
//! A room of its own, because `read` must parse pages and `normalize` must clean what was read of them.

mod attributes;
mod straight;
mod text;
mod tree;

pub use straight::{Opened, Piece, skim};
pub use text::{clean_html_to_text, html_to_text};
pub use tree::{Tree, attribute, parse_fragment, parse_html};
