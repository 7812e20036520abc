//! A text as numbers, known words, unknown letters and marks, each with its place in the text.

use super::fold::{fold, is_unspaced};
use super::vocabulary::vocabulary;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Digits, or a Chinese numeral before a unit.
    Number { value: u64, digits: u8 },
    /// A phrase of the vocabulary.
    Word(usize),
    /// Letters that mean nothing here.
    Letters,
    /// Any other visible character.
    Mark(char),
}

/// A piece of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Byte range in the text.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether white space stands before it.
    pub(super) gap: bool,
}

#[derive(Clone, Copy)]
struct Letter {
    c: char,
    start: usize,
    end: usize,
}

/// More tokens than any date has; what follows cannot matter.
const MOST: usize = 160;

/// More letters than any phrase of the vocabulary has.
const LONGEST_PHRASE: usize = 64;

/// Cuts a text into tokens.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut letters = Vec::with_capacity(text.len());
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        fold(c, |c| letters.push(Letter { c, start, end }));
    }
    let mut tokens = Vec::with_capacity(letters.len() / 3 + 1);
    let (mut i, mut gap) = (0, false);
    while let Some(letter) = letters.get(i)
        && tokens.len() < MOST
    {
        if letter.c.is_whitespace() {
            gap = true;
            i += 1;
            continue;
        }
        let (kind, next) =
            if !gap && joins_time(&letters, i, tokens.last()) { (Kind::Letters, i + 1) } else { token_at(&letters, i) };
        // `Ekim'de`, `2020'de`: the ending of a name or number says nothing.
        let ending = matches!(kind, Kind::Mark('\''))
            && !gap
            && matches!(tokens.last(), Some(Token { kind: Kind::Word(_) | Kind::Number { .. }, .. }))
            && letters.get(next).is_some_and(|l| is_letter(l.c));
        if ending {
            i = next + letters.iter().skip(next).take_while(|l| is_letter(l.c)).count();
            continue;
        }
        let end = letters.get(next - 1).map_or(letter.end, |l| l.end);
        tokens.push(Token { kind, start: letter.start, end, gap });
        gap = false;
        i = next;
    }
    tokens
}

/// Whether the letter at `i` is the `T` between day and time of ISO 8601, and no word: `T4` is a weekday in Vietnamese.
fn joins_time(letters: &[Letter], i: usize, before: Option<&Token>) -> bool {
    let number = matches!(before, Some(Token { kind: Kind::Number { .. }, .. }));
    let digit = |l: &Letter| l.c.is_ascii_digit();
    number && letters.get(i).is_some_and(|l| l.c == 't') && letters.get(i + 1).is_some_and(digit)
}

/// Whether the first token of a text is a number or a word of the vocabulary.
pub(super) fn may_begin_a_date(text: &str) -> bool {
    let mut letters = Vec::with_capacity(LONGEST_PHRASE);
    for (start, c) in text.char_indices().take(LONGEST_PHRASE) {
        fold(c, |c| letters.push(Letter { c, start, end: start + c.len_utf8() }));
    }
    !matches!(token_at(&letters, 0).0, Kind::Letters | Kind::Mark(_))
}

/// The token that begins at `i`, and where the next may begin (always further on).
fn token_at(letters: &[Letter], i: usize) -> (Kind, usize) {
    let Some(first) = letters.get(i).map(|l| l.c) else { return (Kind::Mark(' '), i + 1) };
    if first.is_ascii_digit() {
        let count = letters.iter().skip(i).take_while(|l| l.c.is_ascii_digit()).count();
        let value = letters
            .iter()
            .skip(i)
            .take(count)
            .fold(0u64, |n, l| n.saturating_mul(10).saturating_add(u64::from(l.c as u32 - '0' as u32)));
        return (Kind::Number { value, digits: u8::try_from(count).unwrap_or(u8::MAX) }, i + count);
    }
    if let Some((value, digits, next)) = chinese_number(letters, i) {
        return (Kind::Number { value, digits }, next);
    }
    if !is_letter(first) {
        return (Kind::Mark(first), i + 1);
    }
    if let Some((phrase, next)) = known_word(letters, i) {
        return (Kind::Word(phrase), next);
    }
    if is_unspaced(first) {
        return (Kind::Letters, i + 1);
    }
    let inner = |l: &&Letter| is_letter(l.c) && !is_unspaced(l.c);
    (Kind::Letters, i + letters.iter().skip(i).take_while(inner).count().max(1))
}

