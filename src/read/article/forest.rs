//! How likely a block is a part of the article: boosted decision trees over its numbers.
//!
//! There are two forests: the first judges each block by its own numbers, the second, which knows what the first
//! said of the blocks around, all but the hopeless ones again. They stand in `forest.txt` and `second.txt`, made by
//! `examples/train_forest` and never by hand. One tree a line, in preorder: `3<0.25` asks whether number 3 is below 0.25 and is followed by the tree for yes, then the tree for
//! no; `=0.1` is a leaf. The leaves' sum is the log-odds.
//!
//! Many blocks are judged at once. Trees ask the same again and again, so that each question is put once, to a batch of
//! blocks side by side; a tree then needs no more than the answers, and no step of it waits for the one before.

use std::cmp::Ordering;
use std::sync::LazyLock;

use crate::model::SPREAD;

/// Most questions between a tree's root and a leaf.
const DEPTH: usize = 5;
/// Questions and leaves of a tree that is filled up to that depth.
const ASKED: usize = (1 << DEPTH) - 1;
const LEAVES: usize = 1 << DEPTH;

/// Blocks judged side by side.
const ABREAST: usize = 64;
/// A bit for each of them, set for a no.
type Noes = u64;

/// Whether a number is below something.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Question {
    feature: u16,
    below: f32,
}

/// A tree filled up: where a leaf comes early, all leaves below its place are alike.
#[derive(Debug, Clone, PartialEq)]
struct Tree {
    /// Places of the questions, level by level, those for yes first.
    asked: [u16; ASKED],
    leaves: [f32; LEAVES],
}

/// The trees, and what they ask.
#[derive(Debug, Default, PartialEq)]
pub struct Forest {
    /// Each once, those of a number together.
    questions: Vec<Question>,
    trees: Vec<Tree>,
    /// Most questions between a root and a leaf.
    depth: usize,
}

static FIRST: LazyLock<Forest> = LazyLock::new(|| Forest::read(include_str!("forest.txt")));
static SECOND: LazyLock<Forest> = LazyLock::new(|| Forest::read(include_str!("second.txt")));

/// From the numbers of blocks to how likely each is a part of the article, 0 to 1.
pub type Look<'a> = &'a dyn Fn(&[&[f32]]) -> Vec<f32>;

/// Judges blocks.
#[derive(Clone, Copy)]
pub struct Judges<'a> {
    /// By a block's own numbers.
    pub first: Look<'a>,
    /// By those and by what the first says of the blocks around.
    pub second: Look<'a>,
}

/// The two forests of this build.
pub(super) const BUILT_IN: Judges<'static> =
    Judges { first: &|rows| FIRST.likely(rows), second: &|rows| SECOND.likely(rows) };

impl Question {
    fn read(word: &str) -> Option<Self> {
        let (feature, below) = word.split_once('<')?;
        Some(Self { feature: feature.parse().ok()?, below: below.parse().ok()? })
    }

    fn order(&self, other: &Self) -> Ordering {
        self.feature.cmp(&other.feature).then(self.below.total_cmp(&other.below))
    }
}

impl Forest {
    /// Most questions that may stand between a tree's root and a leaf.
    pub const DEEPEST: usize = DEPTH;

    /// Reads the trees as `forest.txt` writes them; what is no tree, or too deep a one, is left out.
    pub fn read(text: &str) -> Self {
        let lines = || text.lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
        let mut questions: Vec<Question> =
            lines().flat_map(str::split_ascii_whitespace).filter_map(Question::read).collect();
        questions.sort_by(Question::order);
        questions.dedup();
        let mut forest = Self { questions, ..Self::default() };
        for line in lines() {
            let mut tree = Tree { asked: [0; ASKED], leaves: [0.0; LEAVES] };
            if let Some(depth) = tree.fill(&mut line.split_ascii_whitespace(), &forest.questions, 0, 0) {
                forest.trees.push(tree);
                forest.depth = forest.depth.max(depth);
            }
        }
        forest
    }

