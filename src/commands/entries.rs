//! `courant entries`: why two things are one entry, and undoing it.

use std::path::Path;

use chrono::{DateTime, Local, Utc};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{Failure, load, print, runtime};
use crate::model::{EntryId, is_sure};
use crate::normalize::canonical;
use crate::store::{self, Dossier, Resemblance, Store};

/// Show what an entry is recognised by; make two entries one, or one two
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show an entry's keys, since when, and what was merged into it; beside another, what speaks for one
    Explain {
        /// Its id, address or a key
        #[arg(value_name = "ENTRY")]
        entry: String,
        /// Another one to compare it with
        #[arg(value_name = "OTHER")]
        other: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Make one entry of two: the second goes out no more, and what bears its keys is the first
    Merge {
        /// The entry that stays, by id or address
        #[arg(value_name = "KEPT")]
        kept: String,
        /// The entry that is the same
        #[arg(value_name = "OTHER")]
        other: String,
    },
    /// Undo merges of an entry; or, with keys, make what bears them an entry of its own
    Split {
        /// The entry, by id or address
        #[arg(value_name = "ENTRY")]
        entry: String,
        /// Keys that are another's, as `explain` shows them
        #[arg(value_name = "KEY")]
        keys: Vec<String>,
    },
}

pub(super) fn run(arguments: Arguments, path: &Path) -> Result<(), Failure> {
    let config = load(path)?;
    runtime()?.block_on(async {
        let reader = store::open_read_only(&config.store)?;
        match arguments.command {
            Command::Explain { entry, other, json } => {
                let one = find(&*reader, &entry).await?;
                let other = match &other {
                    Some(other) => Some(find(&*reader, other).await?),
                    None => None,
                };
                let likeness = match &other {
                    Some(other) => reader.compare(&one.id, &other.id).await?,
                    None => None,
                };
                let all: Vec<&Dossier> = [Some(&one), other.as_ref()].into_iter().flatten().collect();
                print(&if json { as_json(&all, likeness) } else { as_text(&all, likeness) })
            }
            Command::Merge { kept, other } => {
                let (kept, other) = (find(&*reader, &kept).await?.id, find(&*reader, &other).await?.id);
                let store = store::open(&config.store)?;
                store.merge(&kept, &other, Utc::now()).await?;
                store.close().await?;
                print(&format!("{other} is {kept} from now on; `courant entries split {kept}` undoes it\n"))
            }
            Command::Split { entry, keys } => {
                let id = find(&*reader, &entry).await?.id;
                let store = store::open(&config.store)?;
                let apart = store.split(&id, keys, Utc::now()).await?;
                store.close().await?;
                print(&apart.iter().map(|EntryId(id)| format!("{id} is an entry of its own\n")).collect::<String>())
            }
        }
    })
}

/// The one entry that a name means.
async fn find(store: &dyn Store, name: &str) -> Result<Dossier, Failure> {
    let mut found = store.dossiers(name).await?;
    if found.is_empty()
        && let Ok(url) = url::Url::parse(name)
    {
        found = store.dossiers(&format!("url:{}", canonical(&url))).await?;
    }
    match found.len() {
        0 => Err(Failure::Usage(format!(
            "the store has no entry `{name}`: give its id (`urn:uuid:…`), address or a key"
        ))),
        1 => Ok(found.remove(0)),
        _ => {
            let ids: Vec<String> = found.iter().map(|d| format!("  {}  {}: {}", d.id, d.source, d.title)).collect();
            Err(Failure::Usage(format!("`{name}` may mean several entries; name one by its id:\n{}", ids.join("\n"))))
        }
    }
}

fn as_json(dossiers: &[&Dossier], likeness: Option<Resemblance>) -> String {
    let mut text: String = dossiers
        .iter()
        .map(|d| {
            let keys: Vec<_> =
                d.keys.iter().map(|(key, since)| json!({"key": key, "sure": is_sure(key), "since": since})).collect();
            let value = json!({
                "id": d.id, "source": d.source, "title": d.title, "url": d.url, "published": d.published,
                "first_seen": d.first_seen, "updated": d.updated, "deleted": d.deleted, "merged_into": d.merged_into,
                "merged": d.merged, "revisions": d.revisions, "keys": keys,
            });
            format!("{value}\n")
        })
        .collect();
    if let Some(l) = likeness {
        let value =
            json!({"headlines": l.headlines, "bits_apart": l.bits, "hours_apart": l.apart.num_minutes() as f64 / 60.0});
        text.push_str(&format!("{value}\n"));
    }
    text
}

fn as_text(dossiers: &[&Dossier], likeness: Option<Resemblance>) -> String {
    let mut text = dossiers.iter().map(|d| one(d)).collect::<Vec<_>>().join("\n");
    if let Some(Resemblance { headlines, bits, apart }) = likeness {
        text.push_str(&format!("\nheadlines share {:.0} % of their letter pairs; ", headlines * 100.0));
        text.push_str(&match bits {
            Some(bits) => format!("the full texts differ in {bits} of 64 bits (edits: up to 3; unrelated: about 32); "),
            None => "there are no two full texts to compare; ".to_owned(),
        });
        text.push_str(&format!("published {} hours apart\n", apart.num_hours()));
    }
    text
}

fn one(d: &Dossier) -> String {
    let title = if d.title.is_empty() { "(deleted)" } else { &d.title };
    let mut text = format!("{title}\n  id          {}\n  source      {}\n", d.id, d.source);
    if let Some(url) = &d.url {
        text.push_str(&format!("  address     {url}\n"));
    }
    text.push_str(&format!("  first seen  {}\n  published   {}\n", clock(d.first_seen), clock(d.published)));
    if d.updated != d.published {
        text.push_str(&format!("  updated     {}\n", clock(d.updated)));
    }
    if d.revisions > 0 {
        text.push_str(&format!("  old texts   {}\n", d.revisions));
    }
    if let Some(at) = d.deleted {
        text.push_str(&format!("  deleted     {}; remembered so that it does not come back\n", clock(at)));
    }
    if let Some(into) = &d.merged_into {
        text.push_str(&format!("  merged into {into}; `courant entries split {into}` undoes it\n"));
    }
    for id in &d.merged {
        text.push_str(&format!("  speaks for  {id}\n"));
    }
    text.push_str("  recognised by\n");
    for (key, since) in &d.keys {
        let sure = if is_sure(key) { "sure" } else { "hint" };
        let since = since.map_or("the beginning".to_owned(), clock);
        text.push_str(&format!("    {sure}  {key}  (since {since})\n"));
    }
    text
}

/// An instant on the operator's own clock.
fn clock(at: DateTime<Utc>) -> String {
    at.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S").to_string()
}
