//! What spoke for each field of an article, and what won.

use super::byline::sightings;
use super::picture::stated as stated_pictures;
use super::{Looked, people};
use crate::model::{Article, Page};
use crate::read::{CompiledRules, parse_html};

/// One witness for one field.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The field: `title`, `authors`, `image`, `language`, `section`.
    pub field: &'static str,
    /// What the witness says.
    pub value: String,
    /// Where it says so.
    pub from: &'static str,
    /// How much it counts among the witnesses of its field; none where their order decides.
    pub weight: Option<f32>,
    /// Whether the article has it.
    pub taken: bool,
}

/// The witnesses of each field of a page's article but its dates, whose witnesses the article itself carries. The
/// article is what [`read_article`](super::read_article) made of the same page by the same rules.
pub fn explain_article(page: &Page, rules: &CompiledRules, article: &Article) -> Vec<Evidence> {
    let mut tree = parse_html(&page.text);
    super::by_rules::cut(&mut tree.html, rules.article());
    let looked = Looked::at(page, &tree);
    let reading = &looked.reading;
    let mut all = Vec::new();
    for title in &reading.titles {
        all.push(Evidence {
            field: "title",
            value: title.text.clone(),
            from: title.from.name(),
            weight: Some(title.likely),
            taken: article.headline.as_deref() == Some(&title.text),
        });
    }
    let is_author = |name: &str| article.authors.iter().any(|a| a.name == name);
    for (from, stated) in looked.witnesses() {
        for person in people::tidy(stated.authors.iter().chain(&stated.offices)) {
            let taken = is_author(&person.name);
            all.push(Evidence { field: "authors", value: person.name, from, weight: None, taken });
        }
    }
    for (score, names) in sightings(&looked.scene(page)) {
        let taken = names.iter().all(|name| is_author(name));
        let value = names.join(", ");
        all.push(Evidence { field: "authors", value, from: "byline", weight: Some(score), taken });
    }
    let picture = article.picture.as_ref().map(|p| p.url.as_str());
    for (from, stated) in looked.witnesses() {
        for url in stated_pictures(stated, &reading.addresses) {
            let taken = picture == Some(url.as_str());
            all.push(Evidence { field: "image", value: url.into(), from, weight: None, taken });
        }
    }
    for (from, language) in looked.languages() {
        let taken = article.language.as_deref() == Some(language);
        all.push(Evidence { field: "language", value: language.to_owned(), from, weight: None, taken });
    }
    for (from, stated) in looked.witnesses() {
        for section in &stated.sections {
            let taken = article.section.as_ref() == Some(section);
            all.push(Evidence { field: "section", value: section.clone(), from, weight: None, taken });
        }
    }
    all
}
