//! SIGTERM and ctrl-C stop; SIGHUP reloads.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tracing::info;

/// A switch that the first SIGTERM or ctrl-C turns to true. A second one ends the process at once.
pub fn stop_on_signals() -> std::io::Result<watch::Receiver<bool>> {
    let (stop, stopped) = watch::channel(false);
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "ctrl-C",
        };
        info!("{name}: finishing what is in flight, at most 10 s; once more ends at once");
        // Nobody listening means that the daemon has stopped already.
        let _ = stop.send(true);
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        // The second signal asks for exactly this: the store survives being killed at any instant.
        std::process::exit(130);
    });
    Ok(stopped)
}
