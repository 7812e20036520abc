//! Growing the trees, for the programs that train them.

use courant::read::Forest;
use rayon::prelude::*;

/// One row to learn from.
#[derive(Clone, Default)]
pub struct Lesson {
    pub numbers: Vec<f32>,
    pub label: f32,
    pub weight: f32,
    /// Where one of several is to be chosen: which rows stand together. They follow each other.
    pub group: Option<u32>,
}

/// How trees are grown.
#[derive(Clone)]
pub struct Growth {
    pub trees: usize,
    pub depth: usize,
    pub rate: f32,
    /// What holds leaves back.
    pub ridge: f32,
    /// Least curvature, about a quarter of the rows, in a leaf.
    pub least: f32,
    /// Share of the columns that a tree may ask of.
    pub columns: f32,
}

const BINS: usize = 64;

/// Rows sorted into bins, column by column.
struct Table {
    bins: Vec<Vec<u8>>,
    cuts: Vec<Vec<f32>>,
}

impl Table {
    fn of(rows: &[Lesson]) -> Self {
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

/// Boosted trees (logistic loss, that of the choice among a group's rows where there are groups; second order), as `Forest::read` reads them.
pub fn train(rows: &[Lesson], growth: &Growth) -> String {
    assert!(growth.depth <= Forest::DEEPEST, "trees ask at most {} questions one after the other", Forest::DEEPEST);
    let table = Table::of(rows);
    let mean: f32 = rows.iter().map(|r| r.weight).sum::<f32>() / rows.len() as f32;
    let weights: Vec<f32> = rows.iter().map(|r| (r.weight / mean).min(20.0)).collect();
    let mut scores = vec![0f32; rows.len()];
    let mut dice = Dice(7);
    let mut out = String::new();
    for _ in 0..growth.trees {
        let slopes: Vec<(f32, f32)> = rows
            .iter()
            .zip(chances(rows, &scores))
            .zip(&weights)
            .map(|((row, p), weight)| ((p - row.label) * weight, p * (1.0 - p) * weight))
            .collect();
        let chosen: Vec<u32> = (0..rows.len() as u32).filter(|_| dice.roll() < 0.5).collect();
        let columns: Vec<usize> = (0..table.bins.len()).filter(|_| dice.roll() < growth.columns).collect();
        let tree = grow(&table, &slopes, chosen, &columns, growth.depth, growth);
        let add: Vec<f32> = (0..rows.len()).into_par_iter().map(|r| leaf(&tree, &rows[r].numbers)).collect();
        scores.iter_mut().zip(add).for_each(|(s, a)| *s += a);
        print_tree(&tree, &mut out);
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    out
}

/// How likely each row is, by itself or among its group.
fn chances(rows: &[Lesson], scores: &[f32]) -> Vec<f32> {
    let mut out = Vec::with_capacity(rows.len());
    for group in rows.chunk_by(|a, b| a.group.is_some() && a.group == b.group) {
        let scores = &scores[out.len()..out.len() + group.len()];
        if group.first().is_some_and(|row| row.group.is_some()) {
            let most = scores.iter().copied().fold(f32::MIN, f32::max);
            let sum: f32 = scores.iter().map(|s| (s - most).exp()).sum();
            out.extend(scores.iter().map(|s| (s - most).exp() / sum));
        } else {
            out.extend(scores.iter().map(|s| 1.0 / (1.0 + (-s).exp())));
        }
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

fn grow(
    table: &Table,
    slopes: &[(f32, f32)],
    rows: Vec<u32>,
    columns: &[usize],
    depth: usize,
    growth: &Growth,
) -> Tree {
    let (g, h) = rows.iter().fold((0.0, 0.0), |(g, h), r| {
        let (a, b) = slopes[*r as usize];
        (g + a, h + b)
    });
    let end = Tree::Leaf(-g / (h + growth.ridge) * growth.rate);
    if depth == 0 || h < 2.0 * growth.least {
        return end;
    }
    let gain = |g: f32, h: f32| g * g / (h + growth.ridge);
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
                if left_h < growth.least || h - left_h < growth.least {
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
        yes: Box::new(grow(table, slopes, yes, columns, depth - 1, growth)),
        no: Box::new(grow(table, slopes, no, columns, depth - 1, growth)),
    }
}
