//! How long it takes to find out whether another source tells a story, in a store of so many texts of late.

use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use courant::model::{Draft, HarvestReport, Sketch, SourceId};
use courant::store::{self, Finished, SourceState};
use rusqlite::params;

/// Marks of one text, some six hundred words; and how many of them are turns of phrase that other texts have too, the
/// common ones often.
const MARKS: u64 = 400;
const PHRASES: u64 = 60;
/// Turns of phrase that there are.
const STOCK: f64 = 200_000.0;
/// Sources among which they are; each tenth prints a frame of so many marks around all its texts.
const SOURCES: usize = 200;
const FRAME: u64 = 30;
/// Single runs that are measured.
const ROUNDS: usize = 300;

/// Fills a store with what `count` texts of one day leave, a tenth of them twins of others; then measures how much
/// longer the runs of single new entries take where their stories are looked for.
pub fn look_up(folder: &Path, count: usize) {
    let path = folder.join("stories.db");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let ids: Vec<SourceId> = (0..SOURCES).map(|n| SourceId::new(format!("s{n}")).expect("an id")).collect();
        let store = store::open(&path).expect("a store");
        store.sync_sources(ids.iter().map(|id| (id.clone(), now())).collect()).await.expect("synced");
        store.take_part(ids.clone()).await.expect("they take part");
        store.close().await.expect("closed");
        fill(&path, count);
        let store = store::open(&path).expect("a store");
        let mut took: [Vec<Duration>; 2] = Default::default();
        for round in 0..ROUNDS {
            for (parts, took) in took.iter_mut().enumerate() {
                store.take_part(if parts == 1 { ids.clone() } else { Vec::new() }).await.expect("set");
                // Far apart, so that no page is still at hand from the last.
                let place = (round * 2 + parts) * (count / (2 * ROUNDS));
                let mut draft = super::draft(count + place, 200);
                (draft.sketch, draft.published) = (sketch(place), Some(now()));
                draft.id.0 = format!("urn:bench:{round}-{parts}");
                draft.keys = vec![format!("url:new-{round}-{parts}")];
                let run = finished(&ids[(place + 1) % SOURCES], vec![draft]);
                let begun = Instant::now();
                store.finish(run).await.expect("stored");
                took.push(begun.elapsed());
            }
        }
        let held = std::fs::metadata(&path).map(|file| file.len()).unwrap_or_default();
        let [without, with] = took.map(|mut took| {
            took.sort();
            (took[took.len() / 2], took[took.len() * 99 / 100])
        });
        store.close().await.expect("closed");
        let db = rusqlite::Connection::open(&path).expect("a store");
        let found: i64 = db.query_row("select count(*) from stories", [], |row| row.get(0)).expect("a number");
        println!(
            "stories: of {count} texts of one day ({} MB): a run of one entry {:?} (99 %: {:?}) with looking for its story and noting it, {:?} (99 %: {:?}) without; {} of {ROUNDS} twins found",
            held / 1_000_000,
            with.0,
            with.1,
            without.0,
            without.1,
            found / 2
        );
    });
}

/// Writes what runs would have written, in an order that takes minutes where theirs would take hours.
fn fill(path: &Path, count: usize) {
    let mut db = rusqlite::Connection::open(path).expect("a store");
    db.execute_batch("pragma synchronous = off; pragma cache_size = -65536").expect("set");
    let first: i64 = db.query_row("select nr from sources where id = 's0'", [], |row| row.get(0)).expect("a source");
    let change = db.transaction().expect("begun");
    let mut bands: Vec<(u64, u32, u16)> = Vec::new();
    {
        let mut entry = change
            .prepare(
                "insert into entries (nr, source, id, published, updated, first_seen, fingerprint, keys_print, depth, title)
                 values (?1, ?2, ?3, ?4, ?4, ?4, ?1, ?1, 0, ?3)",
            )
            .expect("a statement");
        let mut kept =
            change.prepare("insert into sketches (entry, published, sketch) values (?1, ?2, ?3)").expect("a statement");
        for n in 0..count {
            let nr = n as i64 + 1;
            let sketch = sketch(n);
            let source = first + (n % SOURCES) as i64;
            entry.execute(params![nr, source, format!("urn:bench:{n:08}"), now().timestamp_millis()]).expect("a row");
            kept.execute(params![nr, now().timestamp_millis(), sketch.to_bytes()]).expect("a row");
            bands.extend(sketch.bands().map(|band| (band, nr as u32, source as u16)));
        }
        bands.sort_unstable();
        let mut put =
            change.prepare("insert into bands (band, entry, source) values (?1, ?2, ?3)").expect("a statement");
        for (band, entry, source) in bands {
            put.execute(params![band.cast_signed(), entry, source]).expect("a row");
        }
        change
            .execute("update sources set entries = (select count(*) from entries e where e.source = sources.nr), revision = 1", [])
            .expect("counted");
    }
    change.commit().expect("committed");
    db.execute_batch("pragma wal_checkpoint(truncate); analyze").expect("written");
}

fn now() -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000)
}

/// The marks of the n-th text; each tenth shares half of its own with the one before.
fn sketch(n: usize) -> Sketch {
    let hash = |n: u64| {
        let n = (n ^ n >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let n = (n ^ n >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        n ^ n >> 31
    };
    let from = n as u64 * MARKS - if n % 10 == 9 { MARKS / 2 } else { 0 };
    let own = (from..from + MARKS - PHRASES).map(|n| hash(n + 1));
    let phrases = (0..PHRASES).map(|at| {
        let share = (hash(from * 64 + at) >> 11) as f64 / (1u64 << 53) as f64;
        hash(1 << 60 | STOCK.powf(share) as u64)
    });
    let source = (n % SOURCES) as u64;
    let frame = (0..if source.is_multiple_of(10) { FRAME } else { 0 }).map(|at| hash(1 << 61 | source << 8 | at));
    Sketch::of(own.chain(phrases).chain(frame))
}

fn finished(source: &SourceId, drafts: Vec<Draft>) -> Finished {
    let report = HarvestReport { listed: drafts.len(), ..HarvestReport::begun(source.clone(), now()) };
    Finished::new(report, drafts, SourceState::unseen(source.clone(), now()))
}
