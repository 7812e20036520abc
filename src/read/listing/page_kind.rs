//! Pages that are no list: an article, a login, an error, a consent wall, a bot check, an empty shell.

use super::head::Head;
use super::hints::Hints;
use super::outline::Outline;
use crate::model::{Page, PageKind, text_weight};

/// Below this weight of visible text a page says next to nothing.
pub(in crate::read) const NEXT_TO_NOTHING: usize = 250;
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
        if self.challenged || is_bot_check(&title, &start) {
            return Some(PageKind::BotCheck);
        }
        if is_error(&title, &start, self.status, self.weight) {
            return Some(PageKind::Error);
        }
        if is_consent(&title, &start) && teasers < 5 {
            return Some(PageKind::Consent);
        }
        (!sure && self.password).then_some(PageKind::Login)
    }
}

/// Whether a script is that of a known check against robots.
pub(in crate::read) fn is_challenge(script: &str) -> bool {
    script.contains("_cf_chl_opt") || script.contains("cf_chl_")
}

/// What kind of page this is, given how many teasers were found and how sure that is.
pub(super) fn of(outline: &Outline, head: &Head, page: &Page, teasers: usize, confidence: f32) -> PageKind {
    let weight = text_weight(&outline.text);
    let notice = Notice {
        status: page.status,
        title: head.title.as_deref().unwrap_or_default(),
        start: &outline.text,
        weight,
        challenged: outline.scripts.iter().any(|(_, s)| is_challenge(s)),
        password: has_password(outline),
    };
    let sure = teasers >= 3 && confidence >= 0.5;
    if let Some(wall) = notice.wall(teasers, sure) {
        return wall;
    }
    if !sure && is_article(outline, head, weight) {
        return PageKind::Article;
    }
    if sure {
        return PageKind::Listing;
    }
    if weight < NEXT_TO_NOTHING && outline.scripts.len() + scripts_with_source(outline) > 0 && teasers < 3 {
        return PageKind::Shell;
    }
    if teasers > 0 { PageKind::Listing } else { PageKind::Other }
}

fn is_bot_check(title: &str, start: &str) -> bool {
    let titles = [
        "just a moment",
        "attention required",
        "access denied",
        "are you a robot",
        "captcha",
        "security check",
        "verify you are human",
        "ddos-guard",
        "bot verification",
        "human verification",
    ];
    let words = [
        "checking your browser",
        "verify you are human",
        "unusual traffic",
        "enable javascript and cookies to continue",
        "complete the security check",
        "are not a robot",
        "you are a human",
        "请完成安全验证",
        "人机验证",
    ];
    titles.iter().any(|w| title.contains(w)) || words.iter().any(|w| start.contains(w))
}

fn is_error(title: &str, start: &str, status: u16, weight: usize) -> bool {
    let words = [
        "404",
        "not found",
        "page not found",
        "error 5",
        "forbidden",
        "service unavailable",
        "bad gateway",
        "internal server error",
        "seite nicht gefunden",
        "page introuvable",
        "página no encontrada",
        "страница не найдена",
        "页面不存在",
        "找不到",
        "ページが見つかりません",
    ];
    status >= 400
        || words.iter().any(|w| title.contains(w))
        || weight < 800 && words.iter().skip(1).any(|w| start.contains(w))
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

/// Much running text under one heading, or what the page declares.
fn is_article(outline: &Outline, head: &Head, weight: usize) -> bool {
    let declared = head.meta(&["og:type"]).is_some_and(|t| t.eq_ignore_ascii_case("article"))
        || head.meta(&["article:published_time", "articletitle", "pubdate"]).is_some();
    let running: usize = (0..outline.nodes.len())
        .filter(|row| outline.hints(*row).any(Hints::PARAGRAPH))
        .map(|row| outline.text(row))
        .map(text_weight)
        .filter(|w| *w > 80)
        .sum();
    running > 300 && (declared || running * 2 > weight && running > 800)
}

fn scripts_with_source(outline: &Outline) -> usize {
    (0..outline.nodes.len())
        .filter(|row| outline.tag(*row) == "script" && outline.attribute(*row, "src").is_some())
        .count()
}
