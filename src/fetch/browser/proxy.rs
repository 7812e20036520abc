//! The only way out of a page: a proxy on loopback for this page alone, whose connections the guard lets through or
//! refuses, after DNS, like our own. It ends with the page, and all its connections with it.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::timeout;
use tracing::debug;
use url::{Host, Url};

use crate::fetch::guard::{Guard, Refusal};

/// Most connections of a page at once.
const CONNECTIONS: usize = 64;
/// Longest head of a request.
const HEAD: usize = 64 * 1024;
/// Longest wait for a request's head, and for a name or a connection.
const PATIENCE: Duration = Duration::from_secs(10);
/// Addresses of a name that are tried.
const TRIED: usize = 3;

/// What the browser asks the proxy for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Order {
    /// A connection to pass bytes through.
    Tunnel(Url),
    /// One request, rewritten for its server, and the length of its body.
    Forward(Url, Vec<u8>, u64),
}

/// A page's proxy; closed when dropped.
#[derive(Debug)]
pub(super) struct Proxy {
    pub(super) address: SocketAddr,
    task: AbortHandle,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    /// Opens one that passes `most` bytes to the page, and no more.
    pub(super) async fn open(guard: Guard, most: u64) -> io::Result<Self> {
        let listener = TcpListener::bind((IpAddr::from([127, 0, 0, 1]), 0)).await?;
        let address = listener.local_addr()?;
        let left = Arc::new(AtomicU64::new(most));
        let serving = async move {
            // Dropped with this task, and its connections with it.
            let mut connections = JoinSet::new();
            loop {
                let Ok((stream, _)) = listener.accept().await else { continue };
                while connections.try_join_next().is_some() {}
                if connections.len() >= CONNECTIONS {
                    continue;
                }
                let (guard, left) = (guard.clone(), Arc::clone(&left));
                connections.spawn(async move {
                    if let Err(error) = serve(stream, &guard, &left).await {
                        debug!("a page's connection: {error}");
                    }
                });
            }
        };
        Ok(Self { address, task: tokio::spawn(serving).abort_handle() })
    }
}

async fn serve(mut client: TcpStream, guard: &Guard, left: &AtomicU64) -> io::Result<()> {
    let Some((head, more)) = timeout(PATIENCE, head(&mut client)).await?? else { return Ok(()) };
    let order = match order(&head) {
        Ok(order) => order,
        Err(refusal) => return answer(&mut client, 400, &refusal.0).await,
    };
    let url = match &order {
        Order::Tunnel(url) | Order::Forward(url, ..) => url,
    };
    let mut server = match dial(guard, url).await {
        Ok(server) => server,
        Err(Dial::Refused(refusal)) => {
            debug!("refused to a page: {url}: {refusal}");
            return answer(&mut client, 403, &refusal.0).await;
        }
        Err(Dial::Failed(error)) => return answer(&mut client, 502, &error.to_string()).await,
    };
    let (mut from_server, mut to_server) = server.split();
    let (mut from_client, mut to_client) = client.split();
    match order {
        Order::Tunnel(_) => {
            to_client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
            to_server.write_all(&more).await?;
            let up = async {
                pass(&mut from_client, &mut to_server, &AtomicU64::new(u64::MAX)).await?;
                to_server.shutdown().await
            };
            let down = async {
                pass(&mut from_server, &mut to_client, left).await?;
                to_client.shutdown().await
            };
            tokio::try_join!(up, down).map(drop)
        }
        Order::Forward(_, head, length) => {
            to_server.write_all(&head).await?;
            let early = more.get(..usize::try_from(length).unwrap_or(usize::MAX).min(more.len())).unwrap_or_default();
            to_server.write_all(early).await?;
            let mut body = from_client.take(length - early.len() as u64);
            let up = async {
                pass(&mut body, &mut to_server, &AtomicU64::new(u64::MAX)).await?;
                // A second request would want another server: the browser opens a connection for it.
                body.set_limit(1);
                body.read_u8().await.map(drop)
            };
            tokio::select! {
                passed = pass(&mut from_server, &mut to_client, left) => passed,
                over = up => over,
            }
        }
    }
}

