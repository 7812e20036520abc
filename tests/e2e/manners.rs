//! Nobody is asked for more than is wanted.

use crate::courant::Desk;
use crate::paper::{self, LINES};
use crate::press::{Press, Sheet};

/// A feed of the paper's articles, without their texts.
fn feed(press: &Press) -> String {
    let items: String = LINES
        .iter()
        .map(|line| {
            let link = press.url(&format!("/news/{}.html", line.slug));
            format!("<item><title>{}</title><link>{link}</link></item>", line.title)
        })
        .collect();
    format!("<rss version=\"2.0\"><channel><title>The Ferrow Lantern</title>{items}</channel></rss>")
}

#[test]
fn an_article_that_two_sources_list_is_asked_for_once() {
    let press = Press::start();
    paper::print(&press);
    press.set("/feed.xml", Sheet::new("application/rss+xml", feed(&press)));
    let feed = press.url("/feed.xml");
    let both = format!("{}[sources.wire]\nurl = \"{feed}\"\n", paper::source(&press));
    let desk = Desk::new(&both);
    let lines = desk.ok(&["fetch"]);
    assert_eq!(lines.matches("6 new, 6 articles read").count(), 2, "{lines}");
    let asked = || LINES.each_ref().map(|line| press.asked(&format!("/news/{}.html", line.slug)).len());
    assert_eq!(asked(), [1; 6]);
    // One that shows a pass is shown other pages.
    desk.write(&format!("{both}[sources.pass]\nurl = \"{feed}\"\nrequest.headers.Cookie = \"pass=1\"\n"));
    desk.ok(&["fetch"]);
    assert_eq!(asked(), [2; 6]);
}
