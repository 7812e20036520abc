//! By rules: the operator says where an article's parts are, and what is no part of it.

use std::collections::HashSet;

use scraper::{ElementRef, Html};

use super::address::Addresses;
use super::blocks::blocks;
use super::outline::Outline;
use super::write;
use crate::dates::Context;
use crate::html::parse_html;
use crate::model::{Article, Page, PageKind, Person, Problem, fold_space};
use crate::read::picked::{date_of, picture_of};
use crate::read::rules::{ArticlePickers, Picker};

/// Takes out of the page what `article.remove` names, before anything is read.
pub(super) fn cut(html: &mut Html, rules: &ArticlePickers) {
    let root = html.root_element().id();
    let named: Vec<_> = rules.remove.iter().flat_map(|p| p.elements(html.root_element())).map(|e| e.id()).collect();
    for id in named.into_iter().filter(|id| *id != root) {
        if let Some(mut node) = html.tree.get_mut(id) {
            node.detach();
        }
    }
}

/// Puts what the rules find in the place of what was found without them; gives what they did not find.
pub(super) fn apply(
    html: &Html,
    rules: &ArticlePickers,
    page: &Page,
    base: &Addresses,
    article: &mut Article,
) -> Vec<Problem> {
    let root = html.root_element();
    let mut problems = Vec::new();
    let mut missing = |key: &str, pickers: &[Picker], found: bool| {
        if !pickers.is_empty() && !found {
            let text = format!("nothing on {} matches `article.{key}`; it was looked for without the rule", page.url);
            problems.push(Problem::warning(text));
        }
    };
    let body = body(root, &rules.body, base);
    missing("body", &rules.body, body.is_some());
    if let Some((text, html)) = body {
        article.page_kind = PageKind::Article;
        article.confidence = 1.0;
        (article.body_text, article.body_html) = (Some(text), Some(html));
    }
    let title = rules.title.iter().find_map(|p| p.value(root));
    missing("title", &rules.title, title.is_some());
    article.headline = title.or(article.headline.take());
    let context = Context::on(page, article.language.as_deref());
    let date = rules.date.iter().find_map(|p| p.elements(root).into_iter().find_map(|e| date_of(p, e, &context)));
    missing("date", &rules.date, date.is_some());
    article.published.splice(0..0, date);
    let authors: Vec<Person> = rules.author.iter().map(|p| names(p, root)).find(|n| !n.is_empty()).unwrap_or_default();
    missing("author", &rules.author, !authors.is_empty());
    if !authors.is_empty() {
        article.authors = authors;
    }
    let picture =
        rules.image.iter().find_map(|p| p.elements(root).into_iter().find_map(|e| picture_of(p, e, base.base())));
    missing("image", &rules.image, picture.is_some());
    article.picture = picture.or(article.picture.take());
    problems
}

/// Every element that matches names one person, or several in one line, which `normalize` tells apart.
fn names(picker: &Picker, root: ElementRef<'_>) -> Vec<Person> {
    let mut names: Vec<String> = Vec::new();
    for element in picker.elements(root).into_iter().take(20) {
        let name = fold_space(&picker.value_of(element));
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names.into_iter().map(Person::named).collect()
}

/// All elements that match, selector by selector, as plain text and as HTML with absolute addresses.
fn body(root: ElementRef<'_>, rules: &[Picker], base: &Addresses) -> Option<(String, String)> {
    let mut taken = HashSet::new();
    let mut markup = String::from("<article>");
    for element in rules.iter().flat_map(|p| p.elements(root)) {
        // What lies in an element that is taken comes with it.
        if !taken.contains(&element.id()) && !element.ancestors().any(|a| taken.contains(&a.id())) {
            taken.insert(element.id());
            markup.push_str(&element.html());
        }
    }
    if taken.is_empty() {
        return None;
    }
    markup.push_str("</article>");
    let tree = parse_html(&markup);
    let outline = Outline::of(&tree.html);
    let blocks = blocks(&outline);
    let keep = vec![true; blocks.len()];
    let text = write::text(&outline, &blocks, &keep);
    let html = write::html(&outline, &blocks, &keep, 0, base);
    (!html.is_empty()).then_some((text, html))
}

#[cfg(test)]
mod tests {
    use super::super::read_article;
    use crate::fetch::saved_page;
    use crate::model::{ArticleRules, Read, Rules};
    use crate::read::CompiledRules;

    const PAGE: &str = "<html><body><h1>Wrong</h1><div class=top><b class=t>Right title</b> <i class=w>Ada Roe</i>, \
        <i class=w>Ben Oak</i> <span class=d>3 May 2024</span></div><div class=lead><p>The lead.</p></div>\
        <div class=txt><p>One <a href=/x>link</a>.</p><p class=ad>Buy this.</p><img data-src=/p.jpg><p>Two.</p></div>\
        <p>Not part of it, though a long paragraph that looks like one, with commas, and with a full stop at its end.</p>\
        <p>The council met on Monday evening and agreed, after four hours, to dredge the eastern channel before winter.</p>\
        <p>Work begins in spring, the chair said, and ferries will use the old pier until the autumn storms are over.</p>\
        </body></html>";

    fn read(rules: ArticleRules) -> Read<crate::model::Article> {
        let url = url::Url::parse("https://paper.example/2024/").unwrap();
        let page = saved_page(url, None, PAGE.as_bytes().to_vec().into(), chrono::DateTime::UNIX_EPOCH);
        read_article(&page, &CompiledRules::compile(&Rules { article: rules, ..Rules::default() }).unwrap())
    }

    fn all(written: &[&str]) -> Vec<String> {
        written.iter().map(|s| (*s).to_owned()).collect()
    }

    #[test]
    fn parts_stand_where_the_rules_say() {
        let Read { value, problems } = read(ArticleRules {
            title: all(&[".nowhere", ".t"]),
            body: all(&[".lead", ".txt", ".txt p"]),
            remove: all(&[".ad"]),
            date: all(&[".d"]),
            author: all(&[".w"]),
            image: all(&[".txt img"]),
        });
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(value.headline.as_deref(), Some("Right title"));
        assert_eq!(value.body_text.as_deref(), Some("The lead.\n\nOne link.\n\nTwo."));
        let html = value.body_html.unwrap();
        assert!(html.contains("https://paper.example/x") && html.contains("https://paper.example/p.jpg"), "{html}");
        assert_eq!(value.authors.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["Ada Roe", "Ben Oak"]);
        assert_eq!(value.published.first().map(|w| w.text.as_str()), Some("3 May 2024"));
        assert_eq!(value.picture.unwrap().url.path(), "/p.jpg");
    }

    #[test]
    fn what_a_rule_does_not_find_is_told_and_looked_for_without_it() {
        let Read { value, problems } =
            read(ArticleRules { body: all(&["#gone"]), remove: all(&["html", ".none"]), ..ArticleRules::default() });
        assert!(value.body_text.is_some_and(|t| t.contains("Not part of it")));
        assert!(problems.iter().any(|p| p.message.contains("article.body")), "{problems:?}");
    }
}
