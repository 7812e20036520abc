//! What a site offers in a page's stead, and what other programs' files hand over.

use crate::courant::Desk;
use crate::paper::{self, LINES};
use crate::press::{Press, Sheet};

/// A feed of the paper's lines, with full texts or without.
fn feed(press: &Press, full: bool) -> String {
    let entries: String = LINES
        .iter()
        .map(|line| {
            let url = press.url(&format!("/news/{}.html", line.slug));
            let text = if full { paper::article(line).replace('&', "&amp;").replace('<', "&lt;") } else { String::new() };
            format!("<entry><id>{url}</id><title>{}</title><link href=\"{url}\"/><updated>{}T08:00:00Z</updated><content type=\"html\">{text}</content></entry>", line.title, line.day)
        })
        .collect();
    format!("<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Lantern</title><id>urn:l</id>{entries}</feed>")
}

#[test]
fn of_the_feeds_that_a_page_announces_the_richest_is_read_by_all_commands_alike() {
    let press = Press::start();
    paper::print(&press);
    let links = "<link rel=\"alternate\" type=\"application/atom+xml\" href=\"/short.atom\">\
                 <link rel=\"alternate\" type=\"application/rss+xml\" href=\"/whole.xml\"></head>";
    press.set("/news/", Sheet::html(paper::front(&LINES.each_ref()).replace("</head>", links)));
    press.set("/short.atom", Sheet::new("application/atom+xml", feed(&press, false)));
    press.set("/whole.xml", Sheet::new("application/atom+xml", feed(&press, true)));
    press.set("/robots.txt", Sheet::new("text/plain", format!("Sitemap: {}\n", press.url("/news-sitemap.xml"))));
    let desk = Desk::new("");
    let said = desk.ok(&["add", &press.url("/news/")]);
    assert!(said.contains("6 entries, 6 with full text") && said.contains("/short.atom (6 entries)"), "{said}");
    assert!(said.contains(&format!("will be read in the page's place: {}", press.url("/whole.xml"))), "{said}");
    desk.ok(&["fetch"]);
    assert!(press.asked("/news/tram-bridge.html").is_empty(), "the feed has the texts");
    let status = desk.ok(&["status", "--json"]);
    assert!(status.contains("\"entries\":6"), "{status}");
}

#[test]
fn a_feed_that_is_gone_or_fails_for_good_gives_its_place_back_to_the_page() {
    let press = Press::start();
    paper::print(&press);
    let links = "<link rel=\"alternate\" type=\"application/atom+xml\" href=\"/whole.xml\"></head>";
    let front = Sheet::html(paper::front(&LINES.each_ref()).replace("</head>", links));
    for (status, failures) in [(410, 1), (404, 1), (403, 3), (500, 3)] {
        press.set("/news/", front.clone());
        press.set("/whole.xml", Sheet::new("application/atom+xml", feed(&press, true)));
        let desk = Desk::new(&paper::source(&press));
        desk.ok(&["fetch"]);
        press.set("/whole.xml", Sheet::status(status));
        for _ in 0..failures {
            let said = crate::courant::text(&desk.run(&["fetch"]).stdout);
            assert!(said.contains("/whole.xml"), "{said}");
        }
        let state = desk.status("lantern");
        assert!(
            state["outcome"] != "gone" && state["reason"].as_str().is_some_and(|r| r.contains("/news/")),
            "{state}"
        );
        let said = desk.ok(&["fetch"]);
        assert!(said.contains("6 listed, 0 new"), "{status}: {said}");
    }
}

#[test]
fn a_news_sitemap_that_robots_txt_names_is_told_of() {
    let press = Press::start();
    paper::print(&press);
    press.set("/robots.txt", Sheet::new("text/plain", format!("Sitemap: {}\n", press.url("/news-sitemap.xml"))));
    let desk = Desk::new("");
    let said = desk.ok(&["add", "--dry-run", &press.url("/news/")]);
    let expected =
        format!("robots.txt names a news sitemap, which could be watched too: {}", press.url("/news-sitemap.xml"));
    assert!(said.contains(&expected), "{said}");
}

#[test]
fn the_configuration_of_another_program_is_taken_over() {
    let desk = Desk::new("");
    desk.write_file(
        "theirs.toml",
        "[rsspls]\noutput = \"/srv\"\n[[feed]]\ntitle = \"News\"\nfilename = \"n.rss\"\n[feed.config]\n\
         url = \"https://n.example/news/\"\nitem = \"article\"\nheading = \"h3 a\"\n[[feed]]\ntitle = \"X\"\n[feed.config]\n\
         url = \"https://x.example/\"\nitem = \"li:eq(2)\"\nheading = \"a\"\n",
    );
    let said = desk.ok(&["import", "theirs.toml"]);
    assert!(
        said.contains("1 source added") && said.contains("left out: https://x.example/: one of its selectors"),
        "{said}"
    );
    let ours = std::fs::read_to_string(desk.path("feeds.toml")).expect("a file");
    let expected = "[sources.n-news]\nurl = \"https://n.example/news/\"\ntitle = \"News\"\n\n[sources.n-news.listing]\n\
                    item = \"article\"\ntitle = \"h3 a\"\nlink = \"h3 a\"\n";
    assert!(ours.contains(expected), "{ours}");
    desk.ok(&["check"]);
}

/// A page of rows, each a headline, that announces a feed.
fn announcing(press: &Press, main: &str, aside: &str) -> Sheet {
    Sheet::html(format!(
        "<html><head><title>Lantern</title><link rel=\"alternate\" type=\"application/atom+xml\" href=\"{}\"></head><body>\
         <nav><a href=\"/\">Home</a></nav><main><ul>{main}</ul></main><aside class=\"sidebar\"><ul>{aside}</ul></aside></body></html>",
        press.url("/news.atom")
    ))
}

#[test]
fn a_feed_is_read_in_the_stead_of_a_page_that_lists_the_same_and_of_no_page_that_shows_it_beside_its_list() {
    let row = |link: &str, title: &str| format!("<li><h3><a href=\"{link}\">{title}</a></h3>");
    let news: Vec<String> = LINES.iter().map(|line| row(&format!("/news/{}.html", line.slug), line.title)).collect();
    // So few that the page must be read to tell.
    let few = news[..4].concat();
    let news = news.concat();
    let town = |n| row(&format!("/town/2026-11-{n}.html"), &format!("What the town council said on day {n}"));
    let town: String = (10..20).map(town).collect();
    for (main, aside, stands_in) in [(&news, "", true), (&news, &*town, true), (&few, "", true), (&town, &*news, false)]
    {
        let press = Press::start();
        press.set("/news/", announcing(&press, main, aside));
        press.set("/news.atom", Sheet::new("application/atom+xml", feed(&press, false)));
        let desk = Desk::new(&format!("[sources.lantern]\nurl = \"{}\"\narticle = \"never\"\n", press.url("/news/")));
        desk.ok(&["fetch"]);
        let status = desk.status("lantern");
        assert_eq!(status["feed"].is_string(), stands_in, "{status}");
        assert_eq!(status["entries"], if stands_in { 6 } else { 10 });
        assert_eq!((press.asked("/news/").len(), press.asked("/news.atom").len()), (1, 1));
    }
}
