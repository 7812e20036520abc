//! What sites do to the identity of their news, several things at once.

use super::identity::{Shown, line, see};
use super::*;

const DREDGED: &str = "Harbour of the old town to be dredged in spring";

#[tokio::test]
async fn pages_for_phones_and_capitals_are_the_same_page_without_any_date() {
    let forms = [
        "https://www.lantern.example/news/harbour-to-be-dredged",
        "http://m.lantern.example/news/harbour-to-be-dredged/",
        "https://lantern.example/amp/news/harbour-to-be-dredged?utm_source=amp",
        "https://www.lantern.example/news/harbour-to-be-dredged/amp",
        "https://amp.lantern.example/news/harbour-to-be-dredged?outputType=amp",
        "https://WWW.Lantern.example/News/Harbour-To-Be-Dredged?fbclid=7",
        "https://mobile.lantern.example/NEWS/HARBOUR-TO-BE-DREDGED?amp&ref=top",
    ];
    for first in forms {
        let kept = Kept::new();
        see(&kept, 0, &[line(first, DREDGED)]).await;
        let born = kept.only("x").await;
        for (at, then) in forms.iter().enumerate() {
            assert_eq!(see(&kept, at as i64 + 1, &[line(then, DREDGED)]).await.new, 0, "{first} {then}");
        }
        assert_eq!(kept.only("x").await.id, born.id);
    }
    // Ids are no words: their case tells them apart.
    let kept = Kept::new();
    let ids = [line("/watch?v=dQw4", "One film"), line("/watch?v=DqW4", "Another film")];
    assert_eq!(see(&kept, 0, &ids).await.new, 2);
}

#[tokio::test]
async fn all_forms_on_one_page_are_one_entry() {
    let kept = Kept::new();
    let lines = ["/news/a-b-c/amp", "https://m.lantern.example/news/a-b-c", "/news/a-b-c"].map(|l| line(l, DREDGED));
    assert_eq!(see(&kept, 0, &lines).await, changes(1, 0, 0));
}

#[tokio::test]
async fn guids_hosts_and_headlines_that_change_overnight_together_make_nothing_new() {
    let kept = Kept::new();
    let before = line("https://www.lantern.example/news/harbour-to-be-dredged-4711983.html?sid=1", DREDGED);
    see(&kept, 0, &[before.guid("4711983").on("2026-02-28")]).await;
    let born = kept.only("x").await;
    for (at, path, title, guid) in [
        (
            600,
            "http://m.lantern.example/news/dredging-of-the-harbour-4711983/",
            "Harbour dredging begins in spring",
            "tag:a,1",
        ),
        (1200, "https://lantern.example/News/Harbour-Dredged-At-Last-4711983.html", "Harbour dredged at last", "urn:1"),
    ] {
        assert_eq!(see(&kept, at, &[line(path, title).guid(guid).on("2026-02-28")]).await.new, 0, "{path}");
    }
    let entry = kept.only("x").await;
    assert_eq!((entry.id, entry.published), (born.id, born.published));
    assert_eq!(entry.title, "Harbour dredged at last");
}

#[tokio::test]
async fn a_guid_that_stays_while_all_else_changes_names_nothing_though_nothing_is_dated() {
    let kept = Kept::new();
    see(&kept, 0, &[line("/a", "Ferry strike ends").guid("0").body("the ferry")]).await;
    let next = line("/b", "Owl census begins").guid("0").body("all the owls of the island");
    assert_eq!(see(&kept, 600, std::slice::from_ref(&next)).await, changes(1, 0, 0));
    assert_eq!(see(&kept, 700, &[next]).await, changes(0, 0, 1));
    // Where something of it is as it was, it is an edit.
    let edited = line("/c", "Owl census begins at last").guid("0").body("all the owls of the island");
    assert_eq!(see(&kept, 800, &[edited]).await.new, 0);
}

#[tokio::test]
async fn tomorrows_date_names_an_entry_that_moves_though_it_is_published_at_once() {
    let kept = Kept::new();
    let shown = |path| line(path, DREDGED).on("2026-03-02");
    see(&kept, 0, &[shown("/calendar/dredging")]).await;
    let born = kept.only("x").await;
    assert_eq!(born.published, minute(0));
    for (at, path) in [(10 * 60, "/calendar/2/dredging"), (30 * 60, "/harbour/dredging")] {
        assert_eq!(see(&kept, at, &[shown(path)]).await.new, 0, "{path}");
    }
    let entry = kept.only("x").await;
    assert_eq!((entry.id, entry.published), (born.id, born.published));
}

#[tokio::test]
async fn one_number_in_several_sections_is_several_articles_on_any_host() {
    let kept = Kept::new();
    let lines = [
        line("/news/ferry-strike-ends-4711983", "Ferry strike ends"),
        line("/sport/ferry-cup-final-4711983", "Ferry cup final"),
        line("https://m.lantern.example/jobs/4711983", "Cook wanted on the ferry"),
    ];
    assert_eq!(see(&kept, 0, &lines).await, changes(3, 0, 0));
    assert_eq!(see(&kept, 1, &lines).await, changes(0, 0, 3));
}

#[tokio::test]
async fn what_was_deleted_stays_so_under_another_form_of_its_address() {
    let kept = Kept::new();
    let many: Vec<Shown> =
        ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u"]
            .map(|n| {
                line(
                    Box::leak(format!("/news/{n}").into_boxed_str()),
                    Box::leak(format!("Story of pier {n}").into_boxed_str()),
                )
            })
            .to_vec();
    see(&kept, 0, &many).await;
    assert_eq!(kept.store.forget(minute(1), minute(2)).await.unwrap(), 1);
    let gone = kept.titles(&["x"]).await;
    let gone = many.iter().find(|shown| !gone.iter().any(|title| title == shown.title)).unwrap();
    let path = Box::leak(format!("http://m.lantern.example{}/amp?utm_medium=x", gone.path).into_boxed_str());
    assert_eq!(see(&kept, 9000, &[line(path, gone.title)]).await.new, 0);
    assert_eq!(kept.titles(&["x"]).await.len(), 20);
}
