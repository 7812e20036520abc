//! Articles: the parts of one story's page.

use crate::model::{Article, Page, Read};

use super::CompiledRules;

/// Reads the story that a page tells.
pub fn read_article(_page: &Page, _rules: &CompiledRules) -> Read<Article> {
    Read::clean(Article::default())
}
