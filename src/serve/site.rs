//! From request to response.

use std::net::SocketAddr;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, PoisonError, RwLock};

use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use tokio::sync::watch;

use super::addresses::{Collection, entry_id};
use super::answer::Body;
use super::edition::Edition;
use super::feeds::{self, VARY_SHAPE};
use super::metrics::Metrics;
use super::router::{Asked, Place, Route, Shape, route};
use super::{Catalogue, operator, preference, trouble};
use crate::model::Feed;
use crate::publish::Format;
use crate::store::{Store, StoreError};

/// The most entries that `?limit=` gives.
const MOST: usize = 500;

/// What is served: the store, seen through the catalogue of the day.
pub(super) struct Site {
    pub(super) store: Arc<dyn Store>,
    catalogue: watch::Receiver<Arc<Catalogue>>,
    edition: RwLock<Arc<Edition>>,
    pub(super) metrics: Metrics,
}

impl Site {
    /// A site of a store and the catalogue as it is at any time.
    pub fn new(store: Arc<dyn Store>, catalogue: watch::Receiver<Arc<Catalogue>>) -> Self {
        let edition = RwLock::new(Arc::new(Edition::new(catalogue.borrow().clone(), None)));
        Self { store, catalogue, edition, metrics: Metrics::default() }
    }

    /// The edition of the present catalogue; made when the catalogue has changed.
    fn edition(&self) -> Arc<Edition> {
        let catalogue = self.catalogue.borrow().clone();
        let edition = self.edition.read().unwrap_or_else(PoisonError::into_inner).clone();
        if Arc::ptr_eq(&edition.catalogue, &catalogue) {
            return edition;
        }
        let mut place = self.edition.write().unwrap_or_else(PoisonError::into_inner);
        if !Arc::ptr_eq(&place.catalogue, &catalogue) {
            *place = Arc::new(Edition::new(catalogue, Some(&place)));
        }
        place.clone()
    }

    /// Answers a request of `peer`.
    pub async fn answer<B>(&self, request: &Request<B>, peer: SocketAddr) -> Response<Body> {
        let edition = self.edition();
        let path = request.uri().path();
        // Behind a proxy the prefix may have been left on.
        let short = path.strip_prefix(edition.addresses.prefix()).filter(|short| short.starts_with('/'));
        let found = route(path).or_else(|| short.and_then(route));
        let mut seen = None;
        let response = self.routed(request, peer, &edition, found, &mut seen).await;
        self.metrics.count(found, seen, response.status());
        tracing::debug!(%peer, method = %request.method(), path, status = response.status().as_u16(), "answered");
        response
    }

    async fn routed<B>(
        &self,
        request: &Request<B>,
        peer: SocketAddr,
        edition: &Arc<Edition>,
        found: Option<Route<'_>>,
        seen: &mut Option<Shape>,
    ) -> Response<Body> {
        let (method, headers, query) = (request.method(), request.headers(), request.uri().query());
        let Some(found) = found else { return trouble::not_found(edition, headers, "") };
        if method == Method::OPTIONS {
            return trouble::options();
        }
        if method != Method::GET && method != Method::HEAD {
            return trouble::method_not_allowed(edition, headers);
        }
        let answer = match found {
            Route::Feed(id, asked) => self.feed(edition, Collection::Feed, id, asked, headers, query, seen).await,
            Route::Source(id, asked) => self.feed(edition, Collection::Source, id, asked, headers, query, seen).await,
            Route::Index => {
                let make = || feeds::index(&*self.store, edition);
                edition.index.get(&*self.store, &edition.everything, make).await.map(Some)
            }
            Route::Entry(name) => feeds::entry(&*self.store, edition, &entry_id(name)).await.map(|a| a.map(Arc::new)),
            Route::Opml => Ok(Some(edition.opml())),
            Route::Favicon => Ok(Some(feeds::favicon())),
            Route::Health => return operator::health(&*self.store).await,
            Route::Metrics => return operator::metrics(&*self.store, &self.metrics).await,
            Route::Admin => return operator::overview(&*self.store, edition, headers, peer).await,
            Route::AdminSource(id) => return operator::source(&*self.store, edition, id, headers, peer).await,
            Route::Elsewhere(place) => return elsewhere(edition, place, query),
        };
        let negotiated = matches!(found, Route::Feed(_, Asked::Negotiated) | Route::Source(_, Asked::Negotiated));
        match (answer, *seen) {
            (Ok(Some(answer)), Some(shape @ Shape::Document(_))) if negotiated => {
                let mut response = answer.respond(method, headers).await;
                response.headers_mut().insert(header::VARY, VARY_SHAPE);
                named_elsewhere(edition, found, shape, response.headers_mut());
                response
            }
            (Ok(Some(answer)), _) => answer.respond(method, headers).await,
            (Ok(None), _) => trouble::missing(edition, headers, found),
            (Err(error), _) => self.unavailable(edition, headers, &error),
        }
    }

