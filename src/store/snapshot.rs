//! An answer as it came.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use url::Url;
use xxhash_rust::xxh3::xxh3_64;
use zstd::bulk::{Compressor, Decompressor};

use crate::model::Page;

/// Level 3 of zstd: snapshots are written often and read seldom.
const LEVEL: i32 = 3;
/// Most that a snapshot unpacks to.
const MOST: usize = 64 * 1024 * 1024;

/// What the answers of a source have in common: pages of one site share most of their markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dictionary {
    /// Its number in the store.
    pub nr: i64,
    /// As zstd trained it.
    pub bytes: Vec<u8>,
}

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
    /// What they were packed with.
    pub dictionary: Option<Arc<Dictionary>>,
    /// Hash of the bytes.
    pub hash: u64,
}

impl Snapshot {
    /// Takes one of a page; `None` where it cannot be packed.
    pub fn of(page: &Page, listing: bool, run: DateTime<Utc>, dictionary: Option<Arc<Dictionary>>) -> Option<Self> {
        let common = dictionary.as_ref().map_or(&[][..], |dictionary| &dictionary.bytes);
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
            packed: Compressor::with_dictionary(LEVEL, common).ok()?.compress(&page.body).ok()?,
            dictionary,
            hash: xxh3_64(&page.body),
        })
    }

    /// The bytes; `None` where they are damaged.
    pub fn body(&self) -> Option<Vec<u8>> {
        let size = zstd::zstd_safe::get_frame_content_size(&self.packed).ok().flatten().unwrap_or(0);
        let common = self.dictionary.as_ref().map_or(&[][..], |dictionary| &dictionary.bytes);
        let mut unpack = Decompressor::with_dictionary(common).ok()?;
        unpack.decompress(&self.packed, usize::try_from(size).unwrap_or(usize::MAX).min(MOST)).ok()
    }
}
