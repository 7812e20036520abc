//! What is followed is what a full reading gives.

use std::collections::HashSet;

use proptest::prelude::*;

use super::super::{Extent, Followed, Noted, follow, note_listing, page, read_listing};
use super::*;
use crate::model::{Kind, Listing, ListingMethod, ListingRules, PageKind, Rules, Teaser, Way};
use crate::read::CompiledRules;

/// The front page of a paper.
#[derive(Debug, Clone)]
struct Front {
    /// The numbers of its reports, in page order.
    reports: Vec<usize>,
    design: usize,
    before: String,
    behind: String,
}

fn front(reports: impl IntoIterator<Item = usize>, design: usize) -> Front {
    Front { reports: reports.into_iter().collect(), design, before: String::new(), behind: String::new() }
}

fn title(n: usize) -> String {
    let who = ["The harbour master", "A ferry crew", "The orchard fund", "Our library", "The tram company"][n % 5];
    let what = ["asks the council for a second bridge", "counts owls once more", "opens a night school"][n % 3];
    format!("{who} {what}, in the {n}th year of the plan")
}

fn words(n: usize) -> String {
    format!("What was said about it on the quays in hour {n}, who paid, and why the engineers stayed away. ").repeat(3)
}

fn row(n: usize, design: usize) -> String {
    let (day, title, words) = (28 - n % 28, title(n), words(n));
    match design {
        0 => format!(
            "<div class=\"teaser nr-{n}\"><a href=\"/2026/report-{n}.html\"><img src=/p/{n}.jpg></a><h2><a \
             href=\"/2026/report-{n}.html\">{title}</a></h2><p class=meta><time datetime=2026-11-{day:02}>{day} November \
             2026</time> <span class=author>Ida Marsh</span></p><p class=summary>{words}</p></div>\n"
        ),
        1 => format!(
            "<li class='post-{n} post tag-x{n}'><a href='/a/{n}-of-the-days.html'>{title}</a> <span \
             class=date>2026-10-{day:02}</span> <span>{words}</span></li>"
        ),
        2 => format!(
            "<tr><td>{day}/10/2026</td><td><a href='/view.do?id=7{n}00'>{title}</a></td><td>{words}</td></tr>\n\n"
        ),
        _ => {
            let picture = if n.is_multiple_of(2) { "<img src=/x.jpg alt=''>" } else { "" };
            format!("<article><h3><a href=/n/the-story-of-{n}/>{title}</a></h3>{picture}<p>{words}</p></article>")
        }
    }
}

fn html(front: &Front) -> Page {
    let rows: String = front.reports.iter().map(|n| row(*n, front.design)).collect();
    let (open, close) = [
        ("<div class=list>", "</div>"),
        ("<ul>", "</ul>"),
        ("<table><tbody>", "</tbody></table>"),
        ("<section>", "</section>"),
    ][front.design.min(3)];
    let menu: String = (0..12).map(|n| format!("<li><a href=/s/{n}/>Section {n}</a></li>")).collect();
    let read: String =
        (900..910).map(|n| format!("<li><a href=/2026/report-{n}.html>An older headline {n}</a></li>")).collect();
    let foot: String = (0..15).map(|n| format!("<a href=/about/{n}>About us {n}</a> ")).collect();
    let (before, behind) = (&front.before, &front.behind);
    page(
        "https://lantern.example/news/",
        &format!(
            "<!DOCTYPE html><html lang=en><head><title>The Lantern</title><style>p{{}}</style></head><body><nav><ul>{menu}\
             </ul></nav><aside class=most-read><h2>Most read</h2><ol>{read}</ol></aside><main><h1>News</h1>{before}{open}{rows}{close}{behind}<a class=next href='?page=2'>Older</a></main>\
             <footer><p>{foot}</p></footer></body></html>"
        ),
    )
}

fn noted(page: &Page) -> (Listing, Option<Way>) {
    noted_by(page, &CompiledRules::default())
}

