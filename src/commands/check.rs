use std::path::{Path, PathBuf};

use super::{Failure, diff, print};
use crate::config::{self, Config};

/// Check a configuration: all complaints at once, each with its line and a remedy.
///
/// Nothing is fetched and nothing is written. Exit code 2 where something is wrong.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The configuration file; else that of --config
    file: Option<PathBuf>,
    /// Show what every feed would gain, lose or change by it, beside --config and what is held: kept answers are read
    /// again by its rules
    #[arg(long)]
    diff: bool,
}

/// Checks a file and says so.
pub fn run(arguments: Arguments, configured: &Path) -> Result<(), Failure> {
    let file = arguments.file.as_deref().unwrap_or(configured);
    let config = config::load(file)?;
    for warning in &config.warnings {
        eprintln!("{warning}\n");
    }
    print(&format!("{}\n", summary(file, &config)))?;
    if arguments.diff { diff::show(&config, configured) } else { Ok(()) }
}

/// One line about a good file.
fn summary(file: &Path, config: &Config) -> String {
    let off = config.sources.iter().filter(|s| !s.enabled).count();
    let mut summary =
        format!("{}: {}, {}", file.display(), count(config.sources.len(), "source"), count(config.feeds.len(), "feed"));
    if off > 0 {
        summary.push_str(&format!(" ({off} switched off)"));
    }
    if config.files.len() > 1 {
        summary.push_str(&format!(", from {}", count(config.files.len(), "file")));
    }
    if !config.warnings.is_empty() {
        summary.push_str(&format!("; {}", count(config.warnings.len(), "warning")));
    }
    summary
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
