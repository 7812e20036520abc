//! An answer as it comes over a connection: its head, and a body whose end is told in one of three ways.

use std::io;

use bytes::Bytes;
use httparse::{EMPTY_HEADER, Response};
use reqwest::header::{CONNECTION, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::TcpStream;

use crate::fetch::client::{MAX_HEADERS, cut_short, improper, network};
use crate::fetch::error::FetchErrorKind;
use crate::fetch::exchange::{Bounds, Clock, DRAIN, IDLE};

/// Most bytes of a head.
const MAX_HEAD: usize = 256 * 1024;
/// Most heads that only say "wait" (1xx).
const MAX_INTERIM: usize = 8;
/// Most bytes of a chunk's first line.
const MAX_LINE: usize = 4096;
/// Bytes that are read at once where their number is not known.
const GULP: usize = 16 * 1024;
/// A server's word is no reason to set more memory aside than this.
const LIKELY: usize = 256 * 1024;

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The connection ended before the first byte of an answer.
    Unheard(io::Error),
    /// Anything else.
    Kind(FetchErrorKind),
}

impl Trouble {
    pub(super) fn kind(self) -> FetchErrorKind {
        match self {
            Self::Unheard(error) => network(&error),
            Self::Kind(kind) => kind,
        }
    }
}

impl From<FetchErrorKind> for Trouble {
    fn from(kind: FetchErrorKind) -> Self {
        Self::Kind(kind)
    }
}

/// What an answer says before its body.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    /// Whether the server keeps the connection open.
    persistent: bool,
    length: Length,
}

/// How the end of a body is told (RFC 9112 §6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Exactly(u64),
    Chunked,
    UntilClose,
}

/// A connection on which an answer comes.
#[derive(Debug)]
pub(super) struct Incoming<S> {
    stream: S,
    /// What has come and was not taken yet begins at `at`.
    held: Vec<u8>,
    at: usize,
    /// Whether the answer has been read to its end.
    whole: bool,
}

impl<S: AsyncRead + Unpin> Incoming<S> {
    pub(super) fn from(stream: S) -> Self {
        Self { stream, held: Vec::new(), at: 0, whole: false }
    }

    /// Reads the head of the final answer.
    pub(super) async fn head(&mut self) -> Result<Head, Trouble> {
        for _ in 0..MAX_INTERIM {
            let end = self.end_of_head().await?;
            let bytes = self.held.get(self.at..end).unwrap_or_default();
            let head = parse(bytes).map_err(|why| improper(&why))?;
            self.at = end;
            match head.status {
                101 => return Err(improper("it changes to another protocol").into()),
                100..200 => {}
                _ => return Ok(head),
            }
        }
        Err(improper("it says nothing but \"wait\"").into())
    }

    /// Reads on until a head is there as a whole; gives its end.
    async fn end_of_head(&mut self) -> Result<usize, Trouble> {
        let mut looked = self.at;
        loop {
            // Lines that are left over from the answer before.
            if looked == self.at {
                while matches!(self.held.get(self.at), Some(b'\r' | b'\n')) {
                    self.at += 1;
                }
                looked = self.at;
            }
            let came = self.held.get(self.at..).unwrap_or_default();
            let start = came.get(..came.len().min(5)).unwrap_or_default();
            if !b"HTTP/".starts_with(start) {
                return Err(improper("it does not begin with `HTTP/`").into());
            }
            let from = looked.saturating_sub(3).max(self.at);
            if let Some(end) = blank_line(self.held.get(from..).unwrap_or_default()) {
                return Ok(from + end);
            }
            if came.len() > MAX_HEAD {
                return Err(improper("its head is too long").into());
            }
            looked = self.held.len();
            let first = self.held.is_empty();
            match self.more(if first { 1024 } else { GULP }).await {
                Ok(0) if first => {
                    return Err(Trouble::Unheard(io::Error::other("the connection was closed without one")));
                }
                Ok(0) => return Err(improper("it ends within its head").into()),
                Ok(_) => {}
                Err(error) if first => return Err(Trouble::Unheard(error)),
                Err(error) => return Err(network(&error).into()),
            }
        }
    }

