use chrono::{TimeZone, Utc};
use proptest::prelude::*;

use super::read_article;
use crate::fetch::saved_page;
use crate::model::Article;
use crate::read::CompiledRules;

fn read(html: &str) -> Article {
    let url = url::Url::parse("https://paper.example/2024/05/06/harbour").unwrap();
    let now = Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap();
    let page = saved_page(url, None, html.as_bytes().to_vec().into(), now);
    read_article(&page, &CompiledRules::default()).value
}

const PARAGRAPHS: &str = "<p>The harbour council met on Monday evening and agreed, after four hours, to dredge the eastern channel.</p>\
    <p>Work begins in spring, the chair said, and ferries will use the old pier until the autumn storms are over.</p>";

#[test]
fn the_text_is_found_between_menu_and_footer() {
    let article = read(&format!(
        "<nav><ul><li><a href=/>Home</a><li><a href=/sport>Sport</a></ul></nav><div class=story><h1>Harbour to be dredged</h1>{PARAGRAPHS}</div>\
         <footer><p>Copyright The Paper. All rights reserved by the publisher.</p></footer>"
    ));
    let text = article.body_text.unwrap();
    assert!(text.starts_with("The harbour council"), "{text}");
    assert!(text.ends_with("storms are over."), "{text}");
    assert_eq!(text.matches("\n\n").count(), 1);
    assert_eq!(article.headline.as_deref(), Some("Harbour to be dredged"));
}

#[test]
fn pictures_that_load_late_get_their_real_address() {
    let article = read(&format!(
        "<article>{PARAGRAPHS}<figure><img src='data:image/gif;base64,R0' data-src='/big.jpg'><figcaption>The pier</figcaption></figure>{PARAGRAPHS}</article>"
    ));
    let html = article.body_html.unwrap();
    assert!(html.contains("<img src=\"https://paper.example/big.jpg\">"), "{html}");
}

#[test]
fn the_lead_picture_is_taken_as_the_page_shows_it() {
    let check = |stated: &str, shown: &str, expected: &str| {
        let article = read(&format!(
            "<meta property=og:image content='{stated}'><article><img src='{shown}'>{PARAGRAPHS}{PARAGRAPHS}</article>"
        ));
        assert_eq!(article.picture.unwrap().url.path(), expected);
    };
    check("/social/5cf0f21bae12-630.jpg", "/big/5cf0f21bae12-900.jpg", "/big/5cf0f21bae12-900.jpg");
    check("/20240506/width2048/pier.jpg", "/20240506/width2048/crane.jpg", "/20240506/width2048/pier.jpg");
    let resized = "/resize?width=630&amp;of=https%3A%2F%2Fpaper.example%2Fbig%2Fpier.jpg";
    check(resized, "/crane.jpg", "/big/pier.jpg");
}

#[test]
fn of_several_stated_pictures_the_one_that_is_shown_leads() {
    let article = read(&format!(
        "<meta property=og:image content='/social/banner-of-the-day.jpg'><script type='application/ld+json'>{{\"@type\":\
         \"NewsArticle\",\"image\":\"/big/5cf0f21bae12.jpg\"}}</script><article><img src='/small/5cf0f21bae12-300.jpg'>{PARAGRAPHS}\
         {PARAGRAPHS}</article>"
    ));
    assert_eq!(article.picture.unwrap().url.path(), "/small/5cf0f21bae12-300.jpg");
}

#[test]
fn a_page_that_states_no_picture_leads_with_the_first_of_its_story() {
    let check = |head: &str, after: &str, expected: Option<&str>| {
        let article = read(&format!(
            "<body><header><img src=/paper.jpg></header><main>{head}<div id=story>{PARAGRAPHS}{PARAGRAPHS}</div>{after}</main>"
        ));
        assert_eq!(article.picture.as_ref().map(|p| p.url.path()), expected, "{head} … {after}");
    };
    let title = "<h1>Harbour to be dredged</h1>";
    check(&format!("<div><img src=/pier.jpg>{title}</div>"), "", Some("/pier.jpg"));
    check(&format!("{title}<div class=hero><img src=/pier.jpg></div>"), "", Some("/pier.jpg"));
    check(&format!("{title}<div class=share><img src=/card.jpg></div><img src=/clock.png>"), "", None);
    let sizes = "/small.jpg 300w, /pier.jpg 900w";
    check(&format!("{title}<div><img data-src='{sizes}'></div>"), "<img src=/bell.jpg>", Some("/pier.jpg"));
}

#[test]
fn a_headline_is_one_line_of_many_that_name_the_story() {
    let article = read(&format!(
        "<title>Harbour to be dredged by winter | Island Council | The Paper</title><meta property=og:title content='Harbour to \
         be dredged by winter | Island Council'><header><h1><a href=/>The Paper</a></h1></header><article><h1>Harbour to be \
         dredged by winter</h1>{PARAGRAPHS}{PARAGRAPHS}</article>"
    ));
    assert_eq!(article.headline.as_deref(), Some("Harbour to be dredged by winter"));
}

#[test]
fn confidence_tells_an_article_from_a_menu() {
    let article = read(&format!("<article><h1>Harbour to be dredged</h1>{PARAGRAPHS}{PARAGRAPHS}</article>"));
    assert!(article.confidence > 0.7 && article.confidence <= 1.0, "{}", article.confidence);
    let menu = read("<nav><ul><li><a href=/>Home</a><li><a href=/sport>Sport</a></ul></nav>");
    assert!(menu.confidence < 0.5, "{}", menu.confidence);
}

#[test]
fn a_headline_loses_the_name_of_the_site() {
    let article = read(&format!(
        "<title>Harbour to be dredged - The Paper</title><meta property=og:site_name content='The Paper'><article>{PARAGRAPHS}</article>"
    ));
    assert_eq!(article.headline.as_deref(), Some("Harbour to be dredged"));
}

#[test]
fn a_page_laid_out_in_tables_has_the_title_it_shows_and_paragraphs() {
    let article = read(&format!(
        "<title>Island Council Port News</title><table><tr><td class=position><a href=/>Home</a>&gt;<a href=/port/>Port News</a></td></tr>\
         <tr><td class=title>Harbour to be dredged</td></tr><tr><td><div id=zoom>{PARAGRAPHS}</div></td></tr>\
         <tr><td><a href='javascript:window.print()'>print</a> <a href='javascript:window.close()'>close</a></td></tr></table>"
    ));
    assert_eq!(article.headline.as_deref(), Some("Harbour to be dredged"));
    let text = article.body_text.unwrap();
    assert!(text.starts_with("The harbour council") && text.ends_with("storms are over."), "{text}");
    assert_eq!(text.matches("\n\n").count(), 1, "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_page_makes_it_panic(html in "(<(p|div|br|img|h1|a href=x|table|td|li|time|noscript|figure|pre|script type=.application/ld.json.)>|[a-z ]{0,12}|</(p|div|a|pre|script)>|[\\PC]{0,6}|\\{\"@type\":\"Article\"){0,60}") {
        read(&html);
    }
}
