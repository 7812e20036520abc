//! Content codings off (RFC 9110 §8.4): gzip, deflate, br, zstd, in the order they were put on; never more
//! than a bound of bytes, whatever a bomb promises.

use std::io::{self, Read};

use bytes::Bytes;
use encoding_rs::Encoding;

use super::error::FetchErrorKind;

/// What we say we understand.
pub(super) const ACCEPTED: &str = "gzip, br, zstd, deflate";
/// More layers than this are a joke or an attack.
const LAYERS: usize = 4;
/// Largest zstd window, 8 MiB (RFC 9659).
const ZSTD_WINDOW_LOG: u32 = 23;

/// How much may come of a packed body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Most {
    bytes: u64,
    /// Whether what is longer is cut there rather than refused.
    cut: bool,
}

impl Most {
    /// So many bytes, or it is an error.
    pub(super) fn bytes(bytes: u64) -> Self {
        Self { bytes, cut: false }
    }

    /// The first so many bytes.
    pub(super) fn first(bytes: u64) -> Self {
        Self { bytes, cut: true }
    }
}

/// Unpacks a body by its `Content-Encoding` values; and gzip that no header announces.
pub(super) fn unpack(body: Bytes, codings: &str, most: Most) -> Result<Bytes, FetchErrorKind> {
    let mut body = body;
    let layers: Vec<&str> = codings.split(',').map(str::trim).filter(|layer| !layer.is_empty()).collect();
    if layers.len() > LAYERS {
        return content(format!("the answer is packed {} times over", layers.len()));
    }
    for layer in layers.iter().rev() {
        body = match layer.to_ascii_lowercase().as_str() {
            // All but the first are no codings, and mean that there is none.
            "identity" | "none" | "null" | "off" | "false" | "raw" | "plain" | "text" | "binary" | "8bit" | "7bit"
            | "chunked" | "aws-chunked" => body,
            // What is announced as packed and is not is taken as it is.
            "gzip" | "x-gzip" if !is_gzip(&body) => body,
            "gzip" | "x-gzip" => gunzip(&body, most)?,
            "deflate" => or_bare(inflate(&body, most), body)?,
            "br" => or_bare(take(brotli::Decompressor::new(&body[..], 8 * 1024), body.len(), most, "br"), body)?,
            "zstd" => or_bare(unzstd(&body, most), body)?,
            // A media type or a charset in the wrong place.
            other if other.contains('/') || Encoding::for_label(other.as_bytes()).is_some() => body,
            other => {
                let other: String = other.chars().take(40).collect();
                return content(format!("the answer is packed as `{other}`, which nobody asked for"));
            }
        };
    }
    if is_gzip(&body) { gunzip(&body, most) } else { Ok(body) }
}

/// What was unpacked; where it cannot be, the body itself if that is text already: markup, JSON, or in UTF-8. In such
/// control characters are as rare as they are common in what is packed.
fn or_bare(unpacked: Result<Bytes, FetchErrorKind>, body: Bytes) -> Result<Bytes, FetchErrorKind> {
    let head = body.get(..256).unwrap_or(&body);
    let begins = || matches!(head.trim_ascii_start().first(), Some(b'<' | b'{' | b'['));
    // A letter may be cut where the head ends.
    let is_utf8 = || str::from_utf8(head).map_or_else(|e| e.error_len().is_none(), |_| true);
    let is_bare = !head.iter().any(|b| b.is_ascii_control() && !b.is_ascii_whitespace()) && (begins() || is_utf8());
    match unpacked {
        Err(FetchErrorKind::Content(_)) if is_bare => Ok(body),
        done => done,
    }
}

/// Whether bytes begin as gzip does.
pub(super) fn is_gzip(body: &[u8]) -> bool {
    body.starts_with(&[0x1f, 0x8b, 8])
}

