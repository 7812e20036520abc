//! Who may harvest what, and until when.

use super::*;
use crate::model::About;
use crate::store::Standing;

const LEASE: Duration = Duration::minutes(5);

async fn due(kept: &Kept, now: DateTime<Utc>) -> Vec<String> {
    let claims = kept.store.claim_due(now, LEASE, 10).await.unwrap();
    claims.into_iter().map(|claim| claim.source.to_string()).collect()
}

async fn with_sources(sources: &[(&str, i64)]) -> Kept {
    let kept = Kept::new();
    sync(&kept, sources).await;
    kept
}

async fn sync(kept: &Kept, sources: &[(&str, i64)]) {
    let sources = sources.iter().map(|(source, first)| (id(source), minute(*first))).collect();
    kept.store.sync_sources(sources).await.unwrap();
}

#[tokio::test]
async fn a_due_source_goes_to_one_worker_longest_due_first() {
    let kept = with_sources(&[("late", 2), ("early", 1), ("future", 60)]).await;
    assert_eq!(due(&kept, minute(5)).await, ["early", "late"]);
    assert!(due(&kept, minute(5)).await.is_empty());
    assert_eq!(due(&kept, minute(10)).await, ["early", "late"], "the leases ended");
}

#[tokio::test]
async fn a_finished_run_ends_the_claim_and_is_due_at_its_next_time() {
    let kept = with_sources(&[("x", 0)]).await;
    due(&kept, minute(0)).await;
    assert_eq!(kept.store.next_due().await.unwrap(), Some(minute(5)), "the end of the lease");
    kept.put("x", minute(1), Vec::new()).await;
    assert_eq!(kept.store.next_due().await.unwrap(), Some(minute(60)));
    assert!(due(&kept, minute(59)).await.is_empty());
    assert_eq!(due(&kept, minute(60)).await, ["x"]);
}

#[tokio::test]
async fn the_next_due_instant_is_the_earliest_of_all() {
    let kept = with_sources(&[]).await;
    assert_eq!(kept.store.next_due().await.unwrap(), None);
    sync(&kept, &[("a", 0), ("b", 30), ("c", 3)]).await;
    assert_eq!(kept.store.next_due().await.unwrap(), Some(minute(0)));
    assert_eq!(due(&kept, minute(0)).await, ["a"]);
    assert_eq!(kept.store.next_due().await.unwrap(), Some(minute(3)));
    kept.store.reschedule(&id("b"), minute(1)).await.unwrap();
    assert_eq!(kept.store.next_due().await.unwrap(), Some(minute(1)));
}

#[tokio::test]
async fn what_should_have_run_is_known_unless_it_runs() {
    let kept = with_sources(&[("late", 2), ("runs", 1), ("latest", 3), ("future", 60)]).await;
    assert!(kept.store.claim(&id("runs"), minute(4), LEASE).await.unwrap().is_some());
    assert_eq!(kept.store.missed(minute(5), minute(9)).await.unwrap(), [id("late"), id("latest")]);
    assert!(kept.store.missed(minute(2), minute(9)).await.unwrap().is_empty());
    let state = SourceState { last_run: Some(minute(10)), ..state("future") };
    kept.store.finish(Finished { state: state.into(), ..run("future", minute(10), Vec::new()) }).await.unwrap();
    assert_eq!(kept.store.missed(minute(2), minute(9)).await.unwrap(), [id("future")]);
    assert!(kept.store.missed(minute(2), minute(10)).await.unwrap().is_empty());
}

#[tokio::test]
async fn one_source_is_claimed_by_name_due_or_not() {
    let kept = with_sources(&[("x", 60)]).await;
    assert!(kept.store.claim(&id("x"), minute(0), LEASE).await.unwrap().is_some());
    assert!(kept.store.claim(&id("x"), minute(1), LEASE).await.unwrap().is_none());
    kept.store.release(&id("x")).await.unwrap();
    assert!(kept.store.claim(&id("x"), minute(1), LEASE).await.unwrap().is_some());
    assert!(kept.store.claim(&id("unheard-of"), minute(0), LEASE).await.unwrap().is_none());
}

#[tokio::test]
async fn what_is_due_when_is_known_after_a_restart() {
    let kept = with_sources(&[("ran", 0), ("moved", 0), ("waits", 7)]).await;
    assert_eq!(due(&kept, minute(0)).await, ["ran", "moved"]);
    let mut finished = run("ran", minute(0), vec![draft("a", "A")]);
    Arc::make_mut(&mut finished.state).next_run = minute(30);
    kept.store.finish(finished).await.unwrap();
    kept.store.release(&id("moved")).await.unwrap();
    kept.store.reschedule(&id("moved"), minute(9)).await.unwrap();
    let kept = kept.reopened().await;
    // As at every start: what is known already keeps its time.
    sync(&kept, &[("ran", 1), ("moved", 1), ("waits", 1)]).await;
    assert_eq!(kept.store.next_due().await.unwrap(), Some(minute(7)));
    assert!(due(&kept, minute(6)).await.is_empty());
    assert_eq!(due(&kept, minute(29)).await, ["waits", "moved"]);
    assert_eq!(due(&kept, minute(30)).await, ["ran"]);
}

