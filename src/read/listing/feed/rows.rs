//! A feed that was read before, of whose entries some have come and gone.
//!
//! Entries stand beside each other, and what one says depends on nothing but its own bytes, the tags around them all and,
//! in Atom, the feed's authors. Where a document is in order, [`note()`] writes down what each entry was read as; the next
//! time [`follow()`] reads what stands around them, and of them only those that are new. It gives what a full reading
//! would give; where it may not, nothing.

use std::hash::{Hash, Hasher};

use foldhash::{HashMap, HashSet, HashSetExt};
use memchr::memmem;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::{MAX_ENTRIES, atom, beginning, told};
use crate::model::{FeedFormat, FeedGuide, Listing, ListingMethod, Page, Teaser, Way};
use crate::read::listing::Followed;
use crate::read::xml::{Element, Lexer, Token, Xml, begins};

/// Fewer entries are read in no time.
const FEWEST: usize = 5;
/// Longest text in bytes: surely within what is read of any.
const LONGEST: usize = 1_000_000;
/// Most elements that hold the entries.
const DEEPEST: usize = 3;

/// What each entry of a feed that was read in full says, where that can be told of each by itself.
pub(super) fn note(page: &Page, text: &str, xml: &Xml, listing: &Listing) -> Option<FeedGuide> {
    let rows = Rows::of(text).filter(|_| xml.in_order)?;
    if rows.rows.len() != listing.teasers.len() || !rows.are_in(xml, text, &rows.begins) {
        return None;
    }
    let says = |(row, teaser): (&&str, &Teaser)| (raw(row), teaser.print());
    let entries = rows.rows.iter().zip(&listing.teasers).map(says).collect();
    Some(FeedGuide { around: rows.around(page, listing)?, entries })
}

/// Reads what is new of a feed that a guide tells of. Entries that say what is `settled` are not read.
pub(in crate::read::listing) fn follow(
    page: &Page,
    guide: &FeedGuide,
    settled: impl Fn(u64) -> bool,
) -> Option<Followed> {
    let rows = Rows::of(beginning(page))?;
    let outside = [rows.head, rows.tail].concat();
    let mut listing = read_whole(page, &outside, |_| true).filter(|listing| listing.teasers.is_empty())?;
    if rows.around(page, &listing) != Some(guide.around) {
        return None;
    }
    let before: HashMap<u64, u64> = guide.entries.iter().copied().collect();
    let mut seen = HashSet::with_capacity(rows.rows.len());
    let raws: Vec<u64> = rows.rows.iter().map(|row| raw(row)).filter(|raw| seen.insert(*raw)).collect();
    if raws.len() != rows.rows.len() {
        return None;
    }
    let known: Vec<Option<u64>> =
        raws.iter().map(|raw| before.get(raw).copied().filter(|says| settled(*says))).collect();
    let new = known.iter().enumerate().filter(|(_, known)| known.is_none()).map(|(place, _)| place);
    let new: Vec<usize> = new.collect();
    let mut read = rows.read(page, &new)?.teasers;
    if listing.method == ListingMethod::Feed(FeedFormat::Atom) {
        atom::share_authors(&mut read, &listing.authors);
    }
    let mut entries: Vec<(u64, u64)> = raws.iter().map(|raw| (*raw, before.get(raw).copied().unwrap_or(0))).collect();
    let mut teasers = vec![Teaser::default(); rows.rows.len()];
    for (place, teaser) in new.into_iter().zip(read) {
        entries.get_mut(place)?.1 = teaser.print();
        *teasers.get_mut(place)? = teaser;
    }
    listing.teasers = teasers;
    Some(Followed { listing, known, way: Way::Feed(FeedGuide { around: guide.around, entries }) })
}

/// Where the entries stand in a feed's text.
struct Rows<'t> {
    /// What stands before the first.
    head: &'t str,
    /// The start tags of the elements that hold the entries, and their names; the outermost first.
    holders: Vec<(&'t str, &'t str)>,
    /// The name of an entry's element.
    name: &'static str,
    /// The entries, each with the blanks behind it.
    rows: Vec<&'t str>,
    /// Where each begins.
    begins: Vec<usize>,
    /// What stands behind the last: nothing but the holders' ends.
    tail: &'t str,
}

impl<'t> Rows<'t> {
    fn of(text: &'t str) -> Option<Self> {
        ["item", "entry"].into_iter().find_map(|name| Self::named(text, name)).filter(|_| text.len() <= LONGEST)
    }

