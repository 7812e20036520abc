//! What words mean in dates: names of months, weekdays, units and the like in the languages of the world.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use foldhash::HashMap;

use super::fold::fold_phrase;

/// What a word may mean in a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A month, 1 to 12, of a calendar.
    Month(Calendar, u8),
    /// A weekday, Monday 0.
    Weekday(u8),
    Am,
    Pm,
    /// Days from today.
    Day(i8),
    /// A moment ago.
    Now,
    /// `now`, which is a date only where something is taken off it.
    Present,
    /// A span's unit; how many of it the word alone says (a dual says 2).
    Unit(Unit, u8),
    /// Last week, last month, last year.
    Last(Unit),
    Ago,
    Ahead,
    /// A number in letters.
    Number(u8),
    YearMark,
    MonthMark,
    DayMark,
    HourMark,
    MinuteMark,
    SecondMark,
    /// Stands before the number: `ngày 24`.
    BeforeYear,
    BeforeMonth,
    BeforeDay,
    /// Makes the number before it an ordinal: `23rd`.
    Ordinal,
    /// A time of day follows: `um`, `kl.`, `at`.
    At,
    Noon,
    Half,
    Midnight,
    Era(Era),
    /// Says nothing about the time: `published`, `on`, `of`.
    Filler,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
    Decade,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Calendar {
    Gregorian,
    /// Solar Hijri, of Iran and Afghanistan.
    Persian,
    /// The tabular Islamic calendar.
    Hijri,
}

/// How a year is counted when not from the common era.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Era {
    Common,
    Buddhist,
    /// Republic of China: 1912 is 1.
    Minguo,
    /// A Japanese reign whose first year is this one.
    Reign(u16),
    Persian,
    Hijri,
}

/// A place in the sorted vocabulary: all phrases that begin with the letters walked so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Walk {
    low: usize,
    high: usize,
    depth: usize,
}

/// Every phrase with its meanings, sorted, so that a walk along a text finds the longest by halving.
pub(super) struct Vocabulary {
    phrases: Vec<Phrase>,
    /// What they mean, phrase by phrase.
    meanings: Vec<(Meaning, Language)>,
    /// Where the phrases that begin with each byte stand, and with each two.
    firsts: Vec<(usize, usize)>,
    seconds: HashMap<[u8; 2], (usize, usize)>,
    languages: HashMap<&'static str, Language>,
}

/// Letters, and where what they mean stands, commonest language first.
type Phrase = (Cow<'static, str>, Range<usize>);

/// Index of a language; lower is commoner and wins where the page names none.
pub(super) type Language = u16;

static ALL: LazyLock<Vocabulary> =
    LazyLock::new(|| Vocabulary::read(include_str!("words/own.txt"), include_str!("words/cldr.txt")));

/// The vocabulary, read at first use.
pub(super) fn vocabulary() -> &'static Vocabulary {
    &ALL
}

