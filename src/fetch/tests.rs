//! The whole way of a request, against servers on loopback that say what the rows tell them.

mod press;

use std::time::Duration;

use chrono::Utc;
use url::Url;

use self::press::{Press, Reply};
use super::ways::Reach;
use super::{FetchError, FetchErrorKind, Fetched, Fetcher, HostRule, Manners};
use crate::model::{Outcome, Page, PageRequest, Validators};

/// Manners that let loopback through and wait for nothing.
fn manners() -> Manners {
    Manners {
        allow_private: vec!["127.0.0.1/32".parse().unwrap(), "127.0.0.2/32".parse().unwrap()],
        respect_robots: false,
        total_timeout: Duration::from_secs(5),
        max_bytes: 100_000,
        ..Manners::default()
    }
}

async fn get(fetcher: &Fetcher, url: Url) -> Result<Fetched, FetchError> {
    fetcher.get(&PageRequest::new(url)).await
}

async fn page(fetcher: &Fetcher, url: Url) -> Page {
    match get(fetcher, url).await {
        Ok(Fetched::Page(page)) => *page,
        other => panic!("{other:?}"),
    }
}

async fn error(fetcher: &Fetcher, url: Url) -> FetchError {
    get(fetcher, url).await.expect_err("no page")
}

const HTML: &str = "content-type: Text/HTML; charset=gbk\r\ncontent-language: zh\r\netag: W/\"x\"\r\n";

