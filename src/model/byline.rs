//! The words of bylines: what stands before a name, and what stands in a name's place.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use foldhash::HashMap;

/// What stands before a name: longest first, lower case, each ended by its blank or sign.
#[rustfmt::skip]
const LABELS: &[&str] = &[
    "de la redacción de ", "text and photos by ", "published by ", "submitted by ", "zusammengestellt von ",
    "geschrieben von ", "veröffentlicht von ", "gespeichert von ", "eingestellt von ", "verfasst von ", "posted by:",
    "posted by ", "written by:", "written by ", "reported by ", "authored by ", "reviewed by ", "compiled by ",
    "escrito por ", "publicado por ", "écrit par ", "publié par ", "rédigé par ", "scritto da ", "pubblicato da ",
    "geschreven door ", "skrevet av ", "skriven av ", "story by ", "article by ", "words by ", "text by ", "text von ",
    "ein beitrag von ", "blog beitrag von ", "erstellt von ", "this post was written by ", "redaktion: ", "kommentar von ", "beitrag von ", "ein gastbeitrag von ", "gastbeitrag von ", "interview von ", "interview: ",
    "by: ", "by ", "authors: ", "author: ", "authors:", "author:", "author ", "autorinnen: ", "autoren: ", "autorin: ",
    "autor: ", "autorin ", "autor ", "autor:", "auteurs : ", "auteur : ", "auteur :", "auteur: ", "auteur ", "autore: ",
    "autore ", "автор: ", "автор:", "автор ", "текст: ", "yazar: ", "oleh: ", "oleh ", "vom ", "von: ", "von ",
    "text: ", "words: ", "report: ", "foto: ", "par ", "por: ", "por ", "di ", "door ", "af ", "av ", "tekst: ",
    "tekst ", "napisał ", "από ", "od ", "作者：", "作者:", "作者 ", "文/", "文／", "文｜", "文：", "文●", "撰文：",
    "撰文/", "撰文:", "本报记者 ", "本报记者", "见习记者 ", "记者：", "记者:", "記者：", "記者:", "記者/", "記者／",
    "记者 ", "記者 ", "通讯员 ", "责任编辑：", "责任编辑:", "责编：", "责编:", "编辑：", "编辑:", "編輯：", "投稿者",
    "著者：", "著者:", "執筆：", "執筆者：", "文＝", "取材・文", "기자 : ", "글 ",
];

/// Words that name an office, not a person, and those that join such words.
#[rustfmt::skip]
const OFFICES: &[&str] = &[
    "admin", "administrator", "agencies", "agency", "agencia", "agencias", "agenturen", "analyst", "anonymous",
    "associate", "author", "authors", "blogger", "bureau", "business", "chief", "columnist", "contributing",
    "contributor", "contributors", "copy", "correspondent", "crew", "critic", "desk", "deputy", "digital",
    "director", "editor", "editorial", "editors", "executive", "features", "freelance", "guest", "head", "intern",
    "journalist", "lead", "managing", "multimedia", "news", "newsdesk", "newsroom", "online", "photographer",
    "political", "politics", "producer", "redacción", "redaccion", "redaction", "rédaction", "redaktion",
    "redaktionen", "redactie", "redakcja", "redakce", "redazione", "redação", "redacao", "reporter", "reporters",
    "researcher", "senior", "service", "services", "special", "specialist", "sports", "staff", "team", "unknown",
    "user", "web", "webmaster", "wire", "world", "writer", "writers", "редакция", "администратор", "редактор",
    "корреспондент", "记者", "記者", "编辑", "編集部", "編輯", "小编", "기자", "편집부", "the", "of", "our", "in",
    "for", "at", "redakteur", "redakteurin", "autor", "autorin", "chefredakteur", "chefredakteurin", "webdesk",
    "root", "posts", "no",
];

/// Agencies, which are named where no person is.
#[rustfmt::skip]
const AGENCIES: &[&str] = &[
    "afp", "ap", "apa", "ansa", "dpa", "efe", "ians", "lusa", "pa", "pti", "ani", "reuters", "sid", "tass", "tt",
    "ntb", "ritzau", "xinhua", "bloomberg", "associated press", "the associated press", "agence france-presse",
    "press association", "press trust of india", "新华社", "中新社", "新华网", "共同通信", "時事通信", "연합뉴스",
    "pa media", "upi", "cna",
];

