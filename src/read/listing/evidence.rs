//! What speaks for a group of links being the page's list, as numbers.

use super::cards::{self, Card};
use super::groups::Group;
use super::hints::Hints;
use super::outline::Outline;
use super::targets::Target;
use super::titles::Witness;
use crate::dates;
use crate::model::text_weight;
use foldhash::HashMap;

/// How many kinds of evidence there are.
pub(super) const KINDS: usize = 30;

/// Their names, in order.
pub(super) const NAMES: [&str; KINDS] = [
    "count",
    "title",
    "title_short",
    "heading",
    "class",
    "no_title",
    "dated_card",
    "picture",
    "nav",
    "footer",
    "aside",
    "related",
    "tags",
    "main",
    "unit",
    "hidden",
    "inline",
    "same_site",
    "depth",
    "slug",
    "numbered",
    "dated_url",
    "document",
    "taxonomy",
    "service",
    "repeated",
    "shape_share",
    "card_text",
    "position",
    "share",
];

/// The numbers of one group, each about 0 to 1.
pub(super) type Evidence = [f32; KINDS];

/// Facts of the whole page that a group is held against.
pub(super) struct PageFacts<'t> {
    shapes: HashMap<u64, usize>,
    titles: HashMap<&'t str, usize>,
    targets: usize,
    weight: f32,
}

impl<'t> PageFacts<'t> {
    /// Counts once.
    pub(super) fn of(targets: &'t [Target]) -> Self {
        let mut shapes: HashMap<u64, usize> = HashMap::default();
        let mut titles: HashMap<&str, usize> = HashMap::default();
        let mut weight = 0;
        for target in targets {
            *shapes.entry(target.look.shape).or_default() += 1;
            *titles.entry(&target.spelt).or_default() += 1;
            weight += text_weight(&target.headline.text).min(100);
        }
        Self { shapes, titles, targets: targets.len().max(1), weight: (weight as f32).max(1.0) }
    }
}

/// Weighs a group.
pub(super) fn of(
    outline: &Outline,
    targets: &[Target],
    group: &Group,
    facts: &PageFacts,
    context: &dates::Context,
) -> Evidence {
    let members: Vec<&Target> = group.members.iter().filter_map(|m| targets.get(*m)).collect();
    let n = members.len().max(1) as f32;
    let things: Vec<(usize, &[usize])> = members.iter().map(|t| (t.best, t.links.as_slice())).collect();
    let cards = cards::deal(outline, &things);
    let share = |test: &dyn Fn(&Target) -> bool| members.iter().filter(|t| test(t)).count() as f32 / n;
    let region = |hint: Hints| share(&|t: &Target| outline.region(t.best).any(hint));
    let weights: Vec<f32> = members.iter().map(|t| text_weight(&t.headline.text).min(120) as f32).collect();
    let total: f32 = weights.iter().sum();
    let mean = total / n;
    let extra = members
        .iter()
        .zip(&cards)
        .map(|(t, c)| {
            (text_weight(outline.slice(c.span.clone())).saturating_sub(text_weight(&t.headline.text))).min(400) as f32
        })
        .sum::<f32>()
        / n;
    let first = members.first().map_or(0, |t| outline.span(t.best).start) as f32;
    let commonest =
        members.iter().map(|t| facts.shapes.get(&t.look.shape).copied().unwrap_or(0)).max().unwrap_or(0) as f32;
    [
        (n.ln() / 5.0).min(1.2),
        mean / 100.0,
        members.iter().zip(&weights).filter(|(_, w)| **w < 18.0).count() as f32 / n,
        share(&|t| t.headline.witness == Witness::Heading),
        share(&|t| t.headline.witness == Witness::Class),
        share(&|t| t.headline.witness <= Witness::Picture),
        cards.iter().filter(|c| has_date(outline, c, context)).count() as f32 / n,
        cards.iter().filter(|c| c.rows.clone().any(|r| outline.hints(r).any(Hints::PICTURE))).count() as f32 / n,
        region(Hints::NAV.and(Hints::CRUMBS).and(Hints::HEADER)),
        region(Hints::FOOTER),
        region(Hints::ASIDE),
        region(Hints::RELATED),
        region(Hints::TAGS.and(Hints::SHARE).and(Hints::PAGER).and(Hints::COMMENTS).and(Hints::AUTHOR)),
        region(Hints::MAIN),
        region(Hints::UNIT),
        region(Hints::HIDDEN),
        share(&|t| is_inline(outline, t.best)),
        share(&|t| t.look.same_site),
        members.iter().map(|t| t.look.depth.min(6) as f32).sum::<f32>() / n / 6.0,
        members.iter().map(|t| t.look.slug_words.min(6) as f32).sum::<f32>() / n / 6.0,
        share(&|t| t.look.numbered),
        share(&|t| t.look.dated),
        share(&|t| t.look.document),
        share(&|t| t.look.taxonomy || t.look.pager),
        share(&|t| t.look.service || t.look.media),
        share(&|t| facts.titles.get(&*t.spelt).copied().unwrap_or(0) > 1),
        commonest / facts.targets as f32,
        extra / 400.0,
        first / outline.text.len().max(1) as f32,
        total / facts.weight,
    ]
}

/// Whether a card shows a date.
fn has_date(outline: &Outline, card: &Card, context: &dates::Context) -> bool {
    if card.rows.clone().any(|r| outline.tag(r) == "time") {
        return true;
    }
    let text = outline.slice(card.span.clone());
    let text = text.get(..text.floor_char_boundary(600)).unwrap_or(text);
    text.bytes().any(|b| b.is_ascii_digit()) && dates::find(text, context).is_some()
}

/// Whether a link stands within running text.
fn is_inline(outline: &Outline, link: usize) -> bool {
    let own = outline.span(link).len();
    for row in outline.ancestors(link).take(3) {
        let hints = outline.hints(row);
        if hints.any(Hints::HEADING) {
            return false;
        }
        if hints.any(Hints::PARAGRAPH) {
            return outline.span(row).len() > own * 2 + 60;
        }
    }
    false
}
