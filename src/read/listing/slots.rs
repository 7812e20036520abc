//! Where a card has several dates: which place in all of the cards tells when things were published.
//!
//! One card does not tell its date of filing from its date of hearing, nor a docket number from a day. All cards
//! together do: the day of publication stands in the same place in nearly all, falls from card to card, and is
//! called so at the head of its column.

use foldhash::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::NaiveDate;

use super::cards::Card;
use super::hints::Hints;
use super::outline::Outline;
use super::when::{self, Seen};
use crate::dates::Context;
use crate::model::Origin;

/// How many cards are looked at before it is decided whether there is a question.
const SAMPLE: usize = 6;
/// Most rows of a card that are looked at.
const MOST_ROWS: usize = 150;
/// Most places that are told apart.
const MOST_PLACES: usize = 60;
/// Longest text that is tried, in bytes.
const LONGEST: usize = 60;
/// What a place must be better by to be preferred to the one that a card gives by itself.
const BETTER: f32 = 0.15;

/// A date in a card, and its place there.
#[derive(Debug)]
struct Sighting {
    place: u64,
    row: usize,
    seen: Seen,
}

/// What a place says over all cards.
#[derive(Debug)]
struct Place {
    row: usize,
    dates: Vec<Option<Seen>>,
}

/// For each card the date of the place that serves the list best, where that is another than the cards give by
/// themselves (`own`); nothing where there is no question.
pub(super) fn settle(outline: &Outline, cards: &[Card], own: &[Option<Seen>], context: &Context) -> Vec<Option<Seen>> {
    if cards.len() < 3 || !is_asked(outline, cards, own, context) {
        return Vec::new();
    }
    let mut places: Vec<Place> = Vec::new();
    let mut known: HashMap<u64, usize> = HashMap::default();
    for (nr, card) in cards.iter().enumerate() {
        for Sighting { place, row, seen } in sightings(outline, card, context) {
            let at = *known.entry(place).or_insert_with(|| {
                places.push(Place { row, dates: vec![None; cards.len()] });
                places.len() - 1
            });
            if let Some(date) = places.get_mut(at).and_then(|p| p.dates.get_mut(nr)) {
                date.get_or_insert(seen);
            }
        }
        if places.len() > MOST_PLACES {
            return Vec::new();
        }
    }
    let today = weigh(own);
    let score =
        |(nr, place): (usize, &Place)| weigh(&place.dates) + label(outline, place.row) - nr.min(4) as f32 * 0.03;
    let Some((score, best)) = places.iter().enumerate().map(|p| (score(p), p.1)).max_by(|a, b| a.0.total_cmp(&b.0))
    else {
        return Vec::new();
    };
    // Where the cards mostly say what the place says, the rest of them is put right by it.
    let agreed = agreement(best, own) * 10 >= own.len() * 6 && weigh(&best.dates) > today;
    let better = || score > today + own_label(outline, &places, own) + BETTER;
    if coverage(&best.dates) >= 0.6 && (agreed || better()) { best.dates.clone() } else { Vec::new() }
}

/// How many cards say the same as a place.
fn agreement(place: &Place, own: &[Option<Seen>]) -> usize {
    let day = |seen: &Option<Seen>| seen.as_ref().map(|s| s.day);
    place.dates.iter().zip(own).filter(|(a, b)| a.is_some() && day(a) == day(b)).count()
}

/// Whether the first cards have dates in more than one place, or what the cards give by themselves is in no order.
fn is_asked(outline: &Outline, cards: &[Card], own: &[Option<Seen>], context: &Context) -> bool {
    let several = |card: &&Card| sightings(outline, card, context).len() > 1;
    let days: Vec<_> = own.iter().flatten().map(|seen| seen.day).collect();
    days.len() > 1 && order(&days) < 1.0 || cards.iter().take(SAMPLE).any(|card| several(&card))
}

/// Which share of neighbouring days is in order, falling or rising, whichever is more.
fn order(days: &[NaiveDate]) -> f32 {
    let pairs = || days.iter().zip(days.iter().skip(1));
    let falling = pairs().filter(|(a, b)| a >= b).count();
    let rising = pairs().filter(|(a, b)| a <= b).count();
    falling.max(rising) as f32 / pairs().count().max(1) as f32
}

