//! Growing the trees.

use rayon::prelude::*;

use super::{Lesson, Options};

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

/// Boosted trees (logistic loss, second order), as `Forest::read` reads them.
pub fn train(rows: &[Lesson], options: &Options) -> String {
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
