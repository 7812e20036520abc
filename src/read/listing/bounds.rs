//! What lies beyond the bounds is left out, and told.

use crate::model::{Kind, Page, Rules};
use crate::read::{CompiledRules, read_listing};

fn told(page: &Page, item: Option<&str>) -> Vec<String> {
    let mut rules = Rules::default();
    rules.listing.item = item.map(str::to_owned);
    let rules = CompiledRules::compile(&rules).expect("rules");
    read_listing(page, Kind::Auto, &rules).problems.into_iter().map(|p| p.message).collect()
}

#[test]
fn what_is_too_much_of_a_listing_is_left_out_and_told() {
    let links: String = (0..6000).map(|n| format!("<li><a href=/a/{n}>{n}</a>")).collect();
    let entries: String = (0..6000).map(|n| format!("{{\"title\":\"Of day {n}\",\"url\":\"/a/{n}\"}},")).collect();
    let values = format!("<script type=application/json>[{}{{\"url\":1}}]</script>", "[],".repeat(400_001));
    let script = format!("<script>x = [{{\"a\": \"{}\"}}]</script>", "y".repeat(6 * 1024 * 1024));
    for (text, item, expected) in [
        (format!("<ul>{links}</ul>"), Some("li"), "`listing.item` matches 6000 elements; the last 1000 were left out"),
        (format!("[{entries}{{}}]"), None, "the JSON's list has 6001 entries; 5000 were read"),
        (format!("<p>x{values}"), None, "the page's scripts hold more than 400000 values; the rest was not read"),
        (format!("<p>x{script}"), None, "a script of 6291471 bytes was not searched for records"),
    ] {
        let told = told(&super::page("https://paper.example/", &text), item);
        assert!(told.iter().any(|t| t == expected), "{expected}: {told:?}");
    }
}
