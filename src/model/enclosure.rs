use serde::{Deserialize, Serialize};
use url::Url;

/// Attached media: RSS `enclosure`, Atom `link rel="enclosure"`, JSON Feed attachment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Enclosure {
    /// Where the media is.
    pub url: Url,
    /// Media type, `audio/mpeg`; absent when nobody says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Size in bytes, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
    /// Title of the media.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Playing time in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
    /// Width in pixels, where stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height in pixels, where stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Those of one number are one thing in several sizes or formats (`media:group`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<u8>,
}

impl Enclosure {
    /// Media of which only the address is known.
    pub fn at(url: Url) -> Self {
        Self { url, media_type: None, length: None, title: None, seconds: None, width: None, height: None, group: None }
    }
}

/// A picture that stands for an entry or a feed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Picture {
    /// Where the picture is.
    pub url: Url,
    /// Width in pixels, where stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height in pixels, where stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// The words that stand for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
}

impl Picture {
    /// A picture of which only the address is known.
    pub fn at(url: Url) -> Self {
        Self { url, width: None, height: None, alt: None }
    }
}
