//! What a source's feed says beyond the common fields, as elements of its vocabularies.

use super::Format;
use super::markup::Element;
use super::media;
use crate::model::{About, Entry, Episode, Extras, Feed, Show, Spot, SpotShape};

/// The elements of other vocabularies that an entry of a feed has in a format.
pub(super) fn elements(entry: &Entry, feed: &Feed, format: Format) -> Vec<Element> {
    let extras = &entry.extras;
    let mut all = media::elements(entry);
    let is_rss = format == Format::Rss;
    let mut add = |prefix, name, text: String| all.push(Element::text(prefix, name, text));
    if let Some(count) = extras.comment_count {
        let (prefix, name) = if is_rss { ("slash", "comments") } else { ("thr", "total") };
        add(prefix, name, count.to_string());
    }
    if is_rss {
        extras.comments_feed.iter().for_each(|feed| add("wfw", "commentRss", feed.to_string()));
        extras.licenses.iter().for_each(|license| add("creativeCommons", "license", license.to_string()));
    }
    places(extras, &mut all);
    // One word of Apple's makes a document one that lacks all the others, so that only podcasts use them.
    let is_podcast = feed.about.as_ref().is_some_and(|about| about.show.is_some());
    if is_podcast || extras.episode.is_some() {
        episode(entry, &mut all);
    }
    all.extend(extras.podcast.iter().map(|tag| Element::of("podcast", tag)));
    all
}

/// The elements of other vocabularies that a feed has of what its one source says of itself.
pub(super) fn elements_of_feed(about: &About, format: Format) -> Vec<Element> {
    let mut all = Vec::new();
    if format == Format::Rss {
        all.extend(about.licenses.iter().map(|l| Element::text("creativeCommons", "license", l.to_string())));
    }
    about.show.iter().for_each(|show| self::show(show, &mut all));
    all.extend(about.podcast.iter().map(|tag| Element::of("podcast", tag)));
    all
}

fn places(extras: &Extras, all: &mut Vec<Element>) {
    for Spot { shape, at, name } in &extras.places {
        let element = match shape {
            SpotShape::Point => "point",
            SpotShape::Line => "line",
            SpotShape::Box => "box",
            SpotShape::Polygon => "polygon",
        };
        let numbers: Vec<String> = at.iter().map(|(latitude, longitude)| format!("{latitude} {longitude}")).collect();
        all.push(Element::text("georss", element, numbers.join(" ")));
        all.extend(name.iter().map(|name| Element::text("georss", "featurename", name)));
    }
}

/// What podcast players ask of an episode: what its feed says, its playing time, and a picture in a format they take.
fn episode(entry: &Entry, all: &mut Vec<Element>) {
    let mut add = |name, text: Option<String>| all.extend(text.map(|text| Element::text("itunes", name, text)));
    let plays =
        |kind: &Option<String>| kind.as_ref().is_some_and(|k| k.starts_with("audio/") || k.starts_with("video/"));
    let media = entry.enclosures.iter().find(|enclosure| plays(&enclosure.media_type));
    let seconds = media.and_then(|media| media.seconds);
    add("duration", seconds.map(|s| format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)));
    let own = entry.extras.episode.clone().unwrap_or_default();
    let Episode { title, subtitle, author, number, season, kind, explicit, blocked, image } = own;
    add("title", title);
    add("subtitle", subtitle);
    add("author", author);
    add("episode", number.map(|n| n.to_string()));
    add("season", season.map(|n| n.to_string()));
    add("episodeType", kind);
    add("explicit", explicit.map(|e| e.to_string()));
    add("block", blocked.then(|| "Yes".to_owned()));
    let fits = |path: &str| [".jpg", ".png"].iter().any(|ending| path.ends_with(ending));
    let pictured = entry.picture.as_ref().filter(|_| media.is_some()).map(|picture| &picture.url);
    let image = image.as_ref().or(pictured.filter(|url| fits(url.path())));
    all.extend(image.map(|url| Element::with("itunes", "image", vec![("href", url.to_string())])));
}

fn show(show: &Show, all: &mut Vec<Element>) {
    let Show { author, owner, categories, image, kind, subtitle, explicit, blocked, complete } = show;
    let mut add = |name, text: Option<String>| all.extend(text.map(|text| Element::text("itunes", name, text)));
    add("author", author.clone());
    add("subtitle", subtitle.clone());
    add("type", kind.clone());
    add("explicit", explicit.map(|e| e.to_string()));
    add("block", blocked.then(|| "Yes".to_owned()));
    add("complete", complete.then(|| "Yes".to_owned()));
    all.extend(image.iter().map(|url| Element::with("itunes", "image", vec![("href", url.to_string())])));
    let named = |name: &String| Element::with("itunes", "category", vec![("text", name.clone())]);
    all.extend(
        categories.iter().map(|of| Element { children: of.under.iter().map(named).collect(), ..named(&of.name) }),
    );
    // Whom nobody can write to is no owner (Apple asks for the address).
    if let Some((owner, mail)) = owner.as_ref().and_then(|owner| Some((owner, owner.email.as_ref()?))) {
        let children = vec![Element::text("itunes", "email", mail), Element::text("itunes", "name", &owner.name)];
        all.push(Element { children, ..Element::with("itunes", "owner", Vec::new()) });
    }
}
