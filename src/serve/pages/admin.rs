use std::collections::HashMap;

use askama::Template;
use chrono::{DateTime, Utc};

use super::frame::{Frame, When};
use super::write;
use crate::model::{HarvestReport, Outcome, Severity};
use crate::serve::addresses::Addresses;
use crate::store::SourceState;

#[derive(Template)]
#[template(path = "admin.html")]
struct Overview<'a> {
    frame: Frame,
    summary: String,
    status: String,
    sources: Vec<Row<'a>>,
}

struct Row<'a> {
    id: &'a str,
    title: &'a str,
    href: String,
    outcome: &'static str,
    class: &'static str,
    reason: &'a str,
    failures: u32,
    entries: u64,
    ran: String,
    next: String,
}

#[derive(Template)]
#[template(path = "admin_source.html")]
struct One<'a> {
    frame: Frame,
    overview: String,
    id: &'a str,
    title: &'a str,
    facts: Vec<(&'static str, String)>,
    runs: Vec<Run<'a>>,
}

struct Run<'a> {
    began: String,
    took: String,
    outcome: &'static str,
    class: &'static str,
    reason: &'a str,
    problems: Vec<String>,
    status: String,
    listed: usize,
    new: usize,
    altered: usize,
    articles: String,
    bytes: u64,
}

/// The operator's table: sources in trouble first.
pub(in crate::serve) fn admin(addresses: &Addresses, states: &[SourceState], titles: &HashMap<&str, &str>) -> String {
    let mut sources: Vec<Row<'_>> = states
        .iter()
        .map(|state| {
            let (outcome, class) = shown(state.last_outcome);
            Row {
                id: state.id.as_str(),
                title: title(state, titles),
                href: addresses.admin_source(state.id.as_str()),
                outcome,
                class,
                reason: &state.last_reason,
                failures: state.failures,
                entries: state.entries,
                ran: moment(state.last_run),
                next: moment(Some(state.next_run)),
            }
        })
        .collect();
    sources.sort_by_key(|row| row.class != "bad");
    let failing = sources.iter().filter(|row| row.class == "bad").count();
    let entries: u64 = states.iter().map(|state| state.entries).sum();
    let summary = format!("{} sources, {failing} of them failing; {entries} entries.", states.len());
    let frame = Frame { wide: true, ..Frame::plain("Sources".to_owned(), addresses) };
    write(&Overview { frame, summary, status: addresses.status_link(), sources })
}

/// The operator's page of one source, with its latest runs.
pub(in crate::serve) fn admin_source(
    addresses: &Addresses,
    state: &SourceState,
    reports: &[HarvestReport],
    titles: &HashMap<&str, &str>,
) -> String {
    let facts = [
        ("Last outcome", Some(shown(state.last_outcome).0.to_owned())),
        ("Reason", Some(state.last_reason.clone()).filter(|reason| !reason.is_empty())),
        ("Failures since the last success", Some(state.failures.to_string())),
        ("Last success", state.last_success.map(|at| When(at).table())),
        ("Next run", Some(When(state.next_run).table())),
        ("Entries", Some(state.entries.to_string())),
        ("Page", state.home.clone()),
        ("Feed read instead of the page", state.feed.as_ref().map(ToString::to_string)),
        ("Gap", state.gaps().last().map(ToString::to_string)),
    ];
    let title = title(state, titles);
    let frame = Frame { wide: true, ..Frame::plain(title.to_owned(), addresses) };
    write(&One {
        frame,
        overview: addresses.admin(),
        id: state.id.as_str(),
        title,
        facts: facts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect(),
        runs: reports.iter().map(run).collect(),
    })
}

fn run(report: &HarvestReport) -> Run<'_> {
    let (outcome, class) = shown(Some(report.outcome));
    let worth = report.problems.iter().filter(|problem| problem.severity >= Severity::Warning);
    let failed = match report.articles_failed {
        0 => String::new(),
        failed => format!(" ({failed} failed)"),
    };
    Run {
        began: When(report.started).table(),
        took: format!("{:.1} s", (report.finished - report.started).as_seconds_f64()),
        outcome,
        class,
        reason: &report.reason,
        problems: worth.map(|problem| problem.message.clone()).collect(),
        status: report.status.map(|status| status.to_string()).unwrap_or_default(),
        listed: report.listed,
        new: report.changes.new,
        altered: report.changes.altered,
        articles: format!("{}{failed}", report.articles),
        bytes: report.bytes,
    }
}

fn title<'a>(state: &'a SourceState, titles: &HashMap<&str, &'a str>) -> &'a str {
    titles.get(state.id.as_str()).copied().or(state.title.as_deref()).unwrap_or(state.id.as_str())
}

/// An outcome's word and the class of its colour.
fn shown(outcome: Option<Outcome>) -> (&'static str, &'static str) {
    match outcome {
        None => ("not yet", "idle"),
        Some(outcome) if outcome.is_success() => (outcome.as_str(), "good"),
        Some(outcome) => (outcome.as_str(), "bad"),
    }
}

fn moment(moment: Option<DateTime<Utc>>) -> String {
    moment.map(|at| When(at).table()).unwrap_or_default()
}
