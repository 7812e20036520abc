//! The clockwork.
//!
//! Comes in: the path of `feeds.toml`. Goes out: harvests at their time and a server that publishes them,
//! until told to stop. Never: what a command prints.

mod by_hand;
mod catalogue;
mod courier;
mod following;
mod housekeeping;
mod late;
mod line;
mod once;
mod plan;
mod reload;
mod rest;
mod signals;
mod workers;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tracing::{info, warn};

use crate::config::{self, Complaints, Config};
use crate::serve;
use crate::store::{self, StoreError};

pub use by_hand::HandedOver;
pub use catalogue::{Titles, catalogue};
pub use late::tell as tell_stories;
pub use line::report_line;
pub use once::{Once, once};
pub use plan::Plan;
pub use signals::stop_on_signals;
pub use workers::Progress;

/// How long what is in flight may take to finish once the daemon is told to stop.
const DRAIN: Duration = Duration::from_secs(8);

/// How long a claim holds of which nobody can tell whether its process lives (where the file system knows no locks), or
/// that a run which ended with a bug left; longer than any run takes, and waits for the turn of a host that wants to be
/// asked slowly and has a hundred sources.
const LEASE: chrono::Duration = chrono::Duration::hours(2);

/// Why the daemon cannot run.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// `feeds.toml` is wrong.
    #[error(transparent)]
    Config(#[from] Complaints),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The fetcher cannot be made.
    #[error("the HTTP client cannot be made: {0}")]
    Fetcher(#[from] crate::fetch::FetchError),
    /// A port cannot be listened at.
    #[error("cannot listen at {address} ({key} in feeds.toml): {error}; stop what uses it, or choose another")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Where it is set.
        key: &'static str,
        /// The system's words.
        error: std::io::Error,
    },
    /// A run that panicked.
    #[error("the run ended with a bug, please report it: {0}")]
    Bug(String),
    /// Something the operating system refused.
    #[error("{what}: {error}")]
    System {
        /// What was tried.
        what: &'static str,
        /// The system's words.
        error: std::io::Error,
    },
}

/// Runs until `stop` turns true; then what is in flight has ten seconds to finish.
pub async fn run(
    path: PathBuf,
    progress: watch::Sender<Progress>,
    stop: watch::Receiver<bool>,
) -> Result<(), DaemonError> {
    let config = Arc::new(config::load(&path)?);
    for warning in &config.warnings {
        warn!("{warning}");
    }
    let listener = listen(config.bind.listen, "server.listen").await?;
    let demo = demo_site(&config, stop.clone()).await?;
    let store = store::open(&config.store)?;
    let (plan, plans) = watch::channel(Arc::new(Plan::new(config.clone(), store.clone(), stop.clone())?));
    plan.borrow().enrol(&*store).await?;

    let standings = store.standings().await?;
    progress.send_replace(Progress { first_runs: standings.iter().filter(|s| !s.ran).count(), done: 0 });
    let titles = Titles::of(standings);
    let (published, catalogues) = watch::channel(Arc::new(catalogue(&config, &titles)));
    let desk = by_hand::Desk::open(&config.store);
    let address = listener.local_addr().map_err(|error| DaemonError::System { what: "the server's port", error })?;
    info!(%address, sources = config.sources.len(), feeds = config.feeds.len(), "listening on http://{address}/");

    let (following, told) = following::Following::open(store.clone()).await?;
    let (to, asked) = mpsc::channel(1);
    let desk = desk.map(|desk| tokio::spawn(desk.run(plans.clone(), to)));
    let outward = courier::outward(plans.clone(), &config.store, following.clone());
    let server = tokio::spawn(serve::run_with_push(listener, store.clone(), catalogues, outward, stop.clone()));
    let reloading = reload::spawn(&config, plan, store.clone(), stop.clone())?;
    drop(config);
    let housekeeping = tokio::spawn(housekeeping::run(plans.clone(), store.clone()));
    let asking = tokio::spawn(following.clone().run(plans.clone()));
    let rest = tokio::spawn(rest::run(store.clone()));
    let sides = workers::Sides { titles, published, progress, following, told, asked };
    workers::run(plans, store.clone(), sides, stop.clone()).await?;

    if let Some(desk) = desk {
        desk.abort();
    }
    reloading.abort();
    asking.abort();
    housekeeping.abort();
    rest.abort();
    for task in [Some(server), demo].into_iter().flatten() {
        if tokio::time::timeout(DRAIN / 4, task).await.is_err() {
            warn!("a server still had open connections; they were cut");
        }
    }
    store.close().await?;
    info!("stopped; nothing was lost");
    Ok(())
}

/// Serves the demo site, where the configuration has one, until `stop` turns true.
pub async fn demo_site(
    config: &Config,
    stop: watch::Receiver<bool>,
) -> Result<Option<tokio::task::JoinHandle<std::io::Result<()>>>, DaemonError> {
    let Some(demo) = &config.demo else { return Ok(None) };
    let listener = listen(demo.listen, "demo.listen").await?;
    Ok(Some(tokio::spawn(serve::run_folder(listener, demo.folder.clone(), stop))))
}

async fn listen(address: SocketAddr, key: &'static str) -> Result<TcpListener, DaemonError> {
    TcpListener::bind(address).await.map_err(|error| DaemonError::Listen { address, key, error })
}
