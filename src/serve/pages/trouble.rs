use askama::Template;

use super::frame::Frame;
use super::write;
use crate::serve::addresses::Addresses;

#[derive(Template)]
#[template(path = "trouble.html")]
struct Page<'a> {
    frame: Frame,
    heading: &'a str,
    explanation: &'a str,
    suggestions: Vec<Suggestion>,
}

/// Where a lost visitor may have wanted to go.
pub(in crate::serve) struct Suggestion {
    /// Its title.
    pub title: String,
    /// Its address.
    pub href: String,
}

/// A page that says what was wrong and what to do.
pub(in crate::serve) fn trouble(
    addresses: &Addresses,
    heading: &str,
    explanation: &str,
    suggestions: Vec<Suggestion>,
) -> String {
    let frame = Frame::plain(heading.to_owned(), addresses);
    write(&Page { frame, heading, explanation, suggestions })
}
