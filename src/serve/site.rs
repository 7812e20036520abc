//! From request to response.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use tokio::sync::{Semaphore, watch};

use super::addresses::{Collection, entry_id};
use super::answer::{Answer, Ready};
use super::body::Body;
use super::coding::Coding;
use super::edition::{Edition, Shelf};
use super::feeds::{self, VARY_SHAPE, Wanted};
use super::greed::Greed;
use super::hub::Hub;
use super::inbox::{self, Inbox};
use super::locks::Entrance;
use super::metrics::Metrics;
use super::push::{self, Listeners, Memory};
use super::router::{Asked, Place, Route, Shape, route};
use super::view::{Part, View};
use super::{Catalogue, Outward, asked, delta, hub, operator, preference, status, trouble};
use crate::model::{Entry, EntryId, Feed};
use crate::publish::{self, Format};
use crate::store::{Store, StoreError};

/// What a request carries, where it carries anything.
pub(super) trait Form {
    /// The bytes, when they are there.
    fn bytes(&self) -> Option<&[u8]>;
}

impl Form for Incoming {
    fn bytes(&self) -> Option<&[u8]> {
        None
    }
}

impl Form for Bytes {
    fn bytes(&self) -> Option<&[u8]> {
        Some(self)
    }
}

/// What is served: the store, seen through the catalogue of the day.
pub(super) struct Site {
    pub(super) store: Arc<dyn Store>,
    catalogue: watch::Receiver<Arc<Catalogue>>,
    edition: RwLock<Arc<Edition>>,
    pub(super) metrics: Metrics,
    greed: Greed,
    /// The WebSub hub, where there is one that can call out.
    pub(super) hub: Option<Arc<Hub>>,
    /// Those who listen to events; heard only where something is pushed.
    pub(super) listeners: Listeners,
    /// What those who follow a feed know of it.
    pub(super) memory: Memory,
    pushes: bool,
    /// Who hears what the hubs of sources ask and bring.
    inbox: Option<Arc<dyn Inbox>>,
    /// Room for what they bring.
    pub(super) room: Semaphore,
}

impl Site {
    /// A site of a store and the catalogue as it is at any time.
    pub fn new(store: Arc<dyn Store>, catalogue: watch::Receiver<Arc<Catalogue>>) -> Self {
        let edition = RwLock::new(Arc::new(Edition::new(catalogue.borrow().clone(), None)));
        let (metrics, listeners) = (Metrics::default(), Listeners::default());
        let greed = Greed::default();
        Self {
            store,
            catalogue,
            edition,
            metrics,
            greed,
            hub: None,
            listeners,
            memory: Memory::default(),
            pushes: false,
            inbox: None,
            room: inbox::room(),
        }
    }

    /// The same with push; `push::run` does the pushing.
    pub fn pushing(self, outward: Outward) -> Self {
        let inbox = outward.inbox.clone();
        Self { hub: Some(Arc::new(Hub::new(outward))), pushes: true, inbox, ..self }
    }

    /// Whether something may come to a path from a hub that we asked.
    pub(super) fn awaits(&self, path: &str) -> bool {
        let key = path.rsplit_once("/websub/").map(|(_, key)| key);
        key.zip(self.inbox.as_ref()).is_some_and(|(key, inbox)| inbox.knows(key))
    }

    /// The edition of the present catalogue; made when the catalogue has changed.
    pub(super) fn edition(&self) -> Arc<Edition> {
        let edition = self.edition.read().unwrap_or_else(PoisonError::into_inner).clone();
        let catalogue = {
            let catalogue = self.catalogue.borrow();
            if Arc::ptr_eq(&edition.catalogue, &catalogue) {
                return edition;
            }
            catalogue.clone()
        };
        let mut place = self.edition.write().unwrap_or_else(PoisonError::into_inner);
        if !Arc::ptr_eq(&place.catalogue, &catalogue) {
            *place = Arc::new(Edition::new(catalogue, Some(&place)));
        }
        place.clone()
    }

    /// Answers a request of `peer`.
    pub async fn answer<B: Form>(&self, request: &Request<B>, peer: SocketAddr) -> Response<Body> {
        let edition = self.edition();
        let path = request.uri().path();
        // Behind a proxy the prefix may have been left on.
        let short = path.strip_prefix(edition.addresses.prefix()).filter(|short| short.starts_with('/'));
        let found = route(path).or_else(|| short.and_then(route));
        let mut seen = None;
        let response = self.routed(request, peer, &edition, found, &mut seen).await;
        self.metrics.count(found, seen, response.status());
        // A callback's path is known to its hub only.
        let path = if matches!(found, Some(Route::Inbox(_))) { "/websub/" } else { path };
        tracing::debug!(%peer, method = %request.method(), path, status = response.status().as_u16(), "answered");
        response
    }

