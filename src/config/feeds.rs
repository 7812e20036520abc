//! `[feeds.x]`: which entries go out under which name.

use std::collections::BTreeSet;
use std::path::Path;

use crate::model::{Dedupe, Feed, FeedId, Secret, Selection, SourceId};
use crate::serve::Locks;

use super::complaint::{At, Complaint, Findings, Place};
use super::include::folder_of;
use super::secret::secret;
use super::section::{Fault, Section, Value};
use super::source::{Placed, named, tame, twice};
use super::suggest::nearest;
use super::words;

/// How many entries a document has when nothing says so.
const USUAL_LIMIT: usize = 50;

/// A token of fewer letters may be guessed.
const GUESSABLE: usize = 16;

/// The feed that has everything, unless the operator defines it.
const ALL: &str = "all";

/// A feed as written, before its sources are looked up.
#[derive(Debug)]
pub(super) struct Written {
    id: FeedId,
    place: Place,
    title: Option<String>,
    description: Option<String>,
    language: Option<String>,
    from: Option<Vec<At<String>>>,
    limit: usize,
    full_text: bool,
    dedupe: Dedupe,
    token: Option<Secret>,
}

/// Takes one file's feeds.
pub(super) fn gather(file: &mut Section<'_>, feeds: &mut Vec<Written>) {
    let folder = folder_of(&file.letters.path);
    for value in named(file, "feeds") {
        let id = FeedId::new(value.key).map_err(|error| {
            let remedy = format!("perhaps `{}`", tame(value.key));
            file.findings.complain(Complaint::error(&value.key_place, error.to_string()).remedy(remedy));
        });
        let Some(mut section) = value.section() else { continue };
        let title = section.text("title").map(|t| t.value);
        let description = section.text("description").map(|t| t.value);
        let language = section.read("language", words::language).map(|l| l.value);
        // `all` needs no `from`: it is what its name says.
        let from = match value.key {
            ALL => section.texts("from"),
            _ => section.need("from", "[\"*\"]").and_then(|v| v.texts()),
        };
        let limit = section.number("limit", 1..1001).and_then(|n| usize::try_from(n.value).ok());
        let full = section.word("content", &[("full", true), ("summary", false)]);
        let dedupe = section.word("dedupe", &[("link", Dedupe::Link), ("story", Dedupe::Story), ("off", Dedupe::Off)]);
        let token = section.take("token").and_then(|value| token(&value, &folder));
        section.finish(&[("url", "[sources.…]"), ("tags", "[sources.…]"), ("schedule", "[sources.…]")]);
        let Ok(id) = id else { continue };
        if feeds.iter().any(|f| f.id == id) {
            twice(file.findings, "feed", value.key, &value.key_place);
        }
        feeds.push(Written {
            id,
            place: value.key_place,
            title,
            description,
            language,
            from,
            limit: limit.unwrap_or(USUAL_LIMIT),
            full_text: full.is_none_or(|f| f.value),
            dedupe: dedupe.map_or(Dedupe::Link, |d| d.value),
            token,
        });
    }
}

/// The token that a feed is read with.
fn token(value: &Value<'_>, folder: &Path) -> Option<Secret> {
    if value.as_text().is_some_and(|text| !text.is_empty()) {
        value.warn(
            "the token stands in the file itself",
            "keep it out of backups and repositories: token = { env = \"COURANT_FEED_TOKEN\" }",
        );
    }
    let token = secret(value, folder)?;
    if token.value.is_empty() {
        value.refuse(Fault::new("an empty token protects nothing", "take the line out, or set a token"));
    } else if token.value.len() < GUESSABLE {
        value.warn(
            format!("the token has only {} letters, and may be guessed", token.value.len()),
            "make one that nobody guesses: openssl rand -hex 16",
        );
    }
    Some(Secret::new(token.value))
}

/// Looks up what each feed is made from, and which are not for everyone. `all` comes last unless the operator
/// defined it; it has everything but what only feeds with a token show.
pub(super) fn finish(written: Vec<Written>, sources: &[Placed], findings: &Findings) -> (Vec<Feed>, Locks) {
    let tokens = written.iter().filter_map(|feed| Some((feed.id.clone(), feed.token.clone()?))).collect();
    let places: Vec<Place> = written.iter().map(|feed| feed.place.clone()).collect();
    let mut feeds: Vec<Feed> = written.into_iter().map(|feed| finish_one(feed, sources, findings)).collect();
    let locks = Locks::new(&feeds, tokens);
    for (feed, place) in feeds.iter().zip(&places).filter(|(feed, _)| locks.has_feed(&feed.id)) {
        let shown = |other: &&Feed| {
            !locks.has_feed(&other.id) && other.selection.sources.iter().any(|id| feed.selection.sources.contains(id))
        };
        if let Some(other) = feeds.iter().find(shown) {
            findings.complain(
                Complaint::warning(
                    place,
                    format!("[feeds.{}] has a token, but [feeds.{}] shows some of it to everyone", feed.id, other.id),
                )
                .remedy(format!(
                    "give [feeds.{0}] a token too, or take these sources out of it: from = [\"*\", \"!…\"]",
                    other.id
                )),
            );
        }
    }
    if feeds.iter().all(|f| f.id.as_str() != ALL)
        && let Ok(id) = FeedId::new(ALL)
    {
        let everything = sources.iter().map(|p| p.source.id.clone()).filter(|id| !locks.has_source(id)).collect();
        feeds.push(Feed {
            id,
            title: "All entries".to_owned(),
            description: Some("Every entry of every source.".to_owned()),
            language: common_language(&everything, sources),
            apart: apart(&everything, sources),
            selection: Selection { sources: everything.into_iter().collect() },
            limit: USUAL_LIMIT,
            full_text: true,
            dedupe: Dedupe::Link,
            about: None,
        });
    }
    (feeds, locks)
}

