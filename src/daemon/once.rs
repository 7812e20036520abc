//! One run over some sources, without the clockwork: `courant fetch`.

use std::sync::Arc;

use chrono::Utc;
use futures_util::{Stream, StreamExt, stream};

use super::{DaemonError, Plan};
use crate::harvest::{Harvested, Watched, harvest};
use crate::model::SourceId;
use crate::store::Store;

/// How long a claim of a run by hand holds.
const LEASE: chrono::Duration = chrono::Duration::minutes(30);

/// Harvests these sources now, due or not, in parallel; gives each as it ends. A source that another process
/// is just harvesting is left to it.
pub fn once<'p>(
    plan: &'p Plan,
    store: &'p Arc<dyn Store>,
    ids: Vec<SourceId>,
) -> impl Stream<Item = (SourceId, Result<Option<Harvested>, DaemonError>)> + 'p {
    let worker = std::process::id().to_string();
    let watched: Vec<Arc<Watched>> = ids.iter().filter_map(|id| plan.watched.get(id).cloned()).collect();
    stream::iter(watched)
        .map(move |watched| {
            let worker = worker.clone();
            async move {
                let id = watched.source.id.clone();
                let done = async {
                    let Some(claim) = store.claim(&worker, &id, Utc::now(), LEASE).await? else { return Ok(None) };
                    Ok(Some(harvest(&watched, claim.state, &plan.parts, Utc::now()).await?))
                };
                (id.clone(), done.await)
            }
        })
        .buffer_unordered(plan.config.manners.parallel.max(1))
}
