//! A page as the fetcher would give it.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use courant::fetch::saved_page;
use courant::model::Page;
use url::Url;

/// The instant of all measurements.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap_or_default()
}

/// A page as the fetcher gives it.
pub fn page(path: &str, content_type: &str, text: String) -> Page {
    let url = Url::parse("https://news.example/").and_then(|base| base.join(path)).expect("an address");
    saved_page(url, Some(content_type), Bytes::from(text), now())
}
