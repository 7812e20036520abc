use proptest::prelude::*;

use super::{looks_like_json, read};
use crate::model::{Listing, ListingMethod, PageKind, Teaser};
use crate::read::listing::page;

fn listing(text: &str) -> Listing {
    read(&page("https://paper.example/api/", text), None).value
}

fn only(text: &str) -> Teaser {
    let mut teasers = listing(text).teasers;
    assert_eq!(teasers.len(), 1, "{text}");
    teasers.remove(0)
}

#[test]
fn wordpress_is_read_with_its_rendered_texts() {
    let t = only(
        r#"[{"id":7,"date":"2026-03-01T12:00:00","date_gmt":"2026-03-01T11:00:00","modified_gmt":"2026-03-02T11:00:00",
        "guid":{"rendered":"https://paper.example/?p=7"},"link":"https://paper.example/2026/pier/","title":{"rendered":"The pier &#8211; reopened"},
        "content":{"rendered":"<p>Long</p>","protected":false},"excerpt":{"rendered":"<p>Short</p>"},"author":3,"tags":[1,2],
        "_embedded":{"author":[{"name":"A. Writer"}],"wp:featuredmedia":[{"source_url":"https://paper.example/p.jpg"}],"wp:term":[[{"name":"Sea"}]]}}]"#,
    );
    assert_eq!(t.headline.as_deref(), Some("The pier – reopened"));
    assert_eq!(t.link.unwrap().as_str(), "https://paper.example/2026/pier/");
    assert_eq!((t.summary.as_deref(), t.content.as_deref()), (Some("<p>Short</p>"), Some("<p>Long</p>")));
    assert_eq!(t.published.unwrap().text, "2026-03-01T11:00:00");
    assert_eq!(t.updated.unwrap().text, "2026-03-02T11:00:00");
    assert_eq!(t.authors[0].name, "A. Writer");
    assert_eq!(t.categories, ["Sea"]);
    assert_eq!(t.picture.unwrap().url.path(), "/p.jpg");
    assert_eq!(t.guid.as_deref(), Some("7"));
}

#[test]
fn every_usual_shape_of_answer_is_understood() {
    for (text, title, link, date) in [
        (
            r#"{"hits":{"hits":[{"_id":"1","_source":{"headline":"A long enough title","url":"/a","publishDate":1767225600}}]}}"#,
            "A long enough title",
            "https://paper.example/a",
            Some("2026-01-01T00:00:00Z"),
        ),
        (
            r#"{"data":[{"type":"n","id":"9","attributes":{"title":"T","created":"2026-01-01"},"links":{"self":{"href":"https://x.example/9"}}}]}"#,
            "T",
            "https://x.example/9",
            Some("2026-01-01"),
        ),
        (
            r#"{"data":{"posts":{"edges":[{"node":{"title":"T","uri":"/t/","publishedAt":"1767225600000"}}]}}}"#,
            "T",
            "https://paper.example/t/",
            Some("2026-01-01T00:00:00Z"),
        ),
        (
            r#"{"children":[{"kind":"t3","data":{"title":"T","permalink":"/r/t/","created_utc":1767225600.0}}]}"#,
            "T",
            "https://paper.example/r/t/",
            Some("2026-01-01T00:00:00Z"),
        ),
        (
            r#"cb({"list":[{"docTitle":"新闻标题","docUrl":"./t1.html"}]});"#,
            "新闻标题",
            "https://paper.example/api/t1.html",
            None,
        ),
        (")]}',\n[{\"title\":\"T\",\"slug\":\"t\",\"path\":\"/news/t\"}]", "T", "https://paper.example/news/t", None),
        ("for(;;);[{\"title\":\"T\",\"path\":\"/t\"}]", "T", "https://paper.example/t", None),
        ("var news = {\"a\":[{\"title\":\"T\",\"path\":\"/t\"}]};", "T", "https://paper.example/t", None),
        ("{\"a\":[{\"title\":\"T\",\"url\":\"/t\",}],}", "T", "https://paper.example/t", None),
    ] {
        let t = only(text);
        assert_eq!(t.headline.as_deref(), Some(title), "{text}");
        assert_eq!(t.link.as_ref().unwrap().as_str(), link, "{text}");
        assert_eq!(t.published.map(|p| p.text).as_deref(), date, "{text}");
    }
}

