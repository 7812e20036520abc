//! RSS 0.9x and 2.0, and the RDF ones (0.90, 1.0, 1.1).

use crate::model::{Listing, Origin, Page, Person, Picture, Quiet, Teaser, Written, fold_space};
use crate::read::xml::{Element, Space};

use super::address::{is_address, resolve};
use super::{MAX_ENTRIES, extras, media, person, podcast, text};

/// Reads an `rss`, `rdf:RDF` or bare `channel` element.
pub(super) fn read(root: Element, page: &Page) -> Listing {
    // A feed without a channel keeps its elements at the top.
    let channel = root.children().find(|e| is_own(*e) && e.local().eq_ignore_ascii_case("channel")).unwrap_or(root);
    let mut listing = head(channel, root, page);
    let mut entries = within(channel);
    if root.children().any(is_entry) && entries.is_empty() {
        entries = within(root);
    }
    // A second channel, or entries outside of it: all are the feed's.
    if entries.is_empty() {
        entries = root.descendants().filter(|e| is_entry(*e)).take(MAX_ENTRIES).collect();
    }
    listing.teasers = entries.into_iter().take(MAX_ENTRIES).map(|e| teaser(e, page)).collect();
    listing
}

/// The entries of a channel, those in a list of them (RSS 1.1) included.
fn within<'x, 'a>(place: Element<'x, 'a>) -> Vec<Element<'x, 'a>> {
    let lists = place.children().filter(|e| is_own(*e) && e.local().eq_ignore_ascii_case("items"));
    lists.flat_map(|l| l.children()).chain(place.children()).filter(|e| is_entry(*e)).collect()
}

/// Whether an element is RSS's own.
fn is_own(element: Element) -> bool {
    matches!(element.space(), Space::Plain | Space::Rss11)
}

fn is_entry(element: Element) -> bool {
    is_own(element) && (element.local().eq_ignore_ascii_case("item") || element.local().eq_ignore_ascii_case("entry"))
}

/// The first text of these elements that says anything.
fn first(place: Element, names: &[(Space, &str)]) -> Option<String> {
    names.iter().find_map(|(space, name)| fitting(place, *space, name).find_map(|e| e.trimmed()))
}

/// The elements inside that are `name` of `space`; of RSS 1.1 too, where RSS's own are asked for.
fn fitting<'x, 'a, 'n>(
    place: Element<'x, 'a>,
    space: Space,
    name: &'n str,
) -> impl Iterator<Item = Element<'x, 'a>> + use<'x, 'a, 'n> {
    place.all_of([space, if space == Space::Plain { Space::Rss11 } else { space }], name)
}

fn date(place: Element, names: &[(Space, &str)]) -> Option<Written> {
    first(place, names).map(|t| Written::new(fold_space(&t), Origin::Feed))
}

fn head(channel: Element, root: Element, page: &Page) -> Listing {
    let title = [Space::Plain, Space::Dc, Space::Atom, Space::Itunes]
        .into_iter()
        .find_map(|space| fitting(channel, space, "title").find_map(text::rss_title));
    let description = [
        (Space::Plain, "description"),
        (Space::Dc, "description"),
        (Space::Itunes, "summary"),
        (Space::Itunes, "subtitle"),
        (Space::Atom, "subtitle"),
    ]
    .into_iter()
    .find_map(|(space, name)| fitting(channel, space, name).find_map(|e| text::rss_html(e, page)));
    let mut authors = Vec::new();
    for (space, name) in [
        (Space::Plain, "managingEditor"),
        (Space::Plain, "author"),
        (Space::Dc, "creator"),
        (Space::Dc, "author"),
        (Space::Atom, "author"),
        (Space::Itunes, "author"),
        (Space::Itunes, "owner"),
        (Space::Plain, "webMaster"),
    ] {
        for element in channel.all(space, name).take(16) {
            // Who runs the server is the author only where nobody else is named.
            if name != "webMaster" || authors.is_empty() {
                person::add(&mut authors, person::of_element(element, page));
            }
        }
    }
    let mut listing = Listing {
        id: first(channel, &[(Space::Atom, "id"), (Space::Plain, "guid"), (Space::Dc, "identifier")])
            .or_else(|| channel.attribute_of(Space::Rdf, "about").map(str::to_owned)),
        title,
        description,
        language: first(channel, &[(Space::Plain, "language"), (Space::Dc, "language")])
            .or_else(|| channel.language().map(str::to_owned)),
        home: home(channel, page),
        authors,
        categories: categories(channel),
        published: date(channel, &[(Space::Plain, "pubDate"), (Space::Dc, "issued"), (Space::Dc, "created")]),
        updated: date(
            channel,
            &[(Space::Plain, "lastBuildDate"), (Space::Dc, "modified"), (Space::Atom, "updated"), (Space::Dc, "date")],
        ),
        picture: picture(channel, root, page),
        ttl_minutes: ttl(channel),
        quiet: quiet(channel),
        about: podcast::about(channel, page),
        ..Listing::default()
    };
    listing.next = channel
        .all(Space::Atom, "link")
        .find(|l| matches!(l.value("rel"), Some("next" | "prev-archive")))
        .and_then(|l| resolve(l, page, l.value("href")?));
    listing
}

