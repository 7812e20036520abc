//! Pages that are no list: an article, a login, an error, a consent wall, a bot check, an empty shell.

use std::cell::LazyCell;

use super::address::Viewpoint;
use super::apart::Apart;
use super::head::Head;
use super::hints::Hints;
use super::notice::{NEXT_TO_NOTHING, NOTICE, Notice, is_challenge, may_check, says_wall};
use super::outline::Outline;
use crate::model::{Listing, ListingMethod, Page, PageKind, Teaser, text_weight};

/// Below this confidence a list is a menu's, where the page shows hardly anything else.
const MENU: f32 = 0.3;

/// What kind of page one is.
pub(super) struct Kind {
    pub(super) kind: PageKind,
    /// Whether it would be of this kind with some more or some fewer rows like those that it lists, too.
    pub(super) clear: bool,
}

/// What kind of page this is, given how sure its list is and the rows of the links that lead that list, in page order.
pub(super) fn of(outline: &Outline, head: &Head, page: &Page, listing: &Listing, leads: &[usize]) -> Kind {
    let unclear = |kind| Kind { kind, clear: false };
    let weight = text_weight(&outline.text);
    let teasers = listing.teasers.len();
    let sure = teasers >= 3 && listing.confidence >= 0.5;
    let apart = Apart::of(outline, leads);
    // What a list's headlines say, the page does not say of itself.
    let said = if sure { &apart.text } else { &outline.text };
    let said_weight = text_weight(said);
    let title = apart.title();
    let notice = Notice {
        status: page.status,
        title: head.title.as_deref().unwrap_or_default(),
        start: said,
        // Beside the least of lists stand boxes that say nothing of the page.
        own: if teasers == 0 || listing.confidence < MENU { said } else { &title },
        weight: said_weight,
        challenged: outline.scripts.iter().any(|(_, s)| is_challenge(s)),
        checking: said_weight < NEXT_TO_NOTHING && outline.nodes.iter().any(|node| may_check(node.element)),
        password: apart.asks_password(),
    };
    let scripted = outline.scripts.len() + scripts_with_source(outline) > 0;
    let wall = notice.wall(teasers, sure).or_else(|| apart.wall(notice.title));
    // A box that asks for consent may lie over what scripts have yet to bring.
    if let Some(wall) = wall.filter(|wall| *wall != PageKind::Consent || !(scripted && apart.awaits_scripts())) {
        return unclear(wall);
    }
    let traits = LazyCell::new(|| Traits::of(outline, head, page, listing, leads, weight));
    let is_article = |confidence: f32| weight >= NEXT_TO_NOTHING && traits.make_article(confidence);
    // What the operator's rules find is a list, if there is some of it.
    let ruled = sure && listing.method == ListingMethod::Rules;
    if !ruled && is_article(listing.confidence) {
        return unclear(PageKind::Article);
    }
    if !ruled && apart.is_beside_password() {
        return unclear(PageKind::Login);
    }
    let hardly = teasers < 3 || listing.confidence < MENU;
    if !ruled && scripted && (hardly || apart.is_frame()) && apart.awaits_scripts() {
        return unclear(PageKind::Shell);
    }
    if sure {
        let noticed = weight < 2 * NOTICE && (notice.challenged || says_wall(notice.title) || says_wall(&outline.text));
        return Kind { kind: PageKind::Listing, clear: !noticed && (ruled || !is_article(listing.confidence * 0.75)) };
    }
    if weight < NEXT_TO_NOTHING && scripted && hardly {
        return unclear(PageKind::Shell);
    }
    unclear(if teasers > 0 { PageKind::Listing } else { PageKind::Other })
}

/// Whether a page is a wall beside which a list stands, given the rows of the links that lead that list.
pub(super) fn is_walled(outline: &Outline, head: &Head, leads: &[usize]) -> bool {
    Apart::of(outline, leads).wall(head.title.as_deref().unwrap_or_default()).is_some()
}

/// Paragraphs of a page, by the weight of their text.
#[derive(Debug)]
struct Running {
    /// Of all that are long enough to say something.
    all: usize,
    /// Of those in one place: the most between two neighbouring links of the list, or before or after all of them. What
    /// a list tells of its entries stands beside each; an article stands in one place, and its list beside it.
    together: usize,
}

impl Running {
    /// Shorter paragraphs are labels and captions.
    const SHORT: usize = 80;

    fn of(outline: &Outline, leads: &[usize]) -> Self {
        let mut running = Self { all: 0, together: 0 };
        let mut leads = leads.iter().copied().peekable();
        let mut here = 0;
        for row in 0..outline.nodes.len() {
            if leads.next_if(|lead| *lead <= row).is_some() {
                here = 0;
            }
            if outline.hints(row).any(Hints::PARAGRAPH) {
                let weight = text_weight(outline.text(row));
                if weight > Self::SHORT {
                    running.all += weight;
                    here += weight;
                    running.together = running.together.max(here);
                }
            }
        }
        running
    }
}