    fn named(text: &'t str, name: &'static str) -> Option<Self> {
        let (start, end) = (format!("<{name}"), format!("</{name}>"));
        let is_whole = |at: &usize| {
            let next = text.as_bytes().get(at + start.len());
            next.is_some_and(|next| *next == b'>' || next.is_ascii_whitespace())
        };
        let begins: Vec<usize> = memmem::find_iter(text.as_bytes(), start.as_bytes()).filter(is_whole).collect();
        if !(FEWEST..MAX_ENTRIES).contains(&begins.len()) {
            return None;
        }
        let (head, last) = (text.get(..*begins.first()?)?, *begins.last()?);
        let ends = last + memmem::rfind(text.get(last..)?.as_bytes(), end.as_bytes())? + end.len();
        let tail = text.get(ends..)?;
        let holders = holders(head).filter(|holders| are_closed(holders, tail))?;
        let rows = begins.iter().zip(begins.iter().skip(1).chain([&ends])).map(|(from, to)| text.get(*from..*to));
        Some(Self { head, holders, name, rows: rows.collect::<Option<_>>()?, begins, tail })
    }

    /// Whether the elements of the entries' name are all in one place, begin there in the text and have nothing among
    /// them.
    fn are_in(&self, xml: &Xml, text: &str, begins: &[usize]) -> bool {
        let named = xml.tops().flat_map(|top| top.descendants()).filter(|element| element.name() == self.name);
        if !named.map(|element| element.begins(text)).eq(begins.iter().copied()) {
            return false;
        }
        let mut holder: Option<Element> = None;
        for (_, name) in &self.holders {
            let within = holder.map_or_else(|| xml.tops().last(), |holder| last_named(holder, name));
            holder = within.filter(|element| element.name() == *name);
        }
        let first = begins.first().copied();
        let entries = holder.into_iter().flat_map(|holder| holder.children());
        let entries = entries.skip_while(|element| Some(element.begins(text)) != first);
        entries.map(|element| element.begins(text)).eq(begins.iter().copied())
    }

    /// Reads entries by themselves, by their places.
    fn read(&self, page: &Page, places: &[usize]) -> Option<Listing> {
        if places.is_empty() {
            return Some(Listing::default());
        }
        let mut text: String = self.holders.iter().map(|(tag, _)| *tag).collect();
        let mut begins = Vec::with_capacity(places.len());
        for place in places {
            begins.push(text.len());
            text.push_str(self.rows.get(*place)?);
        }
        for (_, name) in self.holders.iter().rev() {
            text.extend(["</", name, ">"]);
        }
        let alone = |xml: &Xml| self.are_in(xml, &text, &begins);
        read_whole(page, &text, alone).filter(|listing| listing.teasers.len() == places.len())
    }

    /// Fingerprint of all that decides, beside its own bytes, what an entry says.
    fn around(&self, page: &Page, listing: &Listing) -> Option<u64> {
        let ListingMethod::Feed(format) = listing.method else { return None };
        let authors = match format {
            FeedFormat::Atom => listing.authors.as_slice(),
            FeedFormat::Rss | FeedFormat::Rdf => &[],
            _ => return None,
        };
        let mut hash = Xxh3::new();
        (page.url.as_str(), &self.holders, self.name, authors).hash(&mut hash);
        Some(hash.finish())
    }
}

/// The elements that are open at the end of a feed's head, where that is in order.
fn holders(head: &str) -> Option<Vec<(&str, &str)>> {
    let mut lexer = Lexer::new(head);
    let mut open = Vec::new();
    while let Some(token) = lexer.next() {
        match token {
            Token::Start { name, empty: false } => {
                open.push((head.get(begins(name, head)..lexer.at())?, name));
            }
            Token::End(name) => drop(open.pop().filter(|(_, opened)| *opened == name)?),
            // It may declare what stands for something else.
            Token::Doctype(_) => return None,
            Token::Start { .. } | Token::Text(_) | Token::Cdata(_) => {}
        }
    }
    (!lexer.mended && (1..=DEEPEST).contains(&open.len())).then_some(open)
}

/// Whether nothing stands in a feed's tail but the ends of these.
fn are_closed(holders: &[(&str, &str)], tail: &str) -> bool {
    let mut lexer = Lexer::new(tail);
    let mut open = holders.iter().rev();
    let in_order = lexer.by_ref().all(|token| match token {
        Token::End(name) => open.next().is_some_and(|(_, opened)| *opened == name),
        Token::Text(text) => text.trim().is_empty(),
        _ => false,
    });
    in_order && !lexer.mended && open.next().is_none()
}

/// The last element of a name within another.
fn last_named<'x, 'a>(holder: Element<'x, 'a>, name: &str) -> Option<Element<'x, 'a>> {
    holder.children().filter(|element| element.name() == name).last()
}

