//! The proxy before real sockets, and what is no page for a browser.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use super::is_html;
use super::proxy::{Order, Proxy, order};
use crate::fetch::guard::Guard;

/// A server that answers one request with what it was asked, and its address.
async fn echo() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut asked = vec![0; 4096];
                let length = stream.read(&mut asked).await.unwrap();
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
                stream.write_all(head.as_bytes()).await.unwrap();
                stream.write_all(&asked[..length]).await.unwrap();
            });
        }
    });
    address
}

/// What a proxy says to a request, until it closes.
async fn said(proxy: &Proxy, request: &str) -> String {
    let mut stream = TcpStream::connect(proxy.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A proxy that hangs up has said all.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_page_reaches_what_the_guard_allows_and_nothing_else() {
    let server = echo().await;
    let open = Guard::new(&["127.0.0.1/32".parse().unwrap()]);
    let allowed = Proxy::open(open, 100_000).await.unwrap();
    let strict = Proxy::open(Guard::new(&[]), 100_000).await.unwrap();
    let plain = format!("GET http://{server}/a?b=c HTTP/1.1\r\nHost: {server}\r\nProxy-Connection: keep-alive\r\n\r\n");
    let answer = said(&allowed, &plain).await;
    assert!(answer.contains("GET /a?b=c HTTP/1.1\r\nHost: ") && answer.contains("Connection: close"), "{answer}");
    assert!(!answer.contains("Proxy-Connection"), "{answer}");
    assert!(said(&strict, &plain).await.starts_with("HTTP/1.1 403 "));

    let tunnel = format!("CONNECT {server} HTTP/1.1\r\nHost: {server}\r\n\r\nHELLO");
    let answer = said(&allowed, &tunnel).await;
    assert!(answer.starts_with("HTTP/1.1 200 Connection established\r\n\r\n") && answer.ends_with("HELLO"), "{answer}");
    let port = server.port();
    for (proxy, target) in [
        (&strict, format!("127.0.0.1:{port}")),
        (&strict, format!("localhost:{port}")),
        (&allowed, format!("127.0.0.2:{port}")),
        (&allowed, "169.254.169.254:80".to_owned()),
        (&allowed, "[::1]:443".to_owned()),
        (&allowed, "10.0.0.1:443".to_owned()),
        // A port that belongs to another service.
        (&allowed, "127.0.0.1:25".to_owned()),
    ] {
        let answer = said(proxy, &format!("CONNECT {target} HTTP/1.1\r\n\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 403 "), "{target}: {answer}");
    }
}

#[tokio::test]
async fn a_proxy_passes_so_much_and_ends_with_its_page() {
    let server = echo().await;
    let open = Guard::new(&["127.0.0.0/8".parse().unwrap()]);
    let proxy = Proxy::open(open, 100).await.unwrap();
    let long = format!("CONNECT {server} HTTP/1.1\r\n\r\n{}", "x".repeat(2000));
    assert!(said(&proxy, &long).await.len() < 200);
    let address = proxy.address;
    drop(proxy);
    tokio::task::yield_now().await;
    let mut refused = false;
    for _ in 0..100 {
        refused = TcpStream::connect(address).await.is_err();
        if refused {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(refused);
}

#[test]
fn requests_to_a_proxy_are_understood_or_refused() {
    let good = [
        ("CONNECT a.example:443 HTTP/1.1\r\n\r\n", "https://a.example/"),
        ("CONNECT [2606:4700::1]:8443 HTTP/1.1\r\n\r\n", "https://[2606:4700::1]:8443/"),
        ("POST http://a.example/x HTTP/1.1\r\nContent-Length: 3\r\n\r\n", "http://a.example/x"),
    ];
    for (head, url) in good {
        let (Order::Tunnel(got) | Order::Forward(got, ..)) = order(head.as_bytes()).expect(head);
        assert_eq!(got.as_str(), url);
    }
    for head in [
        "GET / HTTP/1.1\r\n\r\n",
        "GET https://a.example/ HTTP/1.1\r\n\r\n",
        "GET file:///etc/hostname HTTP/1.1\r\n\r\n",
        "GET ftp://a.example/ HTTP/1.1\r\n\r\n",
        "CONNECT a.example/x HTTP/1.1\r\n\r\n",
        "CONNECT u@a.example:443 HTTP/1.1\r\n\r\n",
        "POST http://a.example/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST http://a.example/ HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "nonsense\r\n\r\n",
    ] {
        assert!(order(head.as_bytes()).is_err(), "{head}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(128))]

    #[test]
    fn no_request_is_too_odd_to_refuse(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
        let _ = order(&bytes);
    }

    #[test]
    fn a_forwarded_request_has_one_head(path in "[ -~]{0,40}", name in "[A-Za-z-]{1,12}", value in "[ -~]{0,40}") {
        let head = format!("GET http://a.example/{path} HTTP/1.1\r\n{name}: {value}\r\n\r\n");
        if let Ok(Order::Forward(_, out, _)) = order(head.as_bytes()) {
            let ends = out.windows(4).filter(|four| four == b"\r\n\r\n").count();
            proptest::prop_assert_eq!(ends, 1);
            proptest::prop_assert!(out.ends_with(b"Connection: close\r\n\r\n"));
        }
    }
}

#[test]
fn feeds_and_data_are_no_pages_for_a_browser() {
    let page = |kind: Option<&str>, text: &str| {
        let url = Url::parse("https://a.example/").unwrap();
        crate::fetch::saved_page(url, kind, text.to_owned().into(), chrono::DateTime::UNIX_EPOCH)
    };
    for (kind, text, expected) in [
        (Some("text/html"), "<!doctype html><div id=app></div>", true),
        (None, "<p>x", true),
        (Some("application/xhtml+xml"), "<?xml version=\"1.0\"?><html xmlns='x'></html>", true),
        (Some("text/html"), "<?xml version=\"1.0\"?><rss></rss>", false),
        (Some("text/html"), "[{\"title\":1}]", false),
        (Some("application/rss+xml"), "<rss></rss>", false),
        (Some("application/json"), "{}", false),
    ] {
        assert_eq!(is_html(&page(kind, text)), expected, "{text}");
    }
}
