//! Where the list of a page stands, for the next time.

use foldhash::HashMap;
use scraper::node::Element;
use url::Url;

use super::super::cards::{self, Card};
use super::super::guess::{self, CONCEIVABLE, Candidate};
use super::super::hints::Hints;
use super::super::landmarks::address_hash;
use super::super::outline::{self, Outline};
use super::super::targets::Target;
use super::super::when::{Headings, Seen};
use super::follow::reads_alike;
use super::tags::{self, Kinds, Tag, Tags};
use super::{FEWEST, date_themselves, name_hash, names_itself, own_dates, print_of, raw, shape_hash};
use crate::dates::Context;
use crate::model::{Links, Listing, ListingMethod, Origin, Page, PageGuide, PageKind, Row, text_weight};
use crate::read::rules::ListingPickers;
use crate::read::xml::escape;

/// A list less likely than this is found by a hair.
const SURE: f32 = 0.6;
/// Links more likely than this nearly were a second one.
const NEAR: f32 = 0.45;
/// More bytes of tags around a list are not kept.
const LONGEST_OPENING: usize = 4096;
/// Fewer bytes would be found in any row.
const SHORTEST_MARK: usize = 3;

/// What a full reading went by.
pub(in crate::read::listing) struct Reading<'r> {
    pub(in crate::read::listing) page: &'r Page,
    pub(in crate::read::listing) outline: &'r Outline<'r>,
    pub(in crate::read::listing) base: &'r Url,
    pub(in crate::read::listing) context: &'r Context<'r>,
    pub(in crate::read::listing) found: &'r [Target],
    pub(in crate::read::listing) candidates: &'r [Candidate],
    /// The operator's rules, and the elements that they found.
    pub(in crate::read::listing) rules: &'r ListingPickers,
    pub(in crate::read::listing) items: &'r [&'r Element],
    /// Whether all tags of the page are in order.
    pub(in crate::read::listing) in_order: bool,
}

/// Notes where the list stands; nothing where it is not plain enough for that.
pub(in crate::read::listing) fn note(reading: &Reading, listing: &Listing) -> Option<PageGuide> {
    if listing.page_kind != PageKind::Listing || listing.teasers.len() < FEWEST {
        return None;
    }
    match listing.method {
        ListingMethod::Guess => note_looked(reading, listing),
        ListingMethod::Rules => note_ruled(reading, listing),
        _ => None,
    }
}

/// Likewise, of a list that was found by looking.
fn note_looked(reading: &Reading, listing: &Listing) -> Option<PageGuide> {
    let Reading { page, outline, context, found, candidates, in_order, rules, .. } = *reading;
    let taken = only_taken(outline, candidates, found)?;
    let chosen: Vec<&Target> = taken.group.members.iter().filter_map(|at| found.get(*at)).collect();
    if listing.teasers.len() != chosen.len() {
        return None;
    }
    let things: Vec<(usize, &[usize])> = chosen.iter().map(|t| (t.best, t.links.as_slice())).collect();
    let cards = cards::deal(outline, &things);
    let container = container_of(outline, &cards)?;
    let holders = holders(outline, container);
    let is_chrome = |row: &usize| own_hints(outline, *row).any(Hints::REGIONS);
    let within = |(target, card): (&&Target, &Card)| target.links.iter().all(|link| card.rows.contains(link));
    if holders.iter().skip(2).any(is_chrome) || !chosen.iter().zip(&cards).all(within) {
        return None;
    }
    let named = chosen.iter().zip(&cards).zip(&listing.teasers).all(|((target, card), teaser)| {
        teaser.headline.as_deref() == Some(target.headline.text.as_str())
            && names_itself(outline, target, card, context)
    });
    let own = own_dates(outline, &cards, &chosen, context);
    // A date that is marked as one needs no heading, neither here nor in rows to come, whose markup is the same.
    let marked = |own: &Option<Seen>| own.as_ref().is_some_and(|seen| seen.written.origin != Origin::Text);
    let stand_alone = own.iter().all(marked) || {
        let mut headings = Headings::default();
        headings.pass(outline, cards.first()?, context);
        headings.say_nothing()
    };
    if !named || !stand_alone || !date_themselves(outline, &cards, &own, context) {
        return None;
    }
    let names = names(found, &chosen)?;
    let addresses = Links::of(found.iter().map(|target| address_hash(&target.url)));
    let own: Vec<usize> = cards.iter().map(|card| card.row).collect();
    let places = Places::of(&page.text, outline, &own)?;
    let guide = PageGuide {
        shapes: Links::of(chosen.iter().map(|target| shape_hash(target))),
        addresses: Some(addresses).filter(|addresses| !addresses.is_full())?,
        names,
        heaviest: cards.iter().map(|card| text_weight(outline.text(card.row))).max()?,
        ..standing(reading, listing, &holders, &places, chosen.iter().map(|target| target.best).zip(own))?
    };
    // Where the tags around the rows are not in order, the rows must be seen to be read alike without them.
    (in_order && places.sure || reads_alike(page, &guide, rules)).then_some(guide)
}

