//! An invented newspaper: a section page in the manner of many, and its articles.

use crate::press::{Press, Sheet};

/// One story of the paper.
pub struct Line {
    pub slug: &'static str,
    pub title: &'static str,
    pub day: &'static str,
}

pub const LINES: [Line; 6] = [
    Line { slug: "tram-bridge", title: "New tram bridge over the Ferrow opens a month early", day: "2026-11-20" },
    Line { slug: "orchard-fund", title: "Orchard fund pays out to forty growers in the valley", day: "2026-11-19" },
    Line { slug: "night-library", title: "City library will stay open all night from January", day: "2026-11-18" },
    Line { slug: "ferry-strike", title: "Ferry crews end their strike after eleven days of talks", day: "2026-11-17" },
    Line { slug: "owl-census", title: "Owl census counts more pairs than in any year since 1998", day: "2026-11-15" },
    Line { slug: "market-roof", title: "Market hall gets its glass roof back after the storm", day: "2026-11-14" },
];

/// The front page's HTML, of these lines.
pub fn front(lines: &[&Line]) -> String {
    let rows: String = lines
        .iter()
        .map(|l| {
            format!(
                "<li class=\"row\"><h3><a href=\"/news/{0}.html\">{1}</a></h3><time datetime=\"{2}\">{2}</time>\
                 <p>What the town says about it, in a few words of summary for {0}.</p></li>",
                l.slug, l.title, l.day
            )
        })
        .collect();
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>News – The Ferrow Lantern</title></head><body>\
         <nav><a href=\"/\">Home</a> <a href=\"/sport/\">Sport</a> <a href=\"/about\">About us</a></nav>\
         <main><h1>News</h1><ul>{rows}</ul></main>\
         <footer><a href=\"/imprint\">Imprint</a> <a href=\"/privacy\">Privacy</a></footer></body></html>"
    )
}

/// An article's HTML.
pub fn article(line: &Line) -> String {
    let body: String = (1..=5)
        .map(|n| {
            format!(
                "<p>Paragraph {n} about {}: the council met in the old mill, heard the engineers, and asked them, \
                 politely, whether the figures of last spring still held, which they did, to everyone's relief.</p>",
                line.slug
            )
        })
        .collect();
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0} – The Ferrow Lantern</title>\
         <meta property=\"og:site_name\" content=\"The Ferrow Lantern\"></head><body>\
         <nav><a href=\"/\">Home</a> <a href=\"/sport/\">Sport</a></nav>\
         <article><h1>{0}</h1><p class=\"byline\">By Ida Marsh <time datetime=\"{1}T08:30:00+00:00\">{1}</time></p>{body}</article>\
         <aside><h4>Most read</h4><a href=\"/news/other.html\">Something else entirely</a></aside>\
         <footer>Imprint</footer></body></html>",
        line.title, line.day
    )
}

/// Prints the whole paper; the front page has an ETag, as a good server's does.
pub fn print(press: &Press) {
    for line in &LINES {
        press.set(&format!("/news/{}.html", line.slug), Sheet::html(article(line)));
    }
    print_front(press, &LINES.each_ref());
}

/// Prints a front page of these lines.
pub fn print_front(press: &Press, lines: &[&Line]) {
    let html = front(lines);
    let etag = format!("\"front-{}-{}\"", lines.len(), html.len());
    press.set("/news/", Sheet::html(html).with("ETag", &etag));
}

/// A `[sources.lantern]` that watches it.
pub fn source(press: &Press) -> String {
    format!("[sources.lantern]\nurl = \"{}\"\n", press.url("/news/"))
}
