use std::net::SocketAddr;
use std::time::Duration;

use reqwest::header::HeaderMap;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::Plain;
use crate::fetch::error::FetchErrorKind;
use crate::fetch::exchange::{Answer, Bounds, Clock, DRAIN_TIME};
use crate::fetch::guard::Guard;

/// An answer, and what is read of it: its status and body, or words of what is said.
type Row = (&'static str, Result<(u16, &'static str), &'static str>);

fn plain() -> Plain {
    let loopback = "127.0.0.0/8".parse().expect("a network");
    Plain::new(&Guard::new(&[loopback]), "Courant", 2)
}

/// Reads an answer that comes in pieces of so many bytes, and the connection's end after it.
async fn read(answer: &[u8], piece: usize, max_bytes: u64, cut: bool) -> Result<(u16, Vec<u8>), String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a place");
    let place = listener.local_addr().expect("an address");
    let sent = answer.to_vec();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a visitor");
        let _ = stream.read(&mut [0; 4096]).await;
        for part in sent.chunks(piece.max(1)) {
            if stream.write_all(part).await.is_err() {
                return;
            }
            tokio::task::yield_now().await;
        }
    });
    let clock = Clock::start(Duration::from_secs(20));
    let bounds = Bounds {
        connect: Duration::from_secs(5),
        total: Duration::from_secs(20),
        max_bytes,
        cut,
        next: Instant::now(),
    };
    let url = format!("http://{place}/").parse().expect("an address");
    let answer = plain().get(&url, &HeaderMap::new(), &clock, bounds).await;
    server.abort();
    answer.map(|answer| (answer.status, answer.body.to_vec())).map_err(|kind| kind.to_string())
}

#[tokio::test]
async fn the_end_of_a_body_is_told_in_three_ways() {
    let rows: &[Row] = &[
        ("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc", Ok((200, "abc"))),
        ("HTTP/1.1 200 OK\ncontent-length: 3\n\nabc", Ok((200, "abc"))),
        ("HTTP/1.0 200\r\n\r\nuntil the end", Ok((200, "until the end"))),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\nt: u\r\n\r\n",
            Ok((200, "abc")),
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 9\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            Ok((200, "abc")),
        ),
        ("HTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na", Ok((200, "a"))),
        ("HTTP/1.1 200 OK\r\nx-a : b\r\nnonsense\r\nx-f: c;\r\n d\r\ncontent-length: 1\r\n\r\na", Ok((200, "a"))),
        ("HTTP/1.1 304 Not Modified\r\ncontent-length: 700\r\n\r\n", Ok((304, ""))),
        ("HTTP/1.1 404 Not Found\r\ncontent-length: 3\r\n\r\nabc", Ok((404, ""))),
        ("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nabc", Err("broke off")),
        ("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc\r\n", Ok((200, "abc"))),
        ("HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd", Err("not proper HTTP")),
        ("HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nabc", Err("not proper HTTP")),
        ("HTTP/1.1 200 OK\r\ncontent-length: 9223372036854775807\r\n\r\nabc", Err("larger than")),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nabc", Err("broke off")),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n", Err("broke off")),
        ("HTTP/1.1 200 OK\r\ncontent-len", Err("closed")),
        ("<html>", Err("not proper HTTP")),
        ("", Err("closed")),
    ];
    for (answer, expected) in rows {
        for piece in [1, 7, 4096] {
            let got = read(answer.as_bytes(), piece, 1000, false).await;
            match (expected, got) {
                (Ok((status, body)), Ok(got)) => assert_eq!(got, (*status, body.as_bytes().to_vec()), "{answer}"),
                (Err(why), Err(got)) => assert!(got.contains(why), "{answer}: {got}"),
                (_, got) => panic!("{answer}: {got:?}"),
            }
        }
    }
}

#[tokio::test]
async fn what_comes_with_an_answer_and_is_more_than_its_length_is_an_error() {
    for line in ["", "connection: close\r\n"] {
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n{line}\r\nabcdef");
        let got = read(answer.as_bytes(), 4096, 1000, false).await;
        assert!(got.as_ref().is_err_and(|why| why.contains("goes on after the length")), "{got:?}");
    }
}

