//! `courant replay`: today's rules over the answers of the past.

use std::path::Path;

use clap::Args;
use serde_json::json;

use super::replayed::{Replayed, replayed};
use super::{Failure, load, print, runtime};
use crate::harvest::Watched;
use crate::store;

/// Read a source's kept answers again by today's rules, and show what its feed would gain, lose or change
///
/// Nothing is stored. `--config EDITED` tries another configuration; answers are kept where `[store] snapshots` says
/// for how long.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The source
    #[arg(value_name = "SOURCE")]
    source: String,
    /// Print JSON, an entry a line
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: Arguments, path: &Path) -> Result<(), Failure> {
    let config = load(path)?;
    let source = config
        .sources
        .iter()
        .find(|s| s.id.as_str() == arguments.source)
        .cloned()
        .ok_or_else(|| Failure::Usage(format!("{} has no source `{}`", path.display(), arguments.source)))?;
    let watched = Watched::new(source)
        .map_err(|errors| Failure::Usage(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))?;
    runtime()?.block_on(async {
        let store = store::open_read_only(&config.store)?;
        let id = &watched.source.id;
        let found = replayed(&watched, &*store).await?.ok_or_else(|| {
            Failure::Work(format!(
                "no answers of {id} are kept; set `[store] snapshots = \"14d\"` and let it be harvested once"
            ))
        })?;
        print(&told(id.as_str(), &found, arguments.json))
    })
}

/// What is told of a replay.
fn told(id: &str, found: &Replayed, as_json: bool) -> String {
    let link = |url: &Option<url::Url>| url.as_ref().map(ToString::to_string);
    let gains = found.gains.iter().map(|draft| ("gain", &draft.title, link(&draft.url), ""));
    let losses = found.losses.iter().map(|entry| ("lose", &entry.title, link(&entry.url), ""));
    let changes = found.changes.iter().map(|(entry, what)| ("change", &entry.title, link(&entry.url), what.as_str()));
    let all = gains.chain(changes).chain(losses);
    if as_json {
        let line = |(what, title, url, detail)| json!({"what": what, "title": title, "url": url, "detail": detail});
        return all.map(|difference| format!("{}\n", line(difference))).collect();
    }
    let mut text = format!(
        "{id}: {} answers since {} give {} entries: {} to gain, {} to lose, {} to change\n",
        found.answers,
        found.first.format("%Y-%m-%d %H:%M"),
        found.drafts,
        found.gains.len(),
        found.losses.len(),
        found.changes.len(),
    );
    for (what, title, url, detail) in all {
        text.push_str(&format!("  {what:<7} {title}\n"));
        for line in [url.as_deref().unwrap_or_default(), detail].into_iter().filter(|line| !line.is_empty()) {
            text.push_str(&format!("          {line}\n"));
        }
    }
    text
}
