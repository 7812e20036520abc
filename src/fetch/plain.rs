//! Plain HTTP/1.1: a connection of hyper's, made for a request and driven by whoever asks. What is encrypted goes
//! through reqwest.
//!
//! Measured, such a request costs half of what it does through a pooled client, mostly the system's share: options
//! of sockets, tasks that wake each other, connections that are kept and never used again.

use std::collections::HashSet;
use std::error::Error as _;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::body::{Body as _, Incoming};
use reqwest::header::{AUTHORIZATION, HOST, HeaderMap, HeaderValue, USER_AGENT};
use tokio::time::Instant;
use url::{Position, Url};

use self::line::Line;
use super::client::{cut_short, improper, network, sentence_of};
use super::error::FetchErrorKind;
use super::exchange::{self, Answer, Body, Bounds, Clock, DRAIN, DRAIN_TIME};
use super::guard::Guard;

mod dial;
mod line;
#[cfg(test)]
mod tests;

/// A connection is left open for the host's next visit, and so much longer: the page may wait to be read first. Each
/// holds 20 to 200 KB, so that those of sites which are not asked again are soon closed.
const LINGER: Duration = Duration::from_millis(500);
/// Servers close idle connections after this, and sooner than a visitor comes who waits longer.
const CLOSED: Duration = Duration::from_secs(5);

/// With more hosts than this that fell silent, all are tried again.
const SILENT: usize = 1024;

/// Makes plain requests, and keeps the connections that they leave open for a moment.
#[derive(Debug)]
pub(super) struct Plain {
    guard: Guard,
    user_agent: String,
    /// Most connections that are left open.
    most: usize,
    idle: Arc<Mutex<Idle>>,
}

/// Connections left open: of a host as many as it was asked on at once.
#[derive(Debug, Default)]
struct Idle {
    lines: Vec<Kept>,
    /// Whether somebody comes to close them.
    watched: bool,
    /// Hosts that fell silent on such a connection: theirs are not left open.
    silent: HashSet<String>,
}

/// One of them.
#[derive(Debug)]
struct Kept {
    /// Host and port.
    place: String,
    line: Line,
    until: Instant,
}

impl Plain {
    /// At most `most` connections are left open.
    pub(super) fn new(guard: &Guard, user_agent: &str, most: usize) -> Self {
        Self { guard: guard.clone(), user_agent: user_agent.to_owned(), most, idle: Arc::default() }
    }

    /// Makes one GET.
    pub(super) async fn get(
        &self,
        url: &Url,
        headers: &HeaderMap,
        clock: &Clock,
        bounds: Bounds,
    ) -> Result<Answer, FetchErrorKind> {
        let request = self.request(url, headers)?;
        let place = &url[Position::BeforeHost..Position::AfterPort];
        if let Some(mut line) = self.take(place) {
            match clock.within(bounds.first(), line.ask(request.clone())).await {
                Ok(Ok(answer)) => return self.answer(line, place, answer, clock, bounds).await,
                // It was closed while it lay idle, and nobody has read the request; a GET may be made twice
                // (RFC 9112 §9.3.1).
                Ok(Err(_)) => {}
                // The server may be at work on it, and is not asked twice; or it is one that answers once only.
                Err(late) => {
                    self.never_keep(place);
                    return Err(late);
                }
            }
        }
        let dialled = dial::dial(&self.guard, url, bounds.connect);
        let stream = clock.within(bounds.connect, dialled).await??;
        let mut line = Line::on(stream).await.map_err(|e| trouble(&e))?;
        let answer = clock.within(bounds.first(), line.ask(request)).await?.map_err(|e| trouble(&e))?;
        self.answer(line, place, answer, clock, bounds).await
    }

