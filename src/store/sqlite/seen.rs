//! What lists showed and need no more of: a few bytes a teaser, so that a run whose list is mostly as it was looks at
//! what is new only.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::columns::instant;
use crate::model::SourceId;
use crate::store::{Seen, Sight, Whose};

/// Bytes before the teasers: what decides beside them, and since when. Behind them are the language and its length.
const HEAD: usize = 16;
/// Bytes of one teaser: its fingerprint, its entry's number and whether it has a date.
const EACH: usize = 16;

/// What is known of a source's list.
pub(super) fn of(db: &Connection, source: &SourceId) -> rusqlite::Result<Option<Seen>> {
    let packed: Option<Vec<u8>> = db
        .prepare_cached("select packed from seen where source = (select nr from sources where id = ?1)")?
        .query_row([source.as_str()], |row| row.get(0))
        .optional()?;
    Ok(packed.as_deref().and_then(unpack))
}

/// Keeps a list in place of what was there. `drafted`: the numbers of the entries that this run's drafts are. An entry
/// that several teasers show is left out: which of them speaks for it is settled anew each time.
pub(super) fn keep(db: &Connection, source: i64, seen: Seen, drafted: &HashMap<String, i64>) -> rusqlite::Result<()> {
    let mut ask = db.prepare_cached("select nr from entries where id = ?1 and source = ?2 and merged_into is null")?;
    let mut found = Vec::with_capacity(seen.teasers.len());
    let mut times: HashMap<i64, usize> = HashMap::new();
    for sight in &seen.teasers {
        let row = match &sight.entry {
            Whose::Row(row) => Some(*row),
            Whose::Id(id) => match drafted.get(&id.0) {
                Some(row) => Some(*row),
                None => ask.query_row(params![id.0, source], |row| row.get(0)).optional()?,
            },
        };
        if let Some(row) = row {
            *times.entry(row).or_default() += 1;
            found.push((sight, row));
        }
    }
    found.retain(|(_, row)| times.get(row) == Some(&1));
    db.prepare_cached(
        "insert into seen (source, packed) values (?1, ?2) on conflict (source) do update set packed = ?2",
    )?
    .execute(params![source, pack(seen.around, seen.since, seen.language.as_deref(), &found)])
    .map(drop)
}

/// Forgets what is known of a source's list: it is no longer true of its entries.
pub(super) fn forget(db: &Connection, source: i64) -> rusqlite::Result<()> {
    db.prepare_cached("delete from seen where source = ?1")?.execute([source]).map(drop)
}

fn pack(around: u64, since: DateTime<Utc>, language: Option<&str>, found: &[(&Sight, i64)]) -> Vec<u8> {
    let language = language.unwrap_or_default().as_bytes();
    let mut packed = Vec::with_capacity(HEAD + EACH * found.len() + language.len() + 1);
    packed.extend(around.to_le_bytes());
    packed.extend(since.timestamp_millis().to_le_bytes());
    for (sight, row) in found {
        packed.extend(sight.print.to_le_bytes());
        packed.extend((row << 1 | i64::from(sight.dated)).to_le_bytes());
    }
    packed.extend(language);
    packed.push(u8::try_from(language.len()).unwrap_or(0));
    packed
}

/// `None` for what is damaged: the list is then read as if for the first time.
fn unpack(packed: &[u8]) -> Option<Seen> {
    let (length, packed) = packed.split_last()?;
    let (packed, language) = packed.split_at_checked(packed.len().checked_sub((*length).into())?)?;
    let language = String::from_utf8(language.to_vec()).ok()?;
    let (numbers, rest) = packed.as_chunks::<8>();
    let mut numbers = numbers.iter().map(|bytes| u64::from_le_bytes(*bytes));
    let (around, since) = (numbers.next()?, instant(numbers.next()?.cast_signed()));
    if !rest.is_empty() || numbers.len() % 2 != 0 {
        return None;
    }
    let mut teasers = Vec::with_capacity(numbers.len() / 2);
    while let (Some(print), Some(entry)) = (numbers.next(), numbers.next()) {
        let entry = entry.cast_signed();
        teasers.push(Sight { print, dated: entry & 1 == 1, entry: Whose::Row(entry >> 1) });
    }
    Some(Seen { around, since, language: Some(language).filter(|tag| !tag.is_empty()), teasers })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_unpacks_to_the_same_and_damage_to_nothing() {
        let sight = |print, dated, row| Sight { print, dated, entry: Whose::Row(row) };
        let teasers = vec![sight(u64::MAX, true, 1), sight(0, false, 1 << 40)];
        for language in [None, Some("zh-Hant".to_owned())] {
            let seen = Seen { around: 7, since: instant(1_700_000_000_000), language, teasers: teasers.clone() };
            let rows: Vec<(&Sight, i64)> = seen.teasers.iter().zip([1, 1 << 40]).collect();
            let packed = pack(seen.around, seen.since, seen.language.as_deref(), &rows);
            assert_eq!(unpack(&packed), Some(seen.clone()));
            for cut in [0, 8, 15, 16, 24, 47, 48] {
                assert_eq!(unpack(packed.get(..cut).unwrap()), None, "{cut}");
            }
        }
    }
}