    /// How likely each block is a part of the article, 0 to 1, by its numbers; one that it has not is 0.
    pub fn likely(&self, rows: &[&[f32]]) -> Vec<f32> {
        let mut noes = vec![0; self.questions.len()];
        let mut likely = Vec::with_capacity(rows.len());
        for batch in rows.chunks(ABREAST) {
            self.put(batch, &mut noes);
            let mut sums = [0.0; ABREAST];
            for tree in &self.trees {
                let way = tree.walk(&noes, self.depth);
                for (byte, sums) in sums.as_chunks_mut::<8>().0.iter_mut().enumerate().take(batch.len().div_ceil(8)) {
                    // Which leaf each of these eight comes to, a byte for each.
                    let turn = |noes: &Noes| SPREAD[usize::from(noes.to_le_bytes()[byte])];
                    let leaves = way.iter().fold(0, |leaves, noes| leaves << 1 | turn(noes));
                    for (sum, leaf) in sums.iter_mut().zip(leaves.to_le_bytes()) {
                        *sum += tree.leaves[usize::from(leaf) % LEAVES];
                    }
                }
            }
            likely.extend(sums.iter().take(batch.len()).map(|sum| 1.0 / (1.0 + f32::exp(-sum))));
        }
        likely
    }

    /// Puts every question to a batch of blocks.
    fn put(&self, batch: &[&[f32]], noes: &mut [Noes]) {
        let mut column = [0.0; ABREAST];
        let mut of = None;
        for (question, noes) in self.questions.iter().zip(noes) {
            if of != Some(question.feature) {
                of = Some(question.feature);
                for (index, row) in batch.iter().enumerate() {
                    column[index % APART * ROWS + index / APART] =
                        row.get(usize::from(question.feature)).copied().unwrap_or_default();
                }
            }
            *noes = not_below(&column, question.below);
        }
    }
}

impl Tree {
    /// Fills in what stands at and below a place of a level; gives the most questions from the root to a leaf there.
    fn fill<'a>(
        &mut self,
        words: &mut impl Iterator<Item = &'a str>,
        questions: &[Question],
        level: usize,
        place: usize,
    ) -> Option<usize> {
        let word = words.next()?;
        if let Some(value) = word.strip_prefix('=') {
            let below = DEPTH - level;
            self.leaves.get_mut(place << below..(place + 1) << below)?.fill(value.parse().ok()?);
            return Some(level);
        }
        let question = Question::read(word)?;
        let index = questions.binary_search_by(|other| other.order(&question)).ok()?;
        *self.asked.get_mut((1 << level) - 1 + place).filter(|_| level < DEPTH)? = u16::try_from(index).ok()?;
        let yes = self.fill(words, questions, level + 1, place * 2)?;
        let no = self.fill(words, questions, level + 1, place * 2 + 1)?;
        Some(yes.max(no))
    }

    /// What is answered on the way from the root to a leaf, level by level.
    fn walk(&self, noes: &[Noes], depth: usize) -> [Noes; DEPTH] {
        let ask = |place: usize| {
            let question = self.asked.get(place - 1).copied().unwrap_or_default();
            noes.get(usize::from(question)).copied().unwrap_or_default()
        };
        let a = ask(1);
        let b = below(&ask, a)(1);
        let c = below(&below(&ask, b), a)(1);
        if depth <= 3 {
            return [a, b, c, 0, 0];
        }
        let d = below(&below(&below(&ask, c), b), a)(1);
        let e = below(&below(&below(&below(&ask, d), c), b), a)(1);
        [a, b, c, d, e]
    }
}

/// From a place in a tree to the answers a level below, there where each block's own answer leads it: the root's place
/// is 1, below place n stand 2n for yes and 2n + 1 for no.
fn below(answers: &impl Fn(usize) -> Noes, own: Noes) -> impl Fn(usize) -> Noes {
    move |place| {
        let (yes, no) = (answers(place * 2), answers(place * 2 + 1));
        yes ^ (yes ^ no) & own
    }
}

