//! Pages that are no list: an article, a login, an error, a consent wall, a bot check, an empty shell.

use std::cell::LazyCell;

use super::address::Viewpoint;
use super::head::Head;
use super::hints::Hints;
use super::outline::Outline;
use crate::model::{Listing, ListingMethod, Page, PageKind, Teaser, is_han, text_weight};

/// Below this weight of visible text a page says next to nothing.
pub(in crate::read) const NEXT_TO_NOTHING: usize = 250;
/// Below this confidence a list is a menu's, where the page shows hardly anything else.
const MENU: f32 = 0.3;
/// Below this weight a page can still be a notice: an error, a check.
const NOTICE: usize = 3000;

/// What tells a wall: a page that stands where another was asked for.
#[derive(Debug)]
pub(in crate::read) struct Notice<'a> {
    pub(in crate::read) status: u16,
    /// The page's title.
    pub(in crate::read) title: &'a str,
    /// How its visible text begins.
    pub(in crate::read) start: &'a str,
    /// How much it shows.
    pub(in crate::read) weight: usize,
    /// Whether a script of it is a known check against robots.
    pub(in crate::read) challenged: bool,
    /// Whether it asks for a password.
    pub(in crate::read) password: bool,
}

impl Notice<'_> {
    /// The kind of wall, if it is one, where so many teasers were found and that is or is not sure to be a list.
    pub(in crate::read) fn wall(&self, teasers: usize, sure: bool) -> Option<PageKind> {
        if self.weight >= NOTICE {
            return None;
        }
        let title = self.title.to_lowercase();
        let start = self.start.get(..self.start.floor_char_boundary(4000)).unwrap_or_default().to_lowercase();
        // Of a list, the title may be that of a paper which writes about such things.
        if self.challenged || !sure && is_bot_check(&title, &start) {
            return Some(PageKind::BotCheck);
        }
        if is_error(&title, &start, self, sure) {
            return Some(PageKind::Error);
        }
        if is_consent(&title, &start) && teasers < 5 && !sure {
            return Some(PageKind::Consent);
        }
        (!sure && self.password).then_some(PageKind::Login)
    }
}

/// Whether a script is that of a known check against robots.
pub(in crate::read) fn is_challenge(script: &str) -> bool {
    script.contains("_cf_chl_opt") || script.contains("cf_chl_")
}

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
    let notice = Notice {
        status: page.status,
        title: head.title.as_deref().unwrap_or_default(),
        start: &outline.text,
        weight,
        challenged: outline.scripts.iter().any(|(_, s)| is_challenge(s)),
        password: has_password(outline),
    };
    let sure = teasers >= 3 && listing.confidence >= 0.5;
    if let Some(wall) = notice.wall(teasers, sure) {
        return unclear(wall);
    }
    let traits = LazyCell::new(|| Traits::of(outline, head, page, listing, leads, weight));
    let is_article = |confidence: f32| weight >= NEXT_TO_NOTHING && traits.make_article(confidence);
    // What the operator's rules find is a list, if there is some of it.
    let ruled = sure && listing.method == ListingMethod::Rules;
    if !ruled && is_article(listing.confidence) {
        return unclear(PageKind::Article);
    }
    if sure {
        let noticed = weight < 2 * NOTICE && (notice.challenged || says_wall(notice.title) || says_wall(&outline.text));
        return Kind { kind: PageKind::Listing, clear: !noticed && (ruled || !is_article(listing.confidence * 0.75)) };
    }
    let hardly = teasers < 3 || listing.confidence < MENU;
    if weight < NEXT_TO_NOTHING && outline.scripts.len() + scripts_with_source(outline) > 0 && hardly {
        return unclear(PageKind::Shell);
    }
    unclear(if teasers > 0 { PageKind::Listing } else { PageKind::Other })
}

/// What errors are called where they are called by a title, or a part of one, and nothing else: a paper may have any of
/// these words in its name.
const NAMES: [&str; 7] = [
    "not found",
    "forbidden",
    "service unavailable",
    "bad gateway",
    "gateway timeout",
    "internal server error",
    "access denied",
];

/// Those of them that tell an error in a short text, too.
const NOTICED: [&str; 2] = ["not found", "forbidden"];

/// What they are called beside their number.
const NUMBERED: [&str; 8] = ["error", "fehler", "erreur", "errore", "fel", "ошибка", "http", "http error"];

