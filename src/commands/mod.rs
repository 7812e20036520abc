//! One file a command; a command's doc comment is its help.
//!
//! Comes in: arguments. Goes out: an exit code: 0 done, 1 the work failed, 2 bad usage or configuration.

mod add;
mod backup;
mod check;
mod completions;
mod console;
mod diff;
mod doctor;
mod entries;
mod export;
mod fetch;
mod import;
mod inspect;
mod opml;
mod preview;
mod quarantine;
mod replay;
mod replayed;
mod run;
mod scout;
mod search;
mod status;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{self, Complaints, Config};
use crate::daemon::DaemonError;
use crate::store::StoreError;
use console::LogFormat;

/// Turns news pages into feeds.
///
/// Without a command, runs the daemon on feeds.toml.
#[derive(Debug, Parser)]
#[command(name = "courant", version)]
pub struct Arguments {
    /// The configuration file
    #[arg(long, global = true, value_name = "FILE", default_value = "feeds.toml", env = "COURANT_CONFIG")]
    config: PathBuf,
    /// How the log is written to standard error
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Arguments),
    Fetch(fetch::Arguments),
    Check(check::Arguments),
    Add(add::Arguments),
    Status(status::Arguments),
    Doctor(doctor::Arguments),
    Search(search::Arguments),
    Entries(entries::Arguments),
    Quarantine(quarantine::Arguments),
    Replay(replay::Arguments),
    Preview(preview::Arguments),
    Inspect(inspect::Arguments),
    Backup(backup::Arguments),
    Export(export::Arguments),
    Import(import::Arguments),
    Opml(opml::Arguments),
    Completions(completions::Arguments),
}

/// A command's failure, by whose fault.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The work failed: exit code 1.
    #[error("{0}")]
    Work(String),
    /// The arguments or the configuration are wrong: exit code 2.
    #[error("{0}")]
    Usage(String),
}

impl From<Complaints> for Failure {
    fn from(complaints: Complaints) -> Self {
        let number = complaints.count;
        let noun = if number == 1 { "complaint" } else { "complaints" };
        Self::Usage(format!("{number} {noun} about the configuration\n\n{complaints}"))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Work(error.to_string())
    }
}

impl From<DaemonError> for Failure {
    fn from(error: DaemonError) -> Self {
        match error {
            DaemonError::Config(complaints) => complaints.into(),
            other => Self::Work(other.to_string()),
        }
    }
}

impl Arguments {
    /// Does what was asked and tells how it went.
    pub fn run(self) -> ExitCode {
        let Self { config, log_format, command } = self;
        let done = match command.unwrap_or(Command::Run(run::Arguments::default())) {
            Command::Run(arguments) => run::run(arguments, &config, log_format),
            Command::Fetch(arguments) => fetch::run(arguments, &config, log_format),
            Command::Check(arguments) => check::run(arguments, &config),
            Command::Add(arguments) => add::run(arguments, &config),
            Command::Status(arguments) => status::run(arguments, &config),
            Command::Doctor(arguments) => doctor::run(arguments, &config),
            Command::Search(arguments) => search::run(arguments, &config),
            Command::Replay(arguments) => replay::run(arguments, &config),
            Command::Quarantine(arguments) => quarantine::run(arguments, &config),
            Command::Entries(arguments) => entries::run(arguments, &config),
            Command::Preview(arguments) => preview::run(arguments, &config),
            Command::Inspect(arguments) => inspect::run(arguments),
            Command::Backup(arguments) => backup::run(arguments, &config),
            Command::Export(arguments) => export::run(arguments, &config),
            Command::Import(arguments) => import::run(arguments, &config),
            Command::Opml(arguments) => opml::run(arguments, &config),
            Command::Completions(arguments) => completions::run(arguments),
        };
        match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                eprintln!("courant: {failure}");
                ExitCode::from(match failure {
                    Failure::Work(_) => 1,
                    Failure::Usage(_) => 2,
                })
            }
        }
    }
}

/// Loads the configuration, its warnings to standard error.
fn load(path: &std::path::Path) -> Result<Config, Failure> {
    let config = config::load(path)?;
    for warning in &config.warnings {
        eprintln!("{warning}");
    }
    Ok(config)
}

/// The async runtime of a command.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Work(format!("the async runtime cannot start: {error}")))
}

/// Writes a whole text to standard output; a reader that has gone away is no failure.
fn print(text: &str) -> Result<(), Failure> {
    use std::io::{ErrorKind, Write};
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::Work(format!("standard output: {error}"))),
        _ => Ok(()),
    }
}
