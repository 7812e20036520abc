//! A connection with bounded patience: whoever says nothing, or reads too slowly, is cut.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// As many bytes as tell which version of HTTP is spoken (RFC 9113 §3.4).
const PREFACE: u64 = 24;

/// How much patience there is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// By when the first bytes must have come.
    pub first: Duration,
    /// How long a connection may stand without anything being sent on it: idle, or over the head of a request.
    pub idle: Duration,
    /// How long writing may wait in all, beside the time that the bytes written take at `slowest`.
    pub grace: Duration,
    /// Bytes a second below which a reader is cut; not 0.
    pub slowest: u64,
}

/// A stream that loses patience.
pub(super) struct Patient<S> {
    stream: S,
    /// What was read of it before.
    before: Vec<u8>,
    patience: Patience,
    /// Armed while something is waited for. Setting it costs more than a look at the clock: while reading it may
    /// stand earlier than it should, and is set anew only when it has passed.
    deadline: Pin<Box<Sleep>>,
    /// Whether it is armed, for reading.
    armed: bool,
    /// When the connection began, or something was last sent.
    since: Instant,
    read: u64,
    written: u64,
    /// Time spent waiting to write so far.
    waited: Duration,
    /// Since when writing waits.
    waiting: Option<Instant>,
}

impl<S> Patient<S> {
    /// Patience with `stream` begins now.
    pub fn new(stream: S, patience: Patience) -> Self {
        let since = Instant::now();
        let deadline = Box::pin(sleep_until(since + patience.first));
        let waited = Duration::ZERO;
        Self {
            stream,
            before: Vec::new(),
            patience,
            deadline,
            armed: false,
            since,
            read: 0,
            written: 0,
            waited,
            waiting: None,
        }
    }

    /// The same, after these bytes.
    pub fn after(self, before: Vec<u8>) -> Self {
        Self { before, ..self }
    }

    /// Waits for the client to say something.
    fn silence(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let patience = if self.read < PREFACE { self.patience.first } else { self.patience.idle };
        if self.armed && Instant::now() < self.deadline.deadline() {
            // The timer knows whom to wake: one task has the connection for as long as it is open.
            return Poll::Pending;
        }
        let until = self.since + patience;
        loop {
            if !self.armed || self.deadline.deadline() < until {
                self.deadline.as_mut().reset(until);
                self.armed = true;
            }
            ready!(self.deadline.as_mut().poll(cx));
            if Instant::now() >= until {
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client said nothing")));
            }
        }
    }

    /// Keeps the account of a write.
    fn account(&mut self, cx: &mut Context<'_>, wrote: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match wrote {
            Poll::Ready(done) => {
                self.written += done.as_ref().map_or(0, |bytes| *bytes as u64);
                self.since = Instant::now();
                if let Some(since) = self.waiting.take() {
                    self.waited += self.since - since;
                    self.armed = false;
                }
                Poll::Ready(done)
            }
            Poll::Pending => {
                if self.waiting.is_none() {
                    let now = Instant::now();
                    (self.waiting, self.armed) = (Some(now), false);
                    let Patience { grace, slowest, .. } = self.patience;
                    let allowed = grace + Duration::from_secs(self.written / slowest.max(1));
                    self.deadline.as_mut().reset(now + allowed.saturating_sub(self.waited));
                }
                ready!(self.deadline.as_mut().poll(cx));
                Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client reads too slowly")))
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.before.is_empty() {
            let fits = self.before.len().min(buf.remaining());
            buf.put_slice(self.before.get(..fits).unwrap_or_default());
            self.before.drain(..fits);
            self.read += fits as u64;
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        match Pin::new(&mut self.stream).poll_read(cx, buf) {
            Poll::Ready(done) => {
                self.read += (buf.filled().len() - before) as u64;
                Poll::Ready(done)
            }
            // While writing waits, its deadline holds.
            Poll::Pending if self.waiting.is_some() => Poll::Pending,
            Poll::Pending => self.silence(cx),
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.account(cx, wrote)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // A head alone (304) is one buffer, which the system sends more cheaply as such.
        let wrote = match bufs {
            [one] => Pin::new(&mut self.stream).poll_write(cx, one),
            several => Pin::new(&mut self.stream).poll_write_vectored(cx, several),
        };
        self.account(cx, wrote)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    /// Hardly any, so that tests need none.
    const HARDLY: Patience = Patience {
        first: Duration::from_millis(5),
        idle: Duration::from_millis(20),
        grace: Duration::from_millis(5),
        slowest: 1 << 40,
    };

    #[tokio::test]
    async fn a_client_that_says_nothing_is_cut() {
        let (ours, _theirs) = tokio::io::duplex(64);
        let error = Patient::new(ours, HARDLY).read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_client_that_has_its_answer_may_be_idle_for_a_while() {
        let (ours, mut theirs) = tokio::io::duplex(64);
        let mut patient = Patient::new(ours, HARDLY);
        theirs.write_all(&[b'x'; PREFACE as usize]).await.unwrap();
        patient.read_exact(&mut [0; PREFACE as usize]).await.unwrap();
        patient.write_all(b"y").await.unwrap();
        let began = Instant::now();
        let error = patient.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(began.elapsed() >= HARDLY.idle - Duration::from_millis(5));
    }

    #[tokio::test]
    async fn a_client_that_reads_nothing_is_cut() {
        let (ours, _theirs) = tokio::io::duplex(64);
        let error = Patient::new(ours, HARDLY).write_all(&[0; 100]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_client_that_reads_a_little_at_a_time_is_served() {
        let (ours, mut theirs) = tokio::io::duplex(64);
        let reading = tokio::spawn(async move {
            let (mut buffer, mut total) = ([0; 16], 0);
            while let Ok(read @ 1..) = theirs.read(&mut buffer).await {
                total += read;
                tokio::task::yield_now().await;
            }
            total
        });
        let patience = Patience { grace: Duration::from_secs(60), ..HARDLY };
        let mut patient = Patient::new(ours, patience);
        patient.write_all(&[0; 10_000]).await.unwrap();
        patient.shutdown().await.unwrap();
        assert_eq!(reading.await.unwrap(), 10_000);
    }
}
