//! What the W3C's feed validator complains of, in our own words, held against whatever is written.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use quick_xml::events::Event;

use super::*;
use crate::model::{About, Episode, Extras, Genre, Scheme, Show};

/// An element, as far as the rules look.
#[derive(Debug, Default)]
struct Seen {
    /// Names of the elements around it, outermost first, parted by `/`.
    within: String,
    /// Which entry it is of, counted from 1; 0 for what is the feed's own.
    entry: usize,
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
    children: usize,
}

impl Seen {
    fn says(&self, attribute: &str) -> &str {
        self.attributes.get(attribute).map(String::as_str).unwrap_or_default()
    }
}

/// All elements in the order of their beginnings.
fn elements(xml: &str) -> Vec<Seen> {
    let (mut all, mut open, mut entries): (Vec<Seen>, Vec<usize>, usize) = (Vec::new(), Vec::new(), 0);
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return all,
            Event::Start(start) => {
                let name = start.name().as_ref().to_owned();
                let names: Vec<&str> = open.iter().map(|at| all[*at].name.as_str()).collect();
                let within = names.join("/");
                let is_entry = matches!((within.as_str(), name.as_str()), ("rss/channel", "item") | ("feed", "entry"));
                entries += usize::from(is_entry);
                let inside = is_entry || within.split('/').any(|name| name == "item" || name == "entry");
                let attributes = start.attributes().map(|a| {
                    let a = a.unwrap();
                    let value = quick_xml::escape::unescape(&a.value).unwrap().into_owned();
                    (a.key.as_ref().to_owned(), value)
                });
                let attributes = attributes.collect();
                let entry = if inside { entries } else { 0 };
                open.last().into_iter().for_each(|at| all[*at].children += 1);
                open.push(all.len());
                all.push(Seen { within, entry, name, attributes, ..Seen::default() });
            }
            Event::End(_) => drop(open.pop()),
            Event::Text(text) => {
                let text = text.to_string();
                open.last().into_iter().for_each(|at| all[*at].text.push_str(&text));
            }
            Event::GeneralRef(named) => {
                let reference = format!("&{};", &*named);
                let text = quick_xml::escape::unescape(&reference).unwrap().into_owned();
                open.last().into_iter().for_each(|at| all[*at].text.push_str(&text));
            }
            Event::CData(text) => {
                let text = text.to_string();
                open.last().into_iter().for_each(|at| all[*at].text.push_str(&text));
            }
            _ => {}
        }
    }
}

/// An absolute address in the characters of RFC 3986.
fn is_address(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let known = ["http", "https", "ftp", "mailto", "urn", "tag", "tel", "news", "data", "magnet"];
    known.contains(&scheme)
        && !rest.is_empty()
        && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b";/?:@&=+$.-_!~*'()%,#".contains(&b))
}

/// A date of RFC 822 as RSS wants it: its day of the week right, its year of four digits.
fn is_rfc822(text: &str) -> bool {
    let date = DateTime::parse_from_rfc2822(text);
    date.is_ok_and(|date| {
        text.starts_with(&date.format("%a, ").to_string()) && text.contains(&date.format(" %Y ").to_string())
    })
}

fn is_media_type(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic() && !b"()<>,;:\\\"/[]?=".contains(&b))
    };
    text.split_once('/').is_some_and(|(kind, of)| part(kind) && part(of))
}

/// A tag that begins with a code of two or three letters.
fn is_language(text: &str) -> bool {
    let code = text.split('-').next().unwrap_or_default();
    matches!(code.len(), 2 | 3) && code.bytes().all(|b| b.is_ascii_alphabetic()) && !text.contains(char::is_whitespace)
}

/// Whether a number is one above 0, where it is said at all.
fn counts(element: &Seen, attribute: &str) -> bool {
    element.attributes.get(attribute).is_none_or(|n| n.parse::<u64>().is_ok_and(|n| n > 0))
}

