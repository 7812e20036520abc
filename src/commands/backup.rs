//! `courant backup`: a copy of the store.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Failure, load, print, runtime};
use crate::store;

/// Copy the store to a file, whole and compact, while the daemon runs; a file that exists is not overwritten
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The file to write
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn run(arguments: Arguments, path: &Path) -> Result<(), Failure> {
    let config = load(path)?;
    let file = arguments.file;
    let counts = runtime()?.block_on(async {
        store::open_read_only(&config.store)?.backup(&file).await?;
        let copy = store::open_read_only(&file)?;
        let wrong = copy.integrity().await?;
        match wrong.first() {
            None => Ok(copy.counts().await?),
            Some(first) => Err(Failure::Work(format!(
                "{}: the copy is not sound ({first}); neither is {}; keep both, and put back an older backup",
                file.display(),
                config.store.display()
            ))),
        }
    })?;
    print(&format!("{}: {} entries, {} bytes, checked\n", file.display(), counts.entries, counts.bytes))
}
