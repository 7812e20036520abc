//! A URL is enough; nothing twice; the same bytes after a restart.

use serde_json::Value;

use crate::courant::Desk;
use crate::http::get;
use crate::paper::{self, LINES};
use crate::press::{Press, Sheet};

fn entries(json: &str) -> Vec<Value> {
    let feed: Value = serde_json::from_str(json).expect("JSON Feed");
    feed["items"].as_array().expect("entries").clone()
}

#[test]
fn a_url_without_selectors_becomes_a_full_text_feed() {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new(&paper::source(&press));
    let mut daemon = desk.daemon();
    let run = daemon.harvested("lantern");
    assert_eq!((&run["outcome"], &run["new"]), (&"ok".into(), &6.into()), "{run}");

    let entries = entries(&get(daemon.address, "/sources/lantern.json").text());
    let titles: Vec<&str> = entries.iter().filter_map(|e| e["title"].as_str()).collect();
    assert_eq!(titles, LINES.each_ref().map(|l| l.title), "newest first");
    for (entry, line) in entries.iter().zip(&LINES) {
        let content = entry["content_html"].as_str().unwrap_or_default();
        assert!(content.contains(&format!("Paragraph 5 about {}", line.slug)), "{content}");
        assert!(!content.contains("Most read"), "{content}");
        assert!(entry["date_published"].as_str().unwrap_or_default().starts_with(line.day), "{entry}");
        assert_eq!(entry["authors"][0]["name"], "Ida Marsh");
        assert_eq!(entry["url"], press.url(&format!("/news/{}.html", line.slug)));
    }
}

#[test]
fn a_second_start_serves_the_same_bytes_under_the_same_etags() {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new(&paper::source(&press));
    let paths = ["/feeds/all.rss", "/feeds/all.atom", "/feeds/all.json", "/sources/lantern.atom"];
    let mut first = desk.daemon();
    first.harvested("lantern");
    let before = paths.map(|path| get(first.address, path));
    assert_eq!(first.stop(), Some(0));

    let second = desk.daemon();
    for (path, before) in paths.iter().zip(before) {
        let after = get(second.address, path);
        assert_eq!(after.status, 200, "{path}");
        assert!(after.header("etag").starts_with('"'), "{path}: a strong ETag");
        assert_eq!(after.header("etag"), before.header("etag"), "{path}");
        assert_eq!(after.header("last-modified"), before.header("last-modified"), "{path}");
        assert_eq!(after.text(), before.text(), "{path}");
    }
}

#[test]
fn only_what_is_new_is_fetched_and_nothing_comes_twice() {
    let press = Press::start();
    paper::print(&press);
    paper::print_front(&press, &LINES[1..].iter().collect::<Vec<_>>());
    let desk = Desk::new(&paper::source(&press));
    assert!(desk.ok(&["fetch"]).contains("5 listed, 5 new, 5 articles read"));
    assert!(desk.ok(&["fetch"]).contains("unchanged"));
    paper::print_front(&press, &LINES.each_ref());
    let line = desk.ok(&["fetch"]);
    assert!(line.contains("6 listed, 1 new, 1 article read"), "{line}");
    assert_eq!(press.asked("/news/tram-bridge.html").len(), 1);
    assert_eq!(press.asked("/news/owl-census.html").len(), 1, "known articles are not asked for again");
    assert_eq!(desk.status("lantern")["entries"], 6);
    let second = &press.asked("/news/")[1];
    assert!(second.headers.contains_key("if-none-match"), "{second:?}");
}

#[test]
fn an_address_with_decorations_is_the_same_entry() {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new(&paper::source(&press));
    desk.ok(&["fetch"]);
    let decorated = paper::front(&LINES.each_ref()).replace(".html\"", ".html?utm_source=front#top\"");
    press.set("/news/", Sheet::html(decorated));
    let line = desk.ok(&["fetch"]);
    assert!(line.contains("6 listed, 0 new"), "{line}");
    assert_eq!(desk.status("lantern")["entries"], 6);
}

