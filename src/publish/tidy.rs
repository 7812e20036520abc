//! What no format can carry is taken out once, before any format is written.

mod address;
mod carried;
mod language;

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, SubsecRound, Utc};
use url::Url;

use super::excerpt::excerpt;
use crate::model::{Enclosure, Entry, Feed, Person, Picture};
pub(super) use address::address;
use language::language;

/// How long a summary is where one must be made, in characters.
const EXCERPT: usize = 300;

/// A text that XML 1.0 §2.2 allows, with line ends as §2.11 has them: what a parser gives back is what was written.
///
/// The C1 controls go too: they are allowed, but always the wreck of a wrongly decoded page; and what was lost in
/// decoding (U+FFFD) is a question mark, which everyone can show.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    let bad = |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}'..='\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
    if !text.contains(|c| bad(c) || matches!(c, '\r' | '\u{fffd}')) {
        return Cow::Borrowed(text);
    }
    let written = |c| match c {
        '\r' => '\n',
        '\u{fffd}' => '?',
        c => c,
    };
    Cow::Owned(text.replace("\r\n", "\n").chars().map(written).filter(|c| !bad(*c)).collect())
}

/// A moment to the second, within the years that RFC 822 and RFC 3339 can write.
pub(super) fn moment(moment: DateTime<Utc>) -> DateTime<Utc> {
    let fits = (1000..=9999).contains(&moment.year());
    let edge = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).and_then(|d| d.and_hms_opt(0, 0, 0)).map(|t| t.and_utc());
    let edge = if moment.year() < 1000 { edge(1000, 1, 1) } else { edge(9999, 12, 31) };
    if fits { moment.trunc_subsecs(0) } else { edge.unwrap_or(DateTime::UNIX_EPOCH) }
}

/// The first moment that readers and validators take for the date of a feed.
pub(super) const FIRST: DateTime<Utc> = match DateTime::from_timestamp(631_152_000, 0) {
    // 1990-01-01
    Some(first) => first,
    None => DateTime::UNIX_EPOCH,
};

/// When a feed changed, where that is a date that readers take for one: a feed that never held anything has none.
pub(super) fn plausible(changed: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (changed >= FIRST).then_some(changed)
}

/// The feed, ready to be written.
pub(super) fn feed(feed: &Feed) -> Feed {
    Feed {
        title: line(&feed.title).unwrap_or_else(|| feed.id.to_string()),
        description: feed.description.as_deref().and_then(line),
        language: feed.language.as_deref().and_then(language),
        about: feed.about.as_deref().map(|about| Arc::new(carried::about(about))),
        ..feed.clone()
    }
}

/// An entry, ready to be written. Where the feed gives summaries only, the content is gone and the summary is there.
pub(super) fn entry(entry: &Entry, feed: &Feed) -> Entry {
    let filled = |text: &String| !text.trim().is_empty();
    let content = entry.content.as_deref().map(|t| text(t).into_owned()).filter(filled);
    let summary = entry.summary.as_deref().map(|t| text(t).trim().to_owned()).filter(filled);
    let (summary, content) = if feed.full_text {
        (summary, content)
    } else {
        let made = || content.as_deref().map(|html| excerpt(html, EXCERPT)).filter(filled);
        (summary.or_else(made), None)
    };
    let published = moment(entry.published);
    let leads = |url: &&Url| matches!(url.scheme(), "http" | "https" | "ftp");
    Entry {
        // What names a thing and leads nowhere (`tag:`, `urn:`) is no link.
        url: entry.url.as_ref().filter(leads).map(address),
        title: line(&entry.title).unwrap_or_else(|| entry.id.to_string()),
        authors: entry.authors.iter().filter_map(person).collect(),
        published,
        updated: moment(entry.updated).max(published),
        summary,
        content,
        categories: once(entry.categories.iter().filter_map(|c| line(c))),
        picture: entry.picture.as_ref().map(picture),
        enclosures: entry.enclosures.iter().map(enclosure).collect(),
        language: entry.language.as_deref().and_then(language),
        extras: carried::extras(&entry.extras),
        ..entry.clone()
    }
}

