use serde::{Deserialize, Serialize};

/// The operator's rules for a source, as written. `read` compiles them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Rules {
    /// How to read the listing.
    pub listing: ListingRules,
    /// How to read an article page.
    pub article: ArticleRules,
}

/// What finds the parts of a listing, relative to `item` but for `container` and `next`: CSS selectors that may end in
/// `@attribute`, or for a JSON answer JSONPaths (RFC 9535), which begin with `$`. Of several, the first that finds
/// something counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct ListingRules {
    /// What holds the list. There but empty: no news; not there: the page has changed.
    pub container: Option<String>,
    /// One teaser.
    pub item: Option<String>,
    /// Its link; default the first `a@href`, or the item itself.
    pub link: Vec<String>,
    /// Its headline; default the link's text or `title`.
    pub title: Vec<String>,
    /// Its date.
    pub date: Vec<String>,
    /// Its summary.
    pub summary: Vec<String>,
    /// Its full text.
    pub content: Vec<String>,
    /// Its own id.
    pub id: Vec<String>,
    /// Its picture.
    pub image: Vec<String>,
    /// Its author.
    pub author: Vec<String>,
    /// Its categories.
    pub category: Vec<String>,
    /// The link to the list's next page.
    pub next: Option<String>,
    /// How many pages to follow, the first included; at least 1.
    pub pages: Option<u32>,
}

impl ListingRules {
    /// Whether the operator wrote any rule that finds teasers.
    pub fn find_teasers(&self) -> bool {
        self.item.is_some()
    }
}

/// CSS selectors of an article page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct ArticleRules {
    /// The headline.
    pub title: Vec<String>,
    /// The main text; all that match, in order.
    pub body: Vec<String>,
    /// What to take out of it.
    pub remove: Vec<String>,
    /// The date of publication.
    pub date: Vec<String>,
    /// The author.
    pub author: Vec<String>,
    /// The lead picture.
    pub image: Vec<String>,
}

/// One step of a source's filter, applied in order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Filter {
    /// What to do.
    pub verb: Verb,
    /// Which fields the pattern is held against.
    pub fields: Vec<Field>,
}

/// What a filter step does.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Keep only what matches this regular expression.
    Keep(String),
    /// Drop what matches.
    Drop(String),
    /// Replace matches in the fields: pattern, replacement (`$1`).
    Rename(String, String),
    /// Drop what is older than this many seconds.
    MaxAge(u64),
    /// Keep the first so many.
    Cap(usize),
}

/// A field that a filter may look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    /// The headline.
    Title,
    /// The address.
    Url,
    /// The summary.
    Summary,
    /// The full text.
    Content,
    /// Any category, the section among them.
    Section,
    /// Any author.
    Author,
}