/// One gzip member after the other; what follows them and is none is ignored, as browsers do.
fn gunzip(body: &[u8], most: Most) -> Result<Bytes, FetchErrorKind> {
    let mut rest = body;
    let mut out = Vec::new();
    while is_gzip(rest) {
        let mut decoder = flate2::bufread::GzDecoder::new(rest);
        let before = out.len();
        match fill(&mut decoder, &mut out, rest.len(), most, "gzip") {
            // It only begins like one.
            Err(FetchErrorKind::Content(_)) if before > 0 && out.len() == before => break,
            done => done?,
        }
        rest = decoder.into_inner();
    }
    Ok(Bytes::from(out))
}

/// `deflate` means zlib, and some send it bare.
fn inflate(body: &[u8], most: Most) -> Result<Bytes, FetchErrorKind> {
    let zlib = match body {
        [first, second, ..] => first & 0x0f == 8 && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0,
        _ => false,
    };
    if zlib {
        match take(flate2::bufread::ZlibDecoder::new(body), body.len(), most, "deflate") {
            // A bare stream may look like zlib by chance.
            Err(FetchErrorKind::Content(_)) => {}
            done => return done,
        }
    }
    take(flate2::bufread::DeflateDecoder::new(body), body.len(), most, "deflate")
}

fn unzstd(body: &[u8], most: Most) -> Result<Bytes, FetchErrorKind> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(body).map_err(|e| broken("zstd", &e))?;
    decoder.window_log_max(ZSTD_WINDOW_LOG).map_err(|e| broken("zstd", &e))?;
    take(decoder, body.len(), most, "zstd")
}

fn take(decoder: impl Read, packed: usize, most: Most, name: &str) -> Result<Bytes, FetchErrorKind> {
    let mut out = Vec::new();
    let mut decoder = decoder;
    fill(&mut decoder, &mut out, packed, most, name)?;
    Ok(Bytes::from(out))
}

fn fill(
    decoder: &mut impl Read,
    out: &mut Vec<u8>,
    packed: usize,
    most: Most,
    name: &str,
) -> Result<(), FetchErrorKind> {
    let room = most.bytes.saturating_sub(out.len() as u64);
    // Text packs to about a quarter.
    out.reserve(packed.saturating_mul(4).min(512 * 1024).min(usize::try_from(room).unwrap_or(usize::MAX)));
    let got = decoder.take(room.saturating_add(1)).read_to_end(out).map_err(|e| broken(name, &e))?;
    if got as u64 > room {
        if !most.cut {
            return Err(FetchErrorKind::TooLarge(most.bytes));
        }
        out.truncate(usize::try_from(most.bytes).unwrap_or(usize::MAX));
    }
    Ok(())
}

fn broken(name: &str, error: &io::Error) -> FetchErrorKind {
    FetchErrorKind::Content(if error.kind() == io::ErrorKind::UnexpectedEof {
        format!("the {name}-packed answer broke off before its end; it will be asked again")
    } else {
        format!("the {name}-packed answer cannot be unpacked ({error})")
    })
}

