//! What a page asks for, one request after the other: passed on to the page's proxy, answered by us, or refused.

use std::collections::HashMap;
use std::time::Duration;

use reqwest::header::{COOKIE, HeaderMap};
use serde_json::{Value, json};
use tokio::time::Instant;
use url::Url;

use crate::fetch::guard::Guard;

/// Most requests of a page.
const REQUESTS: u32 = 500;
/// Most times that a page may lead elsewhere by itself, or load itself anew.
const TURNS: u32 = 4;
/// A request that takes longer is no reason to go on waiting: many pages hold one open for ever.
const LONG: Duration = Duration::from_secs(6);
/// The smallest picture: stands for every other, so that scripts that wait for one go on.
pub(super) const PICTURE: &str = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

/// A request of the page, as the browser holds it back for us.
#[derive(Debug, Clone)]
pub(super) struct Paused {
    /// The browser's name for it.
    pub(super) id: String,
    pub(super) url: Url,
    pub(super) method: String,
    kind: String,
    /// Whether it is for the page itself, not for something in it.
    main: bool,
    headers: Vec<(String, String)>,
}

impl Paused {
    /// Reads `Fetch.requestPaused`; the frame is the page's own.
    pub(super) fn read(params: &Value, frame: &str) -> Option<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let request = params.get("request")?;
        let headers = request.get("headers").and_then(Value::as_object);
        Some(Self {
            id: text(params.get("requestId")?)?,
            url: Url::parse(request.get("url")?.as_str()?).ok()?,
            method: text(request.get("method")?)?,
            kind: text(params.get("resourceType")?)?,
            main: params.get("frameId").and_then(Value::as_str) == Some(frame),
            headers: headers.into_iter().flatten().filter_map(|(n, v)| Some((n.clone(), text(v)?))).collect(),
        })
    }

    /// Whether the tab's own page is asked for.
    pub(super) fn is_top(&self) -> bool {
        self.main && self.kind == "Document"
    }
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// The page itself: fetched by the fetcher, with all its manners.
    Top,
    /// A picture: any will do.
    Picture,
    /// Passed on to the proxy.
    Pass,
    /// Refused.
    Refuse,
}

/// What a page has asked for so far.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    requests: u32,
    turns: u32,
    loading: HashMap<String, Instant>,
}

impl Traffic {
    /// Decides about a request.
    pub(super) fn judge(&mut self, asked: &Paused, guard: &Guard) -> Fate {
        self.requests = self.requests.saturating_add(1);
        if guard.check(&asked.url).is_err() {
            return Fate::Refuse;
        }
        match asked.kind.as_str() {
            "Document" if asked.is_top() && asked.method == "GET" => {
                self.turns += 1;
                if self.turns <= TURNS { Fate::Top } else { Fate::Refuse }
            }
            // What stands in frames is not read, so that it need not be loaded.
            "Document" => Fate::Refuse,
            "Image" => Fate::Picture,
            "Script" | "XHR" | "Fetch" | "Stylesheet" | "Preflight" | "EventSource" | "WebSocket"
                if self.requests <= REQUESTS =>
            {
                Fate::Pass
            }
            _ => Fate::Refuse,
        }
    }

    /// A request is under way.
    pub(super) fn begun(&mut self, params: &Value) {
        let kind = params.get("type").and_then(Value::as_str).unwrap_or_default();
        if let Some(id) = params.get("requestId").and_then(Value::as_str)
            && matches!(kind, "Script" | "XHR" | "Fetch" | "Stylesheet" | "Document")
            && self.loading.len() < REQUESTS as usize
        {
            self.loading.insert(id.to_owned(), Instant::now());
        }
    }

    /// It has ended, well or not.
    pub(super) fn ended(&mut self, params: &Value) {
        if let Some(id) = params.get("requestId").and_then(Value::as_str) {
            self.loading.remove(id);
        }
    }

    /// Whether something is still on its way.
    pub(super) fn is_busy(&self, now: Instant) -> bool {
        self.loading.values().any(|begun| now - *begun < LONG)
    }
}

