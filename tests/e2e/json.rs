//! APIs that answer with JSON: by what their members are called, or by declared paths.

use crate::courant::{Desk, text};
use crate::press::{Press, Sheet};

const ANSWER: &str = r#"{"ok": true, "data": {"rows": [
 {"nr": 12, "kopf": "Ferry crews end their strike", "stand": "2026-11-17T09:00:00Z", "rumpf": "<p>After eleven days the crews went back to work.</p>"},
 {"nr": 11, "kopf": "Owl census counts more pairs", "stand": "2026-11-15T09:00:00Z", "rumpf": "<p>More than in any year since 1998.</p>"}]}}"#;

const RULES: &str = "article = \"never\"\n[sources.api.listing]\nitem = \"$.data.rows[*]\"\nid = \"$.nr\"\ntitle = \"$.kopf\"\n\
                     link = \"/artikel/{$.nr}.html\"\ndate = \"$.stand\"\ncontent = \"$.rumpf\"\n";

#[test]
fn an_api_is_a_source_by_declared_paths() {
    let press = Press::start();
    press.set("/api/news", Sheet::new("application/json", ANSWER));
    let desk = Desk::new(&format!("[sources.api]\nurl = \"{}\"\nkind = \"json\"\n{RULES}", press.url("/api/news")));
    desk.ok(&["check"]);
    let preview = desk.ok(&["preview", "api"]);
    assert!(preview.contains("Ferry crews end their strike"), "{preview}");
    desk.ok(&["fetch"]);
    desk.ok(&["export", "out"]);
    let feed = std::fs::read_to_string(desk.path("out/sources/api.json")).expect("a feed");
    let feed: serde_json::Value = serde_json::from_str(&feed).expect("JSON");
    let first = &feed["items"][0];
    assert_eq!(first["title"], "Ferry crews end their strike");
    assert_eq!(first["url"], press.url("/artikel/12.html"));
    assert_eq!(first["date_published"], "2026-11-17T09:00:00Z");
    assert!(first["content_html"].as_str().is_some_and(|html| html.contains("went back to work")), "{first}");
    assert_eq!(feed["items"].as_array().map(Vec::len), Some(2));
    press.set("/api/news", Sheet::new("application/json", r#"{"ok": true, "data": {"rows": []}}"#));
    desk.ok(&["fetch"]);
    assert_eq!(desk.status("api")["outcome"], "empty");
    press.set("/api/news", Sheet::new("application/json", r#"{"error": "Invalid API key"}"#));
    desk.run(&["fetch"]);
    let status = desk.status("api");
    assert_eq!(status["outcome"], "broken", "{status}");
    assert!(
        status["reason"].as_str().is_some_and(|why| why.ends_with("tells of an error: Invalid API key")),
        "{status}"
    );
    // The answer that no longer holds the list is a failure, and takes nothing from readers.
    press.set("/api/news", Sheet::new("application/json", r#"{"ok": false}"#));
    desk.run(&["fetch"]);
    let status = desk.status("api");
    assert_eq!(status["outcome"], "structure-missing", "{status}");
}

#[test]
fn a_path_that_is_none_is_pointed_at() {
    for (rules, expected) in [
        ("item = \"$.data.rows[\"\n", &["feeds.toml:12:20", "JSONPath"][..]),
        ("item = \"$.data.rows[*]\"\ntitle = \"h2 > a\"\n", &["feeds.toml:13:10", "JSONPath"]),
        ("item = \"ul > li\"\n", &["feeds.toml:12:9", "`kind` is \"json\"", "$.posts[*]"]),
        ("item = \"$.a\"\nlink = \"/x/{$.nr\"\n", &["never closed"]),
    ] {
        let source =
            format!("[sources.api]\nurl = \"https://n.example/api\"\nkind = \"json\"\n[sources.api.listing]\n{rules}");
        let desk = Desk::new(&source);
        let output = desk.run(&["check"]);
        let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(expected.iter().all(|part| said.contains(part)), "{expected:?} in\n{said}");
    }
}
