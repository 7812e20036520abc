//! Of a page that was read before only what is new is read, and that changes nothing of what readers get.

use serde_json::Value;

use crate::courant::Desk;
use crate::press::{Press, Sheet};

fn headline(n: usize) -> String {
    let what = ["harbour", "orchard", "library", "ferry", "owl", "market", "bridge"][n % 7];
    let did =
        ["opens its doors", "asks for more money", "is to be rebuilt", "celebrates", "closes for repairs"][n / 7 % 5];
    format!("The {what} {did}, says report {n} of the town council")
}

/// A front page with these articles, some of them with another headline than at first; `mark` stands behind the list.
fn front(numbers: &[usize], edited: &[usize], mark: &str, second: &str) -> String {
    let rows: String = numbers
        .iter()
        .map(|n| {
            let more = if edited.contains(n) { ", and that again" } else { "" };
            format!(
                "<li class=\"row nr-{n}\"><h3><a href=\"/n/report-{n}.html\">{}{more}</a></h3><time datetime=\"2026-10-{:02}\">then</time>\
                 <p>What was said of it on the quays in hour {n}, by whom, and who paid for it in the end.</p></li>\n",
                headline(*n),
                n % 30 + 1
            )
        })
        .collect();
    format!(
        "<!DOCTYPE html><html lang=en><head><title>The Lantern</title></head><body><nav><a href=/s/1>Sport</a> <a \
         href=/s/2>Town</a></nav><main><h1>News</h1><ul class=list>{rows}</ul>{second}</main><!-- {mark} --></body></html>"
    )
}

/// What a source's feed says, address by address.
fn feed(desk: &Desk, source: &str) -> Vec<Vec<String>> {
    let json = std::fs::read_to_string(desk.path(&format!("out/sources/{source}.json"))).expect("a feed");
    let feed: Value = serde_json::from_str(&json).expect("JSON");
    let said = |entry: &Value| ["url", "title", "summary", "date_published"].map(|key| entry[key].to_string()).to_vec();
    let mut entries: Vec<Vec<String>> = feed["items"].as_array().expect("entries").iter().map(said).collect();
    entries.sort();
    entries
}

/// A feed with these entries; a tag around them says `mark`.
fn rss(press: &Press, numbers: &[usize], edited: &[usize], mark: &str, built: usize) -> String {
    let rows: String = numbers
        .iter()
        .map(|n| {
            let more = if edited.contains(n) { ", and that again" } else { "" };
            format!(
                "<item><title>{}{more}</title><link>{}</link><guid isPermaLink=\"false\">{n}</guid><pubDate>{:02} Oct 2026 08:00:00 GMT</pubDate>\
                 <description>What was said of it on the quays in hour {n}, and by whom.</description></item>\n",
                headline(*n),
                press.url(&format!("/n/report-{n}.html")),
                n % 30 + 1
            )
        })
        .collect();
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel {mark}><title>The Lantern</title><lastBuildDate>{built:02} Nov 2026 08:00:00 \
         GMT</lastBuildDate>{rows}</channel></rss>"
    )
}

/// What comes and goes, day by day.
fn edit(day: usize, numbers: &mut Vec<usize>, edited: &mut Vec<usize>) {
    match day {
        1 => numbers.splice(0..0, [22, 21, 20]).for_each(drop),
        2 => numbers.truncate(20),
        3 => edited.push(15),
        4 => numbers.swap(0, 5),
        5 => numbers.splice(2..2, [30, 31]).for_each(drop),
        6 => numbers.retain(|n| n % 6 != 1),
        // It bears the headline of 12.
        8 => numbers.insert(0, 12 + 35),
        9 => numbers.insert(3, 12 + 35),
        _ => {}
    }
}

/// What a run said of a source's list.
fn listed(said: &str, id: &str) -> String {
    let line = said.lines().find(|line| line.contains(id)).expect("a line");
    line.split(id).nth(1).unwrap_or_default().split(" (").next().unwrap_or_default().trim().to_owned()
}

#[test]
fn a_feed_read_by_what_is_new_comes_to_what_a_feed_read_in_full_comes_to() {
    let press = Press::start();
    let source =
        |id: &str| format!("[sources.{id}]\nurl = \"{}\"\narticle = \"never\"\n", press.url(&format!("/{id}")));
    let desk = Desk::new(&format!("{}{}", source("still"), source("restless")));
    let mut numbers: Vec<usize> = (0..20).rev().collect();
    let mut edited: Vec<usize> = Vec::new();
    for day in 0..10 {
        edit(day, &mut numbers, &mut edited);
        press.set("/still", Sheet::new("application/rss+xml", rss(&press, &numbers, &edited, "", day)));
        // Another tag around its entries each time, for which no guide serves.
        press.set(
            "/restless",
            Sheet::new("application/rss+xml", rss(&press, &numbers, &edited, &format!("id=\"day-{day}\""), day)),
        );
        let said = desk.ok(&["fetch"]);
        desk.ok(&["export", "out"]);
        assert_eq!(feed(&desk, "still"), feed(&desk, "restless"), "day {day}: {said}");
        assert_eq!(listed(&said, "still"), listed(&said, "restless"), "day {day}: {said}");
    }
}

#[test]
fn a_list_read_by_what_is_new_comes_to_what_a_list_read_in_full_comes_to() {
    compare("");
}

#[test]
fn so_does_a_list_that_rules_find() {
    compare("listing = { item = \"li.row\", title = \"h3 a\", date = \"time@datetime\", summary = \"p\" }\n");
}

/// Reads one list by a guide and in full, day by day.
fn compare(rules: &str) {
    let press = Press::start();
    let source = |id: &str| {
        format!(
            "[sources.{id}]\nurl = \"{}\"\nkind = \"listing\"\narticle = \"never\"\n{rules}",
            press.url(&format!("/{id}"))
        )
    };
    let desk = Desk::new(&format!("{}{}", source("still"), source("restless")));
    let ad: String = (0..9)
        .map(|n| {
            format!("<div><h4><a href=/offer/{n}>Offer number {n} of the week, only here and only now</a></h4></div>")
        })
        .collect();
    let mut numbers: Vec<usize> = (0..20).rev().collect();
    let mut edited: Vec<usize> = Vec::new();
    for day in 0..10 {
        edit(day, &mut numbers, &mut edited);
        let second = if day == 7 { ad.as_str() } else { "" };
        press.set("/still", Sheet::html(front(&numbers, &edited, "paper", second)));
        // Another page each time, for which no guide serves.
        press.set("/restless", Sheet::html(front(&numbers, &edited, &format!("day {day}"), second)));
        let said = desk.ok(&["fetch"]);
        desk.ok(&["export", "out"]);
        assert_eq!(feed(&desk, "still"), feed(&desk, "restless"), "day {day}: {said}");
        assert_eq!(listed(&said, "still"), listed(&said, "restless"), "day {day}: {said}");
    }
}
