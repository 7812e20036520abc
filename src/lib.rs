//! Courant turns news pages into feeds.
//!
//! ```text
//! feeds.toml ─► schedule ─► fetch ─► read ─► normalize ─► store ─► publish ─► serve ─► feed readers
//!                when?      bytes    "what     "what we     kept     rendered   HTTP
//!                                    the page   hold to              documents
//!                                    says"      be true"
//! ```
//!
//! The rooms, in the order in which news passes through them:
//!
//! - [`model`]: the words all rooms share. Plain values.
//! - [`config`]: `feeds.toml` into those values, with complaints that point at the letters.
//! - [`schedule`]: when a source is due.
//! - [`fetch`]: bytes, politely and safely. The only room that calls out.
//! - [`dates`]: written dates into moments; used by the two rooms that follow.
//! - [`html`]: HTML text into a bounded tree and into plain text; used by the two rooms that follow.
//! - [`read`]: what a page says: its listing, its article.
//! - [`normalize`]: what we hold to be true: one clean entry, with an identity.
//! - [`store`]: what is kept.
//! - [`publish`]: entries rendered as RSS 2.0, Atom 1.0, JSON Feed 1.1, OPML.
//! - [`serve`]: those documents over HTTP.
//! - [`follow`]: told by the hubs of sources (WebSub), so that they need not be asked.
//! - [`harvest`]: one run over one source, through all of the above. Read this first.
//! - [`daemon`]: the clockwork that harvests what is due and serves the result.
//! - [`commands`]: one file a command.

pub mod commands;
pub mod config;
pub mod daemon;
pub mod dates;
pub mod fetch;
pub mod follow;
pub mod harvest;
pub mod html;
pub mod model;
pub mod normalize;
pub mod publish;
pub mod read;
pub mod schedule;
pub mod serve;
pub mod store;