/// What speaks for and against a page's being one article.
#[derive(Debug)]
struct Traits {
    running: Running,
    /// Share of the page's text that stands in one place, from 0 to 1.
    share: f32,
    /// Whether the page says that it is an article.
    stated: bool,
    /// Whether its own address is like those of articles: words of a headline, a number.
    addressed: bool,
    /// Share of the list's addresses that have the form of the page's own, from 0 to 1: what an article leads to are its
    /// like.
    alike: f32,
}

impl Traits {
    fn of(outline: &Outline, head: &Head, page: &Page, listing: &Listing, leads: &[usize], weight: usize) -> Self {
        let running = Running::of(outline, leads);
        let view = Viewpoint::new(&page.url);
        let own = view.look(&page.url);
        let like = |t: &&Teaser| t.link.as_ref().is_some_and(|link| view.look(link).shape == own.shape);
        let alike = if own.depth == 0 { 0 } else { listing.teasers.iter().filter(like).count() };
        Self {
            share: running.together as f32 / weight.max(1) as f32,
            running,
            stated: states_article(outline, head),
            addressed: own.depth > 0
                && (own.slug_words >= 4 || own.numbered)
                && !(own.taxonomy || own.service || own.pager),
            alike: alike as f32 / listing.teasers.len().max(1) as f32,
        }
    }

    /// Whether the page is an article though a list was found on it with such confidence. The weights are those of a
    /// logistic regression, rounded. Of 1,497 articles and 127 lists 95 % are known so and one list is taken for an
    /// article; of 258 articles that the weights were not made with, 95 %.
    fn make_article(&self, confidence: f32) -> bool {
        let one = |is: bool| f32::from(u8::from(is));
        let speaks = 5.5 * self.share
            + 0.65 * (1.0 + self.running.together as f32).log10()
            + 2.2 * one(self.stated)
            + 3.0 * one(self.addressed)
            + 3.5 * self.alike;
        (self.has_texts() || self.stated || self.addressed) && speaks > 7.0 * confidence + 0.25
    }

    /// Whether there is something to read on the page.
    fn has_texts(&self) -> bool {
        self.running.all > 300
    }
}

/// Whether the page says of itself that it is an article: Open Graph, the Chinese government's meta set, JSON-LD.
fn states_article(outline: &Outline, head: &Head) -> bool {
    head.meta(&["og:type"]).is_some_and(|t| t.eq_ignore_ascii_case("article"))
        || head.meta(&["article:published_time", "articletitle", "pubdate"]).is_some()
        || outline.scripts.iter().any(|(row, script)| {
            let is_data =
                outline.attribute(*row, "type").is_some_and(|t| t.eq_ignore_ascii_case("application/ld+json"));
            is_data && ["Article\"", "BlogPosting\""].iter().any(|kind| script.contains(kind))
        })
}