#[test]
fn a_gbk_section_hidden_in_a_script_is_read_with_full_titles() {
    let rows = [
        ("/art/2026/11/20/art_77_1001.html", "全市冬季供暖准备工作会议在青溪召开", "2026-11-20"),
        ("/art/2026/11/19/art_77_1000.html", "青溪大桥加固工程提前完工并恢复通车", "2026-11-19"),
        ("/art/2026/11/18/art_77_0999.html", "我市发布明年公共图书馆延时开放方案", "2026-11-18"),
    ];
    let records: String = rows
        .iter()
        .map(|(link, title, day)| {
            let cut: String = title.chars().take(8).collect();
            format!(
                "<record><![CDATA[<li><a href=\"{link}\" title=\"{title}\">{cut}...</a><b>{day}</b></li>]]></record>"
            )
        })
        .collect();
    let page = format!(
        "<html><head><meta charset=\"gbk\"><title>工作动态</title></head><body><div class=\"nav\"><a href=\"/\">首页</a>\
         <a href=\"/a/\">政务公开</a></div><script type=\"text/xml\"><datastore><recordset>{records}</recordset></datastore>\
         </script></body></html>"
    );
    let (bytes, _, _) = encoding_rs::GBK.encode(&page);
    let press = Press::start();
    press.set("/col/", Sheet::new("text/html", bytes.into_owned()));
    let desk = Desk::new(&format!(
        "[sources.gov]\nurl = \"{}\"\narticle = \"never\"\ntimezone = \"Asia/Shanghai\"\n",
        press.url("/col/")
    ));
    assert!(desk.ok(&["fetch"]).contains("3 listed, 3 new"));
    let daemon = desk.daemon();
    let entries = entries(&get(daemon.address, "/sources/gov.json").text());
    let titles: Vec<&str> = entries.iter().filter_map(|e| e["title"].as_str()).collect();
    assert_eq!(titles, rows.map(|r| r.1));
    assert_eq!(entries[0]["date_published"], "2026-11-19T16:00:00Z", "midnight in Shanghai");
}

#[test]
fn a_feed_announced_by_the_page_is_read_in_its_stead() {
    let press = Press::start();
    paper::print(&press);
    let front = paper::front(&LINES.each_ref())
        .replace("</head>", "<link rel=\"alternate\" type=\"application/atom+xml\" href=\"/news.atom\"></head>");
    press.set("/news/", Sheet::html(front));
    let rows: String = LINES
        .iter()
        .map(|l| {
            format!(
                "<entry><id>tag:lantern,2026:{0}</id><title>{1}</title><updated>{2}T09:00:00Z</updated>\
                 <link href=\"{3}\"/><summary>In short.</summary></entry>",
                l.slug,
                l.title,
                l.day,
                press.url(&format!("/news/{}.html", l.slug))
            )
        })
        .collect();
    let feed = format!(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>tag:lantern</id><title>Ferrow Lantern</title>\
         <updated>2026-11-20T09:00:00Z</updated>{rows}</feed>"
    );
    press.set("/news.atom", Sheet::new("application/atom+xml", feed));
    let desk = Desk::new(&paper::source(&press));
    assert!(desk.ok(&["fetch"]).contains("6 listed, 6 new, 6 articles read"));
    assert_eq!(desk.status("lantern")["feed"], press.url("/news.atom"));
    desk.ok(&["fetch"]);
    assert_eq!(press.asked("/news/").len(), 1, "the page is not asked again");
    assert_eq!(press.asked("/news.atom").len(), 2);
}

#[test]
fn selectors_are_followed_where_they_are_given() {
    let press = Press::start();
    let page = "<html><body><div id=\"list\"><div class=\"n\"><span class=\"d\">21.11.2026</span><b>Deich wird erhöht</b>\
                <i data-to=\"/a/1\"></i></div><div class=\"n\"><span class=\"d\">20.11.2026</span><b>Markt zieht um</b>\
                <i data-to=\"/a/2\"></i></div></div></body></html>";
    press.set("/", Sheet::html(page));
    let source = format!(
        "[sources.deich]\nurl = \"{}\"\narticle = \"never\"\nlanguage = \"de\"\ntimezone = \"Europe/Berlin\"\n\
         [sources.deich.listing]\ncontainer = \"#list\"\nitem = \"div.n\"\ntitle = \"b\"\nlink = \"i@data-to\"\n\
         date = \"span.d\"\n",
        press.url("/")
    );
    let desk = Desk::new(&source);
    assert!(desk.ok(&["fetch"]).contains("2 listed, 2 new"));
    press.set("/", Sheet::html("<html><body><div id=\"list\"></div></body></html>"));
    assert!(desk.ok(&["fetch"]).contains("0 listed, 0 new"), "there but empty: no news");
    press.set("/", Sheet::html("<html><body><div id=\"liste\"></div></body></html>"));
    let output = desk.run(&["fetch"]);
    assert_eq!(output.status.code(), Some(1), "not there: the page has changed");
    assert_eq!(desk.status("deich")["outcome"], "structure-missing");
    assert_eq!(desk.status("deich")["entries"], 2, "what was found stays");
}