/// Likewise, of a list that rules found: elements in one place, each read by what is in it and around it.
fn note_ruled(reading: &Reading, listing: &Listing) -> Option<PageGuide> {
    let Reading { page, outline, rules, items, in_order, .. } = *reading;
    if !rules.are_local() {
        return None;
    }
    let mut wanted = items.iter().peekable();
    let is_wanted = |row: &usize| {
        let element = outline.nodes.get(*row).map(|node| node.element);
        element.is_some_and(|element| wanted.next_if(|item| std::ptr::eq(**item, element)).is_some())
    };
    let rows: Vec<usize> = (0..outline.nodes.len()).filter(is_wanted).collect();
    let container = outline.parent(*rows.first()?)?;
    let beside = |row: &usize| outline.parent(*row) == Some(container);
    if rows.len() != listing.teasers.len() || !rows.iter().all(beside) {
        return None;
    }
    let places = Places::of(&page.text, outline, &rows)?;
    let leads = rows.iter().copied().zip(rows.iter().copied());
    let guide = standing(reading, listing, &holders(outline, container), &places, leads)?;
    (in_order && places.sure || reads_alike(page, &guide, rules)).then_some(guide)
}

/// What holds the rows, the outermost first.
fn holders(outline: &Outline, container: usize) -> Vec<usize> {
    let mut holders: Vec<usize> = std::iter::once(container).chain(outline.ancestors(container)).collect();
    holders.reverse();
    holders
}

/// Where a list stands: its rows in these elements and at these places, of each the element that leads to the article
/// and its own.
fn standing(
    reading: &Reading,
    listing: &Listing,
    holders: &[usize],
    places: &Places,
    own: impl Iterator<Item = (usize, usize)>,
) -> Option<PageGuide> {
    let Reading { page, outline, base, .. } = *reading;
    let mut rows = Vec::with_capacity(places.rows.len());
    let mut kinds = Kinds::by(reading.rules);
    let mut leads: HashMap<u32, usize> = HashMap::default();
    for (((lead, row), teaser), place) in own.zip(&listing.teasers).zip(&places.rows) {
        let text = page.text.get(place.0..place.1)?;
        let (kind, lead) = (kinds.of(text), lead - row);
        if *leads.entry(kind).or_insert(lead) != lead {
            return None;
        }
        rows.push(Row { raw: raw(text), says: teaser.print(), kind, lead: u16::try_from(lead).ok()? });
    }
    let (first, last) = (places.rows.first()?.0, places.rows.last()?.1);
    let (before, after) = (page.text.get(..first)?, page.text.get(last..)?);
    Some(PageGuide {
        before: (before.len(), print_of(page, before)),
        after: (after.len(), print_of(page, after)),
        mark: mark(&page.text, &places.rows)?,
        opening: opening(&page.text, outline, holders)?,
        depth: holders.len(),
        rows,
        base: Some(base.clone()).filter(|base| *base != page.url),
        confidence: listing.confidence,
        title: listing.title.clone(),
        description: listing.description.clone(),
        language: listing.language.clone(),
        picture: listing.picture.as_ref().map(|picture| picture.url.clone()),
        next: listing.next.clone(),
        ..PageGuide::default()
    })
}

/// The one group of links that was taken, where no other was nearly taken too.
fn only_taken<'c>(outline: &Outline, candidates: &'c [Candidate], found: &[Target]) -> Option<&'c Candidate> {
    let mut taken = candidates.iter().filter(|candidate| candidate.taken);
    let only = taken.next().filter(|only| only.score >= SURE)?;
    let members = |candidate: &'c Candidate| candidate.group.members.iter().filter_map(|at| found.get(*at));
    let has_form = |t: &Target| members(only).any(|lead| lead.look.shape == t.look.shape);
    let is_kin = |candidate| members(candidate).any(|t| guess::may_be_kin(outline, t) && has_form(t));
    let near = |other: &Candidate| other.score >= NEAR;
    let others = candidates.iter().filter(|other| !other.taken && !other.minor);
    let clear = |other: &'c Candidate| !near(other) && (other.score < CONCEIVABLE * 0.75 || !is_kin(other));
    (taken.next().is_none() && others.into_iter().all(clear)).then_some(only)
}

/// What holds the cards and nothing else.
fn container_of(outline: &Outline, cards: &[Card]) -> Option<usize> {
    let first = cards.first()?;
    let container = outline.parent(first.row)?;
    let tag = outline.tag(first.row);
    let alone = |card: &Card| {
        outline.parent(card.row) == Some(container)
            && outline.tag(card.row) == tag
            && card.rows == (card.row..outline.end(card.row))
            && card.span == outline.span(card.row)
    };
    let beside = |pair: &[Card]| match pair {
        [a, b] => {
            let between = outline.span(a.row).end..outline.span(b.row).start;
            outline.next_sibling(a.row) == Some(b.row) && outline.slice(between).is_empty()
        }
        _ => false,
    };
    (outline::is_block(tag) && cards.iter().all(alone) && cards.windows(2).all(beside)).then_some(container)
}

