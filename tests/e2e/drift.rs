//! A page that changes under the daemon: found again where it can be, told where not, and never published as it comes.

use serde_json::Value;

use crate::courant::{Desk, text};
use crate::press::{Press, Sheet};

/// A list of these articles, of a design.
fn front(design: &str, numbers: impl Iterator<Item = usize>) -> String {
    let menu: String = (0..6).map(|n| format!("<a href=\"/topic/{n}\">Topic {n}</a> ")).collect();
    let rows: String = numbers
        .map(|n| {
            let title = headline(n);
            match design {
                "old" => format!("<li class=row><a href=\"/n/{n}.html\">{title}</a><span class=d>2026-10-{:02}</span></li>", 30 - n % 30),
                "new" => format!("<div class=tile><h3><a href=\"/n/{n}.html\">{title}</a></h3><time datetime=\"2026-10-{0:02}\">{0} Oct</time></div>", 30 - n % 30),
                _ => format!("<p><a href=\"/ad/{n}\">Offer number {n} of the week, only here and only now</a></p>"),
            }
        })
        .collect();
    let (open, close) = if design == "old" { ("<ul id=list>", "</ul>") } else { ("<section id=stream>", "</section>") };
    format!(
        "<html lang=en><title>News</title><nav>{menu}</nav><main>{open}{rows}{close}</main><!-- {} --></html>",
        design.len()
    )
}

fn headline(n: usize) -> String {
    let what =
        ["harbour", "orchard", "library", "ferry", "owl", "market", "bridge", "theatre", "mill", "school"][n % 10];
    let did =
        ["opens its doors", "asks for more money", "is to be rebuilt", "celebrates", "closes for repairs"][n / 10 % 5];
    format!("The {what} {did}, says report {n} of the town council")
}

/// A source that has been healthy for some runs, each with one new article; gives how many it has listed.
fn settled(press: &Press, desk: &Desk) -> usize {
    for top in 12..=16 {
        press.set("/", Sheet::html(front("old", (0..top).rev())));
        let said = desk.ok(&["fetch"]);
        assert!(said.contains("listed"), "{said}");
    }
    16
}

fn desk(press: &Press, rules: &str) -> Desk {
    Desk::new(&format!("[sources.town]\nurl = \"{}\"\narticle = \"never\"\n{rules}", press.url("/")))
}

fn feed(desk: &Desk) -> Vec<String> {
    desk.ok(&["export", "out"]);
    let json = std::fs::read_to_string(desk.path("out/sources/town.json")).expect("a feed");
    let feed: Value = serde_json::from_str(&json).expect("JSON");
    feed["items"].as_array().expect("entries").iter().map(|e| e["id"].to_string()).collect()
}

const RULES: &str = "[sources.town.listing]\ncontainer = \"#list\"\nitem = \".row\"\ndate = \".d\"\n";

#[test]
fn a_redesign_that_breaks_the_rules_is_relearned_from_what_is_known() {
    let press = Press::start();
    let desk = desk(&press, RULES);
    let top = settled(&press, &desk);
    let before = feed(&desk);
    press.set("/", Sheet::html(front("new", (0..top + 2).rev())));
    let said = desk.ok(&["fetch"]);
    assert!(said.contains("18 listed, 2 new") && said.contains("in place of the `[sources.town.listing]`"), "{said}");
    // It is still told once the page has been found unchanged.
    assert!(desk.ok(&["fetch"]).contains("unchanged"));
    let examined = text(&desk.run(&["doctor"]).stdout);
    assert!(examined.contains("the page has changed") && examined.contains("courant status town"), "{examined}");
    let told = desk.ok(&["status", "town"]);
    assert!(told.contains("[sources.town.listing]") && told.contains("item = "), "{told}");
    let after = feed(&desk);
    assert_eq!(after.len(), before.len() + 2);
    assert!(before.iter().all(|id| after.contains(id)), "no id changed");

    // The patch, put into feeds.toml, reads the same.
    let patch: String =
        told.lines().skip_while(|l| !l.starts_with("[sources.town.listing]")).map(|l| format!("{l}\n")).collect();
    let source = format!("[sources.town]\nurl = \"{}\"\narticle = \"never\"\n{patch}", press.url("/"));
    desk.write(&source);
    let said = desk.ok(&["fetch"]);
    assert!(said.contains("18 listed, 0 new"), "{said}\n{patch}");
    assert!(!desk.ok(&["status", "town"]).contains("has changed"));
}

#[test]
fn a_page_on_which_nothing_is_known_is_told_and_not_published() {
    for rules in [RULES, ""] {
        let press = Press::start();
        let desk = desk(&press, rules);
        settled(&press, &desk);
        let before = feed(&desk);
        press.set("/", Sheet::html(front("offers", 0..12)));
        let output = desk.run(&["fetch"]);
        assert_eq!(output.status.code(), Some(1));
        let said = text(&output.stdout);
        assert!(said.contains("structure-missing") && said.contains("changed"), "{said}");
        assert_eq!(feed(&desk), before);
        // And as it was when it comes to itself.
        press.set("/", Sheet::html(front("old", (0..17).rev())));
        let said = desk.ok(&["fetch"]);
        assert!(said.contains("17 listed, 1 new"), "{said}");
    }
}

#[test]
fn a_flood_is_held_until_the_operator_has_looked() {
    for (verdict, more) in [("release", 120), ("adopt", 0), ("discard", 0)] {
        let press = Press::start();
        let desk = desk(&press, "");
        let top = settled(&press, &desk);
        let before = feed(&desk);
        press.set("/", Sheet::html(front("old", (0..top + 120).rev())));
        let output = desk.run(&["fetch"]);
        let said = text(&output.stdout);
        assert!(output.status.code() == Some(1) && said.contains("quarantined"), "{said}");
        assert_eq!(feed(&desk), before);
        assert!(desk.ok(&["status"]).contains("courant quarantine"));
        let held = desk.ok(&["quarantine"]);
        assert!(held.contains("town: 136 held back") && held.contains("and 131 more"), "{held}");
        let json: Value = serde_json::from_str(&desk.ok(&["quarantine", "--json"])).expect("JSON");
        assert_eq!(json["entries"].as_array().map(Vec::len), Some(136));

        desk.ok(&["quarantine", verdict, "town"]);
        assert_eq!(desk.status("town")["entries"], before.len() + more, "{verdict}");
        assert!(desk.ok(&["quarantine"]).contains("nothing is held back"));
        assert!(!desk.ok(&["status"]).contains("held back"), "the operator has looked");
        assert_eq!(desk.run(&["quarantine", verdict, "town"]).status.code(), Some(2));
        let said = desk.ok(&["fetch"]);
        let new = if verdict == "discard" { 120 } else { 0 };
        assert!(said.contains(&format!("136 listed, {new} new")), "{verdict}: {said}");
    }
}
