//! Failures are ordinary: recorded with their reason, backed off, and no other source is disturbed.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::courant::{Desk, text};
use crate::paper::{self, LINES};
use crate::press::{Press, Sheet};

fn at(value: &Value) -> DateTime<Utc> {
    value.as_str().and_then(|t| t.parse().ok()).unwrap_or_else(|| panic!("{value} is no time"))
}

#[test]
fn each_failure_is_recorded_with_its_reason_and_disturbs_nobody() {
    let press = Press::start();
    paper::print(&press);
    // (id, sheet, outcome, a word of the reason)
    let cases: Vec<(&str, Option<Sheet>, &str, &str)> = vec![
        ("missing", None, "broken", "404"),
        ("gone", Some(Sheet::status(410)), "gone", "410"),
        ("forbidden", Some(Sheet::status(403)), "blocked", "403"),
        ("down", Some(Sheet::status(503).with("Retry-After", "7200")), "broken", "503"),
        ("huge", Some(Sheet::html("<p>x</p>".repeat(200_000))), "broken", "max_bytes"),
        ("silent", Some(Sheet::html("late").held()), "broken", "slow"),
        ("loop", Some(Sheet::status(302).with("Location", "/loop")), "broken", "redirect"),
        ("blank", Some(Sheet::html("")), "broken", ""),
        ("binary", Some(Sheet::new("image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec())), "", ""),
        ("login", Some(Sheet::html(LOGIN)), "blocked", "login"),
        ("garbage", Some(Sheet::new("application/rss+xml", "<rss><channel><item>".repeat(50))), "", ""),
    ];
    let mut sources = "max_bytes = \"1MB\"\ntimeout = \"2s\"\n".to_owned();
    sources.push_str(&paper::source(&press));
    for (id, sheet, ..) in &cases {
        if let Some(sheet) = sheet {
            press.set(&format!("/{id}"), sheet.clone());
        }
        sources.push_str(&format!("[sources.{id}]\nurl = \"{}\"\n", press.url(&format!("/{id}"))));
    }
    sources.push_str("[sources.nowhere]\nurl = \"http://127.0.0.1:1/\"\n");
    let desk = Desk::new(&sources);
    let output = desk.run(&["fetch"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert_eq!(desk.status("lantern")["entries"], 6);
    assert_eq!(desk.status("lantern")["outcome"], "ok");
    for (id, _, outcome, word) in &cases {
        let state = desk.status(id);
        if !outcome.is_empty() {
            assert_eq!(state["outcome"], *outcome, "{state}");
        }
        let reason = state["reason"].as_str().unwrap_or_default();
        assert!(reason.len() > 10 && reason.contains(word), "{id}: {reason}");
        assert_eq!(state["failures"], 1, "{state}");
        assert!(at(&state["next_run"]) > at(&state["last_run"]), "{state}");
    }
    let wait = at(&desk.status("down")["next_run"]) - at(&desk.status("down")["last_run"]);
    assert!(wait >= chrono::Duration::seconds(7200), "Retry-After is obeyed: {wait}");
    assert_eq!(desk.status("nowhere")["outcome"], "broken");
}

const LOGIN: &str = "<html><head><title>Sign in</title></head><body><h1>Sign in</h1><form action=\"/login\" method=\"post\">\
    <input name=\"user\"><input type=\"password\" name=\"password\"><button>Log in</button></form></body></html>";

#[test]
fn a_source_recovers_at_its_first_success() {
    let press = Press::start();
    press.set("/news/", Sheet::status(500));
    let desk = Desk::new(&paper::source(&press));
    for failures in 1..=3 {
        desk.run(&["fetch"]);
        assert_eq!(desk.status("lantern")["failures"], failures);
    }
    let long = at(&desk.status("lantern")["next_run"]) - at(&desk.status("lantern")["last_run"]);
    assert!(long > chrono::Duration::minutes(30), "backed off beyond the usual: {long}");
    paper::print(&press);
    desk.ok(&["fetch"]);
    assert_eq!(desk.status("lantern")["failures"], 0);
    assert_eq!(desk.status("lantern")["entries"], 6);
}

#[test]
fn a_failed_run_takes_nothing_from_readers() {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new(&paper::source(&press));
    desk.ok(&["fetch"]);
    press.set("/news/", Sheet::html("<html><body><p>We will be back soon.</p></body></html>"));
    assert_eq!(desk.run(&["fetch"]).status.code(), Some(1));
    assert_eq!(desk.status("lantern")["entries"], 6);
    paper::print(&press);
    let line = desk.ok(&["fetch"]);
    assert!(line.contains("unchanged"), "{line}");
    assert_eq!(desk.status("lantern")["failures"], 0);
}

#[test]
fn an_article_that_fails_is_asked_for_again_and_its_teaser_stands_meanwhile() {
    let press = Press::start();
    paper::print(&press);
    press.set("/news/owl-census.html", Sheet::status(500));
    let desk = Desk::new(&paper::source(&press));
    let line = desk.ok(&["fetch"]);
    assert!(line.contains("6 new, 5 articles read, 1 failed"), "{line}");
    assert_eq!(desk.status("lantern")["entries"], 6);
    press.set("/news/owl-census.html", Sheet::html(paper::article(&LINES[4])));
    let line = desk.ok(&["fetch"]);
    assert!(line.contains("0 new, 1 altered, 1 article read"), "{line}");
    assert_eq!(press.asked("/news/tram-bridge.html").len(), 1);
}

#[test]
fn a_host_that_wants_silence_costs_an_article_no_attempt() {
    let press = Press::start();
    paper::print(&press);
    press.set("/news/owl-census.html", Sheet::status(503).with("Retry-After", "3600"));
    let desk = Desk::new(&paper::source(&press));
    let mut daemon = desk.daemon();
    daemon.harvested("lantern");
    // One process, which remembers, whatever its manners are; each time a row is new, so that the list is read.
    for n in 1..5 {
        paper::print_front(&press, &LINES.each_ref()[..6 - n]);
        desk.write(&format!("parallel = {}\n{}tags = [\"t{n}\"]\n", 9 + n, paper::source(&press)));
        daemon.harvested("lantern");
    }
    assert_eq!(press.asked("/news/owl-census.html").len(), 1, "its server wants silence");
    assert_eq!(daemon.stop(), Some(0));
    paper::print(&press);
    desk.write(&paper::source(&press));
    let line = desk.ok(&["fetch"]);
    assert!(line.contains("1 article read"), "{line}");
}

#[test]
fn a_text_that_stands_in_every_articles_place_is_no_article_in_whatever_language() {
    let press = Press::start();
    paper::print(&press);
    let wall = "<html lang=\"eo\"><title>La Gazeto</title><article><h1>La Gazeto kun reklamoj</h1><p>Ni kaj niaj 842 \
                partneroj uzas viajn datumojn, ekzemple vian adreson, por konservi informojn en via aparato kaj legi ilin. \
                Se vi konsentas, vi povas legi plu; se ne, bonvolu aboni la gazeton.</p></article></html>";
    let articles = paper::LINES.iter().map(|line| format!("/news/{}.html", line.slug));
    for path in articles.clone() {
        press.set(&path, Sheet::html(wall));
    }
    let desk = Desk::new(&paper::source(&press));
    let line = desk.ok(&["fetch"]);
    assert!(line.contains("6 new, 0 articles read, 6 failed"), "{line}");
    assert!(!desk.ok(&["export", "out"]).is_empty());
    let feed = std::fs::read_to_string(desk.path("out/feeds/all.json")).expect("a feed");
    assert!(!feed.contains("partneroj"), "{feed}");
    // Once the wall is gone they are read.
    paper::print(&press);
    let line = desk.ok(&["fetch"]);
    assert!(line.contains("0 new") && line.contains("6 articles read"), "{line}");
}

/// What became of the texts of entries where, with each run, one more stands on the front page, which has this page: how
/// many are full after each, and once each page is its own article's.
fn full_texts(page: impl Fn(&paper::Line) -> String) -> Vec<usize> {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new(&paper::source(&press));
    let full = || {
        desk.run(&["fetch"]);
        desk.ok(&["export", "out"]);
        let feed = std::fs::read_to_string(desk.path("out/feeds/all.json")).expect("a feed");
        assert_eq!(
            feed.matches("\"title\"").count(),
            desk.status("lantern")["entries"].as_u64().unwrap_or(0) as usize + 1
        );
        feed.matches("content_html").count()
    };
    let runs = (0..4).rev().map(|from| {
        let lines: Vec<&paper::Line> = paper::LINES.iter().skip(from).collect();
        paper::print_front(&press, &lines);
        let newest = lines.first().filter(|_| from < 3);
        newest.into_iter().for_each(|line| press.set(&format!("/news/{}.html", line.slug), Sheet::html(page(line))));
        full()
    });
    let mut counts: Vec<usize> = runs.collect();
    paper::print(&press);
    counts.push(full());
    counts
}

#[test]
fn a_text_that_comes_run_after_run_is_the_article_of_none() {
    let wall = |line: &paper::Line| {
        format!(
            "<html lang=eo><title>La Gazeto</title><article><h1>La Gazeto kun reklamoj</h1><p>Ni kaj niaj 842 partneroj uzas \
             viajn datumojn, ekzemple vian adreson, por konservi informojn en via aparato kaj legi ilin. Se vi konsentas, vi \
             povas legi plu; se ne, bonvolu aboni la gazeton. <a href=\"/?al={}\">Legi plu</a></p></article></html>",
            line.slug
        )
    };
    // Of one alone nobody can tell.
    assert_eq!(full_texts(wall), [3, 4, 3, 3, 6]);
}

#[test]
fn an_article_that_stands_at_another_address_under_another_headline_is_one() {
    let [.., same, _, _, _] = paper::LINES;
    assert_eq!(full_texts(|line| paper::article(&same).replace(same.title, line.title)), [3, 4, 5, 3, 6]);
}

#[test]
fn an_article_stays_its_own_whatever_other_headlines_lead_to_it() {
    let [.., own, _, _, _] = paper::LINES;
    assert_eq!(full_texts(|_| paper::article(&own)), [3, 4, 4, 4, 6]);
}

#[test]
fn a_menu_over_a_page_that_says_nothing_is_no_list_in_whatever_language() {
    let press = Press::start();
    press.set(
        "/news/",
        Sheet::html(
            "<html lang=\"eo\"><title>La Gazeto</title><header><nav><a href=/sporto/>Sporto</a> <a href=/kulturo/>Kulturo</a> \
             <a href=/politiko/>Politiko</a></nav></header><main><h1>Ho ve!</h1><p>Tio, kion vi serĉas, ne plu estas ĉi \
             tie. Eble la adreso ŝanĝiĝis, aŭ la paĝo neniam estis. Bonvolu serĉi ĝin per la supra kampo.</p></main></html>",
        ),
    );
    let desk = Desk::new(&paper::source(&press));
    assert_eq!(desk.run(&["fetch"]).status.code(), Some(1));
    let state = desk.status("lantern");
    assert_eq!((&state["outcome"], &state["entries"]), (&"structure-missing".into(), &0.into()), "{state}");
}

#[test]
fn the_news_beside_an_error_or_a_login_are_not_its_list_nor_is_the_sites_feed() {
    let press = Press::start();
    paper::print(&press);
    let row = |line: &paper::Line| format!("<li><h3><a href=/news/{}.html>{}</a></h3>", line.slug, line.title);
    let rows: String = paper::LINES.iter().map(row).collect();
    let beside = format!("<aside><h2>Latest news</h2><ul>{rows}</ul></aside>");
    let entry = |line: &paper::Line| {
        let url = press.url(&format!("/news/{}.html", line.slug));
        format!("<entry><id>{url}</id><title>{}</title><link href=\"{url}\"/></entry>", line.title)
    };
    let entries: String = paper::LINES.iter().map(entry).collect();
    press.set(
        "/feed",
        Sheet::new("application/atom+xml", format!("<feed xmlns=\"http://www.w3.org/2005/Atom\">{entries}</feed>")),
    );
    let feed = "<link rel=alternate type=application/atom+xml href=/feed>";
    let form = "<form><input name=user><input type=password name=word><button>Go</button></form>";
    for (head, body, outcome) in [
        ("<title>The Lantern</title>", format!("<main><h1>Page introuvable</h1></main>{beside}"), "broken"),
        ("<title>404 | The Lantern</title>", format!("{beside}<main><p>What now?</p></main>"), "broken"),
        ("<title>The Lantern</title>", format!("<main><h1>Sign in</h1>{form}</main>{beside}"), "blocked"),
    ] {
        for announced in ["", feed] {
            press.set("/news/", Sheet::html(format!("<html lang=en><head>{head}{announced}</head><body>{body}")));
            let desk = Desk::new(&paper::source(&press));
            assert_eq!(desk.run(&["fetch"]).status.code(), Some(1));
            let state = desk.status("lantern");
            assert_eq!((&state["outcome"], &state["entries"]), (&outcome.into(), &0.into()), "{announced} {state}");
            let added = Desk::new("").run(&["add", &press.url("/news/")]);
            let why = if outcome == "broken" { "is an error page" } else { "asks for a login" };
            assert!(crate::courant::text(&added.stderr).contains(why), "{announced} {added:?}");
        }
    }
}

#[test]
fn a_page_that_only_leads_on_is_followed_and_one_that_leads_to_itself_is_told() {
    let press = Press::start();
    paper::print(&press);
    let refresh = |to: &str| {
        Sheet::html(format!("<title>Moved</title><meta http-equiv=Refresh content=\"0; URL={to}\"><p>Go on"))
    };
    let first = paper::LINES[0].slug;
    press.set("/moved.html", Sheet::html(paper::article(&paper::LINES[0])));
    press.set(&format!("/news/{first}.html"), refresh("/moved.html"));
    press.set("/", refresh("news/"));
    let desk = Desk::new(&paper::source(&press).replace("/news/", "/"));
    let line = desk.ok(&["fetch"]);
    assert!(line.contains("6 new, 6 articles read"), "{line}");
    assert!(desk.ok(&["preview", &press.url("/")]).contains("tram bridge"));
    press.set("/", refresh("/#again"));
    let desk = Desk::new(&paper::source(&press).replace("/news/", "/"));
    assert_eq!(desk.run(&["fetch"]).status.code(), Some(1));
    let state = desk.status("lantern");
    let reason = state["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("leads on") && reason.contains(&format!("back to {}", press.url("/"))), "{state}");
}

#[test]
fn an_article_whose_address_leads_to_a_list_or_the_front_page_is_none() {
    let press = Press::start();
    paper::print(&press);
    press.set("/", Sheet::html(paper::article(&paper::LINES[3])));
    press.set("/sport/", Sheet::html(paper::front(&paper::LINES.each_ref()).replace("/news/", "/sport/")));
    press.set("/moved.html", Sheet::html(paper::article(&paper::LINES[3])));
    for (line, to) in paper::LINES.iter().zip(["/", "/news/", "/sport/", "/moved.html"]) {
        press.set(&format!("/news/{}.html", line.slug), Sheet::status(302).with("Location", to));
    }
    let desk = Desk::new(&paper::source(&press));
    let said = desk.ok(&["fetch"]);
    assert!(said.contains("6 new, 3 articles read, 3 failed"), "{said}");
    assert_eq!(said.matches("leads to a list or to the front page").count(), 3, "{said}");
}
