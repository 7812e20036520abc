//! What one witness on the page states of the article.

use crate::model::Person;

/// Statements of one witness: JSON-LD, `<meta>`, microdata. All as written.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Stated {
    pub(super) headline: Option<String>,
    pub(super) authors: Vec<Person>,
    /// Organizations that are stated as authors.
    pub(super) offices: Vec<Person>,
    pub(super) published: Vec<String>,
    pub(super) updated: Vec<String>,
    pub(super) sections: Vec<String>,
    pub(super) keywords: Vec<String>,
    pub(super) summary: Option<String>,
    pub(super) language: Option<String>,
    pub(super) images: Vec<String>,
    pub(super) site: Option<String>,
    pub(super) body: Option<String>,
    pub(super) media: Vec<Media>,
    /// The steps of the breadcrumb, the home page first.
    pub(super) crumbs: Vec<String>,
    /// Whether it says that the page is an article.
    pub(super) is_article: bool,
}

/// Sound or film as stated.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Media {
    pub(super) url: String,
    pub(super) media_type: Option<String>,
    pub(super) title: Option<String>,
    pub(super) seconds: Option<u64>,
}
