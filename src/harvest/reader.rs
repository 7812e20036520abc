//! Where pages are read: on few threads, since parsed trees are what costs memory.

use std::sync::Arc;

use super::{Parts, Watched, judge};
use crate::model::{Article, Kind, Listing, Page, PageKind, Problem, Read, caught};
use crate::read::{read_article, read_listing};

/// Reads a listing on a thread where parsing may take its time.
pub(super) async fn read(watched: &Watched, page: &Arc<Page>, kind: Kind, parts: &Parts) -> Read<Listing> {
    let (page, rules) = (Arc::clone(page), watched.rules.clone());
    on_reader(parts, move || read_listing(&page, kind, &rules)).await
}

/// Reads an article likewise; and says what stands in its place, where the page is no article at all.
pub(super) async fn article_read(
    watched: &Watched,
    page: &Arc<Page>,
    parts: &Parts,
) -> (Read<Article>, Option<PageKind>) {
    let (page, rules) = (Arc::clone(page), watched.rules.clone());
    let work = move || {
        let read = read_article(&page, &rules);
        let kind = judge::wall(&read.value);
        Read { value: (read.value, kind), problems: read.problems }
    };
    let Read { value: (article, kind), problems } = on_reader(parts, work).await;
    (Read { value: article, problems }, kind)
}

/// Parsed trees are large and not `Send`: they live and die inside one closure, of which few run at once.
pub(super) async fn on_reader<T: Default + Send + 'static>(
    parts: &Parts,
    work: impl FnOnce() -> Read<T> + Send + 'static,
) -> Read<T> {
    parts.room.work(work).await.unwrap_or_else(|why| failed(&why))
}

/// Reads what takes no longer than a change of threads would.
pub(super) fn at_once<T: Default>(work: impl FnOnce() -> Read<T>) -> Read<T> {
    caught(work).unwrap_or_else(|_| failed(&"it panicked"))
}

fn failed<T: Default>(why: &dyn std::fmt::Display) -> Read<T> {
    let told = format!("the reader failed on this page ({why}); please report it");
    Read { value: T::default(), problems: vec![Problem::failure(told)] }
}
