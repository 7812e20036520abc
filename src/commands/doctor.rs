//! `courant doctor`: what is wrong, and what to do about it.

mod machine;
mod sources;

use std::path::Path;

use chrono::Utc;
use clap::Args;
use serde::Serialize;

use super::table::table;
use super::{Failure, print, runtime};
use crate::config;
use crate::store;

/// Examine everything that can go wrong: configuration, clock, store, disk, port, sources; exit code 1 where something is
///
/// Asks no source and stores nothing.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Leave out the check of the store that reads all of it
    #[arg(long)]
    quick: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Grade {
    Ok,
    /// Works, and deserves a look.
    Warning,
    /// Does not work.
    Wrong,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Finding {
    grade: Grade,
    /// What was looked at: `store`, `source example`.
    about: String,
    /// How it is.
    finding: String,
    /// What to do; empty where nothing.
    advice: String,
}

impl Finding {
    fn ok(about: &str, finding: impl Into<String>) -> Self {
        Self { grade: Grade::Ok, about: about.to_owned(), finding: finding.into(), advice: String::new() }
    }

    fn warning(about: &str, finding: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { grade: Grade::Warning, about: about.to_owned(), finding: finding.into(), advice: advice.into() }
    }

    fn wrong(about: &str, finding: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { grade: Grade::Wrong, about: about.to_owned(), finding: finding.into(), advice: advice.into() }
    }
}

pub(super) fn run(arguments: Arguments, path: &Path) -> Result<(), Failure> {
    let config = config::load(path)?;
    let now = Utc::now();
    let mut findings = vec![machine::configuration(&config)];
    findings.extend(config.warnings.iter().map(|warning| {
        let (first, rest) = warning.split_once('\n').unwrap_or((warning, ""));
        Finding::warning("configuration", first.trim_start_matches("warning: "), rest.trim_end())
    }));
    let in_use = store::in_use(&config.store);
    findings.extend(machine::folder(&config.store));
    findings.extend(machine::disk(&config.store));
    findings.extend(machine::listener(config.bind.listen, in_use));
    let seen = runtime()?.block_on(examine(&config, arguments.quick, in_use, now));
    let at = findings.iter().take_while(|f| f.about == "configuration").count();
    findings.splice(at..at, seen);
    print(&if arguments.json { lines(&findings) } else { report(&findings) })?;
    match findings.iter().filter(|f| f.grade == Grade::Wrong).count() {
        0 => Ok(()),
        1 => Err(Failure::Work("1 thing is wrong".to_owned())),
        n => Err(Failure::Work(format!("{n} things are wrong"))),
    }
}

/// What can only be told with the store at hand.
async fn examine(config: &config::Config, quick: bool, in_use: bool, now: chrono::DateTime<Utc>) -> Vec<Finding> {
    if !config.store.exists() && in_use {
        let say = format!("{} is gone, and a process still uses it", config.store.display());
        let advice = "put the file back, or stop the daemon and start it again";
        return vec![machine::clock(&[], now), Finding::wrong("store", say, advice)];
    }
    if !config.store.exists() {
        let say = format!("{} is not there yet", config.store.display());
        let advice = "nothing was harvested so far: start with `courant run` or `courant fetch`";
        return vec![machine::clock(&[], now), Finding::warning("store", say, advice)];
    }
    let mut findings = Vec::new();
    let asked = async {
        let store = store::open_read_only(&config.store)?;
        let states = store.sources().await?;
        findings.push(machine::clock(&states, now));
        findings.push(machine::counts(&config.store, store.counts().await?));
        if !quick {
            findings.push(machine::integrity(&store.integrity().await?));
        }
        let held = store.quarantined().await?;
        for source in config.sources.iter().filter(|source| source.enabled) {
            let state = states.iter().find(|state| state.id == source.id);
            let latest = store.recent(&source.id, sources::RECENT).await?;
            let held = held.iter().find(|held| held.source == source.id);
            let reports = store.reports(&source.id, sources::RUNS).await?;
            let warned = sources::warning(&reports);
            findings.extend(sources::examine(source, state, &latest, held, warned, now));
        }
        findings.extend(sources::late(config, &states, in_use, now));
        Ok(())
    };
    let asked: Result<(), store::StoreError> = asked.await;
    if let Err(error) = asked {
        findings.push(machine::trouble(&error));
    }
    findings
}

fn lines(findings: &[Finding]) -> String {
    findings.iter().map(|finding| format!("{}\n", serde_json::json!(finding))).collect()
}

/// A table of all, then what to do about what is not well.
fn report(findings: &[Finding]) -> String {
    let word = |grade| match grade {
        Grade::Ok => "ok",
        Grade::Warning => "warning",
        Grade::Wrong => "WRONG",
    };
    let row = |f: &Finding| vec![word(f.grade).to_owned(), f.about.clone(), f.finding.clone()];
    let mut text = table(&["", "about", "finding"], &findings.iter().map(row).collect::<Vec<_>>());
    for finding in findings.iter().filter(|f| !f.advice.is_empty()) {
        text.push_str(&format!("\n{}: {}\n", finding.about, finding.advice));
    }
    text
}
