//! What we hold to be true.
//!
//! Comes in: a teaser, its article where one was read, the source, the present instant. Goes out: a
//! [`Draft`](crate::model::Draft). Never: the network, a clock, async.

mod about;
mod address;
mod excerpt;
mod filters;
mod forms;
mod html;
mod identity;
mod language;
mod likeness;
mod moments;
mod people;
mod recipe;
mod surroundings;
mod title;

#[cfg(test)]
mod tests;

pub use crate::html::html_to_text;
pub use about::about;
pub use address::canonical;
pub use filters::Filters;
pub use html::sanitize;
pub use identity::mint;
pub use likeness::sketch;
pub use moments::{Moments, moments};
pub use recipe::draft;
pub use surroundings::{Surroundings, names};
