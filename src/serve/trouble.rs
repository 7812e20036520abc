//! Answers to requests that lead nowhere: a page for browsers, a sentence for the rest.

use std::time::Duration;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};

use super::addresses::Collection;
use super::body::Body;
use super::edition::Edition;
use super::feeds::about_page;
use super::pages::{self, Suggestion};
use super::router::Route;

const ALLOW: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// 404 for a path that is nothing. `id` is what may have been meant.
pub(super) fn not_found(edition: &Edition, headers: &HeaderMap, id: &str) -> Response<Body> {
    let explanation = "Nothing is published at this address. The index lists all that is.";
    told(edition, headers, StatusCode::NOT_FOUND, "Nothing here", explanation, edition.like(id))
}

/// 404 for something that there might have been.
pub(super) fn missing(edition: &Edition, headers: &HeaderMap, found: Route<'_>) -> Response<Body> {
    let (heading, explanation, id) = match found {
        Route::Feed(id, _) | Route::Events(Collection::Feed, id) => {
            ("No such feed", format!("There is no feed called “{id}”."), id)
        }
        Route::Source(id, _) | Route::Events(Collection::Source, id) | Route::AdminSource(id) => {
            ("No such source", format!("There is no source called “{id}”."), id)
        }
        Route::Archive(_, id, ..) => ("No such part", "The feed's history has no such part.".to_owned(), id),
        Route::Entry(_) => ("No such entry", "There is no such entry, or it is no longer kept.".to_owned(), ""),
        _ => return not_found(edition, headers, ""),
    };
    told(edition, headers, StatusCode::NOT_FOUND, heading, &explanation, edition.like(id))
}

/// 405 with what is allowed.
pub(super) fn method_not_allowed(edition: &Edition, headers: &HeaderMap) -> Response<Body> {
    let explanation = "This address can only be read: ask with GET or HEAD.";
    let mut response = told(edition, headers, StatusCode::METHOD_NOT_ALLOWED, "Not that way", explanation, Vec::new());
    response.headers_mut().insert(header::ALLOW, ALLOW);
    response
}

/// 204 to OPTIONS, CORS preflights (Fetch standard) among them: feeds are public, whoever reads them.
pub(super) fn options() -> Response<Body> {
    let mut response = Response::new(Body::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ALLOW, ALLOW);
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, ALLOW);
    let wanted = HeaderValue::from_static("If-None-Match, If-Modified-Since, A-IM, Accept");
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

/// 503 while the store cannot be read and nothing was rendered before.
pub(super) fn unavailable(edition: &Edition, headers: &HeaderMap) -> Response<Body> {
    let explanation = "The store cannot be read at the moment. Please ask again in a minute.";
    let mut response =
        told(edition, headers, StatusCode::SERVICE_UNAVAILABLE, "Not at the moment", explanation, Vec::new());
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    response
}

/// 503 where there is too much to do at once.
pub(super) fn too_many(edition: &Edition, headers: &HeaderMap) -> Response<Body> {
    let explanation = "Too many ask for this at once. Please ask again in a minute.";
    let mut response = told(edition, headers, StatusCode::SERVICE_UNAVAILABLE, "Too many", explanation, Vec::new());
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    response
}

/// 429 (RFC 6585 §4): the client takes the whole again and again.
pub(super) fn too_greedy(edition: &Edition, headers: &HeaderMap, wait: Duration) -> Response<Body> {
    let explanation = "You have asked for all of this very often, and never said what you have. Keep the ETag of an \
                       answer and send it as If-None-Match: then ask as often as you like.";
    let mut response = told(edition, headers, StatusCode::TOO_MANY_REQUESTS, "Not so often", explanation, Vec::new());
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
    response
}

/// 401: the operator's token is wanted.
pub(super) fn token_wanted(edition: &Edition, headers: &HeaderMap) -> Response<Body> {
    let explanation = "This page is the operator's. Say the `server.admin_token` of feeds.toml as the password.";
    let challenges = ["Basic realm=\"Courant\", charset=\"UTF-8\"", "Bearer realm=\"Courant\""];
    challenged(edition, headers, explanation, challenges)
}

/// 401: a feed's token is wanted.
pub(super) fn feed_token_wanted(edition: &Edition, headers: &HeaderMap) -> Response<Body> {
    let explanation = "This is not for everyone. Say the token you were given as the password, with any name.";
    let challenges = ["Basic realm=\"Courant feeds\", charset=\"UTF-8\"", "Bearer realm=\"Courant feeds\""];
    challenged(edition, headers, explanation, challenges)
}

fn challenged(
    edition: &Edition,
    headers: &HeaderMap,
    explanation: &str,
    challenges: [&'static str; 2],
) -> Response<Body> {
    let mut response = told(edition, headers, StatusCode::UNAUTHORIZED, "Who is there?", explanation, Vec::new());
    for challenge in challenges {
        response.headers_mut().append(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    response
}

/// 403: there is no token, and it is asked from elsewhere.
pub(super) fn loopback_only(edition: &Edition, headers: &HeaderMap) -> Response<Body> {
    let explanation = "This page is the operator's, and is shown only on the machine itself. \
                       Set `server.admin_token` in feeds.toml to see it from elsewhere.";
    told(edition, headers, StatusCode::FORBIDDEN, "Only from the machine itself", explanation, Vec::new())
}

/// Plain text that is not to be kept.
pub(super) fn plain(status: StatusCode, content_type: &'static str, text: impl Into<bytes::Bytes>) -> Response<Body> {
    said(status, HeaderValue::from_static(content_type), [], text.into())
}

/// A page that is not to be kept.
pub(super) fn page(status: StatusCode, html: String) -> Response<Body> {
    let about = about_page(HeaderValue::from_static("Accept"));
    said(status, about.content_type, about.others, html.into())
}

fn told(
    edition: &Edition,
    headers: &HeaderMap,
    status: StatusCode,
    heading: &str,
    explanation: &str,
    suggestions: Vec<Suggestion>,
) -> Response<Body> {
    let browser = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    if browser.is_some_and(|accept| accept.contains("text/html")) {
        return page(status, pages::trouble(&edition.addresses, heading, explanation, suggestions));
    }
    let hints: Vec<String> = suggestions.into_iter().map(|s| format!("  {} ({})\n", s.href, s.title)).collect();
    let hints = if hints.is_empty() { String::new() } else { format!("Perhaps:\n{}", hints.concat()) };
    plain(status, "text/plain; charset=utf-8", format!("{explanation}\n{hints}"))
}

fn said(
    status: StatusCode,
    content_type: HeaderValue,
    others: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
    body: bytes::Bytes,
) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.extend(others);
    headers.insert(header::CONTENT_TYPE, content_type);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
