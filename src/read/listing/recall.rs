//! A list known again by what it has shown: the known links of a page, and what stands as they do.
//!
//! Where rules and guesses may fail after a redesign, the known entries say where the list is, whatever its markup.

use super::cards::{self, Card};
use super::groups;
use super::guess;
use super::head::Head;
use super::islands;
use super::landmarks::{Landmark, Landmarks, address_hash};
use super::outline::Outline;
use super::targets::{self, Target};
use super::{paging, teasers, titles};
use crate::dates::Context;
use crate::html::parse_html;
use crate::model::{Links, Listing, ListingMethod, Page, Teaser, letters};
use foldhash::{HashMap, HashSet};

/// Fewer known entries on a page prove nothing.
const LEAST: usize = 3;

/// A list that was known again.
#[derive(Debug, Clone, PartialEq)]
pub struct Recalled {
    /// What it lists.
    pub listing: Listing,
    /// How many known entries the page holds; all of them are listed.
    pub known: usize,
    /// How much of this the other reading of the page shows, and whether it names them as they are known.
    pub others: Agreement,
}

/// How another reading of the page compares.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Known entries that it lists.
    pub known: usize,
    /// Of these, under a headline that is not the known one though the page still shows that.
    pub misnamed: usize,
    /// Teasers that neither are known nor stand where known ones do.
    pub strange: usize,
}

impl Recalled {
    /// Whether the other reading does as well.
    pub fn is_matched(&self) -> bool {
        self.others.known * 20 >= self.known * 19 && self.others.misnamed * 50 <= self.known && self.others.strange == 0
    }
}

/// Knows the list of a page again by what it has shown, beside another reading of it; `None` where too little of that
/// is there. `before`: where the page led when it was healthy; what it led to and did not list is no news now. Never fails.
pub fn recall(page: &Page, known: &[Landmark], before: &Links, other: &Listing) -> Option<Recalled> {
    let landmarks = Landmarks::of(known);
    let text = islands::unfold(&page.text);
    let tree = parse_html(&text);
    let outline = Outline::of(&tree.html);
    let head = Head::of(&outline, page, None);
    let base = head.base.clone().unwrap_or_else(|| page.url.clone());
    let context = Context::on(page, head.language.as_deref());
    let found = targets::gather(&outline, &page.url, &base);
    let which = landmarks.which_of(found.iter().map(|target| (Some(&target.url), target.headline.text.as_str())));
    let located: HashSet<usize> = which.iter().flatten().copied().collect();
    if located.len() < LEAST {
        return None;
    }
    let taken = beside(&outline, &found, &which, before, &context);
    let chosen: Vec<(&Target, Option<usize>)> = {
        let mut places: Vec<usize> = (0..found.len()).filter(|at| taken.contains(at)).collect();
        places.sort_by_key(|at| found.get(*at).map(|target| target.best));
        places.into_iter().filter_map(|at| Some((found.get(at)?, which.get(at).copied().flatten()))).collect()
    };
    let things: Vec<&Target> = chosen.iter().map(|(target, _)| *target).collect();
    let mut read = teasers::read(&outline, &things, &base, &context);
    let shown = letters(&outline.text);
    rename(&outline, &chosen, &mut read, &landmarks, &shown);
    // Known ones that are no links of their own are taken as they were read.
    let lacking = other.teasers.iter().filter(|t| {
        let which = landmarks.which(t.link.as_ref(), t.headline.as_deref().unwrap_or_default());
        which.is_some_and(|nr| !located.contains(&nr))
    });
    read.extend(lacking.cloned());
    let listed: HashSet<&str> = read.iter().filter_map(|t| t.link.as_ref()).map(|url| url.as_str()).collect();
    let others = agreement(other, &landmarks, &shown, &listed);
    let mut listing = Listing { method: ListingMethod::Guess, confidence: 1.0, teasers: read, ..Listing::default() };
    head.tell(&outline, page, &base, &mut listing);
    listing.next = paging::next(&outline, &head, &page.url, &base);
    Some(Recalled { listing, known: located.len(), others })
}

/// The targets that are known, and those that stand as they do: in a group of which many are known, at addresses of a
/// form that known ones have; or where the list would be found without any knowledge, at such addresses.
fn beside(
    outline: &Outline,
    found: &[Target],
    which: &[Option<usize>],
    before: &Links,
    context: &Context,
) -> HashSet<usize> {
    let is_known = |at: usize| which.get(at).is_some_and(Option::is_some);
    let mut taken: HashSet<usize> = (0..found.len()).filter(|at| is_known(*at)).collect();
    let shapes: HashSet<u64> = taken.iter().filter_map(|at| found.get(*at)).map(|target| target.look.shape).collect();
    let fits = |at: &usize| {
        found.get(*at).is_some_and(|target| {
            let look = &target.look;
            shapes.contains(&look.shape)
                && !look.taxonomy
                && !look.service
                && !look.pager
                && !before.holds(address_hash(&target.url))
        })
    };
    for group in groups::gather(outline, found) {
        let known = group.members.iter().filter(|at| is_known(**at)).count();
        if known >= 2 && known * 4 >= group.members.len() {
            taken.extend(group.members.into_iter().filter(fits));
        }
    }
    let guessed = guess::choose(&guess::candidates(outline, found, context), found);
    let is_named = |at: &usize| found.get(*at).is_some_and(|target| !titles::is_weak(&target.headline));
    taken.extend(guessed.into_iter().filter(fits).filter(is_named));
    taken
}