    /// Answers a plain request for a document that everyone may see; all others go the long way.
    pub async fn quickly(&self, asked: &asked::Asked<'_>, peer: SocketAddr) -> Option<Ready> {
        let edition = self.edition();
        let short = || asked.path.strip_prefix(edition.addresses.prefix()).filter(|short| short.starts_with('/'));
        let found = route(asked.path).or_else(|| short().and_then(route))?;
        let (place, shape) = match found {
            Route::Feed(id, Asked::As(shape @ Shape::Document(_))) => ((Collection::Feed, id), shape),
            Route::Source(id, Asked::As(shape @ Shape::Document(_))) => ((Collection::Source, id), shape),
            _ => return None,
        };
        let shelf = edition.shelf(place.0, place.1).filter(|shelf| !shelf.locked)?;
        let conditional = asked.known.is_some() || asked.since.is_some();
        if !conditional && self.greed.count(asked.forwarded, peer, asked.path, Instant::now()).is_some() {
            return None;
        }
        let make = || self.render(&edition, wanted(shelf, shape, View::default()));
        let answer = shelf.kept(shape).get(&*self.store, &shelf.feed.selection, make).await.ok()?;
        let ready = answer.ready(asked.codings.map_or(Coding::Identity, preference::coding_of), asked).await?;
        self.metrics.count(Some(found), Some(shape), ready.status());
        tracing::debug!(%peer, path = asked.path, status = ready.status().as_u16(), "answered");
        Some(ready)
    }

