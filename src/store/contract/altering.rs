//! An entry that changed upstream.

use super::*;
use crate::model::Extras;

#[tokio::test]
async fn an_edit_moves_updated_once_and_keeps_the_old_text() {
    let kept = Kept::new();
    kept.put("x", minute(0), vec![Draft { published: Some(minute(-60)), ..full("a", "A", "<p>one</p>") }]).await;
    let edited = Draft { published: Some(minute(5)), ..full("a", "A", "<p>two</p>") };
    assert_eq!(kept.put("x", minute(10), vec![edited.clone()]).await, changes(0, 1, 0));
    assert_eq!(kept.put("x", minute(20), vec![edited]).await, changes(0, 0, 1));
    let entry = kept.only("x").await;
    assert_eq!((entry.published, entry.updated, entry.first_seen), (minute(-60), minute(10), minute(0)));
    assert_eq!(entry.content.as_deref(), Some("<p>two</p>"));
    let revisions = kept.store.revisions(&entry.id).await.unwrap();
    assert_eq!(revisions.len(), 1);
    assert_eq!(revisions[0].content.as_deref(), Some("<p>one</p>"));
    assert_eq!(revisions[0].until, minute(10));
}

#[tokio::test]
async fn the_pages_own_date_of_change_counts_where_it_lies_after_the_last() {
    let kept = Kept::new();
    kept.put("x", minute(0), vec![full("a", "A", "one")]).await;
    kept.put("x", minute(30), vec![Draft { updated: Some(minute(25)), ..full("a", "A", "two") }]).await;
    assert_eq!(kept.only("x").await.updated, minute(25));
    // A page that does not move its date, and one whose clock is ahead: the run's own time.
    kept.put("x", minute(40), vec![Draft { updated: Some(minute(25)), ..full("a", "A", "three") }]).await;
    assert_eq!(kept.only("x").await.updated, minute(40));
    kept.put("x", minute(50), vec![Draft { updated: Some(minute(500)), ..full("a", "A", "four") }]).await;
    assert_eq!(kept.only("x").await.updated, minute(50));
}

#[tokio::test]
async fn a_teaser_never_takes_the_full_text_away() {
    let kept = Kept::new();
    kept.put("x", minute(0), vec![full("a", "A long headline of one entry", "<p>whole</p>")]).await;
    for (now, title, expected, altered) in [
        (1, "A long headline of…", "A long headline of one entry", 0),
        (2, "A long headline…", "A long headline of one entry", 0),
        (3, "Another headline", "Another headline", 1),
        (4, "Another headline", "Another headline", 0),
    ] {
        assert_eq!(
            kept.put("x", minute(now), vec![draft("a", title)]).await,
            changes(0, altered, 1 - altered),
            "{title}"
        );
        let entry = kept.only("x").await;
        assert_eq!(entry.title, expected);
        assert_eq!(entry.content.as_deref(), Some("<p>whole</p>"));
        assert!(entry.full_text);
    }
    assert_eq!(kept.only("x").await.updated, minute(3));
}

#[tokio::test]
async fn the_full_text_that_comes_later_is_a_change() {
    let kept = Kept::new();
    kept.put("x", minute(0), vec![Draft { summary: Some("S".into()), ..draft("a", "A") }]).await;
    assert_eq!(kept.put("x", minute(9), vec![full("a", "A", "<p>whole</p>")]).await, changes(0, 1, 0));
    let entry = kept.only("x").await;
    assert_eq!(entry.content.as_deref(), Some("<p>whole</p>"));
    assert_eq!(entry.summary.as_deref(), Some("S"), "what the new draft does not say stays");
    assert_eq!(entry.updated, minute(9));
}

#[tokio::test]
async fn what_was_missing_is_filled_in_once_without_a_date() {
    let kept = Kept::new();
    kept.put("x", minute(0), vec![draft("a", "A")]).await;
    let first = kept.store.revision(&all_of(&["x"]));
    let richer = |n: &str| Draft {
        picture: Some(Picture::at(url::Url::parse(&format!("https://img.example/{n}")).unwrap())),
        authors: vec![Person::named("A. Lee")],
        categories: vec!["Sea".into()],
        language: Some("en".into()),
        summary: Some("S".into()),
        enclosures: vec![Enclosure {
            length: Some(7),
            ..Enclosure::at(url::Url::parse("https://img.example/a.mp3").unwrap())
        }],
        ..draft("a", "A")
    };
    assert_eq!(kept.put("x", minute(1), vec![richer("1")]).await, changes(0, 0, 1));
    let entry = kept.only("x").await;
    let expected = richer("1");
    assert_eq!(entry.picture, expected.picture);
    assert_eq!(entry.authors, expected.authors);
    assert_eq!(entry.categories, expected.categories);
    assert_eq!(entry.enclosures, expected.enclosures);
    assert_eq!((entry.language, entry.summary), (expected.language, expected.summary));
    assert_eq!(entry.updated, minute(0));
    let second = kept.store.revision(&all_of(&["x"]));
    assert!(second > first, "readers receive something else now");
    // A picture whose address changes with every visit makes no noise.
    kept.put("x", minute(2), vec![richer("2")]).await;
    assert_eq!(kept.only("x").await.picture, richer("1").picture);
    assert_eq!(kept.store.revision(&all_of(&["x"])), second);
}

#[tokio::test]
async fn old_texts_are_bounded() {
    let kept = Kept::new();
    for n in 0..30 {
        kept.put("x", minute(n), vec![full("a", "A", &format!("version {n}"))]).await;
    }
    let revisions = kept.store.revisions(&kept.only("x").await.id).await.unwrap();
    assert_eq!(revisions.len(), 20);
    assert_eq!(revisions[0].content.as_deref(), Some("version 28"));
}

#[tokio::test]
async fn what_a_feed_says_besides_is_kept_and_a_number_of_comments_alone_is_no_news() {
    let kept = Kept::new();
    let with = |comments: u64, rights: &str| Draft {
        extras: Extras { comment_count: Some(comments), rights: Some(rights.into()), ..Extras::default() },
        ..draft("a", "A")
    };
    let revision = || kept.store.revision(&all_of(&["x"]));
    kept.put("x", minute(0), vec![draft("a", "A")]).await;
    let first = revision();
    kept.put("x", minute(1), vec![with(1, "The Port")]).await;
    let second = revision();
    assert_ne!(first, second);
    kept.put("x", minute(2), vec![with(7, "The Port")]).await;
    assert_eq!(revision(), second);
    assert_eq!(kept.only("x").await.extras, with(7, "The Port").extras);
    kept.put("x", minute(3), vec![with(7, "The Harbour")]).await;
    assert_ne!(revision(), second);
    kept.put("x", minute(4), vec![draft("a", "A")]).await;
    let entry = kept.only("x").await;
    assert_eq!(entry.extras, with(7, "The Harbour").extras);
    assert_eq!(entry.updated, entry.published, "the text is as it was");
}
