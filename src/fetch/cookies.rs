//! Cookies for one visit: some sites send a visitor round once to see whether a cookie comes back. They are
//! forgotten with the visit, and told to nobody but the host that gave them.

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
            let secure = parts.any(|part| part.trim().eq_ignore_ascii_case("secure"));
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
}