#[tokio::test]
async fn a_body_is_bounded_however_its_end_is_told() {
    let long = "x".repeat(5000);
    let rows = [
        format!("HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n{long}"),
        format!("HTTP/1.1 200 OK\r\n\r\n{long}"),
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1388\r\n{long}\r\n0\r\n\r\n"),
    ];
    for answer in rows {
        for piece in [100, 8192] {
            let whole = read(answer.as_bytes(), piece, 5000, false).await;
            assert_eq!(whole.map(|(_, body)| body.len()), Ok(5000), "{answer:.60}");
            let refused = read(answer.as_bytes(), piece, 4999, false).await.unwrap_err();
            assert!(refused.contains("larger than 4999"), "{answer:.60}: {refused}");
            let cut = read(answer.as_bytes(), piece, 4999, true).await;
            assert_eq!(cut.map(|(_, body)| body.len()), Ok(4999), "{answer:.60}");
        }
    }
    let endless = format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(1_000_000));
    assert!(read(endless.as_bytes(), 65536, 1000, false).await.is_err());
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: y\r\n".repeat(300));
    assert!(read(many.as_bytes(), 65536, 1000, false).await.is_err());
}

#[tokio::test]
async fn a_connection_left_open_is_used_again_and_one_that_has_ended_is_made_anew() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a place");
    let place = listener.local_addr().expect("an address");
    // Each connection answers so many requests, and tells its number.
    let server = tokio::spawn(async move {
        for (number, answers) in [2, 1, 9].into_iter().enumerate() {
            let (mut stream, _) = listener.accept().await.expect("a visitor");
            for _ in 0..answers {
                if stream.read(&mut [0; 4096]).await.unwrap_or(0) == 0 {
                    break;
                }
                let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n{number}");
                stream.write_all(answer.as_bytes()).await.expect("a reader");
            }
        }
    });
    let plain = plain();
    let mut bodies = String::new();
    for _ in 0..5 {
        let answer = visit(&plain, place).await.expect("an answer");
        bodies.push_str(str::from_utf8(&answer.body).expect("a digit"));
    }
    server.abort();
    assert_eq!(bodies, "00122");
}

/// Takes a visitor's first request, and answers it.
async fn served(listener: &TcpListener) -> TcpStream {
    let (mut stream, _) = listener.accept().await.expect("a visitor");
    let _ = stream.read(&mut [0; 4096]).await;
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na").await.expect("a reader");
    stream
}

async fn visit(plain: &Plain, place: SocketAddr) -> Result<Answer, FetchErrorKind> {
    visit_before(plain, place, Duration::ZERO).await
}

/// A visit with so long until the next.
async fn visit_before(plain: &Plain, place: SocketAddr, pause: Duration) -> Result<Answer, FetchErrorKind> {
    let (connect, total, next) = (Duration::from_secs(5), Duration::from_secs(20), Instant::now() + pause);
    let bounds = Bounds { connect, total, max_bytes: 9, cut: false, next };
    let url = format!("http://{place}/").parse().expect("an address");
    plain.get(&url, &HeaderMap::new(), &Clock::start(bounds.total), bounds).await
}

#[tokio::test]
async fn a_connection_that_was_closed_while_it_lay_idle_is_made_anew_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a place");
    let place = listener.local_addr().expect("an address");
    let (close, closed) = oneshot::channel::<()>();
    tokio::spawn(async move {
        let first = served(&listener).await;
        let _ = closed.await;
        drop(first);
        served(&listener).await
    });
    let plain = plain();
    visit(&plain, place).await.expect("an answer");
    assert_eq!(super::locked(&plain.idle).lines.len(), 1);
    drop(close);
    // Until the runtime knows of its end.
    for _ in 0..16 {
        tokio::task::yield_now().await;
    }
    visit(&plain, place).await.expect("an answer");
}

#[tokio::test]
async fn a_host_that_falls_silent_on_a_kept_connection_is_asked_once_and_then_on_new_ones() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a place");
    let place = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move {
        let mut first = served(&listener).await;
        let _ = first.read(&mut [0; 4096]).await;
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(20)).await;
        tokio::time::resume();
        let mut all = vec![first];
        loop {
            all.push(served(&listener).await);
        }
    });
    let plain = plain();
    visit(&plain, place).await.expect("an answer");
    // It may be at work: it is not asked again at once.
    let late = visit(&plain, place).await;
    assert!(matches!(late, Err(FetchErrorKind::Timeout(_))), "{late:?}");
    for _ in 0..2 {
        visit(&plain, place).await.expect("an answer");
        assert!(super::locked(&plain.idle).lines.is_empty());
    }
    server.abort();
}

