//! Many small news sites on loopback, each at an address of its own: `127.1.x.y`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::{crowd, paper};

/// Teasers on a page before news came.
const TEASERS: usize = 30;

/// Where the site of this number listens.
pub fn site(number: usize, port: u16) -> SocketAddr {
    let (high, low) = (number / 250, number % 250);
    SocketAddr::from(([127, 1, u8::try_from(high).unwrap_or(255), u8::try_from(low + 1).unwrap_or(255)], port))
}

/// Serves so many sites until the process is killed. `/advance` puts three new teasers on every page.
pub fn serve(sites: usize, port: u16) -> std::io::Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let news = Arc::new(AtomicUsize::new(0));
        for number in 0..sites {
            let listener = TcpListener::bind(site(number, port)).await?;
            let news = Arc::clone(&news);
            tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(converse(stream, number, Arc::clone(&news)));
                }
            });
        }
        println!("ready");
        std::future::pending().await
    })
}

async fn converse(mut stream: TcpStream, number: usize, news: Arc<AtomicUsize>) {
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
        let head = String::from_utf8_lossy(held.get(..end).unwrap_or_default()).into_owned();
        held.drain(..end);
        let path = head.split(' ').nth(1).unwrap_or_default();
        if let Some(pause) = crowd::waits(path, number) {
            tokio::time::sleep(pause).await;
        }
        let answer = match crowd::fails(path, number) {
            true => "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n".to_owned(),
            false => answer(&head, &news),
        };
        if stream.write_all(answer.as_bytes()).await.is_err() || head.contains("connection: close") {
            return;
        }
    }
}

fn answer(head: &str, news: &AtomicUsize) -> String {
    let path = head.split(' ').nth(1).unwrap_or_default();
    if path == "/advance" {
        news.fetch_add(3, Ordering::SeqCst);
        return "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned();
    }
    let count = TEASERS + news.load(Ordering::SeqCst);
    if path == "/listed" {
        return format!("HTTP/1.1 200 OK\r\n\r\n{count}");
    }
    let tag = format!("\"{count}\"");
    if head.contains(&format!("if-none-match: {tag}")) {
        return format!("HTTP/1.1 304 Not Modified\r\netag: {tag}\r\n\r\n");
    }
    let (kind, body) = match path {
        "/" | "/crowd" => ("text/html", paper::listing(count)),
        "/feed.xml" => ("application/rss+xml", paper::feed(count)),
        _ => match path.strip_prefix("/2026/11/report-").and_then(|rest| rest.strip_suffix(".html")) {
            Some(number) => ("text/html", paper::article(number.parse().unwrap_or(0))),
            None => return "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned(),
        },
    };
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}; charset=utf-8\r\netag: {tag}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}
