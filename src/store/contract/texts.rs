//! Texts that are packed together: each is read, altered and forgotten by itself.

use super::*;

fn long(words: &str) -> String {
    format!("<p>{}</p>", format!("{words} ").repeat(600))
}

async fn contents(kept: &Kept) -> Vec<(Option<String>, String)> {
    let entries = kept.store.entries(&all_of(&["x"]), 1000).await.unwrap();
    entries.into_iter().map(|entry| (entry.summary, entry.content.unwrap_or_default())).collect()
}

fn blocks(kept: &Kept) -> i64 {
    let db = rusqlite::Connection::open(kept.path()).unwrap();
    db.query_row("select count(*) from blocks", [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn texts_of_neighbours_are_packed_together_and_read_each_by_itself() {
    let kept = Kept::new();
    let text =
        |n: usize| Draft { summary: Some(format!("S{n}")), ..full(&format!("k{n}"), "T", &long(&format!("w{n}"))) };
    kept.put("x", minute(0), (0..3).map(text).collect()).await;
    kept.put("x", minute(1), vec![text(3)]).await;
    assert_eq!(blocks(&kept), 1);
    let expected = |n: usize| (Some(format!("S{n}")), long(&format!("w{n}")));
    assert_eq!(contents(&kept).await, [3, 0, 1, 2].map(expected));
    let many = (4..100).map(text).collect();
    kept.put("x", minute(2), many).await;
    assert!((4..10).contains(&blocks(&kept)), "{}", blocks(&kept));
    assert_eq!(contents(&kept).await.len(), 100);
    assert_eq!(kept.store.integrity().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn what_alters_one_text_leaves_its_neighbours_as_they_are() {
    let kept = Kept::new();
    let three = ["a", "b", "c"].map(|key| full(key, "T", &long(key)));
    kept.put("x", minute(0), three.to_vec()).await;
    for (at, size) in [(1, 1), (2, 300), (3, 100)] {
        let text = long("new words here").repeat(size);
        kept.put("x", minute(at), vec![full("b", "T", &text)]).await;
        let expected = [long("a"), text, long("c")].map(|text| (None, text));
        assert_eq!(contents(&kept).await, expected, "{size}");
        assert_eq!(kept.store.integrity().await.unwrap(), Vec::<String>::new());
    }
    assert_eq!(kept.store.revisions(&EntryId("urn:test:b".into())).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_text_that_was_none_is_taken_back_and_its_article_wanted_anew() {
    let kept = Kept::new();
    let told = Draft { summary: Some("Enter your name".into()), ..full("a", "A", "<p>Enter your name</p>") };
    kept.put("x", minute(0), vec![told.clone(), full("b", "B", "<p>b</p>")]).await;
    let revision = kept.store.revision(&all_of(&["x"]));
    let retracted = vec![told.id.clone(), EntryId("urn:test:unheard-of".into())];
    kept.store.finish(Finished { retracted, ..run("x", minute(1), vec![draft("c", "C")]) }).await.unwrap();
    assert!(kept.store.revision(&all_of(&["x"])) > revision);
    let entry = kept.store.entry(&told.id).await.unwrap().unwrap();
    assert_eq!((entry.title.as_str(), &entry.content, &entry.summary), ("A", &None, &None));
    assert_eq!(kept.titles(&["x"]).await.len(), 3);
    let known = kept.store.known(&id("x"), vec!["a".into(), "b".into()]).await.unwrap();
    assert_eq!(
        known.iter().map(|known| (known.full_text, known.attempts)).collect::<Vec<_>>(),
        [(false, 0), (true, 0)]
    );
    // Its teaser says what it said, and then its own text comes.
    let teaser = Draft { summary: Some("In short".into()), ..draft("a", "A") };
    kept.put("x", minute(2), vec![teaser]).await;
    let restored = kept.store.entry(&told.id).await.unwrap().unwrap();
    assert_eq!((restored.summary.as_deref(), restored.updated), (Some("In short"), entry.updated), "no news");
    kept.put("x", minute(3), vec![full("a", "A", "<p>a</p>")]).await;
    let entry = kept.store.entry(&told.id).await.unwrap().unwrap();
    assert_eq!((entry.content.as_deref(), entry.updated), (Some("<p>a</p>"), minute(3)));
    assert_eq!(kept.store.integrity().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_forgotten_leaves_no_text_behind() {
    let kept = Kept::new();
    for n in 0..60 {
        kept.put("x", minute(n), vec![full(&format!("k{n}"), "T", &long(&format!("secret{n}")))]).await;
    }
    assert_eq!(kept.store.forget(minute(35), minute(100)).await.unwrap(), 35);
    assert_eq!(contents(&kept).await.len(), 25);
    assert_eq!(kept.store.integrity().await.unwrap(), Vec::<String>::new());
    kept.put("x", minute(101), vec![full("new", "T", &long("new"))]).await;
    assert_eq!(kept.store.integrity().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_damaged_block_keeps_no_run_from_being_stored() {
    let kept = Kept::new();
    kept.put("x", minute(0), vec![full("a", "A", &long("a"))]).await;
    let db = rusqlite::Connection::open(kept.path()).unwrap();
    db.execute("update blocks set packed = x'01a5a5'", []).unwrap();
    kept.put("x", minute(1), vec![full("b", "B", &long("b"))]).await;
    assert_eq!(blocks(&kept), 2);
    let id = EntryId("urn:test:b".into());
    assert_eq!(kept.store.entry(&id).await.unwrap().unwrap().content, Some(long("b")));
}
