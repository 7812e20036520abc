//! `courant search`: entries by their words.

use std::path::Path;

use clap::Args;
use serde_json::json;

use super::table::table;
use super::{Failure, load, print, runtime};
use crate::model::{Entry, Selection, SourceId};
use crate::publish::Words;
use crate::store::{self, Store};

/// Show the entries whose title, summary or text has all words, newest stored first
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Words, in any case; each may be a part of a longer one
    #[arg(required = true, value_name = "WORDS")]
    words: Vec<String>,
    /// Only entries of this source
    #[arg(long, value_name = "ID")]
    source: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 20, value_name = "N")]
    limit: usize,
    /// Print JSON, one entry a line
    #[arg(long)]
    json: bool,
}

/// Places of the history that are read at a time.
const PIECE: usize = 500;

pub(super) fn run(arguments: Arguments, path: &Path) -> Result<(), Failure> {
    let words = Words::of(&arguments.words.join(" "));
    if words.is_empty() {
        return Err(Failure::Usage("there is no word to look for".to_owned()));
    }
    let config = load(path)?;
    runtime()?.block_on(async {
        let store = store::open_read_only(&config.store)?;
        let mut sources: Vec<SourceId> = store.standings().await?.into_iter().map(|s| s.id).collect();
        if let Some(name) = &arguments.source {
            sources.retain(|id| id.as_str() == name);
            if sources.is_empty() {
                return Err(Failure::Usage(format!("the store knows no source `{name}`; `courant status` lists them")));
            }
        }
        let found = find(&*store, &Selection { sources }, &words, arguments.limit).await?;
        if found.is_empty() {
            return Err(Failure::Work(format!("no entry has `{words}`")));
        }
        print(&if arguments.json { lines(&found) } else { rows(&found) })
    })
}

/// Looks through the whole history from its end, a piece at a time, so that memory stays bounded.
async fn find(store: &dyn Store, all: &Selection, words: &Words, limit: usize) -> Result<Vec<Entry>, Failure> {
    let mut found = Vec::new();
    let mut end = store.history_length(all).await?;
    while end > 0 && found.len() < limit {
        let from = end.saturating_sub(PIECE);
        let piece = store.history(all, from, end - from).await?;
        found.extend(piece.into_iter().rev().filter(|entry| words.are_in(entry)).take(limit - found.len()));
        end = from;
    }
    Ok(found)
}

fn rows(entries: &[Entry]) -> String {
    let row = |entry: &Entry| {
        vec![
            entry.published.format("%Y-%m-%d").to_string(),
            entry.source.to_string(),
            entry.title.clone(),
            entry.url.as_ref().map(ToString::to_string).unwrap_or_default(),
        ]
    };
    table(&["published", "source", "title", "address"], &entries.iter().map(row).collect::<Vec<_>>())
}

fn lines(entries: &[Entry]) -> String {
    let line = |entry: &Entry| {
        json!({
            "id": entry.id,
            "source": entry.source,
            "published": entry.published,
            "title": entry.title,
            "url": entry.url,
            "summary": entry.summary,
        })
    };
    entries.iter().map(|entry| format!("{}\n", line(entry))).collect()
}
