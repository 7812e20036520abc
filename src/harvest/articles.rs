//! The second half of a run: the articles behind the teasers.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use super::clippings::Reading;
use super::reader::{self, article_read};
use super::shown::{self, Part};
use super::sketch::Sketch;
use super::{Parts, Run, Watched, judge};
use crate::fetch::{FetchError, Fetched};
use crate::model::{
    Article, ArticleMode, Draft, EntryId, Kind, Page, PageKind, PageRequest, Problem, Read, Render, Selection,
    Severity, Source, Teaser, Text, Texts, is_sure, same_site,
};
use crate::normalize::{self, Surroundings, canonical};
use crate::store::{Sight, StoreError, Whose};

/// Most problems of single articles that a report keeps.
const MAX_PROBLEMS: usize = 10;

/// So many articles are not one text: an article may stand at two addresses.
const WALL: usize = 3;
/// Nor so many that do not come in one run, where the last bears another headline than its teaser: an article that is
/// given another address bears what that is listed with.
const UNPROMISED: usize = 2;
/// Among so many of a source's entries those are looked for that have got such a text before.
const LATEST: usize = 200;

/// A page with so many teasers, found with such confidence, reads like a list, unless an article was found with more than
/// that on it. Of 127 lists 90 do, and of 1,570 articles 10, which have many links beside them.
const LIST: usize = 5;
const SURE: f32 = 0.5;
const SURELY_READ: f32 = 0.9;

/// What is said of such an article.
const LED_ASTRAY: &str = "the address leads to a list or to the front page, as that of what is gone does";

/// A teaser on its way to a draft.
struct Task<'t> {
    teaser: &'t Teaser,
    draft: Draft,
    /// Hash of the id of the entry that its article becomes.
    entry: u32,
    /// Whether its page is asked for.
    ask: bool,
    /// What is remembered of it once nothing more is wanted.
    sight: Option<(usize, Sight)>,
}

/// What became of a task.
struct Drafted<'t> {
    /// Its place among the tasks.
    place: usize,
    teaser: &'t Teaser,
    sight: Option<(usize, Sight)>,
    /// What its page gave.
    came: Came,
}

/// A draft, its page read where that was wanted.
struct Came {
    draft: Draft,
    /// Why its page gave no text.
    trouble: Option<String>,
    /// What was odd about the page.
    problems: Vec<Problem>,
    /// The text that it gave.
    text: Option<Text>,
}

impl Came {
    fn without_text(draft: Draft, trouble: Option<String>) -> Self {
        Self { draft, trouble, problems: Vec::new(), text: None }
    }
}

/// Until when articles may be asked for.
#[derive(Clone, Copy)]
struct Hurry<'p> {
    parts: &'p Parts,
    until: Instant,
}

impl Hurry<'_> {
    fn is_over(&self) -> bool {
        *self.parts.stop.borrow() || Instant::now() >= self.until
    }
}

