//! Cookies for one visit: some sites send a visitor round once to see whether a cookie comes back. They are
//! forgotten with the visit, and told to nobody but the host that gave them.

use std::time::SystemTime;

use reqwest::header::{HeaderMap, HeaderValue, SET_COOKIE};
use url::Url;

/// Most cookies, and bytes of one, that are carried.
const MOST: usize = 32;
const LONGEST: usize = 4096;

/// The cookies of one visit.
#[derive(Debug, Default)]
pub(super) struct Cookies(Vec<Cookie>);

#[derive(Debug)]
struct Cookie {
    host: String,
    secure: bool,
    name: String,
    value: String,
}

impl Cookies {
    /// Takes what an answer gives; says whether any is new or has changed.
    pub(super) fn take(&mut self, url: &Url, headers: &HeaderMap) -> bool {
        let Some(host) = url.host_str() else { return false };
        let mut fresh = false;
        for header in headers.get_all(SET_COOKIE) {
            let Ok(text) = header.to_str() else { continue };
            let mut parts = text.split(';');
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { continue };
            let (name, value) = (name.trim(), value.trim());
            if name.is_empty() || text.len() > LONGEST {
                continue;
            }
            let attributes = || parts.clone().map(|part| part.split_once('=').unwrap_or((part, "")));
            let is = |name: &str, wanted| name.trim().eq_ignore_ascii_case(wanted);
            let secure = attributes().any(|(name, _)| is(name, "secure"));
            if taken_back(attributes().filter(|(name, _)| is(name, "max-age") || is(name, "expires"))) {
                let held = self.0.len();
                self.0.retain(|c| c.host != host || c.name != name);
                fresh |= self.0.len() < held;
                continue;
            }
            let room = self.0.len() < MOST;
            match self.0.iter_mut().find(|c| c.host == host && c.name == name) {
                Some(known) => {
                    fresh |= known.value != value;
                    value.clone_into(&mut known.value);
                }
                None if room => {
                    fresh = true;
                    let (name, value) = (name.to_owned(), value.to_owned());
                    self.0.push(Cookie { host: host.to_owned(), secure, name, value });
                }
                None => {}
            }
        }
        fresh
    }

    /// What a host may be told, as `name=value`.
    pub(super) fn of(&self, url: &Url) -> Vec<String> {
        let known = self.0.iter().filter(|c| Some(c.host.as_str()) == url.host_str());
        known.filter(|c| !c.secure || url.scheme() == "https").map(|c| format!("{}={}", c.name, c.value)).collect()
    }

    /// The `Cookie` header for a host, after what the operator gave.
    pub(super) fn header(&self, url: &Url, own: Option<&HeaderValue>) -> Option<HeaderValue> {
        let own = own.and_then(|v| v.to_str().ok()).map(str::to_owned);
        let all: Vec<String> = own.into_iter().chain(self.of(url)).collect();
        (!all.is_empty()).then(|| HeaderValue::from_str(&all.join("; ")).ok()).flatten()
    }
}

/// Whether a cookie ends as it comes, by its `Max-Age`, else by its `Expires` (RFC 6265 §5.3).
fn taken_back<'t>(ends: impl Iterator<Item = (&'t str, &'t str)>) -> bool {
    let (ages, dates): (Vec<_>, Vec<_>) = ends.partition(|(name, _)| name.trim().eq_ignore_ascii_case("max-age"));
    let age = ages.last().and_then(|(_, seconds)| seconds.trim().parse::<i64>().ok());
    let date = || dates.last().and_then(|(_, date)| httpdate::parse_http_date(&date.trim().replace('-', " ")).ok());
    match age {
        Some(seconds) => seconds <= 0,
        None => date().is_some_and(|date| date < SystemTime::now()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_goes_back_to_its_host_only() {
        let url = |text: &str| Url::parse(text).unwrap();
        let mut headers = HeaderMap::new();
        headers.append(SET_COOKIE, HeaderValue::from_static("a=b; Path=/; Domain=.test"));
        headers.append(SET_COOKIE, HeaderValue::from_static("s=1; Secure"));
        headers.append(SET_COOKIE, HeaderValue::from_static("nonsense"));
        let mut cookies = Cookies::default();
        assert!(cookies.take(&url("http://a.test/"), &headers));
        assert!(!cookies.take(&url("http://a.test/"), &headers));
        let own = HeaderValue::from_static("k=v");
        assert_eq!(cookies.header(&url("http://a.test/x"), Some(&own)).unwrap(), "k=v; a=b");
        assert_eq!(cookies.header(&url("https://a.test/x"), None).unwrap(), "a=b; s=1");
        assert_eq!(cookies.header(&url("http://b.test/"), None), None);
    }

    #[test]
    fn a_cookie_that_is_taken_back_is_shown_no_more() {
        let url = Url::parse("http://a.test/").unwrap();
        for (end, held) in [
            ("Max-Age=0", ""),
            ("max-age=-1; Path=/", ""),
            ("Expires=Thu, 01 Jan 1970 00:00:00 GMT", ""),
            ("expires=Thu, 01-Jan-1970 00:00:01 GMT; Max-Age=0", ""),
            ("expires=Thu, 01-Jan-1970 00:00:01 GMT", ""),
            ("Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60", "a=deleted"),
            ("Expires=soon", "a=deleted"),
        ] {
            let given = |text: &str| HeaderMap::from_iter([(SET_COOKIE, HeaderValue::from_str(text).unwrap())]);
            let mut cookies = Cookies::default();
            cookies.take(&url, &given("a=b"));
            assert!(cookies.take(&url, &given(&format!("a=deleted; {end}"))), "{end}");
            assert_eq!(cookies.of(&url).join(""), held, "{end}");
        }
    }
}
