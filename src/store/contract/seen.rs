//! What a list showed is remembered, as long as it is true.

use super::*;
use crate::store::{Seen, Sight, Whose};

fn sight(print: u64, key: &str) -> Sight {
    Sight { print, dated: false, entry: Whose::Id(EntryId(format!("urn:test:{key}"))) }
}

#[tokio::test]
async fn a_list_is_remembered_by_the_entries_that_its_drafts_became() {
    let kept = Kept::new();
    let source = id("x");
    let drafts = vec![draft("a", "A"), draft("b", "B"), draft("c", "C")];
    // `c` is there twice: which of the two speaks for it is settled each time.
    let teasers = vec![sight(1, "a"), sight(2, "b"), sight(3, "c"), sight(4, "c"), sight(5, "nobody")];
    let seen = Seen { around: 7, since: minute(0), language: Some("en".into()), teasers };
    kept.store.finish(Finished { seen: Some(seen), ..run("x", minute(0), drafts) }).await.unwrap();

    let held = kept.store.seen(&source).await.unwrap().unwrap();
    assert_eq!((held.around, held.since, held.language.as_deref()), (7, minute(0), Some("en")));
    assert_eq!(held.teasers.iter().map(|t| t.print).collect::<Vec<_>>(), [1, 2]);

    // The next run shows `a` as it was and `b` edited; a twin of `a` adds nothing but its keys.
    let unchanged: Vec<i64> = held.teasers.iter().take(1).filter_map(|t| t.entry.row()).collect();
    let twin = Draft { keys: vec!["a".into(), "a2".into()], ..draft("a", "Another headline") };
    let again = Finished { unchanged, ..run("x", minute(1), vec![twin, draft("b", "B, edited")]) };
    assert_eq!(kept.store.finish(again).await.unwrap(), changes(0, 1, 1));
    let one = kept.store.entry(&EntryId("urn:test:a".into())).await.unwrap().unwrap();
    assert_eq!(one.title, "A");
    assert!(kept.store.seen(&source).await.unwrap().is_some(), "what is not told stays");

    let (a, b) = (EntryId("urn:test:a".into()), EntryId("urn:test:b".into()));
    kept.store.merge(&a, &b, minute(2)).await.unwrap();
    assert_eq!(kept.store.seen(&source).await.unwrap(), None, "an operator's word makes all of it open");
}
