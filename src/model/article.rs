use url::Url;

use super::{Enclosure, PageKind, Person, Picture, Written};

/// What an article's own page says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Article {
    /// What kind of page this is; anything but an article explains a missing body.
    pub page_kind: PageKind,
    /// How sure the reader is that the body is the page's article, 0 to 1.
    pub confidence: f32,
    /// The story's own headline, without the site's name.
    pub headline: Option<String>,
    /// People who wrote it.
    pub authors: Vec<Person>,
    /// Dates of publication as written, most trusted first.
    pub published: Vec<Written>,
    /// Dates of the last change as written, most trusted first.
    pub updated: Vec<Written>,
    /// Section or the last step of the breadcrumb.
    pub section: Option<String>,
    /// Keywords and tags.
    pub categories: Vec<String>,
    /// The page's own one-paragraph summary, plain text.
    pub summary: Option<String>,
    /// Main text as HTML with absolute addresses (never sanitized yet).
    pub body_html: Option<String>,
    /// Main text as plain text, paragraphs apart by a blank line.
    pub body_text: Option<String>,
    /// BCP 47 tag, as declared.
    pub language: Option<String>,
    /// Lead picture.
    pub picture: Option<Picture>,
    /// Audio and video.
    pub enclosures: Vec<Enclosure>,
    /// The site's name.
    pub site: Option<String>,
    /// The page's own `rel="canonical"`.
    pub canonical: Option<Url>,
}
