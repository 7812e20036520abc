//! Which words are a headline.

use std::borrow::Cow;
use std::sync::LazyLock;

use foldhash::HashSet;

use super::hints::Hints;
use super::outline::Outline;
use crate::model::text_weight;

/// Where a headline was found, least trusted first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Witness {
    /// No words at all, or none that name a story.
    Nothing,
    /// The `alt` of a picture.
    Picture,
    /// `title` or `aria-label`.
    Attribute,
    /// The link's whole text.
    Text,
    /// An element whose class says title.
    Class,
    /// A heading inside or around the link.
    Heading,
}

/// A headline, and who says so.
#[derive(Debug, Clone)]
pub(super) struct Headline {
    /// The words on one line.
    pub(super) text: String,
    /// Where they stood.
    pub(super) witness: Witness,
}

/// Longest text, in weight, that passes for a headline.
const LONGEST: usize = 400;

/// The headline that a link gives by itself.
pub(super) fn of_link(outline: &Outline, link: usize) -> Headline {
    let whole = plain(outline, link);
    let found = inside(outline, link).or_else(|| {
        let names = names_something(&whole);
        names.then(|| around(outline, link, &whole)).flatten().or_else(|| {
            let text = main_part(outline, link, &whole);
            let names = if text == whole { names } else { names_something(&text) };
            names.then_some(Headline { text, witness: Witness::Text })
        })
    });
    match (found, spoken(outline, link)) {
        (Some(found), Some(spoken)) => Headline { text: uncut(found.text, &spoken), ..found },
        (Some(found), None) => found,
        (None, Some(text)) => Headline { text, witness: Witness::Attribute },
        (None, None) => match picture_words(outline, link) {
            Some(text) => Headline { text, witness: Witness::Picture },
            None => Headline { text: whole, witness: Witness::Nothing },
        },
    }
}

/// The words of an element, less kickers and what only screen readers get, where enough is left.
fn plain(outline: &Outline, row: usize) -> String {
    let less = outline.line_without(row, Hints::KICKER.and(Hints::SPOKEN));
    let words = if text_weight(&less) >= 8 { less } else { outline.line(row) };
    // What tied the headline to its kicker.
    match words.strip_prefix([':', '|', '·', '•', '–', '—', '»']) {
        Some(rest) if names_something(rest) => rest.trim_start().to_owned(),
        _ => words,
    }
}

/// A heading or a title class inside the link.
fn inside(outline: &Outline, link: usize) -> Option<Headline> {
    let mut by_class: Option<Headline> = None;
    for row in link + 1..outline.end(link) {
        let hints = outline.hints(row);
        if hints.any(Hints::SPOKEN.and(Hints::KICKER)) {
            continue;
        }
        if hints.any(Hints::HEADING) {
            let text = within_heading(outline, row);
            if names_something(&text) && text_weight(&text) <= LONGEST {
                return Some(Headline { text, witness: Witness::Heading });
            }
        }
        if hints.any(Hints::TITLE) && !hints.any(Hints::TAGS.and(Hints::AUTHOR)) && by_class.is_none() {
            let text = plain(outline, row);
            if names_something(&text) && text_weight(&text) <= LONGEST {
                by_class = Some(Headline { text, witness: Witness::Class });
            }
        }
    }
    by_class
}

/// The words of a heading: those of the part whose class says title, where there is one beside a kicker.
fn within_heading(outline: &Outline, heading: usize) -> String {
    let parts: Vec<usize> =
        (heading + 1..outline.end(heading)).filter(|r| outline.hints(*r).any(Hints::TITLE)).collect();
    match parts.as_slice() {
        [part] if text_weight(outline.text(*part)) >= 12 => plain(outline, *part),
        _ => plain(outline, heading),
    }
}

