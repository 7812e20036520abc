//! A draft meets the entry that it is.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::columns::{instant, list, text};
use super::ledger::{self, Hole, Stored};
use super::stories::{self, Told};
use super::{packing, storing, texts, twins};
use crate::model::{Draft, EntryId, Extras};

/// Old texts kept of one entry; a live blog would fill the disk.
const REVISIONS: i64 = 20;
/// Stands for the version of an entry whose text was taken back.
const RETRACTED: u64 = 0;

/// What meeting a draft did to an entry.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Effect {
    /// Its visible text changed.
    pub(super) altered: bool,
    /// Something else that readers receive was added.
    pub(super) filled: bool,
}

/// Columns to be written; `None` leaves a field as it is.
#[derive(Debug, Default)]
struct Write {
    updated: Option<i64>,
    url: Option<String>,
    title: Option<String>,
    summary: Option<String>,
    language: Option<String>,
    authors: Option<String>,
    categories: Option<String>,
    picture: Option<String>,
    enclosures: Option<String>,
    extras: Option<String>,
}

/// Takes over from a draft what the entry should have of it.
pub(super) fn meet(
    db: &Connection,
    source: i64,
    stored: &Stored,
    draft: &Draft,
    now: DateTime<Utc>,
) -> rusqlite::Result<Effect> {
    let mut after = stored.clone();
    after.keys_print = ledger::print(&draft.keys);
    after.attempts = storing::attempts(draft, stored.attempts);
    let new_keys =
        if after.keys_print == stored.keys_print { 0 } else { ledger::add(db, source, stored.nr, &draft.keys, now)? };

    let mut write = Write::default();
    let mut effect = Effect::default();
    let less = storing::knows_more(stored, draft);
    if less {
        after.teaser_print = Some(draft.fingerprint);
        if stored.teaser_print.is_some_and(|print| print != draft.fingerprint) {
            effect.altered = take_teaser(db, stored, draft, &mut write)?;
        }
    } else {
        after.fingerprint = draft.fingerprint;
        after.depth = twins::depth(draft);
        after.likeness = draft.likeness.or(stored.likeness);
        let differs = draft.fingerprint != stored.fingerprint;
        // That its teaser stands where a text was taken back is no news.
        let restored = differs && stored.fingerprint == RETRACTED && after.depth == 0;
        effect.altered = differs && !restored;
        effect.filled = restored || after.depth > stored.depth;
        if differs {
            take_all(draft, &mut write)?;
        }
    }
    if effect.altered {
        keep_revision(db, stored.nr, now)?;
        let own = draft.updated.map(|at| at.timestamp_millis());
        let now = now.timestamp_millis();
        write.updated =
            Some(own.filter(|at| (stored.updated + 1..=now).contains(at)).unwrap_or(now.max(stored.updated)));
    }
    effect.filled |= fill_holes(stored, draft, &mut write)?;
    effect.filled |= take_extras(stored, draft, &mut write)?;
    // An address that comes with a new key is where the article is now; one that only flips between spellings
    // brings no new key and changes nothing.
    if new_keys > 0
        && let Some(url) = &draft.url
        && stored.url.as_deref() != Some(url.as_str())
    {
        effect.filled = true;
        write.url = Some(url.to_string());
    }
    let content = draft.content.as_ref().filter(|_| !less && (effect.altered || effect.filled));
    // Where there is content, the summary is kept with it.
    if content.is_some() || (stored.depth > 0 && write.summary.is_some()) {
        let mut text = texts::of(db, stored.nr)?;
        text.content = content.cloned().or(text.content);
        text.summary = write.summary.take().or(text.summary);
        texts::put(db, source, stored.nr, &text)?;
    }
    let noted = (after.teaser_print, after.keys_print, after.attempts, after.likeness)
        != (stored.teaser_print, stored.keys_print, stored.attempts, stored.likeness);
    if effect.altered || effect.filled || noted || write.extras.is_some() {
        save(db, &after, &write)?;
    }
    if after.depth > stored.depth {
        let (entry, published) = (stored.nr, stored.published);
        stories::note(db, &Told { entry, source, published, title: &draft.title, sketch: &draft.sketch }, now)?;
    }
    Ok(effect)
}

/// Takes from entries a text that was none of theirs, and all that may have come with it; tells how many there were. What
/// their teasers say they get again when these are next read.
pub(super) fn retract(db: &Connection, source: i64, ids: &[EntryId]) -> rusqlite::Result<usize> {
    let mut ask = db.prepare_cached(
        "select nr from entries where id = ?1 and source = ?2 and tombstone is null and merged_into is null and depth > 0",
    )?;
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        rows.extend(ask.query_row(params![id.0, source], |row| row.get::<_, i64>(0)).optional()?);
    }
    texts::forget(db, &rows)?;
    for nr in &rows {
        stories::drop_entry(db, *nr)?;
        db.prepare_cached(
            "update entries set depth = 0, attempts = 0, fingerprint = ?2, teaser_print = null, likeness = null,
                summary = null, language = null, authors = null, picture = null where nr = ?1",
        )?
        .execute(params![nr, RETRACTED.cast_signed()])?;
    }
    Ok(rows.len())
}

/// All that an altered draft has.
fn take_all(draft: &Draft, write: &mut Write) -> rusqlite::Result<()> {
    write.url = draft.url.as_ref().map(|url| url.to_string());
    write.title = Some(draft.title.clone());
    write.summary.clone_from(&draft.summary);
    write.language.clone_from(&draft.language);
    write.authors = list(&draft.authors)?;
    write.categories = list(&draft.categories)?;
    write.picture = draft.picture.as_ref().map(text).transpose()?;
    write.enclosures = list(&draft.enclosures)?;
    Ok(())
}