/// Gives known entries the headline that they are known by, where the page still shows it; and new ones the words that
/// stand where those do.
fn rename(
    outline: &Outline,
    chosen: &[(&Target, Option<usize>)],
    read: &mut [Teaser],
    landmarks: &Landmarks,
    shown: &str,
) {
    let things: Vec<(usize, &[usize])> = chosen.iter().map(|(t, _)| (t.best, t.links.as_slice())).collect();
    let cards = cards::deal(outline, &things);
    let mut places: HashMap<(&str, &str), usize> = HashMap::default();
    let mut wrong = 0;
    for (((_, which), teaser), card) in chosen.iter().zip(read.iter_mut()).zip(&cards) {
        let Some(title) = which.and_then(|nr| landmarks.title(nr)) else { continue };
        let (is, was) = (letters(teaser.headline.as_deref().unwrap_or_default()), letters(title));
        if is == was || was.is_empty() || !shown.contains(&was) {
            continue;
        }
        wrong += 1;
        teaser.headline = Some(title.to_owned());
        // The innermost element with just these words.
        if let Some(row) = card.rows.clone().take(300).rfind(|row| letters(outline.text(*row)) == was) {
            *places.entry(place(outline, row)).or_default() += 1;
        }
    }
    let Some((usual, _)) = places.into_iter().max_by_key(|(place, n)| (*n, *place)).filter(|(_, n)| n * 2 >= wrong)
    else {
        return;
    };
    for (((_, which), teaser), card) in
        chosen.iter().zip(read.iter_mut()).zip(&cards).filter(|(((_, w), _), _)| w.is_none())
    {
        debug_assert!(which.is_none());
        if let Some(words) = words_at(outline, card, usual) {
            teaser.headline = Some(words);
        }
    }
}

/// The manner of an element: its tag and classes.
fn place<'t>(outline: &Outline<'t>, row: usize) -> (&'t str, &'t str) {
    (outline.tag(row), outline.attribute(row, "class").unwrap_or_default())
}

/// What a card's element of this manner says.
fn words_at(outline: &Outline, card: &Card, usual: (&str, &str)) -> Option<String> {
    let row = card.rows.clone().take(300).find(|row| place(outline, *row) == usual)?;
    Some(outline.line(row)).filter(|words| titles::names_something(words))
}

/// What another reading lists of what is known, and what besides.
fn agreement(other: &Listing, landmarks: &Landmarks, shown: &str, listed: &HashSet<&str>) -> Agreement {
    let mut agreement = Agreement::default();
    let mut seen = HashSet::default();
    let said = || other.teasers.iter().map(|t| (t.link.as_ref(), t.headline.as_deref().unwrap_or_default()));
    let which = landmarks.which_of(said());
    for ((teaser, (_, headline)), which) in other.teasers.iter().zip(said()).zip(which) {
        match which {
            Some(nr) => {
                seen.insert(nr);
                let was = landmarks.title(nr).map(letters).unwrap_or_default();
                agreement.misnamed += usize::from(letters(headline) != was && shown.contains(&was));
            }
            None => {
                let is_listed = teaser.link.as_ref().is_some_and(|url| listed.contains(url.as_str()));
                agreement.strange += usize::from(!is_listed);
            }
        }
    }
    agreement.known = seen.len();
    agreement
}

#[cfg(test)]
mod tests {
    use super::super::{links, page};
    use super::*;
    use crate::model::Kind;
    use crate::read::{CompiledRules, read_listing};
    use url::Url;

    fn known() -> Vec<Landmark> {
        let at = |n: usize| Url::parse(&format!("https://lantern.example/news/{n}.html")).ok();
        (0..8).map(|n| Landmark { url: at(n), title: title(n) }).collect()
    }

    fn title(n: usize) -> String {
        let what = ["tram bridge", "orchard fund", "city library", "ferry crew", "owl census"][n % 5];
        format!("What the {what} will do in year {n} of the plan")
    }

    fn front(rows: &str) -> Page {
        let menu: String =
            (0..9).map(|n| format!("<li><a href='/s/{n}'>Section number {n} of this paper</a></li>")).collect();
        page("https://lantern.example/", &format!("<ul>{menu}</ul><main>{rows}</main>"))
    }

    fn rows(row: impl Fn(usize) -> String) -> String {
        (0..10).rev().map(row).collect()
    }

    #[test]
    fn a_list_is_known_again_in_any_markup_with_its_news_and_nothing_else() {
        for row in [
            |n: usize| format!("<div class=q><a href='/news/{n}.html'>{}</a></div>", title(n)),
            |n: usize| {
                format!(
                    "<p><a href='/news/{n}.html'><b>Town</b> <i>{}</i></a> <a href='/by/{n}'>Ida Marsh, reporter</a></p>",
                    title(n)
                )
            },
            |n: usize| format!("<table><tr><td>{n} May<td><a href='/news/{n}.html'>more</a><td>{}</table>", title(n)),
        ] {
            let page = front(&rows(row));
            let other = read_listing(&page, Kind::Listing, &CompiledRules::default()).value;
            let recalled = recall(&page, &known(), &links(&front("")), &other).unwrap();
            let titles: Vec<String> = recalled.listing.teasers.iter().filter_map(|t| t.headline.clone()).collect();
            assert_eq!(titles, (0..10).rev().map(title).collect::<Vec<_>>());
            assert_eq!(recalled.known, 8);
        }
    }

    #[test]
    fn what_is_not_there_is_not_recalled() {
        let page = front(&rows(|n| format!("<p><a href='/shop/{n}'>Offer {n} of the week, only here</a></p>")));
        assert_eq!(recall(&page, &known(), &Links::default(), &Listing::default()), None);
        assert_eq!(recall(&page, &[], &Links::default(), &Listing::default()), None);
    }
}
