//! One run over some sources, without the clockwork: `courant fetch`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::{Stream, StreamExt, stream};

use super::{DaemonError, Plan};
use crate::harvest::{Harvested, Watched, harvest};
use crate::model::SourceId;
use crate::store::{Claim, Store, StoreError};

/// How long a claim of a run by hand holds.
const LEASE: chrono::Duration = chrono::Duration::minutes(30);

/// What a run by hand came to.
#[derive(Debug)]
pub enum Once {
    /// A run, and its report.
    Done(Box<Harvested>),
    /// Another process is just harvesting the source.
    Busy,
    /// The server asked for silence until then.
    Silent(DateTime<Utc>),
}

/// Harvests these sources now, due or not, in parallel; gives each as it ends. A source that another process
/// is just harvesting is left to it. `heed`: so is one whose server asked for silence (`Retry-After`, 410).
pub fn once<'p>(
    plan: &'p Plan,
    store: &'p Arc<dyn Store>,
    ids: Vec<SourceId>,
    heed: bool,
) -> impl Stream<Item = (SourceId, Result<Once, DaemonError>)> + 'p {
    let worker = std::process::id().to_string();
    let watched: Vec<Arc<Watched>> = ids.iter().filter_map(|id| plan.watched.get(id).cloned()).collect();
    let at_once = plan.config.manners.parallel.max(1);
    let rounds: Vec<Vec<Arc<Watched>>> = watched.chunks(at_once).map(<[_]>::to_vec).collect();
    stream::iter(rounds)
        .then(move |round| {
            let worker = worker.clone();
            // A round is claimed in one go: each question to the store waits for the disk.
            async move {
                let ids = round.iter().map(|watched| watched.source.id.clone()).collect();
                let claims = store.claim_each(&worker, ids, Utc::now(), LEASE).await;
                let of = |place: usize| match &claims {
                    Ok(claims) => Ok(claims.get(place).cloned().flatten()),
                    Err(error) => Err(error.clone()),
                };
                let claimed: Vec<_> = (0..round.len()).map(of).collect();
                stream::iter(round.into_iter().zip(claimed))
            }
        })
        .flatten()
        .map(move |(watched, claim)| async move {
            let id = watched.source.id.clone();
            (id, run(&watched, claim, plan, store, heed).await)
        })
        .buffer_unordered(at_once)
}

/// One run under a claim, where there is one.
async fn run(
    watched: &Watched,
    claim: Result<Option<Claim>, StoreError>,
    plan: &Plan,
    store: &Arc<dyn Store>,
    heed: bool,
) -> Result<Once, DaemonError> {
    let Some(claim) = claim? else { return Ok(Once::Busy) };
    let silence = claim.state.wishes.silence.as_ref();
    let silence = silence.filter(|s| heed && s.until > Utc::now() && s.address == watched.source.url);
    if let Some(until) = silence.map(|silence| silence.until) {
        store.release(&watched.source.id).await?;
        return Ok(Once::Silent(until));
    }
    Ok(Once::Done(Box::new(harvest(watched, claim.state, &plan.parts, Utc::now()).await?)))
}
