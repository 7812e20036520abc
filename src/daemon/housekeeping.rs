//! What is done once in a while: entries older than `keep` are forgotten, and answers older than `snapshots`; and what
//! a new plan calls for and nobody need wait for.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tracing::{error, info};

use super::{Plan, late};
use crate::store::{Store, StoreError};

/// Pause between rounds. The first comes after the daemon has had time for its readers and for what is due.
const ROUND: Duration = Duration::from_secs(6 * 3600);
const FIRST: Duration = Duration::from_secs(60);

/// Keeps house until it is aborted; each round by the configuration of its time.
pub(super) async fn run(mut plans: watch::Receiver<Arc<Plan>>, store: Arc<dyn Store>) {
    let logged = |done: Result<(), StoreError>| done.unwrap_or_else(|error| error!("{error}"));
    let mut round = Instant::now() + FIRST;
    loop {
        // At the start and after an edit other sources may take part in stories.
        logged(late::tell(&*store, Utc::now()).await);
        tokio::select! {
            () = sleep_until(round) => {
                round = Instant::now() + ROUND;
                let plan = plans.borrow().clone();
                logged(tidy(&plan, &*store).await);
            }
            Ok(()) = plans.changed() => {}
        }
    }
}

async fn tidy(plan: &Plan, store: &dyn Store) -> Result<(), StoreError> {
    store.pack_texts().await?;
    let now = Utc::now();
    let long = plan.config.keep.and_then(|keep| TimeDelta::from_std(keep).ok());
    let before = long.and_then(|keep| now.checked_sub_signed(keep)).unwrap_or(DateTime::UNIX_EPOCH);
    let forgotten = store.forget(before, now).await?;
    if forgotten > 0 {
        info!("{forgotten} entries first seen before {} were forgotten, as `[store] keep` says", before.date_naive());
    }
    // Where none are to be kept any more, those that are there go too.
    let long = plan.config.snapshots.and_then(|long| TimeDelta::from_std(long).ok()).unwrap_or_default();
    store.forget_snapshots(now.checked_sub_signed(long).unwrap_or(now)).await?;
    let gone = store.bound_snapshots(plan.config.snapshots_size).await?;
    if gone > 0 {
        info!("{gone} answers were forgotten, the oldest: together they took more than `[store] snapshots_size`");
    }
    store.train_dictionaries(now).await?;
    Ok(())
}
