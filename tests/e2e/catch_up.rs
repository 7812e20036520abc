//! An outage longer than the page's window: caught up with where that can be, told where not.

use serde_json::Value;

use crate::courant::Desk;
use crate::http::get;
use crate::paper;
use crate::press::{Press, Sheet};

/// Articles on one page of the list.
const WINDOW: usize = 10;

fn headline(n: usize) -> String {
    let what = ["harbour", "orchard", "library", "ferry", "owl", "market", "bridge"][n % 7];
    format!("What the {what} means for the town, part {n} of the report")
}

/// A list of which the newest is `top`, in pages as far as `pages` says.
fn print(press: &Press, top: usize, pages: usize, head: &str) {
    for page in 0..pages {
        let newest = top.saturating_sub(page * WINDOW);
        let rows: String = (newest.saturating_sub(WINDOW)..newest)
            .rev()
            .map(|n| format!("<li class=row><h3><a href=\"/news/{n}.html\">{}</a></h3><p>A few words of summary for {n}.</p></li>", headline(n)))
            .collect();
        let more =
            if page + 1 < pages { format!("<a rel=next href=\"/list/{}\">Older</a>", page + 1) } else { String::new() };
        let html =
            format!("<html lang=en><head><title>News</title>{head}</head><main><ul>{rows}</ul>{more}</main></html>");
        press.set(&if page == 0 { "/".to_owned() } else { format!("/list/{page}") }, Sheet::html(html));
    }
}

fn desk(press: &Press, more: &str) -> Desk {
    Desk::new(&format!("[sources.town]\nurl = \"{}\"\narticle = \"never\"\n{more}", press.url("/")))
}