fn content<T>(sentence: String) -> Result<T, FetchErrorKind> {
    Err(FetchErrorKind::Content(sentence))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(data: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn bare(data: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn br(data: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        brotli::CompressorWriter::new(&mut out, 4096, 5, 22).write_all(data).unwrap();
        out
    }

    fn zst(data: &[u8]) -> Vec<u8> {
        zstd::encode_all(data, 3).unwrap()
    }

    fn unpacked(body: Vec<u8>, codings: &str, max: u64) -> Result<Vec<u8>, String> {
        unpack(Bytes::from(body), codings, Most::bytes(max)).map(|b| b.to_vec()).map_err(|e| e.to_string())
    }

    const TEXT: &[u8] = b"news of the day, again and again and again and again";

    #[test]
    fn every_coding_comes_off() {
        let rows = [
            (TEXT.to_vec(), ""),
            (TEXT.to_vec(), "identity"),
            (gzip(TEXT), "gzip"),
            (gzip(TEXT), "X-GZIP"),
            (gzip(TEXT), ""),
            (TEXT.to_vec(), "gzip"),
            (gzip(&gzip(TEXT)), "gzip, gzip"),
            (gzip(&gzip(TEXT)), "gzip"),
            (br(&gzip(TEXT)), "gzip,br"),
            (zlib(TEXT), "deflate"),
            (bare(TEXT), "deflate"),
            (br(TEXT), "br"),
            (zst(TEXT), "zstd"),
            ([gzip(&TEXT[..10]), gzip(&TEXT[10..]), b"junk".to_vec()].concat(), "gzip"),
        ];
        for (body, codings) in rows {
            assert_eq!(unpacked(body, codings, 1000).as_deref(), Ok(TEXT), "{codings}");
        }
    }

    #[test]
    fn what_is_packed_as_nothing_is_taken_as_it_is() {
        let page = b"\n<!doctype html><title>News of \xe4 town</title>";
        let wrong = ["chunked", "text/html", "ISO-8859-1", "utf8", "7bit", "aws-chunked", "null", "off"];
        for codings in ["gzip", "deflate", "br", "zstd"].into_iter().chain(wrong) {
            assert_eq!(unpacked(page.to_vec(), codings, 1000).as_deref(), Ok(&page[..]), "{codings}");
        }
        for text in ["User-agent: *\nDisallow: /\n", "Größe\n"] {
            assert_eq!(unpacked(text.into(), "br", 1000).as_deref(), Ok(text.as_bytes()), "{text}");
        }
        for codings in ["deflate", "br"] {
            assert!(unpacked(b"<\0\x01\x02\x03\xff\xff".to_vec(), codings, 1000).is_err(), "{codings}");
        }
        let junk = [gzip(TEXT), b"\x1f\x8b\x08junk and more of it".to_vec()].concat();
        assert_eq!(unpacked(junk, "gzip", 1000).as_deref(), Ok(TEXT));
    }

    #[test]
    fn a_cut_or_broken_answer_is_an_error_that_says_so() {
        let long: Vec<u8> = (0..20_000u32).flat_map(|n| (n.wrapping_mul(2_654_435_761)).to_le_bytes()).collect();
        for (packed, codings) in
            [(gzip(&long), "gzip"), (zlib(&long), "deflate"), (br(&long), "br"), (zst(&long), "zstd")]
        {
            let half = packed[..packed.len() / 2].to_vec();
            let message = unpacked(half, codings, 1 << 20).unwrap_err();
            assert!(message.contains("broke off") || message.contains("cannot be unpacked"), "{codings}: {message}");
        }
        let mut wrong = gzip(TEXT);
        let crc = wrong.len() - 8;
        wrong[crc..].fill(0);
        assert!(unpacked(wrong, "gzip", 1000).unwrap_err().contains("cannot be unpacked"));
        assert!(unpacked(TEXT.to_vec(), "x-nothing", 1000).unwrap_err().contains("`x-nothing`"));
        assert!(unpacked(TEXT.to_vec(), "gzip,gzip,gzip,gzip,gzip", 1000).is_err());
    }

    #[test]
    fn a_bomb_stops_at_the_bound() {
        let blanks = vec![b' '; 8 << 20];
        for (packed, codings) in
            [(gzip(&blanks), "gzip"), (zlib(&blanks), "deflate"), (br(&blanks), "br"), (zst(&blanks), "zstd")]
        {
            assert!(unpacked(packed, codings, 1 << 20).unwrap_err().contains("larger than 1048576 bytes"), "{codings}");
        }
        assert!(unpacked(gzip(&gzip(&blanks)), "gzip", 1 << 20).is_err());
        assert_eq!(unpacked(gzip(&blanks[..1000]), "gzip", 1000).map(|b| b.len()), Ok(1000));
        for (packed, codings) in [(gzip(&blanks), "gzip"), (zlib(&blanks), "deflate"), (br(&blanks), "br")] {
            let first = unpack(packed.into(), codings, Most::first(1000)).unwrap();
            assert_eq!(first, blanks[..1000], "{codings}");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
        #[test]
        fn no_bytes_break_the_unpacking(body in proptest::collection::vec(proptest::num::u8::ANY, 0..300), which in 0..5usize) {
            let codings = ["gzip", "deflate", "br", "zstd", ""][which];
            let got = unpacked(body, codings, 4096);
            proptest::prop_assert!(got.is_err() || got.is_ok_and(|b| b.len() <= 4096));
        }
    }
}
