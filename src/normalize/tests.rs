use chrono::{DateTime, Utc};
use proptest::prelude::*;
use url::Url;

use super::*;
use crate::model::{Article, Field, Filter, Listing, Origin, Source, Teaser, Verb, Written};

fn now() -> DateTime<Utc> {
    "2026-11-23T04:00:00Z".parse().expect("a date")
}

fn url(text: &str) -> Url {
    Url::parse(text).expect(text)
}

fn teaser() -> Teaser {
    Teaser {
        guid: Some("tag:example.org,2026:1".into()),
        link: Some(url("https://www.example.org/news/harbour-dredged?utm_source=rss")),
        headline: Some("Harbour to be dredged in the spring".into()),
        summary: Some("<p>The harbour of the old town is to be dredged. <a href='/x'>Read more</a></p>".into()),
        published: Some(Written::new("Mon, 23 Nov 2026 03:00:00 GMT", Origin::Feed)),
        ..Teaser::default()
    }
}

fn source() -> Source {
    Source::at(url("https://example.org/news/"))
}

fn around() -> Surroundings {
    Surroundings { guids_are_unique: true, ..Surroundings::default() }
}

#[test]
fn one_article_has_one_canonical_address() {
    for (address, expected) in [
        ("http://www.Example.org:80/a/index.html?utm_source=x&b=2&a=1#top", "https://example.org/a?a=1&b=2"),
        ("https://example.org/a/", "https://example.org/a"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org/index.php?id=7", "https://example.org/?id=7"),
        ("https://example.org/a;jsessionid=AB12?fbclid=q", "https://example.org/a"),
        ("https://example.org/read.php?PHPSESSID=1&id=7", "https://example.org/read.php?id=7"),
        ("https://example.org:8443/a", "https://example.org:8443/a"),
        ("https://example.org/#!/article/7", "https://example.org/#!/article/7"),
        ("mailto:a@example.org", "mailto:a@example.org"),
    ] {
        assert_eq!(canonical(&url(address)), expected);
    }
}

#[test]
fn an_id_depends_on_source_and_key_alone() {
    assert_eq!(mint("a", "url:x"), mint("a", "url:x"));
    assert_ne!(mint("a", "url:x"), mint("b", "url:x"));
    assert_ne!(mint("a", "b:c"), mint("a:b", "c"));
    assert!(mint("a", "url:x").0.starts_with("urn:uuid:"));
}

#[test]
fn a_teaser_becomes_a_draft() {
    let draft = draft(&teaser(), None, &around(), &source(), now()).expect("a draft");
    assert_eq!(draft.title, "Harbour to be dredged in the spring");
    assert_eq!(draft.url, Some(url("https://www.example.org/news/harbour-dredged")));
    assert_eq!(draft.published, Some("2026-11-23T03:00:00Z".parse().expect("a date")));
    assert_eq!(draft.summary.as_deref(), Some("The harbour of the old town is to be dredged."));
    assert!(!draft.full_text);
    let kinds: Vec<&str> = draft.keys.iter().filter_map(|k| k.split(':').next()).collect();
    assert_eq!(kinds, ["guid", "url", "title"]);
}

#[test]
fn the_article_completes_its_teaser_under_the_same_id() {
    let article = Article {
        headline: Some("Harbour to be dredged in the spring".into()),
        body_html: Some("<p>The harbour of the old town is to be dredged.</p><p>Work begins in March.</p>".into()),
        ..Article::default()
    };
    let alone = draft(&teaser(), None, &around(), &source(), now()).expect("a draft");
    let whole = draft(&teaser(), Some(&article), &around(), &source(), now()).expect("a draft");
    assert_eq!(alone.id, whole.id);
    assert_ne!(alone.fingerprint, whole.fingerprint);
    assert!(whole.full_text);
}

#[test]
fn no_entry_is_published_in_the_future() {
    let dated = |text: &str| {
        let teaser = Teaser { published: Some(Written::new(text, Origin::Feed)), ..teaser() };
        draft(&teaser, None, &around(), &source(), now()).expect("a draft").published
    };
    assert_eq!(dated("2026-11-23T12:00:00Z"), Some(now()));
    assert_eq!(dated("2027-11-23T12:00:00Z"), None);
}

#[test]
fn guids_that_name_nothing_are_no_keys() {
    let twin = |guid: &str, link: &str| Teaser { guid: Some(guid.into()), link: Some(url(link)), ..Teaser::default() };
    let listing = |teasers| Listing { teasers, ..Listing::default() };
    let same = listing(vec![twin("x", "https://example.org/1"), twin("x", "https://example.org/2")]);
    assert!(!Surroundings::of(&same).guids_are_unique);
    let unlike = listing(vec![twin("x", "https://example.org/1"), twin("y", "https://example.org/2")]);
    assert!(Surroundings::of(&unlike).guids_are_unique);
}

#[test]
fn the_operators_pattern_is_the_surest_key() {
    let source = Source { identity: Some(r"_(?<id>\d+)\.html$".into()), ..source() };
    let teaser = Teaser { link: Some(url("https://example.org/2026/harbour_4711.html")), ..teaser() };
    let draft = draft(&teaser, None, &around(), &source, now()).expect("a draft");
    assert_eq!(draft.keys.first().map(String::as_str), Some("id:4711"));
}

#[test]
fn filters_keep_drop_and_rename() {
    let step = |verb, field| Filter { verb, fields: vec![field] };
    let filters = Filters::of(&[
        step(Verb::Drop("(?i)sponsored".into()), Field::Title),
        step(Verb::Rename("^Harbour".into(), "Port".into()), Field::Title),
        step(Verb::Keep("Port".into()), Field::Title),
        step(Verb::MaxAge(3600), Field::Title),
    ]);
    let mut kept = draft(&teaser(), None, &around(), &source(), now()).expect("a draft");
    assert!(filters.keep(&mut kept, now()));
    assert_eq!(kept.title, "Port to be dredged in the spring");
    let mut old = kept.clone();
    assert!(!filters.keep(&mut old, now() + chrono::TimeDelta::hours(2)));
    let mut paid = crate::model::Draft { title: "Sponsored: buy".into(), ..kept };
    assert!(!filters.keep(&mut paid, now()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_canonical_address_is_its_own(host in "(www\\.)?[a-z]{1,8}\\.(org|com)", path in "[a-zA-Z0-9/._;=%-]{0,30}", query in "[a-z0-9=&_%.]{0,30}") {
        if let Ok(url) = Url::parse(&format!("http://{host}/{path}?{query}")) {
            let once = canonical(&url);
            let again = Url::parse(&once).expect("a canonical address is one");
            prop_assert_eq!(canonical(&again), once);
        }
    }

    #[test]
    fn what_is_normalized_stays_as_it_is(title in "\\PC{0,60}", author in "\\PC{0,40}", summary in "\\PC{0,80}") {
        let raw = Teaser {
            headline: Some(title),
            authors: vec![crate::model::Person::named(author)],
            summary: Some(summary),
            ..teaser()
        };
        let once = draft(&raw, None, &around(), &source(), now()).expect("a draft");
        let again = Teaser { headline: Some(once.title.clone()), ..raw };
        let twice = draft(&again, None, &around(), &source(), now()).expect("a draft");
        prop_assert_eq!(&twice.title, &once.title);
        prop_assert_eq!(twice.keys, once.keys);
        prop_assert_eq!(twice.fingerprint, once.fingerprint);
    }
}
