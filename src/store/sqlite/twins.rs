//! Drafts of one run that share a key are one.

use foldhash::{HashMap, HashMapExt};

use crate::model::{Draft, is_sure};

/// Folds twins together, each into the first of them on the page; the order stays.
pub(super) fn fold(drafts: Vec<Draft>) -> Vec<Draft> {
    let mut first_of: Vec<usize> = (0..drafts.len()).collect();
    let mut holder: HashMap<&str, usize> = HashMap::with_capacity(2 * drafts.len());
    for (place, draft) in drafts.iter().enumerate() {
        // What only hints binds drafts that have nothing surer: two addresses at once are two things.
        let has_sure = draft.keys.iter().any(|key| is_sure(key));
        for key in draft.keys.iter().filter(|key| !has_sure || is_sure(key)) {
            let other = *holder.entry(key).or_insert(place);
            join(&mut first_of, place, other);
        }
    }
    let mut folded: Vec<Draft> = Vec::with_capacity(drafts.len());
    // Of each group, by its first, where it stands among the folded.
    let mut at = vec![usize::MAX; drafts.len()];
    for (place, draft) in drafts.into_iter().enumerate() {
        let first = root(&mut first_of, place);
        match at.get(first).and_then(|&at| folded.get_mut(at)) {
            Some(twin) => merge(twin, draft),
            None => {
                at.get_mut(first).into_iter().for_each(|at| *at = folded.len());
                folded.push(draft);
            }
        }
    }
    folded
}

/// The first of a draft's group; shortens the way for who asks next.
fn root(first_of: &mut [usize], mut place: usize) -> usize {
    while let Some(&up) = first_of.get(place)
        && up != place
    {
        let further = first_of.get(up).copied().unwrap_or(up);
        if let Some(way) = first_of.get_mut(place) {
            *way = further;
        }
        place = up;
    }
    place
}

fn join(first_of: &mut [usize], one: usize, other: usize) {
    let (one, other) = (root(first_of, one), root(first_of, other));
    if let Some(way) = first_of.get_mut(one.max(other)) {
        *way = one.min(other);
    }
}

/// The one that knows more speaks; the other fills in what it lacks.
fn merge(first: &mut Draft, mut other: Draft) {
    if depth(&other) > depth(first) {
        std::mem::swap(first, &mut other);
        // Yet it is named as the first on the page is, and has its keys first.
        std::mem::swap(&mut first.id, &mut other.id);
        std::mem::swap(&mut first.keys, &mut other.keys);
    }
    for key in other.keys {
        if !first.keys.contains(&key) {
            first.keys.push(key);
        }
    }
    first.attempted |= other.attempted;
    first.likeness = first.likeness.or(other.likeness);
    first.url = first.url.take().or(other.url);
    first.published = first.published.or(other.published);
    first.updated = first.updated.or(other.updated);
    first.summary = first.summary.take().or(other.summary);
    first.language = first.language.take().or(other.language);
    first.picture = first.picture.take().or(other.picture);
    fill(&mut first.authors, other.authors);
    fill(&mut first.categories, other.categories);
    fill(&mut first.enclosures, other.enclosures);
}

fn fill<T>(list: &mut Vec<T>, other: Vec<T>) {
    if list.is_empty() {
        *list = other;
    }
}

/// How much a draft knows: 0 a teaser, 1 some content, 2 the full text.
pub(super) fn depth(draft: &Draft) -> i64 {
    match (&draft.content, draft.full_text) {
        (None, _) => 0,
        (Some(_), false) => 1,
        (Some(_), true) => 2,
    }
}