/// What errors say.
const ERRORS: [&str; 44] = [
    "page not found",
    "page could not be found",
    "find the page",
    "page does not exist",
    "page doesn't exist",
    "error 5",
    "service unavailable",
    "bad gateway",
    "internal server error",
    "error establishing a database connection",
    "account suspended",
    "account has been suspended",
    "domain is for sale",
    "domain may be for sale",
    "seite nicht gefunden",
    "seite wurde nicht gefunden",
    "seite gibt es nicht",
    "seite existiert nicht",
    "page introuvable",
    "page non trouvée",
    "page n'existe pas",
    "página no encontrada",
    "página não encontrada",
    "pagina non trovata",
    "pagina niet gevonden",
    "sidan hittades inte",
    "sidan kunde inte hittas",
    "siden ble ikke funnet",
    "siden blev ikke fundet",
    "sivua ei löytynyt",
    "nie znaleziono strony",
    "strona nie istnieje",
    "stránka nenalezena",
    "stránka nebyla nalezena",
    "az oldal nem található",
    "sayfa bulunamadı",
    "страница не найдена",
    "сторінку не знайдено",
    "الصفحة غير موجودة",
    "页面不存在",
    "頁面不存在",
    "找不到",
    "ページが見つかりません",
    "페이지를 찾을 수 없습니다",
];

/// Whether a text has words by which a wall is known, wherever they stand.
pub(super) fn says_wall(text: &str) -> bool {
    let text = text.to_lowercase();
    is_bot_check("", &text) || says_error(&text) || NOTICED.iter().any(|name| text.contains(name))
}

fn says_error(text: &str) -> bool {
    ERRORS.iter().any(|words| text.contains(words))
}

/// Whether a part of a title is the name of an error: `404`, `Error 404`, `403 Forbidden`, `404错误`.
fn names_error(title: &str) -> bool {
    let status = |word: &&str| matches!(word.as_bytes(), [b'4' | b'5', b'0'..=b'9', b'0'..=b'9']);
    let parts = title.split(['-', '–', '—', '|', ':', '·', '•', '»', '!', '.', ',', '(', ')']);
    parts.map(str::trim).any(|part| {
        let (numbers, words): (Vec<&str>, Vec<&str>) = part.split_whitespace().partition(status);
        let words = words.join(" ");
        let numbered = !numbers.is_empty() && (words.is_empty() || NUMBERED.contains(&&*words));
        numbered || NAMES.contains(&&*words) || part.strip_prefix("404").is_some_and(|rest| rest.starts_with(is_han))
    })
}

fn is_bot_check(title: &str, start: &str) -> bool {
    let titles = [
        "just a moment",
        "attention required",
        "access denied",
        "are you a robot",
        "not a bot",
        "client challenge",
        "captcha",
        "security check",
        "verify you are human",
        "ddos-guard",
        "bot verification",
        "human verification",
    ];
    // What a well-known check is called in other tongues; as part of a headline they may say anything.
    let moments = [
        "nur einen moment",
        "einen moment",
        "un instant",
        "un momento",
        "um momento",
        "один момент",
        "请稍候",
        "しばらくお待ちください",
    ];
    let words = [
        "checking your browser",
        "verify you are human",
        "unusual traffic",
        "enable javascript and cookies to continue",
        "complete the security check",
        "are not a robot",
        "not a bot",
        "you are a human",
        "请完成安全验证",
        "人机验证",
    ];
    titles.iter().any(|w| title.contains(w))
        || moments.contains(&title.trim_end_matches(['.', '…', ' ']))
        || words.iter().any(|w| start.contains(w))
}

fn is_error(title: &str, start: &str, notice: &Notice, sure: bool) -> bool {
    // A list's headlines may say anything in two words.
    let names = |text: &str| !sure && NOTICED.iter().any(|name| text.contains(name));
    notice.status >= 400
        || names_error(title)
        || says_error(title)
        || notice.weight < 800 && (says_error(start) || names(start))
}

fn is_consent(title: &str, start: &str) -> bool {
    ["consent", "cookie", "zustimmung", "before you continue", "privacy gate"].iter().any(|w| title.contains(w))
        || ["before you continue", "mit werbung und tracking", "we value your privacy", "accept all cookies"]
            .iter()
            .any(|w| start.contains(w))
            && start.len() < 3500
}

fn has_password(outline: &Outline) -> bool {
    (0..outline.nodes.len()).any(|row| {
        outline.tag(row) == "input"
            && outline.attribute(row, "type").is_some_and(|t| t.eq_ignore_ascii_case("password"))
    })
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
    fn the_name_of_an_error_is_told_from_that_of_a_paper() {
        for (title, error) in [
            ("404", true),
            ("Error 404 (Not Found)!!1", true),
            ("404 Not Found - The Paper", true),
            ("HTTP Status 404 – Not Found", true),
            ("403 Forbidden", true),
            ("The Paper | Erreur 404", true),
            ("404错误页面", true),
            ("Sayfa bulunamadı - Gazete", true),
            ("404 Media", false),
            ("Peugeot 404: fifty years", false),
            ("Forbidden Planet News", false),
            ("Lost & Not Found Magazine", false),
            ("2024", false),
            ("Trial and Error", false),
        ] {
            let title = title.to_lowercase();
            assert_eq!(names_error(&title) || says_error(&title), error, "{title}");
        }
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
