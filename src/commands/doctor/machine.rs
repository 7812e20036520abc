//! What Courant stands on: clock, store, disk, port.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::Finding;
use crate::config::Config;
use crate::store::{Counts, SourceState, StoreError, StoreTrouble};

/// This program was not written before.
const WRITTEN: Option<NaiveDate> = NaiveDate::from_ymd_opt(2026, 11, 1);
/// Two clocks of one machine do not differ by more.
const SKEW: TimeDelta = TimeDelta::minutes(5);
/// Bytes that must be free: a busy day's log of changes. And those below which it is soon too late.
const LEAST: u64 = 64 << 20;
const LOW: u64 = 512 << 20;
/// How long a server on this machine may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) fn configuration(config: &Config) -> Finding {
    let (sources, feeds) = (config.sources.len(), config.feeds.len());
    let say = format!("{}: {}, {}", config.path.display(), number(sources, "source"), number(feeds, "feed"));
    match sources {
        0 => Finding::warning("configuration", say, "there is no source yet: `courant add ADDRESS` writes one"),
        _ => Finding::ok("configuration", say),
    }
}

/// A clock that stands wrong dates entries wrong.
pub(super) fn clock(states: &[SourceState], now: DateTime<Utc>) -> Finding {
    let advice = "set the machine's clock (a time service keeps it right): what is found is dated by it";
    let says = now.format("%Y-%m-%d %H:%M:%S UTC");
    if WRITTEN.is_some_and(|day| now.date_naive() < day) {
        return Finding::wrong("clock", format!("it says {says}, which is before this program was written"), advice);
    }
    match states.iter().filter_map(|state| state.last_run).max() {
        Some(last) if last > now + SKEW => {
            let last = last.format("%Y-%m-%d %H:%M:%S UTC");
            Finding::wrong("clock", format!("it says {says}, yet a run was made at {last}"), advice)
        }
        _ => Finding::ok("clock", says.to_string()),
    }
}

pub(super) fn counts(path: &Path, counts: Counts) -> Finding {
    let Counts { sources, entries, tombstones, bytes, .. } = counts;
    let size = megabytes(bytes);
    let (sources, entries) = (number(sources, "source"), number(entries, "entry"));
    Finding::ok("store", format!("{}: {sources}, {entries}, {tombstones} deleted, {size}", path.display()))
}

pub(super) fn integrity(wrong: &[String]) -> Finding {
    match wrong {
        [] => Finding::ok("integrity", "every page of the store was read and is sound"),
        [first, rest @ ..] => Finding::wrong(
            "integrity",
            format!("{first}{}", if rest.is_empty() { String::new() } else { format!(", and {} more", rest.len()) }),
            "stop the daemon, keep a copy of the store, put back a backup (`courant backup` makes them)",
        ),
    }
}

/// A store that does not open or read.
pub(super) fn trouble(error: &StoreError) -> Finding {
    let advice = match error.kind {
        StoreTrouble::Corrupt | StoreTrouble::Foreign => "nothing was written to it",
        _ => "",
    };
    Finding::wrong("store", error.message.clone(), advice)
}

/// Whether the store and its folder may be written.
pub(super) fn folder(store: &Path) -> Option<Finding> {
    let about = "permissions";
    let advice = "give the file and its folder to the user who runs Courant";
    let folder = store.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.exists() {
        return None;
    }
    if store.exists()
        && let Err(error) = OpenOptions::new().append(true).open(store)
    {
        return Some(Finding::wrong(about, format!("{} may not be written: {error}", store.display()), advice));
    }
    let probe = folder.join(format!(".courant-doctor-{}", std::process::id()));
    let made = OpenOptions::new().write(true).create_new(true).open(&probe).and_then(|mut file| file.write_all(b"ok"));
    let gone = std::fs::remove_file(&probe);
    Some(match made.and(gone) {
        Ok(()) => Finding::ok(about, format!("{} and what is in it may be written", folder.display())),
        Err(error) => Finding::wrong(
            about,
            format!("{}: a file cannot be made there, as the store must: {error}", folder.display()),
            advice,
        ),
    })
}

