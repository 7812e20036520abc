//! What is carried through from a source's feed, freed of what no format can carry.

use super::{line, person, picture};
use crate::model::{About, Credit, Episode, Extras, Genre, Show, Spot, Tag};

/// The extras of an entry, ready to be written.
pub(super) fn extras(extras: &Extras) -> Extras {
    let credit =
        |credit: &Credit| Some(Credit { name: line(&credit.name)?, role: credit.role.as_deref().and_then(line) });
    let spot = |spot: &Spot| Spot { name: spot.name.as_deref().and_then(line), ..spot.clone() };
    Extras {
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
        categories: super::once(about.categories.iter().filter_map(|c| line(c))),
        rights: about.rights.as_deref().and_then(line),
        show: about.show.as_ref().map(show),
        podcast: about.podcast.iter().map(tag).collect(),
        ..about.clone()
    }
}

fn episode(episode: &Episode) -> Episode {
    let Episode { title, subtitle, author, .. } = episode;
    Episode {
        title: title.as_deref().and_then(line),
        subtitle: subtitle.as_deref().and_then(line),
        author: author.as_deref().and_then(line),
        ..episode.clone()
    }
}

fn show(show: &Show) -> Show {
    let genre = |genre: &Genre| {
        Some(Genre { name: line(&genre.name)?, under: genre.under.iter().filter_map(|name| line(name)).collect() })
    };
    Show {
        author: show.author.as_deref().and_then(line),
        subtitle: show.subtitle.as_deref().and_then(line),
        owner: show.owner.as_ref().and_then(person),
        categories: show.categories.iter().filter_map(genre).collect(),
        ..show.clone()
    }
}

fn tag(of: &Tag) -> Tag {
    Tag {
        name: of.name.clone(),
        attributes: of.attributes.iter().filter_map(|(name, value)| Some((name.clone(), line(value)?))).collect(),
        text: of.text.as_deref().and_then(line),
        children: of.children.iter().map(tag).collect(),
    }
}
