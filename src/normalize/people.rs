//! Bylines into people: `By A. Lee and B. Roe | Staff` is two of them.

use chrono::DateTime;

use super::html_to_text;
use super::title::plain;
use crate::dates::{self, Context};
use crate::model::{Person, Timezone, after_byline_label, fold_space, is_office_word};

/// What parts one name from the next.
const BETWEEN: &[&str] = &[
    " and ", " & ", " und ", " y ", " et ", " och ", " og ", " with ", " и ", " και ", " ve ", " dan ", " e ", " en ",
    " i ", ";", "|", " / ", "、", "，", "；", "·", "•", "\n", "｜", "，", " – ", " — ", " - ",
];

/// The marks among them, which need no blanks.
fn is_mark(c: char) -> bool {
    matches!(c, ';' | '|' | '、' | '，' | '；' | '·' | '•' | '\n' | '｜')
}

/// The people that a source's bylines name, each once; offices and agencies alone only where no one is named.
/// Addresses and dates are never people.
pub(super) fn people(written: &[Person], sites: &[&str]) -> Vec<Person> {
    let mut named: Vec<Person> = Vec::new();
    let mut offices: Vec<Person> = Vec::new();
    for person in written.iter().take(50) {
        let (name, email) = split_email(&person.name, person.email.as_deref());
        let parts = names(&name);
        let alone = parts.len() == 1;
        for part in parts {
            let list = if is_office(&part, sites) { &mut offices } else { &mut named };
            if list.len() < 20 && !list.iter().any(|known| known.name.to_lowercase() == part.to_lowercase()) {
                // Links and addresses belong to a single name only.
                list.push(Person {
                    name: part,
                    url: person.url.clone().filter(|_| alone).filter(|u| u.starts_with("http")),
                    email: email.clone().filter(|_| alone),
                });
            }
        }
    }
    if named.is_empty() {
        offices.truncate(1);
        return offices;
    }
    named
}

/// RSS writes authors `mail@example.org (Name)`; others `Name <mail@example.org>`.
fn split_email(written: &str, known: Option<&str>) -> (String, Option<String>) {
    let known = known.map(|e| e.trim().trim_start_matches("mailto:").to_owned()).filter(|e| is_email(e));
    let text = if written.contains('&') || written.contains("</") {
        fold_space(&html_to_text(written))
    } else {
        fold_space(written)
    };
    if !text.contains('@') {
        return (text, known);
    }
    let Some(email) = text.split([' ', '<', '>', '(', ')', ',']).find(|word| is_email(word)).map(str::to_owned) else {
        return (text, known);
    };
    let rest = text.replacen(&email, " ", 1).replace("<>", " ").replace("< >", " ").replace("()", " ");
    let rest = fold_space(&rest);
    let rest = rest.trim_matches(|c: char| c == '<' || c == '>' || c == ',' || c == ' ');
    let rest = match rest.strip_prefix('(').and_then(|r| r.strip_suffix(')')) {
        Some(inner) => inner.trim(),
        None => rest,
    };
    (rest.to_owned(), known.or(Some(email)))
}

fn is_email(word: &str) -> bool {
    word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.ends_with('.'))
        && word.len() < 255
        && !word.contains('/')
}

/// The names in one byline.
fn names(byline: &str) -> Vec<String> {
    let byline = plain(byline);
    let (whole, byline) = (byline.trim().len(), without_front(byline.trim()));
    // `Lee, Anna` is one name, turned about.
    if let Some((last, first)) = byline.split_once(", ")
        && is_one_word(last)
        && is_one_word(first)
        && !is_office(first, &[])
        && !is_suffix(first)
    {
        return vec![tidy(&format!("{first} {last}"))];
    }
    let mut parts = vec![byline];
    // Most bylines are one name: no word between blanks, no mark.
    if byline.matches(' ').nth(1).is_some() || byline.contains(is_mark) {
        let lower = byline.to_lowercase();
        for separator in BETWEEN.iter().filter(|separator| lower.contains(**separator) || byline.contains(**separator))
        {
            parts = parts.iter().flat_map(|part| split_keeping(part, separator)).collect();
        }
    }
    let mut out: Vec<String> = Vec::new();
    for part in parts {
        for (i, piece) in part.split(',').enumerate() {
            let piece = piece.trim();
            // One that is the whole byline, before which nothing stood, need not be looked at again.
            let piece = tidy(if piece.len() == whole { piece } else { without_front(piece) });
            if piece.is_empty() || is_no_name(&piece) {
                continue;
            }
            // `Anna Lee, PhD`
            if i > 0 && is_suffix(&piece) {
                continue;
            }
            if !out.contains(&piece) {
                out.push(piece);
            }
        }
    }
    out
}

