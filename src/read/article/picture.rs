//! The lead picture: what is stated, else the first large one of the text.

use scraper::node::Element;
use url::Url;

use super::address::Addresses;
use super::blocks::Kind;
use super::media::{image_address, is_pixel};
use super::outline::{Outline, attribute};
use super::scene::Scene;
use super::signs::Signs;
use super::stated::Stated;
use super::tag::Tag;
use crate::model::Picture;

/// Words in the addresses of pictures that stand for a site, not for a story.
const STANDARD: &[&str] = &[
    "logo",
    "favicon",
    "icon",
    "default-",
    "default_image",
    "image_default",
    "image-default",
    "placeholder",
    "pixel",
    "loader",
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

pub(super) fn lead(scene: &Scene, witnesses: &[&Stated], addresses: &Addresses) -> Option<Picture> {
    let mut all: Vec<Url> = Vec::new();
    for url in witnesses.iter().flat_map(|witness| stated(witness, addresses)).filter(|url| !is_standard(url)) {
        if !all.contains(&url) {
            all.push(url);
        }
    }
    // One that the page shows is the story's; what is stated first may be made for social networks alone.
    let wanted: Vec<Vec<String>> = all.iter().map(names).collect();
    let shown_ones = named_pictures(scene.outline, addresses, &wanted.concat());
    if let Some(picture) = all.iter().zip(&wanted).find_map(|(url, names)| shown(&shown_ones, url, names)) {
        return Some(picture);
    }
    all.into_iter().next().map(Picture::at).or_else(|| first(scene, addresses))
}

/// The first picture of a page that states none: of its text, of what stands between headline and text, or with the
/// headline in one head.
fn first(scene: &Scene, addresses: &Addresses) -> Option<Picture> {
    let strangers = Signs(
        Signs::RELATED.0
            | Signs::TEASER.0
            | Signs::SIDE.0
            | Signs::MENU.0
            | Signs::SHARE.0
            | Signs::BIO.0
            | Signs::BYLINE.0
            | Signs::ADVERT.0
            | Signs::SIGN_UP.0
            | Signs::COMMENT.0,
    );
    let outline = scene.outline;
    let kept: Vec<u32> = scene.blocks.iter().zip(scene.keep).filter(|(_, keep)| **keep).map(|(b, _)| b.from).collect();
    let (text, last) = (*kept.first()?, *kept.last()?);
    let headline = scene.headline.filter(|place| *place < text);
    let begin = headline.map_or(text, |place| {
        let heads = outline.ancestors(place).take(HEAD).take_while(|(_, node)| node.end <= text);
        heads.last().map_or(place, |(head, _)| head)
    });
    let blocks = scene.blocks.iter().zip(scene.keep);
    blocks.filter(|(b, _)| b.kind == Kind::Media).find_map(|(b, keep)| {
        let near = b.from >= begin && b.from <= last && !scene.signs(b.owner).has(strangers);
        let nodes = outline.nodes.get(b.from as usize..b.to as usize).filter(|_| *keep || near)?;
        let images = nodes.iter().filter(|n| n.tag == Tag::Image && !n.signs.has(strangers)).filter_map(|n| n.element);
        let mut pictures = images.filter(|e| !is_pixel(e)).filter_map(|e| picture(e, addresses));
        pictures.find(|picture| *keep || is_photograph(&picture.url))
    })
}

/// Drawings between headline and text are icons more often than not.
fn is_photograph(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    !path.ends_with(".png") && !path.ends_with(".gif")
}

/// How far around the headline its head may reach.
const HEAD: usize = 2;

/// The pictures that a witness states, the site's own among them.
pub(super) fn stated(witness: &Stated, addresses: &Addresses) -> Vec<Url> {
    witness.images.iter().take(5).filter_map(|written| addresses.web(written)).map(unwrapped).collect()
}

/// The picture itself, where the address is that of a program that is told where the picture is.
fn unwrapped(url: Url) -> Url {
    let is_picture = |url: &Url| {
        let name = url.path().rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        [".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif"].iter().any(|ending| name.ends_with(ending))
    };
    let told = || {
        let addresses = url.query_pairs().filter_map(|(_, value)| Url::parse(&value).ok());
        addresses.filter(|inner| matches!(inner.scheme(), "http" | "https")).find(is_picture)
    };
    if is_picture(&url) { url } else { told().unwrap_or(url) }
}

fn picture(element: &Element, addresses: &Addresses) -> Option<Picture> {
    let url = image_address(element, addresses).filter(|u| !is_standard(u))?;
    let number = |name| attribute(element, name).and_then(|v| v.parse().ok());
    let alt = attribute(element, "alt").map(str::trim).filter(|a| !a.is_empty()).map(str::to_owned);
    Some(Picture { url, width: number("width"), height: number("height"), alt })
}

/// The stated picture as the page itself shows it: what is stated is often cut, or written over, for social
/// networks. Known by a name that the two addresses share and few other pictures of the page do.
fn shown(pictures: &[(Picture, Vec<String>)], stated: &Url, names: &[String]) -> Option<Picture> {
    let alike = pictures.iter().filter(|(_, own)| own.iter().any(|name| names.contains(name)));
    let variants: Vec<&Picture> = alike.map(|(picture, _)| picture).take(MOST_VARIANTS + 2).collect();
    let least = told_width(stated).unwrap_or(u32::MAX).min(THUMBNAIL);
    let fits = |picture: &&Picture| told_width(&picture.url).is_none_or(|width| width >= least);
    (variants.len() <= MOST_VARIANTS + 1).then(|| variants.into_iter().find(fits)).flatten().cloned()
}

/// The pictures that the page shows and that have one of these names, with all of their own.
fn named_pictures(outline: &Outline, addresses: &Addresses, wanted: &[String]) -> Vec<(Picture, Vec<String>)> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let pictures = outline.nodes.iter().filter(|n| n.tag == Tag::Image).filter_map(|n| n.element);
    let named = |e| {
        let names = names(&image_address(e, addresses)?);
        let is_wanted = names.iter().any(|name| wanted.contains(name));
        is_wanted.then(|| picture(e, addresses).map(|picture| (picture, names)))?
    };
    pictures.filter(|e| !is_pixel(e)).take(MOST_LOOKED_AT).filter_map(named).collect()
}

