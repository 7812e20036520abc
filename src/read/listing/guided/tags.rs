//! The tags of a page whose tags are in order, where they stand.

use std::hash::{Hash, Hasher};

use foldhash::HashMap;
use memchr::{memchr, memmem};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::super::groups;
use super::super::hints::Hints;
use crate::read::rules::ListingPickers;

/// A tag and its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag<'t> {
    pub(super) begin: usize,
    pub(super) end: usize,
    pub(super) name: &'t str,
    pub(super) closes: bool,
    attributes: &'t str,
}

/// Goes from tag to tag. What scripts and their like hold is no tag.
#[derive(Debug)]
pub(super) struct Tags<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Tags<'t> {
    /// From a place on.
    pub(super) fn from(text: &'t str, at: usize) -> Self {
        Self { text, at }
    }

    fn behind(&self, from: usize, what: &[u8]) -> Option<usize> {
        Some(from + memmem::find(self.text.as_bytes().get(from..)?, what)? + what.len())
    }

    /// The end of a tag whose attributes begin here.
    fn end_of_tag(&self, mut at: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(at)? {
                b'>' => return Some(at + 1),
                b'=' => {
                    at += 1 + bytes.get(at + 1..)?.iter().take_while(|b| b.is_ascii_whitespace()).count();
                    match bytes.get(at)? {
                        quote @ (b'"' | b'\'') => at += memchr(*quote, bytes.get(at + 1..)?)? + 2,
                        _ => at += bytes.get(at..)?.iter().take_while(|b| !ends_value(**b)).count(),
                    }
                }
                _ => at += 1,
            }
        }
    }
}

fn ends_value(byte: u8) -> bool {
    byte == b'>' || byte.is_ascii_whitespace()
}

impl<'t> Iterator for Tags<'t> {
    type Item = Tag<'t>;

    fn next(&mut self) -> Option<Tag<'t>> {
        let bytes = self.text.as_bytes();
        loop {
            let begin = self.at + memchr(b'<', bytes.get(self.at..)?)?;
            let first = *bytes.get(begin + 1)?;
            let closes = first == b'/';
            let from = begin + 1 + usize::from(closes);
            if !bytes.get(from)?.is_ascii_alphabetic() {
                self.at =
                    if bytes.get(begin..)?.starts_with(b"<!--") { self.behind(begin + 4, b"-->")? } else { begin + 1 };
                continue;
            }
            let length = bytes.get(from..)?.iter().position(|b| ends_value(*b) || *b == b'/')?;
            let name = self.text.get(from..from + length)?;
            let end = self.end_of_tag(from + length)?;
            self.at = end;
            if !closes && is_raw(name) {
                let named = |at: &usize| {
                    let found = bytes.get(at + 2..at + 2 + name.len());
                    found.is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
                };
                self.at = memmem::find_iter(bytes.get(end..)?, b"</").map(|at| at + end).find(named)?;
            }
            return Some(Tag { begin, end, name, closes, attributes: self.text.get(from + length..end - 1)? });
        }
    }
}

/// Elements that hold one text.
fn is_raw(name: &str) -> bool {
    ["script", "style", "title", "textarea", "iframe", "noscript", "noframes", "noembed"]
        .iter()
        .any(|raw| name.eq_ignore_ascii_case(raw))
}

/// Elements that hold nothing.
fn is_void(name: &str) -> bool {
    let void = ["br", "img", "input", "hr", "wbr", "source", "link", "meta", "area", "base", "col", "embed", "track"];
    void.iter().chain(&["param", "keygen", "basefont", "bgsound"]).any(|void| name.eq_ignore_ascii_case(void))
}

/// Where the element whose start tag stands at `at` ends.
pub(super) fn end_of_element(text: &str, at: usize) -> Option<usize> {
    let mut open: Vec<&str> = Vec::new();
    for tag in Tags::from(text, at) {
        if !tag.closes {
            if !is_void(tag.name) {
                open.push(tag.name);
            }
            continue;
        }
        match open.iter().rposition(|name| name.eq_ignore_ascii_case(tag.name)) {
            Some(0) => return Some(tag.end),
            Some(place) => open.truncate(place),
            // It ends what holds the element, and the element with it.
            None => return Some(tag.begin),
        }
    }
    None
}

/// Where an element's name stands behind a `<`, in lower case, in order: as a tag, or anywhere else.
pub(super) fn words(text: &str, name: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let opening = format!("<{name}");
    let ends = |at: &usize| bytes.get(at + opening.len()).is_some_and(|b| ends_value(*b) || *b == b'/');
    memmem::find_iter(bytes, opening.as_bytes()).filter(ends).collect()
}

/// Tells rows by their markup.
#[derive(Debug, Default)]
pub(super) struct Kinds<'t> {
    /// Whether rules tell what is a row, whatever its markup.
    ruled: bool,
    /// What was made of class names, which come again with every row.
    classes: HashMap<&'t str, u64>,
}

