//! Where pages show their dates, in invented words.

use crate::fetch::saved_page;
use crate::read::{CompiledRules, read_article};

const TEXT: &str = "<p>The harbour council met on Monday evening and agreed, after four hours, to dredge the channel.</p>\
    <p>Work begins in spring, the chair said, and ferries will use the old pier until the autumn storms are over.</p>\
    <p>The boats, all of them built here, will be moved to the northern basin, where the cranes stand, by May.</p>";

#[track_caller]
fn check(before: &str, after: &str, published: &[&str], updated: &[&str]) {
    let html = format!("<body><article><h1>Harbour to be dredged</h1>{before}{TEXT}{after}</article>");
    let url = url::Url::parse("https://paper.example/harbour").unwrap();
    let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
    let page = saved_page(url, None, html.into_bytes().into(), now);
    let article = read_article(&page, &CompiledRules::default()).value;
    let texts = |list: &[crate::model::Written]| list.iter().map(|w| w.text.clone()).collect::<Vec<_>>();
    assert_eq!(texts(&article.published), published, "{before} … {after}");
    assert_eq!(texts(&article.updated), updated, "{before} … {after}");
}

#[test]
fn lines_near_the_headline_date_the_story() {
    check("<div>3 May 2024 | Science</div>", "", &["3 May 2024"], &[]);
    check("<time datetime=2024-05-03>Friday</time>", "", &["2024-05-03"], &[]);
    check("<div>2 hours ago</div>", "", &["2 hours ago"], &[]);
    check(
        "<div class=date>Updated 5 May 2024</div><div class=date>Published 3 May 2024</div>",
        "",
        &["Published 3 May 2024"],
        &["Updated 5 May 2024"],
    );
}

#[test]
fn a_date_counts_by_what_its_own_element_is_called() {
    // Linked, or glued to its neighbours, it is that of an element of its own.
    check("<div><a href=/a><i class=date>3 May 2024</i></a> | <a href=/c>Port</a></div>", "", &["3 May 2024"], &[]);
    check("<div><b class=time>3.5.2024</b><b>by Ada Roe</b></div>", "", &["3.5.2024"], &[]);
    check("<div class=date>Port, 3.5.24</div>", "", &["3.5.24"], &[]);
    // Some names have two meanings, or are those of the whole page.
    check("<div class='CommentaryHead_publishDate'>3 May 2024</div>", "", &["3 May 2024"], &[]);
    check("<div class='date embed'>3 May 2024</div>", "", &["3 May 2024"], &[]);
    check(
        "<div><i class=updated>2024-05-05T10:00</i></div><div class=date>3 May 2024</div>",
        "",
        &["3 May 2024"],
        &["2024-05-05T10:00"],
    );
}

#[test]
fn dates_of_change_and_of_other_things_are_told_apart() {
    check("<p class=date>3 May 2024. Updated: 5 May 2024</p>", "", &["3 May 2024."], &["Updated: 5 May 2024"]);
    check("", "<p>This was told on <time pubdate datetime=2024-05-03>Friday</time></p>", &["2024-05-03"], &[]);
    check("<div>Termin: 3 May 2024</div><div>Heute Morgen</div>", "", &[], &[]);
    check("<div>Received 3 May 2024; accepted 9 May 2024</div>", "", &[], &[]);
    let below = "<div class=comments><p>Posted on 3 May 2024 by a reader</p></div>";
    check("", below, &[], &[]);
    let line = "Dieser Artikel wurde am 3. Mai 2024 um 14:48 von Ada geschrieben und unter Hafen, Meer und Wetter abgelegt, \
                mit vielen Worten.";
    check("", &format!("<div class=footer>{line}</div>"), &["3. Mai 2024 um 14:48"], &[]);
}

#[test]
fn lengths_of_time_and_lone_words_are_no_dates() {
    check("<div>Reading time: 8 min.</div>", "", &[], &[]);
    check("<time datetime=PT7M>7 minutes</time>", "", &[], &[]);
    check("<div>More</div><div>500g</div><div>Sat</div>", "", &[], &[]);
}

#[test]
fn far_from_the_headline_only_dates_in_their_place_count() {
    let filler = "<p>And so the day went by, with ropes and tar and the calling of gulls, until the bell was rung.</p>";
    let far = filler.repeat(30);
    check("", &format!("{far}<p>Posted on 3 May 2024 by the crew</p>"), &["3 May 2024"], &[]);
    check(
        "",
        &format!("{far}<p>Last modified: 5 May 2024</p>"),
        &["Last modified: 5 May 2024"],
        &["Last modified: 5 May 2024"],
    );
    check("", &format!("{far}<p>The old mole, built before 3 May 1904 by hand, stays.</p>"), &[], &[]);
}

#[test]
fn a_line_that_tells_the_first_publication_is_believed_before_that_of_a_change() {
    let first = "<p>This story was originally published on 3 May 2021 and is looked after since.</p>";
    check("<div>30 Sep 2022</div>", first, &["3 May 2021", "30 Sep 2022"], &[]);
    check("<span><b>Ada Roe</b><b class=date>3.5.2024</b></span>", "", &["3.5.2024"], &[]);
}

#[test]
fn scripts_tell_a_date_that_the_page_does_not() {
    let script = r#"<script>window.state = {"publishedDate":"2024-05-03T10:00:00Z","other":1}</script>"#;
    check("", script, &["2024-05-03T10:00:00Z"], &[]);
}
