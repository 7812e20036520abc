//! Addresses as RFC 3986 writes them.

use std::borrow::Cow;
use std::fmt::Write as _;

use url::{Position, Url};

/// The same address without the characters that browsers let stand and RFC 3986 does not: readers and validators
/// that go by the RFC refuse the whole link.
pub(in crate::publish) fn address(url: &Url) -> Url {
    match strict(url) {
        Cow::Borrowed(_) => url.clone(),
        Cow::Owned(text) => Url::parse(&text).unwrap_or_else(|_| url.clone()),
    }
}

fn strict(url: &Url) -> Cow<'_, str> {
    const NOT: [char; 12] = ['[', ']', '{', '}', '|', '\\', '^', '`', '<', '>', '"', ' '];
    let text = url.as_str();
    // Brackets around an IPv6 address are as they should be.
    let (before, after) = (&url[..Position::BeforePath], &url[Position::BeforePath..]);
    // A fragment begins once.
    let first = after.find('#');
    let strange = |(at, c): (usize, char)| NOT.contains(&c) || (c == '#' && first.is_some_and(|first| first < at));
    if !after.char_indices().any(strange) {
        return Cow::Borrowed(text);
    }
    let mut written = String::with_capacity(text.len() + 16);
    written.push_str(before);
    for (at, c) in after.char_indices() {
        if strange((at, c)) {
            // All of them are ASCII; writing to a string does not fail.
            let _ = write!(written, "%{:02X}", u32::from(c));
        } else {
            written.push(c);
        }
    }
    Cow::Owned(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_the_rfc_forbids_are_written_as_numbers() {
        let check = |input: &str, expected: &str| {
            let url = Url::parse(input).unwrap();
            assert_eq!(address(&url).as_str(), expected);
            assert_eq!(address(&address(&url)).as_str(), expected);
        };
        check("https://a.example/b?c[0]=d|e#f", "https://a.example/b?c%5B0%5D=d%7Ce#f");
        check("https://[::1]/[x]{y}", "https://[::1]/%5Bx%5D%7By%7D");
        check("https://a.example/新?闻=1#a#b", "https://a.example/%E6%96%B0?%E9%97%BB=1#a%23b");
        check("https://[::1]/?a[0]", "https://[::1]/?a%5B0%5D");
        check("https://a.example", "https://a.example/");
        check("mailto:a[b]@a.example", "mailto:a%5Bb%5D@a.example");
    }
}
