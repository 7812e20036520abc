//! Heads of plain requests: a GET or HEAD of an address without a query, over HTTP/1, without a body and without
//! anything that calls for more than the document or word that the client has it.

/// The longest head that is read here.
const HEAD: usize = 8 * 1024;
/// The most header lines.
const LINES: usize = 48;

/// A request as far as it matters for a document.
#[derive(Debug, Default)]
pub(super) struct Asked<'b> {
    /// The path; there is no query.
    pub path: &'b str,
    /// HEAD.
    pub head: bool,
    /// `Accept-Encoding`.
    pub codings: Option<&'b str>,
    /// `If-None-Match`.
    pub known: Option<&'b [u8]>,
    /// `If-Modified-Since`.
    pub since: Option<&'b [u8]>,
    /// `A-IM`: it takes a difference to what it has.
    pub differs: bool,
    /// `X-Forwarded-For`.
    pub forwarded: Option<&'b str>,
    /// Nothing more comes on the connection.
    pub last: bool,
}

/// How a head is understood.
#[derive(Debug)]
pub(super) enum Reading<'b> {
    /// It has not come whole yet.
    More,
    /// It is for hyper.
    Other,
    /// A request, and the length of its head.
    Plain(Asked<'b>, usize),
}

/// Reads the head that bytes begin with.
pub(super) fn read(bytes: &[u8]) -> Reading<'_> {
    let mut lines = [httparse::EMPTY_HEADER; LINES];
    let mut request = httparse::Request::new(&mut lines);
    let length = match request.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) if bytes.len() < HEAD => return Reading::More,
        _ => return Reading::Other,
    };
    let (Some(method), Some(path), Some(version)) = (request.method, request.path, request.version) else {
        return Reading::Other;
    };
    if !matches!(method, "GET" | "HEAD") || !path.starts_with('/') || path.contains('?') {
        return Reading::Other;
    }
    // Over HTTP/1.0, as nginx asks where it is not told otherwise, a connection ends with its answer.
    let mut asked = Asked { path, head: method == "HEAD", last: version == 0, ..Asked::default() };
    let mut host = false;
    for line in request.headers.iter() {
        let text = || std::str::from_utf8(line.value).ok();
        let understood = match line.name.len() {
            4 if is(line, "host") => {
                host = true;
                continue;
            }
            6 if is(line, "accept") => continue,
            10 if is(line, "user-agent") => continue,
            10 if is(line, "connection") => match () {
                () if line.value.eq_ignore_ascii_case(b"keep-alive") => version == 1,
                () if line.value.eq_ignore_ascii_case(b"close") => {
                    asked.last = true;
                    true
                }
                () => false,
            },
            4 if is(line, "a-im") => {
                asked.differs = true;
                true
            }
            13 if is(line, "if-none-match") => asked.known.replace(line.value).is_none(),
            17 if is(line, "if-modified-since") => asked.since.replace(line.value).is_none(),
            15 if is(line, "accept-encoding") => text().is_some_and(|text| asked.codings.replace(text).is_none()),
            15 if is(line, "x-forwarded-for") => text().is_some_and(|text| asked.forwarded.replace(text).is_none()),
            _ => !DIFFERENT.iter().any(|name| is(line, name)),
        };
        if !understood {
            return Reading::Other;
        }
    }
    // RFC 9112 §3.2: without a host it is no request of HTTP/1.1.
    if host || version == 0 { Reading::Plain(asked, length) } else { Reading::Other }
}

/// Headers that make a request another one: they announce bytes, set conditions that are rare, speak for somebody,
/// or tell that a person's browser asks. All others change nothing for a document's address; a `Range` may be
/// answered with the whole (RFC 9110 §14.2), and `If-Range` is only of a range.
const DIFFERENT: [&str; 14] = [
    "authorization",
    "content-length",
    "transfer-encoding",
    "content-encoding",
    "content-type",
    "expect",
    "upgrade",
    "http2-settings",
    "te",
    "trailer",
    "if-match",
    "if-unmodified-since",
    "sec-fetch-mode",
    "upgrade-insecure-requests",
];