/// One line of plain text, if anything is left.
fn line(raw: &str) -> Option<String> {
    let folded = crate::model::fold_space(&text(raw));
    (!folded.is_empty()).then_some(folded)
}

fn person(person: &Person) -> Option<Person> {
    let web = |url: &String| Url::parse(url).ok().filter(|u| matches!(u.scheme(), "http" | "https")).map(String::from);
    let mail = |mail: &String| line(mail).filter(|mail| is_mail(mail));
    Some(Person {
        name: line(&person.name)?,
        url: person.url.as_ref().and_then(web),
        email: person.email.as_ref().and_then(mail),
    })
}

/// Whether a text is an address of RFC 822 as simple as nearly all are, at a host with a name.
fn is_mail(text: &str) -> bool {
    let Some((who, host)) = text.split_once('@') else { return false };
    let label = |label: &str| {
        !label.is_empty() && !label.starts_with('-') && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    !who.is_empty()
        && who.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-+.'".contains(&b))
        && host.contains('.')
        && host.split('.').all(label)
}

/// A width, a height, a length in seconds: 0 says nothing.
fn size<N: PartialEq + Default>(size: Option<N>) -> Option<N> {
    size.filter(|size| *size != N::default())
}

fn picture(picture: &Picture) -> Picture {
    Picture {
        url: address(&picture.url),
        width: size(picture.width),
        height: size(picture.height),
        alt: picture.alt.as_deref().and_then(line),
    }
}

fn enclosure(enclosure: &Enclosure) -> Enclosure {
    // `type/subtype` as RFC 4287 wants it, parameters off; else by the address.
    let stated = enclosure.media_type.as_deref().and_then(|t| t.split(';').next()).map(str::trim).filter(|t| {
        t.split_once('/').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty())
            && t.bytes().all(|b| b.is_ascii_graphic() && !b"()<>,;:\\\"[]?=".contains(&b))
            && t.matches('/').count() == 1
    });
    Enclosure {
        url: address(&enclosure.url),
        width: size(enclosure.width),
        height: size(enclosure.height),
        seconds: size(enclosure.seconds),
        media_type: Some(stated.unwrap_or_else(|| super::media_type_of(enclosure.url.path())).to_ascii_lowercase()),
        title: enclosure.title.as_deref().and_then(line),
        ..enclosure.clone()
    }
}

/// Each once, in the order of first sight.
fn once(all: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    all.filter(|one| seen.insert(one.to_lowercase())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_xml_forbids_are_removed_and_others_stay() {
        let check = |input, expected: &str| assert_eq!(text(input), expected);
        check("plain", "plain");
        check("a\0b\u{b}c\u{1f}d\u{fffe}e\u{ffff}f\u{85}g", "abcdefg");
        check("one\r\ntwo\rthree\n\tfour", "one\ntwo\nthree\n\tfour");
        check("新闻 😀 Qu\u{fffd}y", "新闻 😀 Qu?y");
    }

    #[test]
    fn moments_keep_to_years_with_four_digits() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(moment(at("2026-11-24T03:30:00.999Z")), at("2026-11-24T03:30:00Z"));
        assert_eq!(moment(DateTime::<Utc>::MAX_UTC).year(), 9999);
        assert_eq!(moment(DateTime::<Utc>::MIN_UTC).year(), 1000);
    }

    #[test]
    fn people_without_names_and_false_addresses_are_left_out() {
        let odd = Person { name: " A\u{1} B ".into(), url: Some("javascript:x".into()), email: Some("nobody".into()) };
        assert_eq!(person(&odd), Some(Person::named("A B")));
        assert_eq!(person(&Person::named(" \u{2}")), None);
        for (mail, good) in [
            ("ada.o'quay+1@mail.harbour.example", true),
            ("ada@harbour", false),
            ("ada quay@harbour.example", false),
            ("ada@harbour.example (Ada)", false),
            ("ada@-.example", false),
            ("@harbour.example", false),
        ] {
            assert_eq!(is_mail(mail), good, "{mail}");
        }
    }
}
