//! What sites' robots.txt say, kept across restarts.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::columns::instant;
use super::packing;
use crate::store::SiteRules;

/// What is known of an origin, where that still holds.
pub(super) fn of(db: &Connection, origin: &str, now: DateTime<Utc>) -> rusqlite::Result<Option<SiteRules>> {
    let found = db
        .prepare_cached("select until, packed from robots where origin = ?1 and until > ?2")?
        .query_row(params![origin, now.timestamp_millis()], |row| {
            let text = row.get::<_, Option<Vec<u8>>>(1)?.map(|packed| packing::unpack(&packed)).transpose()?;
            Ok(SiteRules { origin: origin.to_owned(), until: instant(row.get(0)?), text })
        })
        .optional();
    // What is damaged is asked for again.
    Ok(found.unwrap_or_default())
}

/// Keeps what an origin says in place of what it said before.
pub(super) fn keep(db: &Connection, rules: &SiteRules) -> rusqlite::Result<()> {
    db.prepare_cached("insert or replace into robots (origin, until, packed) values (?1, ?2, ?3)")?
        .execute(params![rules.origin, rules.until.timestamp_millis(), rules.text.as_deref().map(packing::pack)])
        .map(drop)
}

/// Forgets what no longer holds.
pub(super) fn forget(db: &Connection, now: DateTime<Utc>) -> rusqlite::Result<()> {
    db.execute("delete from robots where until <= ?1", [now.timestamp_millis()]).map(drop)
}
