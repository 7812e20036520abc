//! Dates that the page shows: `<time>` elements and short lines, near the headline before anywhere else.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::blocks::{Block, Kind};
use super::outline::{Outline, attribute};
use super::scene::Scene;
use super::signs::Signs;
use super::tag::Tag;
use crate::dates::{self, Context, Moment, Precision};
use crate::model::{Origin, Written, fold_space, is_wide};

/// Dates shown, likeliest first.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub(super) published: Vec<Written>,
    pub(super) updated: Vec<Written>,
}

/// A date in its place.
struct Sighting {
    score: f32,
    written: Written,
    /// Whether it is said to be that of a change.
    is_change: bool,
}

/// Longest line that a date stands in, as a block's weight has it.
const LINE: u32 = 120;
/// Longest sentence that tells when something was published.
const SENTENCE: u32 = 200;
/// Most blocks and elements that are searched far from the headline.
const MOST: usize = 3000;

/// The dates around the headline; where the page states one for machines, only those that are made for their place.
pub(super) fn near(scene: &Scene, context: &Context, is_stated: bool) -> Shown {
    let blocks = scene.blocks.get(scene.neighbourhood()).unwrap_or_default();
    let strangers = Signs(Signs::RELATED.0 | Signs::TEASER.0 | Signs::EMBED.0);
    let mut found = search(scene, blocks, Signs(strangers.0 | Signs::COMMENT.0), is_stated, context);
    if found.is_empty() && !is_stated {
        // Some sites call the head of a story a teaser.
        found = search(scene, blocks, Signs(Signs::COMMENT.0 | Signs::EMBED.0), is_stated, context);
    }
    found.retain(|sighting| !is_stated || sighting.score >= SURE);
    found.extend(declared(scene));
    if !is_stated {
        found.extend(first_published(scene, context));
        // A day that a sentence names by the way is not that of the page, if the page has one in its place.
        if !found.is_empty() && found.iter().all(|sighting| sighting.score < DOUBTFUL) {
            found.extend(elsewhere(scene, context));
        }
    }
    sorted(found)
}

/// The one `<time pubdate>` of a page: early HTML 5 declared the date of publication so.
fn declared(scene: &Scene) -> Option<Sighting> {
    let outline = scene.outline;
    let strangers = Signs(Signs::RELATED.0 | Signs::TEASER.0 | Signs::COMMENT.0 | Signs::SIDE.0);
    let mut times = (0..outline.nodes.len() as u32).filter(|index| {
        let time = outline.get(*index).filter(|n| n.tag == Tag::Time).and_then(|n| n.element);
        time.is_some_and(|e| attribute(e, "pubdate").is_some()) && !scene.signs(*index).has(strangers)
    });
    let only = times.next().filter(|_| times.next().is_none())?;
    Some(Sighting { score: 1.2, written: time_element(outline, only)?, is_change: false })
}

/// Dates that score less are weighed against those of the rest of the page.
const DOUBTFUL: f32 = 0.35;

/// Lines that say when a page that was changed since came out first.
fn first_published(scene: &Scene, context: &Context) -> Vec<Sighting> {
    let blocks = scene.blocks.get(..scene.blocks.len().min(MOST)).unwrap_or_default();
    let lines = blocks.iter().filter(|b| b.kind == Kind::Text && b.weight <= SENTENCE && says(&b.text, &FIRST));
    let mut found = Vec::new();
    for block in lines.filter(|b| !scene.signs(b.owner).has(Signs(Signs::RELATED.0 | Signs::TEASER.0))).take(4) {
        look_into(scene, block, context, &mut found);
    }
    found.retain(|sighting| !sighting.is_change && has_year(&sighting.written.text));
    found.iter_mut().for_each(|sighting| sighting.score += 0.5);
    found
}

/// Words that tell the first publication from later ones.
static FIRST: Words = LazyLock::new(|| {
    finder(&[
        "originally published",
        "first published",
        "ursprünglich veröffentlicht",
        "zuerst veröffentlicht",
        "zuerst erschienen",
        "publié initialement",
        "initialement publié",
        "publicado originalmente",
        "pubblicato originariamente",
    ])
});

