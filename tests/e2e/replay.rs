//! Answers are kept, and read again by today's rules.

use crate::courant::{Desk, text};
use crate::paper::{self, LINES};
use crate::press::Press;

#[test]
fn what_edited_rules_would_change_is_shown_before_they_come_into_force() {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new(&paper::source(&press));
    desk.ok(&["fetch"]);
    let output = desk.run(&["replay", "lantern"]);
    assert!(text(&output.stderr).contains("snapshots"), "{}", text(&output.stderr));

    let kept = |more: &str| {
        format!(
            "[server]\nlisten = \"127.0.0.1:0\"\n[store]\nurl = \"sqlite:kept.db\"\nsnapshots = \"14d\"\n\
             [fetch]\nallow_private = [\"127.0.0.0/8\"]\n{}{more}",
            paper::source(&press)
        )
    };
    desk.write_file("feeds.toml", &kept(""));
    desk.ok(&["fetch"]);
    let asked = press.asked("/news/").len();
    let said = desk.ok(&["replay", "lantern"]);
    assert!(said.contains("7 answers") && said.contains("0 to gain, 0 to lose, 0 to change"), "{said}");

    desk.write_file("edited.toml", &kept("[[sources.lantern.filter]]\ndrop = \"Owl\"\n[sources.lantern.article]\nbody = \"article p:nth-of-type(-n+3)\"\n"));
    let said = desk.ok(&["--config", "edited.toml", "replay", "lantern"]);
    assert!(said.contains("1 to lose, 5 to change") && said.contains(LINES[4].title), "{said}");
    let json = desk.ok(&["--config", "edited.toml", "replay", "lantern", "--json"]);
    assert_eq!(json.lines().filter(|line| line.contains("\"what\":\"change\"")).count(), 5, "{json}");
    assert_eq!(press.asked("/news/").len(), asked, "nobody was asked");
    assert_eq!(desk.status("lantern")["entries"], 6, "nothing was stored");

    // The same before the file comes into force, feed by feed.
    let said = desk.ok(&["check", "--diff", "edited.toml"]);
    assert!(said.contains("all: 0 to gain, 1 to lose, 5 to change") && said.contains(LINES[4].title), "{said}");
    let feeds = "[feeds.few]\nfrom = [\"lantern\"]\nlimit = 2\n";
    desk.write_file("edited.toml", &kept(feeds));
    let said = desk.ok(&["check", "edited.toml", "--diff"]);
    assert!(said.contains("few: 2 to gain, 0 to lose, 0 to change (a new feed)"), "{said}");
    assert!(said.contains("all: 0 to gain, 0 to lose, 0 to change"), "{said}");
    assert_eq!(press.asked("/news/").len(), asked, "nobody was asked");
}
