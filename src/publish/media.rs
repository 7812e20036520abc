//! Media RSS (the `media:` namespace), for the two XML formats alike.

use crate::model::{Enclosure, Entry, Picture};

use super::media_type_of;

/// The namespace, usually bound to `media`.
pub(super) const NAMESPACE: &str = "http://search.yahoo.com/mrss/";

/// One `media:` element.
pub(super) struct Element {
    /// Its local name.
    pub name: &'static str,
    /// Its attributes.
    pub attributes: Vec<(&'static str, String)>,
    /// Its text.
    pub text: Option<String>,
    /// Elements in it.
    pub children: Vec<Element>,
}

/// An entry's picture (as thumbnail and as content) and attached media; an address stands once.
pub(super) fn elements(entry: &Entry) -> Vec<Element> {
    let picture = entry.picture.as_ref();
    let enclosures = entry.enclosures.iter().filter(|e| picture.is_none_or(|p| p.url != e.url));
    picture.into_iter().flat_map(|p| [thumbnail(p), content_of_picture(p)]).chain(enclosures.map(content)).collect()
}

fn size(picture: &Picture) -> impl Iterator<Item = (&'static str, String)> {
    let width = picture.width.map(|w| ("width", w.to_string()));
    width.into_iter().chain(picture.height.map(|h| ("height", h.to_string())))
}

fn thumbnail(picture: &Picture) -> Element {
    let attributes = std::iter::once(("url", picture.url.to_string())).chain(size(picture)).collect();
    Element { name: "thumbnail", attributes, text: None, children: Vec::new() }
}

fn content_of_picture(picture: &Picture) -> Element {
    let mut attributes = vec![("medium", "image".to_owned()), ("url", picture.url.to_string())];
    let guessed = media_type_of(picture.url.path());
    if guessed.starts_with("image/") {
        attributes.push(("type", guessed.to_owned()));
    }
    attributes.extend(size(picture));
    let described = |alt: &String| Element {
        name: "description",
        attributes: vec![("type", "plain".to_owned())],
        text: Some(alt.clone()),
        children: Vec::new(),
    };
    Element { name: "content", attributes, text: None, children: picture.alt.iter().map(described).collect() }
}

fn content(enclosure: &Enclosure) -> Element {
    let mut attributes = vec![("url", enclosure.url.to_string())];
    if let Some(media_type) = &enclosure.media_type {
        attributes.push(("type", media_type.clone()));
        let medium = media_type.split('/').next().filter(|m| matches!(*m, "image" | "audio" | "video"));
        attributes.extend(medium.map(|m| ("medium", m.to_owned())));
    }
    attributes.extend(enclosure.length.map(|l| ("fileSize", l.to_string())));
    attributes.extend(enclosure.seconds.map(|s| ("duration", s.to_string())));
    let titled = |title: &String| Element {
        name: "title",
        attributes: vec![("type", "plain".to_owned())],
        text: Some(title.clone()),
        children: Vec::new(),
    };
    Element { name: "content", attributes, text: None, children: enclosure.title.iter().map(titled).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::tests::entry;
    use url::Url;

    #[test]
    fn a_picture_that_is_attached_too_stands_once() {
        let mut entry = entry("a");
        let url = Url::parse("https://news.example/p.png").unwrap();
        entry.picture = Some(Picture::at(url.clone()));
        entry.enclosures = vec![Enclosure { url, media_type: None, length: None, title: None, seconds: None }];
        let names: Vec<_> = elements(&entry).iter().map(|e| e.name).collect();
        assert_eq!(names, ["thumbnail", "content"]);
    }
}
