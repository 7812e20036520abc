//! A scripted farm of sources: what it has printed must be served, once, under one id.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::DateTime;
use courant::model::{Entry, Selection, SourceId};
use courant::store;
use serde_json::Value;

use super::Dice;
use crate::courant::Desk;
use crate::press::{Press, Sheet};

/// Sources of the farm: even ones are read for full text, odd ones are headlines that get edited.
const SOURCES: usize = 5;

/// The farm, and what has been seen of it in the store.
pub struct Farm {
    press: Press,
    /// By source: articles with their headlines.
    printed: Vec<Vec<String>>,
    /// By address: the id and date it was first served under.
    born: BTreeMap<String, (String, i64)>,
}

impl Farm {
    pub fn start() -> Self {
        let mut farm = Self { press: Press::start(), printed: vec![Vec::new(); SOURCES], born: BTreeMap::new() };
        for source in 0..SOURCES {
            for _ in 0..6 {
                farm.add(source);
            }
            farm.front(source);
        }
        farm
    }

    pub fn sources(&self) -> String {
        (0..SOURCES)
            .map(|n| {
                let article = if n % 2 == 0 { "auto" } else { "never" };
                format!(
                    "[sources.s{n}]\nurl = \"{}\"\nschedule = \"every 10s\"\narticle = \"{article}\"\n",
                    self.press.url(&format!("/s{n}/"))
                )
            })
            .collect()
    }

    fn add(&mut self, source: usize) {
        let number = self.printed[source].len();
        let topic = ["harbour", "orchard", "library", "ferry", "owl", "market", "bridge", "theatre"][number % 8];
        let headline = format!("Report {number} of desk {source}: what the {topic} committee has decided");
        let body: String = (0..6)
            .map(|n| format!("<p>Part {n} of report {number}: the {topic} committee of desk {source} met, heard all sides of the matter and adjourned until item {} was printed.</p>", number * 7 + n))
            .collect();
        let page =
            format!("<html lang=en><title>{headline}</title><article><h1>{headline}</h1>{body}</article></html>");
        self.press.set(&address(source, number), Sheet::html(page));
        self.printed[source].push(headline);
    }

    fn front(&self, source: usize) {
        let rows: String = (0..self.printed[source].len())
            .rev()
            .map(|n| format!("<li><h3><a href=\"{}\">{}</a></h3></li>", address(source, n), self.printed[source][n]))
            .collect();
        let html =
            format!("<html lang=en><title>Desk {source}</title><main><h1>News</h1><ul>{rows}</ul></main></html>");
        self.press.set(&format!("/s{source}/"), Sheet::html(html));
    }

    /// News of some desks, and an edited headline.
    pub fn print(&mut self, dice: &mut Dice) {
        for source in 0..SOURCES {
            let news = dice.below(3);
            (0..news).for_each(|_| self.add(source));
            if source % 2 == 1 && dice.below(2) == 0 {
                let number = dice.below(self.printed[source].len() as u64) as usize;
                let headline = &mut self.printed[source][number];
                *headline = format!("{} (edited)", headline.trim_end_matches(" (edited)"));
            }
            self.front(source);
        }
    }

    /// The store after a crash: sound, nothing twice, nothing gone, no id or date moved. Gives how many are new to it.
    pub fn inspect(&mut self, desk: &Desk) -> usize {
        let path = desk.path("courant.db");
        if !path.exists() {
            assert!(self.born.is_empty(), "the store is gone");
            return 0;
        }
        let before = self.born.len();
        let entries = held(&path);
        let mut seen = BTreeSet::new();
        for entry in &entries {
            let url = entry.url.as_ref().expect("an address").to_string();
            assert!(seen.insert(url.clone()), "twice: {url}");
            let is = (entry.id.0.clone(), entry.published.timestamp_millis());
            let was = self.born.entry(url.clone()).or_insert_with(|| is.clone());
            assert_eq!(*was, is, "an id or a date moved: {url}");
        }
        assert_eq!(
            seen.len(),
            self.born.len(),
            "entries are gone: {:?}",
            self.born.keys().find(|u| !seen.contains(*u))
        );
        self.born.len() - before
    }

    /// Lets the program end its work; all that was ever printed is served once then, and the same store gives the
    /// same bytes. Gives how many entries there are.
    pub fn complete(&mut self, desk: &Desk) -> usize {
        desk.ok(&["fetch"]);
        self.inspect(desk);
        for (source, headlines) in self.printed.iter().enumerate() {
            for number in 0..headlines.len() {
                let url = self.press.url(&address(source, number));
                assert!(self.born.contains_key(&url), "lost: {url}");
            }
        }
        let export = |folder: &str| {
            desk.ok(&["export", folder]);
            ["all.rss", "all.atom", "all.json"]
                .map(|name| std::fs::read(desk.path(folder).join("feeds").join(name)).expect("a feed"))
        };
        let (first, copy) = (export("first"), {
            desk.ok(&["backup", "copy.db"]);
            std::fs::remove_file(desk.path("courant.db")).expect("removed");
            for left in ["courant.db-wal", "courant.db-shm"] {
                let _ = std::fs::remove_file(desk.path(left));
            }
            std::fs::rename(desk.path("copy.db"), desk.path("courant.db")).expect("renamed");
            export("second")
        });
        assert_eq!(first, copy, "the same store gives the same feeds");
        let feed: Value = serde_json::from_slice(&first[2]).expect("JSON Feed");
        let ids: Vec<&str> =
            feed["items"].as_array().expect("entries").iter().filter_map(|e| e["id"].as_str()).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "served twice");
        let total: usize = self.printed.iter().map(Vec::len).sum();
        assert_eq!(self.born.len(), total);
        total
    }
}

fn address(source: usize, number: usize) -> String {
    format!("/s{source}/report-{number}-of-the-desk.html")
}

/// All entries of a store that was left as a crash left it; and makes every source due at once.
fn held(path: &Path) -> Vec<Entry> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let store = store::open(path).unwrap_or_else(|error| panic!("the store does not open: {error}"));
        assert_eq!(store.integrity().await.expect("a look"), Vec::<String>::new());
        let sources: Vec<SourceId> = (0..SOURCES).filter_map(|n| SourceId::new(format!("s{n}")).ok()).collect();
        for source in &sources {
            store.reschedule(source, DateTime::UNIX_EPOCH).await.expect("made due");
        }
        let entries = store.entries(&Selection { sources }, usize::MAX).await.expect("entries");
        store.close().await.expect("closed");
        entries
    })
}
