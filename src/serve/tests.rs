use std::collections::HashMap;
use std::sync::atomic::Ordering::Relaxed;

use chrono::{DateTime, Utc};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::site::Site;
use super::*;
use crate::model::{Dedupe, Draft, EntryId, FeedId, HarvestReport, Outcome, Problem, Selection};
use crate::store::{Finished, SourceState};

mod beyond;
mod plain;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn source(id: &str) -> SourceId {
    SourceId::new(id).unwrap()
}

const FERRY: &str = "urn:uuid:0b2e5f2c-6d1f-4e57-9a55-1d1e2a3b4c5d";

/// A real store of one source, in a folder of its own.
pub(super) struct Shelf {
    pub store: Arc<dyn Store>,
    pub selection: Selection,
    _folder: tempfile::TempDir,
}

impl Shelf {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = crate::store::open(&folder.path().join("courant.db")).unwrap();
        store.sync_sources(vec![(source("harbour"), at("2026-11-20T09:00:00Z"))]).await.unwrap();
        Self { store, selection: Selection { sources: vec![source("harbour")] }, _folder: folder }
    }

    /// Stores an entry with a text of several kilobytes.
    pub async fn put_long(&self, id: &str) {
        let content = Some(format!("<p>{}</p>", format!("It rains on {id}. ").repeat(200)));
        let state = self.store.sources().await.unwrap().remove(0);
        let report = HarvestReport::begun(source("harbour"), at("2026-11-20T09:35:00Z"));
        let url = Url::parse(&format!("https://harbour.example/{}", id.len() + 7)).ok();
        let entry = Draft { content, url, keys: vec![format!("guid {id}")], ..draft(id) };
        self.store.finish(Finished::new(report, vec![entry], state)).await.unwrap();
    }

    /// Stores an entry, and a run that ended badly.
    pub async fn put(&self, id: &str) {
        let now = at("2026-11-20T09:31:02.5Z");
        let report = HarvestReport {
            outcome: Outcome::Broken,
            reason: "No answer.".into(),
            problems: vec![Problem::note("quiet"), Problem::warning("loud")],
            ..HarvestReport::begun(source("harbour"), now)
        };
        let state = self.store.sources().await.unwrap().remove(0);
        let state = SourceState {
            last_outcome: Some(Outcome::Broken),
            last_reason: "No answer within 30 s from <harbour.example>.".into(),
            failures: 3,
            ..state
        };
        self.store.finish(Finished::new(report, vec![draft(id)], state)).await.unwrap();
    }
}

fn draft(id: &str) -> Draft {
    let text = format!("The ferry is back. {}", "It rains. ".repeat(50));
    Draft {
        id: EntryId(id.to_owned()),
        keys: vec![format!("guid {id}")],
        url: Some(Url::parse("https://harbour.example/ferry").unwrap()),
        title: "Ferry <back>".into(),
        authors: Vec::new(),
        published: Some(at("2026-11-20T08:00:00Z")),
        updated: None,
        summary: None,
        content: Some(format!("<p>{text}</p>")),
        full_text: true,
        attempted: false,
        categories: Vec::new(),
        picture: None,
        enclosures: Vec::new(),
        extras: Default::default(),
        language: Some("en".into()),
        fingerprint: 7,
        likeness: None,
        sketch: Default::default(),
        ahead: false,
    }
}

fn feed(id: &str) -> Feed {
    Feed {
        id: FeedId::new(id).unwrap(),
        title: format!("The {id}"),
        description: None,
        language: None,
        selection: Selection { sources: vec![source("harbour")] },
        limit: 50,
        full_text: true,
        dedupe: Dedupe::Off,
        apart: Vec::new(),
        about: None,
    }
}

fn catalogue(base: &str, token: Option<&str>) -> Arc<Catalogue> {
    Arc::new(Catalogue {
        base_url: Url::parse(base).unwrap(),
        feeds: vec![feed("all").into(), feed("ports").into()],
        sources: vec![(source("harbour"), feed("harbour").into())],
        admin_token: token.map(str::to_owned),
        hub: true,
        locks: Locks::default(),
    })
}

