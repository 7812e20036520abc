//! How far guides carry: `cargo run --release --example measure_guides -- FOLDER`
//!
//! The folder holds listing pages (`ID.html.gz`) and `truth.jsonl` with the address of each; a folder without
//! `truth.jsonl` holds feeds, at any depth. Of every list that a guide is written for, some rows are taken out, as it was
//! before they came; the guide of what is left is followed on the whole list. Counted are the lists that a guide is
//! written for, and the times it was followed; whatever was followed must come to what a full reading gives.

#[path = "../saved/mod.rs"]
mod saved;

use std::path::Path;

use anyhow::{Result, ensure};
use chrono::Utc;
use courant::fetch::saved_page;
use courant::model::{Kind, Page, Way};
use courant::read::{CompiledRules, Extent, follow, note_listing, read_listing};

/// How many rows are new at once.
const NEW: [usize; 3] = [1, 3, 5];

/// What was counted.
#[derive(Default)]
struct Count {
    lists: usize,
    plain: usize,
    tried: usize,
    served: usize,
    wrong: usize,
}

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let folder = Path::new(&folder);
    let mut count = Count::default();
    if folder.join("truth.jsonl").exists() {
        for saved in saved::pages(folder, Utc::now())? {
            let (row, page) = saved?;
            count.measure(saved::id(&row), &page, Kind::Listing);
        }
    } else {
        let feed = "https://paper.example/feed.xml".parse::<url::Url>()?;
        for file in glob::glob(&format!("{}/**/*", folder.display()))?.filter_map(Result::ok).filter(|f| f.is_file()) {
            let page = saved_page(feed.clone(), None, std::fs::read(&file)?.into(), Utc::now());
            count.measure(&file.display().to_string(), &page, Kind::Feed);
        }
    }
    let Count { lists, plain, tried, served, wrong } = count;
    println!(
        "{lists} lists, {plain} of them with a guide; followed {served} of {tried} times, {wrong} of them wrongly"
    );
    ensure!(wrong == 0, "a guide led to another list than a full reading");
    Ok(())
}

impl Count {
    fn measure(&mut self, id: &str, page: &Page, kind: Kind) {
        let way_of = |page: &Page| note_listing(page, kind, &CompiledRules::default(), Extent::Noting).value.way;
        self.lists += 1;
        let Some(way) = way_of(page) else { return };
        let begins = begins(page, &way);
        self.plain += 1;
        for new in NEW {
            for from in [0, begins.len() / 2] {
                self.tried += 1;
                let before = without(page, &begins, from, new);
                let Some(followed) = before
                    .and_then(|b| way_of(&b))
                    .and_then(|way| follow(page, &way, &CompiledRules::default(), |_| true))
                else {
                    continue;
                };
                self.served += 1;
                let whole = read_listing(page, kind, &CompiledRules::default());
                let teasers = || whole.value.teasers.iter().zip(&followed.listing.teasers).zip(&followed.known);
                let head = |listing: &courant::model::Listing| (listing.title.clone(), listing.language.clone());
                let same = whole.problems.is_empty()
                    && head(&whole.value) == head(&followed.listing)
                    && whole.value.teasers.len() == followed.listing.teasers.len()
                    && teasers().all(|((full, short), known)| known.unwrap_or_else(|| short.print()) == full.print());
                if !same {
                    self.wrong += 1;
                    println!("{id}: {new} rows from {from} on are read otherwise");
                }
            }
        }
    }
}

/// Where the rows begin, and where the last ends.
fn begins(page: &Page, way: &Way) -> Vec<usize> {
    let (first, last, mark) = match way {
        Way::Page(guide) => (guide.before.0, page.text.len() - guide.after.0, guide.mark.as_str()),
        Way::Feed(_) => {
            let mark = if page.text.contains("</item>") { "<item" } else { "<entry" };
            let end = format!("</{}>", &mark[1..]);
            (0, page.text.rfind(&end).map_or(0, |at| at + end.len()), mark)
        }
    };
    let list = page.text.get(first..last).unwrap_or_default();
    let is_whole =
        |at: &usize| list[at + mark.len()..].starts_with(['>', ' ', '\n', '\r', '\t']) || mark.ends_with('>');
    let found = list.match_indices(mark).map(|(at, _)| at);
    let begins = found.filter(|at| matches!(way, Way::Page(_)) || is_whole(at)).map(|at| first + at);
    begins.chain([last]).collect()
}

/// The page before so many rows came.
fn without(page: &Page, begins: &[usize], from: usize, count: usize) -> Option<Page> {
    let place = |at: usize| begins.get(at).or(begins.last()).copied();
    let text = [page.text.get(..place(from)?)?, page.text.get(place(from + count)?..)?].concat();
    Some(saved_page(page.url.clone(), None, text.into_bytes().into(), page.fetched))
}
