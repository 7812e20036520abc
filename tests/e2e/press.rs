//! Prints newspapers: a loopback server whose pages a test sets, changes and counts.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A request that came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub path: String,
    pub headers: HashMap<String, String>,
}

/// What a path answers.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Held back until the test says so.
    pub held: bool,
}

impl Sheet {
    pub fn html(body: impl Into<Vec<u8>>) -> Self {
        Self::new("text/html; charset=utf-8", body)
    }

    pub fn new(content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
        Self { status: 200, headers, body: body.into(), held: false }
    }

    pub fn status(status: u16) -> Self {
        Self { status, ..Self::html(format!("<h1>{status}</h1>")) }
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn held(mut self) -> Self {
        self.held = true;
        self
    }
}

#[derive(Default)]
struct Floor {
    sheets: HashMap<String, Sheet>,
    asked: Vec<Asked>,
    released: bool,
}

/// The press. Stops printing when dropped with the process; its port is its own.
#[derive(Clone)]
pub struct Press {
    pub address: SocketAddr,
    scheme: &'static str,
    floor: Arc<(Mutex<Floor>, Condvar)>,
}

impl Press {
    pub fn start() -> Self {
        Self::serving("http", Self::answer)
    }

    /// One that is asked over TLS.
    pub fn start_secure(tls: ServerConfig) -> Self {
        let tls = Arc::new(tls);
        Self::serving("https", move |press, stream| {
            // A visitor who does not like the certificate goes.
            let Ok(connection) = ServerConnection::new(Arc::clone(&tls)) else { return };
            let mut stream = StreamOwned::new(connection, stream);
            press.answer(&mut stream);
            stream.conn.send_close_notify();
            let _ = stream.flush();
        })
    }

    fn serving(scheme: &'static str, answer: impl Fn(&Self, TcpStream) + Clone + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let press = Self { address, scheme, floor: Arc::default() };
        let serving = press.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (press, answer) = (serving.clone(), answer.clone());
                std::thread::spawn(move || answer(&press, stream));
            }
        });
        press
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// Prints, or prints anew.
    pub fn set(&self, path: &str, sheet: Sheet) {
        self.floor.0.lock().unwrap().sheets.insert(path.to_owned(), sheet);
    }

    /// The requests for a path so far.
    pub fn asked(&self, path: &str) -> Vec<Asked> {
        self.floor.0.lock().unwrap().asked.iter().filter(|a| a.path == path).cloned().collect()
    }

    /// Waits until a path has been asked for.
    pub fn wait_for(&self, path: &str) {
        let (floor, bell) = &*self.floor;
        let held = floor.lock().unwrap();
        let (held, waited) = bell
            .wait_timeout_while(held, Duration::from_secs(30), |f| !f.asked.iter().any(|a| a.path == path))
            .unwrap();
        drop(held);
        assert!(!waited.timed_out(), "nobody asked for {path}");
    }

    /// Lets go what is held back.
    pub fn release(&self) {
        self.floor.0.lock().unwrap().released = true;
        self.floor.1.notify_all();
    }

    fn answer(&self, mut stream: impl Read + Write) {
        let Some(asked) = read_request(&mut stream) else { return };
        let (floor, bell) = &*self.floor;
        let mut held = floor.lock().unwrap();
        held.asked.push(asked.clone());
        bell.notify_all();
        let sheet = held.sheets.get(&asked.path).cloned().unwrap_or_else(|| Sheet::status(404));
        if sheet.held {
            drop(bell.wait_timeout_while(held, Duration::from_secs(60), |f| !f.released).unwrap());
        } else {
            drop(held);
        }
        let etag = sheet.headers.iter().find(|(n, _)| n == "ETag").map(|(_, v)| v.clone());
        let unchanged = etag.is_some() && asked.headers.get("if-none-match") == etag.as_ref();
        let (status, body) = if unchanged { (304, Vec::new()) } else { (sheet.status, sheet.body) };
        let mut head = format!("HTTP/1.1 {status} X\r\nConnection: close\r\n");
        if status != 304 {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        for (name, value) in &sheet.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        // A program under test may well hang up.
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
    }
}

fn read_request(stream: &mut impl Read) -> Option<Asked> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_once(':').map(|(n, v)| (n.trim().to_ascii_lowercase(), v.trim().to_owned())))
        .collect();
    Some(Asked { path, headers })
}