/// A site and what it stands on.
struct Stage {
    shelf: Shelf,
    site: Site,
    catalogues: watch::Sender<Arc<Catalogue>>,
}

struct Got {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Got {
    fn header(&self, name: HeaderName) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

impl Stage {
    async fn new(base: &str, token: Option<&str>) -> Self {
        let shelf = Shelf::new().await;
        shelf.put(FERRY).await;
        let (catalogues, watched) = watch::channel(catalogue(base, token));
        Self { site: Site::new(shelf.store.clone(), watched), shelf, catalogues }
    }

    fn rendered(&self) -> u64 {
        self.site.metrics.rendered.load(Relaxed)
    }

    async fn ask(&self, method: Method, path: &str, headers: &[(HeaderName, &str)]) -> Got {
        let mut request = Request::new(bytes::Bytes::new());
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().unwrap();
        for (name, value) in headers {
            request.headers_mut().append(name, HeaderValue::from_str(value).unwrap());
        }
        let response = self.site.answer(&request, "127.0.0.1:4000".parse().unwrap()).await;
        let (parts, body) = response.into_parts();
        let body = String::from_utf8_lossy(&body.collect().await.unwrap().to_bytes()).into_owned();
        Got { status: parts.status, headers: parts.headers, body }
    }

    async fn get(&self, path: &str) -> Got {
        self.ask(Method::GET, path, &[]).await
    }
}

const BROWSER: (HeaderName, &str) = (header::ACCEPT, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");

#[tokio::test]
async fn each_address_answers_with_its_type() {
    let stage = Stage::new("http://127.0.0.1:8080/", None).await;
    for (path, expected) in [
        ("/", "text/html; charset=utf-8"),
        ("/feeds/all", "text/html; charset=utf-8"),
        ("/feeds/all.rss", "application/rss+xml; charset=utf-8"),
        ("/feeds/ports.atom", "application/atom+xml; charset=utf-8"),
        ("/sources/harbour.json", "application/feed+json; charset=utf-8"),
        ("/sources/harbour", "text/html; charset=utf-8"),
        ("/entries/0b2e5f2c-6d1f-4e57-9a55-1d1e2a3b4c5d", "text/html; charset=utf-8"),
        ("/opml", "text/x-opml; charset=utf-8"),
        ("/favicon.svg", "image/svg+xml"),
        ("/healthz", "text/plain; charset=utf-8"),
        ("/metrics", "text/plain; version=0.0.4; charset=utf-8"),
        ("/admin/", "text/html; charset=utf-8"),
        ("/admin/sources/harbour", "text/html; charset=utf-8"),
    ] {
        let got = stage.get(path).await;
        assert_eq!((got.status, got.header(header::CONTENT_TYPE)), (StatusCode::OK, expected), "{path}");
        assert_eq!(got.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff", "{path}");
        if expected.starts_with("text/html") {
            let policy = got.header(header::CONTENT_SECURITY_POLICY);
            assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{path}");
            assert!(got.body.ends_with("</html>\n") || got.body.ends_with("</html>"), "{path}: {}", got.body);
            assert!(!got.body.contains("<script") && !got.body.contains("Ferry <back>"), "{path}");
        }
    }
}

#[tokio::test]
async fn a_document_has_all_that_a_reader_needs_and_is_not_sent_twice() {
    let stage = Stage::new("https://news.example/reader", None).await;
    let got = stage.get("/feeds/all.rss").await;
    assert_eq!(got.header(header::LAST_MODIFIED), "Fri, 20 Nov 2026 09:31:02 GMT");
    assert_eq!(got.header(header::VARY), "Accept-Encoding");
    assert_eq!(got.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
    assert_eq!(got.header(header::LINK), "<https://news.example/reader/feeds/all.rss>; rel=\"self\"");
    assert!(got.body.contains("https://news.example/reader/feeds/all.rss"));
    let known = [(header::IF_NONE_MATCH, got.header(header::ETAG))];
    for method in [Method::GET, Method::HEAD] {
        let again = stage.ask(method, "/feeds/all.rss", &known).await;
        assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    }
    let since = [(header::IF_MODIFIED_SINCE, got.header(header::LAST_MODIFIED))];
    assert_eq!(stage.ask(Method::GET, "/feeds/all.rss", &since).await.status, StatusCode::NOT_MODIFIED);
    assert_eq!(stage.rendered(), 1);
    stage.shelf.put("urn:test:second").await;
    let changed = stage.ask(Method::GET, "/feeds/all.rss", &known).await;
    assert_eq!(changed.status, StatusCode::OK);
    assert!(changed.body.contains("urn:test:second"));
}

#[tokio::test]
async fn the_bare_address_follows_the_readers_preference() {
    let stage = Stage::new("http://127.0.0.1:8080/", None).await;
    let reader = stage.ask(Method::GET, "/feeds/all", &[(header::ACCEPT, "application/atom+xml")]).await;
    assert!(reader.body.starts_with("<?xml"));
    assert_eq!(reader.header(header::VARY), "Accept, Accept-Encoding");
    assert_eq!(reader.header(header::CONTENT_LOCATION), "http://127.0.0.1:8080/feeds/all.atom");
    let person = stage.ask(Method::GET, "/feeds/all", &[BROWSER]).await;
    assert!(person.body.starts_with("<!doctype html>"));
    assert_eq!(person.header(header::VARY), "Accept, Accept-Encoding");
    assert!(person.body.contains("type=\"application/rss+xml\""), "autodiscovery");
}

#[tokio::test]
async fn a_limit_is_honoured_within_bounds() {
    let stage = Stage::new("http://127.0.0.1:8080/", None).await;
    for n in 0..9 {
        stage.shelf.put(&format!("urn:test:{n}")).await;
    }
    let count = |got: Got| got.body.matches("<item>").count();
    assert_eq!(count(stage.get("/feeds/all.rss?limit=3").await), 3);
    assert_eq!(count(stage.get("/feeds/all.rss?limit=0").await), 1);
    assert_eq!(count(stage.get("/feeds/all.rss?limit=99999999").await), 10);
    assert_eq!(count(stage.get("/feeds/all.rss?limit=many").await), 10);
    assert!(stage.get("/feeds/all.atom?limit=3").await.body.contains("/feeds/all.atom?limit=3\" rel=\"self\""));
    let before = stage.rendered();
    stage.get("/feeds/all.rss?limit=3&utm_source=x").await;
    assert_eq!(stage.rendered(), before);
}

#[tokio::test]
async fn a_feed_opened_in_a_browser_is_a_page_and_caches_never_see_it() {
    let stage = Stage::new("http://127.0.0.1:8080/", None).await;
    let browser = [BROWSER, (HeaderName::from_static("sec-fetch-mode"), "navigate")];
    for address in ["/feeds/all.rss", "/sources/harbour.atom"] {
        let got = stage.ask(Method::GET, address, &browser).await;
        assert!(got.header(header::CONTENT_TYPE).starts_with("text/html"), "{address}");
        assert!(got.body.contains(&format!("<code>http://127.0.0.1:8080{address}</code>")), "{}", got.body);
        assert!(got.header(header::CACHE_CONTROL).starts_with("private"));
        let known = [browser[0].clone(), browser[1].clone(), (header::IF_NONE_MATCH, got.header(header::ETAG))];
        assert_eq!(stage.ask(Method::GET, address, &known).await.status, StatusCode::NOT_MODIFIED);
        for (address, headers) in [(address.to_owned(), &browser[..1]), (format!("{address}?raw"), &browser[..])] {
            let got = stage.ask(Method::GET, &address, headers).await;
            assert!(got.header(header::CONTENT_TYPE).contains("xml"), "{address}");
        }
    }
    let json = stage.ask(Method::GET, "/feeds/all.json", &browser).await;
    assert!(json.header(header::CONTENT_TYPE).starts_with("application/feed+json"));
}

#[tokio::test]
async fn wrong_turns_are_explained() {
    let stage = Stage::new("http://127.0.0.1:8080/", None).await;
    let got = stage.ask(Method::GET, "/feeds/harbor", &[BROWSER]).await;
    assert_eq!(got.status, StatusCode::NOT_FOUND);
    assert!(got.body.contains("href=\"/sources/harbour\""), "{}", got.body);
    let got = stage.get("/feeds/%3Cb%3E").await;
    assert!(got.header(header::CONTENT_TYPE).starts_with("text/plain"));
    let got = stage.ask(Method::POST, "/feeds/all.rss", &[]).await;
    assert_eq!((got.status, got.header(header::ALLOW)), (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD, OPTIONS"));
    assert_eq!(stage.ask(Method::OPTIONS, "/feeds/all.json", &[]).await.status, StatusCode::NO_CONTENT);
    let got = stage.get("/feeds/all/?limit=2").await;
    assert_eq!((got.status, got.header(header::LOCATION)), (StatusCode::PERMANENT_REDIRECT, "/feeds/all?limit=2"));
    assert_eq!(stage.get("/admin").await.header(header::LOCATION), "/admin/");
    for path in ["/nothing", "/entries/none", "/feeds/all.xml", "/admin/sources/none"] {
        assert_eq!(stage.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_prefix_that_a_proxy_leaves_on_is_taken_off() {
    let stage = Stage::new("https://news.example/reader/", None).await;
    let got = stage.get("/reader/feeds/all").await;
    assert_eq!(got.status, StatusCode::OK);
    assert!(got.body.contains("href=\"/reader/feeds/all.rss\""));
    assert_eq!(stage.get("/reader/").await.status, StatusCode::OK);
    assert_eq!(stage.get("/readers/feeds/all").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn operator_pages_are_for_operators() {
    let open = Stage::new("http://127.0.0.1:8080/", None).await;
    let host = |name| [(header::HOST, name)];
    let got = open.ask(Method::GET, "/admin/", &host("127.0.0.1:8080")).await;
    assert!(got.body.contains("No answer within 30 s from &#60;harbour.example&#62;."), "{}", got.body);
    assert_eq!(got.header(header::CACHE_CONTROL), "no-store");
    let one = open.get("/admin/sources/harbour").await.body;
    assert!(one.contains("loud") && !one.contains("quiet"));
    assert_eq!(open.ask(Method::GET, "/admin/", &host("evil.example")).await.status, StatusCode::FORBIDDEN);
    let closed = Stage::new("http://127.0.0.1:8080/", Some("s3cret")).await;
    let got = closed.get("/admin/sources/harbour").await;
    assert_eq!(got.status, StatusCode::UNAUTHORIZED);
    assert!(got.header(header::WWW_AUTHENTICATE).starts_with("Basic"));
    let said = [(header::AUTHORIZATION, "Bearer s3cret")];
    assert_eq!(closed.ask(Method::GET, "/admin/", &said).await.status, StatusCode::OK);
    assert_eq!(closed.get("/feeds/all.rss").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_new_catalogue_is_served_at_once_and_feeds_as_they_were_are_kept() {
    let stage = Stage::new("http://127.0.0.1:8080/", None).await;
    let before = stage.get("/feeds/all.rss").await;
    let mut next = Catalogue::clone(&catalogue("http://127.0.0.1:8080/", None));
    next.feeds.push(feed("tides").into());
    next.feeds.retain(|feed| feed.id.as_str() != "ports");
    stage.catalogues.send_replace(Arc::new(next));
    assert_eq!(stage.get("/feeds/tides.rss").await.status, StatusCode::OK);
    assert_eq!(stage.get("/feeds/ports.rss").await.status, StatusCode::NOT_FOUND);
    let rendered = stage.rendered();
    assert_eq!(stage.get("/feeds/all.rss").await.headers, before.headers);
    assert_eq!(stage.rendered(), rendered);
}

#[tokio::test]
async fn a_failing_store_takes_nothing_away_that_was_rendered() {
    let stage = Stage::new("http://127.0.0.1:8080/", None).await;
    let good = stage.get("/feeds/all.rss").await;
    stage.shelf.put("urn:test:second").await;
    stage.shelf.store.close().await.unwrap();
    assert_eq!(stage.get("/feeds/all.rss").await.body, good.body);
    let got = stage.get("/feeds/ports.rss").await;
    assert_eq!((got.status, got.header(header::RETRY_AFTER)), (StatusCode::SERVICE_UNAVAILABLE, "60"));
    assert!(!got.body.contains("courant.db"));
    assert_eq!(stage.get("/healthz").await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn requests_are_counted() {
    let stage = Stage::new("http://127.0.0.1:8080/", None).await;
    let got = stage.get("/feeds/all.rss").await;
    stage.ask(Method::GET, "/feeds/all.rss", &[(header::IF_NONE_MATCH, got.header(header::ETAG))]).await;
    stage.get("/nothing").await;
    let text = stage.get("/metrics").await.body;
    for line in [
        "courant_sources{outcome=\"broken\"} 1",
        "courant_entries 1",
        "courant_requests_total{kind=\"rss\",code=\"200\"} 1",
        "courant_requests_total{kind=\"rss\",code=\"304\"} 1",
        "courant_requests_total{kind=\"other\",code=\"404\"} 1",
        "courant_rendered_total 1",
    ] {
        assert!(text.contains(&format!("\n{line}\n")), "{line} in {text}");
    }
}

#[tokio::test]
async fn exported_files_have_the_bytes_that_are_served_and_link_to_each_other() {
    let stage = Stage::new("https://news.example/reader", None).await;
    let catalogue = stage.catalogues.borrow().clone();
    let files: HashMap<_, _> = export(&*stage.shelf.store, &catalogue).await.unwrap().into_iter().collect();
    for (path, address) in [("feeds/all.rss", "/feeds/all.rss"), ("sources/harbour.json", "/sources/harbour.json")] {
        assert_eq!(files[std::path::Path::new(path)], stage.get(address).await.body);
    }
    for (path, bytes) in &files {
        let text = std::str::from_utf8(bytes).unwrap();
        let folder = path.parent().unwrap();
        for link in text.split("href=\"").skip(1).filter(|_| path.extension().is_some_and(|e| e == "html")) {
            let link = link.split('"').next().unwrap();
            let mut target: Vec<_> = folder.components().collect();
            for part in std::path::Path::new(link).components().filter(|_| link.starts_with('.')) {
                match part {
                    std::path::Component::ParentDir => drop(target.pop().unwrap()),
                    std::path::Component::CurDir => {}
                    other => target.push(other),
                }
            }
            let target: PathBuf = target.into_iter().collect();
            assert!(!link.starts_with('.') || files.contains_key(&target), "{link} of {}", path.display());
            assert!(!link.starts_with('/'), "{link} of {}", path.display());
        }
    }
}

/// Sends a request as it is and gives all that comes back until the connection is closed.
async fn raw(address: SocketAddr, request: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn the_server_speaks_on_a_socket_and_ends_when_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stage = Stage::new("http://127.0.0.1:8080/", None).await;
    let (stop, stopped) = watch::channel(false);
    let server = tokio::spawn(run(listener, stage.shelf.store.clone(), stage.catalogues.subscribe(), stopped));
    let close = "Host: localhost\r\nConnection: close\r\n\r\n";
    let got = raw(address, &format!("GET /feeds/all.rss HTTP/1.1\r\n{close}")).await;
    assert!(got.starts_with("HTTP/1.1 200 OK\r\n") && got.contains("content-length: ") && got.ends_with("</rss>"));
    let head = raw(address, &format!("HEAD /feeds/all.rss HTTP/1.1\r\n{close}")).await;
    assert!(head.ends_with("\r\n\r\n") && head.to_lowercase().contains("content-length: "));
    assert!(raw(address, "nonsense\r\n\r\n").await.starts_with("HTTP/1.1 400"));
    // One connection stands idle, one waits for its answer: both are closed in order.
    let mut idle = tokio::net::TcpStream::connect(address).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut first = [0; 12];
    idle.read_exact(&mut first).await.unwrap();
    stop.send_replace(true);
    assert!(server.await.unwrap().is_ok());
    let mut rest = String::new();
    idle.read_to_string(&mut rest).await.unwrap();
    assert!(rest.ends_with("ok\n"));
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