fn home(channel: Element, page: &Page) -> Option<url::Url> {
    let own = channel.children().filter(|e| is_own(*e) && e.local().eq_ignore_ascii_case("link"));
    let own = own.filter_map(|l| resolve(l, page, &l.trimmed().or_else(|| l.value("href").map(str::to_owned))?));
    own.into_iter().next().or_else(|| alternate(channel, page))
}

/// The address of an Atom link to the page for people.
fn alternate(place: Element, page: &Page) -> Option<url::Url> {
    let mut links = place.all(Space::Atom, "link");
    let link = links.find(|l| matches!(l.value("rel"), None | Some("alternate")))?;
    resolve(link, page, link.value("href")?)
}

fn picture(channel: Element, root: Element, page: &Page) -> Option<Picture> {
    let images = channel.all(Space::Plain, "image").chain(root.all(Space::Plain, "image"));
    let plain = images.filter_map(|i| {
        let url = i.child(Space::Plain, "url").and_then(|u| resolve(u, page, &u.text()));
        let size = |name| i.child_text(Space::Plain, name).and_then(|t| t.parse().ok());
        match url {
            Some(url) => Some(Picture {
                url,
                width: size("width"),
                height: size("height"),
                alt: i.child_text(Space::Plain, "title"),
            }),
            None if i.has_children() => None,
            None => media::picture(i, page),
        }
    });
    let itunes = channel.all(Space::Itunes, "image").filter_map(|i| media::picture(i, page));
    let media = channel.all(Space::Media, "thumbnail").filter_map(|i| media::picture(i, page));
    plain.chain(itunes).chain(media).next()
}

/// When not to ask.
fn quiet(channel: Element) -> Quiet {
    let mut quiet = Quiet::default();
    let within = |list, name| {
        let lists = channel.all(Space::Plain, list).take(4);
        lists.flat_map(move |l| l.all(Space::Plain, name).take(24).filter_map(|e| e.trimmed()).collect::<Vec<_>>())
    };
    within("skipHours", "hour").filter_map(|hour| hour.parse().ok()).for_each(|hour| quiet.add_hour(hour));
    within("skipDays", "day").filter_map(|day| day.parse().ok()).for_each(|day| quiet.add_day(day));
    quiet
}

/// Minutes between two askings (RSS `ttl`, RSS 1.0 syndication module).
fn ttl(channel: Element) -> Option<u32> {
    if let Some(ttl) = first(channel, &[(Space::Plain, "ttl")]).and_then(|t| t.parse().ok()) {
        return Some(ttl).filter(|t| *t > 0);
    }
    let period = match &*first(channel, &[(Space::Syndication, "updatePeriod")])?.to_ascii_lowercase() {
        "hourly" => 60,
        "daily" => 24 * 60,
        "weekly" => 7 * 24 * 60,
        "monthly" => 30 * 24 * 60,
        "yearly" => 365 * 24 * 60,
        _ => return None,
    };
    let often = first(channel, &[(Space::Syndication, "updateFrequency")]).and_then(|t| t.parse::<u32>().ok());
    Some((period / often.unwrap_or(1).max(1)).max(1))
}

