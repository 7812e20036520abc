//! What feeds say beyond the fields that every format shares: comments, licenses, places, and what Apple's and the
//! Podcast vocabularies say of an episode.

use url::Url;

use crate::model::{Credit, Episode, Extras, Page, Scheme, Spot, SpotShape, fold_space};
use crate::read::xml::{Element, Space};

use super::address::resolve;
use super::podcast::tag;

/// Most places, credits and licenses of one entry, and elements of the Podcast namespace.
const FEW: usize = 8;
const MAX_TAGS: usize = 64;
/// Most points of a line or an area; one of more is left out, since half of it would be another one.
const MAX_POINTS: usize = 512;
/// Longest line of text, in bytes.
const LINE: usize = 1024;

/// Reads the extras of an RSS or Atom entry.
pub(super) fn of_entry(entry: Element, page: &Page) -> Extras {
    let mut extras = Extras::default();
    let mut geo = (None, None);
    let mut name = None;
    for element in entry.children() {
        let is = |local: &str| element.local().eq_ignore_ascii_case(local);
        match element.space() {
            Space::Plain | Space::Atom | Space::Rss11 => own(element, page, &mut extras),
            Space::Slash if is("comments") => extras.comment_count = extras.comment_count.or(count(&element.text())),
            Space::Thread if is("total") || is("comments") => {
                extras.comment_count = extras.comment_count.or(count(&element.text()));
            }
            Space::Wfw if is("commentRss") => {
                extras.comments_feed = extras.comments_feed.take().or_else(|| web(element, page, &element.text()));
            }
            Space::License if is("license") => add_license(&mut extras.licenses, element, page),
            Space::Dc if is("rights") => extras.rights = extras.rights.take().or_else(|| line(element)),
            Space::GeoRss if is("featurename") => name = line(element),
            Space::GeoRss | Space::Gml if extras.places.len() < FEW => extras.places.extend(spot(element)),
            Space::Geo if is("Point") => {
                let part = |local| element.child_text(Space::Geo, local);
                extras.places.extend(pair(part("lat"), part("long").or_else(|| part("lon"))));
            }
            Space::Geo if is("lat") => geo.0 = element.trimmed(),
            Space::Geo if is("long") || is("lon") => geo.1 = element.trimmed(),
            Space::Itunes => episode(element, page, &mut extras.episode),
            Space::Podcast if extras.podcast.len() < MAX_TAGS => extras.podcast.extend(tag(element, page)),
            Space::Media => credits(element, &mut extras.credits),
            _ => {}
        }
    }
    if extras.places.is_empty() {
        extras.places.extend(pair(geo.0, geo.1));
    }
    if let Some(first) = extras.places.first_mut() {
        first.name = name;
    }
    extras
}

/// The scheme of a category: RSS's `domain`, Atom's `scheme`.
fn scheme(element: Element) -> Option<Scheme> {
    let folded = |text: &str| Some(fold_space(text)).filter(|text| !text.is_empty() && text.len() <= LINE);
    let scheme = element.value("scheme").or_else(|| element.value("domain")).and_then(folded)?;
    let term = element.value("term").and_then(folded);
    let name =
        element.value("label").and_then(folded).or_else(|| term.clone()).or_else(|| folded(&element.trimmed()?))?;
    Some(Scheme { term: term.filter(|term| *term != name), category: name, scheme })
}

/// What RSS's and Atom's own elements say.
fn own(element: Element, page: &Page, extras: &mut Extras) {
    let is = |local: &str| element.local().eq_ignore_ascii_case(local);
    if is("comments") {
        extras.comments = extras.comments.take().or_else(|| web(element, page, &element.text()));
    } else if is("category") && extras.schemes.len() < MAX_TAGS {
        extras.schemes.extend(scheme(element));
    } else if is("rights") {
        extras.rights = extras.rights.take().or_else(|| line(element));
    } else if is("link") {
        let Some(relation) = element.value("rel") else { return };
        if relation.eq_ignore_ascii_case("license") {
            add_license(&mut extras.licenses, element, page);
        } else if relation.eq_ignore_ascii_case("replies") {
            let to = || element.value("href").and_then(|href| web(element, page, href));
            let is_feed = element.value("type").is_some_and(|t| t.contains("xml") && !t.contains("xhtml"));
            let place = if is_feed { &mut extras.comments_feed } else { &mut extras.comments };
            *place = place.take().or_else(to);
            // RFC 4685 §4: the number stands at the link.
            extras.comment_count =
                extras.comment_count.or_else(|| count(element.attribute_of(Space::Thread, "count")?));
        }
    }
}