#[tokio::test]
async fn a_page_comes_with_all_that_was_said_of_it() {
    let press = Press::open(|_| Reply::ok(HTML, "<p>news</p>")).await;
    let fetcher = Fetcher::new(manners()).unwrap();
    let page = page(&fetcher, press.url("/a?b=c#d")).await;
    assert_eq!(page.url, press.url("/a?b=c"));
    assert_eq!(page.asked, press.url("/a?b=c#d"));
    assert_eq!((page.status, page.moved), (200, None));
    assert_eq!(page.peer, Some("127.0.0.1".parse().unwrap()));
    assert_eq!(page.media_type.as_deref(), Some("text/html"));
    assert_eq!(page.content_language.as_deref(), Some("zh"));
    assert_eq!(page.validators, Validators { etag: Some("W/\"x\"".into()), ..Validators::default() });
    assert_eq!(page.text, "<p>news</p>");
    let asked = press.asked().pop().unwrap();
    assert!(asked.starts_with("GET /a?b=c HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains("user-agent: Courant/") && asked.contains("(+https://"), "{asked}");
    assert!(asked.contains("accept-encoding: gzip, br, zstd, deflate\r\n"), "{asked}");
    assert!(!asked.contains("cookie:") && !asked.contains("if-none-match"), "{asked}");
}

#[tokio::test]
async fn what_is_held_is_asked_for_by_its_validators() {
    let press = Press::open(|asked| {
        let known = asked.contains("if-none-match: W/\"a,1\"\r\n") && asked.contains("if-modified-since: odd date\r\n");
        if known { Reply::raw("HTTP/1.1 304 Not Modified\r\netag: \"b\"\r\n\r\n") } else { Reply::status(304, "") }
    })
    .await;
    let fetcher = Fetcher::new(manners()).unwrap();
    let mut ask = PageRequest::new(press.url("/"));
    ask.validators = Validators { etag: Some("W/\"a,1\"".into()), last_modified: Some("odd date".into()), of: None };
    let expected = Validators { etag: Some("\"b\"".into()), ..ask.validators.clone() };
    assert!(matches!(fetcher.get(&ask).await, Ok(Fetched::NotModified(got)) if got.validators == expected));
    let unasked = error(&fetcher, press.url("/")).await;
    assert_eq!((unasked.status(), unasked.outcome()), (Some(304), Outcome::Broken));
}

#[tokio::test]
async fn statuses_are_told_apart_and_say_what_to_do() {
    let press = Press::open(|asked| {
        let path = asked.split(' ').nth(1).unwrap_or_default();
        match path.trim_start_matches('/').split_once('+') {
            Some((status, header)) => {
                Reply::status(status.parse().unwrap(), &format!("{}\r\n", header.replace('=', ": ")))
            }
            None => Reply::status(path.trim_start_matches('/').parse().unwrap(), ""),
        }
    })
    .await;
    let fetcher = Fetcher::new(manners()).unwrap();
    let rows: &[(&str, Outcome, &str, Option<i64>)] = &[
        ("/204", Outcome::Broken, "nothing at this address", None),
        ("/206", Outcome::Broken, "no page", None),
        ("/400", Outcome::Broken, "check the address", None),
        ("/401", Outcome::Blocked, "credentials", None),
        ("/403", Outcome::Blocked, "refuses us", None),
        ("/404", Outcome::Broken, "no such page", None),
        ("/410", Outcome::Gone, "gone for good", None),
        ("/429+retry-after=7200", Outcome::Broken, "`rate`", Some(7200)),
        ("/451", Outcome::Blocked, "refuses us", None),
        ("/500", Outcome::Broken, "out of order", None),
        ("/503+retry-after=60", Outcome::Broken, "out of order", Some(60)),
        ("/503+retry-after=99999999999", Outcome::Broken, "out of order", Some(86_400)),
        ("/503+retry-after=soon", Outcome::Broken, "out of order", None),
        ("/503+cf-mitigated=challenge", Outcome::Blocked, "bot check", None),
        ("/511", Outcome::Broken, "log this machine in", None),
        ("/999", Outcome::Broken, "answered 999", None),
    ];
    for (path, outcome, words, retry) in rows {
        let error = error(&fetcher, press.url(path)).await;
        assert_eq!(error.outcome(), *outcome, "{path}");
        assert!(error.to_string().contains(words), "{path}: {error}");
        assert_eq!(error.status(), path.get(1..4).and_then(|s| s.parse().ok()), "{path}");
        let wait = error.retry_at.map(|at| (at - Utc::now()).num_seconds());
        assert!(wait.zip(*retry).is_none_or(|(got, want)| (want - 5..=want).contains(&got)), "{path}: {wait:?}");
        assert_eq!(wait.is_some(), retry.is_some(), "{path}");
    }
}

#[tokio::test]
async fn a_429_quiets_its_address_and_five_in_a_row_the_whole_host() {
    let press = Press::open(|asked| {
        if asked.contains("/good") { Reply::ok("", "x") } else { Reply::status(429, "retry-after: 600\r\n") }
    })
    .await;
    let fetcher = Fetcher::new(manners()).unwrap();
    let refused = async |path: &str| error(&fetcher, press.url(path)).await;
    for path in ["/1", "/2"] {
        assert_eq!(refused(path).await.status(), Some(429));
    }
    let again = refused("/1").await;
    assert!(matches!(again.kind, FetchErrorKind::Waiting(_)) && again.retry_at.is_some(), "{again}");
    page(&fetcher, press.url("/good")).await;
    for path in ["/3", "/4", "/5", "/6", "/7"] {
        assert_eq!(refused(path).await.status(), Some(429));
    }
    assert!(matches!(refused("/good").await.kind, FetchErrorKind::Waiting(_)));
    assert_eq!(press.asked().len(), 8);
}

#[tokio::test]
async fn answers_that_are_no_document_are_errors() {
    let rows: Vec<(&str, Reply, &str)> = vec![
        ("empty", Reply::ok("", ""), "empty"),
        ("blank", Reply::ok("", " \r\n\t "), "empty"),
        (
            "too long by its word",
            Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 9223372036854775807\r\n\r\nx"),
            "larger than",
        ),
        ("too long in fact", Reply::close(&format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(100_001))), "larger than"),
        ("cut", Reply::close("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\nx"), "broke off"),
        ("cut chunk", Reply::close("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n"), "broke off"),
        (
            "two lengths",
            Reply::close("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx"),
            "proper HTTP",
        ),
        ("no HTTP", Reply::close("SSH-2.0-x\r\n"), "proper HTTP"),
        ("nothing", Reply::close(""), "proper HTTP"),
        (
            "longer than its word",
            Reply::close("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 3\r\n\r\nabcdef"),
            "goes on after the length",
        ),
        ("unknown coding", Reply::ok("content-encoding: x-odd\r\n", "x"), "x-odd"),
        ("PDF", Reply::ok("content-type: text/html\r\n", "%PDF-1.4\n"), "a PDF document"),
        ("noise", Reply::ok("", "\u{1}\u{2}x\u{3}".repeat(20)), "binary"),
        (
            "NUL in a header",
            Reply::close("HTTP/1.1 200 OK\r\netag: \"a\0b\"\r\ncontent-length: 1\r\n\r\nx"),
            "proper HTTP",
        ),
        (
            "a header without end",
            Reply::close(&format!("HTTP/1.1 200 OK\r\nx: {}", "x".repeat(1 << 20))),
            "proper HTTP",
        ),
    ];
    for (name, reply, words) in rows {
        let press = Press::open(move |_| reply.clone()).await;
        let error = error(&Fetcher::new(manners()).unwrap(), press.url("/")).await;
        assert_eq!(error.outcome(), Outcome::Broken, "{name}");
        assert!(error.to_string().contains(words), "{name}: {error}");
    }
}

#[tokio::test]
async fn a_server_that_is_too_slow_is_given_up() {
    for reply in [
        Reply::stall(""),
        Reply::stall("HTTP/1.1 200 OK\r\n"),
        Reply::stall("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx"),
    ] {
        let press = Press::open(move |_| reply.clone()).await;
        let quick = Manners { total_timeout: Duration::from_millis(120), ..manners() };
        let error = error(&Fetcher::new(quick).unwrap(), press.url("/")).await;
        assert_eq!(error.kind, FetchErrorKind::Timeout(Duration::from_millis(120)));
    }
}

#[tokio::test]
async fn the_time_that_several_hops_took_is_told_as_a_whole() {
    let press = Press::open(|asked| match asked.split(' ').nth(1) {
        Some("/next") => Reply::stall(""),
        _ => Reply::stall("HTTP/1.1 302 Found\r\nlocation: /next\r\ncontent-length: 9\r\n\r\nx"),
    })
    .await;
    let quick = Manners { total_timeout: Duration::from_millis(120), ..manners() };
    let error = error(&Fetcher::new(quick).unwrap(), press.url("/")).await;
    assert_eq!(error.kind, FetchErrorKind::Timeout(Duration::from_millis(120)));
}

#[tokio::test]
async fn redirects_are_followed_and_permanent_ones_noted() {
    let press = Press::open(|asked| match asked.split(' ').nth(1) {
        Some("/new") => Reply::ok("", "news"),
        Some("/for-good") => Reply::status(301, "location: /also\r\n"),
        Some("/also") => Reply::status(308, "location: new#part\r\n"),
        Some("/for-now") => Reply::status(302, "location: /for-good\r\n"),
        Some("/nowhere") => Reply::status(302, ""),
        Some("/private") => Reply::status(302, "location: http://127.0.0.3/\r\n"),
        Some("/metadata") => Reply::status(301, "location: http://169.254.169.254/latest\r\n"),
        Some("/mapped") => Reply::status(302, "location: http://[::ffff:127.0.0.1]/\r\n"),
        Some("/file") => Reply::status(302, "location: file:///etc/hostname\r\n"),
        Some("/padded") => Reply::status(302, "location: http://127.0.0.01/\r\n"),
        _ => Reply::status(302, "location: /circle\r\n"),
    })
    .await;
    let fetcher = Fetcher::new(manners()).unwrap();
    let good = page(&fetcher, press.url("/for-good")).await;
    assert_eq!((good.url, good.moved), (press.url("/new"), Some(press.url("/new"))));
    assert_eq!(good.asked, press.url("/for-good"));
    assert_eq!(page(&fetcher, press.url("/for-now")).await.moved, None);
    for (path, words) in [
        ("/nowhere", "without saying where"),
        ("/circle", "circle"),
        ("/private", "allow_private = [\"127.0.0.3/32\"]"),
        ("/metadata", "link-local"),
        ("/mapped", "IPv4-mapped"),
        ("/file", "only http and https"),
        ("/padded", "ambiguous"),
    ] {
        let error = error(&fetcher, press.url(path)).await;
        assert!(error.to_string().contains(words), "{path}: {error}");
    }
}

#[tokio::test]
async fn secrets_are_told_to_the_source_s_own_host_only() {
    let other = Press::open_at([127, 0, 0, 2], |_| Reply::ok("", "news")).await;
    let there = format!("location: {}\r\nset-cookie: seen=1\r\n", other.url("/end"));
    let press = Press::open(move |asked| match asked.split(' ').nth(1) {
        Some("/out") => Reply::status(302, &there),
        Some("/in") => Reply::status(302, "location: /out\r\nset-cookie: a=b; path=/\r\n"),
        _ => Reply::ok("", "news"),
    })
    .await;
    let fetcher = Fetcher::new(manners()).unwrap();
    let mut url = press.url("/in");
    url.set_username("joe").unwrap();
    url.set_password(Some("word")).unwrap();
    let mut ask = PageRequest::new(url);
    ask.headers = vec![("Cookie".into(), "k=v".into()), ("X-Key".into(), "secret".into())];
    let Ok(Fetched::Page(page)) = fetcher.get(&ask).await else { panic!("no page") };
    assert_eq!(page.asked, press.url("/in"));
    let asked = press.asked();
    assert_eq!(asked.len(), 2);
    for (asked, cookie) in asked.iter().zip(["cookie: k=v\r\n", "cookie: k=v; a=b\r\n"]) {
        assert!(asked.contains("authorization: Basic am9lOndvcmQ=\r\n"), "{asked}");
        assert!(asked.contains("x-key: secret\r\n") && asked.contains(cookie), "{asked}");
    }
    let told = other.asked().pop().unwrap();
    for secret in ["authorization", "x-key", "cookie"] {
        assert!(!told.contains(secret), "{told}");
    }
}

#[tokio::test]
async fn a_page_that_leads_on_is_one_more_hop() {
    let other = Press::open_at([127, 0, 0, 2], |_| Reply::ok("etag: \"b\"\r\n", "news")).await;
    let there = format!("on:{}", other.url("/end"));
    let press = Press::open(move |asked| match asked.split(' ').nth(1) {
        Some("/in") => Reply::status(301, "location: /on\r\n"),
        Some("/on") => Reply::ok("etag: \"a\"\r\n", &there),
        Some("/round") => Reply::ok("", "on:/again"),
        Some("/again") => Reply::ok("", "on:round"),
        Some("/itself") => Reply::ok("", "on:/itself"),
        Some("/private") => Reply::ok("", "on:http://192.168.0.1/"),
        Some(path) => Reply::ok("", format!("on:{path}x")),
        None => Reply::status(400, ""),
    })
    .await;
    let fetcher = Fetcher::new(manners()).unwrap();
    let mut ask = PageRequest::new(press.url("/in"));
    ask.headers = vec![("X-Key".into(), "secret".into())];
    ask.validators.etag = Some("\"old\"".into());
    let leads_on = |page: &Page| page.text.strip_prefix("on:").map(str::to_owned);
    let Ok(Fetched::Page(page)) = fetcher.get_led(&ask, leads_on).await else { panic!("no page") };
    assert_eq!((&page.url, &page.asked, &page.moved), (&other.url("/end"), &press.url("/in"), &None));
    assert!(press.asked().iter().all(|asked| asked.contains("x-key")));
    let told = other.asked().pop().unwrap();
    assert!(!told.contains("x-key") && !told.contains("if-none-match"), "{told}");
    // What the page behind is known by is said to it alone.
    let of = Some(other.url("/end"));
    assert_eq!(page.validators, Validators { etag: Some("\"b\"".into()), of, ..Validators::default() });
    ask.validators = page.validators;
    fetcher.get_led(&ask, leads_on).await.unwrap();
    assert!(other.asked().pop().is_some_and(|told| told.contains("if-none-match: \"b\"")));
    assert!(press.asked().iter().all(|told| !told.contains("\"b\"")));
    for (path, words) in [
        ("/round", "in a circle, back to"),
        ("/itself", "/itself"),
        ("/private", "192.168.0.1"),
        ("/x", "gave up after 10 redirects"),
    ] {
        let error = fetcher.get_led(&PageRequest::new(press.url(path)), leads_on).await.expect_err("no page");
        assert!(error.to_string().contains(words), "{path}: {error}");
    }
}

#[tokio::test]
async fn a_site_that_sends_us_round_for_a_cookie_gets_it_back() {
    let press = Press::open(|asked| {
        if asked.contains("cookie: seen=1\r\n") {
            Reply::ok("", "news")
        } else {
            Reply::status(302, "location: /\r\nset-cookie: seen=1\r\n")
        }
    })
    .await;
    let fetcher = Fetcher::new(manners()).unwrap();
    assert_eq!(page(&fetcher, press.url("/")).await.text, "news");
    assert_eq!(page(&fetcher, press.url("/")).await.text, "news");
    // Nothing is kept from one visit to the next.
    assert_eq!(press.asked().len(), 4);
}

#[tokio::test]
async fn robots_txt_is_asked_once_and_obeyed() {
    let press = Press::open(|asked| match asked.split(' ').nth(1) {
        Some("/robots.txt") => {
            Reply::ok("content-type: text/plain\r\n", "User-agent: *\nDisallow: /private\nAllow: /\n")
        }
        _ => Reply::ok("", "news"),
    })
    .await;
    let obedient = Fetcher::new(Manners { respect_robots: true, ..manners() }).unwrap();
    assert_eq!(page(&obedient, press.url("/news")).await.text, "news");
    let barred = error(&obedient, press.url("/private/x")).await;
    assert_eq!((barred.kind, barred.retry_at), (FetchErrorKind::Robots, None));
    assert_eq!(page(&obedient, press.url("/more")).await.text, "news");
    let paths: Vec<String> = press.asked().iter().filter_map(|a| a.split(' ').nth(1).map(str::to_owned)).collect();
    assert_eq!(paths, ["/robots.txt", "/news", "/more"]);
    let rule = HostRule { pattern: "127.0.0.1".into(), spacing: None, parallel: None, robots: Some(false) };
    let told = Fetcher::new(Manners { respect_robots: true, hosts: vec![rule], ..manners() }).unwrap();
    assert_eq!(page(&told, press.url("/private/x")).await.text, "news");
}

#[tokio::test]
async fn a_packed_robots_txt_is_obeyed_however_long_it_is_and_a_broken_one_bars_all() {
    let rules = "User-agent: *\nDisallow: /\n";
    let packed = |more: &[u8]| zstd::encode_all([rules.as_bytes(), more].concat().as_slice(), 3).unwrap();
    let (long, mut cut) = (packed(&b"# more\n".repeat(500_000)), packed(b""));
    cut.truncate(cut.len() - 4);
    for (coding, body, said) in [
        ("zstd", long, "robots.txt of the host forbids"),
        ("zstd", cut, "robots.txt cannot be read"),
        ("br", rules.into(), "robots.txt of the host forbids"),
    ] {
        let press = Press::open(move |_| Reply::ok(&format!("content-encoding: {coding}\r\n"), &body)).await;
        let fetcher = Fetcher::new(Manners { respect_robots: true, ..manners() }).unwrap();
        let barred = error(&fetcher, press.url("/")).await;
        assert!(barred.to_string().contains(said), "{barred}");
    }
}

#[tokio::test]
async fn without_a_robots_txt_all_is_allowed_and_with_a_broken_one_nothing() {
    for (status, allowed) in [(404, true), (403, true), (500, false), (503, false), (429, false), (302, true)] {
        let press = Press::open(move |asked| match asked.split(' ').nth(1) {
            Some("/robots.txt") => Reply::status(status, "retry-after: 77\r\n"),
            _ => Reply::ok("", "news"),
        })
        .await;
        let fetcher = Fetcher::new(Manners { respect_robots: true, ..manners() }).unwrap();
        let answer = get(&fetcher, press.url("/")).await;
        assert_eq!(answer.is_ok(), allowed, "{status}: {answer:?}");
        if let Err(error) = answer {
            assert!(error.to_string().contains("robots.txt cannot be read") && error.retry_at.is_some(), "{error}");
            assert!(!error.is_put_off());
            // Now nothing is asked, which says nothing of the page.
            let again = self::error(&fetcher, press.url("/other")).await;
            assert!(again.to_string().contains("robots.txt cannot be read") && again.is_put_off(), "{again}");
            assert_eq!(again.retry_at, error.retry_at);
            assert_eq!(press.asked().len(), 1);
        }
    }
}

#[tokio::test]
async fn a_host_is_asked_one_thing_at_a_time_over_one_connection() {
    let press = Press::open(|_| Reply::ok("", "news")).await;
    let fetcher = Fetcher::new(manners()).unwrap();
    let all = (0..20).map(|n| get(&fetcher, press.url(&format!("/{n}"))));
    assert!(futures_util::future::join_all(all).await.iter().all(Result::is_ok));
    assert_eq!((press.asked().len(), press.most_at_once(), press.connections()), (20, 1, 1));
}

#[tokio::test]
async fn what_may_not_be_called_is_not() {
    let press = Press::open(|_| Reply::ok("", "news")).await;
    let strict = Fetcher::new(Manners { allow_private: Vec::new(), ..manners() }).unwrap();
    let mut named = press.url("/");
    named.set_host(Some("localhost")).unwrap();
    for url in [press.url("/"), named.clone()] {
        assert!(matches!(error(&strict, url).await.kind, FetchErrorKind::Refused(_)));
    }
    // A name is judged by each address it leads to: here only the one that was opened is dialled.
    let v6 = Fetcher::new(Manners { allow_private: vec!["::1/128".parse().unwrap()], ..manners() }).unwrap();
    assert!(get(&v6, named.clone()).await.is_err());
    assert!(press.asked().is_empty());
    let open = Fetcher::new(manners()).unwrap();
    assert_eq!(page(&open, named).await.text, "news");
}

#[tokio::test]
async fn a_source_s_own_headers_must_be_headers() {
    let press = Press::open(|_| Reply::ok("", "news")).await;
    let fetcher = Fetcher::new(manners()).unwrap();
    for (name, value) in [("a b", "c"), ("x", "a\nb"), ("Host", "other.test"), ("Content-Length", "5")] {
        let mut ask = PageRequest::new(press.url("/"));
        ask.headers = vec![(name.into(), value.into())];
        assert!(matches!(fetcher.get(&ask).await, Err(FetchError { kind: FetchErrorKind::Refused(_), .. })), "{name}");
    }
    assert!(press.asked().is_empty());
    assert!(Fetcher::new(Manners { user_agent: "a\nb".into(), ..manners() }).is_err());
}

#[tokio::test]
async fn a_closed_port_and_an_unknown_name_are_told_apart() {
    let fetcher = Fetcher::new(manners()).unwrap();
    let closed = error(&fetcher, Press::closed().await).await;
    assert!(closed.to_string().contains("no server listens there"), "{closed}");
}

#[tokio::test]
async fn within_public_reach_what_the_operator_opened_is_not_asked() {
    let press = Press::open(|_| Reply::ok("", "<p>news</p>")).await;
    let fetcher = Fetcher::new(Manners { respect_robots: true, ..manners() }).unwrap();
    let ask = PageRequest::new(press.url("/news"));
    // Leaves a connection open.
    fetcher.get(&ask).await.unwrap();
    let asked = press.asked().len();
    let refused = fetcher.get_within(&ask, Reach::Public, |_| None).await.expect_err("no page");
    assert!(matches!(refused.kind, FetchErrorKind::Refused(_)), "{refused}");
    assert_eq!(press.asked().len(), asked);
    fetcher.get_within(&ask, Reach::Opened, |_| None).await.unwrap();
}