/// Drafts of all teasers that the store may have to change, in page order; and whether nothing was left for the
/// next run.
pub(super) async fn complete(
    watched: &Watched,
    teasers: &[Teaser],
    sketch: Sketch,
    around: &Surroundings,
    parts: &Parts,
    run: &mut Run,
) -> Result<(Vec<Draft>, bool), StoreError> {
    let source = &watched.source;
    let now = run.report.started;
    let hurry = Hurry { parts, until: run.clock + parts.limits.time };
    let Sketch { drafts, known, unchanged, prints, memory, still, .. } = sketch;
    run.unusable = teasers.len().saturating_sub(drafts.len() + unchanged.len());

    let sure = |draft: &Draft| draft.keys.iter().filter(|key| is_sure(key)).find_map(|key| known.get(key));
    let shown: HashSet<EntryId> = drafts.iter().filter_map(|(_, draft)| sure(draft)).map(|k| k.id.clone()).collect();
    let mut settled: Vec<(usize, Sight)> = Vec::new();

    let mut tasks = Vec::with_capacity(drafts.len());
    let mut asked = 0;
    let mut all = true;
    for (place, draft) in drafts {
        let Some(teaser) = teasers.get(place) else { continue };
        let sight = |id: &EntryId| {
            let (print, dated) = (*prints.get(place)?, draft.published.is_some());
            Some((place, Sight { print, dated, entry: Whose::Id(id.clone()) })).filter(|_| !draft.ahead)
        };
        // A hint alone is no reason to leave a page unread: the store decides, and needs its text for that.
        let known = sure(&draft);
        let wanted = match source.article {
            ArticleMode::Never => false,
            ArticleMode::Auto => !draft.full_text,
            ArticleMode::Always => true,
        };
        if !wanted {
            let sight = sight(&draft.id);
            tasks.push(Task { teaser, draft, entry: 0, ask: false, sight });
            continue;
        }
        // What the store has in full was drafted from its article; the teaser alone would undo that.
        if let Some(known) = known.filter(|k| k.full_text) {
            settled.extend(sight(&known.id));
            continue;
        }
        let spent = known.is_some_and(|k| k.attempts >= parts.limits.attempts);
        let mut ask = draft.url.is_some() && !spent;
        let mut sight = sight(&draft.id);
        if ask && asked == parts.limits.articles {
            ask = false;
            all = false;
            sight = None;
        }
        asked += usize::from(ask);
        let entry = hash(&known.map_or(&draft.id, |known| &known.id).0);
        tasks.push(Task { teaser, draft, entry, ask, sight });
    }

    // Some go through all of it, each taking what is next: what waits for its turn is no more than its draft.
    let lanes = parts.limits.articles_at_once.clamp(1, asked.max(1));
    let each = tasks.len().div_ceil(lanes);
    let waiting = Mutex::new(tasks.into_iter().enumerate());
    let lane = async || {
        let mut done = Vec::with_capacity(each);
        loop {
            let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((place, Task { teaser, draft, entry, ask, sight })) = next else { return done };
            if !ask {
                done.push(Drafted { place, teaser, sight, came: Came::without_text(draft, None) });
                continue;
            }
            // Large, and moved with what is around it.
            let mut came = Box::pin(one(watched, teaser, draft, around, hurry, now)).await;
            came.text = came.text.map(|text| Text { entry, ..text });
            // What was asked for and did not come is asked for again.
            let sight = sight.filter(|_| came.trouble.is_none() && came.draft.full_text);
            done.push(Drafted { place, teaser, sight, came });
        }
    };
    let mut results: Vec<Drafted> = join_all((0..lanes).map(|_| lane())).await.into_iter().flatten().collect();
    results.sort_by_key(|drafted| drafted.place);
    let mut nothing = Texts::default();
    let texts = run.state.profile.as_mut().map_or(&mut nothing, |profile| &mut profile.texts);
    let left = take_walls_down(&mut results, texts, around, source, now);
    if !left.is_empty() {
        run.retracted = latest_of(source, &left, parts).await?;
    }
    if !run.retracted.is_empty() {
        let told = format!(
            "{} read before had got such a text, which is taken from them; they are asked for again",
            run.retracted.len()
        );
        run.report.problems.push(Problem::warning(told));
    }
    let mut drafts = Vec::with_capacity(results.len());
    for Drafted { sight, came: Came { draft, trouble, problems, .. }, .. } in results {
        settled.extend(sight);
        run.report.articles += usize::from(draft.attempted);
        let told = problems.into_iter().filter(|p| p.severity >= Severity::Warning);
        run.report.problems.extend(told.take(MAX_PROBLEMS.saturating_sub(run.report.problems.len())));
        if let Some(trouble) = trouble {
            all = false;
            run.report.articles_failed += 1;
            if run.report.articles_failed <= MAX_PROBLEMS {
                run.report.problems.push(Problem::warning(trouble));
            }
        }
        drafts.push(draft);
    }
    if hurry.is_over() {
        all = false;
    }
    run.shown = shown.into_iter().collect();
    run.unchanged = unchanged.iter().filter_map(|(_, sight)| sight.entry.row()).collect();
    // Where nothing has moved, all is remembered already.
    if !prints.is_empty() && !still {
        run.seen = Some(Sketch::remembered(memory, unchanged, settled));
    }
    Ok((drafts, all))
}

