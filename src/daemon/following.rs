//! Subscriptions at the hubs of sources, tended by the configuration of the day; what hubs bring goes to the workers.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::Utc;
use tokio::sync::{mpsc, watch};
use tracing::{error, warn};
use url::Url;

use super::{DaemonError, Plan};
use crate::fetch::Fetcher;
use crate::follow::{Asking, Delivery, Follower, Told};
use crate::model::{Announced, SourceId};
use crate::serve::Inbox;
use crate::store::{Store, StoreError};

/// How many deliveries may wait for a worker; of more, the source is asked in their stead.
const WAITING: usize = 64;

/// What hubs say, on its way to the workers.
pub(super) struct Following {
    pub follower: Arc<Follower>,
    store: Arc<dyn Store>,
    to: mpsc::Sender<Told>,
}

impl Following {
    /// With the subscriptions that there were; and what will be told by them.
    pub async fn open(store: Arc<dyn Store>) -> Result<(Arc<Self>, mpsc::Receiver<Told>), DaemonError> {
        let follower = Arc::new(Follower::open(store.clone()).await?);
        let (to, told) = mpsc::channel(WAITING);
        Ok((Arc::new(Self { follower, store, to }), told))
    }

    /// Notes what a source announces, as far as it is to be followed.
    pub fn note(&self, plan: &Plan, source: &SourceId, announced: Option<&Announced>) {
        let follows = plan.watched.get(source).is_some_and(|watched| watched.source.push);
        self.follower.note(source, announced.filter(|_| follows));
    }

    async fn note_all(&self, plan: &Plan) -> Result<(), StoreError> {
        let standings = self.store.standings().await?;
        standings.iter().for_each(|s| self.note(plan, &s.id, s.announced.as_deref()));
        let held = self.store.followings().await?;
        let left = held.iter().filter(|following| !plan.watched.contains_key(&following.source));
        left.for_each(|following| self.follower.note(&following.source, None));
        Ok(())
    }

    /// Asks hubs for as long as it is not aborted.
    pub async fn run(self: Arc<Self>, mut plans: watch::Receiver<Arc<Plan>>) {
        loop {
            let plan = plans.borrow_and_update().clone();
            if let Err(error) = self.note_all(&plan).await {
                error!("{error}");
            }
            let fetcher = plan.parts.fetcher.clone();
            let base = Some(plan.config.bind.base_url.clone()).filter(|base| reaches(base, &fetcher));
            let asking = Asking { fetcher, base };
            loop {
                if let Err(error) = self.follower.tend(&asking, Utc::now()).await {
                    error!("{error}");
                }
                tokio::select! {
                    changed = plans.changed() => match changed {
                        Ok(()) => break,
                        Err(_) => return,
                    },
                    () = self.follower.wait(Utc::now()) => {}
                }
            }
        }
    }
}

/// Whether others can call us by an address, as far as its letters tell.
fn reaches(base: &Url, fetcher: &Fetcher) -> bool {
    let local = base.host_str().is_none_or(|host| host == "localhost" || host.ends_with(".localhost"));
    !local && fetcher.may_call(base)
}

#[async_trait]
impl Inbox for Following {
    fn knows(&self, key: &str) -> bool {
        self.follower.knows(key)
    }

    async fn asked(&self, key: &str, query: &str) -> Option<String> {
        self.follower.confirm(key, query, Utc::now()).await
    }

    async fn told(&self, key: &str, content_type: Option<String>, signature: Option<String>, body: Bytes) {
        let delivery = Delivery { content_type, signature, body };
        let Some(told) = self.follower.take(key, delivery, Utc::now()).await else { return };
        let thin = Told { body: Bytes::new(), ..told.clone() };
        if self.to.try_send(told).is_err() && self.to.send(thin).await.is_err() {
            warn!("a delivery came while the daemon stops; its source is due again at the next start");
        }
    }
}
