//! A sitemap index: the sitemaps that it names are read in its stead, each time.

use std::collections::HashSet;
use std::sync::Arc;

use super::ask::{Answer, Failed, Listed};
use super::reader::read;
use super::{Parts, Watched};
use crate::fetch::Fetched;
use crate::model::{FeedLink, Kind, Listing, ListingMethod, Outcome, Page, Problem, Read, Severity};
use crate::read::is_of_news;

/// Most sitemaps of an index that are read in a run: those of news, else those that changed last.
const MOST: usize = 3;

/// Whether what was read is an index.
pub(super) fn is_index(listing: &Listing) -> bool {
    listing.method == ListingMethod::Sitemap && listing.teasers.is_empty() && !listing.feeds.is_empty()
}

/// Reads what an index names, the most promising first.
pub(super) async fn follow(
    watched: &Watched,
    page: &Page,
    mut index: Read<Listing>,
    body_hash: u64,
    parts: &Parts,
) -> Answer {
    let named = std::mem::take(&mut index.value.feeds);
    let mut problems: Vec<Problem> = Vec::new();
    let (mut some, mut bytes, mut shown) = (false, 0, HashSet::new());
    for link in chosen(&named) {
        if *parts.stop.borrow() {
            break;
        }
        let sitemap = match parts.get(&watched.source, &watched.source.request(link.url.clone())).await {
            Ok(Fetched::Page(sitemap)) => Arc::new(*sitemap),
            // Asked for without validators: a server's error.
            Ok(Fetched::NotModified(_)) => continue,
            Err(error) => {
                problems.push(Problem::warning(error.to_string()));
                continue;
            }
        };
        bytes += sitemap.body.len() as u64;
        let Read { value, problems: found } = read(watched, &sitemap, Kind::Sitemap, parts).await;
        match found.iter().find(|problem| problem.severity == Severity::Failure) {
            Some(problem) => problems.push(Problem::warning(format!("{}: {}", sitemap.url, problem.message))),
            None => {
                some = true;
                problems.extend(found);
            }
        }
        index.value.title = index.value.title.or(value.title);
        index.value.language = index.value.language.or(value.language);
        let new = value.teasers.into_iter().filter(|t| t.link.as_ref().is_none_or(|link| shown.insert(link.clone())));
        index.value.teasers.extend(new);
    }
    if !some {
        let why = problems.first().map_or("", |problem| problem.message.as_str());
        let reason = format!("{} names {} sitemaps, and none could be read: {why}", page.url, named.len());
        return Answer::Failed(Failed::at(page, Outcome::Broken, reason, problems));
    }
    index.problems.extend(problems);
    let mut listed = Listed::of(page, index, body_hash, None);
    listed.bytes += bytes;
    // It says nothing of what stands in those that it names.
    listed.cut = true;
    Answer::Listed(Box::new(listed))
}

/// Those that are read: sitemaps of news, where there are any.
fn chosen(named: &[FeedLink]) -> impl Iterator<Item = &FeedLink> {
    let of_news = |link: &FeedLink| is_of_news(&link.url);
    let any = named.first().is_some_and(of_news);
    named.iter().filter(move |link| !any || of_news(link)).take(MOST)
}
