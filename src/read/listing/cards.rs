//! What belongs to each of several things on a page: the largest element around it that holds none of the
//! others, and what follows beside it.

use foldhash::HashMap;
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
        // Where nothing else bounds it, a thing is no larger than a list or the page's main part.
        if matches!(outline.tag(parent), "body" | "html" | "main" | "tbody" | "table" | "ul" | "ol") {
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

/// Gives each card the elements between it and its neighbours in the same parent: those after it, or those
/// before it where the page sets them so (`dt` before `dd`, a date above a title).
fn follow(outline: &Outline, cards: &mut [Card]) {
    let mut from = 0;
    while from < cards.len() {
        let parent = cards.get(from).and_then(|c| outline.parent(c.row));
        let run = cards.iter().skip(from).take_while(|c| outline.parent(c.row) == parent).count().max(1);
        if let (Some(cards), Some(parent)) = (cards.get_mut(from..from + run), parent)
            && run > 1
        {
            share_out(outline, parent, cards);
            take_leads(outline, parent, cards);
        }
        from += run;
    }
}

/// Most elements that belong to one card beside its own.
const MOST_BESIDE: usize = 8;

/// Shares out what stands between cards that are siblings.
fn share_out(outline: &Outline, parent: usize, cards: &mut [Card]) {
    let Some(((first, last), tag)) =
        cards.first().zip(cards.last()).map(|(f, l)| (f.row, l.row)).map(|rows| (rows, outline.tag(rows.0)))
    else {
        return;
    };
    let rows: Vec<usize> = cards.iter().map(|c| c.row).collect();
    let mut gaps: Vec<usize> =
        rows.windows(2).map(|w| between(outline, w.first().copied(), w.last().copied())).collect();
    gaps.sort_unstable();
    let usual = gaps.get(gaps.len() / 2).copied().unwrap_or(0).min(MOST_BESIDE);
    let ends = rows.last().map_or(0, |row| between(outline, Some(*row), None).min(usual));
    let starts = outline.children(parent).take_while(|row| *row < first).collect::<Vec<_>>();
    let before = usual > 0 && (tag == "dd" || ends < usual) && starts.len() >= usual;
    let has_text_between = usual == 0
        && rows.windows(2).any(|w| match w {
            [a, b] => outline.span(*b).start > outline.span(*a).end + 1,
            _ => false,
        });
    if before {
        let mut previous = starts
            .len()
            .checked_sub(usual + 1)
            .and_then(|at| starts.get(at))
            .map_or(parent + 1, |row| outline.end(*row));
        for card in cards {
            let own_end = card.rows.end;
            let span_from = outline.span(previous.min(card.row)).start;
            card.rows.start = previous.min(card.row);
            card.span.start = span_from.min(card.span.start);
            previous = own_end;
        }
        return;
    }
    for at in 0..cards.len() {
        let next = rows.get(at + 1).copied();
        let Some(card) = cards.get_mut(at) else { break };
        let most = if card.row == last { usual } else { MOST_BESIDE };
        let mut end = card.row;
        for _ in 0..most {
            match outline.next_sibling(end) {
                // A heading between two cards begins another group.
                Some(beside) if Some(beside) != next && !outline.hints(beside).any(Hints::HEADING) => end = beside,
                _ => break,
            }
        }
        card.rows.end = outline.end(end);
        card.span.end = outline.span(end).end.max(card.span.end);
        if has_text_between && let Some(next) = next {
            // Bare text up to the next card belongs to this one.
            card.span.end = outline.span(next).start.max(card.span.end);
        }
    }
}

/// How much text behind the last of several things can belong to it, in bytes.
const FOLLOWS: usize = 400;

/// Where siblings have a line of one form above them, such as "Filed 3 May, No. 7", and the last of them none behind it,
/// that line is theirs and not the end of what stands before.
fn take_leads(outline: &Outline, parent: usize, cards: &mut [Card]) {
    if cards.len() < 3 {
        return;
    }
    let mut from = outline.span(parent).start;
    let mut leads: Vec<(usize, String)> = Vec::with_capacity(cards.len());
    for card in cards.iter() {
        let own = outline.span(card.row);
        let above = outline.text.get(from..own.start).unwrap_or_default();
        let begin = above.strip_suffix('\n').map_or(0, |above| above.rfind('\n').map_or(0, |at| at + 1));
        leads.push((from + begin, form(above.get(begin..).unwrap_or_default())));
        from = own.end;
    }
    let mut counts: HashMap<&str, usize> = HashMap::default();
    for (_, form) in &leads {
        *counts.entry(form).or_default() += 1;
    }
    let most = leads.iter().max_by_key(|(_, form)| counts.get(form.as_str()).copied().unwrap_or(0));
    let Some(usual) = most.map(|(_, form)| form.clone()) else { return };
    let after = outline.text.get(from..outline.text.floor_char_boundary(from + FOLLOWS)).unwrap_or_default();
    let ends_so = after.split('\n').any(|line| form(line) == usual);
    if !usual.contains('0') || ends_so || counts.get(usual.as_str()).is_none_or(|n| n * 10 < leads.len() * 6) {
        return;
    }
    let mut previous: Option<&mut Card> = None;
    for (card, (start, form)) in cards.iter_mut().zip(leads) {
        if form == usual {
            card.span.start = start.min(card.span.start);
            if let Some(previous) = previous {
                previous.span.end = start.max(outline.span(previous.row).end).min(previous.span.end);
            }
        }
        previous = Some(card);
    }
}

/// The form of a line: digits and letters by kind, each run once.
fn form(line: &str) -> String {
    let mut form = String::new();
    for c in line.trim().chars().take(100) {
        let kind = match c {
            c if c.is_ascii_digit() => '0',
            c if c.is_alphabetic() => 'a',
            c => c,
        };
        if !form.ends_with(kind) {
            form.push(kind);
        }
    }
    form
}

/// How many elements stand between two siblings, or after one.
fn between(outline: &Outline, row: Option<usize>, until: Option<usize>) -> usize {
    let siblings = std::iter::successors(row, |r| outline.next_sibling(*r)).skip(1);
    siblings.take_while(|r| Some(*r) != until).take(MOST_BESIDE + 1).count()
}

#[cfg(test)]
mod tests {
    use crate::model::Kind;
    use crate::read::{CompiledRules, read_listing};

    #[test]
    fn a_line_belongs_to_the_link_below_it_where_the_last_link_has_none() {
        let wanted = ["05/27/2016", "05/25/2016", "05/24/2016", "05/20/2016"];
        let link = |n: usize| format!("<a href='/matter-{n}.pdf'>The matter of the bridge, part {n}</a>");
        let above =
            |(n, day): (usize, &&str)| format!("Filed {day}, No. 15-265{n}<br>{}<br>Some court<br><br>", link(n));
        let below =
            |(n, day): (usize, &&str)| format!("{}<br>Some court<br>Filed {day}, No. 15-265{n}<br><br>", link(n));
        let pages: [String; 2] =
            [wanted.iter().enumerate().map(above).collect(), wanted.iter().enumerate().map(below).collect()];
        for text in pages {
            let page = super::super::page("https://court.example/", &format!("<p>{text}</p><p>A court."));
            let listing = read_listing(&page, Kind::Listing, &CompiledRules::default()).value;
            let dates: Vec<String> = listing.teasers.into_iter().filter_map(|t| Some(t.published?.text)).collect();
            assert_eq!(dates.len(), wanted.len(), "{text}");
            assert!(dates.iter().zip(wanted).all(|(date, wanted)| date.contains(wanted)), "{dates:?} of {text}");
        }
    }
}