/// The dates of the rest of the page, for pages that neither state nor show one by the headline: only those that
/// stand alone, or in a place or after words made for them.
pub(super) fn far(scene: &Scene, context: &Context) -> Shown {
    sorted(elsewhere(scene, context))
}

fn elsewhere(scene: &Scene, context: &Context) -> Vec<Sighting> {
    let beside =
        Signs(Signs::RELATED.0 | Signs::COMMENT.0 | Signs::TEASER.0 | Signs::SIDE.0 | Signs::MENU.0 | Signs::CAPTION.0);
    let blocks = scene.blocks.get(..scene.blocks.len().min(MOST)).unwrap_or_default();
    let mut found = search(scene, blocks, beside, false, context);
    found.retain(|sighting| sighting.score >= SURE);
    found
}

/// So much speaks for a date that is made for its place: a `<time>` element, a name, a word before it.
const SURE: f32 = 0.6;

fn search(scene: &Scene, blocks: &[Block], without: Signs, is_stated: bool, context: &Context) -> Vec<Sighting> {
    let mut found = Vec::new();
    for block in blocks {
        let mut without = without;
        // What readers say stands below what they have read, whatever its elements are called.
        if scene.headline.is_some_and(|place| place <= block.from) && scene.text.is_some_and(|from| block.from < from) {
            without = without.without(Signs::COMMENT);
        }
        if scene.outline.get(block.owner).is_some_and(|n| n.signs.has(Signs(Signs::DATE.0 | Signs::BYLINE.0))) {
            without = without.without(Signs(Signs::CAPTION.0 | Signs::EMBED.0));
        }
        // What is to contradict a stated date must be beyond doubt.
        let strange = scene.signs(block.owner).has(without) && (is_stated || scene.own_signs(block.owner).has(without));
        // Dates of elements are in attributes; days named by words alone stand near the headline only.
        if block.kind == Kind::Text && !strange {
            look_into(scene, block, context, &mut found);
        }
    }
    found
}

fn sorted(mut found: Vec<Sighting>) -> Shown {
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut shown = Shown::default();
    for Sighting { written, is_change, .. } in found {
        let list = if is_change { &mut shown.updated } else { &mut shown.published };
        if list.len() < 20 && !list.contains(&written) {
            list.push(written);
        }
    }
    shown
}

fn look_into(scene: &Scene, block: &Block, context: &Context, found: &mut Vec<Sighting>) {
    let text = fold_space(&block.text);
    let known = found.len();
    look_into_line(scene, block, &text, context, found);
    // Few blocks have a date, so that others are not asked whose it is.
    if found.len() > known && says(&text, &NOT_OURS) {
        found.truncate(known);
    }
}

