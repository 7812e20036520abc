//! Text that a page keeps for its scripts: state to hydrate from, JSON-LD, `<noscript>`, templates, attributes.
//! Looked for only where the page shows no text of its own.

use foldhash::HashMap;
use html5ever::local_name;
use memchr::{memchr, memchr3};

use super::outline::{Outline, attribute};
use super::tag::Tag;
use super::thumb::ends_a_sentence;
use super::write::escape;
use crate::html::html_to_text;
use crate::model::text_weight;

/// Text of less weight is no article.
const LEAST: usize = 400;
/// Strings of less weight are labels, not paragraphs.
const PARAGRAPH: usize = 60;
/// State within state within state.
const DEPTH: usize = 3;
/// Most bytes looked through.
const MOST: usize = 6 * 1024 * 1024;
/// Attributes shorter than this hold no state.
const LONG: usize = 400;
/// A string that holds this share of all that goes by its name is the text by itself.
const MOST_OF_IT: f32 = 0.6;

/// A text and the name that the state gives it.
struct Found {
    name: String,
    text: String,
    weight: usize,
}

/// The page's heaviest text out of sight, as HTML.
pub(super) fn scripted(outline: &Outline) -> Option<String> {
    let mut found = Finder { found: Vec::new(), left: MOST };
    for script in &outline.scripts {
        let kind = attribute(script.element, "type").unwrap_or_default();
        if kind.contains("template") || kind.contains("html") {
            found.consider("", script.text.to_owned());
        } else {
            found.gather(script.text, DEPTH);
        }
    }
    for node in &outline.nodes {
        if node.tag == Tag::Noscript && node.text.len() >= LONG {
            found.consider("", node.text.to_owned());
        }
        let attributes = node.element.into_iter().flat_map(|e| &e.attrs);
        for (name, value) in attributes.filter(|(_, value)| value.len() >= LONG) {
            if !matches!(name.local, local_name!("href") | local_name!("src") | local_name!("style")) {
                found.gather(value, DEPTH);
            }
        }
    }
    best(found.found)
}

/// The texts of the name under which most stands; one of them where it is nearly all.
fn best(found: Vec<Found>) -> Option<String> {
    let mut names: HashMap<&str, usize> = HashMap::default();
    for (index, text) in found.iter().enumerate() {
        let again = found.get(index.saturating_sub(40)..index).unwrap_or_default();
        if again.iter().all(|other| other.text != text.text) {
            *names.entry(&text.name).or_default() += text.weight;
        }
    }
    let heaviest = found.iter().max_by_key(|f| f.weight)?;
    let (name, weight) = names.iter().max_by_key(|(name, weight)| (**weight, **name))?;
    if *weight < LEAST {
        return None;
    }
    if heaviest.weight as f32 >= *weight as f32 * MOST_OF_IT {
        return Some(as_html(&heaviest.text));
    }
    let texts = found.iter().filter(|f| f.name == **name);
    Some(texts.map(|f| as_html(&f.text)).collect())
}

/// Markup as it is; lines of plain text as paragraphs.
fn as_html(text: &str) -> String {
    if is_markup(text) {
        return format!("<div>{text}</div>");
    }
    let mut out = String::with_capacity(text.len() + 64);
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        out.push_str("<p>");
        escape(line, false, &mut out);
        out.push_str("</p>");
    }
    out
}

fn is_markup(text: &str) -> bool {
    text.contains("</") || text.contains("<br") || text.contains("<p>")
}

struct Finder {
    found: Vec<Found>,
    /// Bytes that may still be looked through.
    left: usize,
}

impl Finder {
    /// Looks at every string of a script or of JSON.
    fn gather(&mut self, text: &str, depth: usize) {
        if text.len() > self.left {
            return;
        }
        self.left -= text.len();
        let bytes = text.as_bytes();
        let mut name = "";
        let mut at = 0;
        while let Some(begin) = bytes.get(at..).and_then(|b| memchr(b'"', b)).map(|i| at + i + 1) {
            let mut end = begin;
            let whole = loop {
                let Some(step) = bytes.get(end..).and_then(|b| memchr3(b'"', b'\\', b'\n', b)) else { break false };
                match bytes.get(end + step) {
                    Some(b'"') => {
                        end += step;
                        break true;
                    }
                    // No string goes over the line: this quote was none of ours.
                    Some(b'\n') => {
                        end += step;
                        break false;
                    }
                    _ => end += step + 2,
                }
            };
            at = (end + 1).max(begin);
            let Some(literal) = text.get(begin..end).filter(|_| whole) else { continue };
            let next = bytes.get(at..).unwrap_or_default().iter().find(|b| !b.is_ascii_whitespace());
            if next == Some(&b':') {
                name = literal;
            } else if literal.len() >= PARAGRAPH {
                let value = unescape(literal);
                // State within a string, as servers stream it to their scripts.
                if depth > 0 && value.contains("\":") {
                    self.gather(&value, depth - 1);
                } else {
                    self.consider(name, value);
                }
            }
        }
    }

