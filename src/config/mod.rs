//! `feeds.toml` into values.
//!
//! Comes in: the file's letters. Goes out: a [`Config`], or complaints that point at the letters. Never:
//! running anything.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::fetch::Manners;
use crate::model::{Feed, Source};
use crate::serve::Bind;

/// All that `feeds.toml` says, as meant.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The file.
    pub path: PathBuf,
    /// Every file that was read, includes among them: what to watch.
    pub files: Vec<PathBuf>,
    /// The sources, in the order of the file.
    pub sources: Vec<Source>,
    /// The feeds, in the order of the file, `all` last unless the operator defined it.
    pub feeds: Vec<Feed>,
    /// `[fetch]` and `[hosts]`.
    pub manners: Manners,
    /// `[server]`.
    pub bind: Bind,
    /// `[store] url`, as a path.
    pub store: PathBuf,
    /// `[store] keep`: how long entries are kept; for ever where absent.
    pub keep: Option<Duration>,
    /// `[demo]`: a folder served on a port of its own, for the first run.
    pub demo: Option<Demo>,
    /// What is legal but suspicious, rendered for people.
    pub warnings: Vec<String>,
}

/// `[demo]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demo {
    /// The folder, relative to the file.
    pub folder: PathBuf,
    /// The address to serve it at.
    pub listen: SocketAddr,
}

/// Everything wrong with a configuration, rendered with lines and carets.
#[derive(Debug, thiserror::Error)]
#[error("{rendered}")]
pub struct Complaints {
    /// How many.
    pub count: usize,
    /// For people; plain text without colours.
    pub rendered: String,
}

/// Reads and checks a configuration file.
pub fn load(path: &Path) -> Result<Config, Complaints> {
    Err(Complaints { count: 1, rendered: format!("{}: not built", path.display()) })
}
