use std::path::{Path, PathBuf};

use super::{Failure, print};
use crate::config::{self, Config};

/// Check a configuration: all complaints at once, each with its line and a remedy.
///
/// Nothing is fetched and nothing is written. Exit code 2 where something is wrong.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The configuration file; else that of --config
    file: Option<PathBuf>,
}

/// Checks a file and says so.
pub fn run(arguments: Arguments, configured: &Path) -> Result<(), Failure> {
    let file = arguments.file.as_deref().unwrap_or(configured);
    let config = config::load(file)?;
    for warning in &config.warnings {
        eprintln!("{warning}\n");
    }
    print(&format!("{}\n", summary(file, &config)))
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
