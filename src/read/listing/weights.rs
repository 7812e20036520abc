//! How much each kind of evidence counts: logistic regression.

use super::evidence::{Evidence, KINDS};

const BASE: f32 = -3.065;
const WEIGHTS: [f32; KINDS] = [
    0.101,  // count
    0.621,  // title
    -1.185, // title_short
    1.132,  // heading
    0.299,  // class
    0.370,  // no_title
    0.627,  // dated_card
    0.294,  // picture
    -1.346, // nav
    -0.620, // footer
    -0.821, // aside
    -0.096, // related
    -0.540, // tags
    0.448,  // main
    0.305,  // unit
    0.048,  // hidden
    -0.266, // inline
    0.832,  // same_site
    0.406,  // depth
    0.567,  // slug
    0.966,  // numbered
    0.592,  // dated_url
    1.144,  // document
    -0.707, // taxonomy
    -0.307, // service
    0.298,  // repeated
    0.857,  // shape_share
    0.215,  // card_text
    -0.510, // position
    1.569,  // share
];

/// How likely a group with this evidence is the page's list, 0 to 1.
pub(super) fn score(evidence: &Evidence) -> f32 {
    let sum: f32 = evidence.iter().zip(WEIGHTS).map(|(e, w)| e * w).sum();
    1.0 / (1.0 + (-BASE - sum).exp())
}
