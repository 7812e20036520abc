use proptest::prelude::*;

use super::super::{page, read_listing};
use super::*;
use crate::model::{Kind, Teaser};
use crate::read::CompiledRules;

const SITE: &str = "https://paper.example/";
const LINK: &str = "<link rel=alternate type=application/rss+xml href=/feed>";

fn rows(names: std::ops::Range<usize>) -> String {
    let row = |n| format!("<li class=row><h3><a href='/news/{n}.html'>The harbour's news of day {n}</a></h3>");
    names.map(row).collect()
}

fn feed(entries: std::ops::Range<usize>) -> Listing {
    let teaser = |n| Teaser {
        link: Some(format!("https://paper.example/news/{n}.html").parse().unwrap()),
        headline: Some(format!("The harbour's news of day {n}")),
        ..Teaser::default()
    };
    Listing { teasers: entries.map(teaser).collect(), ..Listing::default() }
}

#[test]
fn a_feed_is_what_the_page_lists_where_it_leads_to_its_entries_and_hardly_anywhere_else() {
    let menu = "<nav><a href=/all/sections>All sections of the paper</a></nav>";
    let other = |tag: &str, count: usize| {
        let row = |n| format!("<p><a href=/town/{n}>What the town council said on day {n}</a>");
        format!("<{tag}>{}</{tag}>", (0..count).map(row).collect::<String>())
    };
    let list = |names| format!("{menu}<ul>{}</ul>", rows(names));
    for (what, text, entries, expected) in [
        ("the same", list(0..10), 0..10, true),
        ("a longer feed", list(0..10), 0..30, true),
        ("a shorter feed", list(0..30), 0..10, true),
        ("a feed of which the list holds little", list(0..30), 20..60, false),
        ("too few", list(0..4), 0..4, false),
        ("a few others", list(0..10) + &other("section", 4), 0..10, true),
        ("another list", list(0..10) + &other("section", 5), 0..10, false),
        ("another list beside", list(0..10) + &other("aside", 8), 0..10, true),
        (
            "the feed beside the list",
            other("main", 8) + &format!("<aside><ul>{}</ul></aside>", rows(0..6)),
            0..6,
            false,
        ),
        ("a name that says nothing", format!("<div class=with-sidebar>{}</div>", list(0..10)), 0..10, true),
        (
            "a heading that is none of an error",
            format!("<title>404 Media</title><h1>News</h1>{}", list(0..10)),
            0..10,
            true,
        ),
        ("an error beside which they stand", format!("<title>Page not found</title>{}", list(0..10)), 0..10, false),
        (
            "a heading of one",
            format!("<title>The Paper</title><h1>Page <b>not found</b></h1>{}", list(0..10)),
            0..10,
            false,
        ),
        ("no headlines", list(0..10).replace("The harbour's news of day", ""), 0..10, false),
        ("out of sight", format!("<!--{}--><noscript>{0}</noscript><script>'{0}'</script>", list(0..10)), 0..10, false),
    ] {
        let glance = glance(&page(SITE, &format!("{LINK}{text}"))).unwrap();
        assert_eq!(glance.lists(&feed(entries)), expected, "{what}");
    }
}

#[test]
fn what_hangs_on_the_tree_is_left_to_a_full_reading() {
    for (text, sure) in [
        (format!("<head>{LINK}</head><svg><title>a</title><path d=''/></svg><p>"), true),
        (format!("{LINK}<svg><path/></svg><table><tr><td><a href=/x>x</a>"), true),
        (format!("<a href=/x>x</a>{LINK}"), false),
        ("<link rel=alternate hreflang=de href=/de/><a href=/x>x</a>".to_owned(), false),
        (format!("<svg><title>{LINK}</title></svg>"), false),
        (format!("<svg><style>{LINK}</style></svg>"), false),
        (format!("<svg><g></svg>{LINK}"), false),
        (format!("<select><title>{LINK}</title></select>"), false),
        (format!("<table>{LINK}<tr><td>"), false),
        ("<plaintext>".to_owned(), false),
        (format!("{LINK}<p class='"), false),
    ] {
        assert_eq!(glance(&page(SITE, &text)).is_some(), sure, "{text}");
    }
}

/// Pieces of markup that pull at each other.
const PIECES: [&str; 42] = [
    "<link rel=alternate type=application/rss+xml href=/a.xml title='A &amp; B'>",
    "<link rel='Feed' href=b>",
    "<LINK REL=\"x alternate\" TYPE='application/atom+xml;charset=x' HREF=' c&copy=1 '/>",
    "<link rel=alternate type=text/xml href=/rss>",
    "<link rel=stylesheet href=x>",
    "<base href=/below/>",
    "<base target=x>",
    "<base href='https://other.example/'>",
    "<html>",
    "<head>",
    "</head>",
    "<body>",
    "</body>",
    "</html>",
    "<!--",
    "-->",
    "<!-- <p> -->",
    "<![CDATA[",
    "]]>",
    "<script>",
    "</script>",
    "<title>",
    "</title>",
    "<textarea>",
    "</textarea>",
    "<noscript>",
    "</noscript>",
    "<template>",
    "</template>",
    "<svg>",
    "</svg>",
    "<desc>",
    "<table>",
    "<tr><td>",
    "</table>",
    "<select>",
    "</select>",
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<a href=/x>x",
];

proptest! {
    #[test]
    fn what_is_announced_is_what_a_full_reading_finds(
        pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..14),
    ) {
        let page = page(SITE, &pieces.concat());
        if let Some(glance) = glance(&page) {
            let read = read_listing(&page, Kind::Listing, &CompiledRules::default()).value;
            prop_assert_eq!(glance.feeds, read.feeds);
        }
    }

    #[test]
    fn any_bytes_are_gone_through(bytes in prop::collection::vec(any::<u8>(), 0..400), tags in r"[<>/a-c='&;# !-]{0,80}") {
        for text in [format!("{LINK}{}", String::from_utf8_lossy(&bytes)), format!("{LINK}{tags}")] {
            let glance = glance(&page(SITE, &text));
            prop_assert!(!glance.is_some_and(|glance| glance.lists(&feed(0..9))));
        }
    }
}
