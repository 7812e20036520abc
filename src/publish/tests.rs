mod carried;
mod validity;

use chrono::{DateTime, TimeZone, Utc};
use proptest::prelude::*;
use url::Url;

use super::*;
use crate::model::{Dedupe, Enclosure, EntryId, FeedId, Person, Picture, Selection, SourceId};

pub(super) fn feed() -> Feed {
    Feed {
        id: FeedId::new("press").unwrap(),
        title: "Harbour & <Hills>".into(),
        description: Some("News of two valleys".into()),
        language: Some("en".into()),
        selection: Selection { sources: vec![SourceId::new("harbour").unwrap(), SourceId::new("hills").unwrap()] },
        limit: 50,
        full_text: true,
        dedupe: Dedupe::Link,
        apart: Vec::new(),
        about: None,
    }
}

pub(crate) fn entry(id: &str) -> Entry {
    Entry {
        id: EntryId(format!("urn:test:{id}")),
        source: SourceId::new("harbour").unwrap(),
        url: Some(Url::parse(&format!("https://harbour.example/{id}")).unwrap()),
        title: format!("Entry {id}"),
        authors: Vec::new(),
        published: at("2026-11-20T08:00:00Z"),
        updated: at("2026-11-20T08:00:00Z"),
        first_seen: at("2026-11-20T08:05:00Z"),
        summary: None,
        content: Some("<p>Text.</p>".into()),
        full_text: true,
        categories: Vec::new(),
        picture: None,
        enclosures: Vec::new(),
        extras: Default::default(),
        language: None,
        also_in: Vec::new(),
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn links(format: Format) -> Links {
    let base = "https://news.example/reader";
    Links {
        this: format!("{base}/feeds/press.{}", format.extension()),
        home: format!("{base}/feeds/press"),
        hub: Some(format!("{base}/hub")),
        sources: [("harbour", "The Harbour"), ("hills", "Hills & Dales")]
            .map(|(id, title)| {
                (SourceId::new(id).unwrap(), SourceLink { title: title.into(), page: format!("{base}/sources/{id}") })
            })
            .into(),
        history: History::default(),
    }
}

fn rich() -> Vec<Entry> {
    let url = |text: &str| Url::parse(text).unwrap();
    let ferry = Entry {
        title: "Ferry \u{1}returns: 5 < 6 & \"all\" is well".into(),
        authors: vec![
            Person { name: "Ada Quay".into(), url: Some("https://harbour.example/ada".into()), email: None },
            Person { name: "Ben Pier".into(), url: None, email: Some("ben@harbour.example".into()) },
        ],
        updated: at("2026-11-20T09:30:00Z"),
        summary: Some("The ferry is back & <on time>.".into()),
        content: Some("<p>The <em>ferry</em> is back &amp; on time.]]&gt; ]]></p>\r\n<p>\u{b}More.</p>".into()),
        categories: vec!["Transport".into(), "transport".into(), " Islands ".into()],
        picture: Some(Picture {
            url: url("https://harbour.example/ferry.jpg"),
            width: Some(1200),
            height: Some(800),
            alt: Some("A ferry".into()),
        }),
        enclosures: vec![
            Enclosure {
                url: url("https://harbour.example/horn.mp3"),
                width: None,
                height: None,
                group: None,
                media_type: None,
                length: Some(1234),
                title: Some("The horn".into()),
                seconds: Some(7),
            },
            Enclosure {
                url: url("https://harbour.example/plan"),
                width: None,
                height: None,
                group: None,
                media_type: Some("Application/PDF; q=1".into()),
                length: None,
                title: None,
                seconds: None,
            },
        ],
        ..entry("ferry")
    };
    let snow = Entry {
        source: SourceId::new("hills").unwrap(),
        title: "山上下雪".into(),
        language: Some("zh".into()),
        published: at("2026-11-19T22:00:00Z"),
        updated: at("2026-11-19T22:00:00Z"),
        ..entry("snow")
    };
    let bare = Entry { url: None, content: None, full_text: false, ..entry("bare") };
    vec![ferry, snow, bare]
}

fn text(format: Format, feed: &Feed, entries: &[Entry]) -> String {
    let document = render(feed, entries, format, &links(format), at("2026-11-20T09:31:02.75Z"));
    String::from_utf8(document.body.to_vec()).unwrap()
}

/// One element a line, for people who look at snapshots.
fn lines(xml: &str) -> String {
    xml.replace("><", ">\n<")
}

#[test]
fn one_value_in_every_format() {
    insta::assert_snapshot!("rss", lines(&text(Format::Rss, &feed(), &rich())));
    insta::assert_snapshot!("atom", lines(&text(Format::Atom, &feed(), &rich())));
    let json: serde_json::Value = serde_json::from_str(&text(Format::Json, &feed(), &rich())).unwrap();
    insta::assert_json_snapshot!("json", json);
}

#[test]
fn a_part_of_the_past_says_so() {
    let at_part = |n: u8| Some(format!("https://news.example/reader/feeds/press/archive/{n}"));
    for format in [Format::Rss, Format::Atom] {
        let history = History { current: at_part(0), previous: at_part(1), next: at_part(3) };
        let document =
            render(&feed(), &rich(), format, &Links { history, ..links(format) }, at("2026-11-20T09:31:02Z"));
        let text = String::from_utf8(document.body.to_vec()).unwrap();
        well_formed(&text);
        for sign in ["xmlns:fh=", "<fh:archive", "rel=\"prev-archive\"", "rel=\"next-archive\"", "rel=\"current\""] {
            assert!(text.contains(sign), "{sign} in {text}");
        }
        assert!(!self::text(format, &feed(), &rich()).contains("fh:archive"));
    }
}

#[test]
fn a_feed_of_summaries_has_no_text() {
    let feed = Feed { full_text: false, ..feed() };
    for format in Format::ALL {
        let text = text(format, &feed, &rich());
        assert!(!text.contains("<em>") && !text.contains("&lt;em"), "{text}");
        assert!(text.contains("The ferry is back"), "{text}");
        assert!(!text.contains("content_html") && !text.contains("content:encoded"), "{text}");
        // One that had no summary gets the start of its text.
        assert!(text.contains("Text."), "{text}");
    }
}

#[test]
fn an_empty_feed_is_a_feed() {
    for format in Format::ALL {
        let text = text(format, &feed(), &[]);
        let parsed = feed_rs::parser::parse(text.as_bytes()).unwrap();
        assert_eq!(parsed.title.unwrap().content, "Harbour & <Hills>");
        assert!(parsed.entries.is_empty());
    }
}

#[test]
fn validators_are_of_the_bytes_and_of_the_second() {
    let made = |changed| render(&feed(), &rich(), Format::Rss, &links(Format::Rss), at(changed));
    let (one, same, other) =
        (made("2026-11-20T09:31:02.75Z"), made("2026-11-20T09:31:02Z"), made("2026-11-20T09:31:03Z"));
    assert_eq!((&one.etag, &one.body), (&same.etag, &same.body));
    assert_ne!(one.etag, other.etag);
    assert_eq!(one.last_modified, at("2026-11-20T09:31:02Z"));
    assert!(one.etag.starts_with('"') && one.etag.ends_with('"') && one.etag.len() == 34);
}

#[test]
fn the_opml_lists_each_feed_with_its_document_and_page() {
    let made = opml("Our \"feeds\" & more", &[(&feed(), "https://news.example/feeds/press.rss".into())]);
    insta::assert_snapshot!("opml", made);
    assert!(feed_rs::parser::parse(made.as_bytes()).is_err());
}

/// Text with the letters that trip writers of XML.
fn words() -> impl Strategy<Value = String> {
    proptest::string::string_regex(
        "([a-z<>&\"' ;#\\]é新\u{0}\u{1}\u{b}\u{85}\u{fffe}\r\n\t😀]|]]>|&amp;|<!--|<b>){1,30}",
    )
    .unwrap()
}

fn address(query: &str) -> Url {
    let mut url = Url::parse("https://media.example/a?b=1&c='2'").unwrap();
    url.query_pairs_mut().append_pair("d", query);
    url.set_fragment(Some(query));
    url
}

prop_compose! {
    fn any_entry()(
        number in 0u8..6, title in words(), author in words(), summary in proptest::option::of(words()),
        content in proptest::option::of(words()), seconds in -90_000_000_000i64..400_000_000_000, later in 0i64..1_000_000,
        category in words(), linked in any::<bool>(), query in words(), long in 0usize..3,
    ) -> Entry {
        let published = Utc.timestamp_opt(seconds, 5).single().unwrap_or_default();
        Entry {
            title,
            authors: vec![Person { name: author.clone(), url: Some(author.clone()), email: Some(author) }],
            summary,
            content,
            published,
            updated: published + chrono::Duration::seconds(later),
            categories: vec![category.clone()],
            picture: linked.then(|| Picture {
                url: address(&query),
                width: Some(number.into()),
                height: None,
                alt: Some(category.clone()),
            }),
            enclosures: vec![Enclosure {
                url: address(&category),
                width: None,
                height: None,
                group: None,
                media_type: linked.then(|| query.clone()),
                length: None,
                title: Some("x".repeat(long * 100_000)),
                seconds: Some(number.into()),
            }],
            language: Some(query),
            url: linked.then(|| Url::parse(&format!("https://harbour.example/{number}")).unwrap()),
            ..entry(&number.to_string())
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_is_written_is_read_back(entries in proptest::collection::vec(any_entry(), 0..6)) {
        let feed = feed();
        let expected = chosen(&feed, &entries);
        for format in Format::ALL {
            let text = text(format, &feed, &entries);
            if format != Format::Json {
                well_formed(&text);
            }
            let parsed = feed_rs::parser::parse(text.as_bytes()).unwrap();
            prop_assert_eq!(parsed.entries.len(), expected.len());
            for (got, entry) in parsed.entries.iter().zip(&expected) {
                let entry = tidy::entry(entry, &feed);
                prop_assert_eq!(&got.id, &entry.id.0);
                prop_assert_eq!(got.published.unwrap(), entry.published);
                if let Some(url) = &entry.url {
                    prop_assert_eq!(got.links.first().map(|l| l.href.as_str()), Some(url.as_str()));
                }
                let read = got.title.as_ref().map(|t| t.content.as_str()).unwrap_or_default();
                // The parser leaves titles of type `html` as they came.
                let shown = quick_xml::escape::unescape(read);
                prop_assert!(read == entry.title || shown.is_ok_and(|shown| shown == entry.title), "{}", read);
                if let Some(content) = &entry.content {
                    let read = got.content.as_ref().and_then(|c| c.body.as_deref()).unwrap_or_default();
                    prop_assert_eq!(read.trim(), content.trim());
                }
            }
        }
    }
}

/// Reads every event and attribute, with nothing forbidden by XML 1.0 in between.
fn well_formed(xml: &str) {
    assert!(
        xml.chars()
            .all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..))
    );
    let mut reader = quick_xml::Reader::from_str(xml);
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Eof => break,
            quick_xml::events::Event::Start(e) | quick_xml::events::Event::Empty(e) => {
                e.attributes().for_each(|a| drop(a.unwrap()));
            }
            _ => {}
        }
    }
}
