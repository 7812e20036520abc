//! Sources that announce a hub tell us of what is new, so that they need not be asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::courant::{Daemon, Desk};
use crate::http::{Reply, get, send};
use crate::paper::{self, LINES, Line};
use crate::press::{Press, Sheet};

const PATIENCE: Duration = Duration::from_secs(20);
const PARAGRAPH: &str = "The council met in the old mill, heard the engineers, and asked them, politely, whether the \
                         figures of last spring still held, which they did, to everyone's relief and delight.";

/// A hub that takes every form and hands it on.
fn hub() -> (SocketAddr, Receiver<Vec<(String, String)>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (send, got) = channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
            let lines: Vec<String> =
                reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let length =
                lines.iter().find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            reader.read_exact(&mut body).expect("a whole body");
            let form = url::form_urlencoded::parse(&body).into_owned().collect();
            stream.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").expect("an answer sent");
            let _ = send.send(form);
        }
    });
    (address, got)
}

fn field(form: &[(String, String)], name: &str) -> String {
    form.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

fn entry(line: &Line) -> String {
    format!(
        "<item><title>{0}</title><link>http://paper.example/{1}</link><guid isPermaLink=\"false\">{1}</guid>\
         <pubDate>Fri, 20 Nov 2026 08:30:00 GMT</pubDate><description>{2}</description></item>",
        line.title,
        line.slug,
        format!("&lt;p&gt;{PARAGRAPH}&lt;/p&gt;").repeat(4)
    )
}

fn feed(hub: &str, topic: &str, lines: &[Line]) -> String {
    let entries: String = lines.iter().map(entry).collect();
    format!(
        "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel><title>The Lantern</title>\
         <link>http://paper.example/</link><description>News</description>\
         <atom:link rel=\"hub\" href=\"{hub}\"/><atom:link rel=\"self\" href=\"{topic}\"/>{entries}</channel></rss>"
    )
}

fn tell(daemon: &Daemon, path: &str, secret: &str, body: &str) -> Reply {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(body.as_bytes());
    let code: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let (length, signature) = (body.len().to_string(), format!("sha256={code}"));
    let headers = [
        ("Content-Type", "application/rss+xml"),
        ("Content-Length", length.as_str()),
        ("X-Hub-Signature", signature.as_str()),
    ];
    send(daemon.address, "POST", path, &headers, body.as_bytes())
}

fn titles(daemon: &Daemon) -> Vec<String> {
    let feed: serde_json::Value = serde_json::from_str(&get(daemon.address, "/feeds/all.json").text()).expect("JSON");
    let items = feed["items"].as_array().expect("items").iter();
    items.map(|entry| entry["title"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_source_with_a_hub_is_followed_and_what_it_tells_is_read() {
    let press = Press::start();
    let (at, asked) = hub();
    let (hub, topic) = (format!("http://{at}/hub"), press.url("/feed.xml"));
    press.set("/feed.xml", Sheet::new("application/rss+xml", feed(&hub, &topic, &LINES[2..])));
    let source = format!("[sources.lantern]\nurl = \"{topic}\"\narticle = \"never\"\nschedule = \"every 1h\"\n");
    let desk = Desk::new(&source);
    let mut daemon = desk.daemon();
    daemon.harvested("lantern");
    let form = asked.recv_timeout(PATIENCE).expect("a question");
    assert_eq!((field(&form, "hub.mode"), field(&form, "hub.topic")), ("subscribe".to_owned(), topic.clone()));
    let (callback, secret) = (field(&form, "hub.callback"), field(&form, "hub.secret"));
    let path = callback.strip_prefix("http://news.example").expect("our own address").to_owned();
    assert!(path.len() > 40 && secret.len() > 40 && secret.len() < 200);

    let question = |mode: &str, topic: &str| {
        let query = format!("hub.mode={mode}&hub.topic={topic}&hub.challenge=tide&hub.lease_seconds=864000");
        get(daemon.address, &format!("{path}?{query}"))
    };
    assert_eq!(question("subscribe", "http://other.example/").status, 404);
    assert_eq!(question("unsubscribe", &topic).status, 404);
    let yes = question("subscribe", &topic);
    assert_eq!((yes.status, yes.text().as_str()), (200, "tide"));

    // Only the new one, unsigned, signed wrongly, and at last rightly.
    let news = feed(&hub, &topic, &LINES[1..2]);
    assert_eq!(tell(&daemon, "/websub/guess", &secret, &news).status, 410);
    assert_eq!(tell(&daemon, &path, "another", &news).status, 202);
    assert_eq!(tell(&daemon, &path, &secret, &news).status, 202);
    let told = daemon.harvested("lantern");
    assert_eq!((told["new"].as_u64(), told["listed"].as_u64()), (Some(1), Some(1)));
    assert_eq!(press.asked("/feed.xml").len(), 1, "it was not asked");
    assert_eq!(titles(&daemon), LINES[1..].iter().map(|line| line.title).collect::<Vec<_>>());
    // Its hub is relied upon now: it is asked hours later than its schedule says.
    let next = desk.status("lantern")["next_run"].as_str().expect("a time").parse::<chrono::DateTime<chrono::Utc>>();
    assert!(next.expect("a time") > chrono::Utc::now() + chrono::Duration::hours(4));

    // Over a restart; and a delivery without content has the source asked.
    assert_eq!(daemon.stop(), Some(0));
    let mut daemon = desk.daemon();
    press.set("/feed.xml", Sheet::new("application/rss+xml", feed(&hub, &topic, &LINES)));
    assert_eq!(tell(&daemon, &path, &secret, "").status, 202);
    assert_eq!(daemon.harvested("lantern")["new"].as_u64(), Some(1));
    assert_eq!(titles(&daemon).len(), LINES.len());

    // Where the operator does not want it, it ends.
    desk.write(&format!("{source}push = false\n"));
    let form = asked.recv_timeout(PATIENCE).expect("a question");
    assert_eq!(field(&form, "hub.mode"), "unsubscribe");
    let query = format!("hub.mode=unsubscribe&hub.topic={topic}&hub.challenge=ebb");
    assert_eq!(get(daemon.address, &format!("{path}?{query}")).text(), "ebb");
}

/// A port that was free a moment ago.
fn port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port")
}

fn desk_at(address: SocketAddr, sources: &str) -> Desk {
    let desk = Desk::new("");
    desk.write_file(
        "feeds.toml",
        &format!(
            "[server]\nlisten = \"{address}\"\nbase_url = \"http://{address}\"\n[store]\nurl = \"sqlite:courant.db\"\n\
             [fetch]\nallow_private = [\"127.0.0.0/8\"]\n{sources}"
        ),
    );
    desk
}

#[test]
fn one_courant_tells_another() {
    let press = Press::start();
    paper::print(&press);
    paper::print_front(&press, &LINES.iter().skip(1).collect::<Vec<_>>());
    let (near, far) = (port(), port());
    let publishing = desk_at(near, &paper::source(&press));
    let mut publisher = publishing.daemon();
    publisher.harvested("lantern");
    let source = format!("[sources.near]\nurl = \"http://{near}/feeds/all.atom\"\n");
    let reading = desk_at(far, &source);
    let mut reader = reading.daemon();
    reader.harvested("near");
    reader.wait_for("a lease", |event| event["mode"] == "subscribe" && event["source"] == "near");
    paper::print(&press);
    // An edit to the source makes it due.
    let edited = format!("{}tags = [\"town\"]\n", paper::source(&press));
    let text = std::fs::read_to_string(publishing.path("feeds.toml")).expect("a file");
    publishing.write_file("feeds.toml", &text.replace(&paper::source(&press), &edited));
    publisher.harvested("lantern");
    let told = reader.harvested("near");
    assert_eq!((told["new"].as_u64(), told["listed"].as_u64()), (Some(1), Some(1)));
    assert_eq!(titles(&reader), LINES.each_ref().map(|line| line.title));
}
