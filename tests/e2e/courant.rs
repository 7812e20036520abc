//! The program under test, in a folder of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A folder with a `feeds.toml`.
pub struct Desk {
    pub folder: TempDir,
}

impl Desk {
    /// A desk whose configuration begins with what every test needs: a free port and leave to call loopback.
    pub fn new(sources: &str) -> Self {
        let desk = Self { folder: TempDir::new().expect("a folder") };
        desk.write(sources);
        desk
    }

    pub fn write(&self, sources: &str) {
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\nbase_url = \"http://news.example\"\n\
             [store]\nurl = \"sqlite:courant.db\"\n[fetch]\nallow_private = [\"127.0.0.0/8\"]\n{sources}"
        );
        self.write_file("feeds.toml", &text);
    }

    pub fn write_file(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("a file written");
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program at this desk, to be run in a way of one's own.
    pub fn command(&self) -> Command {
        program(self.folder.path())
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        program(self.folder.path()).args(arguments).output().expect("the program runs")
    }

    /// Runs a command that must succeed; gives its standard output.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{arguments:?}: {}\n{out}\n{err}", output.status);
        out
    }

    /// `courant status --json`, by source.
    pub fn status(&self, source: &str) -> Value {
        let all = self.ok(&["status", "--json"]);
        let states = all.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        states.into_iter().find(|s| s["source"] == source).unwrap_or_else(|| panic!("no {source} in {all}"))
    }

    /// Starts the daemon and waits until it listens.
    pub fn daemon(&self) -> Daemon {
        self.daemon_with(&[])
    }

    /// The same with variables in its environment.
    pub fn daemon_with(&self, environment: &[(&str, &str)]) -> Daemon {
        let mut child = program(self.folder.path())
            .args(["--log-format", "json", "run"])
            .envs(environment.iter().copied())
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("the program starts");
        let (send, lines) = channel();
        let stderr = child.stderr.take().expect("a pipe");
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        let mut daemon = Daemon { child, lines, address: ([127, 0, 0, 1], 0).into(), seen: Vec::new() };
        let listening = daemon.wait_for("listening", |event| event["address"].is_string());
        daemon.address = listening["address"].as_str().and_then(|a| a.parse().ok()).expect("an address");
        daemon
    }
}

fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_courant"));
    command
        .current_dir(folder)
        .env_remove("COURANT_CONFIG")
        .env_remove("COURANT_LOG")
        .env("TZ", "UTC")
        .env("TMPDIR", folder);
    command
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A running daemon; killed when dropped.
pub struct Daemon {
    pub child: Child,
    pub address: SocketAddr,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Daemon {
    /// Waits for a log event; gives it.
    pub fn wait_for(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    let event: Value = serde_json::from_str(&line).unwrap_or(Value::String(line.clone()));
                    self.seen.push(line);
                    if fits(&event) {
                        return event;
                    }
                }
                Err(RecvTimeoutError::Timeout) => panic!("waited in vain for {what}:\n{}", self.seen.join("\n")),
                Err(RecvTimeoutError::Disconnected) => panic!("ended before {what}:\n{}", self.seen.join("\n")),
            }
        }
    }

    /// Waits until a run over this source has ended; gives its log event.
    pub fn harvested(&mut self, source: &str) -> Value {
        self.wait_for(&format!("a run over {source}"), |event| {
            event["source"] == source && event["outcome"].is_string()
        })
    }

    pub fn signal(&self, signal: i32) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([&format!("-{signal}"), &pid]).status().expect("kill runs");
        assert!(sent.success());
    }

    /// SIGTERM, then all that was logged.
    pub fn told(mut self) -> String {
        self.signal(15);
        self.child.wait().expect("an end");
        self.seen.extend(self.lines.iter());
        self.seen.join("\n")
    }

    /// SIGTERM, then the exit code.
    pub fn stop(self) -> Option<i32> {
        self.signal(15);
        self.ended()
    }

    /// Waits for the end that a signal asked for; the exit code.
    pub fn ended(mut self) -> Option<i32> {
        self.child.wait().expect("an end").code()
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("an end");
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
