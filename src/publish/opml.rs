//! OPML 2.0: the list of our feeds, for readers to import.

use quick_xml::escape::escape;

use super::{Format, tidy};
use crate::model::Feed;

/// OPML 2.0 of the published feeds: `(feed, address of its document)`. The page for people is where the
/// address leads without its `.rss`, `.atom` or `.json`.
pub fn opml(title: &str, feeds: &[(&Feed, String)]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<opml version=\"2.0\">\n");
    out.push_str(&format!(
        "<head><title>{}</title><docs>http://opml.org/spec2.opml</docs></head>\n<body>\n",
        escape(tidy::text(title))
    ));
    for (feed, address) in feeds {
        let feed = tidy::feed(feed);
        out.push_str("<outline");
        let mut attribute = |name: &str, value: &str| {
            out.push_str(&format!(" {name}=\"{}\"", escape(tidy::text(value)).replace('\n', " ")));
        };
        let format = Format::ALL.into_iter().find(|format| address.ends_with(&format!(".{}", format.extension())));
        attribute("text", &feed.title);
        attribute("title", &feed.title);
        // OPML knows the type `rss` alone; `version` tells which of them it is.
        attribute("type", "rss");
        match format {
            Some(Format::Rss) => attribute("version", "RSS2"),
            Some(Format::Atom) => attribute("version", "ATOM1"),
            Some(Format::Json) | None => {}
        }
        attribute("xmlUrl", address);
        if let Some(page) = format.and_then(|f| address.strip_suffix(f.extension())).and_then(|a| a.strip_suffix('.')) {
            attribute("htmlUrl", page);
        }
        if let Some(description) = &feed.description {
            attribute("description", description);
        }
        if let Some(language) = &feed.language {
            attribute("language", language);
        }
        out.push_str("/>\n");
    }
    out.push_str("</body>\n</opml>\n");
    out
}
