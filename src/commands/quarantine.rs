//! `courant quarantine`: runs that were held back.

use std::path::Path;

use chrono::{Local, Utc};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{Failure, load, print, runtime};
use crate::model::SourceId;
use crate::store::{self, Held, Verdict};

/// Show runs that were held back because so much was new, and say what becomes of them
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Publish what is held of a source
    Release {
        #[arg(value_name = "SOURCE")]
        source: String,
    },
    /// Take what is held for known and publish none of it: what comes after it is news
    Adopt {
        #[arg(value_name = "SOURCE")]
        source: String,
    },
    /// Forget what is held; the next run is taken as it comes
    Discard {
        #[arg(value_name = "SOURCE")]
        source: String,
    },
}

/// Headlines shown of one source.
const SHOWN: usize = 5;

pub(super) fn run(arguments: Arguments, path: &Path) -> Result<(), Failure> {
    let config = load(path)?;
    runtime()?.block_on(async {
        let (source, verdict, done) = match arguments.command {
            None => {
                let held = store::open_read_only(&config.store)?.quarantined().await?;
                return print(&if arguments.json { as_json(&held) } else { as_text(&held) });
            }
            Some(Command::Release { source }) => (source, Verdict::Release, "published"),
            Some(Command::Adopt { source }) => (source, Verdict::Adopt, "known from now on, and not published"),
            Some(Command::Discard { source }) => (source, Verdict::Discard, "forgotten"),
        };
        let none =
            || Failure::Usage(format!("nothing is held of a source `{source}`; `courant quarantine` lists what is"));
        let id = SourceId::new(source.clone()).map_err(|_| none())?;
        let store = store::open(&config.store)?;
        let held = store.quarantined().await?.into_iter().find(|held| held.source == id).ok_or_else(none)?;
        store.settle(&id, verdict, Utc::now()).await?.ok_or_else(none)?;
        store.close().await?;
        print(&format!("{id}: {} held back are {done}\n", held.drafts.len()))
    })
}

fn as_json(held: &[Held]) -> String {
    let value = |h: &Held| {
        let titles: Vec<_> = h.drafts.iter().map(|d| json!({"title": d.title, "url": d.url})).collect();
        json!({"source": h.source, "since": h.since, "reason": h.reason, "entries": titles})
    };
    held.iter().map(|h| format!("{}\n", value(h))).collect()
}

fn as_text(held: &[Held]) -> String {
    if held.is_empty() {
        return "nothing is held back\n".to_owned();
    }
    let mut text = String::new();
    for h in held {
        let since = h.since.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S");
        text.push_str(&format!("{}: {} held back since {since}: {}\n", h.source, h.drafts.len(), h.reason));
        for draft in h.drafts.iter().take(SHOWN) {
            text.push_str(&format!("  {}\n", draft.title));
        }
        if h.drafts.len() > SHOWN {
            text.push_str(&format!("  and {} more\n", h.drafts.len() - SHOWN));
        }
    }
    text.push_str("courant quarantine release|adopt|discard SOURCE: publish it; take it for known; forget it\n");
    text
}
