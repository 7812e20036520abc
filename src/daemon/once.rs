//! One run over some sources, without the clockwork: `courant fetch`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::{Stream, StreamExt, stream};

use super::{DaemonError, Plan};
use crate::harvest::{Harvested, Watched, harvest};
use crate::model::SourceId;
use crate::store::Store;

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
    stream::iter(watched)
        .map(move |watched| {
            let worker = worker.clone();
            async move {
                let id = watched.source.id.clone();
                let done = async {
                    let now = Utc::now();
                    let Some(claim) = store.claim(&worker, &id, now, LEASE).await? else { return Ok(Once::Busy) };
                    let silence = claim.state.wishes.silence.as_ref();
                    let silence = silence.filter(|s| heed && s.until > now && s.address == watched.source.url);
                    if let Some(until) = silence.map(|silence| silence.until) {
                        store.release(&id).await?;
                        return Ok(Once::Silent(until));
                    }
                    Ok(Once::Done(Box::new(harvest(&watched, claim.state, &plan.parts, Utc::now()).await?)))
                };
                (id.clone(), done.await)
            }
        })
        .buffer_unordered(plan.config.manners.parallel.max(1))
}
