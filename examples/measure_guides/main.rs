//! How far guides carry: `cargo run --release --example measure_guides -- FOLDER`
//!
//! The folder holds listing pages (`ID.html.gz`) and `truth.jsonl` with the address of each. Of every page that a guide
//! is written for, some rows are taken out, as it was before they came; the guide of what is left is followed on the
//! whole page. Counted are the pages that a guide is written for, and the times it was followed; whatever was followed
//! must come to what a full reading gives.

#[path = "../saved/mod.rs"]
mod saved;

use std::path::Path;

use anyhow::{Result, ensure};
use chrono::Utc;
use courant::fetch::saved_page;
use courant::model::{Guide, Kind, Page};
use courant::read::{CompiledRules, Extent, follow, note_listing, read_listing};

/// How many rows are new at once.
const NEW: [usize; 3] = [1, 3, 5];

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let folder = Path::new(&folder);
    let (mut pages, mut plain, mut tried, mut served, mut wrong) = (0, 0, 0, 0, 0);
    for saved in saved::pages(folder, Utc::now())? {
        let (row, page) = saved?;
        let id = saved::id(&row);
        pages += 1;
        let Some(guide) = guide_of(&page) else { continue };
        plain += 1;
        for new in NEW {
            for from in [0, guide.rows.len() / 2] {
                tried += 1;
                let Some(before) = without(&page, &guide, from, new).and_then(|before| guide_of(&before)) else {
                    continue;
                };
                let Some(followed) = follow(&page, &before, |_| true) else { continue };
                served += 1;
                let whole = read_listing(&page, Kind::Listing, &CompiledRules::default());
                let teasers = || whole.value.teasers.iter().zip(&followed.listing.teasers).zip(&followed.known);
                let same = whole.problems.is_empty()
                    && whole.value.teasers.len() == followed.listing.teasers.len()
                    && teasers().all(|((full, short), known)| known.unwrap_or_else(|| short.print()) == full.print());
                if !same {
                    wrong += 1;
                    println!("{id}: {new} rows from {from} on are read otherwise");
                }
            }
        }
    }
    println!(
        "{pages} pages, {plain} of them with a guide; followed {served} of {tried} times, {wrong} of them wrongly"
    );
    ensure!(wrong == 0, "a guide led to another list than a full reading");
    Ok(())
}

fn guide_of(page: &Page) -> Option<Guide> {
    note_listing(page, Kind::Listing, &CompiledRules::default(), Extent::Noting).value.guide
}

/// The page before so many rows came.
fn without(page: &Page, guide: &Guide, from: usize, count: usize) -> Option<Page> {
    let (first, last) = (guide.before.0, page.text.len().checked_sub(guide.after.0)?);
    let begins: Vec<usize> = page.text.get(first..last)?.match_indices(&guide.mark).map(|(at, _)| first + at).collect();
    let place = |at: usize| begins.get(at).copied().unwrap_or(last);
    let text = [page.text.get(..place(from))?, page.text.get(place(from + count)..)?].concat();
    Some(saved_page(page.url.clone(), Some("text/html; charset=utf-8"), text.into_bytes().into(), page.fetched))
}