#[tokio::test]
async fn claims_of_a_process_end_with_it() {
    let kept = with_sources(&[("x", 0), ("y", 1), ("z", 60)]).await;
    assert_eq!(due(&kept, minute(0)).await, ["x"]);
    let second = open(&kept.path()).unwrap();
    let both = second.claim_each(vec![id("y"), id("z")], minute(0), LEASE).await.unwrap();
    assert!(both.iter().all(Option::is_some));
    let kept = kept.reopened().await;
    assert_eq!(due(&kept, minute(0)).await, ["x"], "nobody else's");
    assert!(due(&kept, minute(1)).await.is_empty());
    assert!(kept.store.claim(&id("z"), minute(1), LEASE).await.unwrap().is_none());
    second.close().await.unwrap();
    assert_eq!(due(&kept, minute(1)).await, ["y"]);
    assert!(kept.store.claim(&id("z"), minute(1), LEASE).await.unwrap().is_some());
}

#[tokio::test]
async fn a_second_process_does_not_end_the_claims_of_the_first() {
    let kept = with_sources(&[("x", 0)]).await;
    assert_eq!(due(&kept, minute(0)).await, ["x"]);
    let second = open(&kept.path()).unwrap();
    assert!(second.claim_due(minute(0), LEASE, 1).await.unwrap().is_empty());
}

#[tokio::test]
async fn sources_that_are_no_longer_configured_rest_and_keep_their_entries() {
    let kept = with_sources(&[("x", 0), ("y", 0)]).await;
    kept.put("x", minute(0), vec![draft("a", "A")]).await;
    sync(&kept, &[("y", 0)]).await;
    assert_eq!(due(&kept, minute(100)).await, ["y"]);
    assert_eq!(kept.store.sources().await.unwrap().len(), 1);
    assert_eq!(kept.titles(&["x"]).await, ["A"]);
    sync(&kept, &[("y", 0), ("x", 999)]).await;
    assert_eq!(due(&kept, minute(100)).await, ["x"], "it is as it was");
}

#[tokio::test]
async fn the_state_of_a_run_is_kept_to_the_letter() {
    let kept = with_sources(&[("x", 0)]).await;
    let expected = SourceState {
        title: Some("Port".into()),
        home: Some("https://news.example/".to_owned()),
        feed: url::Url::parse("https://news.example/feed").ok(),
        validators: Validators {
            etag: Some("W/\"ü\"".into()),
            last_modified: Some("yesterday".into()),
            of: url::Url::parse("https://news.example/issue-9").ok(),
        },
        body_hash: Some(u64::MAX),
        reading: Some(7),
        last_run: Some(minute(1)),
        last_success: Some(minute(0)),
        last_outcome: Some(Outcome::StructureMissing),
        last_reason: "the list is gone".into(),
        failures: 3,
        wishes: Wishes {
            moved: Some(Moved {
                from: url::Url::parse("https://news.example/old").unwrap(),
                to: url::Url::parse("https://news.example/new").unwrap(),
                seen: 2,
                announced: true,
                doubted: Some(minute(1)),
            }),
            ttl_minutes: Some(60),
            announced: None,
            quiet: Some(Default::default()),
            silence: url::Url::parse("https://news.example/")
                .ok()
                .map(|address| Silence { address, until: minute(90) }),
        },
        profile: Some(Default::default()),
        about: About { rights: Some("The Port".into()), show: Some(Default::default()), ..About::default() },
        ..state("x")
    };
    kept.store.finish(Finished { state: expected.clone().into(), ..run("x", minute(1), Vec::new()) }).await.unwrap();
    let kept = kept.reopened().await;
    assert_eq!(kept.store.sources().await.unwrap(), std::slice::from_ref(&expected));
    let standing = Standing {
        id: id("x"),
        title: expected.title.clone(),
        about: Some(Arc::new(expected.about.clone())),
        announced: None,
        entries: 0,
        ran: true,
    };
    assert_eq!(kept.store.standings().await.unwrap(), [standing]);
    let claim = kept.store.claim(&id("x"), minute(2), LEASE).await.unwrap().unwrap();
    assert_eq!(*claim.state, SourceState { profile: None, ..expected });
}

#[tokio::test]
async fn the_latest_hundred_reports_are_kept() {
    let kept = with_sources(&[("x", 0)]).await;
    for n in 0..105 {
        let mut finished = run("x", minute(n), vec![draft("a", "A")]);
        finished.report.problems = vec![Problem::warning(format!("run {n}"))];
        finished.report.outcome = Outcome::Empty;
        kept.store.finish(finished).await.unwrap();
    }
    let reports = kept.store.reports(&id("x"), 1000).await.unwrap();
    assert_eq!(reports.len(), 100);
    assert_eq!(reports[0].problems, [Problem::warning("run 104")]);
    assert_eq!(reports[0].outcome, Outcome::Empty);
    assert_eq!(reports[0].changes, changes(0, 0, 1), "filled in by the store");
    assert_eq!(reports[0].started, minute(104));
    assert_eq!(kept.store.reports(&id("x"), 2).await.unwrap().len(), 2);
}
