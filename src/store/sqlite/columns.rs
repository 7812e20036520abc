//! Values as columns hold them.

use chrono::{DateTime, Utc};
use rusqlite::Row;
use rusqlite::types::Type;
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

/// An instant of a column. One that chrono cannot hold (no writer of ours makes it) reads as 1970.
pub(super) fn instant(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

/// An address; one that does not parse is damage.
pub(super) fn address(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Url>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| Url::parse(&text)).transpose().map_err(|e| damaged(column, e))
}

/// A list or picture held as JSON; `null` where there is none.
pub(super) fn json<T: DeserializeOwned + Default>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    match row.get_ref(column)?.as_str_or_null().map_err(|e| damaged(column, e))? {
        None => Ok(T::default()),
        Some(text) => serde_json::from_str(text).map_err(|e| damaged(column, e)),
    }
}

/// A list as JSON; `None` where it is empty.
pub(super) fn list<T: Serialize>(values: &[T]) -> rusqlite::Result<Option<String>> {
    if values.is_empty() { Ok(None) } else { text(&values).map(Some) }
}

/// A value as JSON.
pub(super) fn text<T: Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))
}

/// A column that does not hold what it should.
pub(super) fn damaged(column: usize, why: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(why))
}
