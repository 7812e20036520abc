//! Bytes as a feed, sitemap or JSON answer, and what they list made into entries.
#![no_main]

use bytes::Bytes;
use chrono::DateTime;
use courant::fetch::saved_page;
use courant::model::{Kind, ListingRules, Rules, Source};
use courant::normalize::{Surroundings, draft};
use courant::read::{CompiledRules, read_listing};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|bytes: &[u8]| {
    let url = Url::parse("https://paper.example/feed.xml").expect("a URL");
    let page = saved_page(url.clone(), None, Bytes::copy_from_slice(bytes), DateTime::UNIX_EPOCH);
    let source = Source::at(url);
    let listing = ListingRules { item: Some("$..items[*]".into()), title: vec!["$.title".into()], ..Default::default() };
    let paths = CompiledRules::compile(&Rules { listing, ..Default::default() }).expect("rules");
    read_listing(&page, Kind::Json, &paths);
    for kind in [Kind::Feed, Kind::Sitemap, Kind::Json] {
        let listing = read_listing(&page, kind, &CompiledRules::default()).value;
        let around = Surroundings::of(&listing);
        for teaser in listing.teasers.iter().take(50) {
            draft(teaser, None, &around, &source, page.fetched);
        }
    }
});
