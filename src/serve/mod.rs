//! HTTP.
//!
//! Comes in: requests of feed readers and operators. Goes out: documents, pages, numbers. Never: the
//! configuration file, harvesting.
//!
//! `server` accepts connections, `router` reads addresses, `site` answers: an `Edition` (one catalogue) holds a
//! place (`Kept`) for each feed in each shape; what is in it is an `Answer`, rendered once a revision of the
//! store, compressed once a coding, with its headers made beforehand.

mod access;
mod addresses;
mod answer;
mod asked;
mod body;
mod coding;
mod conditional;
mod delta;
mod edition;
mod export;
mod feeds;
mod folder;
mod greed;
mod hub;
mod inbox;
mod kept;
mod locks;
mod metrics;
mod operator;
mod pages;
mod patient;
mod payload;
mod preference;
mod push;
mod quick;
mod router;
mod server;
mod site;
mod status;
mod trouble;
mod view;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use http::{Method, Request, Response};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use tokio::net::TcpListener;
use tokio::sync::watch;
use url::Url;

use crate::model::{Feed, SourceId};
use crate::store::Store;

pub use export::export;
pub use feeds::entries_of;
pub use hub::{Call, Courier, Outward};
pub use inbox::Inbox;
pub use locks::Locks;
pub use metrics::count_harvest;

/// The largest form that is read, in bytes.
const LARGEST_FORM: usize = 16 * 1024;

/// Where and as what the server is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bind {
    /// The address to listen at.
    pub listen: SocketAddr,
    /// What readers see, without a slash at the end.
    pub base_url: Url,
    /// What operator pages ask for; without one they answer loopback only.
    pub admin_token: Option<String>,
    /// Whether there is a WebSub hub.
    pub hub: bool,
}

/// What is published; replaced as a whole when the configuration changes.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// What readers see, without a slash at the end.
    pub base_url: Url,
    /// The feeds, `all` among them, in the order of the index.
    pub feeds: Vec<Arc<Feed>>,
    /// One feed per source (id, title, tags resolved), in the order of the index.
    pub sources: Vec<(SourceId, Arc<Feed>)>,
    /// What operator pages ask for.
    pub admin_token: Option<String>,
    /// Whether there is a WebSub hub, so that readers are told of what is new.
    pub hub: bool,
    /// Which feeds are not for everyone.
    pub locks: Locks,
}

/// Serves until `shutdown` turns true, then finishes what is under way, for at most two seconds.
pub async fn run(
    listener: TcpListener,
    store: Arc<dyn Store>,
    catalogue: watch::Receiver<Arc<Catalogue>>,
    shutdown: watch::Receiver<bool>,
) -> std::io::Result<()> {
    server::serve(listener, Arc::new(site::Site::new(store, catalogue)), shutdown).await
}

/// The same with push: what is new goes to WebSub subscribers by `outward`, and to who listens to events.
pub async fn run_with_push(
    listener: TcpListener,
    store: Arc<dyn Store>,
    catalogue: watch::Receiver<Arc<Catalogue>>,
    outward: Outward,
    shutdown: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let site = Arc::new(site::Site::new(store, catalogue).pushing(outward));
    let pushing = tokio::spawn(push::run(site.clone(), shutdown.clone()));
    let served = server::serve(listener, site, shutdown).await;
    pushing.abort();
    served
}

/// Serves a folder's files as they are (the demo site), until `shutdown` turns true.
pub async fn run_folder(
    listener: TcpListener,
    folder: PathBuf,
    shutdown: watch::Receiver<bool>,
) -> std::io::Result<()> {
    server::serve(listener, Arc::new(folder::Folder::new(&folder)?), shutdown).await
}

impl server::Answers for site::Site {
    async fn answer(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<body::Body> {
        if request.method() != Method::POST {
            return site::Site::answer(self, &request, peer).await;
        }
        // What strangers post is a form; only what hubs bring may be large, and of that little is read at once.
        let (largest, _room) = match self.awaits(request.uri().path()) {
            true => (inbox::LARGEST, self.room.acquire().await.ok()),
            false => (LARGEST_FORM, None),
        };
        let (head, body) = request.into_parts();
        // Too much is as good as nothing: neither is a form.
        let form = Limited::new(body, largest).collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        site::Site::answer(self, &Request::from_parts(head, form), peer).await
    }

    async fn ready(&self, asked: &asked::Asked<'_>, peer: SocketAddr) -> Option<answer::Ready> {
        self.quickly(asked, peer).await
    }

    fn counts(&self) -> Option<(&std::sync::atomic::AtomicU64, &std::sync::atomic::AtomicU64)> {
        Some((&self.metrics.connections, &self.metrics.refused))
    }
}
