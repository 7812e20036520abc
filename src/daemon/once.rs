//! One run over some sources, without the clockwork: `courant fetch`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::future::ready;
use futures_util::{Stream, StreamExt, stream};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::{DaemonError, LEASE, Plan, report_line};
use crate::harvest::{Harvested, Parts, Watched, harvest};
use crate::model::{HarvestReport, SourceId};
use crate::store::{Claim, StoreError};

/// What a run by hand came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Once {
    /// A run: its report, and that in one line.
    Done(Box<HarvestReport>, String),
    /// Another process is just harvesting the source.
    Busy,
    /// The server asked for silence until then.
    Silent(DateTime<Utc>),
    /// The program was told to end before the source's turn came.
    Stopped,
}

/// Harvests these sources now, due or not, in parallel; gives each as it ends. A source that another process
/// is just harvesting is left to it. `heed`: so is one whose server asked for silence (`Retry-After`, 410).
pub fn once(plan: &Plan, ids: Vec<SourceId>, heed: bool) -> impl Stream<Item = (SourceId, Result<Once, DaemonError>)> {
    let parts = plan.parts.clone();
    let watched: Vec<Arc<Watched>> = ids.iter().filter_map(|id| plan.watched.get(id).cloned()).collect();
    let at_once = plan.config.manners.parallel.max(1);
    let rounds: Vec<Vec<Arc<Watched>>> = watched.chunks(at_once).map(<[_]>::to_vec).collect();
    let (store, stop) = (parts.store.clone(), parts.stop.clone());
    stream::iter(rounds)
        .take_while(move |_| ready(!*stop.borrow()))
        .then(move |round| {
            let store = store.clone();
            // A round is claimed in one go: each question to the store waits for the disk.
            async move {
                let ids = round.iter().map(|watched| watched.source.id.clone()).collect();
                let claims = match store.claim_each(ids, Utc::now(), LEASE).await {
                    Ok(claims) => claims.into_iter().map(Ok).collect(),
                    Err(error) => vec![Err(error); round.len()],
                };
                stream::iter(round.into_iter().zip(claims))
            }
        })
        .flatten()
        .map(move |(watched, claim)| {
            let parts = parts.clone();
            let id = watched.source.id.clone();
            // A task of its own is woken on the thread that its connection is on.
            let mut task = JoinSet::new();
            task.spawn(async move {
                let ended = run(&watched, claim?, &parts, heed).await?;
                Ok(ended.map_or_else(|why| why, |done| Once::from(&done)))
            });
            async move {
                let ended = match task.join_next().await {
                    Some(Ok(ended)) => ended,
                    Some(Err(error)) => Err(DaemonError::Bug(error.to_string())),
                    None => Ok(Once::Busy),
                };
                (id, ended)
            }
        })
        .buffer_unordered(at_once)
}

/// One run under a claim, where there is one; else why not.
pub(super) async fn run(
    watched: &Watched,
    claim: Option<Claim>,
    parts: &Parts,
    heed: bool,
) -> Result<Result<Harvested, Once>, StoreError> {
    let Some(claim) = claim else { return Ok(Err(Once::Busy)) };
    if let Some(until) = claim.state.silence(&watched.source.url, Utc::now()).filter(|_| heed) {
        parts.store.release(&watched.source.id).await?;
        return Ok(Err(Once::Silent(until)));
    }
    Ok(harvest(watched, claim.state, parts, Utc::now()).await?.ok_or(Once::Stopped))
}

impl From<&Harvested> for Once {
    fn from(done: &Harvested) -> Self {
        let line = report_line(&done.report, &done.state, Utc::now());
        Self::Done(Box::new(done.report.clone()), line)
    }
}