fn teaser(entry: Element, page: &Page) -> Teaser {
    let shown = media::of_entry(entry, page);
    let titled = |space| fitting(entry, space, "title").find_map(text::rss_title);
    let headline = titled(Space::Plain)
        .or_else(|| titled(Space::Dc))
        .or_else(|| titled(Space::Atom))
        .or_else(|| titled(Space::Itunes))
        .or_else(|| shown.title.as_deref().and_then(text::plain));
    let guid = fitting(entry, Space::Plain, "guid").find_map(|e| Some((e, e.trimmed()?)));
    let mut enclosures = Vec::new();
    for element in entry.all(Space::Plain, "enclosure") {
        media::add(&mut enclosures, media::enclosure(element, page));
    }
    // A feed mangled by FeedBurner keeps the site's own address of the first here.
    let origin = entry.child_text(Space::FeedBurner, "origEnclosureLink").filter(|text| is_address(text));
    if let Some((first, own)) = enclosures.first_mut().zip(origin.and_then(|text| url::Url::parse(&text).ok())) {
        first.url = own;
    }
    for element in entry.all(Space::Atom, "link").filter(|l| l.value("rel") == Some("enclosure")) {
        media::add(&mut enclosures, media::enclosure(element, page));
    }
    for enclosure in shown.enclosures {
        media::add(&mut enclosures, Some(enclosure));
    }
    if let Some(seconds) = first(entry, &[(Space::Itunes, "duration")]).and_then(|t| media::seconds(&t))
        && let Some(enclosure) = enclosures.first_mut()
    {
        enclosure.seconds = enclosure.seconds.or(Some(seconds));
    }
    let (summary, content) = bodies(entry, page, shown.description);
    let pictured = enclosures.iter().find(|e| e.media_type.as_deref().is_some_and(|t| t.starts_with("image/")));
    let picture = shown.picture.or_else(|| pictured.map(|e| Picture::at(e.url.clone()))).or_else(|| {
        entry.child(Space::Plain, "image").and_then(|i| {
            i.child(Space::Plain, "url").map_or_else(|| media::picture(i, page), |u| media::picture(u, page))
        })
    });
    let mut categories = categories(entry);
    categories.extend(shown.categories);
    Teaser {
        link: link(entry, guid.as_ref(), page),
        guid: guid
            .map(|(_, guid)| guid)
            .or_else(|| first(entry, &[(Space::Plain, "id"), (Space::Atom, "id"), (Space::Dc, "identifier")]))
            .or_else(|| {
                entry.attribute_of(Space::Rdf, "about").map(str::trim).filter(|a| !a.is_empty()).map(str::to_owned)
            }),
        headline,
        summary,
        content,
        published: date(
            entry,
            &[
                (Space::Plain, "pubDate"),
                (Space::Dc, "issued"),
                (Space::Atom, "published"),
                (Space::Dc, "created"),
                (Space::Dc, "date"),
                (Space::Plain, "date"),
                (Space::Plain, "published"),
            ],
        ),
        updated: date(
            entry,
            &[
                (Space::Dc, "modified"),
                (Space::Atom, "updated"),
                (Space::Atom, "modified"),
                (Space::Plain, "updated"),
                (Space::Dc, "date"),
            ],
        ),
        authors: authors(entry, page),
        categories,
        picture,
        enclosures,
        language: first(entry, &[(Space::Plain, "language"), (Space::Dc, "language")])
            .or_else(|| entry.language().map(str::to_owned)),
        extras: extras::of_entry(entry, page).boxed(),
    }
}

/// Summary and full text. `content:encoded` and `xhtml:body` are full texts by definition; a description is
/// what the feed makes of it, so it stays a summary.
fn bodies(entry: Element, page: &Page, described: Option<String>) -> (Option<String>, Option<String>) {
    let of = |names: &[(Space, &str)]| {
        names.iter().find_map(|(space, name)| fitting(entry, *space, name).find_map(|e| text::rss_html(e, page)))
    };
    let description = of(&[(Space::Plain, "description")]);
    let content = of(&[
        (Space::Content, "encoded"),
        (Space::Plain, "encoded"),
        (Space::Plain, "fullitem"),
        (Space::Xhtml, "body"),
        (Space::Plain, "body"),
        (Space::Xhtml, "div"),
        (Space::Plain, "content"),
    ])
    .or_else(|| entry.all(Space::Atom, "content").find_map(|e| text::atom_html(e, page)));
    let short = of(&[(Space::Plain, "summary")]);
    match (description, short) {
        // Both a description and a summary: the one of them that RSS does not know is the longer text.
        (Some(description), Some(short)) => (Some(description), content.or(Some(short))),
        (description, short) => {
            let atom = || entry.all(Space::Atom, "summary").find_map(|e| text::atom_html(e, page));
            let others = || of(&[(Space::Dc, "description"), (Space::Itunes, "summary"), (Space::Itunes, "subtitle")]);
            (description.or(short).or_else(others).or_else(atom).or(described), content)
        }
    }
}

