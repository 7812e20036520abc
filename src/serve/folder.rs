//! A folder's files as they are, for the demo site.

use std::io;
use std::net::SocketAddr;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::SystemTime;

use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;

use super::answer::{About, Answer};
use super::body::Body;
use super::{feeds, server, trouble};
use crate::publish::media_type_of;

/// Files larger than this are not served.
const LARGEST: u64 = 64 * 1024 * 1024;

/// A folder that is served.
pub(super) struct Folder {
    /// Its true path: no file outside it is served, whatever links lead there.
    root: PathBuf,
}

/// What a path leads to.
enum Found {
    File(PathBuf),
    /// A folder asked for without the slash that relative links need.
    Folder,
    Nothing,
}

impl Folder {
    /// Fails where there is no such folder.
    pub fn new(folder: &Path) -> io::Result<Self> {
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", folder.display()));
        Ok(Self { root: folder.canonicalize().map_err(named)? })
    }

    /// Answers a GET or HEAD of a path.
    pub async fn read(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response<Body> {
        if method != Method::GET && method != Method::HEAD {
            let mut response = trouble::plain(StatusCode::METHOD_NOT_ALLOWED, "text/plain", "Ask with GET or HEAD.\n");
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        match self.find(path) {
            Found::File(file) => match self.load(&file).await {
                Ok(answer) => Arc::new(answer).respond(method, headers).await,
                Err(_) => self.nothing(headers).await,
            },
            Found::Folder => {
                let mut response = trouble::plain(StatusCode::MOVED_PERMANENTLY, "text/plain", "There.\n");
                if let Ok(to) = HeaderValue::from_str(&format!("{path}/")) {
                    response.headers_mut().insert(header::LOCATION, to);
                }
                response
            }
            Found::Nothing => self.nothing(headers).await,
        }
    }

    /// The file that a path names. Only plain names go into it: no `..`, no hidden files, no other root.
    fn find(&self, path: &str) -> Found {
        let Some(decoded) = decoded(path) else { return Found::Nothing };
        let mut file = self.root.clone();
        for component in Path::new(decoded.trim_start_matches('/')).components() {
            match component {
                Component::Normal(name) if !name.as_encoded_bytes().starts_with(b".") => file.push(name),
                _ => return Found::Nothing,
            }
        }
        if file.is_dir() {
            if !decoded.ends_with('/') {
                return Found::Folder;
            }
            file.push("index.html");
        } else if decoded.ends_with('/') {
            return Found::Nothing;
        }
        match file.canonicalize() {
            Ok(file) if file.starts_with(&self.root) && file.is_file() => Found::File(file),
            _ => Found::Nothing,
        }
    }

    async fn load(&self, file: &Path) -> io::Result<Answer> {
        let about = tokio::fs::metadata(file).await?;
        if about.len() > LARGEST {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        let modified: Option<SystemTime> = about.modified().ok();
        let bytes = tokio::fs::read(file).await?;
        let about = About {
            // Text goes out without a charset: what the page says of itself counts.
            content_type: HeaderValue::from_static(media_type_of(&file.to_string_lossy())),
            cache_control: HeaderValue::from_static("no-cache"),
            modified: modified.map(|time| chrono::SubsecRound::trunc_subsecs(chrono::DateTime::from(time), 0)),
            others: vec![(header::VARY, feeds::VARY), feeds::NOSNIFF],
        };
        Ok(Answer::new(bytes.into(), about))
    }

    /// 404, by the folder's own `404.html` where there is one.
    async fn nothing(&self, headers: &HeaderMap) -> Response<Body> {
        if let Ok(answer) = self.load(&self.root.join("404.html")).await {
            let mut unconditional = headers.clone();
            [header::IF_MATCH, header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE, header::IF_UNMODIFIED_SINCE]
                .iter()
                .for_each(|name| drop(unconditional.remove(name)));
            let mut response = Arc::new(answer).respond(&Method::GET, &unconditional).await;
            *response.status_mut() = StatusCode::NOT_FOUND;
            return response;
        }
        trouble::plain(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", "There is no such file.\n")
    }
}

/// Percent-encoding off; `None` where that leaves no text, or one with a NUL or a backslash in it.
fn decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = |at: usize| after.get(at).and_then(|b| char::from(*b).to_digit(16));
        match (first, hex(0), hex(1)) {
            (b'%', Some(high), Some(low)) => {
                // Two hexadecimal digits are one byte.
                bytes.push((high * 16 + low) as u8);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok().filter(|path| !path.contains(['\0', '\\']))
}

impl server::Answers for Folder {
    async fn answer(&self, request: Request<Incoming>, _: SocketAddr) -> Response<Body> {
        self.read(request.method(), request.uri().path(), request.headers()).await
    }

    fn counts(&self) -> Option<(&AtomicU64, &AtomicU64)> {
        None
    }
}
