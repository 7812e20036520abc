//! Numbers for Prometheus (text format 0.0.4).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use http::StatusCode;

use super::router::{Asked, Route, Shape};
use crate::model::{HarvestReport, Outcome};
use crate::publish::Format;
use crate::store::SourceState;

/// What is asked for, as counted.
const KINDS: [&str; 6] = ["rss", "atom", "json", "page", "admin", "other"];
/// What is answered, as counted.
const CODES: [u16; 9] = [200, 226, 304, 401, 404, 405, 412, 429, 503];

/// Counts of one server.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    requests: [[AtomicU64; CODES.len() + 1]; KINDS.len()],
    /// Connections open now.
    pub connections: AtomicU64,
    /// Connections refused because too many were open.
    pub refused: AtomicU64,
    /// Documents and pages rendered.
    pub rendered: AtomicU64,
}

/// Runs of this process by outcome: there is one clockwork a process, and it knows no server.
static HARVESTS: [AtomicU64; Outcome::ALL.len()] = [const { AtomicU64::new(0) }; Outcome::ALL.len()];

/// Counts a run, for `/metrics`.
pub fn count_harvest(report: &HarvestReport) {
    let at = Outcome::ALL.iter().position(|outcome| *outcome == report.outcome);
    if let Some(count) = at.and_then(|at| HARVESTS.get(at)) {
        count.fetch_add(1, Relaxed);
    }
}

impl Metrics {
    /// Counts a request.
    pub fn count(&self, route: Option<Route<'_>>, shape: Option<Shape>, status: StatusCode) {
        let shape = match (shape, route) {
            (Some(shape), _) => Some(shape),
            (None, Some(Route::Feed(_, Asked::As(shape)) | Route::Source(_, Asked::As(shape)))) => Some(shape),
            (None, Some(Route::Archive(.., format))) => Some(Shape::Document(format)),
            (None, Some(Route::Index | Route::Entry(_))) => Some(Shape::Page),
            _ => None,
        };
        let kind = match (shape, route) {
            (Some(Shape::Document(Format::Rss)), _) => 0,
            (Some(Shape::Document(Format::Atom)), _) => 1,
            (Some(Shape::Document(Format::Json)), _) => 2,
            (Some(Shape::Page | Shape::Opened(_)), _) => 3,
            (None, Some(Route::Admin | Route::Status(_) | Route::AdminSource(_))) => 4,
            (None, _) => 5,
        };
        let code = CODES.iter().position(|code| *code == status.as_u16()).unwrap_or(CODES.len());
        if let Some(count) = self.requests.get(kind).and_then(|codes| codes.get(code)) {
            count.fetch_add(1, Relaxed);
        }
    }

    /// All numbers, with those of the sources.
    pub fn text(&self, sources: &[SourceState]) -> String {
        let mut out = String::new();
        let mut outcomes: BTreeMap<&str, u64> = BTreeMap::new();
        for state in sources {
            *outcomes.entry(state.last_outcome.map_or("not-yet", Outcome::as_str)).or_default() += 1;
        }
        head(&mut out, "courant_sources", "gauge", "Sources by what their last run came to.");
        for (outcome, count) in outcomes {
            sample(&mut out, "courant_sources", &[("outcome", outcome)], count);
        }
        head(&mut out, "courant_entries", "gauge", "Stored entries of the configured sources.");
        sample(&mut out, "courant_entries", &[], sources.iter().map(|state| state.entries).sum());
        head(&mut out, "courant_harvests_total", "counter", "Runs of this process by outcome.");
        for (outcome, count) in Outcome::ALL.iter().zip(&HARVESTS) {
            sample(&mut out, "courant_harvests_total", &[("outcome", outcome.as_str())], count.load(Relaxed));
        }
        head(&mut out, "courant_requests_total", "counter", "Requests by what was asked for and what was answered.");
        for (kind, codes) in KINDS.iter().zip(&self.requests) {
            for (at, count) in codes.iter().enumerate() {
                let count = count.load(Relaxed);
                let code = CODES.get(at).map_or("other".to_owned(), u16::to_string);
                if count > 0 {
                    sample(&mut out, "courant_requests_total", &[("kind", kind), ("code", &code)], count);
                }
            }
        }
        let plain = [
            ("courant_rendered_total", "counter", "Documents and pages rendered.", &self.rendered),
            ("courant_connections", "gauge", "Connections open now.", &self.connections),
            ("courant_connections_refused_total", "counter", "Connections refused: too many were open.", &self.refused),
        ];
        for (name, kind, help, value) in plain {
            head(&mut out, name, kind, help);
            sample(&mut out, name, &[], value.load(Relaxed));
        }
        out
    }
}

// Writing to a string does not fail, hence the results that are let go.
fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

/// Label values are our own words: nothing in them needs escaping.
fn sample(out: &mut String, name: &str, labels: &[(&str, &str)], value: u64) {
    let labels: Vec<String> = labels.iter().map(|(label, value)| format!("{label}=\"{value}\"")).collect();
    let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
    let _ = writeln!(out, "{name}{labels} {value}");
}
