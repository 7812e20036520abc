//! A running Chromium and what belongs to it: its helpers, its folder.
//!
//! It is spoken to over two pipes, so that no port is open, and a shell stands between: it lays the pipes where Chromium
//! looks for them (3 and 4), and takes the folder away when Chromium has ended. Chromium ends when its pipe closes, so
//! that it outlives us in no case, killed or not.

use std::fs::{self, DirBuilder};
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::unix::pipe;
use tracing::warn;

const SHELL: &str = r#"folder=$1; shift; "$@" 3<&0 4>&1 </dev/null >/dev/null; rm -rf "$folder""#;
/// As much of what it complains of is kept, from the end.
const COMPLAINTS: usize = 4096;
/// What the folders' names begin with; our process's number comes next.
const FOLDER: &str = "courant-browser-";

/// Nothing of its own accord, nothing past our proxies, no more than it needs.
const SWITCHES: &[&str] = &[
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-default-apps",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-breakpad",
    "--disable-quic",
    // Without the last of these, and without a first window, it takes a third less memory.
    "--disable-features=Translate,MediaRouter,OptimizationHints,DialMediaRouteProvider,NetworkPrediction,\
     SpareRendererForSitePerProcess",
    "--no-startup-window",
    "--disable-software-rasterizer",
    "--dns-prefetch-disable",
    "--no-pings",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    // Each page has a proxy of its own; what belongs to no page leads nowhere, and no name is looked up.
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--block-new-web-contents",
    "--mute-audio",
    "--hide-scrollbars",
    "--password-store=basic",
    "--use-mock-keychain",
    "--window-size=1280,2000",
    "--js-flags=--max-old-space-size=384",
];

/// A running Chromium; killed with all its helpers when dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    folder: PathBuf,
    complaints: Arc<Mutex<Vec<u8>>>,
}

impl Process {
    /// Starts the program.
    pub(super) fn start(program: &Path, user_agent: &str) -> io::Result<(Self, pipe::Sender, pipe::Receiver)> {
        let parent = std::env::temp_dir();
        sweep(&parent);
        let folder = parent.join(format!("{FOLDER}{}-{}", std::process::id(), uuid::Uuid::new_v4().simple()));
        DirBuilder::new().mode(0o700).create(&folder)?;
        let mut command = Command::new("sh");
        command.args(["-c", SHELL, "sh"]).arg(&folder).arg(program).args(SWITCHES);
        command.arg(format!("--user-agent={user_agent}"));
        let mut data = std::ffi::OsString::from("--user-data-dir=");
        data.push(&folder);
        command.arg(data);
        if is_root() {
            warn!("Chromium's own sandbox is off, since Courant runs as root: run it as a user of its own");
            command.arg("--no-sandbox");
        }
        // Whatever it would write at home stays in its folder too.
        command.env("HOME", &folder).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let child = command.spawn().inspect_err(|_| drop(fs::remove_dir_all(&folder)))?;
        let mut process = Self { child, folder, complaints: Arc::default() };
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (process.child.stdin.take(), process.child.stdout.take(), process.child.stderr.take())
        else {
            return Err(io::Error::other("it has no pipes"));
        };
        listen(stderr, Arc::clone(&process.complaints))?;
        let to = pipe::Sender::from_owned_fd(OwnedFd::from(stdin))?;
        let from = pipe::Receiver::from_owned_fd(OwnedFd::from(stdout))?;
        Ok((process, to, from))
    }

    /// What it complained of: the line that says why it ends, else the last.
    pub(super) fn complaint(&self) -> Option<String> {
        let told = self.complaints.lock().unwrap_or_else(PoisonError::into_inner);
        let told = String::from_utf8_lossy(&told);
        let mut lines = told.lines().map(str::trim).filter(|line| !line.is_empty());
        let last = lines.clone().next_back();
        lines.find(|line| line.contains(":FATAL:")).or(last).map(str::to_owned)
    }

    /// Ends it now, with all its helpers.
    pub(super) fn kill(&self) {
        #[cfg(target_os = "linux")]
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw) {
            // It may have ended already.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }

    /// Bytes of memory that it and its helpers have to themselves; 0 where the system does not tell.
    pub(super) fn memory(&self) -> u64 {
        let group = self.child.id().to_string();
        let Ok(processes) = fs::read_dir("/proc") else { return 0 };
        let numbers = processes.flatten().map(|entry| entry.path()).filter(|path| {
            path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.bytes().all(|b| b.is_ascii_digit()))
        });
        numbers.filter(|path| group_of(path).as_deref() == Some(&group)).filter_map(|path| own_memory(&path)).sum()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        // Where there is no killing a group, the closing pipe ends the helpers.
        let _ = self.child.kill();
        let _ = self.child.wait();
        // Helpers that are just dying may still hold or make files.
        for _ in 0..20 {
            if !matches!(fs::remove_dir_all(&self.folder), Err(error) if error.kind() != io::ErrorKind::NotFound) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        warn!("the browser's folder {} cannot be removed", self.folder.display());
    }
}

/// Keeps the end of what a program complains of.
fn listen(mut from: impl Read + Send + 'static, into: Arc<Mutex<Vec<u8>>>) -> io::Result<()> {
    let listening = move || {
        let mut buffer = [0; 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            let mut told = into.lock().unwrap_or_else(PoisonError::into_inner);
            told.extend_from_slice(buffer.get(..length).unwrap_or_default());
            let spare = told.len().saturating_sub(COMPLAINTS);
            told.drain(..spare);
        }
    };
    std::thread::Builder::new().name("browser-stderr".to_owned()).spawn(listening).map(drop)
}

/// Folders of browsers whose Courant is no more: left where shell and browser were killed at once.
fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(FOLDER)).and_then(|rest| rest.split('-').next());
        let gone = |pid: &str| pid.parse::<u32>().is_ok() && !Path::new("/proc").join(pid).exists();
        if Path::new("/proc/self").exists() && owner.is_some_and(gone) {
            // Another's cannot be removed, and need not.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn is_root() -> bool {
    #[cfg(target_os = "linux")]
    return rustix::process::geteuid().is_root();
    #[cfg(not(target_os = "linux"))]
    false
}

/// The process group of a process: the third word after its name, which stands in brackets and may hold any letters.
fn group_of(process: &Path) -> Option<String> {
    let stat = fs::read_to_string(process.join("stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(2).map(str::to_owned)
}

/// Pages of memory that are no file's, in bytes.
fn own_memory(process: &Path) -> Option<u64> {
    let status = fs::read_to_string(process.join("status")).ok()?;
    let kib = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    Some(kib.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? * 1024)
}