/// The longest phrase of the vocabulary that begins at `i` and ends where a word may end.
fn known_word(letters: &[Letter], i: usize) -> Option<(usize, usize)> {
    let words = vocabulary();
    let (mut walk, mut at, mut best) = (words.start(), i, None);
    while let Some(letter) = letters.get(at) {
        let next = letters.get(at + 1).map(|l| l.c);
        if letter.c == '.' && at > i {
            // `p.m.`, `ม.ค.`: dots within an abbreviation are no letters.
            if !next.is_some_and(|c| is_letter(c) || c == ' ') {
                break;
            }
            at += 1;
            continue;
        }
        let c = if letter.c.is_whitespace() { ' ' } else { letter.c };
        let Some(further) = words.step(walk, c) else { break };
        walk = further;
        at += 1;
        let ends = match next {
            Some(after) if c.is_ascii_digit() && after.is_ascii_digit() => false,
            Some(after) => !is_letter(after) || is_unspaced(c) || is_unspaced(after),
            None => true,
        };
        if ends && let Some(phrase) = words.phrase(walk) {
            best = Some((phrase, at));
        }
    }
    best
}

/// `二〇二〇`, `二十四`, `十`: a Chinese numeral, only where a unit of a date follows.
fn chinese_number(letters: &[Letter], i: usize) -> Option<(u64, u8, usize)> {
    let value = |c: char| -> Option<u64> {
        Some(match c {
            '〇' | '零' | '○' => 0,
            '一' | '元' => 1,
            '二' | '两' | '兩' => 2,
            '三' => 3,
            '四' => 4,
            '五' => 5,
            '六' => 6,
            '七' => 7,
            '八' => 8,
            '九' => 9,
            '十' => 10,
            _ => return None,
        })
    };
    let run: Vec<u64> = letters.iter().skip(i).take(5).map_while(|l| value(l.c)).collect();
    let next = i + run.len();
    let unit = letters.get(next)?.c;
    if run.is_empty() || !"年月日号號时時点點分秒天小个個周週".contains(unit) {
        return None;
    }
    if letters.get(i)?.c == '元' && unit != '年' {
        return None;
    }
    let number = match *run.as_slice() {
        [10] => 10,
        [10, ones @ 0..=9] => 10 + ones,
        [tens @ 1..=9, 10] => tens * 10,
        [tens @ 1..=9, 10, ones @ 0..=9] => tens * 10 + ones,
        _ if run.contains(&10) => return None,
        _ => run.iter().fold(0, |n, d| n * 10 + d),
    };
    let digits = if run.contains(&10) { 2 } else { run.len() };
    Some((number, u8::try_from(digits).ok()?, next))
}

/// Whether a character belongs to words. Marks of Indic and Thai writing do, though Unicode calls them
/// no letters.
pub(super) fn is_letter(c: char) -> bool {
    crate::model::is_han(c)
        || c.is_alphabetic()
        || c == '_'
        || (c as u32 >= 0x300
            && !c.is_whitespace()
            && !matches!(c as u32,
                0x60C | 0x61B | 0x61F | 0x6D4 | 0x964 | 0x965 | 0x2000..=0x2BFF | 0x3000..=0x3004
                | 0x3008..=0x303F | 0xFE00..=0xFFFF | 0x1F000..))
}
