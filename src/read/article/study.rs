//! The blocks of a page laid open, for training the forests and measuring what they do.

use super::blocks::Kind;
use super::forest::Judges;
use super::{Reading, select, write};
use crate::model::Page;
use crate::read::parse_html;

/// One block of text.
#[derive(Debug, Clone)]
pub struct Studied {
    /// Its text.
    pub text: String,
    /// Its numbers: its own, then those that tell of the blocks around.
    pub numbers: Vec<f32>,
    /// What the first judge says of it.
    pub first: f32,
    /// Whether it came into the article's plain text.
    pub kept: bool,
}

/// One candidate for the headline.
#[derive(Debug, Clone)]
pub struct StudiedTitle {
    /// What it says.
    pub text: String,
    /// What is known of it.
    pub numbers: Vec<f32>,
}

/// All who stand for headline on a page.
pub fn study_titles(page: &Page) -> Vec<StudiedTitle> {
    let tree = parse_html(&page.text);
    let reading = Reading::of(page, &tree);
    let rows = reading.titles.iter().zip(&reading.title_numbers);
    rows.map(|(title, numbers)| StudiedTitle { text: title.text.clone(), numbers: numbers.to_vec() }).collect()
}

/// Reads a page with `judges` in the forests' place.
pub fn study(page: &Page, judges: Judges) -> Vec<Studied> {
    let tree = parse_html(&page.text);
    let reading = Reading::of(page, &tree);
    let first = reading.first(judges);
    let context = reading.context(&first);
    let likely = reading.likely(judges);
    let choice = select::choose(&reading.outline, &reading.blocks, &likely, &reading.thumb);
    let rows = reading.blocks.iter().zip(&reading.numbers).zip(&first).zip(&choice.keep).enumerate();
    rows.filter(|(_, (((block, _), _), _))| block.kind == Kind::Text)
        .map(|(index, (((block, numbers), first), keep))| Studied {
            text: block.text.clone(),
            numbers: [numbers.as_slice(), &context.numbers(index)].concat(),
            first: *first,
            kept: *keep && write::is_shown(&reading.outline, block),
        })
        .collect()
}
