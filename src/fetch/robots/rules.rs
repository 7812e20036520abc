//! The rules of one robots.txt that concern us (RFC 9309 §2.2), kept small: ten thousand origins' rules lie
//! in memory at once, so that no rule is worth a compiled expression.

use std::time::Duration;

/// What a robots.txt says to one product.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rules {
    /// The one that counts first: longest, and of two alike the one that allows.
    rules: Box<[Rule]>,
    delay: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    /// With `*` for anything, and `$` at the end for the end.
    pattern: Box<[u8]>,
    allow: bool,
}

/// Which groups a line stands in.
#[derive(Default)]
struct Scope {
    ours: bool,
    any: bool,
    /// The group's list of names is over.
    closed: bool,
}

impl Rules {
    /// Reads what concerns `product`: the groups that name it, else those for everybody.
    pub(super) fn read(text: &[u8], product: &str) -> Self {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let (mut ours, mut any) = (Self::default(), Self::default());
        let (mut our_rules, mut any_rules) = (Vec::new(), Vec::new());
        let mut named = false;
        let mut scope = Scope::default();
        for line in text.split(|b| matches!(b, b'\n' | b'\r')) {
            let line = line.split(|b| *b == b'#').next().unwrap_or_default();
            let Some(colon) = line.iter().position(|b| *b == b':') else { continue };
            let (key, value) = line.split_at(colon);
            let value = value.get(1..).unwrap_or_default().trim_ascii();
            match key.trim_ascii().to_ascii_lowercase().as_slice() {
                b"user-agent" | b"useragent" | b"user agent" => {
                    if scope.closed {
                        scope = Scope::default();
                    }
                    scope.any |= value.starts_with(b"*");
                    scope.ours |= names(value, product);
                    named |= scope.ours;
                }
                key @ (b"allow" | b"disallow" | b"dissallow" | b"disalow") => {
                    scope.closed = true;
                    // "Disallow:" and nothing allows all; it is no rule.
                    if !value.is_empty() {
                        let rule = Rule { pattern: normal(value).into(), allow: key == b"allow" };
                        if scope.ours {
                            our_rules.push(rule);
                        } else if scope.any {
                            any_rules.push(rule);
                        }
                    }
                }
                b"crawl-delay" | b"crawldelay" => {
                    scope.closed = true;
                    // `10s` and the like mean what they begin with.
                    let end = value.iter().position(|b| !(b.is_ascii_digit() || *b == b'.')).unwrap_or(value.len());
                    let number = value.get(..end).and_then(|number| str::from_utf8(number).ok());
                    let delay = number.and_then(|number| number.parse().ok());
                    let delay = delay.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                    if scope.ours {
                        ours.delay = ours.delay.or(delay);
                    } else if scope.any {
                        any.delay = any.delay.or(delay);
                    }
                }
                _ => {}
            }
        }
        let (mut chosen, mut rules) = if named { (ours, our_rules) } else { (any, any_rules) };
        rules.sort_by_key(|rule| (std::cmp::Reverse(rule.pattern.len()), !rule.allow));
        chosen.rules = rules.into();
        chosen
    }

    /// Whether a path, with its query, may be asked for.
    pub(super) fn allow(&self, path: &str) -> bool {
        let path = normal(path.as_bytes());
        path == b"/robots.txt" || self.rules.iter().find(|rule| rule.fits(&path)).is_none_or(|rule| rule.allow)
    }

    /// `Crawl-delay`, as it stands.
    pub(super) fn delay(&self) -> Option<Duration> {
        self.delay
    }
}

impl Rule {
    fn fits(&self, path: &[u8]) -> bool {
        let (pattern, to_end) = match self.pattern.strip_suffix(b"$") {
            Some(pattern) => (pattern, true),
            None => (&*self.pattern, false),
        };
        let mut pieces = pattern.split(|b| *b == b'*');
        let Some(mut rest) = path.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
        let mut last: Option<&[u8]> = None;
        for piece in pieces {
            if let Some(before) = last.replace(piece) {
                let Some(at) = memchr::memmem::find(rest, before) else { return false };
                rest = rest.get(at + before.len()..).unwrap_or_default();
            }
        }
        match (last, to_end) {
            (Some(piece), true) => rest.ends_with(piece),
            (Some(piece), false) => memchr::memmem::find(rest, piece).is_some(),
            (None, true) => rest.is_empty(),
            (None, false) => true,
        }
    }
}

/// Whether a `User-agent` line names the product: its token, and no mere beginning of it.
fn names(value: &[u8], product: &str) -> bool {
    let end = value.iter().position(|b| !(b.is_ascii_alphabetic() || matches!(b, b'_' | b'-'))).unwrap_or(value.len());
    !product.is_empty() && value.get(..end).is_some_and(|token| token.eq_ignore_ascii_case(product.as_bytes()))
}

