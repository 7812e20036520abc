//! What a subscriber asks (WebSub §5.1): a form.

use std::time::Duration;

use url::Url;

/// The lease where the subscriber asks for none (§5.1 suggests ten days), and its bounds.
const USUAL: Duration = Duration::from_secs(10 * 86_400);
const SHORTEST: u64 = 60;
const LONGEST: u64 = 30 * 86_400;
/// §5.1: a secret is less than 200 bytes long.
const SECRET: usize = 200;

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::serve) enum Mode {
    /// Begin, or go on.
    Subscribe,
    /// End.
    Unsubscribe,
}

impl Mode {
    /// The standard's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subscribe => "subscribe",
            Self::Unsubscribe => "unsubscribe",
        }
    }
}

/// A request, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::serve) struct Request {
    /// Which way.
    pub mode: Mode,
    /// The address of the document.
    pub topic: String,
    /// Whom to call.
    pub callback: Url,
    /// For how long.
    pub lease: Duration,
    /// What deliveries are signed with.
    pub secret: Option<String>,
}

impl Request {
    /// Reads a form; a sentence says what is wrong with it.
    pub fn read(form: &[u8]) -> Result<Self, &'static str> {
        let (mut mode, mut topic, mut callback, mut lease, mut secret) = (None, None, None, USUAL, None);
        for (name, value) in url::form_urlencoded::parse(form) {
            match &*name {
                "hub.mode" => mode = Some(value.into_owned()),
                "hub.topic" => topic = Some(value.into_owned()),
                "hub.callback" => callback = Some(value.into_owned()),
                "hub.lease_seconds" if !value.is_empty() => {
                    let seconds: u64 = value.parse().map_err(|_| "hub.lease_seconds is a number of seconds")?;
                    lease = Duration::from_secs(seconds.clamp(SHORTEST, LONGEST));
                }
                "hub.secret" if !value.is_empty() => secret = Some(value.into_owned()),
                _ => {}
            }
        }
        let mode = match mode.as_deref() {
            Some("subscribe") => Mode::Subscribe,
            Some("unsubscribe") => Mode::Unsubscribe,
            Some("publish") => return Err("what is published here is told by itself"),
            _ => return Err("hub.mode is subscribe or unsubscribe"),
        };
        let topic = topic.ok_or("hub.topic is missing: the address of a feed published here")?;
        let callback = callback.ok_or("hub.callback is missing")?;
        let callback = Url::parse(&callback).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let callback = callback.ok_or("hub.callback is an http or https address")?;
        if secret.as_ref().is_some_and(|secret| secret.len() >= SECRET) {
            return Err("hub.secret is shorter than 200 bytes");
        }
        Ok(Self { mode, topic, callback, lease, secret })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_understood_or_its_fault_is_named() {
        let good = "hub.mode=subscribe&hub.topic=https%3A%2F%2Fnews.example%2Ffeeds%2Fall.rss&hub.callback=https://a.example/x?y=1";
        let request = Request::read(good.as_bytes()).unwrap();
        assert_eq!((request.topic.as_str(), request.lease), ("https://news.example/feeds/all.rss", USUAL));
        let lease = |seconds: &str| Request::read(format!("{good}&hub.lease_seconds={seconds}").as_bytes());
        assert_eq!(lease("1").unwrap().lease, Duration::from_secs(SHORTEST));
        assert_eq!(lease("999999999").unwrap().lease, Duration::from_secs(LONGEST));
        let faults = [
            (String::new(), "hub.mode"),
            ("hub.mode=publish".to_owned(), "by itself"),
            ("hub.mode=subscribe".to_owned(), "hub.topic"),
            ("hub.mode=subscribe&hub.topic=x".to_owned(), "hub.callback"),
            ("hub.mode=subscribe&hub.topic=x&hub.callback=ftp://a.example/".to_owned(), "http"),
            (format!("{good}&hub.lease_seconds=soon"), "number"),
            (format!("{good}&hub.secret={}", "x".repeat(200)), "200"),
        ];
        for (form, word) in faults {
            assert!(Request::read(form.as_bytes()).unwrap_err().contains(word), "{form}");
        }
    }
}
