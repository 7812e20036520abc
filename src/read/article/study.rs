//! The blocks of a page laid open, for training the forest and measuring what it does.

use super::features::Features;
use super::{Reading, select, write};
use crate::model::Page;
use crate::read::parse_html;

/// One block of text.
#[derive(Debug, Clone)]
pub struct Studied {
    /// Its text.
    pub text: String,
    /// Its numbers.
    pub numbers: Vec<f32>,
    /// Whether it came into the article's plain text.
    pub kept: bool,
}

/// Reads a page with `judge` in the forest's place: from a block's numbers to how likely it is the article's.
pub fn study(page: &Page, judge: &dyn Fn(&[f32]) -> f32) -> Vec<Studied> {
    let tree = parse_html(&page.text);
    let reading = Reading::of(page, &tree);
    let numbers: Vec<Features> = reading.numbers.clone();
    let likely: Vec<f32> = numbers
        .iter()
        .zip(&reading.thumb)
        .zip(&reading.blocks)
        .map(|((f, t), b)| if b.kind == super::blocks::Kind::Text { judge(f) } else { *t })
        .collect();
    let choice = select::choose(&reading.outline, &reading.blocks, &likely, &reading.thumb);
    reading
        .blocks
        .iter()
        .zip(numbers)
        .zip(&choice.keep)
        .filter(|((b, _), _)| b.kind == super::blocks::Kind::Text)
        .map(|((block, numbers), keep)| Studied {
            text: block.text.clone(),
            numbers: numbers.to_vec(),
            kept: *keep && write::is_shown(&reading.outline, block),
        })
        .collect()
}
