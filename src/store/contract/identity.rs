//! What sites do to the identity of their news, drafted as a harvest drafts it.

use super::*;
use crate::model::{Article, Listing, Origin, Source, Teaser, Written};
use crate::normalize::{self, Surroundings};

/// A line of a page or feed.
#[derive(Clone, Default)]
struct Shown {
    guid: Option<&'static str>,
    path: &'static str,
    title: &'static str,
    date: Option<&'static str>,
    body: Option<String>,
}

fn line(path: &'static str, title: &'static str) -> Shown {
    Shown { path, title, ..Shown::default() }
}

impl Shown {
    fn on(self, date: &'static str) -> Self {
        Self { date: Some(date), ..self }
    }
    fn guid(self, guid: &'static str) -> Self {
        Self { guid: Some(guid), ..self }
    }
    fn body(self, about: &str) -> Self {
        let body = (0..30)
            .map(|n| format!("<p>Report {n} about {about}: witnesses of {about} spoke for {} minutes.</p>", n * 3));
        Self { body: Some(body.collect()), ..self }
    }
}

/// Stores a page of these lines, seen so many minutes after six.
async fn see(kept: &Kept, at: i64, lines: &[Shown]) -> Changes {
    let base = url::Url::parse("https://www.lantern.example/").unwrap();
    let teasers: Vec<Teaser> = lines
        .iter()
        .map(|shown| Teaser {
            guid: shown.guid.map(str::to_owned),
            link: Some(base.join(shown.path).unwrap()),
            headline: Some(shown.title.to_owned()),
            published: shown.date.map(|date| Written::new(date, Origin::Text)),
            ..Teaser::default()
        })
        .collect();
    let listing = Listing { teasers, ..Listing::default() };
    let (around, source) = (Surroundings::of(&listing), Source::at(base));
    let drafts = listing.teasers.iter().zip(lines).map(|(teaser, shown)| {
        let article = Article { body_html: shown.body.clone(), ..Article::default() };
        normalize::draft(teaser, shown.body.as_ref().map(|_| &article), &around, &source, minute(at)).unwrap()
    });
    kept.put("x", minute(at), drafts.collect()).await
}

const DREDGED: &str = "Harbour of the old town to be dredged in spring";
const DREDGED_EDITED: &str = "Old town harbour will be dredged after all";

#[tokio::test]
async fn a_headline_edit_that_changes_the_address_is_an_edit() {
    // The number stays, the words change; the words stay, the number changes; all change but the text.
    for (before, after) in [
        (
            line("/news/harbour-to-be-dredged-4711983.html", DREDGED),
            line("/news/dredging-after-all-4711983.html", DREDGED_EDITED),
        ),
        (
            line("/news/harbour-to-be-dredged-4711983.html", DREDGED),
            line("/town/harbour-to-be-dredged-4711990.html", DREDGED_EDITED),
        ),
        (line("/a/harbour-dredged", DREDGED), line("/b/dredging-after-all", DREDGED_EDITED)),
        (line("/a/harbour-dredged", DREDGED), line("/b/dredging-after-all", DREDGED)),
    ] {
        let kept = Kept::new();
        see(&kept, 0, &[before.clone().on("2026-02-28").body("the harbour")]).await;
        let born = kept.only("x").await;
        let edited = see(&kept, 30, &[after.clone().on("2026-02-28").body("the harbour")]).await;
        assert_eq!(edited.new, 0, "{} {}", before.path, after.path);
        let entry = kept.only("x").await;
        assert_eq!((&entry.id, entry.published), (&born.id, born.published));
        assert!(entry.url.unwrap().path() == after.path, "it is where it is now");
        assert_eq!(see(&kept, 60, &[after.on("2026-02-28").body("the harbour")]).await, changes(0, 0, 1));
    }
}

#[tokio::test]
async fn links_that_flip_between_hosts_and_schemes_are_one_entry() {
    let kept = Kept::new();
    see(&kept, 0, &[line("https://www.lantern.example/news/a?utm_source=front", DREDGED)]).await;
    for (at, address) in [
        (1, "http://www.lantern.example/news/a"),
        (2, "https://lantern.example/news/a/"),
        (3, "https://www.lantern.example:443/news/a#top"),
    ] {
        assert_eq!(see(&kept, at, &[line(address, DREDGED)]).await, changes(0, 0, 1), "{address}");
    }
    // Another host of the same paper: the day and the headline, or number and text, say that it is the same.
    let kept = Kept::new();
    see(&kept, 0, &[line("https://www.lantern.example/news/a", DREDGED).on("2026-02-28")]).await;
    assert_eq!(see(&kept, 1, &[line("https://m.lantern.example/news/a", DREDGED).on("2026-02-28")]).await.new, 0);
    assert_eq!(see(&kept, 2, &[line("https://www.lantern.example/news/a", DREDGED).on("2026-02-28")]).await.new, 0);
}

#[tokio::test]
async fn one_guid_for_all_names_none() {
    let kept = Kept::new();
    let all = [line("/a", "First"), line("/b", "Second"), line("/c", "Third")].map(|shown| shown.guid("0"));
    assert_eq!(see(&kept, 0, &all).await, changes(3, 0, 0));
    assert_eq!(see(&kept, 1, &all).await, changes(0, 0, 3));
    // A feed that shows one thing at a time hides that its guid is always the same.
    let kept = Kept::new();
    see(&kept, 0, &[line("/a", "Ferry strike ends").guid("0").on("2026-02-20")]).await;
    let next = line("/b", "Owl census begins").guid("0").on("2026-02-28");
    assert_eq!(see(&kept, 1, std::slice::from_ref(&next)).await, changes(1, 0, 0));
    assert_eq!(see(&kept, 2, &[next]).await, changes(0, 0, 1));
    assert_eq!(kept.titles(&["x"]).await, ["Owl census begins", "Ferry strike ends"]);
}

