//! Foreign HTML that is clean already: paragraphs, lists, tables, emphasis, whole links and plain pictures, everything closed
//! in its order and written as we would write it. Most texts of feeds are such, and so is what is read of articles. They
//! come out as they went in, without a tree; whatever has anything else in it takes the two steps. The tests hold this to
//! what those give.

use memchr::{memchr, memchr2, memmem};
use url::Url;

use super::image::is_placeholder;

/// Longer texts take the two steps.
const LONGEST: usize = 1024 * 1024;
/// Those with longer tags too: not every value that is so long is kept.
const LONGEST_TAG: usize = 16 * 1024;
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
    /// Sections of a table.
    Sections,
    /// Rows of a table.
    Rows,
    /// Cells of a row.
    Cells,
    /// Text and emphasis.
    Phrase,
}

impl Holds {
    fn takes_text(self) -> bool {
        matches!(self, Self::Flow | Self::Phrase)
    }
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
    let mut last_picture = "";
    let mut rest = html;
    while !rest.is_empty() {
        let end = memchr(b'<', rest.as_bytes()).unwrap_or(rest.len());
        let (text, tag) = rest.split_at_checked(end)?;
        let here = open.last().map_or(Holds::Flow, |(_, holds)| *holds);
        let may_stand = here.takes_text() && is_written_so(text);
        if !may_stand && !text.bytes().all(|b| b.is_ascii_whitespace()) {
            return None;
        }
        out.push_str(text);
        if tag.is_empty() {
            break;
        }
        let end = memchr(b'>', tag.as_bytes()).filter(|end| *end < LONGEST_TAG)?;
        let (tag, after) = (tag.get(..=end)?, tag.get(end + 1..)?);
        let within = tag.get(1..end)?;
        rest = after;
        if let Some(name) = within.strip_prefix('/') {
            open.pop().filter(|(opened, _)| *opened == name)?;
            out.push_str(tag);
            continue;
        }
        let (name, holds) = match within {
            "br" if here.takes_text() => {
                out.push_str(tag);
                continue;
            }
            "hr" if here == Holds::Flow => {
                out.push_str(tag);
                continue;
            }
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" if here == Holds::Flow => (within, Holds::Phrase),
            "blockquote" | "figure" | "figcaption" if here == Holds::Flow => (within, Holds::Flow),
            "ul" | "ol" if here == Holds::Flow => (within, Holds::Items),
            "li" if here == Holds::Items => (within, Holds::Flow),
            "table" if here == Holds::Flow => (within, Holds::Sections),
            "tbody" if here == Holds::Sections => (within, Holds::Rows),
            "tr" if here == Holds::Rows => (within, Holds::Cells),
            "td" | "th" if here == Holds::Cells => (within, Holds::Flow),
            "em" | "strong" | "b" | "i" | "sub" | "sup" if here.takes_text() => (within, Holds::Phrase),
            _ => {
                if let Some(attributes) = within.strip_prefix("img src=\"").filter(|_| here.takes_text()) {
                    // The same picture twice is shown once.
                    last_picture = picture(attributes).filter(|source| *source != last_picture)?;
                    out.push_str(tag);
                    continue;
                }
                let href = within.strip_prefix("a href=\"")?;
                let href = href.strip_suffix(REL).unwrap_or(href).strip_suffix('"')?;
                if !here.takes_text() || open.iter().any(|(name, _)| *name == "a") || !is_whole_address(href) {
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

/// The address of a picture whose attributes are written as we write them; they are given from that address on.
fn picture(attributes: &str) -> Option<&str> {
    let (source, mut rest) = attributes.split_once('"')?;
    for name in ["alt", "width", "height"] {
        let Some(written) = rest.strip_prefix(' ').and_then(|r| r.strip_prefix(name)?.strip_prefix("=\"")) else {
            continue;
        };
        let (value, after) = written.split_once('"')?;
        let good = if name == "alt" { is_plain_value(value) } else { is_length(value) };
        rest = good.then_some(after)?;
    }
    let shown = is_whole_address(source) && !is_placeholder(&source.replace("&amp;", "&"));
    (shown && rest.is_empty()).then_some(source)
}

fn is_plain_value(value: &str) -> bool {
    !value.contains('<') && !value.replace("&amp;", "").replace("&quot;", "").contains('&')
}

/// Whether a width or height is a number, and not that of a picture that only counts readers.
fn is_length(value: &str) -> bool {
    value.bytes().all(|b| b.is_ascii_digit()) && !matches!(value, "" | "0" | "1")
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
    let odd = |b: u8| matches!(b, b'"' | b'<' | b'>' | b'`' | b'\'');
    if !written.starts_with("http") || written.bytes().any(odd) || !is_written_so(written) {
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
            "<figure><img src=\"https://a.example/b.jpg?c&amp;d\" alt=\"A &quot;b&quot; &amp; c's\" width=\"640\" height=\"02\"><figcaption>x\
             <sub>2</sub></figcaption></figure><hr><p><img src=\"https://a.example/c.jpg\" alt=\"\"></p>",
            "<table> <tbody><tr><th>a</th><td><p>b</p>c<br></td></tr></tbody></table><sup>x</sup>",
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
            "<img src=\"/a.jpg\">",
            "<img src=\"https://a.example/a.jpg\" onerror=\"x\">",
            "<img src=\"https://a.example/a.jpg\" height=\"1\">",
            "<img src=\"https://a.example/a.jpg\" alt=\"a > b\">",
            "<img src=\"https://a.example/a.jpg\" alt=\"a &lt; b\">",
            "<img src=\"https://a.example/spacer.gif\">",
            "<img src=\"https://a.example/a.jpg\"><p>x</p><img src=\"https://a.example/a.jpg\">",
            "<p>a<hr></p>",
            "<table><tr><td>a</td></tr></table>",
            "<table><tbody>a</tbody></table>",
            "<table><tbody><img src=\"https://a.example/a.jpg\"></tbody></table>",
            "<td>a</td>",
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
        "<table><tbody><tr><td>",
        "</td></tr></tbody></table>",
        "</td><th>",
        "</th>",
        "<tr>",
        "</tr>",
        "<figure>",
        "</figure>",
        "<figcaption>",
        "</figcaption>",
        "<hr>",
        "<sup>1</sup>",
        "<img src=\"https://a.example/b.png\" alt=\"&amp;\">",
        "<img src=\"https://a.example/c.png\" width=\"50\">",
        "\u{3000}",
        "\u{c}",
    ];
}
