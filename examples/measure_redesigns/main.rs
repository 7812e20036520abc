//! How well sources outlive a redesign: `cargo run --release --example measure_redesigns -- FOLDER [ROUNDS]`
//!
//! The folder holds listing pages (`ID.html.gz`) and `truth.jsonl` with the address and the entries of each. Of every
//! page the front lines are taken off; what is left is harvested some times, as a healthy source is, once without rules
//! and once by the rules that were learnt from it. Then the whole page comes, redesigned. Counted are the sources that
//! show again nine in ten of what is known, those that are held or refused, and what is published wrongly: entries that
//! neither the page as it was nor the truth has.

#[path = "../dice/mod.rs"]
mod dice;
mod redesign;
#[path = "../saved/mod.rs"]
mod saved;

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use courant::fetch::{Fetcher, Manners, saved_page};
use courant::harvest::{Clippings, Copies, Limits, Parts, Room, Watched, harvest_page};
use courant::model::{ArticleMode, Kind, Listing, Page, Rules, Selection, Source};
use courant::read::{CompiledRules, Landmark, learn, read_listing};
use courant::store::{self, SourceState};
use serde_json::Value;
use url::Url;

use dice::Dice;

/// Lines that are new when the redesigned page comes.
const NEW: usize = 2;
/// Fewer entries on a page are no list to be found again.
const LEAST: usize = 5;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| ".".to_owned());
    let folder = Path::new(&folder);
    let rounds: u64 = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(2);
    let only = arguments.next();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut sums: BTreeMap<&str, Sum> = BTreeMap::new();
    for saved in saved::pages(folder, now())? {
        let (row, page) = saved?;
        let id = saved::id(&row);
        if only.as_ref().is_some_and(|only| only != id) {
            continue;
        }
        for by_rules in [false, true] {
            let Some(case) = Case::of(&page, &row, by_rules) else { continue };
            for round in 0..rounds {
                let new = case.redesigned(round);
                let ended = runtime.block_on(case.run(new))?;
                let sum = sums.entry(if by_rules { "by rules" } else { "without rules" }).or_default();
                sum.add(&ended);
                if !ended.fine() {
                    println!(
                        "  {id} {} round {round}: {}",
                        if by_rules { "by rules" } else { "without rules" },
                        ended.told()
                    );
                }
            }
        }
    }
    for (mode, sum) in &sums {
        println!(
            "{mode}: {} redesigns: {} relearned ({:.1} %), {} refused or held, {} with wrong entries ({} entries), {} with spoiled headlines ({} of {} entries)",
            sum.cases,
            sum.relearned,
            100.0 * sum.relearned as f64 / sum.cases.max(1) as f64,
            sum.refused,
            sum.wrong_cases,
            sum.wrong,
            sum.spoiled_cases,
            sum.spoiled,
            sum.entries
        );
    }
    Ok(())
}

#[derive(Default)]
struct Sum {
    cases: usize,
    relearned: usize,
    refused: usize,
    wrong_cases: usize,
    wrong: usize,
    spoiled_cases: usize,
    spoiled: usize,
    entries: usize,
}

impl Sum {
    fn add(&mut self, ended: &Ended) {
        self.cases += 1;
        self.relearned += usize::from(ended.relearned());
        self.refused += usize::from(ended.refused);
        self.wrong_cases += usize::from(!ended.wrong.is_empty());
        self.wrong += ended.wrong.len();
        self.spoiled_cases += usize::from(!ended.spoiled.is_empty());
        self.spoiled += ended.spoiled.len();
        self.entries += ended.known;
    }
}

/// What came of a redesign.
struct Ended {
    known: usize,
    again: usize,
    new: usize,
    refused: bool,
    reason: String,
    wrong: Vec<String>,
    spoiled: Vec<String>,
}

impl Ended {
    fn relearned(&self) -> bool {
        !self.refused && self.again * 10 >= self.known * 9 && self.wrong.is_empty()
    }

    fn fine(&self) -> bool {
        self.relearned() && self.spoiled.is_empty()
    }

    fn told(&self) -> String {
        format!(
            "{} of {} again, {} new, {} wrong {:?}, {} spoiled {:?} {}",
            self.again,
            self.known,
            self.new,
            self.wrong.len(),
            self.wrong.first(),
            self.spoiled.len(),
            self.spoiled.first(),
            self.reason.chars().take(150).collect::<String>()
        )
    }
}

/// A page, as a source that has been watched for a while.
struct Case {
    page: Page,
    old: Page,
    rules: Rules,
    /// Addresses that may be published.
    right: HashSet<String>,
}

