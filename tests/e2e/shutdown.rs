//! SIGTERM finishes what is in flight and loses nothing; SIGKILL loses nothing either.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::courant::Desk;
use crate::paper::{self, LINES};
use crate::press::{Press, Sheet};

#[test]
fn sigterm_lets_the_run_in_flight_finish() {
    let press = Press::start();
    paper::print(&press);
    press.set("/news/owl-census.html", Sheet::html(paper::article(&LINES[4])).held());
    let desk = Desk::new(&paper::source(&press));
    let daemon = desk.daemon();
    press.wait_for("/news/owl-census.html");
    daemon.signal(15);
    press.release();
    let asked = Instant::now();
    assert_eq!(daemon.ended(), Some(0));
    assert!(asked.elapsed() < Duration::from_secs(10));
    assert_eq!(desk.status("lantern")["entries"], 6);
    desk.ok(&["fetch"]);
    assert_eq!(desk.status("lantern")["entries"], 6);
}

#[test]
fn a_run_that_does_not_end_is_cut_within_ten_seconds_and_is_due_again() {
    let press = Press::start();
    paper::print(&press);
    press.set("/news/", Sheet::html("never").held());
    let desk = Desk::new(&paper::source(&press));
    let daemon = desk.daemon();
    press.wait_for("/news/");
    let asked = Instant::now();
    assert_eq!(daemon.stop(), Some(0));
    assert!(asked.elapsed() < Duration::from_secs(11), "{:?}", asked.elapsed());
    press.release();
    paper::print(&press);
    let mut again = desk.daemon();
    let run = again.harvested("lantern");
    assert_eq!(run["new"], 6, "{run}");
}

#[test]
fn a_killed_daemon_loses_nothing_and_doubles_nothing() {
    let press = Press::start();
    paper::print(&press);
    press.set("/news/owl-census.html", Sheet::html(paper::article(&LINES[4])).held());
    let desk = Desk::new(&paper::source(&press));
    let daemon = desk.daemon();
    press.wait_for("/news/owl-census.html");
    daemon.kill();
    press.release();
    let mut again = desk.daemon();
    let run = again.harvested("lantern");
    assert_eq!(run["new"], 6, "{run}");
    assert_eq!(desk.status("lantern")["entries"], 6);
}

#[test]
fn a_taken_port_is_named_with_the_remedy() {
    let press = Press::start();
    let desk = Desk::new("");
    desk.write_file(
        "feeds.toml",
        &format!("[server]\nlisten = \"{}\"\n[store]\nurl = \"sqlite:c.db\"\n", press.address),
    );
    let output = desk.run(&["run"]);
    assert_eq!(output.status.code(), Some(1));
    let said = crate::courant::text(&output.stderr);
    assert!(said.contains(&press.address.to_string()) && said.contains("server.listen"), "{said}");
}

#[test]
fn fetch_that_is_told_to_end_asks_for_nothing_more() {
    let press = Press::start();
    press.set("/1/", Sheet::html("never").held());
    let sources: String =
        (1..5).map(|n| format!("[sources.s{n}]\nurl = \"{}\"\n", press.url(&format!("/{n}/")))).collect();
    let desk = Desk::new(&format!("parallel = 1\n{sources}"));
    let mut fetch =
        desk.command().arg("fetch").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program");
    press.wait_for("/1/");
    let signalled = Command::new("kill").args(["-INT", &fetch.id().to_string()]).status().expect("kill");
    assert!(signalled.success());
    let mut said = BufReader::new(fetch.stderr.take().expect("its words")).lines().map_while(Result::ok);
    assert!(said.any(|line| line.contains("ctrl-C")), "it has heard");
    press.release();
    let rest: Vec<String> = said.collect();
    assert_eq!(fetch.wait().expect("its end").code(), Some(1));
    assert!(rest.iter().any(|line| line.contains("3 sources were not waited for")), "{rest:?}");
    for n in 2..5 {
        assert!(press.asked(&format!("/{n}/")).is_empty(), "{n}");
    }
}

#[test]
fn what_waits_for_its_turn_is_not_asked_after_sigterm() {
    let press = Press::start();
    let sources: String = (0..6)
        .map(|n| {
            press.set(&format!("/{n}/"), Sheet::html(paper::front(&LINES.each_ref())));
            format!("[sources.s{n}]\nurl = \"{}\"\narticle = \"never\"\n", press.url(&format!("/{n}/")))
        })
        .collect();
    let desk = Desk::new(&format!("[hosts.\"127.0.0.1\"]\nrate = \"1/5s\"\n{sources}"));
    let mut daemon = desk.daemon();
    daemon.wait_for("the first", |event| event["outcome"] == "ok");
    let asked = Instant::now();
    assert_eq!(daemon.stop(), Some(0));
    assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());
    let all: usize = (0..6).map(|n| press.asked(&format!("/{n}/")).len()).sum();
    assert_eq!(all, 1);
    // All the others are due as they were.
    for n in 0..6 {
        let outcome = desk.status(&format!("s{n}"))["outcome"].clone();
        assert!(outcome == "ok" || outcome.is_null(), "{outcome}");
    }
}
