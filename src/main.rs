//! Arguments → command → exit code; nothing else.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    courant::commands::Arguments::parse().run()
}
