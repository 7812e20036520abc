//! `/feeds/_status`: the sources' troubles as a feed for the operator, each once, and each one's end.

use std::net::SocketAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, Response, StatusCode};
use uuid::Uuid;

use super::addresses::Collection;
use super::answer::Answer;
use super::body::Body;
use super::edition::Edition;
use super::feeds::about_document;
use super::router::{Asked, Shape};
use super::{operator, preference, trouble};
use crate::model::{Dedupe, Entry, EntryId, Feed, FeedId, Gap, HarvestReport, SourceId};
use crate::publish::{self, Format};
use crate::store::{SourceState, Store, StoreError};

/// How many of a source's latest runs are looked at.
const RUNS: usize = 100;
/// How many troubles and ends are shown.
const SHOWN: usize = 100;

/// Answers the operator; a browser is sent to the table of sources.
pub(super) async fn answer(
    store: &dyn Store,
    edition: &Edition,
    asked: Asked,
    method: &Method,
    headers: &HeaderMap,
    peer: SocketAddr,
) -> Response<Body> {
    if let Some(refused) = operator::refused(edition, headers, peer) {
        return refused;
    }
    let shape = match asked {
        Asked::As(shape) => shape,
        Asked::Negotiated => preference::shape(headers),
    };
    let Shape::Document(format) = shape else {
        let mut response = trouble::plain(StatusCode::SEE_OTHER, "text/plain", "The table of sources tells it.\n");
        if let Ok(to) = HeaderValue::from_str(&edition.addresses.admin()) {
            response.headers_mut().insert(header::LOCATION, to);
        }
        return response;
    };
    match document(store, edition, format).await {
        Ok(answer) => Arc::new(answer).respond(method, headers).await,
        Err(error) => {
            tracing::error!(%error, "cannot read the store");
            trouble::unavailable(edition, headers)
        }
    }
}

async fn document(store: &dyn Store, edition: &Edition, format: Format) -> Result<Answer, StoreError> {
    let mut entries = Vec::new();
    for state in store.sources().await? {
        let reports = store.reports(&state.id, RUNS).await?;
        let title = edition.titles.get(&state.id).map_or(state.id.as_str(), String::as_str);
        let address = edition.addresses.absolute_admin(state.id.as_str());
        let all = troubles(&state, &reports).into_iter().chain(state.gaps().iter().map(Trouble::of_gap));
        entries.extend(all.map(|trouble| trouble.entry(&state.id, title, &address)));
    }
    entries.sort_by(|a, b| b.published.cmp(&a.published).then_with(|| a.id.cmp(&b.id)));
    let changed = entries.first().map_or(DateTime::UNIX_EPOCH, |entry| entry.published);
    let feed = Feed {
        // The literal keeps to the alphabet.
        id: FeedId::new("status").expect("a valid id"),
        title: "Troubles of sources".to_owned(),
        description: Some("Which source fails and why, each once, and when it is well again.".to_owned()),
        language: Some("en".to_owned()),
        selection: edition.everything.clone(),
        limit: SHOWN,
        full_text: true,
        dedupe: Dedupe::Off,
        apart: Vec::new(),
        about: None,
    };
    let mut links = edition.links(Collection::Feed, &feed, Shape::Document(format), "");
    links.this = edition.addresses.status(format);
    links.home = edition.addresses.absolute_admin("").trim_end_matches("sources/").to_owned();
    links.hub = None;
    let document = publish::render(&feed, &entries, format, &links, changed);
    let mut about = about_document(format, document.last_modified, &links);
    about.cache_control = HeaderValue::from_static("private, no-cache");
    about.others.retain(|(name, _)| *name != header::ACCESS_CONTROL_ALLOW_ORIGIN);
    Ok(Answer::new(document.body, about))
}

/// A source's failing, or its end.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Trouble {
    /// What it is known by for ever: it stays the same while old reports are forgotten.
    key: String,
    at: DateTime<Utc>,
    /// How it was; `None`: it is over.
    failing: Option<&'static str>,
    text: String,
}

