//! `feeds.toml` into values.
//!
//! Comes in: the file's letters. Goes out: a [`Config`], or complaints that point at the letters. Never:
//! running anything.

mod append;
mod browsing;
mod complaint;
mod feeds;
mod filter;
mod foreign;
mod hosts;
mod include;
mod layer;
mod measures;
mod notify;
mod secret;
mod section;
mod settings;
mod source;
mod strangers;
mod suggest;
mod suspicions;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use toml::de::DeTable;

use crate::fetch::Manners;
use crate::model::{Dedupe, Feed, Source, SourceId};
use crate::serve::{Bind, Locks};

pub use append::{Addition, AppendError, append, append_all, suggest_id, suggest_tag};
pub use foreign::{Foreign, foreign};

use complaint::{Complaint, Findings, Letters, Place};
use section::Section;

/// All that `feeds.toml` says, as meant.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The file.
    pub path: PathBuf,
    /// Every file that was read, includes among them: what to watch.
    pub files: Vec<PathBuf>,
    /// The folders in which others may come to stand that an `include` names.
    pub folders: Vec<PathBuf>,
    /// The sources, in the order of the file.
    pub sources: Vec<Arc<Source>>,
    /// The feeds, in the order of the file, `all` last unless the operator defined it.
    pub feeds: Vec<Feed>,
    /// Which feeds have a `token`, and what only they show.
    pub locks: Locks,
    /// `[fetch]`, `[browser]` and `[hosts]`.
    pub manners: Manners,
    /// `[server]`.
    pub bind: Bind,
    /// `[store] url`, as a path.
    pub store: PathBuf,
    /// `[store] keep`: how long entries are kept; for ever where absent.
    pub keep: Option<Duration>,
    /// `[store] snapshots`: how long answers are kept as they came; not at all where absent.
    pub snapshots: Option<Duration>,
    /// `[store] snapshots_size`: most bytes that they take; the oldest go first.
    pub snapshots_size: u64,
    /// `[demo]`: a folder served on a port of its own, for the first run.
    pub demo: Option<Demo>,
    /// What is legal but hardly meant, or not acted upon in this version; each rendered like a complaint.
    pub warnings: Vec<String>,
}

impl Config {
    /// The sources whose stories are looked for in each other, since a feed of several shows a story once.
    pub fn telling(&self) -> Vec<SourceId> {
        let feeds = self.feeds.iter().filter(|feed| feed.dedupe == Dedupe::Story);
        let sources = feeds.flat_map(|feed| feed.selection.sources.iter().filter(|id| !feed.apart.contains(id)));
        sources.cloned().collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// `[demo]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demo {
    /// The folder.
    pub folder: PathBuf,
    /// The address to serve it at.
    pub listen: SocketAddr,
}

/// Everything wrong with a configuration, rendered with lines and carets.
#[derive(Debug, thiserror::Error)]
#[error("{rendered}")]
pub struct Complaints {
    /// How many.
    pub count: usize,
    /// For people; plain text without colours.
    pub rendered: String,
}

/// Reads and checks a configuration file and all that it includes.
pub fn load(path: &Path) -> Result<Config, Complaints> {
    let findings = Findings::default();
    let files = include::read_all(path, &findings);
    if !findings.permit() {
        return Err(findings.complaints(&files));
    }
    read(path, &files, &findings).ok_or_else(|| findings.complaints(&files))
}

/// Reads texts already at hand; the first is the file named.
fn read(path: &Path, files: &[Letters], findings: &Findings) -> Option<Config> {
    let mut settings = settings::Settings::usual(&include::folder_of(path));
    let mut sources = source::Sources::default();
    let mut hosts = Vec::new();
    let (mut written, mut folders) = (Vec::new(), Vec::new());
    for (number, letters) in files.iter().enumerate() {
        let (table, errors) = DeTable::parse_recoverable(&letters.text);
        for error in &errors {
            let place = Place { file: number, span: error.span().unwrap_or_default() };
            findings.complain(Complaint::error(&place, error.message()));
        }
        let mut file = Section::file(findings, letters, number, table.get_ref());
        if strangers::recognise(&file) {
            continue;
        }
        match file.take("include") {
            Some(value) if number > 0 => findings.complain(
                Complaint::error(&value.key_place, "an included file cannot include others")
                    .remedy("name all files in the first file's `include`"),
            ),
            Some(value) => {
                let patterns = value.texts().unwrap_or_default();
                let own = include::folder_of(path);
                folders.extend(patterns.iter().map(|pattern| include::folder_named(&own, &pattern.value)));
            }
            None => {}
        }
        settings.gather(&mut file);
        sources.gather(&mut file);
        hosts::gather(&mut file, &mut hosts);
        feeds::gather(&mut file, &mut written);
        notify::check(&mut file);
        // What a broken line left behind need not make sense.
        if errors.is_empty() {
            file.finish(&[("url", "a table [sources.x]"), ("feed", "[feeds.x]"), ("source", "[sources.x]")]);
        }
    }
    let placed = sources.finish(findings);
    let (feeds, locks) = feeds::finish(written, &placed, findings);
    suspicions::look(&placed, &hosts, &settings, findings);
    // Collected where they lie they would keep the room of all that was known of them.
    let mut sources = Vec::with_capacity(placed.len());
    sources.extend(placed.into_iter().map(|placed| Arc::new(placed.source)));
    let mut manners = settings.manners;
    manners.hosts = hosts.into_iter().map(|(rule, _)| rule).collect();
    findings.permit().then(|| Config {
        path: path.to_path_buf(),
        files: files.iter().map(|f| f.path.clone()).collect(),
        folders,
        sources,
        feeds,
        locks,
        manners,
        bind: settings.bind,
        store: settings.store,
        keep: settings.keep,
        snapshots: settings.snapshots,
        snapshots_size: settings.snapshots_size,
        demo: settings.demo,
        warnings: findings.warnings(files),
    })
}