/// The dates that a card shows, each by itself in an element.
fn sightings(outline: &Outline, card: &Card, context: &Context) -> Vec<Sighting> {
    let mut found: Vec<Sighting> = Vec::new();
    let mut until = 0;
    for row in card.rows.clone().take(MOST_ROWS) {
        if row < until || outline.span(row).len() > LONGEST || outline.hints(row).any(Hints::COMMENTS) {
            continue;
        }
        let seen = when::of_element(outline, row, context).or_else(|| {
            let digits = outline.text(row).bytes().filter(u8::is_ascii_digit).count();
            (digits >= 3).then(|| when::readable(&outline.line(row), Origin::Text, context)).flatten()
        });
        let Some(seen) = seen else { continue };
        until = outline.end(row);
        let path = path(outline, card, row);
        let nth = found.iter().filter(|s| s.place == place(path, 0) || s.place == place(path, 1)).count();
        found.push(Sighting { place: place(path, nth), row, seen });
    }
    found
}

/// The one place of a card that shows a date, 0 where none does; nothing where there are several, or where it says
/// another day than the card gives by itself (`own`).
pub(super) fn only_place(outline: &Outline, card: &Card, own: Option<&Seen>, context: &Context) -> Option<u64> {
    match sightings(outline, card, context).as_slice() {
        [] => Some(0),
        [one] => own.is_some_and(|own| own.day == one.seen.day).then_some(one.place),
        _ => None,
    }
}

fn place(path: u64, nth: usize) -> u64 {
    path.wrapping_add(nth as u64)
}

/// The way from a card to an element of it.
fn path(outline: &Outline, card: &Card, row: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    let top = outline.parent(card.row);
    for step in std::iter::once(row).chain(outline.ancestors(row)).take_while(|step| Some(*step) != top) {
        let tag = outline.tag(step);
        tag.hash(&mut hasher);
        if matches!(tag, "td" | "th") {
            outline.column(step).hash(&mut hasher);
        } else if step != card.row {
            let names = outline.attribute(step, "class").unwrap_or_default();
            names.split_ascii_whitespace().next().hash(&mut hasher);
        }
    }
    hasher.finish()
}

/// How well dates look like those that a list is made by: nearly every card has one, and they fall or rise.
fn weigh(dates: &[Option<Seen>]) -> f32 {
    let days: Vec<_> = dates.iter().flatten().map(|seen| seen.day).collect();
    let order = order(&days);
    let same = days.len() >= 4 && days.iter().all(|d| days.first() == Some(d));
    coverage(dates) + order * 0.4 - if same { 0.2 } else { 0.0 }
}

/// Which share of the cards has a date.
fn coverage(dates: &[Option<Seen>]) -> f32 {
    dates.iter().flatten().count() as f32 / dates.len().max(1) as f32
}

/// What the place that the cards' own dates mostly come from is called.
fn own_label(outline: &Outline, places: &[Place], own: &[Option<Seen>]) -> f32 {
    let best = places.iter().map(|p| (agreement(p, own), p.row)).max_by_key(|(n, _)| *n);
    best.filter(|(n, _)| n * 10 >= own.len() * 6).map_or(0.0, |(_, row)| label(outline, row))
}

/// What the name of a place says for or against it: the head of its column, what stands before it, its classes.
fn label(outline: &Outline, row: usize) -> f32 {
    let said = [before(outline, row), head_of_column(outline, row)].into_iter().flatten().map(str::to_lowercase);
    let classed = ["itemprop", "class", "title"].map(|a| outline.attribute(row, a).unwrap_or_default().to_lowercase());
    let tells = |words: &[&str], text: &str| words.iter().any(|w| text.contains(w));
    classed
        .into_iter()
        .chain(said)
        .map(|text| match () {
            () if tells(&MADE, &text) => 0.4,
            () if tells(&OTHER, &text) => -0.4,
            () => 0.0,
        })
        .find(|l| *l != 0.0)
        .unwrap_or(0.0)
}

/// Words for the day that something came out.
const MADE: [&str; 31] = [
    "publi",
    "posted",
    "post date",
    "issued",
    "filed",
    "filing",
    "released",
    "release date",
    "decided",
    "decision",
    "opinion date",
    "date added",
    "created",
    "创建",
    "erstellt",
    "veröffentlicht",
    "erschienen",
    "verkündet",
    "pubblic",
    "opublik",
    "опубликован",
    "дата публикации",
    "发布",
    "發布",
    "公布",
    "发表",
    "公開",
    "掲載",
    "등록일",
    "게시",
    "yayın",
];
/// Words for other days.
const OTHER: [&str; 24] = [
    "updated",
    "update",
    "modif",
    "due",
    "deadline",
    "expir",
    "effective",
    "event",
    "hearing",
    "argued",
    "closing",
    "closes",
    "reply",
    "aktualisiert",
    "geändert",
    "frist",
    "mise à jour",
    "actualiz",
    "обновл",
    "更新",
    "截止",
    "修改",
    "生效",
    "수정",
];

