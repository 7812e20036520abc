//! An answer as it came.

use chrono::{DateTime, Utc};
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use crate::model::Page;

/// Level 3 of zstd: snapshots are written often and read seldom.
const LEVEL: i32 = 3;
/// Most that a snapshot unpacks to.
const MOST: usize = 64 * 1024 * 1024;

/// An answer as it came, packed, to be read again.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// When its run began.
    pub run: DateTime<Utc>,
    /// When the answer came.
    pub taken: DateTime<Utc>,
    /// Whether it was read as a listing; else as an article.
    pub listing: bool,
    /// The address that answered.
    pub url: Url,
    /// The address that was asked.
    pub asked: Url,
    /// HTTP status.
    pub status: u16,
    /// `Content-Type` without its parameters.
    pub media_type: Option<String>,
    /// `Content-Language`.
    pub content_language: Option<String>,
    /// Label of the charset that the text was decoded from.
    pub charset: String,
    /// The bytes, content coding off, as a zstd frame.
    pub packed: Vec<u8>,
    /// Hash of the bytes.
    pub hash: u64,
}

impl Snapshot {
    /// Takes one of a page; `None` where it cannot be packed.
    pub fn of(page: &Page, listing: bool, run: DateTime<Utc>) -> Option<Self> {
        Some(Self {
            run,
            taken: page.fetched,
            listing,
            url: page.url.clone(),
            asked: page.asked.clone(),
            status: page.status,
            media_type: page.media_type.clone(),
            content_language: page.content_language.clone(),
            charset: page.charset.to_owned(),
            packed: zstd::bulk::compress(&page.body, LEVEL).ok()?,
            hash: xxh3_64(&page.body),
        })
    }

    /// The bytes; `None` where they are damaged.
    pub fn body(&self) -> Option<Vec<u8>> {
        let size = zstd::zstd_safe::get_frame_content_size(&self.packed).ok().flatten().unwrap_or(0);
        zstd::bulk::decompress(&self.packed, usize::try_from(size).unwrap_or(usize::MAX).min(MOST)).ok()
    }
}
