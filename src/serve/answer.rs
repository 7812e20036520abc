//! A representation with all its headers made beforehand, in every coding that was ever asked for.

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Response, StatusCode};
use tokio::sync::OnceCell;

use super::asked::Asked;
use super::body::Body;
use super::coding::Coding;
use super::conditional::{Known, Verdict, is_unchanged_since, lists, weigh};
use super::payload::Payload;
use super::preference;
use super::quick::head_of;
use crate::publish::entity_tag;

/// Below this many bytes a coding saves less than its header costs.
const WORTH_CODING: usize = 200;

/// What is said of a representation beside its bytes.
#[derive(Debug, Clone)]
pub(super) struct About {
    /// `Content-Type`.
    pub content_type: HeaderValue,
    /// `Cache-Control`.
    pub cache_control: HeaderValue,
    /// When it last changed, to the second.
    pub modified: Option<DateTime<Utc>>,
    /// Other headers: `Vary`, `Link`, CORS, security.
    pub others: Vec<(HeaderName, HeaderValue)>,
}

/// A representation, ready to be sent.
#[derive(Debug)]
pub(super) struct Answer {
    plain: Variant,
    about: About,
    /// By `Coding`; made when first asked for. `None` in it: that coding saves nothing.
    coded: [OnceCell<Option<Variant>>; Coding::ALL.len()],
    /// Its entity tag before any coding.
    tag: String,
    /// What a client that may have it is answered: 200, or 226 for what is only the difference to what it has.
    status: StatusCode,
    /// Marks of the entries in it.
    marks: Arc<[u64]>,
}

/// The representation in one coding.
#[derive(Debug)]
struct Variant {
    body: Payload,
    known: Known,
    full: HeaderMap,
    not_modified: HeaderMap,
    /// Heads of both, as they are written.
    heads: [Box<[u8]>; 2],
}

/// An answer to a plain request: a representation that is there.
#[derive(Debug)]
pub(super) struct Ready {
    answer: Arc<Answer>,
    coding: Coding,
    /// The client has it already.
    known: bool,
}

impl Ready {
    /// The head, but for its date.
    pub fn head(&self) -> &[u8] {
        let [full, not_modified] = &self.answer.made(self.coding).heads;
        if self.known { not_modified } else { full }
    }

    /// The body, where there is one.
    pub fn body(&self) -> Option<&Payload> {
        (!self.known).then(|| &self.answer.made(self.coding).body)
    }

    /// How many bytes it has.
    pub fn length(&self) -> u64 {
        self.body().map_or(0, |body| body.bytes().len() as u64)
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        if self.known { StatusCode::NOT_MODIFIED } else { StatusCode::OK }
    }
}

impl Answer {
    /// Makes the representation of `body`.
    pub fn new(body: Bytes, about: About) -> Self {
        let tag = entity_tag(&body);
        Self::tagged(body, about, tag)
    }

    /// Makes what is sent to a client that needs only `body` to have `whole` (RFC 3229 §10): the tag is the whole's.
    pub fn difference(body: Bytes, about: About, whole: &Self) -> Self {
        Self { status: StatusCode::IM_USED, ..Self::tagged(body, about, whole.tag.clone()) }
    }

    fn tagged(body: Bytes, about: About, tag: String) -> Self {
        let plain = Variant::new(body, &tag, &about, Coding::Identity);
        Self { plain, about, coded: Default::default(), tag, status: StatusCode::OK, marks: Arc::default() }
    }

    /// The same, with the marks of its entries.
    pub fn marked(self, marks: Arc<[u64]>) -> Self {
        Self { marks, ..self }
    }

    /// Its entity tag before any coding, quotes included.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// The marks of its entries.
    pub fn marks(&self) -> &Arc<[u64]> {
        &self.marks
    }

    /// The bytes, uncoded.
    pub fn body(&self) -> &Bytes {
        self.plain.body.bytes()
    }

    /// Answers a plain request. `None`: this is no whole representation, or the client may lack only a part of it.
    pub async fn ready(self: &Arc<Self>, coding: Coding, asked: &Asked<'_>) -> Option<Ready> {
        if self.status != StatusCode::OK {
            return None;
        }
        let variant = self.variant(coding).await;
        let known = match (asked.known, asked.since) {
            (Some(line), _) => lists(line, &variant.known),
            (None, Some(since)) => is_unchanged_since(since, &variant.known),
            (None, None) => false,
        };
        let partly = asked.differs && asked.known.is_some() && !known;
        (!partly).then(|| Ready { answer: self.clone(), coding, known })
    }

    /// Makes the codings that another was asked for in.
    pub async fn code_like(self: &Arc<Self>, other: &Self) {
        for coding in other.codings() {
            self.variant(coding).await;
        }
    }

    /// The codings that it was made in.
    pub fn codings(&self) -> Vec<Coding> {
        let is_made = |coding: &Coding| {
            self.coded.get(*coding as usize).is_some_and(|cell| cell.get().is_some_and(Option::is_some))
        };
        Coding::ALL.into_iter().filter(is_made).collect()
    }

    /// The variant in a coding, as far as it was made.
    fn made(&self, coding: Coding) -> &Variant {
        let made = self.coded.get(coding as usize).and_then(|cell| cell.get());
        made.and_then(Option::as_ref).unwrap_or(&self.plain)
    }