/// Reads a request's head; gives what came after it too. `None` where the browser closes.
async fn head(client: &mut TcpStream) -> io::Result<Option<(Vec<u8>, Vec<u8>)>> {
    let mut head = Vec::new();
    loop {
        let before = head.len().saturating_sub(3);
        if client.read_buf(&mut head).await? == 0 {
            return Ok(None);
        }
        if let Some(at) = memchr::memmem::find(head.get(before..).unwrap_or_default(), b"\r\n\r\n") {
            let more = head.split_off(before + at + 4);
            return Ok(Some((head, more)));
        }
        if head.len() > HEAD {
            return Err(io::Error::other("a request's head is too long"));
        }
    }
}

/// Understands a request's head.
pub(super) fn order(head: &[u8]) -> Result<Order, Refusal> {
    let refuse = |why: &str| Refusal(why.to_owned());
    let mut space = [httparse::EMPTY_HEADER; 128];
    let mut request = httparse::Request::new(&mut space);
    if !request.parse(head).is_ok_and(|status| status.is_complete()) {
        return Err(refuse("this is no HTTP request"));
    }
    let (Some(method), Some(target)) = (request.method, request.path) else {
        return Err(refuse("this is no HTTP request"));
    };
    if method == "CONNECT" {
        let url = Url::parse(&format!("https://{target}/")).map_err(|_| refuse("CONNECT takes a host and a port"))?;
        let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        return if plain { Ok(Order::Tunnel(url)) } else { Err(refuse("CONNECT takes a host and a port")) };
    }
    let url = Url::parse(target).map_err(|_| refuse("a proxy is asked for whole addresses"))?;
    if url.scheme() != "http" || !url.has_host() {
        return Err(refuse("only http: is forwarded"));
    }
    let mut length = 0;
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut out = format!("{method} {}{query} HTTP/1.1\r\n", url.path()).into_bytes();
    for header in request.headers.iter() {
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        if is("transfer-encoding") || is("upgrade") {
            return Err(refuse("bodies of unknown length are not forwarded"));
        }
        if is("content-length") {
            let written = std::str::from_utf8(header.value).ok().and_then(|text| text.trim().parse().ok());
            length = written.ok_or_else(|| refuse("the body has no length"))?;
        }
        if is("connection") || is("proxy-connection") || is("proxy-authorization") || is("keep-alive") {
            continue;
        }
        out.extend_from_slice(header.name.as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(header.value);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"Connection: close\r\n\r\n");
    Ok(Order::Forward(url, out, length))
}

/// Why there is no connection.
#[derive(Debug)]
enum Dial {
    Refused(Refusal),
    Failed(io::Error),
}

/// Connects to where an address leads, if the guard lets it: the name is resolved once, and what was judged is dialled.
async fn dial(guard: &Guard, url: &Url) -> Result<TcpStream, Dial> {
    let mut last = io::Error::other("the name leads nowhere");
    for ip in resolve(guard, url).await?.into_iter().take(TRIED) {
        let port = url.port_or_known_default().unwrap_or(80);
        match timeout(PATIENCE, TcpStream::connect((ip, port))).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = error,
            Err(_) => last = io::ErrorKind::TimedOut.into(),
        }
    }
    Err(Dial::Failed(last))
}

async fn resolve(guard: &Guard, url: &Url) -> Result<Vec<IpAddr>, Dial> {
    guard.check(url).map_err(Dial::Refused)?;
    match url.host() {
        Some(Host::Ipv4(ip)) => Ok(vec![ip.into()]),
        Some(Host::Ipv6(ip)) => Ok(vec![ip.into()]),
        Some(Host::Domain(name)) => {
            let answers = timeout(PATIENCE, tokio::net::lookup_host((name, 0))).await;
            let answers = answers.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())).map_err(Dial::Failed)?;
            guard.sift(name, answers.map(|answer| answer.ip())).map_err(Dial::Refused)
        }
        None => Err(Dial::Refused(Refusal("the address names no host".to_owned()))),
    }
}

/// Passes bytes on until their end, as long as some are left to pass.
async fn pass(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    left: &AtomicU64,
) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        let taken = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(length as u64));
        if taken.is_err() {
            return Err(io::Error::other("the page loads too much"));
        }
        to.write_all(buffer.get(..length).unwrap_or_default()).await?;
    }
}

async fn answer(client: &mut TcpStream, status: u16, why: &str) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status} Refused\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{why}",
        why.len()
    );
    client.write_all(head.as_bytes()).await?;
    client.shutdown().await
}
