//! Real feed readers. Compiled with `--features test-readers`, on a machine that has newsboat.

use std::path::Path;
use std::process::Command;

use rusqlite::Connection;

use crate::courant::{Desk, text};
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

#[test]
fn newsboat_reads_every_entry_in_full_and_nothing_twice() {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new(&paper::source(&press));
    desk.ok(&["fetch"]);
    let daemon = desk.daemon();
    for ending in ["rss", "atom"] {
        let home = desk.path(ending);
        std::fs::create_dir(&home).expect("a home");
        let url = format!("http://{}/feeds/all.{ending}", daemon.address);
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
