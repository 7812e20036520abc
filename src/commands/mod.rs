//! One file a command; a command's doc comment is its help.
//!
//! Comes in: arguments. Goes out: an exit code: 0 done, 1 the work failed, 2 bad usage or configuration.

mod inspect;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Turns news pages into feeds.
#[derive(Debug, Parser)]
#[command(name = "courant", version, about)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Inspect(inspect::Arguments),
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

impl Arguments {
    /// Does what was asked and tells how it went.
    pub fn run(self) -> ExitCode {
        let done = match self.command {
            Command::Inspect(arguments) => inspect::run(arguments),
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
