//! How each source is, and what helps. Pure.

use chrono::{DateTime, TimeDelta, Utc};

use super::Finding;
use super::machine::number;
use crate::config::Config;
use crate::model::{HarvestReport, Outcome, Severity, Source};
use crate::store::{Held, SourceState};

/// Entries whose dates tell how often there is news.
pub(super) const RECENT: usize = 20;
/// Runs that are looked through for one that read the page.
pub(super) const RUNS: usize = 20;
/// So many failures in a row are no passing trouble.
const LASTING: u32 = 3;
/// A source that was told nothing else is quiet after so many of its usual pauses, and after a week at least.
const PAUSES: i32 = 10;
const WEEK: TimeDelta = TimeDelta::days(7);
/// A gap is told for so long.
const GAP_TOLD: TimeDelta = TimeDelta::days(14);
/// A source so late is not just waiting for its turn.
const LATE: TimeDelta = TimeDelta::hours(1);

/// What the latest run that read the page warned of; gaps are told apart.
pub(super) fn warning(reports: &[HarvestReport]) -> Option<&str> {
    let read = reports.iter().find(|report| report.outcome != Outcome::Unchanged)?;
    let warning = read.problems.iter().find(|problem| problem.severity >= Severity::Warning);
    warning.map(|problem| problem.message.as_str()).filter(|_| read.outcome == Outcome::Ok)
}

