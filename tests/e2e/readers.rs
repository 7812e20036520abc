//! Real feed readers. Compiled with `--features test-readers`, on a machine that has newsboat, sfeed and rss2email;
//! with `test-browser` also Chromium.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::Connection;

use crate::courant::{Daemon, Desk, text};
use crate::paper::{self, LINES};
use crate::press::Press;

/// Lets newsboat read a feed once; gives its cache.
fn newsboat(home: &Path, url: &str) -> Connection {
    let (urls, cache, config) = (home.join("urls"), home.join("cache.db"), home.join("config"));
    std::fs::write(&urls, format!("{url}\n")).expect("urls");
    std::fs::write(&config, "").expect("config");
    let output = Command::new("newsboat")
        .env("HOME", home)
        .arg("-u")
        .arg(&urls)
        .arg("-c")
        .arg(&cache)
        .arg("-C")
        .arg(&config)
        .args(["-x", "reload"])
        .output()
        .expect("newsboat is installed");
    assert!(output.status.success(), "{}", text(&output.stderr));
    Connection::open(cache).expect("newsboat's cache")
}

fn serving() -> (Desk, Daemon) {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new(&paper::source(&press));
    desk.ok(&["fetch"]);
    let daemon = desk.daemon();
    (desk, daemon)
}

/// A folder for a reader's own files, and the feed's address.
fn home(desk: &Desk, daemon: &Daemon, ending: &str) -> (PathBuf, String) {
    let home = desk.path(ending);
    std::fs::create_dir(&home).expect("a home");
    (home, format!("http://{}/feeds/all.{ending}", daemon.address))
}

#[test]
fn newsboat_reads_every_entry_in_full_and_nothing_twice() {
    let (desk, daemon) = serving();
    for ending in ["rss", "atom"] {
        let (home, url) = home(&desk, &daemon, ending);
        for round in 1..=3 {
            let cache = newsboat(&home, &url);
            let mut rows =
                cache.prepare("SELECT title, content, url FROM rss_item ORDER BY pubDate DESC").expect("a query");
            let entries: Vec<(String, String, String)> = rows
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .expect("rows")
                .map(|row| row.expect("a row"))
                .collect();
            let titles: Vec<&str> = entries.iter().map(|(title, ..)| title.as_str()).collect();
            assert_eq!(titles, LINES.each_ref().map(|l| l.title), "{ending}");
            assert!(entries.iter().all(|(_, content, _)| content.contains("Paragraph 5")), "{ending}: {entries:?}");
            // newsboat writes validators into the feed's row, which its first read has yet to insert.
            if round > 1 {
                let etag: String = cache.query_row("SELECT etag FROM rss_feed", [], |row| row.get(0)).expect("a feed");
                assert!(etag.contains('"'), "{ending}, read {round}: the reader holds a validator: {etag}");
            }
        }
    }
}

#[cfg(feature = "test-browser")]
#[test]
fn a_feed_opened_in_chromium_is_a_page_to_read() {
    let (desk, daemon) = serving();
    for ending in ["rss", "atom"] {
        let (home, url) = home(&desk, &daemon, ending);
        let output = Command::new("chromium")
            .env("HOME", &home)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", &url])
            .output()
            .expect("chromium is installed");
        let shown = text(&output.stdout);
        assert!(shown.contains("<h1 dir=\"auto\">") && !shown.contains("<channel>"), "{ending}: {shown}");
        assert!(LINES.iter().all(|line| shown.contains(line.title)), "{ending}");
        assert!(shown.contains("Paragraph 1") && shown.contains("href=\"?raw\""), "{ending}");
    }
}

#[test]
fn sfeed_reads_every_entry_in_full_and_nothing_twice() {
    let (desk, daemon) = serving();
    for ending in ["rss", "atom"] {
        let (home, url) = home(&desk, &daemon, ending);
        let path = home.display();
        let rules = format!("sfeedpath=\"{path}\"\nfeeds() {{\n\tfeed all {url}\n}}\n");
        std::fs::write(home.join("sfeedrc"), rules).expect("sfeedrc");
        for _ in 1..=2 {
            let output = Command::new("sfeed_update").arg(home.join("sfeedrc")).output().expect("sfeed is installed");
            assert!(output.status.success(), "{}", text(&output.stderr));
            let read = std::fs::read_to_string(home.join("all")).expect("sfeed's file");
            // timestamp, title, link, content, its type, id, author, enclosure, category
            let entries: Vec<Vec<&str>> = read.lines().map(|line| line.split('\t').collect()).collect();
            let titles: HashSet<&str> = entries.iter().map(|fields| fields[1]).collect();
            assert_eq!(entries.len(), LINES.len(), "{ending}: {read}");
            assert_eq!(titles, LINES.iter().map(|line| line.title).collect(), "{ending}");
            for fields in &entries {
                assert!(fields[3].contains("Paragraph 5") && fields[4] == "html", "{ending}: {fields:?}");
                assert!(fields[0].parse::<i64>().is_ok() && fields[5].starts_with("urn:uuid:"), "{ending}: {fields:?}");
            }
        }
    }
}

#[test]
fn rss2email_sends_a_mail_an_entry_and_none_twice() {
    let (desk, daemon) = serving();
    for ending in ["rss", "atom"] {
        let (home, url) = home(&desk, &daemon, ending);
        let box_ = home.join("mail");
        std::fs::create_dir(&box_).expect("a mailbox");
        let settings = format!(
            "[DEFAULT]\nfrom = a@news.example\nto = b@news.example\nemail-protocol = maildir\n\
             maildir-path = {}\nmaildir-mailbox = in\n",
            box_.display()
        );
        std::fs::write(home.join("settings"), settings).expect("settings");
        let r2e = |arguments: &[&str]| {
            let output = Command::new("r2e")
                .env("HOME", &home)
                .arg("-c")
                .arg(home.join("settings"))
                .arg("-d")
                .arg(home.join("seen.json"))
                .args(arguments)
                .output()
                .expect("rss2email is installed");
            assert!(output.status.success(), "{}", text(&output.stderr));
        };
        r2e(&["add", "all", &url]);
        for _ in 1..=3 {
            r2e(&["run"]);
            let mails = std::fs::read_dir(box_.join("in/new")).expect("mails").count();
            assert_eq!(mails, LINES.len(), "{ending}");
        }
        let seen = std::fs::read_to_string(home.join("seen.json")).expect("what it has seen");
        assert!(seen.contains("\"etag\": \"\\\""), "{ending}: it holds a validator: {seen}");
    }
}
