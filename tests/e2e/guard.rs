//! Loopback and private addresses are refused unless the operator lists them.

use crate::courant::Desk;
use crate::paper;
use crate::press::{Press, Sheet};

#[test]
fn without_leave_loopback_is_refused_however_it_is_written() {
    let press = Press::start();
    paper::print(&press);
    let port = press.address.port();
    let desk = Desk::new("");
    let write = |hosts: &[&str]| {
        let sources = hosts.iter().enumerate();
        let sources = sources.map(|(n, host)| format!("[sources.s{n}]\nurl = \"http://{host}:{port}/news/\"\n"));
        let sources: String = sources.collect();
        desk.write_file(
            "feeds.toml",
            &format!("[server]\nlisten = \"127.0.0.1:0\"\n[store]\nurl = \"sqlite:c.db\"\n{sources}"),
        );
    };
    // What programs read differently does not get as far as being asked.
    for host in ["2130706433", "0x7f.1", "127.1", "127.0.0.1%2eexample.org", "127.0.0.1\\t"] {
        write(&[host]);
        let refused = desk.run(&["fetch"]);
        let words = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(refused.status.code() == Some(2) && words.contains("several hosts"), "{host}: {words}");
    }
    let hosts = ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"];
    write(&hosts);
    assert_eq!(desk.run(&["fetch"]).status.code(), Some(1));
    for (n, _) in hosts.iter().enumerate() {
        let state = desk.status(&format!("s{n}"));
        let reason = state["reason"].as_str().unwrap_or_default();
        assert!(reason.contains("allow_private"), "{}: {reason}", hosts[n]);
    }
    assert!(press.asked("/news/").is_empty());
}

#[test]
fn a_redirect_to_a_private_address_is_refused() {
    let press = Press::start();
    press.set("/", Sheet::status(302).with("Location", "http://169.254.169.254/latest/meta-data/"));
    let desk = Desk::new(&format!("[sources.sly]\nurl = \"{}\"\n", press.url("/")));
    assert_eq!(desk.run(&["fetch"]).status.code(), Some(1));
    let state = desk.status("sly");
    assert!(state["reason"].as_str().unwrap_or_default().contains("169.254.169.254"), "{state}");
}

#[test]
fn robots_txt_is_obeyed_and_asked_for_once() {
    let press = Press::start();
    paper::print(&press);
    press.set("/robots.txt", Sheet::new("text/plain", "User-agent: *\nDisallow: /news/owl\n"));
    let desk = Desk::new(&paper::source(&press));
    let line = desk.ok(&["fetch"]);
    assert!(line.contains("6 new, 5 articles read, 1 failed"), "{line}");
    assert!(press.asked("/news/owl-census.html").is_empty());
    assert_eq!(press.asked("/robots.txt").len(), 1);
    // Another process, which knows what the first was told.
    desk.ok(&["fetch"]);
    assert_eq!(press.asked("/robots.txt").len(), 1);
    assert!(press.asked("/news/owl-census.html").is_empty());
    let agent = &press.asked("/news/")[0].headers["user-agent"];
    assert!(agent.contains("Courant/") && agent.contains("http"), "{agent}");
}
