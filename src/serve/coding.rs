//! Content codings (RFC 9110 §8.4.1).

use std::io::Write as _;

use bytes::Bytes;

/// The codings we speak; the later saves more on text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// As it is.
    Identity,
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
    /// RFC 7932.
    Brotli,
}

impl Coding {
    /// All of them, in the order of the discriminants.
    pub const ALL: [Self; 4] = [Self::Identity, Self::Gzip, Self::Zstd, Self::Brotli];

    /// The coding a client names.
    pub fn named(name: &str) -> Option<Self> {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        match () {
            () if is("gzip") || is("x-gzip") => Some(Self::Gzip),
            () if is("br") => Some(Self::Brotli),
            () if is("zstd") => Some(Self::Zstd),
            () if is("identity") => Some(Self::Identity),
            () => None,
        }
    }

    /// Its registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Brotli => "br",
        }
    }

    /// The bytes coded; `None` where that saves nothing. Takes tens of milliseconds for a large document.
    ///
    /// Levels: the highest that cost little more than the one below on full-text feeds; it is done once a change.
    pub fn encode(self, bytes: &[u8]) -> Option<Bytes> {
        let coded = match self {
            Self::Identity => return None,
            Self::Gzip => {
                let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
                to.write_all(bytes).and_then(|()| to.finish()).ok()?
            }
            Self::Zstd => zstd::bulk::compress(bytes, 9).ok()?,
            Self::Brotli => {
                let mut to = Vec::new();
                let settings = brotli::enc::BrotliEncoderParams { quality: 5, ..Default::default() };
                brotli::BrotliCompress(&mut &*bytes, &mut to, &settings).ok()?;
                to
            }
        };
        (coded.len() < bytes.len()).then(|| coded.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn what_is_coded_comes_back() {
        let text = "The ferry is back. ".repeat(400);
        let gzip = Coding::Gzip.encode(text.as_bytes()).unwrap();
        let mut back = String::new();
        flate2::read::GzDecoder::new(&*gzip).read_to_string(&mut back).unwrap();
        assert_eq!(back, text);
        let br = Coding::Brotli.encode(text.as_bytes()).unwrap();
        let mut back = Vec::new();
        brotli::BrotliDecompress(&mut &*br, &mut back).unwrap();
        assert_eq!(back, text.as_bytes());
        let zstd = Coding::Zstd.encode(text.as_bytes()).unwrap();
        assert_eq!(zstd::decode_all(&*zstd).unwrap(), text.as_bytes());
    }

    #[test]
    fn a_coding_that_saves_nothing_is_not_used() {
        for coding in Coding::ALL {
            assert_eq!(coding.encode(b"x"), None);
        }
    }
}