/// What follows a byline's label (`By `, `作者：`), white space trimmed; `None` where no label stands in front.
/// A label with nothing after it gives the empty text.
pub fn after_byline_label(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let first = text.chars().next()?;
    let mut small = first.to_lowercase();
    // Most names begin with no label: that shows by their first letter.
    let first = small.next().filter(|_| small.next().is_none()).unwrap_or(first);
    LABELS_BY_FIRST.get(&first)?.iter().find_map(|label| {
        let bare = label.trim_end();
        let rest = after(text, bare)?;
        let ends = bare.len() == label.len() || rest.is_empty() || rest.starts_with(char::is_whitespace);
        ends.then(|| rest.trim_start_matches([' ', '\u{a0}', '\u{3000}', ':', '：', '\t', '\n']))
    })
}

/// Texts by the letter that they begin with, in their order.
type ByFirst = HashMap<char, Vec<&'static str>>;

fn by_first(texts: &[&'static str]) -> ByFirst {
    let mut by_first = ByFirst::default();
    for text in texts {
        by_first.entry(text.chars().next().unwrap_or_default()).or_default().push(text);
    }
    by_first
}

static LABELS_BY_FIRST: LazyLock<ByFirst> = LazyLock::new(|| by_first(LABELS));
static OFFICES_BY_FIRST: LazyLock<ByFirst> = LazyLock::new(|| by_first(OFFICES));

static ANYWHERE: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(LABELS).ok());

/// Whether a text, its white space folded, may hold a byline's label somewhere: false only where it holds none.
pub fn may_hold_byline_label(text: &str) -> bool {
    // A label may end the text without its blank.
    let mut text = if text.is_ascii() { text.to_owned() } else { text.to_lowercase() };
    text.push(' ');
    ANYWHERE.as_ref().is_none_or(|labels| labels.is_match(&text))
}

/// What follows a beginning in lower case, in whatever case the text has it.
fn after<'t>(text: &'t str, beginning: &str) -> Option<&'t str> {
    let mut rest = text.chars();
    for wanted in beginning.chars() {
        let c = rest.next()?;
        if c != wanted && !c.to_lowercase().eq([wanted]) {
            return None;
        }
    }
    Some(rest.as_str())
}

/// Whether a word names an office (`editor`, `staff`, `Redaktion`), or joins such words. Case does not matter.
pub fn is_office_word(word: &str) -> bool {
    if !word.is_ascii() {
        return OFFICES.contains(&word.to_lowercase().as_str());
    }
    let first = word.chars().next().unwrap_or_default().to_ascii_lowercase();
    OFFICES_BY_FIRST.get(&first).is_some_and(|offices| offices.iter().any(|office| office.eq_ignore_ascii_case(word)))
}

/// Whether a byline names an office or an agency, and no person.
pub fn is_office(name: &str) -> bool {
    let lower = if name.is_ascii() { Cow::Borrowed(name) } else { Cow::Owned(name.to_lowercase()) };
    let bare = lower.trim_end_matches('.');
    AGENCIES.iter().any(|agency| agency.eq_ignore_ascii_case(bare))
        || bare.split([' ', '-', '/']).filter(|w| !w.is_empty()).all(is_office_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stand_before_names() {
        for (text, rest) in [
            ("By Ada Roe", Some("Ada Roe")),
            ("WRITTEN BY: Ada Roe", Some("Ada Roe")),
            ("Written by", Some("")),
            ("作者： 王小明", Some("王小明")),
            ("本报记者 王小明", Some("王小明")),
            ("Byron Roe", None),
            ("Ada Roe", None),
        ] {
            assert_eq!(after_byline_label(text), rest, "{text}");
        }
    }

    #[test]
    fn offices_are_no_people() {
        for (name, office) in [
            ("Senior Staff Writer", true),
            ("dpa", true),
            ("Reuters.", true),
            ("Ada Roe", false),
            ("Ada Editor", false),
        ] {
            assert_eq!(is_office(name), office, "{name}");
        }
    }
}
