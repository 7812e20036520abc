//! Why a list was found where it was, for people and for training.

use url::Url;

use super::evidence;
use super::guess::Candidate;
use super::targets::Target;

/// Links that stand in the page in one manner, and what speaks for their being the page's list.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighed {
    /// How likely they are the page's list, 0 to 1.
    pub score: f32,
    /// Whether they were taken.
    pub taken: bool,
    /// Each kind of evidence by name, about 0 to 1.
    pub evidence: Vec<(&'static str, f32)>,
    /// The links with their own headlines, in page order.
    pub links: Vec<(Url, String)>,
}

impl Weighed {
    pub(super) fn of(candidate: &Candidate, targets: &[Target]) -> Self {
        let members = candidate.group.members.iter().filter_map(|m| targets.get(*m));
        Self {
            score: candidate.score,
            taken: candidate.taken,
            evidence: evidence::NAMES.into_iter().zip(candidate.evidence).collect(),
            links: members.map(|t| (t.url.clone(), t.headline.text.clone())).collect(),
        }
    }
}