/// What is wrong with one element by itself.
fn faults(element: &Seen) -> Vec<String> {
    let mut found = Vec::new();
    let mut want = |good: bool, what: &str| {
        if !good {
            found.push(format!("{what}: {element:?}"));
        }
    };
    let text = element.text.as_str();
    let plain =
        |text: &str| !text.contains(['\u{fffd}', '\r']) && !text.chars().any(|c| ('\u{80}'..='\u{9f}').contains(&c));
    want(plain(text) && element.attributes.values().all(|value| plain(value)), "a character that was lost");
    want(!text.trim().is_empty() || element.children > 0 || !element.attributes.is_empty(), "nothing in it");
    for (name, value) in &element.attributes {
        match name.as_str() {
            "url" | "href" | "scheme" if element.name != "category" || name != "domain" => {
                want(is_address(value), "no strict address");
            }
            "type" if !element.name.starts_with("media:") || value.contains('/') => {
                want(is_media_type(value) || matches!(value.as_str(), "text" | "html"), "no media type");
            }
            "width" | "height" | "fileSize" | "duration" => want(counts(element, name), "no number above 0"),
            "length" => want(value.parse::<u64>().is_ok(), "no length"),
            "xml:lang" => want(is_language(value), "no language"),
            _ => {}
        }
    }
    match element.name.as_str() {
        "link" if element.attributes.is_empty() => want(is_address(text), "no strict address"),
        "docs" | "comments" | "creativeCommons:license" | "id" | "logo" | "uri" => {
            want(is_address(text), "no strict address")
        }
        "pubDate" | "lastBuildDate" => want(is_rfc822(text), "no date of RFC 822"),
        "published" | "updated" => want(DateTime::parse_from_rfc3339(text).is_ok(), "no date of RFC 3339"),
        "language" | "dc:language" => want(is_language(text), "no language"),
        "ttl" => want(text.parse::<u32>().is_ok_and(|n| n > 0), "no number above 0"),
        "guid" => want(element.says("isPermaLink") == "false" && is_address(text), "no lasting id"),
        "email" | "itunes:email" => {
            want(text.matches('@').count() == 1 && !text.contains(char::is_whitespace), "no mail")
        }
        "enclosure" => {
            let all = ["url", "length", "type"].iter().all(|name| element.attributes.contains_key(*name));
            want(all && element.says("url").starts_with("http"), "no whole enclosure");
        }
        "itunes:duration" => want(text.split(':').all(|part| part.parse::<u32>().is_ok()), "no duration"),
        "itunes:explicit" => want(matches!(text, "true" | "false"), "neither true nor false"),
        "itunes:episode" | "itunes:season" => want(text.parse::<u32>().is_ok_and(|n| n > 0), "no number above 0"),
        "itunes:author" | "itunes:subtitle" | "itunes:name" => want(text.chars().count() <= 255, "too long"),
        "itunes:category" if element.within.ends_with("itunes:category") => {}
        "itunes:category" => want(genres::named(element.says("text")).is_some(), "no category of Apple's"),
        "media:group" => want(element.children > 1, "a group of one"),
        _ => {}
    }
    found
}

/// What may stand in its parent more than once.
const SEVERAL: [&str; 13] = [
    "item",
    "entry",
    "category",
    "link",
    "atom:link",
    "author",
    "dc:creator",
    "itunes:category",
    "media:content",
    "media:thumbnail",
    "media:credit",
    "creativeCommons:license",
    "media:group",
];

/// Holds a document of XML against all the rules.
fn check(xml: &str) {
    let all = elements(xml);
    let faults: Vec<String> = all.iter().flat_map(faults).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    let mut once = BTreeSet::new();
    for element in all.iter().filter(|e| !SEVERAL.contains(&e.name.as_str()) && !e.name.contains("podcast:")) {
        let own = matches!(element.within.as_str(), "rss/channel" | "rss/channel/item" | "feed" | "feed/entry");
        assert!(!own || once.insert((element.entry, &element.within, &element.name)), "twice: {element:?}");
    }
    let ids: Vec<&str> =
        all.iter().filter(|e| matches!(e.name.as_str(), "guid" | "id")).map(|e| e.text.as_str()).collect();
    let own: Vec<&&str> = ids.iter().filter(|id| !id.is_empty()).collect();
    if xml.contains("<rss ") {
        assert_eq!(own.iter().collect::<BTreeSet<_>>().len(), own.len(), "one id twice");
        let place = |entry, name: &str| all.iter().position(|e| e.entry == entry && e.name == name);
        for name in ["title", "link", "description"] {
            assert!(place(0, name).is_some(), "the channel has no {name}");
        }
        assert!(all.iter().any(|e| e.name == "atom:link" && e.says("rel") == "self"), "no atom:link to itself");
        // What is the channel's own stands before its items; what is full text after its description.
        let first = place(1, "item").unwrap_or(usize::MAX);
        let late = all.iter().enumerate().filter(|(at, e)| *at > first && e.entry == 0 && !e.name.contains(':'));
        assert_eq!(late.map(|(_, e)| &e.name).collect::<Vec<_>>(), Vec::<&String>::new());
        for entry in 1..=all.iter().map(|e| e.entry).max().unwrap_or(0) {
            assert!(place(entry, "guid").is_some() && place(entry, "title").is_some());
            assert!(
                place(entry, "content:encoded").is_none_or(|at| place(entry, "description").is_some_and(|d| d < at))
            );
        }
    } else {
        // Nobody can tell entries apart that changed at one instant.
        let updated: Vec<_> =
            all.iter().filter(|e| e.within == "feed/entry" && e.name == "updated").map(|e| &e.text).collect();
        assert_eq!(updated.iter().collect::<BTreeSet<_>>().len(), updated.len());
        for text in
            all.iter().filter(|e| e.says("type") == "text" || (e.name == "title" && !e.attributes.contains_key("type")))
        {
            assert!(!text.text.contains("</"), "markup that is not said to be some: {text:?}");
        }
    }
}

