//! New, known, twins, deleted.

use proptest::prelude::*;

use super::*;

#[tokio::test]
async fn the_same_run_twice_adds_nothing() {
    let kept = Kept::new();
    let drafts = vec![draft("a", "A"), draft("b", "B")];
    assert_eq!(kept.put("x", minute(0), drafts.clone()).await, changes(2, 0, 0));
    let before = kept.store.entries(&all_of(&["x"]), 10).await.unwrap();
    assert_eq!(kept.put("x", minute(30), drafts).await, changes(0, 0, 2));
    assert_eq!(kept.store.entries(&all_of(&["x"]), 10).await.unwrap(), before);
}

#[tokio::test]
async fn any_shared_key_makes_it_the_same_entry_and_new_keys_are_learnt() {
    let kept = Kept::new();
    kept.put("x", minute(0), vec![Draft { keys: vec!["guid:1".into(), "url:1".into()], ..draft("a", "A") }]).await;
    let born = kept.only("x").await;
    let moved = Draft { keys: vec!["guid:2".into(), "url:1".into()], ..draft("other", "A") };
    assert_eq!(kept.put("x", minute(1), vec![moved]).await, changes(0, 0, 1));
    let renamed = Draft { keys: vec!["guid:2".into(), "url:3".into()], ..draft("third", "A") };
    assert_eq!(kept.put("x", minute(2), vec![renamed]).await, changes(0, 0, 1));
    let entry = kept.only("x").await;
    assert_eq!(entry.id, born.id);
    assert_eq!(
        entry.url.unwrap().as_str(),
        "https://news.example/third",
        "an address under a new key is where it is now"
    );
}

#[tokio::test]
async fn addresses_that_flip_without_a_new_key_change_nothing() {
    let kept = Kept::new();
    kept.put("x", minute(0), vec![draft("a", "A")]).await;
    let seen = kept.store.revision(&all_of(&["x"]));
    let flipped = Draft { url: url::Url::parse("http://www.news.example/a").ok(), ..draft("a", "A") };
    kept.put("x", minute(1), vec![flipped]).await;
    assert_eq!(kept.only("x").await.url.unwrap().as_str(), "https://news.example/a");
    assert_eq!(kept.store.revision(&all_of(&["x"])), seen);
}

#[tokio::test]
async fn the_surest_key_decides_where_keys_disagree() {
    let kept = Kept::new();
    kept.put("x", minute(0), vec![draft("a", "A"), draft("b", "B")]).await;
    let both = Draft { keys: vec!["b".into(), "a".into()], ..draft("b", "B, edited") };
    assert_eq!(kept.put("x", minute(1), vec![both]).await, changes(0, 1, 0));
    let mut titles = kept.titles(&["x"]).await;
    titles.sort();
    assert_eq!(titles, ["A", "B, edited"]);
}

#[tokio::test]
async fn keys_of_different_sources_are_apart() {
    let kept = Kept::new();
    assert_eq!(kept.put("x", minute(0), vec![draft("a", "A")]).await, changes(1, 0, 0));
    // The same id under another source: it gets one that nobody has.
    assert_eq!(kept.put("y", minute(0), vec![draft("a", "A")]).await, changes(1, 0, 0));
    assert_ne!(kept.only("x").await.id, kept.only("y").await.id);
}

#[tokio::test]
async fn drafts_of_one_run_that_share_a_key_are_one() {
    let kept = Kept::new();
    let first = Draft { keys: vec!["one".into()], ..draft("1", "First") };
    let second = Draft { keys: vec!["two".into()], summary: Some("S".into()), ..draft("2", "Second") };
    let bridge = Draft { keys: vec!["two".into(), "one".into()], ..full("3", "Third", "<p>whole</p>") };
    assert_eq!(kept.put("x", minute(0), vec![first, second, bridge]).await, changes(1, 0, 0));
    let entry = kept.only("x").await;
    assert_eq!(entry.id.0, "urn:test:1");
    assert_eq!(entry.content.as_deref(), Some("<p>whole</p>"), "the one that knows more speaks");
    assert_eq!(entry.summary.as_deref(), Some("S"));
    assert_eq!(kept.store.known(&id("x"), vec!["one".into(), "two".into()]).await.unwrap().len(), 2);
}

#[tokio::test]
async fn twins_that_only_the_ledger_knows_are_one() {
    let kept = Kept::new();
    kept.put("x", minute(0), vec![Draft { keys: vec!["g".into(), "u".into()], ..draft("a", "A") }]).await;
    let by_guid = Draft { keys: vec!["g".into()], ..draft("a", "A") };
    let by_url = Draft { keys: vec!["u".into(), "t".into()], ..draft("b", "another teaser of A") };
    assert_eq!(kept.put("x", minute(1), vec![by_guid, by_url]).await, changes(0, 0, 1));
    assert_eq!(kept.only("x").await.title, "A");
}

