//! What is published is valid: well-formed, unique ids, the rules of each standard, parsed again to the same.

use std::collections::HashSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::courant::{Daemon, Desk, text};
use crate::http::get;
use crate::paper::{self, LINES};
use crate::press::Press;

fn serving() -> (Desk, Daemon) {
    let press = Press::start();
    paper::print(&press);
    // What must be escaped or left out: markup in titles, characters that XML 1.0 forbids.
    let nasty = paper::front(&LINES.each_ref())
        .replace("New tram bridge", "New &lt;b&gt;tram&lt;/b&gt; &amp; bridge \u{1}\u{b}");
    press.set("/news/", crate::press::Sheet::html(nasty));
    let feeds = "[feeds.town]\ntitle = \"Town & <country>\"\nfrom = [\"tag:town\"]\nlimit = 3\n\
                 [feeds.brief]\ntitle = \"In brief\"\nfrom = [\"*\"]\ncontent = \"summary\"\n";
    let desk = Desk::new(&format!("{}tags = [\"town\"]\n{feeds}", paper::source(&press)));
    desk.ok(&["fetch"]);
    let daemon = desk.daemon();
    (desk, daemon)
}

/// Reads XML strictly to its end.
fn assert_well_formed(xml: &str) {
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().check_comments = true;
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => return,
            Ok(_) => {}
            Err(error) => panic!("{error} at {}:\n{xml}", reader.error_position()),
        }
    }
}

#[test]
fn every_format_is_well_formed_and_reads_back_to_the_same_entries() {
    let (_desk, daemon) = serving();
    for feed in ["/feeds/all", "/feeds/town", "/feeds/brief", "/sources/lantern"] {
        let mut seen: Vec<Vec<(String, String)>> = Vec::new();
        for ending in ["rss", "atom", "json"] {
            let path = format!("{feed}.{ending}");
            let reply = get(daemon.address, &path);
            assert_eq!(reply.status, 200, "{path}");
            let body = reply.text();
            if ending != "json" {
                assert_well_formed(&body);
            }
            let parsed = feed_rs::parser::parse(body.as_bytes()).unwrap_or_else(|e| panic!("{path}: {e}\n{body}"));
            let entries: Vec<(String, String)> = parsed
                .entries
                .iter()
                .map(|e| (e.id.clone(), e.title.as_ref().map(|t| t.content.clone()).unwrap_or_default()))
                .collect();
            let ids: HashSet<&String> = entries.iter().map(|(id, _)| id).collect();
            assert_eq!(ids.len(), entries.len(), "{path}: ids are unique");
            assert!(entries.iter().all(|(id, _)| id.starts_with("urn:uuid:")), "{path}: {entries:?}");
            assert!(!body.contains(['\u{1}', '\u{b}']), "{path}: characters that XML forbids");
            seen.push(entries);
        }
        let expected = if feed == "/feeds/town" { 3 } else { 6 };
        assert!(seen.iter().all(|s| s.len() == expected), "{feed}: {seen:?}");
        let ids = |s: &Vec<(String, String)>| s.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
        assert!(seen.iter().all(|s| ids(s) == ids(&seen[0])), "{feed}: the formats agree");
    }
}

#[test]
fn atom_holds_what_rfc_4287_asks_for() {
    let (desk, daemon) = serving();
    let atom = get(daemon.address, "/feeds/all.atom");
    assert!(atom.header("content-type").starts_with("application/atom+xml"));
    let feed: atom_syndication::Feed = atom.text().parse().expect("Atom");
    let own = "http://news.example/feeds/all.atom";
    assert!(feed.links.iter().any(|l| l.rel == "self" && l.href == own), "{:?}", feed.links);
    assert!(feed.links.iter().any(|l| l.rel == "alternate"), "{:?}", feed.links);
    let fallback = !feed.authors.is_empty();
    for entry in &feed.entries {
        assert!(fallback || !entry.authors.is_empty(), "an author somewhere (§4.1.1)");
        assert!(entry.links.iter().any(|l| l.rel == "alternate" && l.href.starts_with("http://")), "{entry:?}");
        assert!(entry.published.is_some() && entry.content.is_some(), "{entry:?}");
    }
    // The schema of RFC 4287's appendix B, where both it and a validator are at hand.
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora/schemas/atom-rfc4287.rnc");
    let jing = Command::new("jing").arg("-c").output().is_ok();
    if !schema.exists() || !jing {
        eprintln!("not checked against the RELAX NG schema: needs `jing` and {}", schema.display());
        return;
    }
    std::fs::write(desk.path("all.atom"), &atom.body).expect("a file");
    let output =
        Command::new("jing").arg("-c").arg("-i").arg(schema).arg(desk.path("all.atom")).output().expect("jing");
    assert!(output.status.success(), "{}", text(&output.stdout));
}

