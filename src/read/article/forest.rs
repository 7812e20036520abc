//! How likely a block is a part of the article: boosted decision trees over its numbers.
//!
//! There are two forests: the first judges each block by its own numbers, the second, which knows what the first
//! said of the blocks around, all but the hopeless ones again. They stand in `forest.txt` and `second.txt`, made by
//! `examples/train_forest` and never by hand. One tree a line, in preorder: `3<0.25` asks whether number 3 is below 0.25 and is followed by the tree for yes, then the tree for
//! no; `=0.1` is a leaf. The leaves' sum is the log-odds.

use std::hint::select_unpredictable;
use std::sync::LazyLock;

/// A question, or a leaf where "no" goes nowhere.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Node {
    /// Threshold, or the leaf's value.
    value: f32,
    feature: u16,
    /// How many nodes further "no" goes on; "yes" is the next node.
    no: u16,
}

/// The trees, one after the other.
#[derive(Debug, Default, PartialEq)]
pub struct Forest {
    nodes: Vec<Node>,
    /// Where each tree begins.
    roots: Vec<u32>,
    /// Most questions between a root and a leaf.
    depth: usize,
}

/// Trees walked side by side: a step waits for memory, and others are taken meanwhile.
const ABREAST: usize = 8;

static FIRST: LazyLock<Forest> = LazyLock::new(|| Forest::read(include_str!("forest.txt")));
static SECOND: LazyLock<Forest> = LazyLock::new(|| Forest::read(include_str!("second.txt")));

/// From a block's numbers to how likely it is a part of the article, 0 to 1.
pub type Look<'a> = &'a dyn Fn(&[f32]) -> f32;

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
    Judges { first: &|numbers| FIRST.likely(numbers), second: &|numbers| SECOND.likely(numbers) };

impl Forest {
    /// Reads the trees as `forest.txt` writes them; what is no tree is left out.
    pub fn read(text: &str) -> Self {
        let mut forest = Self::default();
        for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
            let begin = forest.nodes.len();
            // Questions whose "no" is still to come, and how many are asked before what comes next.
            let mut waiting: Vec<(usize, usize)> = Vec::new();
            let mut asked = 0;
            for word in line.split_ascii_whitespace() {
                let at = forest.nodes.len();
                if let Some(value) = word.strip_prefix('=').and_then(|v| v.parse().ok()) {
                    forest.nodes.push(Node { value, feature: 0, no: 0 });
                    forest.depth = forest.depth.max(asked);
                    if let Some((question, before)) = waiting.pop()
                        && let Some(node) = forest.nodes.get_mut(question)
                    {
                        node.no = u16::try_from(at + 1 - question).unwrap_or_default();
                        asked = before;
                    }
                } else if let Some((feature, value)) = word.split_once('<')
                    && let (Ok(feature), Ok(value)) = (feature.parse(), value.parse())
                {
                    asked += 1;
                    waiting.push((at, asked));
                    forest.nodes.push(Node { value, feature, no: 0 });
                }
            }
            if begin < forest.nodes.len() {
                forest.roots.push(begin as u32);
            }
        }
        forest
    }

    /// How likely a block with these numbers is a part of the article, 0 to 1.
    pub fn likely(&self, numbers: &[f32]) -> f32 {
        let mut sum = 0.0;
        for roots in self.roots.chunks(ABREAST) {
            let mut places = [0; ABREAST];
            places.iter_mut().zip(roots).for_each(|(place, root)| *place = *root as usize);
            for _ in 0..self.depth {
                for place in &mut places {
                    *place = self.step(*place, numbers);
                }
            }
            let leaves = places.iter().zip(roots).filter_map(|(place, _)| self.nodes.get(*place));
            sum = leaves.fold(sum, |sum, leaf| sum + leaf.value);
        }
        1.0 / (1.0 + f32::exp(-sum))
    }

    /// Where a walk goes from a node; a leaf is not left. All walks are equally long, so that none waits for a guess at
    /// how another ends.
    fn step(&self, at: usize, numbers: &[f32]) -> usize {
        let Some(node) = self.nodes.get(at) else { return at };
        let number = numbers.get(usize::from(node.feature)).copied().unwrap_or_default();
        at + usize::from(select_unpredictable(number < node.value, node.no.min(1), node.no))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_are_walked_from_question_to_leaf() {
        let forest = Forest::read("# two trees\n0<0.5 =-1 1<2 =3 =4\n=0.5\n");
        let log_odds = |numbers: &[f32]| {
            let p = forest.likely(numbers);
            ((p / (1.0 - p)).ln() * 100.0).round() / 100.0
        };
        assert_eq!(log_odds(&[0.0, 9.0]), -0.5);
        assert_eq!(log_odds(&[1.0, 1.0]), 3.5);
        assert_eq!(log_odds(&[1.0, 9.0]), 4.5);
    }

    #[test]
    fn nested_questions_on_the_yes_side_find_their_way_back() {
        let forest = Forest::read("0<5 1<5 =1 =2 =3");
        for (numbers, leaf) in [([0.0, 0.0], 1.0), ([0.0, 9.0], 2.0), ([9.0, 0.0], 3.0)] {
            assert_eq!(forest.likely(&numbers), Forest::read(&format!("={leaf}")).likely(&[]));
        }
    }

    #[test]
    fn the_built_in_forests_are_whole() {
        for forest in [&*FIRST, &*SECOND] {
            assert!(forest.roots.len() > 20);
            let leaves = forest.nodes.iter().filter(|n| n.no == 0).count();
            assert_eq!(
                forest.nodes.len() - leaves + forest.roots.len(),
                leaves,
                "a tree has a leaf more than questions"
            );
        }
    }
}