/// What is to be said of a source; `recent`: when its latest entries were published, newest first; `warned`: what its
/// latest run warned of.
pub(super) fn examine(
    source: &Source,
    state: Option<&SourceState>,
    recent: &[DateTime<Utc>],
    held: Option<&Held>,
    warned: Option<&str>,
    now: DateTime<Utc>,
) -> Vec<Finding> {
    let about = format!("source {}", source.id);
    let Some(state) = state.filter(|state| state.last_run.is_some()) else {
        return vec![Finding::warning(
            &about,
            "it was never read",
            format!("`courant fetch {}` reads it now", source.id),
        )];
    };
    let mut findings = Vec::new();
    if state.failures > 0 {
        let outcome = state.last_outcome.unwrap_or(Outcome::Broken);
        let times = if state.failures == 1 { "once".to_owned() } else { format!("{} times in a row", state.failures) };
        let last = state.last_success.map_or("never".to_owned(), day);
        let say = format!("{}, {times}; last read well: {last}", outcome.as_str());
        let advice = match outcome {
            // Nothing has changed that was never otherwise; the reason says what to do.
            Outcome::StructureMissing if state.last_success.is_none() => String::new(),
            _ => advice(outcome, source.id.as_str()),
        };
        let said = [state.last_reason.clone(), advice].into_iter().filter(|text| !text.is_empty());
        let advice = said.collect::<Vec<_>>().join("; ");
        let grade = if state.failures >= LASTING { Finding::wrong } else { Finding::warning };
        findings.push(grade(&about, say, advice));
    }
    if let Some(held) = held {
        let id = &source.id;
        findings.push(Finding::warning(
            &about,
            format!("{} held back since {}: {}", number(held.drafts.len(), "entry"), day(held.since), held.reason),
            format!(
                "look at them (`courant quarantine`), then `courant quarantine release {id}`, `adopt {id}` or `discard {id}`"
            ),
        ));
    }
    if let Some(moved) = state.wishes.moved.as_ref().filter(|moved| moved.holds_for(&source.url)) {
        let say = format!("it has moved to {} for good, and is asked there", moved.to);
        findings.push(Finding::warning(&about, say, "change `url`; entries and ids stay"));
    }
    let is_gap = |warning: &str| state.gaps().iter().any(|gap| gap.to_string() == warning);
    if let Some(warning) = warned.filter(|warning| state.failures == 0 && !is_gap(warning)) {
        // What follows the first line is to be copied, and too long for a table.
        let say = warning.lines().next().unwrap_or_default().trim_end_matches(':');
        findings.push(Finding::warning(&about, say, format!("`courant status {}` shows it whole", source.id)));
    }
    for gap in state.gaps().iter().filter(|gap| now - gap.until < GAP_TOLD) {
        let advice =
            "what is missing can be had by a longer list: `listing.next` and `listing.pages`, or the site's feed";
        findings.push(Finding::warning(&about, format!("a gap: {gap}"), advice));
    }
    if state.failures == 0
        && let Some(last) = recent.first()
        && let Some(after) = quiet_after(source, recent)
        && now - *last > after
    {
        findings.push(Finding::warning(
            &about,
            format!("quiet: nothing new since {}", day(*last)),
            format!(
                "`courant preview {}` shows what is read now; if the page has news that is not there, its list is another",
                source.id
            ),
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(
            &about,
            format!("{}, last read {}", number(state.entries, "entry"), state.last_run.map_or_else(String::new, day)),
        ));
    }
    findings
}

/// How long without news is too long: what the operator says, else by the source's own rhythm.
fn quiet_after(source: &Source, recent: &[DateTime<Utc>]) -> Option<TimeDelta> {
    if let Some(seconds) = source.expect.quiet_after {
        return TimeDelta::try_seconds(i64::try_from(seconds).ok()?);
    }
    let (newest, oldest) = (recent.first()?, recent.last()?);
    let pauses = i32::try_from(recent.len()).ok()?.checked_sub(1).filter(|pauses| *pauses >= 4)?;
    Some(((*newest - *oldest) / pauses * PAUSES).max(WEEK))
}

/// What helps against an outcome.
fn advice(outcome: Outcome, id: &str) -> String {
    match outcome {
        Outcome::Blocked => format!(
            "the site does not want to be read in this way: see what it shows (`courant preview {id}`); its feed may be \
             open, or a `request` header is missing"
        ),
        Outcome::Gone => {
            "the address is gone for good: look for the new one and change `url`; entries and ids stay".into()
        }
        Outcome::StructureMissing => format!(
            "the page has changed: `courant preview {id}` shows what is read now; mend its selectors, or take them out"
        ),
        Outcome::Quarantined => "so much was new at once that it waits for you".into(),
        _ => format!("`courant status {id}` shows its latest runs; `courant fetch {id}` tries at once"),
    }
}

/// Sources that should have been read long ago.
pub(super) fn late(config: &Config, states: &[SourceState], in_use: bool, now: DateTime<Utc>) -> Option<Finding> {
    let enabled = |state: &&SourceState| config.sources.iter().any(|s| s.enabled && s.id == state.id);
    let late: Vec<_> = states.iter().filter(enabled).filter(|state| now - state.next_run > LATE).collect();
    let first = late.iter().min_by_key(|state| state.next_run)?;
    let say = format!("{} late; {} was due {}", number(late.len(), "source"), first.id, day(first.next_run));
    Some(if in_use {
        Finding::wrong("schedule", say, "the daemon runs and does not get to them: read its log")
    } else {
        Finding::warning("schedule", say, "the daemon does not run: `courant run`, or `courant fetch` once")
    })
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::super::Grade;
    use super::*;
    use crate::model::{Gap, Profile, SourceId};
    use crate::store::Moved;

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::hours(hours)
    }

    fn source() -> Source {
        let mut source = Source::at("https://lantern.example/news/".parse().unwrap());
        source.id = SourceId::new("lantern").unwrap();
        source
    }

    fn state() -> SourceState {
        let state = SourceState::unseen(source().id, at(1));
        SourceState { last_run: Some(at(0)), last_success: Some(at(0)), last_outcome: Some(Outcome::Ok), ..state }
    }

    #[test]
    fn a_source_is_graded_by_what_an_operator_must_do() {
        let failing = |outcome, failures| SourceState {
            last_outcome: Some(outcome),
            failures,
            last_reason: "why".into(),
            ..state()
        };
        let gap = Gap { since: at(-30), until: at(-20), pages: 2 };
        let gappy =
            SourceState { profile: Some(Box::new(Profile { gaps: vec![gap], ..Profile::default() })), ..state() };
        let mut moved = state();
        let (from, to) = (source().url, "https://lantern.example/today/".parse().unwrap());
        moved.wishes.moved = Some(Moved { from, to, seen: Moved::HOLDS, announced: false, doubted: None });
        let daily: Vec<_> = (1..12).map(|day| at(-24 * day)).collect();
        let old: Vec<_> = (30..40).map(|day| at(-24 * day)).collect();
        let held = Held { source: source().id, since: at(-1), reason: "a flood".into(), drafts: Vec::new() };
        for (why, state, recent, held, grade, words) in [
            ("never read", None, &daily, None, Grade::Warning, "courant fetch lantern"),
            ("well", Some(state()), &daily, None, Grade::Ok, "0 entries"),
            ("a hiccup", Some(failing(Outcome::Broken, 1)), &daily, None, Grade::Warning, "broken, once"),
            ("lasting", Some(failing(Outcome::Blocked, 5)), &daily, None, Grade::Wrong, "blocked, 5 times in a row"),
            ("gone", Some(failing(Outcome::Gone, 3)), &daily, None, Grade::Wrong, "change `url`"),
            ("moved", Some(moved), &daily, None, Grade::Warning, "for good, and is asked there change `url`"),
            ("held", Some(state()), &daily, Some(&held), Grade::Warning, "release lantern"),
            ("a gap", Some(gappy), &daily, None, Grade::Warning, "may be missing"),
            ("quiet", Some(state()), &old, None, Grade::Warning, "nothing new since"),
        ] {
            // What the run itself said of the gap is not told again.
            let warned = gap.to_string();
            let warned = Some(&*warned).filter(|_| why == "a gap");
            let found = examine(&source(), state.as_ref(), recent, held, warned, at(0));
            assert_eq!(found.len(), 1, "{why}: {found:?}");
            assert_eq!(found[0].grade, grade, "{why}");
            assert!(format!("{} {}", found[0].finding, found[0].advice).contains(words), "{why}: {found:?}");
        }
    }

    #[test]
    fn quiet_is_what_the_operator_says_else_ten_pauses_and_a_week_at_least() {
        let hourly: Vec<_> = (0..10).map(|hour| at(-hour)).collect();
        let weekly: Vec<_> = (0..10).map(|week| at(-24 * 7 * week)).collect();
        assert_eq!(quiet_after(&source(), &hourly), Some(WEEK));
        assert_eq!(quiet_after(&source(), &weekly), Some(TimeDelta::days(70)));
        assert_eq!(quiet_after(&source(), &weekly[..3]), None);
        let mut told = source();
        told.expect.quiet_after = Some(3600);
        assert_eq!(quiet_after(&told, &weekly), Some(TimeDelta::hours(1)));
    }
}
