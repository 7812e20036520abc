//! Trains the forests that tell an article's blocks from the rest: `src/read/article/forest.txt` and `second.txt`.
//!
//! ```text
//! cargo run --release --example train_forest -- [--write FOLDER] [--trees N] [--depth N] [--rate R] FOLDER…
//! ```
//!
//! Each folder holds `truth.jsonl` (`id`, `url`, and `body` or the snippets `with` and `without`) and `ID.html.gz`.
//! It prints what three folds give, each judged by trees that saw no page of its sites; with `--write` it then trains
//! on all pages. What the second forest learns from, the first forest's word on the blocks around, is itself said by
//! trees that saw no page of the site. The same folders give the same files: rows and columns are drawn by a fixed
//! generator.

#[path = "../grow/mod.rs"]
mod grow;

use std::collections::{HashMap, HashSet};
use std::io::Read as _;
use std::path::PathBuf;

use chrono::{TimeZone as _, Utc};
use courant::fetch::saved_page;
use courant::model::{Page, is_wide};
use courant::read::{FIRST_LOOK, Forest, HOPELESS, Judges, OWN_NUMBERS, Studied, study};
use rayon::prelude::*;
use serde::Deserialize;

use grow::{Growth, Lesson, train};

const FOLDS: u64 = 3;

#[derive(Deserialize)]
struct Truth {
    id: String,
    source: String,
    url: Option<String>,
    body: Option<String>,
    #[serde(default)]
    with: Vec<String>,
    #[serde(default)]
    without: Vec<String>,
    language: Option<String>,
}

/// A page with the truth about it.
struct Sample {
    truth: Truth,
    path: PathBuf,
    fold: u64,
    /// The part of what the others learn from that it is in.
    part: u64,
}

const GROWTH: Growth = Growth { trees: 100, depth: 5, rate: 0.1, ridge: 4.0, least: 8.0, columns: 0.4 };

struct Options {
    growth: Growth,
    write: Option<PathBuf>,
    folders: Vec<PathBuf>,
}

/// Both forests.
struct Trained {
    first: String,
    second: String,
}

fn main() -> anyhow::Result<()> {
    let options = options()?;
    let samples = samples(&options.folders)?;
    let mut scores: HashMap<String, Vec<Score>> = HashMap::new();
    if std::env::var_os("NO_FOLDS").is_none() {
        for fold in 0..FOLDS {
            let (of_fold, others): (Vec<&Sample>, Vec<&Sample>) = samples.iter().partition(|s| s.fold == fold);
            let trained = learn(&others, &options);
            let (first, second) = (Forest::read(&trained.first), Forest::read(&trained.second));
            let judge = |sample: &&Sample| {
                let judges = Judges { first: &|rows| first.likely(rows), second: &|rows| second.likely(rows) };
                (sample.truth.source.clone(), score(sample, judges))
            };
            let results: Vec<(String, Score)> = of_fold.par_iter().map(judge).collect();
            for (source, score) in results {
                scores.entry(source).or_default().push(score);
            }
        }
        report(&scores);
    }
    if let Some(folder) = &options.write {
        let all: Vec<&Sample> = samples.iter().collect();
        let trained = learn(&all, &options);
        for (name, text) in [("forest.txt", trained.first), ("second.txt", trained.second)] {
            std::fs::write(folder.join(name), format!("# made by examples/train_forest\n{text}"))?;
        }
    }
    Ok(())
}

/// The first forest; then, for each part of the pages, one that did not see it, and the second forest upon their word.
fn learn(samples: &[&Sample], options: &Options) -> Trained {
    let own: Vec<Vec<Lesson>> = samples.par_iter().map(|s| lessons(s, None)).collect();
    let rows = |part: Option<u64>| -> Vec<&Lesson> {
        let chosen = samples.iter().zip(&own).filter(|(s, _)| Some(s.part) != part);
        chosen.flat_map(|(_, rows)| rows).collect()
    };
    let first = train(&thinned(rows(None), 0), &options.growth);
    let parts: Vec<Forest> =
        (0..FOLDS).map(|part| Forest::read(&train(&thinned(rows(Some(part)), 0), &options.growth))).collect();
    let around: Vec<Lesson> = samples.par_iter().flat_map_iter(|s| lessons(s, parts.get(s.part as usize))).collect();
    let second = train(&thinned(around.iter().collect(), OWN_NUMBERS), &options.growth);
    Trained { first, second }
}

fn options() -> anyhow::Result<Options> {
    let mut options = Options { growth: GROWTH, write: None, folders: Vec::new() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| anyhow::anyhow!("{argument} wants a value"));
        match argument.as_str() {
            "--trees" => options.growth.trees = value()?.parse()?,
            "--depth" => options.growth.depth = value()?.parse()?,
            "--rate" => options.growth.rate = value()?.parse()?,
            "--write" => options.write = Some(value()?.into()),
            _ => options.folders.push(argument.into()),
        }
    }
    Ok(options)
}