/// Headline and summary of a teaser that changed; tells whether readers see a difference.
fn take_teaser(db: &Connection, stored: &Stored, draft: &Draft, write: &mut Write) -> rusqlite::Result<bool> {
    if stored.title != draft.title && !is_shortened(&draft.title, &stored.title) {
        write.title = Some(draft.title.clone());
    }
    if draft.summary.is_some() && draft.summary != texts::of(db, stored.nr)?.summary {
        write.summary.clone_from(&draft.summary);
    }
    Ok(write.title.is_some() || write.summary.is_some())
}

/// Whether a headline is the beginning of another: listings cut them ("…").
fn is_shortened(short: &str, whole: &str) -> bool {
    let begin = short.trim_end_matches(|c: char| c == '…' || c == '.' || c.is_whitespace());
    begin.len() < short.len() && whole.starts_with(begin)
}

/// What the entry lacks and the draft has.
fn fill_holes(stored: &Stored, draft: &Draft, write: &mut Write) -> rusqlite::Result<bool> {
    let mut filled = false;
    let mut fill = |hole: Hole, place: &mut Option<String>, value: Option<String>| {
        if stored.lacks(hole) && place.is_none() && value.is_some() {
            *place = value;
            filled = true;
        }
    };
    if stored.holes != 0 {
        fill(Hole::Summary, &mut write.summary, draft.summary.clone());
        fill(Hole::Language, &mut write.language, draft.language.clone());
        fill(Hole::Authors, &mut write.authors, list(&draft.authors)?);
        fill(Hole::Categories, &mut write.categories, list(&draft.categories)?);
        fill(Hole::Picture, &mut write.picture, draft.picture.as_ref().map(text).transpose()?);
        fill(Hole::Enclosures, &mut write.enclosures, list(&draft.enclosures)?);
    }
    if stored.url.is_none()
        && write.url.is_none()
        && let Some(url) = &draft.url
    {
        write.url = Some(url.to_string());
        filled = true;
    }
    Ok(filled)
}

/// What the feed says besides, as it says it now; tells whether that is worth telling readers. A number of comments
/// alone is not: it goes out with the next change, or a feed would be another one every hour.
fn take_extras(stored: &Stored, draft: &Draft, write: &mut Write) -> rusqlite::Result<bool> {
    let new = storing::extras(draft)?;
    if new.is_none() || new == stored.extras {
        return Ok(false);
    }
    write.extras = new;
    let before: Extras = stored.extras.as_deref().and_then(|t| serde_json::from_str(t).ok()).unwrap_or_default();
    Ok(Extras { comment_count: draft.extras.comment_count, ..before } != draft.extras)
}

/// Keeps the entry's present text as a revision.
fn keep_revision(db: &Connection, entry: i64, now: DateTime<Utc>) -> rusqlite::Result<()> {
    let text = texts::of(db, entry)?;
    db.prepare_cached(
        "insert into revisions (entry, until, title, summary, packed)
         select nr, ?2, title, ?3, ?4 from entries where nr = ?1",
    )?
    .execute(params![entry, now.timestamp_millis(), text.summary, text.content.map(packing::pack)])?;
    db.prepare_cached(
        "delete from revisions where entry = ?1 and nr <=
            (select nr from revisions where entry = ?1 order by nr desc limit 1 offset ?2)",
    )?
    .execute(params![entry, REVISIONS])
    .map(drop)
}

fn save(db: &Connection, after: &Stored, write: &Write) -> rusqlite::Result<()> {
    db.prepare_cached(
        "update entries set fingerprint = ?2, teaser_print = ?3, keys_print = ?4, depth = ?5, attempts = ?6,
            updated = coalesce(?7, updated), url = coalesce(?8, url), title = coalesce(?9, title),
            summary = coalesce(?10, summary), language = coalesce(?11, language), authors = coalesce(?12, authors),
            categories = coalesce(?13, categories), picture = coalesce(?14, picture),
            enclosures = coalesce(?15, enclosures), likeness = ?16, extras = coalesce(?17, extras)
         where nr = ?1",
    )?
    .execute(params![
        after.nr,
        after.fingerprint.cast_signed(),
        after.teaser_print.map(u64::cast_signed),
        after.keys_print.cast_signed(),
        after.depth,
        after.attempts,
        write.updated,
        write.url,
        write.title,
        write.summary,
        write.language,
        write.authors,
        write.categories,
        write.picture,
        write.enclosures,
        after.likeness.map(u64::cast_signed),
        write.extras,
    ])
    .map(drop)
}

/// The old texts of an entry, latest first.
pub(super) fn revisions(db: &Connection, id: &str) -> rusqlite::Result<Vec<crate::store::Revision>> {
    db.prepare_cached(
        "select r.until, r.title, r.summary, r.packed from entries e join revisions r on r.entry = e.nr
         where e.id = ?1 order by r.nr desc",
    )?
    .query_map([id], |row| {
        let packed: Option<Vec<u8>> = row.get(3)?;
        Ok(crate::store::Revision {
            until: instant(row.get(0)?),
            title: row.get(1)?,
            summary: row.get(2)?,
            content: packed.as_deref().map(packing::unpack).transpose()?,
        })
    })?
    .collect()
}

#[cfg(test)]
mod tests {
    use super::is_shortened;

    #[test]
    fn a_cut_headline_is_known_for_what_it_is() {
        for (short, whole, expected) in [
            ("Council votes on…", "Council votes on the harbour", true),
            ("Council votes ...", "Council votes on the harbour", true),
            ("Council votes on", "Council votes on the harbour", false),
            ("Council postpones…", "Council votes on the harbour", false),
        ] {
            assert_eq!(is_shortened(short, whole), expected, "{short}");
        }
    }
}
