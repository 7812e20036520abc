//! Listing pages that were saved: a folder of `ID.html.gz`, and `truth.jsonl` with the address of each.

use std::io::Read as _;
use std::path::Path;

use anyhow::Result;
use chrono::{DateTime, Utc};
use courant::fetch::saved_page;
use courant::model::Page;
use flate2::read::GzDecoder;
use serde_json::Value;

/// Each row of the folder's truth, with its page as if it was fetched `at` that time.
pub fn pages(folder: &Path, at: DateTime<Utc>) -> Result<impl Iterator<Item = Result<(Value, Page)>>> {
    let truth = std::fs::read_to_string(folder.join("truth.jsonl"))?;
    let rows = truth.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
    Ok(rows.into_iter().map(move |row| {
        let mut bytes = Vec::new();
        let packed = std::fs::File::open(folder.join(format!("{}.html.gz", id(&row))))?;
        GzDecoder::new(packed).read_to_end(&mut bytes)?;
        let url = row["url"].as_str().unwrap_or_default().parse()?;
        Ok((row, saved_page(url, Some("text/html"), bytes.into(), at)))
    }))
}

/// What a page is called.
pub fn id(row: &Value) -> &str {
    row["id"].as_str().unwrap_or_default()
}
