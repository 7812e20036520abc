//! Trains the forest that tells an article's blocks from the rest: `src/read/article/forest.txt`.
//!
//! ```text
//! cargo run --example train_forest -- [--write FILE] [--trees N] [--depth N] FOLDER…
//! ```
//!
//! Each folder holds `truth.jsonl` (`id`, `url`, and `body` or the snippets `with` and `without`) and `ID.html.gz`.
//! It prints what three folds give, each judged by trees that saw no page of its sites; with `--write` it then trains
//! on all pages. The same folders give the same file: rows and columns are drawn by a fixed generator.

use std::collections::{HashMap, HashSet};
use std::io::Read as _;
use std::path::PathBuf;

use chrono::{TimeZone as _, Utc};
use courant::fetch::saved_page;
use courant::model::{Page, is_wide};
use courant::read::{Forest, Studied, study};
use rayon::prelude::*;
use serde::Deserialize;

const FOLDS: u64 = 3;
const BINS: usize = 64;

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
}

/// One block to learn from.
struct Lesson {
    numbers: Vec<f32>,
    label: f32,
    weight: f32,
    fold: u64,
}

struct Options {
    trees: usize,
    depth: usize,
    rate: f32,
    write: Option<PathBuf>,
    folders: Vec<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let options = options()?;
    let samples = samples(&options.folders)?;
    let lessons: Vec<Lesson> = samples
        .par_iter()
        .map(lessons)
        .collect::<Vec<_>>()
        .into_iter()
        .flatten()
        .enumerate()
        .filter_map(thin)
        .collect();
    eprintln!("{} pages, {} blocks", samples.len(), lessons.len());
    let mut scores: HashMap<String, Vec<Score>> = HashMap::new();
    if std::env::var_os("NO_FOLDS").is_none() {
        for fold in 0..FOLDS {
            let rows: Vec<&Lesson> = lessons.iter().filter(|l| l.fold != fold).collect();
            let forest = Forest::read(&train(&rows, &options));
            let of_fold: Vec<&Sample> = samples.iter().filter(|s| s.fold == fold).collect();
            let results: Vec<(String, Score)> =
                of_fold.par_iter().map(|s| (s.truth.source.clone(), score(s, &forest))).collect();
            for (source, score) in results {
                scores.entry(source).or_default().push(score);
            }
        }
        report(&scores);
    }
    if let Some(path) = &options.write {
        let rows: Vec<&Lesson> = lessons.iter().collect();
        let text = train(&rows, &options);
        std::fs::write(path, format!("# made by examples/train_forest.rs\n{text}"))?;
    }
    Ok(())
}

fn options() -> anyhow::Result<Options> {
    let mut options = Options { trees: 120, depth: 5, rate: 0.12, write: None, folders: Vec::new() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| anyhow::anyhow!("{argument} wants a value"));
        match argument.as_str() {
            "--trees" => options.trees = value()?.parse()?,
            "--depth" => options.depth = value()?.parse()?,
            "--rate" => options.rate = value()?.parse()?,
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
            let fold = site(&truth) % FOLDS;
            samples.push(Sample { truth, path, fold });
        }
    }
    Ok(samples)
}