/// The troubles in a source's latest runs, newest report first: runs that fail in a row are one.
///
/// A beginning is known by the success before it, an end by the success that it is.
fn troubles(state: &SourceState, reports: &[HarvestReport]) -> Vec<Trouble> {
    let mut found = Vec::new();
    // Where all reports are there, the first failure of all is the first ever.
    let mut before = (reports.len() < RUNS).then(|| "ever".to_owned());
    let mut failing = 0_usize;
    for report in reports.iter().rev() {
        let began = report.started;
        if report.outcome.is_success() {
            if failing > 0 {
                let text =
                    format!("It was read again, after {failing} run{} in vain.", if failing == 1 { "" } else { "s" });
                let key = format!("end {}", began.timestamp_millis());
                found.push(Trouble { key, at: began, failing: None, text });
            }
            failing = 0;
            before = Some(began.timestamp_millis().to_string());
            continue;
        }
        failing += 1;
        if failing > 1 {
            continue;
        }
        // A row of failures whose beginning is forgotten lasts as long as the state says.
        let since = before.clone().or_else(|| {
            let lasts = reports.iter().all(|report| !report.outcome.is_success());
            lasts.then(|| state.last_success.map_or("ever".to_owned(), |at| at.timestamp_millis().to_string()))
        });
        let Some(since) = since else { continue };
        let problems = report.problems.iter().map(|problem| problem.message.as_str());
        let text = std::iter::once(report.reason.as_str()).chain(problems).filter(|text| !text.is_empty());
        found.push(Trouble {
            key: format!("since {since}"),
            at: began,
            failing: Some(report.outcome.as_str()),
            text: text.collect::<Vec<_>>().join("\n"),
        });
    }
    found
}

impl Trouble {
    fn of_gap(gap: &Gap) -> Self {
        let key = format!("gap {}", gap.until.timestamp_millis());
        Self { key, at: gap.until, failing: Some("gap"), text: gap.to_string() }
    }

    fn entry(self, source: &SourceId, title: &str, address: &str) -> Entry {
        let name = format!("courant trouble of {source}: {}", self.key);
        Entry {
            id: EntryId(Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).urn().to_string()),
            source: source.clone(),
            url: url::Url::parse(address).ok(),
            title: match self.failing {
                Some(outcome) => format!("{title}: {outcome}"),
                None => format!("{title}: well again"),
            },
            authors: Vec::new(),
            published: self.at,
            updated: self.at,
            first_seen: self.at,
            summary: Some(self.text),
            content: None,
            full_text: true,
            categories: vec![self.failing.unwrap_or("recovered").to_owned()],
            picture: None,
            enclosures: Vec::new(),
            extras: Default::default(),
            language: Some("en".to_owned()),
            also_in: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Outcome;

    /// Reports of runs a minute apart from minute `from` on, latest first.
    fn runs(from: i64, outcomes: &[Outcome]) -> Vec<HarvestReport> {
        let at = |n: usize| DateTime::from_timestamp((from + n as i64) * 60, 0).unwrap();
        let report = |(n, outcome): (usize, &Outcome)| HarvestReport {
            outcome: *outcome,
            reason: if outcome.is_success() { String::new() } else { "No answer.".into() },
            ..HarvestReport::begun(SourceId::new("harbour").unwrap(), at(n))
        };
        let mut reports: Vec<_> = outcomes.iter().enumerate().map(report).collect();
        reports.reverse();
        reports
    }

    fn state(last_success: Option<i64>) -> SourceState {
        SourceState {
            last_success: last_success.map(|minute| DateTime::from_timestamp(minute * 60, 0).unwrap()),
            ..SourceState::unseen(SourceId::new("harbour").unwrap(), DateTime::UNIX_EPOCH)
        }
    }

    #[test]
    fn each_trouble_is_told_once_and_so_is_its_end() {
        use Outcome::{Blocked, Broken, Ok, Unchanged};
        let found = troubles(&state(Some(4)), &runs(0, &[Broken, Ok, Broken, Blocked, Unchanged, Broken]));
        let told: Vec<_> = found.iter().map(|t| (t.key.as_str(), t.failing)).collect();
        let ms = |minute: i64| (minute * 60_000).to_string();
        assert_eq!(
            told,
            [
                ("since ever", Some("broken")),
                (&*format!("end {}", ms(1)), None),
                (&*format!("since {}", ms(1)), Some("broken")),
                (&*format!("end {}", ms(4)), None),
                (&*format!("since {}", ms(4)), Some("broken")),
            ]
        );
    }

    #[test]
    fn a_trouble_stays_the_same_while_its_first_reports_are_forgotten() {
        let all = [vec![Outcome::Ok], vec![Outcome::Broken; 300]].concat();
        let state = state(Some(0));
        let key = |from: usize, to: usize| {
            let found = troubles(&state, &runs(from as i64, &all[from..to]));
            assert_eq!(found.len(), 1);
            found[0].key.clone()
        };
        assert_eq!(key(0, 50), key(1, 101));
        assert_eq!(key(0, 50), key(180, 280));
        // The end of one whose beginning is forgotten is told all the same.
        let ended = [vec![Outcome::Broken; RUNS - 1], vec![Outcome::Ok]].concat();
        let found = troubles(&state, &runs(0, &ended));
        assert_eq!(found.iter().map(|t| t.failing).collect::<Vec<_>>(), [None]);
    }
}
