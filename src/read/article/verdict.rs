//! Why an article's text is what it is: what was thought of each block.

use super::blocks::Kind;
use super::outline::{Outline, attribute};
use super::tables::keep_tables;
use super::{Reading, by_rules, forest, select};
use crate::model::Page;
use crate::read::{CompiledRules, parse_html};

/// Letters of a block that are shown.
const SHOWN: usize = 80;

/// What was thought of a page's text.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The element that holds most of the article, as a selector would name it.
    pub container: Option<String>,
    /// Every block of text, in order.
    pub blocks: Vec<Judged>,
}

/// A block of text and what was thought of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// How it begins.
    pub text: String,
    /// The element that holds it.
    pub element: String,
    /// How likely it is the article's by itself, 0 to 1.
    pub first: f32,
    /// How likely it is once the blocks around have been looked at.
    pub likely: f32,
    /// Whether it became part of the text.
    pub kept: bool,
}

/// What the article reader thinks of each block of text that a page shows. A body that a rule finds, or that only
/// scripts hold, is taken whatever this says.
pub fn explain_body(page: &Page, rules: &CompiledRules) -> Verdict {
    let mut tree = parse_html(&page.text);
    by_rules::cut(&mut tree.html, rules.article());
    let reading = Reading::of(page, &tree);
    let first = reading.first(forest::BUILT_IN);
    let likely = reading.likely(forest::BUILT_IN);
    let mut choice = select::choose(&reading.outline, &reading.blocks, &likely, &reading.thumb);
    keep_tables(&reading.outline, &reading.blocks, &mut choice.keep);
    let rows = reading.blocks.iter().zip(first).zip(likely).zip(choice.keep);
    let blocks = rows
        .filter(|(((block, _), _), _)| block.kind == Kind::Text)
        .map(|(((block, first), likely), kept)| Judged {
            text: block.text.chars().take(SHOWN).collect(),
            element: name(&reading.outline, block.owner).unwrap_or_default(),
            first,
            likely,
            kept,
        })
        .collect();
    Verdict { container: name(&reading.outline, choice.container), blocks }
}

/// `div#main.story`.
fn name(outline: &Outline, index: u32) -> Option<String> {
    let element = outline.get(index)?.element?;
    let mut name = element.name.local.to_string();
    for (mark, key) in [('#', "id"), ('.', "class")] {
        for part in attribute(element, key).unwrap_or_default().split_ascii_whitespace().take(3) {
            name.push(mark);
            name.push_str(part);
        }
    }
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_block_is_told_with_what_was_thought_of_it() {
        let html = "<nav><a href=/>Home and other pages</a></nav><div class='story main'><p>The harbour council met on Monday \
                    evening and agreed, after four hours, to dredge the eastern channel.</p><p>Work begins in spring, the \
                    chair said, and ferries will use the old pier until the autumn storms are over.</p></div>";
        let url = "https://paper.example/a".parse().unwrap();
        let page = crate::fetch::saved_page(url, Some("text/html"), html.into(), chrono::DateTime::UNIX_EPOCH);
        let verdict = explain_body(&page, &CompiledRules::default());
        assert_eq!(verdict.container.as_deref(), Some("div.story.main"));
        let told: Vec<(&str, bool)> = verdict.blocks.iter().map(|b| (b.element.as_str(), b.kept)).collect();
        assert_eq!(told, [("nav", false), ("p", true), ("p", true)]);
        assert!(verdict.blocks[1].likely > verdict.blocks[0].likely);
    }
}