fn look_into_line(scene: &Scene, block: &Block, text: &str, context: &Context, found: &mut Vec<Sighting>) {
    let signs = scene.own_signs(block.owner);
    let named = if signs.has(Signs(Signs::DATE.0 | Signs::BYLINE.0)) { 0.3 } else { 0.0 };
    let elements = (block.from..block.to)
        .chain(scene.outline.ancestors(block.from).map(|(index, _)| index).take_while(|index| *index > block.owner));
    let elements = elements.chain([block.owner]).filter_map(|index| Some((index, time_element(scene.outline, index)?)));
    for (index, written) in elements.take(8) {
        if plausible(dates::parse(&written.text, context), context) {
            let own = if written.text.len() > 12 { written.text.as_str() } else { text };
            let is_change = is_change_by_name(scene.outline, index)
                || says(own, &CHANGED)
                || says(text, &CHANGED) && !says(text, &PUBLISHED) && named > 0.0;
            found.push(Sighting { score: 0.6 + named, written, is_change });
        }
    }
    // A long paragraph has a date of its own only at its very beginning: the place and day of a report.
    let part = match block.weight {
        0..=LINE => text,
        ..=SENTENCE if says(text, &PUBLISHED) => text,
        // What stands under a story begins with its day, and goes on with its keywords.
        _ if signs.has(Signs(Signs::BYLINE.0 | Signs::FOOTER.0 | Signs::DATE.0)) => {
            text.get(..text.floor_char_boundary(SENTENCE as usize)).filter(|p| says(p, &PUBLISHED)).unwrap_or_default()
        }
        _ => text.get(..text.floor_char_boundary(40)).unwrap_or_default(),
    };
    // `3 May 2021. Updated: 5 May 2021`
    let first =
        || first_of(part, &CHANGED).and_then(|at| part.get(..at)).and_then(|before| dates::find(before, context));
    let dated = || first().or_else(|| dates::find(part, context));
    // A day has a number, in digits or as Chinese has it, or is told from today: to look for any date takes longer than for
    // what is an element's own.
    if !part.chars().any(|c| c.is_numeric() || c >= '\u{2E80}') && !says(part, &AGO) {
        found.extend(of_its_own(scene, block, text, context).filter(|_| dated().is_none()));
        return;
    }
    let Some((range, moment)) = dated() else {
        found.extend(of_its_own(scene, block, text, context));
        return;
    };
    let Some(date) = part.get(range.clone()) else { return };
    if !plausible(Some(moment), context) || !is_day(date, part, moment) {
        return;
    }
    if block.link_share() > 0.6 && named == 0.0 && is_counted(part) {
        return;
    }
    let led = part.get(..range.end).unwrap_or_default();
    // Within the text, the word must stand right before the date.
    let words = if is_kept(scene, block) { before(led, date) } else { led };
    // `… wurde am 3. Mai 2021 um 12:00 veröffentlicht`: such a line was taken for its word.
    let whole = block.weight > LINE && !is_kept(scene, block) && says(part, &PUBLISHED);
    let said = if whole || says(words, &PUBLISHED) || says(words, &CHANGED) { 0.3 } else { 0.0 };
    let beside = if scene.is_beside_headline(block) && range.start <= LABEL && has_year(date) { 0.25 } else { 0.0 };
    let alone = if date.len() * 2 >= part.len() && block.weight <= LINE && !is_kept(scene, block) { 0.25 } else { 0.0 };
    let linked = if block.link_share() > 0.6 { 0.3 } else { 0.0 };
    let dateline = if block.weight > LINE && said == 0.0 { 0.1 } else { 0.0 };
    if named + said == 0.0 {
        found.extend(of_its_own(scene, block, text, context).filter(|own| own.written.text == date));
    }
    let by_the_way = if named + said + alone + dateline == 0.0 && is_kept(scene, block) { 0.05 } else { 0.0 };
    let yearless = if !has_year(date) && !moment.relative { 0.2 } else { 0.0 };
    let is_change = says(led, &CHANGED) && !says(led, &PUBLISHED);
    let mut around = scene.outline.ancestors(block.from).take_while(|(index, _)| *index >= block.owner);
    let changed = around.any(|(index, _)| is_change_by_name(scene.outline, index));
    found.push(Sighting {
        score: 0.35 + named + said + alone.max(beside) - linked - dateline - by_the_way - yearless,
        written: Written::new(fold_space(date), Origin::Text),
        is_change: is_change || changed,
    });
    // `Changed 5 May 2021, published 3 May 2021`
    if is_change
        && let Some(rest) = part.get(range.end..).filter(|rest| says(rest, &PUBLISHED))
        && let Some((range, moment)) = dates::find(rest, context)
        && plausible(Some(moment), context)
        && let Some(date) = rest.get(range)
    {
        let written = Written::new(fold_space(date), Origin::Text);
        found.push(Sighting { score: 0.65 + named, written, is_change: false });
    }
    // `Published 3 May 2021, updated 5 May 2021`
    if let Some(rest) = part.get(range.end..).filter(|rest| says(rest, &CHANGED))
        && let Some((range, moment)) = dates::find(rest, context)
        && plausible(Some(moment), context)
        && let Some(date) = rest.get(range)
    {
        let written = Written::new(fold_space(date), Origin::Text);
        found.push(Sighting { score: 0.35 + named, written, is_change: true });
    }
}

