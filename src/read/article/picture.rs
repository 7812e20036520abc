//! The lead picture: what is stated, else the first large one of the text.

use url::Url;

use super::address::Addresses;
use super::blocks::{Block, Kind};
use super::media::{image_address, is_pixel};
use super::outline::{Outline, attribute};
use super::stated::Stated;
use super::tag::Tag;
use crate::model::Picture;

/// Words in the addresses of pictures that stand for a site, not for a story.
const STANDARD: &[&str] = &[
    "logo",
    "favicon",
    "icon",
    "default",
    "placeholder",
    "blank.",
    "spacer",
    "avatar",
    "sprite",
    "gravatar",
    "fallback",
    "og-image",
    "opengraph",
    "social-share",
    "share-image",
    "no-image",
    "noimage",
    "site-image",
    "banner_ad",
];

pub(super) fn lead(
    outline: &Outline,
    blocks: &[Block],
    keep: &[bool],
    witnesses: &[&Stated],
    addresses: &Addresses,
) -> Option<Picture> {
    let mut second_rate = None;
    for stated in witnesses {
        for written in stated.images.iter().take(5) {
            let Some(url) = addresses.web(written) else { continue };
            if is_standard(&url) {
                second_rate = second_rate.or(Some(url));
            } else {
                return Some(Picture::at(url));
            }
        }
    }
    let first = blocks
        .iter()
        .zip(keep)
        .filter(|(b, keep)| **keep && b.kind == Kind::Media)
        .flat_map(|(b, _)| outline.nodes.get(b.from as usize..b.to as usize).unwrap_or_default())
        .filter(|n| n.tag == Tag::Image)
        .filter_map(|n| n.element)
        .filter(|e| !is_pixel(e))
        .find_map(|e| {
            let url = image_address(e, addresses).filter(|u| !is_standard(u))?;
            let number = |name| attribute(e, name).and_then(|v| v.parse().ok());
            let alt = attribute(e, "alt").map(str::trim).filter(|a| !a.is_empty()).map(str::to_owned);
            Some(Picture { url, width: number("width"), height: number("height"), alt })
        });
    let _ = second_rate;
    first
}

fn is_standard(url: &Url) -> bool {
    let name = url.path().rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    STANDARD.iter().any(|word| name.contains(word)) || name.ends_with(".svg")
}
