//! Without rules: which of the page's links are its list.

use super::cards::{self, Card};
use super::evidence::{self, Evidence, PageFacts};
use super::groups::{self, Group};
use super::hints::Hints;
use super::outline::Outline;
use super::targets::Target;
use super::titles::{self, Witness};
use crate::dates;
use crate::model::text_weight;
use foldhash::{HashMap, HashSet};

/// From this likelihood on a group is taken.
const LIKELY: f32 = 0.5;
/// A group less likely than this is not taken for its addresses' sake.
pub(super) const CONCEIVABLE: f32 = 0.2;
/// How many groups may claim others as parts of their cards.
const MOST_LEADERS: usize = 12;

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
    /// Whether it is only a part of another group's cards.
    pub(super) minor: bool,
}

/// Groups the page's links, weighs the groups, takes the best.
pub(super) fn candidates(outline: &Outline, targets: &[Target], context: &dates::Context) -> Vec<Candidate> {
    let facts = PageFacts::of(targets);
    let mut found: Vec<Candidate> = groups::gather(outline, targets)
        .into_iter()
        .map(|group| {
            let evidence = evidence::of(outline, targets, &group, &facts, context);
            let score = super::weights::score(&evidence);
            Candidate { group, evidence, score, taken: false, minor: false }
        })
        .collect();
    let minor = satellites(outline, targets, &found);
    let best = found.iter().zip(&minor).filter(|(_, m)| !**m).map(|(c, _)| c.score).fold(0.0, f32::max);
    for (candidate, minor) in found.iter_mut().zip(&minor) {
        candidate.minor = *minor;
        candidate.taken = !minor && candidate.score >= LIKELY.min(best);
    }
    add_kin(outline, targets, &mut found, &minor);
    found
}

/// The targets of the page's list, in page order.
pub(super) fn choose(candidates: &[Candidate], targets: &[Target]) -> Vec<usize> {
    let mut chosen: Vec<usize> =
        candidates.iter().filter(|c| c.taken).flat_map(|c| c.group.members.iter().copied()).collect();
    chosen.sort_by_key(|t| targets.get(*t).map(|t| t.best));
    chosen
}

/// Which groups are only parts of another group's cards: sections, authors, "read more", the PDF beside.
fn satellites(outline: &Outline, targets: &[Target], found: &[Candidate]) -> Vec<bool> {
    let mut minor = vec![false; found.len()];
    let ranks: Vec<f32> = found.iter().map(|candidate| rank(targets, candidate)).collect();
    let rank = |at: usize| ranks.get(at).copied().unwrap_or(0.0);
    let mut leaders: Vec<usize> = (0..found.len())
        .filter(|at| found.get(*at).is_some_and(|c| c.group.members.len() >= 3 && c.score >= CONCEIVABLE))
        .collect();
    leaders.sort_by(|a, b| rank(*b).total_cmp(&rank(*a)));
    for &leader in leaders.iter().take(MOST_LEADERS) {
        if minor.get(leader).copied().unwrap_or(true) {
            continue;
        }
        let Some(lead) = found.get(leader) else { continue };
        let members: Vec<&Target> = lead.group.members.iter().filter_map(|m| targets.get(*m)).collect();
        let things: Vec<(usize, &[usize])> = members.iter().map(|t| (t.best, std::slice::from_ref(&t.best))).collect();
        let cards = cards::deal(outline, &things);
        for (at, other) in found.iter().enumerate() {
            if at != leader
                && rank(at) < rank(leader)
                && is_part(targets, lead, other, &cards)
                && let Some(mark) = minor.get_mut(at)
            {
                *mark = true;
            }
        }
    }
    minor
}

/// Which of two groups in the same cards names them: the likelier one; a little is given for documents, since
/// beside a number that leads to a page about a document stands the document.
fn rank(targets: &[Target], candidate: &Candidate) -> f32 {
    let members = candidate.group.members.iter().filter_map(|m| targets.get(*m));
    let n = candidate.group.members.len().max(1) as f32;
    let documents = members.clone().filter(|t| t.look.document).count() as f32 / n;
    let named = members.filter(|t| !titles::is_weak(&t.headline)).count() as f32 / n;
    candidate.score + named * 0.5 + documents * 0.2
}

