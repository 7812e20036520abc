//! What all pages share.

use std::sync::LazyLock;

use base64::Engine as _;
use chrono::{DateTime, Utc};
use http::HeaderValue;
use sha2::{Digest as _, Sha256};

use crate::publish::Format;
use crate::serve::addresses::{Addresses, Collection};

const STYLE: &str = include_str!("../templates/style.css");

/// The `Content-Security-Policy` of every page: nothing runs, nothing is embedded but pictures and sound; the
/// one style sheet is known by its hash.
pub(in crate::serve) static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src 'self' http: https: data:; media-src http: https:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    // Base64 and the letters above are header values.
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
});

/// Head, bar and foot of a page.
pub(super) struct Frame {
    /// BCP 47 tag of most of the page.
    pub lang: String,
    /// What the browser's tab says.
    pub title: String,
    /// Documents of the same content, for autodiscovery.
    pub alternates: Vec<Document>,
    /// Where the index is.
    pub index: String,
    /// Where the tab's picture is.
    pub favicon: String,
    /// Whether the page holds wide tables.
    pub wide: bool,
}

impl Frame {
    /// A frame in English around no feed in particular.
    pub fn plain(title: String, addresses: &Addresses) -> Self {
        Self {
            lang: "en".to_owned(),
            title,
            alternates: Vec::new(),
            index: addresses.index(),
            favicon: addresses.favicon(),
            wide: false,
        }
    }

    /// The style sheet, for the template.
    pub fn style(&self) -> &'static str {
        STYLE
    }
}

/// A link to a document of a feed.
pub(super) struct Document {
    /// The format's name.
    pub name: &'static str,
    /// The format's media type.
    pub media_type: &'static str,
    /// Title of the link.
    pub title: String,
    /// Where it leads.
    pub href: String,
}

/// Links to all documents of a feed or source.
pub(super) fn documents(addresses: &Addresses, collection: Collection, id: &str, title: &str) -> Vec<Document> {
    let document = |format: Format| Document {
        name: format.name(),
        media_type: format.media_type(),
        title: format!("{title} ({})", format.name()),
        href: addresses.document(collection, id, format),
    };
    Format::ALL.into_iter().map(document).collect()
}

/// A moment as pages write it, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::serve) struct When(pub DateTime<Utc>);

impl When {
    /// For `datetime` attributes.
    pub fn machine(self) -> String {
        self.0.format("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// To the minute.
    pub fn minute(self) -> String {
        self.0.format("%-d %B %Y, %H:%M").to_string()
    }

    /// To the day.
    pub fn day(self) -> String {
        self.0.format("%-d %b %Y").to_string()
    }

    /// To the second, for tables.
    pub fn table(self) -> String {
        self.0.format("%Y-%m-%d %H:%M:%S").to_string()
    }
}