impl Vocabulary {
    /// Reads files of words; those of locale data are folded already.
    fn read(own: &'static str, folded: &'static str) -> Self {
        let mut languages: Vec<&str> = vec![""];
        let mut rows: Vec<Row> = Vec::with_capacity(32 * 1024);
        for (file, is_folded) in [(own, false), (folded, true)] {
            let mut language: Language = 0;
            for line in file.lines() {
                if let Some(tag) = line.strip_prefix('@') {
                    let tag = tag.trim();
                    let known = languages.iter().position(|l| *l == tag);
                    let index = known.unwrap_or_else(|| {
                        languages.push(tag);
                        languages.len() - 1
                    });
                    language = Language::try_from(index).unwrap_or(Language::MAX);
                } else if let Some((code, words)) = line.split_once(' ')
                    && let Some(meaning) = meaning(code)
                {
                    let word = |word| if is_folded { Cow::Borrowed(word) } else { Cow::Owned(fold_phrase(word)) };
                    rows.extend(words.split('|').map(|w| Row::of(word(w), meaning, language)));
                }
            }
        }
        // Stable: of one language what the files say first counts first.
        rows.sort_by(|a, b| (a.begin, &a.phrase, a.language).cmp(&(b.begin, &b.phrase, b.language)));
        let mut phrases: Vec<Phrase> = Vec::with_capacity(rows.len());
        let mut meanings: Vec<(Meaning, Language)> = Vec::with_capacity(rows.len());
        for Row { phrase, meaning, language, .. } in rows {
            match phrases.last_mut() {
                Some((last, range)) if *last == phrase => {
                    if !meanings.get(range.clone()).is_some_and(|known| known.contains(&(meaning, language))) {
                        meanings.push((meaning, language));
                        range.end = meanings.len();
                    }
                }
                _ if phrase.is_empty() => {}
                _ => {
                    phrases.push((phrase, meanings.len()..meanings.len() + 1));
                    meanings.push((meaning, language));
                }
            }
        }
        let begins = |phrase: &Phrase| phrase.0.as_bytes().first().copied();
        let range = |byte: u8| {
            let low = phrases.partition_point(|p| begins(p) < Some(byte));
            (low, phrases.partition_point(|p| begins(p) <= Some(byte)))
        };
        let firsts = (0..=u8::MAX).map(range).collect();
        let mut seconds: HashMap<[u8; 2], (usize, usize)> = HashMap::default();
        for (at, (phrase, _)) in phrases.iter().enumerate() {
            if let Some(two) = phrase.as_bytes().first_chunk() {
                seconds.entry(*two).or_insert((at, at)).1 = at + 1;
            }
        }
        let numbers = 0..=Language::MAX;
        // Of one tag twice the first counts.
        let languages = languages.into_iter().zip(numbers).rev().collect();
        Self { phrases, meanings, firsts, seconds, languages }
    }

    /// The start of a walk.
    pub(super) fn start(&self) -> Walk {
        Walk { low: 0, high: self.phrases.len(), depth: 0 }
    }

    /// One letter further; `None` when no phrase goes that way.
    pub(super) fn step(&self, walk: Walk, letter: char) -> Option<Walk> {
        let mut bytes = [0u8; 4];
        let (mut low, mut high, mut depth) = (walk.low, walk.high, walk.depth);
        for &byte in letter.encode_utf8(&mut bytes).as_bytes() {
            if depth == 0 {
                (low, high) = self.firsts.get(usize::from(byte)).copied().filter(|(low, high)| low < high)?;
                depth = 1;
                continue;
            }
            if depth == 1 {
                let first = *self.phrases.get(low)?.0.as_bytes().first()?;
                (low, high) = self.seconds.get(&[first, byte]).copied()?;
                depth = 2;
                continue;
            }
            let range = self.phrases.get(low..high)?;
            let at = |phrase: &str| phrase.as_bytes().get(depth).map_or(-1, |b| i16::from(*b));
            let first = range.partition_point(|p| at(&p.0) < i16::from(byte));
            let last = range.partition_point(|p| at(&p.0) <= i16::from(byte));
            if first == last {
                return None;
            }
            (low, high, depth) = (low + first, low + last, depth + 1);
        }
        Some(Walk { low, high, depth })
    }

    /// The phrase that ends exactly here.
    pub(super) fn phrase(&self, walk: Walk) -> Option<usize> {
        let (phrase, _) = self.phrases.get(walk.low)?;
        (walk.depth > 0 && phrase.len() == walk.depth && walk.low < walk.high).then_some(walk.low)
    }

    /// What a phrase means, commonest language first.
    pub(super) fn meanings(&self, phrase: usize) -> &[(Meaning, Language)] {
        self.phrases.get(phrase).and_then(|p| self.meanings.get(p.1.clone())).unwrap_or_default()
    }

    /// A language by its BCP 47 tag.
    pub(super) fn language(&self, tag: &str) -> Option<Language> {
        let base = tag.split(['-', '_']).next().unwrap_or(tag);
        let lower = base.bytes().any(|b| b.is_ascii_uppercase()).then(|| base.to_ascii_lowercase());
        let base = match lower.as_deref().unwrap_or(base) {
            "no" | "nn" => "nb",
            "iw" => "he",
            "in" => "id",
            "tl" => "fil",
            "sh" => "sr",
            other => other,
        };
        self.languages.get(base).copied()
    }
}