/// Puts the teasers back in the place of texts that stand at several addresses, in this run or in those before: whatever
/// such a text says, and in whatever language, it is the article of none of them; but of one whose page bears the headline
/// that was promised, where the others do not. Gives the entries (hashes of their ids) that have got such a text in runs
/// before.
fn take_walls_down(
    results: &mut [Drafted<'_>],
    texts: &mut Texts,
    around: &Surroundings,
    source: &Source,
    now: DateTime<Utc>,
) -> HashSet<u32> {
    let read: Vec<Text> = results.iter().filter_map(|drafted| drafted.came.text).collect();
    read.iter().for_each(|text| texts.outdate(*text));
    let before = texts.clone();
    read.iter().for_each(|text| texts.note(*text));
    let mut left = HashSet::new();
    for drafted in results.iter_mut() {
        let Some(text) = drafted.came.text else { continue };
        let n = read.iter().filter(|other| text.is_shared(other)).count() + before.besides(text, &read);
        let enough = if text.promised || before.besides(text, &[text]) == 0 { WALL } else { UNPROMISED };
        if n < enough {
            continue;
        }
        left.extend(texts.disown(text));
        let Some(draft) = normalize::draft(drafted.teaser, None, around, source, now) else { continue };
        let url = draft.url.as_ref().map_or("", Url::as_str);
        drafted.came.trouble =
            Some(format!("{url}: the same text stands at {n} addresses of the list; the teaser stands in its place"));
        drafted.sight = None;
        drafted.came.draft = Draft { attempted: true, ..draft };
    }
    // What was read just now has not been stored.
    for text in &read {
        left.remove(&text.entry);
    }
    left
}

/// The latest entries of a source that have a text, those of them that are among these (hashes of their ids).
async fn latest_of(source: &Source, among: &HashSet<u32>, parts: &Parts) -> Result<Vec<EntryId>, StoreError> {
    let selection = Selection { sources: vec![source.id.clone()] };
    let latest = parts.store.entries(&selection, LATEST).await?.into_iter();
    Ok(latest.filter(|e| e.content.is_some() && among.contains(&hash(&e.id.0))).map(|e| e.id).collect())
}

fn hash(text: &str) -> u32 {
    xxh3_64(text.as_bytes()) as u32
}

/// The draft of one teaser, its page read.
async fn one(
    watched: &Watched,
    teaser: &Teaser,
    mut draft: Draft,
    around: &Surroundings,
    hurry: Hurry<'_>,
    now: DateTime<Utc>,
) -> Came {
    let Some(url) = draft.url.clone().filter(|_| !hurry.is_over()) else {
        return Came::without_text(draft, None);
    };
    draft.attempted = true;
    let reading = match page_article(watched, &url, hurry.parts).await {
        Ok(reading) => reading,
        // Its turn does not come any more: nobody is to blame for that.
        Err(error) if error.is_put_off() && *hurry.parts.stop.borrow() => {
            draft.attempted = false;
            return Came::without_text(draft, None);
        }
        Err(error) => {
            // Where nobody was asked that is no attempt.
            draft.attempted = !error.is_put_off() && !error.is_our_own();
            return Came::without_text(draft, Some(error.to_string()));
        }
    };
    let (Read { value: article, problems }, kind) = &*reading;
    let promised = judge::is_promised(teaser.headline.as_deref(), article.headline.as_deref());
    if let Some(kind) = kind.as_ref().filter(|_| !promised) {
        let what = if *kind == PageKind::Listing { LED_ASTRAY } else { judge::in_words(*kind) };
        let why = format!("{url}: {what}; the teaser stands in its place");
        return Came::without_text(draft, Some(why));
    }
    let full = normalize::draft(teaser, Some(article), around, &watched.source, now);
    let trouble = (!full.as_ref().is_some_and(|d| d.full_text))
        .then(|| format!("{url}: no article text was found on the page; the teaser stands in its place"));
    let draft = full.map_or(draft, |full| Draft { attempted: true, ..full });
    // An article keeps its headline at another address.
    let name = teaser.headline.as_deref().or(draft.url.as_ref().map(Url::as_str)).unwrap_or_default();
    let text = article.body_text.as_deref().filter(|_| draft.full_text);
    let text = text.map(|text| Text { print: hash(text), name: hash(name), entry: 0, promised });
    Came { draft, trouble, problems: problems.clone(), text }
}

/// What an article's page says; not asked for where another source has just asked.
async fn page_article(watched: &Watched, url: &Url, parts: &Parts) -> Result<Arc<Reading>, FetchError> {
    let ask = watched.source.request(url.clone());
    // Large, and moved from hand to hand.
    let read = Box::pin(fetched_article(watched, &ask, parts));
    // Answers that are to be kept are each source's own.
    if parts.album.is_some() {
        return read.await.map(Arc::new);
    }
    parts.clippings.once(&watched.source, &ask, parts.fetcher.waits(), read).await
}

async fn fetched_article(watched: &Watched, ask: &PageRequest, parts: &Parts) -> Result<Reading, FetchError> {
    match parts.get_held(ask).await? {
        (Fetched::Page(page), _) if leads_back(&watched.source, &page) => {
            Ok((Read::clean(Article::default()), Some(PageKind::Listing)))
        }
        (Fetched::Page(mut page), held) => {
            // It may wait for its turn, and its text is all that is read.
            if watched.source.render == Render::Http {
                page.body = Bytes::new();
            }
            let page: Arc<Page> = page.into();
            let mut read = article_read(watched, &page, parts).await;
            if read.1.is_none() && read.0.value.confidence < SURELY_READ && leads_to_list(watched, &page, parts).await {
                read.1 = Some(PageKind::Listing);
            }
            // The next page of the site may come: more of them in hand would only wait to be read.
            drop(held);
            if !shown::article_wants(&watched.source, &read.0.value) {
                return Ok(read);
            }
            let page = parts.render(watched, Arc::unwrap_or_clone(page), ask, Part::Article).await?;
            Ok(article_read(watched, &page.into(), parts).await)
        }
        // No validators were sent, so that this is a server's error: as good as an empty page.
        (Fetched::NotModified(_), _) => Ok((Read::clean(Article::default()), None)),
    }
}

/// Whether an article's address leads elsewhere, to what reads like a list.
async fn leads_to_list(watched: &Watched, page: &Arc<Page>, parts: &Parts) -> bool {
    if canonical(&page.asked) == canonical(&page.url) {
        return false;
    }
    let list = reader::read(watched, page, Kind::Listing, parts).await.value;
    list.page_kind == PageKind::Listing && list.confidence >= SURE && list.teasers.len() >= LIST
}

/// Whether an article's address leads to what is none of its site's articles: the list itself, or the front page.
fn leads_back(source: &Source, page: &Page) -> bool {
    let is_front = page.url.path() == "/" && page.url.query().is_none();
    let asked_front = page.asked.path() == "/" && page.asked.query().is_none();
    let is_list = canonical(&page.url) == canonical(&source.url) && canonical(&page.asked) != canonical(&source.url);
    is_list || is_front && !asked_front && same_site(&page.asked, &page.url)
}