    /// What has come in answer; the connection is kept where another may come on it.
    async fn answer(
        &self,
        mut line: Line,
        place: &str,
        answer: hyper::Response<Incoming>,
        clock: &Clock,
        bounds: Bounds,
    ) -> Result<Answer, FetchErrorKind> {
        let (head, mut incoming) = answer.into_parts();
        let short = incoming.size_hint().exact().is_some_and(|length| length <= DRAIN);
        let (mut body, mut is_whole) = (Bytes::new(), false);
        if head.status.is_success() {
            (body, is_whole) = read(&mut line, &mut incoming, clock, bounds).await?;
        } else if short && head.status != 304 {
            // Whatever goes wrong here concerns the connection only.
            let body = read(&mut line, &mut incoming, clock, Bounds { max_bytes: DRAIN, cut: true, ..bounds });
            is_whole = matches!(clock.within(DRAIN_TIME, body).await, Ok(Ok((_, true))));
        }
        drop(incoming);
        let peer = line.peer;
        // Whoever has nothing new is not asked for anything else: after a 304 nothing is kept.
        if is_whole {
            match line.rest() {
                line::Rest::Open(line) => self.keep(place, line, bounds.next),
                line::Rest::Overflows if head.status.is_success() && !body.is_empty() => {
                    return Err(FetchErrorKind::Content(
                        "the answer goes on after the length that it gives, so that its end is missing; tell the site"
                            .to_owned(),
                    ));
                }
                line::Rest::Overflows | line::Rest::Closed => {}
            }
        }
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body, peer })
    }

    fn request(&self, url: &Url, headers: &HeaderMap) -> Result<Request<Empty<Bytes>>, FetchErrorKind> {
        let improper =
            |e: &dyn std::fmt::Display| FetchErrorKind::Network(format!("no request can be made of it: {e}"));
        let value = |text: &str| HeaderValue::from_str(text).map_err(|e| improper(&e));
        let mut request = Request::new(Empty::new());
        *request.uri_mut() = url[Position::BeforePath..Position::AfterQuery].parse().map_err(|e| improper(&e))?;
        let own = request.headers_mut();
        own.reserve(headers.len() + 3);
        own.insert(HOST, value(&url[Position::BeforeHost..Position::AfterPort])?);
        own.insert(USER_AGENT, value(&self.user_agent)?);
        if let Some(credentials) = credentials(url) {
            own.insert(AUTHORIZATION, credentials);
        }
        // What is given several times is sent so.
        own.extend(headers.clone());
        Ok(request)
    }

    /// The connection that was left open last at a place.
    fn take(&self, place: &str) -> Option<Line> {
        let now = Instant::now();
        let lines = &mut locked(&self.idle).lines;
        let at = lines.iter().rposition(|kept| kept.place == place && kept.until > now)?;
        Some(lines.swap_remove(at).line)
    }

    /// From now on no connection to this host is left open.
    fn never_keep(&self, place: &str) {
        let mut idle = locked(&self.idle);
        if idle.silent.len() >= SILENT {
            idle.silent.clear();
        }
        idle.silent.insert(place.to_owned());
        idle.lines.retain(|kept| kept.place != place);
    }

    /// Leaves a connection open until after the next visit may start, in place of the one that would be closed next
    /// where there are many.
    fn keep(&self, place: &str, line: Line, next: Instant) {
        let now = Instant::now();
        if next.saturating_duration_since(now) >= CLOSED {
            return;
        }
        let mut idle = locked(&self.idle);
        if idle.silent.contains(place) {
            return;
        }
        if idle.lines.len() >= self.most {
            let next = (0..idle.lines.len()).min_by_key(|at| idle.lines.get(*at).map(|kept| kept.until));
            next.map(|at| idle.lines.swap_remove(at));
        }
        idle.lines.push(Kept { place: place.to_owned(), line, until: next.max(now) + LINGER });
        if !std::mem::replace(&mut idle.watched, true) {
            tokio::spawn(close_in_time(Arc::clone(&self.idle)));
        }
    }
}

/// Reads a body within its bounds; also tells whether it was read to its end.
async fn read(
    line: &mut Line,
    incoming: &mut Incoming,
    clock: &Clock,
    bounds: Bounds,
) -> Result<(Bytes, bool), FetchErrorKind> {
    let mut body = Body::begin(incoming.size_hint().exact(), bounds)?;
    while let Some(frame) = clock.within(exchange::IDLE, line.wire.driving(incoming.frame())).await? {
        // Trailers say nothing that is wanted.
        let Ok(part) = frame.map_err(|e| cut_short(&e))?.into_data() else { continue };
        if !body.take(part)? {
            return Ok((body.end(), false));
        }
    }
    Ok((body.end(), true))
}

/// Why there is no answer.
fn trouble(error: &hyper::Error) -> FetchErrorKind {
    match error.source().and_then(|cause| cause.downcast_ref::<io::Error>()) {
        Some(cause) => network(cause),
        None => improper(&sentence_of(error)),
    }
}

/// Closes what nobody has taken up in time, until nothing is left.
async fn close_in_time(idle: Arc<Mutex<Idle>>) {
    loop {
        tokio::time::sleep(LINGER).await;
        let now = Instant::now();
        let mut idle = locked(&idle);
        idle.lines.retain(|kept| kept.until > now);
        if idle.lines.is_empty() {
            idle.lines = Vec::new();
            idle.watched = false;
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
