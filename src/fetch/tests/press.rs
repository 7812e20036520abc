//! A server on loopback that answers as a test tells it, raw bytes included, and remembers what it was asked.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// What the server does after a request.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    bytes: Vec<u8>,
    then: Then,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Then {
    Keep,
    Close,
    Stall,
}

impl Reply {
    pub(super) fn ok(headers: &str, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let head = format!("HTTP/1.1 200 OK\r\n{headers}content-length: {}\r\n\r\n", body.len());
        Self { bytes: [head.as_bytes(), body].concat(), then: Then::Keep }
    }

    pub(super) fn status(status: u16, headers: &str) -> Self {
        let length = if matches!(status, 204 | 304) { "" } else { "content-length: 0\r\n" };
        Self::raw(&format!("HTTP/1.1 {status} x\r\n{headers}{length}\r\n"))
    }

    pub(super) fn raw(text: &str) -> Self {
        Self { bytes: text.into(), then: Then::Keep }
    }

    pub(super) fn close(text: &str) -> Self {
        Self { then: Then::Close, ..Self::raw(text) }
    }

    pub(super) fn stall(text: &str) -> Self {
        Self { then: Then::Stall, ..Self::raw(text) }
    }
}

/// The server; it ends with the test's runtime.
pub(super) struct Press {
    address: SocketAddr,
    desk: Arc<Desk>,
}

#[derive(Default)]
struct Desk {
    asked: Mutex<Vec<String>>,
    connections: AtomicUsize,
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Press {
    pub(super) async fn open(answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        Self::open_at([127, 0, 0, 1], answer).await
    }

    pub(super) async fn open_at(ip: [u8; 4], answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(SocketAddr::from((ip, 0))).await.unwrap();
        let address = listener.local_addr().unwrap();
        let desk = Arc::<Desk>::default();
        let answer = Arc::new(answer);
        let at_door = Arc::clone(&desk);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                at_door.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(converse(stream, Arc::clone(&at_door), Arc::clone(&answer)));
            }
        });
        Self { address, desk }
    }

    /// An address where nobody listens.
    pub(super) async fn closed() -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap()
    }

    pub(super) fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    /// The requests so far, head and all, names of headers in lower case as they came.
    pub(super) fn asked(&self) -> Vec<String> {
        self.desk.asked.lock().unwrap().clone()
    }

    pub(super) fn connections(&self) -> usize {
        self.desk.connections.load(Ordering::SeqCst)
    }

    pub(super) fn most_at_once(&self) -> usize {
        self.desk.most.load(Ordering::SeqCst)
    }
}

async fn converse(mut stream: TcpStream, desk: Arc<Desk>, answer: Arc<impl Fn(&str) -> Reply>) {
    let mut held = Vec::new();
    loop {
        let end = loop {
            if let Some(end) = held.windows(4).position(|w| w == b"\r\n\r\n") {
                break end + 4;
            }
            if !matches!(stream.read_buf(&mut held).await, Ok(1..)) {
                return;
            }
        };
        let head = String::from_utf8_lossy(&held[..end]).into_owned();
        held.drain(..end);
        let now = desk.now.fetch_add(1, Ordering::SeqCst) + 1;
        desk.most.fetch_max(now, Ordering::SeqCst);
        let reply = answer(&head);
        desk.asked.lock().unwrap().push(head);
        tokio::task::yield_now().await;
        desk.now.fetch_sub(1, Ordering::SeqCst);
        if stream.write_all(&reply.bytes).await.is_err() {
            return;
        }
        match reply.then {
            Then::Keep => {}
            Then::Close => return,
            Then::Stall => std::future::pending().await,
        }
    }
}
