//! A text as `feeds.toml`; and one more source put into it, which must leave what loads loading.
#![no_main]

use courant::config::{append, load};
use courant::model::SourceId;
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|text: &str| {
    let path = std::env::temp_dir().join(format!("courant-fuzz-{}.toml", std::process::id()));
    let loads = |text: &str| {
        std::fs::write(&path, text).expect("a file written");
        load(&path).map_err(|complaints| complaints.to_string()).is_ok()
    };
    let before = loads(text);
    let (id, url) = (SourceId::new("fuzzed").expect("an id"), Url::parse("https://fuzzed.example/").expect("a URL"));
    if let Ok(more) = append(text, &id, &url, None) {
        assert!(!before || loads(&more), "{more}");
    }
});
