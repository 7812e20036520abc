//! Where a feed says that it has moved for good (`itunes:new-feed-url`). Behind a redirect stands what it leads to; here
//! that is looked at before it is believed, since the feed is still where it was.

use chrono::{DateTime, Duration, Utc};
use url::Url;

use super::ask::is_feed;
use super::course::{Run, moved_for_good};
use super::reader::on_reader;
use super::sketch::Sketch;
use super::{Parts, Watched};
use crate::fetch::{Fetched, unambiguous};
use crate::model::{Kind, Listing, Problem};
use crate::read::read_listing;
use crate::store::{Moved, SourceState, StoreError};

/// So long nobody looks again at an address where the feed was not.
const AGAIN: Duration = Duration::days(1);

/// The address that a feed at `here` names, where a redirect might lead to it as well.
pub(super) fn named(listing: &Listing, here: &Url) -> Option<Url> {
    let text = listing.new_address.as_deref().filter(|text| is_feed(listing) && unambiguous(text).is_ok())?;
    let mut to = Url::parse(text).ok().filter(|to| matches!(to.scheme(), "http" | "https"))?;
    to.set_fragment(None);
    let stripped = to.set_username("").and_then(|()| to.set_password(None));
    stripped.ok().map(|()| to).filter(|to| to != here)
}

/// Looks at where the feed of a run says that it is, once it has said so often enough, or where the new one says that it
/// has moved on; what is not that feed is not asked in its stead, and not looked at again soon.
pub(super) async fn examine(
    watched: &Watched,
    run: &mut Run,
    parts: &Parts,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let news = run.report.outcome.is_success();
    let Some(mut moved) = run.state.wishes.moved.take_if(|moved| moved.announced && news) else { return Ok(()) };
    let first = run.moved.take().is_some();
    let on = run.named.take().filter(|_| moved.holds_for(&moved.from));
    let Some(to) = on.or_else(|| first.then(|| moved.to.clone())) else {
        run.state.wishes.moved = Some(moved);
        return Ok(());
    };
    let looked = if moved.doubted.is_some_and(|at| (now - at).abs() < AGAIN) {
        None
    } else {
        Some(look(watched, &moved, &to, &run.state, parts, now).await?)
    };
    match looked {
        // Back where it was.
        Some(Ok(to)) if to == moved.from && !first => return Ok(()),
        // It goes by another address there, too.
        Some(Ok(to)) if to == moved.from || (to == moved.to && !first) => moved.doubted = Some(now),
        Some(Ok(to)) => {
            run.moved = Some(moved_for_good(&moved.from, &to));
            // What the feed was recognised by here says nothing of it there.
            run.state.validators.of.get_or_insert_with(|| moved.from.clone());
            (moved.to, moved.doubted) = (to, None);
        }
        Some(Err(why)) => {
            let told = format!("the feed says that it has moved to {to}, which is not believed: {why}");
            run.report.problems.push(Problem::warning(told));
            moved.doubted = Some(now);
        }
        None => {}
    }
    if first && moved.doubted.is_some() {
        moved.seen = 0;
    }
    run.state.wishes.moved = Some(moved);
    Ok(())
}

/// Where the feed is that is asked for there, redirects for good followed; or why it is not that of the source.
async fn look(
    watched: &Watched,
    moved: &Moved,
    to: &Url,
    state: &SourceState,
    parts: &Parts,
    now: DateTime<Utc>,
) -> Result<Result<Url, String>, StoreError> {
    let page = match parts.get(&watched.source, &watched.source.request(to.clone())).await {
        Ok(Fetched::Page(page)) => *page,
        // Asked for without validators: a server's error.
        Ok(Fetched::NotModified(_)) => return Ok(Err("it answers with nothing".to_owned())),
        Err(error) => return Ok(Err(error.to_string())),
    };
    let (at, rules) = (page.moved.clone().unwrap_or_else(|| to.clone()), watched.rules.clone());
    let there = on_reader(parts, move || read_listing(&page, Kind::Feed, &rules)).await.value;
    if !is_feed(&there) {
        return Ok(Err("there is no feed".to_owned()));
    }
    let listed = u64::try_from(there.teasers.len()).unwrap_or(u64::MAX).min(state.entries);
    let known = Sketch::of(watched, &there, parts, now).await?.known_teasers() as u64;
    // One that reaches further back holds much that is new.
    if known == 0 || known * 2 < listed {
        return Ok(Err("it is a feed of others".to_owned()));
    }
    if named(&there, &at).is_some_and(|back| back == moved.from) {
        return Ok(Err(format!("it says that it has moved to {}", moved.from)));
    }
    Ok(Ok(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FeedFormat, ListingMethod};

    #[test]
    fn a_feed_names_an_address_of_the_web_and_not_its_own() {
        let here = "https://bells.example/feed".parse().unwrap();
        for (written, to) in [
            ("https://new.example/feed", Some("https://new.example/feed")),
            ("http://user:pass@new.example/feed#top", Some("http://new.example/feed")),
            ("https://bells.example/feed#here", None),
            ("https://bells.example/feed", None),
            ("/feed/new", None),
            ("ftp://new.example/feed", None),
            ("file:///etc/passwd", None),
            ("http://127.0.0.1%2eexample.com/", None),
            ("http://0x7f.1/", None),
            ("soon", None),
        ] {
            let method = ListingMethod::Feed(FeedFormat::Rss);
            let listing = Listing { method, new_address: Some(written.into()), ..Listing::default() };
            assert_eq!(named(&listing, &here).as_ref().map(Url::as_str), to, "{written}");
            assert_eq!(named(&Listing { method: ListingMethod::Guess, ..listing }, &here), None);
        }
    }
}
