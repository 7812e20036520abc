//! The page's links as the things they lead to: one for each address, with its best headline.

use foldhash::HashMap;
use url::{Position, Url};

use super::address::{Look, Viewpoint};
use super::hints::Hints;
use super::outline::Outline;
use super::titles::{self, Headline, Witness};
use crate::model::text_weight;

/// Most links looked at; a page with more is no list for people.
pub(super) const MOST_LINKS: usize = 10_000;

/// One address that the page links to.
#[derive(Debug)]
pub(super) struct Target {
    /// Where it leads, fragment off.
    pub(super) url: Url,
    /// What the address looks like.
    pub(super) look: Look,
    /// Rows of its links, in page order.
    pub(super) links: Vec<usize>,
    /// The row of the link with the best headline.
    pub(super) best: usize,
    /// That headline.
    pub(super) headline: Headline,
    /// Its words in lower case, by which headlines are compared.
    pub(super) spelt: String,
}

/// Gathers the links that could lead to an article.
pub(super) fn gather(outline: &Outline, page: &Url, base: &Url) -> Vec<Target> {
    let viewpoint = Viewpoint::new(page);
    let mut targets: Vec<Target> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::default();
    for &link in outline.links.iter().take(MOST_LINKS) {
        let Some(url) = resolve(outline, link, base) else { continue };
        if viewpoint.is_here_or_root(&url) {
            continue;
        }
        let headline = titles::of_link(outline, link);
        let key = key(&url);
        if let Some(target) = known.get(&key).and_then(|at| targets.get_mut(*at)) {
            target.links.push(link);
            if worth(outline, link, &headline) > worth(outline, target.best, &target.headline) {
                target.best = link;
                target.headline = headline;
            }
            continue;
        }
        known.insert(key, targets.len());
        let look = viewpoint.look(&url);
        if look.media {
            continue;
        }
        targets.push(Target { url, look, links: vec![link], best: link, headline, spelt: String::new() });
    }
    unname(&mut targets);
    targets
}

/// Short words that name several targets alike are a button's ("Transcript", "View opinion"), in any language.
fn unname(targets: &mut [Target]) {
    for target in targets.iter_mut() {
        target.spelt = target.headline.text.to_lowercase();
    }
    let mut counts: HashMap<&str, usize> = HashMap::default();
    for target in targets.iter() {
        *counts.entry(&target.spelt).or_default() += 1;
    }
    let is_button = |target: &Target| {
        counts.get(&*target.spelt).is_some_and(|many| *many >= 3)
            && text_weight(&target.headline.text) < 40
            && target.headline.witness < Witness::Heading
    };
    let buttons: Vec<bool> = targets.iter().map(is_button).collect();
    for (target, is_button) in targets.iter_mut().zip(buttons) {
        if is_button {
            target.headline.witness = Witness::Nothing;
        }
    }
}

/// The address of a link, if it leads to a document.
fn resolve(outline: &Outline, link: usize, base: &Url) -> Option<Url> {
    let href = outline.attribute(link, "href")?;
    if href.starts_with('#') {
        return None;
    }
    let mut url = base.join(href).ok()?;
    url.set_fragment(None);
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// What makes two written addresses one: scheme and a closing slash do not matter.
fn key(url: &Url) -> String {
    let text = &url[Position::BeforeUsername..];
    text.strip_prefix("www.").unwrap_or(text).trim_end_matches('/').to_owned()
}

/// How good a link is as the one that names its target.
fn worth(outline: &Outline, link: usize, headline: &Headline) -> (bool, bool, Witness, usize) {
    let region = outline.region(link);
    let weight = text_weight(&headline.text);
    (
        headline.witness > Witness::Nothing,
        !region.any(Hints::CHROME.and(Hints::ASIDE).and(Hints::RELATED)),
        if weight < 8 { headline.witness.min(Witness::Attribute) } else { headline.witness },
        weight.min(60),
    )
}
