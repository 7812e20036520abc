//! A page read by what was noted of it.

use foldhash::{HashMap, HashSet};
use memchr::memmem;
use scraper::Html;
use url::Url;

use super::super::Followed;
use super::super::by_rules;
use super::super::cards::{self, Card};
use super::super::head::Head;
use super::super::landmarks::address_hash;
use super::super::outline::Outline;
use super::super::targets::{self, Target};
use super::super::{notice, paging, teasers};
use super::tags::{Kinds, Tags};
use super::{FEWEST, USUAL, date_themselves, name_hash, names_itself, own_dates, print_of, raw, shape_hash};
use crate::dates::Context;
use crate::html::parse_html;
use crate::model::{Listing, ListingMethod, Page, PageGuide, Picture, Read, Row, Teaser, Way, text_weight};
use crate::read::rules::ListingPickers;

/// Rows that are read at least, known ones with them: what is read alone may look like another thing.
const FEWEST_READ: usize = 4;
/// Known ones among them at least: that they say what they said shows that the others are read rightly.
const FEWEST_TRIED: usize = 2;

/// A row of the page as it is now.
#[derive(Debug, Clone, Copy)]
struct Now<'p> {
    text: &'p str,
    raw: u64,
    /// What its markup is like; see [`Row`].
    kind: u32,
    /// As it was noted, where it stood there.
    known: Option<Row>,
    /// Whether nothing more is wanted of it.
    settled: bool,
    /// Whether it is read.
    read: bool,
}

/// Reads the rows that are new since a [`PageGuide`] was written; `settled` says whether nothing is wanted any more of a
/// teaser with this fingerprint. Nothing where a full reading might give another list.
pub(in crate::read::listing) fn follow(
    page: &Page,
    guide: &PageGuide,
    rules: &ListingPickers,
    settled: impl Fn(u64) -> bool,
) -> Option<Followed> {
    let text: &str = &page.text;
    let (before, list, after) = parts(text, guide)?;
    if guide.after.1 != print_of(page, after) || guide.before.1 != print_of(page, before) {
        return None;
    }
    let known: HashMap<u64, Row> = guide.rows.iter().map(|row| (row.raw, *row)).collect();
    let mut kinds = Kinds::by(rules);
    let mut rows: Vec<Now> = split(list, &guide.mark)?
        .map(|text| {
            let raw = raw(text);
            let known = known.get(&raw).copied();
            let settled = known.is_some_and(|row| settled(row.says));
            let kind = known.map_or_else(|| kinds.of(text), |row| row.kind);
            Now { text, raw, kind, known, settled, read: !settled }
        })
        .collect();
    if !is_usual(guide, &rows) {
        return None;
    }
    let mut teasers = vec![Teaser::default(); rows.len()];
    if rows.iter().any(|row| row.read) {
        add_known(&mut rows)?;
        for (place, teaser) in read_rows(page, guide, rules, &rows)? {
            let row = rows.get_mut(place)?;
            if row.known.is_some_and(|known| known.says != teaser.print()) {
                return None;
            }
            if !row.settled {
                *teasers.get_mut(place)? = teaser;
            }
        }
    }
    let method = if rules.item.is_some() { ListingMethod::Rules } else { ListingMethod::Guess };
    Some(told(page, guide, method, &rows, teasers))
}

/// Whether the rows that a guide tells of, read by themselves, say what they were read as.
pub(super) fn reads_alike(page: &Page, guide: &PageGuide, rules: &ListingPickers) -> bool {
    let rows = parts(&page.text, guide).and_then(|(_, list, _)| split(list, &guide.mark));
    let Some(rows) = rows else { return false };
    let now = |(text, row): (_, &Row)| Now {
        text,
        raw: row.raw,
        kind: row.kind,
        known: Some(*row),
        settled: false,
        read: true,
    };
    let rows: Vec<Now> = rows.zip(&guide.rows).map(now).collect();
    let says = |(place, teaser): (usize, Teaser)| {
        rows.get(place).and_then(|row| row.known).is_some_and(|known| known.says == teaser.print())
    };
    rows.len() == guide.rows.len()
        && read_rows(page, guide, rules, &rows).is_some_and(|read| read.into_iter().all(says))
}

/// What stands before the list, the list, and what stands behind it.
fn parts<'t>(text: &'t str, guide: &PageGuide) -> Option<(&'t str, &'t str, &'t str)> {
    let (before, rest) = text.split_at_checked(guide.before.0)?;
    let (list, after) = rest.split_at_checked(rest.len().checked_sub(guide.after.0)?)?;
    Some((before, list, after))
}