fn noted_by(page: &Page, rules: &CompiledRules) -> (Listing, Option<Way>) {
    let Noted { listing, way, .. } = note_listing(page, Kind::Auto, rules, Extent::Noting).value;
    assert_eq!(listing, read_listing(page, Kind::Auto, rules).value);
    (listing, way)
}

/// Follows a guide and compares with a full reading; whether it could be followed.
fn followed(guide: &Way, settled: &HashSet<u64>, page: &Page) -> Option<Followed> {
    followed_by(guide, settled, page, &CompiledRules::default())
}

fn followed_by(guide: &Way, settled: &HashSet<u64>, page: &Page, rules: &CompiledRules) -> Option<Followed> {
    let found = follow(page, guide, rules, |says| settled.contains(&says))?;
    let whole = read_listing(page, Kind::Auto, rules);
    assert_eq!(whole.problems, []);
    assert_eq!(whole.value.page_kind, PageKind::Listing);
    assert_eq!(whole.value.teasers.len(), found.listing.teasers.len());
    for ((full, short), known) in whole.value.teasers.iter().zip(&found.listing.teasers).zip(&found.known) {
        match known {
            Some(says) => assert_eq!((full.print(), short), (*says, &Teaser::default()), "{full:?}"),
            None => assert_eq!(full, short),
        }
    }
    let bare = |listing: &Listing| Listing { teasers: Vec::new(), confidence: 0.0, ..listing.clone() };
    assert_eq!(bare(&whole.value), bare(&found.listing));
    Some(found)
}

#[test]
fn what_is_new_on_a_list_is_read_and_nothing_else() {
    for design in 0..4 {
        let (listing, guide) = noted(&html(&front((10..40).rev(), design)));
        let guide = guide.unwrap_or_else(|| panic!("design {design} is plain: {:?}", listing.teasers.first()));
        let settled: HashSet<u64> = listing.teasers.iter().map(Teaser::print).collect();
        let same = followed(&guide, &settled, &html(&front((10..40).rev(), design))).unwrap();
        assert!(same.known.iter().all(Option::is_some));
        assert_eq!(same.way, guide);
        let next = followed(&guide, &settled, &html(&front((13..43).rev(), design))).unwrap();
        assert_eq!(next.known.iter().filter(|known| known.is_none()).count(), 3);
        let new: Vec<String> = next.listing.teasers.iter().filter_map(|t| t.headline.clone()).collect();
        assert_eq!(new, [title(42), title(41), title(40)]);
        // Nothing but what is settled is taken as known.
        let fresh =
            followed(&guide, &settled.iter().copied().take(25).collect(), &html(&front((10..40).rev(), design)));
        assert_eq!(fresh.unwrap().known.iter().filter(|known| known.is_none()).count(), 5);
        // The new guide goes on from there.
        let more: HashSet<u64> = settled
            .into_iter()
            .chain(next.listing.teasers.iter().filter(|t| t.link.is_some()).map(Teaser::print))
            .collect();
        let later = followed(&next.way, &more, &html(&front((14..44).rev(), design))).unwrap();
        assert_eq!(later.known.iter().filter(|known| known.is_none()).count(), 1);
    }
}

