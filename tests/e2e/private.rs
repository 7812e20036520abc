//! Feeds with a token: read by who knows it, seen by nobody else.

use base64::Engine as _;

use crate::courant::{Daemon, Desk, text};
use crate::http::{Reply, ask, get};
use crate::paper::{self, LINES};
use crate::press::Press;

const TOKEN: &str = "low-tide-at-seven-and-a-half";
const DOCUMENTS: [&str; 3] = ["rss", "atom", "json"];

/// A desk of one source that only a feed with a token shows, harvested once.
fn desk() -> Desk {
    let press = Press::start();
    paper::print(&press);
    let source = paper::source(&press);
    let desk = Desk::new("");
    desk.write_file("token", &format!("{TOKEN}\n"));
    desk.write(&format!(
        "{source}[feeds.board]\ntitle = \"The board\"\nfrom = [\"*\"]\ntoken = {{ file = \"token\" }}\n"
    ));
    desk.ok(&["fetch"]);
    desk
}

fn with(daemon: &Daemon, path: &str, authorization: &str) -> Reply {
    ask(daemon.address, "GET", path, &[("Authorization", authorization)])
}

fn basic(password: &str) -> String {
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("anyone:{password}")))
}

#[test]
fn whoever_says_the_token_reads_the_feed_and_nobody_else() {
    let desk = desk();
    let daemon = desk.daemon_with(&[("COURANT_LOG", "debug")]);
    for ending in DOCUMENTS {
        let path = format!("/feeds/board.{ending}");
        let stranger = get(daemon.address, &path);
        assert_eq!(stranger.status, 401);
        assert!(stranger.header("www-authenticate").starts_with("Basic realm="));
        assert_eq!(stranger.header("cache-control"), "no-store");
        assert_eq!(with(&daemon, &path, &basic("low tide")).status, 401);
        assert_eq!(get(daemon.address, &format!("{path}?token=low-tide")).status, 404);
        for read in [get(daemon.address, &format!("{path}?token={TOKEN}")), with(&daemon, &path, &basic(TOKEN))] {
            assert_eq!(read.status, 200);
            assert!(read.text().contains(LINES[0].title) && !read.text().contains(TOKEN));
            assert!(read.header("cache-control").starts_with("private"));
            assert!(read.headers.iter().all(|(_, value)| !value.contains(TOKEN) && !value.contains("/hub")));
            let same = [("Authorization", &*basic(TOKEN)), ("If-None-Match", read.header("etag"))];
            assert_eq!(ask(daemon.address, "GET", &path, &same).status, 304);
        }
    }
    // The source, its entries and its history are behind the same door.
    for path in ["/sources/lantern.atom", "/sources/lantern", "/feeds/board/archive/1-6.atom", "/feeds/board/events"] {
        assert_eq!(get(daemon.address, path).status, 401, "{path}");
        assert_eq!(get(daemon.address, &format!("{path}?token=x")).status, 404, "{path}");
    }
    let page = get(daemon.address, &format!("/feeds/board?token={TOKEN}"));
    assert_eq!((page.status, page.header("referrer-policy")), (200, "no-referrer"));
    let entry = page.text().split("href=\"").find(|link| link.starts_with("/entries/")).expect("a link").to_owned();
    let entry = entry.split('"').next().expect("an address").to_owned();
    assert_eq!(get(daemon.address, &entry).status, 200, "{entry}");
    assert_eq!(get(daemon.address, entry.split('?').next().expect("a path")).status, 401);
    let post = crate::http::send(
        daemon.address,
        "POST",
        "/hub",
        &[("Content-Length", "110")],
        b"hub.mode=subscribe&hub.topic=http://news.example/feeds/board.atom&hub.callback=http://127.0.0.1:9/xxxxxxxxxxxxx",
    );
    assert_eq!(post.status, 404);
    // What everyone may see does not name it.
    for path in ["/", "/opml", "/feeds/all.atom", "/feeds/all", "/feeds/boards", "/metrics"] {
        let seen = get(daemon.address, path).text();
        assert!(!seen.contains("board\"") && !seen.contains("The board") && !seen.contains(TOKEN), "{path}: {seen}");
        assert!(!seen.contains(LINES[0].title), "{path}");
    }
    assert!(!daemon.told().contains(TOKEN));
}

#[test]
fn files_and_lists_leave_it_out_and_say_so() {
    let desk = desk();
    let exported = desk.run(&["export", "out"]);
    assert!(exported.status.success() && text(&exported.stderr).contains("board is left out"));
    assert!(!desk.path("out/feeds/board.rss").exists() && !desk.path("out/sources/lantern.rss").exists());
    assert!(desk.path("out/feeds/all.rss").exists() && !desk.path("out/entries").exists());
    let listed = desk.run(&["opml"]);
    assert!(!text(&listed.stdout).contains("board.atom") && text(&listed.stderr).contains("board is left out"));
}

#[test]
fn a_feed_that_shows_it_to_everyone_is_pointed_at() {
    let desk = Desk::new(
        "[sources.a]\nurl = \"http://127.0.0.1:9/\"\n[feeds.board]\nfrom = [\"a\"]\ntoken = \"short\"\n[feeds.open]\nfrom = [\"*\"]\n",
    );
    let checked = desk.run(&["check"]);
    let told = format!("{}{}", text(&checked.stdout), text(&checked.stderr));
    for words in ["[feeds.open] shows some of it to everyone", "stands in the file itself", "may be guessed"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(told.contains("token = *******") && !told.contains("short"), "{told}");
}
