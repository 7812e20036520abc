//! What a source costs: CPU time of the whole program and its memory, over a farm of sites on loopback.
//! `cargo bench --bench world -- 1000` for a thousand sites, `-- crowd 10000` for the daemon over ten thousand that are
//! due at once, `-- day 1000` for the daemon's start and a day of a thousand; nothing here asserts.

mod crowd;
mod day;
mod farm;
mod floor;
#[path = "../stages/paper.rs"]
mod paper;
mod peer;

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PORT: u16 = 8190;
/// Clock ticks a second in `/proc` (`sysconf(_SC_CLK_TCK)`), the same on every Linux.
const TICKS: f64 = 100.0;
/// Runs over which nothing changed, since one takes but a few ticks.
const ROUNDS: usize = 5;

/// The farm's process, killed with its handle.
struct Farm(Child);

impl Drop for Farm {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo bench` adds a flag of its own.
    let arguments: Vec<String> = arguments.into_iter().filter(|a| !a.starts_with("--")).collect();
    let number = |at: usize| arguments.get(at).and_then(|a| a.parse().ok());
    if arguments.first().is_some_and(|a| a == "farm") {
        return farm::serve(number(1).unwrap_or(1), PORT);
    }
    if arguments.first().is_some_and(|a| a == "floor") {
        return floor::run(number(1).unwrap_or(1), PORT, arguments.get(2).map_or("", String::as_str));
    }
    let in_crowd = arguments.first().is_some_and(|a| a == "crowd");
    let through_day = arguments.first().is_some_and(|a| a == "day");
    let sites: usize = match (in_crowd, through_day) {
        (true, _) => number(1).unwrap_or(10_000),
        (_, true) => number(1).unwrap_or(1000),
        _ => number(0).unwrap_or(200),
    };
    let myself = std::env::current_exe()?;
    let mut child = Command::new(&myself).args(["farm", &sites.to_string()]).stdout(Stdio::piped()).spawn()?;
    let ready = child.stdout.take();
    let _farm = Farm(child);
    if let Some(ready) = ready {
        BufReader::new(ready).read_line(&mut String::new())?;
    }
    if in_crowd {
        return crowd::run(tempfile::tempdir()?.path(), sites);
    }
    if through_day {
        return day::run(tempfile::tempdir()?.path(), sites);
    }
    println!(
        "| {sites} sites | ms of CPU a source | to be | peak MB (60) | seconds |\n| --- | --- | --- | --- | --- |"
    );
    for (name, path, article, part, targets) in [
        ("a listing", "", "never", 1, ["1.5", "0.05", "0.4"]),
        ("a feed", "feed.xml", "never", 1, ["0.8", "0.05", ""]),
        ("a listing and its articles", "", "auto", 10, ["45", "0.05", ""]),
    ] {
        let [first, unchanged, more] = targets;
        let sources = (sites / part).max(1);
        let desk = tempfile::tempdir()?;
        write_config(desk.path(), sources, path, article)?;
        let ours = || courant(desk.path());
        row(desk.path(), &format!("{name}, read first and stored"), first, sources, 1, &ours)?;
        row(desk.path(), &format!("{name}, unchanged (304)"), unchanged, sources, part * ROUNDS, &ours)?;
        advance()?;
        row(desk.path(), &format!("{name}, 3 more"), more, sources, 1, &ours)?;
        if part == 1 {
            bare(&myself, sites)?;
        }
    }
    if let Some(program) = peer::named() {
        let desk = tempfile::tempdir()?;
        peer::write_config(desk.path(), sites, PORT)?;
        let theirs = || peer::run(&program, desk.path());
        row(desk.path(), "rsspls: a listing, read first", "", sites, 1, &theirs)?;
        row(desk.path(), "rsspls: a listing, unchanged (304)", "", sites, ROUNDS, &theirs)?;
        advance()?;
        row(desk.path(), "rsspls: a listing, 3 more", "", sites, 1, &theirs)?;
    }
    Ok(())
}

/// The least that asking takes: a bare client's requests over as many connections.
fn bare(myself: &Path, sites: usize) -> std::io::Result<()> {
    let before = cpu_of_children()?;
    let tag = format!("\"{}\"", now_listed()?);
    for _ in 0..ROUNDS {
        let ended = Command::new(myself).args(["floor", &sites.to_string(), &tag]).status()?;
        if !ended.success() {
            return Err(std::io::Error::other("the bare client failed"));
        }
    }
    let spent = (cpu_of_children()? - before) * 1000.0 / (sites * ROUNDS) as f64;
    println!("| the same requests by a bare client (304) | {spent:.3} | | | |");
    Ok(())
}

fn write_config(desk: &Path, sources: usize, path: &str, article: &str) -> std::io::Result<()> {
    let mut text = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n[store]\nurl = \"sqlite:world.db\"\n[fetch]\nallow_private = [\"127.0.0.0/8\"]\n\
         respect_robots = false\n[defaults]\narticle = \"{article}\"\n"
    );
    for number in 0..sources {
        let _ = writeln!(text, "[sources.s{number}]\nurl = \"http://{}/{path}\"", farm::site(number, PORT));
    }
    std::fs::write(desk.join("feeds.toml"), text)
}

/// A `courant fetch` over all sources of a desk.
fn courant(desk: &Path) -> Command {
    let mut run = Command::new(env!("CARGO_BIN_EXE_courant"));
    run.args(["--config", "feeds.toml", "fetch", "--json"]).current_dir(desk);
    run
}

/// Runs a program so many times, and prints what a run took.
fn row(
    desk: &Path,
    name: &str,
    target: &str,
    sources: usize,
    rounds: usize,
    command: &dyn Fn() -> Command,
) -> std::io::Result<()> {
    let (before, clock) = (cpu_of_children()?, Instant::now());
    let reports = desk.join("reports.jsonl");
    let mut peak = 0;
    for _ in 0..rounds {
        let mut run = command().stdout(std::fs::File::create(&reports)?).stderr(Stdio::null()).spawn()?;
        while run.try_wait()?.is_none() {
            peak = peak.max(memory_of(run.id(), "VmHWM:").unwrap_or(0));
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    let seconds = clock.elapsed().as_secs_f64() / rounds as f64;
    let spent = (cpu_of_children()? - before) * 1000.0 / (sources * rounds) as f64;
    let failed = std::fs::read_to_string(&reports)?.lines().filter(|l| l.contains("\"outcome\":\"broken\"")).count();
    let note = if failed > 0 { format!(" ({failed} failed)") } else { String::new() };
    println!("| {name}{note} | {spent:.3} | {target} | {peak} | {seconds:.1} |");
    Ok(())
}

/// Seconds of CPU, user and system, of all processes that this one has started and that have ended.
fn cpu_of_children() -> std::io::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // Behind the name, which may hold anything, stand the fields from the third on.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0);
    Ok((ticks(13) + ticks(14)) / TICKS)
}

/// A measure of a process's memory by its name in `/proc` (`VmRSS:`, `VmHWM:` the most so far), in MB.
fn memory_of(process: u32, measure: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(measure))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
}

/// Has the farm publish three more on every site.
fn advance() -> std::io::Result<()> {
    tell("/advance").map(drop)
}

/// How many teasers the farm's pages have.
fn now_listed() -> std::io::Result<usize> {
    tell("/listed")?.trim().parse().map_err(std::io::Error::other)
}

/// Asks the farm for something of its own; gives the answer's body.
fn tell(path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(farm::site(0, PORT))?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: farm\r\nconnection: close\r\n\r\n").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}
