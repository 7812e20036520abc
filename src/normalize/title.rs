//! The title of an entry: plain, whole, and without the site's name.

use super::excerpt::{excerpt, is_cut};
use super::html_to_text;
use crate::model::{fold_space, letters, resemblance, text_weight};

/// What stands between a headline and a site's name.
const SEPARATORS: &[&str] =
    &[" | ", " - ", " – ", " — ", " :: ", " · ", " • ", " » ", " « ", " / ", "_", "｜", "－", " : "];

/// Whether a separator has this byte: most titles have none of them.
fn may_separate(byte: u8) -> bool {
    matches!(byte, b'|' | b'-' | b':' | b'/' | b'_' | 0xC2 | 0xE2 | 0xEF)
}

/// Longest title that is kept, in Latin-equivalent characters; longer ones are texts.
const MOST: usize = 500;

/// Elements that feeds put into titles; other angle brackets are meant as they stand.
const INLINE: &[&str] = &[
    "a", "abbr", "b", "big", "br", "cite", "code", "del", "div", "em", "font", "h1", "h2", "h3", "h4", "i", "img",
    "ins", "mark", "nobr", "p", "q", "s", "small", "span", "strong", "sub", "sup", "tt", "u", "wbr",
];

/// Plain text of a title as read: markup and entities resolved, white space folded.
pub(super) fn plain(title: &str) -> String {
    let mut text = if has_markup(title) { fold_space(&html_to_text(title)) } else { fold_space(title) };
    // Entities are often escaped twice, seldom more.
    for _ in 0..3 {
        if !has_entity(&text) {
            break;
        }
        text = fold_space(&html_to_text(&text.replace('<', "&lt;")));
    }
    // A point that means "more" is the teaser's, not the headline's.
    if text_weight(&text) > MOST { excerpt(&text, MOST) } else { text }
}

fn has_markup(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        let rest = text.get(at + 1..).unwrap_or_default().trim_start_matches('/');
        let name: String =
            rest.chars().take_while(char::is_ascii_alphanumeric).take(8).collect::<String>().to_ascii_lowercase();
        INLINE.contains(&name.as_str()) && rest.contains('>')
    })
}

fn has_entity(text: &str) -> bool {
    text.match_indices('&').any(|(at, _)| {
        let rest = text.get(at + 1..).unwrap_or_default();
        let name = rest.split(';').next().unwrap_or_default();
        rest.contains(';')
            && (1..=8).contains(&name.len())
            && (name
                .strip_prefix('#')
                .is_some_and(|n| n.bytes().all(|b| b.is_ascii_hexdigit() || b == b'x' || b == b'X'))
                || name.len() > 1 && name.bytes().all(|b| b.is_ascii_alphanumeric()))
    })
}

/// The title that teaser and article support: the whole one rather than a cut one, the feed's own rather than
/// the page's, and of a listing's teaser and its page the page's where both name the same thing.
pub(super) fn choose(teaser: Option<&str>, article: Option<&str>, is_feed: bool, sites: &[&str]) -> Option<String> {
    let clean = |title: Option<&str>| title.map(|t| without_site(&plain(t), sites)).filter(|t| says_something(t));
    let (teaser, article) = (clean(teaser), clean(article));
    match (teaser, article) {
        (Some(teaser), Some(article)) => {
            let wins =
                is_cut(&teaser) && !is_cut(&article) || !is_feed && !is_cut(&article) && same_thing(&teaser, &article);
            Some(if wins { article } else { teaser })
        }
        (teaser, article) => teaser.or(article),
    }
}

fn says_something(title: &str) -> bool {
    title.chars().any(char::is_alphanumeric)
}

/// Whether two titles share most of the shorter one's words (or letters, where words are not set apart).
fn same_thing(a: &str, b: &str) -> bool {
    let (a, b) = (letters(a), letters(b));
    if a.is_empty() || b.is_empty() {
        return false;
    }
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    long.contains(short.as_str()) && long.len() <= short.len() * 3 || resemblance(short, long) >= 0.6
}

/// A title without the site's name at its end or front.
pub(super) fn without_site(title: &str, sites: &[&str]) -> String {
    if !title.bytes().any(may_separate) {
        return title.to_owned();
    }
    let names: Vec<String> = sites.iter().map(|s| letters(s)).filter(|s| !s.is_empty()).collect();
    if names.is_empty() {
        return title.to_owned();
    }
    let is_site = |part: &str| {
        let part = letters(part);
        !part.is_empty() && names.contains(&part)
    };
    let mut title = title;
    for _ in 0..2 {
        let cut = SEPARATORS.iter().find_map(|separator| {
            let back = title.rsplit_once(separator).filter(|(_, site)| is_site(site)).map(|(rest, _)| rest);
            let front = || title.split_once(separator).filter(|(site, _)| is_site(site)).map(|(_, rest)| rest);
            back.or_else(front).filter(|rest| says_something(rest))
        });
        match cut {
            Some(rest) => title = rest.trim(),
            None => break,
        }
    }
    title.to_owned()
}

/// A title for an entry that has none: the beginning of its text.
pub(super) fn from_text(text: &str) -> Option<String> {
    let line = text.lines().map(str::trim).find(|line| says_something(line))?;
    let title = excerpt(line, 100);
    (!title.is_empty()).then_some(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_plain_text() {
        for (title, expected) in [
            ("  A <b>bold</b>\n title ", "A bold title"),
            ("Rock &amp; roll", "Rock & roll"),
            ("AT&amp;amp;T's &#8217;quote", "AT&T's ’quote"),
            ("If a < b and c > d", "If a < b and c > d"),
            ("The <video> element", "The <video> element"),
            ("R&D; more", "R&D; more"),
        ] {
            assert_eq!(plain(title), expected);
            assert_eq!(plain(expected), expected, "twice is once");
        }
    }

    #[test]
    fn each_separator_is_told_by_a_byte() {
        assert!(SEPARATORS.iter().all(|separator| separator.bytes().any(may_separate)));
    }

    #[test]
    fn the_site_is_no_part_of_a_title() {
        for (title, expected) in [
            ("Harbour dredged | Example Post", "Harbour dredged"),
            ("Example Post: Harbour dredged", "Example Post: Harbour dredged"),
            ("Example Post - Harbour dredged - in parts", "Harbour dredged - in parts"),
            ("港口_Example Post", "港口"),
            ("Example Post", "Example Post"),
        ] {
            assert_eq!(without_site(title, &["Example Post"]), expected);
        }
    }

    #[test]
    fn the_whole_title_wins_over_the_cut_one() {
        let check = |teaser, article, feed, expected: &str| {
            assert_eq!(choose(Some(teaser), Some(article), feed, &[]).as_deref(), Some(expected));
        };
        check("Harbour to be…", "Harbour to be dredged", true, "Harbour to be dredged");
        check("Harbour to be dredged", "Port to be dug", true, "Harbour to be dredged");
        check("Harbour to be dredged", "Harbour to be dredged in May", false, "Harbour to be dredged in May");
        check("Harbour to be dredged", "Subscribe now", false, "Harbour to be dredged");
        check(
            "山谷小学新操场启用仪式将于下周一... 11-12",
            "山谷小学新操场启用仪式将于下周一举行",
            false,
            "山谷小学新操场启用仪式将于下周一举行",
        );
    }
}
