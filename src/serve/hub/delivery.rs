//! Content distribution (WebSub §7), signed (§8), tried again where it fails.

use std::sync::Arc;

use bytes::Bytes;
use chrono::Utc;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tokio::task::JoinSet;

use super::book::Subscription;
use super::{Call, Hub};

/// What is told to the subscribers of a topic.
#[derive(Debug, Clone)]
pub(in crate::serve) struct News {
    /// The topic.
    pub topic: String,
    /// The hub's own address.
    pub hub: String,
    /// `Content-Type` of the topic.
    pub content_type: &'static str,
    /// A document of the topic's format, with the entries that are new or altered.
    pub body: Bytes,
    /// The marks of all entries that a subscriber knows of after it.
    pub marks: Arc<[u64]>,
}

impl Hub {
    /// Tells all subscribers of a topic, each on its own. Once all have been told, or given up, it is remembered that
    /// they know: a hub that ends before tells it again when it begins anew.
    pub fn tell(self: &Arc<Self>, news: News) {
        let (hub, news) = (self.clone(), Arc::new(news));
        {
            let mut telling = self.telling();
            let (count, latest) = telling.entry(news.topic.clone()).or_default();
            *count += 1;
            *latest = news.marks.clone();
        }
        tokio::spawn(async move {
            let mut deliveries = JoinSet::new();
            for subscription in hub.book.of(&news.topic, Utc::now()) {
                let (hub, news) = (hub.clone(), news.clone());
                deliveries.spawn(async move { hub.deliver(&subscription, &news).await });
            }
            while deliveries.join_next().await.is_some() {}
            let known = {
                let mut telling = hub.telling();
                let under_way = telling.get_mut(&news.topic).map(|(count, _)| {
                    *count = count.saturating_sub(1);
                    *count
                });
                match under_way {
                    Some(0) => telling.remove(&news.topic).map(|(_, marks)| marks),
                    _ => None,
                }
            };
            if let Some(known) = known {
                hub.book.know(&news.topic, known).await;
            }
        });
    }

    async fn deliver(&self, to: &Subscription, news: &News) {
        let host = to.callback.host_str().unwrap_or_default();
        let mut waits = self.patience.iter();
        loop {
            match self.call(call(to, news)).await {
                Ok((200..=299, _)) => return,
                // §7: the subscriber has ended it.
                Ok((410, _)) => {
                    tracing::debug!(host, topic = news.topic, "the subscriber is gone");
                    return self.book.remove(&news.topic, &to.callback).await;
                }
                Ok((status, _)) => tracing::debug!(host, status, "a subscriber did not take what is new"),
                Err(error) => tracing::debug!(host, error, "a subscriber cannot be told what is new"),
            }
            let Some(wait) = waits.next() else { return };
            tokio::time::sleep(*wait).await;
            if !self.book.holds(&news.topic, &to.callback, Utc::now()) {
                return;
            }
        }
    }
}

fn call(to: &Subscription, news: &News) -> Call {
    let mut headers = vec![
        ("content-type", news.content_type.to_owned()),
        ("link", format!("<{}>; rel=\"hub\", <{}>; rel=\"self\"", news.hub, news.topic)),
    ];
    if let Some(secret) = &to.secret {
        headers.push(("x-hub-signature", format!("sha256={}", signature(secret, &news.body))));
    }
    Call { url: to.callback.clone(), headers, body: Some(news.body.clone()) }
}

/// HMAC-SHA256 of the body in hexadecimal.
pub(super) fn signature(secret: &str, body: &[u8]) -> String {
    // A key of any length is one.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(body);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_rfc_4231() {
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(signature("Jefe", b"what do ya want for nothing?"), expected);
    }
}
