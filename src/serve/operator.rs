//! What operators and their machines ask: alive, numbers, the table of sources.

use std::collections::HashMap;
use std::net::SocketAddr;

use http::header::HeaderMap;
use http::{Response, StatusCode};

use super::access::{self, Access};
use super::body::Body;
use super::edition::Edition;
use super::metrics::Metrics;
use super::router::Route;
use super::{pages, trouble};
use crate::store::{Store, StoreError};

/// How many of a source's latest runs its page shows.
const RUNS: usize = 50;

/// `/healthz`: 200 while the store answers.
pub(super) async fn health(store: &dyn Store) -> Response<Body> {
    match store.next_due().await {
        Ok(_) => trouble::plain(StatusCode::OK, "text/plain; charset=utf-8", "ok\n"),
        Err(error) => broken(&error),
    }
}

/// `/metrics`.
pub(super) async fn metrics(store: &dyn Store, metrics: &Metrics) -> Response<Body> {
    match store.sources().await {
        Ok(states) => trouble::plain(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", metrics.text(&states)),
        Err(error) => broken(&error),
    }
}

/// `/admin/`: the table of sources.
pub(super) async fn overview(
    store: &dyn Store,
    edition: &Edition,
    headers: &HeaderMap,
    peer: SocketAddr,
) -> Response<Body> {
    if let Some(refused) = refused(edition, headers, peer) {
        return refused;
    }
    match store.sources().await {
        Ok(states) => trouble::page(StatusCode::OK, pages::admin(&edition.addresses, &states, &titles(edition))),
        Err(error) => broken(&error),
    }
}

/// `/admin/sources/{id}`: one source and its latest runs.
pub(super) async fn source(
    store: &dyn Store,
    edition: &Edition,
    id: &str,
    headers: &HeaderMap,
    peer: SocketAddr,
) -> Response<Body> {
    if let Some(refused) = refused(edition, headers, peer) {
        return refused;
    }
    let found = async {
        let Some(state) = store.sources().await?.into_iter().find(|state| state.id.as_str() == id) else {
            return Ok(None);
        };
        let reports = store.reports(&state.id, RUNS).await?;
        Ok::<_, StoreError>(Some((state, reports)))
    };
    match found.await {
        Ok(Some((state, reports))) => {
            let page = pages::admin_source(&edition.addresses, &state, &reports, &titles(edition));
            trouble::page(StatusCode::OK, page)
        }
        Ok(None) => trouble::missing(edition, headers, Route::AdminSource(id)),
        Err(error) => broken(&error),
    }
}

/// The answer to whoever may not see the operator's pages.
pub(super) fn refused(edition: &Edition, headers: &HeaderMap, peer: SocketAddr) -> Option<Response<Body>> {
    match access::weigh(headers, peer, edition.catalogue.admin_token.as_deref()) {
        Access::Granted => None,
        Access::TokenWanted => Some(trouble::token_wanted(edition, headers)),
        Access::LoopbackOnly => Some(trouble::loopback_only(edition, headers)),
    }
}

fn titles(edition: &Edition) -> HashMap<&str, &str> {
    edition.titles.iter().map(|(id, title)| (id.as_str(), title.as_str())).collect()
}

fn broken(error: &StoreError) -> Response<Body> {
    tracing::error!(%error, "cannot read the store");
    trouble::plain(StatusCode::SERVICE_UNAVAILABLE, "text/plain; charset=utf-8", "the store cannot be read\n")
}
