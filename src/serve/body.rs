//! What responses carry: bytes that are there, or events as they come.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Frame, SizeHint};
use tokio::sync::mpsc;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// How often a word is said on a quiet stream of events, so that nobody on the way takes it for dead.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// The body of a response.
pub(super) enum Body {
    /// Bytes.
    Whole(Full<Bytes>),
    /// Server-sent events.
    Events(Events),
}

/// Events as they come, with a heartbeat between; ends when their sender is gone.
pub(super) struct Events {
    coming: mpsc::Receiver<Bytes>,
    heart: Interval,
}

impl Body {
    /// A stream of what comes in.
    pub fn events(coming: mpsc::Receiver<Bytes>) -> Self {
        let mut heart = interval(HEARTBEAT);
        heart.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self::Events(Events { coming, heart })
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::Whole(Full::default())
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::Whole(Full::new(bytes))
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Self::Whole(whole) => Pin::new(whole).poll_frame(cx),
            Self::Events(events) => {
                if let Poll::Ready(event) = events.coming.poll_recv(cx) {
                    return Poll::Ready(event.map(|event| Ok(Frame::data(event))));
                }
                ready!(events.heart.poll_tick(cx));
                Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b":\n\n")))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(whole) => whole.is_end_stream(),
            Self::Events(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(whole) => whole.size_hint(),
            Self::Events(_) => SizeHint::default(),
        }
    }
}
