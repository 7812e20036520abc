//! Feeds that change once a second each while they are served: `cargo bench --bench figures -- served 500`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use courant::model::{Dedupe, Feed, FeedId, HarvestReport, Outcome, Selection, SourceId};
use courant::serve::{self, Catalogue, Locks};
use courant::store::{self, Finished, SourceState, Store};
use tokio::sync::watch;

/// How long it is served.
const TIME: Duration = Duration::from_secs(10);
/// Entries of a feed, and bytes of a text.
const ENTRIES: usize = 20;
const BYTES: usize = 2048;
/// Readers, each with a connection that stays open, and the pause of each between two questions.
const READERS: usize = 64;
const PAUSE: Duration = Duration::from_millis(20);

/// Serves so many feeds, of which each gets a new entry once a second, and tells what readers felt.
pub fn run(folder: &Path, feeds: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let before = kilobytes("VmRSS");
    runtime.block_on(async {
        let store = store::open(&folder.join("served.db")).expect("a store");
        let ids: Vec<SourceId> = (0..feeds).map(|n| SourceId::new(format!("s{n}")).expect("an id")).collect();
        store.sync_sources(ids.iter().map(|id| (id.clone(), Utc::now())).collect()).await.expect("sources");
        for (n, id) in ids.iter().enumerate() {
            put(&*store, id, n * 1_000_000, ENTRIES).await;
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (_catalogue, catalogues) = watch::channel(Arc::new(catalogue(&ids)));
        let (stop, stopped) = watch::channel(false);
        let server = tokio::spawn(serve::run(listener, store.clone(), catalogues, stopped));
        let ended = Arc::new(AtomicBool::new(false));
        let bytes = Arc::new(AtomicU64::new(0));
        let warm: Vec<_> = (0..feeds).collect();
        tokio::task::spawn_blocking({
            let bytes = bytes.clone();
            move || bytes.store(warm.iter().map(|n| ask_once(address, *n)).sum(), Relaxed)
        })
        .await
        .expect("warmed");
        let readers: Vec<_> = (0..READERS)
            .map(|reader| {
                let ended = ended.clone();
                std::thread::spawn(move || read(address, feeds, reader, &ended))
            })
            .collect();
        let (begun, mut changes, mut late) = (Instant::now(), 0, Duration::ZERO);
        while begun.elapsed() < TIME {
            let due = Duration::from_secs_f64(changes as f64 / feeds as f64);
            match due.checked_sub(begun.elapsed()) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => late = late.max(begun.elapsed() - due),
            }
            let n = changes % feeds;
            put(&*store, &ids[n], n * 1_000_000 + ENTRIES + changes / feeds, 1).await;
            changes += 1;
        }
        ended.store(true, Relaxed);
        let (mut times, mut bad) = (Vec::new(), 0);
        for reader in readers {
            let (own, faults) = tokio::task::spawn_blocking(move || reader.join().expect("a reader")).await.expect("joined");
            times.extend(own);
            bad += faults;
        }
        times.sort_unstable();
        let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default().as_secs_f64() * 1e3;
        println!(
            "served: {feeds} feeds of {} KB, {changes} changes in {:.0} s (at most {:.1} s late), {} answers, {bad} of them bad, \
             median {:.1} ms, 99th of a hundred {:.1} ms, memory {:.1} x the {:.1} MB rendered",
            bytes.load(Relaxed) / 1024 / feeds as u64,
            begun.elapsed().as_secs_f64(),
            late.as_secs_f64(),
            times.len(),
            at(0.5),
            at(0.99),
            (kilobytes("VmHWM") - before) as f64 * 1024.0 / bytes.load(Relaxed) as f64,
            bytes.load(Relaxed) as f64 / 1e6,
        );
        stop.send_replace(true);
        drop(server.await);
        store.close().await.expect("closed");
    });
}

async fn put(store: &dyn Store, source: &SourceId, first: usize, count: usize) {
    let now = Utc::now();
    let mut drafts: Vec<_> = (first..first + count).map(|n| super::draft(n, BYTES)).collect();
    for (place, draft) in drafts.iter_mut().enumerate() {
        draft.published = Some(DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds((first + place) as i64));
    }
    let report = HarvestReport { status: Some(200), listed: count, ..HarvestReport::begun(source.clone(), now) };
    let state = SourceState {
        last_run: Some(now),
        last_success: Some(now),
        last_outcome: Some(Outcome::Ok),
        ..SourceState::unseen(source.clone(), now + TimeDelta::hours(1))
    };
    store.finish(Finished::new(report, drafts, state)).await.expect("stored");
}

fn catalogue(ids: &[SourceId]) -> Catalogue {
    let feed = |id: &SourceId| Feed {
        id: FeedId::new(id.as_str()).expect("an id"),
        title: id.to_string(),
        description: None,
        language: None,
        selection: Selection { sources: vec![id.clone()] },
        limit: ENTRIES,
        full_text: true,
        dedupe: Dedupe::Off,
        about: Default::default(),
        apart: Default::default(),
    };
    Catalogue {
        base_url: "http://127.0.0.1:8080".parse().expect("an address"),
        feeds: Vec::new(),
        sources: ids.iter().map(|id| (id.clone(), feed(id).into())).collect(),
        admin_token: None,
        hub: false,
        locks: Locks::default(),
    }
}

/// Asks for feeds in turn until it has ended; gives how long each answer took, and how many were no good ones.
fn read(address: SocketAddr, feeds: usize, reader: usize, ended: &AtomicBool) -> (Vec<Duration>, usize) {
    let mut stream = BufReader::new(TcpStream::connect(address).expect("a server"));
    let (mut times, mut bad, mut n) = (Vec::new(), 0, reader * 7);
    while !ended.load(Relaxed) {
        n = (n + 13) % feeds;
        let asked = Instant::now();
        let (status, _) = ask(&mut stream, n);
        times.push(asked.elapsed());
        bad += usize::from(status != 200);
        std::thread::sleep(PAUSE);
    }
    (times, bad)
}

fn ask_once(address: SocketAddr, n: usize) -> u64 {
    let mut stream = BufReader::new(TcpStream::connect(address).expect("a server"));
    let packed = ask(&mut stream, n).1;
    stream
        .get_mut()
        .write_all(format!("HEAD /sources/s{n}.rss HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes())
        .expect("asked");
    packed + head(&mut stream).1
}

fn ask(stream: &mut BufReader<TcpStream>, n: usize) -> (u16, u64) {
    let request = format!("GET /sources/s{n}.rss HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n");
    stream.get_mut().write_all(request.as_bytes()).expect("asked");
    let (status, length) = head(stream);
    std::io::copy(&mut stream.take(length), &mut std::io::sink()).expect("a body");
    (status, length)
}

/// The status and the length of the body.
fn head(stream: &mut BufReader<TcpStream>) -> (u16, u64) {
    let (mut status, mut length) = (0, 0);
    let mut line = String::new();
    while stream.read_line(&mut line).expect("a line") > 2 {
        if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
            status = rest.get(..3).and_then(|code| code.parse().ok()).unwrap_or(0);
        }
        if let Some(rest) = line.strip_prefix("content-length: ") {
            length = rest.trim().parse().unwrap_or(0);
        }
        line.clear();
    }
    (status, length)
}

/// A line of what the system says of this process, in kilobytes.
fn kilobytes(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