/// A word of a file.
struct Row {
    /// Its first bytes, which decide nearly every comparison.
    begin: u64,
    phrase: Cow<'static, str>,
    meaning: Meaning,
    language: Language,
}

impl Row {
    fn of(phrase: Cow<'static, str>, meaning: Meaning, language: Language) -> Self {
        let mut begin = [0; 8];
        for (to, byte) in begin.iter_mut().zip(phrase.bytes()) {
            *to = byte;
        }
        Self { begin: u64::from_be_bytes(begin), phrase, meaning, language }
    }
}

/// The meaning that a code of the word files stands for.
fn meaning(code: &str) -> Option<Meaning> {
    let number = |rest: &str| rest.parse::<i16>().ok();
    Some(match code {
        "AM" => Meaning::Am,
        "PM" => Meaning::Pm,
        "NOW" => Meaning::Now,
        "PRESENT" => Meaning::Present,
        "AGO" => Meaning::Ago,
        "IN" => Meaning::Ahead,
        "YM" => Meaning::YearMark,
        "MM" => Meaning::MonthMark,
        "DM" => Meaning::DayMark,
        "HM" => Meaning::HourMark,
        "MIM" => Meaning::MinuteMark,
        "SM" => Meaning::SecondMark,
        "BY" => Meaning::BeforeYear,
        "BM" => Meaning::BeforeMonth,
        "BD" => Meaning::BeforeDay,
        "OR" => Meaning::Ordinal,
        "AT" => Meaning::At,
        "NOON" => Meaning::Noon,
        "MIDNIGHT" => Meaning::Midnight,
        "HALF" => Meaning::Half,
        "F" => Meaning::Filler,
        "EC" => Meaning::Era(Era::Common),
        "EB" => Meaning::Era(Era::Buddhist),
        "EM" => Meaning::Era(Era::Minguo),
        "EP" => Meaning::Era(Era::Persian),
        "EH" => Meaning::Era(Era::Hijri),
        _ => {
            let (kind, rest) = code.split_at_checked(1)?;
            match kind {
                "M" => Meaning::Month(Calendar::Gregorian, u8::try_from(number(rest)?).ok()?),
                "P" => Meaning::Month(Calendar::Persian, u8::try_from(number(rest)?).ok()?),
                "H" => Meaning::Month(Calendar::Hijri, u8::try_from(number(rest)?).ok()?),
                "W" => Meaning::Weekday(u8::try_from(number(rest)?).ok()?),
                "D" => Meaning::Day(i8::try_from(number(rest)?).ok()?),
                "N" => Meaning::Number(u8::try_from(number(rest)?).ok()?),
                "R" => Meaning::Era(Era::Reign(u16::try_from(number(rest)?).ok()?)),
                "L" => Meaning::Last(unit(rest)?),
                "U" => match rest.strip_suffix('2') {
                    Some(rest) => Meaning::Unit(unit(rest)?, 2),
                    None => Meaning::Unit(unit(rest)?, 1),
                },
                _ => return None,
            }
        }
    })
}

fn unit(code: &str) -> Option<Unit> {
    Some(match code {
        "s" => Unit::Second,
        "mi" => Unit::Minute,
        "h" => Unit::Hour,
        "d" => Unit::Day,
        "w" => Unit::Week,
        "mo" => Unit::Month,
        "y" => Unit::Year,
        "dec" => Unit::Decade,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_files_mean_something_and_those_of_locale_data_are_folded() {
        for (file, is_folded) in [(include_str!("words/own.txt"), false), (include_str!("words/cldr.txt"), true)] {
            for line in file.lines().filter(|line| !line.starts_with(['#', '@']) && !line.is_empty()) {
                let (code, words) = line.split_once(' ').expect("a code and words");
                assert!(meaning(code).is_some(), "{line}");
                for word in words.split('|') {
                    assert!(!is_folded || word == fold_phrase(word), "{line}");
                }
            }
        }
    }
}