/// Whether nearly all links of a group lie in the cards of another, several cards having some.
fn is_part(targets: &[Target], lead: &Candidate, other: &Candidate, cards: &[Card]) -> bool {
    let members: Vec<&Target> = other.group.members.iter().filter_map(|m| targets.get(*m)).collect();
    let mut hit: HashMap<usize, usize> = HashMap::default();
    let mut inside = 0;
    for target in &members {
        let at = cards.partition_point(|c| c.rows.start <= target.best);
        if let Some(at) = at.checked_sub(1)
            && cards.get(at).is_some_and(|c| c.rows.contains(&target.best))
        {
            inside += 1;
            *hit.entry(at).or_default() += 1;
        }
    }
    if inside * 10 < members.len() * 8 || hit.len() < 2 {
        return false;
    }
    // Further stories under a lead are stories: addresses of one form, and titles nearly as long.
    let alike = kinship(targets, lead, other) >= 0.5 && mean_title(targets, other) >= mean_title(targets, lead) * 0.5;
    !alike || members.iter().all(|t| t.headline.witness == Witness::Nothing)
}

/// Which share of a group has addresses of a form that the lead has.
fn kinship(targets: &[Target], lead: &Candidate, other: &Candidate) -> f32 {
    let shapes: HashSet<u64> =
        lead.group.members.iter().filter_map(|m| targets.get(*m)).map(|t| t.look.shape).collect();
    let members = &other.group.members;
    let alike = members.iter().filter_map(|m| targets.get(*m)).filter(|t| shapes.contains(&t.look.shape)).count();
    alike as f32 / members.len().max(1) as f32
}

fn mean_title(targets: &[Target], candidate: &Candidate) -> f32 {
    let members = &candidate.group.members;
    let total: usize =
        members.iter().filter_map(|m| targets.get(*m)).map(|t| text_weight(&t.headline.text).min(120)).sum();
    total as f32 / members.len().max(1) as f32
}

/// Takes further groups whose addresses have the form of those taken, if that form tells anything.
fn add_kin(outline: &Outline, targets: &[Target], found: &mut [Candidate], minor: &[bool]) {
    let mut shapes: HashMap<u64, usize> = HashMap::default();
    let (mut members, mut weight) = (0usize, 0.0);
    for candidate in found.iter().filter(|c| c.taken) {
        for target in candidate.group.members.iter().filter_map(|m| targets.get(*m)) {
            *shapes.entry(target.look.shape).or_default() += 1;
        }
        members += candidate.group.members.len();
        weight += mean_title(targets, candidate) * candidate.group.members.len() as f32;
    }
    let usual = weight / members.max(1) as f32;
    for (candidate, minor) in found.iter_mut().zip(minor) {
        if candidate.taken || *minor || candidate.score < CONCEIVABLE {
            continue;
        }
        let all: Vec<&Target> = candidate.group.members.iter().filter_map(|m| targets.get(*m)).collect();
        let kin = all
            .iter()
            .filter(|t| may_be_kin(outline, t))
            .filter(|t| shapes.get(&t.look.shape).is_some_and(|n| *n >= 2 && n * 20 >= members))
            .count();
        let mean =
            all.iter().map(|t| text_weight(&t.headline.text).min(120)).sum::<usize>() as f32 / all.len().max(1) as f32;
        candidate.taken = kin * 10 >= all.len() * 8 && mean >= usual * 0.5;
    }
}

/// Whether a link may be taken for its address's sake: that tells something, and no part of the page's frame holds it.
pub(super) fn may_be_kin(outline: &Outline, target: &Target) -> bool {
    let look = &target.look;
    (look.slug_words >= 2 || look.numbered || look.dated) && !outline.region(target.best).any(Hints::BESIDE)
}