/// One spelling for what may be written with or without percent signs (RFC 9309 §2.2.2).
fn normal(text: &[u8]) -> Vec<u8> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |at: usize| text.get(at).and_then(|b| char::from(*b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at).copied() {
        let (byte, escaped, step) = match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => (high * 16 + low, true, 3),
            _ => (byte, false, 1),
        };
        let plain = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        if plain || byte.is_ascii_graphic() && !escaped {
            out.push(byte);
        } else {
            let digits = [usize::from(byte >> 4), usize::from(byte & 15)].map(|d| HEX.get(d).copied().unwrap_or(b'0'));
            out.push(b'%');
            out.extend_from_slice(&digits);
        }
        at += step;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(text: &str, path: &str) -> bool {
        Rules::read(text.as_bytes(), "Courant").allow(path)
    }

    #[test]
    fn rules_are_read_as_the_standard_says() {
        let rows = [
            ("", "/", true),
            ("<!doctype html><title>Not found: sorry</title>", "/", true),
            ("User-agent: *\nDisallow:", "/", true),
            ("User-agent: *\nDisallow: /", "/", false),
            ("User-agent: *\nDisallow: /", "/robots.txt", true),
            ("user-agent: COURANT\ndisallow: /a\n\nUser-agent: *\nDisallow: /", "/b", true),
            ("User-agent: courant/2.0\nDisallow: /a", "/a/b", false),
            ("User-agent: courante\nDisallow: /", "/", true),
            ("User-agent: cour\nDisallow: /", "/", true),
            ("User-agent: other\nDisallow: /", "/", true),
            ("User-agent: other\nUser-agent: courant\nDisallow: /x", "/x", false),
            // Groups with one name are one; what is no rule ends no list of names.
            ("User-agent: *\nDisallow: /a\n\nUser-agent: *\nDisallow: /b", "/a", false),
            ("User-agent: a\nSitemap: http://x/\nUser-agent: *\nDisallow: /b", "/b", false),
            ("User-agent: a\nDisallow: /a\nUser-agent: *\nDisallow: /b", "/a", true),
            ("Disallow: /", "/", true),
            // The longest match counts, and of two alike the one that allows.
            ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", true),
            ("User-agent: *\nAllow: /a/b\nDisallow: /a/b/c", "/a/b/c", false),
            ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", true),
            ("User-agent: *\nDisallow: /*.pdf$", "/x.pdf", false),
            ("User-agent: *\nDisallow: /*.pdf$", "/x.pdf?y", true),
            ("User-agent: *\nDisallow: /*.pdf$", "/x.pdf/y.pdf", false),
            ("User-agent: *\nDisallow: /a$", "/a", false),
            ("User-agent: *\nDisallow: /a$", "/ab", true),
            ("User-agent: *\nDisallow: /*?print", "/x?print=1", false),
            ("User-agent: *\nDisallow: /a*b*c", "/a-x-b-y", true),
            ("User-agent: *\nDisallow: /a*b*c", "/a-x-b-y-c-z", false),
            ("User-agent: *\nDisallow: *", "/anything", false),
            ("User-agent: *\nDisallow: *.gif", "/a/b.gif", false),
            ("\u{feff}User-agent: *\r\nDisallow: /a # why\r\n", "/a", false),
            ("User-agent:*\rDisallow:/a", "/a", false),
            ("User-agent: *\nDisallow: /ä", "/%c3%a4", false),
            ("User-agent: *\nDisallow: /%7Ejoe", "/~joe/x", false),
            ("User-agent: *\nDisallow: /a%2Fb", "/a/b", true),
            ("User-agent: *\nDisallow: /100%", "/100%", false),
        ];
        for (text, path, expected) in rows {
            assert_eq!(allowed(text, path), expected, "{text:?} for {path}");
        }
    }

    #[test]
    fn a_delay_is_read_for_us() {
        let rows = [
            ("User-agent: *\nCrawl-delay: 5", Some(5.0)),
            ("User-agent: *\nCrawl-delay: 0.5", Some(0.5)),
            ("User-agent: courant\nCrawl-delay: 2\nUser-agent: *\nCrawl-delay: 9", Some(2.0)),
            ("User-agent: courant\nAllow: /\nUser-agent: *\nCrawl-delay: 9", None),
            ("User-agent: *\nCrawl-delay: 10s", Some(10.0)),
            ("User-agent: *\nCrawl-delay: 2,5", Some(2.0)),
            ("User-agent: *\nCrawl-delay: -1", None),
            ("User-agent: *\nCrawl-delay: s", None),
            ("User-agent: *\nCrawl-delay: nan", None),
        ];
        for (text, expected) in rows {
            let delay = Rules::read(text.as_bytes(), "Courant").delay().map(|d| d.as_secs_f64());
            assert_eq!(delay, expected, "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_break_the_reading(text in "(User-agent: (\\*|courant)\n|(Dis)?allow: [/*$%a-c]{0,8}\n|\\PC{0,9}\n){0,12}", path in "/[/*$%a-c?]{0,12}") {
            allowed(&text, &path);
        }
    }
}
