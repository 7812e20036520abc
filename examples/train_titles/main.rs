//! Trains the trees that choose a page's headline among all that may be it: `src/read/article/title/forest.txt`.
//!
//! ```text
//! cargo run --example train_titles -- [--write FILE] [--trees N] [--depth N] [--rate R] FOLDER…
//! ```
//!
//! Each folder holds `truth.jsonl` (`id`, `source`, `url`, `title`) and `ID.html.gz`. It prints how many titles of each
//! set are right when each page is judged by trees that saw no page of its site; with `--write` it then trains on all
//! pages. The same folders give the same file.

#[path = "../grow/mod.rs"]
mod grow;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::PathBuf;

use chrono::{TimeZone as _, Utc};
use courant::fetch::saved_page;
use courant::read::{Forest, StudiedTitle, study_titles};
use rayon::prelude::*;
use serde::Deserialize;

use grow::{Growth, Lesson, train};

const FOLDS: u64 = 5;

#[derive(Deserialize)]
struct Truth {
    id: String,
    source: String,
    url: Option<String>,
    title: Option<String>,
}

/// A page with its candidates, and which of them are right.
struct Sample {
    truth: Truth,
    fold: u64,
    titles: Vec<StudiedTitle>,
    right: Vec<bool>,
}

fn main() -> anyhow::Result<()> {
    let mut growth = Growth { trees: 240, depth: 3, rate: 0.05, ridge: 4.0, least: 2.0, columns: 0.2 };
    let (mut write, mut folders) = (None, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| anyhow::anyhow!("{argument} wants a value"));
        match argument.as_str() {
            "--trees" => growth.trees = value()?.parse()?,
            "--depth" => growth.depth = value()?.parse()?,
            "--rate" => growth.rate = value()?.parse()?,
            "--columns" => growth.columns = value()?.parse()?,
            "--ridge" => growth.ridge = value()?.parse()?,
            "--least" => growth.least = value()?.parse()?,
            "--write" => write = Some(PathBuf::from(value()?)),
            _ => folders.push(PathBuf::from(&argument)),
        }
    }
    let samples = samples(&folders)?;
    let mut sets: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for fold in 0..FOLDS {
        let forest = Forest::read(&train(&lessons(&samples, Some(fold)), &growth));
        for sample in samples.iter().filter(|s| s.fold == fold) {
            let rows: Vec<&[f32]> = sample.titles.iter().map(|t| t.numbers.as_slice()).collect();
            let likely = forest.likely(&rows);
            let most = likely.iter().copied().fold(0.0, f32::max);
            let chosen = likely.iter().position(|p| *p == most);
            let is_right = chosen.is_some_and(|index| sample.right[index]);
            if !is_right && std::env::var_os("SHOW").is_some() {
                let given = chosen.map(|index| sample.titles[index].text.as_str());
                println!("{}: {:?} for {:?}", sample.truth.id, given, sample.truth.title);
            }
            for set in [sample.truth.source.as_str(), "all"] {
                let counts = sets.entry(set).or_default();
                counts[0] += 1;
                counts[1] += usize::from(is_right);
                counts[2] += usize::from(sample.right.contains(&true));
            }
        }
    }
    for (set, [pages, right, among]) in &sets {
        let share = |n: &usize| *n as f32 / *pages as f32;
        println!("{set:12} {pages:5} right {:.4}, among the candidates {:.4}", share(right), share(among));
    }
    if let Some(path) = write {
        let forest = train(&lessons(&samples, None), &growth);
        std::fs::write(path, format!("# made by examples/train_titles\n{forest}"))?;
    }
    Ok(())
}

/// Candidates of the pages outside of a fold; pages where none, or every one, is right teach nothing.
fn lessons(samples: &[Sample], without: Option<u64>) -> Vec<Lesson> {
    let mut rows = Vec::new();
    let mut of_set: BTreeMap<&str, usize> = BTreeMap::new();
    for sample in samples {
        *of_set.entry(&sample.truth.source).or_default() += 1;
    }
    for (index, sample) in samples.iter().enumerate() {
        let right = sample.right.iter().filter(|r| **r).count();
        if Some(sample.fold) == without || right == 0 || right == sample.right.len() {
            continue;
        }
        for (title, is_right) in sample.titles.iter().zip(&sample.right) {
            let label = if *is_right { 1.0 / right as f32 } else { 0.0 };
            // Small sets speak louder, though not as loud as large ones.
            let weight = 1.0 / (of_set[sample.truth.source.as_str()] as f32).sqrt();
            rows.push(Lesson { numbers: title.numbers.clone(), label, weight, group: Some(index as u32) });
        }
    }
    rows
}

fn samples(folders: &[PathBuf]) -> anyhow::Result<Vec<Sample>> {
    let mut rows = Vec::new();
    for folder in folders {
        for line in std::fs::read_to_string(folder.join("truth.jsonl"))?.lines() {
            let truth: Truth = serde_json::from_str(line)?;
            if truth.title.is_some() {
                rows.push((folder.join(format!("{}.html.gz", truth.id)), truth));
            }
        }
    }
    Ok(rows.into_par_iter().filter_map(|(path, truth)| sample(path, truth)).collect())
}

fn sample(path: PathBuf, truth: Truth) -> Option<Sample> {
    let bytes = std::fs::read(path).ok()?;
    let mut body = Vec::new();
    flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut body).ok()?;
    let url = url::Url::parse(truth.url.as_deref().unwrap_or("http://page.invalid/")).ok()?;
    // Pages of one site are never learnt from and judged at once.
    let host = if truth.url.is_some() { url.host_str().unwrap_or_default() } else { truth.id.as_str() };
    let domain = psl::domain_str(host).unwrap_or(host);
    let fold = xxhash_rust::xxh3::xxh3_64(domain.as_bytes()) % FOLDS;
    let now = Utc.with_ymd_and_hms(2026, 11, 24, 0, 0, 0).single()?;
    let titles = study_titles(&saved_page(url, None, body.into(), now));
    let wanted = plain(truth.title.as_deref()?);
    let right = titles.iter().map(|title| plain(&title.text) == wanted).collect();
    Some(Sample { truth, fold, titles, right })
}

/// Letters and digits, case and punctuation aside.
fn plain(text: &str) -> String {
    let lower: String = text.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}