    fn consider(&mut self, name: &str, text: String) {
        // `1f:T2a4c,` stands before streamed text.
        let text = match text.split_once(',') {
            Some((mark, rest)) if mark.len() < 16 && mark.contains(":T") => rest.to_owned(),
            _ => text,
        };
        let visible = if is_markup(&text) { html_to_text(&text) } else { text.clone() };
        let weight = text_weight(&visible);
        if weight >= PARAGRAPH && is_prose(&visible) {
            self.found.push(Found { name: name.to_owned(), text, weight });
        }
    }
}

/// Running text, and neither code, nor a list of words or addresses.
fn is_prose(text: &str) -> bool {
    let (mut letters, mut spaces, mut marks, mut wide) = (0usize, 0usize, 0usize, 0usize);
    for c in text.chars() {
        letters += 1;
        spaces += usize::from(c.is_whitespace());
        marks += usize::from(matches!(c, '{' | '}' | ';' | '=' | '<' | '>' | '\\' | '_' | '/'));
        wide += usize::from(crate::model::is_wide(c));
    }
    let spoken = wide * 4 > letters || spaces * 20 > letters;
    spoken && marks * 30 < letters && (ends_a_sentence(text) || letters > 200)
}

/// JSON's and JavaScript's escapes off.
fn unescape(literal: &str) -> String {
    let mut out = String::with_capacity(literal.len());
    let mut units: Vec<u16> = Vec::new();
    let mut rest = literal;
    while let Some(at) = memchr(b'\\', rest.as_bytes()) {
        let (before, after) = rest.split_at(at);
        if !before.is_empty() {
            flush(&mut units, &mut out);
            out.push_str(before);
        }
        let mut chars = after.chars();
        chars.next();
        let kind = chars.next().unwrap_or('\\');
        rest = chars.as_str();
        let digits = match kind {
            'u' => 4,
            'x' => 2,
            _ => 0,
        };
        let unit = rest.get(..digits).filter(|_| digits > 0).and_then(|hex| u16::from_str_radix(hex, 16).ok());
        if let Some(unit) = unit {
            units.push(unit);
            rest = rest.get(digits..).unwrap_or_default();
            continue;
        }
        flush(&mut units, &mut out);
        out.push(match kind {
            'n' | 'r' => '\n',
            't' => '\t',
            other => other,
        });
    }
    flush(&mut units, &mut out);
    out.push_str(rest);
    out
}

fn flush(units: &mut Vec<u16>, out: &mut String) {
    out.extend(char::decode_utf16(units.drain(..)).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
}

#[cfg(test)]
mod tests {
    use super::super::read_article;
    use super::*;
    use crate::read::CompiledRules;

    #[test]
    fn escapes_are_taken_off() {
        assert_eq!(unescape(r#"a\nb\u003cp\u003e \ud83d\ude00 \"c\" \/ \\"#), "a\nb<p> 😀 \"c\" / \\");
        assert_eq!(unescape(r"\u12"), "u12");
    }

    #[test]
    fn a_text_that_only_scripts_hold_is_read() {
        let first =
            "The harbour council met on Monday evening and agreed, after four hours, to dredge the eastern channel.";
        let second =
            "Work begins in spring, the chair said, and ferries will use the old pier until the storms are over.";
        let third =
            "Nobody spoke against it, though two members stayed away and one slept through most of the long debate.";
        let fourth =
            "The next meeting is in March; the budget is then to be laid before the town, with all its appendices.";
        let html = [first, second, third, fourth].map(|p| format!("<p>{p}</p>")).concat();
        let escaped = html.replace('<', "\\u003c").replace('/', "\\/");
        let streamed = format!("7:{{\"title\":\"Harbour\",\"body\":\"{html}\"}}").replace('"', "\\\"");
        let parts =
            [first, second, third, fourth].map(|p| format!("{{\"type\":\"text\",\"content\":\"{p}\"}}")).join(",");
        for page in [
            format!("<script>window.__STATE__ = {{\"id\": 7, \"contentHtml\": \"{escaped}\"}};</script>"),
            format!("<script>self.__next_f.push([1,\"{streamed}\"])</script>"),
            format!("<script>Fusion.globalContent={{\"elements\":[{parts}]}};</script>"),
            format!("<noscript>{html}</noscript>"),
            format!("<script type='text/template'>{html}</script>"),
            format!("<div data-props='{{\"text\":\"{}\"}}'></div>", html.replace('<', "&lt;")),
        ] {
            let url = "https://paper.example/a".parse().unwrap();
            let page = format!("<html><body><h1>Harbour to be dredged</h1><p>Home</p>{page}</body></html>");
            let page = crate::fetch::saved_page(url, Some("text/html"), page.into(), chrono::DateTime::UNIX_EPOCH);
            let article = read_article(&page, &CompiledRules::default()).value;
            assert_eq!(
                article.body_text.as_deref(),
                Some([first, second, third, fourth].join("\n\n").as_str()),
                "{}",
                page.text
            );
            assert_eq!(article.body_html.unwrap().matches("<p>").count(), 4);
        }
    }
}
