//! How likely a block is a part of the article: boosted decision trees over its numbers.
//!
//! There are two forests: the first judges each block by its own numbers, the second, which knows what the first
//! said of the blocks around, all but the hopeless ones again. They stand in `forest.txt` and `second.txt`, made by
//! `examples/train_forest` and never by hand. One tree a line, in preorder: `3<0.25` asks whether number 3 is below 0.25 and is followed by the tree for yes, then the tree for
//! no; `=0.1` is a leaf. The leaves' sum is the log-odds.

use std::sync::LazyLock;

/// A question, or a leaf when `feature` is [`LEAF`].
#[derive(Debug, Clone, Copy, PartialEq)]
struct Node {
    feature: u16,
    /// Where "no" goes on; "yes" is the next node.
    no: u32,
    /// Threshold, or the leaf's value.
    value: f32,
}

const LEAF: u16 = u16::MAX;

/// The trees, one after the other.
#[derive(Debug, Default, PartialEq)]
pub struct Forest {
    nodes: Vec<Node>,
    roots: Vec<u32>,
}

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
            // Questions whose "no" is still to come.
            let mut waiting: Vec<usize> = Vec::new();
            for word in line.split_ascii_whitespace() {
                let at = forest.nodes.len() as u32;
                if let Some(value) = word.strip_prefix('=').and_then(|v| v.parse().ok()) {
                    forest.nodes.push(Node { feature: LEAF, no: 0, value });
                    if let Some(question) = waiting.pop().and_then(|q| forest.nodes.get_mut(q)) {
                        question.no = at + 1;
                    }
                } else if let Some((feature, value)) = word.split_once('<')
                    && let (Ok(feature), Ok(value)) = (feature.parse(), value.parse())
                {
                    waiting.push(at as usize);
                    forest.nodes.push(Node { feature, no: 0, value });
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
        let sum: f32 = self.roots.iter().map(|root| self.leaf(*root, numbers)).sum();
        1.0 / (1.0 + (-sum).exp())
    }

    fn leaf(&self, root: u32, numbers: &[f32]) -> f32 {
        let mut at = root as usize;
        // Every step goes forward in the list, so the walk ends.
        while let Some(node) = self.nodes.get(at) {
            if node.feature == LEAF {
                return node.value;
            }
            let yes = numbers.get(node.feature as usize).is_some_and(|v| *v < node.value);
            at = if yes { at + 1 } else { (node.no as usize).max(at + 1) };
        }
        0.0
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
        assert_eq!(forest.leaf(0, &[0.0, 0.0]), 1.0);
        assert_eq!(forest.leaf(0, &[0.0, 9.0]), 2.0);
        assert_eq!(forest.leaf(0, &[9.0, 0.0]), 3.0);
    }

    #[test]
    fn the_built_in_forests_are_whole() {
        for forest in [&*FIRST, &*SECOND] {
            assert!(forest.roots.len() > 20);
            assert!(forest.nodes.iter().all(|n| n.feature == LEAF || n.no > 0));
        }
    }
}
