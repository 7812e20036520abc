//! Without rules: which of the page's links are its list.

use super::evidence::{self, Evidence, PageFacts};
use super::groups::{self, Group};
use super::outline::Outline;
use super::targets::Target;
use crate::dates;

/// A group of links, what speaks for it, and what came of it.
#[derive(Debug)]
pub(super) struct Candidate {
    /// The links.
    pub(super) group: Group,
    /// What speaks for it.
    pub(super) evidence: Evidence,
    /// How likely it is the page's list, 0 to 1.
    pub(super) score: f32,
    /// Whether it was taken.
    pub(super) taken: bool,
}

/// Groups the page's links, weighs the groups, takes the best.
pub(super) fn candidates(outline: &Outline, targets: &[Target], context: &dates::Context) -> Vec<Candidate> {
    let facts = PageFacts::of(targets);
    let mut found: Vec<Candidate> = groups::gather(outline, targets)
        .into_iter()
        .map(|group| {
            let evidence = evidence::of(outline, targets, &group, &facts, context);
            let score = super::weights::score(&evidence);
            Candidate { group, evidence, score, taken: false }
        })
        .collect();
    let best = found.iter().map(|c| c.score).fold(0.0, f32::max);
    for candidate in &mut found {
        candidate.taken = candidate.score >= 0.5_f32.min(best);
    }
    found
}

/// The targets of the page's list, in page order.
pub(super) fn choose(candidates: &[Candidate], targets: &[Target]) -> Vec<usize> {
    let mut chosen: Vec<usize> =
        candidates.iter().filter(|c| c.taken).flat_map(|c| c.group.members.iter().copied()).collect();
    chosen.sort_by_key(|t| targets.get(*t).map(|t| t.best));
    chosen
}
