//! What in a line of text is a person's name, and where one name ends and the next begins.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::dates::{self, Context};
use crate::model::{after_byline_label, holds, is_office, is_office_word, is_wide};

/// What a piece of a byline is.
pub(super) enum Piece {
    /// One or more names.
    Names(Vec<String>),
    /// A label, a sign or word between names.
    Between,
    /// Anything else.
    Else,
}

pub(super) fn piece_names(piece: &str, context: &Context) -> Piece {
    let text = unlabelled(piece);
    if text.is_empty() || !text.chars().any(char::is_alphabetic) || is_office(text) {
        return Piece::Between;
    }
    let parts: Vec<&str> = parts(text);
    if parts.is_empty() {
        return Piece::Between;
    }
    let names: Vec<String> = parts.iter().filter(|p| is_name(p, context)).map(|p| (*p).to_owned()).collect();
    if names.is_empty() || names.len() < parts.iter().filter(|p| !is_office(p)).count() {
        return Piece::Else;
    }
    Piece::Names(names)
}

/// A byline without what stands before its names.
pub(super) fn unlabelled(text: &str) -> &str {
    let mut text = trim(text);
    for _ in 0..3 {
        match after_byline_label(text) {
            Some(rest) => text = trim(rest),
            None => break,
        }
    }
    text
}

pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || "|/,;:·•–—-*>»()（）【】[]、：".contains(c))
}

/// What stands between two names; the last two where the second stands in an element of its own.
#[rustfmt::skip]
const BETWEEN: &[&str] = &[
    " and ", " & ", " und ", " et ", " with ", " y ", " och ", " og ", " e ", " en ", " и ", " ve ", " and", " und",
];

/// A text cut where one name ends and the next begins.
fn parts(text: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = text.split([',', ';', '|', '、', '，', '/', '·', '•', '／', '｜']).collect();
    for between in BETWEEN.iter().filter(|between| holds(text, between)) {
        parts = parts.iter().flat_map(|part| part.split(*between)).collect();
    }
    // Han names stand apart by blanks alone: 王建宏 张文攀.
    if text.chars().any(is_wide) {
        let whole = |part: &&str| part.split(' ').all(is_han_name);
        parts = parts.iter().flat_map(|p| if whole(p) { p.split(' ').collect() } else { vec![*p] }).collect();
    }
    parts.into_iter().map(trim).filter(|part| !part.is_empty() && *part != "and" && *part != "und").collect()
}

/// The names at the beginning of a line that goes on with something else: `Ada Roe, 3 May`, `Ada Roe | Science`.
pub(super) fn first_names(text: &str, context: &Context) -> Vec<String> {
    let text = unlabelled(text);
    let mut end = text.len();
    if let Some((range, _)) = dates::find(text, context) {
        end = end.min(range.start);
    }
    end = end.min(text.find(|c: char| c.is_ascii_digit()).unwrap_or(end));
    let stop = STOP.as_ref().and_then(|stop| stop.find(text));
    end = end.min(stop.map_or(end, |stop| stop.start()));
    let head = trim(text.get(..end).unwrap_or_default());
    parts(head).into_iter().take_while(|part| is_name(part, context)).map(str::to_owned).collect()
}

/// What ends a row of names in a line of text.
#[rustfmt::skip]
const STOPS: &[&str] = &[
    " | ", " on ", " am ", " le ", " el ", " um ", " in ", " for ", " at ", " is ", " ist ", " – ", " - ", " — ", " • ",
    "·", " aus ", " (", "（", "\n", "来源", "编辑", "出自", "时间", "发布", "发表", "Updated", "Published", "updated",
    "published", " @ ", "Illustration", "Foto", "Photo", "，", "。",
];

static STOP: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(STOPS).ok());

/// Whether a text can be one person's name (or the name one writes under).
fn is_name(text: &str, context: &Context) -> bool {
    let count = text.chars().count();
    let words: Vec<&str> = text.split(' ').collect();
    if !(2..=50).contains(&count) || words.len() > 5 || text.chars().any(|c| "@?!:<>{}=_\"“”…#%©".contains(c)) {
        return false;
    }
    if text.chars().any(|c| c.is_ascii_digit()) || is_office(text) || text.contains("...") {
        return false;
    }
    if text.chars().any(is_wide) {
        return !is_furniture(text) && (words.iter().copied().all(is_han_name) || count <= 12 && !text.contains('的'));
    }
    let capital = |word: &&str| {
        let first = word.trim_start_matches(['(', '‘', '\'', '’', '"']).chars().next();
        first.is_some_and(|c| !c.is_lowercase() && c.is_alphabetic())
    };
    let small = |word: &&str| PARTICLES.contains(&word.to_lowercase().as_str());
    let formed = words.iter().all(|w| capital(w) || words.len() > 1 && small(w))
        && words.last().is_some_and(capital)
        && (words.len() == 1 || words.iter().filter(|w| !is_office_word(w)).count() >= 2);
    let role = |word: &&str| ROLES.contains(&word.to_lowercase().trim_end_matches('s'));
    // Whether it is a date takes longest to tell.
    formed && !words.iter().any(role) && !is_no_name(text) && dates::parse(text, context).is_none()
}

