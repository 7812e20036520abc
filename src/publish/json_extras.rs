//! What is carried through, as JSON Feed's extensions: objects whose names begin with `_`.
//!
//! The specification has no vocabulary for any of this; names follow the XML ones.

use serde::Serialize;
use serde_json::{Map, Value, json};
use url::Url;

use crate::model::{About, Episode, Extras, Scheme, Show, Spot, SpotShape, Tag};

/// The extensions of an entry or of a feed.
#[derive(Debug, Default, Serialize)]
pub(super) struct Carried<'a> {
    /// Where it is discussed.
    #[serde(rename = "_comments", skip_serializing_if = "Option::is_none")]
    comments: Option<Comments<'a>>,
    /// Licenses and rights.
    #[serde(rename = "_rights", skip_serializing_if = "Option::is_none")]
    rights: Option<Rights<'a>>,
    /// What the schemes of its tags are, and what they call them.
    #[serde(rename = "_categories", skip_serializing_if = "<[Scheme]>::is_empty")]
    categories: &'a [Scheme],
    /// Places, as geometries of GeoJSON (RFC 7946).
    #[serde(rename = "_geo", skip_serializing_if = "Vec::is_empty")]
    geo: Vec<Value>,
    /// Apple's vocabulary, of an entry.
    #[serde(rename = "_itunes", skip_serializing_if = "Option::is_none")]
    episode: Option<&'a Episode>,
    /// Apple's vocabulary, of a feed.
    #[serde(rename = "_itunes", skip_serializing_if = "Option::is_none")]
    show: Option<&'a Show>,
    /// The Podcast namespace: lists of objects by the name of the element.
    #[serde(rename = "_podcast", skip_serializing_if = "Map::is_empty")]
    podcast: Map<String, Value>,
}

#[derive(Debug, Serialize)]
struct Comments<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed_url: Option<&'a Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Rights<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "<[Url]>::is_empty")]
    licenses: &'a [Url],
}

impl<'a> Carried<'a> {
    /// Those of an entry.
    pub fn of_entry(extras: &'a Extras) -> Self {
        let Extras { comments, comments_feed, comment_count, .. } = extras;
        let discussed = comments.is_some() || comments_feed.is_some() || comment_count.is_some();
        Self {
            comments: discussed.then_some(Comments {
                url: comments.as_ref(),
                feed_url: comments_feed.as_ref(),
                count: *comment_count,
            }),
            rights: rights(extras.rights.as_deref(), &extras.licenses),
            geo: extras.places.iter().map(geometry).collect(),
            episode: extras.episode.as_ref(),
            podcast: tags(&extras.podcast),
            categories: &extras.schemes,
            show: None,
        }
    }

    /// Those of a feed.
    pub fn of_feed(about: &'a About) -> Self {
        Self {
            rights: rights(about.rights.as_deref(), &about.licenses),
            show: about.show.as_deref(),
            podcast: tags(&about.podcast),
            ..Self::default()
        }
    }
}

fn rights<'a>(text: Option<&'a str>, licenses: &'a [Url]) -> Option<Rights<'a>> {
    (text.is_some() || !licenses.is_empty()).then_some(Rights { text, licenses })
}

/// GeoJSON puts the longitude first.
fn geometry(Spot { shape, at, name }: &Spot) -> Value {
    let points: Vec<[f64; 2]> = at.iter().map(|(latitude, longitude)| [*longitude, *latitude]).collect();
    let mut geometry = match (shape, &*points) {
        (SpotShape::Point, [point, ..]) => json!({"type": "Point", "coordinates": point}),
        (SpotShape::Box, [[west, south], [east, north], ..]) => json!({
            "type": "Polygon",
            "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
        }),
        (SpotShape::Polygon, _) => json!({"type": "Polygon", "coordinates": [points]}),
        _ => json!({"type": "LineString", "coordinates": points}),
    };
    if let (Some(name), Some(members)) = (name, geometry.as_object_mut()) {
        members.insert("name".to_owned(), Value::from(name.as_str()));
    }
    geometry
}

/// Elements as lists of objects by their names: attributes are members, the text is `value`.
fn tags(tags: &[Tag]) -> Map<String, Value> {
    let mut all = Map::new();
    for tag in tags {
        let mut object = Map::new();
        object.extend(tag.attributes.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))));
        object.extend(tag.text.iter().map(|text| ("value".to_owned(), Value::from(text.as_str()))));
        object.extend(self::tags(&tag.children));
        let list = all.entry(tag.name.clone()).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push(Value::Object(object));
        }
    }
    all
}