#[test]
fn what_is_not_as_it_was_is_read_in_full() {
    let first = front((10..40).rev(), 0);
    let (listing, guide) = noted(&html(&first));
    let guide = guide.unwrap();
    let settled: HashSet<u64> = listing.teasers.iter().map(Teaser::print).collect();
    let second: String = (50..60).map(|n| row(n, 3)).collect();
    for (why, other) in [
        ("another design", Front { design: 3, ..first.clone() }),
        ("a second list before it", Front { before: format!("<div>{second}</div>"), ..first.clone() }),
        ("a second list behind it", Front { behind: second.clone(), ..first.clone() }),
        ("a notice", Front { before: "<p>Log in</p>".into(), ..first.clone() }),
        ("too few rows", front((36..40).rev(), 0)),
        ("next to nothing is known", front((35..65).rev(), 0)),
        ("too many rows", front((10..60).rev(), 0)),
        ("one row twice", front((10..40).rev().chain([12]), 0)),
        ("none", front([], 0)),
    ] {
        let page = html(&other);
        assert!(follow(&page, &guide, &CompiledRules::default(), |says| settled.contains(&says)).is_none(), "{why}");
    }
    let whole = html(&first);
    for (why, from, to) in [
        ("a row marked up in another way", "<h2><a href=\"/2026/report-20", "<h2><b>!</b><a href=\"/2026/report-20"),
        ("an advertisement", "<div class=\"teaser nr-20\">", "<div class=ad>Buy</div><div class=\"teaser nr-20\">"),
        ("a headline that another row bears", &title(20), &title(21)),
        ("a headline of next to nothing", &title(20), "More"),
        ("a tag that is not closed", "</time> <span class=author>Ida Marsh</span></p><p class=summary>", "</time><p>"),
    ] {
        let page = page(whole.url.as_str(), &whole.text.replacen(from, to, 1));
        assert_ne!(page.text, whole.text, "{why}");
        assert!(follow(&page, &guide, &CompiledRules::default(), |says| settled.contains(&says)).is_none(), "{why}");
    }
}

/// Rules for a design.
fn rules(design: usize) -> CompiledRules {
    let (container, item, title, date) = [
        (None, "div.teaser", "h2 a", "time@datetime"),
        (Some("ul"), ":scope > li.post", ".post a", ".date"),
        (Some("main table"), "tr", "td a", "td"),
        (None, "main section > article", "h3", "time"),
    ][design];
    written(container, item, title, date)
}

fn written(container: Option<&str>, item: &str, title: &str, date: &str) -> CompiledRules {
    let listing = ListingRules {
        container: container.map(str::to_owned),
        item: Some(item.to_owned()),
        title: vec![title.to_owned()],
        date: vec![date.to_owned()],
        ..ListingRules::default()
    };
    CompiledRules::compile(&Rules { listing, ..Rules::default() }).unwrap()
}

#[test]
fn what_rules_find_anew_is_read_and_nothing_else() {
    for design in 0..3 {
        let rules = rules(design);
        let (listing, guide) = noted_by(&html(&front((10..40).rev(), design)), &rules);
        let guide = guide.unwrap_or_else(|| panic!("design {design}: {:?}", listing.teasers.first()));
        let settled: HashSet<u64> = listing.teasers.iter().map(Teaser::print).collect();
        let next = followed_by(&guide, &settled, &html(&front((13..43).rev(), design)), &rules).unwrap();
        let new: Vec<String> = next.listing.teasers.iter().filter_map(|t| t.headline.clone()).collect();
        assert_eq!(new, [title(42), title(41), title(40)]);
        assert_eq!(next.listing.method, ListingMethod::Rules);
    }
}

#[test]
fn rules_that_look_beside_their_item_leave_no_guide() {
    let page = html(&front((10..40).rev(), 0));
    for (why, container, item, title) in [
        ("nothing beside", None, "div.teaser", "h2 a"),
        ("what stands before", None, "div.teaser + div.teaser", "h2 a"),
        ("which it is", None, "div.teaser:nth-child(n + 2)", "h2 a"),
        ("which it is, for the title", None, "div.teaser", "div:not(:first-child) h2 a, h2"),
        ("elsewhere too", None, "div.teaser, aside li", "a"),
        ("elements that hold each other", None, "div", "h2 a"),
    ] {
        let (_, guide) = noted_by(&page, &written(container, item, title, "time"));
        assert_eq!(guide.is_some(), why == "nothing beside", "{why}");
    }
}

