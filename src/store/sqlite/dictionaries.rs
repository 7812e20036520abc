//! What the answers of a source have in common, learnt from some of them.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::snapshots;
use crate::model::SourceId;
use crate::store::Dictionary;

/// Answers that are learnt from, at least and at most.
const ENOUGH: i64 = 8;
const SAMPLES: usize = 24;
/// Most bytes taken of one answer.
const LONGEST: usize = 128 * 1024;
/// Size of a dictionary: the markup that a site's pages share.
const SIZE: usize = 48 * 1024;
/// Sites change: a dictionary is made anew after so long.
const LASTS: Duration = Duration::days(30);

/// The dictionary for a source's further answers.
pub(super) fn of(db: &Connection, source: &SourceId) -> rusqlite::Result<Option<Arc<Dictionary>>> {
    let sql = "select d.nr, d.bytes from sources s join dictionaries d on d.source = s.nr where s.id = ?1
               order by d.nr desc limit 1";
    db.prepare_cached(sql)?.query_row([source.as_str()], |row| dictionary(row.get(0)?, row.get(1)?)).optional()
}

/// One by its number.
pub(super) fn numbered(db: &Connection, nr: i64) -> rusqlite::Result<Option<Arc<Dictionary>>> {
    let sql = "select bytes from dictionaries where nr = ?1";
    db.prepare_cached(sql)?.query_row([nr], |row| dictionary(nr, row.get(0)?)).optional()
}

fn dictionary(nr: i64, bytes: Vec<u8>) -> rusqlite::Result<Arc<Dictionary>> {
    Ok(Arc::new(Dictionary { nr, bytes }))
}

/// The sources that have given enough and have no dictionary of late.
pub(super) fn wanting(db: &Connection, now: DateTime<Utc>) -> rusqlite::Result<Vec<i64>> {
    db.prepare_cached(
        "select source from snapshots where packed is not null group by source having count(*) >= ?1
         except select source from dictionaries where made > ?2",
    )?
    .query_map(params![ENOUGH, (now - LASTS).timestamp_millis()], |row| row.get(0))?
    .collect()
}

/// Learns from a source's latest answers; `None` where they have too little in common.
pub(super) fn train(db: &Connection, source: i64) -> rusqlite::Result<Option<Vec<u8>>> {
    let shots = snapshots::latest(db, source, SAMPLES)?;
    let samples: Vec<Vec<u8>> = shots.iter().filter_map(|shot| shot.body()).collect();
    let samples: Vec<&[u8]> = samples.iter().map(|body| body.get(..LONGEST).unwrap_or(body)).collect();
    Ok(zstd::dict::from_samples(&samples, SIZE).ok())
}

/// Keeps a dictionary; those that pack nothing go.
pub(super) fn keep(db: &Connection, source: i64, bytes: &[u8], now: DateTime<Utc>) -> rusqlite::Result<()> {
    db.prepare_cached("insert into dictionaries (source, made, bytes) values (?1, ?2, ?3)")?.execute(params![
        source,
        now.timestamp_millis(),
        bytes
    ])?;
    forget_unused(db)
}

/// Forgets the dictionaries that no answer is packed with and no further one will be.
pub(super) fn forget_unused(db: &Connection) -> rusqlite::Result<()> {
    db.execute(
        "delete from dictionaries where nr not in (select dictionary from snapshots where dictionary is not null)
            and (nr not in (select max(nr) from dictionaries group by source)
                or source not in (select source from snapshots))",
        [],
    )
    .map(drop)
}
