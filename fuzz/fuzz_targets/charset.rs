//! Bytes into text: whatever they are, and whatever they say they are.
#![no_main]

use bytes::Bytes;
use chrono::DateTime;
use courant::fetch::saved_page;
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|bytes: &[u8]| {
    // The first line is the header's value.
    let end = bytes.iter().position(|b| *b == b'\n').unwrap_or(0);
    let (header, body) = bytes.split_at(end);
    let url = Url::parse("https://paper.example/").expect("a URL");
    let header = String::from_utf8_lossy(header);
    let page = saved_page(url, Some(&header).map(AsRef::as_ref), Bytes::copy_from_slice(body), DateTime::UNIX_EPOCH);
    assert!(!page.charset.is_empty());
});
