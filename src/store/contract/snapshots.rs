//! Answers kept as they came.

use super::*;
use crate::store::Snapshot;

fn shot(path: &str, at: i64, text: &str) -> Snapshot {
    let url = url::Url::parse(&format!("https://news.example/{path}")).unwrap();
    let page = crate::fetch::saved_page(url, Some("text/html; charset=utf-8"), text.to_owned().into(), minute(at));
    Snapshot::of(&page, path.is_empty(), minute(at), None).unwrap()
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

/// A page of a site: the same markup around other words.
fn site_page(n: i64) -> String {
    let row = |row: i64| {
        format!(
            "<li class=\"teaser teaser--wide\" data-track=\"front/list\"><a class=\"teaser__link\" href=\"/news/{}\"><span class=\"teaser__kicker\">Town</span> News {} of the day</a></li>\n",
            n * 100 + row,
            row * 7919 % 1000
        )
    };
    format!("<html><head><title>Front {n}</title></head><body>{}</body></html>", (0..12).map(row).collect::<String>())
}

#[tokio::test]
async fn what_a_sites_answers_have_in_common_is_kept_once() {
    let kept = Kept::new();
    for n in 0..12 {
        with(&kept, n, vec![shot("", n, &site_page(n))]).await;
    }
    assert_eq!(kept.store.dictionary(&id("x")).await.unwrap(), None);
    assert_eq!(kept.store.train_dictionaries(minute(20)).await.unwrap(), 1);
    assert_eq!(kept.store.train_dictionaries(minute(30)).await.unwrap(), 0, "one is enough");
    let dictionary = kept.store.dictionary(&id("x")).await.unwrap();
    let page =
        crate::fetch::saved_page("https://news.example/".parse().unwrap(), None, site_page(40).into(), minute(40));
    let plain = Snapshot::of(&page, true, minute(40), None).unwrap();
    let with_dictionary = Snapshot::of(&page, true, minute(40), dictionary).unwrap();
    assert!(
        with_dictionary.packed.len() * 10 < plain.packed.len() * 8,
        "{} {}",
        with_dictionary.packed.len(),
        plain.packed.len()
    );
    with(&kept, 40, vec![with_dictionary]).await;
    with(&kept, 50, vec![Snapshot { run: minute(50), taken: minute(50), ..plain }]).await;
    // Bytes, and what they are packed with, outlive the snapshot that brought them.
    kept.store.forget_snapshots(minute(45)).await.unwrap();
    let kept = kept.reopened().await;
    let left = kept.store.snapshots(&id("x")).await.unwrap();
    assert_eq!(left.iter().map(|s| s.body().unwrap()).collect::<Vec<_>>(), [site_page(40).into_bytes()]);
}

#[tokio::test]
async fn the_oldest_answers_go_where_all_take_too_much() {
    let kept = Kept::new();
    for n in 0..10 {
        with(&kept, n, vec![shot("", n, &site_page(n))]).await;
    }
    let all: u64 = kept.store.snapshots(&id("x")).await.unwrap().iter().map(|s| s.packed.len() as u64).sum();
    assert_eq!(kept.store.bound_snapshots(all).await.unwrap(), 0);
    assert_eq!(kept.store.bound_snapshots(all / 2).await.unwrap(), 5);
    assert_eq!(kept.store.snapshots(&id("x")).await.unwrap()[0].taken, minute(5));
}
