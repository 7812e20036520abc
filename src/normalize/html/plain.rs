//! Foreign HTML that is clean already: paragraphs, lists, emphasis and whole links, everything closed in its order and
//! written as we would write it. Most texts of feeds are such. They come out as they went in, without a tree; whatever
//! has anything else in it takes the two steps. The tests hold this to what those give.

use memchr::{memchr, memchr2, memmem};
use url::Url;

/// Longer texts take the two steps.
const LONGEST: usize = 1024 * 1024;
/// Deeper ones too.
const DEEPEST: usize = 64;

/// What every link says.
const REL: &str = " rel=\"noopener noreferrer\"";

/// What an element may hold here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// Paragraphs, lists, text.
    Flow,
    /// Items of a list.
    Items,
    /// Text and emphasis.
    Phrase,
}

/// The clean HTML, where it was clean; `None` where that must be found out.
pub(super) fn clean(html: &str) -> Option<String> {
    let bytes = html.as_bytes();
    // Written otherwise, or dropped, on the way.
    let odd = memchr2(b'\r', 0, bytes).is_some()
        || memmem::find(bytes, "\u{a0}".as_bytes()).is_some()
        || memmem::find(bytes, "\u{feff}".as_bytes()).is_some();
    if odd || html.len() > LONGEST {
        return None;
    }
    let mut out = String::with_capacity(html.len() + 64);
    let mut open: Vec<(&str, Holds)> = Vec::new();
    let mut rest = html;
    while !rest.is_empty() {
        let end = memchr(b'<', rest.as_bytes()).unwrap_or(rest.len());
        let (text, tag) = rest.split_at_checked(end)?;
        let is_blank = text.bytes().all(|b| b.is_ascii_whitespace());
        if !is_blank && (open.last().is_some_and(|(_, holds)| *holds == Holds::Items) || !is_written_so(text)) {
            return None;
        }
        out.push_str(text);
        if tag.is_empty() {
            break;
        }
        let end = memchr(b'>', tag.as_bytes())?;
        let (tag, after) = (tag.get(..=end)?, tag.get(end + 1..)?);
        let within = tag.get(1..end)?;
        rest = after;
        if let Some(name) = within.strip_prefix('/') {
            open.pop().filter(|(opened, _)| *opened == name)?;
            out.push_str(tag);
            continue;
        }
        let here = open.last().map_or(Holds::Flow, |(_, holds)| *holds);
        let (name, holds) = match within {
            "br" if here != Holds::Items => {
                out.push_str(tag);
                continue;
            }
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" if here == Holds::Flow => (within, Holds::Phrase),
            "blockquote" if here == Holds::Flow => (within, Holds::Flow),
            "ul" | "ol" if here == Holds::Flow => (within, Holds::Items),
            "li" if here == Holds::Items => (within, Holds::Flow),
            "em" | "strong" | "b" | "i" if here != Holds::Items => (within, Holds::Phrase),
            _ => {
                let href = within.strip_prefix("a href=\"")?;
                let href = href.strip_suffix(REL).unwrap_or(href).strip_suffix('"')?;
                if here == Holds::Items || open.iter().any(|(name, _)| *name == "a") || !is_whole_address(href) {
                    return None;
                }
                ("a", Holds::Phrase)
            }
        };
        out.push_str(tag.get(..end)?);
        if name == "a" && !within.ends_with(REL) {
            out.push_str(REL);
        }
        out.push('>');
        open.push((name, holds));
        if open.len() > DEEPEST {
            return None;
        }
    }
    open.is_empty().then(|| out.trim().to_owned())
}

/// Whether a text between tags is written as we write it.
fn is_written_so(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = memchr2(b'&', b'>', rest.as_bytes()) {
        let Some(found) = rest.get(at..) else { return false };
        let Some(known) = ["&amp;", "&lt;", "&gt;", "&nbsp;"].iter().find(|known| found.starts_with(**known)) else {
            return false;
        };
        rest = found.get(known.len()..).unwrap_or_default();
    }
    true
}

/// Whether the value of a link is a whole web address, written as the standard writes it.
fn is_whole_address(written: &str) -> bool {
    if !written.starts_with("http") || written.contains(['"', '<', '>', '`', '\'']) || !is_written_so(written) {
        return false;
    }
    if written.contains('&') && (written.contains("&lt;") || written.contains("&gt;") || written.contains("&nbsp;")) {
        return false;
    }
    let address = written.replace("&amp;", "&");
    Url::parse(&address).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.as_str() == address)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::in_two_steps;
    use super::clean;
    use crate::html::{clean_html_to_text, html_to_text};

    fn agrees(html: &str) -> bool {
        let base = url::Url::parse("https://paper.example/news/").unwrap();
        let found = clean(html);
        if let Some(found) = &found {
            assert_eq!(*found, in_two_steps(html, Some(&base)), "{html}");
            assert_eq!(clean_html_to_text(found), html_to_text(found), "{html}");
        }
        found.is_some()
    }

    #[test]
    fn clean_texts_come_out_as_they_went_in() {
        for html in [
            "plain",
            " <p>A <em>b</em> &amp; \"c\" it's<br>d</p>\n<ul> <li>x</li><li><p>y</p></li></ul> ",
            "<blockquote><p>q</p></blockquote><h2>h</h2>z&nbsp;z",
            "<p><a href=\"https://a.example/?a=1&amp;b=2#c\">x</a> <b><i>y</i></b></p>",
            "<a href=\"https://a.example/\" rel=\"noopener noreferrer\">x</a>",
            "新<p>闻</p>",
        ] {
            assert!(agrees(html), "{html}");
        }
    }

    #[test]
    fn anything_else_takes_two_steps() {
        for html in [
            "<p>a",
            "</p>",
            "<p><p>a</p></p>",
            "<em><p>a</p></em>",
            "<P>a</P>",
            "<p class=x>a</p>",
            "a & b",
            "a &copy; b",
            "<a href=\"/x\">y</a>",
            "<a href=\"javascript:x\">y</a>",
            "<a href=\"https://A.example\">y</a>",
            "<!-- a -->",
            "<a href=\"https://a.example/\"><a href=\"https://a.example/\">x</a></a>",
            "<ul>a</ul>",
            "a\u{a0}b",
            "a > b",
            "<script>x</script>",
            "<p>a</em></p>",
            "<br/>",
            "<li>a</li>",
            "<a href=\"https://a.example/\" onclick=\"x\">y</a>",
        ] {
            assert!(!agrees(html), "{html}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        #[test]
        fn whatever_is_taken_for_clean_is(picks in prop::collection::vec(0..PIECES.len(), 1..20)) {
            let html: String = picks.iter().filter_map(|at| PIECES.get(*at)).copied().collect();
            agrees(&html);
        }
    }

    const PIECES: &[&str] = &[
        "a",
        " ",
        "&amp;",
        "&nbsp;",
        "&lt;b&gt;",
        "\"",
        "'",
        "\n",
        "<p>",
        "</p>",
        "<p>x</p>",
        "<em>y</em>",
        "<b>",
        "</b>",
        "<i>",
        "</i>",
        "<ul><li>",
        "</li></ul>",
        "<li>",
        "</li>",
        "<blockquote>",
        "</blockquote>",
        "<br>",
        "<h2>",
        "</h2>",
        "<a href=\"https://a.example/x?y&amp;z\">",
        "</a>",
        "<ol>",
        "</ol>",
        "<strong>",
        "</strong>",
        "\u{3000}",
        "\u{c}",
    ];
}
