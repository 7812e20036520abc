//! The plain way of asking for a feed, which nearly all requests go: a GET or HEAD of a document by its address, over
//! HTTP/1.1, on a connection that stays open. It is read and answered here without a value made for each header;
//! what is in any way otherwise is left to hyper, from the first byte of its head on.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, SystemTime};

use http::StatusCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};

use super::patient::Patience;
use super::payload::Payload;
use super::server::Answers;

/// The longest head that is read here.
const HEAD: usize = 8 * 1024;
/// The most header lines.
const LINES: usize = 40;

/// A request as far as it matters for a document.
#[derive(Debug, Default)]
pub(super) struct Asked<'b> {
    /// The path; there is no query.
    pub path: &'b str,
    /// HEAD.
    pub head: bool,
    /// `Accept-Encoding`.
    pub codings: Option<&'b str>,
    /// `If-None-Match`.
    pub known: Option<&'b [u8]>,
    /// `X-Forwarded-For`.
    pub forwarded: Option<&'b str>,
}

/// How a head is understood.
#[derive(Debug)]
enum Reading<'b> {
    /// It has not come whole yet.
    More,
    /// It is for hyper.
    Other,
    /// A request, and the length of its head.
    Plain(Asked<'b>, usize),
}

fn read(bytes: &[u8]) -> Reading<'_> {
    let mut lines = [httparse::EMPTY_HEADER; LINES];
    let mut request = httparse::Request::new(&mut lines);
    let length = match request.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) if bytes.len() < HEAD => return Reading::More,
        _ => return Reading::Other,
    };
    let (Some(method), Some(path), Some(1)) = (request.method, request.path, request.version) else {
        return Reading::Other;
    };
    if !matches!(method, "GET" | "HEAD") || !path.starts_with('/') || path.contains('?') {
        return Reading::Other;
    }
    let mut asked = Asked { path, head: method == "HEAD", ..Asked::default() };
    let mut host = false;
    for line in request.headers.iter() {
        let text = || std::str::from_utf8(line.value).ok();
        let once = match line.name.len() {
            4 if is(line, "host") => {
                host = true;
                continue;
            }
            6 if is(line, "accept") => continue,
            10 if is(line, "user-agent") => continue,
            10 if is(line, "connection") => match line.value.eq_ignore_ascii_case(b"keep-alive") {
                true => continue,
                false => return Reading::Other,
            },
            13 if is(line, "if-none-match") => asked.known.replace(line.value).is_none(),
            15 if is(line, "accept-encoding") => match text() {
                Some(text) => asked.codings.replace(text).is_none(),
                None => false,
            },
            15 if is(line, "x-forwarded-for") => match text() {
                Some(text) => asked.forwarded.replace(text).is_none(),
                None => false,
            },
            _ if INDIFFERENT.iter().any(|name| is(line, name)) => continue,
            _ => false,
        };
        if !once {
            return Reading::Other;
        }
    }
    if host { Reading::Plain(asked, length) } else { Reading::Other }
}

/// Headers that change nothing for a document's address.
const INDIFFERENT: [&str; 16] = [
    "accept-language",
    "cache-control",
    "cookie",
    "dnt",
    "from",
    "origin",
    "pragma",
    "priority",
    "referer",
    "via",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-port",
    "x-real-ip",
    "x-request-id",
    "forwarded",
];

fn is(line: &httparse::Header<'_>, name: &str) -> bool {
    line.name.eq_ignore_ascii_case(name)
}

/// Requests that are being answered, so that the end waits for them.
#[derive(Debug, Default)]
pub(super) struct UnderWay(AtomicUsize);

impl UnderWay {
    /// Waits until there are none.
    pub async fn none(&self) {
        while self.0.load(Relaxed) > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Counts one for as long as it lives.
struct Busy<'u>(&'u UnderWay);

impl<'u> Busy<'u> {
    fn begin(under_way: &'u UnderWay) -> Self {
        under_way.0.fetch_add(1, Relaxed);
        Self(under_way)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Relaxed);
    }
}

/// Answers what comes on a connection for as long as it is plain; gives the connection and what was read of the
/// first request that is not. `None`: it has ended.
pub(super) async fn answer(
    mut stream: TcpStream,
    peer: SocketAddr,
    site: &Arc<impl Answers>,
    (patience, under_way, shutdown): (Patience, &UnderWay, &watch::Receiver<bool>),
) -> Option<(TcpStream, Vec<u8>)> {
    let (mut bytes, mut date) = (Vec::with_capacity(1024), Date::default());
    let mut out = Vec::with_capacity(1024);
    let mut since = Instant::now();
    let mut deadline = Box::pin(sleep_until(since + patience.first));
    loop {
        let length = match read(&bytes) {
            Reading::Other => return Some((stream, bytes)),
            Reading::More => {
                // Nothing was answered yet: it must say soon what it wants.
                let patience = if out.is_empty() { patience.first } else { patience.idle };
                match more(&mut stream, &mut bytes, deadline.as_mut(), since + patience).await {
                    Some(1..) => continue,
                    _ => return None,
                }
            }
            Reading::Plain(asked, length) => {
                let _busy = Busy::begin(under_way);
                let Some(ready) = site.ready(&asked, peer).await else { return Some((stream, bytes)) };
                out.clear();
                out.extend_from_slice(ready.head());
                out.extend_from_slice(date.line());
                let body = ready.body().filter(|_| !asked.head);
                let allowed = patience.grace + Duration::from_secs(ready.length() / patience.slowest.max(1));
                send(&mut stream, &out, body, Instant::now() + allowed).await?;
                length
            }
        };
        since = Instant::now();
        bytes.drain(..length);
        if *shutdown.borrow() {
            return None;
        }
    }
}

