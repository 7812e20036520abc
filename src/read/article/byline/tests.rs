//! Bylines as pages the world over write them, in invented words.

use crate::fetch::saved_page;
use crate::read::{CompiledRules, read_article};

const TEXT: &str = "<p>The harbour council met on Monday evening and agreed, after four hours, to dredge the channel.</p>\
    <p>Work begins in spring, the chair said, and ferries will use the old pier until the autumn storms are over.</p>\
    <p>The boats, all of them built here, will be moved to the northern basin, where the cranes stand, by May.</p>";

#[track_caller]
fn check(before: &str, after: &str, expected: &[&str]) {
    let html = format!("<body><article><h1>Harbour to be dredged</h1>{before}{TEXT}{after}</article>");
    let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
    let url = url::Url::parse("https://paper.example/harbour").unwrap();
    let page = saved_page(url, None, html.into_bytes().into(), now);
    let article = read_article(&page, &CompiledRules::default()).value;
    let found: Vec<&str> = article.authors.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(found, expected, "{before} … {after}");
}

#[test]
fn elements_that_are_called_author_name_them() {
    check("<div class=byline>By <span>Ada Roe</span></div>", "", &["Ada Roe"]);
    check("<span class=author-name>Ada Roe</span><span class=author-role>Trial Attorney</span>", "", &["Ada Roe"]);
    check("<div class=article-byline><i>Ada Roe</i> <i>Ben Oak</i></div>", "", &["Ada Roe", "Ben Oak"]);
    check("<div class=byline>By <a>Ada Roe</a> and <b>Ben Oak</b></div>", "", &["Ada Roe", "Ben Oak"]);
    check("", "<a rel=author href=/author/ada>Ada Roe</a>", &["Ada Roe"]);
    check("<div class=autor><span>Text</span></div>", "", &[]);
}

#[test]
fn words_before_names_lead_to_them() {
    check("<div>By Ada Roe | Science | 3 May 2021</div>", "", &["Ada Roe"]);
    check("<div>Posted on 3 May 2021 by Ada Roe</div>", "", &["Ada Roe"]);
    check("<div>Von Ada Roe und Ben Oak</div>", "", &["Ada Roe", "Ben Oak"]);
    check("<div>Written by</div><div>Ada van der Roe</div>", "", &["Ada van der Roe"]);
    check("<div>来源：海港日报　作者：王小明</div>", "", &["王小明"]);
    check("<div>来源：海港日报　作者：</div><div>当前位置</div>", "", &[]);
    check("<div>By the sea, where boats lie.</div>", "", &[]);
}

#[test]
fn a_desk_is_named_only_where_no_one_else_is() {
    check("<div class=byline>By <span>Newsdesk</span></div>", "", &["Newsdesk"]);
    check("<meta name=author content=Newsdesk><div class=byline>By <span>Ada Roe</span></div>", "", &["Ada Roe"]);
    check("<meta name=author content='Harbour News Team'>", "", &["Harbour News Team"]);
    check("<meta name=author content=name><div>By Ada Roe</div>", "", &["Ada Roe"]);
}

#[test]
fn the_byline_completes_what_is_stated() {
    check("<meta name=author content=Ada><div class=byline>By <b>Ada Roe</b></div>", "", &["Ada Roe"]);
    check(
        "<meta name=author content='Ada Roe'><div class=byline>By <b>Ada Roe</b> and <b>Ben Oak</b></div>",
        "",
        &["Ada Roe", "Ben Oak"],
    );
    check("<meta name=author content='Cy Elm'><div class=byline>By <b>Ada Roe</b></div>", "", &["Cy Elm"]);
}
