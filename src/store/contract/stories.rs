use super::*;
use crate::model::Sketch;

/// A full text of the marks from one number to another.
fn text(key: &str, title: &str, marks: std::ops::Range<u64>) -> Draft {
    let hash = |n: u64| xxhash_rust::xxh3::xxh3_64(&n.to_le_bytes());
    let content = format!("<p>{marks:?}</p>");
    Draft { sketch: Sketch::of(marks.map(hash)), published: Some(minute(0)), ..full(key, title, &content) }
}

async fn telling(sources: &[&str]) -> Kept {
    let kept = Kept::new();
    kept.store.sync_sources(sources.iter().map(|s| (id(s), minute(0))).collect()).await.unwrap();
    kept.store.take_part(sources.iter().map(|s| id(s)).collect()).await.unwrap();
    kept
}

/// The stories of all entries of some sources, as ids.
async fn stories(kept: &Kept, sources: &[&str]) -> Vec<Vec<String>> {
    let selection = all_of(sources);
    let ids = kept.store.entries(&selection, 1000).await.unwrap().into_iter().map(|e| e.id).collect();
    let found = kept.store.stories(&selection, ids).await.unwrap();
    let name = |id: EntryId| id.0.trim_start_matches("urn:test:").to_owned();
    found.into_iter().map(|story| story.into_iter().map(|e| name(e.id)).collect()).collect()
}

const DREDGED: &str = "Harbour to be dredged in spring";

#[tokio::test]
async fn one_story_of_several_sources_is_found_by_its_text() {
    let kept = telling(&["x", "y", "z"]).await;
    kept.put("x", minute(1), vec![text("a", DREDGED, 0..500), text("owls", "Owl census begins", 7000..7500)]).await;
    kept.put("y", minute(2), vec![text("b", "Dredging of the harbour", 100..800)]).await;
    kept.put("z", minute(3), vec![text("c", "Spring cleaning on the quays", 0..450)]).await;
    assert_eq!(stories(&kept, &["x", "y", "z"]).await, [["a", "b", "c"]]);
    // Of a story those stand together that a feed has.
    assert_eq!(stories(&kept, &["y", "z"]).await, [["b", "c"]]);
    assert_eq!(stories(&kept, &["x"]).await, Vec::<Vec<String>>::new());
}

#[tokio::test]
async fn a_story_stays_one_over_a_restart_and_an_edit() {
    let kept = telling(&["x", "y"]).await;
    kept.put("x", minute(1), vec![text("a", DREDGED, 0..500)]).await;
    kept.put("y", minute(2), vec![text("b", DREDGED, 0..450)]).await;
    let kept = kept.reopened().await;
    kept.put("x", minute(3), vec![text("a", "All is different now", 9000..9900)]).await;
    assert_eq!(stories(&kept, &["x", "y"]).await, [["a", "b"]]);
}

#[tokio::test]
async fn what_only_looks_alike_stays_apart() {
    let kept = telling(&["x", "y", "z"]).await;
    let later = |draft: Draft| Draft { published: Some(minute(5 * 24 * 60)), ..draft };
    kept.put("x", minute(1), vec![text("a", DREDGED, 0..500)]).await;
    // The same source: its own ledger says what is one.
    kept.put("x", minute(2), vec![text("second", "Dredging, part two", 0..500)]).await;
    // The same text, days later; a fifth of it under another headline.
    kept.put("y", minute(5 * 24 * 60), vec![later(text("late", DREDGED, 0..500))]).await;
    kept.put("z", minute(3), vec![text("part", "Budget debate goes on", 420..900)]).await;
    assert_eq!(stories(&kept, &["x", "y", "z"]).await, Vec::<Vec<String>>::new());
}

#[tokio::test]
async fn what_a_source_prints_around_each_text_makes_no_story() {
    let kept = telling(&["x", "y"]).await;
    let framed = |key: &str, source: u64, n: u64| {
        let hash = |n: u64| xxhash_rust::xxh3::xxh3_64(&n.to_le_bytes());
        let marks = (0..300).chain(source * 10_000 + n * 1000..source * 10_000 + n * 1000 + 200).map(hash);
        Draft { sketch: Sketch::of(marks), ..text(key, key, 0..1) }
    };
    for n in 1..6 {
        kept.put("x", minute(n), vec![framed(&format!("x{n}"), 1, n as u64)]).await;
    }
    kept.put("y", minute(9), vec![framed("y1", 2, 1)]).await;
    assert_eq!(stories(&kept, &["x", "y"]).await, Vec::<Vec<String>>::new());
}

