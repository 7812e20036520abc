//! Validators in both directions (RFC 9110 §13), HEAD, content coding.

use std::io::Read;

use crate::courant::{Daemon, Desk};
use crate::http::{ask, get};
use crate::paper;
use crate::press::{Press, Sheet};

const FEED: &str = "/feeds/all.atom";

fn serving() -> (Desk, Daemon) {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new(&paper::source(&press));
    desk.ok(&["fetch"]);
    let daemon = desk.daemon();
    (desk, daemon)
}

#[test]
fn either_validator_is_answered_with_304() {
    let (_desk, daemon) = serving();
    let whole = get(daemon.address, FEED);
    let (etag, modified) = (whole.header("etag"), whole.header("last-modified"));
    let weak = format!("W/{etag}");
    let list = format!("\"other\", {etag}");
    let old = "Mon, 01 Jan 2001 00:00:00 GMT";
    for (headers, status) in [
        (vec![("If-None-Match", etag)], 304),
        (vec![("If-None-Match", weak.as_str())], 304),
        (vec![("If-None-Match", list.as_str())], 304),
        (vec![("If-None-Match", "*")], 304),
        (vec![("If-None-Match", "\"other\"")], 200),
        (vec![("If-Modified-Since", modified)], 304),
        (vec![("If-Modified-Since", old)], 200),
        (vec![("If-Modified-Since", "yesterday")], 200),
        // If-None-Match wins over If-Modified-Since.
        (vec![("If-None-Match", "\"other\""), ("If-Modified-Since", modified)], 200),
        (vec![("If-None-Match", etag), ("If-Modified-Since", old)], 304),
    ] {
        let reply = ask(daemon.address, "GET", FEED, &headers);
        assert_eq!(reply.status, status, "{headers:?}");
        assert_eq!(reply.header("etag"), etag, "{headers:?}");
        assert_eq!(reply.body.is_empty(), status == 304, "{headers:?}");
    }
}

#[test]
fn head_tells_what_get_would_and_sends_nothing() {
    let (_desk, daemon) = serving();
    let whole = get(daemon.address, FEED);
    let head = ask(daemon.address, "HEAD", FEED, &[]);
    assert_eq!((head.status, head.body.len()), (200, 0));
    for name in ["etag", "last-modified", "content-type", "content-length", "cache-control", "vary"] {
        assert_eq!(head.header(name), whole.header(name), "{name}");
        assert!(!head.header(name).is_empty(), "{name}");
    }
}

#[test]
fn gzip_is_sent_to_who_asks_and_unpacks_to_the_same_bytes() {
    let (_desk, daemon) = serving();
    let plain = get(daemon.address, FEED);
    let packed = ask(daemon.address, "GET", FEED, &[("Accept-Encoding", "gzip")]);
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.header("vary").to_ascii_lowercase().contains("accept-encoding"));
    assert_ne!(packed.header("etag"), plain.header("etag"), "strong ETags name bytes");
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&packed.body[..]).read_to_end(&mut unpacked).expect("gzip");
    assert_eq!(unpacked, plain.body);
    assert!(packed.body.len() < plain.body.len());
    let refused = ask(daemon.address, "GET", FEED, &[("Accept-Encoding", "gzip;q=0, identity")]);
    assert_eq!(refused.header("content-encoding"), "");
}

#[test]
fn what_is_not_there_says_so() {
    let (_desk, daemon) = serving();
    assert_eq!(get(daemon.address, "/feeds/none.rss").status, 404);
    assert_eq!(get(daemon.address, "/nothing").status, 404);
    assert_eq!(ask(daemon.address, "POST", FEED, &[]).status, 405);
    assert_eq!(get(daemon.address, "/healthz").status, 200);
    let index = get(daemon.address, "/").text();
    assert!(index.contains("/feeds/all.atom") && index.contains("/opml"), "{index}");
}

#[test]
fn a_permanent_redirect_is_believed_once_it_has_held_and_told() {
    let press = Press::start();
    paper::print(&press);
    press.set("/old/", Sheet::status(301).with("Location", "/news/"));
    let desk = Desk::new(&format!("[sources.lantern]\nurl = \"{}\"\n", press.url("/old/")));
    let line = desk.ok(&["fetch"]);
    assert!(line.contains("6 new"), "{line}");
    assert_eq!(desk.status("lantern")["outcome"], "ok");

    let line = desk.ok(&["fetch"]);
    let told = format!("{} has moved to {} for good", press.url("/old/"), press.url("/news/"));
    assert!(line.contains(&told), "{line}");
    let state = desk.status("lantern");
    assert_eq!((&state["outcome"], &state["entries"]), (&"moved".into(), &6.into()), "{state}");

    desk.ok(&["fetch"]);
    assert_eq!(desk.status("lantern")["outcome"], "unchanged");
    assert_eq!(press.asked("/old/").len(), 2, "it is asked where it has moved to");
    assert_eq!(press.asked("/news/").len(), 3);
    let doctor = crate::courant::text(&desk.run(&["doctor"]).stdout);
    assert!(doctor.contains("change `url`"), "{doctor}");
}