/// What an element's own names say, whatever it holds.
fn own_hints(outline: &Outline, row: usize) -> Hints {
    let Some(node) = outline.nodes.get(row) else { return Hints::default() };
    let names = ["class", "id"].iter().filter_map(|name| outline.attribute(row, name));
    names.fold(Hints::of_tag(node.element), |hints, names| hints.and(Hints::of_names(names)))
}

/// Headlines that are taken: those of the list, which must all be different, and what several links say.
fn names(found: &[Target], chosen: &[&Target]) -> Option<Links> {
    let mut own: Vec<u32> = chosen.iter().map(|target| name_hash(&target.headline.text)).collect();
    own.sort_unstable();
    if own.windows(2).any(|pair| pair.first() == pair.last()) {
        return None;
    }
    let mut counts: HashMap<u32, usize> = HashMap::default();
    for target in found {
        *counts.entry(name_hash(&target.headline.text)).or_default() += 1;
    }
    let several = counts.into_iter().filter(|(_, n)| *n > 1).map(|(name, _)| name);
    Some(Links::of(own.into_iter().chain(several))).filter(|names| !names.is_full())
}

/// The start tags of the elements that hold the list, behind the page's doctype.
fn opening(text: &str, outline: &Outline, holders: &[usize]) -> Option<String> {
    let mut out = String::new();
    if text.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype")) {
        out.push_str(text.get(..=text.find('>')?)?);
    }
    for holder in holders {
        let element = outline.nodes.get(*holder)?.element;
        out.push('<');
        out.push_str(element.name());
        for (name, value) in element.attrs() {
            out.extend([" ", name, "=\""]);
            escape(value, &mut out);
            out.push('"');
        }
        out.push('>');
    }
    (out.len() <= LONGEST_OPENING).then_some(out)
}

/// Where the rows stand in the page's bytes.
struct Places {
    rows: Vec<(usize, usize)>,
    /// Whether there are as many such tags as elements, so that each is that element's.
    sure: bool,
}

impl Places {
    /// Goes through the list's tags and elements side by side.
    fn of(text: &str, outline: &Outline, own: &[usize]) -> Option<Self> {
        let (first, end) = (*own.first()?, outline.end(*own.last()?));
        let name = outline.tag(first);
        let named = |row: &usize| outline.tag(*row) == name;
        let opens = |tag: &Tag| !tag.closes;
        let before = (0..first).filter(named).count();
        let all = before + (first..outline.nodes.len()).filter(named).count();
        // Where each such word is a tag, none stands in a script or a comment.
        let words = tags::words(text, name);
        let begins: Vec<usize> = if words.len() == all {
            words
        } else {
            let alike = |tag: &Tag| opens(tag) && tag.name.eq_ignore_ascii_case(name);
            Tags::from(text, 0).filter(alike).map(|tag| tag.begin).collect()
        };
        let sure = begins.len() == all;
        let mut tags = Tags::from(text, *begins.get(before)?).filter(opens).peekable();
        let mut wanted = own.iter().copied().peekable();
        let mut rows = Vec::with_capacity(own.len());
        for row in first..end {
            let is_wanted = wanted.next_if_eq(&row).is_some();
            match tags.next_if(|tag| tag.name.eq_ignore_ascii_case(outline.tag(row))) {
                Some(tag) if is_wanted => rows.push((tag.begin, tag.begin)),
                Some(_) => {}
                // Elements that no tag asks for.
                None if !is_wanted && matches!(outline.tag(row), "tbody" | "tr" | "colgroup") => {}
                None => return None,
            }
        }
        let last = tags::end_of_element(text, rows.last()?.0)?;
        for at in 0..rows.len() {
            let end = rows.get(at + 1).map_or(last, |row| row.0);
            rows.get_mut(at)?.1 = end;
        }
        tags.peek().is_none_or(|next| next.begin >= last).then_some(Self { rows, sure })
    }
}

/// What all rows begin with, where nothing else in the list begins so.
fn mark(text: &str, rows: &[(usize, usize)]) -> Option<String> {
    let (first, last) = (rows.first()?, rows.last()?);
    let mut common = text.get(first.0..first.1)?;
    for row in rows {
        let row = text.get(row.0..row.1)?;
        let shared = common.bytes().zip(row.bytes()).take_while(|(a, b)| a == b).count();
        common = common.get(..common.floor_char_boundary(shared))?;
    }
    let list = text.get(first.0..last.1)?;
    let tag = common.find('>').map_or(common, |end| common.get(..=end).unwrap_or_default());
    [tag, common]
        .into_iter()
        .filter(|mark| mark.len() >= SHORTEST_MARK && mark.len() <= 400)
        .find(|mark| memchr::memmem::find_iter(list.as_bytes(), mark.as_bytes()).count() == rows.len())
        .map(str::to_owned)
}
