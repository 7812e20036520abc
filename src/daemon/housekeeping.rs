//! What is done once in a while: entries older than `keep` are forgotten, and answers older than `snapshots`; and what
//! a new plan calls for and nobody need wait for.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tracing::{error, info, warn};

use super::{Plan, late};
use crate::config::Config;
use crate::fetch::Today;
use crate::store::{Store, StoreError};

/// Pause between rounds. The first comes after the daemon has had time for its readers and for what is due.
const ROUND: Duration = Duration::from_secs(6 * 3600);
const FIRST: Duration = Duration::from_secs(60);
/// A clock that no server has confirmed for so long, while others contradict it, is a matter for the operator.
const LONG: TimeDelta = TimeDelta::days(1);

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
                logged(tidy(&plan.config, plan.parts.fetcher.today(), &*store).await);
            }
            Ok(()) = plans.changed() => {}
        }
    }
}

async fn tidy(config: &Config, today: Today, store: &dyn Store) -> Result<(), StoreError> {
    store.pack_texts().await?;
    let gone = store.bound_snapshots(config.snapshots_size).await?;
    if gone > 0 {
        info!("{gone} answers were forgotten, the oldest: together they took more than `[store] snapshots_size`");
    }
    if let Some((ours, theirs)) = today.denied
        && today.confirmed.is_none_or(|then| (ours - then).abs() > LONG)
    {
        warn!(
            "this machine's clock said {ours}, and a server's {theirs}: until another server agrees with ours, nothing \
             more is forgotten for its age; set the clock if it is wrong"
        );
    }
    // By a clock that leapt years ahead all would be too old.
    match today.confirmed {
        Some(now) => forget(config, now, store).await,
        None => Ok(()),
    }
}

/// Forgets what is too old.
async fn forget(config: &Config, now: DateTime<Utc>, store: &dyn Store) -> Result<(), StoreError> {
    let long = config.keep.and_then(|keep| TimeDelta::from_std(keep).ok());
    let before = long.and_then(|keep| now.checked_sub_signed(keep)).unwrap_or(DateTime::UNIX_EPOCH);
    let forgotten = store.forget(before, now).await?;
    if forgotten > 0 {
        info!("{forgotten} entries first seen before {} were forgotten, as `[store] keep` says", before.date_naive());
    }
    // Where none are to be kept any more, those that are there go too.
    let long = config.snapshots.and_then(|long| TimeDelta::from_std(long).ok()).unwrap_or_default();
    store.forget_snapshots(now.checked_sub_signed(long).unwrap_or(now)).await?;
    store.train_dictionaries(now).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SourceId;
    use crate::{config, store};

    #[tokio::test]
    async fn nothing_is_forgotten_by_a_clock_that_no_server_confirms() {
        let folder = tempfile::tempdir().unwrap();
        let (file, path) = (folder.path().join("feeds.toml"), folder.path().join("courant.db"));
        std::fs::write(&file, "[store]\nkeep = \"30d\"\n").unwrap();
        let config = config::load(&file).unwrap();
        let store = store::open(&path).unwrap();
        let now = Utc::now();
        store.sync_sources(vec![(SourceId::new("x").unwrap(), now)]).await.unwrap();
        let db = rusqlite::Connection::open(&path).unwrap();
        for n in 0..30 {
            let seen = (now - TimeDelta::days(n)).timestamp_millis();
            db.execute(
                "insert into entries (source, id, published, updated, first_seen, fingerprint, keys_print, depth, title)
                 select nr, ?1, ?2, ?2, ?2, 0, 0, 0, 'T' from sources",
                (format!("urn:test:{n}"), seen),
            )
            .unwrap();
        }
        let left = async |today: Today| {
            tidy(&config, today, &*store).await.unwrap();
            db.query_row("select count(*) from entries where tombstone is null", [], |row| row.get::<_, u32>(0))
                .unwrap()
        };
        let leap = now + TimeDelta::days(4000);
        assert_eq!(left(Today::default()).await, 30);
        assert_eq!(left(Today { confirmed: None, denied: Some((leap, now)) }).await, 30);
        assert_eq!(left(Today { confirmed: Some(now), denied: Some((leap, now)) }).await, 30);
        // Off for some days.
        assert_eq!(left(Today { confirmed: Some(now + TimeDelta::days(5)), denied: None }).await, 26);
        assert_eq!(left(Today { confirmed: Some(leap), denied: None }).await, 20, "the newest stay");
    }
}
