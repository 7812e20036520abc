//! Entries in their order, and whether anything changed.

use super::*;

#[tokio::test]
async fn undated_entries_keep_the_order_of_the_page() {
    let kept = Kept::new();
    kept.put("x", minute(0), vec![draft("1", "first"), draft("2", "second"), draft("3", "third")]).await;
    kept.put("x", minute(30), vec![draft("0", "zeroth"), draft("1", "first")]).await;
    assert_eq!(kept.titles(&["x"]).await, ["zeroth", "first", "second", "third"]);
    let entries = kept.store.entries(&all_of(&["x"]), 9).await.unwrap();
    assert_eq!(entries[1].published, minute(0));
    assert_eq!(entries[2].published, minute(0) - Duration::seconds(1));
    assert_eq!(entries[3].first_seen, minute(0));
}

#[tokio::test]
async fn entries_of_one_instant_stand_as_on_the_page() {
    let kept = Kept::new();
    let day = |key: &str| Draft { published: Some(minute(-360)), ..draft(key, key) };
    kept.put("x", minute(0), vec![day("b"), day("a")]).await;
    kept.put("x", minute(1), vec![day("c"), day("b"), day("a")]).await;
    assert_eq!(kept.titles(&["x"]).await, ["c", "b", "a"]);
}

#[tokio::test]
async fn nothing_is_published_in_the_future() {
    let kept = Kept::new();
    kept.put("x", minute(0), vec![Draft { published: Some(minute(600)), ..draft("a", "A") }]).await;
    let entry = kept.only("x").await;
    assert_eq!((entry.published, entry.updated), (minute(0), minute(0)));
}

#[tokio::test]
async fn a_selection_is_merged_newest_first_and_cut() {
    let kept = Kept::new();
    let at = |key: &str, n: i64| Draft { published: Some(minute(n)), ..draft(key, key) };
    kept.put("x", minute(100), vec![at("x3", 30), at("x1", 10)]).await;
    kept.put("y", minute(100), vec![at("y4", 40), at("y2", 20)]).await;
    kept.put("z", minute(100), vec![at("z5", 50)]).await;
    assert_eq!(kept.titles(&["x", "y"]).await, ["y4", "x3", "y2", "x1"]);
    assert_eq!(kept.titles(&["x", "y", "z"]).await, ["z5", "y4", "x3", "y2", "x1"]);
    assert_eq!(kept.titles(&["unheard-of"]).await, Vec::<String>::new());
    let three: Vec<String> =
        kept.store.entries(&all_of(&["x", "y"]), 3).await.unwrap().into_iter().map(|e| e.title).collect();
    assert_eq!(three, ["y4", "x3", "y2"]);
    assert_eq!(kept.store.recent(&id("y"), 9).await.unwrap(), [minute(40), minute(20)]);
}

#[tokio::test]
async fn an_entry_comes_back_as_it_went_in() {
    let kept = Kept::new();
    let draft = Draft {
        authors: vec![Person { url: Some("https://news.example/lee".into()), ..Person::named("A. Lee") }],
        published: Some(minute(-5)),
        updated: Some(minute(-3)),
        summary: Some("S".into()),
        categories: vec!["海".into()],
        picture: Some(Picture { width: Some(3), ..Picture::at(url::Url::parse("https://img.example/a.png").unwrap()) }),
        language: Some("zh".into()),
        ..full("a", "新闻", &"<p>正文</p>".repeat(100))
    };
    kept.put("x", minute(0), vec![draft.clone()]).await;
    let kept = kept.reopened().await;
    let entry = kept.only("x").await;
    assert_eq!(entry, kept.store.entry(&draft.id).await.unwrap().unwrap());
    assert_eq!((entry.id, entry.source, entry.url), (draft.id, id("x"), draft.url));
    assert_eq!((entry.title, entry.summary, entry.content), (draft.title, draft.summary, draft.content));
    assert_eq!((entry.published, entry.updated), (minute(-5), minute(-3)));
    assert_eq!((entry.authors, entry.categories), (draft.authors, draft.categories));
    assert_eq!((entry.picture, entry.language, entry.full_text), (draft.picture, draft.language, true));
}

#[tokio::test]
async fn the_revision_grows_with_changes_only_and_only_for_their_sources() {
    let kept = Kept::new();
    kept.put("x", minute(0), vec![draft("a", "A")]).await;
    kept.put("y", minute(0), vec![draft("b", "B")]).await;
    let both = all_of(&["x", "y"]);
    let (x, y, all) =
        (kept.store.revision(&all_of(&["x"])), kept.store.revision(&all_of(&["y"])), kept.store.revision(&both));
    let generation = kept.store.generation();
    kept.put("x", minute(1), vec![draft("a", "A")]).await;
    assert_eq!((kept.store.revision(&both), kept.store.generation()), (all, generation));
    kept.put("x", minute(2), vec![draft("a", "A, edited")]).await;
    assert!(kept.store.revision(&all_of(&["x"])) > x);
    assert!(kept.store.revision(&both) > all);
    assert!(kept.store.generation() > generation);
    assert_eq!(kept.store.revision(&all_of(&["y"])), y);
}

#[tokio::test]
async fn the_instant_of_the_last_change_survives_a_restart() {
    let kept = Kept::new();
    let x = all_of(&["x"]);
    assert_eq!(kept.store.changed_at(&x).await.unwrap(), None);
    kept.put("x", minute(0), vec![draft("a", "A")]).await;
    kept.put("x", minute(9), vec![draft("a", "A")]).await;
    let kept = kept.reopened().await;
    assert_eq!(kept.store.changed_at(&x).await.unwrap(), Some(minute(0) + Duration::milliseconds(250)));
}

#[tokio::test]
async fn a_place_in_the_history_never_changes() {
    let kept = Kept::new();
    let x = all_of(&["x"]);
    let dated = |key: &str, n: i64| Draft { published: Some(minute(n)), ..draft(key, key) };
    kept.put("x", minute(0), vec![dated("a", -10), dated("b", -20)]).await;
    kept.put("x", minute(1), vec![dated("c", -30)]).await;
    let titles = async |from, limit| -> Vec<String> {
        kept.store.history(&x, from, limit).await.unwrap().into_iter().map(|e| e.title).collect()
    };
    let before = titles(0, 9).await;
    assert_eq!((before.len(), kept.store.history_length(&x).await.unwrap()), (3, 3));
    assert_eq!(titles(2, 9).await, ["c"]);
    assert_eq!(kept.store.history_length(&all_of(&["y"])).await.unwrap(), 0);
}
