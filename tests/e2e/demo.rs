//! The repository's own feeds.toml and demo site: what a newcomer sees first.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use serde_json::Value;

use crate::courant::Desk;
use crate::http::get;

/// A free port; the demo's own may be taken by a daemon that the developer runs.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port()
}

/// A desk with the repository's configuration, on ports of its own.
fn demo_desk() -> (Desk, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let written = fs::read_to_string(root.join("feeds.toml")).expect("feeds.toml");
    let demo = format!("127.0.0.1:{}", free_port());
    let text = written
        .replace("127.0.0.1:8080", "127.0.0.1:0")
        .replace("127.0.0.1:8081", &demo)
        .replace("sqlite:data/courant.db", "sqlite:courant.db");
    let desk = Desk::new("");
    desk.write_file("feeds.toml", &text);
    copy(&root.join("data/demo"), &desk.path("data/demo"), &demo);
    (desk, demo)
}

/// Copies the site. Its sitemap says in full where it is served, as sitemaps must.
fn copy(from: &Path, to: &Path, address: &str) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("the demo site") {
        let entry = entry.expect("a file");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target, address);
        } else if entry.file_name() == "sitemap.xml" {
            let sitemap = fs::read_to_string(entry.path()).expect("a sitemap");
            fs::write(target, sitemap.replace("127.0.0.1:8081", address)).expect("written");
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

fn is_cut(title: &str) -> bool {
    title.contains('…') || title.contains("...")
}

#[test]
fn every_demo_source_yields_full_texts() {
    let (desk, _) = demo_desk();
    let lines = desk.ok(&["fetch"]);
    let sources = lines.lines().count();
    assert!(sources >= 5, "{lines}");
    let daemon = desk.daemon();
    for line in lines.lines() {
        let id = line.split(':').next().unwrap_or_default();
        let feed = get(daemon.address, &format!("/sources/{id}.json"));
        let feed: Value = serde_json::from_slice(&feed.body).expect("JSON Feed");
        let entries = feed["items"].as_array().expect("entries");
        assert!(entries.len() >= 2, "{id}: {line}");
        for entry in entries {
            let text = entry["content_html"].as_str().unwrap_or_default();
            assert!(text.chars().count() > 200, "{id}: {} has only {text}", entry["title"]);
            assert!(!is_cut(entry["title"].as_str().unwrap_or_default()), "{id}: {}", entry["title"]);
        }
    }
    // Read again: nothing is new.
    for line in desk.ok(&["fetch"]).lines() {
        assert!(line.contains("unchanged") || line.contains("0 new"), "{line}");
    }
}
