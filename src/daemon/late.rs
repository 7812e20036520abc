//! Stories of what was stored before they were looked for.

use chrono::{DateTime, Utc};

use crate::model::Sketch;
use crate::normalize;
use crate::store::{Store, StoreError};

/// Entries at once, so that runs need not wait.
const CHUNK: usize = 200;
/// Most of one round: a second or two of work. The next one goes on.
const MOST: usize = 4000;

/// Looks for the stories of entries whose sources take part by now, and did not when these were stored.
pub async fn tell(store: &dyn Store, now: DateTime<Utc>) -> Result<(), StoreError> {
    for _ in 0..MOST / CHUNK {
        let untold = store.untold(now, CHUNK).await?;
        let count = untold.len();
        let sketch = |html: &str| normalize::sketch(html);
        let sketched = untold.into_iter().map(|entry| {
            let text = entry.content.as_deref().filter(|_| entry.full_text);
            (entry.id, text.map_or_else(Sketch::default, sketch))
        });
        let sketched: Vec<_> = sketched.collect();
        if count > 0 {
            store.tell(sketched, now).await?;
        }
        if count < CHUNK {
            break;
        }
    }
    Ok(())
}
