//! Whether a page is an article at all, and what else it is.

use html5ever::local_name;
use scraper::node::Element;

use super::blocks::{Block, Kind};
use super::body::Body;
use super::outline::{Node, Outline, attribute};
use super::tag::Tag;
use crate::model::{Page, PageKind, text_weight};
use crate::read::listing::notice::{NEXT_TO_NOTHING, Notice, calls_error, calls_login, is_challenge, may_check};

/// A text above this weight is an article's: what walls say is short.
const LONG: usize = 1500;
/// A text above this weight is no login's: those say what they ask for, and little else. Pages of articles ask for a
/// password too, in a box that is hidden until somebody wants to comment.
const PROSE: usize = 400;
/// Below this confidence a text is a menu's or a list's, if the page looks like one. Of 1,300 articles none is below
/// 0.55, of 130 front pages every third.
const UNSURE: f32 = 0.45;
/// Below this, a text is none whatever the page looks like.
const UNLIKELY: f32 = 0.3;
/// A link with this much text is a headline rather than a label.
const HEADLINE: u32 = 20;
/// So many headlines make a list.
const LIST: usize = 5;
/// A longer text is no heading, and so many are looked at.
const LONGEST_HEADING: u32 = 200;
const MOST_HEADINGS: usize = 4;
/// How much of the text is read for what walls say.
const START: usize = 4000;

/// What kind of page this is, given the text that was found on it.
pub(super) fn kind(page: &Page, outline: &Outline, blocks: &[Block], body: &Body) -> PageKind {
    let found = text_weight(&body.text);
    let teasers = blocks.iter().filter(|b| b.kind == Kind::Text && b.link_share() >= 0.6 && b.link >= HEADLINE).count();
    let weight = outline.weight() as usize;
    if found <= LONG {
        let start = start(outline);
        let headings = headings(outline);
        // Beside an article a box may ask for consent.
        let own = match (headings.is_empty(), found < PROSE) {
            (false, _) => headings.join(" "),
            (true, true) => start.clone(),
            (true, false) => String::new(),
        };
        let notice = Notice {
            status: page.status,
            title: outline.titles.first().copied().unwrap_or_default(),
            start: &start,
            own: &own,
            weight,
            challenged: outline.scripts.iter().any(|s| is_challenge(s.text)),
            checking: weight < NEXT_TO_NOTHING && elements(outline).any(may_check),
            password: (found < PROSE || body.confidence < UNSURE) && has_password(outline),
        };
        if let Some(wall) = notice.wall(teasers, teasers >= LIST).or_else(|| called(outline, found)) {
            return wall;
        }
    }
    let lists = teasers >= LIST;
    let doubted = body.confidence < UNLIKELY || body.confidence < UNSURE && lists;
    match (found, lists) {
        (1.., _) if !doubted => PageKind::Article,
        (_, true) => PageKind::Listing,
        _ if weight < NEXT_TO_NOTHING && !outline.scripts.is_empty() => PageKind::Shell,
        _ => PageKind::Other,
    }
}

/// The wall that the page calls itself by its title or a heading of the first rank, however much stands beside it.
fn called(outline: &Outline, found: usize) -> Option<PageKind> {
    let title = outline.titles.first().map(|title| (*title).to_owned());
    let names: Vec<String> = title.into_iter().chain(headings(outline)).collect();
    if names.iter().any(|name| calls_error(name)) {
        return Some(PageKind::Error);
    }
    // The only heading may be that of a box that is hidden.
    let titled = outline.titles.first().is_some_and(|title| calls_login(title));
    let called = titled || found < PROSE && names.iter().any(|name| calls_login(name));
    (called && has_password(outline)).then_some(PageKind::Login)
}

/// Headings of the first rank, as far as they lead nowhere.
fn headings(outline: &Outline) -> Vec<String> {
    let is_heading = |node: &Node| node.tag == Tag::Heading(1) && node.link == 0 && node.weight <= LONGEST_HEADING;
    let headings = (0u32..).zip(&outline.nodes).filter(|(_, node)| is_heading(node));
    headings.take(MOST_HEADINGS).map(|(index, _)| outline.text_of(index)).collect()
}

