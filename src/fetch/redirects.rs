//! From hop to hop: where next, whether for good, and what may be said to whom.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, percent_encode};
use reqwest::header::{HeaderMap, LOCATION};
use url::Url;

use super::error::FetchErrorKind;

/// The way from the address asked for to the one that answers.
#[derive(Debug)]
pub(super) struct Trail {
    seen: Vec<Url>,
    /// How many of them were seen before a cookie was given: each may ask to see it.
    forgiven: usize,
    permanent: bool,
    max: usize,
}

impl Trail {
    pub(super) fn new(start: &Url, max: u32) -> Self {
        Self {
            seen: vec![start.clone()],
            forgiven: 0,
            permanent: true,
            max: usize::try_from(max).unwrap_or(usize::MAX),
        }
    }

    /// Where an answer sends us; `None` when it is no redirect. `fresh_cookie`: the answer gave a cookie that
    /// all addresses so far may ask to see.
    pub(super) fn next(
        &mut self,
        from: &Url,
        status: u16,
        headers: &HeaderMap,
        fresh_cookie: bool,
    ) -> Result<Option<Url>, FetchErrorKind> {
        if !matches!(status, 301 | 302 | 303 | 307 | 308) {
            return Ok(None);
        }
        let Some(location) = headers.get(LOCATION) else {
            return Err(FetchErrorKind::Redirect(format!(
                "the server answered {status} (redirect) without saying where to"
            )));
        };
        let next = self.step(from, &address_as_sent(location.as_bytes()), fresh_cookie, "the server redirects")?;
        self.permanent &= matches!(status, 301 | 308);
        Ok(Some(next))
    }

    /// Where a page leads us that says nothing else: for now, as nobody has said that it has moved.
    pub(super) fn lead_on(&mut self, from: &Url, to: &str, fresh_cookie: bool) -> Result<Url, FetchErrorKind> {
        self.permanent = false;
        self.step(from, to, fresh_cookie, "the page only leads on (`<meta http-equiv=\"refresh\">`)")
    }

    fn step(&mut self, from: &Url, to: &str, fresh_cookie: bool, who: &str) -> Result<Url, FetchErrorKind> {
        let failed = |how: String| Err(FetchErrorKind::Redirect(how));
        super::guard::unambiguous(to).map_err(|refusal| FetchErrorKind::Refused(refusal.0))?;
        let Ok(next) = from.join(to.trim()) else {
            return failed(format!("{who} to `{}`, which is no address", to.trim()));
        };
        let next = super::error::address(&next);
        if self.seen.len() > self.max {
            return failed(format!("gave up after {} redirects", self.max));
        }
        if fresh_cookie {
            self.forgiven = self.seen.len();
        }
        if self.seen.get(self.forgiven..).is_some_and(|since| since.contains(&next)) {
            return failed(format!("{who} in a circle, back to {next}"));
        }
        self.seen.push(next.clone());
        Ok(next)
    }

    /// The address to use from now on, when every redirect was permanent.
    pub(super) fn moved(&self) -> Option<Url> {
        (self.permanent && self.seen.len() > 1).then(|| self.seen.last().cloned()).flatten()
    }
}

/// A `Location` as text: of what is not UTF-8, each byte is asked for as it came, which is what the server understands.
fn address_as_sent(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => percent_encode(bytes, &AsciiSet::EMPTY).into(),
    }
}