fn finish_one(feed: Written, sources: &[Placed], findings: &Findings) -> Feed {
    let everything = vec![At { value: "*".to_owned(), place: feed.place.clone() }];
    let from = feed.from.unwrap_or(everything);
    let chosen = select(&from, sources, findings);
    if chosen.is_empty() && !sources.is_empty() && findings.permit() {
        findings.complain(
            Complaint::warning(&feed.place, format!("no source belongs to [feeds.{}]", feed.id))
                .remedy("the feed stays empty; look at `from`"),
        );
    }
    Feed {
        title: feed.title.unwrap_or_else(|| feed.id.to_string()),
        language: feed.language.or_else(|| common_language(&chosen, sources)),
        apart: apart(&chosen, sources),
        id: feed.id,
        description: feed.description,
        selection: Selection { sources: chosen.into_iter().collect() },
        limit: feed.limit,
        full_text: feed.full_text,
        dedupe: feed.dedupe,
        about: None,
    }
}

/// Those of some sources whose entries stand for themselves.
fn apart(chosen: &BTreeSet<SourceId>, sources: &[Placed]) -> Vec<SourceId> {
    let apart = sources.iter().map(|placed| &placed.source).filter(|source| source.apart);
    apart.filter(|source| chosen.contains(&source.id)).map(|source| source.id.clone()).collect()
}

/// What `from` names: ids, `tag:…`, `*`; a `!` before any of them takes out. The order does not matter. A list that
/// only takes out begins with everything.
fn select(from: &[At<String>], sources: &[Placed], findings: &Findings) -> BTreeSet<SourceId> {
    let mut chosen = BTreeSet::new();
    let mut excluded = BTreeSet::new();
    let mut includes = false;
    for term in from {
        let (into, name, offset) = match term.value.strip_prefix('!') {
            Some(name) => (&mut excluded, name, 1),
            None => {
                includes = true;
                (&mut chosen, term.value.as_str(), 0)
            }
        };
        let before = into.len();
        let matching = sources.iter().filter(|p| match name.strip_prefix("tag:") {
            Some(tag) => p.source.tags.iter().any(|t| t == tag),
            None => name == "*" || p.source.id.as_str() == name,
        });
        let mut any = false;
        for placed in matching {
            any = true;
            into.insert(placed.source.id.clone());
        }
        if !any && into.len() == before && name != "*" {
            unknown(name, offset, term, sources, findings);
        }
    }
    if !includes {
        chosen = sources.iter().map(|p| p.source.id.clone()).collect();
    }
    chosen.retain(|id| !excluded.contains(id));
    chosen
}

fn unknown(name: &str, offset: usize, term: &At<String>, sources: &[Placed], findings: &Findings) {
    let tags: BTreeSet<&str> = sources.iter().flat_map(|p| &p.tags).map(|t| t.value.as_str()).collect();
    let ids = || sources.iter().map(|p| p.source.id.as_str());
    let mut place = term.place.clone();
    if place.span.len() == term.value.len() {
        place.span.start += offset;
    }
    let (title, meant) = match name.strip_prefix("tag:") {
        Some(tag) => {
            let meant = nearest(tag, tags.iter().copied()).map(|t| format!("tag:{t}"));
            (format!("no source has the tag `{tag}`"), meant)
        }
        None => {
            let as_tag = tags.contains(name).then(|| format!("tag:{name}"));
            (format!("there is no source `{name}`"), as_tag.or_else(|| nearest(name, ids()).map(str::to_owned)))
        }
    };
    let complaint = Complaint::error(&place, title);
    findings.complain(match meant {
        Some(meant) => complaint.label(format!("did you mean `{meant}`?")),
        None => complaint.remedy("`from` takes ids of sources, `tag:…` and `*`; `!` before one takes it out"),
    });
}

/// The language that all of some sources declare.
fn common_language(chosen: &BTreeSet<SourceId>, sources: &[Placed]) -> Option<String> {
    let mut languages = sources.iter().filter(|p| chosen.contains(&p.source.id)).map(|p| p.source.language.as_ref());
    let first = languages.next()??;
    languages.all(|l| l == Some(first)).then(|| first.clone())
}