fn count(text: &str) -> Option<u64> {
    text.trim().parse().ok().filter(|n| *n < 1_000_000_000)
}

/// A web address that `text` of `element` means.
pub(super) fn web(element: Element, page: &Page, text: &str) -> Option<Url> {
    resolve(element, page, text).filter(|url| matches!(url.scheme(), "http" | "https"))
}

/// One line of plain text of an element.
pub(super) fn line(element: Element) -> Option<String> {
    let text = super::text::rss_title(element)?;
    (text.len() <= LINE).then_some(text)
}

/// Adds the license that an element names in its text, or in an attribute.
pub(super) fn add_license(licenses: &mut Vec<Url>, element: Element, page: &Page) {
    let named = element.attribute_of(Space::Rdf, "resource").or_else(|| element.value("href"));
    let license = named.map(str::to_owned).or_else(|| element.trimmed()).and_then(|text| web(element, page, &text));
    if let Some(license) = license.filter(|new| licenses.len() < FEW && !licenses.contains(new)) {
        licenses.push(license);
    }
}

/// `yes`, `true`, `explicit`; `no`, `false`, `clean`.
pub(super) fn said(text: &str) -> Option<bool> {
    match &*text.trim().to_ascii_lowercase() {
        "yes" | "true" | "explicit" => Some(true),
        "no" | "false" | "clean" => Some(false),
        _ => None,
    }
}

fn episode(element: Element, page: &Page, place: &mut Option<Episode>) {
    let mut episode = place.take().unwrap_or_default();
    match &*element.local().to_ascii_lowercase() {
        "title" => episode.title = line(element),
        "subtitle" => episode.subtitle = line(element),
        "author" => episode.author = line(element),
        "episode" => episode.number = element.text().trim().parse().ok().filter(|n| *n > 0),
        "season" => episode.season = element.text().trim().parse().ok().filter(|n| *n > 0),
        "episodetype" => {
            let kind = element.text().trim().to_ascii_lowercase();
            episode.kind = Some(kind).filter(|k| matches!(&**k, "full" | "trailer" | "bonus"));
        }
        "explicit" => episode.explicit = said(&element.text()),
        "block" => episode.blocked = said(&element.text()) == Some(true),
        "image" => episode.image = image(element, page),
        _ => {}
    }
    *place = Some(episode).filter(|e| *e != Episode::default());
}

/// The address of an `itunes:image`: in an attribute, or as its text.
pub(super) fn image(element: Element, page: &Page) -> Option<Url> {
    let address = ["href", "url"].iter().find_map(|name| element.value(name)).map(str::to_owned);
    web(element, page, &address.or_else(|| element.trimmed())?)
}

/// The credits in a `media:` element: itself, or those of a group or of media in it.
fn credits(element: Element, credits: &mut Vec<Credit>) {
    let inside = || element.descendants().take(MAX_TAGS).filter(|e| e.is(Space::Media, "credit"));
    for element in std::iter::once(element).filter(|e| e.is(Space::Media, "credit")).chain(inside()) {
        let role = element.value("role").map(|role| fold_space(&role.to_lowercase())).filter(|r| r.len() < 64);
        let Some(name) = line(element) else { continue };
        let credit = Credit { name, role };
        if credits.len() < FEW && !credits.contains(&credit) {
            credits.push(credit);
        }
    }
}

/// A place in GeoRSS, simple or with GML in it.
fn spot(element: Element) -> Option<Spot> {
    let shape = match &*element.local().to_ascii_lowercase() {
        "point" => SpotShape::Point,
        "line" | "linestring" => SpotShape::Line,
        "box" | "envelope" => SpotShape::Box,
        "polygon" => SpotShape::Polygon,
        // `georss:where` holds one shape of GML.
        "where" => return spot(element.children().find(|e| e.space() == Space::Gml)?),
        _ => return None,
    };
    let text = if element.space() == Space::GeoRss {
        element.text()
    } else {
        // Only the outer border of an area: GeoRSS's areas have no holes.
        let positions = ["pos", "posList", "lowerCorner", "upperCorner"];
        let of_gml = element.descendants().take(MAX_TAGS).filter(|e| e.space() == Space::Gml);
        let inner = of_gml.filter(|e| positions.iter().any(|p| e.local().eq_ignore_ascii_case(p)));
        let corners = if shape == SpotShape::Polygon { 1 } else { 2 };
        inner.take(corners).map(|e| e.text()).collect::<Vec<_>>().join(" ")
    };
    let at = pairs(&text)?;
    let whole = match shape {
        SpotShape::Point => at.len() == 1,
        SpotShape::Box => at.len() == 2,
        SpotShape::Line => at.len() >= 2,
        SpotShape::Polygon => at.len() >= 4 && at.first() == at.last(),
    };
    whole.then_some(Spot { shape, at, name: None })
}