/// What is odd beyond what [`any_entry`] makes of it.
fn odd(entry: Entry, text: &str, number: u8) -> Entry {
    let n = Some(u32::from(number));
    let picture = entry.picture.clone().map(|picture| Picture { width: n, height: n, ..picture });
    let enclosures = entry.enclosures.iter().map(|e| Enclosure {
        width: n,
        group: Some(number),
        length: n.map(u64::from),
        ..e.clone()
    });
    Entry {
        picture,
        enclosures: enclosures.chain([Enclosure::at("magnet:?xt=1".parse().unwrap())]).collect(),
        extras: Extras {
            comments: Some(address(&format!("[{text}]|"))),
            licenses: vec![address("{}")],
            rights: Some(text.to_owned()),
            credits: vec![crate::model::Credit { name: text.to_owned(), role: Some(text.to_owned()) }],
            episode: Some(Episode {
                title: Some(text.to_owned()),
                subtitle: Some(text.repeat(300)),
                number: n,
                season: n,
                kind: Some(text.to_owned()),
                image: Some("ftp://a.example/b.png".parse().unwrap()),
                ..Episode::default()
            }),
            schemes: vec![Scheme { category: text.to_owned(), scheme: text.to_owned(), term: None }],
            ..Extras::default()
        },
        ..entry
    }
}

fn odd_feed(text: &str) -> Feed {
    let show = Show {
        author: Some(text.repeat(300)),
        owner: Some(Person { name: text.to_owned(), url: None, email: Some(text.to_owned()) }),
        categories: vec![Genre { name: text.to_owned(), under: vec![text.to_owned()] }],
        kind: Some(text.to_owned()),
        ..Show::default()
    };
    let about = About {
        description: Some(text.to_owned()),
        rights: Some(text.to_owned()),
        show: Some(Box::new(show)),
        ..About::default()
    };
    Feed {
        title: text.to_owned(),
        description: None,
        language: Some(text.to_owned()),
        about: Some(Arc::new(about)),
        ..feed()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_is_written_is_valid(entries in proptest::collection::vec((any_entry(), words(), 0u8..3), 0..5), title in words()) {
        let entries: Vec<Entry> = entries.into_iter().map(|(entry, text, number)| odd(entry, &text, number)).collect();
        for feed in [feed(), odd_feed(&title)] {
            check(&text(Format::Rss, &feed, &entries));
            check(&text(Format::Atom, &feed, &entries));
        }
    }
}

#[test]
fn what_is_usual_is_valid() {
    for entries in [rich(), vec![entry("plain")], Vec::new()] {
        for format in [Format::Rss, Format::Atom] {
            check(&text(format, &feed(), &entries));
            // A feed that never held anything.
            let document = render(&feed(), &entries, format, &links(format), DateTime::UNIX_EPOCH);
            let document = String::from_utf8(document.body.to_vec()).unwrap();
            assert!(!document.contains("1970"), "{document}");
            check(&document);
        }
    }
}

#[test]
fn what_looks_like_markup_in_a_title_is_said_to_be_text() {
    let entry = Entry { title: "Use <b> & </b>, AT&T".into(), categories: vec!["R&D <x>".into()], ..entry("tags") };
    let rss = text(Format::Rss, &feed(), std::slice::from_ref(&entry));
    assert!(rss.contains("<title>Use &#x3C;b&gt; &#x26; &#x3C;/b&gt;, AT&#x26;T</title>"), "{rss}");
    assert!(rss.contains("<category>R&#x26;D &#x3C;x&gt;</category>"), "{rss}");
    let atom = text(Format::Atom, &feed(), &[entry]);
    assert!(atom.contains("<title type=\"html\">Use &amp;lt;b&amp;gt; &amp;amp; "), "{atom}");
}
