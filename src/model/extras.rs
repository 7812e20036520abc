use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Person, Picture};

/// What a feed says of an entry beyond the fields that every format shares. Carried through to readers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Extras {
    /// The page where it is discussed (RSS `comments`, Atom `link rel="replies"`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comments: Option<Url>,
    /// The feed of its comments (`wfw:commentRss`, Atom `link rel="replies"` to a feed).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comments_feed: Option<Url>,
    /// How many comments it has (`slash:comments`, `thr:total`, `thr:count`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment_count: Option<u64>,
    /// Licenses it is under (`creativeCommons:license`, `cc:license`, Atom `link rel="license"`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub licenses: Vec<Url>,
    /// Who holds which rights, plain text (`dc:rights`, Atom `rights`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rights: Option<String>,
    /// Where on the earth it happened (GeoRSS, W3C Basic Geo).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Spot>,
    /// Who made its pictures and media, and how (`media:credit`): name and role.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub credits: Vec<Credit>,
    /// What a podcast says of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub episode: Option<Episode>,
    /// Elements of the Podcast namespace, as they came.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub podcast: Vec<Tag>,
    /// The schemes that its categories are of, where the feed names them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schemes: Vec<Scheme>,
}

/// Which scheme a category is of (RSS `domain`, Atom `scheme`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheme {
    /// The category, as it stands among the entry's.
    pub category: String,
    /// The scheme: mostly an address.
    pub scheme: String,
    /// What the scheme calls the category, where that is not its name (Atom `term` beside a `label`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<String>,
}

impl Extras {
    /// Whether there is nothing beyond the common fields.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Put aside, if there is anything.
    pub fn boxed(self) -> Option<Box<Self>> {
        (!self.is_empty()).then(|| Box::new(self))
    }
}

/// By its letters: coordinates have no hash of their own.
impl Hash for Extras {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if !self.is_empty() {
            format!("{self:?}").hash(state);
        }
    }
}

/// A place on the earth (GeoRSS simple, WGS 84).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spot {
    /// What its coordinates draw.
    pub shape: SpotShape,
    /// Latitude and longitude in degrees: one pair of a point, two of a box (south-west, north-east), at least
    /// two of a line, at least four of a polygon, whose last is its first.
    pub at: Vec<(f64, f64)>,
    /// What it is called (`georss:featurename`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What the coordinates of a place draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SpotShape {
    /// A point.
    Point,
    /// A line through points.
    Line,
    /// A rectangle along the meridians.
    Box,
    /// An area within a line.
    Polygon,
}

/// Somebody who had a hand in an entry's media.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// The name.
    pub name: String,
    /// `photographer`, `producer`; one word of the scheme of the European Broadcasting Union, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

/// What Apple's podcast vocabulary (`itunes:`) says of an entry, but for its playing time, which is its enclosure's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Episode {
    /// The title without number and show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// One line on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subtitle: Option<String>,
    /// Who speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// Its season's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub season: Option<u32>,
    /// `full`, `trailer` or `bonus`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Whether it is unfit for children.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explicit: Option<bool>,
    /// Whether it asks to be left out of directories.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub blocked: bool,
    /// Its square picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Url>,
}

/// What a source's feed says of itself, for those who republish it alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    /// Plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its logo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
    /// Its categories.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// Licenses it is under.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub licenses: Vec<Url>,
    /// Who holds which rights, plain text (RSS `copyright`, `dc:rights`, Atom `rights`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rights: Option<String>,
    /// What makes it a podcast.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show: Option<Box<Show>>,
    /// Elements of the Podcast namespace, as they came.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub podcast: Vec<Tag>,
}

impl About {
    /// Whether the feed says nothing of itself.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What Apple's podcast vocabulary (`itunes:`) says of a feed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Show {
    /// Who makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Whom to write to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Person>,
    /// Categories of the directory, each with those under it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Genre>,
    /// Its square picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Url>,
    /// `episodic` or `serial`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// One line on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subtitle: Option<String>,
    /// Whether it is unfit for children.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explicit: Option<bool>,
    /// Whether it asks to be left out of directories.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub blocked: bool,
    /// Whether it has ended.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub complete: bool,
}

/// A category of a directory of podcasts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Genre {
    /// Its name.
    pub name: String,
    /// Those under it that are meant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub under: Vec<String>,
}

/// An element of another vocabulary, carried through as it came: bounded in size and depth, its addresses absolute.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tag {
    /// The name without its prefix.
    pub name: String,
    /// Attributes of no namespace, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<(String, String)>,
    /// Its text, where it has no elements.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Elements in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Tag>,
}