/// The rows, each from one mark to the next.
fn split<'t>(list: &'t str, mark: &'t str) -> Option<impl Iterator<Item = &'t str>> {
    if mark.is_empty() || !list.starts_with(mark) {
        return None;
    }
    let begins: Vec<usize> = memmem::find_iter(list.as_bytes(), mark.as_bytes()).collect();
    Some(
        (0..begins.len())
            .filter_map(move |at| list.get(*begins.get(at)?..begins.get(at + 1).copied().unwrap_or(list.len()))),
    )
}

/// Whether the list is about as long as it was, most of it is known, no row stands there twice, and what is new is of
/// kinds that were common and still are.
fn is_usual(guide: &PageGuide, rows: &[Now]) -> bool {
    let before = guide.rows.len();
    let known = rows.iter().filter(|row| row.known.is_some()).count();
    let mut seen = HashSet::default();
    let mut counts: HashMap<u32, usize> = HashMap::default();
    for row in &guide.rows {
        *counts.entry(row.kind).or_default() += 1;
    }
    let mut now: HashMap<u32, usize> = HashMap::default();
    for row in rows {
        *now.entry(row.kind).or_default() += 1;
    }
    let usual = |n: Option<&usize>| n.is_some_and(|n| *n >= USUAL);
    let kinds = counts.iter().all(|(kind, n)| (*n >= USUAL) == usual(now.get(kind)))
        && rows.iter().filter(|row| row.known.is_none()).all(|row| usual(counts.get(&row.kind)));
    rows.len() >= FEWEST
        && rows.len() * 4 >= before * 3
        && rows.len() * 2 <= before * 3
        && known * 2 >= rows.len()
        && rows.iter().all(|row| seen.insert(row.raw))
        && kinds
}

/// Has some known rows read, too.
fn add_known(rows: &mut [Now]) -> Option<()> {
    let new = rows.iter().filter(|row| row.read).count();
    let tried = FEWEST_READ.saturating_sub(new).max(FEWEST_TRIED);
    let known = rows.iter_mut().filter(|row| row.settled).take(tried);
    (known.map(|row| row.read = true).count() == tried).then_some(())
}

/// Reads rows in a page that holds nothing else.
fn read_rows(page: &Page, guide: &PageGuide, rules: &ListingPickers, rows: &[Now]) -> Option<Vec<(usize, Teaser)>> {
    let places: Vec<usize> = (0..rows.len()).filter(|at| rows.get(*at).is_some_and(|row| row.read)).collect();
    let read: Vec<Now> = places.iter().filter_map(|at| rows.get(*at)).copied().collect();
    let text = small_page(guide, &read);
    let tree = parse_html(&text);
    if !tree.in_order || memmem::find(text.as_bytes(), b"<![CDATA[").is_some() {
        return None;
    }
    let outline = Outline::of(&tree.html);
    let base = guide.base.as_ref().unwrap_or(&page.url);
    let small = Small {
        page,
        guide,
        base,
        context: Context::on(page, guide.language.as_deref()),
        elements: elements(&outline, guide.depth, read.len())?,
        outline,
    };
    let is_wall =
        |(row, element): (&Now, &usize)| row.known.is_none() && notice::says_wall(small.outline.text(*element));
    let plain = small.outline.scripts.is_empty()
        && paging::next(&small.outline, &Head::default(), &page.url, base).is_none()
        && !read.iter().zip(&small.elements).any(is_wall);
    if !plain {
        return None;
    }
    let teasers = match &rules.item {
        Some(_) => small.by_rules(&tree.html, rules)?,
        None => small.by_looking(&read)?,
    };
    Some(places.into_iter().zip(teasers).collect())
}

/// Rows in a page of their own.
struct Small<'s> {
    page: &'s Page,
    guide: &'s PageGuide,
    outline: Outline<'s>,
    base: &'s Url,
    context: Context<'s>,
    /// The rows' elements.
    elements: Vec<usize>,
}

