//! How long it takes to find out whether another source tells a story, in a store of so many texts of late.

use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use courant::model::{Draft, HarvestReport, Sketch, SourceId};
use courant::store::{self, Finished, SourceState};

/// Marks of one text: some six hundred words.
const MARKS: u64 = 400;
/// Entries of one run while the store is filled.
const RUN: usize = 500;
/// Sources among which they are.
const SOURCES: usize = 200;

/// Stores `count` texts, all of one day, a tenth of them twins of others; then measures how much longer the runs of
/// single new entries take where their stories are looked for.
pub fn look_up(folder: &Path, count: usize) {
    let path = folder.join("stories.db");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let store = store::open(&path).expect("a store");
        let ids: Vec<SourceId> = (0..SOURCES).map(|n| SourceId::new(format!("s{n}")).expect("an id")).collect();
        store.sync_sources(ids.iter().map(|id| (id.clone(), now())).collect()).await.expect("synced");
        store.take_part(ids.clone()).await.expect("they take part");
        for run in 0..count / RUN {
            let drafts = (run * RUN..(run + 1) * RUN).map(text).collect();
            store.finish(finished(&ids[run % SOURCES], drafts)).await.expect("stored");
        }
        let mut took: [Vec<Duration>; 2] = Default::default();
        for round in 0..200 {
            for (parts, took) in took.iter_mut().enumerate() {
                store.take_part(if parts == 1 { ids.clone() } else { Vec::new() }).await.expect("set");
                // Far apart, so that no page is still at hand from the last.
                let place = (round * 2 + parts) * (count / 400);
                let mut draft = text(place);
                draft.id.0 = format!("urn:bench:{round}-{parts}");
                draft.keys = vec![format!("url:new-{round}-{parts}")];
                let run = finished(&ids[(place / RUN + 1) % SOURCES], vec![draft]);
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
        println!(
            "stories: of {count} texts of one day ({} MB): a run of one entry {:?} (99 %: {:?}) with looking for its story and noting it, {:?} (99 %: {:?}) without",
            held / 1_000_000,
            with.0,
            with.1,
            without.0,
            without.1
        );
        store.close().await.expect("closed");
    });
}

fn now() -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000)
}

/// The n-th text; each tenth shares half of its marks with the one before.
fn text(n: usize) -> Draft {
    let hash = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let from = n as u64 * MARKS - if n % 10 == 9 { MARKS / 2 } else { 0 };
    let sketch = Sketch::of((from..from + MARKS).map(|n| hash(n) ^ hash(n) >> 31));
    Draft { sketch, published: Some(now()), ..super::draft(n, 200) }
}

fn finished(source: &SourceId, drafts: Vec<Draft>) -> Finished {
    let report = HarvestReport { listed: drafts.len(), ..HarvestReport::begun(source.clone(), now()) };
    Finished::new(report, drafts, SourceState::unseen(source.clone(), now()))
}
