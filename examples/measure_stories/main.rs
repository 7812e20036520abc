//! How well stories are told apart: `cargo run --release --example measure_stories -- FOLDER…`
//!
//! Each folder holds a `truth.jsonl` of articles (`title`, `body`). Every article is told anew by some other papers,
//! which shorten, reword and frame it; all tellings go into one store, of one day, and are compared with which article
//! they came from. Prints precision and recall over pairs, and some pairs that were missed or mistaken.

#[path = "../dice/mod.rs"]
mod dice;
mod retell;

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};
use courant::model::{Article, Entry, HarvestReport, Selection, Source, SourceId, Teaser};
use courant::normalize::{self, Surroundings};
use courant::store::{self, Finished, SourceState};

use dice::Dice;
use retell::{Pool, Telling};

/// Papers that tell each article after the first.
const PAPERS: usize = 3;
/// An article must say so much, in characters, to be told shorter.
const LEAST: usize = 800;
/// Examples of each kind of mistake that are printed.
const SHOWN: usize = 8;

fn main() -> Result<()> {
    let mut articles = Vec::new();
    for folder in std::env::args().skip(1) {
        let path = Path::new(&folder).join("truth.jsonl");
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        for line in text.lines() {
            let row: serde_json::Value = serde_json::from_str(line)?;
            let field = |name: &str| row.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
            let article = Telling { title: field("title"), body: field("body") };
            let known =
                articles.iter().any(|known: &Telling| known.title == article.title || known.body == article.body);
            if article.body.chars().count() >= LEAST && !article.title.is_empty() && !known {
                articles.push(article);
            }
        }
    }
    let pool = Pool::of(&articles);
    let mut dice = Dice::new(20_261_124);
    let mut tellings: Vec<(usize, usize, Telling)> = Vec::new();
    for (story, article) in articles.iter().enumerate() {
        // Papers of the same houses: each has its own frame around all that it prints.
        let first = story % retell::HOUSES;
        tellings.push((story, first, pool.framed(article, first, &mut dice)));
        for paper in 1..=PAPERS {
            let house = (first + paper) % retell::HOUSES;
            tellings.push((story, house, pool.retold(article, house, &mut dice)));
        }
    }
    retell::shuffle(&mut tellings, &mut dice);
    let stories = tell(&tellings)?;

    let mut hit = 0_usize;
    let (mut missed, mut mistaken) = (Vec::new(), Vec::new());
    for (at, (story, _, one)) in tellings.iter().enumerate() {
        for (to, (other_story, _, other)) in tellings.iter().enumerate().skip(at + 1) {
            let together = stories.get(&at).is_some_and(|found| stories.get(&to) == Some(found));
            match (story == other_story, together) {
                (true, true) => hit += 1,
                (true, false) => missed.push((one, other)),
                (false, true) => mistaken.push((one, other)),
                (false, false) => {}
            }
        }
    }
    println!(
        "{} articles, {} tellings: {hit} pairs found, {} missed, {} mistaken: precision {:.4}, recall {:.4}",
        articles.len(),
        tellings.len(),
        missed.len(),
        mistaken.len(),
        hit as f64 / (hit + mistaken.len()).max(1) as f64,
        hit as f64 / (hit + missed.len()).max(1) as f64
    );
    for (kind, pairs) in [("missed", &missed), ("mistaken", &mistaken)] {
        let step = (pairs.len() / SHOWN).max(1);
        for (one, other) in pairs.iter().step_by(step).take(SHOWN) {
            let size = |telling: &Telling| telling.body.chars().count();
            println!("  {kind}: {} [{}] / {} [{}]", one.title, size(one), other.title, size(other));
        }
    }
    Ok(())
}

/// Stores all tellings as their papers' entries; gives the story of each that tells one with others.
fn tell(tellings: &[(usize, usize, Telling)]) -> Result<HashMap<usize, usize>> {
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async {
        let store = store::open(&folder.path().join("stories.db"))?;
        let now = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000);
        let ids: Vec<SourceId> =
            (0..retell::HOUSES).map(|n| SourceId::new(format!("paper{n}"))).collect::<Result<_, _>>()?;
        store.sync_sources(ids.iter().map(|id| (id.clone(), now)).collect()).await?;
        store.take_part(ids.clone()).await?;
        for (at, (_, house, telling)) in tellings.iter().enumerate() {
            let source =
                Source { id: ids[*house].clone(), ..Source::at(format!("https://paper{house}.example/").parse()?) };
            let teaser = Teaser {
                link: format!("https://paper{house}.example/{at}").parse().ok(),
                headline: Some(telling.title.clone()),
                ..Teaser::default()
            };
            let html: String = telling
                .body
                .split("\n\n")
                .map(|p| format!("<p>{}</p>", p.replace('&', "&amp;").replace('<', "&lt;")))
                .collect();
            let article = Article { body_html: Some(html), ..Article::default() };
            let draft = normalize::draft(&teaser, Some(&article), &Surroundings::default(), &source, now);
            let report = HarvestReport { listed: 1, ..HarvestReport::begun(source.id.clone(), now) };
            let state = SourceState::unseen(source.id.clone(), now);
            store.finish(Finished::new(report, draft.into_iter().collect(), state)).await?;
        }
        let selection = Selection { sources: ids };
        let entries = store.entries(&selection, usize::MAX).await?;
        let found = store.stories(&selection, entries.iter().map(|entry| entry.id.clone()).collect()).await?;
        let place = |entry: &Entry| entry.url.as_ref()?.path().trim_start_matches('/').parse::<usize>().ok();
        let found = found.iter().enumerate();
        Ok(found.flat_map(|(story, told)| told.iter().filter_map(move |entry| Some((place(entry)?, story)))).collect())
    })
}
