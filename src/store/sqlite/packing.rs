//! Texts, packed. The first byte tells how, so that better ways can come without touching what is stored.

use std::cell::RefCell;

use rusqlite::types::Type;
use zstd::bulk::{Compressor, Decompressor};

/// As it is: short texts grow when compressed.
const PLAIN: u8 = 0;
/// A zstd frame without checksum (SQLite's pages are trusted or not as a whole), content size in its header.
const ZSTD: u8 = 1;

/// Texts shorter than this are kept as they are.
const SHORT: usize = 128;
/// Most that a body unpacks to: a damaged header asks for no more memory than this.
const MOST: usize = 64 * 1024 * 1024;
/// On news text of 8 KB, level 3 takes a third more time for 1 %, level 5 twice the time for 4 %.
const LEVEL: i32 = 1;

thread_local! {
    /// Setting up a compressor costs more than packing a short text.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = RefCell::new(Compressor::new(LEVEL).ok());
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = RefCell::new(Decompressor::new().ok());
}

/// Packs bytes.
pub(super) fn pack(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let bytes = bytes.as_ref();
    if bytes.len() >= SHORT
        && let Some(mut packed) = COMPRESSOR.with_borrow_mut(|c| c.as_mut()?.compress(bytes).ok())
        && packed.len() < bytes.len()
    {
        packed.insert(0, ZSTD);
        return packed;
    }
    let mut plain = Vec::with_capacity(bytes.len() + 1);
    plain.push(PLAIN);
    plain.extend_from_slice(bytes);
    plain
}

/// Unpacks a text.
pub(super) fn unpack(packed: &[u8]) -> rusqlite::Result<String> {
    String::from_utf8(unpack_bytes(packed)?).map_err(|e| damage(format!("a packed text: {e}")))
}

/// Unpacks bytes.
pub(super) fn unpack_bytes(packed: &[u8]) -> rusqlite::Result<Vec<u8>> {
    Ok(match packed.split_first() {
        Some((&PLAIN, rest)) => rest.to_vec(),
        Some((&ZSTD, rest)) => {
            let size = zstd::zstd_safe::get_frame_content_size(rest).ok().flatten().unwrap_or(0);
            let size = usize::try_from(size).unwrap_or(usize::MAX).min(MOST);
            let unpacked = DECOMPRESSOR.with_borrow_mut(|d| d.as_mut().map(|d| d.decompress(rest, size)));
            unpacked
                .ok_or_else(|| damage("no memory to unpack a text".to_owned()))?
                .map_err(|e| damage(format!("a packed text: {e}")))?
        }
        Some((how, _)) => return Err(damage(format!("a text packed in the unknown way {how}"))),
        None => return Err(damage("a packed text without a byte".to_owned())),
    })
}

/// The error for what cannot be unpacked.
pub(super) fn damage(why: String) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Blob, why.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_unpacks_to_the_same() {
        for text in ["", "short", &"<p>新闻 news</p>".repeat(4000)] {
            assert_eq!(unpack(&pack(text)).unwrap(), text);
        }
        assert!(pack("<p>news</p>".repeat(1000)).len() < 200);
    }

    #[test]
    fn damage_is_an_error_and_no_panic() {
        for bytes in
            [&[][..], &[9, 1], &[1, 2, 3], &[0, 0xff], &[1, 0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0xff, 0xff, 0xff, 0x7f]]
        {
            assert!(unpack(bytes).is_err(), "{bytes:?}");
        }
    }
}