#[test]
fn rss_and_json_hold_what_their_standards_ask_for() {
    let (_desk, daemon) = serving();
    let rss = get(daemon.address, "/feeds/all.rss");
    assert!(rss.header("content-type").starts_with("application/rss+xml"));
    let channel = rss::Channel::read_from(&rss.body[..]).expect("RSS");
    assert!(!channel.title.is_empty() && !channel.link.is_empty() && !channel.description.is_empty());
    for entry in channel.items() {
        assert!(entry.guid().is_some_and(|g| !g.is_permalink()), "{entry:?}");
        assert!(entry.content().is_some_and(|c| c.contains("Paragraph 5")), "{entry:?}");
        assert!(chrono::DateTime::parse_from_rfc2822(entry.pub_date().unwrap_or_default()).is_ok(), "{entry:?}");
    }
    let json = get(daemon.address, "/feeds/all.json");
    assert!(json.header("content-type").starts_with("application/feed+json"));
    let feed: Value = serde_json::from_slice(&json.body).expect("JSON");
    assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
    assert_eq!(feed["feed_url"], "http://news.example/feeds/all.json");
    for entry in feed["items"].as_array().expect("entries") {
        assert!(entry["id"].is_string() && entry["content_html"].is_string(), "{entry}");
        assert_eq!(entry["authors"][0]["name"], "Ida Marsh");
    }
    let brief: Value = serde_json::from_str(&get(daemon.address, "/feeds/brief.json").text()).expect("JSON");
    assert!(!brief["items"].to_string().contains("Paragraph 5"), "a summary feed holds no full text");
}

#[test]
fn opml_lists_every_feed() {
    let (desk, daemon) = serving();
    let opml = get(daemon.address, "/opml").text();
    assert_well_formed(&opml);
    for feed in ["all", "town", "brief"] {
        assert!(opml.contains(&format!("http://news.example/feeds/{feed}.")), "{opml}");
    }
    assert!(opml.contains("Town &amp; &lt;country&gt;"), "{opml}");
    assert_well_formed(&desk.ok(&["opml"]));
}

/// What the W3C's feed validator would complain of and readers stumble over, beyond the schemas.
#[test]
fn no_rule_of_the_feed_validator_is_broken() {
    let (_desk, daemon) = serving();
    for name in ["all", "town", "brief"] {
        let rss = get(daemon.address, &format!("/feeds/{name}.rss")).text();
        let channel = rss::Channel::read_from(rss.as_bytes()).expect("RSS");
        let own = format!("http://news.example/feeds/{name}.rss");
        let links = &channel.atom_ext().expect("atom:link").links;
        assert!(links.iter().any(|l| l.rel == "self" && l.href == own && l.mime_type() == Some("application/rss+xml")));
        assert!(channel.ttl().is_some_and(|ttl| ttl.parse::<u32>().is_ok_and(|ttl| ttl > 0)));
        assert!(chrono::DateTime::parse_from_rfc2822(channel.last_build_date().unwrap_or_default()).is_ok());
        let mut guids = HashSet::new();
        for entry in channel.items() {
            assert!(guids.insert(entry.guid().expect("a guid").value()), "DuplicateItem");
            assert!(entry.title().is_some() && entry.link().is_some_and(|l| l.starts_with("http")), "{entry:?}");
            assert!(entry.author().is_none(), "an author element is a mail address; names stand in dc:creator");
            assert!(entry.dublin_core_ext().is_some_and(|dc| dc.creators() == ["Ida Marsh"]), "{entry:?}");
            for html in [entry.description(), entry.content()].into_iter().flatten() {
                for danger in ["<script", "<style", "<iframe", "<object", " onclick", "href=\"/", "src=\"/", "&nbsp;"] {
                    assert!(!html.contains(danger), "SecurityRisk, ContainsRelRef: {danger} in {html}");
                }
            }
        }
        let atom: atom_syndication::Feed =
            get(daemon.address, &format!("/feeds/{name}.atom")).text().parse().expect("Atom");
        let updated: HashSet<_> = atom.entries.iter().map(|entry| entry.updated).collect();
        assert_eq!(updated.len(), atom.entries.len(), "DuplicateUpdated");
        assert!(atom.entries.iter().all(|e| e.published.is_some_and(|published| published <= e.updated)));
        assert!(atom.entries.iter().all(|e| e.updated.timestamp() <= atom.updated.timestamp()));
        for entry in &atom.entries {
            let alternates = entry.links.iter().filter(|link| link.rel == "alternate").count();
            assert_eq!(alternates, 1, "DuplicateAtomLink: {entry:?}");
            assert!(entry.title.r#type == atom_syndication::TextType::Text, "ContainsHTML: {entry:?}");
        }
        let json: Value =
            serde_json::from_str(&get(daemon.address, &format!("/feeds/{name}.json")).text()).expect("JSON");
        assert_eq!(json["hubs"][0]["url"], "http://news.example/hub");
        assert!(json["items"].as_array().expect("items").iter().all(|item| item.get("author").is_none()));
    }
}
