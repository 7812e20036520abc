//! The daemon over a day: how soon it answers after its start, what it holds when it rests, and whether that grows. A
//! day of half-hours passes in minutes: each source is asked forty-eight times, and has news eight of them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::{advance, memory_of, write_config};

/// Where the daemon listens.
const DOOR: &str = "127.0.0.1:8191";
/// Runs of a day of half-hours.
const ROUNDS: u32 = 48;
/// How often there is news.
const NEWS_EVERY: u32 = 6;
/// How long a round is: no source may be asked more often.
const ROUND: Duration = Duration::from_secs(10);

/// Starts on what the day before left, and lives through one more.
pub fn run(desk: &Path, sources: usize) -> std::io::Result<()> {
    write_config(desk, sources, "feed.xml", "never")?;
    let config = desk.join("feeds.toml");
    let text = std::fs::read_to_string(&config)?.replace("127.0.0.1:0", DOOR);
    let often = format!("[defaults]\nschedule = \"every {}s\"\n", ROUND.as_secs());
    std::fs::write(&config, text.replace("[defaults]\n", &often))?;
    println!("| {sources} sources in the daemon | is | to be |\n| --- | --- | --- |");
    let (mut daemon, first) = started(desk)?;
    println!("| first start to first healthy answer | {:.0} ms | |", first.as_secs_f64() * 1000.0);
    std::thread::sleep(ROUND * 2);
    stop(&mut daemon)?;
    let (mut daemon, again) = started(desk)?;
    println!("| start to first healthy answer | {:.0} ms | 20 ms |", again.as_secs_f64() * 1000.0);
    let (mut after, mut most) = (Vec::new(), 0);
    for round in 1..=ROUNDS {
        if round % NEWS_EVERY == 0 {
            advance()?;
        }
        let end = Instant::now() + ROUND;
        while Instant::now() < end {
            most = most.max(memory_of(daemon.id(), "VmRSS:").unwrap_or(0));
            std::thread::sleep(Duration::from_millis(50));
        }
        if matches!(round, 6 | 24 | ROUNDS) {
            after.push(memory_of(daemon.id(), "VmRSS:").unwrap_or(0));
        }
    }
    stop(&mut daemon)?;
    println!(
        "| resident after an eighth, a half and the whole of a day | {after:?} MB | 20 MB, and no more at its end |"
    );
    println!("| at most | {most} MB | |");
    Ok(())
}

/// Starts the daemon; gives the time until it said that it is well.
fn started(desk: &Path) -> std::io::Result<(Child, Duration)> {
    let clock = Instant::now();
    let child = Command::new(env!("CARGO_BIN_EXE_courant"))
        .args(["--config", "feeds.toml", "run"])
        .current_dir(desk)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    while clock.elapsed() < Duration::from_secs(30) {
        if healthy().unwrap_or(false) {
            return Ok((child, clock.elapsed()));
        }
        std::thread::sleep(Duration::from_micros(500));
    }
    Err(std::io::Error::other("the daemon did not answer"))
}

fn healthy() -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(DOOR)?;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: courant\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 200"))
}

fn stop(daemon: &mut Child) -> std::io::Result<()> {
    Command::new("kill").arg(daemon.id().to_string()).status()?;
    daemon.wait().map(drop)
}
