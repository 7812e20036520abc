//! What the hubs of sources ask and bring (WebSub callbacks).

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{self, HeaderMap};
use http::{Method, StatusCode};
use tokio::sync::Semaphore;

use super::body::Body;
use super::trouble;

/// The largest delivery that is read, in bytes; of a larger one only its coming is heard.
pub(super) const LARGEST: usize = 8 * 1024 * 1024;
/// How many deliveries are read at once.
const AT_ONCE: usize = 8;

const TEXT: &str = "text/plain; charset=utf-8";

/// Who is asked and told.
#[async_trait]
pub trait Inbox: Send + Sync + 'static {
    /// Whether a callback's key is one of ours: nothing is read of what comes to others.
    fn knows(&self, key: &str) -> bool;
    /// What a hub is answered that asks whether we mean it; `None`: we do not.
    async fn asked(&self, key: &str, query: &str) -> Option<String>;
    /// Takes a delivery: its `Content-Type`, its `X-Hub-Signature`, its body (empty where it was too large).
    async fn told(&self, key: &str, content_type: Option<String>, signature: Option<String>, body: Bytes);
}

/// Room for deliveries that are read.
pub(super) fn room() -> Semaphore {
    Semaphore::new(AT_ONCE)
}

/// Answers a hub; `body` where it posted one.
pub(super) async fn answer(
    inbox: &dyn Inbox,
    key: &str,
    method: &Method,
    headers: &HeaderMap,
    query: &str,
    body: Option<Bytes>,
) -> http::Response<Body> {
    let gone = || trouble::plain(StatusCode::GONE, TEXT, "nobody waits for anything here\n");
    match (method, body) {
        (&Method::GET, _) => match inbox.asked(key, query).await {
            Some(challenge) => trouble::plain(StatusCode::OK, TEXT, challenge),
            None => trouble::plain(StatusCode::NOT_FOUND, TEXT, "that is not meant\n"),
        },
        (&Method::POST, Some(body)) if inbox.knows(key) => {
            let text = |name: header::HeaderName| headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
            let signature = text(header::HeaderName::from_static("x-hub-signature"));
            inbox.told(key, text(header::CONTENT_TYPE), signature, body).await;
            // §8: whoever signs wrongly is not told so.
            trouble::plain(StatusCode::ACCEPTED, TEXT, "")
        }
        (&Method::POST, _) => gone(),
        _ => trouble::plain(StatusCode::METHOD_NOT_ALLOWED, TEXT, "a hub asks with GET and tells with POST\n"),
    }
}
