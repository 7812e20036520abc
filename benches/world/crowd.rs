//! The daemon over a crowd of sources that are all due at once, some of which are slow or fail: is every other one
//! asked in time, and what does that take?

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::{TICKS, memory_of, write_config};

/// How many of a hundred sources take half a minute to answer, and how many answer 503.
pub const SLOW: usize = 5;
pub const FAILING: usize = 5;
/// How long a slow one takes.
pub const PAUSE: Duration = Duration::from_secs(30);
/// In this time all are to be read.
const WINDOW: Duration = Duration::from_secs(600);

/// What the site of this number does: 0 to 4 it is slow, 5 to 9 it fails.
pub fn manner(number: usize) -> usize {
    // Spread over the crowd, the same each time.
    (number * 37) % 100
}

/// Runs the daemon until every source that answers has been read once, or the window has passed.
pub fn run(desk: &Path, sources: usize) -> std::io::Result<()> {
    write_config(desk, sources, "crowd", "never")?;
    let mut daemon = Command::new(env!("CARGO_BIN_EXE_courant"))
        .args(["--config", "feeds.toml", "--log-format", "json", "run"])
        .current_dir(desk)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let clock = Instant::now();
    let (told, lines) = channel();
    if let Some(log) = daemon.stderr.take() {
        std::thread::spawn(move || {
            BufReader::new(log).lines().map_while(Result::ok).try_for_each(|line| told.send(line))
        });
    }
    let good = (0..sources).filter(|number| manner(*number) >= SLOW + FAILING).count();
    let (mut read, mut outcomes) = (0, HashMap::<String, usize>::new());
    let (mut peak, mut last) = (0, Duration::ZERO);
    while read < good && clock.elapsed() < WINDOW {
        match lines.recv_timeout(Duration::from_millis(200)) {
            Ok(line) => {
                let Some((_, rest)) = line.split_once("\"outcome\":\"") else { continue };
                let outcome = rest.split('"').next().unwrap_or_default().to_owned();
                if outcome == "ok" {
                    (read, last) = (read + 1, clock.elapsed());
                }
                *outcomes.entry(outcome).or_default() += 1;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        peak = peak.max(memory_of(daemon.id(), "VmRSS:").unwrap_or(0));
    }
    let spent = cpu_of(daemon.id()).unwrap_or(0.0);
    let seconds = clock.elapsed().as_secs_f64();
    let _ = daemon.kill();
    daemon.wait()?;
    println!("| {sources} sources due at once, {SLOW} % slow, {FAILING} % failing | is | to be |\n| --- | --- | --- |");
    println!("| read of those that answer | {read} of {good} | all within {} s |", WINDOW.as_secs());
    println!("| the last of them after | {:.0} s | |", last.as_secs_f64());
    println!("| processor cores in use on average | {:.2} | < 1 |", spent / seconds);
    println!("| resident memory at most | {peak} MB | < 200 MB |");
    println!("| outcomes | {outcomes:?} | |");
    Ok(())
}

/// Seconds of CPU of a process so far.
fn cpu_of(process: u32) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let fields: Vec<f64> = stat.rsplit(')').next()?.split_whitespace().map(|f| f.parse().unwrap_or(0.0)).collect();
    Some((fields.get(11)? + fields.get(12)?) / TICKS)
}

/// How long the site of this number waits with its answer in a crowd.
pub fn waits(path: &str, number: usize) -> Option<Duration> {
    (path == "/crowd" && manner(number) < SLOW).then_some(PAUSE)
}

/// Whether the site of this number fails in a crowd.
pub fn fails(path: &str, number: usize) -> bool {
    path == "/crowd" && (SLOW..SLOW + FAILING).contains(&manner(number))
}