/// A heading or a title class around a link that names something, if the link is all that it holds or nearly so.
fn around(outline: &Outline, link: usize, whole: &str) -> Option<Headline> {
    if text_weight(whole) > LONGEST {
        return None;
    }
    let own = whole.len();
    let mut by_class = outline.hints(link).any(Hints::TITLE);
    for row in outline.ancestors(link).take(4) {
        let hints = outline.hints(row);
        let span = outline.span(row);
        if hints.any(Hints::HEADING) && span.len() <= own * 2 + 40 {
            return Some(Headline { text: whole.to_owned(), witness: Witness::Heading });
        }
        if span.len() > own * 3 / 2 + 20 {
            break;
        }
        by_class |= hints.any(Hints::TITLE);
    }
    by_class.then(|| Headline { text: whole.to_owned(), witness: Witness::Class })
}

/// Of a link that wraps a whole card: the first block of text that can be a headline; where all is inline,
/// the first of several elements that can.
fn main_part(outline: &Outline, link: usize, whole: &str) -> String {
    let mut parts: Vec<&str> = outline.text(link).split('\n').map(str::trim).filter(|l| !l.is_empty()).collect();
    if parts.len() < 2 {
        let children: Vec<usize> = outline.children(link).filter(|c| !outline.text(*c).is_empty()).collect();
        let covered: usize = children.iter().map(|c| outline.text(*c).len() + 1).sum();
        if children.len() < 2 || covered < whole.len() {
            return whole.to_owned();
        }
        parts = children.iter().map(|c| outline.text(*c)).collect();
    }
    let fits = |part: &&&str| text_weight(part) >= 18 && text_weight(part) <= LONGEST && names_something(part);
    let best = parts.iter().find(fits).or_else(|| parts.iter().max_by_key(|l| text_weight(l)));
    best.map_or_else(|| whole.to_owned(), |part| (*part).to_owned())
}

/// What `title` or `aria-label` says, of the link or of what it holds.
fn spoken(outline: &Outline, link: usize) -> Option<String> {
    ["title", "aria-label"]
        .iter()
        .filter_map(|name| outline.attribute(link, name))
        .map(crate::model::fold_space)
        .find(|text| names_something(text))
}

fn picture_words(outline: &Outline, link: usize) -> Option<String> {
    (link + 1..outline.end(link))
        .filter(|row| outline.tag(*row) == "img")
        .filter_map(|row| outline.attribute(row, "alt"))
        .map(crate::model::fold_space)
        .find(|text| names_something(text))
}

/// A text cut with dots, made whole by an attribute that begins alike.
pub(super) fn uncut(text: String, whole: &str) -> String {
    let stem = text.trim_end_matches(['.', '…', ' ', '．', '。']);
    let cut = text.trim_end().ends_with("...") || text.trim_end().ends_with('…');
    if cut && !stem.is_empty() && whole.len() > stem.len() && whole.starts_with(stem) && !ends_cut(whole) {
        whole.to_owned()
    } else {
        text
    }
}

/// Whether a headline does not yet name a story: a button's words, a picture's, a bare number.
pub(super) fn is_weak(headline: &Headline) -> bool {
    if headline.witness <= Witness::Picture {
        return true;
    }
    if headline.witness > Witness::Text {
        return false;
    }
    let text = &headline.text;
    match text_weight(text) {
        ..4 => return true,
        36.. => return false,
        _ => {}
    }
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let is_word = |word: &&str| word.chars().filter(|c| c.is_alphabetic()).nth(2).is_some();
    digits * 3 >= digits + letters && text.split_whitespace().filter(is_word).nth(1).is_none()
}

/// Whether a text ends with dots.
fn ends_cut(text: &str) -> bool {
    text.trim_end().ends_with("...") || text.trim_end().ends_with('…')
}

/// Whether words can name a story: not empty, not a number, not what buttons say.
pub(super) fn names_something(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphabetic()).nth(1).is_some() && !is_button(text) && !is_address(text)
}

/// An address in full, as some link texts are.
fn is_address(text: &str) -> bool {
    !text.contains(char::is_whitespace) && (text.contains("://") || text.starts_with("www."))
}