fn samples(folders: &[PathBuf]) -> anyhow::Result<Vec<Sample>> {
    let mut samples = Vec::new();
    for folder in folders {
        for line in std::fs::read_to_string(folder.join("truth.jsonl"))?.lines() {
            let truth: Truth = serde_json::from_str(line)?;
            if truth.body.is_none() && truth.with.is_empty() {
                continue;
            }
            let path = folder.join(format!("{}.html.gz", truth.id));
            let site = site(&truth);
            samples.push(Sample { truth, path, fold: site % FOLDS, part: site / FOLDS % FOLDS });
        }
    }
    Ok(samples)
}

/// Most blocks are wrong and easily seen to be: one of four such stands for all. `second`: where the first forest's
/// word stands, if it has spoken.
fn thinned(rows: Vec<&Lesson>, second: usize) -> Vec<Lesson> {
    let easy = |row: &Lesson| {
        let doubted = second > 0 && row.numbers.get(second).is_some_and(|p| *p >= 0.05);
        row.label == 0.0 && row.numbers.get(FIRST_LOOK).is_some_and(|p| *p <= 0.0) && !doubted
    };
    let keep = |(index, row): (usize, &Lesson)| {
        let (easy, mut row) = (easy(row), row.clone());
        if easy {
            row.weight *= 4.0;
        }
        (!easy || index % 4 == 0).then_some(row)
    };
    rows.into_iter().enumerate().filter_map(keep).collect()
}

/// Pages of one site are never learnt from and judged at once.
fn site(truth: &Truth) -> u64 {
    let host = truth.url.as_deref().and_then(|u| url::Url::parse(u).ok());
    let host = host.as_ref().and_then(|u| u.host_str()).unwrap_or(&truth.id).to_owned();
    let domain = psl::domain_str(&host).unwrap_or(&host);
    xxhash_rust::xxh3::xxh3_64(domain.as_bytes())
}

fn page(sample: &Sample) -> Option<Page> {
    let bytes = std::fs::read(&sample.path).ok()?;
    let mut body = Vec::new();
    flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut body).ok()?;
    let url = sample.truth.url.as_deref().unwrap_or("http://page.invalid/");
    let now = Utc.with_ymd_and_hms(2026, 11, 24, 0, 0, 0).single()?;
    Some(saved_page(url::Url::parse(url).ok()?, None, body.into(), now))
}

fn words(text: &str, unspaced: bool) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut open = false;
    for c in text.chars() {
        let letter = c.is_alphanumeric() || c == '_';
        if unspaced && is_wide(c) {
            out.push(c.to_string());
            open = false;
        } else if letter {
            match out.last_mut() {
                Some(word) if open => word.push(c),
                _ => out.push(c.to_string()),
            }
            open = true;
        } else {
            open = false;
        }
    }
    out
}

fn is_unspaced(truth: &Truth) -> bool {
    truth.language.as_deref().is_some_and(|l| ["ja", "km", "lo", "my", "th", "zh"].contains(&l))
}

fn shingles(words: &[String]) -> HashMap<Vec<&str>, u32> {
    let mut out = HashMap::new();
    let size = words.len().min(4);
    if size > 0 {
        for window in words.windows(size) {
            *out.entry(window.iter().map(String::as_str).collect()).or_default() += 1;
        }
    }
    out
}

/// A page's blocks by their own numbers; with the first forest, those it does not find hopeless, by all numbers.
fn lessons(sample: &Sample, first: Option<&Forest>) -> Vec<Lesson> {
    let Some(page) = page(sample) else { return Vec::new() };
    let judge = |rows: &[&[f32]]| first.map_or(vec![0.0; rows.len()], |f| f.likely(rows));
    let blocks = study(&page, Judges { first: &judge, second: &|rows| vec![0.0; rows.len()] });
    let unspaced = is_unspaced(&sample.truth);
    let words_of: Vec<Vec<String>> = blocks.iter().map(|b| words(&b.text, unspaced)).collect();
    let labels = match &sample.truth.body {
        Some(body) => by_body(&words_of, &words(body, unspaced)),
        None => by_snippets(&blocks, &sample.truth),
    };
    let mut right: f32 = 0.0;
    for (words, label) in words_of.iter().zip(&labels) {
        if *label == Some(1.0) {
            right += words.len() as f32;
        }
    }
    let scale = if sample.truth.body.is_some() { right.clamp(200.0, 4000.0) } else { 600.0 };
    blocks
        .into_iter()
        .zip(&words_of)
        .zip(labels)
        .filter_map(|((block, words), label)| {
            let weight = ((words.len() as f32).min(150.0) + 8.0) / scale;
            let mut numbers = block.numbers;
            if first.is_none() {
                numbers.truncate(OWN_NUMBERS);
            } else if block.first < HOPELESS {
                return None;
            }
            Some(Lesson { numbers, label: label?, weight, group: None })
        })
        .collect()
}