    /// A feed or source in the shape that is asked for, and as long as is asked for.
    #[expect(clippy::too_many_arguments, reason = "the parts of a request, taken apart once")]
    async fn feed(
        &self,
        edition: &Arc<Edition>,
        collection: Collection,
        id: &str,
        asked: Asked,
        headers: &HeaderMap,
        query: Option<&str>,
        seen: &mut Option<Shape>,
    ) -> Result<Option<Arc<super::answer::Answer>>, StoreError> {
        let Some(shelf) = edition.shelf(collection, id) else { return Ok(None) };
        let shape = match asked {
            Asked::As(Shape::Document(format @ (Format::Rss | Format::Atom)))
                if preference::navigates(headers) && query.is_none_or(|query| query != "raw") =>
            {
                Shape::Opened(format)
            }
            Asked::As(shape) => shape,
            Asked::Negotiated => preference::shape(headers),
        };
        *seen = Some(shape);
        let limit = query.and_then(limit).unwrap_or(shelf.feed.limit);
        let (store, selection) = (&*self.store, &shelf.feed.selection);
        let make = |feed: Feed, query: String| {
            self.metrics.rendered.fetch_add(1, Relaxed);
            feeds::rendered(store, edition, collection, feed, shape, query)
        };
        if limit == shelf.feed.limit {
            let make = || make(shelf.feed.clone(), String::new());
            return shelf.kept(shape).get(store, selection, make).await.map(Some);
        }
        let kept = edition.unusual(shelf, shape, limit);
        let unusual = Feed { limit, ..shelf.feed.clone() };
        kept.get(store, selection, || make(unusual, format!("?limit={limit}"))).await.map(Some)
    }

    fn unavailable(&self, edition: &Edition, headers: &HeaderMap, error: &StoreError) -> Response<Body> {
        tracing::error!(%error, "cannot read the store");
        trouble::unavailable(edition, headers)
    }
}

/// `limit=N` of a query, within bounds; anything else counts as not said.
fn limit(query: &str) -> Option<usize> {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let value = pairs.into_iter().find(|(name, _)| name == "limit").map(|(_, value)| value)?;
    value.parse::<usize>().ok().map(|limit| limit.clamp(1, MOST))
}

/// `Content-Location` (RFC 9110 §8.7) of a document that was chosen by the client's preference.
fn named_elsewhere(edition: &Edition, found: Route<'_>, shape: Shape, headers: &mut HeaderMap) {
    let (collection, id) = match found {
        Route::Feed(id, _) => (Collection::Feed, id),
        Route::Source(id, _) => (Collection::Source, id),
        _ => return,
    };
    if let Ok(place) = HeaderValue::from_str(&edition.addresses.absolute(collection, id, shape)) {
        headers.insert(header::CONTENT_LOCATION, place);
    }
}

/// Sends on to the address without a slash too many, or with the one that lacks.
fn elsewhere(edition: &Edition, place: Place<'_>, query: Option<&str>) -> Response<Body> {
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    let path = match place {
        Place::Without(path) => path.to_owned(),
        Place::With(path) => format!("{path}/"),
    };
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    // A path of a request is made of characters that a header may hold.
    if let Ok(to) = HeaderValue::from_str(&format!("{}{path}{query}", edition.addresses.prefix())) {
        response.headers_mut().insert(header::LOCATION, to);
    }
    response
}