/// Room for what comes.
#[cfg(target_os = "linux")]
pub(super) fn disk(store: &Path) -> Option<Finding> {
    let folder = store.ancestors().skip(1).map(|p| if p.as_os_str().is_empty() { Path::new(".") } else { p });
    let folder = folder.into_iter().find(|p| p.exists())?;
    let stat = rustix::fs::statvfs(folder).ok()?;
    let free = stat.f_bavail.saturating_mul(stat.f_frsize);
    let held = std::fs::metadata(store).map(|file| file.len()).unwrap_or(0);
    let say = format!("{} free at {}", megabytes(free), folder.display());
    Some(if free < LEAST {
        Finding::wrong("disk", say, "make room: a store on a full disk keeps what it has and takes nothing new")
    } else if free < LOW || free < held {
        Finding::warning("disk", say, "make room soon, or keep less (`[store] keep`, `snapshots_size`)")
    } else {
        Finding::ok("disk", say)
    })
}

/// Free space is asked for on Linux alone.
#[cfg(not(target_os = "linux"))]
pub(super) fn disk(_: &Path) -> Option<Finding> {
    None
}

/// Whether feeds are, or could be, served.
pub(super) fn listener(address: SocketAddr, in_use: bool) -> Option<Finding> {
    let about = "server";
    if address.port() == 0 {
        return None;
    }
    let Err(error) = TcpListener::bind(address) else {
        return Some(if in_use {
            Finding::warning(
                about,
                format!("a process lives on the store, and none listens at {address}"),
                "if that is no `courant fetch`, the daemon runs with another `server.listen`: start it anew",
            )
        } else {
            Finding::ok(about, format!("{address} is free; the daemon does not run"))
        });
    };
    if error.kind() != std::io::ErrorKind::AddrInUse {
        let advice = "choose an address of this machine, and a port that this user may listen at, in `server.listen`";
        return Some(Finding::wrong(about, format!("{address} cannot be listened at: {error}"), advice));
    }
    Some(match health(address) {
        Some(200) if in_use => Finding::ok(about, format!("the daemon runs and answers at {address}")),
        Some(503) if in_use => {
            Finding::wrong(about, format!("the daemon answers at {address} that it is not well"), "read its log")
        }
        _ if in_use => Finding::wrong(
            about,
            format!("what listens at {address} gives no answer to /healthz"),
            "if it is the daemon, read its log and start it anew; else choose another `server.listen`",
        ),
        _ => Finding::wrong(
            about,
            format!("another program listens at {address}, and no daemon lives on this store"),
            "stop it, or choose another `server.listen`",
        ),
    })
}

/// The status of `/healthz`.
fn health(address: SocketAddr) -> Option<u16> {
    // An address that stands for all of a machine's is asked for at its own.
    let ip = match address {
        SocketAddr::V4(a) if a.ip().is_unspecified() => std::net::Ipv4Addr::LOCALHOST.into(),
        SocketAddr::V6(a) if a.ip().is_unspecified() => std::net::Ipv6Addr::LOCALHOST.into(),
        other => other.ip(),
    };
    let mut stream = TcpStream::connect_timeout(&SocketAddr::new(ip, address.port()), PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").ok()?;
    let mut head = [0; 12];
    stream.read_exact(&mut head).ok()?;
    str::from_utf8(&head).ok()?.strip_prefix("HTTP/1.1 ")?.parse().ok()
}

fn megabytes(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes / 1000),
        1_000_000..10_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{} GB", bytes / 1_000_000_000),
    }
}

/// A number of things.
pub(super) fn number(number: impl TryInto<u64>, thing: &str) -> String {
    match (number.try_into().unwrap_or(u64::MAX), thing.strip_suffix('y')) {
        (1, _) => format!("1 {thing}"),
        (n, Some(stem)) => format!("{n} {stem}ies"),
        (n, None) => format!("{n} {thing}s"),
    }
}