fn start(outline: &Outline) -> String {
    let mut start = String::new();
    for node in outline.nodes.iter().filter(|n| n.tag == Tag::Text) {
        if start.len() >= START {
            break;
        }
        start.push_str(node.text.trim());
        start.push(' ');
    }
    start
}

/// The page's elements, as far as they may be of a check against robots.
fn elements<'o>(outline: &'o Outline) -> impl Iterator<Item = &'o Element> {
    outline.scripts.iter().map(|script| script.element).chain(outline.nodes.iter().filter_map(|node| node.element))
}

fn has_password(outline: &Outline) -> bool {
    outline.nodes.iter().filter(|n| n.tag == Tag::Control).filter_map(|n| n.element).any(|e| {
        e.name.local == local_name!("input") && attribute(e, "type").is_some_and(|t| t.eq_ignore_ascii_case("password"))
    })
}

#[cfg(test)]
mod tests {
    use super::super::read_article;
    use super::*;
    use crate::read::CompiledRules;

    #[test]
    fn a_page_without_an_article_says_so_and_what_it_is() {
        let rows: String = (0..9)
            .map(|n| format!("<li><a href=/n/{n}.html>News of the harbour and its ferries, number {n}</a>"))
            .collect();
        let ferries: String = ["north", "south", "outer", "inner", "long"]
            .iter()
            .map(|line| format!("<p>The ferry of the {line} line was late, since it rained, and nobody on the quay was told of it.</p>"))
            .collect();
        for (body, expected) in [
            (format!("<ul>{rows}</ul>"), PageKind::Listing),
            ("<form>Name <input name=a> Word <input type=password></form>".into(), PageKind::Login),
            (
                format!("<h1>The late ferries</h1>{ferries}<form hidden>To comment <input type=password></form>"),
                PageKind::Article,
            ),
            ("<div id=root></div><script src=/app.js></script>".into(), PageKind::Shell),
            ("<p>Sorry, page not found.</p>".into(), PageKind::Error),
            ("<form><div class='box g-recaptcha'></div><button>Go on</button></form>".into(), PageKind::BotCheck),
            (
                "<h1>The late ferries</h1><p>The ferry was late.</p><form hidden><div class=g-recaptcha></div></form>"
                    .replace("The ferry was late.", &ferries),
                PageKind::Article,
            ),
            (
                format!("<div>Votre vie privée <button>Tout accepter</button></div><h1>The late ferries</h1>{ferries}"),
                PageKind::Article,
            ),
            (
                "<h1>The bridge</h1><p>The bridge is under maintenance until Friday, said the council.</p>".into(),
                PageKind::Article,
            ),
            ("<h1>Down for maintenance</h1><p>Please come again.</p>".into(), PageKind::Error),
            (
                "<p>Nous respectons votre vie privée.</p><form><button>Tout accepter</button></form>".into(),
                PageKind::Consent,
            ),
            (
                "<h1>Votre vie privée</h1><p>Avec nos partenaires, nous utilisons des cookies.<p>Continuer sans accepter"
                    .into(),
                PageKind::Consent,
            ),
            (
                format!("<h1>Page introuvable</h1><p>Rien ici.</p><aside><ul>{}</ul></aside>", rows.repeat(8)),
                PageKind::Error,
            ),
            (
                format!("<h1>Log in</h1><form><input type=password></form><aside><ul>{}</ul></aside>", rows.repeat(8)),
                PageKind::Login,
            ),
            (
                "<p>The ferry was late on Monday, since it rained, and nobody was told of it.</p>".into(),
                PageKind::Article,
            ),
        ] {
            let url = "https://paper.example/a".parse().unwrap();
            let html = format!("<html><head><title>The Paper</title></head><body>{body}</body></html>");
            let page = crate::fetch::saved_page(url, Some("text/html"), html.into(), chrono::DateTime::UNIX_EPOCH);
            let article = read_article(&page, &CompiledRules::default()).value;
            assert_eq!(article.page_kind, expected, "{body}");
            assert_eq!(article.body_text.is_some(), expected == PageKind::Article, "{body}");
        }
    }
}
