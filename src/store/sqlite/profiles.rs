//! What healthy runs over sources look like.
//!
//! Apart from the sources' rows: a profile fills a page of the file and more, and most runs neither need nor change it.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::columns::text;
use super::packing::{pack, unpack};
use crate::model::{Profile, SourceId};

/// A source's profile; an empty one where none is kept.
pub(super) fn of(db: &Connection, source: &SourceId) -> rusqlite::Result<Profile> {
    let packed: Option<Vec<u8>> = db
        .prepare_cached("select packed from profiles where source = (select nr from sources where id = ?1)")?
        .query_row([source.as_str()], |row| row.get(0))
        .optional()?;
    Ok(packed.as_deref().map(opened).unwrap_or_default())
}

/// The profiles of all sources that have one, by the source's row.
pub(super) fn all(db: &Connection) -> rusqlite::Result<HashMap<i64, Profile>> {
    let mut ask = db.prepare_cached("select source, packed from profiles")?;
    ask.query_map([], |row| Ok((row.get(0)?, opened(row.get_ref(1)?.as_blob()?))))?.collect()
}

/// Keeps a profile in place of what was there.
pub(super) fn keep(db: &Connection, source: i64, profile: &Profile) -> rusqlite::Result<()> {
    if *profile == Profile::default() {
        return forget(db, source);
    }
    db.prepare_cached(
        "insert into profiles (source, packed) values (?1, ?2) on conflict (source) do update set packed = ?2",
    )?
    .execute(params![source, pack(text(profile)?)])
    .map(drop)
}

/// Forgets a source's profile: what comes next is judged afresh.
pub(super) fn forget(db: &Connection, source: i64) -> rusqlite::Result<()> {
    db.prepare_cached("delete from profiles where source = ?1")?.execute([source]).map(drop)
}

/// One that is damaged, or of a later version, is begun anew.
fn opened(packed: &[u8]) -> Profile {
    unpack(packed).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}