/// Whether a text is what buttons and small links say.
fn is_button(text: &str) -> bool {
    if text.len() > 60 {
        return false;
    }
    let lower = text.to_lowercase();
    let core = lower.trim_matches(|c: char| !c.is_alphanumeric());
    // `12 comments`, `comments (3)`, `5 min read`.
    let counts = |c: char| c.is_ascii_digit() || matches!(c, '(' | ')' | ',' | '.');
    let bare = if core.contains(counts) { Cow::Owned(core.replace(counts, "")) } else { Cow::Borrowed(core) };
    BUTTONS.contains(bare.trim())
}

/// What buttons and small links say.
static BUTTONS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    HashSet::from_iter([
        "read more",
        "more",
        "continue reading",
        "continue",
        "read",
        "read on",
        "read full story",
        "learn more",
        "see more",
        "view more",
        "view",
        "view all",
        "see all",
        "show more",
        "load more",
        "full story",
        "read article",
        "read post",
        "read the full article",
        "download",
        "download pdf",
        "pdf",
        "open",
        "link",
        "here",
        "click here",
        "details",
        "view details",
        "comment",
        "comments",
        "no comments",
        "leave a comment",
        "add comment",
        "leave a reply",
        "reply",
        "replies",
        "share",
        "print",
        "email",
        "e-mail",
        "tweet",
        "facebook",
        "twitter",
        "permalink",
        "edit",
        "next",
        "previous",
        "prev",
        "older",
        "newer",
        "older posts",
        "newer posts",
        "home",
        "back",
        "top",
        "up",
        "video",
        "audio",
        "photos",
        "watch",
        "listen",
        "play",
        "min read",
        "minute read",
        "minutes read",
        "image",
        "photo",
        "thumbnail",
        "logo",
        "icon",
        "mehr",
        "weiterlesen",
        "mehr lesen",
        "weiter",
        "zum artikel",
        "artikel lesen",
        "kommentare",
        "kommentar",
        "mehr erfahren",
        "lire la suite",
        "lire plus",
        "en savoir plus",
        "suite",
        "lire",
        "commentaires",
        "télécharger",
        "leer más",
        "leer mas",
        "ver más",
        "seguir leyendo",
        "más",
        "comentarios",
        "descargar",
        "más información",
        "continuar leyendo",
        "deja un comentario",
        "sin comentarios",
        "leia mais",
        "ler mais",
        "saiba mais",
        "mais",
        "comentários",
        "continue lendo",
        "leggi tutto",
        "leggi",
        "continua",
        "continua a leggere",
        "les mer",
        "läs mer",
        "læs mere",
        "lees meer",
        "lees verder",
        "lue lisää",
        "читать далее",
        "далее",
        "подробнее",
        "читать",
        "комментарии",
        "комментариев",
        "ещё",
        "скачать",
        "читати далі",
        "детальніше",
        "czytaj więcej",
        "więcej",
        "czytaj dalej",
        "číst dále",
        "více",
        "devamı",
        "devamını oku",
        "بیشتر",
        "المزيد",
        "اقرأ المزيد",
        "更多",
        "更多>>",
        "详情",
        "查看更多",
        "阅读全文",
        "阅读更多",
        "查看详情",
        "下载",
        "评论",
        "详细",
        "全文",
        "繼續閱讀",
        "閱讀更多",
        "閱讀全文",
        "查看全文",
        "続きを読む",
        "もっと見る",
        "詳細",
        "コメント",
        "続き",
        "더보기",
        "자세히",
        "더 보기",
        "댓글",
        "다운로드",
        "자세히 보기",
    ])
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_buttons_say_names_nothing() {
        for text in ["Read more »", "12 Comments", "更多>>", "3", "", "5 min read", "[PDF]", "Weiterlesen …"] {
            assert!(!names_something(text), "{text}");
        }
        for text in ["More rain than ever", "全省工作会议", "EU", "Download speeds rise"] {
            assert!(names_something(text), "{text}");
        }
    }

    #[test]
    fn a_cut_title_is_made_whole() {
        assert_eq!(uncut("The night fer...".into(), "The night ferry sails"), "The night ferry sails");
        assert_eq!(uncut("关于做好…".into(), "关于做好工作的通知"), "关于做好工作的通知");
        assert_eq!(uncut("The night ferry".into(), "Open the night ferry"), "The night ferry");
    }
}
