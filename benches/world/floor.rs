//! What a request costs whoever makes it, without all that Courant does: a bare client against the same farm.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::farm;

/// Requests in flight, as many as Courant's.
const AT_ONCE: usize = 64;

/// Asks every site once, one connection each, whether it has changed since `tag`.
pub fn run(sites: usize, port: u16, tag: &str) -> std::io::Result<()> {
    let request = format!(
        "GET /feed.xml HTTP/1.1\r\nhost: site\r\naccept: */*\r\naccept-encoding: gzip\r\nuser-agent: bare\r\n\
         if-none-match: {tag}\r\n\r\n"
    );
    let request: Arc<str> = request.into();
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let next = Arc::new(AtomicUsize::new(0));
        let mut askers = tokio::task::JoinSet::new();
        for _ in 0..AT_ONCE {
            let (next, request) = (Arc::clone(&next), Arc::clone(&request));
            askers.spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= sites {
                        return std::io::Result::Ok(());
                    }
                    let mut stream = TcpStream::connect(farm::site(number, port)).await?;
                    stream.write_all(request.as_bytes()).await?;
                    let mut answer = Vec::with_capacity(1024);
                    while !answer.windows(4).any(|w| w == b"\r\n\r\n") && stream.read_buf(&mut answer).await? > 0 {}
                    if !answer.starts_with(b"HTTP/1.1 304") {
                        return Err(std::io::Error::other("the farm did not answer 304"));
                    }
                }
            });
        }
        while let Some(ended) = askers.join_next().await {
            ended.map_err(std::io::Error::other)??;
        }
        Ok(())
    })
}
