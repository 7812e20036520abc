//! `<meta>`, `<link>` and microdata: Open Graph, Dublin Core, Parsely, Sailthru, and the meta set of the
//! Chinese government sites.

use super::outline::{Outline, attribute, known_attribute};
use super::stated::{Media, Stated};
use crate::model::{Person, fold_space};
use foldhash::HashMap;
use html5ever::local_name;

/// The page's `<meta>` elements by lower-cased name or property.
#[derive(Debug, Default)]
pub(super) struct Metas<'a> {
    values: HashMap<String, Vec<&'a str>>,
}

impl<'a> Metas<'a> {
    pub(super) fn of(outline: &Outline<'a>) -> Self {
        let mut values: HashMap<String, Vec<&str>> = HashMap::default();
        for meta in &outline.metas {
            let Some(content) = attribute(meta, "content").or(attribute(meta, "value")).map(str::trim) else {
                continue;
            };
            if content.is_empty() {
                continue;
            }
            for key in ["property", "name", "itemprop", "http-equiv"] {
                if let Some(name) = attribute(meta, key) {
                    values.entry(name.trim().to_ascii_lowercase()).or_default().push(content);
                }
            }
        }
        Self { values }
    }

    /// All values of the first of these names that has any.
    pub(super) fn all(&self, names: &[&str]) -> Vec<&'a str> {
        names.iter().find_map(|n| self.values.get(*n)).cloned().unwrap_or_default()
    }

    /// The first value of the first of these names that has any.
    pub(super) fn one(&self, names: &[&str]) -> Option<&'a str> {
        names.iter().find_map(|n| self.values.get(*n)).and_then(|v| v.first()).copied()
    }

    /// The first value of each of these names.
    fn each(&self, names: &[&str]) -> Vec<String> {
        names.iter().filter_map(|n| self.values.get(*n)).filter_map(|v| v.first()).map(|v| fold_space(v)).collect()
    }

    /// The people that a name's values state; accounts and addresses are left out.
    fn people(&self, name: &str) -> Vec<Person> {
        let values = self.all(&[name]).into_iter().map(plain);
        values.filter(|a| !a.contains("://") && !a.starts_with('@')).map(Person::named).collect()
    }

    /// Dates of publication: under the names that are known, else under one that says what it is
    /// (`w-published-date`, `published_on`).
    fn published(&self) -> Vec<String> {
        let known = self.each(PUBLISHED);
        if !known.is_empty() {
            return known;
        }
        let telling = |name: &&String| {
            let means = |words: &[&str]| words.iter().any(|word| name.contains(word));
            means(&["publish", "pubdate", "pub-date", "release"])
                && means(&["date", "time", "_on", "_at", "-on", "-at"])
        };
        let mut names: Vec<&String> = self.values.keys().filter(telling).collect();
        names.sort();
        names.into_iter().filter_map(|name| self.one(&[name])).map(fold_space).collect()
    }

    /// The author on a Twitter card, whose first field content systems label in the site's language.
    fn label_of_card(&self) -> Option<Person> {
        let label = self.one(&["twitter:label1"])?.trim();
        let written = crate::model::after_byline_label(label).is_some_and(str::is_empty);
        let name = self.one(&["twitter:data1"]).filter(|_| written)?;
        Some(Person::named(plain(name)))
    }

    /// What they state of the article.
    pub(super) fn stated(&self) -> Stated {
        let text = |names: &[&str]| self.one(names).map(plain).filter(|t| !t.is_empty());
        let authors = AUTHORS
            .iter()
            .map(|name| self.people(name))
            .find(|people| !people.is_empty())
            .or_else(|| self.label_of_card().map(|person| vec![person]))
            .unwrap_or_default();
        let video = self.all(&["og:video:secure_url", "og:video:url", "og:video"]);
        let audio = self.all(&["og:audio:secure_url", "og:audio:url", "og:audio"]);
        let media = video
            .into_iter()
            .map(|url| (url, self.one(&["og:video:type"])))
            .chain(audio.into_iter().map(|url| (url, self.one(&["og:audio:type"]))))
            .map(|(url, kind)| Media { url: url.to_owned(), media_type: kind.map(str::to_owned), ..Media::default() })
            .collect();
        Stated {
            headline: text(&[
                "articletitle",
                "og:title",
                "twitter:title",
                "dc.title",
                "dcterms.title",
                "sailthru.title",
                "parsely-title",
                "headline",
                "title",
            ]),
            authors,
            published: self.published(),
            updated: self.each(&[
                "article:modified_time",
                "og:updated_time",
                "datemodified",
                "article:modified",
                "dcterms.modified",
                "dc.date.modified",
                "lastmod",
                "last-modified",
                "revised",
                "bytedance:updated_time",
                "article.updated",
                "date_modified",
                "updated_time",
            ]),
            sections: self
                .all(&[
                    "columnname",
                    "article:section",
                    "article:section:list",
                    "parsely-section",
                    "sailthru.section",
                    "section",
                    "category",
                    "og:section",
                    "cxenseparse:section",
                ])
                .into_iter()
                .map(plain)
                .collect(),
            keywords: {
                let mut words: Vec<String> = self
                    .all(&["article:tag", "parsely-tags", "news_keywords", "sailthru.tags"])
                    .into_iter()
                    .map(plain)
                    .collect();
                if words.is_empty() {
                    words.extend(self.one(&["keywords", "article:tags", "contentkeywords"]).map(plain));
                }
                words
            },
            summary: text(&[
                "og:description",
                "description",
                "twitter:description",
                "dc.description",
                "dcterms.abstract",
                "sailthru.description",
            ]),
            language: text(&[
                "og:locale",
                "content-language",
                "dc.language",
                "dcterms.language",
                "inlanguage",
                "language",
            ]),
            images: self
                .all(&["og:image", "og:image:secure_url", "og:image:url"])
                .into_iter()
                .chain(self.all(&["twitter:image", "twitter:image:src"]))
                .chain(self.all(&["sailthru.image.full", "parsely-image-url", "thumbnail", "image", "thumbnailurl"]))
                .map(str::to_owned)
                .collect(),
            site: text(&[
                "og:site_name",
                "sitename",
                "application-name",
                "apple-mobile-web-app-title",
                "twitter:app:name:iphone",
                "dc.publisher",
                "publisher",
                "cre",
            ]),
            is_article: self.one(&["og:type"]).is_some_and(|t| t.eq_ignore_ascii_case("article"))
                || self.one(&["article:published_time", "articletitle", "pubdate"]).is_some(),
            media,
            ..Stated::default()
        }
    }
}

