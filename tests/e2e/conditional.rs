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

#[test]
fn a_move_to_what_is_not_the_page_is_not_believed() {
    let press = Press::start();
    paper::print(&press);
    let front = |numbers: std::ops::Range<usize>, what: &str| {
        let rows: String = numbers
            .map(|n| format!("<li><a href=\"/{what}/{n}.html\">The {what} of this town, number {n} of them</a></li>"))
            .collect();
        Sheet::html(format!("<html><head><title>The Lantern</title></head><body><ul>{rows}</ul></body></html>"))
    };
    let source = format!("[sources.lantern]\nurl = \"{}\"\narticle = \"never\"\n", press.url("/old/"));
    let desk = Desk::new(&source);
    for n in 0..8 {
        press.set("/old/", front(n..n + 12, "news"));
        desk.ok(&["fetch"]);
    }
    press.set("/old/", Sheet::status(301).with("Location", "/"));
    press.set("/", front(0..20, "section"));
    for _ in 0..3 {
        assert_eq!(desk.run(&["fetch"]).status.code(), Some(1));
    }
    press.set("/old/", front(9..21, "news"));
    assert!(desk.ok(&["fetch"]).contains("12 listed, 2 new"));
    assert_eq!(press.asked("/").len(), 3);
}

/// A feed of the paper's first lines that names another address for itself, and what it is recognised by.
fn moving(press: &Press, lines: usize, to: &str) -> Sheet {
    let item = |line: &paper::Line| {
        let link = press.url(&format!("/news/{}.html", line.slug));
        format!("<item><title>{}</title><link>{link}</link></item>", line.title)
    };
    let items: String = paper::LINES[..lines].iter().map(item).collect();
    let head = format!("<title>Bells</title><itunes:new-feed-url>{}</itunes:new-feed-url>", press.url(to));
    let space = "http://www.itunes.com/dtds/podcast-1.0.dtd";
    let feed = format!("<rss version=\"2.0\" xmlns:itunes=\"{space}\"><channel>{head}{items}</channel></rss>");
    Sheet::new("application/rss+xml", feed).with("ETag", &format!("\"{lines} {to}\""))
}

#[test]
fn a_feed_that_names_its_new_address_is_asked_there_once_it_has_said_so_twice() {
    let press = Press::start();
    press.set("/old.xml", moving(&press, 5, "/new.xml"));
    press.set("/new.xml", moving(&press, 6, "/new.xml"));
    let desk = Desk::new(&format!("[sources.bells]\nurl = \"{}\"\narticle = \"never\"\n", press.url("/old.xml")));
    desk.ok(&["fetch"]);
    assert_eq!(press.asked("/new.xml").len(), 0);
    // Unchanged, it says so still.
    let told = format!("{} has moved to {} for good", press.url("/old.xml"), press.url("/new.xml"));
    let line = desk.ok(&["fetch"]);
    assert!(line.contains(&told), "{line}");
    assert_eq!(desk.status("bells")["outcome"], "moved");
    assert!(crate::courant::text(&desk.run(&["doctor"]).stdout).contains("change `url`"));
    let line = desk.ok(&["fetch"]);
    assert!(line.contains("1 new"), "{line}");
    assert!(desk.ok(&["fetch"]).contains("unchanged"));
    assert_eq!(desk.status("bells")["entries"], 6);
    assert_eq!((press.asked("/old.xml").len(), press.asked("/new.xml").len()), (2, 3));
    // What it was recognised by at one address is not shown at the other.
    assert_eq!(conditional(&press, "/old.xml"), [false, true]);
    assert_eq!(conditional(&press, "/new.xml"), [false, false, true]);
    // Gone there, it is asked where it was.
    press.set("/new.xml", Sheet::status(404));
    assert_eq!(desk.run(&["fetch"]).status.code(), Some(1));
    desk.ok(&["fetch"]);
    assert_eq!(conditional(&press, "/old.xml"), [false, true, false]);
}

#[test]
fn a_feed_that_names_an_address_where_it_is_not_is_not_believed() {
    let press = Press::start();
    for (there, why) in [
        (issue(&press, 5), "it is a feed of others"),
        (Sheet::html("<p>Log in</p>"), "there is no feed"),
        (Sheet::status(404), "404"),
    ] {
        press.set("/old.xml", moving(&press, 5, "/new.xml"));
        press.set("/new.xml", there);
        let source = format!("[sources.bells]\nurl = \"{}\"\narticle = \"never\"\n", press.url("/old.xml"));
        let desk = Desk::new(&source);
        let before = (press.asked("/old.xml").len(), press.asked("/new.xml").len());
        desk.ok(&["fetch"]);
        press.set("/old.xml", moving(&press, 6, "/new.xml"));
        for _ in 0..3 {
            desk.ok(&["fetch"]);
        }
        assert_eq!(desk.status("bells")["outcome"], "unchanged");
        let runs = desk.ok(&["status", "bells", "--json"]);
        assert!(runs.contains("which is not believed") && runs.contains(why), "{why}: {runs}");
        let asked = (press.asked("/old.xml").len() - before.0, press.asked("/new.xml").len() - before.1);
        assert_eq!(asked, (4, 1), "{why}: looked at once a day");
    }
}