#[tokio::test]
async fn a_guid_scheme_that_changes_overnight_makes_nothing_new() {
    let kept = Kept::new();
    let lines =
        [line("/a", DREDGED).on("2026-02-28"), line("/b", "Owl census counts more pairs than ever").on("2026-02-27")];
    see(&kept, 0, &[lines[0].clone().guid("1"), lines[1].clone().guid("2")]).await;
    let ids = |entries: Vec<crate::model::Entry>| entries.into_iter().map(|e| e.id).collect::<Vec<_>>();
    let before = ids(kept.store.entries(&all_of(&["x"]), 9).await.unwrap());
    let renamed = [lines[0].clone().guid("tag:lantern,a"), lines[1].clone().guid("tag:lantern,b")];
    assert_eq!(see(&kept, 1, &renamed).await, changes(0, 0, 2));
    // And the addresses with them, the night after.
    let moved = [
        Shown { path: "/archive/1-a", ..lines[0].clone() }.guid("urn:a"),
        Shown { path: "/archive/2-b", ..lines[1].clone() }.guid("urn:b"),
    ];
    assert_eq!(see(&kept, 2, &moved).await.new, 0);
    assert_eq!(ids(kept.store.entries(&all_of(&["x"]), 9).await.unwrap()), before);
}

#[tokio::test]
async fn relative_dates_are_anchored_at_first_sight() {
    let kept = Kept::new();
    see(&kept, 0, &[line("/a", DREDGED).on("2 hours ago")]).await;
    let entry = kept.only("x").await;
    see(&kept, 90, &[line("/a", DREDGED).on("2 hours ago")]).await;
    see(&kept, 24 * 60, &[line("/a", DREDGED).on("yesterday")]).await;
    assert_eq!(kept.only("x").await, entry);
    assert_eq!(entry.published, minute(-120));
}

#[tokio::test]
async fn what_leaves_the_page_and_returns_is_not_new() {
    let kept = Kept::new();
    let (a, b) = (line("/a", "First"), line("/b", "Second"));
    see(&kept, 0, &[a.clone(), b.clone()]).await;
    let before = kept.store.entries(&all_of(&["x"]), 9).await.unwrap();
    see(&kept, 60, std::slice::from_ref(&b)).await;
    see(&kept, 120, &[]).await;
    assert_eq!(see(&kept, 9000, &[a, b]).await, changes(0, 0, 2));
    assert_eq!(kept.store.entries(&all_of(&["x"]), 9).await.unwrap(), before);
}

#[tokio::test]
async fn different_stories_stay_two() {
    // What is alike, and why it is not the same.
    let weather = "Weather for the coast and the islands";
    for (why, one, other) in [
        ("the same headline on two days", line("/w1", weather).on("2026-02-27"), line("/w2", weather).on("2026-02-28")),
        (
            "the same headline and day, other texts",
            line("/w1", weather).on("2026-02-28").body("the morning and its fog"),
            line("/w2", weather).on("2026-02-28").body("an evening storm off the cape"),
        ),
        (
            "the same number in two folders",
            line("/news/ferry-4711983", "Ferry strike ends").on("2026-02-28"),
            line("/jobs/cook-4711983", "Cook wanted").on("2026-02-28"),
        ),
        (
            "the same text under rulings with other numbers",
            line("/r/12", "Court ruling 12 of 2026").on("2026-02-28").body("the ruling"),
            line("/r/13", "Court ruling 13 of 2026").on("2026-02-28").body("the ruling"),
        ),
        (
            "the wall's text in place of two stories",
            line("/s/1", "Ferry strike ends").on("2026-02-28").body("your subscription"),
            line("/s/2", "Owl census begins").on("2026-02-28").body("your subscription"),
        ),
        (
            "undated, the same number, nothing else",
            line("/news/ferry-4711983", "Ferry strike ends"),
            line("/news/owl-4711983", "Owl census begins"),
        ),
    ] {
        let kept = Kept::new();
        see(&kept, 0, std::slice::from_ref(&one)).await;
        assert_eq!(see(&kept, 30, std::slice::from_ref(&other)).await, changes(1, 0, 0), "{why}");
        assert_eq!(see(&kept, 60, &[one, other]).await.new, 0, "{why}");
    }
}

#[tokio::test]
async fn what_is_shown_beside_it_is_not_the_same() {
    // Two addresses at once, the same headline, day and words: two editions of a live blog.
    let (one, other) = (line("/live-1", DREDGED).on("2026-02-28"), line("/live-2", DREDGED).on("2026-02-28"));
    let kept = Kept::new();
    see(&kept, 0, std::slice::from_ref(&one)).await;
    assert_eq!(see(&kept, 30, &[one.clone(), other.clone()]).await, changes(1, 0, 1));
    assert_eq!(see(&kept, 60, std::slice::from_ref(&other)).await, changes(0, 0, 1));
    // The same where the run did not draft the first again, since its text is held.
    let kept = Kept::new();
    see(&kept, 0, std::slice::from_ref(&one)).await;
    let born = kept.only("x").await;
    let second = Draft { keys: vec!["url:b".into(), "title:1".into()], ..draft("b", DREDGED) };
    let first = Draft { keys: vec!["url:a".into(), "title:1".into()], ..draft("a", DREDGED) };
    kept.put("y", minute(0), vec![first]).await;
    let known = kept.only("y").await;
    let run = Finished { shown: vec![known.id], ..run("y", minute(1), vec![second]) };
    assert_eq!(kept.store.finish(run).await.unwrap(), changes(1, 0, 0));
    assert_eq!(kept.only("x").await, born);
}
