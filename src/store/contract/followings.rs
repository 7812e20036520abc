use super::*;
use crate::model::{Announced, Secret};
use crate::store::Following;

#[tokio::test]
async fn a_subscription_outlasts_a_restart_and_is_one_a_source() {
    let kept = Kept::new();
    let announced = Announced {
        hub: "https://hub.example/".parse().unwrap(),
        topic: "https://paper.example/feed".parse().unwrap(),
    };
    let following = Following {
        source: id("paper"),
        announced,
        key: Secret::new("k".to_owned()),
        secret: Secret::new("s".to_owned()),
        asked: minute(0),
        tries: 2,
        until: None,
        told: None,
    };
    kept.store.follow(following.clone()).await.unwrap();
    let renewed = Following { until: Some(minute(90)), told: Some(minute(3)), tries: 0, ..following };
    kept.store.follow(renewed.clone()).await.unwrap();
    let kept = kept.reopened().await;
    assert_eq!(kept.store.followings().await.unwrap(), vec![renewed.clone()]);
    assert_eq!(kept.store.following(&id("paper")).await.unwrap(), Some(renewed));
    kept.store.unfollow(&id("paper")).await.unwrap();
    assert_eq!(kept.store.following(&id("paper")).await.unwrap(), None);
}
