//! Words that people look for in entries.

use unicode_normalization::UnicodeNormalization as _;

use super::visible_text;
use crate::model::Entry;

/// Words to look for: compatibility forms and case do not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Words(Vec<String>);

impl Words {
    /// The words of a text, parted by white space.
    pub fn of(text: &str) -> Self {
        Self(folded(text).split_whitespace().map(str::to_owned).collect())
    }

    /// Whether there are none; then every entry has them all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an entry's title, summary and visible text together have every word, or have it as a part of one.
    pub fn are_in(&self, entry: &Entry) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let content = entry.content.as_deref().map(|html| visible_text(html, usize::MAX)).unwrap_or_default();
        let text = folded(&format!("{} {} {content}", entry.title, entry.summary.as_deref().unwrap_or_default()));
        self.0.iter().all(|word| text.contains(word.as_str()))
    }
}

impl std::fmt::Display for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

/// Compatibility forms and case apart, as people search.
pub fn folded(text: &str) -> String {
    text.nfkc().collect::<String>().to_lowercase()
}
