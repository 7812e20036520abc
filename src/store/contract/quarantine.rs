//! Runs that are held back.

use super::*;
use crate::model::Shape;
use crate::store::Verdict;

async fn held(drafts: &[&str]) -> Kept {
    let kept = Kept::new();
    kept.put("x", minute(0), vec![draft("a", "A")]).await;
    let drafts = drafts.iter().map(|key| draft(key, key)).collect();
    let flood = Finished { held: Some("so many".into()), ..run("x", minute(1), drafts) };
    assert_eq!(kept.store.finish(flood).await.unwrap(), changes(0, 0, 0));
    kept
}

#[tokio::test]
async fn a_held_run_changes_no_entry_and_is_shown() {
    let kept = held(&["a", "b", "c"]).await;
    assert_eq!(kept.titles(&["x"]).await, ["A"]);
    let all = kept.store.quarantined().await.unwrap();
    assert_eq!(
        (all.len(), all[0].source.as_str(), all[0].reason.as_str(), all[0].since),
        (1, "x", "so many", minute(1))
    );
    assert_eq!(all[0].drafts, ["a", "b", "c"].map(|key| draft(key, key)));
    // The next of its kind takes its place; it is held since the first.
    let again = Finished { held: Some("still".into()), ..run("x", minute(2), vec![draft("d", "d")]) };
    kept.store.finish(again).await.unwrap();
    let all = kept.store.quarantined().await.unwrap();
    assert_eq!((all.len(), all[0].reason.as_str(), all[0].since, all[0].drafts.len()), (1, "still", minute(1), 1));
    let reports = kept.store.reports(&id("x"), 9).await.unwrap();
    assert_eq!(reports[0].changes, changes(0, 0, 0));
    // A run that is not held ends it.
    kept.put("x", minute(3), vec![draft("a", "A")]).await;
    assert!(kept.store.quarantined().await.unwrap().is_empty());
    assert_eq!(kept.store.settle(&id("x"), Verdict::Release, minute(4)).await.unwrap(), None);
}

#[tokio::test]
async fn what_is_released_is_published_as_if_it_had_not_been_held() {
    let kept = held(&["a", "b", "c"]).await;
    let seen = kept.store.revision(&all_of(&["x"]));
    assert_eq!(kept.store.settle(&id("x"), Verdict::Release, minute(9)).await.unwrap(), Some(changes(2, 1, 0)));
    assert!(kept.store.revision(&all_of(&["x"])) > seen);
    assert_eq!(kept.titles(&["x"]).await, ["b", "c", "a"]);
    // Nobody waits for an operator any more: it is due.
    let state = kept.store.sources().await.unwrap().remove(0);
    assert_eq!((state.last_outcome, state.failures, state.next_run), (Some(Outcome::Ok), 0, minute(9)));
    assert_eq!(kept.put("x", minute(10), vec![draft("b", "b")]).await, changes(0, 0, 1));
    assert_eq!(kept.store.integrity().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_adopted_is_known_and_not_published() {
    let kept = held(&["a", "b", "c"]).await;
    kept.store.settle(&id("x"), Verdict::Adopt, minute(9)).await.unwrap();
    assert_eq!(kept.titles(&["x"]).await, ["a"]);
    assert_eq!(kept.put("x", minute(10), vec![draft("b", "b"), draft("d", "d")]).await, changes(1, 0, 1));
    assert_eq!(kept.titles(&["x"]).await, ["d", "a"]);
    assert_eq!(kept.store.integrity().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_discarded_leaves_nothing() {
    let kept = held(&["a", "b"]).await;
    kept.store.settle(&id("x"), Verdict::Discard, minute(9)).await.unwrap();
    assert!(kept.store.quarantined().await.unwrap().is_empty());
    assert_eq!(kept.titles(&["x"]).await, ["A"]);
    assert_eq!(kept.put("x", minute(10), vec![draft("b", "b")]).await, changes(1, 0, 0));
}

#[tokio::test]
async fn a_sources_profile_is_kept() {
    let kept = Kept::new();
    let mut finished = run("x", minute(0), Vec::new());
    let state = Arc::make_mut(&mut finished.state);
    state.profile.get_or_insert_default().note(Shape { at: minute(0), listed: 30, known: 28, dated: 30 });
    let expected = state.profile.clone();
    kept.store.finish(finished).await.unwrap();
    // A run that did not ask for it leaves it as it is.
    kept.put("x", minute(1), Vec::new()).await;
    let kept = kept.reopened().await;
    assert_eq!(kept.store.sources().await.unwrap()[0].profile, expected);
    assert_eq!(kept.store.profile(&id("x")).await.unwrap(), *expected.unwrap());
    assert_eq!(kept.store.profile(&id("y")).await.unwrap(), Default::default());
}