/// Pairs of latitude and longitude, apart by blanks or commas; `None` where one is not on the earth.
fn pairs(text: &str) -> Option<Vec<(f64, f64)>> {
    let mut numbers = text.split(|c: char| c.is_whitespace() || c == ',').filter(|n| !n.is_empty());
    let mut at = Vec::new();
    while let Some(latitude) = numbers.next() {
        let (latitude, longitude): (f64, f64) = (latitude.parse().ok()?, numbers.next()?.parse().ok()?);
        if latitude.abs() > 90.0 || longitude.abs() > 180.0 || !(latitude + longitude).is_finite() {
            return None;
        }
        if at.len() == MAX_POINTS {
            return None;
        }
        at.push((latitude, longitude));
    }
    (!at.is_empty()).then_some(at)
}

fn pair(latitude: Option<String>, longitude: Option<String>) -> Option<Spot> {
    let at = pairs(&format!("{} {}", latitude?, longitude?)).filter(|at| at.len() == 1)?;
    Some(Spot { shape: SpotShape::Point, at, name: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::listing::{feed::read, page};

    fn of(inside: &str) -> Extras {
        let feed = format!(
            "<rss version='2.0' xmlns:th='http://purl.org/syndication/thread/1.0'><channel><item>{inside}</item></channel></rss>"
        );
        let read = read(&page("https://paper.example/feed.xml", &feed)).value;
        read.teasers.into_iter().next().expect("one entry").extras.map(|extras| *extras).unwrap_or_default()
    }

    fn drawn(inside: &str) -> Vec<(SpotShape, usize, (f64, f64))> {
        of(inside)
            .places
            .into_iter()
            .map(|s| (s.shape, s.at.len(), s.at.first().copied().unwrap_or_default()))
            .collect()
    }

    #[test]
    fn categories_are_of_the_schemes_that_a_feed_names() {
        let of = |inside| of(inside).schemes;
        let scheme = |category: &str, scheme: &str, term: Option<&str>| Scheme {
            category: category.into(),
            scheme: scheme.into(),
            term: term.map(Into::into),
        };
        let topics = "https://paper.example/topics";
        assert_eq!(
            of(
                "<category domain='https://paper.example/topics'> Sea &amp; \n sky </category><category>Land</category>"
            ),
            [scheme("Sea & sky", topics, None)]
        );
        assert_eq!(
            of("<atom:category scheme='https://paper.example/topics' term='sea' label='The sea'/>"),
            [scheme("The sea", topics, Some("sea"))]
        );
        assert_eq!(of("<category domain=''>Sea</category><category domain='x'/>"), []);
    }

    #[test]
    fn comments_are_counted_however_a_feed_counts_them() {
        for (inside, expected) in [
            ("<slash:comments> 7 </slash:comments>", Some(7)),
            ("<thr:total>8</thr:total>", Some(8)),
            ("<atom:link rel='replies' href='/c' th:count='9'/>", Some(9)),
            ("<comments>https://paper.example/a#c</comments>", None),
            ("<slash:comments>many</slash:comments><thr:total>-1</thr:total>", None),
        ] {
            assert_eq!(of(inside).comment_count, expected, "{inside}");
        }
        let all = of("<comments>/a#c</comments><wfw:commentRss>/a/feed/</wfw:commentRss>");
        let paths = [all.comments, all.comments_feed].map(|url| url.map(String::from));
        assert_eq!(paths, [Some("https://paper.example/a#c".into()), Some("https://paper.example/a/feed/".into())]);
        let atom = of(
            "<atom:link rel='replies' type='application/atom+xml' href='/c.atom'/><atom:link rel='replies' href='/c'/>",
        );
        assert_eq!(atom.comments.map(String::from).as_deref(), Some("https://paper.example/c"));
        assert_eq!(atom.comments_feed.map(String::from).as_deref(), Some("https://paper.example/c.atom"));
        assert_eq!(of("<comments>mailto:a@b.example</comments>").comments, None);
    }

    #[test]
    fn licenses_and_rights_are_taken_from_every_vocabulary() {
        let licensed = "https://creativecommons.org/licenses/by/4.0/";
        for inside in [
            format!("<creativeCommons:license>{licensed}</creativeCommons:license>"),
            format!("<cc:license rdf:resource='{licensed}'/>"),
            format!("<atom:link rel='license' href='{licensed}'/><cc:license>{licensed}</cc:license>"),
        ] {
            let licenses: Vec<String> = of(&inside).licenses.into_iter().map(String::from).collect();
            assert_eq!(licenses, [licensed], "{inside}");
        }
        assert_eq!(of("<dc:rights>© The &lt;b&gt;Port&lt;/b&gt;</dc:rights>").rights.as_deref(), Some("© The Port"));
    }

    #[test]
    fn places_are_read_as_they_are_drawn_and_nothing_off_the_earth() {
        use SpotShape::{Box, Line, Point, Polygon};
        for (inside, expected) in [
            ("<georss:point>45.256 -71.92</georss:point>", vec![(Point, 1, (45.256, -71.92))]),
            ("<georss:line>45 -110, 46 -109</georss:line>", vec![(Line, 2, (45.0, -110.0))]),
            ("<georss:box>42 -71 43 -69</georss:box>", vec![(Box, 2, (42.0, -71.0))]),
            ("<georss:polygon>45 -110 46 -109 43 -109 45 -110</georss:polygon>", vec![(Polygon, 4, (45.0, -110.0))]),
            ("<geo:lat>26.5</geo:lat><geo:long>127.8</geo:long>", vec![(Point, 1, (26.5, 127.8))]),
            ("<geo:Point><geo:lat>1</geo:lat><geo:long>2</geo:long></geo:Point>", vec![(Point, 1, (1.0, 2.0))]),
            (
                "<georss:where><gml:Point><gml:pos>45 -71</gml:pos></gml:Point></georss:where>",
                vec![(Point, 1, (45.0, -71.0))],
            ),
            (
                "<georss:where><gml:Envelope><gml:lowerCorner>1 2</gml:lowerCorner><gml:upperCorner>3 4</gml:upperCorner></gml:Envelope></georss:where>",
                vec![(Box, 2, (1.0, 2.0))],
            ),
            (
                "<georss:where><gml:Polygon><gml:exterior><gml:LinearRing><gml:posList>1 2 3 4 5 6 1 2</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></georss:where>",
                vec![(Polygon, 4, (1.0, 2.0))],
            ),
            ("<georss:point>91 0</georss:point>", vec![]),
            ("<georss:point>45</georss:point>", vec![]),
            ("<georss:point>NaN NaN</georss:point>", vec![]),
            ("<georss:polygon>1 1 2 2 3 3 4 4</georss:polygon>", vec![]),
            ("<geo:lat>26.5</geo:lat>", vec![]),
        ] {
            assert_eq!(drawn(inside), expected, "{inside}");
        }
    }

    #[test]
    fn an_episode_is_read_and_what_it_cannot_mean_is_left_out() {
        let all = of(
            "<itunes:title>Bells</itunes:title><itunes:episode>12</itunes:episode><itunes:season>0</itunes:season>\
            <itunes:episodeType>Bonus</itunes:episodeType><itunes:explicit>clean</itunes:explicit><itunes:image href='/b.jpg'/>\
            <podcast:transcript url='/b.vtt' type='text/vtt'/><podcast:person role='host' href='javascript:x'>Ada</podcast:person>\
            <podcast:guid>x</podcast:guid><podcast:value type='l'><podcast:valueRecipient split='9'/></podcast:value>\
            <media:group><media:content url='/b.mp4'><media:credit role='Producer'>Ben</media:credit></media:content></media:group>",
        );
        let episode = all.episode.expect("an episode");
        assert_eq!((episode.title.as_deref(), episode.number, episode.season), (Some("Bells"), Some(12), None));
        assert_eq!((episode.kind.as_deref(), episode.explicit), (Some("bonus"), Some(false)));
        assert_eq!(episode.image.map(String::from).as_deref(), Some("https://paper.example/b.jpg"));
        let names: Vec<_> =
            all.podcast.iter().map(|t| (t.name.as_str(), t.attributes.len(), t.children.len())).collect();
        assert_eq!(names, [("transcript", 2, 0), ("person", 1, 0), ("value", 1, 1)]);
        assert_eq!(all.podcast[0].attributes[0].1, "https://paper.example/b.vtt");
        assert_eq!(all.credits, [Credit { name: "Ben".into(), role: Some("producer".into()) }]);
    }
}
