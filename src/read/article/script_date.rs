//! The date of publication in a page's scripts, for pages that give it nowhere else.

use std::sync::LazyLock;

use regex::Regex;

use super::dateline::plausible;
use crate::dates::{self, Context};
use crate::model::{Origin, Page, Written, fold_space};

/// Keys that content systems keep the date under, in JSON and in JavaScript, escaped or not.
static KEYS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let key = r"(?:date_?published|date_?posted|first_?published(?:_?(?:at|date))?|published?_?(?:date|at|on|time)|pub_?date)";
    Regex::new(&format!(r#"(?i)\\?["']?(?-u:\b){key}\\?["']?\s*[:=]\s*\\?["']([^"'\\<>]{{8,40}})\\?["']"#)).ok()
});

/// What each of these keys holds. A boundary between words makes a regex over any other alphabet many times slower than
/// a parse of the page, so that it sees only what stands around these.
static STEMS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("(?i-u)publish|posted|pub_?date").ok());

/// Letters that a mention may begin before its stem, and end behind the stem's beginning.
const BEFORE: usize = 12;
const BEHIND: usize = 160;

/// Most mentions that are counted.
const MOST: usize = 200;

/// The day that is mentioned most, of equals the first: the story's own is repeated, those of others are not.
pub(super) fn date_in_scripts(page: &Page, context: &Context) -> Option<Written> {
    let (keys, stems) = (KEYS.as_ref()?, STEMS.as_ref()?);
    let mut days: Vec<(chrono::NaiveDate, usize, String)> = Vec::new();
    let mut read = 0;
    let mentions = stems.find_iter(&page.text).filter_map(|stem| {
        let begin = page.text.floor_char_boundary(stem.start().saturating_sub(BEFORE)).max(read);
        let end = page.text.floor_char_boundary(stem.start() + BEHIND);
        let found = keys.captures(page.text.get(begin..end)?)?;
        read = begin + found.get(0)?.end();
        found.get(1)
    });
    for written in mentions.take(MOST) {
        let text = fold_space(written.as_str());
        let Some(moment) = dates::parse(&text, context).filter(|m| plausible(Some(*m), context)) else { continue };
        let day = moment.at.date_naive();
        match days.iter_mut().find(|(known, ..)| *known == day) {
            Some((_, count, _)) => *count += 1,
            None => days.push((day, 1, text)),
        }
    }
    let most = days.iter().map(|(_, count, _)| *count).max()?;
    let (_, _, text) = days.into_iter().find(|(_, count, _)| *count == most)?;
    Some(Written::new(text, Origin::Script))
}
