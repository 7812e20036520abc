//! The store's figures: how large it is beside what it holds, how fast it writes beside bare SQLite with the same
//! pragmas, in one run. `cargo bench --bench figures`; nothing here asserts.

mod served;
mod stories;

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use courant::model::{Draft, EntryId, HarvestReport, Outcome, SourceId};
use courant::store::{self, Finished, SourceState};
use flate2::{Compression, write::GzEncoder};

/// Entries of one run, as a busy front page has them.
const RUN: usize = 50;

fn main() {
    // `cargo test --benches` runs benches too.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    if std::env::args().any(|argument| argument == "served") {
        let feeds = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(500);
        return served::run(folder.path(), feeds);
    }
    let only = |part: &str| !std::env::args().any(|a| ["size", "speed", "stories"].contains(&&*a) && a != part);
    if only("size") {
        size(folder.path(), 1000, 8 * 1024);
    }
    if only("speed") {
        speed(folder.path(), 5000, 10 * 1024);
    }
    if !only("stories") {
        return;
    }
    let texts = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(100_000);
    stories::look_up(folder.path(), texts);
}

/// Size of the store beside the gzip'd size of what it holds.
fn size(folder: &Path, count: usize, bytes: usize) {
    let path = folder.join("size.db");
    let drafts: Vec<Draft> = (0..count).map(|n| draft(n, bytes)).collect();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    let mut apart = 0;
    for draft in &drafts {
        let text = serde_json::to_vec(draft).expect("JSON");
        gzip.write_all(&text).expect("memory");
        let mut one = GzEncoder::new(Vec::new(), Compression::default());
        one.write_all(&text).expect("memory");
        apart += one.finish().expect("memory").len();
    }
    let gzip = gzip.finish().expect("memory").len();
    put(&path, drafts);
    let held = std::fs::metadata(&path).expect("a store").len();
    println!(
        "size: {count} full texts of {} KB: {held} bytes, {:.2} MB; {:.2} x their gzip in one stream ({gzip}), {:.2} x each by itself ({apart})",
        bytes / 1024,
        held as f64 / 1e6,
        held as f64 / gzip as f64,
        held as f64 / apart as f64
    );
}

/// Entries a second through the store, beside rows of the same bytes through bare SQLite.
fn speed(folder: &Path, count: usize, bytes: usize) {
    let drafts: Vec<Draft> = (0..count).map(|n| draft(n, bytes)).collect();
    let mut rates = Vec::new();
    for round in 0..5 {
        let bare = measured(|| bare(&folder.join(format!("bare{round}.db")), &drafts));
        let ours = measured(|| put(&folder.join(format!("ours{round}.db")), drafts.clone()));
        let rate = |time: Duration| count as f64 / time.as_secs_f64();
        rates.push(rate(ours.0) / rate(bare.0));
        println!(
            "speed: entries of {} KB: {:.0} a second, bare SQLite {:.0}: {:.0} %; by CPU time {:.0} and {:.0} µs an entry",
            bytes / 1024,
            rate(ours.0),
            rate(bare.0),
            100.0 * rate(ours.0) / rate(bare.0),
            ours.1.as_secs_f64() * 1e6 / count as f64,
            bare.1.as_secs_f64() * 1e6 / count as f64,
        );
    }
    rates.sort_by(f64::total_cmp);
    println!("speed: median {:.0} % of bare SQLite", 100.0 * rates[rates.len() / 2]);
}

/// What was measured inside, and the CPU time of the whole process meanwhile, of which the kernel counts hundredths.
fn measured(work: impl FnOnce() -> Duration) -> (Duration, Duration) {
    let cpu = || {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        Duration::from_millis(10 * fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum::<u64>())
    };
    let before = cpu();
    (work(), cpu().saturating_sub(before))
}

/// Stores drafts, a run of [`RUN`] a transaction; gives the time of the runs alone.
fn put(path: &Path, drafts: Vec<Draft>) -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let store = store::open(path).expect("a store");
        let runs: Vec<Finished> = drafts.chunks(RUN).map(|drafts| finished(drafts.to_vec())).collect();
        let begun = Instant::now();
        for run in runs {
            store.finish(run).await.expect("stored");
        }
        let took = begun.elapsed();
        store.close().await.expect("closed");
        took
    })
}

