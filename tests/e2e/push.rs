//! What is new goes out by itself: WebSub, and server-sent events.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::courant::{Daemon, Desk};
use crate::http::{self, get};
use crate::paper::{self, LINES};
use crate::press::Press;

const PATIENCE: Duration = Duration::from_secs(20);

/// A request that a subscriber got.
struct Got {
    at: Instant,
    first: String,
    headers: HashMap<String, String>,
    body: String,
}

/// A subscriber that confirms what it is asked and tells what it gets.
fn subscriber() -> (SocketAddr, Receiver<Got>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (send, got) = channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
            let mut lines = reader.by_ref().lines().map_while(Result::ok);
            let Some(first) = lines.next() else { continue };
            let headers: HashMap<String, String> = lines
                .take_while(|line| !line.is_empty())
                .filter_map(|line| line.split_once(':').map(|(n, v)| (n.to_ascii_lowercase(), v.trim().to_owned())))
                .collect();
            let length = headers.get("content-length").and_then(|l| l.parse().ok()).unwrap_or(0);
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("a whole body");
            let challenge = first.split("hub.challenge=").nth(1).and_then(|c| c.split(['&', ' ']).next());
            let echo = challenge.unwrap_or_default().to_owned();
            let body = String::from_utf8(body).expect("text");
            let answer =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{echo}", echo.len());
            stream.write_all(answer.as_bytes()).expect("an answer sent");
            let _ = send.send(Got { at: Instant::now(), first, headers, body });
        }
    });
    (address, got)
}

fn post(at: SocketAddr, path: &str, form: &str) -> http::Reply {
    let length = form.len().to_string();
    let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", length.as_str())];
    http::send(at, "POST", path, &headers, form.as_bytes())
}

/// A daemon that has read all but the newest story, which is printed and read when `print` is called.
struct Morning {
    press: Press,
    desk: Desk,
    daemon: Daemon,
}

impl Morning {
    fn dawn() -> Self {
        let press = Press::start();
        paper::print(&press);
        let lines: Vec<_> = LINES.iter().skip(1).collect();
        paper::print_front(&press, &lines);
        let desk = Desk::new(&paper::source(&press));
        let mut daemon = desk.daemon();
        daemon.harvested("lantern");
        Self { press, desk, daemon }
    }

    /// Gives the instant at which the run that read it had ended.
    fn print(&mut self) -> Instant {
        paper::print(&self.press);
        // An edit to the source makes it due.
        self.desk.write(&format!("{}tags = [\"town\"]\n", paper::source(&self.press)));
        self.daemon.harvested("lantern");
        Instant::now()
    }
}

#[test]
fn a_subscriber_is_told_of_a_new_entry_within_a_second() {
    let mut morning = Morning::dawn();
    let (callback, got) = subscriber();
    let topic = "http://news.example/feeds/all.atom";
    let link = get(morning.daemon.address, "/feeds/all.atom").headers.into_iter().filter(|(name, _)| name == "link");
    assert!(link.into_iter().any(|(_, value)| value == "<http://news.example/hub>; rel=\"hub\""));
    let form = |mode: &str| {
        format!(
            "hub.mode={mode}&hub.topic={topic}&hub.callback=http://{callback}/in&hub.secret=whisper&hub.lease_seconds=600"
        )
    };
    assert_eq!(post(morning.daemon.address, "/hub", "hub.mode=subscribe").status, 400);
    assert_eq!(post(morning.daemon.address, "/hub", &form("subscribe").replace("all.atom", "none.atom")).status, 404);
    assert_eq!(post(morning.daemon.address, "/hub", &form("subscribe")).status, 202);
    let asked = got.recv_timeout(PATIENCE).expect("a question");
    assert!(asked.first.starts_with("GET /in?hub.mode=subscribe&") && asked.first.contains("hub.lease_seconds=600"));
    let stored = morning.print();
    let told = got.recv_timeout(PATIENCE).expect("a delivery");
    assert!(told.at.saturating_duration_since(stored) < Duration::from_secs(1));
    assert!(told.body.contains(LINES[0].title) && !told.body.contains(LINES[1].title), "{}", told.body);
    assert!(told.headers["content-type"].starts_with("application/atom+xml"));
    assert!(told.headers["link"].contains(&format!("<{topic}>; rel=\"self\"")));
    assert!(told.headers["x-hub-signature"].starts_with("sha256=") && told.first.starts_with("POST /in "));
    assert_eq!(post(morning.daemon.address, "/hub", &form("unsubscribe")).status, 202);
    assert!(got.recv_timeout(PATIENCE).expect("a question").first.contains("hub.mode=unsubscribe"));
}

#[test]
fn a_subscriber_is_told_at_the_start_of_what_was_stored_meanwhile() {
    let Morning { press, desk, daemon } = Morning::dawn();
    let (callback, got) = subscriber();
    let topic = "http://news.example/feeds/all.atom";
    let form = format!("hub.mode=subscribe&hub.topic={topic}&hub.callback=http://{callback}/in");
    assert_eq!(post(daemon.address, "/hub", &form).status, 202);
    assert!(got.recv_timeout(PATIENCE).expect("a question").first.contains("hub.mode=subscribe"));
    let book = desk.path("courant.hub.json");
    while !std::fs::read_to_string(&book).is_ok_and(|text| text.contains("\"known\":{\"http")) {
        std::thread::yield_now();
    }
    assert_eq!(daemon.stop(), Some(0));
    paper::print(&press);
    desk.ok(&["fetch"]);
    let _daemon = desk.daemon();
    let told = got.recv_timeout(PATIENCE).expect("a delivery");
    assert!(told.body.contains(LINES[0].title) && !told.body.contains(LINES[1].title), "{}", told.body);
}

#[test]
fn events_tell_of_a_new_entry_as_it_comes() {
    let mut morning = Morning::dawn();
    let mut stream = TcpStream::connect(morning.daemon.address).expect("a listening server");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    stream.write_all(b"GET /feeds/all/events HTTP/1.1\r\nHost: news.example\r\n\r\n").expect("a request sent");
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.eq_ignore_ascii_case("content-type: text/event-stream")));
    assert!(lines.any(|line| line == "retry: 5000"));
    let stored = morning.print();
    assert!(lines.any(|line| line == "event: entry"));
    assert!(stored.elapsed() < Duration::from_secs(1));
    let id = lines.next().expect("an id");
    let data = lines.next().expect("data");
    let entry: serde_json::Value = serde_json::from_str(data.trim_start_matches("data: ")).expect("JSON");
    assert_eq!((entry["title"].as_str(), id), (Some(LINES[0].title), format!("id: {}", entry["id"].as_str().unwrap())));
    // The end of the daemon does not wait for who listens.
    let began = Instant::now();
    assert_eq!(morning.daemon.stop(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(5));
}
