//! The recipe of a draft: which witness wins for each field.

use chrono::{DateTime, Utc};
use memchr::memchr2;
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use super::address::tidy;
use super::excerpt::{excerpt, is_cut};
use super::html::sanitize_and_read;
use super::identity::{Evidence, keys, mint};
use super::likeness::{Prints, prints};
use super::{Surroundings, html_to_text, language, moments, people, title};
use crate::model::{Article, Draft, Enclosure, Picture, Source, Teaser, fold_space, same_letters, text_weight};

/// Longest summary, in Latin-equivalent characters: a good paragraph.
const SUMMARY: usize = 400;

/// A feed's description of so much text and not cut is the article itself.
const LONG: usize = 1200;

/// The entry that a teaser and its article make; `None` when nothing names it or leads to it.
pub fn draft(
    teaser: &Teaser,
    article: Option<&Article>,
    around: &Surroundings,
    source: &Source,
    now: DateTime<Utc>,
) -> Option<Draft> {
    let url = teaser.link.as_ref();
    let base = url.unwrap_or(&source.url);
    let sites: Vec<&str> = [article.and_then(|a| a.site.as_deref()), around.site.as_deref(), source.title.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    let body = content(teaser, article, base);
    let text = body.text;
    let teaser_summary = teaser.summary.as_deref().map(summary_text).filter(|s| !s.is_empty());
    let is_feed =
        teaser.guid.is_some() || teaser.published.as_ref().is_some_and(|w| w.origin == crate::model::Origin::Feed);
    let title = title::choose(teaser.headline.as_deref(), article.and_then(|a| a.headline.as_deref()), is_feed, &sites)
        .or_else(|| teaser_summary.as_deref().and_then(title::from_text))
        .or_else(|| title::from_text(&text))
        .or_else(|| url.and_then(title_of_address))?;
    let dates = moments(teaser, article, around, source, now);
    let ahead = dates.published.is_some_and(|m| m.at.with_timezone(&Utc) > now);
    let clamped = |moment: Option<crate::dates::Moment>| moment.map(|m| m.at.with_timezone(&Utc).min(now));
    let published = clamped(dates.published);
    let evidence = Evidence {
        guid: teaser.guid.as_deref().filter(|_| around.guids_are_unique),
        url,
        canonical: article.and_then(|a| a.canonical.as_ref()),
        title: &title,
        shared_title: around.is_shared(&title),
        published: dates.published.map(|moment| moment.at.with_timezone(&Utc)),
        pattern: source.identity.as_deref(),
    };
    let keys = keys(&evidence);
    let whole = fold_space(&text);
    let summary = summary(teaser_summary, article, &whole, &title);
    let language = language::language(
        [
            source.language.as_deref(),
            article.and_then(|a| a.language.as_deref()),
            teaser.language.as_deref(),
            around.language.as_deref(),
        ],
        if text.is_empty() { summary.as_deref().unwrap_or(&title) } else { &text },
    );
    // A summary has its white space folded already.
    let visible = if text.is_empty() { summary.as_deref().unwrap_or_default() } else { &whole };
    let authors = authors(teaser, article, is_feed, &sites);
    let Prints { likeness, sketch } = if body.full { prints(&text) } else { Prints::default() };
    Some(Draft {
        id: mint(source.id.as_str(), keys.first().map(String::as_str).unwrap_or_default()),
        keys,
        url: url.map(tidy),
        fingerprint: xxh3_64([&*title, "\n", visible].concat().as_bytes()),
        likeness,
        sketch,
        ahead,
        title,
        authors,
        published,
        updated: clamped(dates.updated),
        summary,
        content: body.html,
        full_text: body.full,
        attempted: false,
        categories: categories(teaser, article),
        picture: picture(teaser, article),
        enclosures: enclosures(teaser, article),
        language,
        extras: teaser.extras.as_deref().cloned().unwrap_or_default(),
    })
}

#[derive(Default)]
struct Body {
    html: Option<String>,
    /// The same as plain text.
    text: String,
    full: bool,
}

impl Body {
    /// Foreign HTML, cleaned; nothing of what has nothing to show.
    fn of(html: &str, base: &Url) -> Self {
        let (html, text) = sanitize_and_read(html, Some(base));
        if html.trim().is_empty() { Self::default() } else { Self { html: Some(html), text, full: false } }
    }

    /// Whether the text is whole, as far as it shows.
    fn is_whole(&self, least: usize) -> bool {
        text_weight(&self.text) >= least && !is_cut(&self.text) && !ends_with_more(&self.text)
    }
}

/// The article's body over the feed's content over a description that is more than a line.
fn content(teaser: &Teaser, article: Option<&Article>, base: &Url) -> Body {
    let read = |html: Option<&str>| html.map(|html| Body::of(html, base)).unwrap_or_default();
    let own = read(teaser.content.as_deref());
    let page = read(article.and_then(|a| a.body_html.as_deref()));
    let (own_weight, page_weight) = (text_weight(&own.text), text_weight(&page.text));
    // A page that gives much less than the feed did was read badly.
    if page_weight > 0 && page_weight * 2 >= own_weight {
        return Body { full: true, ..page };
    }
    if own_weight > 0 {
        return Body { full: own.is_whole(300), ..own };
    }
    let described = read(teaser.summary.as_deref().filter(|s| s.contains('<')));
    let full = described.is_whole(LONG);
    // Media alone is content too, where the feed gives nothing else.
    let chosen = if described.html.is_some() { described } else { page };
    Body { full, ..chosen }
}

/// Whether a text ends by asking to read on elsewhere.
fn ends_with_more(text: &str) -> bool {
    let tail: String = text.trim_end().chars().rev().take(40).collect::<Vec<_>>().into_iter().rev().collect();
    let tail = tail.to_lowercase();
    [
        "read more",
        "continue reading",
        "weiterlesen",
        "lire la suite",
        "leer más",
        "leggi tutto",
        "leia mais",
        "lees verder",
        "читать далее",
        "阅读全文",
        "続きを読む",
        "더 보기",
        "read the rest",
    ]
    .iter()
    .any(|more| tail.contains(more))
}

/// A summary as plain text, without the tail that leads to the rest.
fn summary_text(html: &str) -> String {
    let mut text =
        if memchr2(b'<', b'&', html.as_bytes()).is_some() { fold_space(&html_to_text(html)) } else { fold_space(html) };
    let without_marks = |text: &str| text.trim_end_matches(['.', '»', '›', '→', '>', '…', ' ']).len();
    let mut end = without_marks(&text);
    for tail in [
        "Read more",
        "Continue reading",
        "Weiterlesen",
        "Lire la suite",
        "Leer más",
        "Leggi tutto",
        "[…]",
        "[...]",
        "[&#8230;]",
    ] {
        if let Some(front) = text.get(..end).and_then(|text| text.strip_suffix(tail)) {
            let cut = tail.starts_with('[') || is_cut(front);
            let front = if cut { front.trim_end_matches(['.', '…', ' ', '[', '(']) } else { front.trim_end() };
            text = if cut { format!("{front}…") } else { front.to_owned() };
            end = without_marks(&text);
        }
    }
    text
}

/// The teaser's or the page's, else the beginning of the text, whose white space is folded.
fn summary(teaser: Option<String>, article: Option<&Article>, text: &str, title: &str) -> Option<String> {
    let useful = |s: &String| !s.is_empty() && !same_letters(s, title);
    let page = article.and_then(|a| a.summary.as_deref()).map(summary_text);
    let stated = [teaser, page]
        .into_iter()
        .flatten()
        .filter(useful)
        .reduce(|a, b| if is_cut(&a) && !is_cut(&b) { b } else { a });
    let chosen = match stated {
        Some(stated) if !is_cut(&stated) || text.is_empty() => stated,
        other => {
            let beginning = excerpt(text, SUMMARY);
            if beginning.is_empty() { other? } else { beginning }
        }
    };
    let chosen = excerpt(&chosen, SUMMARY);
    (!chosen.is_empty()).then_some(chosen)
}

/// A feed names its authors itself; of a listing's card and the article's page the page knows better.
fn authors(teaser: &Teaser, article: Option<&Article>, is_feed: bool, sites: &[&str]) -> Vec<crate::model::Person> {
    let own = people::people(&teaser.authors, sites);
    let page = article.map(|a| people::people(&a.authors, sites)).unwrap_or_default();
    if own.is_empty() || (!is_feed && !page.is_empty()) { page } else { own }
}

fn categories(teaser: &Teaser, article: Option<&Article>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let page = article.iter().flat_map(|a| a.section.iter().chain(&a.categories));
    for name in teaser.categories.iter().chain(page) {
        let name = title::plain(name);
        let lower = name.to_lowercase();
        let new = !out.iter().any(|known| known.to_lowercase() == lower);
        if new && out.len() < 30 && name.chars().any(char::is_alphanumeric) && text_weight(&name) <= 80 {
            out.push(name);
        }
    }
    out
}

fn picture(teaser: &Teaser, article: Option<&Article>) -> Option<Picture> {
    let page = article.and_then(|a| a.picture.clone());
    let enclosed = || {
        let image = |e: &&Enclosure| e.media_type.as_deref().is_some_and(|t| t.starts_with("image/"));
        teaser.enclosures.iter().find(image).map(|e| Picture::at(e.url.clone()))
    };
    page.or_else(|| teaser.picture.clone()).or_else(enclosed)
}

fn enclosures(teaser: &Teaser, article: Option<&Article>) -> Vec<Enclosure> {
    let mut out: Vec<Enclosure> = Vec::new();
    for enclosure in teaser.enclosures.iter().chain(article.iter().flat_map(|a| &a.enclosures)) {
        if out.len() < 20 && !out.iter().any(|known| known.url == enclosure.url) {
            out.push(enclosure.clone());
        }
    }
    out
}

/// Words of an address's last part, where nothing else names an entry.
fn title_of_address(url: &Url) -> Option<String> {
    let last = url.path_segments()?.rfind(|s| !s.is_empty())?;
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let words: Vec<&str> = stem.split(['-', '_', '+']).filter(|w| !w.is_empty()).collect();
    let title = words.join(" ");
    Some(if title.chars().any(char::is_alphabetic) { title } else { url.to_string() })
}
