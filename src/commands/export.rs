//! `courant export`: the feeds as files.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Failure, load, print, runtime};
use crate::daemon::{Titles, catalogue};
use crate::{serve, store};

/// Write all feeds and pages as static files, for any web host; files that have not changed are left alone
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The folder; made if it is not there
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(super) fn run(arguments: Arguments, path: &Path) -> Result<(), Failure> {
    let config = load(path)?;
    let folder = arguments.folder;
    let files = runtime()?.block_on(async {
        let store = store::open_read_only(&config.store)?;
        let titles = Titles::of(store.standings().await?);
        Ok::<_, Failure>(serve::export(&*store, &catalogue(&config, &titles)).await?)
    })?;
    for feed in config.feeds.iter().filter(|feed| config.locks.has_feed(&feed.id)) {
        eprintln!("[feeds.{0}] has a token, which files cannot ask for: {0} is left out", feed.id);
    }
    let mut written = 0;
    for (name, bytes) in &files {
        written += usize::from(write(&folder.join(name), bytes)?);
    }
    print(&format!("{}: {} files, {written} of them new or changed\n", folder.display(), files.len()))
}

/// Writes a file whole or not at all; says whether it had to be written.
fn write(path: &Path, bytes: &[u8]) -> Result<bool, Failure> {
    let fail = |e: std::io::Error| Failure::Work(format!("{}: {e}", path.display()));
    if fs::read(path).is_ok_and(|held| held == bytes) {
        return Ok(false);
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(fail)?;
    }
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    fs::write(&part, bytes).and_then(|()| fs::rename(&part, path)).map_err(fail)?;
    Ok(true)
}
