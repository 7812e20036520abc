//! A page that was read before, of whose list only rows have come and gone.
//!
//! A full reading weighs every link of a page to find its list. Where that gave a plain list (equal rows in one element,
//! each of which names its article, dates it and describes it without looking at the others), [`note()`] writes down where
//! the list stands. The next time, where all before and behind it is the same to the byte and the rows are known or of
//! kinds that are, [`follow()`] reads the new ones only. It gives what a full reading would give; where it may not, nothing.

mod follow;
mod note;
mod tags;
#[cfg(test)]
mod tests;

use xxhash_rust::xxh3::Xxh3;

use super::cards::Card;
use super::hints::Hints;
use super::outline::Outline;
use super::targets::Target;
use super::titles::{self, Witness};
use super::when::Seen;
use super::{slots, when};
use crate::dates::{self, Context};
use crate::model::{Page, letters};

pub(super) use follow::follow;
pub(super) use note::{Reading, note};

/// Fewer rows are no list that is worth it.
const FEWEST: usize = 5;
/// Rows of one kind that tell what is usual.
const USUAL: usize = 3;

/// Fingerprint of a part of a page, with all beside its text that decides how the page is read.
fn print_of(page: &Page, part: &str) -> u64 {
    use std::hash::{Hash, Hasher};
    let mut hash = Xxh3::new();
    (page.url.as_str(), page.status, &page.content_language, part).hash(&mut hash);
    hash.finish()
}

/// Fingerprint of a row.
fn raw(row: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(row.trim_ascii_end().as_bytes())
}

/// Fingerprint of a headline.
fn name_hash(headline: &str) -> u32 {
    xxhash_rust::xxh3::xxh3_64(letters(headline).as_bytes()) as u32
}

/// Fingerprint of an address's form.
fn shape_hash(target: &Target) -> u32 {
    target.look.shape as u32
}

/// Whether a thing is named by its own link, whatever the other cards say.
fn names_itself(outline: &Outline, target: &Target, card: &Card, context: &Context) -> bool {
    let headline = &target.headline;
    if headline.witness >= Witness::Class {
        return true;
    }
    let text = &headline.text;
    let is_date =
        || text.len() < 60 && dates::parse(text, context).is_some() || dates::leading(text, context).is_some();
    let has_another = || card.rows.clone().any(|row| outline.hints(row).any(Hints::HEADING.and(Hints::TITLE)));
    !(titles::is_weak(headline) || is_date() || has_another())
}

/// Whether all cards have their dates in one place, the one that each finds by itself; or none has any there.
fn date_themselves(outline: &Outline, cards: &[Card], own: &[Option<Seen>], context: &Context) -> bool {
    let mut usual = None;
    let mut all = cards.iter().zip(own).map(|(card, own)| slots::only_place(outline, card, own.as_ref(), context));
    all.all(|place| match (place, usual) {
        (None, _) => false,
        (place, None) => {
            usual = place;
            true
        }
        (place, usual) => place == usual,
    })
}

/// What each card gives as its date by itself.
fn own_dates(outline: &Outline, cards: &[Card], chosen: &[&Target], context: &Context) -> Vec<Option<Seen>> {
    cards.iter().zip(chosen).map(|(card, t)| when::in_card(outline, card, &t.headline.text, context)).collect()
}
