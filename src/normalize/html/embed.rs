//! Frames and plug-ins: never kept, but a player's film stays a click away.

use scraper::node::Element;
use url::Url;

use super::rewrite::Writer;

/// Writes a link in place of a frame or plug-in, with the film's poster where the player's address tells it;
/// nothing for one that shows nothing.
pub(super) fn write(writer: &mut Writer, element: &Element) {
    let address = ["src", "data-src", "data-lazy-src", "data-url", "data", "href"]
        .iter()
        .filter_map(|name| element.attr(name))
        .find_map(|a| writer.link(a).filter(|a| a.starts_with("http://") || a.starts_with("https://")));
    let Some(address) = address else { return };
    if ["width", "height"].iter().any(|n| matches!(element.attr(n), Some("0" | "1")))
        || element.attr("style").is_some_and(|s| s.replace(' ', "").contains("display:none"))
    {
        return;
    }
    let Ok(url) = Url::parse(&address) else { return };
    let film = film(&url);
    let title = ["title", "aria-label"].iter().filter_map(|n| element.attr(n)).find(|t| !t.trim().is_empty());
    let (link, poster) = film.unwrap_or((address, None));
    let host = url.host_str().unwrap_or_default();
    let title = title.unwrap_or_else(|| host.strip_prefix("www.").unwrap_or(host));
    writer.out.push_str("<a");
    writer.attribute("href", &link);
    writer.out.push('>');
    match poster {
        Some(poster) => {
            writer.out.push_str("<img");
            writer.attribute("src", &poster);
            writer.attribute("alt", title);
            writer.out.push('>');
        }
        None => writer.text(title),
    }
    writer.out.push_str("</a>");
}

/// The page and the poster of a film, from its player's address. The players that news pages embed most, whose
/// addresses are documented: YouTube, Vimeo, Dailymotion.
fn film(player: &Url) -> Option<(String, Option<String>)> {
    let host = player.host_str()?.trim_start_matches("www.");
    let mut steps = player.path_segments()?;
    let is_id = |id: &str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    match (host, steps.next()?, steps.next()) {
        ("youtube.com" | "youtube-nocookie.com", "embed" | "v", Some(id)) if is_id(id) && id != "videoseries" => {
            Some((
                format!("https://www.youtube.com/watch?v={id}"),
                Some(format!("https://i.ytimg.com/vi/{id}/hqdefault.jpg")),
            ))
        }
        ("player.vimeo.com", "video", Some(id)) if is_id(id) => Some((format!("https://vimeo.com/{id}"), None)),
        ("dailymotion.com", "embed", Some("video")) => {
            let id = steps.next().filter(|id| is_id(id))?;
            Some((
                format!("https://www.dailymotion.com/video/{id}"),
                Some(format!("https://www.dailymotion.com/thumbnail/video/{id}")),
            ))
        }
        _ => None,
    }
}
