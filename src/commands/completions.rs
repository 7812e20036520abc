//! `courant completions`: for shells.

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::{Failure, print};

/// Print a completion script for a shell
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Which shell
    shell: Shell,
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    let mut script = Vec::new();
    generate(arguments.shell, &mut super::Arguments::command(), "courant", &mut script);
    print(&String::from_utf8_lossy(&script))
}
