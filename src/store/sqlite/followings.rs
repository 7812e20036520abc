//! Our subscriptions at the hubs of sources.

use rusqlite::{Connection, OptionalExtension, Row, params};
use url::Url;

use super::columns::{damaged, instant};
use crate::model::{Announced, Secret, SourceId};
use crate::store::Following;

const COLUMNS: &str = "source, hub, topic, key, secret, asked, tries, until, told";

fn following(row: &Row<'_>) -> rusqlite::Result<Following> {
    let address = |column: usize| -> rusqlite::Result<Url> {
        Url::parse(&row.get::<_, String>(column)?).map_err(|e| damaged(column, e))
    };
    Ok(Following {
        source: SourceId::new(row.get::<_, String>(0)?).map_err(|e| damaged(0, e))?,
        announced: Announced { hub: address(1)?, topic: address(2)? },
        key: Secret::new(row.get(3)?),
        secret: Secret::new(row.get(4)?),
        asked: instant(row.get(5)?),
        tries: row.get(6)?,
        until: row.get::<_, Option<i64>>(7)?.map(instant),
        told: row.get::<_, Option<i64>>(8)?.map(instant),
    })
}

/// All of them, by source.
pub(super) fn all(db: &Connection) -> rusqlite::Result<Vec<Following>> {
    db.prepare_cached(&format!("select {COLUMNS} from followings order by source"))?.query_map([], following)?.collect()
}

/// A source's.
pub(super) fn of(db: &Connection, id: &SourceId) -> rusqlite::Result<Option<Following>> {
    let sql = format!("select {COLUMNS} from followings where source = ?1");
    db.prepare_cached(&sql)?.query_row([id.as_str()], following).optional()
}

/// Keeps one in place of the source's one before.
pub(super) fn keep(db: &Connection, following: &Following) -> rusqlite::Result<()> {
    db.prepare_cached(&format!(
        "insert or replace into followings ({COLUMNS}) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
    ))?
    .execute(params![
        following.source.as_str(),
        following.announced.hub.as_str(),
        following.announced.topic.as_str(),
        following.key.reveal(),
        following.secret.reveal(),
        following.asked.timestamp_millis(),
        following.tries,
        following.until.map(|until| until.timestamp_millis()),
        following.told.map(|told| told.timestamp_millis()),
    ])
    .map(drop)
}

/// Forgets a source's.
pub(super) fn forget(db: &Connection, id: &SourceId) -> rusqlite::Result<()> {
    db.prepare_cached("delete from followings where source = ?1")?.execute([id.as_str()]).map(drop)
}