/// The words over a cell.
fn head_of_column<'o>(outline: &'o Outline, row: usize) -> Option<&'o str> {
    let cell = std::iter::once(row).chain(outline.ancestors(row)).find(|r| matches!(outline.tag(*r), "td" | "th"))?;
    let table = outline.ancestors(cell).find(|r| outline.tag(*r) == "table")?;
    let first = (table..outline.end(table)).take(50).find(|r| outline.tag(*r) == "tr")?;
    let head = outline.children(first).nth(outline.column(cell)).filter(|head| *head != cell)?;
    Some(outline.text(head)).filter(|t| !t.is_empty() && t.len() <= LONGEST)
}

/// The words that stand before an element, where they are a label's.
fn before<'o>(outline: &'o Outline, row: usize) -> Option<&'o str> {
    let holder = outline.parent(row)?;
    let from = outline.span(holder).start;
    let text = outline.slice(from..outline.span(row).start).rsplit('\n').next()?;
    let text = text.rsplit(|c: char| c.is_ascii_digit()).next()?.trim();
    (!text.is_empty() && text.len() <= LONGEST).then_some(text)
}

#[cfg(test)]
mod tests {
    use crate::model::Kind;
    use crate::read::{CompiledRules, read_listing};

    /// The dates of a table with these heads and rows, the last cell of each a link.
    fn dates(heads: &[&str], rows: &[&[&str]]) -> Vec<String> {
        let head: String = heads.iter().map(|head| format!("<th>{head}</th>")).collect();
        let row = |(nr, cells): (usize, &&[&str])| {
            let cells: String = cells.iter().map(|cell| format!("<td>{cell}</td>")).collect();
            format!("<tr>{cells}<td><a href='/matter-{nr}.pdf'>The matter of the bridge, part {nr}</a></td></tr>")
        };
        let rows: String = rows.iter().enumerate().map(row).collect();
        let page = super::super::page(
            "https://court.example/",
            &format!("<table><tr>{head}<th>Matter</th></tr>{rows}</table>"),
        );
        let listing = read_listing(&page, Kind::Listing, &CompiledRules::default()).value;
        listing.teasers.into_iter().map(|t| t.published.map(|w| w.text).unwrap_or_default()).collect()
    }

    #[test]
    fn the_column_that_is_called_so_tells_when_things_were_published() {
        let rows: [&[&str]; 3] =
            [&["2026-06-12", "2026-07-07"], &["2026-05-02", "2026-06-26"], &["2026-05-27", "2026-06-17"]];
        for (heads, column) in
            [(["Argued", "Decided"], 1), (["Published", "Updated"], 0), (["公布日期", "截止日期"], 0)]
        {
            let wanted: Vec<&str> = rows.iter().filter_map(|row| row.get(column).copied()).collect();
            assert_eq!(dates(&heads, &rows), wanted, "{heads:?}");
        }
    }

    #[test]
    fn a_number_that_looks_like_a_day_is_put_right_by_the_other_rows() {
        let rows: [&[&str]; 5] = [
            &["ag 118", "2015-08-10"],
            &["ag 230", "2015-08-06"],
            &["20130818", "2015-07-27"],
            &["ag 741", "2015-07-24"],
            &["ag 992", "2015-07-10"],
        ];
        let wanted: Vec<&str> = rows.iter().filter_map(|row| row.get(1).copied()).collect();
        assert_eq!(dates(&["Number", ""], &rows), wanted);
    }

    #[test]
    fn what_stands_beside_one_link_is_no_heading_of_the_next() {
        let rows: String = (1..=5)
            .map(|n| {
                format!(
                    "<tr><td><a href='/opinion/{n}'>The matter of the bridge, part {n}</a></td>\
                     <td><a href='/dockets/{n}0220{n}'>{n}0220{n}</a></td><td>2026-05-0{n}</td></tr>"
                )
            })
            .collect();
        let page = super::super::page("https://court.example/", &format!("<table>{rows}</table>"));
        let listing = read_listing(&page, Kind::Listing, &CompiledRules::default()).value;
        let dates: Vec<String> = listing.teasers.into_iter().filter_map(|t| Some(t.published?.text)).collect();
        assert_eq!(dates, ["2026-05-01", "2026-05-02", "2026-05-03", "2026-05-04", "2026-05-05"]);
    }
}
