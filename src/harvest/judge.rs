//! Whether a page that came is what was wanted: a login, a bot check, a consent wall, an error in the dress of a
//! success or a shell without content is named, and taken neither for content nor for an empty list.

use super::Watched;
use super::ask::{Failed, is_feed};
use crate::model::{
    Article, FeedFormat, Listing, ListingMethod, Outcome, Page, PageKind, Read, Render, Severity, fold_space,
};

/// Below this confidence what was found is a menu: of 127 lists of as many sites one is below 0.5, and what is taken for
/// one on walls and errors in unknown words is below 0.2.
const DOUBTFUL: f32 = 0.3;

/// Why a page that was fetched gives no list; `None` when it does, or is rightly empty. `known`: it gave one before.
pub(super) fn why_not(watched: &Watched, page: &Page, read: &Read<Listing>, known: bool) -> Option<Failed> {
    let listing = &read.value;
    let by_rules = listing.method == ListingMethod::Rules;
    let wall = is_wall(listing.page_kind);
    let nothing = wall || listing.page_kind == PageKind::Shell || !known && listing.confidence < DOUBTFUL;
    // Selectors that find something know better than a guess at what the page is.
    if !listing.teasers.is_empty() && (by_rules || !nothing || is_feed(listing) && !wall) {
        return None;
    }
    if listing.method == ListingMethod::Feed(FeedFormat::Opml) {
        let feeds = listing.feeds.len();
        let reason = format!("{} is a list of {feeds} feeds (OPML): save it and run `courant import` on it", page.url);
        return Some(Failed::at(page, Outcome::StructureMissing, reason, read.problems.clone()));
    }
    let failure = read.problems.iter().find(|p| p.severity == Severity::Failure);
    let fine = is_feed(listing)
        || matches!(listing.method, ListingMethod::Rules | ListingMethod::Sitemap | ListingMethod::Json);
    if failure.is_none() && fine && !wall {
        return None;
    }
    // Who tells of an error in words of his own is heard.
    let reason = match failure.filter(|_| !wall || listing.method == ListingMethod::None) {
        Some(problem) => format!("{}: {}", page.url, problem.message),
        None if wall => format!("no list at {}: {}", page.url, in_words(listing.page_kind)),
        None if listing.page_kind == PageKind::Shell && watched.source.render != Render::Http => format!(
            "the page {} is empty in the browser too; say what to wait for or to click with [sources.{}.browser], or \
             look for the JSON that it reads",
            page.url, watched.source.id
        ),
        None => format!(
            "nothing that looks like a list was found at {}: {}; see `courant preview {}`, then write selectors",
            page.url,
            in_words(listing.page_kind),
            watched.source.id
        ),
    };
    Some(Failed::at(page, outcome(listing.page_kind), reason, read.problems.clone()))
}

/// What stands in an article's place, where its page is a wall.
pub(super) fn wall(article: &Article) -> Option<PageKind> {
    Some(article.page_kind).filter(|kind| is_wall(*kind))
}

