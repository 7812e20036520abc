//! What a source's feed says of itself, as its readers may be told.

use super::html_to_text;
use crate::model::{About, Genre, Listing, ListingMethod, fold_space};

/// Most categories of a feed that are kept.
const CATEGORIES: usize = 30;
/// Longest description, in characters.
const DESCRIPTION: usize = 1000;

/// What a feed says of itself. A page that is none says nothing: its picture and description are the site's, and
/// change with the story of the hour.
pub fn about(listing: &Listing) -> About {
    if !matches!(listing.method, ListingMethod::Feed(_)) {
        return About::default();
    }
    let genres = || listing.about.show.iter().flat_map(|show| &show.categories);
    // The categories of a directory of podcasts are the show's, and go out as such.
    let of_show = |category: &String| {
        let combined = |g: &Genre, under: &String| *category == format!("{}/{under}", g.name);
        genres().any(|g| g.name == *category || g.under.iter().any(|u| u == category || combined(g, u)))
    };
    let categories = listing.categories.iter().filter(|c| c.len() <= 200 && !of_show(c));
    let description = listing.description.as_deref().map(|html| fold_space(&html_to_text(html)));
    About {
        description: description.map(|d| super::excerpt::excerpt(&d, DESCRIPTION)).filter(|d| !d.is_empty()),
        picture: listing.picture.clone().filter(|picture| matches!(picture.url.scheme(), "http" | "https")),
        categories: categories.take(CATEGORIES).cloned().collect(),
        ..listing.about.clone()
    }
}