#[test]
fn an_error_is_told_in_its_own_words_and_no_news() {
    for (text, words) in [
        (r#"{"error":"not found"}"#, "not found"),
        (r#"{"error":{"code":404,"message":"No such  resource"}}"#, "No such resource"),
        (
            r#"{"errors":[{"title":"Unauthorized","detail":"Please log in","url":"https://x.example/docs/errors/401"}]}"#,
            "Please log in",
        ),
        (r#"{"data":null,"errors":["Cannot query field"]}"#, "Cannot query field"),
        (
            r#"{"status":"error","message":"Invalid API key","documentation_url":"https://x.example/docs"}"#,
            "Invalid API key",
        ),
        (r#"{"code":"rest_no_route","message":"No route was found","data":{"status":404}}"#, "No route was found"),
        (r#"{"success":false,"data":[],"error":"rate limit exceeded"}"#, "rate limit exceeded"),
        (r#"{"type":"about:blank","title":"Not Found","status":404}"#, "Not Found"),
        (r#"{"fault":{"faultstring":"Rate limit quota violation"}}"#, "Rate limit quota violation"),
        (r#"{"Message":"An error has occurred.","StackTrace":"x"}"#, "An error has occurred."),
        (r#"{"message":"Forbidden"}"#, "Forbidden"),
        (r#"{"ok":false,"items":[]}"#, "and not why"),
    ] {
        let read = read(&page("https://paper.example/api/", text), None);
        assert_eq!((read.value.page_kind, read.value.teasers.len()), (PageKind::Error, 0), "{text}");
        assert!(read.problems.len() == 1 && read.problems[0].message.contains(words), "{text}: {:?}", read.problems);
    }
    for text in [
        r#"{"error":null,"errors":[],"status":"ok","items":[{"title":"A title","url":"/a"}]}"#,
        "{\"code\":200,\"message\":\"OK\"}",
    ] {
        assert_eq!(listing(text).page_kind, PageKind::Listing, "{text}");
    }
}

#[test]
fn a_list_that_is_there_and_empty_is_no_failure() {
    for (text, empty) in [
        ("[]", true),
        (r#"{"items":[]}"#, true),
        (r#"{"data":{"posts":[]},"total":0}"#, true),
        (r#"{"code":0,"message":"success","data":{"list":[]}}"#, true),
        (r#"{"took":3,"hits":{"total":{"value":0},"hits":[]}}"#, true),
        ("{}", false),
        ("null", false),
        (r#"{"items":null}"#, false),
        (r#"{"tags":[]}"#, false),
        (r#"{"items":[{"nr":7}]}"#, false),
    ] {
        let read = read(&page("https://paper.example/api/", text), None);
        assert!(read.value.teasers.is_empty(), "{text}");
        assert_eq!(read.value.method == ListingMethod::Json && read.problems.is_empty(), empty, "{text}");
    }
}

#[test]
fn the_list_of_news_is_taken_and_not_the_menu() {
    let got = listing(
        r#"{"menu":[{"name":"Home","url":"/"},{"name":"Sport","url":"/sport"},{"name":"Weather","url":"/weather"}],
        "title":"The Paper","next":"/api/?page=2",
        "items":[{"title":"Council agrees to dredge the harbour","url":"/1","date":"2026-01-02"},{"title":"Ferry is late again","url":"/2","date":"2026-01-01"}]}"#,
    );
    assert_eq!(got.teasers.len(), 2);
    assert_eq!(got.title.as_deref(), Some("The Paper"));
    assert_eq!(got.next.unwrap().as_str(), "https://paper.example/api/?page=2");
}

#[test]
fn what_holds_no_list_is_refused_with_the_reason() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for text in ["", "{}", "[1,2]", "{\"title\":\"x\"}", "[{\"title\":\"no link\"}]", "<html>", "{\"a\":", &deep] {
        let read = read(&page("https://paper.example/", text), None);
        assert!(read.value.teasers.is_empty() && read.problems.len() == 1, "{}", text.get(..20).unwrap_or(text));
    }
    assert!(!looks_like_json(&page("https://p.example/", "<html>{\"")));
    assert!(looks_like_json(&page("https://p.example/", " {\"a\": 1}")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_text_does_harm(text in r#"[\[\]{}":,a-c0-9é \\eE.-]{0,80}"#) {
        read(&page("https://p.example/", &text), None);
    }
}

/// The listing of an answer by paths.
fn by_paths(rules: &[(&str, &str)], text: &str) -> crate::model::Read<Listing> {
    let mut written = crate::model::ListingRules::default();
    for (key, path) in rules {
        let path = path.to_string();
        match *key {
            "container" => written.container = Some(path),
            "item" => written.item = Some(path),
            "next" => written.next = Some(path),
            "id" => written.id.push(path),
            "link" => written.link.push(path),
            "title" => written.title.push(path),
            "date" => written.date.push(path),
            "content" => written.content.push(path),
            "author" => written.author.push(path),
            "category" => written.category.push(path),
            other => panic!("{other}"),
        }
    }
    let rules = crate::model::Rules { listing: written, ..Default::default() };
    let rules = crate::read::CompiledRules::compile(&rules).expect("rules");
    crate::read::read_listing(&page("https://paper.example/api/", text), crate::model::Kind::Auto, &rules)
}

const ODD: &str = r#"{"result": {"rows": [
    {"nr": 7, "h": {"de": "Die <b>Fähre</b>"}, "wann": 1763971200, "wer": [{"name": "Ada"}, {"name": "Ben"}], "txt": "<p>Lang</p>", "rub": ["See"]},
    {"nr": 8, "h": {"de": ""}, "alt": "Ohne Titel", "url": "/b"}, null]}, "mehr": {"seite": 2}, "ads": [{"title": "Buy this now", "url": "/ad"}]}"#;

#[test]
fn declared_paths_say_what_members_are_called() {
    let read = by_paths(
        &[
            ("item", "$.result.rows[*]"),
            ("id", "$.nr"),
            ("link", "$.url"),
            ("link", "https://paper.example/artikel/{$.nr}.html"),
            ("title", "$.h.de"),
            ("title", "$.alt"),
            ("date", "$.wann"),
            ("content", "$.txt"),
            ("author", "$.wer[*].name"),
            ("category", "$.rub"),
            ("next", "?seite={$.mehr.seite}"),
        ],
        ODD,
    );
    assert_eq!(read.problems, [], "{read:?}");
    let listing = read.value;
    assert_eq!(listing.method, crate::model::ListingMethod::Json);
    assert_eq!(listing.next.map(String::from).as_deref(), Some("https://paper.example/api/?seite=2"));
    let [ferry, other] = &*listing.teasers else { panic!("{:?}", listing.teasers) };
    assert_eq!(ferry.link.as_ref().map(url::Url::as_str), Some("https://paper.example/artikel/7.html"));
    assert_eq!((ferry.headline.as_deref(), ferry.guid.as_deref()), (Some("Die Fähre"), Some("7")));
    assert_eq!(ferry.published.as_ref().map(|w| w.text.as_str()), Some("2025-11-24T08:00:00Z"));
    assert_eq!(ferry.authors.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["Ada", "Ben"]);
    assert_eq!((ferry.content.as_deref(), ferry.categories.as_slice()), (Some("<p>Lang</p>"), &["See".to_owned()][..]));
    assert_eq!(other.headline.as_deref(), Some("Ohne Titel"));
    assert_eq!(other.link.as_ref().map(url::Url::path), Some("/b"));
}

#[test]
fn what_no_path_declares_is_read_by_its_shape() {
    let read = by_paths(&[("item", "$.ads")], ODD);
    let titles: Vec<_> = read.value.teasers.iter().map(|t| t.headline.clone().unwrap_or_default()).collect();
    assert_eq!(titles, ["Buy this now"]);
}

#[test]
fn a_list_that_is_empty_is_no_failure_and_one_that_is_gone_is() {
    for (rules, text, failure) in [
        (&[("item", "$.posts[*]")][..], r#"{"posts": []}"#, None),
        (&[("item", "$.posts[*]")], r#"{"articles": [{"title": "A", "url": "/a"}]}"#, Some("listing.item")),
        (&[("container", "$.data"), ("item", "$.posts[*]")], r#"{"data": {}}"#, None),
        (&[("container", "$.data"), ("item", "$.posts[*]")], r#"{"error": 1}"#, Some("listing.container")),
        (&[("item", "$.posts[*]")], "<!DOCTYPE html><p>Down for maintenance", Some("JSON cannot be read")),
        (&[("item", "$.posts[*]")], r#"{"posts": [{"x": 1}]}"#, Some("neither link nor headline")),
    ] {
        let read = by_paths(rules, text);
        assert!(read.value.teasers.is_empty());
        match failure {
            Some(words) => assert!(read.problems[0].message.contains(words), "{text}: {:?}", read.problems),
            None => assert_eq!(read.problems, [], "{text}"),
        }
    }
}
