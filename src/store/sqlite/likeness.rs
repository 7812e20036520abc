//! Whether a draft without a sure key is a stored entry all the same. Precision first: two stories that were taken
//! for one are lost to readers, one that was taken for two is only shown twice.

use chrono::Duration;
use rusqlite::{Connection, params};

use super::ledger::{self, Stored};
use crate::model::{Draft, resemblance};

/// Dates of one publication may differ by so much: zones, and days without an hour.
const SAME_DAY: Duration = Duration::hours(36);
/// Full texts that differ in more bits are different texts; unrelated ones differ in 32 of 64.
const FAR: u32 = 22;
/// Full texts that differ in no more bits are one text, edited.
const NEAR: u32 = 3;
/// Headlines that share so many of their letter pairs may be one, edited.
const AKIN: f64 = 0.3;
/// Entries of the days of a run that its texts are compared with.
const COMPARED: i64 = 300;

/// Whether nothing speaks against a draft being the entry that a hint found: a date days apart, another full text;
/// a number in the address needs a word in its favour.
pub(super) fn agrees(hint: &str, stored: &Stored, draft: &Draft) -> bool {
    let distance = distance(stored, draft);
    if distance.is_some_and(|bits| bits > FAR) {
        return false;
    }
    // An address's words are a headline's without its numbers: reports of one day differ by these alone.
    if hint.starts_with("slug:") && !stored.title.is_empty() && !numbers(&stored.title).eq(numbers(&draft.title)) {
        return false;
    }
    // What is announced is published when it is first seen: that its hint names the day announced must do.
    match draft.published.filter(|_| !draft.ahead || hint.starts_with("num:")) {
        Some(at) => (at.timestamp_millis() - stored.published).abs() <= SAME_DAY.num_milliseconds(),
        None if hint.starts_with("num:") => {
            akin(&stored.title, &draft.title) || distance.is_some_and(|bits| bits <= NEAR)
        }
        None => true,
    }
}

/// Whether a feed's own id names something else this time: address, headline and day are all others, and no text says
/// otherwise; where there is no day, the texts must say so.
pub(super) fn contradicts(stored: &Stored, draft: &Draft) -> bool {
    let distance = distance(stored, draft);
    let apart = match draft.published {
        Some(at) => (at.timestamp_millis() - stored.published).abs() > SAME_DAY.num_milliseconds(),
        None => distance.is_some(),
    };
    apart
        && draft.url.is_some()
        && stored.url.is_some()
        && draft.url.as_ref().map(url::Url::as_str) != stored.url.as_deref()
        && !akin(&stored.title, &draft.title)
        && distance.is_none_or(|bits| bits > FAR)
}

/// The texts of a source around the days of one run, read once for all its drafts.
pub(super) struct Texts {
    /// Row number, date, SimHash; newest first.
    rows: Vec<(i64, i64, u64)>,
}

impl Texts {
    /// Those that the drafts may be.
    pub(super) fn around<'d>(
        db: &Connection,
        source: i64,
        drafts: impl Iterator<Item = &'d Draft>,
        now: i64,
    ) -> rusqlite::Result<Self> {
        let days: Vec<i64> = drafts.filter(|d| d.likeness.is_some()).map(|d| instant_of(d, now)).collect();
        let (Some(first), Some(last)) = (days.iter().min(), days.iter().max()) else {
            return Ok(Self { rows: Vec::new() });
        };
        let near = SAME_DAY.num_milliseconds();
        let rows = db
            .prepare_cached(
                "select nr, published, likeness from entries where source = ?1 and published between ?2 and ?3
                 and tombstone is null order by published desc limit ?4",
            )?
            .query_map(params![source, first - near, last + near, COMPARED], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get::<_, Option<i64>>(2)?))
            })?
            .filter_map(|row| row.map(|(nr, at, print)| Some((nr, at, print?.cast_unsigned()))).transpose())
            .collect::<rusqlite::Result<_>>()?;
        Ok(Self { rows })
    }

    /// The entry of the draft's day that has its text under an edited headline and another address.
    pub(super) fn find(
        &self,
        db: &Connection,
        draft: &Draft,
        now: i64,
        besides: impl Fn(i64) -> bool,
    ) -> rusqlite::Result<Option<Stored>> {
        let Some(likeness) = draft.likeness else { return Ok(None) };
        let day = instant_of(draft, now);
        let mut near: Vec<(u32, i64)> = self
            .rows
            .iter()
            .filter(|(_, at, _)| (at - day).abs() <= SAME_DAY.num_milliseconds())
            .map(|(nr, _, print)| ((print ^ likeness).count_ones(), *nr))
            .filter(|(bits, nr)| *bits <= NEAR && !besides(*nr))
            .collect();
        near.sort_unstable();
        for (_, nr) in near {
            let entry = ledger::by_row(db, nr)?;
            if akin(&entry.title, &draft.title) && numbers(&entry.title).eq(numbers(&draft.title)) {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }
}

fn instant_of(draft: &Draft, now: i64) -> i64 {
    draft.published.map_or(now, |at| at.timestamp_millis())
}

/// Bits in which the full texts differ, where both are known.
pub(super) fn distance(stored: &Stored, draft: &Draft) -> Option<u32> {
    Some((stored.likeness? ^ draft.likeness?).count_ones())
}

/// Whether two headlines may be one, edited.
pub(super) fn akin(one: &str, other: &str) -> bool {
    resemblance(one, other) >= AKIN
}

/// The numbers of a headline: `Ruling 12` is not `Ruling 13`, however alike their texts.
fn numbers(title: &str) -> impl Iterator<Item = &str> {
    title.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headlines_that_were_edited_are_akin() {
        for (one, other, expected) in [
            ("Harbour to be dredged in spring", "Harbour dredging starts in the spring", true),
            ("市政府发布防汛通知", "市政府发布新的防汛通知", true),
            ("Harbour to be dredged in spring", "Owl census: more pairs", false),
            ("", "", true),
            ("a", "b", false),
        ] {
            assert_eq!(akin(one, other), expected, "{one} / {other}: {}", resemblance(one, other));
        }
    }
}
