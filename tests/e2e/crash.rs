//! SIGKILL at random instants and disks that fail: nothing lost, nothing twice, no id changed.
//!
//! `cargo test` does a few of each. `COURANT_CRASHES=200 COURANT_FAULTS=50 cargo test --test e2e crash:: -- --nocapture`
//! does the many that a release needs, and tells how it went; `COURANT_SEED` repeats a run.

mod farm;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::courant::{Desk, text};
use crate::paper;
use crate::press::{Press, Sheet};
use farm::Farm;

/// Kills and faults that fit into an ordinary run of the tests.
const CRASHES: u64 = 16;
const FAULTS: u64 = 10;
/// Longest life of a daemon before it is killed.
const LIFE: u64 = 450;

/// A number that the environment may set.
fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// A small generator of steady sequences (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit.max(1)
    }
}

fn seeded(usual: u64) -> Dice {
    let seed = setting("COURANT_SEED", usual);
    println!("COURANT_SEED={seed}");
    Dice(seed)
}

#[test]
fn kills_at_random_instants_lose_nothing_double_nothing_and_change_no_id() {
    let mut dice = seeded(20_261_124);
    let mut farm = Farm::start();
    let desk = Desk::new(&farm.sources());
    let kills = setting("COURANT_CRASHES", CRASHES);
    let begun = Instant::now();
    let mut grown = 0;
    for _ in 0..kills {
        farm.print(&mut dice);
        let mut child = desk.command().arg("run").stderr(Stdio::null()).stdout(Stdio::null()).spawn().expect("a start");
        std::thread::sleep(Duration::from_millis(dice.below(LIFE)));
        child.kill().expect("killed");
        child.wait().expect("an end");
        grown += farm.inspect(&desk);
    }
    let served = farm.complete(&desk);
    let seconds = begun.elapsed().as_secs();
    println!(
        "{kills} kills, {served} entries ({grown} stored between kills), 0 lost, 0 doubled, 0 churned, {seconds} s"
    );
}

#[test]
fn what_a_killed_process_had_claimed_is_free_though_another_lives_on_the_store() {
    let press = Press::start();
    paper::print(&press);
    press.set("/slow/", Sheet::html("").held());
    let desk = Desk::new(&paper::source(&press));
    let mut daemon = desk.daemon();
    daemon.harvested("lantern");
    // One that asks for something else, so that the daemon does not take it.
    let other = std::fs::read_to_string(desk.path("feeds.toml")).expect("a file").replace("/news/", "/slow/");
    desk.write_file("other.toml", &other);
    let mut fetch = desk.command().args(["fetch", "--config", "other.toml"]).spawn().expect("a start");
    press.wait_for("/slow/");
    assert!(desk.ok(&["fetch"]).contains("left to the process that is just harvesting it"));
    fetch.kill().expect("killed");
    fetch.wait().expect("an end");
    assert!(desk.ok(&["fetch"]).contains("lantern: unchanged"));
    assert_eq!(daemon.stop(), Some(0));
    // What it left beside the store goes with the next that opens that.
    desk.ok(&["fetch"]);
    let files = std::fs::read_dir(desk.folder.path()).expect("a folder").flatten();
    let names: Vec<_> = files.map(|file| file.file_name().to_string_lossy().into_owned()).collect();
    assert!(!names.iter().any(|name| name.contains(".lock-")), "{names:?}");
}

#[test]
fn a_failing_disk_loses_nothing_doubles_nothing_and_changes_no_id() {
    let mut dice = seeded(4711);
    let mut farm = Farm::start();
    let desk = Desk::new(&farm.sources());
    let library = desk.path("faults.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/crash/faults.c");
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let built = Command::new(compiler).args(["-shared", "-fPIC", "-o"]).arg(&library).args([source, "-ldl"]).output();
    let built = built.expect("the C compiler that SQLite is built with");
    assert!(built.status.success(), "{}", text(&built.stderr));
    desk.ok(&["fetch"]);

    let faults = setting("COURANT_FAULTS", FAULTS);
    let (switch, log) = (desk.path("switch"), desk.path("faults.log"));
    let mut struck = 0;
    for round in 0..faults {
        farm.print(&mut dice);
        std::fs::write(&switch, "").expect("a file");
        let _ = std::fs::remove_file(&log);
        // Until the disk has failed at least once: with each try it fails sooner.
        let mut odds = 40;
        for _ in 0..8 {
            let kind = ["read", "write", "full", "short", "sync"][usize::try_from(round % 5).unwrap_or(0)];
            let mut child = desk
                .command()
                .arg("run")
                .env("LD_PRELOAD", &library)
                .env("FAULT_SWITCH", &switch)
                .env("FAULT_KIND", kind)
                .env("FAULT_ONE_IN", odds.to_string())
                .env("FAULT_SEED", dice.below(1 << 40).to_string())
                .env("FAULT_LOG", &log)
                .stderr(Stdio::null())
                .stdout(Stdio::null())
                .spawn()
                .expect("a start");
            std::thread::sleep(Duration::from_millis(150 + dice.below(LIFE)));
            // One time in two the disk comes to itself, and the daemon is let go on.
            if dice.below(2) == 0 {
                std::fs::remove_file(&switch).expect("removed");
                std::thread::sleep(Duration::from_millis(dice.below(LIFE)));
                std::fs::write(&switch, "").expect("a file");
            }
            // An orderly end one time in two: what closes the file meets the failing disk as well.
            if dice.below(2) == 0 && child.try_wait().expect("a child").is_none() {
                let sent = Command::new("kill").args(["-15", &child.id().to_string()]).status();
                assert!(sent.expect("kill runs").success());
            } else {
                let _ = child.kill();
            }
            child.wait().expect("an end");
            if log.exists() {
                break;
            }
            odds = (odds / 3).max(1);
        }
        struck += u64::from(log.exists());
        std::fs::remove_file(&switch).expect("removed");
        farm.inspect(&desk);
    }
    let served = farm.complete(&desk);
    println!("{struck} of {faults} disk faults struck, {served} entries, 0 lost, 0 doubled, 0 churned");
    assert!(struck * 2 >= faults, "the disk failed too seldom: {struck} of {faults}");
}

#[test]
fn a_full_disk_is_told_and_the_next_run_catches_up() {
    let mut dice = Dice(7);
    let mut farm = Farm::start();
    let desk = Desk::new(&farm.sources());
    desk.ok(&["fetch"]);
    farm.inspect(&desk);
    for _ in 0..8 {
        farm.print(&mut dice);
    }
    // The kernel refuses to let any file grow beyond what the store has by now.
    let blocks = std::fs::metadata(desk.path("courant.db")).expect("a store").len() / 512 + 8;
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec {} fetch", env!("CARGO_BIN_EXE_courant"));
    let output = Command::new("sh").args(["-c", &script]).current_dir(desk.folder.path()).output().expect("a shell");
    let said = text(&output.stdout) + &text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("courant.db"), "{said}");
    farm.inspect(&desk);
    farm.complete(&desk);
}
