//! What sites do to the identity of their news, drafted as a harvest drafts it.

use super::*;
use crate::model::{Article, Listing, Origin, Source, Teaser, Written};
use crate::normalize::{self, Surroundings};

/// A line of a page or feed.
#[derive(Clone, Default)]
pub(super) struct Shown {
    guid: Option<&'static str>,
    pub(super) path: &'static str,
    pub(super) title: &'static str,
    date: Option<&'static str>,
    body: Option<String>,
}

pub(super) fn line(path: &'static str, title: &'static str) -> Shown {
    Shown { path, title, ..Shown::default() }
}

impl Shown {
    pub(super) fn on(self, date: &'static str) -> Self {
        Self { date: Some(date), ..self }
    }
    pub(super) fn guid(self, guid: &'static str) -> Self {
        Self { guid: Some(guid), ..self }
    }
    pub(super) fn body(self, about: &str) -> Self {
        let body = (0..30)
            .map(|n| format!("<p>Report {n} about {about}: witnesses of {about} spoke for {} minutes.</p>", n * 3));
        Self { body: Some(body.collect()), ..self }
    }
}

/// Stores a page of these lines, seen so many minutes after six.
pub(super) async fn see(kept: &Kept, at: i64, lines: &[Shown]) -> Changes {
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
            "the same words in the addresses of one day, another number in the headline",
            line("/7-report-from-the-pier", "Report 7 from the pier").on("2026-02-28").body("the pier at seven"),
            line("/8-report-from-the-pier", "Report 8 from the pier").on("2026-02-28").body("the pier at eight"),
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

#[tokio::test]
async fn two_made_one_are_one_until_they_are_split() {
    let kept = Kept::new();
    let (a, b) = (line("/a", "Ferry strike ends"), line("/b", "Strike of the ferries is over"));
    see(&kept, 0, &[a.clone(), b.clone()]).await;
    let entries = kept.store.entries(&all_of(&["x"]), 9).await.unwrap();
    let (first, second) = (entries[0].id.clone(), entries[1].id.clone());
    let revision = kept.store.revision(&all_of(&["x"]));
    kept.store.merge(&first, &second, minute(1)).await.unwrap();
    assert!(kept.store.revision(&all_of(&["x"])) > revision);
    assert_eq!(kept.titles(&["x"]).await, ["Ferry strike ends"]);
    assert!(kept.store.entry(&second).await.unwrap().is_none());
    assert_eq!(see(&kept, 2, &[a.clone(), b.clone()]).await, changes(0, 0, 1), "the first on the page speaks");
    assert_eq!(see(&kept, 3, std::slice::from_ref(&a)).await, changes(0, 0, 1));
    let known = kept.store.known(&id("x"), vec!["url:https://lantern.example/b".into()]).await.unwrap();
    assert_eq!(known[0].id, first);
    let dossier = &kept.store.dossiers(&first.0).await.unwrap()[0];
    assert_eq!(dossier.merged, std::slice::from_ref(&second));
    assert_eq!(kept.store.integrity().await.unwrap(), Vec::<String>::new());

    assert_eq!(kept.store.split(&first, Vec::new(), minute(4)).await.unwrap(), std::slice::from_ref(&second));
    assert_eq!(see(&kept, 5, &[a, b]).await, changes(0, 0, 2));
    assert_eq!(kept.store.entries(&all_of(&["x"]), 9).await.unwrap().len(), 2);
    assert_eq!(kept.store.split(&first, Vec::new(), minute(6)).await.unwrap_err().kind, StoreTrouble::Refused);
    assert_eq!(kept.store.integrity().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn one_taken_for_two_is_split_by_its_keys() {
    let kept = Kept::new();
    let strike =
        Draft { keys: vec!["guid:1".into(), "url:a".into()], ..full("a", "Ferry strike ends", "<p>strike</p>") };
    let owls = Draft { keys: vec!["guid:1".into(), "url:b".into()], ..full("b", "Owl census begins", "<p>owls</p>") };
    kept.put("x", minute(0), vec![strike.clone()]).await;
    kept.put("x", minute(1), vec![owls.clone()]).await;
    let one = kept.only("x").await;
    let keys = kept.store.dossiers(&one.id.0).await.unwrap()[0].keys.clone();
    assert_eq!(keys.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["guid:1", "url:a", "url:b"]);
    assert_eq!(keys[2].1, Some(minute(1)));
    assert!(kept.store.split(&one.id, vec!["url:c".into()], minute(2)).await.is_err());
    let apart = kept.store.split(&one.id, vec!["url:b".into()], minute(2)).await.unwrap();
    let entry = async |id: &EntryId| kept.store.entry(id).await.unwrap().unwrap();
    let (old, new) = (entry(&one.id).await, entry(&apart[0]).await);
    assert_eq!((old.title.as_str(), old.content.as_deref()), ("Ferry strike ends", Some("<p>strike</p>")));
    assert_eq!((new.title.as_str(), new.content.as_deref()), ("Owl census begins", Some("<p>owls</p>")));
    assert_eq!(kept.store.integrity().await.unwrap(), Vec::<String>::new());
    let plain = |draft: Draft, key: &str| Draft { keys: vec![key.into()], ..draft };
    assert_eq!(kept.put("x", minute(3), vec![plain(strike, "url:a"), plain(owls, "url:b")]).await.new, 0);
    assert_eq!(kept.store.entries(&all_of(&["x"]), 9).await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_speaks_for_two_being_one_is_told() {
    let kept = Kept::new();
    see(
        &kept,
        0,
        &[
            line("/a", "Ferry strike ends").on("2026-02-28").body("the strike"),
            line("/b", "Ferry strike ended").on("2026-02-27").body("the strike"),
        ],
    )
    .await;
    let entries = kept.store.entries(&all_of(&["x"]), 9).await.unwrap();
    let likeness = kept.store.compare(&entries[0].id, &entries[1].id).await.unwrap().unwrap();
    assert!(likeness.headlines > 0.8 && likeness.bits == Some(0), "{likeness:?}");
    assert_eq!(likeness.apart, Duration::hours(24));
}
