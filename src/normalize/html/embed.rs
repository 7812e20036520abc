//! Frames and plug-ins: never kept, but a player's film stays a click away.

use scraper::node::Element;
use scraper::{Html, Selector};
use url::Url;

use super::rewrite::Writer;

/// Where players and the scripts that load them late keep a poster's address.
const POSTERS: [&str; 10] = [
    "poster",
    "data-poster",
    "data-poster-url",
    "data-thumbnail",
    "data-thumbnail-src",
    "data-thumb",
    "data-image",
    "data-preview",
    "data-placeholder",
    "data-bg",
];
/// Where components keep a film's id.
const IDS: [&str; 6] = ["videoid", "data-videoid", "video-id", "data-video-id", "data-youtube-id", "data-vimeo-id"];
/// How much of a frame's own document is looked at: a poster and a link are all that matters in it.
const FACADE: usize = 16 * 1024;

/// What stands in a player's place.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Film {
    /// The page that shows it.
    link: String,
    /// A still of it.
    poster: Option<String>,
}

/// Writes a link in place of a frame or plug-in, with the film's poster where element or address tell it;
/// nothing for one that shows nothing.
pub(super) fn write(writer: &mut Writer, element: &Element) {
    let hidden = ["width", "height"].iter().any(|n| matches!(element.attr(n), Some("0" | "1")))
        || element.attr("style").is_some_and(|s| s.replace(' ', "").contains("display:none"));
    if hidden {
        return;
    }
    let address = ["src", "data-src", "data-lazy-src", "data-url", "data", "href"]
        .iter()
        .filter_map(|name| element.attr(name))
        .find_map(|a| writer.link(a).filter(|a| a.starts_with("http://") || a.starts_with("https://")));
    let facade = element.attr("srcdoc").map(|html| facade(writer, html)).unwrap_or_default();
    let Some(address) = address.or_else(|| Some(facade.link.clone()).filter(|link| !link.is_empty())) else { return };
    let Ok(player) = Url::parse(&address) else { return };
    let own = || POSTERS.iter().filter_map(|name| element.attr(name)).find_map(|a| picture(writer, a));
    let film = film(&player).or_else(|| told(writer, &player)).unwrap_or(Film { link: address, poster: None });
    let poster = own().or(facade.poster).or(film.poster);
    link(writer, element, &Film { poster, ..film }, player.host_str().unwrap_or_default());
}

/// Writes the link of a component that a script would make a player of (`lite-youtube`, `amp-vimeo`); tells whether
/// it is one.
pub(super) fn write_component(writer: &mut Writer, element: &Element) -> bool {
    let name = element.name();
    if !name.contains('-') {
        return false;
    }
    let Some(id) = IDS.iter().find_map(|name| element.attr(name)).map(str::trim) else { return false };
    let player = if name.contains("youtube") {
        format!("https://www.youtube.com/embed/{id}")
    } else if name.contains("vimeo") {
        format!("https://player.vimeo.com/video/{id}")
    } else if name.contains("dailymotion") {
        format!("https://www.dailymotion.com/embed/video/{id}")
    } else {
        return false;
    };
    let Some(found) = Url::parse(&player).ok().and_then(|player| film(&player)) else { return false };
    let own = POSTERS.iter().filter_map(|name| element.attr(name)).find_map(|a| picture(writer, a));
    let host = Url::parse(&found.link).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    link(writer, element, &Film { poster: own.or(found.poster), link: found.link }, &host);
    true
}

fn link(writer: &mut Writer, element: &Element, film: &Film, host: &str) {
    let named = ["title", "aria-label", "data-title", "playlabel"];
    let title = named.iter().filter_map(|n| element.attr(n)).find(|t| !t.trim().is_empty());
    let title = title.unwrap_or_else(|| host.strip_prefix("www.").unwrap_or(host));
    writer.out.push_str("<a");
    writer.attribute("href", &film.link);
    writer.out.push('>');
    match &film.poster {
        Some(poster) => {
            writer.out.push_str("<img");
            writer.attribute("src", poster);
            writer.attribute("alt", title);
            writer.out.push('>');
        }
        None => writer.text(title),
    }
    writer.out.push_str("</a>");
}

