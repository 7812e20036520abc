//! Pages that say nothing, and only lead on: `<meta http-equiv="refresh">`.

use url::Url;

use super::head::Head;
use super::notice::NEXT_TO_NOTHING;
use super::outline::Outline;
use crate::html::parse_html;
use crate::model::{Page, text_weight};

/// A page that leads on later than after so many seconds is there to be read.
const SOON: u32 = 5;
/// A longer page says something.
const LONGEST: usize = 64 * 1024;

/// Where a page leads on to that says nothing else, as it is written there.
pub fn leads_on(page: &Page) -> Option<String> {
    let text = &*page.text;
    if text.len() > LONGEST || !["refresh", "Refresh", "REFRESH"].iter().any(|word| text.contains(word)) {
        return None;
    }
    let tree = parse_html(text);
    let outline = Outline::of(&tree.html);
    let is_refresh = |row: &usize| {
        let names = outline.attribute(*row, "http-equiv").filter(|_| outline.tag(*row) == "meta");
        names.is_some_and(|name| name.eq_ignore_ascii_case("refresh"))
    };
    let row = (0..outline.nodes.len()).find(is_refresh)?;
    let to = target(outline.attribute(row, "content")?)?;
    if text_weight(&outline.text) >= NEXT_TO_NOTHING {
        return None;
    }
    let base = Head::of(&outline, page, None).base;
    // Scripts may fill a page that comes again and again, unless it does so for its cookie.
    let scripted = (0..outline.nodes.len()).any(|row| outline.tag(row) == "script");
    if scripted && page.cookies.is_empty() && is_itself(page, base.as_ref(), to) {
        return None;
    }
    match base {
        // What is joined to a base has its host, unless it names its own.
        Some(base) if !to.contains("//") => base.join(to).ok().map(String::from),
        _ => Some(to.to_owned()),
    }
}

/// Whether an address on a page is the page's own.
fn is_itself(page: &Page, base: Option<&Url>, to: &str) -> bool {
    base.unwrap_or(&page.url).join(to).is_ok_and(|mut to| {
        to.set_fragment(None);
        to == page.url
    })
}

/// The address in a `content` such as `0; url='/news/'`, where it is gone to soon (HTML, "shared declarative refresh
/// steps").
fn target(content: &str) -> Option<&str> {
    let (delay, rest) =
        content.split_at(content.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(content.len()));
    let seconds = delay.split('.').next().unwrap_or_default();
    if delay.is_empty() || seconds.parse().unwrap_or(if seconds.is_empty() { 0 } else { u32::MAX }) > SOON {
        return None;
    }
    let rest = rest.trim_start();
    let rest = rest.strip_prefix([';', ',']).unwrap_or(rest).trim_start();
    let named = rest.get(..3).filter(|name| name.eq_ignore_ascii_case("url"));
    let to = named.and_then(|_| rest.get(3..)?.trim_start().strip_prefix('=')).unwrap_or(rest).trim();
    let quoted = to.chars().next().filter(|c| matches!(c, '"' | '\''));
    let to = quoted.map_or(to, |quote| to.split(quote).nth(1).unwrap_or_default()).trim();
    (!to.is_empty()).then_some(to)
}

#[cfg(test)]
mod tests {
    use super::super::page;
    use super::*;

    #[test]
    fn an_address_is_read_as_browsers_read_it() {
        for (content, expected) in [
            ("0; url=/news/", Some("/news/")),
            ("0;URL='https://b.example/a;b'", Some("https://b.example/a;b")),
            ("5, url = \"next.html\" and more", Some("next.html")),
            ("1.5;/news/", Some("/news/")),
            ("0 /news/", Some("/news/")),
            (".5;url=/x", Some("/x")),
            ("0;urlaub.html", Some("urlaub.html")),
            ("6;url=/news/", None),
            ("99999999999;url=/news/", None),
            ("0", None),
            ("0;url=", None),
            ("url=/news/", None),
        ] {
            assert_eq!(target(content), expected, "{content}");
        }
    }

    #[test]
    fn only_a_page_that_says_nothing_leads_on() {
        let refresh = "<META HTTP-EQUIV=Refresh CONTENT='0; URL=news/'>";
        let news: String = (0..9).map(|n| format!("<li><a href=/{n}>News of the harbour, number {n}</a>")).collect();
        for (text, expected) in [
            (
                format!("<title>The Paper</title>{refresh}<p>If nothing happens, <a href=news/>go on</a>."),
                Some("news/"),
            ),
            (format!("<base href=https://paper.example/below/>{refresh}"), Some("https://paper.example/below/news/")),
            (format!("{refresh}<ul>{news}</ul>"), None),
            (format!("<noscript>{refresh}</noscript><div id=root></div>"), None),
            (format!("<!-- {refresh} -->"), None),
            ("<meta name=refresh content='0;url=news/'>".to_owned(), None),
            ("<meta http-equiv=refresh content='3;url=/#top'>".to_owned(), Some("/#top")),
            (
                "<meta http-equiv=refresh content='3;url=/#top'><div id=root></div><script src=/app.js></script>"
                    .to_owned(),
                None,
            ),
            ("<p>To refresh: nothing</p>".to_owned(), None),
        ] {
            assert_eq!(leads_on(&page("https://paper.example/", &text)).as_deref(), expected, "{text}");
        }
    }
}
