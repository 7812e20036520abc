//! `adaptive` follows the source's own rhythm; a feed that names its period is asked no more often.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

use crate::courant::Desk;
use crate::paper;
use crate::press::{Press, Sheet};

#[test]
fn a_feed_s_own_period_is_kept_when_unchanged_and_across_restarts() {
    let press = Press::start();
    let feed = "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\">\
                <channel><title>The Lantern</title><link>https://lantern.example/</link>\
                <sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>\
                <item><title>The owl is back</title><link>https://lantern.example/owl</link></item></channel></rss>";
    press.set("/feed", Sheet::new("application/rss+xml", feed).with("ETag", "\"1\""));
    let source = format!("[sources.lantern]\nurl = \"{}\"\narticle = \"never\"\n", press.url("/feed"));
    let desk = Desk::new(&format!("{source}schedule = \"every 1m\"\n"));
    for _ in 0..3 {
        desk.ok(&["fetch"]);
        let state = desk.status("lantern");
        let at = |key: &str| state[key].as_str().and_then(|t| t.parse::<DateTime<Utc>>().ok()).expect("a time");
        let pause = at("next_run") - at("last_run");
        assert!(pause >= TimeDelta::minutes(59), "{pause}");
    }
}

#[test]
fn a_source_with_an_entry_a_day_is_asked_seldom_and_keeps_that_when_unchanged() {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new(&format!("{}schedule = \"adaptive 10m..6h\"\n", paper::source(&press)));
    for _ in 0..2 {
        desk.ok(&["fetch"]);
        let state = desk.status("lantern");
        let at = |key: &str| state[key].as_str().and_then(|t| t.parse::<DateTime<Utc>>().ok()).expect("a time");
        let pause = at("next_run") - at("last_run");
        // The middle of the bounds, which a source of unknown rhythm gets, is an hour; give or take a tenth.
        assert!(pause > TimeDelta::hours(5), "{pause}");
    }
}

#[test]
fn a_site_that_is_asked_slowly_holds_up_no_other() {
    let (slow, quick) = (Press::start(), Press::start());
    paper::print(&quick);
    let sources: String = (0..6)
        .map(|n| {
            slow.set(&format!("/{n}/"), Sheet::html(paper::front(&paper::LINES.each_ref())));
            format!("[sources.s{n}]\nurl = \"{}\"\narticle = \"never\"\n", slow.url(&format!("/{n}/")))
        })
        .collect();
    let slowly = format!("parallel = 2\n[hosts.\"127.0.0.1\"]\nrate = \"1/300s\"\n{sources}");
    let desk = Desk::new(&slowly);
    let mut daemon = desk.daemon();
    daemon.wait_for("the first", |event| event["outcome"] == "ok");
    // All the others wait for minutes.
    desk.write(&format!("{slowly}{}article = \"never\"\n", paper::source(&quick)));
    daemon.harvested("lantern");
}

#[test]
fn what_was_missed_runs_once_and_not_all_of_it_at_once() {
    let press = Press::start();
    paper::print(&press);
    let sources: String = (0..20)
        .map(|n| format!("[sources.s{n}]\nurl = \"{}?{n}\"\narticle = \"never\"\n", press.url("/news/")))
        .collect();
    let desk = Desk::new(&sources);
    desk.run(&["fetch"]);
    let db = rusqlite::Connection::open(desk.path("courant.db")).expect("the store");
    db.execute("update sources set next_run = 1000", []).expect("all is long due");
    drop(db);
    let mut daemon = desk.daemon();
    let mut time = || {
        let run = daemon.wait_for("a run", |event| event["outcome"].is_string());
        run["timestamp"].as_str().and_then(|t| t.parse().ok()).expect("a time")
    };
    let mut runs: Vec<DateTime<Utc>> = (0..20).map(|_| time()).collect();
    runs.sort();
    assert!(runs[19] - runs[0] > TimeDelta::seconds(2), "{runs:?}");
}

#[test]
fn a_clock_that_was_set_back_silences_no_source() {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new(&paper::source(&press));
    desk.ok(&["fetch"]);
    let db = rusqlite::Connection::open(desk.path("courant.db")).expect("the store");
    let years = 10 * 366 * 86_400_000_i64;
    db.execute("update sources set last_run = last_run + ?1, next_run = next_run + ?1", [years])
        .expect("a wrong clock");
    drop(db);
    desk.daemon().harvested("lantern");
}

#[test]
fn a_run_that_could_not_be_stored_is_done_again_soon() {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new(&format!("{}schedule = \"every 6h\"\n", paper::source(&press)));
    desk.ok(&["fetch"]);
    let db = rusqlite::Connection::open(desk.path("courant.db")).expect("the store");
    let broken = "create trigger broken before insert on reports begin select raise(abort, 'broken'); end;
                  update sources set next_run = 0";
    db.execute_batch(broken).expect("a store that takes no reports");
    let mut daemon = desk.daemon();
    daemon.wait_for("a failure", |event| {
        event["message"].as_str().is_some_and(|told| told.contains("lantern: the run could not be stored"))
    });
    let soon = || {
        let soon = "select claimed_until is null and next_run between 1 and ?1 from sources";
        let latest = (Utc::now() + TimeDelta::minutes(1)).timestamp_millis();
        db.query_row(soon, [latest], |row| row.get::<_, bool>(0)).expect("a row")
    };
    let until = Instant::now() + Duration::from_secs(30);
    while !soon() {
        assert!(Instant::now() < until, "it is held, or due late");
        std::thread::sleep(Duration::from_millis(20));
    }
}