fn is(line: &httparse::Header<'_>, name: &str) -> bool {
    line.name.eq_ignore_ascii_case(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(request: &str) -> &'static str {
        match read(request.as_bytes()) {
            Reading::More => "more",
            Reading::Other => "other",
            Reading::Plain(Asked { last: true, .. }, _) => "last",
            Reading::Plain(..) => "plain",
        }
    }

    fn check(request: &str, expected: &str) {
        assert_eq!(outcome(request), expected, "{request:?}");
    }

    #[test]
    fn only_the_plain_way_is_taken() {
        check("", "more");
        check("GET /feeds/all.rss HTTP/1.1\r\nHost: a\r\n", "more");
        check("GET /feeds/all.rss HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\nUser-Agent: x\r\n\r\n", "plain");
        check(
            "HEAD /feeds/all.rss HTTP/1.1\r\nHOST: a\r\nIf-None-Match: \"x\"\r\nConnection: Keep-Alive\r\n\r\n",
            "plain",
        );
        check("GET /feeds/all.rss HTTP/1.1\r\n\r\n", "other");
        check("GET /feeds/all.rss HTTP/1.0\r\n\r\n", "last");
        check("GET /feeds/all.rss HTTP/1.0\r\nHost: a\r\nConnection: close\r\n\r\n", "last");
        check("GET /feeds/all.rss HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "other");
        check("GET /feeds/all.rss?limit=3 HTTP/1.1\r\nHost: a\r\n\r\n", "other");
        check("GET http://a/feeds/all.rss HTTP/1.1\r\nHost: a\r\n\r\n", "other");
        check("POST /hub HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "other");
        check("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "other");
        check("nonsense\r\n\r\n", "other");
        for line in [
            "Connection: close, te",
            "Authorization: Basic x",
            "Content-Length: 5",
            "Transfer-Encoding: chunked",
            "Expect: 100-continue",
            "Upgrade: h2c",
            "Sec-Fetch-Mode: navigate",
            "Upgrade-Insecure-Requests: 1",
            "If-Unmodified-Since: Fri, 20 Nov 2026 09:31:02 GMT",
            "If-None-Match: \"a\"\r\nIf-None-Match: \"b\"",
        ] {
            check(&format!("GET /feeds/all.rss HTTP/1.1\r\nHost: a\r\n{line}\r\n\r\n"), "other");
        }
        let long = format!("GET /feeds/all.rss HTTP/1.1\r\nHost: a\r\nCookie: {}", "x".repeat(HEAD));
        check(&long, "other");
    }

    #[test]
    fn what_feed_readers_send_is_plain() {
        let condition = "If-None-Match: W/\"x\"\r\nIf-Modified-Since: Fri, 20 Nov 2026 09:31:02 GMT";
        for (lines, expected) in [
            (
                "Accept: application/rss+xml;q=1.0, */*;q=0.1\r\nAccept-Encoding: deflate, gzip, br, zstd\r\nA-IM: feed",
                "plain",
            ),
            (
                "Referer: https://a.example/\r\nAccept-Encoding: gzip, deflate, br;q=0.9\r\nRange: bytes=0-99999",
                "plain",
            ),
            ("Accept-Encoding: br,gzip\r\nConnection: close\r\nX-Feed-Subscribers: 12", "last"),
            (
                "Accept-Language: en-GB\r\nPriority: u=3, i\r\nCache-Control: no-cache\r\nConnection: keep-alive",
                "plain",
            ),
            ("X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nTraceparent: 00-a-b-01", "plain"),
        ] {
            check(&format!("GET /feeds/all.rss HTTP/1.1\r\nHost: a\r\n{condition}\r\n{lines}\r\n\r\n"), expected);
        }
    }
}
