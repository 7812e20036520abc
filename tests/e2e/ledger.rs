//! One thing is one entry; the operator sees why, and has a copy.

use serde_json::Value;

use crate::courant::{Desk, text};
use crate::http::get;
use crate::paper::{self, LINES, Line};
use crate::press::{Press, Sheet};

fn lines(out: &str) -> Vec<Value> {
    out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn an_article_that_moves_under_a_new_headline_is_the_same_entry() {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new(&paper::source(&press));
    desk.ok(&["fetch"]);
    let id = |address: &str| lines(&desk.ok(&["entries", "explain", "--json", address]))[0]["id"].clone();
    let born = id(&press.url("/news/owl-census.html"));

    // The text stays, all else changes.
    let moved =
        Line { slug: "owl-count", title: "More owl pairs than in any year since 1998, census says", day: LINES[4].day };
    let page = paper::article(&LINES[4]).replace(LINES[4].title, moved.title);
    press.set("/news/owl-count.html", Sheet::html(page));
    press.set("/news/owl-census.html", Sheet::status(404));
    let mut front: Vec<&Line> = LINES.iter().collect();
    front[4] = &moved;
    paper::print_front(&press, &front);
    let said = desk.ok(&["fetch"]);
    assert!(said.contains("6 listed, 0 new, 1 altered"), "{said}");
    assert_eq!(id(&press.url("/news/owl-count.html")), born);
    assert_eq!(id(&press.url("/news/owl-census.html")), born, "the old address is known too");
    let told = desk.ok(&["entries", "explain", &press.url("/news/owl-count.html")]);
    assert!(told.contains("sure  url:") && told.contains("hint  title:") && told.contains("old texts   1"), "{told}");
}

#[test]
fn entries_are_merged_and_split_while_the_daemon_serves() {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new(&paper::source(&press));
    let mut daemon = desk.daemon();
    daemon.harvested("lantern");
    let count = || {
        let feed: Value = serde_json::from_str(&get(daemon.address, "/sources/lantern.json").text()).expect("JSON");
        feed["items"].as_array().map(Vec::len)
    };
    let (one, other) = (press.url("/news/tram-bridge.html"), press.url("/news/owl-census.html"));
    let told = desk.ok(&["entries", "explain", &one, &other]);
    assert!(told.contains("of 64 bits"), "{told}");
    desk.ok(&["entries", "merge", &one, &other]);
    assert_eq!(desk.status("lantern")["entries"], 5);
    assert!(desk.ok(&["entries", "explain", &other]).contains("merged into"));
    until(|| count() == Some(5));
    desk.ok(&["entries", "split", &one]);
    until(|| count() == Some(6));
    let output = desk.run(&["entries", "split", &one]);
    assert!(text(&output.stderr).contains("nothing was merged"), "{}", text(&output.stderr));
}

/// The daemon looks every two seconds whether another process has written.
fn until(holds: impl Fn() -> bool) {
    let begun = std::time::Instant::now();
    while !holds() {
        assert!(begun.elapsed() < std::time::Duration::from_secs(20), "waited in vain");
        std::thread::yield_now();
    }
}

#[test]
fn a_backup_made_beside_the_daemon_is_put_back_as_it_was() {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new(&paper::source(&press));
    let mut daemon = desk.daemon();
    daemon.harvested("lantern");
    let before = get(daemon.address, "/feeds/all.atom").text();
    let said = desk.ok(&["backup", "copy.db"]);
    assert!(said.contains("6 entries"), "{said}");
    assert_eq!(desk.run(&["backup", "copy.db"]).status.code(), Some(1), "nothing is overwritten");
    daemon.stop();

    // The disk loses the store.
    std::fs::write(desk.path("courant.db"), [0xa5; 40_000]).unwrap();
    for gone in ["courant.db-wal", "courant.db-shm"] {
        let _ = std::fs::remove_file(desk.path(gone));
    }
    let output = desk.run(&["run"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("courant.db"), "{}", text(&output.stderr));
    assert_eq!(std::fs::read(desk.path("courant.db")).unwrap(), [0xa5; 40_000], "it is left as it is");

    std::fs::copy(desk.path("copy.db"), desk.path("courant.db")).unwrap();
    let again = desk.daemon();
    assert_eq!(get(again.address, "/feeds/all.atom").text(), before);
}