/// Splits at a separator in any case.
fn split_keeping<'p>(part: &'p str, separator: &str) -> Vec<&'p str> {
    let lower = part.to_lowercase();
    if lower.len() != part.len() {
        return part.split(separator).collect();
    }
    let mut out = Vec::new();
    let mut from = 0;
    for (at, _) in lower.match_indices(separator) {
        out.extend(part.get(from..at));
        from = at + separator.len();
    }
    out.extend(part.get(from..));
    out
}

fn without_front(name: &str) -> &str {
    let mut name = name;
    for _ in 0..2 {
        let cut = after_byline_label(name);
        match cut {
            // Names may begin with such a word: `Di Maria`, `Von Trapp`.
            Some("") | None => break,
            Some(rest)
                if is_one_word(rest) && name.chars().next().is_some_and(char::is_uppercase) && is_particle(name) =>
            {
                break;
            }
            Some(rest) => name = rest,
        }
    }
    name
}

/// Whether a name begins with a word that is a part of names as well as a preposition.
fn is_particle(name: &str) -> bool {
    let first = name.split(' ').next().unwrap_or_default().to_lowercase();
    matches!(first.as_str(), "di" | "von" | "af" | "av" | "od" | "por" | "par")
}

/// A name as it is printed: decoration off, screaming capitals calmed.
fn tidy(name: &str) -> String {
    let name = name.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(
                c,
                ',' | ';'
                    | ':'
                    | '|'
                    | '/'
                    | '-'
                    | '–'
                    | '—'
                    | '•'
                    | '·'
                    | '*'
                    | '"'
                    | '“'
                    | '”'
                    | '【'
                    | '】'
                    | '['
                    | ']'
                    | '<'
                    | '>'
            )
    });
    let name = name.strip_prefix('@').unwrap_or(name);
    let name = match name.strip_prefix('(') {
        Some(inner) => inner.trim_end_matches(')'),
        // `Anna Lee (Reuters)`
        None if name.ends_with(')') => name.split_once(" (").map_or(name, |(front, _)| front),
        None => name,
    };
    let name = without_office(name.trim());
    let screams = name.chars().all(|c| !c.is_lowercase())
        && name.contains(' ')
        && name.chars().any(|c| c.is_uppercase())
        && name.chars().filter(|c| c.is_alphabetic()).count() > 4;
    if !screams {
        return name.to_owned();
    }
    let mut out = String::with_capacity(name.len());
    let mut first = true;
    for c in name.chars() {
        if first {
            out.push(c)
        } else {
            out.extend(c.to_lowercase())
        }
        first = !c.is_alphabetic();
    }
    out
}

/// `Anna Lee Staff Writer` without the office, where a whole name stands before it; a team stays what it is.
fn without_office(name: &str) -> &str {
    if name.split(' ').nth(2).is_none() {
        return name;
    }
    let words: Vec<&str> = name.split(' ').collect();
    let office = |word: &&str| is_office_word(word);
    let many = |word: &&&str| TEAMS.contains(&word.to_lowercase().as_str());
    let Some(last) = words.last() else { return name };
    if !office(last) || many(&last) || words.iter().take(2).any(office) {
        return name;
    }
    // `Anna Lee Senior Autos Reporter`: a name of two words, then an office that begins with one of its own.
    let begin = words.iter().skip(2).position(office).map_or(words.len(), |at| at + 2);
    let at: usize = words.iter().take(begin).map(|word| word.len() + 1).sum();
    name.get(..at.saturating_sub(1)).unwrap_or(name)
}

/// Words for several people under one name.
const TEAMS: &[&str] =
    &["team", "staff", "desk", "crew", "bureau", "service", "services", "news", "editors", "redaktion", "online"];

fn is_one_word(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty()
        && !text.contains(' ')
        && text.chars().all(|c| c.is_alphabetic() || c == '-' || c == '\'' || c == '’')
}

