//! What belongs to each of several things on a page: the largest element around it that holds none of the
//! others, and what follows beside it.

use std::ops::Range;

use super::hints::Hints;
use super::outline::Outline;

/// One thing's part of the page.
#[derive(Debug, Clone)]
pub(super) struct Card {
    /// The largest element that holds this thing and no other.
    pub(super) row: usize,
    /// Rows of that element and of the elements after it that belong to it.
    pub(super) rows: Range<usize>,
    /// Its text.
    pub(super) span: Range<usize>,
}

/// Cards of things, each given by the rows of its links, the naming one first.
///
/// The things must be in page order of their naming links.
pub(super) fn deal(outline: &Outline, things: &[(usize, &[usize])]) -> Vec<Card> {
    let mut marks: Vec<(usize, usize)> = things
        .iter()
        .enumerate()
        .flat_map(|(owner, (best, links))| links.iter().copied().chain([*best]).map(move |row| (row, owner)))
        .collect();
    marks.sort_unstable();
    marks.dedup();
    let mut cards: Vec<Card> =
        things.iter().enumerate().map(|(owner, (best, _))| alone(outline, &marks, owner, *best)).collect();
    follow(outline, &mut cards);
    cards
}

/// The largest element around `best` in which all marks are its owner's.
fn alone(outline: &Outline, marks: &[(usize, usize)], owner: usize, best: usize) -> Card {
    let at = marks.partition_point(|m| *m < (best, owner));
    let (mut first, mut last) = (at, at);
    let mut row = best;
    for parent in outline.ancestors(best) {
        let hints = outline.hints(parent);
        if hints.any(Hints::MAIN) && !hints.any(Hints::UNIT)
            || matches!(outline.tag(parent), "body" | "html" | "main" | "tbody" | "table" | "ul" | "ol")
        {
            break;
        }
        let end = outline.end(parent);
        let mut stranger = false;
        while let Some((mark, of)) = first.checked_sub(1).and_then(|i| marks.get(i)) {
            if *mark < parent {
                break;
            }
            stranger |= *of != owner;
            if stranger {
                break;
            }
            first -= 1;
        }
        while let Some((mark, of)) = marks.get(last + 1) {
            if stranger || *mark >= end {
                break;
            }
            stranger |= *of != owner;
            if !stranger {
                last += 1;
            }
        }
        if stranger {
            break;
        }
        row = parent;
    }
    Card { row, rows: row..outline.end(row), span: outline.span(row) }
}

/// Gives each card the elements after it, up to the next card: rows of one thing beside each other. The last
/// card gets as many as the others commonly have.
fn follow(outline: &Outline, cards: &mut [Card]) {
    let mut usual: Vec<usize> = Vec::new();
    for at in 0..cards.len() {
        let Some(card) = cards.get(at) else { break };
        let parent = outline.parent(card.row);
        let next = cards.get(at + 1).filter(|n| outline.parent(n.row) == parent).map(|n| n.row);
        if next.is_none() && usual.is_empty() {
            continue;
        }
        let limit = next.unwrap_or(usize::MAX);
        // A headline between two cards begins another group.
        let most = if next.is_some() {
            8
        } else {
            usual.sort_unstable();
            usual.get(usual.len() / 2).copied().unwrap_or(0)
        };
        let mut end = card.row;
        let mut taken = 0;
        while let Some(beside) = outline.next_sibling(end) {
            if beside >= limit || taken >= most || outline.hints(beside).any(Hints::HEADING) {
                break;
            }
            end = beside;
            taken += 1;
        }
        if next.is_some() {
            usual.push(taken);
        }
        if let Some(card) = cards.get_mut(at) {
            // Bare text after the card belongs to it too.
            let text_end = match next {
                Some(next) if taken < 8 && !outline.hints(end + usize::from(end == card.row)).any(Hints::HEADING) => {
                    let stop = outline.next_sibling(end).unwrap_or(next);
                    outline.span(stop).start
                }
                _ => outline.span(end).end,
            };
            card.rows.end = outline.end(end);
            card.span.end = text_end.max(card.span.end);
        }
    }
}