/// The same bytes as plain rows, with the same pragmas and as many a transaction.
fn bare(path: &Path, drafts: &[Draft]) -> Duration {
    let mut db = rusqlite::Connection::open(path).expect("a file");
    db.execute_batch(
        "pragma page_size = 4096; pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on; pragma cache_size = -4096;
         pragma temp_store = memory; pragma wal_autocheckpoint = 4000; pragma journal_size_limit = 16777216;
         create table entries (nr integer primary key, id text not null unique, url text, title text, content text);",
    )
    .expect("a table");
    let begun = Instant::now();
    for run in drafts.chunks(RUN) {
        let change = db.transaction().expect("begun");
        for draft in run {
            change
                .prepare_cached("insert into entries (id, url, title, content) values (?1, ?2, ?3, ?4)")
                .expect("a statement")
                .execute((&draft.id.0, draft.url.as_ref().map(url::Url::as_str), &draft.title, &draft.content))
                .expect("a row");
        }
        change.commit().expect("committed");
    }
    begun.elapsed()
}

/// An entry of so many bytes of text: words drawn as a language draws them, the common ones often.
fn draft(n: usize, bytes: usize) -> Draft {
    let mut dice = n as u64 ^ 0x5eed;
    let mut content = String::with_capacity(bytes + 64);
    while content.len() < bytes {
        content.push_str("<p>");
        for _ in 0..60 {
            content.push_str(&word(&mut dice));
            content.push(' ');
        }
        content.push_str("</p>");
    }
    let title: Vec<String> = (0..8).map(|_| word(&mut dice)).collect();
    let url = format!("https://news.example/2026/11/{}-{n}.html", title.join("-"));
    let published = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::minutes(n as i64);
    Draft {
        id: EntryId(format!("urn:uuid:{:08x}-0000-5000-8000-{:012x}", n, n * 7919)),
        keys: vec![
            format!("guid:{url}"),
            format!("url:{url}"),
            format!("num:0123456789abcdef:{}", 100_001 + n),
            format!("slug:{:016x}:2026-11-20", (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)),
            format!("title:{:016x}:2026-11-20", (n as u64).wrapping_mul(0xbf58_476d_1ce4_e5b9)),
        ],
        url: url::Url::parse(&url).ok(),
        title: title.join(" "),
        authors: Vec::new(),
        published: Some(published),
        updated: None,
        summary: content.get(3..250).map(str::to_owned),
        content: Some(content),
        full_text: true,
        attempted: true,
        categories: vec!["Town".to_owned()],
        picture: None,
        enclosures: Vec::new(),
        extras: Default::default(),
        language: Some("en".to_owned()),
        fingerprint: n as u64,
        likeness: Some((n as u64).wrapping_mul(0x94d0_49bb_1331_11eb)),
        sketch: Default::default(),
        ahead: false,
    }
}

/// A word of a language of 6,000, by Zipf's law.
fn word(dice: &mut u64) -> String {
    *dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    let share = (*dice >> 11) as f64 / (1u64 << 53) as f64;
    let mut rank = 6000f64.powf(share) as u64;
    let mut word = String::new();
    loop {
        word.push_str(["ta", "re", "mo", "si", "ka", "ne", "lo", "vi", "du", "pe", "sha", "on"][(rank % 12) as usize]);
        rank /= 12;
        if rank == 0 {
            return word;
        }
    }
}

fn finished(drafts: Vec<Draft>) -> Finished {
    let now = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000);
    let source = SourceId::new("bench").expect("an id");
    let report = HarvestReport { status: Some(200), listed: drafts.len(), ..HarvestReport::begun(source.clone(), now) };
    let state = SourceState {
        last_run: Some(now),
        last_success: Some(now),
        last_outcome: Some(Outcome::Ok),
        ..SourceState::unseen(source, now)
    };
    Finished::new(report, drafts, state)
}
