//! What is carried through from a source's feed, freed of what no format can carry.

use url::Url;

use super::super::genres;
use super::{address, line, person, picture};
use crate::model::{About, Credit, Episode, Extras, Genre, Scheme, Show, Spot, Tag};

/// The longest text that Apple's vocabulary takes where a line is meant, in characters.
const LINE: usize = 255;

/// The extras of an entry, ready to be written.
pub(super) fn extras(extras: &Extras) -> Extras {
    let credit =
        |credit: &Credit| Some(Credit { name: line(&credit.name)?, role: credit.role.as_deref().and_then(line) });
    let spot = |spot: &Spot| Spot { name: spot.name.as_deref().and_then(line), ..spot.clone() };
    let scheme = |of: &Scheme| {
        Some(Scheme {
            category: line(&of.category)?,
            scheme: line(&of.scheme)?,
            term: of.term.as_deref().and_then(line),
        })
    };
    Extras {
        comments: web(&extras.comments),
        comments_feed: web(&extras.comments_feed),
        licenses: extras.licenses.iter().map(address).collect(),
        schemes: extras.schemes.iter().filter_map(scheme).collect(),
        rights: extras.rights.as_deref().and_then(line),
        places: extras.places.iter().map(spot).collect(),
        credits: extras.credits.iter().filter_map(credit).collect(),
        episode: extras.episode.as_ref().map(episode),
        podcast: extras.podcast.iter().map(tag).collect(),
        ..extras.clone()
    }
}

/// What a source's feed says of itself, ready to be written.
pub(super) fn about(about: &About) -> About {
    About {
        description: about.description.as_deref().and_then(line),
        picture: about.picture.as_ref().map(picture),
        licenses: about.licenses.iter().map(address).collect(),
        categories: super::once(about.categories.iter().filter_map(|c| line(c))),
        rights: about.rights.as_deref().and_then(line),
        show: about.show.as_deref().map(|it| Box::new(show(it))),
        podcast: about.podcast.iter().map(tag).collect(),
    }
}

fn episode(episode: &Episode) -> Episode {
    let Episode { title, subtitle, author, .. } = episode;
    Episode {
        title: title.as_deref().and_then(line),
        subtitle: subtitle.as_deref().and_then(short),
        author: author.as_deref().and_then(short),
        number: episode.number.filter(|number| *number > 0),
        season: episode.season.filter(|season| *season > 0),
        kind: episode.kind.clone().filter(|kind| matches!(kind.as_str(), "full" | "trailer" | "bonus")),
        image: web(&episode.image),
        ..episode.clone()
    }
}

fn show(show: &Show) -> Show {
    let genre = |of: &Genre| {
        let under = of.under.iter().filter_map(|name| genres::under(&of.name, &line(name)?));
        Some(Genre { name: genres::named(&line(&of.name)?)?.to_owned(), under: under.map(str::to_owned).collect() })
    };
    Show {
        author: show.author.as_deref().and_then(short),
        subtitle: show.subtitle.as_deref().and_then(short),
        kind: show.kind.clone().filter(|kind| matches!(kind.as_str(), "episodic" | "serial")),
        image: web(&show.image),
        owner: show.owner.as_ref().and_then(person),
        categories: show.categories.iter().filter_map(genre).collect(),
        ..show.clone()
    }
}

/// One line, cut where it is longer than Apple's vocabulary takes.
fn short(raw: &str) -> Option<String> {
    let line = line(raw)?;
    match line.char_indices().nth(LINE) {
        None => Some(line),
        Some(_) => {
            let kept: String = line.chars().take(LINE - 1).collect();
            Some(format!("{}…", kept.trim_end()))
        }
    }
}

/// An address of the web.
fn web(url: &Option<Url>) -> Option<Url> {
    url.as_ref().filter(|url| matches!(url.scheme(), "http" | "https")).map(address)
}

fn tag(of: &Tag) -> Tag {
    Tag {
        name: of.name.clone(),
        attributes: of.attributes.iter().filter_map(|(name, value)| Some((name.clone(), line(value)?))).collect(),
        text: of.text.as_deref().and_then(line),
        children: of.children.iter().map(tag).collect(),
    }
}
