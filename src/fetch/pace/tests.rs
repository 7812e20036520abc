//! Time is the test's own.

use futures_util::FutureExt;

use super::*;
use crate::fetch::HostRule;

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn rule(pattern: &str, spacing: u64, parallel: usize) -> HostRule {
    let spacing = Some(Duration::from_secs(spacing));
    HostRule { pattern: pattern.into(), spacing, parallel: Some(parallel), robots: None }
}

#[test]
fn hosts_of_one_registrable_domain_share_a_lane() {
    let manners = Manners { hosts: vec![rule("api.example.org", 5, 2)], ..Manners::default() };
    let rows = [
        ("https://www.example.co.uk/a", "http://news.example.co.uk:8080/", true),
        ("https://a.example.org/", "https://b.example.org/", true),
        ("https://a.example.org/", "https://api.example.org/", false),
        ("https://a.github.io/", "https://b.github.io/", false),
        ("http://127.0.0.1:1/", "http://127.0.0.1:2/", false),
        ("http://localhost:80/", "http://localhost/", true),
    ];
    for (a, b, expected) in rows {
        assert_eq!(site(&url(a), &manners) == site(&url(b), &manners), expected, "{a} {b}");
    }
}

async fn starts(pace: &Pace, manners: &Manners, guard: &Guard, urls: &[&str]) -> Vec<u64> {
    let begin = Instant::now();
    let mut out = Vec::new();
    for text in urls {
        let turn = pace.enter(&url(text), manners, guard).await.unwrap();
        out.push((Instant::now() - begin).as_secs());
        drop(turn);
    }
    out
}

#[tokio::test(start_paused = true)]
async fn visits_to_a_site_are_spaced_and_own_machines_are_not() {
    let manners = Manners { hosts: vec![rule("*.slow.example", 7, 1)], ..Manners::default() };
    let guard = Guard::new(&["127.0.0.0/8".parse().unwrap()]);
    let pace = Pace::new(4);
    let check = async |urls: &[&str], expected: &[u64]| {
        assert_eq!(starts(&pace, &manners, &guard, urls).await, expected, "{urls:?}");
    };
    check(&["http://a.test/1", "http://a.test/2", "http://b.test/", "http://a.test/3"], &[0, 1, 1, 2]).await;
    check(&["http://x.slow.example/", "http://x.slow.example/"], &[0, 7]).await;
    check(&["http://127.0.0.1:1/", "http://127.0.0.1:1/", "http://localhost/", "http://localhost/"], &[0; 4]).await;
}

#[tokio::test(start_paused = true)]
async fn starts_are_spaced_though_all_were_busy_when_they_might_have_been() {
    let manners = Manners { hosts: vec![rule("b.test", 1, 2)], ..Manners::default() };
    let (guard, pace) = (Guard::new(&[]), Pace::new(2));
    let busy = (
        pace.enter(&url("http://a.test/"), &manners, &guard).await.unwrap(),
        pace.enter(&url("http://c.test/"), &manners, &guard).await.unwrap(),
    );
    let begin = Instant::now();
    let visit = async || {
        let turn = pace.enter(&url("http://b.test/"), &manners, &guard).await.unwrap();
        let start = begin.elapsed().as_secs();
        tokio::time::sleep(Duration::from_secs(1)).await;
        drop(turn);
        start
    };
    let free = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        drop(busy);
    };
    let (first, second, ()) = tokio::join!(visit(), visit(), free);
    assert_eq!((first, second), (5, 6));
}

