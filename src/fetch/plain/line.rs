//! A connection of hyper's without a task of its own: it reads and writes while somebody waits for what it brings.

use std::future::poll_fn;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::task::Poll;

use bytes::Bytes;
use futures_util::FutureExt;
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, Connection, Parts, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::fetch::client::MAX_HEADERS;

/// A connection, and the end where requests are put in.
#[derive(Debug)]
pub(super) struct Line {
    sender: SendRequest<Empty<Bytes>>,
    pub(super) wire: Wire,
    /// Who is at its other end.
    pub(super) peer: Option<IpAddr>,
}

/// What reads and writes.
#[derive(Debug)]
pub(super) struct Wire {
    /// Until it has come to its end. Large, and handed on.
    connection: Option<Box<Connection<TokioIo<TcpStream>, Empty<Bytes>>>>,
    /// What is left of it then.
    left: Option<Parts<TokioIo<TcpStream>>>,
}

/// What is left of a connection after an answer.
pub(super) enum Rest {
    /// Another answer may come on it.
    Open(Line),
    /// More has come than the answer says it has: what was read is cut off somewhere, then.
    Overflows,
    Closed,
}

impl Line {
    pub(super) async fn on(stream: TcpStream) -> Result<Self, hyper::Error> {
        let peer = stream.peer_addr().ok().map(|peer| peer.ip());
        let mut builder = Builder::new();
        // As browsers do: a header that cannot be read is none, and takes nothing from the others.
        builder.max_headers(MAX_HEADERS).ignore_invalid_headers_in_responses(true);
        builder.allow_spaces_after_header_name_in_responses(true);
        builder.allow_obsolete_multiline_headers_in_responses(true);
        let (sender, connection) = builder.handshake(TokioIo::new(stream)).await?;
        Ok(Self { sender, wire: Wire { connection: Some(Box::new(connection)), left: None }, peer })
    }

    /// Sends a request, and waits for the head of its answer.
    pub(super) async fn ask(&mut self, request: Request<Empty<Bytes>>) -> Result<Response<Incoming>, hyper::Error> {
        self.wire.driving(self.sender.send_request(request)).await
    }

    /// What is left once an answer has been read to its end.
    pub(super) fn rest(mut self) -> Rest {
        // Looks at what has come since, too.
        let ready = self.wire.driving(self.sender.ready()).now_or_never();
        let Some(parts) = self.wire.left.take() else {
            return if matches!(ready, Some(Ok(()))) { Rest::Open(self) } else { Rest::Closed };
        };
        let mut next = [0; 16];
        let came = parts.io.inner().try_read(&mut next).unwrap_or(0);
        let more = |bytes: &[u8]| bytes.iter().any(|b| !matches!(b, b'\r' | b'\n'));
        if more(&parts.read_buf) || more(next.get(..came).unwrap_or_default()) { Rest::Overflows } else { Rest::Closed }
    }
}

impl Wire {
    /// Waits for something that the connection brings.
    pub(super) async fn driving<T>(&mut self, awaited: impl Future<Output = T>) -> T {
        let mut awaited = pin!(awaited);
        poll_fn(|context| {
            // What went wrong is told to whoever waits: that no answer comes, only when the connection is gone.
            if let Some(mut connection) = self.connection.take() {
                match Pin::new(&mut *connection).poll(context) {
                    Poll::Pending => self.connection = Some(connection),
                    Poll::Ready(_) => self.left = Some(connection.into_parts()),
                }
            }
            awaited.as_mut().poll(context)
        })
        .await
    }
}
