//! `feeds.toml` is taken up without a restart; a bad edit keeps the last good one.

use crate::courant::Desk;
use crate::http::get;
use crate::paper;
use crate::press::{Press, Sheet};

fn two(press: &Press) -> String {
    format!("{}[sources.second]\nurl = \"{}\"\n", paper::source(press), press.url("/second/"))
}

#[test]
fn an_edit_is_taken_up_and_the_new_source_harvested() {
    let press = Press::start();
    paper::print(&press);
    press.set("/second/", Sheet::html(paper::front(&paper::LINES.each_ref())));
    let desk = Desk::new(&paper::source(&press));
    let mut daemon = desk.daemon();
    daemon.harvested("lantern");
    assert_eq!(get(daemon.address, "/sources/second.rss").status, 404);
    desk.write(&two(&press));
    daemon.harvested("second");
    assert_eq!(get(daemon.address, "/sources/second.rss").status, 200);
    assert_eq!(press.asked("/news/").len(), 1, "what did not change is not harvested again");
}

#[test]
fn a_bad_edit_keeps_the_last_good_configuration_and_says_so() {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new(&paper::source(&press));
    let mut daemon = desk.daemon();
    daemon.harvested("lantern");
    desk.write(&two(&press).replace("[sources.second]\nurl", "[sources.second]\nurll"));
    let complaint = daemon.wait_for("a complaint", |event| {
        event["message"].as_str().is_some_and(|m| m.contains("the last good configuration stays in force"))
    });
    assert!(complaint["message"].as_str().unwrap_or_default().contains("urll"), "{complaint}");
    assert_eq!(get(daemon.address, "/sources/lantern.rss").status, 200);
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn sighup_reads_the_file_again() {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new(&paper::source(&press));
    let mut daemon = desk.daemon();
    daemon.harvested("lantern");
    daemon.signal(1);
    daemon.wait_for("the reading", |event| event["message"].as_str().is_some_and(|m| m.starts_with("SIGHUP")));
    daemon.wait_for("its result", |event| event["message"].as_str().is_some_and(|m| m.contains("says what it said")));
}

#[test]
fn an_edit_that_comes_during_a_run_is_harvested_after_it() {
    let press = Press::start();
    paper::print(&press);
    press.set("/old/", Sheet::html(paper::front(&paper::LINES.each_ref())).held());
    let source = |path: &str| format!("[sources.lantern]\nurl = \"{}\"\n", press.url(path));
    let desk = Desk::new(&source("/old/"));
    let mut daemon = desk.daemon();
    press.wait_for("/old/");
    desk.write(&source("/news/"));
    daemon.wait_for("the edit", |event| event["message"].as_str().is_some_and(|m| m.contains("taken up")));
    press.release();
    press.wait_for("/news/");
}

#[test]
fn a_folder_of_sources_may_come_late_and_be_replaced() {
    let press = Press::start();
    paper::print(&press);
    let source = |id: &str| format!("{}article = \"never\"\n", paper::source(&press).replace("lantern", id));
    let desk = Desk::new(&source("lantern"));
    let text = std::fs::read_to_string(desk.path("feeds.toml")).expect("a configuration");
    desk.write_file("feeds.toml", &format!("include = [\"sources.d/*.toml\"]\n{text}"));
    let mut daemon = desk.daemon();
    daemon.harvested("lantern");
    let make = |folder: &str, text: &str| {
        std::fs::create_dir(desk.path(folder)).expect("a folder");
        desk.write_file(&format!("{folder}/one.toml"), text);
    };
    make("sources.d", &source("first"));
    daemon.harvested("first");
    make("new.d", &source("second"));
    std::fs::rename(desk.path("sources.d"), desk.path("old.d")).expect("a folder moved away");
    std::fs::rename(desk.path("new.d"), desk.path("sources.d")).expect("another in its place");
    daemon.harvested("second");
    desk.write_file("sources.d/two.toml", &source("third"));
    daemon.harvested("third");
}

#[test]
fn what_a_host_asked_for_outlives_an_edit() {
    let press = Press::start();
    paper::print(&press);
    press.set("/busy/", Sheet::status(429).with("Retry-After", "3600"));
    let busy = format!("[sources.busy]\nurl = \"{}\"\n", press.url("/busy/"));
    let desk = Desk::new(&busy);
    let mut daemon = desk.daemon();
    daemon.harvested("busy");
    // One is new and one is changed; what wants silence is left alone.
    desk.write(&format!("{}{busy}language = \"en\"\n", paper::source(&press)));
    daemon.harvested("lantern");
    assert_eq!(press.asked("/busy/").len(), 1);
    assert_eq!(daemon.stop(), Some(0));
    assert_eq!(desk.status("busy")["outcome"], "broken");
}

#[test]
fn an_edit_that_the_store_cannot_take_yet_is_taken_up_later() {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new(&paper::source(&press));
    let mut daemon = desk.daemon();
    daemon.harvested("lantern");
    let db = rusqlite::Connection::open(desk.path("courant.db")).expect("the store");
    let broken = "create trigger broken before insert on sources begin select raise(abort, 'broken'); end";
    db.execute_batch(broken).expect("a store that takes no sources");
    desk.write(&format!("{0}{1}", paper::source(&press), paper::source(&press).replace("lantern", "again")));
    daemon.wait_for("a complaint", |event| {
        event["message"].as_str().is_some_and(|told| told.contains("taken up once the store is well"))
    });
    db.execute_batch("drop trigger broken").expect("a store that is well");
    daemon.harvested("again");
}