/// Whether what is meant for `first` (credentials, cookies, the operator's headers) may be told to `url`:
/// the same host and port, at least as well protected.
pub(super) fn same_party(first: &Url, url: &Url) -> bool {
    // As `Url::origin` tells it of both http and https, without making a text of the host.
    let same_origin = first.scheme() == url.scheme()
        && first.host() == url.host()
        && first.port_or_known_default() == url.port_or_known_default();
    let upgraded = first.scheme() == "http"
        && url.scheme() == "https"
        && first.host() == url.host()
        && first.port().is_none()
        && url.port().is_none();
    same_origin || upgraded
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    type Hops = [(u16, &'static str)];

    fn walk(start: &str, hops: &[(u16, &str)]) -> Result<(String, Option<String>), String> {
        let mut at = Url::parse(start).unwrap();
        let mut trail = Trail::new(&at, 10);
        for (status, location) in hops {
            let mut headers = HeaderMap::new();
            headers.insert(LOCATION, HeaderValue::from_str(location).unwrap());
            if let Some(next) = trail.next(&at, *status, &headers, false).map_err(|e| e.to_string())? {
                at = next;
            }
        }
        Ok((at.into(), trail.moved().map(String::from)))
    }

    #[test]
    fn hops_are_resolved_and_only_permanent_ones_are_remembered() {
        let rows: &[(&Hops, &str, Option<&str>)] = &[
            (&[], "http://a.test/x/y", None),
            (&[(301, "z?q=1#frag")], "http://a.test/x/z?q=1", Some("http://a.test/x/z?q=1")),
            (&[(308, "//b.test/")], "http://b.test/", Some("http://b.test/")),
            (&[(301, "/a"), (302, "/b")], "http://a.test/b", None),
            (&[(302, "/a"), (301, "/b")], "http://a.test/b", None),
            (&[(301, "/a"), (308, "https://a.test/b")], "https://a.test/b", Some("https://a.test/b")),
            (&[(303, "http://user:word@b.test/")], "http://b.test/", None),
            (&[(304, "/never")], "http://a.test/x/y", None),
        ];
        for (hops, end, moved) in rows {
            assert_eq!(walk("http://a.test/x/y", hops), Ok(((*end).into(), moved.map(str::to_owned))), "{hops:?}");
        }
    }

    #[test]
    fn a_page_that_leads_on_is_a_step_and_no_move() {
        let from = Url::parse("http://a.test/x/y").unwrap();
        let mut trail = Trail::new(&from, 2);
        let led = |trail: &mut Trail, to: &str| trail.lead_on(&from, to, false).map_err(|e| e.to_string());
        assert_eq!(led(&mut trail, " z#part ").unwrap().as_str(), "http://a.test/x/z");
        assert_eq!(trail.moved(), None);
        assert!(led(&mut trail, "../x/y").unwrap_err().ends_with("in a circle, back to http://a.test/x/y"));
        assert!(led(&mut trail, "http://[::1").unwrap_err().contains("leads on"));
        led(&mut trail, "w").unwrap();
        assert!(led(&mut trail, "v").unwrap_err().contains("2 redirects"));
    }

    #[test]
    fn bytes_of_an_address_are_asked_for_as_they_came() {
        let rows: &[(&[u8], &str)] = &[
            (b"/gr\xf6\xdfe?q=\xe4", "http://a.test/gr%F6%DFe?q=%E4"),
            (b"/gr\xc3\xb6\xdf e", "http://a.test/gr%C3%B6%DF%20e"),
            ("/größe?q=ä".as_bytes(), "http://a.test/gr%C3%B6%C3%9Fe?q=%C3%A4"),
            ("//größe.test/%f6".as_bytes(), "http://xn--gre-6ka8i.test/%f6"),
        ];
        let from = Url::parse("http://a.test/x").unwrap();
        for (location, expected) in rows {
            let mut headers = HeaderMap::new();
            headers.insert(LOCATION, HeaderValue::from_bytes(location).unwrap());
            let next = Trail::new(&from, 10).next(&from, 302, &headers, false).unwrap();
            assert_eq!(next.map(String::from).as_deref(), Some(*expected), "{location:?}");
        }
    }

    #[test]
    fn a_cookie_is_shown_to_all_who_were_asked_before_it_was_given() {
        let (a, b) = ("http://a.test/".parse().unwrap(), "http://a.test/check".parse().unwrap());
        let to = |url: &Url| HeaderMap::from_iter([(LOCATION, HeaderValue::from_str(url.as_str()).unwrap())]);
        let mut trail = Trail::new(&a, 10);
        assert_eq!(trail.next(&a, 302, &to(&b), true).unwrap(), Some(b.clone()));
        assert_eq!(trail.next(&b, 302, &to(&a), false).unwrap(), Some(a.clone()));
        assert!(trail.next(&a, 302, &to(&b), false).is_err());
    }

    #[test]
    fn circles_and_nonsense_end_the_walk() {
        for hops in [&[(302, "/x/y")][..], &[(302, "/a"), (302, "/b"), (302, "/a")], &[(302, "http://[::1")]] {
            assert!(walk("http://a.test/x/y", hops).is_err(), "{hops:?}");
        }
        let paths: Vec<String> = (0..11).map(|n| format!("/{n}")).collect();
        let eleven: Vec<(u16, &str)> = paths.iter().map(|p| (302, p.as_str())).collect();
        assert!(walk("http://a.test/", &eleven[..10]).is_ok());
        assert!(walk("http://a.test/", &eleven).unwrap_err().contains("10 redirects"));
    }

    #[test]
    fn secrets_stay_with_the_host_they_were_meant_for() {
        let rows = [
            ("http://a.test/", "http://a.test/other", true),
            ("http://a.test/", "https://a.test/", true),
            ("https://a.test/", "http://a.test/", false),
            ("http://a.test:8080/", "https://a.test/", false),
            ("http://a.test/", "http://www.a.test/", false),
            ("http://a.test/", "http://a.test:81/", false),
            ("http://a.test/", "http://a.test.evil.test/", false),
        ];
        for (first, url, expected) in rows {
            assert_eq!(same_party(&Url::parse(first).unwrap(), &Url::parse(url).unwrap()), expected, "{first} {url}");
        }
    }
}