    async fn routed<B: Form>(
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
        if found == Route::Hub {
            return self.hub(edition, headers, request.body().bytes().filter(|_| method == Method::POST)).await;
        }
        if let Route::Inbox(key) = found {
            let Some(inbox) = &self.inbox else { return trouble::not_found(edition, headers, "") };
            let body = request.body().bytes().filter(|_| method == Method::POST).map(Bytes::copy_from_slice);
            return inbox::answer(&**inbox, key, method, headers, query.unwrap_or_default(), body).await;
        }
        if method != Method::GET && method != Method::HEAD {
            return trouble::method_not_allowed(edition, headers);
        }
        if matches!(found, Route::Feed(..) | Route::Source(..) | Route::Archive(..))
            && let Some(wait) = self.greed.weigh(headers, peer, request.uri().path(), Instant::now())
        {
            return trouble::too_greedy(edition, headers, wait);
        }
        if let Some(place) = place_of(found)
            && let Some(refused) = self.refused(edition, place, found, headers, query)
        {
            return refused;
        }
        let answer = match found {
            Route::Feed(id, asked) => {
                self.feed(edition, (Collection::Feed, id), asked, headers, query.unwrap_or_default(), seen).await
            }
            Route::Source(id, asked) => {
                self.feed(edition, (Collection::Source, id), asked, headers, query.unwrap_or_default(), seen).await
            }
            Route::Archive(collection, id, part, format) => {
                self.archive(edition, (collection, id), part, Shape::Document(format)).await
            }
            Route::Status(asked) => return status::answer(&*self.store, edition, asked, method, headers, peer).await,
            Route::Events(collection, id) => {
                return match self.events(edition, (collection, id), method, headers).await {
                    Ok(Some(response)) => response,
                    Ok(None) => trouble::missing(edition, headers, found),
                    Err(error) => self.unavailable(edition, headers, &error),
                };
            }
            Route::Hub | Route::Inbox(_) => return trouble::method_not_allowed(edition, headers),
            Route::Index => {
                let make = || {
                    let (store, edition) = (self.store.clone(), edition.clone());
                    async move { feeds::index(&*store, &edition).await }
                };
                edition.index.get(&*self.store, &edition.everything, make).await.map(Some)
            }
            Route::Entry(name) => match self.entry(edition, &entry_id(name)).await {
                Ok(Some((entry, shelf))) => {
                    let place = (Collection::Source, shelf.feed.id.as_str());
                    if let Some(refused) = self.refused(edition, place, found, headers, query) {
                        return refused;
                    }
                    feeds::entry(edition, entry, shelf).await.map(|answer| Some(Arc::new(answer)))
                }
                Ok(None) => Ok(None),
                Err(error) => Err(error),
            },
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

    /// The answer to whoever may not read a feed or source.
    fn refused(
        &self,
        edition: &Edition,
        place: (Collection, &str),
        found: Route<'_>,
        headers: &HeaderMap,
        query: Option<&str>,
    ) -> Option<Response<Body>> {
        let operator = edition.catalogue.admin_token.as_deref();
        match edition.catalogue.locks.weigh(place, headers, query, operator) {
            Entrance::Open => None,
            Entrance::Wanted => Some(trouble::feed_token_wanted(edition, headers)),
            Entrance::Hidden => Some(trouble::missing(edition, headers, found)),
        }
    }

    /// An entry of a published source, with the source.
    async fn entry<'e>(
        &self,
        edition: &'e Edition,
        id: &EntryId,
    ) -> Result<Option<(Entry, &'e Arc<Shelf>)>, StoreError> {
        let Some(entry) = self.store.entry(id).await? else { return Ok(None) };
        Ok(edition.shelf(Collection::Source, entry.source.as_str()).map(|shelf| (entry, shelf)))
    }

    /// A feed or source as it is asked for.
    async fn feed(
        &self,
        edition: &Arc<Edition>,
        (collection, id): (Collection, &str),
        asked: Asked,
        headers: &HeaderMap,
        query: &str,
        seen: &mut Option<Shape>,
    ) -> Result<Option<Arc<Answer>>, StoreError> {
        let Some(shelf) = edition.shelf(collection, id) else { return Ok(None) };
        let shape = match asked {
            Asked::As(Shape::Document(format @ (Format::Rss | Format::Atom)))
                if preference::navigates(headers) && !query.split('&').any(|part| part == "raw") =>
            {
                Shape::Opened(format)
            }
            Asked::As(shape) => shape,
            Asked::Negotiated => preference::shape(headers),
        };
        *seen = Some(shape);
        let view = if query.is_empty() { View::default() } else { View::of(query, shelf.feed.limit) };
        if view != View::default() {
            return self.view(edition, shelf, shape, view).await.map(Some);
        }
        let kept = shelf.kept(shape);
        let make = || self.render(edition, wanted(shelf, shape, View::default()));
        let whole = kept.get(&*self.store, &shelf.feed.selection, make).await?;
        let (Shape::Document(format), Some(known)) = (shape, delta::known(headers)) else { return Ok(Some(whole)) };
        // A reader that has the whole gets a 304; one that has what we no longer remember gets the whole.
        let own = whole.tag().trim_matches('"');
        let marks = known.iter().filter(|tag| **tag != own).find_map(|tag| kept.marks_of(tag));
        match marks {
            Some(marks) if !known.contains(&own) => {
                let wanted = wanted(shelf, shape, View::default());
                self.metrics.rendered.fetch_add(1, Relaxed);
                let lacking = feeds::difference(&*self.store, edition, wanted, format, whole, marks).await?;
                Ok(Some(Arc::new(lacking)))
            }
            _ => Ok(Some(whole)),
        }
    }

    /// A part of a feed's history, where there is such a part.
    async fn archive(
        &self,
        edition: &Arc<Edition>,
        (collection, id): (Collection, &str),
        part: &str,
        shape: Shape,
    ) -> Result<Option<Arc<Answer>>, StoreError> {
        let (Some(shelf), Some(part)) = (edition.shelf(collection, id), Part::named(part)) else { return Ok(None) };
        if !part.is_within(self.store.history_length(&shelf.feed.selection).await?) {
            return Ok(None);
        }
        let view = View { part: Some(part), ..View::default() };
        self.view(edition, shelf, shape, view).await.map(Some)
    }

    /// A view of a feed that is not the feed as it is.
    async fn view(
        &self,
        edition: &Arc<Edition>,
        shelf: &Arc<Shelf>,
        shape: Shape,
        view: View,
    ) -> Result<Arc<Answer>, StoreError> {
        let kept = edition.unusual(shelf, shape, &view);
        let make = || self.render(edition, wanted(shelf, shape, view));
        kept.get(&*self.store, &shelf.feed.selection, make).await
    }

    /// Renders what is wanted.
    fn render(
        &self,
        edition: &Arc<Edition>,
        wanted: Wanted,
    ) -> Pin<Box<dyn Future<Output = Result<Answer, StoreError>> + Send>> {
        self.metrics.rendered.fetch_add(1, Relaxed);
        let (store, edition) = (self.store.clone(), edition.clone());
        Box::pin(async move { feeds::rendered(&*store, &edition, wanted).await })
    }

    /// New entries as they come; one who was here before gets what it missed, as far as the feed still shows it.
    async fn events(
        &self,
        edition: &Arc<Edition>,
        (collection, id): (Collection, &str),
        method: &Method,
        headers: &HeaderMap,
    ) -> Result<Option<Response<Body>>, StoreError> {
        let Some(shelf) = edition.shelf(collection, id).filter(|_| self.pushes) else { return Ok(None) };
        push::remember(self, edition, &(collection, id.to_owned())).await?;
        let mut before = vec![Bytes::from_static(b"retry: 5000\n\n")];
        if let Some(last) = headers.get("last-event-id").and_then(|id| id.to_str().ok()) {
            let (entries, _) = feeds::entries_of(&*self.store, &shelf.feed).await?;
            let shown = publish::chosen(&shelf.feed, &entries);
            let missed = shown.iter().position(|entry| entry.id.0 == last).unwrap_or(0);
            before.extend(shown.iter().take(missed).rev().map(|entry| push::event(entry, shelf)));
        }
        let body = match method {
            &Method::HEAD => Some(Body::default()),
            _ => self.listeners.join((collection, id.to_owned()), before).map(Body::events),
        };
        let Some(body) = body else { return Ok(Some(trouble::too_many(edition, headers))) };
        let mut response = Response::new(body);
        let said = [
            (header::CONTENT_TYPE, "text/event-stream"),
            (header::CACHE_CONTROL, "no-store"),
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            // Proxies that gather answers before they pass them on (nginx) are asked not to.
            (header::HeaderName::from_static("x-accel-buffering"), "no"),
        ];
        response.headers_mut().extend(said.map(|(name, value)| (name, HeaderValue::from_static(value))));
        Ok(Some(response))
    }

    /// What a WebSub subscriber asks; `form` where it posted one.
    async fn hub(&self, edition: &Arc<Edition>, headers: &HeaderMap, form: Option<&[u8]>) -> Response<Body> {
        const TEXT: &str = "text/plain; charset=utf-8";
        let Some(hub) = self.hub.as_ref().filter(|_| edition.catalogue.hub) else {
            return trouble::not_found(edition, headers, "");
        };
        let Some(form) = form else {
            let about = "This is a WebSub hub. Post hub.mode, hub.topic and hub.callback to it.\n";
            return trouble::plain(StatusCode::OK, TEXT, about);
        };
        let request = match hub::Request::read(form) {
            Ok(request) => request,
            Err(fault) => return trouble::plain(StatusCode::BAD_REQUEST, TEXT, format!("{fault}\n")),
        };
        let Some((topic, _)) = push::topic_of(edition, &request.topic) else {
            return trouble::plain(StatusCode::NOT_FOUND, TEXT, "hub.topic is no feed that is published here\n");
        };
        if let Err(error) = push::remember(self, edition, &topic).await {
            return self.unavailable(edition, headers, &error);
        }
        match hub.take(request) {
            true => trouble::plain(StatusCode::ACCEPTED, TEXT, "You will be asked whether you mean it.\n"),
            false => trouble::too_many(edition, headers),
        }
    }

    fn unavailable(&self, edition: &Edition, headers: &HeaderMap, error: &StoreError) -> Response<Body> {
        tracing::error!(%error, "cannot read the store");
        trouble::unavailable(edition, headers)
    }
}

/// What a route is a view of.
fn place_of(found: Route<'_>) -> Option<(Collection, &str)> {
    match found {
        Route::Feed(id, _) => Some((Collection::Feed, id)),
        Route::Source(id, _) => Some((Collection::Source, id)),
        Route::Archive(collection, id, ..) | Route::Events(collection, id) => Some((collection, id)),
        _ => None,
    }
}

fn wanted(shelf: &Shelf, shape: Shape, view: View) -> Wanted {
    Wanted { collection: shelf.collection, feed: Feed::clone(&shelf.feed), shape, view }
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
    let mut response = Response::new(Body::default());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    // A path of a request is made of characters that a header may hold.
    if let Ok(to) = HeaderValue::from_str(&format!("{}{path}{query}", edition.addresses.prefix())) {
        response.headers_mut().insert(header::LOCATION, to);
    }
    response
}
