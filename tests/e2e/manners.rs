//! Nobody is asked for more than is wanted.

use serde_json::Value;

use crate::courant::Desk;
use crate::paper::{self, LINES};
use crate::press::{Press, Sheet};

/// A feed of the paper's articles, without their texts.
fn feed(press: &Press) -> String {
    let items: String = LINES
        .iter()
        .map(|line| {
            let link = press.url(&format!("/news/{}.html", line.slug));
            format!("<item><title>{}</title><link>{link}</link></item>", line.title)
        })
        .collect();
    format!("<rss version=\"2.0\"><channel><title>The Ferrow Lantern</title>{items}</channel></rss>")
}

#[test]
fn an_article_that_two_sources_list_is_asked_for_once() {
    let press = Press::start();
    paper::print(&press);
    press.set("/feed.xml", Sheet::new("application/rss+xml", feed(&press)));
    let feed = press.url("/feed.xml");
    let both = format!("{}[sources.wire]\nurl = \"{feed}\"\n", paper::source(&press));
    let desk = Desk::new(&both);
    let lines = desk.ok(&["fetch"]);
    assert_eq!(lines.matches("6 new, 6 articles read").count(), 2, "{lines}");
    let asked = || LINES.each_ref().map(|line| press.asked(&format!("/news/{}.html", line.slug)).len());
    assert_eq!(asked(), [1; 6]);
    // One that shows a pass is shown other pages.
    desk.write(&format!("{both}[sources.pass]\nurl = \"{feed}\"\nrequest.headers.Cookie = \"pass=1\"\n"));
    desk.ok(&["fetch"]);
    assert_eq!(asked(), [2; 6]);
}

#[test]
fn a_page_that_several_sources_watch_is_asked_for_once() {
    let press = Press::start();
    press.set("/feed.xml", Sheet::new("application/rss+xml", feed(&press)).with("ETag", "\"1\""));
    let source = |id: &str, more: &str| {
        format!("[sources.{id}]\nurl = \"{}\"\narticle = \"never\"\n{more}", press.url("/feed.xml"))
    };
    let pass = source("pass", "request.headers.Cookie = \"pass=1\"\n");
    let some = source("some", "[[sources.some.filter]]\nkeep = \"^Owl\"\n");
    let each = [source("all", ""), some, pass].concat();
    let desk = Desk::new(&each);
    assert_eq!(desk.ok(&["check"]).matches("watches the same address").count(), 0);
    desk.ok(&["fetch"]);
    assert_eq!(["all", "some", "pass"].map(|id| desk.status(id)["entries"].as_u64()), [Some(6), Some(1), Some(6)]);
    // Once for the two, and once with the pass.
    assert_eq!(press.asked("/feed.xml").len(), 2);
    assert_eq!(desk.ok(&["fetch"]).matches(": unchanged").count(), 3);
    assert_eq!(press.asked("/feed.xml").len(), 4);
    // One that holds no version yet is given the page, and not told that nothing has changed.
    desk.write(&(each + &source("again", "")));
    let check = desk.run(&["check"]);
    let told = crate::courant::text(&check.stdout) + &crate::courant::text(&check.stderr);
    assert!(told.contains("`all` watches the same address"), "{told}");
    assert_eq!(desk.ok(&["fetch"]).matches(": unchanged").count(), 3);
    assert_eq!(desk.status("again")["entries"], 6);
    assert!(press.asked("/feed.xml").len() <= 7);
}

#[test]
fn a_robots_txt_that_cannot_be_read_fails_only_the_source_that_asked_for_it() {
    let press = Press::start();
    paper::print(&press);
    press.set("/robots.txt", Sheet::status(500));
    let again = paper::source(&press).replace("lantern", "again").replace("/news/", "/news/?again");
    let desk = Desk::new(&format!("{}{again}", paper::source(&press)));
    let output = desk.run(&["fetch"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!((press.asked("/robots.txt").len(), press.asked("/news/").len()), (1, 0));
    let states = ["lantern", "again"].map(|id| desk.status(id));
    let mut failures = states.each_ref().map(|state| state["failures"].as_u64());
    failures.sort_unstable();
    assert_eq!(failures, [Some(0), Some(1)], "{states:?}");
    for state in states {
        assert!(state["reason"].as_str().is_some_and(|reason| reason.contains("robots.txt")), "{state}");
    }
}

#[test]
fn a_run_by_hand_beside_a_daemon_is_the_daemon_s() {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new(&paper::source(&press));
    let mut daemon = desk.daemon();
    daemon.harvested("lantern");
    assert_eq!(desk.ok(&["fetch", "lantern"]).split('(').next(), Some("lantern: unchanged "));
    assert_eq!(daemon.harvested("lantern")["outcome"], "unchanged");
    // The report comes whole.
    paper::print_front(&press, &LINES.each_ref()[1..]);
    let report: Value = serde_json::from_str(&desk.ok(&["fetch", "--json"])).expect("a report");
    let told = daemon.harvested("lantern");
    for what in ["source", "outcome", "status", "listed", "bytes"] {
        assert_eq!(report[what], told[what], "{what}");
    }
    assert_eq!(report["listed"], 5);
    // What the daemon knows otherwise, it does not take.
    let other = std::fs::read_to_string(desk.path("feeds.toml")).expect("a file") + "title = \"Another\"\n";
    desk.write_file("other.toml", &other);
    let other = desk.path("other.toml").display().to_string();
    desk.ok(&["fetch", "--config", &other]);
    assert_eq!(press.asked("/news/").len(), 4);
    // One that was killed leaves nothing in the way.
    daemon.kill();
    desk.ok(&["fetch"]);
    let mut daemon = desk.daemon();
    desk.ok(&["fetch"]);
    daemon.harvested("lantern");
    assert_eq!(daemon.stop(), Some(0));
}
