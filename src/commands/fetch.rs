//! `courant fetch`: one run by hand.

use std::path::Path;
use std::sync::Arc;

use chrono::Utc;
use clap::Args;
use futures_util::{StreamExt, pin_mut};

use super::console::{Console, LogFormat};
use super::{Failure, load, print, runtime};
use crate::config::Config;
use crate::daemon::{self, DaemonError, HandedOver, Once, Plan};
use crate::model::{Severity, SourceId};
use crate::store;

/// Harvest sources once, due or not, and store what they show; for cron and CI
///
/// Prints a line a source. Exit code 1 when any of them failed. Without SOURCE, those whose server asked for
/// silence (Retry-After, 410) are left alone. Beside a daemon with the same configuration, the daemon asks.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Ids of sources; none means all
    #[arg(value_name = "SOURCE")]
    sources: Vec<String>,
    /// Print reports as JSON, one a line
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: Arguments, path: &Path, log_format: LogFormat) -> Result<(), Failure> {
    let config = load(path)?;
    let ids = chosen(&config, &arguments.sources)?;
    let console = Console::start(log_format);
    runtime()?.block_on(async {
        let stop = daemon::stop_on_signals().map_err(|e| Failure::Work(format!("signals cannot be heard: {e}")))?;
        // A running daemon serves the demo site already, on the very port that we would take.
        let demo = match daemon::demo_site(&config, stop.clone()).await {
            Err(DaemonError::Listen { error, .. }) if error.kind() == std::io::ErrorKind::AddrInUse => None,
            other => other?,
        };
        let store = store::open(&config.store)?;
        let plan = Plan::new(Arc::new(config), store.clone(), stop.clone())?;
        plan.enrol(&*store).await?;
        daemon::tell_stories(&*store, Utc::now()).await?;
        let failed = harvest(&console, &plan, ids, &arguments).await;
        store.close().await?;
        if let Some(demo) = demo {
            demo.abort();
        }
        match failed? {
            0 => Ok(()),
            1 => Err(Failure::Work("one source failed; its line says why".to_owned())),
            n => Err(Failure::Work(format!("{n} sources failed; their lines say why"))),
        }
    })
}

/// Most warnings shown of one run; `courant status SOURCE` shows all.
const WARNINGS: usize = 3;

/// Harvests with a progress bar; gives how many failed.
async fn harvest(
    console: &Console,
    plan: &Plan,
    mut ids: Vec<SourceId>,
    arguments: &Arguments,
) -> Result<usize, Failure> {
    let bar = console.bar(ids.len());
    let (mut failed, mut left) = (0, ids.len());
    let mut tell = |ended: Vec<(SourceId, Result<Once, DaemonError>)>| -> Result<(), Failure> {
        let mut lines = String::new();
        for (id, ended) in ended {
            bar.inc(1);
            bar.set_message(id.to_string());
            failed += usize::from(!ended.as_ref().is_ok_and(is_well));
            left -= usize::from(!matches!(ended, Ok(Once::Stopped)));
            let is_report = matches!(ended, Ok(Once::Done(..)));
            let line = line(&id, ended, arguments.json)?;
            if arguments.json && !is_report {
                // Standard output is for programs.
                bar.suspend(|| eprintln!("{line}"));
            } else {
                lines.push_str(&line);
                lines.push('\n');
            }
        }
        bar.suspend(|| print(&lines))
    };
    // Whoever names a source means it.
    let heed = arguments.sources.is_empty();
    if let Some(mut handed) = HandedOver::to_daemon(plan, &ids, heed).await {
        while let Some((id, once)) = handed.next().await {
            ids.retain(|left| *left != id);
            tell(vec![(id, Ok(once))])?;
        }
    }
    // What is stored together is told together.
    let runs = daemon::once(plan, ids, heed).ready_chunks(plan.config.manners.parallel.max(1));
    pin_mut!(runs);
    while let Some(ended) = runs.next().await {
        tell(ended)?;
    }
    bar.finish_and_clear();
    if left > 0 && *plan.parts.stop.borrow() {
        let were = if left == 1 { "source was" } else { "sources were" };
        return Err(Failure::Work(format!("{left} {were} not waited for, as the program was told to end")));
    }
    Ok(failed)
}

/// Whether a run did not fail, or was rightly left.
fn is_well(once: &Once) -> bool {
    !matches!(once, Once::Done(report, _) if !report.outcome.is_success())
}

/// What is told of a run.
fn line(id: &SourceId, ended: Result<Once, DaemonError>, json: bool) -> Result<String, Failure> {
    Ok(match ended {
        Ok(Once::Done(report, _)) if json => {
            serde_json::to_string(&report).map_err(|e| Failure::Work(e.to_string()))?
        }
        Ok(Once::Done(report, line)) => {
            let warnings = report.problems.iter().filter(|p| p.severity >= Severity::Warning).take(WARNINGS);
            warnings.fold(line, |line, warning| format!("{line}\n  {}", warning.message.replace('\n', "\n  ")))
        }
        Ok(Once::Busy) => format!("{id}: left to the process that is just harvesting it"),
        Ok(Once::Silent(until)) => format!(
            "{id}: not asked; its server wants silence until {}. `courant fetch {id}` asks all the same",
            until.format("%Y-%m-%d %H:%M UTC")
        ),
        Ok(Once::Stopped) => format!("{id}: not asked; the program was told to end"),
        Err(error) => format!("{id}: {error}"),
    })
}

/// The ids that were named, each checked; all when none was.
fn chosen(config: &Config, names: &[String]) -> Result<Vec<SourceId>, Failure> {
    if names.is_empty() {
        return Ok(config.sources.iter().filter(|s| s.enabled).map(|s| s.id.clone()).collect());
    }
    names
        .iter()
        .map(|name| {
            let source = config.sources.iter().find(|s| s.id.as_str() == name);
            source.map(|s| s.id.clone()).ok_or_else(|| {
                let ids = config.sources.iter().map(|s| s.id.as_str());
                let near = ids.min_by_key(|id| strsim::levenshtein(id, name));
                let hint = near.map(|id| format!("; the nearest is `{id}`")).unwrap_or_default();
                Failure::Usage(format!("{} has no source `{name}`{hint}", config.path.display()))
            })
        })
        .collect()
}
