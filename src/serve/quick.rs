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

use super::asked::{Reading, read};
use super::patient::Patience;
use super::payload::Payload;
use super::server::Answers;

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
    let mut end = shutdown.clone();
    // So that a connection that stands idle at the end is closed.
    let mut ending = std::pin::pin!(async move { drop(end.wait_for(|stop| *stop).await) });
    loop {
        let length = match read(&bytes) {
            Reading::Other => return Some((stream, bytes)),
            Reading::More => {
                // Nothing was answered yet: it must say soon what it wants.
                let patience = if out.is_empty() { patience.first } else { patience.idle };
                let coming = more(&mut stream, &mut bytes, deadline.as_mut(), since + patience);
                tokio::select! {
                    biased;
                    come = coming => match come {
                        Some(1..) => continue,
                        _ => return None,
                    },
                    () = &mut ending => return None,
                }
            }
            Reading::Plain(asked, length) => {
                let _busy = Busy::begin(under_way);
                let Some(ready) = site.ready(&asked, peer).await else { return Some((stream, bytes)) };
                out.clear();
                out.extend_from_slice(ready.head());
                if asked.last {
                    out.extend_from_slice(b"connection: close\r\n");
                }
                out.extend_from_slice(date.line());
                let body = ready.body().filter(|_| !asked.head);
                let allowed = patience.grace + Duration::from_secs(ready.length() / patience.slowest.max(1));
                send(&mut stream, &out, body, Instant::now() + allowed).await?;
                if asked.last {
                    // The client may still be reading; it is told that nothing more comes.
                    return stream.shutdown().await.ok().and(None);
                }
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
