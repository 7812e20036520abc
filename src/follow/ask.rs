//! What hubs are asked (WebSub §5.1): to tell us, to go on, to stop.

use std::time::Duration as Wait;

use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use url::Url;

use super::{CALLBACK, Follower};
use crate::fetch::Fetcher;
use crate::model::{Announced, Secret, SourceId};
use crate::store::{Following, StoreError};

/// The lease that is asked for.
const LEASE: Duration = Duration::days(10);
/// A lease is renewed when this part of it is left.
const LEFT: i32 = 4;
/// Longest pause before what is to be asked is looked over again.
const LOOK: Wait = Wait::from_secs(600);
/// The pause after a question that the hub did not confirm; four times as long after each further one.
const PAUSE: Duration = Duration::minutes(1);
const LONGEST_PAUSE: Duration = Duration::days(1);

/// With what hubs are asked.
#[derive(Clone)]
pub struct Asking {
    /// What calls out.
    pub fetcher: Fetcher,
    /// What we are called by; `None` where hubs cannot reach us, so that nothing is asked.
    pub base: Option<Url>,
}

impl Follower {
    /// Asks what is to be asked now.
    pub async fn tend(&self, asking: &Asking, now: DateTime<Utc>) -> Result<(), StoreError> {
        let wanted: Vec<(SourceId, Announced)> = {
            let wanted = self.wanted.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            wanted.iter().map(|(id, announced)| (id.clone(), announced.clone())).collect()
        };
        let Some(base) = &asking.base else { return Ok(()) };
        let gone: Vec<Following> = {
            let is_wanted =
                |f: &Following| wanted.iter().any(|(id, announced)| *id == f.source && *announced == f.announced);
            let book = self.book();
            book.all().filter(|following| !is_wanted(following)).cloned().collect()
        };
        for following in gone {
            self.book().remove(&following.source);
            self.store.unfollow(&following.source).await?;
            self.ask(asking, base, &following, "unsubscribe").await;
        }
        for (source, announced) in wanted {
            let held = self.book().get(&source).cloned();
            if held.as_ref().is_some_and(|held| now < due(held)) || !asking.fetcher.may_call(&announced.hub) {
                continue;
            }
            let mut following = held.unwrap_or_else(|| Following {
                source,
                announced,
                key: unguessable(),
                secret: unguessable(),
                asked: now,
                tries: 0,
                until: None,
                told: None,
            });
            following.asked = now;
            following.tries = following.tries.saturating_add(1);
            self.book().put(following.clone());
            self.store.follow(following.clone()).await?;
            self.ask(asking, base, &following, "subscribe").await;
        }
        Ok(())
    }

    /// Until there may be something to ask.
    pub async fn wait(&self, now: DateTime<Utc>) {
        let next = self.book().all().map(due).min();
        let pause =
            next.and_then(|next| (next - now).to_std().ok()).unwrap_or(LOOK).clamp(Wait::from_millis(100), LOOK);
        // Whichever comes first.
        let _ = tokio::time::timeout(pause, self.bell.notified()).await;
    }

    async fn ask(&self, asking: &Asking, base: &Url, following: &Following, mode: &str) {
        let form = form(base, following, mode);
        let headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
        let (hub, source) = (&following.announced.hub, &following.source);
        match asking.fetcher.call(hub, headers, Some(Bytes::from(form))).await {
            Ok((200..=299, _)) => tracing::debug!(%source, %hub, mode, "asked the hub"),
            Ok((status, _)) => {
                tracing::info!(%source, %hub, status, mode, "the hub of {source} does not take what it is asked")
            }
            Err(error) => tracing::info!(%source, mode, "the hub of {source} cannot be asked: {error}"),
        }
    }
}

/// A question as a form (§5.1).
fn form(base: &Url, following: &Following, mode: &str) -> String {
    let callback = format!("{}{CALLBACK}{}", base.as_str().trim_end_matches('/'), following.key.reveal());
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("hub.mode", mode)
        .append_pair("hub.topic", following.announced.topic.as_str())
        .append_pair("hub.callback", &callback);
    if mode == "subscribe" {
        form.append_pair("hub.secret", following.secret.reveal())
            .append_pair("hub.lease_seconds", &LEASE.num_seconds().to_string());
    }
    form.finish()
}

/// When a hub is to be asked (again).
fn due(following: &Following) -> DateTime<Utc> {
    let pause = PAUSE.num_seconds().saturating_mul(4_i64.saturating_pow(following.tries.saturating_sub(1)));
    let again = following.asked + Duration::seconds(pause.min(LONGEST_PAUSE.num_seconds()));
    match following.until {
        Some(until) if following.tries == 0 => until - (until - following.asked) / LEFT,
        _ => again,
    }
}

/// 244 bits that nobody guesses.
fn unguessable() -> Secret {
    Secret::new(format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple()))
}
