use chrono::{DateTime, Utc};
use url::Url;

use super::*;
use crate::model::Timezone;

fn zone(name: &str) -> Timezone {
    Timezone::named(name).expect("a zone of the database")
}

fn context(language: Option<&'static str>, zone: Timezone) -> Context<'static> {
    let now: DateTime<Utc> = "2026-11-23T04:00:00Z".parse().expect("a date");
    Context { now, zone, language, order: None }
}

fn shown(moment: Option<Moment>) -> Option<String> {
    moment.map(|m| {
        m.at.format(if m.precision >= Precision::Minute { "%Y-%m-%dT%H:%M%:z" } else { "%Y-%m-%d" }).to_string()
    })
}

#[track_caller]
fn check(language: &'static str, zone: Timezone, text: &str, expected: &str) {
    let language = (!language.is_empty()).then_some(language);
    assert_eq!(shown(parse(text, &context(language, zone))).as_deref().unwrap_or("-"), expected, "{text}");
}

#[test]
fn machine_forms_are_read_to_the_second() {
    for (text, expected) in [
        ("2020-10-24T08:30:00+08:00", "2020-10-24T08:30+08:00"),
        ("2020-10-24T08:30:15.123Z", "2020-10-24T08:30+00:00"),
        ("20201024T083015Z", "2020-10-24T08:30+00:00"),
        ("2020-10-24T08:30:15:684Z", "2020-10-24T08:30+00:00"),
        ("2020-10-24T4:10:05", "2020-10-24T04:10+00:00"),
        ("Sat, 24 Oct 2020 08:30:00 GMT", "2020-10-24T08:30+00:00"),
        ("Sat Oct 24 08:30:00 2020", "2020-10-24T08:30+00:00"),
        ("2020-W43-6", "2020-10-24"),
        ("2020-298", "2020-10-24"),
        ("2020-10", "2020-10-01"),
    ] {
        check("", Timezone::UTC, text, expected);
    }
}

#[test]
fn dates_are_read_in_the_language_of_the_page() {
    for (language, zone, text, expected) in [
        ("de", zone("Europe/Berlin"), "Stand: 24. Oktober 2020, 8.30 Uhr", "2020-10-24T08:30+02:00"),
        ("de", zone("Europe/Berlin"), "gestern, 18:20", "2026-11-22T18:20+01:00"),
        ("de", zone("Europe/Berlin"), "vor 2 Stunden", "2026-11-23T03:00+01:00"),
        ("fr", Timezone::UTC, "il y a 2 années", "2024-11-23"),
        // All words of a text are of one language: an hour in Ukrainian, a year in Bulgarian.
        ("", Timezone::UTC, "година тому", "2026-11-23T03:00+00:00"),
        ("", Timezone::UTC, "преди година", "2025-11-23"),
        ("en", zone("America/New_York"), "Published: March 3rd, 2020 at 5pm ET", "2020-03-03T17:00-05:00"),
        ("en-GB", Timezone::UTC, "03/04/2020", "2020-04-03"),
        ("en-US", Timezone::UTC, "03/04/2020", "2020-03-04"),
        ("zh", zone("Asia/Shanghai"), "发布时间：2020年10月24日 08:30", "2020-10-24T08:30+08:00"),
        ("zh", zone("Asia/Shanghai"), "[10-24]", "2026-10-24"),
        ("zh", zone("Asia/Shanghai"), "12-24", "2025-12-24"),
        ("zh-TW", zone("Asia/Taipei"), "民國109年10月24日", "2020-10-24"),
        ("ja", zone("Asia/Tokyo"), "令和2年10月24日", "2020-10-24"),
        ("ko", zone("Asia/Seoul"), "입력 2020.10.24. 오후 3:05", "2020-10-24T15:05+09:00"),
        ("fa", zone("Asia/Tehran"), "۳ آبان ۱۳۹۹", "2020-10-24"),
        ("fa", zone("Asia/Tehran"), "۱۳۹۹/۰۸/۰۳", "2020-10-24"),
        ("ar", zone("Asia/Riyadh"), "7 ربيع الأول 1442 هـ", "2020-10-24"),
        ("th", zone("Asia/Bangkok"), "24 ต.ค. 2563", "2020-10-24"),
        ("he", zone("Asia/Jerusalem"), "24 באוקטובר 2020", "2020-10-24"),
        ("tr", zone("Europe/Istanbul"), "24 Ekim 2020'de", "2020-10-24"),
        ("hu", zone("Europe/Budapest"), "2020. október 24-én", "2020-10-24"),
    ] {
        check(language, zone, text, expected);
    }
}

#[test]
fn what_is_no_date_is_none() {
    for text in [
        "",
        "2020 reasons to stay",
        "On the 23rd",
        "23",
        "$19.99",
        "+1 555 123 4567",
        "3:2",
        "2-1",
        "12:30",
        "v1.2.3",
        "192.168.10.1",
        "31 February 2020",
        "2020-13-45",
        "23 people",
        "10.5",
        "in 3 days",
        "5 comments",
        "May",
    ] {
        for language in ["en", ""] {
            check(language, Timezone::UTC, text, "-");
        }
    }
}

#[test]
fn a_word_alone_is_a_day_in_the_pages_own_language_only() {
    for (language, text, expected) in [
        ("en", "More", "-"),
        ("", "More ››", "-"),
        ("af", "more", "2026-11-24"),
        ("en", "Yesterday", "2026-11-22"),
        ("de", "hier", "-"),
        ("fr", "Hier", "2026-11-22"),
        ("", "gestern", "2026-11-22"),
        ("en", "昨天", "2026-11-22"),
        ("en", "We", "-"),
        ("en", "gestern, 18:20", "2026-11-22T18:20+00:00"),
    ] {
        check(language, Timezone::UTC, text, expected);
    }
}

#[test]
fn a_date_is_found_within_a_longer_text() {
    for (text, expected, part) in [
        ("By A. Writer | March 3, 2020 at 5pm", "2020-03-03T17:00+00:00", "March 3, 2020 at 5pm"),
        ("Nobody knew, 24.10.2020, what 300 people would do next in the city", "2020-10-24", "24.10.2020"),
        ("A. Writer · 3 hours ago · 5 min read", "2026-11-23T01:00+00:00", "3 hours ago"),
        ("来源：新华社 2020-10-24 08:30 字号：大 中 小", "2020-10-24T08:30+00:00", "2020-10-24 08:30"),
    ] {
        let (range, moment) = find(text, &context(None, Timezone::UTC)).expect(text);
        assert_eq!(shown(Some(moment)).as_deref(), Some(expected), "{text}");
        assert_eq!(&text[range], part, "{text}");
    }
    for text in [
        "The budget of 2020 was $3.20 or 4/5 of 1999's, said 23 people at 10:30",
        "Call 020 7946 0018 or 555-01-23 now, and ask for version 10.2.20.1",
        "A long text that says nothing of days but goes on for quite a while about this and that and more",
    ] {
        assert_eq!(find(text, &context(Some("en"), Timezone::UTC)), None, "{text}");
    }
}

#[test]
fn addresses_carry_dates() {
    for (path, expected, precision) in [
        ("/2020/10/24/title", "2020-10-24", Precision::Day),
        ("/20201024/a.html", "2020-10-24", Precision::Day),
        ("/2020-10/24/c_1126.htm", "2020-10-24", Precision::Day),
        ("/art/2020/10/24/art_12.html", "2020-10-24", Precision::Day),
        ("/202010/t20201024_123.html", "2020-10-24", Precision::Day),
        ("/2024/mar/05/title", "2024-03-05", Precision::Day),
        ("/n1/2020/1024/c90000-1.html", "2020-10-24", Precision::Day),
        ("/news/title-2020-10-24", "2020-10-24", Precision::Day),
        ("/news/article/A2020102408300005196", "2020-10-24", Precision::Day),
        ("/news/2020/oct20/title", "2020-10-01", Precision::Month),
        ("/news/2020/oct24/title", "2020-10-24", Precision::Day),
        ("/2020/10/title", "2020-10-01", Precision::Month),
    ] {
        let url = Url::parse(&format!("https://example.org{path}")).expect("a url");
        let moment = in_url(&url, &context(None, Timezone::UTC)).expect(path);
        assert_eq!(moment.at.format("%Y-%m-%d").to_string(), expected, "{path}");
        assert_eq!(moment.precision, precision, "{path}");
    }
    for path in ["/", "/news/12345678", "/2031/10/24/", "/id/2020", "/2020/title", "/99999999/", "/2020102499990005196"]
    {
        let url = Url::parse(&format!("https://example.org{path}")).expect("a url");
        assert_eq!(in_url(&url, &context(None, Timezone::UTC)), None, "{path}");
    }
}

#[test]
fn one_clear_date_proves_the_order_of_a_page() {
    assert_eq!(order_of(["03/04/2020", "31/12/2020"].into_iter()), Some(Order::DayFirst));
    assert_eq!(order_of(["03/04/2020", "12/31/2020"].into_iter()), Some(Order::MonthFirst));
    assert_eq!(order_of(["03/04/2020", "2020-12-31"].into_iter()), None);
}
