use std::time::Duration;

use super::answer::Incoming;
use crate::fetch::error::FetchErrorKind;
use crate::fetch::exchange::{Bounds, Clock};

/// An answer, and what is read of it: its status and body, or words of what is said.
type Row = (&'static str, Result<(u16, &'static str), &'static str>);

/// Reads an answer that comes in pieces of so many bytes.
async fn read(answer: &[u8], piece: usize, max_bytes: u64, cut: bool) -> Result<(u16, Vec<u8>), String> {
    let (mut server, client) = tokio::io::duplex(piece.max(1));
    let sent = answer.to_vec();
    tokio::spawn(async move {
        use tokio::io::AsyncWriteExt;
        let _ = server.write_all(&sent).await;
    });
    let clock = Clock::start(Duration::from_secs(5));
    let bounds = Bounds { connect: Duration::from_secs(1), total: Duration::from_secs(5), max_bytes, cut };
    let mut incoming = Incoming::from(client);
    let head = incoming.head().await.map_err(|trouble| trouble.kind().to_string())?;
    let body = incoming.body(&head, &clock, bounds).await.map_err(|kind: FetchErrorKind| kind.to_string())?;
    Ok((head.status, body.to_vec()))
}

#[tokio::test]
async fn the_end_of_a_body_is_told_in_three_ways() {
    let rows: &[Row] = &[
        ("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc", Ok((200, "abc"))),
        ("HTTP/1.1 200 OK\ncontent-length: 3\n\nabc", Ok((200, "abc"))),
        ("HTTP/1.0 200\r\n\r\nuntil the end", Ok((200, "until the end"))),
        ("HTTP/1.1 200 OK\r\ncontent-length: 3, 3\r\ncontent-length: 3\r\n\r\nabc", Ok((200, "abc"))),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\nt: u\r\n\r\n",
            Ok((200, "abc")),
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 9\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            Ok((200, "abc")),
        ),
        ("HTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na", Ok((200, "a"))),
        ("\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na", Ok((200, "a"))),
        ("HTTP/1.1 200 OK\r\nno header\r\ncontent-length: 1\r\n\r\na", Err("invalid")),
        ("HTTP/1.1 304 Not Modified\r\ncontent-length: 700\r\n\r\n", Ok((304, ""))),
        ("HTTP/1.1 404 Not Found\r\ncontent-length: 3\r\n\r\nabc", Ok((404, ""))),
        ("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nabc", Err("broke off")),
        ("HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd", Err("two lengths")),
        ("HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nabc", Err("no number")),
        ("HTTP/1.1 200 OK\r\ncontent-length: +5\r\n\r\nabcde", Err("no number")),
        ("HTTP/1.1 200 OK\r\ncontent-length: 9223372036854775807\r\n\r\nabc", Err("larger than")),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nabc", Err("no number")),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n", Err("longer than it says")),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n", Err("broke off")),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\nabc", Err("larger than")),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n", Err("sent as `gzip, chunked`")),
        ("HTTP/1.1 200 OK\r\ncontent-len", Err("within its head")),
        ("HTTP/1.1 101 Switching\r\n\r\n", Err("another protocol")),
        ("<html>", Err("does not begin with")),
        ("ICY 200 OK\r\n\r\n", Err("does not begin with")),
        ("", Err("closed without")),
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
    let endless = format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(300_000));
    assert!(read(endless.as_bytes(), 65536, 1000, false).await.unwrap_err().contains("too long"));
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: y\r\n".repeat(300));
    assert!(read(many.as_bytes(), 65536, 1000, false).await.is_err());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn no_answer_brings_it_down(
        body in proptest::collection::vec(proptest::num::u8::ANY, 0..300),
        start in 0..4_usize,
        piece in 1..64_usize,
    ) {
        let starts = ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 200\r\n\r\n"];
        let answer = [starts[start].as_bytes(), &body].concat();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        if let Ok((_, body)) = runtime.block_on(read(&answer, piece, 250, false)) {
            proptest::prop_assert!(body.len() <= 250);
        }
    }
}