/// Narrower pictures, in pixels, stand beside links to the story and not in it.
const THUMBNAIL: u32 = 400;

/// How wide an address says that its picture is: `a-357x237.jpg`, `/320x213/`, `/max/60/`, `?w=120`.
fn told_width(url: &Url) -> Option<u32> {
    let number = |text: &str| text.parse::<u32>().ok().filter(|n| (10..=9999).contains(n));
    let of_two = |text: &str| {
        let (width, height) = text.rsplit(['-', '_']).next()?.split_once('x')?;
        number(height).and(number(width))
    };
    let mut told = None;
    let mut before = "";
    for part in url.path().split('/') {
        let name = part.split('.').next().unwrap_or_default();
        let named = || number(part).filter(|_| matches!(before, "w" | "width" | "max"));
        let short = || part.strip_prefix('w').and_then(number);
        told = of_two(name).or_else(named).or_else(short).or(told);
        before = part;
    }
    let asked = || url.query_pairs().find(|(name, _)| matches!(&**name, "w" | "width"));
    told.or_else(|| asked().and_then(|(_, value)| number(&value)))
}

/// Most pictures of a page that are compared with the stated one.
const MOST_LOOKED_AT: usize = 200;
/// One picture may be shown in so many sizes; a name that more pictures share is the site's.
const MOST_VARIANTS: usize = 3;

/// Parts of an address that can name one picture: long and of digits, or of digits and letters mixed. Eight digits
/// may be a date, and letters before few digits are a word with its number (`width2048`).
fn names(url: &Url) -> Vec<String> {
    let names_one = |part: &&str| {
        let after_letters = part.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let plain_number = after_letters.bytes().all(|b| b.is_ascii_digit());
        let digits = after_letters.len();
        let is_date = digits == 8 && (after_letters.starts_with("19") || after_letters.starts_with("20"));
        part.len() >= 8 && (!plain_number || digits >= 10 || digits == part.len() && !is_date)
    };
    url.path().split(|c: char| !c.is_ascii_alphanumeric()).filter(names_one).map(str::to_ascii_lowercase).collect()
}

fn is_standard(url: &Url) -> bool {
    let name = url.path().rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    STANDARD.iter().any(|word| name.contains(word)) || name.ends_with(".svg")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_tell_how_wide_their_pictures_are() {
        for (path, expected) in [
            ("/thumbor/v7k=/0x30:2166x1542/320x213/filters:focal(431x223:593x385)/52042639/boats.jpg", Some(320)),
            ("/uploads/2014/07/boats-357x237.jpg", Some(357)),
            ("/max/60/1*3Gzaug9mRc8vvx1cuQWkog.png?q=20", Some(60)),
            ("/boats.jpg?w=120&h=90", Some(120)),
            ("/boats/w1280/a.jpg", Some(1280)),
            ("/2026/05/12/boats-52042639.jpg", None),
        ] {
            let url = Url::parse("https://paper.example").unwrap().join(path).unwrap();
            assert_eq!(told_width(&url), expected, "{path}");
        }
    }
}