/// Whether an element is named for a change alone: the `updated` of microformats, schema.org's `dateModified`.
fn is_change_by_name(outline: &Outline, index: u32) -> bool {
    let Some(element) = outline.get(index).and_then(|n| n.element) else { return false };
    let has = |words: &[&str]| {
        let names = ["class", "itemprop"].into_iter().filter_map(|key| attribute(element, key));
        names.map(str::to_lowercase).any(|name| words.iter().any(|word| name.contains(word)))
    };
    has(&["updated", "modified"]) && !has(&["publish", "posted", "created"])
}

/// Letters that may stand before a date which a line begins with.
const LABEL: usize = 12;

/// The last letters before a date; all of a line that is one with its label.
fn before<'t>(led: &'t str, date: &str) -> &'t str {
    let led = led.strip_suffix(date).filter(|led| !led.is_empty()).unwrap_or(led);
    led.get(led.ceil_char_boundary(led.len().saturating_sub(2 * LABEL))..).unwrap_or_default()
}

fn has_year(date: &str) -> bool {
    date.bytes().filter(u8::is_ascii_digit).count() >= 4
}

/// Where the first of these words stands.
fn first_of(text: &str, words: &Words) -> Option<usize> {
    let lower = lower(text);
    // A letter may be longer in lower case; then nothing is said of places.
    let at = words.as_ref()?.find(&*lower)?.start();
    (lower.len() == text.len() && text.is_char_boundary(at)).then_some(at)
}

/// Whether a block is part of the article's text.
fn is_kept(scene: &Scene, block: &Block) -> bool {
    let index = scene.blocks.partition_point(|b| b.from < block.from);
    scene.keep.get(index).copied().unwrap_or_default()
}

/// `May 2024 (12)`: a line of an archive.
fn is_counted(line: &str) -> bool {
    let Some(rest) = line.trim_end().strip_suffix([')', '）']) else { return false };
    let before = rest.trim_end_matches(|c: char| c.is_ascii_digit());
    before.len() < rest.len() && before.ends_with(['(', '（'])
}

/// The date of an element that is named for it: where elements stand side by side without a blank, or the date is
/// too short to be found in running text (`Culture, 2.11.22`).
fn of_its_own(scene: &Scene, block: &Block, text: &str, context: &Context) -> Option<Sighting> {
    let above = scene.outline.ancestors(block.from).map(|(index, _)| index).take_while(|index| *index > block.owner);
    let mut own = above.chain(block.from..block.to).chain([block.owner]).filter(|index| {
        scene.outline.get(*index).is_some_and(|n| n.signs.has(Signs::DATE) && n.tag != Tag::Time && n.weight <= 40)
    });
    own.find_map(|index| {
        let own = scene.outline.text_of(index);
        let found = dates::find(&own, context).filter(|_| own.len() < text.len());
        let (date, moment) = match found {
            Some((range, moment)) => (own.get(range)?, moment),
            None => own.split([',', '|', '·', '•']).map(str::trim).find_map(|part| {
                let moment = dates::parse(part, context).filter(|m| !m.relative && m.precision >= Precision::Day)?;
                (part.len() >= 6).then_some((part, moment))
            })?,
        };
        let is_change = is_change_by_name(scene.outline, index)
            || says(&own, &CHANGED)
            || says(text, &CHANGED) && !says(text, &PUBLISHED);
        let written = Written::new(fold_space(date), Origin::Text);
        let is_meant = plausible(Some(moment), context) && is_day(date, &own, moment);
        is_meant.then_some(Sighting { score: 0.65, written, is_change })
    })
}

/// Whether what was found is a day that is meant: a number with a month, not a length of time or a lone word.
fn is_day(date: &str, text: &str, moment: Moment) -> bool {
    let digits = date.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).count();
    if moment.relative {
        return says(text, &AGO) && (digits > 0 || text.split_whitespace().count() <= 1);
    }
    let word = date.split(|c: char| !c.is_alphabetic()).any(|word| word.chars().count() >= 3);
    digits >= 2 || digits == 1 && word || !date.is_ascii()
}

