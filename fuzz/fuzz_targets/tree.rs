//! Bytes as a page's text, and the tree made of it: html5ever's own, where nothing had to be cut.
#![no_main]

use courant::html::parse_html;
use libfuzzer_sys::fuzz_target;
use scraper::Html;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let tree = parse_html(&text);
    if tree.problems.is_empty() {
        assert_eq!(tree.html, Html::parse_document(&text));
    }
});
