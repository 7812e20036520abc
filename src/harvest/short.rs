//! The short way to a list: of a page that was read before, only what is new is read.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::ask::Listed;
use super::reader::{at_once, on_reader, read};
use super::sketch::{around_print, is_fresh};
use super::{Parts, Watched};
use crate::dates::{Order, order_of};
use crate::model::{Guide, Kind, Listing, Page, Read, Render};
use crate::normalize::Surroundings;
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

/// Whether a source's page may be read so. A browser's page has other marks each time; rules look for themselves; what
/// filters change by the day is looked at each time.
fn may_be(watched: &Watched) -> bool {
    let source = &watched.source;
    matches!(source.kind, Kind::Auto | Kind::Listing)
        && source.render == Render::Http
        && source.filters.is_empty()
        && !source.rules.listing.find_teasers()
        && source.rules.listing.pages.unwrap_or(1) <= 1
}

/// The guide that was kept of a source, where it still tells how the source is read.
fn kept<'s>(watched: &Watched, state: &'s SourceState) -> Option<&'s str> {
    state.profile.as_ref()?.guide.as_deref().filter(|_| state.reading == Some(watched.reading))
}

/// Whether going through a page takes no longer than to hand it to another thread.
pub(super) fn is_small(page: &Page) -> bool {
    page.text.len() <= SMALL
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
    let bare = Listing { title: guide.title.clone(), language: guide.language.clone(), ..Listing::default() };
    let order = guide.day_first.map(|first| if first { Order::DayFirst } else { Order::MonthFirst });
    let around = Surroundings::remembered(&bare, guide.spoken.clone(), order);
    if !is_fresh(&held, around_print(watched, &around), now) {
        return None;
    }
    let settled: HashSet<u64> = held.teasers.iter().map(|sight| sight.print).collect();
    let followed = if is_small(page) {
        at_once(|| Read::clean(follow(page, &guide, |says| settled.contains(&says))))
    } else {
        let read = Arc::clone(page);
        on_reader(parts, move || Read::clean(follow(&read, &guide, |says| settled.contains(&says)))).await
    };
    let Followed { listing, known, guide } = followed.value?;
    let dates = listing.teasers.iter().filter_map(|teaser| teaser.published.as_ref());
    if order_of(dates.map(|written| written.text.as_str())).is_some_and(|proved| Some(proved) != order) {
        return None;
    }
    let mut listed = Listed::of(page, Read::clean(listing), body_hash, None);
    listed.guide = Some(Box::new(Guide { missed: 0, ..guide }));
    listed.short = Some(Short { known, held, around });
    Some(listed)
}

/// Reads a list in full, and writes a guide for the next time, where the page is one that a guide may serve.
pub(super) async fn noting(
    watched: &Watched,
    page: &Arc<Page>,
    state: &SourceState,
    parts: &Parts,
    extent: Extent,
) -> Read<Noted> {
    let source = &watched.source;
    let before = kept(watched, state).and_then(Guide::unpacked);
    let missed = before.as_ref().map_or(0, |guide| guide.missed.saturating_add(1));
    let plainly =
        |Read { value: listing, problems }, guide| Read { value: Noted { listing, guide, brief: false }, problems };
    if !may_be(watched) {
        return plainly(read(watched, page, source.kind, parts).await, None);
    }
    if missed > PATIENCE && !missed.is_multiple_of(NOW_AND_THEN) {
        let guide = before.map(|guide| Guide { missed, ..guide });
        return plainly(read(watched, page, source.kind, parts).await, guide);
    }
    let (own, rules, kind) = (Arc::clone(page), watched.rules.clone(), source.kind);
    let mut read = on_reader(parts, move || note_listing(&own, kind, &rules, extent)).await;
    let listing = &read.value.listing;
    read.value.guide = read.value.guide.and_then(|guide| {
        let around = Surroundings::of(listing);
        (!around.share_titles()).then(|| {
            let day_first = around.order.map(|order| order == Order::DayFirst);
            Guide { spoken: around.language, day_first, missed, ..guide }
        })
    });
    read
}