/// Reads a document that is in order and fits.
fn read_whole(page: &Page, text: &str, fits: impl Fn(&Xml) -> bool) -> Option<Listing> {
    let xml = Xml::parse(text);
    (xml.in_order && fits(&xml)).then(|| told(&xml, page)).flatten()
}

/// Fingerprint of an entry's bytes.
fn raw(row: &str) -> u64 {
    xxh3_64(row.trim_ascii_end().as_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{note, read};
    use super::*;
    use crate::read::listing::page;

    const DC: &str = "xmlns:dc='http://purl.org/dc/elements/1.1/'";

    /// A feed of these entries' insides.
    fn document(format: FeedFormat, head: &str, entries: &[String], tail: &str) -> Page {
        let around = match format {
            FeedFormat::Atom => ("<feed xmlns='http://www.w3.org/2005/Atom'>", "entry", "</feed>"),
            FeedFormat::Rdf => (
                "<rdf:RDF xmlns='http://purl.org/rss/1.0/' xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
                 <channel rdf:about='/'><title>R</title></channel>",
                "item",
                "</rdf:RDF>",
            ),
            _ => ("<rss version='2.0'><channel>", "item", "</channel></rss>"),
        };
        let (start, name, end) = around;
        let rows: Vec<String> = entries.iter().map(|inside| format!("<{name} {DC}>{inside}</{name}>")).collect();
        let text = format!("<?xml version='1.0'?>{start}{head}{}{tail}{end}\n", rows.join("\n  "));
        page("https://paper.example/feed.xml", &text)
    }

    fn entry(n: usize) -> String {
        format!(
            "<title>Report {n} &amp; more</title><link href='/{n}'>https://paper.example/{n}</link><guid>{n}</guid>\
             <pubDate>Tue, {:02} Nov 2026 08:00:00 GMT</pubDate><description><![CDATA[<p>Of day {n}.</p>]]></description>",
            1 + n % 28
        )
    }

    fn entries(numbers: std::ops::Range<usize>) -> Vec<String> {
        numbers.rev().map(entry).collect()
    }

    fn way(page: &Page) -> Option<Way> {
        let noted = note(page, true).value;
        assert_eq!(noted.listing, read(page).value);
        noted.way
    }

    /// What is followed is what a full reading gives; whether it could be followed.
    fn followed(before: &Page, now: &Page) -> Option<Followed> {
        let Some(Way::Feed(guide)) = way(before) else { return None };
        let known: HashSet<u64> = read(before).value.teasers.iter().map(Teaser::print).collect();
        let found = follow(now, &guide, |says| known.contains(&says))?;
        let whole = read(now);
        assert_eq!(whole.problems, []);
        let bare = |listing: &Listing| Listing { teasers: Vec::new(), ..listing.clone() };
        assert_eq!(bare(&whole.value), bare(&found.listing));
        assert_eq!(whole.value.teasers.len(), found.listing.teasers.len());
        for ((full, short), known) in whole.value.teasers.iter().zip(&found.listing.teasers).zip(&found.known) {
            match known {
                Some(says) => assert_eq!((full.print(), short), (*says, &Teaser::default())),
                None => assert_eq!(full, short),
            }
        }
        assert_eq!(Some(&found.way), way(now).as_ref());
        Some(found)
    }

    #[test]
    fn only_new_entries_are_read() {
        for format in [FeedFormat::Rss, FeedFormat::Rdf, FeedFormat::Atom] {
            let head = |day| format!("<title>The Paper</title><updated>2026-11-{day}T08:00:00Z</updated>");
            let before = document(format, &head(24), &entries(10..40), "");
            let now = document(format, &head(25), &entries(13..43), "<!-- made in 7 ms -->");
            let found = followed(&before, &now).unwrap_or_else(|| panic!("{format:?}"));
            assert_eq!(found.known.iter().filter(|known| known.is_none()).count(), 3);
            let again = followed(&now, &now).unwrap();
            assert!(again.known.iter().all(Option::is_some));
        }
    }

    #[test]
    fn an_entry_that_is_not_settled_or_has_changed_is_read_again() {
        let before = document(FeedFormat::Rss, "", &entries(10..20), "");
        let mut now = entries(10..20);
        now[3] = now[3].replace("more", "much more");
        let now = document(FeedFormat::Rss, "", &now, "");
        let Some(Way::Feed(guide)) = way(&before) else { panic!() };
        let waits = read(&before).value.teasers[7].print();
        let found = follow(&now, &guide, |says| says != waits).unwrap();
        let places = found.known.iter().enumerate().filter(|(_, known)| known.is_none()).map(|(place, _)| place);
        assert_eq!(places.collect::<Vec<_>>(), [3, 7]);
        assert_eq!(found.listing.teasers[7], read(&now).value.teasers[7]);
    }

    #[test]
    fn on_the_least_doubt_all_is_read() {
        let plain = || document(FeedFormat::Rss, "<title>P</title>", &entries(10..20), "");
        let rss = |head: &str, entries: &[String], tail: &str| document(FeedFormat::Rss, head, entries, tail);
        let with = |inside: &str| [vec![inside.to_owned()], entries(10..20)].concat();
        assert!(followed(&plain(), &plain()).is_some());
        for (why, now) in [
            ("an end is missing", rss("<title>P</title>", &with("<title>x"), "")),
            ("a quote is open", rss("<title>P</title>", &with("<title>x</title><enclosure url=\"a></enclosure>"), "")),
            ("a comment is open", rss("<title>P</title>", &with("<title>x</title><!-- "), "")),
            ("a section is open", rss("<title>P</title>", &with("<title>x</title><![CDATA[ "), "")),
            ("an instruction is open", rss("<title>P</title>", &with("<title>x</title><?php "), "")),
            (
                "an entry within an entry",
                rss("<title>P</title>", &with("<title>x</title><item><title>y</title></item>"), ""),
            ),
            ("one stands there twice", rss("<title>P</title>", &with(&entry(10)), "")),
            ("the list is too short", rss("<title>P</title>", &entries(10..13), "")),
            ("the head is in a comment", rss("<title>P</title><!-- ", &entries(10..20), " -->")),
            ("something of the channel's stands behind", rss("<title>P</title>", &entries(10..20), "<link>/</link>")),
            ("a second channel", rss("<title>P</title>", &entries(10..20), "</channel><channel>")),
            (
                "entities are declared",
                page("https://paper.example/feed.xml", &format!("<!DOCTYPE rss [<!ENTITY a 'b'>]>{}", plain().text)),
            ),
            (
                "the base is another",
                page("https://paper.example/feed.xml", &plain().text.replace("<channel>", "<channel xml:base='/a/'>")),
            ),
            ("the page is another", page("https://other.example/feed.xml", &plain().text)),
        ] {
            assert!(followed(&plain(), &now).is_none(), "{why}");
        }
        let atom = |author: &str| {
            document(FeedFormat::Atom, &format!("<author><name>{author}</name></author>"), &entries(10..20), "")
        };
        assert!(followed(&atom("A. Mole"), &atom("A. Mole")).is_some());
        assert!(followed(&atom("A. Mole"), &atom("B. Toad")).is_none(), "whose entries they are");
    }

    proptest! {
        #[test]
        fn what_is_followed_is_what_a_full_reading_gives(
            format in prop::sample::select(vec![FeedFormat::Rss, FeedFormat::Rdf, FeedFormat::Atom]),
            from in 0usize..8,
            new in 0usize..6,
            odd in prop::collection::vec((0usize..12, accident()), 0..3),
            head in prop::option::of(accident()),
            tail in prop::option::of(accident()),
            in_both: bool,
        ) {
            let mut now = entries(from..from + 12 + new);
            let mut before = entries(from..from + 12);
            for (at, what) in odd {
                if let Some(entry) = now.get_mut(at) {
                    entry.push_str(&what);
                }
                if in_both && let Some(entry) = at.checked_sub(new).and_then(|at| before.get_mut(at)) {
                    entry.push_str(&what);
                }
            }
            let (head, tail) = (head.unwrap_or_default(), tail.unwrap_or_default());
            let first = if in_both { head.as_str() } else { "" };
            followed(&document(format, first, &before, ""), &document(format, &head, &now, &tail));
        }
    }

    /// What feeds hold that is not as it should be, and much that only looks so.
    fn accident() -> impl Strategy<Value = String> {
        let words = [
            "<!-- ",
            " -->",
            "<![CDATA[",
            "]]>",
            "<item>",
            "</item>",
            "<entry>",
            "</entry>",
            "<?php ",
            "?>",
            "\"",
            "'",
            "<a href=\"",
            "<enclosure url='/a.mp3'/>",
            "<br>",
            "<p>",
            "</p>",
            "<title>",
            "</title>",
            "<",
            ">",
            "&amp;",
            "</channel>",
            "<channel>",
            "</feed>",
            "<dc:creator>A. Mole</dc:creator>",
            "<!DOCTYPE x>",
            "<author><name>B",
            "</name></author>",
            "<language>de</language>",
            "<item/>",
            "<items>",
            "</rss>",
            "\n",
            "x",
        ];
        prop::collection::vec(prop::sample::select(words.to_vec()), 1..4).prop_map(|words| words.concat())
    }
}