fn link(entry: Element, guid: Option<&(Element, String)>, page: &Page) -> Option<url::Url> {
    // A feed mangled by FeedBurner keeps the site's own address here.
    if let Some(own) = entry.child(Space::FeedBurner, "origLink").and_then(|e| e.trimmed()).filter(|t| is_address(t)) {
        return url::Url::parse(own.trim()).ok();
    }
    let links = fitting(entry, Space::Plain, "link");
    let stated = links.filter_map(|l| Some((l, l.trimmed().or_else(|| l.value("href").map(str::to_owned))?)));
    let stated = stated.filter_map(|(l, address)| resolve(l, page, &address)).next();
    stated
        .or_else(|| alternate(entry, page))
        .or_else(|| {
            let (_, address) =
                guid.filter(|(g, _)| !g.value("isPermaLink").is_some_and(|v| v.eq_ignore_ascii_case("false")))?;
            url::Url::parse(Some(address).filter(|a| is_address(a))?).ok()
        })
        .or_else(|| {
            entry.attribute_of(Space::Rdf, "about").filter(|a| is_address(a)).and_then(|a| resolve(entry, page, a))
        })
}

fn authors(entry: Element, page: &Page) -> Vec<Person> {
    let mut people = Vec::new();
    for (space, name) in [
        (Space::Plain, "author"),
        (Space::Dc, "creator"),
        (Space::Dc, "author"),
        (Space::Atom, "author"),
        (Space::Itunes, "author"),
        (Space::Plain, "creator"),
        (Space::Plain, "managingEditor"),
        (Space::Dc, "contributor"),
        (Space::Media, "credit"),
    ] {
        // A player's or contributor's name stands in only where no author is named.
        if matches!((space, name), (Space::Itunes, _) | (Space::Media, _) | (_, "contributor")) && !people.is_empty() {
            continue;
        }
        for element in entry.all(space, name).take(32) {
            person::add(&mut people, person::of_element(element, page));
        }
    }
    people
}

fn categories(place: Element) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut add = |text: String| {
        let text = fold_space(&text);
        if !text.is_empty() && out.len() < 256 && !out.contains(&text) {
            out.push(text);
        }
    };
    for element in place.children() {
        let is = |name| element.local().eq_ignore_ascii_case(name);
        match element.space() {
            Space::Plain | Space::Rss11 if is("category") => {
                if let Some(text) = element.trimmed() {
                    add(text);
                }
            }
            Space::Dc if is("subject") => element.trimmed().into_iter().for_each(&mut add),
            Space::Atom if is("category") => {
                element
                    .value("label")
                    .or_else(|| element.value("term"))
                    .map(str::to_owned)
                    .into_iter()
                    .for_each(&mut add);
            }
            Space::Itunes if is("category") => {
                let outer = element.value("text").map(str::to_owned).or_else(|| element.trimmed());
                let inner = element.all(Space::Itunes, "category").filter_map(|e| e.value("text"));
                for inner in inner {
                    add(format!("{}/{inner}", outer.as_deref().unwrap_or_default()));
                    add(inner.to_owned());
                }
                outer.into_iter().for_each(&mut add);
            }
            Space::Plain if is("tags") && element.has_children() => {
                element.children().filter_map(|e| e.trimmed()).for_each(&mut add);
            }
            Space::Itunes | Space::Plain if is("keywords") || element.is(Space::Plain, "tags") => {
                element.text().split(',').map(str::to_owned).for_each(&mut add);
            }
            _ => {}
        }
    }
    out
}