impl<'t> Kinds<'t> {
    /// For rows that these find.
    pub(super) fn by(rules: &ListingPickers) -> Self {
        Self { ruled: rules.item.is_some(), ..Self::default() }
    }

    /// Fingerprint of a row's markup: all that decides how its links are grouped and where its parts are looked for.
    /// What is different from row to row (addresses, numbers, names of sections) is left out.
    pub(super) fn of(&mut self, row: &'t str) -> u32 {
        if self.ruled {
            return 0;
        }
        let mut print = Print::default();
        for tag in Tags::from(row, 0) {
            print.add(tag.name);
            print.add_number(tag.closes.into());
            let mut rest = tag.attributes;
            while let Some((name, value, after)) = attribute(rest) {
                rest = after;
                print.add(name);
                match name {
                    "class" => print.add_number(*self.classes.entry(value).or_insert_with(|| of_classes(value))),
                    "id" => print.add_number(of_hints(value)),
                    "rel" | "role" | "itemprop" | "type" | "hidden" => print.add(value),
                    "style" => print.add_number(value.contains("none").into()),
                    "href" => {
                        let value = value.trim();
                        let scheme = value.split_once(':').map(|(scheme, _)| scheme);
                        print.add(scheme.filter(|scheme| !scheme.contains(['/', '?'])).unwrap_or_default());
                        print.add_number(u64::from(value.is_empty()) << 1 | u64::from(value.starts_with('#')));
                    }
                    _ => {}
                }
            }
        }
        (print.0 ^ print.0 >> 32) as u32
    }
}

fn of_classes(value: &str) -> u64 {
    let mut print = Print(of_hints(value));
    value.split_ascii_whitespace().filter(|class| groups::may_be_stable(class)).for_each(|class| print.add(class));
    print.0
}

fn of_hints(value: &str) -> u64 {
    let mut hash = Xxh3::new();
    Hints::of_names(value).hash(&mut hash);
    hash.finish()
}

/// A fingerprint of many short pieces, in order.
#[derive(Debug, Default)]
struct Print(u64);

impl Print {
    fn add(&mut self, piece: &str) {
        self.add_number(xxh3_64(piece.as_bytes()));
    }

    fn add_number(&mut self, number: u64) {
        // The multiplier is that of Fibonacci hashing.
        self.0 = (self.0.rotate_left(23) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// The first attribute of several: its name, its value, and what follows.
fn attribute(text: &str) -> Option<(&str, &str, &str)> {
    let text = text.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
    let length = text.find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '/'));
    let (name, rest) = text.split_at(length.unwrap_or(text.len()));
    if name.is_empty() {
        return None;
    }
    let Some(value) = rest.trim_ascii_start().strip_prefix('=') else { return Some((name, "", rest)) };
    let value = value.trim_ascii_start();
    match value.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let (value, after) = value.get(1..)?.split_once(quote)?;
            Some((name, value, after))
        }
        _ => {
            let (value, after) = value.split_at(value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len()));
            Some((name, value, after))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_where_they_stand() {
        let text = "<!doctype html><p class='a>b'>x<!-- <i> --><br/><script>'<b>'</script><A HREF=/x/>y</a>";
        let found: Vec<(&str, bool)> = Tags::from(text, 0).map(|tag| (tag.name, tag.closes)).collect();
        let wanted = [("p", false), ("br", false), ("script", false), ("script", true), ("A", false), ("a", true)];
        assert_eq!(found, wanted);
        assert!(Tags::from(text, 0).all(|tag| text[tag.begin..tag.end].starts_with('<')));
        for cut in 0..text.len() {
            assert!(Tags::from(&text[..cut], 0).count() <= wanted.len(), "{cut}");
        }
    }

    #[test]
    fn an_element_ends_with_its_tag_or_with_what_holds_it() {
        for (text, end) in
            [("<li><p>a<br><b>b</b></li><li>", 25), ("<li>a<p>b</ul>c", 9), ("<div><div></div>x</div>y", 23)]
        {
            assert_eq!(end_of_element(text, 0), Some(end), "{text}");
        }
        assert_eq!(end_of_element("<li>a", 0), None);
    }

    #[test]
    fn rows_of_one_kind_differ_in_words_and_numbers_only() {
        let row = "<li class='post-7 x tag-a' id=p7><h3><a href='/7.html'>Seven</a></h3></li>";
        for (other, same) in [
            ("<li class='post-8 x tag-b' id=p8><h3><a href='/8.html'>Eight</a></h3></li>", true),
            ("<li class='post-8 y' id=p8><h3><a href='/8.html'>Eight</a></h3></li>", false),
            ("<li class='post-7 x tag-a' id=p7><h3><a href='#7'>Seven</a></h3></li>", false),
            ("<li class='post-7 x tag-a' id=p7><h3><a href='/7.html'>Seven</a></h3><i></i></li>", false),
            ("<li class='post-7 x tag-a' id=date><h3><a href='/7.html'>Seven</a></h3></li>", false),
        ] {
            let mut kinds = Kinds::default();
            assert_eq!(kinds.of(row) == kinds.of(other), same, "{other}");
        }
    }
}
