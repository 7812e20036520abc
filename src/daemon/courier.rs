//! The hub's calls, made by the fetcher of the day: its guard and its name are the operator's.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::watch;

use super::Plan;
use crate::serve::{Call, Courier, Inbox, Outward};

struct ByFetcher(watch::Receiver<Arc<Plan>>);

#[async_trait]
impl Courier for ByFetcher {
    async fn call(&self, call: Call) -> Result<(u16, Bytes), String> {
        let fetcher = self.0.borrow().parts.fetcher.clone();
        fetcher.call(&call.url, call.headers, call.body).await.map_err(|error| error.to_string())
    }
}

/// What the hub works with; its book lies beside the store.
pub(super) fn outward(plans: watch::Receiver<Arc<Plan>>, store: &Path, inbox: Arc<dyn Inbox>) -> Outward {
    Outward { courier: Arc::new(ByFetcher(plans)), book: store.with_extension("hub.json"), inbox: Some(inbox) }
}