/// The numbers of a batch stand in four rows, so that four are compared in one step: those of the first sixteen blocks
/// are each fourth number.
const ROWS: usize = 4;
const APART: usize = ABREAST / ROWS;

/// Not inlined: by itself it is sure to be compiled to such steps.
#[inline(never)]
fn not_below(column: &[f32; ABREAST], below: f32) -> Noes {
    let mut rows = [0u32; ROWS];
    for (bit, numbers) in column.as_chunks::<ROWS>().0.iter().enumerate() {
        for (row, number) in rows.iter_mut().zip(numbers) {
            *row |= u32::from(*number < below) << bit;
        }
    }
    !rows.iter().rev().fold(0, |yeses, row| yeses << APART | Noes::from(*row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_are_walked_from_question_to_leaf() {
        let forest = Forest::read("# two trees\n0<0.5 =-1 1<2 =3 =4\n=0.5\n");
        let likely = forest.likely(&[&[0.0, 9.0], &[1.0, 1.0], &[1.0, 9.0], &[0.0]]);
        let log_odds: Vec<f32> = likely.iter().map(|p| ((p / (1.0 - p)).ln() * 100.0).round() / 100.0).collect();
        assert_eq!(log_odds, [-0.5, 3.5, 4.5, -0.5]);
    }

    #[test]
    fn nested_questions_on_the_yes_side_find_their_way_back() {
        let forest = Forest::read("0<5 1<5 =1 =2 =3");
        for (numbers, leaf) in [([0.0, 0.0], 1.0), ([0.0, 9.0], 2.0), ([9.0, 0.0], 3.0)] {
            assert_eq!(forest.likely(&[&numbers]), Forest::read(&format!("={leaf}")).likely(&[&[]]));
        }
    }

    #[test]
    fn each_block_of_a_page_comes_to_the_leaf_that_its_own_walk_ends_at() {
        /// The leaf of a tree in preorder, question by question.
        fn walk<'a>(words: &mut impl Iterator<Item = &'a str>, numbers: &[f32]) -> f32 {
            let word = words.next().unwrap();
            if let Some(value) = word.strip_prefix('=') {
                return value.parse().unwrap();
            }
            let question = Question::read(word).unwrap();
            let (yes, no) = (walk(words, numbers), walk(words, numbers));
            if numbers[usize::from(question.feature)] < question.below { yes } else { no }
        }
        let texts = [include_str!("forest.txt"), include_str!("second.txt"), include_str!("title/forest.txt")];
        for text in texts {
            let forest = Forest::read(text);
            // Numbers at the forest's own thresholds and a little off them, more rows than are judged at once.
            let mut state = 1u32;
            let mut draw = |most: usize| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as usize % most
            };
            let mut rows = vec![vec![0f32; 256]; ABREAST * 2 + 3];
            for row in &mut rows {
                for _ in 0..400 {
                    let question = forest.questions[draw(forest.questions.len())];
                    row[usize::from(question.feature)] = question.below + (draw(3) as f32 - 1.0) * 0.001;
                }
            }
            rows[0].fill(f32::NAN);
            let rows: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
            let trees = || text.lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
            let alone = |row: &&[f32]| {
                let sum = trees().fold(0f32, |sum, tree| sum + walk(&mut tree.split_ascii_whitespace(), row));
                1.0 / (1.0 + f32::exp(-sum))
            };
            assert_eq!(forest.likely(&rows), rows.iter().map(alone).collect::<Vec<f32>>());
            assert_eq!(forest.trees.len(), trees().count(), "every line is a tree");
        }
    }

    #[test]
    fn what_is_no_tree_or_too_deep_a_one_is_left_out() {
        let deep = format!("{}{}", "0<1 ".repeat(DEPTH + 1), "=1 ".repeat(DEPTH + 2));
        for text in ["0<1", "0<1 =1", "0<x =1 =2", "word", &deep] {
            assert_eq!(Forest::read(text).trees, [], "{text}");
        }
        assert_eq!(Forest::read(deep.strip_prefix("0<1 ").unwrap()).trees.len(), 1);
    }
}
