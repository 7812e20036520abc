//! One entry for a story that several sources tell.

use std::collections::{BTreeSet, HashMap};

use quick_xml::escape::escape;

use super::{Links, visible_text};
use crate::model::{Dedupe, Elsewhere, Entry, EntryId, Feed};

/// A twin speaks for a story only where its text is so many times as long: what readers see should not change for a
/// few lines.
const FULLER: f64 = 1.3;

/// The entries with each story told once: by the entry that readers know, the first stored, whose id and date stay;
/// in the words of its fullest twin; with where else it is told.
///
/// `stories`: the entries that tell one, first stored first. What comes of the sources that stand apart stays as it is.
pub fn told_once(feed: &Feed, entries: Vec<Entry>, stories: &[Vec<Entry>]) -> Vec<Entry> {
    if feed.dedupe != Dedupe::Story || stories.is_empty() {
        return entries;
    }
    let mut told: HashMap<&EntryId, Entry> = HashMap::new();
    let mut others: BTreeSet<&EntryId> = BTreeSet::new();
    for story in stories {
        let mut twins = story.iter().filter(|entry| !feed.apart.contains(&entry.source));
        let Some(first) = twins.next() else { continue };
        let twins: Vec<&Entry> = twins.collect();
        others.extend(twins.iter().map(|twin| &twin.id));
        if !twins.is_empty() {
            told.insert(&first.id, one(first, &twins));
        }
    }
    let once = |entry: Entry| match told.remove(&entry.id) {
        Some(told) => Some(told),
        None => (!others.contains(&entry.id)).then_some(entry),
    };
    entries.into_iter().filter_map(once).collect()
}

/// The entry that speaks for a story.
fn one(first: &Entry, twins: &[&Entry]) -> Entry {
    let length = |entry: &Entry| {
        let text = entry.content.as_deref().map(|html| visible_text(html, usize::MAX).len()).unwrap_or_default();
        if entry.full_text { text as f64 } else { text as f64 / FULLER }
    };
    let mut fullest = (first, length(first));
    for twin in twins {
        let length = length(twin);
        if length > fullest.1 * FULLER {
            fullest = (twin, length);
        }
    }
    let (fullest, _) = fullest;
    let mut also_in: Vec<Elsewhere> = Vec::new();
    for entry in std::iter::once(&first).chain(twins).filter(|entry| entry.id != fullest.id) {
        if let Some(url) = &entry.url
            && fullest.url.as_ref() != Some(url)
            && also_in.iter().all(|known| known.url != *url)
        {
            also_in.push(Elsewhere { source: entry.source.clone(), url: url.clone() });
        }
    }
    let mut entry = Entry { id: first.id.clone(), published: first.published, also_in, ..fullest.clone() };
    entry.updated = first.updated.max(fullest.updated);
    if fullest.id != first.id {
        // Readers that know the entry learn that its text is another now.
        entry.updated = entry.updated.max(fullest.first_seen);
        entry.first_seen = first.first_seen;
    }
    entry
}

/// Says under an entry's text where else its story is told.
pub(super) fn say_where(entry: &mut Entry, links: &Links) {
    if entry.also_in.is_empty() {
        return;
    }
    let link = |elsewhere: &Elsewhere| {
        let host = || elsewhere.url.host_str().unwrap_or("another source").to_owned();
        let title = links.sources.get(&elsewhere.source).map_or_else(host, |source| source.title.clone());
        format!("<a href=\"{}\">{}</a>", escape(elsewhere.url.as_str()), escape(&title))
    };
    let also: Vec<String> = entry.also_in.iter().map(link).collect();
    if let Some(content) = &mut entry.content {
        content.push_str(&format!("<p>Also in: {}</p>", also.join(", ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SourceId;
    use crate::publish::tests::{entry, feed};
    use crate::publish::{Format, SourceLink, render};

    fn twin(id: &str, source: &str, words: usize) -> Entry {
        Entry {
            source: SourceId::new(source).unwrap(),
            content: Some(format!("<p>{}</p>", "word ".repeat(words))),
            first_seen: entry(id).first_seen + chrono::Duration::hours(1),
            ..entry(id)
        }
    }

    fn told(entries: &[Entry], story: &[&Entry], apart: &[&str]) -> Vec<Entry> {
        let apart = apart.iter().map(|id| SourceId::new(*id).unwrap()).collect();
        let feed = Feed { dedupe: Dedupe::Story, apart, ..feed() };
        told_once(&feed, entries.to_vec(), &[story.iter().map(|e| (*e).clone()).collect()])
    }

    #[test]
    fn a_fuller_twin_lends_its_text_and_the_known_entry_keeps_its_id() {
        let (first, little, full) = (twin("a", "harbour", 100), twin("b", "hills", 110), twin("c", "coast", 300));
        let other = entry("other");
        let all = [full.clone(), other.clone(), little.clone(), first.clone()];
        let shown = told(&all, &[&first, &little], &[]);
        assert_eq!(
            shown.iter().map(|e| e.id.0.as_str()).collect::<Vec<_>>(),
            ["urn:test:c", "urn:test:other", "urn:test:a"]
        );
        assert_eq!((&shown[2].content, shown[2].updated), (&first.content, first.updated));
        let shown = told(&all, &[&first, &little, &full], &[]);
        assert_eq!(shown.iter().map(|e| e.id.0.as_str()).collect::<Vec<_>>(), ["urn:test:other", "urn:test:a"]);
        assert_eq!((&shown[1].content, &shown[1].url), (&full.content, &full.url));
        assert_eq!((shown[1].published, shown[1].updated), (first.published, full.first_seen));
        let sources: Vec<&str> = shown[1].also_in.iter().map(|e| e.source.as_str()).collect();
        assert_eq!(sources, ["harbour", "hills"]);
    }

    #[test]
    fn a_source_that_stands_apart_is_never_folded() {
        let (first, second) = (twin("a", "harbour", 100), twin("b", "hills", 100));
        assert_eq!(told(&[first.clone(), second.clone()], &[&first, &second], &["hills"]).len(), 2);
        assert_eq!(told(&[first.clone(), second.clone()], &[&first, &second], &[]).len(), 1);
    }

    #[test]
    fn every_format_says_where_else() {
        let (first, second) = (twin("a", "harbour", 100), twin("b", "hills", 100));
        let shown = told(std::slice::from_ref(&first), &[&first, &second], &[]);
        let source = SourceLink { title: "Hills & Dales".into(), page: String::new() };
        let links = Links { sources: [(SourceId::new("hills").unwrap(), source)].into(), ..Links::default() };
        for format in Format::ALL {
            let document = render(&feed(), &shown, format, &links, first.updated);
            let text = String::from_utf8_lossy(&document.body).into_owned();
            assert!(text.contains("Also in: ") && text.contains("Hills &amp;"), "{text}");
            assert_eq!(text.contains("rel=\"related\""), format == Format::Atom);
        }
    }
}