/// The parameters with which a request is passed on: the source's own headers go to its own origin only, its cookies
/// with those that the page's host gave.
pub(super) fn passed(asked: &Paused, origin: &Url, own: &HeaderMap, cookies: &[String]) -> Value {
    let id = &asked.id;
    if own.is_empty() || asked.url.origin() != origin.origin() {
        return json!({ "requestId": id });
    }
    let mut headers: Vec<Value> = asked
        .headers
        .iter()
        .filter(|(name, _)| !own.keys().any(|key| name.eq_ignore_ascii_case(key.as_str())))
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect();
    for (name, value) in own {
        let Ok(value) = value.to_str() else { continue };
        let mut value = value.to_owned();
        if name == COOKIE {
            for cookie in cookies {
                value.push_str("; ");
                value.push_str(cookie);
            }
        }
        headers.push(json!({ "name": name.as_str(), "value": value }));
    }
    json!({ "requestId": id, "headers": headers })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paused(url: &str, kind: &str, frame: &str) -> Paused {
        let params = json!({
            "requestId": "r", "frameId": frame, "resourceType": kind,
            "request": { "url": url, "method": "GET", "headers": { "Accept": "*/*", "User-Agent": "x" } },
        });
        Paused::read(&params, "main").expect("a request")
    }

    #[test]
    fn what_a_page_asks_for_is_passed_on_answered_or_refused() {
        let guard = Guard::new(&[]);
        let rows = [
            ("https://a.example/", "Document", "main", Fate::Top),
            ("https://a.example/", "Document", "inner", Fate::Refuse),
            ("https://a.example/x.js", "Script", "main", Fate::Pass),
            ("https://b.example/api", "Fetch", "inner", Fate::Pass),
            ("https://a.example/x.png", "Image", "main", Fate::Picture),
            ("https://a.example/x.woff", "Font", "main", Fate::Refuse),
            ("https://a.example/x.mp4", "Media", "main", Fate::Refuse),
            ("https://a.example/ping", "Ping", "main", Fate::Refuse),
            ("http://10.0.0.1/", "Fetch", "main", Fate::Refuse),
            ("http://localhost/x.js", "Script", "main", Fate::Refuse),
            ("https://a.example:25/", "Fetch", "main", Fate::Refuse),
            ("ftp://a.example/", "Document", "main", Fate::Refuse),
            ("file:///etc/hostname", "Document", "main", Fate::Refuse),
            ("data:text/html,x", "Document", "main", Fate::Refuse),
            ("chrome://version/", "Document", "main", Fate::Refuse),
        ];
        for (url, kind, frame, expected) in rows {
            assert_eq!(Traffic::default().judge(&paused(url, kind, frame), &guard), expected, "{url} {kind}");
        }
    }

    #[test]
    fn a_page_that_never_rests_is_refused_in_the_end() {
        let (guard, mut traffic) = (Guard::new(&[]), Traffic::default());
        let top = paused("https://a.example/", "Document", "main");
        let tops = (0..20).filter(|_| traffic.judge(&top, &guard) == Fate::Top).count();
        assert_eq!(tops, TURNS as usize);
        let script = paused("https://a.example/x.js", "Script", "main");
        let passed = (0..2000).filter(|_| traffic.judge(&script, &guard) == Fate::Pass).count();
        assert!(passed < REQUESTS as usize, "{passed}");
    }

    #[test]
    fn own_headers_go_to_their_origin_only() {
        let origin = Url::parse("https://a.example/news/").unwrap();
        let mut own = HeaderMap::new();
        own.insert(COOKIE, "key=secret".parse().unwrap());
        own.insert("accept", "text/x".parse().unwrap());
        let cookies = ["given=1".to_owned()];
        let there = passed(&paused("https://a.example/api", "Fetch", "main"), &origin, &own, &cookies);
        let sent: Vec<(&str, &str)> = there["headers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|header| (header["name"].as_str().unwrap(), header["value"].as_str().unwrap()))
            .collect();
        assert_eq!(sent, [("User-Agent", "x"), ("cookie", "key=secret; given=1"), ("accept", "text/x")]);
        for elsewhere in
            ["https://b.example/api", "http://a.example/api", "https://a.example:8443/", "https://x.a.example/"]
        {
            let out = passed(&paused(elsewhere, "Fetch", "main"), &origin, &own, &cookies);
            assert!(!out.to_string().contains("secret"), "{out}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_never_ends_does_not_count_for_ever() {
        let mut traffic = Traffic::default();
        traffic.begun(&json!({ "requestId": "1", "type": "Fetch" }));
        traffic.begun(&json!({ "requestId": "2", "type": "EventSource" }));
        assert!(traffic.is_busy(Instant::now()));
        tokio::time::advance(LONG).await;
        assert!(!traffic.is_busy(Instant::now()));
        traffic.begun(&json!({ "requestId": "3", "type": "XHR" }));
        traffic.ended(&json!({ "requestId": "3" }));
        assert!(!traffic.is_busy(Instant::now()));
    }
}
