use std::sync::Mutex;

use tokio::sync::mpsc;

use super::*;

/// Answers as it is told, and tells what it was asked.
struct Subscriber {
    echoes: bool,
    statuses: Mutex<Vec<u16>>,
    asked: mpsc::UnboundedSender<Call>,
}

#[async_trait]
impl Courier for Subscriber {
    async fn call(&self, call: Call) -> Result<(u16, Bytes), String> {
        let _ = self.asked.send(call.clone());
        if call.body.is_some() {
            let status = self.statuses.lock().unwrap().pop();
            return status.map(|status| (status, Bytes::new())).ok_or("no connection".to_owned());
        }
        let challenge = call.url.query_pairs().find(|(name, _)| name == "hub.challenge").unwrap().1.into_owned();
        Ok((200, if self.echoes { challenge.into() } else { "no".into() }))
    }
}

struct Stage {
    hub: Arc<Hub>,
    asked: mpsc::UnboundedReceiver<Call>,
    folder: tempfile::TempDir,
}

const TOPIC: &str = "https://news.example/feeds/all.rss";

impl Stage {
    /// A hub whose subscriber answers deliveries with these statuses, last first.
    fn new(echoes: bool, statuses: &[u16]) -> Self {
        let (asked, asking) = mpsc::unbounded_channel();
        let courier = Arc::new(Subscriber { echoes, statuses: Mutex::new(statuses.to_vec()), asked });
        let folder = tempfile::tempdir().unwrap();
        let mut hub = Hub::new(Outward { courier, book: folder.path().join("hub.json"), inbox: None });
        hub.patience = vec![Duration::ZERO; 2];
        Self { hub: Arc::new(hub), asked: asking, folder }
    }

    async fn ask(&mut self, mode: &str) -> Call {
        let form = format!(
            "hub.mode={mode}&hub.topic={TOPIC}&hub.callback=https://reader.example/in?x=1&hub.secret=s&hub.lease_seconds=90"
        );
        self.hub.verify(Request::read(form.as_bytes()).unwrap()).await;
        self.asked.recv().await.unwrap()
    }

    fn topics(&self) -> Vec<String> {
        self.hub.topics(Utc::now())
    }

    fn tell(&self) {
        let (topic, hub) = (TOPIC.to_owned(), "https://news.example/hub".to_owned());
        self.hub.tell(News {
            topic,
            hub,
            content_type: "application/rss+xml",
            body: Bytes::from_static(b"<rss/>"),
            marks: Arc::from([7]),
        });
    }
}

#[tokio::test]
async fn who_means_it_is_subscribed_and_told_and_let_go() {
    let mut stage = Stage::new(true, &[200]);
    let call = stage.ask("subscribe").await;
    let query: Vec<_> = call.url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(query, ["x", "hub.mode", "hub.topic", "hub.challenge", "hub.lease_seconds"]);
    assert_eq!(stage.topics(), [TOPIC]);
    stage.tell();
    let call = stage.asked.recv().await.unwrap();
    assert_eq!((call.url.as_str(), call.body.as_deref()), ("https://reader.example/in?x=1", Some(&b"<rss/>"[..])));
    let said = |name: &str| call.headers.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str()).unwrap();
    assert_eq!(said("link"), format!("<https://news.example/hub>; rel=\"hub\", <{TOPIC}>; rel=\"self\""));
    assert_eq!(said("x-hub-signature"), format!("sha256={}", delivery::signature("s", b"<rss/>")));
    // After a restart it is still subscribed; after its lease it is not.
    let again = Book::open(stage.folder.path().join("hub.json"));
    assert_eq!(again.topics(Utc::now()), [TOPIC]);
    assert!(again.topics(Utc::now() + chrono::Duration::seconds(91)).is_empty());
    stage.ask("unsubscribe").await;
    assert!(stage.topics().is_empty());
}

#[tokio::test]
async fn who_does_not_confirm_is_left_as_it_was() {
    let mut stage = Stage::new(false, &[]);
    stage.ask("subscribe").await;
    assert!(stage.topics().is_empty());
}

#[tokio::test]
async fn a_delivery_that_fails_is_tried_again_and_one_that_is_gone_ends_it() {
    let mut stage = Stage::new(true, &[410, 503]);
    stage.ask("subscribe").await;
    stage.tell();
    for _ in 0..2 {
        assert!(stage.asked.recv().await.unwrap().body.is_some());
    }
    while !stage.topics().is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_subscribers_know_is_remembered_once_all_have_been_told() {
    let mut stage = Stage::new(true, &[200, 503]);
    stage.ask("subscribe").await;
    stage.hub.know(TOPIC, &Arc::from([1])).await;
    stage.tell();
    stage.hub.know(TOPIC, &Arc::from([2])).await;
    let known = || Book::open(stage.folder.path().join("hub.json")).known(TOPIC);
    assert_eq!(known().as_deref(), Some(&[1][..]));
    while known().as_deref() != Some(&[7][..]) {
        tokio::task::yield_now().await;
    }
}
