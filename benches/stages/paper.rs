//! Pages to measure with, made up: the size and clutter of real ones.

use std::fmt::Write as _;

fn sentence(seed: usize) -> String {
    const WORDS: [&str; 24] = [
        "harbour", "council", "the", "said", "on", "bridge", "would", "reopen", "after", "repairs", "which", "took",
        "longer", "than", "planned", "because", "of", "storms", "in", "winter", "while", "ferries", "kept", "running",
    ];
    let mut text: String = (0..18).map(|n| WORDS[(seed * 7 + n * n + n) % WORDS.len()]).collect::<Vec<_>>().join(" ");
    text.push_str(". ");
    text
}

fn paragraph(seed: usize) -> String {
    (0..4).map(|n| sentence(seed * 4 + n)).collect()
}

fn head(title: &str) -> String {
    let style: String =
        (0..260).map(|n| format!(".block-{n} {{ margin: {n}px; color: #{:06x} }}\n", n * 4099)).collect();
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} | Example Post</title>\
         <meta property=\"og:site_name\" content=\"Example Post\"><meta property=\"og:title\" content=\"{title}\">\
         <style>{style}</style><script>window.app = {{\"flags\":[{}]}};</script></head><body>",
        (0..400).map(|n| format!("\"flag-{n}\"")).collect::<Vec<_>>().join(",")
    )
}

fn clutter() -> String {
    let mut text = String::from("<nav><ul>");
    for n in 0..60 {
        let _ = write!(text, "<li class=\"menu-entry\"><a href=\"/section/{n}/\">Section {n}</a></li>");
    }
    text.push_str("</ul></nav><aside class=\"most-read\"><h2>Most read</h2><ol>");
    for n in 0..10 {
        let _ = write!(text, "<li><a href=\"/2025/01/old-{n}.html\">An older headline of some length {n}</a></li>");
    }
    text.push_str("</ol></aside>");
    text
}

fn foot() -> String {
    let links: String = (0..80).map(|n| format!("<a href=\"/about/{n}\">About {n}</a> ")).collect();
    format!("<footer><p>{links}</p><p>All rights reserved.</p></footer></body></html>")
}

/// A front page with so many teasers; about 100 kB with thirty.
pub fn listing(teasers: usize) -> String {
    let mut text = head("News") + &clutter() + "<main><h1>News</h1><div class=\"list\">";
    for n in 0..teasers {
        let _ = write!(
            text,
            "<div class=\"teaser block-{n}\"><a class=\"picture\" href=\"/2026/11/report-{n}.html\">\
             <img src=\"/pictures/{n}.jpg\" width=\"320\" height=\"180\" alt=\"\"></a>\
             <h2><a href=\"/2026/11/report-{n}.html\">Report number {n} on the bridge over the river</a></h2>\
             <p class=\"meta\"><time datetime=\"2026-11-{:02}T08:{:02}:00Z\">{} November 2026</time> \
             <span class=\"author\">Ada Roe</span></p><p class=\"summary\">{}</p>\
             <div class=\"tools\" data-state='{{\"id\":{n},\"shared\":false}}'><a href=\"/share/{n}\">Share</a></div></div>",
            28 - n % 28,
            n % 60,
            28 - n % 28,
            paragraph(n),
        );
    }
    text + "</div><a class=\"next\" href=\"?page=2\">Older</a></main>" + &foot()
}

/// An article of about 8 kB of text on a page of about 60 kB.
pub fn article(seed: usize) -> String {
    let title = format!("Report number {seed} on the bridge over the river");
    let paragraphs: String = (0..22).map(|n| format!("<p>{}</p>", paragraph(seed + n))).collect();
    head(&title)
        + &clutter()
        + &format!(
            "<main><article><h1>{title}</h1><p class=\"byline\">By <a rel=\"author\" href=\"/ada\">Ada Roe</a> \
             <time datetime=\"2026-11-20T08:00:00Z\">20 November 2026</time></p><figure><img \
             src=\"/pictures/{seed}.jpg\" width=\"960\" height=\"540\" alt=\"The bridge\"><figcaption>The bridge, \
             before.</figcaption></figure>{paragraphs}</article><section class=\"related\"><h2>Related</h2>\
             <ul><li><a href=\"/2026/10/other.html\">Another report on something else entirely</a></li></ul></section>\
             </main>"
        )
        + &foot()
}

/// An RSS feed with so many entries in full text.
pub fn feed(entries: usize) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\" \
         xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\
         <channel><title>Example Post</title><link>https://news.example/</link><description>News</description>",
    );
    for n in 0..entries {
        let _ = write!(
            text,
            "<item><title>Report number {n}</title><link>https://news.example/2026/11/report-{n}.html</link>\
             <guid isPermaLink=\"false\">tag:{n}</guid><pubDate>Fri, 20 Nov 2026 08:{:02}:00 GMT</pubDate>\
             <dc:creator>Ada Roe</dc:creator><category>Bridges</category><description>{}</description>\
             <content:encoded><![CDATA[<p>{}</p><p>{}</p>]]></content:encoded></item>",
            n % 60,
            sentence(n),
            paragraph(n),
            paragraph(n + 1),
        );
    }
    text + "</channel></rss>"
}