/// Most blocks are wrong and easily seen to be: one of four such stands for all.
fn thin((index, mut lesson): (usize, Lesson)) -> Option<Lesson> {
    if lesson.label > 0.0 || lesson.numbers.get(courant::read::FIRST_LOOK).is_none_or(|p| *p > 0.0) {
        return Some(lesson);
    }
    lesson.weight *= 4.0;
    (index % 4 == 0).then_some(lesson)
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

fn lessons(sample: &Sample) -> Vec<Lesson> {
    let Some(page) = page(sample) else { return Vec::new() };
    let blocks = study(&page, &|_| 0.0);
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
            Some(Lesson { numbers: block.numbers, label: label?, weight, fold: sample.fold })
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

fn score(sample: &Sample, forest: &Forest) -> Score {
    let Some(page) = page(sample) else { return Score::default() };
    let blocks = study(&page, &|numbers| forest.likely(numbers));
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

/// Rows sorted into bins, column by column.
struct Table {
    bins: Vec<Vec<u8>>,
    cuts: Vec<Vec<f32>>,
}

impl Table {
    fn of(rows: &[&Lesson]) -> Self {
        let columns = rows.first().map_or(0, |r| r.numbers.len());
        let (bins, cuts) = (0..columns)
            .into_par_iter()
            .map(|column| {
                let mut values: Vec<f32> = rows.iter().map(|r| r.numbers[column]).collect();
                values.sort_by(f32::total_cmp);
                let mut cuts: Vec<f32> = (1..BINS).map(|i| values[i * (values.len() - 1) / BINS]).collect();
                // Rare values beside one common value would otherwise fall into its bin.
                cuts.extend([values[values.len() - 1], values[0]]);
                values.dedup();
                if values.len() <= BINS {
                    cuts = values;
                }
                cuts.sort_by(f32::total_cmp);
                cuts.dedup();
                let bins = rows.iter().map(|r| cuts.partition_point(|c| *c <= r.numbers[column]) as u8).collect();
                (bins, cuts)
            })
            .unzip();
        Self { bins, cuts }
    }
}

/// A small generator with a fixed seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 24) as f32
    }
}

#[derive(Clone)]
enum Tree {
    Leaf(f32),
    Ask { column: usize, value: f32, yes: Box<Tree>, no: Box<Tree> },
}

fn train(rows: &[&Lesson], options: &Options) -> String {
    let table = Table::of(rows);
    let mean: f32 = rows.iter().map(|r| r.weight).sum::<f32>() / rows.len() as f32;
    let weights: Vec<f32> = rows.iter().map(|r| (r.weight / mean).min(20.0)).collect();
    let mut scores = vec![0f32; rows.len()];
    let mut dice = Dice(7);
    let mut out = String::new();
    for _ in 0..options.trees {
        let slopes: Vec<(f32, f32)> = rows
            .iter()
            .zip(&scores)
            .zip(&weights)
            .map(|((row, score), weight)| {
                let p = 1.0 / (1.0 + (-score).exp());
                ((p - row.label) * weight, p * (1.0 - p) * weight)
            })
            .collect();
        let chosen: Vec<u32> = (0..rows.len() as u32).filter(|_| dice.roll() < 0.5).collect();
        let columns: Vec<usize> = (0..table.bins.len()).filter(|_| dice.roll() < 0.4).collect();
        let tree = grow(&table, &slopes, chosen, &columns, options.depth, options.rate);
        let add: Vec<f32> = (0..rows.len()).into_par_iter().map(|r| leaf(&tree, &rows[r].numbers)).collect();
        scores.iter_mut().zip(add).for_each(|(s, a)| *s += a);
        print_tree(&tree, &mut out);
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    out
}

fn leaf(tree: &Tree, numbers: &[f32]) -> f32 {
    match tree {
        Tree::Leaf(value) => *value,
        Tree::Ask { column, value, yes, no } => leaf(if numbers[*column] < *value { yes } else { no }, numbers),
    }
}

fn print_tree(tree: &Tree, out: &mut String) {
    match tree {
        Tree::Leaf(value) => out.push_str(&format!("={} ", (value * 1e4).round() / 1e4)),
        Tree::Ask { column, value, yes, no } => {
            out.push_str(&format!("{column}<{value} "));
            print_tree(yes, out);
            print_tree(no, out);
        }
    }
}

const RIDGE: f32 = 4.0;
const LEAST: f32 = 8.0;

fn grow(table: &Table, slopes: &[(f32, f32)], rows: Vec<u32>, columns: &[usize], depth: usize, rate: f32) -> Tree {
    let (g, h) = rows.iter().fold((0.0, 0.0), |(g, h), r| {
        let (a, b) = slopes[*r as usize];
        (g + a, h + b)
    });
    let end = Tree::Leaf(-g / (h + RIDGE) * rate);
    if depth == 0 || h < 2.0 * LEAST {
        return end;
    }
    let gain = |g: f32, h: f32| g * g / (h + RIDGE);
    let best = columns
        .par_iter()
        .filter_map(|column| {
            let bins = &table.bins[*column];
            let mut sums = [(0f32, 0f32); BINS + 4];
            for row in &rows {
                let (a, b) = slopes[*row as usize];
                let cell = &mut sums[bins[*row as usize] as usize];
                cell.0 += a;
                cell.1 += b;
            }
            let (mut left_g, mut left_h) = (0.0, 0.0);
            let mut best: Option<(f32, usize, usize)> = None;
            for (bin, cell) in sums.iter().enumerate().take(table.cuts[*column].len()) {
                left_g += cell.0;
                left_h += cell.1;
                if left_h < LEAST || h - left_h < LEAST {
                    continue;
                }
                let value = gain(left_g, left_h) + gain(g - left_g, h - left_h) - gain(g, h);
                if best.is_none_or(|b| value > b.0) {
                    best = Some((value, *column, bin));
                }
            }
            best
        })
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    let Some((_, column, bin)) = best.filter(|b| b.0 > 1e-3) else { return end };
    let value = table.cuts[column][bin];
    let (yes, no): (Vec<u32>, Vec<u32>) =
        rows.into_iter().partition(|r| table.bins[column][*r as usize] as usize <= bin);
    Tree::Ask {
        column,
        value,
        yes: Box::new(grow(table, slopes, yes, columns, depth - 1, rate)),
        no: Box::new(grow(table, slopes, no, columns, depth - 1, rate)),
    }
}
