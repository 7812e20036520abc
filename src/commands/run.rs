//! `courant run`: the daemon.

use std::path::Path;

use clap::Args;
use tokio::sync::watch;

use super::console::{Console, LogFormat};
use super::{Failure, runtime};
use crate::daemon::{self, Progress};

/// Run the daemon: harvest on schedule and serve the feeds, until SIGTERM or ctrl-C
#[derive(Debug, Default, Args)]
pub(super) struct Arguments {}

pub(super) fn run(_: Arguments, config: &Path, log_format: LogFormat) -> Result<(), Failure> {
    let console = Console::start(log_format);
    runtime()?.block_on(async {
        let stop = daemon::stop_on_signals().map_err(|e| Failure::Work(format!("signals cannot be heard: {e}")))?;
        let (progress, seen) = watch::channel(Progress::default());
        if log_format == LogFormat::Text {
            tokio::spawn(show(console, seen));
        }
        Ok(daemon::run(config.to_owned(), progress, stop).await?)
    })
}

/// Shows how far the first run over new sources has come, then steps aside.
async fn show(console: Console, mut progress: watch::Receiver<Progress>) {
    let Ok(first) = progress.wait_for(|p| p.first_runs > 0).await.map(|p| *p) else { return };
    let bar = console.bar(first.first_runs);
    bar.set_message("first run over the sources");
    loop {
        let now = *progress.borrow_and_update();
        bar.set_position(now.done as u64);
        if now.done >= now.first_runs || progress.changed().await.is_err() {
            break;
        }
    }
    bar.finish_and_clear();
}
