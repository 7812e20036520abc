//! What `courant doctor` finds, and what it advises.

use serde_json::Value;

use crate::courant::{Desk, text};
use crate::paper;
use crate::press::{Press, Sheet};

/// What it finds, as JSON, and its exit code.
fn examined(desk: &Desk) -> (Vec<Value>, Option<i32>) {
    let output = desk.run(&["doctor", "--json"]);
    let found = text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    (found, output.status.code())
}

fn grade(found: &[Value], about: &str) -> String {
    let of = |f: &&Value| f["about"] == about;
    found.iter().find(of).unwrap_or_else(|| panic!("no {about} in {found:?}"))["grade"]
        .as_str()
        .unwrap_or_default()
        .into()
}

#[test]
fn a_desk_is_examined_from_its_first_day_to_its_worst() {
    let press = Press::start();
    paper::print(&press);
    // The paper's news grow old.
    let quiet = "[sources.lantern.expect]\nquiet_after = \"5000d\"\n";
    let desk = Desk::new(&format!("{}{quiet}", paper::source(&press)));
    let (found, code) = examined(&desk);
    assert_eq!((grade(&found, "store").as_str(), code), ("warning", Some(0)), "{found:?}");

    desk.ok(&["fetch"]);
    let (found, code) = examined(&desk);
    for about in ["configuration", "clock", "store", "integrity", "permissions", "disk", "source lantern"] {
        assert_eq!(grade(&found, about), "ok", "{about}: {found:?}");
    }
    assert_eq!(code, Some(0));

    press.set("/news/", Sheet::status(503));
    for _ in 0..3 {
        desk.run(&["fetch"]);
    }
    let (found, code) = examined(&desk);
    assert_eq!((grade(&found, "source lantern").as_str(), code), ("wrong", Some(1)), "{found:?}");
    let output = desk.run(&["doctor"]);
    let said = text(&output.stdout);
    for words in ["broken, 3 times in a row", "out of order", "`courant fetch lantern` tries at once"] {
        assert!(said.contains(words), "{words}: {said}");
    }

    // The first page of a table, scribbled over.
    let path = desk.path("courant.db");
    let mut bytes = std::fs::read(&path).expect("a store");
    bytes[16_384..].iter_mut().for_each(|byte| *byte = 0x5a);
    std::fs::write(&path, &bytes).expect("written");
    let (found, code) = examined(&desk);
    assert_eq!((grade(&found, "store").as_str(), code), ("wrong", Some(1)), "{found:?}");
    assert_eq!(std::fs::read(&path).expect("a store"), bytes, "nothing is written over it");
}

#[test]
fn the_daemons_port_is_told_from_a_strangers() {
    let stranger = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = stranger.local_addr().expect("an address");
    let press = Press::start();
    let desk = Desk::new("");
    desk.write_file(
        "feeds.toml",
        &format!("[server]\nlisten = \"{address}\"\n[store]\nurl = \"sqlite:courant.db\"\n{}", paper::source(&press)),
    );
    let (found, code) = examined(&desk);
    assert_eq!((grade(&found, "server").as_str(), code), ("wrong", Some(1)), "{found:?}");
    drop(stranger);
    let (found, _) = examined(&desk);
    assert_eq!(grade(&found, "server"), "ok", "{found:?}");
}

#[test]
fn a_store_that_was_deleted_beneath_a_daemon_is_told_and_not_begun_anew() {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new(&format!("{}schedule = \"every 10s\"\n", paper::source(&press)));
    let mut daemon = desk.daemon();
    daemon.harvested("lantern");
    let (store, away) = (desk.path("courant.db"), desk.path("away.db"));
    std::fs::rename(&store, &away).expect("moved");
    daemon.wait_for("a complaint", |event| {
        event["message"].as_str().is_some_and(|told| told.contains("deleted, moved or replaced"))
    });
    let (found, code) = examined(&desk);
    assert_eq!((grade(&found, "store").as_str(), code), ("wrong", Some(1)), "{found:?}");
    assert!(text(&desk.run(&["fetch"]).stderr).contains("put it back"));
    assert!(!store.exists());
    std::fs::rename(&away, &store).expect("put back");
    daemon.harvested("lantern");
}

#[test]
fn advice_fits_what_is_wrong() {
    let press = Press::start();
    press.set("/blank/", Sheet::html("<html></html>"));
    let blank = format!("[sources.blank]\nurl = \"{}\"\n", press.url("/blank/"));
    let desk = Desk::new(&format!("{blank}[sources.far]\nurl = \"http://10.1.2.3/\"\nenabled = false\n"));
    desk.run(&["fetch"]);
    let said = text(&desk.run(&["doctor"]).stdout);
    assert!(said.contains("`courant preview blank`") && !said.contains("the page has changed"), "{said}");
    assert!(text(&desk.run(&["check"]).stderr).contains("allow_private = [\"10.1.2.3/32\"]"));
}