impl Case {
    fn of(page: &Page, row: &Value, by_rules: bool) -> Option<Self> {
        let plain = CompiledRules::default();
        let whole = read_listing(page, Kind::Listing, &plain).value;
        if whole.teasers.len() < LEAST + NEW {
            return None;
        }
        let front: HashSet<String> =
            whole.teasers.iter().filter_map(|t| t.link.as_ref()).take(NEW).map(|url| url.as_str().to_owned()).collect();
        let text = redesign::without(&page.text, &page.url, &front);
        let old = with_text(page, text);
        if read_listing(&old, Kind::Listing, &plain).value.teasers.len() < LEAST {
            return None;
        }
        let mut rules = Rules::default();
        if by_rules {
            let known = landmarks(&read_listing(&old, Kind::Listing, &plain).value);
            rules.listing = learn(&old, &known)?.rules;
            let compiled = CompiledRules::compile(&rules).ok()?;
            let read = read_listing(&old, Kind::Listing, &compiled).value;
            // Rules that an operator would not have kept.
            if read.teasers.len() < LEAST || read.teasers.len() * 10 < known.len() * 8 {
                return None;
            }
        }
        let compiled = CompiledRules::compile(&rules).ok()?;
        let mut right: HashSet<String> = [page, &old]
            .into_iter()
            .flat_map(|page| [read_listing(page, Kind::Listing, &compiled), read_listing(page, Kind::Listing, &plain)])
            .flat_map(|read| read.value.teasers)
            .filter_map(|t| t.link.map(|url| plain_address(&url)))
            .collect();
        let items = row["items"].as_array().into_iter().flatten();
        let alternatives = items.clone().flat_map(|i| i["alt_urls"].as_array().into_iter().flatten());
        let optional = row["optional"].as_array().into_iter().flatten();
        let addresses = items.map(|i| &i["url"]).chain(alternatives).chain(optional).filter_map(Value::as_str);
        right.extend(addresses.filter_map(|a| page.url.join(a).ok()).map(|url| plain_address(&url)));
        Some(Self { page: page.clone(), old, rules, right })
    }

    fn redesigned(&self, round: u64) -> Page {
        let mut dice = Dice::new(xxhash_rust::xxh3::xxh3_64(format!("{} {round}", self.page.url).as_bytes()));
        with_text(&self.page, redesign::redesigned(&self.page.text, &mut dice))
    }

    async fn run(&self, new: Page) -> Result<Ended> {
        let folder = tempfile::tempdir()?;
        let store = store::open(&folder.path().join("redesign.db"))?;
        let source = Source {
            kind: Kind::Listing,
            article: ArticleMode::Never,
            rules: self.rules.clone().into(),
            ..Source::at(self.page.url.clone())
        };
        let selection = Selection { sources: vec![source.id.clone()] };
        let watched = Watched::new(source.clone()).map_err(|e| anyhow::anyhow!("{e:?}"))?;
        let (_stop, stop) = tokio::sync::watch::channel(false);
        let parts = Parts {
            fetcher: Fetcher::new(Manners::default())?,
            store: store.clone(),
            room: Room::new(1),
            limits: Limits::default(),
            stop,
            album: None,
            clippings: Clippings::default(),
            copies: Copies::default(),
        };
        let mut state = SourceState::unseen(source.id.clone(), now());
        for hour in 0..5 {
            let at = now() + TimeDelta::hours(hour);
            state = Arc::unwrap_or_clone(harvest_page(&watched, self.old.clone(), state, &parts, at).await?.state);
        }
        let before = store.entries(&selection, usize::MAX).await?;
        let first = harvest_page(&watched, new.clone(), state, &parts, now() + TimeDelta::hours(6)).await?;
        // What is settled on holds for the runs after.
        let state = Arc::unwrap_or_clone(first.state);
        let mut done = harvest_page(&watched, new, state, &parts, now() + TimeDelta::hours(7)).await?;
        done.report.changes.new += first.report.changes.new;
        let after = store.entries(&selection, usize::MAX).await?;
        let held: HashSet<_> = before.iter().map(|entry| &entry.id).collect();
        let fresh: Vec<_> = after.iter().filter(|entry| !held.contains(&entry.id)).collect();
        let wrong = fresh.iter().filter(|e| e.url.as_ref().is_none_or(|url| !self.right.contains(&plain_address(url))));
        let title = |id| after.iter().find(|entry| entry.id == id).map(|entry| entry.title.clone()).unwrap_or_default();
        let letters = |title: &str| courant::model::letters(title);
        let spoiled = before.iter().filter(|entry| letters(&title(entry.id.clone())) != letters(&entry.title));
        let changes = done.report.changes;
        store.close().await?;
        Ok(Ended {
            known: before.len(),
            again: (changes.same + changes.altered).saturating_sub(first.report.changes.new),
            new: changes.new,
            refused: !first.report.outcome.is_success() || !done.report.outcome.is_success(),
            reason: done.report.reason,
            wrong: wrong
                .map(|e| format!("{} {}", e.url.as_ref().map(ToString::to_string).unwrap_or_default(), e.title))
                .collect(),
            spoiled: spoiled.map(|e| format!("{} → {}", e.title, title(e.id.clone()))).collect(),
        })
    }
}

fn landmarks(listing: &Listing) -> Vec<Landmark> {
    let of =
        |t: &courant::model::Teaser| Landmark { url: t.link.clone(), title: t.headline.clone().unwrap_or_default() };
    listing.teasers.iter().map(of).collect()
}

/// The page with another text, as a server would send it.
fn with_text(page: &Page, text: String) -> Page {
    saved_page(page.url.clone(), Some("text/html; charset=utf-8"), text.into_bytes().into(), page.fetched)
}

fn plain_address(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default().trim_start_matches("www.");
    format!("{host}{}?{}", url.path().trim_end_matches('/'), url.query().unwrap_or_default())
}

fn now() -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_700)
}
