//! Texts in feeds: plain, escaped HTML, HTML as XML, base64; and the mistakes made with them.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::html::html_to_text;
use crate::model::{Page, fold_space};
use crate::read::xml::{Element, Space, escape};

/// The HTML of an RSS element: its text, or the elements it should have escaped.
pub(super) fn rss_html(element: Element, page: &Page) -> Option<String> {
    let html = if element.has_children() {
        element.inner_html(&element.base(&page.url))
    } else {
        unescape_twice(element.text())
    };
    with_base(element, page, html)
}

/// A headline: plain text of whatever the element holds.
pub(super) fn rss_title(element: Element) -> Option<String> {
    plain(&element.text())
}

/// Plain text of a title that may hold HTML: tags and entities are resolved where they are HTML's.
pub(super) fn plain(title: &str) -> Option<String> {
    let has_tags = title.match_indices('<').any(|(at, _)| begins_tag(title.get(at + 1..).unwrap_or_default()));
    let text = if has_tags {
        fold_space(&html_to_text(title))
    } else if title.contains('&') {
        // No tag in it, so every `<` is meant.
        fold_space(&html_to_text(&title.replace('<', "&lt;")))
    } else {
        fold_space(title)
    };
    Some(text).filter(|t| !t.is_empty())
}

/// Whether an HTML tag that a title may hold begins here, `<` taken.
fn begins_tag(rest: &str) -> bool {
    let rest = rest.strip_prefix('/').unwrap_or(rest);
    let name = rest.get(..rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len())).unwrap_or_default();
    let after = rest.get(name.len()..).unwrap_or_default();
    after.starts_with(['>', '/', ' ', '\t', '\n'])
        && matches!(
            &*name.to_ascii_lowercase(),
            "a" | "abbr"
                | "b"
                | "big"
                | "br"
                | "cite"
                | "code"
                | "del"
                | "div"
                | "em"
                | "font"
                | "h1"
                | "h2"
                | "h3"
                | "h4"
                | "i"
                | "img"
                | "ins"
                | "kbd"
                | "li"
                | "mark"
                | "nobr"
                | "ol"
                | "p"
                | "q"
                | "s"
                | "small"
                | "span"
                | "strike"
                | "strong"
                | "sub"
                | "sup"
                | "tt"
                | "u"
                | "ul"
                | "wbr"
                | "script"
                | "style"
        )
}

/// HTML that was escaped once too often, put right: no tag in it, but escaped ones that close.
fn unescape_twice(html: String) -> String {
    let closes = [
        "&lt;/p&gt;",
        "&lt;/a&gt;",
        "&lt;/div&gt;",
        "&lt;/b&gt;",
        "&lt;/i&gt;",
        "&lt;/ul&gt;",
        "&lt;br",
        "&lt;/strong&gt;",
        "&lt;/em&gt;",
    ];
    if !html.contains('<') && html.contains("&lt;") && closes.iter().any(|c| html.contains(c)) {
        html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
    } else {
        html
    }
}

/// HTML that keeps its own base: relative addresses in it mean another page than the feed's.
fn with_base(element: Element, page: &Page, html: String) -> Option<String> {
    if html.trim().is_empty() {
        return None;
    }
    if !element.has_base() || element.has_children() {
        return Some(html);
    }
    let mut out = String::from("<base href=\"");
    escape(element.base(&page.url).as_str(), &mut out);
    out.push_str("\">");
    out.push_str(&html);
    Some(out)
}

/// How an Atom text construct is to be read (RFC 4287 §3.1, §4.1.3; Atom 0.3 `mode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    Escaped,
    Inline,
    Base64,
}

fn form(element: Element) -> Form {
    let kind = element.value("type").unwrap_or_default().to_ascii_lowercase();
    let html = matches!(&*kind, "html" | "text/html");
    match element.value("mode").map(str::to_ascii_lowercase).as_deref() {
        Some("base64") => return Form::Base64,
        Some("escaped") if !matches!(&*kind, "" | "text" | "text/plain") => return Form::Escaped,
        _ => {}
    }
    match &*kind {
        _ if element.has_children() => Form::Inline,
        "xhtml" | "application/xhtml+xml" => Form::Inline,
        _ if html => Form::Escaped,
        "" | "text" | "text/plain" => Form::Plain,
        k if k.ends_with("xml") || k.starts_with("text/") => Form::Escaped,
        _ => Form::Base64,
    }
}

/// The HTML of an Atom text or content construct.
pub(super) fn atom_html(element: Element, page: &Page) -> Option<String> {
    let text = element.text();
    let html = match form(element) {
        Form::Inline => inline(element, page),
        Form::Escaped => unescape_twice(text),
        Form::Base64 => base64(&text).unwrap_or(text),
        // Text by its label, but HTML by its looks: many feeds forget the type.
        Form::Plain if element.value("type").is_none() && looks_like_html(&text) => text,
        Form::Plain => {
            let mut out = String::new();
            escape(&text, &mut out);
            out
        }
    };
    with_base(element, page, html)
}

/// Plain text of an Atom title.
pub(super) fn atom_title(element: Element, page: &Page) -> Option<String> {
    let text = element.text();
    match form(element) {
        Form::Inline => Some(html_to_text(&inline(element, page))),
        Form::Base64 => Some(html_to_text(&base64(&text).unwrap_or(text))),
        Form::Escaped => return plain_of_html(&text),
        Form::Plain if element.value("type").is_none() => return plain(&text),
        Form::Plain => Some(text),
    }
    .map(|t| fold_space(&t))
    .filter(|t| !t.is_empty())
}

fn plain_of_html(html: &str) -> Option<String> {
    Some(fold_space(&html_to_text(html))).filter(|t| !t.is_empty()).or_else(|| plain(html))
}

/// What stands inline, without the `div` that wraps it (RFC 4287 §3.1.1.3).
fn inline(element: Element, page: &Page) -> String {
    let mut children = element.children();
    let wrapper = match (children.next(), children.next()) {
        (Some(only), None) if only.local().eq_ignore_ascii_case("div") && only.space() != Space::Atom => only,
        _ => element,
    };
    if !wrapper.has_children() && looks_like_html(&wrapper.text()) {
        // XHTML by its label, escaped HTML in fact.
        return wrapper.text();
    }
    wrapper.inner_html(&wrapper.base(&page.url))
}

/// Whether a text holds HTML tags that close, or breaks.
fn looks_like_html(text: &str) -> bool {
    let text = text.trim_start();
    text.contains("</p>")
        || text.contains("</a>")
        || text.contains("<br")
        || text.contains("<img ")
        || text.contains("</div>")
}

/// The text that base64 stands for; blanks inside and missing padding are passed over.
fn base64(text: &str) -> Option<String> {
    const TOLERANT: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let letters: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let bytes = GeneralPurpose::new(&STANDARD, TOLERANT).decode(letters).ok()?;
    String::from_utf8(bytes).ok().filter(|t| !t.contains('\0'))
}
