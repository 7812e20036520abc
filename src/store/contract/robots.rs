//! What sites allow is remembered.

use super::*;
use crate::store::SiteRules;

#[tokio::test]
async fn what_a_site_allows_is_known_after_a_restart_for_as_long_as_it_holds() {
    let kept = Kept::new();
    let rules = |origin: &str, until, text: Option<&str>| SiteRules {
        origin: origin.to_owned(),
        until: minute(until),
        text: text.map(str::to_owned),
    };
    let long = "User-agent: *\nDisallow: /private/\n".repeat(50);
    let (some, all) = (rules("https://a.example", 60, Some(&long)), rules("https://b.example", 30, None));
    for rules in [&some, &all, &rules("https://b.example:8443", 5, Some("x"))] {
        kept.store.keep_site_rules(rules.clone()).await.unwrap();
    }
    let kept = kept.reopened().await;
    let ask = async |origin: &str, now| kept.store.site_rules(origin, minute(now)).await.unwrap();
    assert_eq!(ask("https://a.example", 10).await, Some(some));
    assert_eq!(ask("https://b.example", 10).await, Some(all));
    assert_eq!(ask("https://b.example:8443", 10).await, None, "it holds no more");
    assert_eq!(ask("https://c.example", 10).await, None);
    let newer = rules("https://a.example", 90, Some("User-agent: *\nAllow: /\n"));
    kept.store.keep_site_rules(newer.clone()).await.unwrap();
    assert_eq!(ask("https://a.example", 61).await, Some(newer));
    kept.store.forget(minute(-1000), minute(100)).await.unwrap();
    assert_eq!(ask("https://a.example", 61).await, None, "forgotten with what is old");
}
