//! A run of tokens as one date: each part is tried where the last one ended.

use super::fields::{Clock, Fields};
use super::lexer::{Kind, Token, tokens};
use super::vocabulary::{Calendar, Era, Language, Meaning, vocabulary};
use super::{Context, clock, numeric, relative, zones};

/// The languages that stand first in the vocabulary, whose words pages of any language may use.
const GREAT_LANGUAGES: Language = 14;

/// The languages in which a date is found in running text where the page names none.
const MANY_LANGUAGES: Language = 45;

/// A text cut into tokens, with what is known of its page.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: Vec<Token>,
    pub(super) context: &'a Context<'a>,
    language: Option<Language>,
    english: Option<Language>,
    /// Whether the whole text is expected to be a date, so that less evidence will do.
    pub(super) whole: bool,
    /// Whether the text is one word of plain Latin letters: in some language nearly every such word says a day.
    alone: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, context: &'a Context<'a>, whole: bool) -> Self {
        let words = vocabulary();
        let tokens = tokens(text);
        let language = context.language.and_then(|tag| words.language(tag));
        let language = language.or_else(|| spoken(&tokens).filter(|_| whole));
        let mut plain = tokens.iter().filter(|t| !matches!(t.kind, Kind::Mark(_)));
        let is_word = |t: &Token| {
            matches!(t.kind, Kind::Word(_)) && text.get(t.start..t.end).is_some_and(|letters| letters.is_ascii())
        };
        let alone = plain.next().is_some_and(is_word) && plain.next().is_none();
        Self { text, tokens, context, language, english: words.language("en"), whole, alone }
    }

    /// The text is more than a date: what its words have in common says nothing of its language.
    pub(super) fn be_part(&mut self) {
        self.language = self.context.language.and_then(|tag| vocabulary().language(tag));
    }

    /// The first meaning of the token at `i` that `wanted` takes. A word means what it means in the page's
    /// language or in English; where it is no word of either, what it means in the commonest language that
    /// has it. Beyond that, great languages lend their words: names of months and days always, all others
    /// to pages whose language is not known. A word that stands alone (`More` is tomorrow in Afrikaans, `hier` yesterday
    /// in French) is believed in the page's language only, or in a common one where that is not known.
    pub(super) fn meaning<T>(&self, i: usize, wanted: impl Fn(Meaning) -> Option<T>) -> Option<T> {
        let Kind::Word(phrase) = self.tokens.get(i)?.kind else { return None };
        let meanings = vocabulary().meanings(phrase);
        let of = |language: Option<Language>| {
            meanings.iter().filter(move |m| Some(m.1) == language).find_map(|m| wanted(m.0))
        };
        if self.alone && self.letters(i).len() < 3 {
            return None;
        }
        if let Some(found) = of(self.language).or_else(|| of(self.english)) {
            return Some(found);
        }
        let at_home = |m: &(Meaning, Language)| Some(m.1) == self.language || Some(m.1) == self.english;
        // In running text the words of three hundred languages would meet by chance.
        let reach = match (self.whole, self.language) {
            (true, Some(_)) if self.alone => return None,
            (true, None) if self.alone => MANY_LANGUAGES,
            (true, _) => Language::MAX,
            (false, None) => MANY_LANGUAGES,
            (false, Some(_)) => 0,
        };
        if !meanings.iter().any(at_home)
            && let Some(commonest) = meanings.iter().map(|m| m.1).min().filter(|l| *l <= reach)
            && let Some(found) = of(Some(commonest))
        {
            return Some(found);
        }
        let lent = |m: &&(Meaning, Language)| {
            let great = m.1 <= GREAT_LANGUAGES;
            match m.0 {
                Meaning::Month(..) | Meaning::Weekday(_) => great,
                Meaning::At | Meaning::Filler => self.language.is_none(),
                _ => great && self.language.is_none(),
            }
        };
        meanings.iter().filter(lent).find_map(|m| wanted(m.0))
    }

    pub(super) fn is(&self, i: usize, meaning: Meaning) -> bool {
        self.meaning(i, |m| (m == meaning).then_some(())).is_some()
    }

    pub(super) fn number(&self, i: usize) -> Option<(u64, u8)> {
        match self.tokens.get(i)?.kind {
            Kind::Number { value, digits } => Some((value, digits)),
            _ => None,
        }
    }

    pub(super) fn mark(&self, i: usize) -> Option<char> {
        match self.tokens.get(i)?.kind {
            Kind::Mark(c) => Some(c),
            _ => None,
        }
    }

    /// Whether white space stands before the token (or there is none).
    pub(super) fn gap(&self, i: usize) -> bool {
        self.tokens.get(i).is_none_or(|t| t.gap)
    }

    /// The letters of a token as written.
    pub(super) fn letters(&self, i: usize) -> &str {
        self.tokens.get(i).and_then(|t| self.text.get(t.start..t.end)).unwrap_or_default()
    }

    /// Whether the token says nothing about time.
    pub(super) fn is_filler(&self, i: usize) -> bool {
        self.meaning(i, |m| match m {
            Meaning::Filler | Meaning::At | Meaning::BeforeDay | Meaning::BeforeYear | Meaning::Ordinal => Some(()),
            _ => None,
        })
        .is_some()
    }

    /// The longest date that begins at `start`: its parts and the token after it.
    pub(super) fn date(&self, start: usize) -> Option<(Fields, usize)> {
        let mut fields = Fields::default();
        let mut end = start;
        let mut i = start;
        while let Some(next) = self.next_part(i, start, &mut fields) {
            (i, end) = (next, next);
        }
        (end > start).then_some((fields, end))
    }

    /// Reads one more part at or shortly after `i`; gives the token after it.
    fn next_part(&self, i: usize, start: usize, fields: &mut Fields) -> Option<usize> {
        let mut at = i;
        let mut timed = false;
        // What may stand between two parts is short.
        for _ in 0..5 {
            if let Some(next) = self.part(at, timed, fields) {
                return Some(next);
            }
            if at == start && i == start {
                return None;
            }
            timed |= self.is(at, Meaning::At);
            at = self.separator(at, fields)?;
        }
        None
    }

    /// The token after a separator at `i`; `None` when a date cannot go on over what stands there.
    fn separator(&self, i: usize, fields: &Fields) -> Option<usize> {
        if self.is_filler(i) {
            return Some(i + 1);
        }
        match self.tokens.get(i)?.kind {
            // `(六)`, `(Sat)`: one word in brackets.
            Kind::Mark('(' | '[') if self.mark(i + 2).is_some_and(|c| matches!(c, ')' | ']')) => {
                match self.tokens.get(i + 1)?.kind {
                    Kind::Word(_) if self.weekday(i + 1).is_some() || self.half_of_day(i + 1) => Some(i + 1),
                    Kind::Letters | Kind::Word(_) => Some(i + 3),
                    _ => Some(i + 1),
                }
            }
            Kind::Mark(
                ',' | '.' | '-' | '/' | '|' | '(' | ')' | '[' | ']' | '·' | '•' | ':' | ';' | '@' | '\'' | '»',
            ) => Some(i + 1),
            // `2020-10-24T08:30`, and the endings of ordinals: `24-го`, `24:nä`.
            Kind::Letters | Kind::Word(_) if fields.has_date() && !self.gap(i) => {
                let short = self.letters(i).chars().count() <= 3;
                let after = self.mark(i.wrapping_sub(1));
                (short && (self.number(i.wrapping_sub(1)).is_some() || matches!(after, Some('-' | ':'))))
                    .then_some(i + 1)
            }
            Kind::Letters | Kind::Word(_) => None,
            _ => None,
        }
    }

    /// Reads one part that begins exactly at `i`; gives the token after it.
    fn part(&self, i: usize, timed: bool, fields: &mut Fields) -> Option<usize> {
        self.tokens.get(i)?;
        if !fields.has_date()
            && fields.clock.is_none()
            && let Some((span, next)) = relative::span(self, i)
        {
            fields.span = Some(span);
            return Some(next);
        }
        if fields.clock.is_none()
            && let Some((clock, next)) = clock::clock(self, i, timed, fields)
        {
            fields.clock = Some(clock);
            return Some(clock::zone(self, next, fields).unwrap_or(next));
        }
        if let Some(next) = self.marked(i, fields) {
            return Some(next);
        }
        if fields.year.is_none()
            && fields.month.is_none()
            && fields.day.is_none()
            && fields.span.is_none()
            && fields.relative_day.is_none()
            && let Some(next) = numeric::numeric(self, i, fields)
        {
            return Some(next);
        }
        if let Some((calendar, month)) = self.month(i)
            && !fields.has_whole_date()
            && fields.month.is_none_or(|m| m == (calendar, month))
        {
            fields.month = Some((calendar, month));
            fields.plain = true;
            return Some(i + 1);
        }
        if let Some(era) = self.era(i)
            && fields.era.is_none()
            && (fields.has_date() || self.number(i + 1).is_some())
        {
            fields.era = Some(era);
            return Some(i + 1);
        }
        if let Some(next) = self.loose_number(i, fields) {
            return Some(next);
        }
        if fields.weekday.is_none()
            && fields.span.is_none()
            && let Some(day) = self.weekday(i)
        {
            fields.weekday = Some(day);
            return Some(i + 1);
        }
        if !fields.has_date()
            && let Some(day) = self.meaning(i, |m| if let Meaning::Day(d) = m { Some(d) } else { None })
        {
            fields.relative_day = Some(day);
            return Some(i + 1);
        }
        None
    }

    pub(super) fn month(&self, i: usize) -> Option<(Calendar, u8)> {
        self.meaning(i, |m| if let Meaning::Month(c, n) = m { Some((c, n)) } else { None })
    }

    fn weekday(&self, i: usize) -> Option<u8> {
        self.meaning(i, |m| if let Meaning::Weekday(d) = m { Some(d) } else { None })
    }

    fn half_of_day(&self, i: usize) -> bool {
        self.is(i, Meaning::Am) || self.is(i, Meaning::Pm)
    }

    fn era(&self, i: usize) -> Option<Era> {
        self.meaning(i, |m| if let Meaning::Era(e) = m { Some(e) } else { None })
    }

    /// `2020年`, `10月`, `24日`, `2005г.`, `ngày 24`, `tháng 10`.
    fn marked(&self, i: usize, fields: &mut Fields) -> Option<usize> {
        if let Some((value, digits)) = self.number(i) {
            if fields.year.is_none()
                && self.is(i + 1, Meaning::YearMark)
                && (digits == 4 || digits <= 3 && fields.day.is_none())
            {
                let year = i64::try_from(value).ok()?;
                // `109年10月24日` on a page of Taiwan; `20年10月24日` elsewhere.
                if digits < 4 && fields.era.is_none() {
                    match digits {
                        3 if (60..200).contains(&year) => fields.era = Some(Era::Minguo),
                        2 => {
                            fields.year = Some(numeric::full_year(year));
                            return Some(i + 2);
                        }
                        _ => return None,
                    }
                }
                fields.year = Some(year);
                return Some(i + 2);
            }
            if fields.month.is_none() && digits <= 2 && (1..=12).contains(&value) && self.is(i + 1, Meaning::MonthMark)
            {
                fields.month = Some((Calendar::Gregorian, value as u8));
                fields.plain = true;
                return Some(i + 2);
            }
            if fields.month.is_some()
                && fields.day.is_none()
                && digits <= 2
                && (1..=31).contains(&value)
                && self.is(i + 1, Meaning::DayMark)
            {
                fields.day = Some(value as u8);
                return Some(i + 2);
            }
            return None;
        }
        let (value, digits) = self.number(i + 1)?;
        // `ngày 24/10/2020` is a numeric date with a word before it.
        if matches!(self.mark(i + 2), Some('/' | '-' | '.')) && !self.gap(i + 2) && self.number(i + 3).is_some() {
            return None;
        }
        if self.is(i, Meaning::BeforeDay) && fields.day.is_none() && (1..=31).contains(&value) && digits <= 2 {
            fields.day = Some(value as u8);
            return Some(i + 2);
        }
        if self.is(i, Meaning::BeforeMonth) && fields.month.is_none() && (1..=12).contains(&value) && digits <= 2 {
            fields.month = Some((Calendar::Gregorian, value as u8));
            fields.plain = true;
            return Some(i + 2);
        }
        if self.is(i, Meaning::BeforeYear) && fields.year.is_none() && digits == 4 {
            fields.year = i64::try_from(value).ok();
            return Some(i + 2);
        }
        None
    }

    /// A bare number beside a month's name: a day or a year.
    fn loose_number(&self, i: usize, fields: &mut Fields) -> Option<usize> {
        let (value, digits) = self.number(i)?;
        if fields.span.is_some() || fields.relative_day.is_some() || fields.epoch.is_some() {
            return None;
        }
        if fields.month.is_some() && !fields.plain || fields.month.is_none() && !self.month_follows(i + 1) {
            return None;
        }
        let quoted = self.mark(i.wrapping_sub(1)) == Some('\'') && digits == 2;
        let after = self.after_number(i + 1);
        if fields.year.is_none() && (digits == 4 && (1000..3000).contains(&value)) {
            fields.year = i64::try_from(value).ok();
            return Some(after);
        }
        // Buddhist, Hijri and other years of an era may be short.
        if fields.year.is_none() && fields.day.is_some() && fields.era.is_some() && digits <= 3 {
            fields.year = i64::try_from(value).ok();
            return Some(after);
        }
        if fields.day.is_none() && digits <= 2 && (1..=31).contains(&value) && !quoted {
            fields.day = Some(value as u8);
            return Some(after);
        }
        // feedparser's `2003-012-31`: a day or month of three digits.
        if fields.year.is_none() && digits == 2 && fields.month.is_some() && fields.day.is_some() {
            let closed = quoted
                || self.mark(i.wrapping_sub(1)) == Some('-')
                || self.tokens.get(after).is_none()
                || clock::clock(self, after, false, fields).is_some();
            if closed && (self.whole || quoted || self.tokens.get(after).is_some()) {
                fields.year = Some(numeric::full_year(i64::try_from(value).ok()?));
                return Some(after);
            }
        }
        None
    }

    /// Skips what makes a number an ordinal or a year: `23rd`, `1er`, `2005 г.`, `24-го`.
    fn after_number(&self, mut i: usize) -> usize {
        if self.is(i, Meaning::Ordinal) && !self.gap(i) || self.is(i, Meaning::YearMark) || self.is(i, Meaning::DayMark)
        {
            i += 1;
        }
        if matches!(self.mark(i), Some('º' | '°' | 'ª')) && !self.gap(i) {
            i += 1;
        }
        i
    }

    /// Whether a month's name comes soon after `i`, with at most one number before it.
    fn month_follows(&self, i: usize) -> bool {
        let mut numbers = 0;
        for at in i..i + 6 {
            if self.month(at).is_some() || self.is(at, Meaning::BeforeMonth) {
                return true;
            }
            let passes = match self.tokens.get(at).map(|t| t.kind) {
                Some(Kind::Number { .. }) => {
                    numbers += 1;
                    numbers <= 1
                }
                Some(Kind::Mark(',' | '.' | '-' | '/' | '\'' | 'º' | '°' | 'ª' | '[' | '(')) => true,
                Some(Kind::Word(_)) => {
                    self.is_filler(at)
                        || self.is(at, Meaning::YearMark)
                        || self.is(at, Meaning::DayMark)
                        || self.meaning(at, |m| matches!(m, Meaning::Weekday(_)).then_some(())).is_some()
                }
                Some(Kind::Letters) => !self.gap(at) && self.letters(at).chars().count() <= 3,
                _ => false,
            };
            if !passes {
                return false;
            }
        }
        false
    }

    /// A zone by the letters at `i`.
    pub(super) fn zone_name(&self, i: usize) -> Option<zones::Zone> {
        zones::by_abbreviation(self.letters(i), self.context.zone, self.context.language)
    }

    /// The clock that a word alone names.
    pub(super) fn named_clock(&self, i: usize) -> Option<Clock> {
        self.meaning(i, |m| match m {
            Meaning::Noon => Clock::new(12, 0),
            Meaning::Midnight => Clock::new(0, 0),
            _ => None,
        })
    }
}

/// The commonest language that has every word of a text of two words and more: `преди година` says a year in
/// Bulgarian, though `година` alone is an hour in Ukrainian, which is commoner.
fn spoken(tokens: &[Token]) -> Option<Language> {
    let words = || {
        tokens.iter().filter_map(|t| match t.kind {
            Kind::Word(phrase) => Some(vocabulary().meanings(phrase)),
            _ => None,
        })
    };
    let first = words().next().filter(|_| words().nth(1).is_some())?;
    let mut languages = first.iter().map(|m| m.1);
    languages.find(|l| words().all(|meanings| meanings.iter().any(|m| m.1 == *l)))
}
