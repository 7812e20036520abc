use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use super::{About, Announced, Enclosure, Extras, Person, Picture, Quiet, Written};

/// What a front page, section page, feed, sitemap or JSON answer says: a list of teasers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listing {
    /// How the teasers were found.
    pub method: ListingMethod,
    /// What kind of page this is; anything but a listing explains an empty list.
    pub page_kind: PageKind,
    /// How sure the reader is that these are the page's main list, 0 to 1.
    pub confidence: f32,
    /// The feed's own id (Atom `id`).
    pub id: Option<String>,
    /// Title of the section, feed or page, the site's name included where the page has it so.
    pub title: Option<String>,
    /// What the feed or page says of itself.
    pub description: Option<String>,
    /// BCP 47 tag, as declared.
    pub language: Option<String>,
    /// The page for people that this listing belongs to.
    pub home: Option<Url>,
    /// The feed's authors.
    pub authors: Vec<Person>,
    /// The feed's categories.
    pub categories: Vec<String>,
    /// When the feed says it was published.
    pub published: Option<Written>,
    /// When the feed says it was last changed.
    pub updated: Option<Written>,
    /// The feed's or site's logo.
    pub picture: Option<Picture>,
    /// Minutes for which the feed asks not to be asked again (RSS `ttl`, `sy:`).
    pub ttl_minutes: Option<u32>,
    /// When the feed asks not to be asked (RSS `skipHours`, `skipDays`).
    pub quiet: Quiet,
    /// What else a feed says of itself: rights, licenses, and what makes it a podcast.
    pub about: About,
    /// The teasers, in page order.
    pub teasers: Vec<Teaser>,
    /// The next page of the list.
    pub next: Option<Url>,
    /// The hub that a feed announces.
    pub announced: Option<Announced>,
    /// Where a feed says that it has moved for good, as written.
    pub new_address: Option<String>,
    /// Feeds that the page announces (`link rel="alternate"`).
    pub feeds: Vec<FeedLink>,
}

/// How a listing's teasers were found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListingMethod {
    /// Nothing was found.
    #[default]
    None,
    /// The operator's selectors.
    Rules,
    /// Repeated blocks of links.
    Guess,
    /// Records in the page's scripts (JSON-LD, state, XML islands).
    Embedded,
    /// A feed in this format.
    Feed(FeedFormat),
    /// A sitemap.
    Sitemap,
    /// A JSON endpoint by declared paths.
    Json,
}

/// The formats of feeds that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FeedFormat {
    /// RSS 0.91 to 0.94 and 2.0.
    Rss,
    /// RSS 0.90 and 1.0, which are RDF.
    Rdf,
    /// Atom 0.3 and 1.0.
    Atom,
    /// JSON Feed 1.0 and 1.1.
    Json,
    /// Channel Definition Format.
    Cdf,
    /// OPML, a list of feeds.
    Opml,
}

/// What kind of page a document is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageKind {
    /// A list of things to read.
    #[default]
    Listing,
    /// One story.
    Article,
    /// A form that asks who you are.
    Login,
    /// An error page, whatever its status says.
    Error,
    /// A consent wall.
    Consent,
    /// A bot check.
    BotCheck,
    /// A shell that needs JavaScript to show anything.
    Shell,
    /// None of these.
    Other,
}

/// A feed that a page announces or that was found beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedLink {
    /// Where the feed is.
    pub url: Url,
    /// The title in the link element.
    pub title: Option<String>,
    /// The media type in the link element.
    pub media_type: Option<String>,
    /// The folders it stands in, outermost first, in a list of feeds that has any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub folders: Vec<String>,
}

/// One line of a listing, as read: RSS and Atom items included.
#[derive(Debug, Clone, Default, PartialEq, Hash)]
pub struct Teaser {
    /// The feed's own id of it (RSS `guid`, Atom `id`), letters as they came.
    pub guid: Option<String>,
    /// Where the article is. A feed's item may have none.
    pub link: Option<Url>,
    /// The full headline, plain text.
    pub headline: Option<String>,
    /// Summary, HTML or plain text as it came (never sanitized yet).
    pub summary: Option<String>,
    /// Full text as HTML, where the listing has it (never sanitized yet).
    pub content: Option<String>,
    /// Date of publication as written.
    pub published: Option<Written>,
    /// Date of the last change as written.
    pub updated: Option<Written>,
    /// Authors as written.
    pub authors: Vec<Person>,
    /// Tags, sections.
    pub categories: Vec<String>,
    /// The picture beside it.
    pub picture: Option<Picture>,
    /// Attached media.
    pub enclosures: Vec<Enclosure>,
    /// BCP 47 tag, where the listing declares one for it.
    pub language: Option<String>,
    /// What its feed says besides; most teasers have none of it, and it is as large as all else.
    pub extras: Option<Box<Extras>>,
}

impl Teaser {
    /// Fingerprint of all that it says.
    pub fn print(&self) -> u64 {
        let mut said = Said(Vec::with_capacity(1024));
        self.hash(&mut said);
        said.finish()
    }
}

/// What is to be hashed, as one: piece by piece it would take several times as long.
struct Said(Vec<u8>);

impl Hasher for Said {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn finish(&self) -> u64 {
        xxh3_64(&self.0)
    }
}
