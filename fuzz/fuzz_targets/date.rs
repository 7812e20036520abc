//! A text as a date: alone, and as running text that holds one.
#![no_main]

use chrono::DateTime;
use courant::dates::{Context, find, parse};
use courant::model::Timezone;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    // The first letters choose the page's language.
    let (language, text) = text.split_once('\n').unwrap_or(("", text));
    let now = DateTime::from_timestamp(1_800_000_000, 0).expect("a moment");
    let language = Some(language).filter(|l| !l.is_empty());
    let context = Context { now, zone: Timezone::named("Europe/Berlin").expect("a zone"), language, order: None };
    if let Some(moment) = parse(text, &context) {
        // Whatever is read can be printed.
        let _ = moment.at.to_rfc3339();
    }
    if let Some((range, _)) = find(text, &context) {
        assert!(text.get(range).is_some());
    }
});