fn scripts_with_source(outline: &Outline) -> usize {
    (0..outline.nodes.len())
        .filter(|row| outline.tag(*row) == "script" && outline.attribute(*row, "src").is_some())
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;
    use crate::read::{CompiledRules, read_listing};

    #[test]
    fn an_article_with_a_list_beside_it_is_told_from_a_list_with_texts() {
        let text = |n: usize| {
            format!(
                "<p>On the {n}th day the council met, heard the engineers, and put off the dredging of the eastern channel once more, since the harbour master had not come.</p>"
            )
        };
        let teaser = |n: usize, more: &str| {
            format!(
                "<li><h3><a href=/2026/11/{n}/news-of-the-harbour-{n}.html>The harbour's news of day {n}, told in full</a></h3>{more}</li>"
            )
        };
        let texts: String = (1..20).map(text).collect();
        let bare: String = (1..9).map(|n| teaser(n, "")).collect();
        let full: String = (1..9).map(|n| teaser(n, &text(n).repeat(3))).collect();
        let stated = "<meta property=og:type content=article>";
        for (head, body, expected) in [
            ("", format!("<h1>No dredging</h1>{texts}<ul>{bare}</ul>"), PageKind::Article),
            (
                stated,
                format!("<h1>No dredging</h1>{}<ul>{bare}</ul>", (1..5).map(text).collect::<String>()),
                PageKind::Article,
            ),
            ("", format!("<h1>News</h1><ul>{full}</ul>"), PageKind::Listing),
            (stated, format!("<h1>News</h1><ul>{full}</ul>"), PageKind::Listing),
            (stated, format!("<h1>News</h1>{}<ul>{bare}</ul>", text(1)), PageKind::Listing),
        ] {
            let url = "https://paper.example/a";
            check(
                url,
                &format!("<html><head><title>The Paper</title>{head}</head><body>{body}</body></html>"),
                expected,
            );
        }
        // An article's address is like those that it leads to.
        let page = format!("<html><title>No dredging</title><h1>No dredging</h1>{}<ul>{bare}</ul>", text(1));
        check("https://paper.example/2026/11/9/no-dredging-this-year.html", &page, PageKind::Article);
        check("https://paper.example/2026/11/", &page, PageKind::Listing);
    }

    #[test]
    fn a_paper_that_writes_of_walls_is_none() {
        let rows: String = (0..8)
            .map(|n| format!("<li><h3><a href=/2026/11/{n}/how-to-tell-people.html>How to tell people from machines, part {n}</a></h3><time>2026-11-1{n}</time></li>"))
            .collect();
        for title in ["404 Media", "Captcha research news", "Cookie and Kate: Recipes", "Lost &amp; Not Found"] {
            check("https://paper.example/", &format!("<html><title>{title}</title><ul>{rows}</ul>"), PageKind::Listing);
        }
    }

    #[test]
    fn a_wall_is_named_in_many_tongues_and_by_its_scripts() {
        let script = "<script src=/app.js></script>";
        for (body, expected) in [
            (
                format!("<p>Please enable JS</p>{script}<script src=//ct.captcha-delivery.com/c.js></script>"),
                PageKind::BotCheck,
            ),
            (
                format!("<iframe src='/_Incapsula_Resource?a=1'>Request unsuccessful</iframe>{script}"),
                PageKind::BotCheck,
            ),
            (
                format!("<h1>Einen kurzen Augenblick</h1><script id=anubis_challenge>{{}}</script>{script}"),
                PageKind::BotCheck,
            ),
            (format!("<div class=cf-turnstile></div>{script}"), PageKind::BotCheck),
            (format!("<form><input type=password><div class=h-captcha></div></form>{script}"), PageKind::Login),
            // Forms and frames are watched by the same scripts.
            (
                format!("<div id=root></div>{script}<script src=//www.google.com/recaptcha/api.js></script>"),
                PageKind::Shell,
            ),
            ("<h1>Il rispetto della tua privacy</h1><button>Accetta e continua</button>".to_owned(), PageKind::Consent),
            ("<h1>Szanujemy Twoją prywatność</h1><button>OK</button>".to_owned(), PageKind::Consent),
            ("<h1>Nastavení souhlasu s personalizací</h1>".to_owned(), PageKind::Consent),
            (
                "<form><button>Alle akzeptieren</button><button>Alle ablehnen</button></form>".to_owned(),
                PageKind::Consent,
            ),
            ("<h1>Wartungsarbeiten</h1><p>Wir sind bald wieder da.".to_owned(), PageKind::Error),
            ("<p>This content is not available in your region.".to_owned(), PageKind::Error),
            (
                "<div class=cookie-banner>Nous respectons votre vie privée. Tout accepter</div><ul>\
                 <li><h3><a href=/2026/11/1/le-bac-revient-apres-neuf-hivers.html>Le bac revient après neuf hivers</a></h3>\
                 <li><h3><a href=/2026/11/2/la-halle-a-un-nouveau-toit.html>La halle a un nouveau toit de verre</a></h3></ul>"
                    .to_owned(),
                PageKind::Listing,
            ),
            // A box of that kind laid over what scripts will fill.
            (format!("<div id=root></div><div><p>We value your privacy</p></div>{script}"), PageKind::Shell),
        ] {
            let html = format!("<html><head><title>The Paper</title></head><body>{body}</body></html>");
            let url = "https://paper.example/".parse().unwrap();
            let page = crate::fetch::saved_page(url, Some("text/html"), html.into(), chrono::DateTime::UNIX_EPOCH);
            let kind = read_listing(&page, Kind::Auto, &CompiledRules::default()).value.page_kind;
            assert_eq!(kind, expected, "{body}");
        }
    }

    #[test]
    fn a_menu_over_nothing_is_a_shell() {
        let menu =
            |links: usize| (0..links).map(|n| format!("<a href=/section{n}/>Section {n}</a> ")).collect::<String>();
        for links in [2, 3, 8, 14] {
            let html = format!(
                "<html><title>The Paper</title><header><nav>{}</nav></header><ul id=list></ul><p>Loading…</p>\
                 <footer><a href=/about>About</a> <a href=/imprint>Imprint</a></footer><script src=/app.js></script>",
                menu(links)
            );
            let url = "https://paper.example/".parse().unwrap();
            let page = crate::fetch::saved_page(url, Some("text/html"), html.into(), chrono::DateTime::UNIX_EPOCH);
            let read = read_listing(&page, Kind::Auto, &CompiledRules::default()).value;
            assert_eq!(read.page_kind, PageKind::Shell, "{links} links, {} teasers", read.teasers.len());
        }
    }

    fn check(url: &str, html: &str, expected: PageKind) {
        let url = url.parse().unwrap();
        let page =
            crate::fetch::saved_page(url, Some("text/html"), html.to_owned().into(), chrono::DateTime::UNIX_EPOCH);
        let read = read_listing(&page, Kind::Auto, &CompiledRules::default());
        assert_eq!(read.value.page_kind, expected, "{html}");
        assert_eq!(read.value.teasers.len(), 8);
        assert_eq!(read.problems.len(), usize::from(expected == PageKind::Article));
    }
}