fn is_suffix(text: &str) -> bool {
    matches!(
        text.to_lowercase().trim_end_matches('.'),
        "phd"
            | "ph.d"
            | "md"
            | "m.d"
            | "jr"
            | "sr"
            | "ii"
            | "iii"
            | "rn"
            | "mba"
            | "esq"
            | "ma"
            | "msc"
            | "bsc"
            | "dr"
            | "cfa"
            | "cpa"
            | "jd"
            | "j.d"
            | "ms"
            | "rd"
    )
}

/// Whether a piece of a byline names nobody: an address, a date, a sentence.
fn is_no_name(piece: &str) -> bool {
    let words = piece.split(' ').count();
    let marked = piece.bytes().any(|b| b.is_ascii_digit() || matches!(b, b'.' | b':'));
    marked && (is_address(piece) || is_dated(piece, words))
        || words > 8
        || piece.chars().count() > 80
        || !piece.chars().any(char::is_alphabetic)
        || NOBODY.iter().any(|word| piece.eq_ignore_ascii_case(word))
}

/// Words that stand where a name is missing.
const NOBODY: &[&str] =
    &["null", "undefined", "none", "n/a", "name", "by", "von", "and", "published", "updated", "follow"];

fn is_address(piece: &str) -> bool {
    let lower = piece.to_lowercase();
    lower.contains("://") || lower.starts_with("www.") || lower.contains(".com/") || lower.contains("facebook.com")
}

/// Whether a piece of so many words has more digits than a name, or is a date.
fn is_dated(piece: &str, words: usize) -> bool {
    let digits = piece.bytes().filter(u8::is_ascii_digit).count();
    digits > 2 || digits > 0 && (words > 3 || is_date(piece))
}

fn is_date(piece: &str) -> bool {
    // Any day will do: the date itself is not asked for.
    let context = Context { now: DateTime::UNIX_EPOCH, zone: Timezone::UTC, language: None, order: None };
    dates::parse(piece, &context).is_some()
}

/// Whether a name is that of an office, an agency or the site itself.
fn is_office(name: &str, sites: &[&str]) -> bool {
    let is_site = |site: &&str| {
        if name.is_ascii() && site.is_ascii() {
            return site.eq_ignore_ascii_case(name.trim_end_matches('.'));
        }
        site.to_lowercase() == name.to_lowercase().trim_end_matches('.')
    };
    crate::model::is_office(name) || sites.iter().any(is_site)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(byline: &str, expected: &[&str]) {
        let found = people(&[Person::named(byline)], &["Example Post"]);
        let found: Vec<&str> = found.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(found, expected, "{byline}");
        let again: Vec<Person> = found.iter().map(|n| Person::named(*n)).collect();
        let again = people(&again, &["Example Post"]);
        assert_eq!(again.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), expected, "twice is once: {byline}");
    }

    #[test]
    fn bylines_become_people() {
        check("Anna Lee Senior Autos Reporter", &["Anna Lee"]);
        check("Great Harbour Editorial Team", &["Great Harbour Editorial Team"]);
        check("By A. Lee and B. Roe | Staff", &["A. Lee", "B. Roe"]);
        check("by Anna Lee, Staff Writer", &["Anna Lee"]);
        check("Von Anna Lee und Bernd Roe", &["Anna Lee", "Bernd Roe"]);
        check("Lee, Anna", &["Anna Lee"]);
        check("Anna Lee, Bert Roe, Carl Poe", &["Anna Lee", "Bert Roe", "Carl Poe"]);
        check("ANNA LEE", &["Anna Lee"]);
        check("Anna Lee (Reuters)", &["Anna Lee"]);
        check("Anna Lee | March 3, 2020", &["Anna Lee"]);
        check("anna@example.org (Anna Lee)", &["Anna Lee"]);
        check("作者：王小明", &["王小明"]);
        check("Admin", &["Admin"]);
        check("Anna Lee, Example Post", &["Anna Lee"]);
        check("https://example.org/anna", &[]);
        check("Anna Lee, PhD", &["Anna Lee"]);
    }

    #[test]
    fn what_is_between_names_is_a_mark_or_stands_between_blanks() {
        let is_word = |text: &str| text.starts_with(' ') && text.ends_with(' ') && text.len() > 2;
        assert!(BETWEEN.iter().all(|text| text.contains(is_mark) || is_word(text)));
    }

    #[test]
    fn offices_count_only_where_nobody_is_named() {
        let found = people(&[Person::named("Staff"), Person::named("Anna Lee")], &[]);
        assert_eq!(found, [Person::named("Anna Lee")]);
    }
}
