//! The picture beside a teaser.

use std::ops::Range;

use url::Url;

use super::hints::Hints;
use super::outline::Outline;
use crate::model::{Picture, fold_space};

/// Pictures stated to be smaller than this on a side, in pixels, are icons.
const SMALLEST: u32 = 48;

/// The first picture in these rows that is no icon and no portrait of the author.
pub(super) fn first(outline: &Outline, rows: Range<usize>, base: &Url) -> Option<Picture> {
    let mut background = None;
    for row in rows {
        match outline.tag(row) {
            "img" | "amp-img" => {
                if let Some(picture) = of_img(outline, row, base) {
                    return Some(picture);
                }
            }
            "source" => {
                if let Some(url) = outline.attribute(row, "srcset").and_then(largest).and_then(|u| address(u, base))
                    && outline.attribute(row, "type").is_none_or(|t| t.starts_with("image/"))
                    && background.is_none()
                {
                    background = Some(Picture::at(url));
                }
            }
            _ => {
                if background.is_none()
                    && let Some(url) = outline.attribute(row, "style").and_then(in_style).and_then(|u| address(u, base))
                {
                    background = Some(Picture::at(url));
                }
            }
        }
    }
    background
}

fn of_img(outline: &Outline, row: usize, base: &Url) -> Option<Picture> {
    let size = |name| outline.attribute(row, name).and_then(|v| v.trim_end_matches("px").parse::<u32>().ok());
    let (width, height) = (size("width"), size("height"));
    if width.is_some_and(|w| w < SMALLEST) || height.is_some_and(|h| h < SMALLEST) {
        return None;
    }
    let portrait = |row| {
        outline.hints(row).any(Hints::AUTHOR) || outline.attribute(row, "class").is_some_and(|c| c.contains("avatar"))
    };
    if portrait(row) || outline.ancestors(row).take(2).any(portrait) {
        return None;
    }
    // Pages that load late keep the true address aside and show a stand-in.
    let lazy = ["data-src", "data-original", "data-lazy-src", "data-url", "data-original-src", "data-lazy"];
    let url = lazy
        .iter()
        .filter_map(|name| outline.attribute(row, name))
        .chain(
            ["data-srcset", "data-lazy-srcset", "srcset"]
                .iter()
                .filter_map(|n| outline.attribute(row, n))
                .filter_map(largest),
        )
        .chain(outline.attribute(row, "src"))
        .find_map(|written| address(written, base))?;
    let alt = outline.attribute(row, "alt").map(fold_space).filter(|a| !a.is_empty());
    Some(Picture { url, width, height, alt })
}

fn address(written: &str, base: &Url) -> Option<Url> {
    let url = base.join(written).ok().filter(|u| matches!(u.scheme(), "http" | "https"))?;
    let name = url.path().rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let stand_in = ["blank", "spacer", "pixel", "placeholder", "transparent", "loading", "1x1", "lazy"];
    (!stand_in.iter().any(|s| name.starts_with(s))).then_some(url)
}

/// The largest of a `srcset`.
fn largest(srcset: &str) -> Option<&str> {
    srcset
        .split(", ")
        .flat_map(|part| part.split(",http").take(1))
        .filter_map(|part| {
            let mut words = part.split_ascii_whitespace();
            let url = words.next()?.trim_end_matches(',');
            let size =
                words.next().and_then(|d| d.trim_end_matches(['w', 'x', ',']).parse::<f32>().ok()).unwrap_or(1.0);
            Some((url, size))
        })
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(url, _)| url)
}

/// The address in `background-image: url(…)`.
fn in_style(style: &str) -> Option<&str> {
    let (_, after) = style.split_once("background")?;
    let (_, after) = after.split_once("url(")?;
    let (url, _) = after.split_once(')')?;
    Some(url.trim_matches(['"', '\'', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_of_a_set_is_taken() {
        assert_eq!(largest("a.jpg 320w, b.jpg 800w"), Some("b.jpg"));
        assert_eq!(largest("a.jpg, b.jpg 2x"), Some("b.jpg"));
        assert_eq!(largest(""), None);
        assert_eq!(in_style("color:red;background-image:url('x.jpg')"), Some("x.jpg"));
    }
}
