//! Tags of thousands of attributes, cut to some hundreds: each is compared with all before it, so that time would grow
//! with their square.

use std::borrow::Cow;

use memchr::{memchr, memmem};

/// Most attributes of one tag.
pub(super) const MOST: usize = 512;

/// The page, of each tag no more than [`MOST`] attributes, and how many bytes were left out.
pub(super) fn few(text: &str) -> (Cow<'_, str>, usize) {
    // An attribute takes two bytes at least: short texts, which most are, need no look.
    if text.len() <= 2 * MOST {
        return (Cow::Borrowed(text), 0);
    }
    let mut cuts: Vec<(usize, usize)> = Vec::new();
    let mut scan = Scan { bytes: text.as_bytes(), at: 0 };
    while let Some(cut) = scan.next_tag() {
        cuts.extend(cut);
    }
    if cuts.is_empty() {
        return (Cow::Borrowed(text), 0);
    }
    let (mut kept, mut at) = (String::with_capacity(text.len()), 0);
    for (begin, end) in cuts {
        kept.push_str(text.get(at..begin).unwrap_or_default());
        at = end;
    }
    kept.push_str(text.get(at..).unwrap_or_default());
    let left_out = text.len() - kept.len();
    (Cow::Owned(kept), left_out)
}

/// Reads just enough to know where tags begin and end.
struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Scan<'_> {
    /// Passes over the next tag: from where to where it has too many attributes, if it has.
    fn next_tag(&mut self) -> Option<Option<(usize, usize)>> {
        loop {
            self.at += memchr(b'<', self.bytes.get(self.at..)?)? + 1;
            let rest = self.bytes.get(self.at..)?;
            if rest.starts_with(b"!--") {
                self.at += 3;
                self.at += memmem::find(self.bytes.get(self.at..)?, b"-->")?;
            } else if rest.first().is_some_and(u8::is_ascii_alphabetic) {
                break;
            }
        }
        let begin = self.at;
        self.skip(|b| !is_blank(b) && b != b'>');
        let name = self.bytes.get(begin..self.at)?;
        let cut = self.attributes();
        // What these hold is no tag.
        for raw in ["script", "style", "textarea", "title", "iframe", "noscript", "xmp"] {
            if name.eq_ignore_ascii_case(raw.as_bytes()) {
                self.skip_to_end_of(raw.as_bytes());
            }
        }
        Some(cut)
    }

    /// Passes over attributes and the `>` behind them.
    fn attributes(&mut self) -> Option<(usize, usize)> {
        let (mut count, mut surplus) = (0, None);
        loop {
            self.skip(is_blank);
            match self.bytes.get(self.at) {
                None | Some(b'>') => return surplus.map(|from| (from, self.at)),
                Some(_) => {}
            }
            count += 1;
            if count > MOST && surplus.is_none() {
                surplus = Some(self.at);
            }
            self.at += 1;
            self.skip(|b| !is_blank(b) && b != b'>' && b != b'=');
            self.skip(|b| b.is_ascii_whitespace());
            if self.bytes.get(self.at) == Some(&b'=') {
                self.at += 1;
                self.skip(|b| b.is_ascii_whitespace());
                self.value();
            }
        }
    }

    /// Passes over a value.
    fn value(&mut self) {
        match self.bytes.get(self.at) {
            Some(quote @ (b'"' | b'\'')) => {
                let rest = self.bytes.get(self.at + 1..).unwrap_or_default();
                self.at += memchr(*quote, rest).map_or(rest.len() + 1, |length| length + 2);
            }
            _ => self.skip(|b| !b.is_ascii_whitespace() && b != b'>'),
        }
    }

    fn skip(&mut self, passes: impl Fn(u8) -> bool) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += rest.iter().position(|b| !passes(*b)).unwrap_or(rest.len());
    }

    /// To the end tag of this name, or where there is none nowhere.
    fn skip_to_end_of(&mut self, name: &[u8]) {
        let mut at = self.at;
        while let Some(next) = self.bytes.get(at..).and_then(|rest| memmem::find(rest, b"</")) {
            at += next + 2;
            if self.bytes.get(at..at + name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name)) {
                self.at = at;
                return;
            }
        }
        self.at = self.bytes.len();
    }
}

fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == b'/'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tags_without_end_lose_attributes() {
        let many: String = (0..5000).map(|n| format!("a{n}=ü ")).collect();
        let long = "word ".repeat(5000);
        for (page, whole) in [
            (format!("<p>a<div {many}>b</div>"), false),
            (format!("<p>a<div {many}"), false),
            (format!("<p>{many}</p>"), true),
            (format!("<p title=\"{long}\" class='{long}'>{long}</p>"), true),
            (format!("<p {}>{long}", "a=\"b c > d e f\" ".repeat(400)), true),
            (format!("<p {}</div>", "a=\"b c > d e f\" ".repeat(600) + ">b"), false),
            (format!("<script>if (a <b) {many}</script><!-- <a {many} --><p>{many}"), true),
        ] {
            let (kept, left_out) = few(&page);
            assert_eq!(left_out == 0, whole, "{}", &page[..20]);
            assert_eq!(kept.len() + left_out, page.len());
            assert!(kept.ends_with(if page.ends_with("</div>") { ">b</div>" } else { "" }));
        }
    }
}
