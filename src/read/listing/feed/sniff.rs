//! Whether a document is a feed, by its beginning.

use crate::model::Page;
use crate::read::xml::{Lexer, Token};

/// How far a feed's first element may be from the beginning, in bytes: behind comments, style sheets, a
/// document type, or a warning of the server's.
const FAR: usize = 16 * 1024;

/// Whether a document is a feed: by its first element, or JSON Feed's version. What it was served as only
/// matters for JSON.
pub(in crate::read::listing) fn looks_like_feed(page: &Page) -> bool {
    let text = super::beginning(page);
    let beginning = text.get(..text.floor_char_boundary(FAR)).unwrap_or_default();
    if text.starts_with('{') {
        let declared = page.media_type.as_deref() == Some("application/feed+json");
        return declared || is_json_feed(text, beginning);
    }
    let mut lexer = Lexer::new(beginning);
    while let Some(token) = lexer.next() {
        match token {
            Token::Start { name, .. } => {
                let (prefix, local) = name.split_once(':').unwrap_or(("", name));
                let local = local.to_ascii_lowercase();
                match (&*local, &*prefix.to_ascii_lowercase()) {
                    ("rss", "" | "rss") | ("opml", "") => return true,
                    ("rdf", _) => {
                        return beginning.contains("rss") || beginning.to_ascii_lowercase().contains("<channel");
                    }
                    ("feed", _) => return true,
                    ("entry", _) => return lexer.attributes.iter().any(|(_, value)| value.contains("Atom")),
                    ("channel", "") => {
                        let cdf = lexer.attributes.iter().any(|(name, _)| name.eq_ignore_ascii_case("href"));
                        return cdf || beginning.to_ascii_lowercase().contains("<item");
                    }
                    // A warning in front of the feed is written with these.
                    (
                        "br" | "b" | "p" | "font" | "div" | "span" | "pre" | "center" | "i" | "table" | "tr" | "th"
                        | "td",
                        "",
                    ) => {}
                    _ => return false,
                }
            }
            Token::Doctype(text) => {
                let text = text.trim_start();
                if text.get(..4).is_some_and(|t| t.eq_ignore_ascii_case("html")) {
                    return false;
                }
            }
            _ => {}
        }
    }
    false
}

fn is_json_feed(text: &str, beginning: &str) -> bool {
    // The version may stand at the end: members have no order.
    let end = text.get(text.ceil_char_boundary(text.len().saturating_sub(512))..).unwrap_or_default();
    [beginning, end].iter().any(|part| part.contains("jsonfeed.org/version") || part.contains("jsonfeed.org\\/version"))
}
