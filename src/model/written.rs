use serde::{Deserialize, Serialize};

/// A date as a page or feed writes it, with where it stood. Read by `dates`, judged by `normalize`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Written {
    /// The letters of the date, white space folded: `3小时前`, `2020-10-24T08:00:00+08:00`.
    pub text: String,
    /// Where it stood, which says how far to trust it.
    pub origin: Origin,
}

impl Written {
    /// A date written as `text` at `origin`.
    pub fn new(text: impl Into<String>, origin: Origin) -> Self {
        Self { text: text.into(), origin }
    }
}

/// Where a page says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// An element of a feed, sitemap or JSON answer made for machines.
    Feed,
    /// The operator's own selector.
    Rule,
    /// JSON-LD (schema.org).
    JsonLd,
    /// Other state for scripts: `__NEXT_DATA__`, inline JSON.
    Script,
    /// A `<meta>` element.
    Meta,
    /// Microdata or microformats.
    Microdata,
    /// `<time datetime>`.
    TimeElement,
    /// The visible text.
    Text,
    /// A heading above a group.
    Heading,
    /// The address itself.
    Url,
}
