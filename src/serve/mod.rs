//! HTTP.
//!
//! Comes in: requests of feed readers and operators. Goes out: documents, pages, numbers. Never: the
//! configuration file, harvesting.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use url::Url;

use crate::model::{Feed, SourceId};
use crate::store::Store;

/// Where and as what the server is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bind {
    /// The address to listen at.
    pub listen: SocketAddr,
    /// What readers see, without a slash at the end.
    pub base_url: Url,
    /// What operator pages ask for; without one they answer loopback only.
    pub admin_token: Option<String>,
}

/// What is published; replaced as a whole when the configuration changes.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// What readers see, without a slash at the end.
    pub base_url: Url,
    /// The feeds, `all` among them, in the order of the index.
    pub feeds: Vec<Feed>,
    /// One feed per source (id, title, tags resolved), in the order of the index.
    pub sources: Vec<(SourceId, Feed)>,
    /// What operator pages ask for.
    pub admin_token: Option<String>,
}

/// Serves until `shutdown` turns true, then finishes what is under way.
pub async fn run(
    _listener: TcpListener,
    _store: Arc<dyn Store>,
    _catalogue: watch::Receiver<Arc<Catalogue>>,
    mut shutdown: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let _ = shutdown.wait_for(|stop| *stop).await;
    Ok(())
}

/// Serves a folder's files as they are (the demo site), until `shutdown` turns true.
pub async fn run_folder(
    _listener: TcpListener,
    _folder: PathBuf,
    mut shutdown: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let _ = shutdown.wait_for(|stop| *stop).await;
    Ok(())
}

/// All that is published, as files: path below the export folder, and bytes.
pub async fn export(
    _store: &dyn Store,
    _catalogue: &Catalogue,
) -> Result<Vec<(PathBuf, bytes::Bytes)>, crate::store::StoreError> {
    Ok(Vec::new())
}