/// Words that make a length of time a moment in the past.
#[rustfmt::skip]
static AGO: Words = LazyLock::new(|| finder(&[
    "ago", "yesterday", "today", "vor ", "gestern", "heute", "il y a", "hier", "aujourd", "hace", "ayer", "hoy", " fa",
    "ieri", "oggi", "há ", "ontem", "hoje", "geleden", "gisteren", "vandaag", "sedan", "igår", "siden", "går", "назад",
    "вчера", "сегодня", "önce", "dün", "bugün", "lalu", "kemarin", "temu", "wczoraj", "前", "昨", "今", "전", "어제", "acum",
]));

/// News is not from the future, nor older than the web.
pub(super) fn plausible(moment: Option<Moment>, context: &Context) -> bool {
    moment.is_some_and(|m| {
        let at = m.at.with_timezone(&chrono::Utc);
        at <= context.now + chrono::TimeDelta::days(2) && at.timestamp() > 631_152_000
    })
}

fn time_element(outline: &Outline, index: u32) -> Option<Written> {
    let node = outline.get(index).filter(|n| n.tag == Tag::Time)?;
    let stated = node.element.and_then(|e| attribute(e, "datetime")).map(fold_space).filter(|d| !d.is_empty());
    // `PT7M` is how long something takes (ISO 8601 duration).
    if stated.as_deref().is_some_and(|d| d.starts_with(['P', 'p'])) {
        return None;
    }
    stated
        .map(|d| Written::new(d, Origin::TimeElement))
        .or_else(|| Some(Written::new(outline.text_of(index), Origin::TimeElement)).filter(|w| w.text.len() < 60))
}

fn says(text: &str, words: &Words) -> bool {
    words.as_ref().is_some_and(|words| words.is_match(&*lower(text)))
}

/// A list of words in lower case, and what finds the first of them in a text in any case.
type Words = LazyLock<Option<AhoCorasick>>;

fn finder(words: &[&str]) -> Option<AhoCorasick> {
    // Their first letters are in every text: to look for those first takes longer.
    let builder = &mut AhoCorasick::builder();
    builder.match_kind(MatchKind::LeftmostFirst).ascii_case_insensitive(true).prefilter(false).build(words).ok()
}

/// A text in lower case, letters of ASCII aside: a finder does not mind those.
fn lower(text: &str) -> Cow<'_, str> {
    let is_caseless = |c: char| c.is_ascii() || is_wide(c) || !c.is_alphabetic();
    if text.is_ascii() || text.chars().all(is_caseless) { Cow::Borrowed(text) } else { Cow::Owned(text.to_lowercase()) }
}

/// Words before a date of publication.
#[rustfmt::skip]
static PUBLISHED: Words = LazyLock::new(|| finder(&[
    "publish", "posted", "written", "created", "released", "veröffentlicht", "erschienen", "erstellt", "gepostet", "eingestellt",
    "gespeichert", "geschrieben", "publi", "paru", "mis en ligne", "pubblicat", "gepubliceerd", "geplaatst", "publicerad",
    "publisert", "udgivet", "julkaistu", "опубликован", "дата:", "发布", "發布", "发表", "發表", "时间", "時間", "公開", "投稿", "掲載",
    "입력", "등록", "yayın", "diterbitkan", "datum:", "date:", "wurde am", "δημοσ", "ngày",
]));

/// Words of lines whose date is neither: of a manuscript, of an event, of the whole site.
#[rustfmt::skip]
static NOT_OURS: Words = LazyLock::new(|| finder(&["received", "site last", "eingegangen", "termin:", "event date", "deadline", "einsendeschluss"]));

/// Words before the date of a change.
#[rustfmt::skip]
static CHANGED: Words = LazyLock::new(|| finder(&[
    "updat", "aktualis", "aktualiz", "actualis", "actualiz", "modif", "geändert", "änderung", "revised", "edited", "reviewed",
    "aggiornat", "bijgewerkt", "обновл", "更新", "수정", "güncelle", "opdater", "oppdater", "uppdater", "atualiz", "mis à jour",
]));

#[cfg(test)]
mod tests;
