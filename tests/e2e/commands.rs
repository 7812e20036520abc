//! What a person sees at a terminal.

use serde_json::Value;

use crate::courant::{Desk, text};
use crate::paper::{self, LINES};
use crate::press::{Press, Sheet};

#[test]
fn check_points_at_the_letters_and_exits_with_2() {
    let desk = Desk::new("");
    desk.write_file(
        "feeds.toml",
        "[sources.lantern]\nurl = \"https://lantern.example/news/\"\nshedule = \"every 30m\"\n\n\
         [sources.mill]\nurl = \"https://mill.example/\"\nschedule = \"cron 61 * * * *\"\n\
         [sources.mill.listing]\nitem = \"ul > > li\"\n\n[feeds.town]\ntitle = \"Town\"\nfrom = [\"lantren\"]\n",
    );
    let output = desk.run(&["check"]);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(text(&output.stderr).replace(&desk.folder.path().display().to_string(), "DESK"));
}

#[test]
fn check_of_a_good_file_says_so() {
    let press = Press::start();
    let desk = Desk::new(&paper::source(&press));
    let said = desk.ok(&["check"]);
    assert!(said.contains("1 source"), "{said}");
}

#[test]
fn a_missing_configuration_says_how_to_begin() {
    let desk = Desk::new("");
    let output = desk.run(&["--config", "none.toml", "run"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("none.toml"), "{}", text(&output.stderr));
}

#[test]
fn fetch_of_an_unknown_source_names_the_nearest() {
    let press = Press::start();
    let desk = Desk::new(&paper::source(&press));
    let output = desk.run(&["fetch", "lanturn"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("nearest is `lantern`"), "{}", text(&output.stderr));
}

#[test]
fn add_writes_a_source_and_keeps_comments() {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new("# the operator's own words\n");
    let said = desk.ok(&["add", &press.url("/news/"), "--id", "ferrow"]);
    assert!(said.contains("ferrow") && said.contains(LINES[0].title), "{said}");
    let written = std::fs::read_to_string(desk.path("feeds.toml")).expect("feeds.toml");
    assert!(written.contains("# the operator's own words") && written.contains("[sources.ferrow]"), "{written}");
    assert!(desk.ok(&["fetch"]).contains("ferrow: 6 listed, 6 new"));
    assert_eq!(desk.run(&["add", &press.url("/news/"), "--id", "ferrow"]).status.code(), Some(2), "no id twice");
}

#[test]
fn import_makes_sources_of_an_opml_list_once() {
    let desk = Desk::new("# mine\n");
    desk.write_file(
        "list.opml",
        "<opml version='2.0'><body><outline text='Sea'><outline type='rss' text='Harbour &amp; &quot;Hills&quot;' \
         xmlUrl='https://harbour.example/feed.xml'/></outline></body></opml>",
    );
    assert!(desk.ok(&["import", "list.opml", "--dry-run"]).contains("1 source would be added"));
    let said = desk.ok(&["import", "list.opml"]);
    assert!(said.contains("[sources.harbour]") && said.contains("1 source added"), "{said}");
    let written = std::fs::read_to_string(desk.path("feeds.toml")).expect("feeds.toml");
    for words in ["# mine", "kind = \"feed\"", "tags = [\"sea\"]", "Harbour & \\\"Hills\\\""] {
        assert!(written.contains(words) || written.contains(&words.replace('\\', "")), "{words} in {written}");
    }
    assert!(desk.ok(&["check"]).contains("1 source"));
    assert!(desk.ok(&["import", "list.opml"]).contains("0 sources added"));
    desk.write_file("no.opml", "<html><p>no list</p></html>");
    assert_eq!(desk.run(&["import", "no.opml"]).status.code(), Some(1));
}

/// RSS of the paper's lines; with their texts where told.
fn rss(press: &Press, full: bool) -> Sheet {
    let text =
        if full { "<content:encoded><![CDATA[<p>".to_owned() + &"A word of it. ".repeat(80) } else { String::new() };
    let text = if full { text + "</p>]]></content:encoded>" } else { text };
    let items: String = LINES
        .iter()
        .map(|l| {
            let link = press.url(&format!("/news/{}.html", l.slug));
            format!("<item><title>{}</title><link>{link}</link>{text}</item>", l.title)
        })
        .collect();
    let space = "xmlns:content='http://purl.org/rss/1.0/modules/content/'";
    Sheet::new(
        "application/rss+xml",
        format!("<rss version='2.0' {space}><channel><title>Lantern</title>{items}</channel></rss>"),
    )
}

/// A section page that announces these feeds.
fn announcing(feeds: &[&str]) -> Sheet {
    let link = |f: &&str| format!("<link rel=\"alternate\" type=\"application/rss+xml\" href=\"{f}\">");
    let links: String = feeds.iter().map(link).collect();
    Sheet::html(paper::front(&LINES.each_ref()).replace("</head>", &format!("{links}</head>")))
}

#[test]
fn add_and_preview_find_the_richest_feed_first() {
    let press = Press::start();
    paper::print(&press);
    press.set("/news/", announcing(&["/short.xml", "/gone.xml", "/long.xml"]));
    press.set("/short.xml", rss(&press, false));
    press.set("/long.xml", rss(&press, true));
    let desk = Desk::new("[hosts.\"127.0.0.1\"]\nrate = \"50/1s\"\n");
    let said = desk.ok(&["preview", &press.url("/news/")]);
    for words in ["/short.xml (6 entries)", "/gone.xml, where no feed is", "/long.xml (6 entries, 6 with full text)"] {
        assert!(said.contains(words), "{words} in {said}");
    }
    desk.ok(&["add", &press.url("/news/"), "--id", "rich"]);
    let written = std::fs::read_to_string(desk.path("feeds.toml")).expect("feeds.toml");
    // The daemon compares them in the same way, so the feed needs no mention.
    assert!(written.contains("/news/\"") && !written.contains(".xml"), "{written}");
    desk.ok(&["fetch"]);
    assert_eq!(desk.status("rich")["feed"], press.url("/long.xml"));
}

#[test]
fn add_asks_the_usual_places_for_a_feed_and_robots_txt_for_a_news_sitemap() {
    let press = Press::start();
    paper::print(&press);
    press.set("/news/feed.xml", rss(&press, true));
    let rate = "[hosts.\"127.0.0.1\"]\nrate = \"50/1s\"\n";
    let desk = Desk::new(rate);
    let said = desk.ok(&["add", &press.url("/news/"), "--id", "hidden"]);
    assert!(said.contains("does not announce") && said.contains("/news/feed.xml (6 entries"), "{said}");
    let press = Press::start();
    press.set("/", Sheet::html("<html><head><title>Lantern</title><script src='/app.js'></script></head><body><div id='app'></div></body></html>"));
    press.set("/robots.txt", Sheet::new("text/plain", "User-agent: *\nDisallow: /admin\nSitemap: /maps.xml\n"));
    let (map, page) = (press.url("/news-map.xml"), press.url("/news/a.html"));
    press.set(
        "/maps.xml",
        Sheet::new("text/xml", format!("<sitemapindex><sitemap><loc>{map}</loc></sitemap></sitemapindex>")),
    );
    press.set(
        "/news-map.xml",
        Sheet::new(
            "text/xml",
            format!(
                "<urlset xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>{page}</loc><news:news>\
                 <news:publication_date>2026-11-20</news:publication_date><news:title>A bridge</news:title></news:news></url></urlset>"
            ),
        ),
    );
    let desk = Desk::new(rate);
    let said = desk.ok(&["add", &press.url("/"), "--id", "shell"]);
    assert!(said.contains("news sitemap") && said.contains("A bridge"), "{said}");
    let written = std::fs::read_to_string(desk.path("feeds.toml")).expect("feeds.toml");
    assert!(written.contains("/news-map.xml"), "{written}");
}

#[test]
fn preview_shows_the_list_and_the_first_article_and_stores_nothing() {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new("");
    let said = desk.ok(&["preview", &press.url("/news/")]);
    for word in [LINES[0].title, LINES[5].title, "2026-11-20", "6 teasers", "Ida Marsh", "Paragraph 1"] {
        assert!(said.contains(word), "{word} in {said}");
    }
    assert!(!desk.path("courant.db").exists());
    let said = desk.ok(&["preview", &press.url("/news/"), "--explain"]);
    for part in ["Groups of links (* taken)", "\n *", "Evidence (* believed)", " *title ", " *body "] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let output = desk.run(&["preview", &press.url("/missing")]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn inspect_prints_one_prediction_a_line_whatever_the_page() {
    let desk = Desk::new("");
    desk.write_file("good.html", &paper::front(&LINES.each_ref()));
    desk.write_file("story.html", &paper::article(&LINES[0]));
    desk.write_file("bad.html", "\u{0}<<<>&#xFFFFFFFF;<table><td>");
    let row =
        |id: &str| format!("{{\"id\":\"{id}\",\"url\":\"http://lantern.example/news/\",\"path\":\"{id}.html\"}}\n");
    desk.write_file("m.jsonl", &format!("{}{}{}not json\n", row("good"), row("bad"), row("none")));
    let lines: Vec<Value> = desk
        .ok(&["inspect", "--as", "listing", "--batch", "m.jsonl"])
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0]["items"].as_array().map(Vec::len), Some(6));
    assert_eq!(lines[0]["items"][0]["date"], "2026-11-20");
    assert_eq!(lines[1]["id"], "bad");
    assert!(lines[2]["error"].as_str().unwrap_or_default().contains("none.html"));
    assert!(lines[3]["error"].is_string());
    desk.write_file("a.jsonl", &row("story"));
    let story: Value =
        serde_json::from_str(&desk.ok(&["inspect", "--as", "article", "--batch", "a.jsonl"])).expect("JSON");
    assert_eq!(story["title"], LINES[0].title);
    assert_eq!(story["authors"][0], "Ida Marsh");
    assert_eq!(story["body"].as_str().unwrap_or_default().matches("\n\n").count(), 4, "five paragraphs: {story}");
    let dates = "{\"id\":\"d\",\"input\":\"vor 2 Stunden\",\"tz\":\"Europe/Berlin\",\"now\":\"2026-11-24T12:00:00Z\",\"lang\":\"de\"}\n";
    desk.write_file("d.jsonl", dates);
    let date: Value = serde_json::from_str(&desk.ok(&["inspect", "--as", "date", "--batch", "d.jsonl"])).expect("JSON");
    let got = date["got"].as_str().and_then(|t| t.parse::<chrono::DateTime<chrono::Utc>>().ok());
    assert_eq!(got.map(|t| t.to_rfc3339()), Some("2026-11-24T10:00:00+00:00".to_owned()), "{date}");
    desk.write_file("h.jsonl", "{\"id\":\"h\",\"input\":\"<p onclick=x()>a<script>b</script></p>\"}\n");
    let html: Value = serde_json::from_str(&desk.ok(&["inspect", "--as", "html", "--batch", "h.jsonl"])).expect("JSON");
    assert_eq!(html["output"], "<p>a</p>");
}

#[test]
fn export_writes_files_once_and_leaves_unchanged_ones_alone() {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new(&paper::source(&press));
    desk.ok(&["fetch"]);
    let said = desk.ok(&["export", "site"]);
    assert!(!said.contains(", 0 of them"), "{said}");
    for file in ["index.html", "feeds/all.rss", "feeds/all.atom", "feeds/all.json"] {
        assert!(desk.path("site").join(file).exists(), "{file}");
    }
    let said = desk.ok(&["export", "site"]);
    assert!(said.contains(", 0 of them new or changed"), "{said}");
}

#[test]
fn status_shows_what_happened() {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new(&format!("{}[sources.down]\nurl = \"{}\"\n", paper::source(&press), press.url("/down")));
    assert_eq!(desk.run(&["status"]).status.code(), Some(1), "nothing was harvested yet");
    desk.run(&["fetch"]);
    let said = desk.ok(&["status"]);
    assert!(said.contains("lantern") && said.contains("broken") && said.contains("404"), "{said}");
    let one = desk.ok(&["status", "lantern"]);
    assert!(one.contains("6/6"), "{one}");
    assert_eq!(desk.run(&["status", "nobody"]).status.code(), Some(2));
}

#[test]
fn search_finds_entries_by_their_words() {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new(&paper::source(&press));
    assert_eq!(desk.run(&["search", "ferry"]).status.code(), Some(1), "nothing was harvested yet");
    desk.ok(&["fetch"]);
    let said = desk.ok(&["search", "PARAGRAPH", "5"]);
    assert!(LINES.iter().all(|line| said.contains(line.title)), "{said}");
    let first = LINES[0].title;
    let json = desk.ok(&["search", first, "--json", "--limit", "1"]);
    let found: Value = serde_json::from_str(json.trim()).expect("one line of JSON");
    assert_eq!(found["title"], first, "{json}");
    assert_eq!(desk.run(&["search", "nowhere-to-be-found"]).status.code(), Some(1));
    assert_eq!(desk.run(&["search", "ferry", "--source", "nobody"]).status.code(), Some(2));
    assert_eq!(desk.run(&["search", " "]).status.code(), Some(2));
}