/// Half an hour hence, as a feed writes it.
fn soon() -> String {
    (chrono::Utc::now() + chrono::Duration::minutes(30)).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[test]
fn further_pages_are_read_until_something_is_known() {
    let press = Press::start();
    let desk = desk(&press, "");
    print(&press, 12, 3, "");
    assert!(desk.ok(&["fetch"]).contains("10 listed, 10 new"));
    assert!(press.asked("/list/1").is_empty(), "the first run takes what the page shows");
    print(&press, 45, 5, "");
    let said = desk.ok(&["fetch"]);
    assert!(said.contains("33 new"), "{said}");
    assert!(press.asked("/list/4").is_empty(), "what is known ends the search");
    assert_eq!(
        (desk.status("town")["entries"].clone(), desk.status("town")["gaps"].clone()),
        (43.into(), Value::Array(Vec::new()))
    );
    // The window reaches back again: nothing more is asked for.
    print(&press, 48, 5, "");
    assert!(desk.ok(&["fetch"]).contains("3 new"));
    assert_eq!(press.asked("/list/1").len(), 1);
}

#[test]
fn reports_of_one_day_are_not_known_by_the_words_that_their_addresses_share() {
    let press = Press::start();
    let desk = desk(&press, "");
    let day = chrono::Utc::now().format("%Y-%m-%d");
    let print = |top: usize| {
        for page in 0..4 {
            let newest = top.saturating_sub(page * WINDOW);
            let rows: String = (newest.saturating_sub(WINDOW)..newest)
                .rev()
                .map(|n| format!("<li class=row><h3><a href=\"/news/{n}/report-of-the-town-council.html\">{}</a></h3><time datetime={day}>today</time></li>", headline(n)))
                .collect();
            let html = format!(
                "<html lang=en><head><title>News</title></head><main><ul>{rows}</ul><a rel=next href=\"/list/{}\">Older</a></main></html>",
                page + 1
            );
            press.set(&if page == 0 { "/".to_owned() } else { format!("/list/{page}") }, Sheet::html(html));
        }
    };
    print(12);
    assert!(desk.ok(&["fetch"]).contains("10 new"));
    print(38);
    let said = desk.ok(&["fetch"]);
    assert!(said.contains("26 new"), "{said}");
}

#[test]
fn the_sites_feed_or_sitemap_reaches_back_where_the_list_does_not() {
    let link = |press: &Press, n: usize| press.url(&format!("/news/{n}.html"));
    // Both with a page of rules, for which no feed is read otherwise.
    let rules = "[sources.town.listing]\nitem = \".row\"\n";
    for by_feed in [true, false] {
        let press = Press::start();
        let desk = desk(&press, rules);
        let head = if by_feed { "<link rel=alternate type=\"application/rss+xml\" href=\"/rss\">" } else { "" };
        print(&press, 12, 1, head);
        desk.ok(&["fetch"]);
        print(&press, 30, 1, head);
        let items = |open: &str, close: &str, date: &str| -> String {
            let line = |n: usize| {
                format!(
                    "<{open}>{}</{close}>",
                    if by_feed {
                        format!(
                            "<title>{}</title><link>{}</link><pubDate>{date}</pubDate>",
                            headline(n),
                            link(&press, n)
                        )
                    } else {
                        format!("<loc>{}</loc><lastmod>{date}</lastmod>", link(&press, n))
                    }
                )
            };
            (5..30).rev().map(line).collect()
        };
        if by_feed {
            let feed = format!(
                "<rss version=\"2.0\"><channel><title>Town</title>{}</channel></rss>",
                items("item", "item", &soon())
            );
            press.set("/rss", Sheet::new("application/rss+xml", feed));
        } else {
            let date = (chrono::Utc::now() + chrono::Duration::minutes(30)).to_rfc3339();
            let other = format!("<url><loc>{}</loc><lastmod>{date}</lastmod></url>", press.url("/about/us.html"));
            let map = format!(
                "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">{other}{}</urlset>",
                items("url", "url", &date)
            );
            press.set("/sitemap.xml", Sheet::new("application/xml", map));
        }
        let said = desk.ok(&["fetch"]);
        assert!(said.contains("18 new"), "by feed {by_feed}: {said}");
        assert_eq!(desk.status("town")["gaps"], Value::Array(Vec::new()));
    }
}

#[test]
fn a_gap_that_cannot_be_closed_is_recorded_and_shown() {
    let press = Press::start();
    let desk = desk(&press, "");
    print(&press, 12, 1, "");
    desk.ok(&["fetch"]);
    print(&press, 60, 2, "");
    let said = desk.ok(&["fetch"]);
    assert!(said.contains("20 new"), "{said}");
    assert_eq!(desk.status("town")["gaps"].as_array().map(Vec::len), Some(1));
    let told = desk.ok(&["status"]);
    assert!(told.contains("town: gap: what appeared between") && told.contains("1 further pages"), "{told}");
    assert!(desk.ok(&["status", "town"]).contains("  gap        "));
    let daemon = desk.daemon();
    assert!(get(daemon.address, "/feeds/_status.atom").text().contains("may be missing"));
    assert!(get(daemon.address, "/admin/sources/town").text().contains("may be missing"));
}

#[test]
fn a_page_that_the_operator_puts_in_anothers_place_has_no_gap() {
    let press = Press::start();
    let desk = desk(&press, "");
    print(&press, 12, 1, "");
    desk.ok(&["fetch"]);
    let rows: String = (0..9).map(|n| format!("<p><a href=\"/sport/{n}\">Sport: {}</a></p>", headline(n))).collect();
    press.set("/sport/", Sheet::html(format!("<html lang=en><title>Sport</title><main>{rows}</main></html>")));
    desk.write(&format!("[sources.town]\nurl = \"{}\"\narticle = \"never\"\n", press.url("/sport/")));
    let said = desk.ok(&["fetch"]);
    assert!(said.contains("9 listed, 9 new") && !said.contains("may be missing"), "{said}");
    assert!(press.asked("/sitemap.xml").is_empty());
    assert_eq!(desk.status("town")["gaps"], Value::Array(Vec::new()));
}

fn sitemap(press: &Press, slugs: &[&str]) -> Sheet {
    let urls: String =
        slugs.iter().map(|s| format!("<url><loc>{}</loc></url>", press.url(&format!("/news/{s}.html")))).collect();
    Sheet::new(
        "application/xml",
        format!("<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">{urls}</urlset>"),
    )
}

#[test]
fn of_a_sitemap_index_the_sitemaps_are_read_though_it_stays_as_it_is() {
    let press = Press::start();
    paper::print(&press);
    let named: String = ["/pages.xml", "/posts.xml"]
        .iter()
        .map(|path| format!("<sitemap><loc>{}</loc></sitemap>", press.url(path)))
        .collect();
    let index = format!("<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">{named}</sitemapindex>");
    press.set("/sitemap.xml", Sheet::new("application/xml", index).with("ETag", "\"1\""));
    let desk = Desk::new(&format!("[sources.map]\nurl = \"{}\"\n", press.url("/sitemap.xml")));
    assert_eq!(desk.run(&["fetch"]).status.code(), Some(1));
    let state = desk.status("map");
    let reason = state["reason"].as_str().unwrap_or_default();
    assert_eq!(state["outcome"], "broken");
    assert!(reason.contains("names 2 sitemaps") && reason.contains("/pages.xml"), "{reason}");

    let slugs: Vec<&str> = paper::LINES.iter().map(|line| line.slug).collect();
    press.set("/posts.xml", sitemap(&press, &slugs[1..]).with("ETag", "\"a\""));
    let line = desk.ok(&["fetch"]);
    assert!(line.contains("5 listed, 5 new, 5 articles read"), "{line}");
    press.set("/posts.xml", sitemap(&press, &slugs).with("ETag", "\"b\""));
    let line = desk.ok(&["fetch"]);
    assert!(line.contains("6 listed, 1 new, 1 article read"), "{line}");
}
