//! `adaptive` follows the source's own rhythm.

use chrono::{DateTime, TimeDelta, Utc};

use crate::courant::Desk;
use crate::paper;
use crate::press::Press;

#[test]
fn a_source_with_an_entry_a_day_is_asked_seldom_and_keeps_that_when_unchanged() {
    let press = Press::start();
    paper::print(&press);
    let desk = Desk::new(&format!("{}schedule = \"adaptive 10m..6h\"\n", paper::source(&press)));
    for _ in 0..2 {
        desk.ok(&["fetch"]);
        let state = desk.status("lantern");
        let at = |key: &str| state[key].as_str().and_then(|t| t.parse::<DateTime<Utc>>().ok()).expect("a time");
        let pause = at("next_run") - at("last_run");
        // The middle of the bounds, which a source of unknown rhythm gets, is an hour; give or take a tenth.
        assert!(pause > TimeDelta::hours(5), "{pause}");
    }
}