/// Whether a feed came to its end: its outermost element is closed. What is no XML is whole where it could be read.
pub(super) fn is_whole(page: &Page) -> bool {
    const ENDS: [&str; 7] = ["</rss", ":feed", "</feed", "</rdf", "</channel", "</opml", ":rdf"];
    // What a server appends (counters, scripts) is short, and mostly there is nothing.
    const NEAR: [usize; 2] = [32, 16 * 1024];
    let text = page.text.trim_end();
    let ends = |near: &usize| {
        let end = text.get(text.ceil_char_boundary(text.len().saturating_sub(*near))..).unwrap_or_default();
        let end = end.to_ascii_lowercase();
        ENDS.iter().any(|e| end.contains(e))
    };
    text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']).starts_with('{') || NEAR.iter().any(ends)
}

/// Whether two headlines name one article: what bears the headline that the listing promised is no wall.
pub(super) fn is_promised(promised: Option<&str>, found: Option<&str>) -> bool {
    let plain = |text: &str| fold_space(text).to_lowercase();
    match (promised.map(plain), found.map(plain)) {
        (Some(promised), Some(found)) if !promised.is_empty() && !found.is_empty() => {
            let promised = promised.trim_end_matches(['…', '.', ' ']);
            found.contains(promised) || promised.contains(&found)
        }
        _ => false,
    }
}

/// Whether a page is not what was asked for, so that a feed that it announces is of something else.
pub fn is_astray(listing: &Listing) -> bool {
    matches!(listing.page_kind, PageKind::Error | PageKind::Login)
}

fn is_wall(kind: PageKind) -> bool {
    matches!(kind, PageKind::Login | PageKind::Consent | PageKind::BotCheck | PageKind::Error)
}

/// What to record of a page of this kind where a list was wanted.
pub(super) fn outcome(kind: PageKind) -> Outcome {
    match kind {
        PageKind::Login | PageKind::Consent | PageKind::BotCheck => Outcome::Blocked,
        PageKind::Error => Outcome::Broken,
        PageKind::Listing | PageKind::Article | PageKind::Shell | PageKind::Other => Outcome::StructureMissing,
    }
}

/// What a page of this kind is, and what helps.
pub(super) fn in_words(kind: PageKind) -> &'static str {
    match kind {
        PageKind::Listing => "the page holds no repeated block of links",
        PageKind::Article => "the page is one article (`kind = \"page\"` watches a single page)",
        PageKind::Login => "the page asks for a login (a cookie can be sent with `request.headers`)",
        PageKind::Error => "the page is an error message, though its status says otherwise; check the address",
        PageKind::Consent => "the page asks for consent first (a cookie can be sent with `request.headers`)",
        PageKind::BotCheck => "the page is a check against robots; ask the site for a feed or for leave",
        PageKind::Shell => {
            "the page is an empty shell that JavaScript fills (`render = \"browser\"` shows it in Chromium; or look for \
             the JSON that it reads)"
        }
        PageKind::Other => "the page is neither a list nor an article",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{CompiledRules, read_article};

    #[test]
    fn a_wall_in_an_articles_place_is_named_and_short_news_is_none() {
        let form = "<form><input name=user><input type=password name=word><button>Enter</button></form>";
        let links: String = (0..9)
            .map(|n| format!("<li><a href=/news/{n}.html>News of the harbour, number {n}, in full</a>"))
            .collect();
        for (title, body, expected) in [
            (
                "Ferry late",
                "<article><h1>Ferry late</h1><p>The ferry was late on Monday, since it rained.</p></article>",
                None,
            ),
            ("Members", form, Some(PageKind::Login)),
            ("Just a moment...", "<p>Checking your browser</p>", Some(PageKind::BotCheck)),
            ("Page not found", "<p>Nothing is here.</p>", Some(PageKind::Error)),
            ("Cookie settings", "<p>Before you continue</p>", Some(PageKind::Consent)),
            // A list is found beside the form: no wall.
            ("News", &format!("<ul>{links}</ul>{form}"), None),
        ] {
            let html = format!("<html><head><title>{title}</title></head><body>{body}</body></html>");
            let url = "https://paper.example/a".parse().unwrap();
            let page = crate::fetch::saved_page(url, Some("text/html"), html.into(), chrono::DateTime::UNIX_EPOCH);
            let article = read_article(&page, &CompiledRules::default()).value;
            assert_eq!(wall(&article), expected, "{title}");
        }
    }

    #[test]
    fn a_feed_of_nothing_but_an_error_is_no_news() {
        let watched = Watched::new(crate::model::Source::at("https://paper.example/rss".parse().unwrap())).unwrap();
        let item = |title: &str| format!("<item><title>{title}</title><link>https://paper.example/a</link></item>");
        let feed = |title: &str, items: &str| {
            format!("<rss version='2.0'><channel><title>{title}</title>{items}</channel></rss>")
        };
        let opml = "<opml version='2.0'><body><outline type='rss' xmlUrl='https://b.example/rss'/></body></opml>";
        for (text, expected) in [
            (feed("404 - Page not found", ""), Some(Outcome::Broken)),
            (feed("The Paper", &item("404 Not Found")), Some(Outcome::Broken)),
            (feed("The Paper", &item("Bridge returned error 0! (20786)")), Some(Outcome::Broken)),
            (opml.to_owned(), Some(Outcome::StructureMissing)),
            (feed("The Paper", ""), None),
            (feed("The Paper", &item("Ferry late")), None),
            (feed("The Paper", &[item("Error 503"), item("Page not found")].concat()), None),
        ] {
            let page = crate::fetch::saved_page(
                watched.source.url.clone(),
                None,
                text.clone().into(),
                chrono::DateTime::UNIX_EPOCH,
            );
            let read = crate::read::read_listing(&page, crate::model::Kind::Auto, &watched.rules);
            assert_eq!(why_not(&watched, &page, &read, true).map(|failed| failed.outcome), expected, "{text}");
        }
    }

    #[test]
    fn a_feed_that_breaks_off_is_known() {
        for (text, expected) in [
            ("<rss><channel><item/></channel></rss>", true),
            ("<rss><channel><item/></channel></RSS>\n<!-- cached --><script>x()</script>", true),
            ("<a:feed xmlns:a='x'><a:entry/></a:feed>", true),
            ("<rss><channel><item><title>Har", false),
            ("{\"items\":[]}", true),
        ] {
            let url = url::Url::parse("https://a.test/").unwrap();
            let page = crate::fetch::saved_page(url, None, text.into(), chrono::DateTime::UNIX_EPOCH);
            assert_eq!(is_whole(&page), expected, "{text}");
        }
    }

    #[test]
    fn a_headline_that_was_promised_is_known_again() {
        for (promised, found, expected) in [
            (Some("Harbour opens"), Some("Harbour  Opens - The Paper"), true),
            (Some("Council votes on…"), Some("Council votes on the harbour"), true),
            (Some("Harbour opens"), Some("Just a moment"), false),
            (Some("Harbour opens"), None, false),
            (None, Some("Log in"), false),
        ] {
            assert_eq!(is_promised(promised, found), expected, "{promised:?} {found:?}");
        }
    }
}
