//! How often a glance at a page tells that a feed may stand in for it:
//! `cargo run --release --example measure_stand_ins -- FOLDER`
//!
//! The folder holds listing pages (`ID.html.gz`) and `truth.jsonl` with the address of each. Of every page feeds are made
//! of what a full reading lists, whole or the first of it, and of each other group of its links: what a sidebar shows, a
//! menu, another column. Counted is how often a glance suffices for the first; whatever it takes must be what a comparison
//! with the full reading takes.

#[path = "../saved/mod.rs"]
mod saved;

use std::path::Path;

use anyhow::{Result, ensure};
use chrono::Utc;
use courant::fetch::saved_page;
use courant::harvest::same_list;
use courant::model::{Kind, Listing, Page, Teaser};
use courant::read::{CompiledRules, glance, read_listing, weigh_links};

/// How much of a list a feed holds.
const FIRST: [usize; 3] = [10, 20, usize::MAX];
/// Fewer links are no list.
const FEWEST: usize = 5;

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let rules = CompiledRules::default();
    let (mut pages, mut seen, mut wrong, mut groups) = (0, 0, 0, 0);
    let (mut feeds, mut taken) = ([0; FIRST.len()], [0; FIRST.len()]);
    for saved in saved::pages(Path::new(&folder), Utc::now())? {
        let (row, page) = saved?;
        let page = announcing(&page);
        let id = saved::id(&row);
        pages += 1;
        let list = read_listing(&page, Kind::Listing, &rules).value;
        let Some(glance) = glance(&page, Kind::Listing, &rules) else { continue };
        seen += 1;
        if glance.feeds != list.feeds {
            wrong += 1;
            println!("{id}: announces other feeds at a glance");
        }
        for (nr, first) in FIRST.into_iter().enumerate() {
            let teasers: Vec<Teaser> = list.teasers.iter().take(first).cloned().collect();
            if teasers.len() >= FEWEST {
                feeds[nr] += 1;
                taken[nr] += usize::from(glance.lists(&feed(teasers)));
            }
        }
        for group in weigh_links(&page).iter().filter(|group| group.links.len() >= FEWEST) {
            for first in FIRST {
                groups += 1;
                let links = group.links.iter().take(first);
                let feed = feed(links.map(|(link, headline)| teaser(link, headline)).collect());
                if glance.lists(&feed) && !same_list(&list, &feed) {
                    wrong += 1;
                    println!("{id}: a feed of {} other links is taken for its list", feed.teasers.len());
                }
            }
        }
    }
    println!("{pages} pages, {seen} of them told by their tags; of feeds of the first 10, 20, all that they list");
    println!("{taken:?} of {feeds:?} were taken at a glance; of these and {groups} others {wrong} wrongly");
    ensure!(wrong == 0, "a glance told something else than a full reading");
    Ok(())
}

/// The page, with a feed announced.
fn announcing(page: &Page) -> Page {
    let text = format!("<link rel=alternate type=application/rss+xml href=/made-up>{}", page.text);
    saved_page(page.url.clone(), Some("text/html; charset=utf-8"), text.into_bytes().into(), page.fetched)
}

fn feed(teasers: Vec<Teaser>) -> Listing {
    Listing { teasers, ..Listing::default() }
}

fn teaser(link: &url::Url, headline: &str) -> Teaser {
    Teaser { link: Some(link.clone()), headline: Some(headline.to_owned()), ..Teaser::default() }
}
