//! What the elements that rules pick mean.

use scraper::ElementRef;
use url::Url;

use super::rules::Picker;
use crate::dates::{self, Context};
use crate::model::{Origin, Picture, Written, fold_space};

/// The date that a picked element states. The text kept is the one that resolves.
pub(super) fn date_of(picker: &Picker, element: ElementRef, context: &Context) -> Option<Written> {
    let stated = picker.attribute().is_none().then(|| element.attr("datetime")).flatten().map(fold_space);
    let text = fold_space(&picker.value_of(element));
    stated.into_iter().chain([text]).find_map(|text| {
        if dates::parse(&text, context).is_some() {
            return Some(Written::new(text, Origin::Rule));
        }
        let (range, _) = dates::find(&text, context)?;
        let found = text.get(range)?;
        dates::parse(found, context).map(|_| Written::new(found, Origin::Rule))
    })
}

/// The picture that a picked element is, holds or names.
pub(super) fn picture_of(picker: &Picker, element: ElementRef, base: &Url) -> Option<Picture> {
    let named: &[&str] = &["data-src", "data-original", "src", "content", "href"];
    let written = match picker.attribute() {
        Some(name) => element.attr(name),
        None => named.iter().find_map(|n| element.attr(n)),
    };
    let written = written.or_else(|| {
        let inner = element.descendants().filter_map(ElementRef::wrap).find(|e| e.value().name() == "img")?;
        named.iter().find_map(|n| inner.attr(n))
    })?;
    Some(Picture {
        alt: element.attr("alt").map(fold_space).filter(|a| !a.is_empty()),
        ..Picture::at(address(written, base)?)
    })
}

/// An address of the web, without its fragment.
pub(super) fn address(written: &str, base: &Url) -> Option<Url> {
    let mut url = base.join(written.trim()).ok().filter(|u| matches!(u.scheme(), "http" | "https"))?;
    url.set_fragment(None);
    Some(url)
}
