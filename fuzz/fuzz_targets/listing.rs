//! Bytes as a page that lists things to read.
#![no_main]

use bytes::Bytes;
use chrono::DateTime;
use courant::fetch::saved_page;
use courant::model::{Kind, Source};
use courant::normalize::{Surroundings, draft};
use courant::read::{CompiledRules, common_feed_paths, fitting_feeds, leads_on, read_listing};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|bytes: &[u8]| {
    let url = Url::parse("https://paper.example/news/").expect("a URL");
    let page = saved_page(url.clone(), None, Bytes::copy_from_slice(bytes), DateTime::UNIX_EPOCH);
    let listing = read_listing(&page, Kind::Listing, &CompiledRules::default()).value;
    let (source, around) = (Source::at(url), Surroundings::of(&listing));
    for teaser in listing.teasers.iter().take(50) {
        draft(teaser, None, &around, &source, page.fetched);
        teaser.link.as_ref().map(common_feed_paths);
    }
    fitting_feeds(&page, &listing.feeds);
    leads_on(&page);
});
