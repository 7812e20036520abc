//! Answers kept as they came.

use super::*;
use crate::store::Snapshot;

fn shot(path: &str, at: i64, text: &str) -> Snapshot {
    let url = url::Url::parse(&format!("https://news.example/{path}")).unwrap();
    let page = crate::fetch::saved_page(url, Some("text/html; charset=utf-8"), text.to_owned().into(), minute(at));
    Snapshot::of(&page, path.is_empty(), minute(at)).unwrap()
}

async fn with(kept: &Kept, at: i64, snapshots: Vec<Snapshot>) {
    kept.store.finish(Finished { snapshots, ..run("x", minute(at), Vec::new()) }).await.unwrap();
}

#[tokio::test]
async fn answers_come_back_as_they_came_until_they_are_forgotten() {
    let kept = Kept::new();
    let (first, article, second) = (shot("", 0, "<p>one</p>"), shot("a", 0, "<p>ä</p>"), shot("", 9, "<p>two</p>"));
    with(&kept, 0, vec![first.clone(), article.clone()]).await;
    with(&kept, 9, vec![second.clone()]).await;
    let kept = kept.reopened().await;
    assert_eq!(kept.store.snapshots(&id("x")).await.unwrap(), [first.clone(), article.clone(), second.clone()]);
    assert_eq!(article.body().unwrap(), "<p>ä</p>".as_bytes());
    assert_eq!(kept.store.forget_snapshots(minute(5)).await.unwrap(), 2);
    assert_eq!(kept.store.snapshots(&id("x")).await.unwrap(), [second]);
}

#[tokio::test]
async fn the_same_bytes_are_kept_once_and_outlive_their_first_snapshot() {
    let kept = Kept::new();
    let page = "<p>a page that stays as it is</p>".repeat(5000);
    for at in [0, 10, 20] {
        with(&kept, at, vec![shot("", at, &page)]).await;
    }
    let db = rusqlite::Connection::open(kept.path()).unwrap();
    let packed = || -> i64 { db.query_row("select count(packed) from snapshots", [], |row| row.get(0)).unwrap() };
    assert_eq!(packed(), 1);
    assert_eq!(kept.store.forget_snapshots(minute(5)).await.unwrap(), 1);
    assert_eq!(packed(), 1);
    let left = kept.store.snapshots(&id("x")).await.unwrap();
    assert_eq!(left.iter().map(|s| s.taken).collect::<Vec<_>>(), [minute(10), minute(20)]);
    assert!(left.iter().all(|s| s.body().unwrap() == page.as_bytes()));
}
