use std::collections::HashSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{History, next, parse};
use crate::model::{Schedule, Timezone};

const MINUTE: Duration = Duration::from_secs(60);

fn address(site: &str) -> String {
    format!("https://{site}.example/")
}

fn zone(name: &str) -> Timezone {
    Timezone::named(name).unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn ran(last: &str) -> History {
    History { last_run: Some(at(last)), ..History::default() }
}

fn failed(last: &str, failures: u32) -> History {
    History { failures, ..ran(last) }
}

#[test]
fn schedules_are_read_as_operators_write_them() {
    let rows: &[(&str, Schedule)] = &[
        ("every 30m", Schedule::Every(30 * MINUTE)),
        ("  EVERY   10s ", Schedule::Every(Duration::from_secs(10))),
        ("every 1h30m", Schedule::Every(90 * MINUTE)),
        ("every 2 h", Schedule::Every(120 * MINUTE)),
        ("every 1d", Schedule::Every(24 * 60 * MINUTE)),
        ("every 1w", Schedule::Every(7 * 24 * 60 * MINUTE)),
        ("cron */15 6-23 * * MON-FRI", Schedule::Cron("*/15 6-23 * * MON-FRI".into())),
        ("cron  0 */15 *  * * *", Schedule::Cron("0 */15 * * * *".into())),
        ("cron 30 7 1,15 jan-mar mon", Schedule::Cron("30 7 1,15 jan-mar mon".into())),
        ("cron 0 0 29 2 *", Schedule::Cron("0 0 29 2 *".into())),
        ("cron @hourly", Schedule::Cron("@hourly".into())),
        ("adaptive", Schedule::Adaptive { min: 10 * MINUTE, max: 360 * MINUTE }),
        ("adaptive 5m..1d", Schedule::Adaptive { min: 5 * MINUTE, max: 24 * 60 * MINUTE }),
        ("adaptive 1h .. 1h", Schedule::Adaptive { min: 60 * MINUTE, max: 60 * MINUTE }),
    ];
    for (text, expected) in rows {
        assert_eq!(parse(text).as_ref(), Ok(expected), "{text}");
    }
}

#[test]
fn a_refusal_tells_the_remedy() {
    let rows = [
        ("", "write `every 30m`"),
        ("30m", "write `every 30m`"),
        ("*/15 * * * *", "write `cron */15 * * * *`"),
        ("@daily", "write `cron @daily`"),
        ("evry 30m", "did you mean `every`"),
        ("hourly", "write `every 30m`, `cron"),
        ("every", "`every 30m`"),
        ("every 30", "write `30m` for minutes"),
        ("every 30 minutes", "write `30m`"),
        ("every 2 Hours", "write `2h`"),
        ("every 3 fortnights", "use s, m, h or d"),
        ("every m", "whole number"),
        ("every -5m", "whole number"),
        ("every 1.5h", "needs a unit"),
        ("every 0s", "the shortest interval is 10s"),
        ("every 9s", "the shortest interval is 10s"),
        ("every 400d", "the longest interval is 366d"),
        ("every 99999999999999999999d", "longer than a century"),
        ("cron", "five fields"),
        ("cron * * *", "has 3"),
        ("cron * * * * * * *", "has 7"),
        ("cron 61 * * * *", "the minute `61` is not 0 to 59"),
        ("cron 0 0 0 1 * FOO", "the weekday `FOO` is not 0 to 7"),
        ("cron 0 25 * * *", "the hour `25` is not 0 to 23"),
        ("cron 0 22-6 * * *", "a range goes upwards: write `22-23,0-6`"),
        ("cron 0 8 * * FRI-MON", "a range goes upwards: write `FRI-SAT,SUN-MON`"),
        ("cron 0 0 8 * 11-2/2 *", "a range goes upwards: write `11-DEC,JAN-2/2`"),
        ("cron MON * * * *", "the minute `MON` is not 0 to 59"),
        ("cron 0 6 * MON-FRI *", "the month `MON-FRI` is not 1 to 12 (or JAN to DEC)"),
        ("cron 0 0 6 * jan,", "the weekday `jan,` is not 0 to 7"),
        ("cron 0 0,,6 * * *", "the hour `0,,6` is not 0 to 23"),
        ("cron @reboot", "cron line `@reboot`"),
        ("cron 0 0 31 2 *", "never comes"),
        ("cron * * * * * *", "write `0` there"),
        ("cron 0,5 * * * * *", "write `0` there"),
        ("cron a b c d e", "cron line"),
        ("adaptive 10m", "`adaptive 10m..6h`"),
        ("adaptive 6h..10m", "the shorter comes first"),
        ("adaptive 1s..6h", "the shortest interval is 10s"),
    ];
    for (text, remedy) in rows {
        let message = parse(text).expect_err(text).message;
        assert!(message.contains(remedy), "{text}: {message}");
    }
}

#[test]
fn a_first_run_comes_within_seconds_and_not_all_at_once() {
    let now = at("2026-03-02T10:00:00Z");
    let schedule = parse("every 30m").unwrap();
    let due: Vec<_> = (0..1000)
        .map(|n| next(&schedule, Timezone::UTC, &address(&format!("s{n}")), &History::default(), now))
        .collect();
    assert!(due.iter().all(|d| *d > now && *d <= now + TimeDelta::milliseconds(5001)));
    assert!(due.iter().collect::<HashSet<_>>().len() > 850);
}

#[test]
fn intervals_are_spread_over_the_interval_and_keep_their_phase() {
    let schedule = parse("every 30m").unwrap();
    let mut seconds = [0usize; 1800];
    for n in 0..1800 {
        let address = address(&format!("s{n}"));
        let first = next(&schedule, Timezone::UTC, &address, &ran("2026-03-02T10:00:00Z"), at("2026-03-02T10:00:01Z"));
        assert!(first > at("2026-03-02T10:15:00Z") && first <= at("2026-03-02T10:45:00.001Z"), "{first}");
        // The run begins a moment late; the next keeps the place, to the millisecond.
        let history = History { last_run: Some(first + TimeDelta::milliseconds(700)), ..History::default() };
        let second = next(&schedule, Timezone::UTC, &address, &history, first + TimeDelta::seconds(3));
        assert_eq!(second - first, TimeDelta::minutes(30));
        seconds[(first.timestamp() % 1800) as usize] += 1;
    }
    assert!(*seconds.iter().max().unwrap() < 10, "no second holds many");
}

#[test]
fn sources_of_one_address_are_due_together_however_often_each_is() {
    let address = address("paper");
    let next =
        |schedule: &str, from: &str| next(&parse(schedule).unwrap(), Timezone::UTC, &address, &ran(from), at(from));
    let hourly = next("every 1h", "2026-03-02T10:00:00Z");
    let runs = std::iter::successors(Some(hourly), |last| Some(next("every 20m", &last.to_rfc3339())));
    assert_eq!(runs.take(4).last(), Some(next("every 1h", &hourly.to_rfc3339())));
    assert_eq!(next("cron 15 * * * *", "2026-03-02T10:00:00Z"), next("cron */15 * * * *", "2026-03-02T10:01:00Z"));
}

#[test]
fn missed_runs_are_run_once() {
    let now = at("2026-03-05T12:00:00Z");
    for text in ["every 30m", "cron 0 * * * *", "adaptive"] {
        let schedule = parse(text).unwrap();
        let due = next(&schedule, Timezone::UTC, &address("a"), &ran("2026-03-02T10:00:00Z"), now);
        assert!(due > now && due < now + TimeDelta::seconds(6), "{text}: {due}");
        let history = History { last_run: Some(due), ..History::default() };
        let then = next(&schedule, Timezone::UTC, &address("a"), &history, due + TimeDelta::seconds(1));
        assert!(then > now + TimeDelta::minutes(10), "{text}: {then}");
    }
}

/// The times of a cron line in a zone, from an instant on, with the source's offset off.
fn times(line: &str, zone: Timezone, from: &str, count: usize) -> Vec<String> {
    let mut now = at(from);
    let mut out = Vec::new();
    for _ in 0..count {
        now = super::cron::after(line, zone, now).unwrap();
        out.push(now.with_timezone(&zone).format("%d %H:%M%:z").to_string());
    }
    out
}

#[test]
fn cron_lines_cross_clock_changes_without_loss_or_repeat() {
    let berlin = zone("Europe/Berlin");
    let rows: &[(&str, Timezone, &str, &[&str])] = &[
        // 29 March 2026: 02:00 to 03:00 does not exist. A daily line runs at the first instant after it.
        ("30 2 * * *", berlin, "2026-03-27T23:00:00Z", &["28 02:30+01:00", "29 03:00+02:00", "30 02:30+02:00"]),
        // A line with every hour follows real time.
        ("30 * * * *", berlin, "2026-03-28T23:45:00Z", &["29 01:30+01:00", "29 03:30+02:00", "29 04:30+02:00"]),
        // 25 October 2026: 02:00 to 03:00 comes twice. A daily line runs once.
        ("30 2 * * *", berlin, "2026-10-23T23:00:00Z", &["24 02:30+02:00", "25 02:30+02:00", "26 02:30+01:00"]),
        (
            "*/30 * * * *",
            berlin,
            "2026-10-24T23:45:00Z",
            &["25 02:00+02:00", "25 02:30+02:00", "25 02:00+01:00", "25 02:30+01:00", "25 03:00+01:00"],
        ),
        ("0 7 * * *", berlin, "2026-03-28T00:00:00Z", &["28 07:00+01:00", "29 07:00+02:00", "30 07:00+02:00"]),
        // Half an hour's change, and a change at midnight.
        ("15 2 * * *", zone("Australia/Lord_Howe"), "2026-10-03T00:00:00Z", &["04 02:30+11:00", "05 02:15+11:00"]),
        ("0 0 * * *", zone("America/Santiago"), "2026-09-05T05:00:00Z", &["06 01:00-03:00", "07 00:00-03:00"]),
        ("*/15 6-23 * * MON-FRI", zone("Asia/Shanghai"), "2026-03-06T15:40:00Z", &["06 23:45+08:00", "09 06:00+08:00"]),
    ];
    for (line, zone, from, expected) in rows {
        assert_eq!(times(line, *zone, from, expected.len()), *expected, "{line} in {zone:?}");
    }
}

#[test]
fn cron_lines_are_spread_by_half_a_minute_unless_they_name_the_second() {
    let now = at("2026-03-02T10:01:00Z");
    let history = ran("2026-03-02T10:00:31Z");
    let minute = parse("cron */15 * * * *").unwrap();
    let second = parse("cron 30 */15 * * * *").unwrap();
    let named = at("2026-03-02T10:15:00Z");
    let mut seen = HashSet::new();
    for n in 0..200 {
        let address = address(&format!("s{n}"));
        let due = next(&minute, Timezone::UTC, &address, &history, now);
        assert!(due >= named && due < named + TimeDelta::seconds(30), "{due}");
        seen.insert(due.timestamp());
        assert_eq!(next(&second, Timezone::UTC, &address, &history, now), named + TimeDelta::seconds(30));
    }
    assert!(seen.len() > 25);
}

#[test]
fn failures_are_retried_ever_more_seldom_and_forgotten_at_the_first_success() {
    let last = "2026-03-02T10:00:00Z";
    let pause = |schedule: &str, failures: u32, address: &str| {
        let schedule = parse(schedule).unwrap();
        next(&schedule, Timezone::UTC, address, &failed(last, failures), at(last)) - at(last)
    };
    let rows: &[(&str, u32, i64)] = &[
        ("every 1m", 1, 1),
        ("every 1m", 4, 8),
        ("every 30m", 1, 30),
        ("every 30m", 2, 60),
        ("every 30m", 3, 120),
        ("every 30m", 12, 24 * 60),
        ("every 30m", u32::MAX, 24 * 60),
        ("every 1d", 1, 30),
        ("every 1d", 9, 24 * 60),
        ("every 7d", 20, 7 * 24 * 60),
        ("adaptive", 3, 40),
    ];
    for (schedule, failures, minutes) in rows {
        let got = pause(schedule, *failures, &address("a"));
        let least = TimeDelta::minutes(*minutes);
        assert!(got >= least && got <= least + least / 5, "{schedule} after {failures}: {got}");
        assert_eq!(got, pause(schedule, *failures, &address("a")), "the same each time it is asked");
    }
    let different: HashSet<_> = (0..50).map(|n| pause("every 30m", 5, &address(&format!("s{n}")))).collect();
    assert!(different.len() > 45, "no two together");
    let recovered = next(&parse("every 30m").unwrap(), Timezone::UTC, &address("a"), &ran(last), at(last)) - at(last);
    assert!(recovered <= TimeDelta::minutes(45));
}

#[test]
fn a_failed_cron_source_keeps_to_its_hours_unless_they_are_far_apart() {
    let check = |line: &str, failures: u32, low: &str, high: &str| {
        let last = "2026-03-02T21:45:10Z";
        let due = next(&parse(line).unwrap(), Timezone::UTC, &address("a"), &failed(last, failures), at(last));
        assert!(due >= at(low) && due <= at(high), "{line} after {failures}: {due}");
    };
    check("cron */15 6-21 * * *", 1, "2026-03-03T06:00:00Z", "2026-03-03T06:00:30Z");
    check("cron */15 * * * *", 3, "2026-03-02T22:45:00Z", "2026-03-02T23:00:30Z");
    check("cron 45 21 * * *", 1, "2026-03-02T22:15:10Z", "2026-03-02T22:21:10Z");
    check("cron 45 21 * * *", 30, "2026-03-04T21:45:00Z", "2026-03-04T21:45:30Z");
}

#[test]
fn a_wish_to_be_left_alone_is_heard_for_a_day_at_most() {
    let now = at("2026-03-02T10:00:00Z");
    let schedule = parse("every 30m").unwrap();
    let check = |wish: &str, failures: u32, expected: Option<&str>| {
        let history = History { not_before: Some(at(wish)), ..failed("2026-03-02T10:00:00Z", failures) };
        let due = next(&schedule, Timezone::UTC, &address("a"), &history, now);
        match expected {
            Some(expected) => assert_eq!(due, at(expected), "{wish}"),
            None => assert!(due < now + TimeDelta::minutes(46)),
        }
    };
    check("2026-03-02T15:00:00Z", 0, Some("2026-03-02T15:00:00Z"));
    check("2026-03-02T15:00:00Z", 1, Some("2026-03-02T15:00:00Z"));
    check("5026-03-02T15:00:00Z", 0, Some("2026-03-03T10:00:00Z"));
    check("2026-03-02T10:00:10Z", 0, None);
    check("1970-01-01T00:00:00Z", 0, None);
}

#[test]
fn quiet_hours_put_a_run_off_to_their_end() {
    let mut quiet = crate::model::Quiet::default();
    (8..12).for_each(|hour| quiet.add_hour(hour));
    quiet.add_day(chrono::Weekday::Sun);
    let check = |last: &str, low: &str, high: &str| {
        let history = History { quiet, ..ran(last) };
        let due = next(&parse("every 30m").unwrap(), Timezone::UTC, &address("a"), &history, at(last));
        assert!(due >= at(low) && due <= at(high), "{last}: {due}");
    };
    check("2026-03-02T06:00:00Z", "2026-03-02T06:15:00Z", "2026-03-02T06:45:00Z");
    check("2026-03-02T07:55:00Z", "2026-03-02T12:00:00Z", "2026-03-02T12:05:00Z");
    check("2026-02-28T23:50:00Z", "2026-03-02T00:00:00Z", "2026-03-02T00:05:00Z");
}

#[test]
fn a_clock_set_back_silences_nobody() {
    let now = at("2026-03-02T10:00:00Z");
    for text in ["every 30m", "cron 0 * * * *", "adaptive"] {
        let due = next(&parse(text).unwrap(), Timezone::UTC, &address("a"), &ran("2031-01-01T00:00:00Z"), now);
        assert!(due > now && due < now + TimeDelta::hours(7), "{text}: {due}");
    }
}

#[test]
fn a_wish_puts_a_cron_line_off_to_one_of_its_own_times() {
    let due = |line: &str, last: &str, wish: &str, failures: u32| {
        let history = History { last_run: Some(at(last)), not_before: Some(at(wish)), failures, ..History::default() };
        let found = next(&parse(line).unwrap(), Timezone::UTC, &address("a"), &history, at(last));
        // Up to half a minute later, by the source's id.
        found.format("%a %H:%M").to_string()
    };
    let weekdays = "cron */15 6-22 * * MON-FRI";
    for (line, last, wish, failures, expected) in [
        // A feed's `ttl` of an hour, on a Friday; at the end of the day the next time is Monday's first.
        (weekdays, "2026-03-06T12:00:10Z", "2026-03-06T13:00:12Z", 0, "Fri 13:00"),
        (weekdays, "2026-03-06T22:15:10Z", "2026-03-06T23:15:12Z", 0, "Mon 06:00"),
        // An interval of the line's own.
        (weekdays, "2026-03-06T12:00:10Z", "2026-03-06T12:15:40Z", 0, "Fri 12:15"),
        ("cron 0 8 * * *", "2026-03-06T08:00:10Z", "2026-03-07T08:00:40Z", 0, "Sat 08:00"),
        // A server in trouble says when it is well again.
        (weekdays, "2026-03-06T12:00:10Z", "2026-03-06T12:20:00Z", 1, "Fri 12:30"),
        ("cron 0 8 * * *", "2026-03-06T08:00:10Z", "2026-03-06T09:00:00Z", 1, "Fri 09:00"),
    ] {
        assert_eq!(due(line, last, wish, failures), expected, "{line} {last} {wish}");
    }
}

#[test]
fn an_adaptive_source_is_asked_by_its_own_rhythm() {
    let now = at("2026-03-02T12:00:00Z");
    let schedule = parse("adaptive 10m..6h").unwrap();
    let minutes = |recent: Vec<DateTime<Utc>>, now: DateTime<Utc>| {
        let history = History { last_run: Some(now), recent, ..History::default() };
        (next(&schedule, Timezone::UTC, &address("a"), &history, now) - now).num_minutes()
    };
    let every = |step: i64, count: i64| (0..count).map(|n| now - TimeDelta::minutes(step * n + 7)).collect::<Vec<_>>();
    let check = |name: &str, got: i64, low: i64, high: i64| {
        assert!((low..=high).contains(&got), "{name}: {got} minutes");
    };
    check("nothing known", minutes(vec![], now), 50, 68);
    check("twenty an hour", minutes(every(3, 480), now), 10, 11);
    check("twenty an hour, of which the latest fifty are known", minutes(every(3, 50), now), 10, 11);
    check("fifteen within half an hour, and no more is known", minutes(every(2, 15), now), 10, 11);
    check("three within this hour, and no more is known", minutes(every(15, 3), now), 17, 24);
    check("one an hour", minutes(every(60, 100), now), 50, 72);
    check("one in two days", minutes(every(2880, 10), now), 320, 397);
    check(
        "stopped a month ago",
        minutes(every(3, 300).iter().map(|t| *t - TimeDelta::days(40)).collect(), now),
        320,
        397,
    );
    // Days without a time of day tell no hours.
    let days: Vec<_> = (0..20).map(|n| at("2026-03-02T00:00:00Z") - TimeDelta::days(n)).collect();
    check("dates only", minutes(days, now), 320, 397);
    // Four a day, all between 8 and 10: asked often in the morning, seldom at night.
    let mornings: Vec<_> = (0..20)
        .flat_map(|day| {
            (0..4).map(move |n| at("2026-03-01T08:10:00Z") - TimeDelta::days(day) + TimeDelta::minutes(25 * n))
        })
        .collect();
    let morning = minutes(mornings.clone(), at("2026-03-02T08:00:00Z"));
    let evening = minutes(mornings, at("2026-03-02T18:00:00Z"));
    assert!(morning * 3 < evening, "{morning} in the morning, {evening} in the evening");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]
    #[test]
    fn no_text_breaks_the_reader_and_every_schedule_comes(text in "(every|cron|adaptive|)[ 0-9*/,.a-zA-Z#@LW?-]{0,24}") {
        let now = at("2026-03-02T10:00:00Z");
        if let Ok(schedule) = parse(&text) {
            let due = next(&schedule, zone("Europe/Berlin"), &address("a"), &ran("2026-03-02T10:00:00Z"), now);
            proptest::prop_assert!(due > now);
        }
    }
}
