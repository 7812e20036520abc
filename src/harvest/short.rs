//! The short way to a list: of a page that was read before, only what is new is read.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::ask::Listed;
use super::reader::{at_once, on_reader, read};
use super::sketch::{around_print, is_fresh};
use super::{Parts, Watched};
use crate::dates::{Order, order_of};
use crate::model::{Guide, Kind, Links, Listing, Page, Read, Render, Way};
use crate::normalize::{self, Surroundings};
use crate::read::{Extent, Followed, Noted, follow, note_listing};
use crate::store::{Seen, SourceState};

/// After so many pages in a row of which a guide did not serve, one is written only now and then.
const PATIENCE: u32 = 3;
/// How seldom.
const NOW_AND_THEN: u32 = 16;
/// A page of no more bytes is gone through where it is at hand: that takes a fraction of a millisecond.
const SMALL: usize = 256 * 1024;

/// What stands in for the teasers of a list that were not read.
#[derive(Debug)]
pub(super) struct Short {
    /// Of each teaser that was not read the fingerprint of what it says.
    pub(super) known: Vec<Option<u64>>,
    /// What is remembered of the list; all that are known are among it.
    pub(super) held: Seen,
    /// What stands around the teasers.
    pub(super) around: Surroundings,
}

/// A list that was read in full.
#[derive(Debug, Default)]
pub(super) struct Reread {
    pub(super) listing: Listing,
    /// How to read it the next time.
    pub(super) guide: Option<Box<Guide>>,
    /// Whether nothing was read but where it leads.
    pub(super) brief: bool,
}

/// Whether a source's page may be read so. A browser's page has other marks each time; what
/// filters change by the day is looked at each time.
fn may_be(watched: &Watched) -> bool {
    let source = &watched.source;
    matches!(source.kind, Kind::Auto | Kind::Listing | Kind::Feed)
        && source.render == Render::Http
        && source.filters.is_empty()
        && source.rules.listing.pages.unwrap_or(1) <= 1
}

/// The guide that was kept of a source, where it still tells how the source is read.
fn kept<'s>(watched: &Watched, state: &'s SourceState) -> Option<&'s str> {
    state.profile.as_ref()?.guide.as_deref().filter(|_| state.reading == Some(watched.reading))
}

/// The list of a page of which only rows have come or gone since it was last read; nothing where it must be read in
/// full.
pub(super) async fn listing(
    watched: &Watched,
    page: &Arc<Page>,
    body_hash: u64,
    state: &SourceState,
    parts: &Parts,
    now: DateTime<Utc>,
) -> Option<Listed> {
    let guide = Guide::unpacked(may_be(watched).then_some(kept(watched, state)).flatten()?)?;
    // A store that fails here fails again where the run is stored, and is told there.
    let held = parts.store.seen(&watched.source.id).await.ok()??;
    let settled: HashSet<u64> = held.teasers.iter().map(|sight| sight.print).collect();
    let guide = Arc::new(guide);
    let (read, by, rules) = (Arc::clone(page), Arc::clone(&guide), watched.rules.clone());
    let work = move || Read::clean(follow(&read, &by.way, &rules, |says| settled.contains(&says)));
    let followed = if page.text.len() <= SMALL { at_once(work) } else { on_reader(parts, work).await };
    let Followed { listing, known, way } = followed.value?;
    let names = with_new(&guide, &way, &listing)?;
    let order = guide.day_first.map(|first| if first { Order::DayFirst } else { Order::MonthFirst });
    let dates = listing.teasers.iter().flat_map(|teaser| teaser.published.iter().chain(&teaser.updated));
    if order_of(dates.map(|written| written.text.as_str())).is_some_and(|proved| Some(proved) != order) {
        return None;
    }
    let around = Surroundings::remembered(&listing, guide.spoken.clone(), order);
    if !is_fresh(&held, around_print(watched, &around), now) {
        return None;
    }
    let mut listed = Listed::of(page, Read::clean(listing), body_hash, None);
    listed.guide =
        Some(Box::new(Guide { way, names, missed: 0, spoken: guide.spoken.clone(), day_first: guide.day_first }));
    listed.short = Some(Short { known, held, around });
    Some(listed)
}

/// The names of a list's entries with those of the new ones; nothing where one of these bears a name that is taken.
fn with_new(before: &Guide, now: &Way, listing: &Listing) -> Option<Links> {
    let known: HashSet<u64> = before.way.raws().into_iter().collect();
    let new = listing.teasers.iter().zip(now.raws()).filter(|(_, raw)| !known.contains(raw));
    let new: Vec<u32> = normalize::names(new.map(|(teaser, _)| teaser)).collect();
    let mut seen = HashSet::new();
    let free = new.iter().all(|name| !before.names.holds(*name) && seen.insert(*name));
    free.then(|| before.names.with(new.into_iter()))
}

/// Reads a list in full, and notes where it stands, where that may serve the next time.
pub(super) async fn noting(
    watched: &Watched,
    page: &Arc<Page>,
    kind: Kind,
    state: &SourceState,
    parts: &Parts,
    extent: Extent,
) -> Read<Reread> {
    let before = kept(watched, state).and_then(Guide::unpacked);
    let missed = before.as_ref().map_or(0, |guide| guide.missed.saturating_add(1));
    if missed > PATIENCE && !missed.is_multiple_of(NOW_AND_THEN) {
        let Read { value: listing, problems } = read(watched, page, kind, parts).await;
        let guide = before.map(|guide| Box::new(Guide { missed, ..guide }));
        return Read { value: Reread { listing, guide, brief: false }, problems };
    }
    noted(watched, page, kind, parts, extent, missed).await
}

/// Reads a list in full, of which a guide did not serve so often, and notes where it stands.
pub(super) async fn noted(
    watched: &Watched,
    page: &Arc<Page>,
    kind: Kind,
    parts: &Parts,
    extent: Extent,
    missed: u32,
) -> Read<Reread> {
    let (own, rules) = (Arc::clone(page), watched.rules.clone());
    let extent = if may_be(watched) { extent } else { Extent::Whole };
    let Read { value, problems } = on_reader(parts, move || note_listing(&own, kind, &rules, extent)).await;
    let Noted { listing, way, brief } = value;
    let guide = way.map(|way| Box::new(Guide { missed, ..way.into() }));
    Read { value: Reread { listing, guide, brief }, problems }
}

/// A guide with what all teasers of its list show together; nothing where that cannot be told without all of them.
pub(super) fn completed(mut guide: Guide, around: &Surroundings) -> Option<Guide> {
    guide.names = Links::of(around.names.iter().copied());
    guide.spoken.clone_from(&around.language);
    guide.day_first = around.order.map(|order| order == Order::DayFirst);
    (!around.share_titles() && around.guids_are_unique && !guide.names.is_full()).then_some(guide)
}