/// Reads more, until `until`. The timer may stand earlier than it should; it is set anew only when it has passed.
async fn more(
    stream: &mut TcpStream,
    bytes: &mut Vec<u8>,
    mut deadline: std::pin::Pin<&mut Sleep>,
    until: Instant,
) -> Option<usize> {
    bytes.reserve(1024);
    if deadline.deadline() > until {
        deadline.as_mut().reset(until);
    }
    loop {
        tokio::select! {
            biased;
            read = stream.read_buf(bytes) => return read.ok(),
            () = deadline.as_mut() => {
                if Instant::now() >= until {
                    return None;
                }
                deadline.as_mut().reset(until);
            }
        }
    }
}

/// Sends a head and a body; `None`: the client has gone, or reads too slowly.
async fn send(stream: &mut TcpStream, head: &[u8], body: Option<&Payload>, until: Instant) -> Option<()> {
    let sending = async {
        match body {
            None => stream.write_all(head).await,
            Some(body) => body.send(stream, head).await,
        }
    };
    timeout_at(until, sending).await.ok()?.ok()
}

/// The `Date` line that ends a head, made once a second.
#[derive(Default)]
struct Date {
    second: u64,
    line: Vec<u8>,
}

impl Date {
    fn line(&mut self) -> &[u8] {
        let now = SystemTime::now();
        let second = now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        if second != self.second {
            self.second = second;
            self.line = format!("date: {}\r\n\r\n", httpdate::fmt_http_date(now)).into_bytes();
        }
        &self.line
    }
}

/// A head without its `Date` and its end.
pub(super) fn head_of(status: StatusCode, headers: &http::HeaderMap) -> Box<[u8]> {
    let mut head =
        format!("HTTP/1.1 {} {}\r\n", status.as_u16(), status.canonical_reason().unwrap_or_default()).into_bytes();
    for (name, value) in headers {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.into_boxed_slice()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(request: &str) -> &'static str {
        match read(request.as_bytes()) {
            Reading::More => "more",
            Reading::Other => "other",
            Reading::Plain(..) => "plain",
        }
    }

    #[test]
    fn only_the_plain_way_is_taken() {
        let check = |request: &str, expected| assert_eq!(outcome(request), expected, "{request:?}");
        check("", "more");
        check("GET /feeds/all.rss HTTP/1.1\r\nHost: a\r\n", "more");
        check("GET /feeds/all.rss HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\nUser-Agent: x\r\n\r\n", "plain");
        check(
            "HEAD /feeds/all.rss HTTP/1.1\r\nHOST: a\r\nIf-None-Match: \"x\"\r\nConnection: Keep-Alive\r\n\r\n",
            "plain",
        );
        check("GET /feeds/all.rss HTTP/1.1\r\n\r\n", "other");
        check("GET /feeds/all.rss HTTP/1.0\r\nHost: a\r\n\r\n", "other");
        check("GET /feeds/all.rss?limit=3 HTTP/1.1\r\nHost: a\r\n\r\n", "other");
        check("GET http://a/feeds/all.rss HTTP/1.1\r\nHost: a\r\n\r\n", "other");
        check("POST /hub HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "other");
        check("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "other");
        check("nonsense\r\n\r\n", "other");
        for line in [
            "Connection: close",
            "A-IM: feed",
            "Authorization: Basic x",
            "Content-Length: 5",
            "Transfer-Encoding: chunked",
            "Expect: 100-continue",
            "Upgrade: h2c",
            "Sec-Fetch-Mode: navigate",
            "If-Modified-Since: Fri, 20 Nov 2026 09:31:02 GMT",
            "If-None-Match: \"a\"\r\nIf-None-Match: \"b\"",
            "Range: bytes=0-5",
        ] {
            check(&format!("GET /feeds/all.rss HTTP/1.1\r\nHost: a\r\n{line}\r\n\r\n"), "other");
        }
        let long = format!("GET /feeds/all.rss HTTP/1.1\r\nHost: a\r\nCookie: {}", "x".repeat(HEAD));
        check(&long, "other");
    }
}