/// A picture's address on the web.
fn picture(writer: &Writer, address: &str) -> Option<String> {
    writer.media(address).filter(|a| a.starts_with("http://") || a.starts_with("https://"))
}

/// The link and the picture that a frame shows until its player is wanted.
fn facade(writer: &Writer, html: &str) -> Film {
    let html = Html::parse_fragment(html.get(..html.floor_char_boundary(FACADE)).unwrap_or_default());
    let first = |selector: &str, attribute: &str| {
        let selector = Selector::parse(selector).ok()?;
        html.select(&selector).next()?.attr(attribute).map(str::to_owned)
    };
    let web = |a: String| writer.link(&a).filter(|a| a.starts_with("http://") || a.starts_with("https://"));
    Film {
        link: first("a[href]", "href").and_then(web).unwrap_or_default(),
        poster: first("img[src]", "src").and_then(|a| picture(writer, &a)),
    }
}

/// What a player's address tells of the film in it: wrappers (of social networks, of embedding services) name the page
/// and often a picture in their query.
fn told(writer: &Writer, player: &Url) -> Option<Film> {
    let of = |names: &[&str]| {
        let found = player.query_pairs().find(|(name, value)| names.contains(&&**name) && value.starts_with("http"));
        found.map(|(_, value)| value.into_owned())
    };
    let link = of(&["url", "href"]).and_then(|a| writer.link(&a))?;
    let page = Url::parse(&link).ok()?;
    let poster = of(&["image", "poster", "thumbnail", "thumb"]).and_then(|a| picture(writer, &a));
    let known = film(&page);
    Some(Film { poster: poster.or_else(|| known.as_ref()?.poster.clone()), link: known.map_or(link, |film| film.link) })
}

/// The page and the poster of a film, from its player's or its page's address. The players that news pages embed most,
/// whose addresses are documented: YouTube, Vimeo, Dailymotion.
fn film(player: &Url) -> Option<Film> {
    let host = player.host_str()?;
    let host = ["www.", "m.", "geo."].iter().find_map(|begin| host.strip_prefix(begin)).unwrap_or(host);
    let mut steps = player.path_segments()?;
    let is_id = |id: &str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let asked = |name: &str| player.query_pairs().find(|(n, _)| n == name).map(|(_, value)| value.into_owned());
    let (first, second) = (steps.next()?, steps.next());
    match host {
        "youtube.com" | "youtube-nocookie.com" | "youtu.be" => {
            let id = match (first, second) {
                ("embed" | "v" | "shorts" | "live", Some(id)) => id.to_owned(),
                ("watch", _) => asked("v")?,
                (id, None) if host == "youtu.be" => id.to_owned(),
                _ => return None,
            };
            (is_id(&id) && id != "videoseries").then(|| Film {
                link: format!("https://www.youtube.com/watch?v={id}"),
                poster: Some(format!("https://i.ytimg.com/vi/{id}/hqdefault.jpg")),
            })
        }
        "player.vimeo.com" if first == "video" => {
            let id = second.filter(|id| is_id(id))?;
            Some(Film { link: format!("https://vimeo.com/{id}"), poster: None })
        }
        "dailymotion.com" => {
            let id = match (first, second) {
                ("embed", Some("video")) => steps.next().map(str::to_owned)?,
                ("player" | "player.html", _) => asked("video")?,
                ("video", Some(id)) => id.to_owned(),
                _ => return None,
            };
            is_id(&id).then(|| Film {
                link: format!("https://www.dailymotion.com/video/{id}"),
                poster: Some(format!("https://www.dailymotion.com/thumbnail/video/{id}")),
            })
        }
        _ => None,
    }
}
