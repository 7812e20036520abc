//! `courant status`: how the sources are.

use std::path::Path;

use chrono::{DateTime, Local, Utc};
use clap::Args;
use serde_json::json;

use super::table::table;
use super::{Failure, load, print, runtime};
use crate::model::{HarvestReport, Outcome};
use crate::store::{self, SourceState};

/// Show how the sources are: last run, why it failed, next run, entries held
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Show one source with its latest runs
    #[arg(value_name = "SOURCE")]
    source: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// How many runs of one source are shown.
const RUNS: usize = 10;

pub(super) fn run(arguments: Arguments, path: &Path) -> Result<(), Failure> {
    let config = load(path)?;
    if !config.store.exists() {
        return Err(Failure::Work(format!(
            "{} is not there yet: nothing has been harvested; start with `courant run` or `courant fetch`",
            config.store.display()
        )));
    }
    runtime()?.block_on(async {
        let store = store::open_read_only(&config.store)?;
        let states = store.sources().await?;
        let text = match &arguments.source {
            None if arguments.json => lines(states.iter().map(state_json)),
            None => overview(&states),
            Some(name) => {
                let state = states.iter().find(|s| s.id.as_str() == name).ok_or_else(|| {
                    Failure::Usage(format!("the store knows no source `{name}`; `courant status` lists them"))
                })?;
                let reports = store.reports(&state.id, RUNS).await?;
                if arguments.json {
                    lines(reports.iter().map(|r| serde_json::to_value(r).unwrap_or_default()))
                } else {
                    one(state, &reports)
                }
            }
        };
        print(&text)
    })
}

fn lines(values: impl Iterator<Item = serde_json::Value>) -> String {
    values.map(|value| format!("{value}\n")).collect()
}

fn state_json(state: &SourceState) -> serde_json::Value {
    json!({
        "source": state.id,
        "outcome": state.last_outcome,
        "reason": state.last_reason,
        "last_run": state.last_run,
        "last_success": state.last_success,
        "next_run": state.next_run,
        "failures": state.failures,
        "entries": state.entries,
        "title": state.title,
        "feed": state.feed,
        "gaps": state.gaps(),
    })
}

fn overview(states: &[SourceState]) -> String {
    let rows: Vec<Vec<String>> = states
        .iter()
        .map(|s| {
            vec![
                s.id.to_string(),
                s.last_outcome.map_or("waiting", Outcome::as_str).to_owned(),
                s.last_run.map_or("never".to_owned(), clock),
                clock(s.next_run),
                s.entries.to_string(),
                s.failures.to_string(),
            ]
        })
        .collect();
    let mut text = table(&["source", "outcome", "last run", "next run", "entries", "failures"], &rows);
    let troubled: Vec<&SourceState> = states.iter().filter(|s| s.failures > 0).collect();
    if !troubled.is_empty() {
        text.push('\n');
    }
    for state in troubled {
        text.push_str(&format!("{}: {}\n", state.id, state.last_reason));
    }
    for state in states {
        for gap in state.gaps() {
            text.push_str(&format!("{}: gap: {gap}\n", state.id));
        }
    }
    text
}

fn one(state: &SourceState, reports: &[HarvestReport]) -> String {
    let mut text = format!(
        "{}\n  title      {}\n  entries    {}\n  last run   {}\n  next run   {}\n",
        state.id,
        state.title.as_deref().unwrap_or("not known yet"),
        state.entries,
        state.last_run.map_or("never".to_owned(), clock),
        clock(state.next_run),
    );
    if let Some(feed) = &state.feed {
        text.push_str(&format!("  read from  {feed}\n"));
    }
    for gap in state.gaps() {
        text.push_str(&format!("  gap        {gap}\n"));
    }
    text.push('\n');
    let rows: Vec<Vec<String>> = reports
        .iter()
        .map(|r| {
            vec![
                clock(r.started),
                r.outcome.as_str().to_owned(),
                r.listed.to_string(),
                r.changes.new.to_string(),
                r.changes.altered.to_string(),
                format!("{}/{}", r.articles - r.articles_failed, r.articles),
                r.reason.clone(),
            ]
        })
        .collect();
    text.push_str(&table(&["run", "outcome", "listed", "new", "altered", "articles", "reason"], &rows));
    // A page that has not changed since says nothing of its own.
    let telling = reports.iter().find(|report| report.outcome != Outcome::Unchanged);
    for problem in telling.into_iter().flat_map(|report| &report.problems) {
        text.push_str(&format!("\n{}", problem.message));
    }
    text.trim_end().to_owned() + "\n"
}

/// An instant on the operator's own clock.
fn clock(at: DateTime<Utc>) -> String {
    at.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S").to_string()
}
