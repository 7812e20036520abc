//! One request and its answer, within bounds of time and size.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use futures_util::TryFutureExt;
use reqwest::header::HeaderMap;
use reqwest::{Client, Response};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::client::{cut_short, failure};
use super::error::FetchErrorKind;
use super::plain::Plain;

/// Longest wait for the end of an answer's headers.
const FIRST: Duration = Duration::from_secs(20);
/// Longest silence within a body.
pub(super) const IDLE: Duration = Duration::from_secs(15);
/// The body of a redirect or an error is read up to this size, only to keep the connection.
pub(super) const DRAIN: u64 = 64 * 1024;
/// And for so long: to connect anew takes less than to wait longer.
pub(super) const DRAIN_TIME: Duration = Duration::from_secs(1);

/// Bounds of one exchange.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) connect: Duration,
    /// For the whole exchange.
    pub(super) total: Duration,
    /// Most bytes of body on the wire.
    pub(super) max_bytes: u64,
    /// Whether a longer body is cut there rather than refused.
    pub(super) cut: bool,
    /// When the host's next visit may start: its connection is left open for that.
    pub(super) next: Instant,
}

impl Bounds {
    /// Longest wait for the end of an answer's headers: who is given more time may take more to begin.
    pub(super) fn first(&self) -> Duration {
        FIRST.max(self.total * 2 / 3)
    }
}

/// An answer as it came over the wire; the body only of a success.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// Whose it is.
    pub(super) peer: Option<IpAddr>,
}

/// The two ways to an answer: plain, and through a client that encrypts.
pub(super) enum Way<'w> {
    Plain(&'w Plain),
    Secure(Client),
}

/// Makes one GET.
pub(super) async fn exchange(
    way: Way<'_>,
    url: Url,
    headers: HeaderMap,
    bounds: Bounds,
) -> Result<Answer, FetchErrorKind> {
    let clock = Clock::start(bounds.total);
    match way {
        // 5 KB, which each of the futures around it would be moved with.
        Way::Plain(plain) => Box::pin(plain.get(&url, &headers, &clock, bounds)).await,
        // Large, and rarely needed at once with the other.
        Way::Secure(client) => Box::pin(through(&client, url, headers, &clock, bounds)).await,
    }
}

async fn through(
    client: &Client,
    url: Url,
    headers: HeaderMap,
    clock: &Clock,
    bounds: Bounds,
) -> Result<Answer, FetchErrorKind> {
    let request = client.get(url).headers(headers).send();
    let mut response = clock.within(bounds.first(), request).await?.map_err(|e| failure(&e, bounds.connect))?;
    let status = response.status().as_u16();
    let peer = response.remote_addr().map(|peer| peer.ip());
    let headers = std::mem::take(response.headers_mut());
    let body = if response.status().is_success() {
        read(&mut response, clock, bounds).await?
    } else {
        if response.content_length().is_some_and(|length| length <= DRAIN) {
            // Whatever goes wrong here concerns the connection only.
            let body = read(&mut response, clock, Bounds { max_bytes: DRAIN, cut: true, ..bounds });
            let _ = clock.within(DRAIN_TIME, body).await;
        }
        Bytes::new()
    };
    Ok(Answer { status, headers, body, peer })
}

async fn read(response: &mut Response, clock: &Clock, bounds: Bounds) -> Result<Bytes, FetchErrorKind> {
    let declared = response.content_length();
    let mut body = Body::begin(declared, bounds)?;
    while let Some(chunk) = clock.within(IDLE, response.chunk()).await?.map_err(|e| cut_short(&e))? {
        if !body.take(chunk)? {
            return Ok(body.end());
        }
    }
    let body = body.end();
    // A stream of HTTP/2 may be given up without error before its end.
    if declared.is_some_and(|length| length > body.len() as u64) {
        return Err(cut_short(&io::Error::from(io::ErrorKind::UnexpectedEof)));
    }
    Ok(body)
}

/// A body as it comes, kept within its bounds.
pub(super) struct Body {
    /// All that has come, where it came in one part, as most bodies do: it is lent.
    first: Bytes,
    /// All that has come, where it came in several.
    bytes: Vec<u8>,
    /// How long it may be in the end.
    likely: usize,
    bounds: Bounds,
}

impl Body {
    /// Begins one of a length that the server may declare, whose word is no reason to set much memory aside.
    pub(super) fn begin(declared: Option<u64>, bounds: Bounds) -> Result<Self, FetchErrorKind> {
        if !bounds.cut && declared.is_some_and(|length| length > bounds.max_bytes) {
            return Err(FetchErrorKind::TooLarge(bounds.max_bytes));
        }
        let likely = declared.unwrap_or(0).min(256 * 1024).min(bounds.max_bytes);
        Ok(Self { first: Bytes::new(), bytes: Vec::new(), likely: usize::try_from(likely).unwrap_or(0), bounds })
    }

    /// Takes the next part; whether more may come.
    pub(super) fn take(&mut self, mut part: Bytes) -> Result<bool, FetchErrorKind> {
        let taken = self.first.len() + self.bytes.len();
        let room = usize::try_from(self.bounds.max_bytes).unwrap_or(usize::MAX) - taken;
        let more = part.len() <= room;
        if !more && !self.bounds.cut {
            return Err(FetchErrorKind::TooLarge(self.bounds.max_bytes));
        }
        part.truncate(room);
        if taken == 0 {
            self.first = part;
            return Ok(more);
        }
        if self.bytes.is_empty() {
            self.bytes.reserve(self.likely);
            self.bytes.extend_from_slice(&std::mem::take(&mut self.first));
        }
        self.bytes.extend_from_slice(&part);
        Ok(more)
    }

    pub(super) fn end(self) -> Bytes {
        if self.bytes.is_empty() { self.first } else { Bytes::from(self.bytes) }
    }
}

/// How long an exchange may take yet.
pub(super) struct Clock {
    total: Duration,
    end: Instant,
}

impl Clock {
    pub(super) fn start(total: Duration) -> Self {
        Self { total, end: Instant::now() + total }
    }

    /// Runs a step for at most `step`, and not beyond the whole's end.
    pub(super) fn within<T>(
        &self,
        step: Duration,
        future: impl Future<Output = T>,
    ) -> impl Future<Output = Result<T, FetchErrorKind>> {
        let step_end = Instant::now() + step;
        let (end, spent) = if step_end < self.end { (step_end, step) } else { (self.end, self.total) };
        // An `async` block would hold the future twice.
        timeout_at(end, future).map_err(move |_| FetchErrorKind::Timeout(spent))
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use hyper::body::{Frame, SizeHint};

    use super::*;

    /// A body of ten bytes by its word.
    struct Ten(Option<&'static str>);

    impl hyper::body::Body for Ten {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Ready(self.0.take().map(|text| Ok(Frame::data(Bytes::from(text)))))
        }

        fn size_hint(&self) -> SizeHint {
            SizeHint::with_exact(10)
        }
    }

    #[tokio::test]
    async fn an_answer_that_ends_before_the_length_that_it_gives_is_cut() {
        let total = Duration::from_secs(5);
        let bounds = Bounds { connect: total, total, max_bytes: 100, cut: false, next: Instant::now() };
        for (text, whole) in [("ten bytes.", true), ("five.", false)] {
            let mut response = Response::from(http::Response::new(reqwest::Body::wrap(Ten(Some(text)))));
            let body = read(&mut response, &Clock::start(total), bounds).await;
            assert_eq!(body.is_ok(), whole, "{body:?}");
            assert!(body.is_ok() || body.is_err_and(|kind| kind.to_string().contains("broke off")));
        }
    }
}