    /// Reads the body, of a success only; that of another answer where it is short, to keep the connection.
    pub(super) async fn body(
        &mut self,
        head: &Head,
        clock: &Clock,
        mut bounds: Bounds,
    ) -> Result<Bytes, FetchErrorKind> {
        let success = (200..300).contains(&head.status);
        if !success {
            if !matches!(head.length, Length::Exactly(..=DRAIN)) {
                return Ok(Bytes::new());
            }
            bounds.max_bytes = DRAIN;
        }
        let mut body = Body { bytes: Vec::new(), max: bounds.max_bytes, cut: bounds.cut };
        let read = match head.length {
            Length::Exactly(length) => self.exactly(length, &mut body, clock).await,
            Length::Chunked => self.chunks(&mut body, clock).await,
            Length::UntilClose => self.until_close(&mut body, clock).await,
        };
        self.whole = read.is_ok();
        match read {
            // Whatever went wrong concerns the connection only.
            _ if !success => Ok(Bytes::new()),
            Ok(()) => Ok(Bytes::from(body.bytes)),
            Err(Halt::Full) => Ok(Bytes::from(body.bytes)),
            Err(Halt::Kind(kind)) => Err(kind),
        }
    }

    async fn exactly(&mut self, length: u64, body: &mut Body, clock: &Clock) -> Result<(), Halt> {
        if length > body.max && !body.cut {
            return Err(FetchErrorKind::TooLarge(body.max).into());
        }
        let mut left = usize::try_from(length).unwrap_or(usize::MAX);
        body.bytes.reserve(left.min(LIKELY));
        while left > 0 {
            if self.at == self.held.len() {
                // Straight to where it belongs.
                let room = usize::try_from(body.max).unwrap_or(usize::MAX).saturating_sub(body.bytes.len());
                if room == 0 {
                    return Err(Halt::Full);
                }
                if body.bytes.capacity() == body.bytes.len() {
                    body.bytes.reserve(left.min(room).min(LIKELY));
                }
                let mut rest = (&mut self.stream).take(left.min(room) as u64);
                let came = clock.within(IDLE, rest.read_buf(&mut body.bytes)).await?.map_err(|e| cut_short(&e))?;
                if came == 0 {
                    return Err(ended().into());
                }
                left -= came;
            } else {
                let came = self.held.get(self.at..).unwrap_or_default();
                let part = came.get(..left.min(came.len())).unwrap_or_default();
                left -= part.len();
                self.at += part.len();
                body.add(part)?;
            }
        }
        Ok(())
    }

    async fn until_close(&mut self, body: &mut Body, clock: &Clock) -> Result<(), Halt> {
        loop {
            body.add(self.held.get(self.at..).unwrap_or_default())?;
            self.forget();
            if clock.within(IDLE, self.more(GULP)).await?.map_err(|e| cut_short(&e))? == 0 {
                return Ok(());
            }
        }
    }

    /// RFC 9112 §7.1.
    async fn chunks(&mut self, body: &mut Body, clock: &Clock) -> Result<(), Halt> {
        loop {
            let line = self.line(clock).await?;
            let digits = line.split(|b| *b == b';').next().unwrap_or_default().trim_ascii();
            let size = str::from_utf8(digits).ok().filter(|text| !text.starts_with('+'));
            let Some(size) = size.and_then(|text| u64::from_str_radix(text, 16).ok()) else {
                return Err(improper("the size of a chunk is no number").into());
            };
            if size == 0 {
                break;
            }
            let whole = size.saturating_add(body.bytes.len() as u64);
            if whole > body.max && !body.cut {
                return Err(FetchErrorKind::TooLarge(body.max).into());
            }
            self.exactly(size, body, clock).await?;
            if !self.line(clock).await?.is_empty() {
                return Err(improper("a chunk is longer than it says").into());
            }
        }
        // Trailers say nothing that is wanted.
        let mut trailers = 0;
        loop {
            let length = self.line(clock).await?.len();
            trailers += length;
            if length == 0 {
                return Ok(());
            }
            if trailers > MAX_HEAD {
                return Err(improper("its trailers are too long").into());
            }
        }
    }

    /// The next line, its end aside.
    async fn line(&mut self, clock: &Clock) -> Result<Vec<u8>, Halt> {
        loop {
            let came = self.held.get(self.at..).unwrap_or_default();
            if let Some(end) = memchr::memchr(b'\n', came) {
                let line = came.get(..end).unwrap_or_default();
                let line = line.strip_suffix(b"\r").unwrap_or(line).to_vec();
                self.at += end + 1;
                return Ok(line);
            }
            if came.len() > MAX_LINE {
                return Err(improper("a line between two chunks is too long").into());
            }
            if self.at == self.held.len() {
                self.forget();
            }
            if clock.within(IDLE, self.more(GULP)).await?.map_err(|e| cut_short(&e))? == 0 {
                return Err(ended().into());
            }
        }
    }

    async fn more(&mut self, gulp: usize) -> io::Result<usize> {
        self.held.reserve(gulp);
        self.stream.read_buf(&mut self.held).await
    }

    fn forget(&mut self) {
        self.held.clear();
        self.at = 0;
    }
}