#[tokio::test(start_paused = true)]
async fn one_visit_at_a_time_and_a_second_waits_for_the_first() {
    let (manners, guard, pace) = (Manners::default(), Guard::new(&[]), Pace::new(4));
    let a = url("http://a.test/");
    let turn = pace.enter(&a, &manners, &guard).await.unwrap();
    let begin = Instant::now();
    let (second, ()) = tokio::join!(pace.enter(&a, &manners, &guard), async {
        tokio::time::sleep(Duration::from_secs(20)).await;
        turn.delay(Duration::from_secs(25));
        assert_eq!(turn.next() - Instant::now(), Duration::from_secs(5));
        drop(turn);
    });
    assert!(second.is_ok());
    assert_eq!((Instant::now() - begin).as_secs(), 25);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_asked_for_silence_is_left_alone_by_all() {
    let (manners, guard, pace) = (Manners::default(), Guard::new(&[]), Pace::new(4));
    let until = Utc::now() + TimeDelta::seconds(90);
    let a = url("http://a.test/");
    let enter = async |text: &str| pace.enter(&url(text), &manners, &guard).await;
    let strike = async |text: &str| enter(text).await.unwrap().strike(&url(text), until);
    let several = async |from: usize| {
        for n in from..from + STRIKES - 1 {
            strike(&format!("http://a.test/{n}")).await;
        }
    };
    several(1).await;
    // One 429 concerns its own address only, and so does another one.
    assert!(enter("http://a.test/1").await.is_err());
    enter("http://a.test/").await.unwrap().calm();
    several(10).await;
    assert!(enter("http://a.test/").await.is_ok());
    strike("http://a.test/20").await;
    let held = pace.enter(&url("http://www.a.test/x"), &manners, &guard).await.err();
    assert!(held.is_some_and(|said| (said - until).num_seconds().abs() <= 1), "{held:?}");
    assert!(pace.enter(&a, &manners, &guard).await.is_err());
    assert!(pace.enter(&url("http://b.test/"), &manners, &guard).await.is_ok());
    tokio::time::sleep(Duration::from_secs(91)).await;
    assert!(pace.enter(&a, &manners, &guard).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn idle_lanes_are_put_away() {
    let (manners, guard, pace) = (Manners::default(), Guard::new(&[]), Pace::new(4));
    for n in 0..5000 {
        drop(pace.enter(&url(&format!("http://s{n}.test/")), &manners, &guard).await.unwrap());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let left = locked(&pace.lanes).by_site.len();
    assert!(left <= FEW, "{left} lanes");
}

#[tokio::test(start_paused = true)]
async fn other_manners_go_on_with_what_is_known_of_hosts() {
    let (guard, plain, until) = (Guard::new(&[]), Manners::default(), Utc::now() + TimeDelta::seconds(600));
    let enter = async |pace: &Pace, manners: &Manners, text: &str| pace.enter(&url(text), manners, &guard).await;
    let pace = Pace::new(4);
    // The host is struck before the edit; what is still under way strikes it once more after it.
    for n in 1..STRIKES {
        let text = format!("http://a.test/{n}");
        enter(&pace, &plain, &text).await.unwrap().strike(&url(&text), until);
    }
    let under_way = enter(&pace, &plain, "http://a.test/9").await.unwrap();
    drop(enter(&pace, &plain, "http://b.test/").await.unwrap());
    drop(enter(&pace, &plain, "http://c.test/").await.unwrap());
    drop(enter(&pace, &plain, "http://d.test/").await.unwrap());
    let manners = Manners { hosts: vec![rule("c.test", 30, 1), rule("a.test", 1, 2)], ..Manners::default() };
    // Edits follow each other.
    let pace = pace.with(8).with(8);
    for text in ["http://a.test/1", "http://a.test/2"] {
        assert!(enter(&pace, &plain, text).await.is_err(), "{text}");
    }
    under_way.strike(&url("http://a.test/9"), until);
    drop(under_way);
    assert!(enter(&pace, &plain, "http://a.test/10").await.is_err());
    let begin = Instant::now();
    drop(enter(&pace, &plain, "http://b.test/").await.unwrap());
    assert_eq!(begin.elapsed().as_secs(), 1);
    // Hosts that come under a rule of their own, and are under none again, are no others for that.
    let ruled = pace.with(8);
    assert!(enter(&ruled, &manners, "http://a.test/10").await.is_err());
    drop(enter(&ruled, &manners, "http://c.test/").await.unwrap());
    assert_eq!(begin.elapsed().as_secs(), 30);
    let pace = ruled.with(8);
    assert!(enter(&pace, &plain, "http://a.test/10").await.is_err());
    drop(enter(&pace, &plain, "http://c.test/").await.unwrap());
    assert_eq!(begin.elapsed().as_secs(), 60);
    ruled.close();
    assert!(enter(&pace, &plain, "http://d.test/").await.is_err(), "all of them end together");
}

#[tokio::test(start_paused = true)]
async fn only_who_waits_for_a_site_is_counted() {
    let (manners, guard, pace) = (Manners::default(), Guard::new(&[]), Pace::new(1));
    let (a, b) = (url("http://a.test/"), url("http://b.test/"));
    let enter = |to| Box::pin(pace.enter(to, &manners, &guard));
    let busy = enter(&a).await.unwrap();
    let (mut first, mut second, mut other) = (enter(&a), enter(&a), enter(&b));
    for waiting in [&mut first, &mut second, &mut other] {
        assert!(waiting.now_or_never().is_none());
    }
    assert_eq!(pace.waiting(), 2, "for their site; the other one for whoever is busy");
    drop(busy);
    drop(other.await.unwrap());
    drop(first);
    drop(second.await.unwrap());
    assert_eq!(pace.waiting(), 0);
}