#[test]
fn what_stands_around_a_list_need_not_be_in_order() {
    for (why, before, design) in [
        ("tags that overlap", "<p>The <b>quay <i>is</b> closed</i><div>until noon</p></div>", 1),
        ("more end tags than elements", "</p></section><ul><li>North<li>South</ul></div>", 0),
        ("a stray `<`", "<p>Tides < 2 m</p>", 2),
        ("a link that is not closed, around a table", "<a href=/open/>x", 2),
        ("a script within CDATA", "<script>//<![CDATA[\nlet x = 1;\n//]]></script>", 3),
        ("a heading that is a date, above rows whose dates are marked", "<h2>24 November 2026</h2>", 0),
    ] {
        let front = |rows: std::ops::Range<usize>| html(&Front { before: before.into(), ..front(rows.rev(), design) });
        let (listing, guide) = noted(&front(10..40));
        let settled: HashSet<u64> = listing.teasers.iter().map(Teaser::print).collect();
        let found = followed(&guide.expect(why), &settled, &front(12..42)).expect(why);
        assert_eq!(found.known.iter().filter(|known| known.is_none()).count(), 2, "{why}");
    }
}

#[test]
fn no_guide_is_written_for_what_is_not_plain() {
    for (why, page) in [
        ("short", html(&front(10..14, 0))),
        (
            "led to from elsewhere too",
            html(&Front { behind: "<a href=/2026/report-12.html>Most read</a>".into(), ..front(10..40, 0) }),
        ),
        ("dated by a heading", html(&Front { before: "<h2>24 November 2026</h2>".into(), ..front(10..40, 3) })),
        ("one headline twice", html(&front((10..40).chain([40]), 1))),
        ("in a link that is not closed", html(&Front { before: "<a href=/open/>x".into(), ..front(10..40, 1) })),
    ] {
        let twice = page.text.replace(&title(40), &title(10));
        let page = super::super::page(page.url.as_str(), &twice);
        assert_eq!(noted(&page).1, None, "{why}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn whatever_comes_and_goes_is_read_as_a_full_reading_reads_it(
        design in 0..4usize,
        first in proptest::sample::subsequence((0..60).collect::<Vec<usize>>(), 12..40).prop_shuffle(),
        added in proptest::collection::vec((0..60usize, 60..90usize), 0..6),
        dropped in proptest::collection::vec(0..40usize, 0..6),
        by_rules: bool,
        swapped in (0..40usize, 0..40usize),
        above in proptest::sample::select(vec!["", "<p>x<b>y</p>", "</div></main>", "<i>z", "<p><div>a < b</p>", "<form><li>"]),
    ) {
        let html = |rows: Vec<usize>| html(&Front { before: above.into(), ..front(rows, design) });
        let before = html(first.clone());
        let rules = if by_rules { rules(design) } else { CompiledRules::default() };
        let (listing, guide) = noted_by(&before, &rules);
        let Some(guide) = guide else { return Ok(()) };
        let settled: HashSet<u64> = listing.teasers.iter().map(Teaser::print).collect();
        let mut now = first;
        for place in dropped {
            now.remove(place % now.len());
        }
        for (place, n) in added {
            now.insert(place % (now.len() + 1), n);
        }
        let (a, b) = (swapped.0 % now.len(), swapped.1 % now.len());
        now.swap(a, b);
        followed_by(&guide, &settled, &html(now), &rules);
    }

    #[test]
    fn a_page_cut_or_garbled_anywhere_is_no_panic(cut in 0..20_000usize, length in 0..300usize, design in 0..4usize, by_rules: bool) {
        let whole = html(&front(10..40, design));
        let rules = if by_rules { rules(design) } else { CompiledRules::default() };
        let (listing, guide) = noted_by(&whole, &rules);
        let settled: HashSet<u64> = listing.teasers.iter().map(Teaser::print).collect();
        let mut text = whole.text.to_string();
        let from = text.floor_char_boundary(cut.min(text.len()));
        let to = text.floor_char_boundary((from + length).min(text.len()));
        text.replace_range(from..to, "");
        let garbled = page(whole.url.as_str(), &text);
        if let Some(guide) = guide {
            followed_by(&guide, &settled, &garbled, &rules);
        }
        note_listing(&garbled, Kind::Auto, &rules, Extent::Noting);
    }
}
