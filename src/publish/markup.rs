//! Elements of other vocabularies, for the two XML formats alike.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::model::Tag;

/// The vocabularies that are written, each under its usual prefix.
const NAMESPACES: [(&str, &str); 10] = [
    ("creativeCommons", "http://backend.userland.com/creativeCommonsRssModule"),
    ("dcterms", "http://purl.org/dc/terms/"),
    ("fh", "http://purl.org/syndication/history/1.0"),
    ("georss", "http://www.georss.org/georss"),
    ("itunes", "http://www.itunes.com/dtds/podcast-1.0.dtd"),
    ("media", "http://search.yahoo.com/mrss/"),
    ("podcast", "https://podcastindex.org/namespace/1.0"),
    ("slash", "http://purl.org/rss/1.0/modules/slash/"),
    ("thr", "http://purl.org/syndication/thread/1.0"),
    ("wfw", "http://wellformedweb.org/CommentAPI/"),
];

/// One element, its prefix one of the known.
#[derive(Debug, Default)]
pub(super) struct Element {
    /// The vocabulary's usual prefix.
    pub prefix: &'static str,
    /// Its local name.
    pub name: Cow<'static, str>,
    /// Its attributes.
    pub attributes: Vec<(Cow<'static, str>, String)>,
    /// Its text.
    pub text: Option<String>,
    /// Elements in it.
    pub children: Vec<Element>,
}

impl Element {
    /// An element with a text in it.
    pub fn text(prefix: &'static str, name: &'static str, text: impl Into<String>) -> Self {
        Self { prefix, name: name.into(), text: Some(text.into()), ..Self::default() }
    }

    /// An element with attributes.
    pub fn with(prefix: &'static str, name: &'static str, attributes: Vec<(&'static str, String)>) -> Self {
        let attributes = attributes.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect();
        Self { prefix, name: name.into(), attributes, ..Self::default() }
    }

    /// An element that came from a feed.
    pub fn of(prefix: &'static str, tag: &Tag) -> Self {
        Self {
            prefix,
            name: tag.name.clone().into(),
            attributes: tag.attributes.iter().map(|(name, value)| (name.clone().into(), value.clone())).collect(),
            text: tag.text.clone(),
            children: tag.children.iter().map(|child| Self::of(prefix, child)).collect(),
        }
    }

    /// The name with its prefix.
    pub fn full_name(&self) -> String {
        format!("{}:{}", self.prefix, self.name)
    }
}

/// The addresses of these prefixes, for the top of a document.
pub(super) fn namespaces<'p>(used: impl Iterator<Item = &'p String>) -> BTreeMap<String, String> {
    let known = |prefix: &String| NAMESPACES.iter().find(|(known, _)| known == prefix);
    used.filter_map(known).map(|(prefix, address)| ((*prefix).to_owned(), (*address).to_owned())).collect()
}