/// Whether a text holds a word that stands beside bylines and in no name.
pub(super) fn is_no_name(text: &str) -> bool {
    text.to_lowercase().split([' ', '-']).any(|word| NO_NAMES.contains(&word))
}

/// Whether letters are what pages in Chinese say of themselves, or name who took a picture.
pub(super) fn is_furniture(text: &str) -> bool {
    HAN_NO_NAMES.iter().any(|word| text.contains(word)) || text.ends_with('摄')
}

fn is_han_name(word: &str) -> bool {
    (2..=4).contains(&word.chars().count()) && word.chars().all(is_wide)
}

/// Small words inside names.
#[rustfmt::skip]
const PARTICLES: &[&str] = &[
    "de", "del", "der", "den", "di", "da", "do", "dos", "du", "van", "von", "zu", "vom", "la", "le", "el", "al",
    "bin", "ben", "y", "e", "ter", "ten", "af", "av", "dr", "dr.", "st", "st.", "v.", "d'",
];

/// Words of professions, which follow names.
#[rustfmt::skip]
const ROLES: &[&str] = &[
    "attorney", "expert", "specialist", "fellow", "developer", "officer", "manager", "president", "professor",
    "ceo", "cto", "founder", "co-founder", "director", "executive", "correspondent", "reporter", "editor",
    "writer", "journalist", "redakteur", "redakteurin", "wirtschaftsredakteur", "grader", "engineer",
    "consultant", "analyst", "strategist", "guide", "journalism", "photographer", "fotograf", "fact",
    "reviewer", "educator", "content",
];

/// Words that stand beside bylines, and in no name.
#[rustfmt::skip]
const NO_NAMES: &[&str] = &[
    "view", "all", "posts", "more", "about", "follow", "contact", "read", "profile", "subscribe", "home",
    "share", "comments", "comment", "reply", "archive", "website", "bio", "twitter", "facebook", "instagram",
    "linkedin", "email", "e-mail", "rss", "updated", "published", "image", "images", "photo", "photos", "getty",
    "foto", "see", "from", "this", "that", "your", "you", "last", "first", "minutes", "min", "ago", "today",
    "yesterday", "uhr", "article", "articles", "artikel", "beiträge", "alle", "learn", "meet", "join", "sign",
    "log", "login", "search", "menu", "close", "print", "copy", "link", "with", "how", "what", "why", "when",
    "is", "are", "was", "und", "mehr", "über", "our", "the", "other", "by", "story", "featured", "disclaimer",
    "text", "stand", "posted", "quelle", "beitrag", "fotos", "kommentar", "publié", "übersetzt", "guest",
    "gesponserte", "advertisement", "newsletter", "podcast", "video", "gallery", "name", "biography", "get",
    "listen", "save", "edit", "help",
];

/// What pages in Chinese say of themselves in as many letters as a name has.
#[rustfmt::skip]
const HAN_NO_NAMES: &[&str] = &[
    "版权", "版權", "声明", "聲明", "当前", "當前", "位置", "相关", "相關", "阅读", "閱讀", "责任", "責任", "登录",
    "登錄", "注册", "首页", "首頁", "上一篇", "下一篇", "更多", "分享", "评论", "評論", "推荐", "推薦", "导航",
    "搜索", "文章", "简介", "点击", "點擊", "返回", "收藏", "打印", "字号", "行情", "摄影",
];

/// Whether a text ends by joining the next name to the last one.
pub(super) fn is_joint(text: &str) -> bool {
    let text = text.trim_end();
    text.ends_with([',', '&', ';', '、', '，', '/']) || JOINTS.iter().any(|joint| text.ends_with(joint))
}

const JOINTS: &[&str] = &["and", "und", "et", "with", " y", "och", " og", " и", " ve"];
