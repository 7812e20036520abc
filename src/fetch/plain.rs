//! Plain HTTP/1.1 (RFC 9112) without a client's machinery: a connection, a request written in one piece, its answer.
//! What is encrypted goes through reqwest.
//!
//! Measured, a bare request costs a third of what it does through a pooled client, mostly the system's share: options
//! of sockets, tasks that wake each other, connections that are kept and never used again.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, USER_AGENT};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::Instant;
use url::{Position, Url};

use self::answer::{Incoming, Trouble};
use super::client::IDLE;
use super::error::FetchErrorKind;
use super::exchange::{Answer, Bounds, Clock, FIRST};
use super::guard::Guard;

mod answer;
mod dial;
#[cfg(test)]
mod tests;

/// Makes plain requests, and keeps the connections that they leave open for a moment.
#[derive(Debug)]
pub(super) struct Plain {
    guard: Guard,
    user_agent: String,
    idle: Arc<Mutex<Idle>>,
}

/// Connections left open, by host and port; at most one each.
#[derive(Debug, Default)]
struct Idle {
    by_host: HashMap<String, (TcpStream, Instant)>,
    /// Whether somebody comes to close them.
    watched: bool,
}

impl Plain {
    pub(super) fn new(guard: &Guard, user_agent: &str) -> Self {
        Self { guard: guard.clone(), user_agent: user_agent.to_owned(), idle: Arc::default() }
    }

    /// Makes one GET.
    pub(super) async fn get(
        &self,
        url: &Url,
        headers: &HeaderMap,
        clock: &Clock,
        bounds: Bounds,
    ) -> Result<Answer, FetchErrorKind> {
        let request = self.request(url, headers);
        let place = &url[Position::BeforeHost..Position::AfterPort];
        if let Some(stream) = self.take(place) {
            match self.ask(stream, place, &request, clock, bounds).await {
                // Closed while it lay idle: nobody has read the request.
                Err(Trouble::Unheard(_)) => {}
                asked => return asked.map_err(Trouble::kind),
            }
        }
        let dialled = dial::dial(&self.guard, url, bounds.connect);
        let stream = clock.within(bounds.connect, dialled).await??;
        self.ask(stream, place, &request, clock, bounds).await.map_err(Trouble::kind)
    }

    async fn ask(
        &self,
        mut stream: TcpStream,
        place: &str,
        request: &[u8],
        clock: &Clock,
        bounds: Bounds,
    ) -> Result<Answer, Trouble> {
        stream.write_all(request).await.map_err(Trouble::Unheard)?;
        let mut incoming = Incoming::from(stream);
        let head = clock.within(FIRST, incoming.head()).await??;
        let body = incoming.body(&head, clock, bounds).await?;
        if (200..300).contains(&head.status) && incoming.overflows(&head) {
            let why = "the answer goes on after the length that it gives, so that its end is missing; tell the site";
            return Err(FetchErrorKind::Content(why.to_owned()).into());
        }
        // Whoever has nothing new is not asked for anything else.
        if head.status != 304
            && let Some(stream) = incoming.reusable(&head)
        {
            self.keep(place, stream);
        }
        Ok(Answer { status: head.status, headers: head.headers, body })
    }

    /// The request as it goes over the wire. A `HeaderValue` holds no line break, an URL no space.
    fn request(&self, url: &Url, headers: &HeaderMap) -> Vec<u8> {
        let target = &url[Position::BeforePath..Position::AfterQuery];
        let mut text = String::with_capacity(512);
        let host = &url[Position::BeforeHost..Position::AfterPort];
        let _ = write!(text, "GET {target} HTTP/1.1\r\nhost: {host}\r\n");
        if !headers.contains_key(USER_AGENT) {
            let _ = write!(text, "user-agent: {}\r\n", self.user_agent);
        }
        let mut request = text.into_bytes();
        let mut line = |name: &str, value: &[u8]| {
            for part in [name.as_bytes(), b": ", value, b"\r\n"] {
                request.extend_from_slice(part);
            }
        };
        for (name, value) in headers {
            line(name.as_str(), value.as_bytes());
        }
        if let Some(credentials) = credentials(url).filter(|_| !headers.contains_key(AUTHORIZATION)) {
            line("authorization", credentials.as_bytes());
        }
        request.extend_from_slice(b"\r\n");
        request
    }

    /// The connection left open at a place, where it seems to live.
    fn take(&self, place: &str) -> Option<TcpStream> {
        let (stream, _) = locked(&self.idle).by_host.remove(place).filter(|(_, until)| *until > Instant::now())?;
        // Whatever comes unasked, its end included, makes it useless.
        let silent = stream.try_read(&mut [0]).is_err_and(|e| e.kind() == io::ErrorKind::WouldBlock);
        silent.then_some(stream)
    }

    /// Leaves a connection open for [`IDLE`].
    fn keep(&self, place: &str, stream: TcpStream) {
        let mut idle = locked(&self.idle);
        match idle.by_host.entry(place.to_owned()) {
            Entry::Occupied(_) => return,
            Entry::Vacant(vacant) => drop(vacant.insert((stream, Instant::now() + IDLE))),
        }
        if !std::mem::replace(&mut idle.watched, true) {
            tokio::spawn(close_in_time(Arc::clone(&self.idle)));
        }
    }
}

/// Closes what nobody has taken up in time, until nothing is left.
async fn close_in_time(idle: Arc<Mutex<Idle>>) {
    loop {
        tokio::time::sleep(IDLE / 2).await;
        let now = Instant::now();
        let mut idle = locked(&idle);
        idle.by_host.retain(|_, (_, until)| *until > now);
        if idle.by_host.is_empty() {
            *idle = Idle::default();
            return;
        }
    }
}

/// What an address with a user name or password says in a header of its own (RFC 7617).
fn credentials(url: &Url) -> Option<HeaderValue> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).collect::<Vec<u8>>();
    let pair = [decoded(url.username()), decoded(url.password().unwrap_or_default())].join(&b':');
    let value = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair));
    HeaderValue::from_str(&value).ok()
}

/// A lock whose holders never panic in between.
fn locked(idle: &Mutex<Idle>) -> MutexGuard<'_, Idle> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}