#[tokio::test]
async fn nobody_waits_for_the_body_of_a_redirect_or_an_error() {
    for status in ["302 Found", "404 Not Found"] {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a place");
        let place = listener.local_addr().expect("an address");
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a visitor");
            let _ = stream.read(&mut [0; 4096]).await;
            let head = format!("HTTP/1.1 {status}\r\ncontent-length: 100\r\n\r\n");
            stream.write_all(head.as_bytes()).await.expect("a reader");
            // A part now and then, none of them long awaited, until the visitor goes.
            let mut visitor = [0; 1];
            loop {
                let _ = stream.write_all(b"x").await;
                tokio::task::yield_now().await;
                tokio::time::pause();
                tokio::time::advance(DRAIN_TIME / 2).await;
                tokio::time::resume();
                match stream.try_read(&mut visitor) {
                    Err(waiting) if waiting.kind() == std::io::ErrorKind::WouldBlock => {}
                    _ => return,
                }
            }
        });
        let plain = plain();
        let answer = visit(&plain, place).await.expect("an answer");
        assert!(status.starts_with(&answer.status.to_string()) && answer.body.is_empty(), "{answer:?}");
        assert!(plain.take(&place.to_string()).is_none());
        server.await.expect("an end");
    }
}

#[tokio::test]
async fn a_connection_is_left_open_for_the_next_visit_and_little_longer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a place");
    let place = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move {
        let mut streams = Vec::new();
        loop {
            streams.push(served(&listener).await);
        }
    });
    let (second, moment) = (Duration::from_secs(1), Duration::from_millis(1));
    let rows = [
        (Duration::ZERO, Duration::ZERO, true),
        (Duration::ZERO, super::LINGER, false),
        (3 * second, 3 * second, true),
        (3 * second, 3 * second + super::LINGER, false),
        // It would be closed before the next visit.
        (super::CLOSED - moment, Duration::ZERO, true),
        (super::CLOSED + second, Duration::ZERO, false),
    ];
    for (pause, after, open) in rows {
        let plain = plain();
        visit_before(&plain, place, pause).await.expect("an answer");
        tokio::time::pause();
        tokio::time::advance(after).await;
        assert_eq!(plain.take(&place.to_string()).is_some(), open, "{after:?} into a pause of {pause:?}");
        tokio::time::resume();
    }
    server.abort();
}

#[tokio::test]
async fn few_connections_are_left_open_however_many_places_are_asked() {
    let plain = plain();
    let mut servers = Vec::new();
    for _ in 0..4 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a place");
        let place = listener.local_addr().expect("an address");
        servers.push(tokio::spawn(async move {
            let mut stream = served(&listener).await;
            // Until the visitor goes.
            let _ = stream.read(&mut [0; 16]).await;
        }));
        visit(&plain, place).await.expect("an answer");
    }
    assert_eq!(super::locked(&plain.idle).lines.len(), 2);
    // The first were closed for the last.
    for server in servers.drain(..2) {
        server.await.expect("an end");
    }
    servers.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn a_host_that_is_asked_on_several_connections_at_once_keeps_as_many() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a place");
    let place = listener.local_addr().expect("an address");
    // Both are answered once both have come.
    let server = tokio::spawn(async move {
        let (mut one, _) = listener.accept().await.expect("a visitor");
        let (mut other, _) = listener.accept().await.expect("a visitor");
        for _ in 0..2 {
            for stream in [&mut one, &mut other] {
                let _ = stream.read(&mut [0; 4096]).await;
            }
            for stream in [&mut one, &mut other] {
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na").await.expect("a reader");
            }
        }
        (one, other)
    });
    let plain = plain();
    for _ in 0..2 {
        let (one, other) = tokio::join!(visit(&plain, place), visit(&plain, place));
        assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
        assert_eq!(super::locked(&plain.idle).lines.len(), 2);
    }
    drop(server.await.expect("all asked"));
}