#[test]
fn a_feed_that_moves_on_or_back_is_followed_and_in_a_circle_it_is_not() {
    let press = Press::start();
    press.set("/old.xml", moving(&press, 3, "/new.xml"));
    press.set("/new.xml", moving(&press, 3, "/new.xml"));
    let desk = Desk::new(&format!("[sources.bells]\nurl = \"{}\"\narticle = \"never\"\n", press.url("/old.xml")));
    let fetch = || desk.ok(&["fetch"]);
    let asked = || ["/old.xml", "/new.xml", "/last.xml"].map(|path| press.asked(path).len());
    (0..2).for_each(|_| drop(fetch()));
    press.set("/new.xml", moving(&press, 4, "/last.xml"));
    press.set("/last.xml", moving(&press, 5, "/last.xml"));
    assert!(fetch().contains(&format!("has moved to {} for good", press.url("/last.xml"))));
    assert!(fetch().contains("1 new"));
    assert_eq!(asked(), [2, 2, 2]);
    // Back: what it was told by at the other address is not shown there.
    press.set("/old.xml", moving(&press, 6, "/last.xml"));
    press.set("/last.xml", moving(&press, 5, "/old.xml"));
    fetch();
    assert!(fetch().contains("1 new"));
    assert_eq!(asked(), [4, 2, 3]);
    // Each names the other.
    (0..4).for_each(|_| drop(fetch()));
    assert_eq!(asked(), [8, 2, 4]);
    assert_eq!(conditional(&press, "/old.xml")[3..], [false, true, true, true, true]);
}

#[test]
fn a_feed_that_goes_by_another_address_where_it_is_stays_there() {
    let press = Press::start();
    press.set("/old.xml", moving(&press, 3, "/new.xml"));
    press.set("/alias.xml", Sheet::status(301).with("Location", "/new.xml"));
    let desk = Desk::new(&format!("[sources.bells]\nurl = \"{}\"\narticle = \"never\"\n", press.url("/old.xml")));
    for lines in [3, 3, 4, 5, 6] {
        press.set("/new.xml", moving(&press, lines, "/alias.xml"));
        desk.ok(&["fetch"]);
    }
    assert_eq!((desk.status("bells")["entries"].as_u64(), press.asked("/old.xml").len()), (Some(6), 2));
    assert_eq!(press.asked("/alias.xml").len(), 1);
    // Likewise where it has been from the first.
    desk.write(&format!("[sources.horns]\nurl = \"{}\"\narticle = \"never\"\n", press.url("/new.xml")));
    for _ in 0..4 {
        assert!(!desk.ok(&["fetch"]).contains("moved"));
    }
    assert_eq!(press.asked("/alias.xml").len(), 2);
}

/// A feed with a line of the paper, and what it is recognised by.
fn issue(press: &Press, n: usize) -> Sheet {
    let line = &paper::LINES[n];
    let link = press.url(&format!("/news/{}.html", line.slug));
    let item = format!("<item><title>{}</title><link>{link}</link></item>", line.title);
    let feed = format!("<rss version=\"2.0\"><channel><title>The Ferrow Lantern</title>{item}</channel></rss>");
    Sheet::new("application/rss+xml", feed).with("ETag", "\"größe\"")
}

/// Of each request for a path, whether it asked for what has changed only.
fn conditional(press: &Press, path: &str) -> Vec<bool> {
    press.asked(path).iter().map(|asked| asked.headers.contains_key("if-none-match")).collect()
}

#[test]
fn a_version_of_another_page_or_for_another_visitor_is_not_asked_for() {
    let press = Press::start();
    press.set("/latest", Sheet::status(302).with("Location", "/issue-1"));
    press.set("/issue-1", issue(&press, 0));
    press.set("/issue-2", issue(&press, 1));
    let source = format!("[sources.lantern]\nurl = \"{}\"\narticle = \"never\"\n", press.url("/latest"));
    let desk = Desk::new(&source);
    let fetch_twice = || {
        desk.ok(&["fetch"]);
        assert!(desk.ok(&["fetch"]).contains("unchanged"));
    };
    fetch_twice();
    press.set("/latest", Sheet::status(302).with("Location", "/issue-2"));
    fetch_twice();
    desk.write(&format!("{source}request.headers.Cookie = \"pass=1\"\n"));
    fetch_twice();
    assert_eq!(conditional(&press, "/latest"), [false; 6]);
    assert_eq!(conditional(&press, "/issue-1"), [false, true]);
    assert_eq!(conditional(&press, "/issue-2"), [false, true, false, true]);
    assert_eq!(desk.status("lantern")["entries"], 2);
}

#[test]
fn a_server_that_stumbles_over_a_version_is_asked_without_one() {
    let press = Press::start();
    press.set("/feed", issue(&press, 0));
    let desk = Desk::new(&format!("[sources.lantern]\nurl = \"{}\"\narticle = \"never\"\n", press.url("/feed")));
    desk.ok(&["fetch"]);
    press.set("/feed", Sheet::status(412));
    desk.run(&["fetch"]);
    desk.run(&["fetch"]);
    assert_eq!(conditional(&press, "/feed"), [false, true, false]);
}
