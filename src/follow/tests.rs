use super::*;
use crate::fetch::{Fetcher, Manners};

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

fn source() -> SourceId {
    SourceId::new("paper").unwrap()
}

fn announced() -> Announced {
    // Nobody listens there.
    Announced { hub: "http://127.0.0.1:47/hub".parse().unwrap(), topic: "https://paper.example/feed".parse().unwrap() }
}

struct Stage {
    follower: Follower,
    store: Arc<dyn Store>,
    asking: Asking,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = crate::store::open(&folder.path().join("courant.db")).unwrap();
        let follower = Follower::open(store.clone()).await.unwrap();
        let manners = Manners { allow_private: vec!["127.0.0.0/8".parse().unwrap()], ..Manners::default() };
        let base = Some("https://news.example".parse().unwrap());
        let asking = Asking { fetcher: Fetcher::new(manners).unwrap(), base };
        Self { follower, store, asking, _folder: folder }
    }

    /// Asks the hub, and gives the callback's key and the secret.
    async fn asked(&self, seconds: i64) -> (String, String) {
        self.follower.note(&source(), Some(&announced()));
        self.follower.tend(&self.asking, at(seconds)).await.unwrap();
        let held = self.store.following(&source()).await.unwrap().unwrap();
        (held.key.reveal().to_owned(), held.secret.reveal().to_owned())
    }

    async fn confirm(&self, key: &str, mode: &str, topic: &str, seconds: i64) -> Option<String> {
        let query = format!("hub.mode={mode}&hub.topic={topic}&hub.challenge=c%2F1&hub.lease_seconds=3600");
        self.follower.confirm(key, &query, at(seconds)).await
    }

    async fn until(&self) -> Option<DateTime<Utc>> {
        self.store.following(&source()).await.unwrap().and_then(|following| following.until)
    }
}

const TOPIC: &str = "https://paper.example/feed";

fn signed(secret: &str, body: &'static str) -> Delivery {
    use hmac::{KeyInit as _, Mac as _};
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let code: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    Delivery {
        content_type: None,
        signature: Some(format!("sha256={code}")),
        body: Bytes::from_static(body.as_bytes()),
    }
}

#[tokio::test]
async fn only_what_we_asked_for_is_confirmed() {
    let stage = Stage::new().await;
    let (key, _) = stage.asked(0).await;
    assert!(key.len() >= 32);
    assert_eq!(stage.confirm("guess", "subscribe", TOPIC, 1).await, None);
    assert_eq!(stage.confirm(&key, "subscribe", "https://other.example/feed", 1).await, None);
    assert_eq!(stage.confirm(&key, "unsubscribe", TOPIC, 1).await, None);
    assert_eq!(stage.until().await, None);
    assert_eq!(stage.confirm(&key, "subscribe", TOPIC, 1).await.as_deref(), Some("c/1"));
    assert_eq!(stage.until().await, Some(at(3601)));
    assert!(stage.confirm(&key, "denied", TOPIC, 2).await.is_some());
    assert_eq!(stage.until().await, None);
}

#[tokio::test]
async fn a_lease_is_renewed_in_time_and_a_hub_that_is_silent_is_asked_less_and_less() {
    let stage = Stage::new().await;
    let (key, _) = stage.asked(0).await;
    let asked = async || stage.store.following(&source()).await.unwrap().unwrap().asked;
    for (now, expected) in [(30, 0), (61, 61), (200, 61), (302, 302)] {
        stage.asked(now).await;
        assert_eq!(asked().await, at(expected), "{now}");
    }
    stage.confirm(&key, "subscribe", TOPIC, 303).await;
    for (now, expected) in [(2000, 302), (3100, 3100)] {
        stage.asked(now).await;
        assert_eq!(asked().await, at(expected), "{now}");
    }
    // The same callback and secret all the while, over a restart too.
    let again = Follower::open(stage.store.clone()).await.unwrap();
    assert!(again.knows(&key));
}

#[tokio::test]
async fn what_is_no_more_announced_is_ended() {
    let stage = Stage::new().await;
    let (key, _) = stage.asked(0).await;
    stage.confirm(&key, "subscribe", TOPIC, 1).await;
    stage.follower.note(&source(), None);
    stage.follower.tend(&stage.asking, at(2)).await.unwrap();
    assert_eq!(stage.store.followings().await.unwrap(), []);
    assert_eq!(stage.confirm(&key, "unsubscribe", TOPIC, 3).await.as_deref(), Some("c/1"));
    assert!(stage.follower.take(&key, Delivery::default(), at(4)).await.is_none());
}

#[tokio::test]
async fn nothing_is_asked_where_hubs_cannot_reach_us() {
    let stage = Stage::new().await;
    stage.follower.note(&source(), Some(&announced()));
    let asking = Asking { base: None, ..stage.asking.clone() };
    stage.follower.tend(&asking, at(0)).await.unwrap();
    assert_eq!(stage.store.followings().await.unwrap(), []);
}

#[tokio::test]
async fn only_what_is_signed_with_our_secret_is_believed() {
    let stage = Stage::new().await;
    let (key, secret) = stage.asked(0).await;
    let take = async |delivery: Delivery| stage.follower.take(&key, delivery, at(5)).await;
    assert_eq!(take(signed(&secret, "<rss/>")).await.unwrap().body, "<rss/>");
    assert_eq!(stage.store.following(&source()).await.unwrap().unwrap().told, Some(at(5)));
    assert!(take(signed("another", "<rss/>")).await.is_none());
    assert!(take(Delivery { signature: None, ..signed(&secret, "<rss/>") }).await.is_none());
    let body = Bytes::from_static(b"<rss>more</rss>");
    assert!(take(Delivery { body, ..signed(&secret, "<rss/>") }).await.is_none());
    // What was too large says that there is something new, and no more.
    assert!(take(Delivery::default()).await.unwrap().body.is_empty());
}
