//! Bytes as an article's page, and the entry made of it. What is sanitized once stays as it is.
#![no_main]

use bytes::Bytes;
use chrono::DateTime;
use courant::fetch::saved_page;
use courant::model::{Source, Teaser};
use courant::normalize::{Surroundings, draft, sanitize};
use courant::read::{CompiledRules, read_article};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|bytes: &[u8]| {
    let url = Url::parse("https://paper.example/news/a.html").expect("a URL");
    let page = saved_page(url.clone(), None, Bytes::copy_from_slice(bytes), DateTime::UNIX_EPOCH);
    let article = read_article(&page, &CompiledRules::default()).value;
    let teaser = Teaser { link: Some(url.clone()), ..Teaser::default() };
    draft(&teaser, Some(&article), &Surroundings::default(), &Source::at(url), page.fetched);
    let clean = sanitize(&page.text, None);
    assert!(!clean.contains("<script"), "{clean}");
});