impl Incoming<TcpStream> {
    /// Whether more has come than the answer says it has: what was read is cut off somewhere, then.
    pub(super) fn overflows(&self, head: &Head) -> bool {
        if !self.whole || !matches!(head.length, Length::Exactly(1..)) {
            return false;
        }
        let more = |bytes: &[u8]| bytes.iter().any(|b| !matches!(b, b'\r' | b'\n'));
        let mut next = [0; 16];
        let came = if head.persistent { 0 } else { self.stream.try_read(&mut next).unwrap_or(0) };
        more(self.held.get(self.at..).unwrap_or_default()) || more(next.get(..came).unwrap_or_default())
    }

    /// The connection, where the next answer may come on it.
    pub(super) fn reusable(self, head: &Head) -> Option<TcpStream> {
        let ended = self.whole && head.length != Length::UntilClose && self.at == self.held.len();
        Some(self.stream).filter(|_| ended && head.persistent)
    }
}

/// What has come of a body.
struct Body {
    bytes: Vec<u8>,
    max: u64,
    /// Whether a longer one is cut there rather than refused.
    cut: bool,
}

impl Body {
    fn add(&mut self, part: &[u8]) -> Result<(), Halt> {
        let room = usize::try_from(self.max).unwrap_or(usize::MAX).saturating_sub(self.bytes.len());
        if part.len() <= room {
            self.bytes.extend_from_slice(part);
            return Ok(());
        }
        if !self.cut {
            return Err(FetchErrorKind::TooLarge(self.max).into());
        }
        self.bytes.extend_from_slice(part.get(..room).unwrap_or_default());
        Err(Halt::Full)
    }
}

/// Why a body is not read on.
enum Halt {
    /// As much as is wanted has come.
    Full,
    Kind(FetchErrorKind),
}

impl From<FetchErrorKind> for Halt {
    fn from(kind: FetchErrorKind) -> Self {
        Self::Kind(kind)
    }
}

fn ended() -> FetchErrorKind {
    cut_short(&io::Error::other("the connection was closed"))
}

/// The end of the blank line that ends a head.
fn blank_line(bytes: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'\n', bytes).find_map(|at| match bytes.get(at + 1..)? {
        [b'\n', ..] => Some(at + 2),
        [b'\r', b'\n', ..] => Some(at + 3),
        _ => None,
    })
}

/// Understands a head that is there as a whole; a phrase says why not.
pub(super) fn parse(bytes: &[u8]) -> Result<Head, String> {
    let mut space = [EMPTY_HEADER; MAX_HEADERS];
    let mut response = Response::new(&mut space);
    match response.parse(bytes) {
        Ok(status) if status.is_complete() => {}
        Ok(_) => return Err("its head is not whole".to_owned()),
        Err(error) => return Err(error.to_string()),
    }
    let (Some(status), Some(version)) = (response.code, response.version) else {
        return Err("its head is not whole".to_owned());
    };
    let mut headers = HeaderMap::with_capacity(response.headers.len());
    for header in response.headers.iter() {
        let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(|e| e.to_string())?;
        headers.append(name, HeaderValue::from_bytes(header.value).map_err(|e| e.to_string())?);
    }
    let says = |word: &str| tokens(&headers, &CONNECTION).any(|token| token.eq_ignore_ascii_case(word));
    let persistent = if version == 0 { says("keep-alive") } else { !says("close") };
    let length = length(status, &headers)?;
    // Two words about the length may be an attack on whoever shares the connection.
    let persistent = persistent && !(headers.contains_key(TRANSFER_ENCODING) && headers.contains_key(CONTENT_LENGTH));
    Ok(Head { status, persistent, length, headers })
}

fn length(status: u16, headers: &HeaderMap) -> Result<Length, String> {
    if matches!(status, 100..200 | 204 | 304) {
        return Ok(Length::Exactly(0));
    }
    if headers.contains_key(TRANSFER_ENCODING) {
        let codings: Vec<&str> = tokens(headers, &TRANSFER_ENCODING).collect();
        return match codings.as_slice() {
            [only] if only.eq_ignore_ascii_case("chunked") => Ok(Length::Chunked),
            [only] if only.eq_ignore_ascii_case("identity") => Ok(Length::UntilClose),
            _ => Err(format!("it is sent as `{}`", codings.join(", "))),
        };
    }
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter().flat_map(|value| value.as_bytes().split(|b| *b == b','));
    let Some(first) = lengths.next().map(<[u8]>::trim_ascii) else { return Ok(Length::UntilClose) };
    if lengths.any(|other| other.trim_ascii() != first) {
        return Err("it gives two lengths".to_owned());
    }
    let digits = str::from_utf8(first).ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
    let number = digits.and_then(|text| text.parse().ok());
    number.map(Length::Exactly).ok_or_else(|| "its length is no number".to_owned())
}

fn tokens<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).filter(|token| !token.is_empty())
}