/// A block is right when most of its shingles are the truth's; a short one when it joins on to a right one there.
fn by_body(blocks: &[Vec<String>], truth: &[String]) -> Vec<Option<f32>> {
    let known: HashSet<Vec<&str>> = truth.windows(4).map(|w| w.iter().map(String::as_str).collect()).collect();
    let share = |words: &[String]| {
        let all = words.windows(4).count().max(1);
        let hits =
            words.windows(4).filter(|w| known.contains(&w.iter().map(String::as_str).collect::<Vec<_>>())).count();
        hits as f32 / all as f32
    };
    let long: Vec<Option<bool>> =
        blocks.iter().map(|b| if b.len() >= 4 { Some(share(b) >= 0.5) } else { None }).collect();
    (0..blocks.len())
        .map(|i| {
            let block = &blocks[i];
            if let Some(right) = long[i] {
                return Some(f32::from(u8::from(right)));
            }
            if block.is_empty() {
                return None;
            }
            let mut joined = Vec::new();
            if let Some(before) = (0..i).rev().take(4).find(|j| long[*j] == Some(true)) {
                let tail = &blocks[before][blocks[before].len() - 3..];
                joined.push([tail, block].concat());
            }
            if let Some(after) = (i + 1..blocks.len()).take(4).find(|j| long[*j] == Some(true)) {
                joined.push([block, &blocks[after][..3]].concat());
            }
            let right = joined.iter().any(|j| share(j) > 0.99);
            Some(f32::from(u8::from(right)))
        })
        .collect()
}

fn by_snippets(blocks: &[Studied], truth: &Truth) -> Vec<Option<f32>> {
    let squeeze = |t: &str| t.split_whitespace().collect::<Vec<_>>().join(" ");
    let has = |text: &str, snippets: &[String]| snippets.iter().any(|s| text.contains(&squeeze(s)));
    blocks
        .iter()
        .map(|b| {
            let text = squeeze(&b.text);
            match (has(&text, &truth.with), has(&text, &truth.without)) {
                (true, false) => Some(1.0),
                (false, true) => Some(0.0),
                _ => None,
            }
        })
        .collect()
}

/// What the scorer of the article benchmark counts on one page.
#[derive(Clone, Copy, Default)]
struct Score {
    precision: Option<f32>,
    recall: Option<f32>,
    snippets: [f32; 3],
}

fn score(sample: &Sample, judges: Judges) -> Score {
    let Some(page) = page(sample) else { return Score::default() };
    let blocks = study(&page, judges);
    let text: Vec<&str> = blocks.iter().filter(|b| b.kept).map(|b| b.text.as_str()).collect();
    let text = text.join("\n\n");
    let mut score = Score::default();
    if let Some(body) = &sample.truth.body {
        let unspaced = is_unspaced(&sample.truth);
        let (truth, given) = (words(body, unspaced), words(&text, unspaced));
        let (truth, given) = (shingles(&truth), shingles(&given));
        let both: u32 = truth.iter().map(|(k, n)| (*n).min(given.get(k).copied().unwrap_or(0))).sum();
        let sum = |m: &HashMap<Vec<&str>, u32>| m.values().sum::<u32>() as f32;
        score.precision = (!given.is_empty()).then(|| both as f32 / sum(&given));
        score.recall = (!truth.is_empty()).then(|| both as f32 / sum(&truth));
        if std::env::var_os("SHOW").is_some() {
            println!("{} {:.3} {:.3}", sample.truth.id, score.precision.unwrap_or(0.0), score.recall.unwrap_or(0.0));
        }
    }
    let squeeze = |t: &str| t.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = squeeze(&text);
    let count = |snippets: &[String]| snippets.iter().filter(|s| text.contains(&squeeze(s))).count() as f32;
    let found = count(&sample.truth.with);
    score.snippets = [found, count(&sample.truth.without), sample.truth.with.len() as f32 - found];
    score
}

fn report(scores: &HashMap<String, Vec<Score>>) {
    let mut names: Vec<&String> = scores.keys().collect();
    names.sort();
    let mean = |values: Vec<f32>| values.iter().sum::<f32>() / values.len().max(1) as f32;
    for name in names {
        let pages = &scores[name];
        let p = mean(pages.iter().filter_map(|s| s.precision).collect());
        let r = mean(pages.iter().filter_map(|s| s.recall).collect());
        let s = pages.iter().fold([0f32; 3], |a, s| [a[0] + s.snippets[0], a[1] + s.snippets[1], a[2] + s.snippets[2]]);
        let snippets = 2.0 * s[0] / (2.0 * s[0] + s[1] + s[2]).max(1.0);
        println!(
            "{name:12} {:5} p {p:.4} r {r:.4} f1 {:.4} snippets {snippets:.4}",
            pages.len(),
            2.0 * p * r / (p + r).max(1e-9)
        );
    }
}