/// Names under which authors are stated: what newsrooms fill in first, what sites set once for all pages last.
#[rustfmt::skip]
const AUTHORS: &[&str] = &[
    "parsely-author", "sailthru.author", "cxenseparse:author", "byl", "byline", "article:author_name",
    "article_author", "articleauthor", "article.author", "citation_author", "article:author",
    "og:article:author", "author", "authors", "dc.creator", "dcterms.creator", "dc.creator.person",
    "book:author", "dcsext.author", "rbauthors", "creator", "twitter:misc:written by",
];

/// Names under which the date of publication is stated, most trusted first.
#[rustfmt::skip]
const PUBLISHED: &[&str] = &[
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished",
    "article:published", "rnews:datepublished", "pubdate", "publishdate", "publish-date", "publish_date",
    "publication_date", "publicationdate", "date.published", "published_time", "published_at", "published",
    "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "cxenseparse:publishtime",
    "article.published", "article_date_original", "originalpublicationdate", "dc.date.issued", "dcterms.issued",
    "dcterms.created", "dc.date.created", "dcterms.date", "dc.date", "dc.issued", "citation_publication_date",
    "citation_date", "bt:pubdate", "displaydate", "ptime", "article:post_date", "timestamp", "date",
    "datecreated", "uploaddate", "created", "article.created", "weibo: article:create_at",
    "bytedance:published_time", "iso-8601-publish-date", "vr:published_time", "date_published", "og:pubdate",
    "last-published", "shareaholic:article_published_time", "cre_date",
];

/// Some pages escape their metadata twice.
fn plain(text: &str) -> String {
    if text.contains('&') { fold_space(&crate::html::html_to_text(text)) } else { fold_space(text) }
}

/// What `itemprop` attributes in the page's body state of its first article.
pub(super) fn microdata(outline: &Outline) -> Stated {
    let mut stated = Stated::default();
    for (index, node) in outline.nodes.iter().enumerate() {
        let Some(element) = node.element else { continue };
        let Some(property) = known_attribute(element, &local_name!("itemprop")) else { continue };
        let index = index as u32;
        // Comments and related stories are scopes of their own.
        if foreign_scope(outline, index) {
            continue;
        }
        let content = || {
            attribute(element, "content").or(attribute(element, "datetime")).map(fold_space).filter(|c| !c.is_empty())
        };
        let value = || content().or_else(|| Some(outline.text_of(index)).filter(|t| !t.is_empty()));
        for property in property.split_ascii_whitespace() {
            match property {
                "headline" if stated.headline.is_none() => stated.headline = value(),
                "datePublished" => stated.published.extend(value()),
                "dateModified" => stated.updated.extend(value()),
                "articleSection" => stated.sections.extend(value()),
                "author" | "creator" if stated.authors.len() < 20 => {
                    let inner = outline.nodes.get(index as usize + 1..node.end as usize).unwrap_or_default();
                    let named = inner
                        .iter()
                        .position(|n| n.element.and_then(|e| attribute(e, "itemprop")).is_some_and(|p| p == "name"));
                    let name = match named {
                        Some(at) => {
                            let at = index + 1 + at as u32;
                            let meta = outline.get(at).and_then(|n| n.element).and_then(|e| attribute(e, "content"));
                            Some(meta.map_or_else(|| outline.text_of(at), fold_space))
                        }
                        None => value(),
                    };
                    stated.authors.extend(name.filter(|n| n.len() < 120).map(Person::named));
                }
                _ => {}
            }
        }
    }
    stated
}

fn foreign_scope(outline: &Outline, index: u32) -> bool {
    outline.ancestors(index).any(|(_, n)| {
        n.element.and_then(|e| attribute(e, "itemtype")).is_some_and(|t| {
            ["Comment", "Product", "ListItem", "SiteNavigation", "WPSideBar", "WPFooter"].iter().any(|k| t.contains(k))
        })
    })
}

/// The address in a `<link rel>`.
pub(super) fn linked<'a>(outline: &Outline<'a>, relation: &str) -> Option<&'a str> {
    outline
        .links
        .iter()
        .find(|l| {
            attribute(l, "rel").is_some_and(|r| r.split_ascii_whitespace().any(|r| r.eq_ignore_ascii_case(relation)))
        })
        .and_then(|l| attribute(l, "href"))
        .filter(|h| !h.trim().is_empty())
}