    /// Whether both have the same bytes and the same to say of them.
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.plain.full == other.plain.full && self.body() == other.body()
    }

    /// Answers a GET or HEAD: chooses the coding, weighs the conditions.
    pub async fn respond(self: &Arc<Self>, method: &Method, headers: &HeaderMap) -> Response<Body> {
        let variant = self.variant(preference::coding(headers)).await;
        let (status, headers, body) = match weigh(headers, &variant.known) {
            Verdict::NotModified => (StatusCode::NOT_MODIFIED, &variant.not_modified, None),
            Verdict::PreconditionFailed => (StatusCode::PRECONDITION_FAILED, &variant.not_modified, None),
            Verdict::Send => {
                (self.status, &variant.full, (method != Method::HEAD).then(|| variant.body.bytes().clone()))
            }
        };
        let mut response = Response::new(Body::from(body.unwrap_or_default()));
        *response.status_mut() = status;
        *response.headers_mut() = headers.clone();
        response
    }

    /// The variant in a coding, made once however many ask; the plain one where coding it saves nothing.
    async fn variant(self: &Arc<Self>, coding: Coding) -> &Variant {
        let Some(cell) = self.coded.get(coding as usize).filter(|_| coding != Coding::Identity) else {
            return &self.plain;
        };
        if let Some(made) = cell.get() {
            return made.as_ref().unwrap_or(&self.plain);
        }
        if self.body().len() < WORTH_CODING {
            return &self.plain;
        }
        let made = cell.get_or_init(|| async {
            let body = self.body().clone();
            // Coding a large document takes long enough to hold up other connections.
            let coded = tokio::task::spawn_blocking(move || coding.encode(&body)).await.ok().flatten()?;
            Some(Variant::new(coded, &self.tag, &self.about, coding))
        });
        made.await.as_ref().unwrap_or(&self.plain)
    }
}

impl Variant {
    fn new(body: Bytes, tag: &str, about: &About, coding: Coding) -> Self {
        // §8.8.3.3: each coding is a representation of its own and has its own strong tag.
        let tag = match coding {
            Coding::Identity => tag.to_owned(),
            coded => format!("{}-{}\"", tag.trim_end_matches('"'), coded.name()),
        };
        // Hexadecimal digits and names of codings are header values.
        let etag = HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""));
        let modified = about.modified.and_then(|moment| {
            let moment = std::time::SystemTime::from(moment);
            let sent = HeaderValue::from_str(&httpdate::fmt_http_date(moment)).ok()?;
            Some((sent, moment))
        });
        let mut not_modified = HeaderMap::with_capacity(16);
        not_modified.insert(header::ETAG, etag.clone());
        not_modified.insert(header::CACHE_CONTROL, about.cache_control.clone());
        let (again, once): (Vec<_>, Vec<_>) = about.others.iter().partition(|(name, _)| is_said_again(name));
        for (name, value) in again {
            not_modified.append(name, value.clone());
        }
        let mut full = not_modified.clone();
        for (name, value) in once {
            full.append(name, value.clone());
        }
        full.insert(header::CONTENT_TYPE, about.content_type.clone());
        full.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        if let Some((sent, _)) = &modified {
            full.insert(header::LAST_MODIFIED, sent.clone());
        }
        if coding != Coding::Identity {
            full.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
        }
        let heads = [head_of(StatusCode::OK, &full), head_of(StatusCode::NOT_MODIFIED, &not_modified)];
        Self { body: Payload::new(body), known: Known { etag, modified }, full, not_modified, heads }
    }
}

/// Whether a 304 says it too (RFC 9110 §15.4.5): what caches go by and what browsers check; all else stands in the
/// answer that the client has.
fn is_said_again(name: &HeaderName) -> bool {
    [header::VARY, header::CONTENT_LOCATION, header::ACCESS_CONTROL_ALLOW_ORIGIN, header::CONTENT_SECURITY_POLICY]
        .contains(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt as _;

    fn answer(body: &str) -> Arc<Answer> {
        let about = About {
            content_type: HeaderValue::from_static("text/plain"),
            cache_control: HeaderValue::from_static("no-cache"),
            modified: Some("2026-11-20T09:31:02Z".parse().unwrap()),
            others: vec![(header::VARY, HeaderValue::from_static("accept-encoding"))],
        };
        Arc::new(Answer::new(Bytes::copy_from_slice(body.as_bytes()), about))
    }

    fn accepting(coding: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_str(coding).unwrap())])
    }

    #[tokio::test]
    async fn each_coding_has_its_own_tag_and_is_recognised_by_it() {
        let answer = answer(&"Rain and wind. ".repeat(100));
        let mut tags = std::collections::HashSet::new();
        for coding in ["identity", "gzip", "br", "zstd"] {
            let mut asked = accepting(coding);
            let first = answer.respond(&Method::GET, &asked).await;
            assert_eq!(first.status(), StatusCode::OK);
            let tag = first.headers().get(header::ETAG).unwrap().clone();
            let length = first.headers().get(header::CONTENT_LENGTH).unwrap().to_str().unwrap().to_owned();
            assert_eq!(first.into_body().collect().await.unwrap().to_bytes().len().to_string(), length);
            asked.insert(header::IF_NONE_MATCH, tag.clone());
            let second = answer.respond(&Method::GET, &asked).await;
            assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
            assert_eq!(second.headers().get(header::ETAG), Some(&tag));
            assert!(
                second.headers().contains_key(header::VARY) && !second.headers().contains_key(header::CONTENT_TYPE)
            );
            assert!(tags.insert(tag));
        }
    }

    #[tokio::test]
    async fn head_has_the_headers_and_not_the_bytes() {
        let answer = answer(&"Rain. ".repeat(100));
        let head = answer.respond(&Method::HEAD, &HeaderMap::new()).await;
        let get = answer.respond(&Method::GET, &HeaderMap::new()).await;
        assert_eq!(head.headers(), get.headers());
        assert!(head.into_body().collect().await.unwrap().to_bytes().is_empty());
    }

    #[tokio::test]
    async fn a_short_body_is_sent_as_it_is() {
        let response = answer("ok").respond(&Method::GET, &accepting("gzip")).await;
        assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
    }
}