#[tokio::test]
async fn without_texts_the_same_long_headline_of_a_day_is_a_story() {
    let kept = telling(&["x", "y", "z"]).await;
    let bare = |key: &str, title: &str| Draft { published: Some(minute(0)), ..draft(key, title) };
    kept.put(
        "x",
        minute(1),
        vec![bare("a", DREDGED), bare("n", "Weather"), bare("r", "Court: ruling number 12 is out")],
    )
    .await;
    kept.put("y", minute(2), vec![bare("b", "Harbour to be dredged in spring!"), bare("m", "Weather")]).await;
    kept.put("z", minute(2), vec![bare("s", "Court: ruling number 13 is out")]).await;
    assert_eq!(stories(&kept, &["x", "y", "z"]).await, [["a", "b"]]);
    // A teaser's text that comes later is compared as well.
    kept.put("x", minute(3), vec![text("n", "Weather", 0..400)]).await;
    kept.put("z", minute(4), vec![text("t", "Storm over the bay", 0..400)]).await;
    assert_eq!(stories(&kept, &["x", "y", "z"]).await, [["n", "t"], ["a", "b"]]);
}

#[tokio::test]
async fn sources_that_take_no_part_are_not_compared() {
    let kept = telling(&["x", "y"]).await;
    kept.store.take_part(vec![id("x")]).await.unwrap();
    kept.put("x", minute(1), vec![text("a", DREDGED, 0..500)]).await;
    kept.put("y", minute(2), vec![text("b", DREDGED, 0..500)]).await;
    assert_eq!(stories(&kept, &["x", "y"]).await, Vec::<Vec<String>>::new());
}

#[tokio::test]
async fn what_was_stored_before_its_source_took_part_is_told_later() {
    let kept = telling(&["x"]).await;
    kept.store.sync_sources(vec![(id("x"), minute(0)), (id("y"), minute(0))]).await.unwrap();
    let twins = [text("a", DREDGED, 0..500), text("b", DREDGED, 0..500)];
    let sketches = twins.clone().map(|draft| (draft.id, draft.sketch));
    let [a, b] = twins;
    kept.put("x", minute(1), vec![a]).await;
    kept.put("y", minute(2), vec![b]).await;
    assert_eq!(kept.store.untold(minute(3), 10).await.unwrap(), Vec::new());
    kept.store.take_part(vec![id("x"), id("y")]).await.unwrap();
    let untold: Vec<EntryId> = kept.store.untold(minute(3), 10).await.unwrap().into_iter().map(|e| e.id).collect();
    assert_eq!(untold, [sketches[1].0.clone()]);
    let revision = kept.store.revision(&all_of(&["y"]));
    kept.store.tell(sketches[1..].to_vec(), minute(3)).await.unwrap();
    assert_eq!(stories(&kept, &["x", "y"]).await, [["a", "b"]]);
    assert!(kept.store.revision(&all_of(&["y"])) > revision, "feeds are rendered anew");
    assert_eq!(kept.store.untold(minute(4), 10).await.unwrap(), Vec::new());
    assert_eq!(kept.store.untold(minute(30 * 24 * 60), 10).await.unwrap(), Vec::new());
}

#[tokio::test]
async fn what_no_twin_can_come_of_is_forgotten_and_its_story_stays() {
    let kept = telling(&["x", "y"]).await;
    kept.put("x", minute(1), vec![text("a", DREDGED, 0..500)]).await;
    kept.put("y", minute(2), vec![text("b", DREDGED, 0..500)]).await;
    kept.store.forget(DateTime::UNIX_EPOCH, minute(30 * 24 * 60)).await.unwrap();
    let db = rusqlite::Connection::open(kept.path()).unwrap();
    let left =
        |table: &str| -> i64 { db.query_row(&format!("select count(*) from {table}"), [], |row| row.get(0)).unwrap() };
    assert_eq!((left("sketches"), left("bands"), left("stories")), (0, 0, 2));
    assert_eq!(stories(&kept, &["x", "y"]).await, [["a", "b"]]);
}
