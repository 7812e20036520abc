//! Plain requests are answered another way, and just the same.

use super::*;

/// Reads one answer: its head in lower case, and its body.
async fn answer(stream: &mut tokio::net::TcpStream, has_body: bool) -> (String, Vec<u8>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    let mut body = vec![0; if has_body { length } else { 0 }];
    stream.read_exact(&mut body).await.unwrap();
    (head, body)
}

/// The lines of a head but its date, sorted.
fn lines(head: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = head.lines().filter(|line| !line.starts_with("date: ")).collect();
    assert_eq!(lines.len() + 1, head.lines().count(), "{head}");
    lines.sort_unstable();
    lines
}

#[tokio::test]
async fn plain_requests_are_answered_as_all_others_on_one_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stage = Stage::new("http://127.0.0.1:8080/", None).await;
    for n in 0..20 {
        stage.shelf.put_long(&format!("urn:uuid:0b2e5f2c-6d1f-4e57-9a55-1d1e2a3b4c{n:02}")).await;
    }
    let (_stop, stopped) = watch::channel(false);
    tokio::spawn(run(listener, stage.shelf.store.clone(), stage.catalogues.subscribe(), stopped));
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    for coding in ["", "Accept-Encoding: gzip\r\n", "Accept-Encoding: br;q=0.5, zstd\r\n"] {
        // A header that may mean more takes the other way, on a connection of its own.
        let mut other = tokio::net::TcpStream::connect(address).await.unwrap();
        for method in ["GET", "HEAD"] {
            let request = format!("{method} /feeds/all.rss HTTP/1.1\r\nHost: a\r\n{coding}");
            stream.write_all(format!("{request}\r\n").as_bytes()).await.unwrap();
            other.write_all(format!("{request}TE: trailers\r\n\r\n").as_bytes()).await.unwrap();
            let (plain, long) = (answer(&mut stream, method == "GET").await, answer(&mut other, method == "GET").await);
            assert_eq!(lines(&plain.0), lines(&long.0));
            assert!(plain.1 == long.1 && (method == "HEAD" || plain.1.len() > 200));
            let tag = plain.0.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap().to_owned();
            let modified = plain.0.lines().find_map(|line| line.strip_prefix("last-modified: ")).unwrap().to_owned();
            let old = "Mon, 01 Jan 2001 00:00:00 GMT";
            for (conditions, status) in [
                (format!("If-None-Match: W/\"x\", {tag}"), 304),
                (format!("If-None-Match: {tag}\r\nIf-Modified-Since: {old}"), 304),
                (format!("If-Modified-Since: {old}\r\nIf-None-Match: {tag}\r\nA-IM: feed"), 304),
                (format!("If-Modified-Since: {modified}\r\nIf-None-Match: \"x\""), 200),
                (format!("If-Modified-Since: {old}"), 200),
                ("If-Modified-Since: Fri, 31 Dec 9999 23:59:59 GMT".to_owned(), 304),
                ("Range: bytes=0-9\r\nIf-Range: \"x\"".to_owned(), 200),
            ] {
                let again = format!("{request}{conditions}\r\n");
                stream.write_all(format!("{again}\r\n").as_bytes()).await.unwrap();
                other.write_all(format!("{again}TE: trailers\r\n\r\n").as_bytes()).await.unwrap();
                let has_body = method == "GET" && status == 200;
                let (plain, long) = (answer(&mut stream, has_body).await, answer(&mut other, has_body).await);
                assert!(plain.0.starts_with(&format!("http/1.1 {status} ")), "{conditions}: {}", plain.0);
                assert_eq!(lines(&plain.0), lines(&long.0), "{conditions}");
            }
        }
    }
    // Two at once, one in pieces, and then others on the same connection.
    stream
        .write_all(b"GET /feeds/all.json HTTP/1.1\r\nHost: a\r\n\r\nGET /feeds/ports.atom HTTP/1.1\r\nHo")
        .await
        .unwrap();
    assert!(answer(&mut stream, true).await.0.contains("application/feed+json"));
    stream
        .write_all(
            b"st: a\r\n\r\nGET /feeds/none.atom HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
        )
        .await
        .unwrap();
    assert!(answer(&mut stream, true).await.0.contains("application/atom+xml"));
    assert!(answer(&mut stream, true).await.0.starts_with("http/1.1 404 "));
    assert_eq!(answer(&mut stream, true).await.1, b"ok\n");
}

#[tokio::test]
async fn a_connection_ends_when_its_client_wishes_or_the_server_stops() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stage = Stage::new("http://127.0.0.1:8080/", None).await;
    stage.shelf.put_long("urn:uuid:0b2e5f2c-6d1f-4e57-9a55-1d1e2a3b4c00").await;
    let (stop, stopped) = watch::channel(false);
    let serving = tokio::spawn(run(listener, stage.shelf.store.clone(), stage.catalogues.subscribe(), stopped));
    let connect = || tokio::net::TcpStream::connect(address);
    for request in [
        "GET /feeds/all.rss HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET /feeds/all.rss HTTP/1.0\r\nHost: a\r\n\r\n",
    ] {
        let mut stream = connect().await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let (head, _) = answer(&mut stream, true).await;
        assert!(head.contains("\r\nconnection: close\r\n"), "{head}");
        assert_eq!(stream.read(&mut [0]).await.unwrap(), 0);
    }
    let mut idle = connect().await.unwrap();
    idle.write_all(b"GET /feeds/all.rss HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    answer(&mut idle, true).await;
    stop.send_replace(true);
    assert_eq!(idle.read(&mut [0]).await.unwrap(), 0);
    serving.await.unwrap().unwrap();
}