#[tokio::test]
async fn deleted_entries_do_not_come_back_as_new() {
    let kept = Kept::new();
    let old: Vec<Draft> = (0..30).map(|n| full(&format!("old{n}"), "Old", "<p>x</p>")).collect();
    kept.put("x", minute(0), old.clone()).await;
    assert_eq!(kept.store.forget(minute(10), minute(20)).await.unwrap(), 10, "the newest 20 stay");
    assert_eq!(kept.titles(&["x"]).await.len(), 20);
    assert_eq!(kept.put("x", minute(30), old).await, changes(0, 0, 30));
    assert_eq!(kept.titles(&["x"]).await.len(), 20);
    let known = kept.store.known(&id("x"), vec!["old29".into()]).await.unwrap();
    assert!(known[0].full_text, "no page is asked for what was deleted");
    assert!(kept.store.entry(&known[0].id).await.unwrap().is_none());
    assert_eq!(kept.store.sources().await.unwrap()[0].entries, 20);
    let counts = kept.store.counts().await.unwrap();
    assert_eq!((counts.entries, counts.tombstones), (20, 10));
    assert_eq!(kept.store.integrity().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn tombstones_last_while_their_source_shows_them() {
    let kept = Kept::new();
    let day = |n: i64| minute(0) + Duration::days(n);
    let all: Vec<Draft> = (0..21).map(|n| draft(&format!("k{n}"), "T")).collect();
    kept.put("x", day(0), all).await;
    kept.store.forget(day(1), day(1)).await.unwrap();
    let shown = draft("k20", "T");
    assert_eq!(kept.put("x", day(300), vec![shown.clone()]).await, changes(0, 0, 1));
    kept.store.forget(day(1), day(600)).await.unwrap();
    assert_eq!(kept.put("x", day(601), vec![shown.clone()]).await, changes(0, 0, 1), "seen on day 300");
    kept.store.forget(day(1), day(1100)).await.unwrap();
    assert_eq!(kept.put("x", day(1101), vec![shown]).await, changes(1, 0, 0), "unseen for 400 days");
    assert_eq!(kept.store.integrity().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn attempts_are_counted_until_the_full_text_is_there() {
    let kept = Kept::new();
    let vain = Draft { attempted: true, ..draft("a", "A") };
    let attempts = async |kept: &Kept| {
        let known = kept.store.known(&id("x"), vec!["a".into(), "unheard of".into()]).await.unwrap();
        (known.len(), known[0].attempts, known[0].full_text)
    };
    kept.put("x", minute(0), vec![vain.clone()]).await;
    kept.put("x", minute(1), vec![vain]).await;
    assert_eq!(attempts(&kept).await, (1, 2, false));
    kept.put("x", minute(2), vec![Draft { attempted: true, ..full("a", "A", "<p>x</p>") }]).await;
    assert_eq!(attempts(&kept).await, (1, 0, true));
}

#[tokio::test]
async fn endless_keys_are_kept_short_and_still_match() {
    let kept = Kept::new();
    let key = "guid:".to_owned() + &"ü".repeat(100_000);
    kept.put("x", minute(0), vec![Draft { keys: vec![key.clone()], ..draft("a", "A") }]).await;
    assert_eq!(
        kept.put("x", minute(1), vec![Draft { keys: vec![key.clone()], ..draft("a", "A") }]).await,
        changes(0, 0, 1)
    );
    assert_eq!(kept.store.known(&id("x"), vec![key.clone()]).await.unwrap()[0].key, key);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Runs of drafts with keys of a small alphabet: whatever they share, no key ever has two entries, no entry is
    /// lost, ids and dates of publication never move, and the counts agree with what is there.
    #[test]
    fn nothing_is_stored_twice_and_nothing_is_lost(
        runs in prop::collection::vec(
            prop::collection::vec((prop::collection::vec(0u8..12, 1..4), 0u8..3, any::<bool>()), 0..8), 1..6)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async move {
            let kept = Kept::new();
            let mut born = std::collections::BTreeMap::new();
            let mut revision = 0;
            for (n, rows) in runs.into_iter().enumerate() {
                let drafts: Vec<Draft> = rows.into_iter().enumerate().map(|(place, (keys, text, whole))| {
                    let keys: Vec<String> = keys.iter().map(|k| format!("k{k}")).collect();
                    let name = format!("{n}-{place}");
                    let mut draft = if whole { full(&name, "T", &format!("text {text}")) } else { draft(&name, &format!("T{text}")) };
                    draft.keys = keys;
                    draft
                }).collect();
                let keys: Vec<String> = drafts.iter().flat_map(|d| d.keys.clone()).collect();
                let changes = kept.put("x", minute(n as i64), drafts).await;
                let entries = kept.store.entries(&all_of(&["x"]), 1000).await.unwrap();
                assert_eq!(entries.len(), born.len() + changes.new);
                for entry in &entries {
                    assert_eq!(born.entry(entry.id.clone()).or_insert(entry.published), &entry.published);
                }
                assert_eq!(born.len(), entries.len());
                for key in &keys {
                    assert_eq!(kept.store.known(&id("x"), vec![key.clone()]).await.unwrap().len(), 1, "{key}");
                }
                let now = kept.store.revision(&all_of(&["x"]));
                assert!(now > revision || changes.new + changes.altered == 0);
                revision = now;
            }
            assert_eq!(kept.store.integrity().await.unwrap(), Vec::<String>::new());
        });
    }
}