impl Small<'_> {
    /// What rules find in each.
    fn by_rules(&self, html: &Html, rules: &ListingPickers) -> Option<Vec<Teaser>> {
        let Read { value: found, problems } = by_rules::read(html, rules, self.base, &self.context);
        let own = self.elements.iter().filter_map(|row| self.outline.nodes.get(*row)).map(|node| node.element);
        let same = found.items.len() == self.elements.len()
            && found.items.iter().zip(own).all(|(item, element)| std::ptr::eq(*item, element));
        (same && problems.is_empty()).then_some(found.listing.teasers)
    }

    /// What each looks to be.
    fn by_looking(&self, read: &[Now]) -> Option<Vec<Teaser>> {
        let Self { page, guide, outline, base, context, elements } = self;
        let found = targets::gather(outline, &page.url, base);
        let all = outline.links.len();
        let is_most = |row: usize| all > 4 && outline.links_in(row) * 2 > all;
        let mut within = elements.first().copied()?..outline.end(*elements.last()?);
        if within.any(is_most) {
            return None;
        }
        let chosen: Vec<&Target> = read
            .iter()
            .zip(elements)
            .map(|(row, element)| lead(outline, guide, &found, row, *element))
            .collect::<Option<_>>()?;
        let things: Vec<(usize, &[usize])> = chosen.iter().map(|t| (t.best, t.links.as_slice())).collect();
        let cards = cards::deal(outline, &things);
        let alone = |(card, element): (&Card, &usize)| {
            card.row == *element
                && card.rows == (*element..outline.end(*element))
                && card.span == outline.span(*element)
        };
        let own = own_dates(outline, &cards, &chosen, context);
        let mut names = HashSet::default();
        let fits = |((row, target), card): ((&Now, &&Target), &Card)| {
            let name = name_hash(&target.headline.text);
            names_itself(outline, target, card, context)
                && names.insert(name)
                && (row.known.is_some() || !guide.names.holds(name))
                && text_weight(outline.text(card.row)) * 2 <= guide.heaviest * 3
        };
        if !cards.iter().zip(elements).all(alone)
            || !read.iter().zip(&chosen).zip(&cards).all(fits)
            || !date_themselves(outline, &cards, &own, context)
        {
            return None;
        }
        let teasers = teasers::read(outline, &chosen, base, context);
        let named = |(teaser, target): (&Teaser, &&Target)| teaser.headline.as_ref() == Some(&target.headline.text);
        teasers.iter().zip(&chosen).all(named).then_some(teasers)
    }
}

/// A page of these rows, in the elements that hold them.
fn small_page(guide: &PageGuide, rows: &[Now]) -> String {
    let holders: Vec<&str> = Tags::from(&guide.opening, 0).map(|tag| tag.name).collect();
    let length: usize = rows.iter().map(|row| row.text.len()).sum();
    let mut text = String::with_capacity(guide.opening.len() * 2 + length);
    text.push_str(&guide.opening);
    text.extend(rows.iter().map(|row| row.text));
    for name in holders.into_iter().rev() {
        text.extend(["</", name, ">"]);
    }
    text
}

/// The elements that are rows: those at this depth, all beside each other.
fn elements(outline: &Outline, depth: usize, rows: usize) -> Option<Vec<usize>> {
    let first = (0..outline.nodes.len()).find(|row| outline.ancestors(*row).take(depth + 1).count() == depth)?;
    let elements: Vec<usize> = std::iter::successors(Some(first), |row| outline.next_sibling(*row)).collect();
    (elements.len() == rows).then_some(elements)
}

/// What the row's own link leads to, where it stands in the row as it did in others of its kind, and leads to a new
/// address of a known form.
fn lead<'t>(
    outline: &Outline,
    guide: &PageGuide,
    found: &'t [Target],
    row: &Now,
    element: usize,
) -> Option<&'t Target> {
    let place = match row.known {
        Some(known) => known.lead,
        None => guide.rows.iter().find(|noted| noted.kind == row.kind)?.lead,
    };
    let link = element + usize::from(place);
    let target = found.iter().find(|target| target.best == link)?;
    let within = target.links.iter().all(|link| (element..outline.end(element)).contains(link));
    let new = || !guide.addresses.holds(address_hash(&target.url)) && guide.shapes.holds(shape_hash(target));
    (within && (row.known.is_some() || new())).then_some(target)
}

/// The listing that this comes to, and what to go by the next time.
fn told(page: &Page, guide: &PageGuide, method: ListingMethod, rows: &[Now], teasers: Vec<Teaser>) -> Followed {
    let listing = Listing {
        method,
        confidence: guide.confidence,
        title: guide.title.clone(),
        description: guide.description.clone(),
        language: guide.language.clone(),
        home: Some(page.url.clone()),
        picture: guide.picture.clone().map(Picture::at),
        next: guide.next.clone(),
        ..Listing::default()
    };
    let links = teasers.iter().filter_map(|teaser| teaser.link.as_ref());
    let addresses = guide.addresses.with(links.map(|url: &Url| address_hash(url)));
    let headlines = teasers.iter().filter_map(|teaser| teaser.headline.as_deref());
    let names = guide.names.with(headlines.map(name_hash));
    let leads: HashMap<u32, u16> = guide.rows.iter().map(|row| (row.kind, row.lead)).collect();
    let row = |(row, teaser): (&Now, &Teaser)| {
        let lead = || leads.get(&row.kind).copied().unwrap_or_default();
        row.known.unwrap_or_else(|| Row { raw: row.raw, says: teaser.print(), kind: row.kind, lead: lead() })
    };
    let known = rows.iter().map(|row| row.known.filter(|_| row.settled).map(|row| row.says)).collect();
    let rows = rows.iter().zip(&teasers).map(row).collect();
    Followed {
        listing: Listing { teasers, ..listing },
        known,
        way: Way::Page(Box::new(PageGuide { rows, addresses, names, ..guide.clone() })),
    }
}
